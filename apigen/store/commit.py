"""Group commit: what is written at the same moment goes into one transaction, in a thread of its own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from apigen.records import Completion, Request
from apigen.store import StoreBusy
from apigen.store.writer import RunWriter

RETRY_SECONDS = 1.0

Operation = Callable[[], None]


class CommitLog:
    """Commits operations of one writer in the order in which they come; each is durable once its `write` returns.

    While one transaction is under way the next one gathers, so that nobody waits longer than two of them take. A full disk or
    a locked file pauses all, is said through `notice`, and loses nothing.
    """

    def __init__(self, writer: RunWriter, notice: Callable[[str], None] = lambda text: None) -> None:
        self._writer, self._notice = writer, notice
        self._pending: list[tuple[Operation, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._given_up = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self.tokens = writer.spent_tokens()
        self.dollars = writer.spent_dollars()

    async def write(self, operation: Operation) -> None:
        """Have an operation committed. It is, even where the caller is cancelled meanwhile: what it holds is paid for.

        Raises:
            StoreError: If the store cannot be written, now or by waiting.
        """
        await asyncio.shield(self.hand_over(operation))

    def hand_over(self, operation: Operation) -> "asyncio.Future[None]":
        """Put an operation behind those handed over before; the future is done once it is committed, or failed as in `write`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((operation, done))
        if self._flushing is None:
            self._flushing = asyncio.ensure_future(self._flush())
        return done

    def give_up(self) -> None:
        """Wait for a full disk or a locked file no longer: what cannot be written now is not, and its draws are done again."""
        self._given_up.set()

    @property
    def given_up(self) -> bool:
        return self._given_up.is_set()

    async def drain(self) -> None:
        """Wait until all that was handed over is committed."""
        while self._flushing is not None:
            await asyncio.shield(self._flushing)

    async def close(self) -> None:
        await self.drain()
        self._thread.shutdown()

    def find_completion(self, request: Request) -> Completion | None:
        return self._writer.find_completion(request)

    async def save_completion(self, request: Request, reply: Completion) -> None:
        self.tokens += reply.prompt_tokens + reply.completion_tokens
        self.dollars += reply.dollars
        await self.write(lambda: self._writer.save_completion(request, reply))

    def open_batches(self, llm: str) -> list[tuple[str, tuple[str, ...]]]:
        return self._writer.open_batches(llm)

    async def save_batch(self, id: str, llm: str, keys: Sequence[str]) -> None:
        await self.write(lambda: self._writer.save_batch(id, llm, keys))

    async def close_batch(self, id: str) -> None:
        await self.write(lambda: self._writer.close_batch(id))

    async def _flush(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                error = await self._committed([operation for operation, _ in batch])
                for _, done in batch:
                    if done.cancelled():
                        continue
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
                        done.exception()  # whoever waited may be gone
        finally:
            self._flushing = None

    async def _committed(self, operations: list[Operation]) -> Exception | None:
        """Commit operations in one transaction, trying again for as long as the disk is full or the file locked."""
        loop, paused = asyncio.get_running_loop(), False
        while True:
            try:
                await loop.run_in_executor(self._thread, self._transact, operations)
            except StoreBusy as error:
                if self._given_up.is_set():
                    return error
                if not paused:
                    self._notice(f"{error}; waiting, nothing is lost")
                paused = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._given_up.wait(), RETRY_SECONDS)
            except Exception as error:
                return error
            else:
                if paused:
                    self._notice(f"{self._writer.path}: can be written again")
                return None

    def _transact(self, operations: list[Operation]) -> None:
        with self._writer.transaction():
            for operation in operations:
                operation()
