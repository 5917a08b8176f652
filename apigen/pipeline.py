"""run(config): draw -> generate -> check -> store, until the target is reached."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, aclosing, closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from apigen.budget import Budget
from apigen.config import RunConfig
from apigen.engines import Engine, OnRay
from apigen.engines.local import LocalEngine
from apigen.errors import BudgetSpent, UnusableReply
from apigen.exporters import check_exports, export_run
from apigen.exporters.orders import Order, Written
from apigen.feedback import Feedback
from apigen.llms import Load
from apigen.progress import Listener, Progress
from apigen.records import Draw, SeedExample
from apigen.store import StoreBusy
from apigen.store.commit import CommitLog
from apigen.store.lock import only_run
from apigen.store.reader import StoreReader, recorded_clock
from apigen.store.settlement import PENDING
from apigen.store.writer import RunWriter, request_key
from apigen.target import Tally
from apigen.work import DrawResult, Plan, Work

if TYPE_CHECKING:
    from apigen.engines.ray import RayEngine

GRACE_SECONDS = 5.0
"""How long a run that is asked to stop waits for what is in flight."""
TICK_SECONDS = 1.0

State = Literal["done", "short", "spent", "stopped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `done`; `short` of its target with its draws used up; its budget `spent`; or `stopped` by hand.

    `open_draws` are left for a later session; `exported` holds (format, file, rows), `left_out` (format, reason, samples); `fresh` is
    false where nothing was left to do; `budget` names the limit that ended it.
    """

    state: State
    open_draws: int
    exported: tuple[tuple[str, Path, int], ...]
    fresh: bool
    run_id: int
    budget: str = ""
    left_out: tuple[tuple[str, str, int], ...] = ()


async def run(
    config: RunConfig,
    listener: Listener = lambda progress: None,
    *,
    stop: asyncio.Event | None = None,
    new_run: bool = False,
    on_ray: OnRay | None = None,
) -> Outcome:
    """Do one run, or continue the one of these settings in the config's store.

    `stop`: once it is set no draw is begun any more, and what is in flight has GRACE_SECONDS to end. `new_run`: begin a run beside
    those that the store holds. `on_ray`: have the draws done by the workers of a Ray cluster.

    Raises:
        ConfigError, LibraryError, StoreError: Before anything is spent.
        ModelError, EndpointError, SandboxError: What is done is in the store; the same config continues it.
    """
    exports = check_exports(config.exports, config.store)
    recorded = None if new_run else recorded_clock(config.store, config.identity())
    clock = config.clock or recorded or datetime.now(UTC).replace(microsecond=0)
    plan = Plan.check(config, clock)
    progress = Progress(config.target.verified)
    listener(progress)
    async with AsyncExitStack() as cleanup:
        cleanup.enter_context(only_run(config.store))
        work = await Work.open(plan)
        cleanup.push_async_callback(work.close)
        for order in exports:
            order.check(work.library.apis)
        if left_out := work.library.left_out:
            progress.notice = f"{len(left_out)} operations or tools cannot be used; the first: {left_out[0]}"
            listener(progress)
        ray = _ray_engine(config, clock, work, on_ray) if on_ray else None
        writer = RunWriter.start(
            config,
            work.library.apis,
            library_hash=work.library.hash,
            sandbox_tier=work.library.tier,
            stages=work.stages,
            clock=clock,
            new_run=new_run,
            ordered=plan.ordered if plan.settles else None,
        )
        cleanup.callback(writer.close)
        engine = ray or LocalEngine(lambda index: work.do(index, session.shown(index)), plan.most_in_flight)
        session = _Session(plan, writer, engine, (ray or plan).loads, progress, listener, work.draw)
        cleanup.push_async_callback(session.log.close)
        cleanup.push_async_callback(work.hang_up)
        work.attach(session.log, session.budget.check)
        work.attach_journal(session.log, request_key)
        if ray is not None:
            cleanup.push_async_callback(ray.close)
            ray.attach(session.log, session.budget.check, session.notice, session.shown, writer.path, writer.run_id)
        if fresh := session.has_work():
            progress.step = "starting the LLMs"
            listener(progress)
            await (ray or work).start()
        await session.go(stop or asyncio.Event())
        done = () if session.log.given_up else _export(config.store, writer.run_id, exports)
        return Outcome(
            session.state,
            session.tally.open,
            tuple([(name, file, rows) for name, one in done for file, rows in one.rows.items()]),
            fresh,
            writer.run_id,
            session.budget.spent,
            tuple([(name, reason, count) for name, one in done for reason, count in one.left_out.items()]),
        )


