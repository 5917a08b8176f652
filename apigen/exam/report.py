"""What an exam found, and how sure one can be of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from apigen.exam.corruptions import Decided
from apigen.intervals import wilson
from apigen.records import Candidate, Json, calls_to_json


@dataclass(frozen=True, slots=True)
class Count:
    """How many of those that one checker was asked about it rejected. Nobody asks a vote about what the rules reject."""

    rejected: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the samples spoiled in one way.

    `by` counts each checker on its own, `first` what each caught that none before it had; `slipped` are those that a rule should
    have caught and no rule did, as (sample, spoiled).
    """

    corruption: str
    decided_by: Decided
    of: int
    caught: int
    by_rules: int
    by: dict[str, Count]
    first: dict[str, int]
    slipped: tuple[tuple[Candidate, Candidate], ...] = ()

    def to_json(self) -> dict[str, Json]:
        low, high = wilson(self.caught, self.of)
        return {
            "corruption": self.corruption,
            "decided_by": self.decided_by,
            "caught": self.caught,
            "of": self.of,
            "low": low,
            "high": high,
            "by_rules": self.by_rules,
            "by": {stage: count.rejected for stage, count in self.by.items()},
            "asked": {stage: count.of for stage, count in self.by.items()},
            "first": self.first,
            "slipped": [
                {"draw": spoiled.draw.index, "query": spoiled.query, "calls": calls_to_json(spoiled.calls)}
                for _, spoiled in self.slipped
            ],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """An exam's outcome. `rules` and `votes` are the stages that were asked; `unanswered`: a vote's LLM gave no verdict."""

    run_id: int
    samples: int
    rules: tuple[str, ...]
    votes: tuple[str, ...]
    rows: tuple[Row, ...]
    untouched: dict[str, Count]
    llm_calls: int
    unanswered: int = 0
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """What rules can decide, rules did."""
        return not any(row.slipped for row in self.rows)

    def to_json(self) -> dict[str, Json]:
        return {
            "run": self.run_id,
            "samples": self.samples,
            "passed": self.passed,
            "corruptions": [row.to_json() for row in self.rows],
            "false_rejections": [
                {"checker": stage, "rejected": count.rejected, "of": count.of} | _bounds(count)
                for stage, count in self.untouched.items()
            ],
            "llm_calls": self.llm_calls,
            "unanswered": self.unanswered,
            "notes": list(self.notes),
        }


def _bounds(count: Count) -> dict[str, float]:
    low, high = wilson(count.rejected, count.of)
    return {"low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each checker said of one candidate: True where it rejected it; absent where it was not asked, or gave no verdict."""

    rejected: dict[str, bool]
    unanswered: int = 0


def counts(outcomes: Sequence[Outcome], stages: Sequence[str]) -> dict[str, Count]:
    """Add up by checker."""
    said = {stage: [one.rejected[stage] for one in outcomes if stage in one.rejected] for stage in stages}
    return {stage: Count(sum(each), len(each)) for stage, each in said.items()}


def row_of(
    corruption: str,
    decided_by: Decided,
    cases: Sequence[tuple[Candidate, Candidate, Outcome]],
    rules: Sequence[str],
    votes: Sequence[str],
) -> Row:
    """Return the row of one corruption from its (sample, spoiled, outcome)."""
    outcomes = [outcome for _, _, outcome in cases]
    stages = (*rules, *votes)
    firsts = [next((stage for stage in stages if one.rejected.get(stage)), "") for one in outcomes]
    by_rules = [any(one.rejected.get(stage) for stage in rules) for one in outcomes]
    slipped = [case[:2] for case, caught in zip(cases, by_rules, strict=True) if not caught]
    return Row(
        corruption,
        decided_by,
        len(cases),
        sum(map(bool, firsts)),
        sum(by_rules),
        counts(outcomes, stages),
        {stage: firsts.count(stage) for stage in stages},
        tuple(slipped) if decided_by == "rule" else (),
    )
