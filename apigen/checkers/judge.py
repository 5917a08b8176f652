"""Judges: LLMs see the query, the APIs, the calls and their results; each says yes or no with a reason (the paper's check).

Several make a committee: several models, several samples of one, or both. All are asked at once, and all are waited for, so that
the verdict never depends on who answered first.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from apigen.checkers.agreement import pick_llm
from apigen.config import Positive, RunConfig
from apigen.errors import ConfigError, UnusableReply
from apigen.llms import LLM, PatientLLM
from apigen.options import Options, parse_options
from apigen.parsing import Unreadable, parse_json
from apigen.prompts import Prompts
from apigen.prompts.schemas import verdict_schema
from apigen.records import NO_CALL, CallResult, Candidate, Json, JsonObject, Message, Request
from apigen.store.writer import request_key

TRIES = 2
"""How often one judge is asked for one vote."""
SHOWN_CHARACTERS = 600
"""What is shown of one result."""
SHOWN_IN_ALL = 12_000
"""And of all results of a candidate."""
SHORTENED = "… (shortened)"
DETAIL_CHARACTERS = 2_000
"""What is kept of all reasons together."""
NAME_CHARACTERS = 60
SAMPLED = 0.7
"""The temperature of several samples, where none is configured."""
STATED = re.compile(r"""(["'])verdict\1\s*:\s*(?:(["'])([^"']{0,40})\2)?""", re.IGNORECASE)
"""Where a reply states a verdict; the third group is empty where that is no short text."""


class JudgeOptions(Options):
    """Who judges: one of the config's `llms` (by default `judge`, where there is one), or several; and how votes are counted."""

    llm: str | None = None
    llms: Annotated[tuple[str, ...], Field(max_length=9)] = ()
    samples: Annotated[int, Field(ge=1, le=9)] = 1
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    vote: Literal["majority", "unanimity"] = "majority"
    max_tokens: Positive = 256

    @model_validator(mode="after")
    def _sensible(self) -> "JudgeOptions":
        if self.llm is not None and self.llms:
            raise ValueError("give `llm` or `llms`, not both")
        for name, count in Counter(self.llms).items():
            if count > 1:
                raise ValueError(f"`llms` lists '{name}' twice; for several votes of one model give `samples`")
        if self.samples > 1 and self.temperature == 0:
            raise ValueError("several `samples` at a `temperature` of 0 are one and the same; set it above 0")
        return self

    @property
    def heat(self) -> float:
        """The temperature to ask with: a single sample is the model's first choice."""
        return self.temperature if self.temperature is not None else SAMPLED if self.samples > 1 else 0.0

    def names(self, llms: Mapping[str, object]) -> tuple[str, ...]:
        """Return the names of those who judge; by default somebody else than the generator's default, where there is one."""
        return self.llms or (self.llm or ("judge" if "judge" in llms else "writer"),)


@dataclass(frozen=True, slots=True)
class _Vote:
    """What one judge said, "" where nothing could be read; and the questions it took."""

    verdict: str
    reason: str
    asked: tuple[Request, ...]


