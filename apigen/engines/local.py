"""The local engine: this process's event loop, a fixed number of draws in flight."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class LocalEngine(Generic[T]):
    """Works on indices, up to `limit` at once, without barriers: as one ends, the next begins."""

    def __init__(self, work: Callable[[int], Awaitable[T]], limit: int) -> None:
        self._work, self._limit = work, limit
        self._tasks: dict[asyncio.Future[T], int] = {}
        self._ended: asyncio.Queue[asyncio.Future[T]] = asyncio.Queue()

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    async def run(self, next_index: Callable[[], int | None]) -> AsyncGenerator[tuple[int, T | Exception], None]:
        """Yield (index, result or the exception it ended with) as each ends.

        `next_index` is asked whenever there is room; None means that there is nothing to begin for now, and the end where
        nothing is in flight either.
        """
        try:
            while True:
                while len(self._tasks) < self._limit and (index := next_index()) is not None:
                    begun = asyncio.ensure_future(self._work(index))
                    self._tasks[begun] = index
                    begun.add_done_callback(self._ended.put_nowait)
                if not self._tasks:
                    return
                task = await self._ended.get()
                ended = self._tasks.pop(task, None)
                if ended is None or task.cancelled():
                    continue  # it was dropped
                error = task.exception()
                if error is None:
                    yield ended, task.result()
                elif isinstance(error, Exception):
                    yield ended, error
                else:
                    raise error
        finally:
            await self.drop(0)

    async def drop(self, first: int) -> None:
        """Give up the draws in flight from index `first` on."""
        dropped = [task for task, index in self._tasks.items() if index >= first]
        for task in dropped:
            task.cancel()
        await asyncio.gather(*dropped, return_exceptions=True)
        for task in dropped:
            self._tasks.pop(task, None)
