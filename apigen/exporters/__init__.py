"""What was verified, one sample a line. A new format is one file here and one line in EXPORTERS."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from apigen.config import Export
from apigen.errors import ConfigError, StoreError
from apigen.exporters import openai, xlam
from apigen.options import Options, choose_door, parse_options
from apigen.records import Json, Sample

EXPORTERS: dict[str, Callable[[int, Sample], Json]] = {
    "xlam": xlam.row,
    "openai": openai.row,
}


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


def export(samples: Iterable[Sample], format_name: str, file: Path) -> int:
    """Write samples as JSON lines, whole or not at all; return how many.

    Raises:
        StoreError: If the file cannot be written.
    """
    if not file.name:
        raise StoreError(f"{file}: is a folder; give a file to write")
    row = EXPORTERS[format_name]
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    count = 0
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as lines:
            for count, sample in enumerate(samples, 1):
                lines.write(json.dumps(row(count - 1, sample), ensure_ascii=False) + "\n")
        part.replace(file)
    except OSError as error:
        raise StoreError(f"{file}: cannot be written ({error.strerror})") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return count