class JudgeChecker:
    """Rejects with `no` and the judges' reasons. `judges` has one place for each vote; a tie is a no.

    A reply without a verdict is asked for again; a judge that gives none leaves the draw open.
    """

    stage = "judge"

    def __init__(self, judges: Sequence[LLM], prompts: Prompts, options: JudgeOptions) -> None:
        self._judges, self._prompts, self._options = tuple(judges), prompts, options

    @classmethod
    def from_options(cls, options: JsonObject, llms: Mapping[str, LLM], prompts: Prompts) -> "JudgeChecker":
        chosen = parse_options(JudgeOptions, options)
        keys = [f"llms[{place}]" for place in range(len(chosen.llms))] or ["llm"]
        judges = [pick_llm(name, llms, key) for name, key in zip(chosen.names(llms), keys, strict=True)]
        return cls([judge for judge in judges for _ in range(chosen.samples)], prompts, chosen)

    async def __call__(self, candidate: Candidate) -> Candidate:
        messages = self._question(candidate)
        votes = await _all(self._vote(candidate, messages, seat) for seat in range(len(self._judges)))
        silent = [seat for seat, vote in enumerate(votes) if not vote.verdict]
        if silent:
            raise self._unusable(candidate, silent, votes)
        ayes = sum(vote.verdict == "yes" for vote in votes)
        wanted = len(votes) if self._options.vote == "unanimity" else len(votes) // 2 + 1
        detail = self._minutes(ayes, votes)
        if ayes >= wanted:
            return candidate.passed(self.stage, detail)
        return candidate.rejected(self.stage, "no", detail or "the judge gave no reason")

    def _question(self, candidate: Candidate) -> tuple[Message, ...]:
        if candidate.draw.style in NO_CALL:
            return self._no_call(candidate)
        shown = zip(candidate.calls, shown_results(candidate.results), strict=False)
        steps = [{"call": call, "result": result} for call, result in shown]
        return self._prompts.render("judge", apis=candidate.draw.apis, query=candidate.query, steps=steps)

    async def _vote(self, candidate: Candidate, messages: tuple[Message, ...], seat: int) -> _Vote:
        asked: tuple[Request, ...] = ()
        for attempt in range(TRIES):
            request = self._request(candidate, messages, seat, attempt)
            asked += (request,)
            reply = await self._judges[seat].complete(request)
            verdict, reason = read_verdict(reply.text, truncated=reply.truncated)
            if verdict:
                return _Vote(verdict, reason, asked)
        return _Vote("", "", asked)

    def _request(self, candidate: Candidate, messages: tuple[Message, ...], seat: int, attempt: int) -> Request:
        # A part of its own for each candidate, judge and attempt: by it a reply is found again. With a single judge the numbers are
        # those of before there were several.
        place = candidate.position * len(self._judges) + seat
        return Request(
            purpose="judge",
            draw=candidate.draw.index,
            part=place * TRIES + attempt,
            messages=messages,
            schema=verdict_schema(),
            max_tokens=self._options.max_tokens,
            temperature=self._options.heat,
            seed=(candidate.draw.seed + seat * TRIES + attempt) % 2**31,
        )

    def _unusable(self, candidate: Candidate, silent: Sequence[int], votes: Sequence[_Vote]) -> UnusableReply:
        index, titles = candidate.draw.index, self._titles()
        who = ", ".join(titles[seat] for seat in silent)
        return UnusableReply(
            f"draw {index}: the judge{'s'[: len(silent) > 1]} {who} gave no verdict, {TRIES} times",
            draw=index,
            purpose="judge",
            keys=tuple(request_key(request) for seat in silent for request in votes[seat].asked),
        )

    def _minutes(self, ayes: int, votes: Sequence[_Vote]) -> str:
        """Return the reason of a single judge, or who of several said what."""
        if len(votes) == 1:
            return votes[0].reason[:DETAIL_CHARACTERS]
        room = max(20, (DETAIL_CHARACTERS - 30) // len(votes) - NAME_CHARACTERS - 15)
        said = [
            f"{title} says {vote.verdict}: {' '.join(vote.reason.split())[:room] or 'no reason given'}"
            for title, vote in zip(self._titles(), votes, strict=True)
        ]
        return " | ".join([f"{ayes} of {len(votes)} say yes", *said])

    def _titles(self) -> list[str]:
        """Return each judge's model, with a number from the second vote of one model on."""
        count: Counter[str] = Counter()
        titles = []
        for judge in self._judges:
            count[judge.model] += 1
            number = f" #{count[judge.model]}" if count[judge.model] > 1 else ""
            titles.append(judge.model[: NAME_CHARACTERS - len(number)] + number)
        return titles

    def _no_call(self, candidate: Candidate) -> tuple[Message, ...]:
        draw = candidate.draw
        meant = [draw.find(call.name) for call in candidate.meant]
        values = {"apis": draw.apis, "api": meant[0] if meant else None, "withheld": draw.withheld}
        return self._prompts.render("judge_no_call", query=candidate.query, answer=candidate.answer, **values)


def read_verdict(text: str, *, truncated: bool = False) -> tuple[str, str]:
    """Read (verdict, reason) strictly: anything but one plain yes or no is no verdict at all ("").

    Neither is a reply that states several verdicts that differ, nor one that was cut short before its end.
    """
    try:
        value = parse_json(text, truncated=truncated)
    except Unreadable:
        return "", ""
    verdict = value.get("verdict") if isinstance(value, dict) else None
    reason = value.get("reason") if isinstance(value, dict) else None
    known = verdict.strip().lower() if isinstance(verdict, str) else ""
    stated = {found.strip().lower() for _, _, found in STATED.findall(text.rpartition("</think>")[2])}
    return (known if known in ("yes", "no") and stated == {known} else ""), (reason if isinstance(reason, str) else "")


def own_judges(config: RunConfig, llms: Mapping[str, PatientLLM]) -> str:
    """Return a line for the user where a judge is the model that writes, "" otherwise: it seldom finds its own mistakes."""
    writer = config.generator.llm
    for stage in config.checkers:
        try:
            names = parse_options(JudgeOptions, stage.options).names(llms) if stage.name == "judge" else ()
        except ConfigError:  # it is said where the checkers are built
            continue
        for name in names:
            if name in llms and (name == writer or _places(llms[name]) & _places(llms[writer])):
                which = (
                    "is the generator"
                    if name == writer
                    else f"is the generator's model at the same place as '{writer}'"
                )
                return (
                    f"the judge '{name}' {which} ({llms[name].model}), and seldom finds its own mistakes; "
                    "give `judge` an `llm` of another model"
                )
    return ""


def _places(llm: PatientLLM) -> set[tuple[str, str]]:
    return {(endpoint.llm.model, str(getattr(endpoint.llm, "where", ""))) for endpoint in llm.endpoints}


async def _all(votes: Iterator["asyncio._CoroutineLike[_Vote]"]) -> list[_Vote]:
    """Wait for every vote, also where one fails: what is paid for is written down. Raises the first failure."""
    done = await asyncio.gather(*votes, return_exceptions=True)
    for vote in done:
        if isinstance(vote, BaseException):
            raise vote
    return [vote for vote in done if isinstance(vote, _Vote)]


def shown_results(results: Sequence[CallResult]) -> Iterator[str]:
    """Yield the results as prompts show them: long ones shortened, and later ones more where there are very many."""
    left = SHOWN_IN_ALL
    for result in results:
        text = _shortened(result.value, min(SHOWN_CHARACTERS, left))
        left = max(0, left - len(text))
        yield text


def _shortened(value: Json, room: int) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= room else f"{text[:room]}{SHORTENED}"
