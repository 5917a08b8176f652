"""The judge: yes, no, and what is neither."""

import itertools
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.judge import (
    DETAIL_CHARACTERS,
    SHOWN_CHARACTERS,
    SHOWN_IN_ALL,
    TRIES,
    JudgeChecker,
    JudgeOptions,
    read_verdict,
)
from apigen.errors import ConfigError, EndpointError, UnusableReply
from apigen.prompts import Prompts
from apigen.prompts.schemas import verdict_schema
from apigen.records import Call, CallResult, Request
from apigen.store.writer import request_key
from tests.makers import FakeLLM, make_api, make_candidate, make_draw, rejection, wait_for

PROMPTS = Prompts()
YES = '{"reason": "It fits.", "verdict": "yes"}'
NO = '{"reason": "The unit is invented.", "verdict": "no"}'


def alone(llm):
    return JudgeChecker([llm], PROMPTS, JudgeOptions())


def judged(*replies, **candidate):
    llm = FakeLLM(*replies)
    return llm, wait_for(alone(llm)(make_candidate(**candidate)))


def test_a_yes_passes_with_its_reason():
    llm, done = judged(YES)
    assert done.rejection is None
    assert [(verdict.stage, verdict.detail) for verdict in done.verdicts] == [("judge", "It fits.")]
    assert len(llm.asked) == 1


def test_a_no_is_rejected_with_its_reason():
    llm, done = judged(NO)
    assert (rejection(done).reason, rejection(done).detail) == ("judge:no", "The unit is invented.")
    assert len(llm.asked) == 1


def test_a_no_without_a_reason_says_so():
    _, done = judged('{"verdict": "no"}')
    assert rejection(done).detail == "the judge gave no reason"


def test_a_reply_without_a_verdict_is_asked_for_again_as_another_question():
    llm, done = judged("Well, hmm.", YES)
    assert done.rejection is None
    assert [asked.part for asked in llm.asked] == [0, 1]
    assert llm.asked[0].seed != llm.asked[1].seed
    assert llm.asked[0].messages == llm.asked[1].messages


def test_garbage_every_time_is_no_no():
    llm = FakeLLM(*["Well, hmm."] * TRIES)
    with pytest.raises(UnusableReply, match=f"draw 0: the judge fake gave no verdict, {TRIES} times"):
        wait_for(alone(llm)(make_candidate()))
    assert len({asked.part for asked in llm.asked}) == len(llm.asked) == TRIES


def test_the_questions_of_two_candidates_of_a_draw_have_different_parts():
    parts = []
    for position in (0, 1, 2):
        llm = FakeLLM("?", YES)
        candidate = make_candidate()
        moved = type(candidate)(candidate.draw, position, "raw", "q", candidate.calls)
        wait_for(alone(llm)(moved))
        parts += [asked.part for asked in llm.asked]
    assert len(set(parts)) == 6


def test_the_judge_sees_query_apis_calls_and_results():
    llm, _ = judged(YES, query="How large is my garden?", results=(CallResult({"area": 6}),))
    shown = llm.asked[0].messages[-1].content
    assert "How large is my garden?" in shown
    assert "area(width: integer, height: integer)" in shown
    assert '{"name": "area", "arguments": {"width": 2, "height": 3}} -> {"area": 6}' in shown


