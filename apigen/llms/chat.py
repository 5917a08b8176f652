"""Chat completions as OpenAI writes them: the body of a request, and what is read of a reply or a refusal. No network."""

import json
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from apigen.llms.limits import Kind
from apigen.options import Options
from apigen.records import Completion, Request

STRUCTURES = ("json_schema", "json_object", "none")
"""Ways to ask for JSON, best first. An endpoint that refuses one is asked the next way, and from then on."""
_ABOUT_STRUCTURE = ("response_format", "json_schema", "json_object", "json schema", "grammar", "guided")


class ChatOptions(Options):
    """Where the endpoint is, which model it serves, and how it wants to be asked."""

    model: str
    base_url: str | None = None
    api_key_env: str | None = None
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

    def body(self, request: Request, structure: str) -> dict[str, Any]:
        """Return the body that asks a request's question, with its schema in one of STRUCTURES."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            self.token_limit_key: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.seed is not None:
            body["seed"] = request.seed
        if request.schema is not None and structure != "none":
            body["response_format"] = _response_format(structure, request)
        return body | self.extra_body


def _response_format(structure: str, request: Request) -> dict[str, Any]:
    if structure == "json_object":
        return {"type": "json_object"}
    return {
        "type": "json_schema",
        "json_schema": {"name": request.purpose, "schema": request.schema, "strict": False},
    }


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


class ChatReply(BaseModel):
    """What we need of a chat completion, checked: endpoints are many, and not all are what they say."""

    id: str | None = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage = _Usage()

    @field_validator("usage", mode="before")
    @classmethod
    def _odd_is_unknown(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {}

    def completion(self, model: str, seconds: float = 0.0) -> Completion:
        """Return it as ours, of the model's name by which it was asked."""
        first, usage = self.choices[0], self.usage
        return Completion(
            text=first.message.content or "",
            model=model,
            prompt_tokens=usage.prompt_tokens or 0,
            completion_tokens=usage.completion_tokens or 0,
            cached_tokens=usage.prompt_tokens_details.cached_tokens or 0,
            seconds=seconds,
            truncated=first.finish_reason == "length",
        )


def clean_json(content: bytes) -> Any:
    """Return the JSON of a body; half a surrogate pair, which JSON can spell and no text can hold, becomes a question mark.

    Raises:
        ValueError: If it is no JSON.
    """
    text = json.dumps(json.loads(content), ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def blames_structure(error: Exception) -> bool:
    """Say whether a refusal is about the output format; a wrong model or a too long prompt is not."""
    text = str(error).lower()
    return any(word in text for word in _ABOUT_STRUCTURE)


def busy_kind(status: int, text: str) -> Kind | None:
    """Say what a refusal is, or None where asking again is of no use."""
    if status == 429:
        return None if "insufficient_quota" in text else "throttled"
    if status in (503, 529):
        return "overloaded"
    if status == 408:
        return "timeout"
    return "broken" if status >= 500 or status == 409 else None
