"""Corruptions: each spoils what it says and nothing else, is never a no-op, and depends on its seed alone."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.format import FormatChecker
from apigen.checkers.grounding import GroundingChecker
from apigen.exam.corruptions import CORRUPTIONS, is_same
from apigen.exam.edits import Around
from apigen.exam.values import appears, leaves, near_number, stated
from apigen.records import Api, Call, CallResult, Candidate, Draw, Style
from tests.makers import make_api, wait_for

TRIP = make_api(
    "plan_trip",
    {
        "city": {"type": "string", "description": "Where to."},
        "start": {"type": "string", "description": "First day as YYYY-MM-DD."},
        "nights": {"type": "integer", "minimum": 1, "maximum": 900},
        "budget": {"type": "number"},
        "reserve": {"type": "number"},
        "speed": {"type": "string", "enum": ["walking", "cycling", "driving"]},
        "distance_unit": {"type": "string", "enum": ["furlongs", "miles", "leagues"], "default": "leagues"},
        "breakfast": {"type": "boolean", "default": False},
        "guests": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "stops": {"type": "array", "items": {"type": "string"}},
    },
    ["city", "start", "nights", "budget", "reserve"],
    description="Plan a trip.",
)
OTHERS = (make_api("area"), make_api("tip", {"bill": {"type": "number"}}), make_api("count_letter"))
AROUND_APIS = (TRIP, *OTHERS)

TRIPS = st.fixed_dictionaries(
    {
        "city": st.sampled_from(["Oslo", "Porto", "Ghent", "Turin"]),
        "start": st.dates(date(1990, 1, 1), date(2040, 1, 1)).map(date.isoformat),
        "nights": st.integers(1, 800),
        "budget": st.integers(100, 99_999).map(lambda cents: cents / 4),
        "reserve": st.integers(100, 9_999),
        "speed": st.sampled_from(["walking", "cycling"]),
        "breakfast": st.just(True),
    },
    optional={"distance_unit": st.just("miles"), "stops": st.lists(st.sampled_from(["Bergen", "Lyon"]), min_size=1, max_size=2)},
)  # fmt: skip


def said(arguments: dict[str, Any]) -> str:
    parts = {name: ", ".join(value) if isinstance(value, list) else value for name, value in arguments.items()}
    return "Plan a trip with " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parts.items())


def make_trips(trips: list[dict[str, Any]], index: int = 0) -> Candidate:
    """Return a verified sample of these calls, which its query states word by word."""
    style: Style = "simple" if len(trips) == 1 else "parallel"
    draw = Draw(index, index + 7, style, "call_first", (TRIP,))
    calls = tuple(Call("plan_trip", arguments) for arguments in trips)
    made = Candidate(
        draw, 0, "raw", "; ".join(map(said, trips)), calls, results=tuple(CallResult(n) for n in range(len(calls)))
    )
    return made.passed("format").passed("execution")


SAMPLES = st.lists(TRIPS, min_size=1, max_size=3, unique_by=str).map(make_trips)
OTHER = make_trips(
    [
        {
            "city": "Quito",
            "start": "1975-05-05",
            "nights": 877,
            "budget": 31_111.5,
            "reserve": 55_555,
            "speed": "driving",
        }
    ],
    1,
)


def spoil(name: str, sample: Candidate, seed: int) -> Candidate | None:
    return CORRUPTIONS[name].apply(sample, Random(seed), Around(AROUND_APIS, (sample, OTHER)))


def rejected_by_format(candidate: Candidate) -> bool:
    return wait_for(FormatChecker(frozenset(api.name for api in AROUND_APIS))(candidate)).rejection is not None


def rejected_by_grounding(candidate: Candidate) -> bool:
    return wait_for(GroundingChecker.from_options({})(candidate)).rejection is not None


def test_there_are_enough() -> None:
    assert len(CORRUPTIONS) >= 17


def test_the_samples_are_right() -> None:
    sample = make_trips([dict(OTHER.calls[0].arguments)])
    assert not rejected_by_format(sample)
    assert not rejected_by_grounding(sample)


@pytest.mark.parametrize("name", CORRUPTIONS)
@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_what_is_spoiled_differs_and_starts_from_the_first_checker(name: str, sample: Candidate, seed: int) -> None:
    spoiled = spoil(name, sample, seed)
    if spoiled is None:
        assert name in (
            "call_dropped",
            "choice_invented",
            "unit_changed",
            "query_changed",
            "value_changed",
            "date_shifted",
        )
        return
    assert not is_same(spoiled, replace(sample, results=(), verdicts=()))
    assert spoiled.verdicts == ()
    assert bool(spoiled.results) == (name == "result_is_an_error")
    assert spoil(name, sample, seed) == spoiled


@pytest.mark.parametrize("name", [name for name, one in CORRUPTIONS.items() if one.rule == "format"])
@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_what_is_spoiled_in_shape_is_misshapen(name: str, sample: Candidate, seed: int) -> None:
    spoiled = spoil(name, sample, seed)
    assert spoiled is not None
    assert rejected_by_format(spoiled)


@pytest.mark.parametrize("name", [name for name, one in CORRUPTIONS.items() if one.rule == "grounding"])
@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_what_is_no_longer_stated_is_well_shaped(name: str, sample: Candidate, seed: int) -> None:
    spoiled = spoil(name, sample, seed)
    if spoiled is not None:
        assert not rejected_by_format(spoiled)
        assert rejected_by_grounding(spoiled)


def changed_values(sample: Candidate, spoiled: Candidate) -> list[tuple[Any, Any]]:
    return [
        (old.value, new.value)
        for old, new in zip(leaves(sample), leaves(spoiled), strict=True)
        if (old.value, type(old.value)) != (new.value, type(new.value))
    ]


@pytest.mark.parametrize("name", ["value_changed", "date_shifted", "choice_changed", "flag_flipped"])
@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_one_value_is_changed_to_one_that_the_query_lacks(name: str, sample: Candidate, seed: int) -> None:
    spoiled = spoil(name, sample, seed)
    if spoiled is None:
        return
    ((old, new),) = changed_values(sample, spoiled)
    assert spoiled.query == sample.query
    if name == "flag_flipped":
        assert (old, new) == (True, False)
    else:
        assert new.casefold() not in sample.query.casefold() if isinstance(new, str) else not stated(sample.query, new)
    if name == "date_shifted":
        assert timedelta() < abs(date.fromisoformat(new) - date.fromisoformat(old)) <= timedelta(days=20)
    if name == "value_changed" and isinstance(old, int | float):
        assert 0.03 * abs(old) <= abs(new - old)


@settings(max_examples=50, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_swapped_arguments_keep_their_values(sample: Candidate, seed: int) -> None:
    spoiled = spoil("arguments_swapped", sample, seed)
    assert spoiled is not None
    values = [sorted(str(leaf.value) for leaf in leaves(one)) for one in (sample, spoiled)]
    assert values[0] == values[1]
    assert len(changed_values(sample, spoiled)) == 2


@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_calls_are_dropped_and_doubled_one_at_a_time(sample: Candidate, seed: int) -> None:
    dropped, doubled = spoil("call_dropped", sample, seed), spoil("call_doubled", sample, seed)
    assert (dropped is None) == (len(sample.calls) == 1)
    assert dropped is None or len(dropped.calls) == len(sample.calls) - 1
    assert doubled is not None
    assert len(doubled.calls) == len(sample.calls) + 1
    assert len(set(doubled.calls)) == len(sample.calls)


@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_a_changed_query_keeps_the_calls(sample: Candidate, seed: int) -> None:
    spoiled = spoil("query_changed", sample, seed)
    if spoiled is not None:
        assert spoiled.calls == sample.calls
        assert spoiled.query != sample.query


@settings(max_examples=25, deadline=None)
@given(sample=SAMPLES, seed=st.integers(0, 999))
def test_foreign_calls_keep_the_query(sample: Candidate, seed: int) -> None:
    spoiled = spoil("calls_of_another_query", sample, seed)
    assert spoiled is not None
    assert (spoiled.query, spoiled.calls, spoiled.draw) == (sample.query, OTHER.calls, OTHER.draw)


def test_a_unit_of_the_query_is_changed_where_no_argument_has_one() -> None:
    draw = Draw(0, 1, "simple", "call_first", (make_api("parcel_price", {"weight_kg": {"type": "number"}}),))
    sample = Candidate(draw, 0, "raw", "Send 2.5 kg.", (Call("parcel_price", {"weight_kg": 2.5}),))
    spoiled = spoil("unit_changed", sample, 0)
    assert spoiled is not None
    assert spoiled.query == "Send 2.5 pounds."


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_call_without_arguments_of_an_open_schema(name: str) -> None:
    api = Api("now", "Say the time.", {"type": "object"}, "time", "mcp:time")
    spoiled = spoil(name, Candidate(Draw(0, 1, "simple", "call_first", (api,)), 0, "", "Now?", (Call("now", {}),)), 0)
    applies = ("api_renamed", "api_not_offered", "call_doubled", "result_is_an_error", "calls_of_another_query")
    assert (spoiled is not None) == (name in applies)


@settings(max_examples=200, deadline=None)
@given(query=st.text(max_size=60), value=st.one_of(st.integers(), st.floats(), st.text(max_size=20), st.none()))
def test_any_text_and_value_can_be_looked_for(query: str, value: Any) -> None:
    assert isinstance(stated(query, value), bool)


@pytest.mark.parametrize(
    ("query", "value", "said"),
    [
        ("Send 1,200 grams", 1200, True),
        ("Send twelve parcels", 12, True),
        ("a dozen", 12, True),
        ("half of it", 0.5, True),
        ("an hour", 1, True),
        ("Send 2.5 kg", 2, False),
        ("per month", "monthly", True),
        ("per month", "yearly", False),
        ("Send 5", 10**400, True),
    ],
)
def test_what_a_query_states(query: str, value: Any, said: bool) -> None:
    assert stated(query, value) is said


def test_a_value_of_the_calls_appears() -> None:
    assert appears(OTHER, "Quito")
    assert not appears(OTHER, "Lima")


@settings(max_examples=200, deadline=None)
@given(value=st.one_of(st.integers(), st.floats()), seed=st.integers(0, 99))
def test_a_near_number_is_no_rounding(value: float, seed: int) -> None:
    changed = near_number(value, Random(seed))
    if changed is not None and changed == changed:
        assert type(changed) is type(value)
        assert abs(changed - value) >= 0.03 * abs(value)
