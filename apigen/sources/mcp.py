"""Tools of MCP servers as APIs: listed by the server, checked here, called through the official SDK (extra `mcp`).

A stdio server is a program of the user's own: it starts only where a config names it, with a cleared environment, and *no sandbox*.
What a server says is untrusted all the same: one message, and all that is said while one answer is awaited, are bounded in size.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from apigen.errors import ConfigError, EndpointError, LibraryError
from apigen.options import Options, environment_variable, parse_options
from apigen.records import Api, Call, CallError, CallResult, ErrorKind, Json, JsonObject, canonical
from apigen.sources.auth import Auth, AuthOptions
from apigen.sources.context import SourceContext
from apigen.sources.documents import Document, Unusable, shown
from apigen.sources.names import in_words, snake
from apigen.sources.schemas import SchemaReader

Schema = dict[str, Any]

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL")
"""What of the environment every stdio server sees; all else must be named under `env`."""
MAX_NAME = 64
MAX_DESCRIPTION = 600
MAX_DEPTH = 64
MAX_EXAMPLES = 5
MAX_LINE = 8 << 20
"""Bytes of one message, and of all that is said while one answer is awaited: lists of tools are long."""
MAX_MESSAGES = 10_000
TRIES = 3
MAX_BREAKS = 20
"""So many calls in a row that break the server are the server's fault, and no rejections."""
GRACE = 1.0
# The parent may die before prctl is called, which then signals nothing: so it is looked at once more.
_DIE_WITH_US = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)\n"
    "os.getppid() == int(sys.argv[1]) or os._exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[3:])\n"
)


class McpAuthOptions(Options):
    """`bearer_env`: the environment variable that holds the token."""

    bearer_env: str