def test_a_long_result_is_shortened():
    llm, _ = judged(YES, results=(CallResult("x" * 100_000),))
    shown = llm.asked[0].messages[-1].content
    assert "(shortened)" in shown
    assert len(shown) < SHOWN_CHARACTERS + 1_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (YES, ("yes", "It fits.")),
        (NO, ("no", "The unit is invented.")),
        ('{"verdict": "YES"}', ("yes", "")),
        ('{"verdict": " No "}', ("no", "")),
        (f"```json\n{YES}\n```", ("yes", "It fits.")),
        (f"Let me see. {NO}", ("no", "The unit is invented.")),
        ("{'verdict': 'no', 'reason': 'x'}", ("no", "x")),
        ('{"verdict": "yes", "reason": 5}', ("yes", "")),
        ("yes", ("", "")),
        ("no", ("", "")),
        ("", ("", "")),
        ("null", ("", "")),
        ('["yes"]', ("", "")),
        ('[{"verdict": "yes"}]', ("", "")),
        ('{"verdict": true}', ("", "")),
        ('{"verdict": null}', ("", "")),
        ('{"verdict": ["yes"]}', ("", "")),
        ('{"verdict": "yes and no", "reason": "x"}', ("", "x")),
        ('{"verdict": "yes|no"}', ("", "")),
        ('{"verdict": "not yes"}', ("", "")),
        ('{"answer": "yes"}', ("", "")),
        ('{"verdict": "no", "verdict": "yes"}', ("", "")),
        (f"{YES}\nOn second thought: {NO}", ("", "It fits.")),
        (f"{NO}\n{NO}", ("no", "The unit is invented.")),
        (f"<think>{NO}</think>{YES}", ("yes", "It fits.")),
        ('{"verdict": "yes', ("", "")),
        ("{verdict: yes}", ("", "")),
        ('{"reason": "\\"verdict\\": \\"no\\"", "verdict": "yes"}', ("yes", '"verdict": "no"')),
        ("[" * 100_000, ("", "")),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_only_a_plain_yes_or_no_is_a_verdict(text, expected):
    assert read_verdict(text) == expected


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=50)


@settings(deadline=None, database=None)
@given(ANY_TEXT)
def test_any_text_is_read_as_yes_no_or_nothing(text):
    verdict, reason = read_verdict(text)
    assert verdict in ("yes", "no", "")
    assert isinstance(reason, str)


@settings(deadline=None, database=None)
@given(
    reason=st.text(max_size=50),
    verdict=st.sampled_from(["yes", "no", "Yes", " NO "]),
    indent=st.sampled_from([None, 2]),
)
def test_what_was_asked_for_is_read_whatever_the_reason(reason, verdict, indent):
    text = json.dumps({"reason": reason, "verdict": verdict}, indent=indent)
    assert read_verdict(text) == (verdict.strip().lower(), reason)
    assert read_verdict(text, truncated=True) == read_verdict(text)


@settings(deadline=None, database=None)
@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.lists(st.just("yes"), max_size=2))
)
def test_no_other_value_is_a_verdict(value):
    plain = isinstance(value, str) and value.strip().lower() in ("yes", "no")
    assert bool(read_verdict(json.dumps({"reason": "x", "verdict": value}))[0]) == plain


@settings(deadline=None, database=None)
@given(cut=st.integers(0, len(YES) - 1), whole=st.sampled_from([YES, NO]))
def test_a_reply_that_was_cut_short_is_no_verdict(cut, whole):
    assert read_verdict(whole[: min(cut, len(whole) - 1)], truncated=True) == ("", "")


@settings(deadline=None, database=None)
@given(first=st.sampled_from([YES, NO]), between=st.text(max_size=20), second=st.sampled_from([YES, NO]))
def test_two_verdicts_that_differ_are_none(first, between, second):
    verdict, _ = read_verdict(f"{first}{between}{second}")
    assert verdict == "" or first == second


@pytest.mark.parametrize(
    "hostile", ['"verdict"' + " " * 199_000, '{"verdict": "' + " " * 199_000, "'verdict':" * 19_000]
)
def test_a_hostile_reply_is_read_in_no_time(hostile):
    start = time.process_time()
    assert read_verdict(hostile)[0] == ""
    assert time.process_time() - start < 5


