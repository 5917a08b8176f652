"""The Ray engine: draws are done by workers on many machines, and this process, the driver, alone writes the store.

    hand out draws -> worker asks its LLM -> reply comes here, is committed -> worker goes on -> result comes here

A worker that dies takes nothing with it: its draws are handed out anew, together with the replies that are committed of them.
"""

import asyncio
import heapq
import os
import signal
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from apigen.config import RunConfig
from apigen.engines.ray_cluster import Cluster, ClusterError, Link, share
from apigen.engines.ray_seat import Seat
from apigen.engines.ray_worker import Failure, Job, Spent, Take, hash_of_prompts
from apigen.errors import BudgetSpent
from apigen.llms import Load
from apigen.llms.recorded import CompletionLog
from apigen.records import Completion, SeedExample
from apigen.store import open_database, store_errors
from apigen.work import DrawResult

DEATHS = 5
"""So often may a worker die in a row without a finished draw, or die with one and the same draw in flight."""
PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until a worker that died is started anew; they double each time."""
WAIT_SECONDS, WORTH_SAYING = 600.0, 10.0
"""How long the run waits while no worker is up, and from when on it says so."""
CLOSE_SECONDS = 5.0
REPLIES_OF_DRAW = """
select key, text, model, prompt_tokens, completion_tokens, cached_tokens, seconds, truncated, dollars
from completions where run_id = ? and draw = ?
"""

Arrival = tuple[int, DrawResult | Exception] | Exception | None


class RayEngine:
    """Keeps as many draws in flight as the workers' LLMs bear. It is ready once `attach` and `start` are done.

    Raises:
        ConfigError: If Ray is not installed, or the config does not allow so many workers.
    """

    def __init__(
        self, config: RunConfig, clock: datetime, library_hash: str, *, address: str | None, workers: int | None
    ) -> None:
        self._config, self._clock, self._library_hash = config, clock, library_hash
        self._link = Link(Cluster(config, address, workers))
        self._seats: list[Seat] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._open: set[int] = set()
        self._again: list[int] = []
        self._lost: Counter[int] = Counter()
        self._arrived: asyncio.Queue[Arrival] = asyncio.Queue()
        self._up = asyncio.Event()
        self._broken: Exception | None = None
        self._spent = ""

    def attach(
        self, log: CompletionLog, allow: Callable[[], None], notice: Callable[[str], None],
        shown: Callable[[int], tuple[SeedExample, ...]], store: Path, run_id: int,
    ) -> None:  # fmt: skip
        """Keep replies in this log, ask no question that `allow` forbids, and find what was answered before in this run.

        `shown` gives a draw's seed examples.
        """
        self.log, self._allow, self.notice, self._shown = log, allow, notice, shown
        self._replies = KnownReplies(store, run_id)

    async def start(self) -> None:
        """Join the cluster and start the workers; return when the first one is ready.

        Raises:
            ApigenError: What keeps a worker from being ready, with its node's name; or the cluster cannot be used.
        """
        count = await self._link.join()
        if threading.current_thread() is threading.main_thread():
            # Ray has put a handler in C below Python's, which writes a page of addresses when the run is ended politely.
            signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        folder, prompts = os.getcwd(), hash_of_prompts(self._config.prompts)  # noqa: PTH109 - as a text
        for number in range(count):
            job = Job(share(self._config, number, count), self._clock, folder, self._library_hash, prompts)
            self._seats.append(Seat(job, self))
        self._keepers = [asyncio.ensure_future(self._keep(seat)) for seat in self._seats]
        self._keepers.append(asyncio.ensure_future(self._watch()))
        await self._up.wait()
        if self._broken:
            raise self._broken

    # --- the engine's contract ---

    @property
    def in_flight(self) -> int:
        return len(self._open)

    def loads(self) -> list[Load]:
        """Return how the workers' LLMs are used, as last heard."""
        return [load for seat in self._seats for load in seat.loads]

    async def run(
        self, next_index: Callable[[], int | None]
    ) -> AsyncGenerator[tuple[int, DrawResult | Exception], None]:
        """Yield (index, result or the exception it ended with) as each ends: see `Engine`.

        Raises:
            ApigenError: If the workers cannot go on.
        """
        try:
            while True:
                self._hand_out(next_index)
                if not self._open:
                    return
                arrived = await self._arrived.get()
                if isinstance(arrived, Exception):
                    raise arrived
                if arrived is not None and arrived[0] in self._open:
                    self._open.remove(arrived[0])
                    yield arrived
        finally:
            await self.drop(0)

    async def drop(self, first: int) -> None:
        """Give up the draws in flight from index `first` on. What is paid for still comes, and is kept."""
        self._open = {index for index in self._open if index < first}
        self._again = sorted(index for index in self._again if index < first)
        for seat in self._seats:
            seat.drop(first)
        self._arrived.put_nowait(None)

    def _hand_out(self, next_index: Callable[[], int | None]) -> None:
        while True:
            seat = max(self._seats, key=lambda seat: seat.room, default=None)
            room = seat is not None and seat.room > 0
            if not room and self._open:
                return
            index = heapq.heappop(self._again) if self._again else next_index()
            if index is None:
                return
            self._open.add(index)
            if seat is None or not room:  # no worker is up; one will be
                heapq.heappush(self._again, index)
                return
            seat.order(Take(index, self._replies.of(index), self._shown(index)))
            seat.draws.add(index)

    # --- what the seats say ---

    def finished(self, index: int, result: DrawResult | Failure, node: str) -> None:
        self._lost.pop(index, None)
        self._arrived.put_nowait((index, result.error(node) if isinstance(result, Failure) else result))

    def check_budget(self) -> None:
        """Tell all workers, once, that the budget is used up."""
        if not self._spent:
            try:
                self._allow()
            except BudgetSpent as spent:
                self._spent = str(spent)
                for seat in self._seats:
                    seat.order(Spent(self._spent))

    # --- keeping the workers alive ---

    async def _keep(self, seat: "Seat") -> None:
        from ray.exceptions import RayError

        while True:
            try:
                await seat.serve(self._begin)
                return
            except RayError as error:
                why = _first_line(error)
            except Exception as error:
                self._break(error)
                return
            await self._take_back(seat)
            seat.deaths += 1
            if seat.deaths > DEATHS:
                seat.given_up = True
                if all(each.given_up for each in self._seats):
                    self._break(ClusterError(f"every Ray worker died {DEATHS + 1} times in a row; the last: {why}"))
                return
            pause = min(LONGEST_PAUSE, PAUSE * 2 ** (seat.deaths - 1))
            self.notice(f"a Ray worker died ({why}); its draws are done again, it starts anew in {pause:g} s")
            await asyncio.sleep(pause)

    def _begin(self, seat: "Seat") -> None:
        """A worker is ready."""
        if self._spent:
            seat.order(Spent(self._spent))
        self._up.set()
        self._arrived.put_nowait(None)

    async def _take_back(self, seat: "Seat") -> None:
        """Put the draws of a dead worker back, once all that came of them is committed."""
        for index in await seat.leave():
            if index in self._open:
                self._lost[index] += 1
                heapq.heappush(self._again, index)
                if self._lost[index] > DEATHS:
                    times = f"{self._lost[index]} times"
                    self._break(ClusterError(f"draw {index} was in flight each of {times} that a Ray worker died"))
        self._arrived.put_nowait(None)

    async def _watch(self) -> None:
        """Say when no worker is up, and end the run when none comes up for long."""
        waited = 0.0
        while waited < WAIT_SECONDS:
            await asyncio.sleep(WORTH_SAYING)
            waited = 0.0 if any(seat.limit for seat in self._seats) else waited + WORTH_SAYING
            if waited:
                self.notice(f"no Ray worker is ready; waiting ({waited:.0f} s so far)")
        self._break(ClusterError(f"no Ray worker was ready for {WAIT_SECONDS:.0f} s; `ray status` shows the free CPUs"))

    def _break(self, error: Exception) -> None:
        self._broken = self._broken or error
        self._up.set()
        self._arrived.put_nowait(error)

    async def close(self) -> None:
        """Hear the last of the workers, end them, and leave the cluster."""
        closing = [asyncio.ensure_future(seat.close()) for seat in self._seats if seat.limit]
        if closing:
            await asyncio.wait(closing, timeout=CLOSE_SECONDS)
        for task in (*closing, *self._keepers):
            task.cancel()
        await asyncio.gather(*closing, *self._keepers, return_exceptions=True)
        for seat in self._seats:
            await seat.leave()
        self._replies.close()
        await self._link.leave()


class KnownReplies:
    """What is committed of a run's draws, as its store says."""

    def __init__(self, store: Path, run_id: int) -> None:
        self._store, self._run_id, self._connection = store, run_id, open_database(store)

    def of(self, draw: int) -> Mapping[str, Completion]:
        """Return the replies of a draw, by key."""
        with store_errors(self._store, "read"):
            rows = self._connection.execute(REPLIES_OF_DRAW, [self._run_id, draw]).fetchall()
        return {key: _completion(*values) for key, *values in rows}

    def close(self) -> None:
        self._connection.close()


def _completion(*values: Any) -> Completion:
    reply = Completion(*values)
    return replace(reply, truncated=bool(reply.truncated))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
