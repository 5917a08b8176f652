"""Which API docs say too little: where blind solvers, who saw only the query and the APIs, made other calls than ours.

A disagreement is either side's mistake or the docs' fault; what many disagree about in the same way is most often the docs'.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from apigen.checkers.agreement import AgreementChecker
from apigen.equivalence import spelled_out
from apigen.intervals import wilson
from apigen.records import Api, Call, Json, canonical
from apigen.store.reader import StoreReader

EXAMPLES = 2

Kind = Literal["left_out", "added", "other_value", "other_api", "no_call", "called_too", "not_recorded"]


@dataclass(frozen=True, slots=True)
class Example:
    """One disagreement: what was asked, and the part in which our calls and the solver's differ (null: no call)."""

    query: str
    ours: Json
    theirs: Json


@dataclass(slots=True)
class Difference:
    """In how many queries solvers differed in one way. `name` is the argument's, or that of the other API ("": there is no such)."""

    kind: Kind
    name: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Ambiguity:
    """How often solvers answered a query that an API is called for, and how often they disagreed about it."""

    api: str
    answered: int = 0
    disagreed: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.disagreed / self.answered

    @property
    def interval(self) -> tuple[float, float]:
        """The rate's 95% interval (Wilson 1927)."""
        return wilson(self.disagreed, self.answered)

    def to_json(self) -> dict[str, Json]:
        low, high = self.interval
        differences = [
            {"kind": one.kind, "name": one.name, "count": one.count,
             "examples": [{"query": each.query, "ours": each.ours, "theirs": each.theirs} for each in one.examples]}
            for one in self.differences
        ]  # fmt: skip
        return {"api": self.api, "answered": self.answered, "disagreed": self.disagreed, "rate": self.rate, "low": low,
                "high": high, "differences": differences}  # fmt: skip


def ambiguities(reader: StoreReader) -> list[Ambiguity]:
    """Return all APIs that solvers were asked about, the surest disagreement first (by the interval's lower end).

    The run is read once and in order; what is kept does not grow with it.

    Raises:
        StoreError: If the store cannot be read.
    """
    apis = {api.name: api for api in reader.apis()}
    found: dict[str, Ambiguity] = {}
    differences: dict[tuple[str, Kind, str], Difference] = {}
    for query, calls, verdict in reader.asked(AgreementChecker.stage):
        if not verdict.passed and verdict.reason.endswith(":no_calls"):
            continue  # a solver that is no solver says nothing of the docs
        seen = {} if verdict.passed else _differences(calls, verdict.answer, apis)
        blamed = {api for api, _, _ in seen}
        for name in {call.name for call in calls}:
            one = found.setdefault(name, Ambiguity(name))
            one.answered += 1
            one.disagreed += name in blamed
        for (api, kind, name), (ours, theirs) in seen.items():
            difference = differences.setdefault((api, kind, name), Difference(kind, name))
            difference.count += 1
            if len(difference.examples) < EXAMPLES:
                difference.examples.append(Example(query, ours, theirs))
    for (api, _, _), difference in differences.items():
        found[api].differences.append(difference)
    for one in found.values():
        one.differences.sort(key=lambda difference: (-difference.count, difference.kind, difference.name))
    return sorted(found.values(), key=lambda one: (-one.interval[0], -one.disagreed, one.api))


Seen = dict[tuple[str, Kind, str], tuple[Json, Json]]
"""By API, kind and name: our part and theirs. A query counts once, however many of its calls differ in the same way."""


def _differences(calls: Sequence[Call], answer: Sequence[Call] | None, apis: Mapping[str, Api]) -> Seen:
    """Return in what an answer differs from our calls."""
    if answer is None:  # a store of before answers were kept
        return {(call.name, "not_recorded", ""): (call.to_json(), None) for call in calls}
    ours, theirs = _without_equals(calls, answer, apis)
    seen: Seen = {}
    strangers: list[Call] = []
    for call in ours:
        same = [other for other in theirs if other.name == call.name]
        if not same:
            strangers.append(call)
            continue
        api = apis.get(call.name)
        nearest = min(same, key=lambda other: len(_differing(call, other, api)))
        theirs = [other for other in theirs if other is not nearest]
        for name in _differing(call, nearest, api):
            key = (call.name, _kind(name, call, nearest), name if api and name in api.properties else "")
            seen.setdefault(key, (_only(call, name), _only(nearest, name)))
    for call in strangers:
        other = theirs.pop(0) if theirs else None
        kind: Kind = "other_api" if other else "no_call"
        name = other.name if other and other.name in apis else ""
        seen.setdefault((call.name, kind, name), (call.to_json(), other.to_json() if other else None))
    for other in theirs:
        # Nobody knows which of our calls seemed not to be enough.
        for call in calls:
            name = other.name if other.name in apis else ""
            seen.setdefault((call.name, "called_too", name), (None, other.to_json()))
    return seen


def _without_equals(
    calls: Sequence[Call], answer: Sequence[Call], apis: Mapping[str, Api]
) -> tuple[list[Call], list[Call]]:
    """Return our calls and theirs without those that mean the same, each pair of them once."""

    def key(call: Call) -> str:
        return spelled_out(call, apis.get(call.name)).key

    def beyond(some: Sequence[Call], others: Sequence[Call]) -> Iterator[Call]:
        left = Counter(map(key, others))
        for call in some:
            known = key(call)
            if left[known] > 0:
                left[known] -= 1
            else:
                yield call

    return list(beyond(calls, answer)), list(beyond(answer, calls))


def _differing(ours: Call, theirs: Call, api: Api | None) -> list[str]:
    """Return the names of the arguments that mean something else in two calls of one API."""
    mine, other = (
        {name: canonical(value) for name, value in spelled_out(call, api).arguments.items()} for call in (ours, theirs)
    )
    return sorted(name for name in mine.keys() | other.keys() if mine.get(name) != other.get(name))


def _kind(name: str, ours: Call, theirs: Call) -> Kind:
    if name not in theirs.arguments:
        return "left_out"
    return "other_value" if name in ours.arguments else "added"


def _only(call: Call, name: str) -> Json:
    """Return the one argument as an object, an empty one where the call leaves it out."""
    return {name: call.arguments[name]} if name in call.arguments else {}
