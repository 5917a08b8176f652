"""The verifier's exam: verified samples are spoiled in known ways, and every checker is asked about each.

`corruptions` has the ways (of `shape` and of `meaning`; `edits` and `values` serve both), `material` the samples, `llms` asks once,
`report` counts.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from contextvars import ContextVar
from dataclasses import dataclass, replace
from random import Random

from apigen.checkers import Checker, Toolbox, build_checkers
from apigen.checkers.stages import RULES
from apigen.config import RunConfig
from apigen.engines.local import LocalEngine
from apigen.errors import ConfigError, UnusableReply
from apigen.exam.corruptions import CORRUPTIONS, Corruption, Decided
from apigen.exam.edits import Around
from apigen.exam.llms import OnceLLM
from apigen.exam.material import Material, read_material
from apigen.exam.report import Outcome, Report, counts, row_of
from apigen.llms import build_llms
from apigen.llms.patient import KeepsBook
from apigen.prompts import Prompts
from apigen.records import Api, Call, CallResult, Candidate
from apigen.sources import Library, build_sources, open_library
from apigen.sources.context import SourceContext

PLANTED: ContextVar[tuple[CallResult, ...]] = ContextVar("PLANTED", default=())
"""What the sandbox is to give for the candidate that is being looked at, where that is what was spoiled."""

Listener = Callable[[int, int], None]
"""Told after each candidate how many are done, and how many there are."""


class ExamLibrary(Library):
    """A library whose results can be planted."""

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> tuple[CallResult, ...]:
        return PLANTED.get() or await Library.execute(self, calls, seed=seed)


@dataclass(frozen=True, slots=True)
class Case:
    """A verified sample, and what it was made into: itself (no corruption) or spoiled."""

    sample: Candidate
    candidate: Candidate
    corruption: str = ""
    decided_by: Decided = "vote"


async def examine(
    material: Material, *, seed: int = 0, rules_only: bool = False, listener: Listener = lambda done, of: None
) -> Report:
    """Ask every checker about every sample, untouched and spoiled in every way that applies.

    What `format` rejects is not executed, and no LLM asked about it. An LLM is asked where a vote has to decide, or all rules
    let a spoiled sample pass. Nothing is written down.

    Raises:
        ConfigError, LibraryError: Before anything is spent.
        ModelError, EndpointError, SandboxError: If a checker cannot be asked.
    """
    config = _rules_of(material.config) if rules_only else material.config
    llms = {} if rules_only else _llms_of(config)
    sources = build_sources(config.library, SourceContext(config.sandbox, material.clock, config.store))
    async with AsyncExitStack() as cleanup:
        opened = await open_library(sources, to_execute=True)
        cleanup.push_async_callback(opened.close)
        library = ExamLibrary(opened.apis, opened.owners, opened.tier, opened.left_out)
        for llm in llms.values():
            cleanup.push_async_callback(llm.close)
        prompts = Prompts(None if rules_only else config.prompts)
        at_once = max(config.concurrency, sum(llm.max_in_flight for llm in llms.values()))
        exam = _Exam(build_checkers(config.stages, Toolbox(library, llms, prompts, material.clock)), at_once)
        spoiled = spoil(material.samples, opened.apis, exam.rules, seed)
        return await exam.hold(material, spoiled, llms, _notes(material, opened, exam.rules, exam.votes), listener)


def spoil(samples: Sequence[Candidate], apis: Sequence[Api], rules: Sequence[str], seed: int) -> list[Case]:
    """Return every sample spoiled in every way that applies; chance depends on the seed, the sample and the corruption alone."""
    cases = []
    around = Around(tuple(apis), tuple(samples))
    for name, corruption in CORRUPTIONS.items():
        for sample in samples:
            rng = Random(f"apigen/exam/{seed}/{name}/{sample.draw.index}/{sample.position}")  # noqa: S311
            made = corruption.apply(sample, rng, around)
            if made is not None:
                cases.append(Case(sample, made, name, corruption.decided_by(rules)))
    return cases


class _Exam:
    """Checkers, and how many candidates they look at at once."""

    def __init__(self, checkers: Sequence[Checker], at_once: int) -> None:
        self._checkers = {checker.stage: checker for checker in checkers}
        self._at_once = at_once
        self.rules = tuple(stage for stage in self._checkers if stage in RULES)
        self.votes = tuple(stage for stage in self._checkers if stage not in RULES)

    async def hold(
        self,
        material: Material,
        spoiled: Sequence[Case],
        llms: Mapping[str, OnceLLM],
        notes: tuple[str, ...],
        listener: Listener,
    ) -> Report:
        whole = [Case(sample, replace(sample, verdicts=(), results=())) for sample in material.samples]
        total = len(whole) + len(spoiled)
        # The untouched ones first: a solver's reply to their queries serves all that keep the query.
        untouched = await self._all(whole, lambda done: listener(done, total))
        outcomes = await self._all(spoiled, lambda done: listener(len(whole) + done, total))
        rows = []
        for name, corruption in CORRUPTIONS.items():
            found = [
                (case.sample, case.candidate, outcome)
                for case, outcome in zip(spoiled, outcomes, strict=True)
                if case.corruption == name and outcome is not None
            ]
            rows.append(row_of(name, corruption.decided_by(self.rules), found, self.rules, self.votes))
        said = [outcome for outcome in (*untouched, *outcomes) if outcome is not None]
        return Report(
            run_id=material.run_id,
            samples=len(material.samples),
            rules=self.rules,
            votes=self.votes,
            rows=tuple(rows),
            untouched=counts([one for one in untouched if one is not None], (*self.rules, *self.votes)),
            llm_calls=sum(llm.calls for llm in llms.values()),
            unanswered=sum(outcome.unanswered for outcome in said),
            notes=notes,
        )

    async def _all(self, cases: Sequence[Case], listener: Callable[[int], None]) -> list[Outcome | None]:
        """Return what came of each case; None where nothing was spoiled after all."""
        numbers, found = iter(range(len(cases))), dict[int, Outcome | None]()
        engine = LocalEngine(lambda number: self._ask(cases[number]), self._at_once)
        async with aclosing(engine.run(lambda: next(numbers, None))) as results:
            async for number, result in results:
                if isinstance(result, Exception):
                    raise result
                found[number] = result
                listener(len(found))
        return [found[number] for number in range(len(cases))]

    async def _ask(self, case: Case) -> Outcome | None:
        PLANTED.set(case.candidate.results)  # seen by this task alone
        candidate, outcome = replace(case.candidate, results=()), Outcome({})
        for stage in self.rules:
            if stage != "execution" or not outcome.rejected.get("format"):
                candidate, outcome = await self._say(stage, candidate, outcome)
        corruption = CORRUPTIONS.get(case.corruption)
        if corruption and corruption.shows_in_result and _same_results(candidate, case.sample):
            return None
        slipped = not any(outcome.rejected.values())
        if slipped or (case.decided_by == "vote" and not outcome.rejected.get("format")):
            for stage in self.votes:
                candidate, outcome = await self._say(stage, candidate, outcome)
        return outcome

    async def _say(self, stage: str, candidate: Candidate, outcome: Outcome) -> tuple[Candidate, Outcome]:
        """Ask one checker as if it were the only one; what it found out (the results) is kept."""
        try:
            after = await self._checkers[stage](candidate)
        except UnusableReply:
            return candidate, Outcome(outcome.rejected, outcome.unanswered + 1)
        rejected = {**outcome.rejected, stage: after.rejection is not None}
        return replace(after, verdicts=()), Outcome(rejected, outcome.unanswered)


def _same_results(candidate: Candidate, sample: Candidate) -> bool:
    values = [[(result.value, result.error) for result in one.results] for one in (candidate, sample)]
    return bool(values[0]) and values[0] == values[1]


def _rules_of(config: RunConfig) -> RunConfig:
    return config.model_copy(update={"checkers": tuple(entry for entry in config.checkers if entry.name in RULES)})


def _llms_of(config: RunConfig) -> dict[str, OnceLLM]:
    built = build_llms(config.llms, config.concurrency)
    for name, llm in built.items():
        if any(isinstance(endpoint.llm, KeepsBook) for endpoint in llm.endpoints):
            raise ConfigError(
                "an exam has no place for a provider's batches; give another backend, or --rules", key=f"llms.{name}"
            )
    return {name: OnceLLM(llm) for name, llm in built.items()}


def _notes(material: Material, library: Library, rules: Sequence[str], votes: Sequence[str]) -> tuple[str, ...]:
    """Return what a reader has to know to read the figures rightly."""
    notes = []
    if {*rules, *votes} <= {*material.stages}:
        notes.append(
            "the untouched samples had passed these very checkers, so by construction rules reject only what they have learnt since"
        )
        if votes:
            notes.append(
                "a vote rejects them only where its reply has changed: how often it rejects what is right, people must say"
            )
    notes.append("what format rejects is not executed" + (", nor is a vote asked about it" if votes else ""))
    notes.append("swapped arguments that give the same results are not counted")
    if library.hash != material.library_hash:
        notes.append("the library has changed since the run, so rules may reject what was right then")
    return tuple(notes)


__all__ = ["CORRUPTIONS", "Corruption", "Material", "Report", "examine", "read_material", "spoil"]
