"""What the transports to MCP servers share: their shape, their limits, and how they say what went wrong."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from apigen.records import CallError, ErrorKind

MAX_LINE = 8 << 20
"""Bytes of one message, and of all that is said while one answer is awaited: lists of tools are long."""
MAX_MESSAGES = 10_000
GRACE = 1.0
"""Seconds for what should be over at once."""


class Outage(Exception):
    """The server cannot be reached or started: no fault of any call."""


class CallFailed(Exception):
    """A call came to an error. `breaks`: and so did the session."""

    def __init__(self, kind: ErrorKind, message: str, *, breaks: bool = True) -> None:
        super().__init__(message)
        self.error, self.breaks = CallError(kind, message), breaks


class Transport(Protocol):
    """A way to one server. `orderly`: it is left in peace, and nothing is broken."""

    orderly: bool

    def open(self) -> AbstractAsyncContextManager[tuple[Any, Any]]:
        """Connect for as long as the block lasts; yields the SDK's streams, to read and to write."""

    def begin(self) -> None:
        """Count from here what is said while one answer is awaited."""

    def last_words(self) -> str:
        """Return what the server said last beside its messages, as the end of a sentence, or ""."""
