"""One connection to an MCP server, over stdio or streamable HTTP: options, transports, and the task that keeps it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from apigen.options import Options
from apigen.records import CallError, ErrorKind, JsonObject
from apigen.sources.auth import Auth
from apigen.sources.documents import shown

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL")
"""What of the environment every stdio server sees; all else must be named under `env`."""
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


class CallFailed(Exception):
    """A call came to an error. `breaks`: and so did the session."""

    def __init__(self, kind: ErrorKind, message: str, *, breaks: bool = True) -> None:
        super().__init__(message)
        self.error, self.breaks = CallError(kind, message), breaks


class Session:
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
