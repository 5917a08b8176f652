"""What libraries said of themselves, kept in the user's cache folder, so that an unchanged one need not be described again.

A file is one state of a library, and is believed no more than the sandbox's reply that it keeps: it goes through the same checks,
and whatever is wrong with it, or with the folder, only means that the library is described as if there were none.
"""

import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from apigen import __version__
from apigen import sandbox as describing
from apigen.caches import cache_folder
from apigen.records import JsonObject
from apigen.sandbox.frames import parse_frame
from apigen.sandbox.tiers import package_paths

MOST_KEPT, MOST_KEPT_BYTES = 32, 256 << 20
MOST_BYTES = 64 << 20
"""Of one file here, and of a library's own files together."""
MOST_FILES = 10_000
"""Of a library: a folder with more in it is none whose every start should read it all."""


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The cache, as one library folder uses it. `tier` and `scratch_mb` are what its code meets, `clock` is when, since 1970."""

    folder: Path
    tier: str
    scratch_mb: int
    clock: float

    def state(self) -> str:
        """Return a fingerprint of all that a description depends on, but the clock; "" where that cannot be told."""
        try:
            own = sorted(_contents(self.folder.resolve()))
            code = [(file.name, _digest(file)) for file in sorted(Path(describing.__file__).parent.glob("*.py"))]
            packages = [_installed(Path(path)) for path in package_paths()]
        except (OSError, _Unknown):
            return ""
        place = [str(self.folder.resolve()), self.tier, self.scratch_mb]
        return sha256(json.dumps([__version__, sys.version, code, packages, place, own]).encode()).hexdigest()

    def read(self, state: str) -> JsonObject | None:
        """Return the reply that was kept of a library in this state, still to be checked; None if there is none."""
        if not state:
            return None
        with suppress(OSError, RuntimeError):
            file = _file_of(state)
            frame = parse_frame(_read_own(file))
            if isinstance(frame, dict) and frame.get("state") == state and frame.get("clock") in (None, self.clock):
                with suppress(OSError):
                    os.utime(file)  # the longest unused goes first
                return {"apis": frame.get("apis"), "problems": []}
        return None

    def write(self, state: str, frame: JsonObject) -> None:
        """Keep a reply without problems, if the library is still in the state that it was in before it was asked."""
        if not state or state != self.state():
            return
        clock = None if frame.get("clocked") is False else self.clock
        data = json.dumps({"state": state, "clock": clock, "apis": frame.get("apis")}).encode()
        if len(data) <= MOST_BYTES:
            with suppress(OSError, RuntimeError):
                file = _file_of(state)
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _replace(file, data)
                _drop_oldest(file.parent)


class _Unknown(Exception):
    """What a description depends on is more than is looked at."""


def _file_of(state: str) -> Path:
    return cache_folder() / "libraries" / f"{state}.json"


def _contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every file and folder by its place with its digest; hidden folders and compiled files are passed over.

    Raises:
        _Unknown: If there is too much of it, or a folder is somewhere else.
    """
    entries, size = 0, 0
    for directory, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        paths = [Path(directory, name) for name in (*folders, *files)]
        entries, size = entries + len(paths), size + sum(path.stat().st_size for path in paths)
        if entries > MOST_FILES or size > MOST_BYTES or any(path.is_symlink() for path in paths[: len(folders)]):
            raise _Unknown
        for path in paths:
            yield str(path.relative_to(folder)), _digest(path)


def _installed(folder: Path) -> tuple[str, int, list[str]]:
    """Return what tells that a folder of packages has changed: its date, and its entries, which name the versions too."""
    if not folder.is_dir():
        return str(folder), 0, []
    with os.scandir(folder) as entries:
        return str(folder), folder.stat().st_mtime_ns, sorted(entry.name for entry in entries)


def _raise(error: OSError) -> None:
    raise error


def _digest(file: Path) -> str:
    """Return a file's digest, or the kind of what is no regular file."""
    # One that is no file, such as a named pipe, must not be waited for.
    kind = stat.S_IFMT(file.stat().st_mode)
    return sha256(file.read_bytes()).hexdigest() if kind == stat.S_IFREG else str(kind)


def _read_own(file: Path) -> bytes:
    """Return a file's content.

    Raises:
        OSError: If it is not a regular file of the user's own that no one else may write to, or too large.
    """
    with open(os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise OSError("not a file of ours")
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError("too large")
    return data


def _replace(file: Path, data: bytes) -> None:
    """Write a file, whole or not at all, for the user alone."""
    descriptor, part = tempfile.mkstemp(dir=file.parent)
    try:
        with open(descriptor, "wb") as opened:
            opened.write(data)
        os.replace(part, file)
    except BaseException:
        Path(part).unlink()
        raise


def _drop_oldest(folder: Path) -> None:
    """Keep the files that were used last; what a killed process left half-written ages and goes like the rest."""
    files = [(file.lstat(), file) for file in folder.iterdir()]
    room = MOST_KEPT_BYTES
    for number, (found, file) in enumerate(sorted(files, key=lambda one: -one[0].st_mtime_ns)):
        room -= found.st_size
        if number >= MOST_KEPT or room < 0:
            with suppress(OSError):
                file.unlink()
