"""OpenAI's fine-tuning layout."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.exporters.formats import Layout
from apigen.exporters.messages import tool_names
from apigen.exporters.openai import FORMAT
from apigen.records import Call
from tests.makers import make_api, make_candidate, make_draw, make_sample


def row(number, sample):
    return FORMAT.row(number, sample, Layout(names=tool_names([api.name for api in sample.apis])))


def test_a_row_is_a_conversation_with_its_tools():
    api = make_api()
    calls = [Call("area", {"width": 2, "height": 3}), Call("area", {"width": 4, "height": 5.5})]
    sample = make_sample(make_candidate(make_draw(api, style="parallel"), *calls, query="Wie groß?"))
    assert row(3, sample) == {
        "messages": [
            {"role": "user", "content": "Wie groß?"},
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "area", "arguments": '{"width": 2, "height": 3}'},
                    },
                    {
                        "id": "call_2",
                        "type": "function",
                        "function": {"name": "area", "arguments": '{"width": 4, "height": 5.5}'},
                    },
                ],
            },
        ],
        "parallel_tool_calls": True,
        "tools": [
            {
                "type": "function",
                "function": {"name": "area", "description": api.description, "parameters": api.parameters},
            }
        ],
    }


def test_every_offered_api_is_a_tool_and_no_distractor_is():
    draw = make_draw(make_api(), make_api("other", {}), style="multiple", distractors=(make_api("hidden", {}),))
    found = row(0, make_sample(make_candidate(draw)))
    assert [tool["function"]["name"] for tool in found["tools"]] == ["area", "other"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("area", "area"),
        ("get-area_2", "get-area_2"),
        ("geometry.area", "geometry_area"),
        ("a/b c", "a_b_c"),
        ("größe", "gr__e"),
        ("area\n", "area_"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 64),
        ("٣", "_"),
    ],
)
def test_names_are_those_that_the_format_takes(name, expected):
    assert tool_names((name,)) == {name: expected}


def test_a_call_has_the_name_of_its_tool():
    api = make_api("shop.order", {})
    found = row(0, make_sample(make_candidate(make_draw(api), Call("shop.order", {}))))
    (call,) = found["messages"][1]["tool_calls"]
    assert call["function"]["name"] == found["tools"][0]["function"]["name"] == "shop_order"


def test_two_apis_keep_two_names():
    draw = make_draw(make_api("shop.order", {}), make_api("shop_order", {}), style="multiple")
    found = row(0, make_sample(make_candidate(draw, Call("shop.order", {}))))
    assert len({tool["function"]["name"] for tool in found["tools"]}) == 2


arguments = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@settings(deadline=None, database=None)
@given(arguments, st.text(min_size=1, max_size=80))
def test_arguments_are_a_text_that_reads_back_and_names_are_allowed(made, name):
    found = json.loads(json.dumps(row(0, make_sample(make_candidate(make_draw(make_api(name, {})), Call(name, made))))))
    function = found["messages"][1]["tool_calls"][0]["function"]
    assert isinstance(function["arguments"], str)
    assert Call(name, json.loads(function["arguments"])) == Call(name, made)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function["name"])


def test_a_sample_without_a_call_is_an_answer_in_words():
    draw = make_draw(make_api("other", {}), style="irrelevance", hidden=(make_api(),))
    found = row(0, make_sample(make_candidate(draw, meant=(Call("area", {"width": 1}),), answer="I can't.")))
    assert found["messages"] == [
        {"role": "user", "content": "How large is it?"},
        {"role": "assistant", "content": "I can't."},
    ]
    assert [tool["function"]["name"] for tool in found["tools"]] == ["other"]
