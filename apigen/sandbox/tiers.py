"""What protects this machine: the tiers, strongest first, and how a fork server is started in each."""

import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import Literal

from apigen.errors import SandboxError
from apigen.sandbox import policy
from apigen.sandbox.filters import ARCHITECTURES

Tier = Literal["bubblewrap", "landlock", "none"]
"""`bubblewrap`: namespaces of its own, and Landlock and seccomp inside; `landlock`: those two alone; `none`: by hand only."""

MECHANISMS: dict[str, str] = {
    "bubblewrap": "namespaces of its own, Landlock, seccomp and resource limits",
    "landlock": "Landlock, seccomp and resource limits",
}
COVERED = (
    "no network or socket of any kind",
    "no file but the interpreter, its packages and the library, and those to read",
    "no other process: none started, signalled, traced or read",
    "no environment, descriptor or secret of yours",
    "time, memory, output and files of a candidate's calls are bounded",
    "no candidate sees what another's calls left behind",
)
_LEFT = (
    "flaws of the kernel in system calls that Python needs",
    "side channels of the processor",
    "installed packages can be read",
    "a file's own code at import can spoil the results of its own library",
)
NOT_COVERED: dict[str, tuple[str, ...]] = {
    "bubblewrap": _LEFT,
    "landlock": (*_LEFT, "whether a path exists, its size and dates can be seen", "process numbers are the machine's"),
}

PROBE_SECONDS = 10
SCRATCH = "/scratch"


@cache
def best_tier() -> Tier:
    """Return the strongest tier that works here.

    Raises:
        SandboxError: If none does, naming what is missing and its mend. Nothing is ever run unprotected instead.
    """
    lacking = missing()
    if lacking:
        raise SandboxError(
            f"there is no sandbox on this machine: {lacking}; if you trust the library as you trust yourself, "
            "--unsafe-no-sandbox runs it unprotected"
        )
    return "bubblewrap" if bubblewrap_problem() is None else "landlock"


def missing() -> str:
    """Return what even the weaker tier lacks here, with the mend; "" if nothing."""
    import platform

    if not policy.is_linux():
        return "it needs Linux; run apigen in a Linux container or virtual machine"
    if platform.machine() not in ARCHITECTURES:
        return f"there is no system call filter for {platform.machine()} processors (x86-64 and arm64 have one)"
    if policy.landlock_version() < 1:
        return "the kernel has no Landlock; use Linux 5.13 or newer with `landlock` among its security modules (lsm=)"
    return ""


@cache
def bubblewrap_problem() -> str | None:
    """Return why bubblewrap does not work here, or None."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed (apt install bubblewrap)"
    try:
        probe = subprocess.run(
            [program, *_namespaces(), "--ro-bind", "/", "/", "true"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run ({error})"
    if probe.returncode:
        return f"user namespaces are not allowed here ({probe.stderr.decode('utf-8', 'replace').strip()[:200]})"
    return None


def command(tier: Tier, folder: Path, program: list[str], scratch_mb: int = 0) -> list[str]:
    """Return the command that starts a program in a tier, with a scratch folder in memory where one is asked for.

    Raises:
        SandboxError: If this tier can bound no scratch folder.
    """
    if scratch_mb and tier == "landlock":
        raise SandboxError(f"`sandbox.scratch_mb` needs bubblewrap: {bubblewrap_problem()}; or set it to 0")
    if tier != "bubblewrap":
        return program
    binds = [part for path in readable_paths(folder) if Path(path).exists() for part in ("--ro-bind", path, path)]
    devices = [part for name in ("/dev/null", "/dev/urandom") for part in ("--dev-bind", name, name)]
    bwrap = shutil.which("bwrap") or "bwrap"
    scratch = ["--size", str(scratch_mb << 20), "--tmpfs", SCRATCH] if scratch_mb else []
    return [bwrap, *_namespaces(), *binds, *devices, *scratch, "--remount-ro", "/", *program]


def readable_paths(folder: Path) -> list[str]:
    """Return what library code may read: the interpreter and its packages, shared libraries, itself, and nothing else."""
    installed = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own = {str(Path(__file__).parent), str(folder), sys.base_prefix, sys.prefix, sys.base_exec_prefix}
    system = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/usr/share/zoneinfo"}
    interpreter = {sys.executable, str(Path(sys.executable).resolve())}
    wanted = sorted(path for path in installed | own | system | interpreter if path and path != "/")
    # A path below another one comes with it.
    return [path for path in wanted if not any(path.startswith(f"{other}/") for other in wanted)]


def package_paths() -> list[str]:
    """Return the folders of installed packages that library code may import from."""
    return [path for path in sys.path if path.endswith("site-packages")]


def _namespaces() -> list[str]:
    return ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--chdir", "/"]
