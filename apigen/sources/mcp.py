"""Tools of MCP servers as APIs: listed by the server, checked here, called through the official SDK (extra `mcp`).

A stdio server is a program of the user's own: it starts only where a config names it, with a cleared environment, and *no sandbox*.
What a server says is untrusted all the same: one message, and all that is said while one answer is awaited, are bounded in size.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic

from apigen.errors import ConfigError, EndpointError, LibraryError
from apigen.options import environment_variable, parse_options
from apigen.records import Api, Call, CallResult, JsonObject
from apigen.sources.auth import Auth, AuthOptions
from apigen.sources.context import SourceContext
from apigen.sources.documents import Unusable, shown
from apigen.sources.mcp_options import McpOptions
from apigen.sources.mcp_session import Session
from apigen.sources.mcp_stdio import PASSED_ON
from apigen.sources.mcp_tools import failed, free_name, no_json, read_result, read_tool
from apigen.sources.mcp_wire import CallFailed, Outage
from apigen.sources.names import snake

TRIES = 3
MAX_BREAKS = 20
"""So many calls in a row that break the server are the server's fault, and no rejections."""


class McpSource:
    """The tools of one MCP server. `left_out` says, after `load`, which tools cannot be used and why.

    A session serves one candidate at a time, so that what breaks it is the doing of the call under way: that call gets a typed
    error, the session is thrown away, and the next call finds a new one.
    """

    def __init__(self, options: McpOptions, command: tuple[str, ...], env: dict[str, str], auth: Auth) -> None:
        self.options, self.left_out = options, list[str]()
        self._command, self._env, self._auth = command, env, auth
        self._tools: dict[str, str] = {}
        self._idle: list[Session] = []
        self._open: set[Session] = set()
        self._slots = asyncio.Semaphore(options.sessions)
        self._breaks = self._closings = 0

    @classmethod
    def from_options(cls, options: JsonObject, context: SourceContext) -> "McpSource":
        from importlib.util import find_spec

        chosen = parse_options(McpOptions, options)
        if find_spec("mcp") is None:
            raise ConfigError("the source `mcp` needs the MCP SDK; run: pip install 'apigen-synth[mcp]'", key="source")
        if chosen.command is None:
            try:
                auth = AuthOptions(bearer_env=chosen.auth.bearer_env).read() if chosen.auth else Auth()
            except ConfigError as error:
                raise error.within(key="auth") from None
            return cls(chosen, (), {}, auth)
        named = {name: environment_variable(ours, f"env.{name}") for name, ours in chosen.env.items()}
        program = shutil.which(chosen.command[0])
        if program is None or ("/" in chosen.command[0] and not Path(chosen.command[0]).is_absolute()):
            raise ConfigError(f"'{chosen.command[0]}' is no program on PATH and no absolute path of one", key="command")
        env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | named
        # Shorter values are no secrets, and hiding them would shred what comes back.
        return cls(
            chosen, (program, *chosen.command[1:]), env, Auth(secrets=tuple(v for v in named.values() if len(v) > 5))
        )

    @property
    def tier(self) -> str:
        """The server is not sandboxed: a program of the user's own, or one that runs elsewhere."""
        return "mcp"

    async def load(self) -> Sequence[Api]:
        try:
            session = await self._session()
            listed, whole = await session.tools(self.options.max_tools)
        except Outage as error:
            raise LibraryError(f"{self._label}: {error}") from None
        self._idle.append(session)
        self.left_out = (
            [] if whole else [f"{self._label}: further tools are not read; `max_tools` is {self.options.max_tools}"]
        )
        self._tools = {}
        apis = []
        for tool in sorted(listed, key=lambda tool: str(tool.get("name"))):
            said = str(tool.get("name"))
            if not any(fnmatchcase(said, glob) for glob in self.options.include):
                continue
            if any(fnmatchcase(said, glob) for glob in self.options.exclude):
                continue
            try:
                if said in self._tools.values():
                    raise Unusable("another tool has this name")
                name = free_name(said, self._tools, self.options.prefix)
                api = read_tool(self._auth.hide(tool), name, self._category, self._label)
            except Unusable as error:
                self.left_out.append(f"{self._label}: {shown(said, 100)}: {error}")
            else:
                self._tools[api.name] = said
                apis.append(api)
        if not apis:
            why = f"; {self.left_out[0]}" if self.left_out else f" of the {len(listed)} it lists"
            raise LibraryError(f"{self._label}: no tool is usable{why}")
        return apis

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]:
        """Run calls in order, in one session unless it breaks.

        Raises:
            EndpointError: If the server cannot be reached or started (anew), or breaks on every call.
        """
        async with self._slots:
            closings = self._closings
            return [await self._call(self._tools[call.name], call.arguments, closings) for call in calls]

    async def ready(self) -> None:
        """Loading has connected to the server."""

    async def close(self) -> None:
        self._closings += 1
        self._idle.clear()
        await asyncio.gather(*(session.close() for session in tuple(self._open)))
        self._open.clear()

    @property
    def _label(self) -> str:
        return f"mcp:{self.options.name}"

    @property
    def _category(self) -> str:
        return self.options.category or snake(self.options.name) or "mcp"

    async def _call(self, tool: str, arguments: JsonObject, closings: int) -> CallResult:
        if problem := no_json(arguments):
            return failed("exception", f"a call whose arguments cannot be sent: it {problem}")
        for attempt in range(TRIES):
            if closings != self._closings:
                raise EndpointError(f"{self._label}: was closed while it was called")
            try:
                session = self._idle.pop() if self._idle else await self._session()
                if session.broken.done():  # it died while nobody asked it anything
                    await self._drop(session)
                    session = await self._session()
                started = monotonic()
                try:
                    raw = await session.call(tool, arguments)
                    outcome = read_result(raw, self.options.output_kb * 1024, self._auth)
                except CallFailed as error:
                    outcome = CallResult(error=error.error)
                    self._breaks += error.breaks
                else:
                    self._breaks = 0
                finally:
                    if session.broken.done() or session not in self._open:
                        await self._drop(session)
                    else:
                        self._idle.append(session)
            except Outage as error:
                last = str(error)
                await asyncio.sleep(0.2 * 4**attempt)
                continue
            if self._breaks >= MAX_BREAKS and outcome.error:
                raise EndpointError(f"{self._label}: {self._breaks} calls in a row broke it; {outcome.error.message}")
            return CallResult(outcome.value, outcome.error, monotonic() - started)
        raise EndpointError(f"{self._label}: {last}")

    async def _session(self) -> "Session":
        session = Session(self.options, self._command, self._env, self._auth)
        self._open.add(session)
        try:
            await session.start()
        except BaseException:
            await self._drop(session)
            raise
        return session

    async def _drop(self, session: "Session") -> None:
        self._open.discard(session)
        await session.close()
