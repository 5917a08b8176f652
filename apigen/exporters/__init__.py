"""What was verified, one sample a line. A new format is one file here and one line in EXPORTERS."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import orjson
import yaml

from apigen.config import Export
from apigen.errors import ConfigError, StoreError
from apigen.exporters import openai, xlam
from apigen.options import Options, choose_door, parse_options
from apigen.records import Json, JsonObject, Sample

EXPORTERS: dict[str, Callable[[int, Sample], Json]] = {
    "xlam": xlam.row,
    "openai": openai.row,
}

BUFFER_BYTES = 1 << 20


class ExportOptions(Options):
    """`file`: where the rows go."""

    file: Path


def check_exports(entries: Iterable[Export], store: Path) -> list[tuple[str, Path]]:
    """Return (format, file) of each export of a config.

    Raises:
        ConfigError: For an unknown format, a missing file name, or a file that is the store's or another export's.
    """
    found: list[tuple[str, Path]] = []
    taken = {store.absolute()}
    for number, entry in enumerate(entries):
        key = f"exports[{number}]"
        choose_door(entry, EXPORTERS, f"{key}.format")
        try:
            file = parse_options(ExportOptions, entry.options).file
            if not file.name or file.absolute() in taken:
                raise ConfigError("is a folder, or taken by the store or another export; choose another", key="file")
            taken.add(file.absolute())
            found.append((entry.name, file))
        except ConfigError as error:
            raise error.within(key=key) from None
    return found


def export(samples: Iterable[Sample], format_name: str, file: Path, metadata: JsonObject) -> int:
    """Write samples as JSON lines, and what made them beside it as FILE.meta.yaml, each whole or not at all; return how many.

    Raises:
        StoreError: If a file cannot be written.
    """
    if not file.name:
        raise StoreError(f"{file}: is a folder; give a file to write")
    row = EXPORTERS[format_name]
    count = 0
    with _whole(file) as lines:
        for count, sample in enumerate(samples, 1):
            lines.write(_line(row(count - 1, sample)))
    # YAML, since a folder's JSON files are all data to those who load it.
    with _whole(file.with_name(f"{file.name}.meta.yaml")) as text:
        about = {"format": format_name, "rows": count, **metadata}
        yaml.safe_dump(about, text, sort_keys=False, allow_unicode=True, encoding="utf-8")
    return count


def _line(row: Json) -> bytes:
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer beyond 64 bits, or half of a surrogate pair
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"


@contextlib.contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name once all is written."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb", buffering=BUFFER_BYTES) as content:
            yield content
        part.replace(file)
    except OSError as error:
        raise StoreError(f"{file}: cannot be written ({error.strerror})") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
