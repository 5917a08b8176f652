"""What the visits to an API call: all of its optional arguments soon, its enums and recorded calls in turn, nothing it refuses."""

import tracemalloc
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.variation import without_defaults
from apigen.visits import FIRST, Visits
from tests.makers import INTEGER, NULL, NUMBER, TEXT, make_api

UNITS = ["km", "mi", "m", "ft", "yd"]
quick = settings(deadline=None, database=None, max_examples=80)


def first_tries(api, count, *, vary=0.5, seed=1, others=(), calls=1):
    """What is tried first in the first so many visits."""
    visits = Visits((api, *others), seed)
    return [tries[0] for visit in range(count) for tries in visits.tries(api, visit, calls, vary, Random(visit))]


def optional_api(count, given=(), **schemas):
    """An API of one required and so many optional arguments; recorded calls give the optional ones that are named."""
    optional = {f"o{number}": {**INTEGER, "default": 2, "maximum": 40} for number in range(count)} | schemas
    examples = [{"a": 7 + turn} | dict.fromkeys(names, 9) for turn, names in enumerate(given or [()])]
    return make_api("f", {"a": INTEGER, **optional}, ["a"], examples)


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("vary", [0.01, 0.5, 1.0])
def test_every_optional_argument_is_given_within_the_first_visits(count, vary):
    found = first_tries(optional_api(count), FIRST, vary=vary)
    assert set().union(*(call.arguments for call in found)) == {"a", *(f"o{number}" for number in range(count))}


@pytest.mark.parametrize("vary", [0, 0.5])
def test_the_first_visits_start_from_calls_that_give_the_optional_arguments(vary):
    """So that they are covered even where only recorded calls are made, or a proposed one fails."""
    visits = Visits((api := optional_api(4, [(), ("o0", "o1"), (), ("o2",), ("o3",)]),), 1)
    last = [visits.tries(api, visit, 1, vary, Random(0))[-1][-1] for visit in range(FIRST)]
    assert len(set().union(*(call.arguments for call in last)) - {"a"}) >= 3


def test_an_api_of_very_many_optional_arguments_takes_little_memory():
    api = optional_api(400)
    tracemalloc.start()
    try:
        Visits((api,), 1).steps(api)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_none_one_and_two_optional_arguments_follow():
    sets = {frozenset(call.arguments) - {"a"} for call in first_tries(optional_api(4), 12)}
    assert frozenset() in sets
    assert Counter(map(len, sets)) == {0: 1, 1: 4, 2: 6}


def test_the_members_of_an_enum_are_all_used_before_one_comes_again():
    api = make_api("f", {"unit": {"enum": UNITS}}, examples=[{"unit": "km"}, {"unit": "mi"}])
    found = [call.arguments["unit"] for call in first_tries(api, 20)]
    for start in range(0, 20, len(UNITS)):
        assert set(found[start : start + len(UNITS)]) == set(UNITS)


def test_an_optional_enum_is_gone_through_too_its_default_aside():
    api = make_api("f", {"a": INTEGER, "unit": {"enum": UNITS, "default": "km"}}, ["a"], [{"a": 1}, {"a": 5}])
    found = [call.arguments["unit"] for call in first_tries(api, 16) if "unit" in call.arguments]
    assert set(found[:4]) == set(UNITS) - {"km"}


def test_an_enum_beside_null_is_gone_through():
    api = make_api("f", {"unit": {"anyOf": [{"enum": UNITS}, NULL], "default": None}}, [], [{"unit": "km"}])
    assert {call.arguments.get("unit") for call in first_tries(api, 24)} == {*UNITS, None}


def test_two_arguments_of_one_enum_stay_different():
    units = {"enum": UNITS}
    recorded = [{"source": "km", "target": "mi"}, {"source": "ft", "target": "m"}]
    pair = make_api("f", {"source": units, "target": units}, examples=recorded)
    aside = make_api("g", {"source": {**units, "default": "km"}, "target": units}, ["target"], [{"target": "mi"}])
    for api in (pair, aside):
        for call in first_tries(api, 60):
            assert call.arguments.get("source", "km") != call.arguments["target"]