def test_options_choose_the_llm_and_the_room():
    llm = FakeLLM(YES)
    checker = JudgeChecker.from_options({"llm": "strict", "max_tokens": 99}, {"strict": llm}, PROMPTS)
    wait_for(checker(make_candidate(None, Call("area", {"width": 1, "height": 1}))))
    assert (llm.asked[0].max_tokens, llm.asked[0].temperature, llm.asked[0].purpose) == (99, 0.0, "judge")
    with pytest.raises(ConfigError, match="llm: 'writer' is not among"):
        JudgeChecker.from_options({}, {"strict": llm}, PROMPTS)
    with pytest.raises(ConfigError, match=r"llms\[1\]: 'b' is not among"):
        JudgeChecker.from_options({"llms": ["strict", "b"]}, {"strict": llm}, PROMPTS)
    with pytest.raises(ConfigError, match="did you mean `max_tokens`"):
        JudgeChecker.from_options({"max_token": 9}, {"strict": llm}, PROMPTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"llm": "a", "llms": ["b"]}, "give `llm` or `llms`, not both"),
        ({"llms": ["a", "a"]}, "lists 'a' twice"),
        ({"llms": "a"}, "llms"),
        ({"samples": 0}, "samples"),
        ({"samples": 10}, "samples"),
        ({"samples": 2, "temperature": 0}, "are one and the same"),
        ({"temperature": -1}, "temperature"),
        ({"vote": "most"}, "vote"),
    ],
    ids=str,
)
def test_a_committee_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        JudgeChecker.from_options(options, {"a": FakeLLM(), "b": FakeLLM()}, PROMPTS)


@pytest.mark.parametrize(
    ("options", "names", "asks"),
    [
        ({}, ["writer"], "writer"),
        ({}, ["judge", "writer"], "judge"),
        ({"llm": "writer"}, ["judge", "writer"], "writer"),
        ({"llms": ["writer"]}, ["judge", "writer"], "writer"),
    ],
)
def test_by_default_somebody_else_than_the_writer_judges(options, names, asks):
    llms = {name: FakeLLM(YES) for name in names}
    wait_for(JudgeChecker.from_options(options, llms, PROMPTS)(make_candidate()))
    assert {name: len(llm.asked) for name, llm in llms.items()} == {name: int(name == asks) for name in names}


def test_a_single_judge_is_asked_as_before_there_were_committees():
    """Stores go on: the key of a question is the same text as ever."""
    llm, _ = judged("?", YES)
    assert [request_key(asked) for asked in llm.asked] == [
        request_key(
            Request(
                "judge", 0, llm.asked[0].messages, verdict_schema(), max_tokens=256, temperature=0.0, seed=7 + n, part=n
            )
        )
        for n in (0, 1)
    ]


# --- committees ---


def named(model, *replies):
    llm = FakeLLM(*replies)
    llm.model = model
    return llm


def committee(*judges, **options):
    llms = {llm.model: llm for llm in judges}
    return JudgeChecker.from_options({"llms": list(llms), **options}, llms, PROMPTS)


REPLY = {"yes": [YES], "no": [NO], "?": ["Well."] * TRIES, "late yes": ["Well.", YES], "late no": ["Well.", NO]}


