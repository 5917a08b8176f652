"""run(config): draw -> generate -> check -> store, until the target is reached."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from apigen.checkers import Toolbox, build_checkers, verify
from apigen.config import RunConfig
from apigen.engines.local import LocalEngine
from apigen.errors import UnusableReply
from apigen.exporters import check_exports, export
from apigen.generator import Generator
from apigen.llms import build_llms
from apigen.llms.recorded import RecordedLLM
from apigen.prompts import Prompts
from apigen.records import Candidate, Draw
from apigen.sampler import Sampler
from apigen.sources import build_sources, open_library
from apigen.sources.context import SourceContext
from apigen.store.lock import only_run
from apigen.store.reader import StoreReader, recorded_clock
from apigen.store.writer import RunWriter
from apigen.target import Tally


@dataclass(slots=True)
class Progress:
    """What a display shows while a run goes on: one object, updated in place. `step` says what is being done."""

    target: int | None
    step: str = "reading the library"
    verified: int = 0
    draws: int = 0
    candidates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `done`, or `short` of its target with its draws used up.

    `open_draws` are left for a later session; `exported` holds (format, file, rows); `fresh` is false where nothing was left to do.
    """

    state: Literal["done", "short"]
    open_draws: int
    exported: tuple[tuple[str, Path, int], ...]
    fresh: bool


Listener = Callable[[Progress], None]
DrawResult = tuple[Draw, tuple[Candidate, ...]]


async def run(config: RunConfig, listener: Listener = lambda progress: None) -> Outcome:
    """Do one run, or continue the one in the config's store.

    Raises:
        ConfigError, LibraryError, StoreError: Before anything is spent.
        ModelError, EndpointError, SandboxError: What is done is in the store; the same config continues it.
    """
    exports = check_exports(config.exports, config.store)
    prompts = Prompts(config.prompts)
    clock = config.clock or recorded_clock(config.store) or datetime.now(UTC).replace(microsecond=0)
    sources = build_sources(config.library, SourceContext(config.sandbox, clock))
    llms = {name: RecordedLLM(llm) for name, llm in build_llms(config.llms).items()}
    progress = Progress(config.target.verified)
    listener(progress)
    async with AsyncExitStack() as cleanup:
        cleanup.enter_context(only_run(config.store))
        library = await open_library(sources)
        cleanup.push_async_callback(library.close)
        sampler = Sampler(config.sampler, library.apis, config.seed)
        generator = Generator(config.generator, llms[config.generator.llm], prompts, library)
        checkers = build_checkers(config.checkers, Toolbox(library, llms, prompts))

        async def work(index: int) -> DrawResult:
            draw = sampler.draw(index)
            proposed = await generator.propose(draw)
            return draw, tuple([await verify(candidate, checkers) for candidate in proposed])

        writer = RunWriter.start(
            config,
            library.apis,
            library_hash=library.hash,
            sandbox_tier=library.tier,
            stages=[checker.stage for checker in checkers],
            clock=clock,
        )
        cleanup.callback(writer.close)
        for llm in llms.values():
            llm.attach(writer)
            cleanup.push_async_callback(llm.close)
        session = _Session(config, writer, LocalEngine(work, config.concurrency), progress, listener)
        if fresh := session.has_work():
            progress.step = "starting the LLMs"
            listener(progress)
            await asyncio.gather(*(llm.start() for llm in llms.values()))
        await session.go()
        exported = []
        for format_name, file in exports:
            reader = StoreReader(config.store)
            exported.append((format_name, file, export(reader.samples(), format_name, file, reader.metadata())))
        return Outcome(session.state, session.tally.open, tuple(exported), fresh)


class _Session:
    """The loop that drives one session of a run: hands out draws, writes down what came back, knows when to stop."""

    def __init__(
        self,
        config: RunConfig,
        writer: RunWriter,
        engine: LocalEngine[DrawResult],
        progress: Progress,
        listener: Listener,
    ) -> None:
        self._writer, self._engine, self._progress, self._listener = writer, engine, progress, listener
        self._failure: Exception | None = None
        self._started = time.monotonic()
        self.tally = Tally(config.target, writer.spent_tokens)
        self.tally.resume(writer.finished_draws())
        self._recall()

    @property
    def state(self) -> Literal["done", "short"]:
        return "done" if self.tally.reached() else "short"

    def has_work(self) -> bool:
        return next(self.tally.open_draws(), None) is not None

    async def go(self) -> None:
        """Work until the target is reached or the draws are used up.

        Raises:
            ApigenError: The first outage; what was in flight has ended by then, and is written down where it succeeded.
        """
        self._progress.step = "generating"
        state: str = "stopped"
        try:
            async with aclosing(self._engine.run(self._draws())) as results:
                async for index, result in results:
                    self._take(index, result)
                    beyond = self.tally.beyond()
                    if beyond is not None:
                        await self._engine.drop(beyond)
                    self._tell()
            if self._failure:
                raise self._failure
            state = self.state
        finally:
            self._writer.finish(state=state, cut=self.tally.cut, seconds=self._seconds())

    def _draws(self) -> Iterator[int]:
        for index in self.tally.open_draws():
            if self._failure:
                return
            yield index

    def _take(self, index: int, result: DrawResult | Exception) -> None:
        if isinstance(result, UnusableReply):
            self._writer.retire_replies(result.draw, result.purpose)
            self.tally.skip(index)
        elif isinstance(result, Exception):
            self._failure = self._failure or result
        else:
            draw, candidates = result
            self._writer.save_draw(draw, candidates, self._seconds())
            self.tally.finish(index, sum(candidate.rejection is None for candidate in candidates))
            self._progress.draws += 1
            self._progress.candidates += len(candidates)
            self._progress.rejected.update(
                candidate.rejection.reason for candidate in candidates if candidate.rejection
            )

    def _recall(self) -> None:
        """Begin the display with what earlier sessions did."""
        for reason, count in self._writer.count_candidates().items():
            self._progress.candidates += count
            if reason:
                self._progress.rejected[reason] += count
        self._progress.draws = len(self._writer.finished_draws())
        self._tell()

    def _tell(self) -> None:
        self._progress.verified = self.tally.verified
        self._progress.tokens = self._writer.spent_tokens()
        self._progress.in_flight = self._engine.in_flight
        self._listener(self._progress)

    def _seconds(self) -> float:
        return time.monotonic() - self._started
