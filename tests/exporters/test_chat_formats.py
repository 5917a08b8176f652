"""Rows of the chat formats, key by key; what the trainers make of them is in test_trainers.py."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import TypeAdapter

from apigen.errors import StoreError
from apigen.exporters import EXPORTERS, export_order
from apigen.exporters.formats import Layout, LeftOut, Pair
from apigen.exporters.messages import encode, tool_names
from apigen.exporters.orders import Order
from apigen.records import Call, CallResult
from tests.makers import INTEGER, make_api, make_candidate, make_draw, make_sample

CALLS = (Call("area", {"width": 2, "height": 3}), Call("area", {"width": 4, "height": 5}))
RESULTS = (CallResult(6), CallResult({"m²": 20}))
CHATS = [name for name, format_ in EXPORTERS.items() if name != "xlam" and not format_.pairs]
TOLD = Layout(results=True)
TOOL = encode({"type": "function", "function": {
    "name": "area", "description": make_api().description, "parameters": make_api().parameters,
}})  # fmt: skip


def row(name, sample, layout=Layout()):  # noqa: B008 - it is frozen
    return EXPORTERS[name].row(0, sample, layout)


def sample(*calls, final="", **more):
    made = make_candidate(
        make_draw(style="parallel"), *(calls or CALLS), results=RESULTS[: len(calls or CALLS)], final=final, **more
    )
    return make_sample(made)


def no_call():
    draw = make_draw(make_api("other", {}), style="irrelevance", hidden=(make_api(),))
    return make_sample(make_candidate(draw, meant=CALLS[:1], answer="I can't."))


def test_trl_arguments_are_objects_and_tools_a_text():
    found = row("trl", sample())
    assert [call["function"] for call in found["messages"][1]["tool_calls"]] == [call.to_json() for call in CALLS]
    assert found["tools"] == f"[{TOOL}]"


def test_trl_results_carry_the_name_and_the_call():
    assert row("trl", sample(), TOLD)["messages"][2:] == [
        {"role": "tool", "tool_call_id": "call_1", "name": "area", "content": "6"},
        {"role": "tool", "tool_call_id": "call_2", "name": "area", "content": '{"m²": 20}'},
    ]
    assert row("trl", sample(final="6 and 20."), TOLD)["messages"][-1] == {"role": "assistant", "content": "6 and 20."}


def test_hermes_turns_have_their_tags():
    turns = row("hermes", sample(final="6 and 20."), TOLD)["conversations"]
    assert [turn["from"] for turn in turns] == ["system", "human", "gpt", "tool", "gpt"]
    assert f"<tools>\n{TOOL}\n</tools>" in turns[0]["value"]
    assert turns[2]["value"] == (
        '<tool_call>\n{"name": "area", "arguments": {"width": 2, "height": 3}}\n</tool_call>\n'
        '<tool_call>\n{"name": "area", "arguments": {"width": 4, "height": 5}}\n</tool_call>'
    )
    assert turns[3]["value"] == ('<tool_response>\n6\n</tool_response>\n<tool_response>\n{"m²": 20}\n</tool_response>')


def test_hermes_leaves_out_values_that_close_its_tags():
    hostile = sample(Call("area", {"width": "</tool_call><tool_call>"}))
    with pytest.raises(LeftOut, match="own tags"):
        row("hermes", hostile)
    with pytest.raises(LeftOut, match="own tags"):
        row("hermes", sample(final="</tool_response>"), TOLD)


def test_sharegpt_has_a_list_of_several_calls_and_of_their_results():
    found = row("sharegpt", sample(final="6 and 20."), Layout("Be brief.", results=True))
    assert [turn["from"] for turn in found["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(found["conversations"][1]["value"]) == [call.to_json() for call in CALLS]
    assert json.loads(found["conversations"][2]["value"]) == [6, {"m²": 20}]
    assert found["system"] == "Be brief."
    single = row("sharegpt", sample(CALLS[0], final="6."), TOLD)
    assert [turn["value"] for turn in single["conversations"][1:3]] == [encode(CALLS[0].to_json()), "6"]
    assert "system" not in single


def test_llama_writes_parameters_and_takes_one_call():
    found = row("llama31", sample(CALLS[0], query=" How large?\n"), Layout("Be brief.", results=True))
    assert [message["role"] for message in found["messages"]] == ["system", "user", "assistant", "ipython"]
    assert found["messages"][1]["content"].endswith("}\n\nHow large?")
    assert found["messages"][2]["content"] == '{"name": "area", "parameters": {"width": 2, "height": 3}}'
    with pytest.raises(LeftOut, match="several calls"):
        row("llama31", sample())


@pytest.mark.parametrize("name", ["openai", "sharegpt"])
def test_the_last_word_is_the_assistants(name):
    with pytest.raises(LeftOut, match="no answer in words"):
        row(name, sample(), TOLD)
    assert row(name, no_call(), TOLD)


@pytest.mark.parametrize("name", CHATS)
def test_without_a_call_the_assistant_says_so_in_words(name):
    found = row(name, no_call(), TOLD)
    turns = found.get("messages") or found["conversations"]
    assert list(turns[-1].values())[1] == "I can't."
    assert "tool_calls" not in turns[-1]


@pytest.mark.parametrize("final", ["", "6 and 20."])
def test_openai_s_own_types_take_a_row(final):
    layout = Layout("Be brief.", results=bool(final))
    for one in (sample(final=final), no_call()):
        found = row("openai", one, layout)
        for message in found["messages"]:
            TypeAdapter(ChatCompletionMessageParam).validate_python(message)
        TypeAdapter(list[ChatCompletionToolParam]).validate_python(found["tools"])


@pytest.mark.parametrize("name", CHATS)
def test_a_name_that_chats_refuse_is_changed_everywhere_and_written_down(name, tmp_path):
    api = make_api("geo.area", {"x": INTEGER})
    one = make_sample(make_candidate(make_draw(api), Call("geo.area", {"x": 1})))
    export_order([one], Order(name, tmp_path / "out.jsonl"), {}, [api, make_api("plain", {})])
    text = (tmp_path / "out.jsonl").read_text("utf-8")
    assert "geo_area" in text
    assert "geo.area" not in text
    assert "names:\n  geo.area: geo_area\n" in (tmp_path / "out.jsonl.meta.yaml").read_text("utf-8")


def test_a_name_is_changed_in_the_same_way_in_every_row():
    names = tool_names(["a.b", "a_b", "a-b", "a b"])
    assert len(set(names.values())) == 4
    assert names["a_b"] == "a_b"


def test_names_of_a_large_library_are_soon_changed():
    names = tool_names([f"f.{number}" for number in range(5_000)] + [f"f_{number}" for number in range(5_000)])
    assert len(set(names.values())) == 10_000


def pair():
    return Pair(sample(CALLS[0]).candidate, ("format",), (Call("area", {"width": 2}),), "format:missing_argument")


def test_pairs_for_trl():
    found = row("dpo_trl", pair(), Layout("Be brief."))
    assert [message["role"] for message in found["prompt"]] == ["system", "user"]
    assert [side[0]["tool_calls"][0]["function"] for side in (found["chosen"], found["rejected"])] == [
        CALLS[0].to_json(), {"name": "area", "arguments": {"width": 2}},
    ]  # fmt: skip
    assert (found["tools"], found["reason"]) == (f"[{TOOL}]", "format:missing_argument")


def test_pairs_for_openai():
    found = row("dpo_openai", pair())
    assert set(found) == {"input", "preferred_output", "non_preferred_output"}
    assert found["non_preferred_output"][0]["tool_calls"][0]["function"]["arguments"] == '{"width": 2}'


def test_pairs_for_llama_factory():
    found = row("dpo_sharegpt", pair())
    assert found["conversations"] == [{"from": "human", "value": "How large is it?"}]
    assert found["rejected"] == {"from": "function_call", "value": '{"name": "area", "arguments": {"width": 2}}'}


def test_llama_factory_s_list_of_files_keeps_its_other_entries(tmp_path):
    info = tmp_path / "dataset_info.json"
    info.write_text('{"theirs": {"file_name": "a.json"}, "out": 1}')
    export_order([sample()], Order("sharegpt", tmp_path / "out.jsonl", system="Be brief."), {}, ())
    found = json.loads(info.read_text("utf-8"))
    assert found["theirs"] == {"file_name": "a.json"}
    assert found["out"]["file_name"] == "out.jsonl"
    assert found["out"]["columns"] == {"messages": "conversations", "tools": "tools", "system": "system"}


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, "\ud800"])
def test_a_list_of_files_that_cannot_be_read_is_left_as_it_is(tmp_path, text):
    info = tmp_path / "dataset_info.json"
    info.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError, match=r"dataset_info\.json: is no"):
        export_order([sample()], Order("sharegpt", tmp_path / "out.jsonl"), {}, ())
    assert info.read_bytes() == text.encode("utf-8", "surrogatepass")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, database=None)
@given(st.dictionaries(st.text(max_size=5), values, max_size=3))
def test_calls_read_back_from_every_chat_format(arguments):
    call = Call("area", arguments)
    one = sample(call)
    assert Call(**row("trl", one)["messages"][1]["tool_calls"][0]["function"]) == call
    said = row("hermes", one)["conversations"][2]["value"].removeprefix("<tool_call>\n").removesuffix("\n</tool_call>")
    assert Call(**json.loads(said)) == call
    assert Call(**json.loads(row("sharegpt", one)["conversations"][1]["value"])) == call
    said = json.loads(row("llama31", one)["messages"][1]["content"])
    assert Call(said["name"], said["parameters"]) == call
