"""The judge: yes, no, and what is neither."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.judge import SHOWN_CHARACTERS, TRIES, JudgeChecker, read_verdict
from apigen.errors import ConfigError, UnusableReply
from apigen.prompts import Prompts
from apigen.records import Call, CallResult
from tests.makers import FakeLLM, make_api, make_candidate, make_draw, rejection, wait_for

PROMPTS = Prompts()
YES = '{"reason": "It fits.", "verdict": "yes"}'
NO = '{"reason": "The unit is invented.", "verdict": "no"}'


def judged(*replies, **candidate):
    llm = FakeLLM(*replies)
    return llm, wait_for(JudgeChecker(llm, PROMPTS, 256)(make_candidate(**candidate)))


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
        wait_for(JudgeChecker(llm, PROMPTS, 256)(make_candidate()))
    assert len({asked.part for asked in llm.asked}) == len(llm.asked) == TRIES


def test_the_questions_of_two_candidates_of_a_draw_have_different_parts():
    parts = []
    for position in (0, 1, 2):
        llm = FakeLLM("?", YES)
        candidate = make_candidate()
        moved = type(candidate)(candidate.draw, position, "raw", "q", candidate.calls)
        wait_for(JudgeChecker(llm, PROMPTS, 256)(moved))
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
        ("[" * 100_000, ("", "")),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_only_a_plain_yes_or_no_is_a_verdict(text, expected):
    assert read_verdict(text) == expected


@settings(deadline=None, database=None)
@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_any_text_is_read_as_yes_no_or_nothing(text):
    verdict, reason = read_verdict(text)
    assert verdict in ("yes", "no", "")
    assert isinstance(reason, str)


def test_options_choose_the_llm_and_the_room():
    llm = FakeLLM(YES)
    checker = JudgeChecker.from_options({"llm": "strict", "max_tokens": 99}, {"strict": llm}, PROMPTS)
    wait_for(checker(make_candidate(None, Call("area", {"width": 1, "height": 1}))))
    assert (llm.asked[0].max_tokens, llm.asked[0].temperature, llm.asked[0].purpose) == (99, 0.0, "judge")
    with pytest.raises(ConfigError, match="llm: 'writer' is not among"):
        JudgeChecker.from_options({}, {"strict": llm}, PROMPTS)
    with pytest.raises(ConfigError, match="did you mean `max_tokens`"):
        JudgeChecker.from_options({"max_token": 9}, {"strict": llm}, PROMPTS)


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
    done = wait_for(JudgeChecker(llm, PROMPTS, 256)(make_candidate(draw, meant=(MEANT,), answer="I need the width.")))
    assert done.rejection is None
    shown = llm.asked[0].messages[-1].content
    assert question in shown
    assert "How large is it?" in shown
    assert "I need the width." in shown
    assert all(f"{api.name}(" in shown for api in draw.apis)
    assert ("area(" in shown) == (draw.style == "missing_parameter")