def _export(store: Path, run_id: int, orders: Sequence[Order]) -> tuple[tuple[str, Written], ...]:
    """Write every export of a run; return what each format came to."""
    with closing(StoreReader(store, run_id)) as reader:
        return tuple([(order.format, export_run(reader, order)) for order in orders])


def _ray_engine(config: RunConfig, clock: datetime, work: Work, on_ray: OnRay) -> "RayEngine":
    from apigen.engines.ray import RayEngine

    return RayEngine(config, clock, work.library.hash, address=on_ray.address, workers=on_ray.workers)


class _Session:
    """The loop that drives one session of a run: hands out draws, writes down what came back, knows when to stop."""

    def __init__(
        self,
        plan: Plan,
        writer: RunWriter,
        engine: Engine[DrawResult],
        loads: Callable[[], Sequence[Load]],
        progress: Progress,
        listener: Listener,
        draw_of: Callable[[int], Draw],
    ) -> None:
        self._writer, self._engine, self._loads = writer, engine, loads
        self._progress, self._listener = progress, listener
        target = plan.config.target
        self._failure: Exception | None = None
        self._stopped = False
        self._saving: set[asyncio.Future[None]] = set()
        self.log = CommitLog(writer, self.notice)
        self.budget = Budget(target, self.log, writer.seconds_before)
        feedback = plan.config.sampler.feedback
        self.tally = Tally(target, ordered=plan.settles, round_size=feedback.round if feedback else None)
        self._feedback = feedback and Feedback(feedback, plan.config.seed, draw_of, writer.seed_pools(self._save_pool))
        self._settling: asyncio.Task[None] | None = None
        self.tally.resume(writer.resume_point(target.verified))
        for llm in plan.llms.values():
            llm.on_pause = self.notice
        self._recall()

    def shown(self, index: int) -> tuple[SeedExample, ...]:
        """Return the seed examples that a draw about to begin is shown."""
        return self._feedback.shown(index) if self._feedback else ()

    def _save_pool(self, number: int, places: str) -> None:
        self._save(lambda: self._writer.save_pool(number, places))

    @property
    def state(self) -> State:
        if self.tally.reached():
            return "done"
        if self._stopped:
            return "stopped"
        if self.budget.spent:
            return "spent" if self.tally.bounded else "done"
        return "short"

    def has_work(self) -> bool:
        return not self.budget.spent and self.tally.has_work()

    async def go(self, stop: asyncio.Event) -> None:
        """Work until the target is reached, the draws or the budget are used up, or `stop` is set.

        Raises:
            ApigenError: The first outage; what was in flight has ended by then, and is written down where it succeeded.
        """
        self._progress.step = "generating"
        beside = [asyncio.ensure_future(self._heed(stop)), asyncio.ensure_future(self._tick())]
        state: State = "stopped"
        try:
            await self._settle()
            before = -1
            # Once more where what was begun gave enough only until its duplicates were found.
            while self._may_begin() and self.tally.finished > before:
                before = self.tally.finished
                await self._work_off()
                while self._settling is not None:
                    await self._settling
            await self.log.drain()
            if self._failure and not (self.log.given_up and isinstance(self._failure, StoreBusy)):
                raise self._failure
            state = self.state
        except asyncio.CancelledError:
            self.log.give_up()
            raise
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            cut, seconds = self.tally.cut, self.budget.seconds
            with suppress(StoreBusy) if self.log.given_up else nullcontext():
                await self.log.write(lambda: self._writer.finish(state=state, cut=cut, seconds=seconds))

    async def _work_off(self) -> None:
        async with aclosing(self._engine.run(self._next_draw)) as results:
            async for index, result in results:
                self._take(index, result)
                if self._settling is None:
                    self._settling = asyncio.ensure_future(self._settle())
                beyond = self.tally.droppable()
                if beyond is not None:
                    await self._engine.drop(beyond)
                self._tell()

    async def _settle(self) -> None:
        """Have the draws whose turn has come decided, those that came meanwhile together."""
        try:
            while draws := self.tally.unsettled():
                outcomes = await self._decided([index for index in draws if not self.tally.left_open(index)])
                for index in draws:
                    outcome = outcomes.get(index, Counter())
                    self.tally.settle(index, outcome[""])
                    self._progress.rejected.update({reason: n for reason, n in outcome.items() if reason})
        except Exception as error:  # of a task that nobody may be waiting for: the run ends with it
            self._failure = self._failure or error
        finally:
            self._settling = None

    async def _decided(self, draws: list[int]) -> dict[int, Counter[str]]:
        outcomes: dict[int, Counter[str]] = {}
        await self.log.write(lambda: outcomes.update(self._writer.settle(draws)))
        return outcomes

    def _may_begin(self) -> bool:
        return not (self._failure or self._stopped or self.budget.spent) and self.tally.has_work()

    def _next_draw(self) -> int | None:
        return self.tally.next_draw() if self._may_begin() else None

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopped = True
        self.notice(f"stopping: waiting up to {GRACE_SECONDS:g} s for what is in flight; once more stops at once")
        await asyncio.sleep(GRACE_SECONDS)
        self.log.give_up()
        await self._engine.drop(0)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._tell()

    def _take(self, index: int, result: DrawResult | Exception) -> None:
        if isinstance(result, UnusableReply):
            open_draw, purpose, keys = result.draw, result.purpose, result.keys
            self._save(lambda: self._writer.retire_replies(open_draw, purpose, keys))
            self.tally.skip(index)
        elif isinstance(result, BudgetSpent):
            pass  # the draw stays open, and no other is begun
        elif isinstance(result, Exception):
            self._failure = self._failure or result
        else:
            draw, candidates = result
            seconds = self.budget.seconds
            self._save(lambda: self._writer.save_draw(draw, candidates, seconds))
            self.tally.finish(index, sum(candidate.rejection is None for candidate in candidates))
            self._progress.draws += 1
            self._progress.candidates += len(candidates)
            self._progress.rejected.update(
                candidate.rejection.reason for candidate in candidates if candidate.rejection
            )

    def _save(self, operation: Callable[[], None]) -> None:
        """Hand something over to be committed; a failure of the disk ends the session."""
        saving = self.log.hand_over(operation)
        self._saving.add(saving)
        saving.add_done_callback(self._saved)

    def _saved(self, saving: "asyncio.Future[None]") -> None:
        self._saving.discard(saving)
        error = None if saving.cancelled() else saving.exception()
        if isinstance(error, Exception):
            self._failure = self._failure or error

    def _recall(self) -> None:
        """Begin the display with what earlier sessions did."""
        for reason, count in self._writer.count_candidates().items():
            self._progress.candidates += count
            if reason not in ("", PENDING):
                self._progress.rejected[reason] += count
        self._progress.draws = self.tally.finished
        self._progress.verified_before = self.tally.verified
        self._tell()

    def notice(self, text: str) -> None:
        """Show people a line."""
        self._progress.notice = text
        self._listener(self._progress)

    def _tell(self) -> None:
        progress, loads = self._progress, self._loads()
        progress.verified = self.tally.verified
        progress.tokens, progress.dollars = self.log.tokens, self.log.dollars
        progress.seconds = self.budget.seconds - self._writer.seconds_before
        progress.in_flight = sum(load.in_flight for load in loads)
        progress.limit = sum(load.limit for load in loads)
        progress.throttled = sum(load.throttled for load in loads)
        self._listener(progress)