class McpOptions(Options):
    """`command` (a local program) or `url` (streamable HTTP). `include` and `exclude` are globs of the server's tool names.

    `env` passes variables on: `{NAME: NAME_OF_OURS}`. `sessions` is how many connections (servers, for a program) work side by side.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,59}$")]
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    url: str | None = None
    env: dict[str, str] = {}
    auth: McpAuthOptions | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
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


class Outage(Exception):
    """The server cannot be reached or started: no fault of any call."""


class McpSource:
    """The tools of one MCP server. `left_out` says, after `load`, which tools cannot be used and why.

    A session serves one candidate at a time, so that what breaks it is the doing of the call under way: that call gets a typed
    error, the session is thrown away, and the next call finds a new one.
    """

    def __init__(self, options: McpOptions, command: tuple[str, ...], env: dict[str, str], auth: Auth) -> None:
        self.options, self.left_out = options, list[tuple[str, str]]()
        self._command, self._env, self._auth = command, env, auth
        self._tools: dict[str, str] = {}
        self._idle: list[_Session] = []
        self._open: set[_Session] = set()
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
        self.left_out = [] if whole else [("…", f"further tools are not read; `max_tools` is {self.options.max_tools}")]
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
                api = read_tool(self._auth.hide(tool), free_name(said, self._tools), self._category, self._label)
            except Unusable as error:
                self.left_out.append((shown(said, 100), str(error)))
            else:
                self._tools[api.name] = said
                apis.append(api)
        if not apis:
            why = (
                f": {self.left_out[0][0]}: {self.left_out[0][1]}"
                if self.left_out
                else f" of the {len(listed)} it lists"
            )
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
            return _failed("exception", f"a call whose arguments cannot be sent: it {problem}")
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

    async def _session(self) -> "_Session":
        session = _Session(self.options, self._command, self._env, self._auth)
        self._open.add(session)
        try:
            await session.start()
        except BaseException:
            await self._drop(session)
            raise
        return session

    async def _drop(self, session: "_Session") -> None:
        self._open.discard(session)
        await session.close()


# ---- one tool, one result ----


def free_name(said: str, taken: Mapping[str, str]) -> str:
    """Return a name for the tool that no other has: `get_user`, `get_user_2`."""
    name, number = (snake(said) or "tool")[:MAX_NAME].rstrip("_"), 1
    free = name
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - len(str(number)) - 1]}_{number}"
    return free


def read_tool(tool: JsonObject, name: str, category: str, label: str) -> Api:
    """Make an Api of what a server says of a tool.

    Raises:
        Unusable: If it cannot be one; the message is the reason.
    """
    from docstring_parser import parse
    from jsonschema import Draft202012Validator

    if not isinstance(tool.get("name"), str) or not 0 < len(tool["name"]) <= 200 or not tool["name"].isprintable():
        raise Unusable("its name is no short, printable text")
    raw = tool.get("inputSchema")
    if not isinstance(raw, dict):
        raise Unusable("its `inputSchema` is no object")
    if problem := no_json(tool):
        raise Unusable(f"its description {problem}")
    schema = SchemaReader(Document(raw, label, "3.1")).read({"type": "object"} | raw)
    if schema.get("type") != "object" or not {"$ref", "allOf"}.isdisjoint(schema):
        raise Unusable("its `inputSchema` is not that of an object")
    text, documented = str(tool.get("description") or tool.get("title") or ""), dict[str, str]()
    with suppress(Exception):  # servers hand on docstrings, with their `Args:`
        parsed = parse(text[:4000])
        documented = {one.arg_name: one.description or "" for one in parsed.params}
        text = "\n".join(filter(None, (parsed.short_description, parsed.long_description))) if documented else text
    properties: dict[str, Schema] = schema.setdefault("properties", {})
    for key, part in properties.items():
        said = raw.get("properties", {}).get(key)
        described = isinstance(said, dict) and (said.get("description") or "$ref" in said)
        if not described or not part.get("description"):
            words = shown(documented.get(key, ""), 300) or part.get("description") or in_words(key)
            properties[key] = {"description": words} | {name: it for name, it in part.items() if name != "description"}
    if not set(schema.get("required", ())) <= set(properties):
        raise Unusable("its `inputSchema` requires an argument that it does not describe")
    order = ("type", "properties", "required", "additionalProperties")
    schema = {k: schema[k] for k in order if k in schema} | {
        k: v for k, v in schema.items() if k not in (*order, "description", "examples")
    }
    validator = Draft202012Validator(schema)
    calls = [Call(name, one) for one in (*_list(raw.get("examples")), _built(schema)) if isinstance(one, dict)]
    examples = tuple(dict.fromkeys(call for call in calls if validator.is_valid(call.arguments)))[:MAX_EXAMPLES]
    line = shown(text, MAX_DESCRIPTION * 2)
    if len(line) > MAX_DESCRIPTION:
        line = line[:MAX_DESCRIPTION].rpartition(" ")[0].rstrip(",;:") + " …"
    return Api(name, line or in_words(name), schema, category, label, examples=examples)


def _built(schema: Schema) -> dict[str, Json] | None:
    """Return arguments out of the schema's own examples, enums and defaults; None where one that is required has none."""
    arguments: dict[str, Json] = {}
    for name, part in schema["properties"].items():
        values = [
            *part.get("examples", ()),
            *(part[key] for key in ("const", "default") if key in part),
            *part.get("enum", ()),
        ]
        if name in schema.get("required", ()):
            if not values:
                return None
            arguments[name] = values[0]
        elif part.get("examples"):
            arguments[name] = values[0]
    return arguments


