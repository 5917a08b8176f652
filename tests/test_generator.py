"""What the two styles without a call ask of the writer, and what they make of its reply."""

import json

import pytest

from apigen.config import GeneratorConfig
from apigen.generator import Generator
from apigen.prompts import Prompts
from apigen.records import Call, CallResult
from tests.makers import FakeLLM, make_api, make_draw, wait_for

PARCEL = make_api(
    "parcel_price",
    {
        "weight_kg": {"type": "number", "description": "Weight in kilograms."},
        "speed": {"enum": ["express", "standard"], "description": "How fast it goes."},
    },
    description="Return the price of sending a parcel.",
)
OTHER = make_api("other", {}, description="Do another thing.")
VARIED, RECORDED = (Call("parcel_price", {"weight_kg": weight, "speed": "express"}) for weight in (7.25, 2.5))
HIDING = make_draw(OTHER, style="irrelevance", plans=((VARIED, RECORDED),), hidden=(PARCEL,))
WITHHOLDING = make_draw(OTHER, PARCEL, style="missing_parameter", plans=((VARIED, RECORDED),), withheld="weight_kg")


class Runs:
    """A library in which the varied call runs, or fails."""

    def __init__(self, ok=True):
        self.ok = ok

    async def execute(self, calls, *, seed=0):
        return [CallResult(1) if self.ok else CallResult(error="broken") for _ in calls]


def propose(draw, reply='{"query": "How much is it?"}', ok=True):
    llm = FakeLLM(reply)
    (candidate,) = wait_for(Generator(GeneratorConfig(), llm, Prompts(), Runs(ok)).propose(draw))
    (asked,) = llm.asked
    return candidate, asked.messages[-1].content


@pytest.mark.parametrize(("ok", "meant"), [(True, VARIED), (False, RECORDED)])
@pytest.mark.parametrize("draw", [HIDING, WITHHOLDING], ids=["irrelevance", "missing_parameter"])
def test_a_candidate_holds_an_answer_and_the_call_that_was_meant(draw, ok, meant):
    candidate, _ = propose(draw, ok=ok)
    assert (candidate.calls, candidate.meant) == ((), (meant,))
    assert candidate.query == "How much is it?"
    assert candidate.answer
    assert candidate.fault is None


def test_the_request_for_a_hidden_api_is_written_like_any_other():
    _, asked = propose(HIDING)
    usual = make_draw(PARCEL, plans=((VARIED, RECORDED),))
    assert asked == propose(usual)[1]


def test_the_writer_does_not_hear_of_the_withheld_argument():
    _, asked = propose(WITHHOLDING)
    assert "Return the price of sending a parcel." in asked
    assert "express" in asked
    assert "weight" not in asked.lower()
    assert "7.25" not in asked


@pytest.mark.parametrize("seed", range(12))
def test_the_answer_asks_for_the_withheld_value_and_nothing_else(seed):
    draw = make_draw(PARCEL, style="missing_parameter", plans=((RECORDED,),), withheld="weight_kg", seed=seed)
    answer = propose(draw)[0].answer
    assert "weight in kilograms" in answer
    assert "fast" not in answer
    assert "\n" not in answer


def test_the_answers_to_what_cannot_be_done_differ_and_name_no_api():
    answers = {propose(make_draw(OTHER, style="irrelevance", plans=((RECORDED,),), hidden=(PARCEL,), seed=seed))[0].answer
               for seed in range(40)}  # fmt: skip
    assert len(answers) == 8
    assert not any(json.dumps(name) in answer or name in answer for answer in answers for name in ("parcel", "_"))


def test_a_reply_that_is_no_query_is_a_fault():
    candidate, _ = propose(HIDING, reply="I would rather not.")
    assert candidate.fault is not None
