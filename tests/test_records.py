"""The nouns: equality by JSON value, and a Sample that nothing unverified becomes."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.records import Call, CallError, CallResult, Sample, canonical
from tests.makers import make_api, make_candidate, make_draw


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 5}, {"a": 5.0}),
        ({"a": [1, {"x": 2.0}]}, {"a": [1.0, {"x": 2}]}),
        ({"a": 0}, {"a": -0.0}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        ({"a": "é"}, {"a": "\u00e9"}),
    ],
)
def test_calls_with_equal_json_values_are_equal(one, other):
    assert Call("f", one) == Call("f", other)
    assert hash(Call("f", one)) == hash(Call("f", other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": True}),
        ({"a": 0}, {"a": False}),
        ({"a": 0}, {"a": None}),
        ({"a": "1"}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": None}, {}),
        ({"a": 1.5}, {"a": 1}),
        ({"a": "é"}, {"a": "e\u0301"}),
    ],
)
def test_calls_with_different_json_values_differ(one, other):
    assert Call("f", one) != Call("f", other)


def test_the_name_is_part_of_a_call():
    assert Call("f", {}) != Call("g", {})
    assert Call("f", {}) != ("f", {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, database=None)
@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    assert canonical(value) == canonical(dict(reversed(value.items())))


def test_an_api_says_its_properties_and_required_names():
    api = make_api(properties={"a": {"type": "integer"}, "b": {"type": "string"}}, required=["a"])
    assert list(api.properties) == ["a", "b"]
    assert api.required == ("a",)


def test_an_api_without_properties_has_none():
    api = replace(make_api(), parameters={"type": "object"})
    assert dict(api.properties) == {}
    assert api.required == ()


def test_a_draw_finds_only_what_it_offers():
    offered, other = make_api("f"), make_api("g")
    draw = make_draw(offered, distractors=(other,))
    assert draw.offered("f") is offered
    assert draw.offered("g") is None


def test_a_result_with_an_error_is_not_ok():
    assert CallResult(None).ok
    assert not CallResult(error=CallError("timeout", "5 s are over")).ok


def test_verdicts_are_added_and_the_first_rejection_is_found():
    first = make_candidate().passed("format").rejected("execution", "timeout", "slow")
    twice = first.rejected("judge", "no", "wrong")
    assert [verdict.stage for verdict in twice.verdicts] == ["format", "execution", "judge"]
    assert twice.rejection is not None
    assert twice.rejection.reason == "execution:timeout"


def test_a_candidate_that_passed_every_stage_becomes_a_sample():
    sample = Sample(make_candidate().passed("format").passed("judge"), ("format", "judge"))
    assert sample.query == "How large is it?"
    assert sample.calls == (Call("area", {"width": 2, "height": 3}),)
    assert [api.name for api in sample.apis] == ["area"]


@pytest.mark.parametrize(
    ("candidate", "stages"),
    [
        (make_candidate(), ("format",)),
        (make_candidate().passed("format"), ("format", "judge")),
        (make_candidate().passed("format"), ()),
        (make_candidate().rejected("format", "no_calls", ""), ("format",)),
        (make_candidate().passed("format").rejected("judge", "no", ""), ("format",)),
        (make_candidate().passed("format").rejected("format", "no_calls", ""), ("format",)),
    ],
    ids=["unchecked", "one stage short", "no stages", "rejected", "rejected by a later stage", "passed and rejected"],
)
def test_a_sample_cannot_be_made_from_an_unverified_candidate(candidate, stages):
    with pytest.raises(ValueError, match="not verified"):
        Sample(candidate, stages)


def test_a_sample_cannot_be_changed_into_an_unverified_one():
    sample = Sample(make_candidate().passed("format"), ("format",))
    with pytest.raises(ValueError, match="not verified"):
        replace(sample, candidate=make_candidate())
    with pytest.raises(FrozenInstanceError):
        sample.stages = ()
