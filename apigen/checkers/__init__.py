"""The verifier: checkers in a row. A new checker is one file here and one line in CHECKERS (or ORDERED).

The paper's three stages are format, execution and semantic; the semantic one is a choice of three votes that fail differently:
grounding (a rule), judge (an LLM says yes or no) and agreement (an LLM that has not seen the calls arrives at the same ones).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

from apigen.checkers.agreement import AgreementChecker
from apigen.checkers.decontamination import DecontaminationChecker
from apigen.checkers.duplicates import DuplicatesChecker
from apigen.checkers.execution import ExecutionChecker
from apigen.checkers.format import FormatChecker
from apigen.checkers.grounding import GroundingChecker
from apigen.checkers.judge import JudgeChecker
from apigen.config import Stage
from apigen.errors import ConfigError
from apigen.llms import LLM
from apigen.options import choose_door
from apigen.prompts import Prompts
from apigen.records import Candidate, JsonObject
from apigen.sources import Library
from apigen.store.settlement import OrderedChecker


class Checker(Protocol):
    """One stage: takes a candidate, returns it with one more verdict.

    Raises nothing for what is wrong with the candidate; EndpointError and UnusableReply leave the draw open.
    """

    stage: str

    async def __call__(self, candidate: Candidate) -> Candidate: ...


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What checkers may work with; each takes what it needs. `clock` is the moment at which the run stands still."""

    library: Library
    llms: Mapping[str, LLM]
    prompts: Prompts
    clock: datetime


CHECKERS: dict[str, Callable[[JsonObject, Toolbox], Checker]] = {
    "format": lambda options, tools: FormatChecker.from_options(options, tools.library),
    "decontamination": lambda options, tools: DecontaminationChecker.from_options(options),
    "execution": lambda options, tools: ExecutionChecker.from_options(options, tools.library),
    "grounding": lambda options, tools: GroundingChecker.from_options(options, tools.clock),
    "judge": lambda options, tools: JudgeChecker.from_options(options, tools.llms, tools.prompts),
    "agreement": lambda options, tools: AgreementChecker.from_options(options, tools.llms, tools.prompts),
}


ORDERED: dict[str, Callable[[JsonObject], OrderedChecker]] = {
    "duplicates": DuplicatesChecker.from_options,
}
"""Those that compare a candidate with what earlier draws gave: they decide last, and in draw order."""


def build_checkers(entries: Sequence[Stage], tools: Toolbox) -> tuple[Checker, ...]:
    """Build the configured checkers that look at a candidate alone, in order.

    Raises:
        ConfigError: For an unknown checker, a wrong option, or an order in which unchecked calls would run.
    """
    if entries[0].name != "format":
        raise ConfigError("the first checker must be `format`: the others rely on calls it let pass", key="checkers")
    return tuple(_built(entries, CHECKERS, lambda make, options: make(options, tools)))


def build_ordered(entries: Sequence[Stage]) -> tuple[OrderedChecker, ...]:
    """Build the configured checkers that decide in draw order.

    Raises:
        ConfigError: For a wrong option, or where another checker comes after one.
    """
    names = [entry.name for entry in entries]
    for name, following in pairwise(names):
        if name in ORDERED and following not in ORDERED:
            raise ConfigError(f"`{name}` is decided in draw order, after all others; put it last", key="checkers")
    return tuple(_built(entries, ORDERED, lambda make, options: make(options)))


def _built(
    entries: Sequence[Stage], registry: Mapping[str, Any], build: Callable[[Any, JsonObject], Any]
) -> Iterator[Any]:
    for number, entry in enumerate(entries):
        make = choose_door(entry, {**CHECKERS, **ORDERED}, f"checkers[{number}]")
        if entry.name in registry:
            try:
                yield build(make, entry.options)
            except ConfigError as error:
                raise error.within(key=f"checkers[{number}].{entry.name}") from None


async def verify(candidate: Candidate, checkers: Sequence[Checker]) -> Candidate:
    """Run a candidate through the checkers, stopping at the first rejection."""
    for checker in checkers:
        candidate = await checker(candidate)
        if candidate.rejection:
            break
    return candidate
