"""A model asked through the OpenAI Batch API; see `batches` for how its files and journal work."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from apigen.errors import ApigenError, EndpointError
from apigen.llms.batches import (
    CALL_SECONDS,
    INTENT,
    LIVE,
    MAX_BYTES,
    SAVED_SECONDS,
    BatchJournal,
    BatchLine,
    BatchProvider,
    BatchState,
    OpenAIBatchOptions,
    RefusedBatch,
    error_text,
)
from apigen.llms.openai import STRUCTURES, OpenAILLM, _blames_structure, _Reply, _response_format
from apigen.llms.patient import Terms
from apigen.options import parse_options
from apigen.records import Completion, JsonObject, Request


@dataclass(slots=True, eq=False)
class _Ask:
    """A question that somebody waits on: how it asked for JSON, and how many batches failed it."""

    request: Request
    structure: int
    future: asyncio.Future[Completion]
    failures: int = 0
    waiters: int = 0
    taken: bool = False


@dataclass(slots=True, eq=False)
class _Batch:
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


class OpenAIBatchLLM:
    """A model asked through batches. Answers that nobody waits for any more are kept, in memory and open in the journal.

    `default_in_flight` (and `terms`) say how many requests should be asked at once for batches to be worth it.
    """

    def __init__(self, options: OpenAIBatchOptions, live: OpenAILLM) -> None:
        self.model, self.where, self.default_in_flight = options.model, live.where, options.batch_size
        self.terms = Terms(max_in_flight=options.batch_size)
        self._options, self._live, self._provider = options, live, BatchProvider(options, live)
        self._size, self._structure = options.batch_size, STRUCTURES.index(options.structured)
        self._journal: BatchJournal | None = None
        self._asks: dict[str, _Ask] = {}
        self._waiting: dict[str, None] = {}  # keys for the next batch, in order
        self._held: dict[str, None] = {}  # keys for when the provider's queue has room
        self._kept: dict[str, Completion] = {}  # answers that nobody waits for
        self._batches: list[_Batch] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_options(cls, options: JsonObject) -> "OpenAIBatchLLM":
        chosen = parse_options(OpenAIBatchOptions, options)
        shared = {key: value for key, value in options.items() if key in LIVE}
        return cls(chosen, OpenAILLM.from_options(shared | {"timeout_seconds": CALL_SECONDS}))

    def attach_journal(self, journal: BatchJournal, key_of: Callable[[Request], str], name: str) -> None:
        """Keep batches in this journal under the LLM's name; `key_of` gives a request its key of at most 64 characters."""
        self._journal, self._key_of, self._name = journal, key_of, name

    @property
    def _log(self) -> BatchJournal:
        if self._journal is None:
            raise RuntimeError("no journal is attached")
        return self._journal

    async def start(self) -> None:
        """Go on with the batches that an earlier session left at the provider."""
        for id, keys in self._log.open_batches(self._name):
            self._launch(_Batch(id, tuple(keys), set(keys)))

    async def check(self) -> None:
        """Ask whether the endpoint answers, takes the key and knows the model; spends nothing."""
        await self._live.check()

    async def complete(self, request: Request) -> Completion:
        """Answer one request with some batch; `seconds` runs from the asking to the answer.

        Raises:
            EndpointError: If the provider refuses it, or failed it in `retries` + 1 batches.
        """
        started = time.perf_counter()
        if self._journal is None:
            raise RuntimeError("no journal is attached")
        key = self._key_of(request)
        answer = self._kept.pop(key) if key in self._kept else await self._wait(key, request)
        for batch in self._batches:
            batch.settle(key)
        return replace(answer, seconds=time.perf_counter() - started)

    async def _wait(self, key: str, request: Request) -> Completion:
        ask = self._asks.get(key)
        if ask is None:
            holder = self._holder(key)
            if holder and holder.failure:
                raise holder.failure  # paid, but out of reach: it stays in the journal, and is not asked twice
            ask = self._asks[key] = _Ask(request, self._structure, asyncio.get_running_loop().create_future())
            if holder is None:
                self._queue(key)
        ask.waiters += 1
        try:
            answer = await asyncio.shield(ask.future)
            ask.taken = True
            return answer
        finally:
            ask.waiters -= 1
            if not ask.waiters:
                del self._asks[key]
                self._waiting.pop(key, None)
                self._held.pop(key, None)
                if ask.future.done() and not ask.taken and not ask.future.exception():
                    self._kept[key] = ask.future.result()

    def _holder(self, key: str) -> _Batch | None:
        """Return the batch whose files are still to bring this key's answer."""
        return next((batch for batch in self._batches if not batch.fetched and key in batch.left), None)

    def _queue(self, key: str) -> None:
        self._waiting[key] = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if len(self._waiting) >= self._size:
            self._send()
        else:
            self._timer = asyncio.get_running_loop().call_later(self._options.linger_seconds, self._send)

    def _send(self) -> None:
        """Send all that wait, in as few batches as the limits allow."""
        while self._waiting:
            keys: list[str] = []
            data = bytearray()
            for key in list(self._waiting)[: self._size]:
                try:
                    line = self._line(key)
                except (TypeError, ValueError) as error:
                    del self._waiting[key]
                    self._fail(key, self._provider.outage(f"this cannot be sent: {error}"))
                    continue
                if keys and len(data) + len(line) > MAX_BYTES:
                    break
                keys.append(key)
                data += line
                del self._waiting[key]
            if keys:
                self._launch(_Batch("", tuple(keys), set(keys)), bytes(data))

    def _line(self, key: str) -> bytes:
        ask, options = self._asks[key], self._options
        request, ask.structure = ask.request, self._structure
        body: dict[str, Any] = {
            "model": options.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            options.token_limit_key: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.seed is not None:
            body["seed"] = request.seed
        if request.schema is not None and (structure := STRUCTURES[ask.structure]) != "none":
            body["response_format"] = _response_format(structure, request)
        whole = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body | options.extra_body}
        return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def _launch(self, batch: _Batch, data: bytes | None = None) -> None:
        self._batches.append(batch)
        task = asyncio.get_running_loop().create_task(self._run(batch, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: _Batch, data: bytes | None) -> None:
        """See one batch through, from its file to its closing in the journal."""
        try:
            if data is not None:
                await self._submit(batch, data)
            if not batch.id.startswith(INTENT) or await self._resolve(batch):
                state, lines = await self._provider.wait(batch.id, batch.left)
                if state and state.status == "failed" and state.first_fault.code == "token_limit_exceeded":
                    await self._make_room(batch, error_text(state.first_fault.message))
                else:
                    self._hand_out(batch, state, lines)
        except Exception as error:  # whatever it is, those who wait must hear of it
            if batch.id:
                batch.failure = error
            else:
                self._batches.remove(batch)  # nothing was made of it
            for key in batch.left:
                self._fail(key, error)
        if not batch.held:
            held, self._held = self._held, {}
            for key in held:
                self._queue(key)
        if not batch.fetched:
            return
        batch.settle()
        await batch.empty.wait()
        await asyncio.sleep(SAVED_SECONDS)
        with suppress(ApigenError):  # it can be closed another time
            await self._log.close_batch(batch.id)
            self._batches.remove(batch)

    async def _submit(self, batch: _Batch, data: bytes) -> None:
        file_id = await self._provider.upload(data)
        await self._log.save_batch(INTENT + file_id, self._name, batch.keys)
        try:
            id = await self._provider.create(file_id)
        except EndpointError:
            await self._log.close_batch(INTENT + file_id)
            raise
        batch.id = INTENT + file_id
        if id:
            await self._rename(batch, id)
        else:
            await self._provider.pause()  # a batch may take a moment to be listed

    async def _rename(self, batch: _Batch, id: str) -> None:
        intent, batch.id = batch.id, id
        await self._log.save_batch(id, self._name, batch.keys)
        await self._log.close_batch(intent)

    async def _resolve(self, batch: _Batch) -> bool:
        """Find out which batch was made of an input file; where none was, put its requests back."""
        id = await self._provider.find(batch.id.removeprefix(INTENT))
        if id and not any(other.id == id for other in self._batches):
            await self._rename(batch, id)
            return True
        batch.fetched = True
        for key in () if id else batch.keys:
            self._put_back(batch, key, "no batch could be made")
        batch.left.clear()
        return False

    async def _make_room(self, batch: _Batch, why: str) -> None:
        """Take back a batch that the provider's queue has no room for: until another ends, or else in halves."""
        if any(not other.fetched and not other.failure for other in self._batches if other is not batch):
            batch.fetched = batch.held = True
            batch.left.clear()
            self._held |= {key: None for key in batch.keys if key in self._asks and not self._holder(key)}
            return
        self._size = max(1, len(batch.keys) // 2)
        await self._provider.pause()
        batch.fetched = True
        for key in batch.keys:
            self._put_back(batch, key, why)

    def _hand_out(self, batch: _Batch, state: BatchState | None, lines: dict[str, BatchLine]) -> None:
        batch.fetched = True
        for key in [key for key in batch.keys if key in batch.left]:
            try:
                if state and state.status == "failed":
                    raise RefusedBatch(f"the batch failed: {error_text(state.first_fault.message)}")
                if key not in lines:
                    raise ValueError(f"the batch was {state.status}" if state else "the batch is gone")
                reply = lines[key].read()
            except RefusedBatch as error:
                self._refuse(batch, key, error)
            except ValueError as error:
                self._put_back(batch, key, str(error))
            else:
                self._answer(key, reply)

    def _answer(self, key: str, reply: _Reply) -> None:
        usage = reply.usage
        completion = Completion(
            text=reply.text,
            model=self.model,
            prompt_tokens=usage.prompt_tokens or 0,
            completion_tokens=usage.completion_tokens or 0,
            cached_tokens=usage.prompt_tokens_details.cached_tokens or 0,
            truncated=reply.first.finish_reason == "length",
        )
        ask = self._asks.get(key)
        if ask is None:
            self._kept[key] = completion
        elif not ask.future.done():
            ask.future.set_result(completion)

    def _put_back(self, batch: _Batch, key: str, why: str) -> None:
        """Ask again in the next batch, unless nobody waits any more or another batch may have the answer."""
        batch.settle(key)
        ask = self._asks.get(key)
        if ask is None or ask.future.done() or self._holder(key):
            return
        ask.failures += 1
        if ask.failures > self._options.retries:
            self._fail(key, self._provider.outage(f"failed in {ask.failures} batches: {why}"))
        else:
            self._queue(key)

    def _refuse(self, batch: _Batch, key: str, error: RefusedBatch) -> None:
        batch.settle(key)
        ask = self._asks.get(key)
        if ask is None or ask.future.done() or self._holder(key):
            return
        if ask.request.schema is not None and ask.structure < len(STRUCTURES) - 1 and _blames_structure(error):
            self._structure = max(self._structure, ask.structure + 1)
            self._queue(key)
        else:
            self._fail(key, self._provider.outage(str(error)))

    def _fail(self, key: str, error: Exception) -> None:
        ask = self._asks.get(key)
        if ask and not ask.future.done():
            ask.future.set_exception(error)

    async def close(self) -> None:
        """Stop at once. Paid batches stay at the provider and open in the journal, with the keys not handed over."""
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for key in self._asks:
            self._fail(key, self._provider.outage("was closed"))
        batches, self._batches = self._batches, []
        try:
            for batch in batches:
                if batch.fetched and not batch.left:
                    await self._log.close_batch(batch.id)
                elif batch.fetched and len(batch.left) < len(batch.keys):
                    await self._log.save_batch(batch.id, self._name, sorted(batch.left))
        finally:
            await self._live.close()
