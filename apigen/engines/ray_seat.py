"""A worker's place at the driver: it starts the worker, carries orders to it and events from it, and knows which draws it has."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from apigen.engines.ray_worker import (
    Closed,
    Drop,
    Ended,
    Event,
    Failure,
    Heard,
    Job,
    Notice,
    Order,
    Reply,
    Worker,
    Written,
)
from apigen.llms import Load
from apigen.llms.recorded import CompletionLog
from apigen.work import DrawResult


class Driver(Protocol):
    """Whom a seat tells what its worker says."""

    log: CompletionLog
    notice: Callable[[str], None]

    def finished(self, index: int, result: DrawResult | Failure, node: str) -> None:
        """A draw ended."""

    def check_budget(self) -> None:
        """Something was spent."""


class Seat:
    """One worker's place. Whoever sits there may die and be replaced; its share of the limits stays."""

    def __init__(self, job: Job, engine: Driver) -> None:
        self._job, self._engine = job, engine
        self._actor: Any = None
        self._orders: list[Order] = []
        self._wanted = asyncio.Event()
        self._saving: set[asyncio.Future[None]] = set()
        self._heard_all = asyncio.Event()
        self.draws: set[int] = set()
        self.loads: list[Load] = []
        self.limit = self.deaths = 0
        self.node = ""
        self.given_up = False

    @property
    def room(self) -> int:
        """How many more draws the worker's LLMs bear."""
        return self.limit - len(self.draws)

    def order(self, order: Order) -> None:
        """Tell the worker, with the next batch; orders arrive in order."""
        self._orders.append(order)
        self._wanted.set()

    def drop(self, first: int) -> None:
        if any(index >= first for index in self.draws):
            self.draws = {index for index in self.draws if index < first}
            self.order(Drop(first))

    async def serve(self, begin: Callable[["Seat"], None]) -> None:
        """Start a worker, say `begin` once it is ready, and carry orders and events until it is closed.

        Raises:
            RayError: If the worker died.
            ApigenError: If it cannot be made ready.
        """
        import ray

        make: Any = ray.remote(Worker)  # its methods get a `remote` that no type shows
        actor = make.options(num_cpus=1, scheduling_strategy="SPREAD", max_restarts=0).remote(self._job)
        self._actor = actor
        self.node, opened = await actor.open.remote()
        if isinstance(opened, Failure):
            raise opened.error(self.node)
        self.limit = opened
        begin(self)
        both = [asyncio.ensure_future(self._send(actor)), asyncio.ensure_future(self._listen(actor))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def leave(self) -> set[int]:
        """End the worker, wait until its replies are committed, and return the draws it leaves behind."""
        self.limit, self.loads = 0, []
        if self._actor is not None:
            import ray

            ray.kill(self._actor)
            self._actor = None
        await asyncio.gather(*self._saving, return_exceptions=True)
        left, self.draws = self.draws, set()
        self._orders.clear()
        return left

    async def close(self) -> None:
        """Have the worker end by itself: the last replies that it paid for are heard and committed."""
        self.limit = 0
        await asyncio.gather(self._actor.close.remote(), self._heard_all.wait())
        await asyncio.gather(*self._saving, return_exceptions=True)

    async def _send(self, actor: Any) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            orders, self._orders = self._orders, []
            await actor.give.remote(orders)

    async def _listen(self, actor: Any) -> None:
        while not self._heard_all.is_set():
            heard: Heard = await actor.collect.remote()
            events, self.loads = heard
            for event in events:
                self._hear(event)

    def _hear(self, event: Event) -> None:
        match event:
            case Reply():
                saving = asyncio.ensure_future(self._save(event))
                self._saving.add(saving)
                saving.add_done_callback(self._saving.discard)
            case Ended(index, result):
                self.deaths = 0
                if index in self.draws:
                    self.draws.remove(index)
                    self._engine.finished(index, result, self.node)
            case Notice(text):
                self._engine.notice(f"{self.node}: {text}")
            case Closed():
                self._heard_all.set()

    async def _save(self, reply: Reply) -> None:
        failure = None
        try:
            await self._engine.log.save_completion(reply.request, reply.completion)
        except Exception as error:
            failure = Failure.of(error)
        self._engine.check_budget()
        self.order(Written(reply.number, failure))
