"""The hostile probes once more as an ordinary user made for the test: whoever runs the suite as root still gets both."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from apigen.sandbox.tiers import bubblewrap_problem
from tests.hostile.test_probes import AT_IMPORT, PROBES

ROOT = Path(__file__).parent.parent.parent
SECONDS = 300
CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN = 6, 7, 21
CAPABILITIES = ("CapPrm", "CapEff", "CapBnd", "CapAmb")

STEP_DOWN = """
import ctypes, json, os, sys
order = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)

def must(status):
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def mount(source, target, kind, flags, options=None):
    texts = [text and os.fsencode(text) for text in (source, target, kind)]
    must(libc.mount(*texts, ctypes.c_ulong(flags), options))

if order["hiding"]:
    must(libc.unshare(0x20000))  # mounts of its own
    mount(None, "/", None, 0x44000)  # which nobody else sees
    opened = {path: os.open(path, os.O_PATH) for path in order["hidden"]}
    for folder in order["hiding"]:
        mount("tmpfs", folder, "tmpfs", 0, b"mode=755")
    for path, descriptor in opened.items():
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{descriptor}", path, None, 0x5000)  # the same folder, in the same place
for capability in range(64):
    libc.prctl(24, capability, 0, 0, 0)
os.setgroups([])
os.setresgid(*[order["user"]] * 3)
os.setresuid(*[order["user"]] * 3)
with open("/proc/self/status") as status, open(order["status"], "x") as file:
    file.write(status.read())
os.execve(order["command"][0], order["command"], order["environment"])
"""
"""Run as root: show only the needed folders below those that root alone may enter, become the user, run the command."""


@pytest.mark.parametrize("tier", ["landlock", "bubblewrap"])
def test_every_probe_is_held_when_run_by_an_ordinary_user(tier: str, unused_user: int, home: Path) -> None:
    """One child for each tier, so that two workers share the time."""
    if tier == "bubblewrap" and (problem := bubblewrap_problem()) is not None:
        pytest.skip(problem)
    if os.geteuid() != 0:
        # Nothing to repeat: tests/hostile/test_probes.py itself is run by an ordinary user, as long as this holds.
        assert effective_capabilities() == 0
        return
    reasons, passed = run_probes(tier, unused_user, home)
    if tier == "bubblewrap" and reasons and not passed:
        pytest.skip(f"as an ordinary user: {reasons[0]}")
    assert not reasons
    wanted = {f"{tier}-{name}" for name in [*PROBES, *AT_IMPORT]}
    assert wanted == {name.partition("[")[2].removesuffix("]") for name in passed if f"[{tier}-" in name}
    assert {
        f"test_nothing_is_left_and_nothing_was_reached[{tier}]",
        f"test_hostile_and_sane_calls_side_by_side[{tier}]",
    } < passed


def run_probes(tier: str, user: int, home: Path) -> tuple[list[str], set[str]]:
    """Run one tier's probes as a user; return why any were skipped, and the names of those that passed."""
    report, status = home / "report.xml", home / "status"
    hidden = hidden_folders(
        [ROOT, home, Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent]
    )
    needed = {CAP_SETUID, CAP_SETGID, *([CAP_SYS_ADMIN] if hidden else [])}
    if lacking := [number for number in needed if not effective_capabilities() >> number & 1]:
        pytest.skip(
            f"this root lacks the capabilities numbered {lacking} to become another user"
            + (f" who can reach {', '.join(hidden)}" if hidden else "")
        )
    chosen = "bubblewrap" if tier == "bubblewrap" else "not bubblewrap"
    tests = ["tests/hostile/test_probes.py", "-k", chosen, f"--junitxml={report}"]
    order = {
        "hidden": list(hidden), "hiding": sorted(set(hidden.values())), "user": user, "status": str(status),
        "command": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=short", "--maxfail=5", *tests],
        "environment": {
            "HOME": str(home), "TMPDIR": str(home), "PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", STEP_DOWN, json.dumps(order)],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
    assert (report.stat().st_uid, report.stat().st_gid) == (user, user)
    told = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
    assert {name: int(told[name], 16) for name in CAPABILITIES} == dict.fromkeys(CAPABILITIES, 0)
    assert (told["Uid"].split(), told["Groups"].split()) == ([str(user)] * 4, [])
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [part.get("message", "") for case in cases for part in case.iter("skipped")]
    return skipped, {case.get("name", "") for case in cases if not len(case)}


def hidden_folders(paths: list[Path]) -> dict[str, str]:
    """Return those of the paths that others than root cannot reach, each with the topmost folder that hides it."""
    hidden: dict[str, str] = {}
    for path in sorted(paths):
        if any(path.is_relative_to(other) for other in hidden):
            continue
        for above in reversed(path.parents):
            if not above.stat().st_mode & 0o001:
                hidden[str(path)] = str(above)
                break
    return hidden


def effective_capabilities() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("CapEff:")[2].split()[0], 16)


@pytest.fixture
def unused_user() -> int:
    """A number that no user, group or running process of this machine has."""
    import grp
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            taken.add(process.stat().st_uid)
        except FileNotFoundError:
            continue
    return next(number for number in range(61_234, 65_000) if number not in taken)


@pytest.fixture
def home(unused_user: int) -> Iterator[Path]:
    """A folder of that user's own (pytest's are below one that only their owner may enter), with something to steal."""
    with tempfile.TemporaryDirectory(prefix="apigen-ordinary-") as name:
        folder = Path(name).resolve()
        (folder / ".bashrc").write_text("export TOKEN=hidden\n", encoding="utf-8")
        if os.geteuid() == 0:
            os.chown(folder / ".bashrc", unused_user, unused_user)
            os.chown(folder, unused_user, unused_user)
        yield folder
