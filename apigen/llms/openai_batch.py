"""A model asked through the OpenAI Batch API; see `batches` for how its files and journal work."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from apigen.errors import ApigenError, EndpointError
from apigen.llms.batch_asks import Asks, Outbox, in_files
from apigen.llms.batch_wire import BatchLine, BatchState, RefusedBatch, error_text
from apigen.llms.batches import (
    CALL_SECONDS,
    INTENT,
    MAX_BYTES,
    SAVED_SECONDS,
    Batch,
    BatchJournal,
    BatchProvider,
    OpenAIBatchOptions,
)
from apigen.llms.chat import STRUCTURES, ChatOptions, blames_structure
from apigen.llms.openai import OpenAILLM
from apigen.llms.patient import Terms
from apigen.options import parse_options
from apigen.records import Completion, JsonObject, Request


class OpenAIBatchLLM:
    """A model asked through batches. Answers that nobody waits for any more are kept, in memory and open in the journal.

    `default_in_flight` (and `terms`) say how many requests should be asked at once for batches to be worth it.
    """

    def __init__(self, options: OpenAIBatchOptions, live: OpenAILLM) -> None:
        self.model, self.where, self.default_in_flight = options.model, live.where, options.batch_size
        self.terms = Terms(max_in_flight=options.batch_size)
        self._options, self._live, self._provider = options, live, BatchProvider(options, live)
        self._structure = STRUCTURES.index(options.structured)
        self._journal: BatchJournal | None = None
        self._asks, self._outbox = Asks(), Outbox(options.batch_size, options.linger_seconds, self._send)
        self._batches: list[Batch] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_options(cls, options: JsonObject) -> "OpenAIBatchLLM":
        chosen = parse_options(OpenAIBatchOptions, options)
        shared = {key: value for key, value in options.items() if key in ChatOptions.model_fields}
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
            self._launch(Batch(id, tuple(keys), set(keys)))

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
        answer = self._asks.take_kept(key) or await self._wait(key, request)
        for batch in self._batches:
            batch.settle(key)
        return replace(answer, seconds=time.perf_counter() - started)

    async def _wait(self, key: str, request: Request) -> Completion:
        if key not in self._asks:
            holder = self._holder(key)
            if holder and holder.failure:
                raise holder.failure  # paid, but out of reach: it stays in the journal, and is not asked twice
            self._asks.add(key, request, self._structure)
            if holder is None:
                self._outbox.add(key)
        try:
            return await self._asks.wait(key)
        finally:
            if key not in self._asks:
                self._outbox.drop(key)

    def _holder(self, key: str) -> Batch | None:
        """Return the batch whose files are still to bring this key's answer."""
        return next((batch for batch in self._batches if not batch.fetched and key in batch.left), None)

    def _send(self) -> None:
        """Send all that wait, in as few batches as the limits allow."""
        for keys, data in in_files(self._lines(), self._outbox.size, MAX_BYTES):
            self._launch(Batch("", keys, set(keys)), data)

    def _lines(self) -> Iterator[tuple[str, bytes]]:
        for key in self._outbox.take():
            try:
                line = self._line(key)
            except (TypeError, ValueError) as error:
                self._asks.fail(key, self._provider.outage(f"this cannot be sent: {error}"))
            else:
                yield key, line

    def _line(self, key: str) -> bytes:
        ask = self._asks[key]
        ask.structure = self._structure
        body = self._options.body(ask.request, STRUCTURES[ask.structure])
        whole = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}
        return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def _launch(self, batch: Batch, data: bytes | None = None) -> None:
        self._batches.append(batch)
        task = asyncio.get_running_loop().create_task(self._run(batch, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: Batch, data: bytes | None) -> None:
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
                self._asks.fail(key, error)
        if not batch.held:
            self._outbox.release()
        if not batch.fetched:
            return
        batch.settle()
        await batch.empty.wait()
        await asyncio.sleep(SAVED_SECONDS)
        with suppress(ApigenError):  # it can be closed another time
            await self._log.close_batch(batch.id)
            self._batches.remove(batch)

    async def _submit(self, batch: Batch, data: bytes) -> None:
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

    async def _rename(self, batch: Batch, id: str) -> None:
        intent, batch.id = batch.id, id
        await self._log.save_batch(id, self._name, batch.keys)
        await self._log.close_batch(intent)

    async def _resolve(self, batch: Batch) -> bool:
        """Find out which batch was made of an input file; where none was, put its requests back."""
        id = await self._provider.find(batch.id.removeprefix(INTENT))
        other = next((other for other in self._batches if id and other.id == id), None)
        if id and other is None:
            await self._rename(batch, id)
            return True
        batch.fetched = True
        if other is None or other.fetched:  # else the other one is still to bring the answers
            for key in batch.keys:
                self._put_back(batch, key, "no batch of it gave an answer")
        batch.left.clear()
        return False

    async def _make_room(self, batch: Batch, why: str) -> None:
        """Take back a batch that the provider's queue has no room for: until another ends, or else in halves."""
        if any(not other.fetched and not other.failure for other in self._batches if other is not batch):
            batch.fetched = batch.held = True
            batch.left.clear()
            self._outbox.hold(key for key in batch.keys if key in self._asks and not self._holder(key))
            return
        self._outbox.size = max(1, len(batch.keys) // 2)
        await self._provider.pause()
        batch.fetched = True
        for key in batch.keys:
            self._put_back(batch, key, why)

    def _hand_out(self, batch: Batch, state: BatchState | None, lines: dict[str, BatchLine]) -> None:
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
                self._asks.answer(key, reply.completion(self.model))

    def _put_back(self, batch: Batch, key: str, why: str) -> None:
        """Ask again in the next batch, unless nobody waits any more or another batch may have the answer."""
        batch.settle(key)
        ask = self._asks.open(key)
        if ask is None or self._holder(key):
            return
        ask.failures += 1
        if ask.failures > self._options.retries:
            self._asks.fail(key, self._provider.outage(f"failed in {ask.failures} batches: {why}"))
        else:
            self._outbox.add(key)

    def _refuse(self, batch: Batch, key: str, error: RefusedBatch) -> None:
        batch.settle(key)
        ask = self._asks.open(key)
        if ask is None or self._holder(key):
            return
        if ask.request.schema is not None and ask.structure < len(STRUCTURES) - 1 and blames_structure(error):
            self._structure = max(self._structure, ask.structure + 1)
            self._outbox.add(key)
        else:
            self._asks.fail(key, self._provider.outage(str(error)))

    async def close(self) -> None:
        """Stop at once. Paid batches stay at the provider and open in the journal, with the keys not handed over."""
        self._outbox.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for key in self._asks:
            self._asks.fail(key, self._provider.outage("was closed"))
        batches, self._batches = self._batches, []
        try:
            for batch in batches:
                if batch.fetched and not batch.left:
                    await self._log.close_batch(batch.id)
                elif batch.fetched and len(batch.left) < len(batch.keys):
                    await self._log.save_batch(batch.id, self._name, sorted(batch.left))
        finally:
            await self._live.close()
