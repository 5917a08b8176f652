"""One session with an MCP server, whatever the transport: the task that keeps it, and what is asked in it."""

import asyncio
from time import monotonic
from typing import Any

from apigen.records import JsonObject
from apigen.sources.auth import Auth
from apigen.sources.documents import shown
from apigen.sources.mcp_http import Http
from apigen.sources.mcp_options import McpOptions
from apigen.sources.mcp_stdio import Program
from apigen.sources.mcp_wire import GRACE, MAX_LINE, CallFailed, Outage, Transport


class Session:
    """One connection, kept by a task of its own: the SDK's scopes must be left by the task that entered them.

    Once `broken` is done, it says why nothing more can be asked.
    """

    def __init__(self, options: McpOptions, command: tuple[str, ...], env: dict[str, str], auth: Auth) -> None:
        self._options, self._auth = options, auth
        loop = asyncio.get_running_loop()
        self.broken: asyncio.Future[CallFailed | Outage] = loop.create_future()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._end = asyncio.Event()
        self._client: Any = None
        self._last: JsonObject = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        limit = max(MAX_LINE, options.output_kb * 4096)
        self._transport: Transport
        if command:
            self._transport = Program(command, env, auth, limit, self.fail)
        else:
            seconds = max(options.seconds, options.start_seconds) + 5
            self._transport = Http(str(options.url), seconds, auth, limit, self.fail)

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
            self.fail(Outage(f"did not start within {seconds:g} s{self._transport.last_words()}"))
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
        self._transport.orderly = not self.broken.done()
        self.fail(CallFailed("no_result", "the session was closed"))
        self._end.set()
        for wait in (3 * GRACE if self._ready.done() and self._transport.orderly else 0.0, GRACE, GRACE):
            done, _ = await asyncio.wait({self._keeper, *self._tasks}, timeout=wait)
            if self._keeper in done:
                break
            self._keeper.cancel()
        for task in self._tasks:
            task.cancel()

    async def _ask(self, request: Any, kind: Any, seconds: float) -> JsonObject:
        self._transport.begin()
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
                self._transport.open() as (read, write),
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
