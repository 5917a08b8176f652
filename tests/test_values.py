"""Values that an argument could have: from the best place that has any, fit for the schema, and such as people say."""

import re
from datetime import date, datetime
from random import Random

import pytest
from jsonschema import Draft202012Validator

from apigen.values import ValuePool, members, sayable
from tests.makers import INTEGER, NULL, NUMBER, TEXT, make_api


def proposed(schema, times=40, recorded=(), others=()):
    """All values that are proposed for an optional argument."""
    examples = [{} if value is None else {"a": value} for value in recorded]
    api = make_api("f", {"a": schema}, [], examples)
    pool = ValuePool((api, *others))
    return [value for seed in range(times) for value in pool.values(api, "a", Random(seed))]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"enum": ["a", "b", "c"], "default": "b"}, ["a", "c"]),
        ({"anyOf": [{"enum": ["a", "b"]}, NULL], "default": None}, ["a", "b"]),
        ({"const": 7}, [7]),
        ({**TEXT, "examples": ["Rome", "Oslo"]}, ["Rome", "Oslo"]),
        ({"type": "boolean", "default": False}, [True]),
        ({"type": "boolean"}, [False, True]),
        ({"anyOf": [{"type": "boolean"}, NULL]}, [False, True]),
        ({"type": "array", "items": {"enum": ["a", "b", "c"]}}, [["a", "b"]]),
        (TEXT, []),
        (NUMBER, []),
        ({}, []),
        ({**TEXT, "pattern": "^x+$"}, []),
    ],
)
def test_what_a_schema_lists(schema, expected):
    assert proposed(schema, times=1) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {**INTEGER, "minimum": 3, "maximum": 900_000},
        {**INTEGER, "minimum": 1},
        {**INTEGER, "maximum": -1},
        {**NUMBER, "minimum": 0, "maximum": 1},
        {**NUMBER, "exclusiveMinimum": 0, "exclusiveMaximum": 5},
        {**INTEGER, "multipleOf": 25, "minimum": 0, "maximum": 1000},
        {**INTEGER, "default": 40},
        {**NUMBER, "default": 2.5, "maximum": 2.6},
        {"type": ["integer", "null"], "minimum": 10, "maximum": 20},
        {"anyOf": [{**NUMBER, "minimum": 10}, NULL], "default": None},
    ],
)
def test_numbers_are_in_range_and_round(schema):
    found = proposed(schema)
    assert len(set(found)) > 2
    for value in found:
        assert Draft202012Validator(schema).is_valid(value)
        assert value != schema.get("default")
        assert len(f"{abs(value):g}".replace(".", "").strip("0")) <= 3


FORMATS = {
    "date": date.fromisoformat,
    "date-time": lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")),
    "time": re.compile(r"\d\d:\d\d:00Z").fullmatch,
    "email": re.compile(r"[a-z.]+@example\.(com|org|net)").fullmatch,
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch,
    "uri": re.compile(r"https://example\.(com|org|net)/[a-z]+").fullmatch,
    "ipv4": re.compile(r"192\.0\.2\.\d{1,3}").fullmatch,
    "ipv6": re.compile(r"2001:db8::[0-9a-f]{1,4}").fullmatch,
    "hostname": re.compile(r"example\.(com|org|net)").fullmatch,
    "duration": re.compile(r"PT\d{1,2}H").fullmatch,
}


@pytest.mark.parametrize("name", FORMATS)
def test_texts_of_a_format(name):
    found = proposed({**TEXT, "format": name})
    assert len(set(found)) > 1
    assert all(FORMATS[name](text) for text in found)
    assert proposed({**TEXT, "format": "unheard of"}) == []


def test_a_date_that_is_the_default_has_neighbours():
    found = proposed({**TEXT, "default": "2024-05-06"})
    assert all(abs((date.fromisoformat(text) - date(2024, 5, 6)).days) <= 300 for text in found)
    assert "2024-05-06" not in found


def test_recorded_values_come_before_what_a_schema_describes():
    schema = {**INTEGER, "minimum": 0, "maximum": 100, "default": 5}
    assert set(proposed(schema, recorded=[12, 5, None, 34])) == {12, 34}


def test_what_other_apis_record_must_be_of_the_same_name_kind_and_schema():
    schema = {**TEXT, "pattern": "^[A-Z]{3}$"}
    twin = make_api("g", {"a": schema}, examples=[{"a": "OSL"}, {"a": "ROM"}])
    loose = make_api("h", {"a": TEXT}, examples=[{"a": "BER"}])
    elsewhere = make_api("i", {"b": schema}, examples=[{"b": "PAR"}])
    assert set(proposed(schema, others=(twin, loose, elsewhere))) == {"OSL", "ROM"}
    assert proposed({**schema, "maxLength": 2}, others=(twin,)) == []


def test_objects_are_made_of_their_required_parts():
    point = {"type": "object", "properties": {"x": {**INTEGER, "minimum": 1, "maximum": 9}, "y": TEXT}, "required": ["x"]}  # fmt: skip
    assert {tuple(value) for value in proposed(point)} == {("x",)}
    assert proposed({**point, "required": ["x", "y"]}) == []


@pytest.mark.parametrize(
    "value", ["", "  ", "a\nb", "\x1b[2J", "x" * 201, None, [], {}, 10**40, float("nan"), ["x" * 300]]
)
def test_what_nobody_can_say(value):
    assert not sayable(value)


@pytest.mark.parametrize("value", ["Zürich", 0, -2.5, False, [1], {"a": "b"}, "2024-01-01"])
def test_what_people_say(value):
    assert sayable(value)


def test_only_an_enum_has_members():
    assert members({"enum": [None, 1]}) == [1]
    assert members({"oneOf": [{"enum": [1]}, NULL]}) == [1]
    assert members({"anyOf": [{"enum": [1]}, {"enum": [2]}]}) == members({}) == []