def test_every_recorded_call_has_its_turn():
    api = make_api("f", {"a": TEXT}, examples=[{"a": word} for word in ("one", "two", "three", "four")])
    assert {call.arguments["a"] for call in first_tries(api, 4)} == {"one", "two", "three", "four"}
    odd = optional_api(1, [("o0",), ("o0",), ("o0",), ()])
    visits = Visits((odd,), 1)
    assert {visits.tries(odd, visit, 1, 0, Random(0))[0][-1].key for visit in range(len(visits.steps(odd)))} == {
        call.key for call in odd.examples
    }


def test_calls_of_one_visit_differ_in_all_that_is_tried():
    api = make_api(
        "f", {"unit": {"enum": UNITS[:2]}, "a": INTEGER}, ["a"], [{"a": 1}, {"a": 2, "unit": "km"}, {"a": 3}]
    )
    visits = Visits((api,), 1)
    for visit in range(60):
        plans = visits.tries(api, visit, 3, 0.5, Random(visit))
        assert len(plans) == 3
        assert len({plan[-1] for plan in plans}) == 3
        for one in range(3):
            for other in range(one):
                assert not set(plans[one]) & set(plans[other])


def test_nothing_is_tried_but_recorded_calls_where_values_are_not_to_vary():
    api = optional_api(3, [(), ("o1",)], unit={"enum": UNITS})
    recorded = {without_defaults(call, api) for call in api.examples}
    assert set(first_tries(api, 30, vary=0)) <= recorded


def test_a_value_of_another_api_s_argument_of_the_same_name_and_kind_will_do():
    api = make_api("f", {"a": INTEGER, "city": TEXT}, ["a"], [{"a": 1}])
    same = make_api("g", {"city": TEXT}, examples=[{"city": "Oslo"}, {"city": "Rome"}])
    other = make_api("h", {"city": {"type": "array", "items": TEXT}}, examples=[{"city": ["Bern"]}])
    found = {call.arguments.get("city") for call in first_tries(api, 12, others=(same, other))}
    assert found == {"Oslo", "Rome", None}
    assert {call.arguments.get("city") for call in first_tries(api, 12, others=(other,))} == {None}


def test_an_api_without_recorded_calls_is_called_as_its_schema_says():
    api = make_api("f", {"unit": {"enum": UNITS}, "loud": {"type": "boolean", "default": False}}, ["unit"])
    found = first_tries(api, 12)
    assert {call.arguments["unit"] for call in found} == set(UNITS)
    assert {call.arguments.get("loud") for call in found} == {True, None}
    assert first_tries(make_api("f", {"a": TEXT}), 1) == []


def test_an_optional_value_does_not_vanish_by_coming_to_its_default():
    api = optional_api(1, [("o0",)], o0={**INTEGER, "default": 8})
    given = [call for call in first_tries(api, 200, vary=1.0) if call.arguments.get("o0") == 8]
    assert not given
    assert all("o0" in call.arguments for call in first_tries(api, 1, vary=1.0))


def test_a_schema_that_binds_arguments_together_is_kept():
    api = optional_api(3)
    bound = {**api.parameters, "dependentRequired": {"o0": ["o1"], "o1": ["o2"]}}
    api = type(api)(**{**{field: getattr(api, field) for field in api.__slots__}, "parameters": bound})
    visits = Visits((api,), 1)
    for visit in range(40):
        for plan in visits.tries(api, visit, 1, 0.5, Random(visit)):
            assert all(Draft202012Validator(bound).is_valid(call.arguments) for call in plan)


def numbers(kind):
    bounds = st.tuples(st.integers(-50, 50), st.integers(0, 100))
    return bounds.map(lambda found: {"type": kind, "minimum": found[0], "maximum": found[0] + found[1]})


