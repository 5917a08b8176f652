"""Every error apigen raises on purpose, and the exit code each one ends the command with.

ApigenError                     1
├── ConfigError                 2   a config file, an option or a value given by the user is wrong
├── LibraryError                2   the API library cannot be used as it stands
├── StoreError                  2   the store is missing, foreign, or belongs to another config
│   └── StoreBusy               2   … cannot be written for now: locked, or the disk is full (see `apigen.store`)
├── SandboxError                3   the sandbox itself failed (never the code inside it)
├── ModelError                  3   an embedded model is missing, damaged or cannot be fetched
├── EndpointError               3   an LLM endpoint cannot be reached or refuses to serve us
│   └── EndpointBusy            3   … for now: asked again later it may serve us
├── BudgetSpent                 1   a call is not made, since the run's budget is used up
└── UnusableReply               3   an LLM answered, but not in a way the question allows

A rejected candidate is data, not an error: nothing here is raised for one.
"""

from typing import Literal


class ApigenError(Exception):
    """Base of all errors shown to a user as one line: what is wrong, where, and how to mend it."""

    exit_code = 1


class ConfigError(ApigenError):
    """Wrong input of the user's. The message names the file, the key and the mend."""

    exit_code = 2

    def __init__(self, message: str, *, file: str = "", key: str = "") -> None:
        self.message, self.file, self.key = message, file, key
        super().__init__(" ".join(": ".join(part for part in (file, key, message) if part).split()))

    def within(self, *, file: str = "", key: str = "") -> "ConfigError":
        """Return the same error, placed in a file or under an outer key."""
        separator = "" if not key or not self.key or self.key.startswith("[") else "."
        return ConfigError(self.message, file=file or self.file, key=f"{key}{separator}{self.key}")


class LibraryError(ApigenError):
    """An API library that cannot be loaded; the message names the file and what to change."""

    exit_code = 2


class StoreError(ApigenError):
    """A store that cannot be read or continued; the message names the file."""

    exit_code = 2


class SandboxError(ApigenError):
    """The sandbox could not do its work. What happens to code *inside* it is a CallResult instead."""

    exit_code = 3


class ModelError(ApigenError):
    """An embedded model that is not here or not what it should be."""

    exit_code = 3


class EndpointError(ApigenError):
    """A server (of an LLM, a REST API, MCP tools) that is down or refuses the key, or an LLM endpoint that does not know the model."""

    exit_code = 3


class EndpointBusy(EndpointError):
    """An endpoint that does not serve us now: throttled, overloaded, too slow, or broken off midway.

    `kind` says which; `retry_after` is what the endpoint asks us to wait, in seconds, if it does.
    """

    def __init__(
        self,
        message: str,
        kind: Literal["throttled", "overloaded", "timeout", "broken"],
        retry_after: float | None = None,
    ) -> None:
        self.kind, self.retry_after = kind, retry_after
        super().__init__(message)


class BudgetSpent(ApigenError):
    """A call that would be made past the run's budget; the draw stays open."""


class UnusableReply(ApigenError):
    """A checker's LLM replied with no verdict. The draw stays open: it is no "no".

    `draw` and `purpose` say which replies to ask for anew; with `keys`, only those to the questions of these keys.
    """

    exit_code = 3

    def __init__(self, message: str, *, draw: int, purpose: str, keys: tuple[str, ...] = ()) -> None:
        self.draw, self.purpose, self.keys = draw, purpose, keys
        super().__init__(message)
