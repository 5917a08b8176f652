"""Questions on their way into batches: who waits for which answer, and which of them go with the next batch."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from apigen.records import Completion, Request


@dataclass(slots=True, eq=False)
class Ask:
    """A question that somebody waits on: how it asked for JSON, and how many batches failed it."""

    request: Request
    structure: int
    future: asyncio.Future[Completion]
    failures: int = 0
    waiters: int = 0
    taken: bool = False


class Asks:
    """The questions that somebody waits on, by key, and the answers that nobody waits for any more."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}
        self._kept: dict[str, Completion] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._asks

    def __getitem__(self, key: str) -> Ask:
        return self._asks[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._asks)

    def add(self, key: str, request: Request, structure: int) -> None:
        self._asks[key] = Ask(request, structure, asyncio.get_running_loop().create_future())

    def open(self, key: str) -> Ask | None:
        """Return the question, if it is still without its answer."""
        ask = self._asks.get(key)
        return None if ask is None or ask.future.done() else ask

    def take_kept(self, key: str) -> Completion | None:
        return self._kept.pop(key, None)

    async def wait(self, key: str) -> Completion:
        """Wait for an answer; the last who gives up takes the question back, and an answer that nobody took is kept."""
        ask = self._asks[key]
        ask.waiters += 1
        try:
            answer = await asyncio.shield(ask.future)
            ask.taken = True
            return answer
        finally:
            ask.waiters -= 1
            if not ask.waiters:
                del self._asks[key]
                if ask.future.done() and not ask.taken and not ask.future.exception():
                    self._kept[key] = ask.future.result()

    def answer(self, key: str, completion: Completion) -> None:
        ask = self._asks.get(key)
        if ask is None:
            self._kept[key] = completion
        elif not ask.future.done():
            ask.future.set_result(completion)

    def fail(self, key: str, error: Exception) -> None:
        ask = self.open(key)
        if ask:
            ask.future.set_exception(error)


class Outbox:
    """Keys that wait for the next batch, in order: `send` is called once `size` of them wait, or no more came for `linger` seconds."""

    def __init__(self, size: int, linger: float, send: Callable[[], None]) -> None:
        self.size = size
        self._linger, self._send = linger, send
        self._waiting: dict[str, None] = {}
        self._held: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, key: str) -> None:
        self._waiting[key] = None
        self.stop()
        if len(self._waiting) >= self.size:
            self._send()
        else:
            self._timer = asyncio.get_running_loop().call_later(self._linger, self._send)

    def hold(self, keys: Iterable[str]) -> None:
        """Put keys aside, until `release`: the provider has no room for them."""
        self._held |= dict.fromkeys(keys)

    def release(self) -> None:
        held, self._held = self._held, {}
        for key in held:
            self.add(key)

    def drop(self, key: str) -> None:
        self._waiting.pop(key, None)
        self._held.pop(key, None)

    def take(self) -> list[str]:
        """Take all that wait."""
        waiting, self._waiting = self._waiting, {}
        return list(waiting)

    def stop(self) -> None:
        """Send nothing until another key comes."""
        if self._timer:
            self._timer.cancel()
            self._timer = None


def in_files(lines: Iterable[tuple[str, bytes]], most: int, most_bytes: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Yield (keys, content) of as few files as the limits allow; a line over the limit has a file of its own."""
    keys: list[str] = []
    data = bytearray()
    for key, line in lines:
        if keys and (len(keys) >= most or len(data) + len(line) > most_bytes):
            yield tuple(keys), bytes(data)
            keys, data = [], bytearray()
        keys.append(key)
        data += line
    if keys:
        yield tuple(keys), bytes(data)
