"""An unchanged library is described once; whatever has changed, or is wrong with what was kept, has it described anew."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apigen.caches import cache_folder
from apigen.config import SandboxConfig
from apigen.errors import LibraryError, SandboxError
from apigen.options import Door
from apigen.records import Call
from apigen.sandbox.fork_server import ForkServer
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import best_tier
from apigen.sources import Library, build_sources, open_library
from apigen.sources import descriptions as cache
from apigen.sources.context import SourceContext
from tests.conftest import Run

CLOCK = datetime(2024, 2, 29, 12, tzinfo=UTC)
LATER = datetime(2025, 1, 1, tzinfo=UTC)

Counts = dict[str, int]
Change = Callable[[Path], object]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """Count how often a library is described and a server started, in this process."""
    found = {"described": 0, "servers": 0}
    describe, start = ForkServerSandbox.describe, ForkServer.start.__func__  # type: ignore[attr-defined]

    async def counted_describe(self: ForkServerSandbox) -> object:
        found["described"] += 1
        return await describe(self)

    async def counted_start(*arguments: object) -> object:
        found["servers"] += 1
        return await start(ForkServer, *arguments)

    monkeypatch.setattr(ForkServerSandbox, "describe", counted_describe)
    monkeypatch.setattr(ForkServer, "start", counted_start)
    return found


def opened(folder: Path, clock: datetime = CLOCK, *, to_execute: bool = False, **limits: object) -> Library:
    async def work() -> Library:
        context = SourceContext(SandboxConfig.model_validate(limits), clock)
        sources = build_sources([Door(name="python", options={"path": str(folder)})], context)
        library = await open_library(sources, to_execute=to_execute)
        await library.close()
        return library

    return asyncio.run(work())


def kept() -> list[Path]:
    folder = cache_folder() / "libraries"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def said(library: Library) -> str:
    return json.dumps([api.to_json() for api in library.apis])


@pytest.fixture
def known(library: Path, counts: Counts) -> Path:
    """A library that was described before."""
    opened(library)
    assert counts.pop("described") == 1
    counts.update(described=0, servers=0)
    return library


def test_an_unchanged_library_is_not_described_again(library: Path, counts: Counts) -> None:
    fresh = opened(library)
    again = opened(library, LATER)
    assert counts["described"] == 1
    assert (said(again), again.hash, again.tier, again.apis) == (said(fresh), fresh.hash, fresh.tier, fresh.apis)


def test_only_a_call_needs_a_server(known: Path, counts: Counts) -> None:
    assert len(opened(known).apis) == 4
    assert counts == {"described": 0, "servers": 0}
    opened(known, to_execute=True)
    assert counts == {"described": 0, "servers": 1}


def test_calls_of_a_library_that_was_not_described_again_run(known: Path, counts: Counts) -> None:
    async def work() -> object:
        sources = build_sources(
            [Door(name="python", options={"path": str(known)})], SourceContext(SandboxConfig(), CLOCK)
        )
        library = await open_library(sources, to_execute=True)
        try:
            (result,) = await library.execute([Call("tip", {"bill": 50.0, "percent": 10})])
            return result.value
        finally:
            await library.close()

    assert asyncio.run(work()) == 5.0
    assert counts == {"described": 0, "servers": 1}


def _rewrite_in_place(library: Path) -> None:
    """One letter other, with size and dates as they were."""
    file = library / "shop.py"
    before = file.stat()
    file.write_text(file.read_text("utf-8").replace("Shop: prices", "Shop: Prices"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Change] = {
    "a byte": _rewrite_in_place,
    "a file more": lambda library: (library / "more.py").write_text("", "utf-8"),
    "a data file more": lambda library: (library / "rates.csv").write_text("1", "utf-8"),
    "a private file more": lambda library: (library / "_private.py").write_text("", "utf-8"),
    "a folder more": lambda library: (library / "inner").mkdir(),
    "a file less": lambda library: (library / "words.py").unlink(),
    "a file of another name": lambda library: (library / "words.py").rename(library / "letters.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_library_that_changed_is_described_anew(known: Path, counts: Counts, change: str) -> None:
    CHANGES[change](known)
    opened(known)
    assert counts["described"] == 1


def test_what_is_no_part_of_a_library_changes_nothing(known: Path, counts: Counts) -> None:
    for name in (".git", "__pycache__"):
        (known / name).mkdir()
        (known / name / "file").write_text("x", "utf-8")
    opened(known)
    assert counts["described"] == 0


def test_other_packages_mean_another_description(
    known: Path, counts: Counts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    opened(known)
    opened(known)
    packages.mkdir()
    (packages / "pydantic-9.dist-info").mkdir()
    opened(known)
    opened(known)
    assert counts["described"] == 2


def test_other_python_apigen_or_protection_means_another_description(
    known: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(sys, "version", "3.99")
        opened(known)
    with monkeypatch.context() as changed:
        changed.setattr(cache, "__version__", "99")
        opened(known)
    opened(known, unsafe=True)
    assert counts["described"] == 3


def test_check_describes_anew(known: Path, counts: Counts) -> None:
    from apigen.sources.audit import audit

    entry = Door(name="python", options={"path": str(known)})
    asyncio.run(audit([entry], SourceContext(SandboxConfig(), CLOCK)))
    assert counts["described"] == 1


CLOCKS = (
    "date.today()",
    "datetime.now()",
    "datetime.now(UTC)",
    "time.time()",
    "time.strftime('%Y')",
    "time.gmtime()[0]",
)


@pytest.mark.parametrize("reading", CLOCKS)
def test_what_was_read_from_the_clock_is_good_for_that_time_only(tmp_path: Path, counts: Counts, reading: str) -> None:
    folder = tmp_path / "dated"
    folder.mkdir()
    code = (
        f'import logging, time\nfrom datetime import UTC, date, datetime\n\nNOW = str({reading})\n\n\n'
        'def act(day: str = NOW) -> int:\n    """Do."""\n    return 1\n'
    )  # fmt: skip
    (folder / "dated.py").write_text(code, "utf-8")
    days = [opened(folder, clock).apis[0].properties["day"]["default"] for clock in (CLOCK, CLOCK, LATER, LATER)]
    assert days[0] == days[1] != days[2] == days[3]
    assert counts["described"] == 2


def test_a_library_with_problems_is_not_kept(library: Path, counts: Counts) -> None:
    (library / "odd.py").write_text("def act(x): pass\n", "utf-8")
    for _ in range(2):
        with pytest.raises(LibraryError):
            opened(library)
    assert counts["described"] == 2
    assert kept() == []


def test_a_change_while_it_is_described_is_not_kept_under_the_old_name(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = ForkServerSandbox.describe

    async def meanwhile(self: ForkServerSandbox) -> object:
        (library / "words.py").unlink()
        return await describe(self)

    monkeypatch.setattr(ForkServerSandbox, "describe", meanwhile)
    assert len(opened(library).apis) == 2
    assert kept() == []


def _changed(**parts: object) -> Change:
    """Change parts of what was kept, or with `row` parts of its first function."""

    def change(file: Path) -> None:
        frame = json.loads(file.read_text("utf-8"))
        frame["apis"][0].update(parts.pop("row", {}))
        file.write_text(json.dumps(frame | parts), "utf-8")

    return change


def _in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _elsewhere(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _huge(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(cache.MOST_BYTES + 1)


DAMAGES: dict[str, Change] = {
    "empty": lambda file: file.write_bytes(b""),
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-20]),
    "no JSON": lambda file: file.write_bytes(b"\x80\x04garbage"),
    "no object": lambda file: file.write_text("[1]", "utf-8"),
    "deep": lambda file: file.write_text("[" * 100_000, "utf-8"),
    "infinite": lambda file: file.write_text('{"state": 1e999}', "utf-8"),
    "another library's": _changed(state="0" * 64),
    "of another time": _changed(clock=1.0),
    "no functions": _changed(apis=None),
    "functions that are none": _changed(apis=[1, 2]),
    "no text": _changed(row={"description": 1}),
    "no schema": _changed(row={"parameters": {"type": "object", "properties": {"x": {"type": "no type"}}}}),
    "no object schema": _changed(row={"parameters": {"type": "string"}}),
    "no arguments": _changed(row={"examples": ["x"]}),
    "a name twice": _changed(row={"name": "repeat"}),
    "half a letter": _changed(row={"description": "\ud800"}),
    "huge": _huge,
    "a folder": _in_its_place,
    "a link": _elsewhere,
    "a pipe": _pipe,
    "open to all": lambda file: file.chmod(0o666),
    "unreadable": lambda file: file.chmod(0),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_wrong_with_a_file_has_the_library_described_anew(known: Path, counts: Counts, damage: str) -> None:
    before = said(opened(known))
    (file,) = kept()
    DAMAGES[damage](file)
    assert said(opened(known)) == before
    assert counts["described"] == (0 if damage == "unreadable" and os.geteuid() == 0 else 1)


def test_what_was_kept_is_for_the_user_alone(known: Path) -> None:
    (file,) = kept()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("way", ["a file in its place", "not writable"])
def test_a_folder_that_cannot_be_written_is_no_error(
    library: Path, counts: Counts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    place = tmp_path / "cache"
    if way == "not writable":
        place.mkdir(mode=0o500)
        if os.geteuid() == 0:
            place = Path("/proc/apigen")  # root may write to any other
    else:
        place.write_text("", "utf-8")
    monkeypatch.setenv("APIGEN_CACHE", str(place))
    assert said(opened(library)) == said(opened(library))
    assert counts["described"] == 2


def test_a_folder_too_large_to_read_at_each_start_is_described_each_time(
    library: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 1)
    opened(library)
    opened(library)
    assert (counts["described"], kept()) == (2, [])


@pytest.mark.parametrize("odd", ["a folder elsewhere", "a pipe", "a dead link"])
def test_odd_things_in_a_library_s_folder_do_no_harm(library: Path, tmp_path: Path, odd: str) -> None:
    match odd:
        case "a folder elsewhere":
            (library / "inner").symlink_to(tmp_path)
        case "a pipe":
            os.mkfifo(library / "pipe")
        case _:
            (library / "gone").symlink_to("nowhere")
    assert said(opened(library)) == said(opened(library))


def test_the_longest_unused_go(library: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_KEPT", 2)
    opened(library)
    (first,) = kept()
    for number in range(3):
        for age, file in enumerate(kept(), 1):
            os.utime(file, ns=(0, age))
        opened(library)  # as it was at first, which is used again and again
        (library / "data.txt").write_text(str(number), "utf-8")
        opened(library)
        (library / "data.txt").unlink()
        assert len(kept()) <= 2
        assert first in kept()
    assert counts["described"] == 4


def test_starts_at_once_do_not_disturb_one_another(library: Path, apigen: Run) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: apigen("library", "list", "--library", library, "--json"), range(4)))
    assert len({one.stdout for one in done}) == 1
    assert [one.returncode for one in done] == [0] * 4
    assert [file.suffix for file in kept()] == [".json"]


@pytest.fixture
def _no_landlock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("apigen.sandbox.policy.landlock_version", lambda: 0)
    best_tier.cache_clear()
    yield
    best_tier.cache_clear()


@pytest.mark.usefixtures("_no_landlock")
def test_a_machine_without_a_sandbox_is_refused_though_the_library_is_known(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as undone:
        undone.setattr(
            "apigen.sources.python.open_sandbox",
            lambda *given: ForkServerSandbox(library, given[1], "landlock", 1, CLOCK),
        )
        opened(library)
    assert len(kept()) == 1
    with pytest.raises(SandboxError, match="there is no sandbox on this machine"):
        opened(library)


def test_a_sandbox_that_does_not_hold_is_refused_before_anything_is_run(
    known: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apigen.sandbox.launcher.CANARY", SandboxConfig(seconds=0.001))
    with pytest.raises(SandboxError, match="the sandbox does not hold"):
        opened(known, to_execute=True)
    assert counts["described"] == 0
