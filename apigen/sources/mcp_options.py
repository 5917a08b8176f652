"""The options of an MCP source."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from apigen.options import Options
from apigen.sources.names import Prefix


class McpAuthOptions(Options):
    """`bearer_env`: the environment variable that holds the token."""

    bearer_env: str


class McpOptions(Options):
    """`command` (a local program) or `url` (streamable HTTP). `include` and `exclude` are globs of the server's tool names.

    `prefix` goes before every API's name. `env` passes variables on: `{NAME: NAME_OF_OURS}`. `sessions` is how many connections
    (servers, for a program) work side by side.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,59}$")]
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    url: str | None = None
    env: dict[str, str] = {}
    auth: McpAuthOptions | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    prefix: Prefix | None = None
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None
    seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    start_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    output_kb: Annotated[int, Field(ge=1, le=65536)] = 256
    max_tools: Annotated[int, Field(ge=1, le=10_000)] = 1000
    sessions: Annotated[int, Field(ge=1, le=64)] = 1

    @model_validator(mode="after")
    def _one_place(self) -> "McpOptions":
        if (self.command is None) == (self.url is None):
            raise ValueError("write one of `command` (a program) and `url` (streamable HTTP)")
        if self.url is None and self.auth:
            raise ValueError("`auth` goes with `url`; a program takes its key from `env`")
        if self.url is not None:
            parts = urlsplit(self.url)
            if self.env:
                raise ValueError("`env` goes with `command`")
            if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
                raise ValueError("`url` must be http(s)://host/path, without a user or password")
        return self
