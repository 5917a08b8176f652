"""An MCP server over streamable HTTP, bounded in what it may send."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from apigen.sources.auth import Auth
from apigen.sources.mcp_wire import MAX_MESSAGES, CallFailed, Outage


class Http:
    """The server at `url` as a Transport: `fail` is told what makes it useless, `limit` bounds one reply in bytes."""

    def __init__(
        self, url: str, seconds: float, auth: Auth, limit: int, fail: Callable[[CallFailed | Outage], None]
    ) -> None:
        self._url, self._seconds, self._auth, self._limit, self._fail = url, seconds, auth, limit, fail
        self.orderly = False

    def begin(self) -> None:
        """Nothing is carried over: each reply is counted for itself."""

    def last_words(self) -> str:
        return ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Any, Any]]:
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
                        outer._fail(CallFailed("too_large", f"the server replied with more than {much}"))
                        raise httpx2.StreamError("too large")
                    yield chunk

            async def aclose(self) -> None:
                await self.stream.aclose()

        async def before(request: httpx2.Request) -> None:
            # No stream of what nobody asked for; and no farewell to a server that no longer answers.
            if (request.method == "GET" and "last-event-id" not in request.headers) or (
                request.method == "DELETE" and not self.orderly
            ):
                raise httpx2.ReadError("not asked", request=request)

        async def after(response: httpx2.Response) -> None:
            code, asked = response.status_code, response.request
            if response.headers.get("content-encoding", "identity") != "identity":  # small here may be huge there
                self._fail(CallFailed("too_large", "the server replied compressed, though asked not to"))
                raise httpx2.ReadError("compressed", request=asked)
            expired = code == 404 and "mcp-session-id" in asked.headers
            if asked.method == "POST" and (expired or code in (401, 403, 407, 408, 425, 429) or code >= 500):
                self._fail(Outage(f"HTTP {code}"))  # says nothing of the call
            events = response.headers.get("content-type", "").lower().startswith("text/event-stream")
            response.stream = Bounded(response.stream, events)

        headers = {"accept-encoding": "identity", **dict(self._auth.headers)}
        hooks: Any = {"request": [before], "response": [after]}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=self._seconds, event_hooks=hooks) as client,
            streamable_http_client(self._url, http_client=client, max_sse_event_size=self._limit) as streams,
        ):
            yield streams
