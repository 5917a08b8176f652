"""Varied calls: other values of the same kind."""

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.records import Call
from apigen.variation import from_schema, vary, without_defaults
from tests.makers import INTEGER, NULL, NUMBER, TEXT, make_api

UNITS = {"enum": ["km", "mi", "m", "ft"]}
quick = settings(deadline=None, database=None, max_examples=80)
seeds = st.integers(0, 2**32).map(Random)


def varied(value, schema, rng):
    """The new value of a required argument."""
    return vary(Call("f", {"a": value}), make_api("f", {"a": schema}), rng).arguments["a"]


def varied_often(value, schema, times=80):
    return [varied(value, schema, Random(seed)) for seed in range(times)]


@quick
@given(st.integers(-(10**15), 10**15), seeds)
def test_an_integer_stays_an_integer(value, rng):
    found = varied(value, INTEGER, rng)
    assert type(found) is int
    assert abs(found - value) <= max(9, abs(value) * 0.31 + 1)


@quick
@given(st.floats(-1e12, 1e12), seeds)
def test_a_float_stays_a_float_near_the_recorded_one(value, rng):
    found = varied(value, NUMBER, rng)
    assert type(found) is float
    assert abs(found - value) <= abs(value) * 0.36
    assert (found > 0) == (value > 0)


@pytest.mark.parametrize(("value", "digits"), [(250, 2), (3.5, 2), (12.75, 4), (0.045, 2), (100_000, 2)])
def test_a_value_is_as_round_as_the_recorded_one(value, digits):
    for found in varied_often(value, NUMBER):
        assert float(f"{found:.{digits}g}") == found


def test_values_do_vary():
    assert len(set(varied_often(250, INTEGER))) > 10
    assert len(set(varied_often("km", UNITS))) == 4


@quick
@given(st.integers(-500, 500), st.integers(0, 300), st.integers(0, 300), seeds)
def test_a_number_stays_within_the_bounds_of_its_schema(value, below, above, rng):
    low, high = value - below, value + above
    found = varied(value, {**INTEGER, "minimum": low, "maximum": high}, rng)
    assert type(found) is int
    assert low <= found <= high


@pytest.mark.parametrize("value", ["2024-05-06", "12:30"])
def test_a_text_stays_where_its_pattern_is_none(value):
    assert set(varied_often(value, {**TEXT, "pattern": "("}, times=5)) == {value}


def test_a_number_that_looks_like_a_year_stays_within_its_bounds():
    assert all(1995 <= found <= 2000 for found in varied_often(2000, {**INTEGER, "minimum": 1995, "maximum": 2000}))


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{**INTEGER, "maximum": 10}, NULL]},
        {**INTEGER, "exclusiveMaximum": 11},
        {**INTEGER, "exclusiveMinimum": 9},
        {**INTEGER, "multipleOf": 5},
        {"anyOf": [{"enum": [10, 20]}, NULL]},
    ],
)
def test_a_number_fits_every_bound_of_its_schema(schema):
    assert all(Draft202012Validator(schema).is_valid(found) for found in varied_often(10, schema))


@pytest.mark.parametrize("value", [True, False, None, "Rome", "", [], {}])
def test_what_has_no_near_values_stays(value):
    assert set(map(repr, varied_often(value, {}))) == {repr(value)}


@quick
@given(st.sampled_from([["a", "b"], [1, 2, 3], [1.5, None, "x"], ["only"]]), seeds, st.data())
def test_an_enum_gives_one_of_its_members(members, rng, data):
    assert varied(data.draw(st.sampled_from(members)), {"enum": members}, rng) in members


@quick
@given(st.dates(date(2, 1, 1), date(9997, 1, 1)), st.dates(date(2, 1, 1), date(9997, 1, 1)), seeds)
def test_dates_stay_dates_as_far_apart_as_they_were(start, end, rng):
    api = make_api("f", {"start": TEXT, "days": {"type": "array", "items": TEXT}})
    found = vary(Call("f", {"start": start.isoformat(), "days": [end.isoformat()]}), api, rng).arguments
    moved, also = date.fromisoformat(found["start"]), date.fromisoformat(found["days"][0])
    assert also - moved == end - start
    assert abs((moved - start).days) <= 300


@pytest.mark.parametrize(
    "value", ["2023-02-30", "2024-5-3", "0001-01-01", "9999-12-31", "2024-01-01T10:00", "٢٠٢٤-٠١-٠١"]
)
def test_what_is_no_date_that_can_be_moved_stays_text(value):
    for found in varied_often(value, TEXT):
        assert isinstance(found, str)
        assert len(found) == len(value)


def test_a_clock_time_stays_one():
    for found in varied_often("09:15", TEXT):
        hours, minutes = found.split(":")
        assert (len(hours), len(minutes)) == (2, 2)
        assert 6 <= int(hours) <= 22
        assert int(minutes) in range(0, 60, 5)


def test_two_arguments_of_one_enum_stay_different():
    api = make_api("f", {"source": UNITS, "target": UNITS})
    for seed in range(200):
        found = vary(Call("f", {"source": "km", "target": "mi"}), api, Random(seed)).arguments
        assert found["source"] != found["target"]


def test_two_pairs_of_arguments_of_one_enum_stay_different():
    sizes = {"enum": ["small", "large"]}
    api = make_api("f", {"source": UNITS, "target": UNITS, "first": sizes, "second": sizes})
    recorded = Call("f", {"source": "km", "target": "mi", "first": "small", "second": "large"})
    for seed in range(200):
        found = vary(recorded, api, Random(seed)).arguments
        assert found["source"] != found["target"]
        assert found["first"] != found["second"]


