"""Grounding: every argument value is stated in the query, and every number of the query is used. A rule, and free."""

from datetime import datetime
from typing import Literal

from apigen.checkers.spellings.leftovers import leftover_choices, leftover_numbers
from apigen.checkers.spellings.values import describe, ungrounded
from apigen.options import Options, parse_options
from apigen.records import Api, Call, Candidate, JsonObject


class GroundingOptions(Options):
    """`leftover_numbers`: what becomes of a query with a number that no call uses."""

    leftover_numbers: Literal["reject", "allow"] = "reject"


class GroundingChecker:
    """Rejects with `value_not_in_query` where a call has a value that the query does not state (an invented one, or one
    that the query changed), with `number_not_in_calls` where the query has a number that no call uses, and with
    `choice_not_in_calls` where it asks for another member of an enumeration than the default that a call leaves unsaid.

    `tomorrow` is the day after the clock; without a clock it is no day.

    Where no call is the right answer, that is said of the call that the query was written from; the value withheld of it must
    not be stated (`withheld_value_in_query`)."""

    stage = "grounding"

    def __init__(self, reject_leftovers: bool, clock: datetime | None) -> None:
        self._reject_leftovers, self._clock = reject_leftovers, clock

    @classmethod
    def from_options(cls, options: JsonObject, clock: datetime | None = None) -> "GroundingChecker":
        return cls(parse_options(GroundingOptions, options).leftover_numbers == "reject", clock)

    async def __call__(self, candidate: Candidate) -> Candidate:
        find = candidate.draw.find
        steps = [(find(call.name) or Api(call.name, "", {}, "", ""), call) for call in candidate.told]
        for api, call in steps:
            missing = ungrounded(candidate.query, api, call, self._clock)
            if missing:
                return candidate.rejected(self.stage, "value_not_in_query", describe(call, missing))
        if withheld := _stated_all_the_same(candidate):
            detail = f"the request states `{withheld}`, which it should lack"
            return candidate.rejected(self.stage, "withheld_value_in_query", detail)
        leftovers = leftover_numbers(candidate.query, steps, self._clock) if self._reject_leftovers else []
        if leftovers:
            detail = f"the request says {', '.join(leftovers[:5])}, which no call uses"
            return candidate.rejected(self.stage, "number_not_in_calls", detail)
        if unused := leftover_choices(candidate.query, steps):
            detail = f"the request asks for another {' and '.join(f'`{name}`' for name in unused)} than the default"
            return candidate.rejected(self.stage, "choice_not_in_calls", detail)
        return candidate.passed(self.stage)


def _stated_all_the_same(candidate: Candidate) -> str:
    """Return the name of the argument that is withheld from the query where the query states it; else nothing."""
    name = candidate.draw.withheld
    for call in candidate.meant if name else ():
        api, value = candidate.draw.find(call.name), Call(call.name, {name: call.arguments.get(name)})
        if api is None or not ungrounded(candidate.query, api, value):
            return name
    return ""
