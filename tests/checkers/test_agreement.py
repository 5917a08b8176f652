"""The agreement checker: what counts as the same calls, and what the blind solver is shown."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.agreement import AgreementChecker
from apigen.equivalence import spelled_out
from apigen.errors import ConfigError, EndpointError
from apigen.prompts import Prompts
from apigen.records import Call
from tests.makers import INTEGER, NULL, NUMBER, TEXT, FakeLLM, make_api, make_candidate, make_draw, rejection, wait_for

PROMPTS = Prompts()
CONVERT = make_api(
    "convert",
    {"value": NUMBER, "unit": {**TEXT, "default": "km"}, "digits": {**INTEGER, "default": 2}, "note": TEXT},
    required=["value"],
)
COUNT = make_api("count", {"words": {"type": "array", "items": TEXT}})
HIDDEN = make_api("hidden", {"a": INTEGER})
DRAW = make_draw(CONVERT, COUNT, style="parallel_multiple", distractors=(HIDDEN,))


def replied(*calls):
    return json.dumps({"calls": [call.to_json() for call in calls]})


def check(reply, *calls):
    return wait_for(AgreementChecker(FakeLLM(reply), PROMPTS)(make_candidate(DRAW, *calls)))


KM = Call("convert", {"value": 5})
WORDS = Call("count", {"words": ["a", "b"]})


@pytest.mark.parametrize(
    ("solved", "proposed"),
    [
        ([KM], [KM]),
        ([WORDS, KM], [KM, WORDS]),
        ([Call("convert", {"value": 5.0})], [KM]),
        ([Call("convert", {"value": 5, "unit": "km"})], [KM]),
        ([KM], [Call("convert", {"digits": 2.0, "unit": "km", "value": 5})]),
        ([Call("convert", {"unit": "mi", "value": 5})], [Call("convert", {"value": 5, "unit": "mi"})]),
        ([KM, Call("convert", {"value": 6})], [Call("convert", {"value": 6}), Call("convert", {"value": 5})]),
    ],
    ids=[
        "same",
        "order of calls",
        "5 as 5.0",
        "default said",
        "defaults left out",
        "order of keys",
        "order of one API's",
    ],
)
def test_the_same_calls_pass(solved, proposed):
    done = check(replied(*solved), *proposed)
    assert done.rejection is None
    assert [verdict.stage for verdict in done.verdicts] == ["agreement"]
    assert done.calls == tuple(proposed)


@pytest.mark.parametrize(
    ("solved", "proposed"),
    [
        ([Call("convert", {"value": 6})], [KM]),
        ([Call("convert", {"value": "5"})], [KM]),
        ([Call("convert", {"value": 5, "unit": "mi"})], [KM]),
        ([Call("convert", {"value": 5, "note": "x"})], [KM]),
        ([Call("hidden", {"a": 5})], [KM]),
        ([KM, WORDS], [KM]),
        ([KM], [KM, WORDS]),
        ([KM, KM], [KM]),
        ([], [KM]),
        ([Call("count", {"words": ["b", "a"]})], [WORDS]),
        ([Call("invented", {})], [KM]),
    ],
    ids=[
        "value",
        "type",
        "not the default",
        "extra argument",
        "the distractor",
        "extra call",
        "call too few",
        "call twice",
        "no calls",
        "order in a list",
        "unknown API",
    ],
)
def test_other_calls_are_rejected_and_shown(solved, proposed):
    found = rejection(check(replied(*solved), *proposed))
    assert found.reason == "agreement:different_calls"
    for call in solved:
        assert json.dumps(call.to_json()) in found.detail


ADDRESS = {
    "type": "object",
    "properties": {"city": TEXT, "country": {**TEXT, "default": "DE"}},
    "required": ["city"],
}
SEND = make_api(
    "send",
    {
        "to": ADDRESS,
        "via": {"type": "array", "items": ADDRESS},
        "from_": {"anyOf": [ADDRESS, NULL], "default": None},
        "note": {"anyOf": [TEXT, NULL]},
        "format": {
            "type": "object",
            "properties": {"size": {**INTEGER, "default": 4}, "kind": TEXT},
            "default": {"kind": "box"},
        },
        "day": {**TEXT, "default": "Monday"},
    },
    required=["to", "day"],
)
TO = {"city": "Ulm"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"to": TO}, {"to": {**TO, "country": "DE"}}, True),
        ({"to": TO}, {"to": {**TO, "country": "FR"}}, False),
        ({"via": [TO, TO]}, {"via": [{**TO, "country": "DE"}, TO]}, True),
        ({"via": []}, {}, False),
        ({}, {"from_": None}, True),
        ({}, {"note": None}, False),
        ({"note": None}, {"note": "null"}, False),
        ({"from_": TO}, {"from_": {"country": "DE", **TO}}, True),
        ({}, {"format": {"kind": "box", "size": 4.0}}, True),
        ({}, {"format": {"kind": "box", "size": 5}}, False),
        ({"format": {"kind": "box"}}, {}, True),
        ({"format": {}}, {}, False),
        ({}, {"day": "Monday"}, False),
        ({"note": "a"}, {"note": "A"}, False),
        ({"made_up": 1.0}, {"made_up": 1}, True),
    ],
    ids=str,
)
def test_nested_defaults_and_nulls(one, other, same):
    draw = make_draw(SEND, CONVERT)
    reply = replied(Call("send", other))
    done = wait_for(AgreementChecker(FakeLLM(reply), PROMPTS)(make_candidate(draw, Call("send", one))))
    assert (done.rejection is None) == same


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["city", "country", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(st.sampled_from([*SEND.properties, "made_up"]), VALUES, max_size=4)


@settings(deadline=None, database=None)
@given(ARGUMENTS, ARGUMENTS)
def test_spelling_out_is_done_once_and_makes_no_two_calls_equal_that_say_different_things(one, other):
    first, second = (Call("send", arguments) for arguments in (one, other))
    full = spelled_out(first, SEND)
    assert spelled_out(full, SEND) == full
    assert one.keys() <= full.arguments.keys() <= one.keys() | {"from_", "format"}
    if full == spelled_out(second, SEND):
        assert one.keys() ^ other.keys() <= {"from_", "format"}


def test_the_answer_is_kept_as_data():
    found = rejection(check(replied(WORDS, Call("invented", {"x": [1.5, None]})), KM))
    assert found.answer == (WORDS, Call("invented", {"x": [1.5, None]}))
    assert rejection(check(replied(), KM)).answer == ()
    assert rejection(check("no", KM)).answer is None
    assert check(replied(KM), KM).verdicts[0].answer is None


@pytest.mark.parametrize(
    "reply", ["", "I would convert it.", "null", '{"calls": null}', '["x"]', '{"name": "convert"}', "[" * 9]
)
def test_a_reply_without_calls_is_rejected(reply):
    found = rejection(check(reply, KM))
    assert found.reason == "agreement:no_calls"
    assert "a blind solver" in found.detail


def test_the_detail_of_very_many_calls_is_short():
    found = rejection(check(replied(*[Call("convert", {"value": n}) for n in range(500)]), KM))
    assert len(found.detail) <= 2_000


def test_the_solver_sees_the_query_and_every_api_but_not_the_calls():
    llm = FakeLLM(replied(KM))
    secret = Call("convert", {"value": 987_654})
    wait_for(AgreementChecker(llm, PROMPTS)(make_candidate(DRAW, secret, query="How far is that in miles?")))
    (asked,) = llm.asked
    shown = "\n".join(message.content for message in asked.messages)
    assert "How far is that in miles?" in shown
    assert all(f"{name}(" in shown for name in ("convert", "count", "hidden"))
    assert "987654" not in shown
    assert (asked.purpose, asked.draw, asked.part, asked.temperature) == ("agreement", DRAW.index, 0, 0.0)


def test_the_solver_is_asked_the_same_way_each_time():
    first, second = FakeLLM(replied(KM)), FakeLLM(replied(KM))
    for llm in (first, second):
        wait_for(AgreementChecker(llm, PROMPTS)(make_candidate(DRAW, KM)))
    assert first.asked == second.asked


def test_an_outage_is_no_rejection():
    class Down(FakeLLM):
        async def complete(self, request):
            raise EndpointError("down")

    with pytest.raises(EndpointError):
        wait_for(AgreementChecker(Down(), PROMPTS)(make_candidate(DRAW, KM)))


def test_an_llm_that_the_config_does_not_have_is_named():
    llm = FakeLLM()
    assert AgreementChecker.from_options({"llm": "solver"}, {"solver": llm}, PROMPTS).stage == "agreement"
    with pytest.raises(ConfigError, match=r"^llm: 'solvr' is not among `llms` \(solver\)$"):
        AgreementChecker.from_options({"llm": "solvr"}, {"solver": llm}, PROMPTS)


MEANT = Call("convert", {"value": 5, "note": "x"})
HIDING = make_draw(COUNT, style="irrelevance", distractors=(HIDDEN,), hidden=(CONVERT,))
WITHHOLDING = make_draw(CONVERT, COUNT, style="missing_parameter", distractors=(HIDDEN,), withheld="value")
BOTH = pytest.mark.parametrize("draw", [HIDING, WITHHOLDING], ids=["irrelevance", "missing_parameter"])


def check_without(draw, *replies):
    llm = FakeLLM(*replies)
    candidate = make_candidate(draw, meant=(MEANT,), answer="No.", query="How far is it?")
    return llm, wait_for(AgreementChecker(llm, PROMPTS)(candidate))


@BOTH
def test_no_call_agrees_where_the_call_is_made_once_nothing_is_kept_back(draw):
    llm, done = check_without(draw, replied(), replied(MEANT))
    assert done.rejection is None
    first, second = ("\n".join(message.content for message in asked.messages) for asked in llm.asked)
    system = [asked.messages[:-1] for asked in llm.asked]
    assert system[0] == system[1]
    assert [asked.part for asked in llm.asked] == [0, 1]
    assert "How far is it?" in first
    assert "How far is it?" in second
    assert ("convert(" in first, "convert(" in second) == (draw is WITHHOLDING, True)
    assert ("value: 5" in first, "value: 5" in second) == (False, draw is WITHHOLDING)
    assert all("count(" in text and "hidden(" in text for text in (first, second))
    assert all(asked.schema["properties"]["calls"]["minItems"] == 0 for asked in llm.asked)


@BOTH
@pytest.mark.parametrize(
    "made", [WORDS, Call("hidden", {"a": 1}), MEANT, Call("invented", {})], ids=lambda call: call.name
)
def test_a_call_where_none_is_right_is_rejected_and_shown(draw, made):
    llm, done = check_without(draw, replied(made))
    assert rejection(done).reason == "agreement:calls_made"
    assert json.dumps(made.to_json()) in rejection(done).detail
    assert len(llm.asked) == 1


@BOTH
@pytest.mark.parametrize(
    "made", [[], [Call("convert", {"value": 6, "note": "x"})], [WORDS, MEANT]], ids=["none", "other", "more"]
)
def test_a_request_that_is_not_solved_with_all_it_needs_is_rejected(draw, made):
    _, done = check_without(draw, replied(), replied(*made))
    assert rejection(done).reason == "agreement:not_solvable"


@BOTH
@pytest.mark.parametrize("reply", ["", "There is no such function.", "null", '{"calls": null}'])
def test_a_reply_that_is_no_list_of_calls_is_no_vote_for_no_call(draw, reply):
    assert rejection(check_without(draw, reply)[1]).reason == "agreement:no_calls"
    assert rejection(check_without(draw, replied(), reply)[1]).reason == "agreement:no_calls"


def test_the_question_about_calls_is_as_it_was():
    """Only the styles without a call may be answered with none: their prompt is another."""
    llm = FakeLLM(replied(KM))
    wait_for(AgreementChecker(llm, PROMPTS)(make_candidate(DRAW, KM)))
    assert llm.asked[0].schema["properties"]["calls"]["minItems"] == 1
    assert '{"calls":[]}' not in "".join(message.content for message in llm.asked[0].messages)