def no_json(value: Json) -> str:
    """Say what is wrong with a value that came as JSON: too deep, or holding what no file can be written with; "" if nothing."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        if not level:
            break
    else:
        return f"is nested deeper than {MAX_DEPTH} levels"
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        return f"holds what is no JSON ({shown(str(error), 60)})"
    return ""


def read_result(raw: JsonObject, limit: int, auth: Auth) -> CallResult:
    """Make a result of the reply to `tools/call`: its structured content, else its texts (as JSON where they are), or an error."""
    blocks = raw.get("content", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return _failed("not_json", "the reply has no list of contents")
    texts = [block["text"] for block in blocks if block.get("type") == "text" and isinstance(block.get("text"), str)]
    if raw.get("isError"):
        return _failed(
            "exception", shown(str(auth.hide("\n".join(texts)[:4000])), 500) or "the tool failed without a word"
        )
    value: Json = raw.get("structuredContent")
    if value is None:
        others = [block for block in blocks if block.get("type") != "text" or not isinstance(block.get("text"), str)]
        if others:
            kind = shown(" ".join(str(others[0].get(key, "")) for key in ("type", "mimeType")), 80)
            return _failed("not_json", f"the reply is no text but: {kind or 'what has no type'}")
        value = text = "\n".join(texts) if texts else None
        if text is not None:
            if len(text) > limit:
                return _failed("too_large", f"the reply is larger than {limit // 1024} KiB")
            try:
                # A bare NaN or Infinity is a word.
                value = json.loads(text) if text.strip() not in ("NaN", "Infinity", "-Infinity") else text
            except RecursionError:
                return _failed("not_json", "the reply is nested too deeply")
            except ValueError:
                value = text
    if problem := no_json(value):
        return _failed("not_json", f"the reply {problem}")
    value = auth.hide(value)
    if len(canonical(value).encode()) > limit:
        return _failed("too_large", f"the reply is larger than {limit // 1024} KiB")
    return CallResult(value)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _failed(kind: ErrorKind, message: str) -> CallResult:
    return CallResult(error=CallError(kind, message))


# ---- one session ----


class CallFailed(Exception):
    """A call came to an error. `breaks`: and so did the session."""

    def __init__(self, kind: ErrorKind, message: str, *, breaks: bool = True) -> None:
        super().__init__(message)
        self.error, self.breaks = CallError(kind, message), breaks


class _Session:
    """One connection, kept by a task of its own: the SDK's scopes must be left by the task that entered them.

    Once `broken` is done, it says why nothing more can be asked.
    """

    def __init__(self, options: McpOptions, command: tuple[str, ...], env: dict[str, str], auth: Auth) -> None:
        self._options, self._command, self._env, self._auth = options, command, env, auth
        loop = asyncio.get_running_loop()
        self.broken: asyncio.Future[CallFailed | Outage] = loop.create_future()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._end, self._orderly = asyncio.Event(), False
        self._messages = self._bytes = 0
        self._stderr = b""
        self._client: Any = None
        self._last: JsonObject = {}
        self._limit = max(MAX_LINE, options.output_kb * 4096)
        self._tasks: set[asyncio.Task[Any]] = set()

    def fail(self, why: CallFailed | Outage) -> None:
        """Say that the session is of no more use, unless that is known."""
        if not self.broken.done():
            self.broken.set_result(why)

    async def start(self) -> None:
        """Connect.

        Raises:
            Outage: If there is no session within `start_seconds`.
        """
        self._keeper = asyncio.create_task(self._keep())
        seconds = self._options.start_seconds
        either: set[asyncio.Future[Any]] = {self._ready, self.broken}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self.broken.done():
            raise Outage(str(self.broken.result()))
        if not self._ready.done():
            self.fail(Outage(f"did not start within {seconds:g} s{self._last_words()}"))
            raise self.broken.result()

    async def tools(self, most: int) -> tuple[list[JsonObject], bool]:
        """Return the tools as the server says them, at most so many, and whether that is all.

        Raises:
            Outage: If the server does not list them.
        """
        from mcp_types import ListToolsRequest, ListToolsResult, PaginatedRequestParams

        found: list[JsonObject] = []
        cursor, end = None, monotonic() + self._options.start_seconds
        try:
            for _ in range(most):
                request = ListToolsRequest(params=PaginatedRequestParams(cursor=cursor) if cursor else None)
                raw = await self._ask(request, ListToolsResult, max(end - monotonic(), 0.01))
                page, cursor = raw.get("tools"), raw.get("nextCursor")
                if not isinstance(page, list):
                    raise Outage("its reply to tools/list holds no list")
                found += [tool for tool in page if isinstance(tool, dict)]
                if len(found) > most:
                    break
                if not isinstance(cursor, str) or not cursor:
                    return found, True
        except CallFailed as error:
            raise Outage(f"its tools cannot be listed: {error}") from None
        return found[:most], False

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject:
        """Call a tool; return the reply's `result`.

        Raises:
            CallFailed, Outage: If there is none.
        """
        from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult

        request = CallToolRequest(params=CallToolRequestParams(name=tool, arguments=dict(arguments)))
        return await self._ask(request, CallToolResult, self._options.seconds)

    async def close(self) -> None:
        """End the session and its processes, from whichever task."""
        self._orderly = not self.broken.done()
        self.fail(CallFailed("no_result", "the session was closed"))
        self._end.set()
        for wait in (3 * GRACE if self._ready.done() and self._orderly else 0.0, GRACE, GRACE):
            done, _ = await asyncio.wait({self._keeper, *self._tasks}, timeout=wait)
            if self._keeper in done:
                break
            self._keeper.cancel()
        for task in self._tasks:
            task.cancel()

    async def _ask(self, request: Any, kind: Any, seconds: float) -> JsonObject:
        self._messages = self._bytes = 0
        asking = asyncio.create_task(self._request(request, kind))
        self._tasks.add(asking)
        asking.add_done_callback(self._tasks.discard)
        try:
            either: set[asyncio.Future[Any]] = {asking, self.broken}
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
            self.fail(CallFailed("timeout", f"no answer within {seconds:g} s"))
            raise self.broken.result()
        except asyncio.CancelledError:
            self.fail(CallFailed("no_result", "was given up"))
            raise
        finally:
            asking.cancel()
            asking.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _request(self, request: Any, kind: Any) -> JsonObject:
        from mcp.shared.exceptions import MCPError
        from mcp_types import CONNECTION_CLOSED, PARSE_ERROR
        from pydantic import ValidationError

        try:
            await self._client.send_request(request, kind)
        except ValidationError:
            pass  # we judge what is there ourselves: one odd tool must not spoil the list
        except MCPError as error:
            message = shown(str(self._auth.hide(str(error.error.message)[:4000])), 300)
            if error.error.code == CONNECTION_CLOSED:
                await asyncio.wait({self.broken}, timeout=GRACE)  # who closed it also says why
                self.fail(CallFailed("no_result", message))
            elif error.error.code == PARSE_ERROR:
                self.fail(CallFailed("not_json", message))
            if self.broken.done():
                raise self.broken.result() from None
            raise CallFailed("exception", message, breaks=False) from None
        except Exception as error:
            self.fail(CallFailed("no_result", f"the SDK failed: {type(error).__name__}"))
            raise self.broken.result() from None
        return self._last

    async def _keep(self) -> None:
        import logging

        from mcp import ClientSession
        from mcp.shared.exceptions import MCPError
        from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
        from mcp_types import Implementation

        from apigen import __version__

        outer = self

        class Recorder(JSONRPCDispatcher[Any]):
            async def send_raw_request(self, *args: Any, **options: Any) -> dict[str, Any]:
                outer._last = raw = await super().send_raw_request(*args, **options)
                return raw

        for name in ("mcp", "client"):  # the SDK would print the server's words on our terminal
            if not logging.getLogger(name).handlers:
                logging.getLogger(name).addHandler(logging.NullHandler())
        try:
            async with (
                self._program() if self._command else self._http() as (read, write),
                ClientSession(
                    dispatcher=Recorder(read, write), client_info=Implementation(name="apigen", version=__version__)
                ) as client,
            ):
                try:
                    await client.initialize()
                except MCPError:  # a server that speaks only the protocol of 2026 has no handshake
                    if self.broken.done():
                        return
                    await client.discover()
                self._client = client
                self._ready.set_result(None)
                await self._end.wait()
        except Exception as error:
            cause: BaseException = error
            while isinstance(cause, BaseExceptionGroup):
                cause = cause.exceptions[0]
            message = f"{type(cause).__name__}: {shown(str(self._auth.hide(str(cause)[:2000])), 200)}"
            lost = type(cause).__name__.startswith("Connect")  # nothing of a call has gone out
            self.fail(Outage(message) if lost else CallFailed("no_result", message))
        finally:
            self.fail(CallFailed("no_result", "the session ended"))

    @asynccontextmanager
    async def _program(self) -> AsyncIterator[tuple[Any, Any]]:
        """Start the server, alone in a session of its own; end it with all that it started."""
        import anyio

        first: tuple[str, ...] = ()
        if sys.platform == "linux":
            first = (sys.executable, "-I", "-S", "-c", _DIE_WITH_US, str(os.getpid()), self._command[0])
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *first, *self._command, env=self._env, stdin=pipe, stdout=pipe, stderr=pipe,
            start_new_session=True, limit=self._limit,
        )  # fmt: skip
        to_client, read = anyio.create_memory_object_stream[Any](0)
        write, from_client = anyio.create_memory_object_stream[Any](0)
        reading = asyncio.create_task(self._read(process, to_client))
        beside = [asyncio.create_task(self._write(process, from_client)), asyncio.create_task(self._listen(process))]
        try:
            yield read, write
        finally:
            if process.stdin:
                process.stdin.close()
            if self._orderly:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), GRACE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(TimeoutError):  # what has left the group may hold the pipes open
                await asyncio.wait_for(process.wait(), GRACE)
            process._transport.close()  # type: ignore[attr-defined]
            for task in (reading, *beside):
                task.cancel()
            await asyncio.gather(reading, *beside, return_exceptions=True)
            for stream in (to_client, read, write, from_client):
                stream.close()

    async def _read(self, process: asyncio.subprocess.Process, to_client: Any) -> None:
        """Hand on the server's answers and questions. Its notifications, and lines that are no messages, are dropped but counted."""
        from mcp.shared.message import SessionMessage
        from mcp_types import JSONRPCNotification, jsonrpc_message_adapter

        assert process.stdout
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                return self.fail(CallFailed("too_large", f"the server wrote a line of more than {self._limit} bytes"))
            if not line:
                break
            self._messages += 1
            self._bytes += len(line)
            if self._messages > MAX_MESSAGES or self._bytes > 2 * self._limit:
                return self.fail(CallFailed("too_large", "the server flooded us with messages that nobody asked for"))
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                if b'"jsonrpc"' in line:
                    return self.fail(CallFailed("not_json", "the server wrote a message that cannot be read"))
                continue
            if not isinstance(message, JSONRPCNotification):
                await to_client.send(SessionMessage(message))
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE / 2)
        code = "" if process.returncode is None else f" (exit code {process.returncode})"
        self.fail(CallFailed("no_result", f"the server died{code}{self._last_words()}"))
        to_client.close()

    async def _write(self, process: asyncio.subprocess.Process, from_client: Any) -> None:
        assert process.stdin
        with suppress(OSError):  # that it is gone is seen by the reader
            async for message in from_client:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        while chunk := await process.stderr.read(65536):
            self._stderr = (self._stderr + chunk)[-4096:]

    def _last_words(self) -> str:
        lines = self._stderr.decode(errors="replace").split("\n")
        line = next((line for line in reversed(lines) if line.strip()), "")
        return f"; {shown(str(self._auth.hide(line)), 200)}" if line else ""

    @asynccontextmanager
    async def _http(self) -> AsyncIterator[tuple[Any, Any]]:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        outer = self

        class Bounded(httpx2.AsyncByteStream):
            def __init__(self, stream: Any, events: bool) -> None:
                self.stream, self.events = stream, events

            async def __aiter__(self) -> AsyncIterator[bytes]:
                total = messages = 0
                async for chunk in self.stream:
                    total, messages = total + len(chunk), messages + chunk.count(b"data:")
                    if total > outer._limit or (self.events and messages > MAX_MESSAGES):
                        much = f"{outer._limit} bytes or {MAX_MESSAGES} messages"
                        outer.fail(CallFailed("too_large", f"the server replied with more than {much}"))
                        raise httpx2.StreamError("too large")
                    yield chunk

            async def aclose(self) -> None:
                await self.stream.aclose()

        async def before(request: httpx2.Request) -> None:
            # No stream of what nobody asked for; and no farewell to a server that no longer answers.
            if (request.method == "GET" and "last-event-id" not in request.headers) or (
                request.method == "DELETE" and not self._orderly
            ):
                raise httpx2.ReadError("not asked", request=request)

        async def after(response: httpx2.Response) -> None:
            code, asked = response.status_code, response.request
            if response.headers.get("content-encoding", "identity") != "identity":  # small here may be huge there
                self.fail(CallFailed("too_large", "the server replied compressed, though asked not to"))
                raise httpx2.ReadError("compressed", request=asked)
            expired = code == 404 and "mcp-session-id" in asked.headers
            if asked.method == "POST" and (expired or code in (401, 403, 407, 408, 425, 429) or code >= 500):
                self.fail(Outage(f"HTTP {code}"))  # says nothing of the call
            events = response.headers.get("content-type", "").lower().startswith("text/event-stream")
            response.stream = Bounded(response.stream, events)

        timeout = max(self._options.seconds, self._options.start_seconds) + 5
        headers = {"accept-encoding": "identity", **dict(self._auth.headers)}
        hooks: Any = {"request": [before], "response": [after]}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks=hooks) as client,
            streamable_http_client(
                str(self._options.url), http_client=client, max_sse_event_size=self._limit
            ) as streams,
        ):
            yield streams
