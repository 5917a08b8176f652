"""REST calls: a request goes out or is looked up, and its reply becomes a JSON value or a typed error."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from apigen.records import CallError, CallResult, ErrorKind, Json, JsonObject, canonical
from apigen.sandbox.broker import Broker, BrokerError, HttpReply, HttpRequest
from apigen.sources.auth import Auth
from apigen.sources.documents import finite, shown
from apigen.sources.outages import Finding, Server, Tries, sign_of
from apigen.sources.recordings import Recording, Recordings, Reply
from apigen.sources.routes import BadArguments, PlainRequest, Route

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

Mode = Literal["live", "record", "replay"]

MAX_TEXT = 20_000
"""Characters of a reply that is no JSON."""
MAX_DEPTH = 100
MAX_MESSAGE = 200
_TEXTUAL = re.compile(r"text/.*|application/(?:.*\+)?(?:xml|yaml)|application/(?:x-)?(?:ndjson|jsonl|yaml|javascript)")


@dataclass(slots=True)
class RestCaller:
    """Makes the calls of one source in one mode. Without a broker (in `replay`) nothing leaves this machine."""

    mode: Mode
    auth: Auth
    broker: Broker | None
    recordings: Recordings | None
    server: Server
    per_minute: int | None = None
    _limiter: "AsyncLimiter | None" = field(default=None, repr=False)

    async def call(self, name: str, route: Route, arguments: JsonObject) -> CallResult:
        """Make one call, again and again while its server is away: a value or a typed error.

        Raises:
            EndpointError: If the server is at fault, so that nothing is said of the arguments.
        """
        try:
            request = route.request(arguments)
        except BadArguments as error:
            return CallResult(error=CallError("exception", str(error)))
        except (ValueError, RecursionError):  # a number or a depth that JSON does not have
            return CallResult(error=CallError("exception", "the arguments are no JSON"))
        if self.broker is None:
            reply = self.recorded(request, arguments)
            if reply is None:
                return CallResult(error=CallError("unrecorded", f"not recorded: {route.method} {route.path}"))
            return to_result(reply)
        tries = Tries(self.server, name)
        while True:
            await self._wait()
            result, found = await self._try(self.broker, name, request, arguments)
            pause = tries.pause(found)
            if pause is None:
                return result
            # Of a POST too: the draw would stay open, and its call be made again by the next session.
            await asyncio.sleep(pause)

    async def _try(
        self, broker: Broker, name: str, request: PlainRequest, arguments: JsonObject
    ) -> tuple[CallResult, Finding]:
        started = asyncio.get_running_loop().time()
        try:
            came = await broker.request(
                HttpRequest(
                    request.method,
                    request.url,
                    headers=(("accept", "application/json, */*;q=0.5"), *request.headers, *self.auth.headers),
                    query=self.auth.query,
                    body=request.body,
                )
            )
        except BrokerError as error:
            kinds: dict[str, ErrorKind] = {"timeout": "timeout", "response_too_large": "too_large"}
            failed = CallError(kinds.get(error.kind, "exception"), error.message)
            seconds = asyncio.get_running_loop().time() - started
            return CallResult(error=failed, seconds=seconds), Finding.of_error(error)
        reply = to_reply(came, self.auth)
        if self.mode == "record" and self.recordings and _lasts(reply.status):
            entry = Recording(name, request.method, request.url, canonical(arguments), reply)
            await self.recordings.keep(entry)
        result = to_result(reply)
        seconds = asyncio.get_running_loop().time() - started
        return CallResult(result.value, result.error, seconds), Finding.of_reply(came)

    def recorded(self, request: PlainRequest, arguments: JsonObject) -> Reply | None:
        """Return the recorded reply to a call's request, if there is one."""
        if self.recordings is None:
            return None
        return self.recordings.find(request.method, request.url, canonical(arguments))

    async def _wait(self) -> None:
        if self.per_minute is None:
            return
        if self._limiter is None:
            from aiolimiter import AsyncLimiter

            self._limiter = AsyncLimiter(1, 60 / self.per_minute)  # evenly, never a burst
        await self._limiter.acquire()

    async def close(self) -> None:
        if self.broker is not None:
            await self.broker.close()
        if self.recordings is not None:
            self.recordings.close()


def to_reply(came: HttpReply, auth: Auth) -> Reply:
    """Return a reply as it may be kept: without secrets, its body a text (JSON where it is that), None where it is neither."""
    headers = {name: str(auth.hide(value)) for name, value in came.headers}
    kind, _, rest = headers.get("content-type", "").lower().partition(";")
    kind = kind.strip()
    if not came.body:
        return Reply(came.status, headers, "")
    if not kind or kind == "application/json" or kind.endswith("+json"):
        try:
            value = json.loads(came.body.decode("utf-8-sig"), parse_constant=finite, parse_float=finite)
            body = json.dumps(auth.hide(value), ensure_ascii=False)
            return Reply(came.status, headers | {"content-type": "application/json"}, body)
        except (ValueError, RecursionError):
            if kind:
                return Reply(came.status, headers, None)
    if kind and not _TEXTUAL.fullmatch(kind):
        return Reply(came.status, headers, None)
    charset = re.search(r"charset=\"?([a-z0-9_-]{1,20})", rest)
    try:
        text = came.body.decode(charset[1] if charset else "utf-8", errors="replace")
    except LookupError:
        text = came.body.decode("utf-8", errors="replace")
    return Reply(came.status, headers, str(auth.hide(text)))


def to_result(reply: Reply) -> CallResult:
    """Return what a reply means to the caller: the same whether it came now or was recorded."""
    if not 200 <= reply.status < 300:
        return CallResult(error=CallError("exception", _message(reply)))
    if reply.body == "":
        return CallResult(None)
    kind = reply.headers.get("content-type", "")
    if reply.body is None:
        what = shown(kind, 60) or "of no known type"
        return CallResult(error=CallError("not_json", f"the reply is {what}, and no JSON or text that can be read"))
    if kind != "application/json":
        if len(reply.body) > MAX_TEXT:
            return CallResult(error=CallError("too_large", f"the reply's text is over {MAX_TEXT} characters"))
        return CallResult(reply.body)
    value = json.loads(reply.body)
    if _is_deeper(value, MAX_DEPTH):
        return CallResult(error=CallError("too_large", f"the reply is nested deeper than {MAX_DEPTH} levels"))
    return CallResult(value)


def _lasts(status: int) -> bool:
    return status // 100 in (2, 4) and sign_of(status) == "answer"


def _message(reply: Reply) -> str:
    said = ""
    if reply.headers.get("content-type") == "application/json" and reply.body:
        value = json.loads(reply.body)
        if isinstance(value, dict):
            texts = [value.get(key) for key in ("message", "detail", "error_description", "error", "title")]
            value = next((text for text in texts if text), value)
        said = value if isinstance(value, str) else canonical(value)
    elif reply.body and "html" not in reply.headers.get("content-type", ""):
        said = reply.body
    return shown(f"HTTP {reply.status}: {said}" if said else f"HTTP {reply.status}", MAX_MESSAGE)


def _is_deeper(value: Json, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
        if not level:
            return False
    return True
