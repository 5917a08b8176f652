"""The objects of the Batch API, of which we check what we need: files, batches, and the lines of a batch's output."""

from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field

from apigen.llms.chat import ChatReply, busy_kind, clean_json

M = TypeVar("M", bound=BaseModel)


class BatchFile(BaseModel):
    """A file object."""

    id: Annotated[str, Field(min_length=1)]


class _Fault(BaseModel):
    code: str | None = None
    message: str | None = None


class _Faults(BaseModel):
    data: list[_Fault] | None = None


class _Counts(BaseModel):
    completed: int = 0
    failed: int = 0


class BatchState(BatchFile):
    """A batch object."""

    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Faults | None = None
    request_counts: _Counts | None = None

    @property
    def first_fault(self) -> _Fault:
        return next(iter((self.errors and self.errors.data) or ()), _Fault())

    @property
    def promised(self) -> int:
        """How many lines its files should have."""
        counts = self.request_counts or _Counts()
        return counts.completed + counts.failed


class _Response(BaseModel):
    status_code: int
    body: Any = None


class RefusedBatch(Exception):
    """A request that the provider will not answer, however often it is asked."""


class BatchLine(BaseModel):
    """One line of an output or error file."""

    custom_id: str
    response: _Response | None = None
    error: Any = None

    def read(self) -> ChatReply:
        """Return the chat completion. Raises RefusedBatch, or ValueError where it is worth asking again."""
        if self.response is None:
            raise ValueError(error_text(self.error))
        status, body = self.response.status_code, self.response.body
        if status == 200:
            with suppress(ValueError):
                return ChatReply.model_validate(body)
            raise ValueError(f"its answer is no chat completion: {str(body)[:80]!r}")
        text = f"error {status}: {error_text(body or self.error)}"
        raise ValueError(text) if busy_kind(status, str(body)) else RefusedBatch(text)


def error_text(value: Any) -> str:
    """Return what an error says, wherever it says it."""
    while isinstance(value, dict) and (inner := value.get("error") or value.get("message") or value.get("code")):
        value = inner
    return str(value or "no reason given")


def read_object(model: type[M], raw: Any) -> M:
    """Return the object that a raw reply of the client holds. Raises ValueError where it is none."""
    return model.model_validate(clean_json(raw.content))


def read_lines(content: bytes, keys: set[str]) -> dict[str, BatchLine]:
    """Return the first line of each key; lines that are none, and those of others, are passed over."""
    lines: dict[str, BatchLine] = {}
    for text in content.split(b"\n"):
        with suppress(ValueError, RecursionError):
            line = BatchLine.model_validate(clean_json(text))
            if line.custom_id in keys:
                lines.setdefault(line.custom_id, line)
    return lines
