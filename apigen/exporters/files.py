"""Files that are there whole or not at all: JSON lines, in one file or in shards."""

import contextlib
import json
import os
from collections.abc import Callable
from errno import EISDIR
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson

from apigen.records import Json

BUFFER_BYTES = 1 << 20


class Table(Protocol):
    """Takes rows, and writes them into a file that is open: at once, or at the latest when it is closed."""

    def write(self, row: Json) -> None: ...
    def close(self) -> None: ...


class Lines:
    """JSON lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, row: Json) -> None:
        self._file.write(to_line(row))

    def close(self) -> None:
        pass


def to_line(row: Json) -> bytes:
    """Return a row as a line of JSON."""
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer beyond 64 bits, or half of a surrogate pair
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"


class Output:
    """The rows of one part, in one file, or in shards of so many rows: `data-00001-of-00003.jsonl`.

    Nothing is there under its name before `keep`. Shards of an earlier export with the same name go when these come.
    """

    def __init__(self, file: Path, table: Callable[[BinaryIO], Table], shard: int | None = None) -> None:
        self.rows = 0
        self._file, self._open_table, self._shard = file, table, shard
        self._parts: list[Path] = []
        self._counts: list[int] = []
        if shard is None and file.is_dir():  # before another part has got its name
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        self._next()

    def write(self, row: Json) -> None:
        if self._shard is not None and self._counts[-1] >= self._shard:
            self._close()
            self._next()
        self._table.write(row)
        self._counts[-1] += 1
        self.rows += 1

    def keep(self) -> dict[Path, int]:
        """Give the files their names; return the rows of each."""
        self._close()
        if not self._counts[-1] and len(self._parts) > 1:  # what it was begun for was left out
            self._parts.pop().unlink()
            self._counts.pop()
        files = [self._file] if self._shard is None else self._shards(len(self._parts))
        for part, file in zip(self._parts, files, strict=True):
            part.replace(file)
        if self._shard is not None:
            for stale in self._file.parent.glob(f"{_escaped(self._file.stem)}-?????-of-?????{self._file.suffix}"):
                if stale not in files and all(piece.isdecimal() for piece in stale.stem[-14:].split("-of-")):
                    stale.unlink()
        return dict(zip(files, self._counts, strict=True))

    def drop(self) -> None:
        """Remove what was not kept."""
        with contextlib.suppress(OSError):
            self._content.close()
        for part in self._parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _next(self) -> None:
        part = _part_of(self._file, len(self._parts))
        part.parent.mkdir(parents=True, exist_ok=True)
        self._content = part.open("wb", buffering=BUFFER_BYTES)
        self._parts.append(part)
        self._counts.append(0)
        self._table = self._open_table(self._content)

    def _close(self) -> None:
        self._table.close()
        self._content.close()

    def _shards(self, count: int) -> list[Path]:
        stem, suffix = self._file.stem, self._file.suffix
        return [self._file.with_name(f"{stem}-{number:05}-of-{count:05}{suffix}") for number in range(1, count + 1)]


def _escaped(text: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def _part_of(file: Path, number: int = 0) -> Path:
    return file.with_name(f".{file.name}.{os.getpid()}.{number}.part")
