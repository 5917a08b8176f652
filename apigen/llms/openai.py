"""Any OpenAI-compatible chat endpoint: OpenAI, vLLM, Ollama, llama-server, hosted ones."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import Field

from apigen.errors import EndpointBusy, EndpointError
from apigen.llms.chat import STRUCTURES, ChatOptions, ChatReply, blames_structure, busy_kind, clean_json
from apigen.llms.headers import asked_pause
from apigen.llms.patient import Terms
from apigen.options import environment_variable, parse_options
from apigen.records import Completion, JsonObject, Request

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

DEFAULT_URL = "https://api.openai.com/v1"


class OpenAIOptions(ChatOptions):
    """How long an answer may take, and how often and how long to try for one."""

    timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    patience_seconds: Annotated[float, Field(gt=0)] = 600.0


LANE = 32
"""Requests that one client is given at once: its pool looks at all its connections for each request."""


@dataclass(slots=True)
class _Lane:
    """One client with its own connections, and how many requests are under way on it."""

    client: "AsyncOpenAI"
    under_way: int = 0


class OpenAILLM:
    """A model behind an OpenAI-compatible endpoint, over the official client. It asks once: who tries again is PatientLLM."""

    def __init__(self, options: OpenAIOptions, api_key: str) -> None:
        self.model = options.model
        self.terms = Terms(options.retries, options.patience_seconds)
        self.on_pause_asked: Callable[[float], None] = lambda seconds: None
        self._options, self._api_key = options, api_key
        self._structure = STRUCTURES.index(options.structured)
        self._lanes: list[_Lane] = []
        self._ids: set[str] = set()
        self._last: WeakKeyDictionary[Any, bytes] = WeakKeyDictionary()

    @classmethod
    def from_options(cls, options: JsonObject) -> "OpenAILLM":
        chosen = parse_options(OpenAIOptions, options)
        name = chosen.api_key_env
        # Servers of one's own ask for no key, but the client insists on one.
        return cls(chosen, environment_variable(name, "api_key_env") if name else "none")

    async def start(self) -> None:
        self.connected()

    def connected(self) -> "AsyncOpenAI":
        """Return a client of the endpoint, ready to be used."""
        return self._lane().client

    def _lane(self) -> _Lane:
        """Return the client with the most room; a new one where all are in full use."""
        lane = min(self._lanes, key=lambda one: one.under_way, default=None)
        if lane is not None and lane.under_way < LANE:
            return lane
        from openai import DEFAULT_CONNECTION_LIMITS, AsyncOpenAI, DefaultAsyncHttpxClient

        # How many requests are under way is the gate's business; each keeps its connection for the next one.
        limits = type(DEFAULT_CONNECTION_LIMITS)(max_connections=None, max_keepalive_connections=None)
        client = AsyncOpenAI(
            api_key=self._api_key,
            base_url=self.where,
            timeout=self._options.timeout_seconds,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(limits=limits),
        )
        self._lanes.append(_Lane(client))
        return self._lanes[-1]

    async def complete(self, request: Request) -> Completion:
        from openai import APIError, BadRequestError, UnprocessableEntityError

        while True:
            structure = self._structure
            try:
                # A server that sends a byte now and then never meets the client's own limit, which is one for each read.
                async with asyncio.timeout(self._options.timeout_seconds):
                    return await self._ask(request, STRUCTURES[structure])
            except (BadRequestError, UnprocessableEntityError) as error:
                if request.schema is None or structure == len(STRUCTURES) - 1 or not blames_structure(error):
                    raise self.outage(error) from error
                # Another task may have stepped down meanwhile; never step twice for one refusal.
                self._structure = max(self._structure, structure + 1)
            except (APIError, TimeoutError) as error:
                raise self.outage(error) from error

    async def _ask(self, request: Request, structure: str) -> Completion:
        import httpx2  # the client's own; it is imported by then

        start, lane = time.perf_counter(), self._lane()
        lane.under_way += 1
        try:
            # As `chat.completions.create` would, less its walk through the body's types: that is most of a request's cost.
            body = self._options.body(request, structure)
            raw = await lane.client.post("/chat/completions", cast_to=httpx2.Response, body=body)
        finally:
            lane.under_way -= 1
        seconds = time.perf_counter() - start
        pause = asked_pause(raw.headers, refused=False)
        if pause:
            self.on_pause_asked(pause)
        try:
            reply = ChatReply.model_validate(clean_json(raw.content))
        except ValueError:
            problem = f"its answer is no chat completion: {raw.content[:80]!r}"
            raise EndpointBusy(self.message(problem), "broken") from None
        if self._came_before(raw, reply.id):
            # A server that sends a reply twice is one reply ahead on that connection, and must not be asked on it again.
            await raw.extensions["network_stream"].aclose()
            raise EndpointBusy(self.message("it sent the same reply twice"), "broken")
        return reply.completion(self.model, seconds)

    def _came_before(self, raw: "httpx2.Response", identity: str | None) -> bool:
        """Say whether this is the last reply of the same connection once more.

        Ids that are always the same tell nothing, and those of some servers come again by chance: so all of it must be the same.
        """
        connection = raw.extensions.get("network_stream")
        if connection is None or not identity:
            return False
        before, self._last[connection] = self._last.get(connection), raw.content
        if len(self._ids) < 2:
            self._ids.add(identity)
        return before == raw.content and len(self._ids) > 1

    @property
    def where(self) -> str:
        """The endpoint's address."""
        return self._options.base_url or DEFAULT_URL

    async def check(self) -> None:
        """Ask whether the endpoint answers, takes the key and knows the model; spends nothing.

        Raises:
            EndpointError: If not.
        """
        from openai import APIError, NotFoundError

        try:
            served = [
                model.id async for model in self.connected().with_options(timeout=10, max_retries=0).models.list()
            ]
        except NotFoundError:
            return  # an endpoint without a list of its models may still chat
        except APIError as error:
            raise self.outage(error) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise EndpointError(self.message("its list of models is no such list")) from error
        if served and self.model not in served:
            raise EndpointError(f"LLM endpoint {self.where}: serves no model {self.model}, but {', '.join(served[:5])}")

    def outage(self, error: Exception) -> EndpointError:
        """Return the error as ours: busy where another try may succeed."""
        from openai import APIStatusError

        if not isinstance(error, APIStatusError):
            timed_out = isinstance(error, TimeoutError) or "timed out" in str(error).lower()
            if timed_out:
                return EndpointBusy(self.message(f"timed out after {self._options.timeout_seconds:g} s"), "timeout")
            # What the client could not connect to, read or understand, it says in two words; the cause says more.
            return EndpointBusy(self.message(_with_cause(error)), "broken")
        kind = busy_kind(error.status_code, f"{error} {error.body}")
        if kind is None:
            return EndpointError(self.message(str(error)))
        return EndpointBusy(self.message(str(error)), kind, asked_pause(error.response.headers, refused=True))

    def message(self, problem: str) -> str:
        """Return a problem as a line that names the endpoint and the model, and never holds the key."""
        text = " ".join(problem.split())
        # Some endpoints say the key back when they refuse it.
        safe = text.replace(self._api_key, "***") if self._options.api_key_env else text
        return f"LLM endpoint {self.where} (model {self.model}): {safe[:300]}"

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.client.close()


def _with_cause(error: Exception) -> str:
    text, cause = str(error) or type(error).__name__, str(error.__cause__ or "")
    return text if cause in text else f"{text} {cause}"
