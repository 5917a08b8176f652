"""The OpenAI Batch API (files and batches): half the price, answers within a day instead of seconds.

Requests gather, go out as one file, and come back as one. What is paid must survive us, so a journal knows each batch:

    upload the file -> journal "input:<file id>" -> create the batch -> journal its id -> poll, fetch, hand out -> close it

Killed between the two journal entries, the next session looks in the provider's list for a batch of that input file. What is left
of the gap: a provider that does not list a batch it has accepted, or that has no list, is asked twice.

Formats: https://platform.openai.com/docs/api-reference/batch (`custom_id` of at most 64 characters, 50,000 requests, 200 MB).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from pydantic import Field

from apigen.errors import EndpointError
from apigen.llms.batch_wire import BatchFile, BatchLine, BatchState, read_lines, read_object
from apigen.llms.chat import ChatOptions, busy_kind
from apigen.llms.openai import OpenAILLM

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")
INTENT = "input:"
"""Before the id of an input file, in the journal: a batch of it may be at the provider."""
ENDED = ("completed", "failed", "expired", "cancelled")
MAX_BYTES = 190_000_000
GONE_AFTER = 3
"""So many times in a row must the provider not know a batch before it counts as lost."""
CALL_SECONDS = 300.0
SAVED_SECONDS = 0.5
"""What callers are given to write their answers down before the batch is closed in the journal."""


class OpenAIBatchOptions(ChatOptions):
    """How many requests make a batch, how long to wait for more of them, and how often to look."""

    batch_size: Annotated[int, Field(ge=1, le=50_000)] = 1000
    linger_seconds: Annotated[float, Field(ge=0)] = 5.0
    poll_seconds: Annotated[float, Field(gt=0)] = 30.0
    window: Annotated[str, Field(pattern=r"^\d+[mhd]$")] = "24h"
    retries: Annotated[int, Field(ge=0, le=20)] = 3


class BatchJournal(Protocol):
    """Where the batches at the provider are kept. A write is durable once its await is over."""

    def open_batches(self, llm: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return (batch id, keys of its requests) of all batches of this LLM that are not closed."""

    async def save_batch(self, id: str, llm: str, keys: Sequence[str]) -> None:
        """Write a batch down as open; for a known id, replace its keys."""

    async def close_batch(self, id: str) -> None:
        """Forget a batch; one that is not there is nothing to do."""


@dataclass(slots=True, eq=False)
class Batch:
    """A batch on its way. `id` is the journal's; `left` are the keys whose answers are not handed over yet."""

    id: str
    keys: tuple[str, ...]
    left: set[str]
    fetched: bool = False
    held: bool = False
    failure: Exception | None = None
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, key: str = "") -> None:
        self.left.discard(key)
        if self.fetched and not self.left:
            self.empty.set()


class BatchProvider:
    """The calls to the files and batches endpoints. Nothing here may create a batch twice."""

    def __init__(self, options: OpenAIBatchOptions, live: OpenAILLM) -> None:
        self._options, self._live = options, live

    def outage(self, problem: str | Exception) -> EndpointError:
        """Return a problem as an error for good: who heard "busy" would ask again one by one, and wait a day for each."""
        return EndpointError(
            self._live.message(problem) if isinstance(problem, str) else str(self._live.outage(problem))
        )

    @property
    def _client(self) -> "AsyncOpenAI":
        # The client's own second try at creating a batch would be a second bill.
        return self._live.connected().with_options(max_retries=0)

    async def upload(self, data: bytes) -> str:
        """Return the id of a new input file."""
        from openai import APIError

        for attempt in range(self._options.retries + 1):
            try:
                files = self._client.files.with_raw_response
                return read_object(BatchFile, await files.create(file=("apigen.jsonl", data), purpose="batch")).id
            except (APIError, ValueError) as error:
                if attempt == self._options.retries or not _may_pass(error):
                    raise self.outage(error) from error
            await self.pause(attempt)
        raise AssertionError

    async def create(self, file_id: str) -> str | None:
        """Return the id of a new batch of a file, or None where only its list will tell whether there is one.

        Raises:
            EndpointError: If there is none for certain.
        """
        from openai import APIError

        try:
            raw = await self._client.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint="/v1/chat/completions",
                completion_window=self._options.window,  # type: ignore[arg-type] # others have other windows
            )
            return read_object(BatchState, raw).id
        except (APIError, ValueError) as error:
            # A file just uploaded may not be known to all of the provider's machines yet.
            if _may_pass(error) or file_id in str(error):
                return None
            raise self.outage(error) from error

    async def find(self, file_id: str) -> str | None:
        """Return the id of the batch that was made of a file, if one was."""

        async def look() -> str:
            from openai import NotFoundError

            seen = set()
            try:
                async for batch in self._client.batches.list(limit=100):
                    if batch.input_file_id == file_id:
                        return batch.id
                    if batch.id in seen:  # a list that starts over for ever
                        break
                    seen.add(batch.id)
            except NotFoundError:
                pass  # no list: nothing to find
            except (TypeError, AttributeError):
                raise ValueError("its list of batches is no such list") from None
            return ""

        return await self._until(look) or None

    async def wait(self, id: str, keys: set[str]) -> tuple[BatchState | None, dict[str, BatchLine]]:
        """Return how a batch ended and its lines; None if the provider no longer knows it."""
        gone = short = 0

        async def look() -> tuple[BatchState | None, dict[str, BatchLine]] | None:
            from openai import NotFoundError

            nonlocal gone, short
            try:
                state = read_object(BatchState, await self._client.batches.with_raw_response.retrieve(id))
            except NotFoundError:
                gone += 1
                return (None, {}) if gone >= GONE_AFTER else None
            gone = 0
            if state.status not in ENDED:
                return None
            lines: dict[str, BatchLine] = {}
            for file_id in (state.output_file_id, state.error_file_id):
                with suppress(NotFoundError):
                    content = (await self._client.files.content(file_id)).content if file_id else b""
                    lines = await asyncio.to_thread(read_lines, content, keys) | lines
            short += 1
            complete = len(lines) >= min(state.promised, len(keys))
            return (state, lines) if complete or short > self._options.retries else None

        return await self._until(look)

    async def _until(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look until there is something; while the provider is away, ever more seldom, but for ever: it was paid."""
        from openai import APIError

        failures = 0
        while True:
            try:
                found = await look()
                if found is not None:
                    return found
                failures = 0
            except (APIError, ValueError) as error:
                if not _may_pass(error):
                    raise self.outage(error) from error
                failures += 1
            await self.pause(failures)

    async def pause(self, failures: int = 0) -> None:
        await asyncio.sleep(self._options.poll_seconds * 2 ** min(failures, 5))


def _may_pass(error: Exception) -> bool:
    """Say whether asking again later may help; an error without a status is a broken connection or a broken reply."""
    status = getattr(error, "status_code", None)
    return status is None or busy_kind(status, str(error)) is not None
