"""Rows as script elements that no browser runs: JSON, gzipped, in base64, so many rows in each."""

import gzip
from base64 import b64encode
from typing import BinaryIO

from apigen.records import Json
from apigen.store.packing import dumps

LEVEL = 6


def element(name: str, data: bytes) -> bytes:
    """Return data as an element. What is in base64 has no letter that could end it."""
    packed = b64encode(gzip.compress(data, LEVEL, mtime=0))
    return b'<script type="text/plain" id="%s">%s</script>\n' % (name.encode(), packed)


class Chunks:
    """Writes rows as the elements NAME-0, NAME-1, …, each with at most so many rows or, a last row aside, bytes."""

    def __init__(self, name: str, out: BinaryIO, *, most_rows: int, most_bytes: int) -> None:
        self.starts: list[int] = []
        self._name, self._out, self._most_rows, self._most_bytes = name, out, most_rows, most_bytes
        self._rows: list[bytes] = []
        self._bytes = self._count = 0

    def add(self, row: Json) -> None:
        # Texts with half of a surrogate pair come as escapes, and are texts to a browser too.
        packed = dumps(row).encode()
        self._rows.append(packed)
        self._bytes += len(packed)
        self._count += 1
        if len(self._rows) >= self._most_rows or self._bytes >= self._most_bytes:
            self.flush()

    def flush(self) -> None:
        """Write what is left."""
        if self._rows:
            name, first = f"{self._name}-{len(self.starts)}", self._count - len(self._rows)
            self._out.write(element(name, b"[%s]" % b",".join(self._rows)))
            self.starts.append(first)
            self._rows, self._bytes = [], 0
