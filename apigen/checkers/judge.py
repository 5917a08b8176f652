"""Judge: an LLM sees the query, the APIs, the calls and their results, and says yes or no with a reason (the paper's check)."""

import json
from collections.abc import Mapping

from apigen.checkers.agreement import pick_llm
from apigen.config import Positive
from apigen.errors import UnusableReply
from apigen.llms import LLM
from apigen.options import Options, parse_options
from apigen.parsing import Unreadable, parse_json
from apigen.prompts import Prompts
from apigen.prompts.schemas import verdict_schema
from apigen.records import NO_CALL, Candidate, Json, JsonObject, Message, Request

TRIES = 2
SHOWN_CHARACTERS = 600


class JudgeOptions(Options):
    """`llm`: which of the config's `llms` judges; best not the one that writes."""

    llm: str = "writer"
    max_tokens: Positive = 256


class JudgeChecker:
    """Rejects with `no` and the judge's reason. A reply without a verdict is asked for again, then leaves the draw open."""

    stage = "judge"

    def __init__(self, llm: LLM, prompts: Prompts, max_tokens: int) -> None:
        self._llm, self._prompts, self._max_tokens = llm, prompts, max_tokens

    @classmethod
    def from_options(cls, options: JsonObject, llms: Mapping[str, LLM], prompts: Prompts) -> "JudgeChecker":
        chosen = parse_options(JudgeOptions, options)
        return cls(pick_llm(chosen.llm, llms), prompts, chosen.max_tokens)

    async def __call__(self, candidate: Candidate) -> Candidate:
        for attempt in range(TRIES):
            verdict, reason = await self._ask(candidate, attempt)
            if verdict == "yes":
                return candidate.passed(self.stage, reason)
            if verdict == "no":
                return candidate.rejected(self.stage, "no", reason or "the judge gave no reason")
        raise UnusableReply(
            f"draw {candidate.draw.index}: the judge {self._llm.model} gave no verdict, {TRIES} times",
            draw=candidate.draw.index,
            purpose="judge",
        )

    async def _ask(self, candidate: Candidate, attempt: int) -> tuple[str, str]:
        draw = candidate.draw
        steps = [
            {"call": call, "result": _shortened(result.value)}
            for call, result in zip(candidate.calls, candidate.results, strict=False)
        ]
        reply = await self._llm.complete(
            Request(
                purpose="judge",
                draw=draw.index,
                part=candidate.position * TRIES + attempt,
                messages=self._no_call(candidate)
                if draw.style in NO_CALL
                else self._prompts.render("judge", apis=draw.apis, query=candidate.query, steps=steps),
                schema=verdict_schema(),
                max_tokens=self._max_tokens,
                temperature=0.0,
                seed=(draw.seed + attempt) % 2**31,
            )
        )
        return read_verdict(reply.text)

    def _no_call(self, candidate: Candidate) -> tuple[Message, ...]:
        draw = candidate.draw
        meant = [draw.find(call.name) for call in candidate.meant]
        values = {"apis": draw.apis, "api": meant[0] if meant else None, "withheld": draw.withheld}
        return self._prompts.render("judge_no_call", query=candidate.query, answer=candidate.answer, **values)


def read_verdict(text: str) -> tuple[str, str]:
    """Read (verdict, reason) strictly: anything but a plain yes or no is no verdict at all ("")."""
    try:
        value = parse_json(text)
    except Unreadable:
        return "", ""
    verdict = value.get("verdict") if isinstance(value, dict) else None
    reason = value.get("reason") if isinstance(value, dict) else None
    known = verdict.strip().lower() if isinstance(verdict, str) else ""
    return (known if known in ("yes", "no") else ""), (reason if isinstance(reason, str) else "")


def _shortened(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… (shortened)"
