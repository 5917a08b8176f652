"""The grounding checker against a labelled set: does the query state the value of the argument?"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers import Toolbox, build_checkers
from apigen.checkers.grounding import GroundingChecker
from apigen.checkers.spellings.relative import days_said, months_said, years_said
from apigen.checkers.spellings.values import ungrounded
from apigen.config import RunConfig
from apigen.prompts import Prompts
from apigen.records import Api, Call, Candidate, Draw
from apigen.sources import Library
from apigen.work import Plan

CASES = Path(__file__).parent.parent / "data" / "grounding.jsonl"
NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
"""The clock of the set: a Wednesday."""
WHOLE = {"list", "nested", "default"}
"""Kinds for the whole checker: a member that a list leaves out is a leftover number of the query."""
KNOWN_MISSES = {
    "Count the last day as well": "too few of the words that describe the flag, all of which are in other requests as well",
}
"""Queries that are decided wrongly, and why that is left so."""
DATE = {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Case:
    query: str
    schema: dict[str, Any]
    name: str
    value: Any
    grounded: bool
    kind: str
    hard: bool

    def candidate(self) -> Candidate:
        api = Api("compute", "Compute it.", {"type": "object", "properties": {self.name: self.schema}}, "any", "test")
        draw = Draw(0, 0, "simple", "call_first", (api,))
        return Candidate(draw, 0, "", self.query, (Call(api.name, {self.name: self.value}),))

    def passes(self, clock: datetime | None = NOW) -> bool:
        options = {} if self.kind in WHOLE else {"leftover_numbers": "allow"}
        return asyncio.run(GroundingChecker.from_options(options, clock)(self.candidate())).rejection is None


def cases() -> Iterator[Case]:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        yield Case(**json.loads(line))


def test_the_set_is_large_and_hard() -> None:
    found = list(cases())
    assert len(found) >= 320
    assert 3 * sum(case.hard for case in found) >= len(found)
    assert len({json.dumps([case.query, case.name, case.schema, case.value]) for case in found}) == len(found)
    labels = Counter((case.kind, case.grounded) for case in found)
    assert all(labels[kind, grounded] for kind in {case.kind for case in found} for grounded in (True, False))


def test_every_case_is_decided_right() -> None:
    wrong = [case for case in cases() if case.passes() != case.grounded]
    shown = "\n".join(
        f"{'false reject' if case.grounded else 'false accept'} ({case.kind}): {case.value!r} in {case.query!r}"
        for case in wrong
        if case.query not in KNOWN_MISSES
    )
    assert not shown, shown
    assert {case.query for case in wrong} == set(KNOWN_MISSES)


def test_a_relative_date_needs_the_clock() -> None:
    relative = [case for case in cases() if case.kind == "relative" and case.grounded and "2026" not in case.query]
    assert len(relative) > 15
    assert not [case for case in relative if case.passes(clock=None)]
    assert not [case for case in relative if case.passes(clock=NOW + timedelta(days=400))]


def test_the_clock_of_the_run_reaches_the_checker(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "replies.yaml").write_text("generate: [hello]\n")
    config = RunConfig.model_validate(
        {
            "store": tmp_path / "run.db",
            "library": [{"source": "python", "path": str(tmp_path / "library")}],
            "llms": {"writer": {"backend": "scripted", "replies": str(tmp_path / "replies.yaml")}},
            "target": {"draws": 1},
            "checkers": ["format", "grounding"],
        }
    )
    plan = Plan.check(config, NOW)
    tools = Toolbox(Library((), {}, "none"), {}, Prompts(), plan.clock)
    check = build_checkers(config.checkers, tools)[1]
    tomorrow, later = (
        Case("Wake me up tomorrow", DATE, "date", day, True, "", False) for day in ("2026-03-12", "2026-03-13")
    )
    assert asyncio.run(check(tomorrow.candidate())).rejection is None
    assert asyncio.run(check(later.candidate())).rejection is not None


def test_a_list_is_as_long_as_the_enumeration_unless_another_argument_takes_the_rest() -> None:
    properties = {"values": {"type": "array", "items": {"type": "number"}}, "places": {"type": "integer"}}
    api = Api("round_all", "Round them.", {"type": "object", "properties": properties}, "any", "test")
    query = "Round 1.25, 2.5 and 3.75, and 2"
    assert ungrounded(query, api, Call("round_all", {"values": [1.25, 2.5, 3.75], "places": 2})) == []
    assert ungrounded(query, api, Call("round_all", {"values": [1.25, 2.5], "places": 2}))


def test_hours_and_minutes_may_be_arguments_of_their_own() -> None:
    properties = {"hours": {"type": "integer"}, "minutes": {"type": "integer"}}
    api = Api("timer", "Set a timer.", {"type": "object", "properties": properties}, "any", "test")
    query = "A timer of 1 hour 30 minutes"
    assert ungrounded(query, api, Call("timer", {"hours": 1, "minutes": 30})) == []
    assert ungrounded(query, api, Call("timer", {"hours": 1, "minutes": 90}))
    assert ungrounded(query, api, Call("timer", {"minutes": 30}))


@pytest.mark.parametrize("rival", ["to", "from"])
def test_a_default_stands_where_its_rival_is_for_another_argument(rival: str) -> None:
    unit = {"enum": ["celsius", "fahrenheit"]}
    properties = {"unit": {**unit, "default": "celsius"}, f"{rival}_unit": unit}
    api = Api("convert", "Convert it.", {"type": "object", "properties": properties}, "any", "test")
    query = "What is it in Fahrenheit?"
    assert ungrounded(query, api, Call("convert", {"unit": "celsius", f"{rival}_unit": "fahrenheit"})) == []


RELATIVE_WORDS = (
    "in a an 1 2 12 999 two day days week weeks month months year years fortnight ago from now today tomorrow yesterday next last "
    "this the on by monday friday sunday , 31st 1st first end of day after before"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(RELATIVE_WORDS.split()), max_size=12).map(" ".join), st.dates())
def test_any_words_on_any_day_are_days_of_the_calendar(text: str, today: date) -> None:
    assert all(date.min <= day <= date.max for day in days_said(text, today))
    assert all(1 <= month <= 12 for _, month in months_said(text, today))
    assert all(abs(year - today.year) <= 1 for year in years_said(text, today))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(2, 300))
def test_days_are_counted_from_today(today: date, count: int) -> None:
    clock = datetime(today.year, today.month, today.day, tzinfo=UTC)
    api = Api("book", "Book it.", {"type": "object", "properties": {"date": DATE}}, "any", "test")
    right, late = (Call("book", {"date": (today + timedelta(days)).isoformat()}) for days in (count, count + 1))
    assert ungrounded(f"Book it in {count} days", api, right, clock) == []
    assert ungrounded(f"Book it in {count} days", api, late, clock)
