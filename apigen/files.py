"""Files that are there whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from apigen.errors import StoreError

BUFFER_BYTES = 1 << 20


def place_of(file: Path) -> str:
    """Return where a file lies, or would lie: the same for every path that leads there, through links or `..`."""
    return os.path.realpath(file)


@contextlib.contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name, in place of what was there, once all is written.

    Raises:
        StoreError: If it cannot be written, or is a folder.
    """
    if not file.name:
        raise StoreError(f"{file}: is a folder; give a file to write")
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