def test_an_argument_is_not_made_equal_to_the_default_of_one_left_out():
    api = make_api("f", {"source": {**UNITS, "default": "km"}, "target": UNITS}, required=["target"])
    for seed in range(200):
        found = vary(Call("f", {"source": "mi", "target": "ft"}), api, Random(seed)).arguments
        assert found.get("source", "km") != found["target"]


def test_required_arguments_are_never_left_out_and_optional_ones_sometimes():
    api = make_api("f", {"a": INTEGER, "b": INTEGER}, required=["a"])
    found = [set(vary(Call("f", {"a": 1, "b": 2}), api, Random(seed)).arguments) for seed in range(80)]
    assert {frozenset(names) for names in found} == {frozenset("a"), frozenset("ab")}


def test_nested_values_vary_by_their_own_schemas():
    points = {
        "type": "array",
        "items": {"type": "object", "properties": {"x": {**INTEGER, "minimum": 0, "maximum": 50}, "u": UNITS}},
    }
    for found in varied_often([{"x": 45, "u": "km"}, {"x": 0, "u": "mi"}], points):
        assert len(found) == 2
        for point in found:
            assert type(point["x"]) is int
            assert 0 <= point["x"] <= 50
            assert point["u"] in UNITS["enum"]


def test_the_recorded_call_is_left_as_it_was():
    arguments = {"a": [{"x": 10}], "b": "2024-01-01"}
    call = Call("f", arguments)
    vary(call, make_api("f", {"a": {}, "b": TEXT}), Random(1))
    assert arguments == {"a": [{"x": 10}], "b": "2024-01-01"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(-1e300, 1e300)
    | st.text(max_size=12)
    | st.dates().map(date.isoformat)
    | st.times().map(lambda time: time.isoformat("minutes")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
schemas = st.sampled_from(
    [{}, INTEGER, NUMBER, TEXT, UNITS, {"anyOf": [UNITS, NULL]}, {"type": "array", "items": UNITS}]
)


def kinds(value):
    """The shape of a value: types all the way down."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    return [kinds(item) for item in value] if isinstance(value, list) else type(value)


@quick
@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(json_values, schemas), max_size=4), seeds)
def test_any_call_can_be_varied(made, rng):
    api = make_api("f", {name: schema for name, (_, schema) in made.items()})
    call = Call("f", {name: value for name, (value, _) in made.items()})
    found = vary(call, api, rng)
    assert (found.name, list(found.arguments)) == ("f", list(call.arguments))
    for name, (value, schema) in made.items():
        if schema in ({}, TEXT, INTEGER, NUMBER):
            assert kinds(found.arguments[name]) == kinds(value)


@pytest.mark.parametrize("value", [10**400, 17 * 10**307, 1.7e308], ids=["10**400", "17 * 10**307", "1.7e308"])
def test_the_largest_numbers_can_be_varied(value):
    assert all(found not in (float("inf"), float("-inf")) for found in varied_often(value, NUMBER))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1, "b": 2.0}, {"a": 1}),
        ({"a": 1, "b": 3}, {"a": 1, "b": 3}),
        ({"a": 5}, {"a": 5}),
        ({"a": 1, "c": None}, {"a": 1}),
        ({"a": 1, "c": True}, {"a": 1, "c": True}),
        ({"a": 1, "b": True}, {"a": 1, "b": True}),
    ],
)
def test_optional_arguments_that_only_say_their_default_are_left_out(arguments, expected):
    properties = {"a": {**INTEGER, "default": 5}, "b": {**INTEGER, "default": 2}, "c": {"default": None}}
    assert without_defaults(Call("f", arguments), make_api("f", properties, ["a"])) == Call("f", expected)


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        ({**TEXT, "examples": ["Rome", "Oslo"]}, {"Rome", "Oslo"}),
        (UNITS, set(UNITS["enum"])),
        ({"const": 7}, {7}),
        ({**INTEGER, "default": 3}, {3}),
        ({"type": "boolean"}, {True, False}),
        ({**INTEGER, "minimum": 2, "maximum": 4}, {2, 3, 4}),
        ({**INTEGER, "minimum": 1.5, "maximum": 2.5}, {2}),
    ],
)
def test_a_call_is_made_of_what_the_schema_says(schema, allowed):
    found = [from_schema(make_api("f", {"a": schema}), Random(seed)) for seed in range(60)]
    assert {call.arguments["a"] for call in found if call} == allowed


@pytest.mark.parametrize(
    "schema", [TEXT, NUMBER, {}, {**INTEGER, "minimum": 3}, {**INTEGER, "minimum": 1.2, "maximum": 1.8}, {"enum": []}]
)
def test_no_call_is_made_where_the_schema_says_too_little(schema):
    assert from_schema(make_api("f", {"a": schema}), Random(0)) is None


def test_a_call_without_required_arguments_is_always_known():
    assert from_schema(make_api("f", {"a": TEXT}, required=[]), Random(0)) == Call("f", {})


def test_a_drawn_number_is_within_its_range():
    api = make_api("f", {"a": {**NUMBER, "minimum": 1234, "maximum": 1236}})
    for seed in range(20):
        call = from_schema(api, Random(seed))
        assert call
        assert 1234 <= call.arguments["a"] <= 1236