LEAVES = st.one_of(
    numbers("integer"),
    numbers("number"),
    st.sampled_from(
        [INTEGER, NUMBER, TEXT, {"enum": UNITS}, {"enum": [1, 2]}, {"const": "x"}, {"type": "boolean"}]
        + [{**TEXT, "format": name} for name in ("date", "time", "date-time", "email", "uuid", "uri", "other")]
        + [{**TEXT, "examples": ["Rome"]}, {**TEXT, "maxLength": 2}, {**TEXT, "pattern": "^[A-Z]{3}$"}]
        + [{**INTEGER, "multipleOf": 7, "minimum": 3}, {**NUMBER, "exclusiveMinimum": 0}, {**INTEGER, "maximum": -5}]
        + [{**INTEGER, "default": 5, "maximum": 5}, {**TEXT, "default": "2024-05-06"}, {**NUMBER, "default": 0.1}]
    ),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: {"anyOf": [one, NULL], "default": None}),
        inner.map(lambda one: {"type": "array", "items": one, "minItems": 1}),
        inner.map(lambda one: {"type": "object", "properties": {"x": one}, "required": ["x"]}),
    ),
    max_leaves=3,
)
VALUES = st.sampled_from(
    [1, 7, -5, 2.5, "Rome", "x", "km", "ABC", "2024-02-03", True, [1], ["km"], {"x": 1}, {"x": "x"}]
)
NAMES = ("alpha", "beta", "gamma", "delta")


@st.composite
def libraries(draw):
    """APIs whose recorded calls are of constants, ranges' ends and the like, if of anything."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        properties = draw(st.dictionaries(st.sampled_from(NAMES), SCHEMAS, max_size=4))
        required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
        examples = [
            {name: draw(VALUES) for name in properties if name in required or draw(st.booleans())}
            for _ in range(draw(st.integers(0, 3)))
        ]
        api = make_api(f"api_{number}", properties, required)
        valid = [one for one in examples if Draft202012Validator(api.parameters).is_valid(one)]
        made.append(make_api(f"api_{number}", properties, required, valid))
    return tuple(made)


@quick
@given(libraries(), st.integers(0, 10**6), st.integers(1, 3), st.floats(0, 1), st.integers(0, 99))
def test_what_is_tried_is_what_the_schema_takes_and_hangs_on_nothing_else(apis, visit, calls, vary, seed):
    visits, again = Visits(apis, seed), Visits(apis, seed)
    for api in apis:
        plans = visits.tries(api, visit, calls, vary, Random(visit))
        recorded = {without_defaults(call, api) for call in api.examples}
        for plan in plans:
            assert plan[-1] in recorded or not recorded
            for call in plan:
                assert call.name == api.name
                assert Draft202012Validator(api.parameters).is_valid(call.arguments)
        again.tries(api, visit + 1, 1, 1.0, Random(0))
        assert plans == again.tries(api, visit, calls, vary, Random(visit))


@quick
@given(libraries(), st.integers(0, 99))
def test_every_optional_argument_with_a_value_is_in_the_first_steps(apis, seed):
    visits = Visits(apis, seed)
    for api in apis:
        optional = set(api.properties) - set(api.required)
        usable = {name for name in optional if visits._pool.values(api, name, Random(0))}
        assert usable <= set().union(*(step.given for step in visits.steps(api)[:FIRST])) <= optional


def test_a_hostile_schema_yields_no_value_and_no_error():
    bounds = [10**400, -(10**400), 1.7e308]
    schemas = {f"n{number}": {"type": "number", "minimum": bound} for number, bound in enumerate(bounds)}
    schemas |= {f"m{number}": {"type": "integer", "maximum": bound} for number, bound in enumerate(bounds)}
    schemas |= {"wide": {**NUMBER, "minimum": -1.7e308, "maximum": 1.7e308}, "step": {**NUMBER, "multipleOf": 1e-300}}
    schemas |= {
        "loop": {"type": "array", "items": {"type": "array", "minItems": 10**9}},
        "long": {"const": "x" * 10**6},
    }
    schemas |= {"dark": {"enum": ["\x00\x1b[2J", " ", "fine"]}, "bad": {**TEXT, "pattern": "(", "examples": ["a"]}}
    api = make_api("f", schemas, [])
    for call in first_tries(api, 40):
        assert not {"loop", "long", "bad"} & call.arguments.keys()
        assert call.arguments.get("dark", "fine") == "fine"
        assert all(len(str(value)) < 400 for value in call.arguments.values())
