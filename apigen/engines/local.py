"""The local engine: this process's event loop, a fixed number of draws in flight."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class LocalEngine(Generic[T]):
    """Works on indices, up to `limit` at once, without barriers: as one ends, the next begins."""

    def __init__(self, work: Callable[[int], Awaitable[T]], limit: int) -> None:
        self._work, self._limit = work, limit
        self._tasks: dict[asyncio.Task[T], int] = {}

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    async def run(self, indices: Iterator[int]) -> AsyncGenerator[tuple[int, T | Exception], None]:
        """Yield (index, result or the exception it ended with) as each ends."""
        try:
            while True:
                while len(self._tasks) < self._limit and (index := next(indices, None)) is not None:
                    self._tasks[asyncio.ensure_future(self._work(index))] = index
                if not self._tasks:
                    return
                done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(done, key=self._tasks.__getitem__):
                    index = self._tasks.pop(task, -1)
                    # Dropped while an earlier one of this batch was being looked at.
                    if index < 0 or task.cancelled():
                        continue
                    error = task.exception()
                    if isinstance(error, Exception):
                        yield index, error
                    elif error is not None:
                        raise error
                    else:
                        yield index, task.result()
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