@pytest.mark.parametrize("vote", ["majority", "unanimity"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_committee_decides_as_it_should(vote, size):
    for said in itertools.product(REPLY, repeat=size):
        judges = [named(f"m{number}", *REPLY[each]) for number, each in enumerate(said)]
        checker, candidate = committee(*judges, vote=vote), make_candidate()
        if "?" in said:
            with pytest.raises(UnusableReply, match=f"m{said.index('?')}"):
                wait_for(checker(candidate))
        else:
            ayes = sum(each.endswith("yes") for each in said)
            wanted = ayes == size if vote == "unanimity" else 2 * ayes > size
            done = wait_for(checker(candidate))
            assert (done.rejection is None) == wanted, said
            assert done.rejection is None or done.rejection.reason == "judge:no"
        assert [len(judge.asked) for judge in judges] == [len(REPLY[each]) for each in said]


def test_the_minutes_say_who_said_what():
    done = wait_for(committee(named("a", YES), named("b", NO), named("c", '{"verdict": "no"}'))(make_candidate()))
    assert rejection(done).detail == (
        "1 of 3 say yes | a says yes: It fits. | b says no: The unit is invented. | c says no: no reason given"
    )


def test_samples_of_one_model_are_different_questions_and_have_numbers():
    llm = named("m", YES, NO, YES)
    done = wait_for(committee(llm, samples=3)(make_candidate()))
    assert [verdict.detail for verdict in done.verdicts] == [
        "2 of 3 say yes | m says yes: It fits. | m #2 says no: The unit is invented. | m #3 says yes: It fits."
    ]
    assert len({asked.seed for asked in llm.asked}) == len({asked.part for asked in llm.asked}) == 3
    assert {asked.temperature for asked in llm.asked} == {0.7}
    warm = named("m", YES, YES)
    wait_for(committee(warm, samples=2, temperature=1.2)(make_candidate()))
    assert {asked.temperature for asked in warm.asked} == {1.2}


def test_the_minutes_of_many_talkative_judges_are_short():
    talk = json.dumps({"reason": "word " * 2_000, "verdict": "yes"})
    judges = [named(f"model-{number}" * 20, *[talk] * 9) for number in range(9)]
    (verdict,) = wait_for(committee(*judges, samples=9)(make_candidate())).verdicts
    assert verdict.detail.count(" says yes: ") == 81
    assert len(verdict.detail) <= 81 * 110
    few = [named(f"m{number}", talk) for number in range(5)]
    (verdict,) = wait_for(committee(*few)(make_candidate())).verdicts
    assert len(verdict.detail) <= DETAIL_CHARACTERS


def test_no_two_questions_of_a_draw_have_the_same_key():
    keys = []
    for position in range(3):
        judges = [named(name, *["?", YES] * 2) for name in "ab"]
        candidate = make_candidate()
        moved = type(candidate)(candidate.draw, position, "raw", "q", candidate.calls)
        wait_for(committee(*judges, samples=1)(moved))
        keys += [request_key(asked) for judge in judges for asked in judge.asked]
    assert len(set(keys)) == len(keys) == 12


def test_only_the_questions_of_those_who_said_nothing_are_asked_anew():
    good, silent = named("good", YES), named("silent", "?", "?")
    with pytest.raises(UnusableReply) as caught:
        wait_for(committee(good, silent)(make_candidate()))
    assert caught.value.keys == tuple(request_key(asked) for asked in silent.asked)


def test_an_outage_of_one_judge_is_no_verdict_and_the_others_are_heard_out():
    class Down(FakeLLM):
        model = "down"

        async def complete(self, request):
            raise EndpointError("down")

    slow = named("slow", "?", YES)
    with pytest.raises(EndpointError):
        wait_for(committee(Down(), slow, named("silent", "?", "?"))(make_candidate()))
    assert len(slow.asked) == 2


def test_very_many_results_are_shown_in_a_bounded_text():
    many = [Call("area", {"width": number, "height": 1}) for number in range(100)]
    llm = FakeLLM(YES)
    wait_for(alone(llm)(make_candidate(None, *many, results=(CallResult("x" * 5_000),) * 100)))
    assert len(llm.asked[0].messages[-1].content) < SHOWN_IN_ALL + 100 * 100


AREA = make_api()
MEANT = Call("area", {"width": 2, "height": 3})


@pytest.mark.parametrize(
    ("draw", "question"),
    [
        (make_draw(make_api("other", {}), style="irrelevance", hidden=(AREA,)), "none of the functions does"),
        (make_draw(AREA, style="missing_parameter", withheld="width"), "follows from it: width; and the reply asks"),
    ],
    ids=["irrelevance", "missing_parameter"],
)
def test_a_sample_without_a_call_gets_a_question_of_its_own(draw, question):
    llm = FakeLLM(YES)
    done = wait_for(alone(llm)(make_candidate(draw, meant=(MEANT,), answer="I need the width.")))
    assert done.rejection is None
    shown = llm.asked[0].messages[-1].content
    assert question in shown
    assert "How large is it?" in shown
    assert "I need the width." in shown
    assert all(f"{api.name}(" in shown for api in draw.apis)
    assert ("area(" in shown) == (draw.style == "missing_parameter")
