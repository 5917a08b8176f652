"""What one draw takes, on whichever machine: a library, LLMs and checkers, opened once, and `do(index)`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from apigen.checkers import Checker, Toolbox, build_checkers, build_ordered, verify
from apigen.config import RunConfig
from apigen.final_answers import FinalAnswers
from apigen.generator import Generator
from apigen.llms import Load, build_llms
from apigen.llms.batches import BatchJournal
from apigen.llms.patient import PatientLLM
from apigen.llms.recorded import CompletionLog, RecordedLLM
from apigen.manners import Manners
from apigen.prompts import Prompts
from apigen.records import Candidate, Draw, Request, SeedExample
from apigen.sampler import Sampler
from apigen.sources import ApiSource, Library, build_sources, open_library
from apigen.sources.context import SourceContext
from apigen.store.settlement import OrderedChecker

DrawResult = tuple[Draw, tuple[Candidate, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A config whose every part is known to be right, before anything is opened or spent."""

    config: RunConfig
    prompts: Prompts
    sources: Sequence[ApiSource]
    llms: Mapping[str, PatientLLM]
    clock: datetime
    ordered: tuple[OrderedChecker, ...]

    @classmethod
    def check(cls, config: RunConfig, clock: datetime) -> "Plan":
        """Build every part of a config.

        Raises:
            ConfigError: For whatever is wrong with one.
        """
        prompts = Prompts(config.prompts)
        Manners(config.sampler.manners, config.seed)  # a sampler needs the library, which is not open yet
        sources = build_sources(config.library, SourceContext(config.sandbox, clock, config.store))
        llms = build_llms(config.llms, config.concurrency)
        return cls(config, prompts, sources, llms, clock, build_ordered(config.stages))

    @property
    def settles(self) -> bool:
        """Say whether what a draw gave is only known in draw order."""
        return bool(self.ordered) or self.config.sampler.feedback is not None

    @property
    def most_in_flight(self) -> int:
        """How many draws keep every LLM full: each asks one at a time at least, a committee of judges several."""
        return sum(llm.max_in_flight for llm in self.llms.values())

    def loads(self) -> list[Load]:
        """Return how each LLM is used now."""
        return [llm.load() for llm in self.llms.values()]


class Work:
    """Does draws. `library` and `stages` are what the store wants to know of it."""

    def __init__(self, plan: Plan, library: Library, cleanup: AsyncExitStack) -> None:
        config = plan.config
        self.library = library
        self._cleanup = cleanup
        self._patient = plan.llms
        self._llms = {name: RecordedLLM(llm) for name, llm in plan.llms.items()}
        self._ordered = plan.ordered
        self._sampler = Sampler(config.sampler, library.apis, config.seed)
        self._generator = Generator(config.generator, self._llms[config.generator.llm], plan.prompts, library)
        self._checkers: tuple[Checker, ...] = build_checkers(
            config.stages, Toolbox(library, self._llms, plan.prompts, plan.clock)
        )
        self._finals = FinalAnswers.of(config, self._llms, plan.prompts)

    @classmethod
    async def open(cls, plan: Plan) -> "Work":
        """Open the library.

        Raises:
            ConfigError, LibraryError, SandboxError: If it, or a checker, cannot be used.
        """
        async with AsyncExitStack() as cleanup:
            library = await open_library(plan.sources, to_execute=True)
            cleanup.push_async_callback(library.close)
            work = cls(plan, library, cleanup)
            work._cleanup = cleanup.pop_all()
        return work

    @property
    def stages(self) -> list[str]:
        return [checker.stage for checker in self._checkers] + [checker.stage for checker in self._ordered]

    def attach(self, log: CompletionLog, allow: Callable[[], None]) -> None:
        """Keep replies in this log; `allow` is called before each question that costs, and raises where none is left."""
        for llm in self._llms.values():
            llm.attach(log, allow)

    def attach_journal(self, journal: BatchJournal, key_of: Callable[[Request], str]) -> None:
        """Let LLMs that leave batches at a provider keep book of them."""
        for name, llm in self._patient.items():
            llm.attach_journal(journal, key_of, name)

    async def start(self) -> None:
        """Make the LLMs ready.

        Raises:
            ModelError, EndpointError: If one cannot be.
        """
        await asyncio.gather(*(llm.start() for llm in self._llms.values()))

    def draw(self, index: int) -> Draw:
        """Return a draw, which depends on the config, the library and its number alone."""
        return self._sampler.draw(index)

    async def do(self, index: int, shown: tuple[SeedExample, ...] = ()) -> DrawResult:
        """Do one draw: its candidates, each with all its verdicts, and a final answer. `shown` are its seed examples.

        Raises:
            EndpointError, SandboxError, BudgetSpent, UnusableReply: The draw stays open.
        """
        draw = self.draw(index)
        if shown:
            draw = replace(draw, shown=shown)
        proposed = await self._generator.propose(draw)
        return draw, tuple([await self._done(candidate) for candidate in proposed])

    async def _done(self, candidate: Candidate) -> Candidate:
        checked = await verify(candidate, self._checkers)
        return await self._finals.add(checked) if self._finals else checked

    async def hang_up(self) -> None:
        """Let go of the LLMs; what they still have to write down is handed to the log."""
        await asyncio.gather(*(llm.close() for llm in self._llms.values()))

    async def close(self) -> None:
        await self._cleanup.aclose()
