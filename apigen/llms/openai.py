"""Any OpenAI-compatible chat endpoint: OpenAI, vLLM, Ollama, llama-server, hosted ones."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from pydantic import BaseModel, Field, field_validator

from apigen.errors import EndpointBusy, EndpointError
from apigen.llms.headers import asked_pause
from apigen.llms.limits import Kind
from apigen.llms.patient import Terms
from apigen.options import Options, environment_variable, parse_options
from apigen.records import Completion, JsonObject, Request

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

DEFAULT_URL = "https://api.openai.com/v1"
STRUCTURES = ("json_schema", "json_object", "none")
"""Ways to ask for JSON, best first. An endpoint that refuses one is asked the next way, and from then on."""


class OpenAIOptions(Options):
    """Where the endpoint is, which model it serves, and how to ask."""

    model: str
    base_url: str | None = None
    api_key_env: str | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    patience_seconds: Annotated[float, Field(gt=0)] = 600.0
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    token_limit_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"  # noqa: S105 - no password
    extra_body: dict[str, Any] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it as http://HOST:PORT/v1 or https://HOST/v1")
        if parts.username or parts.password:
            raise ValueError("takes no user or password; name the variable that holds the key in `api_key_env`")
        return value


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details = _Details()

    @field_validator("prompt_tokens_details", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any) -> Any:
        return {} if value is None else value


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Reply(BaseModel):
    """What we need of a chat completion, checked: endpoints are many, and not all are what they say."""

    id: str | None = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage = _Usage()

    @field_validator("usage", mode="before")
    @classmethod
    def _odd_is_unknown(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {}

    @property
    def text(self) -> str:
        return self.first.message.content or ""

    @property
    def first(self) -> _Choice:
        return self.choices[0]


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
        self._connected()

    def _connected(self) -> "AsyncOpenAI":
        return self._lane().client

    def _lane(self) -> "_Lane":
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
                if request.schema is None or structure == len(STRUCTURES) - 1 or not _blames_structure(error):
                    raise self._outage(error) from error
                # Another task may have stepped down meanwhile; never step twice for one refusal.
                self._structure = max(self._structure, structure + 1)
            except (APIError, TimeoutError) as error:
                raise self._outage(error) from error

    async def _ask(self, request: Request, structure: str) -> Completion:
        import httpx2  # the client's own; it is imported by then

        options = self._options
        body: dict[str, Any] = {
            "model": options.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            options.token_limit_key: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.seed is not None:
            body["seed"] = request.seed
        if request.schema is not None and structure != "none":
            body["response_format"] = _response_format(structure, request)
        start, lane = time.perf_counter(), self._lane()
        lane.under_way += 1
        try:
            # As `chat.completions.create` would, less its walk through the body's types: that is most of a request's cost.
            raw = await lane.client.post(
                "/chat/completions", cast_to=httpx2.Response, body={**body, **options.extra_body}
            )
        finally:
            lane.under_way -= 1
        seconds = time.perf_counter() - start
        pause = asked_pause(raw.headers, refused=False)
        if pause:
            self.on_pause_asked(pause)
        try:
            reply = _Reply.model_validate(_clean_json(raw.content))
        except ValueError:
            problem = f"its answer is no chat completion: {raw.content[:80]!r}"
            raise EndpointBusy(self._message(problem), "broken") from None
        if self._came_before(raw, reply.id):
            # A server that sends a reply twice is one reply ahead on that connection, and must not be asked on it again.
            await raw.extensions["network_stream"].aclose()
            raise EndpointBusy(self._message("it sent the same reply twice"), "broken")
        return Completion(
            text=reply.text,
            model=options.model,
            prompt_tokens=reply.usage.prompt_tokens or 0,
            completion_tokens=reply.usage.completion_tokens or 0,
            cached_tokens=reply.usage.prompt_tokens_details.cached_tokens or 0,
            seconds=seconds,
            truncated=reply.first.finish_reason == "length",
        )

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
                model.id async for model in self._connected().with_options(timeout=10, max_retries=0).models.list()
            ]
        except NotFoundError:
            return  # an endpoint without a list of its models may still chat
        except APIError as error:
            raise self._outage(error) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise EndpointError(self._message("its list of models is no such list")) from error
        if served and self.model not in served:
            raise EndpointError(f"LLM endpoint {self.where}: serves no model {self.model}, but {', '.join(served[:5])}")

    def _outage(self, error: Exception) -> EndpointError:
        """Return the error as ours: busy where another try may succeed."""
        from openai import APIStatusError

        if not isinstance(error, APIStatusError):
            timed_out = isinstance(error, TimeoutError) or "timed out" in str(error).lower()
            if timed_out:
                return EndpointBusy(self._message(f"timed out after {self._options.timeout_seconds:g} s"), "timeout")
            # What the client could not connect to, read or understand, it says in two words; the cause says more.
            return EndpointBusy(self._message(_with_cause(error)), "broken")
        kind = _busy_kind(error.status_code, f"{error} {error.body}")
        if kind is None:
            return EndpointError(self._message(str(error)))
        return EndpointBusy(self._message(str(error)), kind, asked_pause(error.response.headers, refused=True))

    def _message(self, problem: str) -> str:
        text = " ".join(problem.split())
        # Some endpoints say the key back when they refuse it.
        safe = text.replace(self._api_key, "***") if self._options.api_key_env else text
        return f"LLM endpoint {self.where} (model {self.model}): {safe[:300]}"

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.client.close()


def _clean_json(content: bytes) -> Any:
    """Return the JSON of a body; half a surrogate pair, which JSON can spell and no text can hold, becomes a question mark.

    Raises:
        ValueError: If it is no JSON.
    """
    text = json.dumps(json.loads(content), ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def _response_format(structure: str, request: Request) -> dict[str, Any]:
    if structure == "json_object":
        return {"type": "json_object"}
    return {
        "type": "json_schema",
        "json_schema": {"name": request.purpose, "schema": request.schema, "strict": False},
    }


def _blames_structure(error: Exception) -> bool:
    """Say whether a refusal is about the output format; a wrong model or a too long prompt is not."""
    text = str(error).lower()
    return any(
        word in text for word in ("response_format", "json_schema", "json_object", "json schema", "grammar", "guided")
    )


def _busy_kind(status: int, text: str) -> Kind | None:
    """Say what a refusal is, or None where asking again is of no use."""
    if status == 429:
        return None if "insufficient_quota" in text else "throttled"
    if status in (503, 529):
        return "overloaded"
    if status == 408:
        return "timeout"
    return "broken" if status >= 500 or status == 409 else None


def _with_cause(error: Exception) -> str:
    text, cause = str(error) or type(error).__name__, str(error.__cause__ or "")
    return text if cause in text else f"{text} {cause}"
