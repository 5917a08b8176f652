"""Final answers: an LLM says in words what a verified candidate's calls came to, and a rule (`rule`) holds it against the results.

What is decided in draw order (`duplicates`) comes later: the answer of one that it throws out was written in vain.
"""

from collections.abc import Mapping
from dataclasses import replace

from apigen.checkers.judge import shown_results
from apigen.config import FinalAnswersConfig, RunConfig
from apigen.errors import UnusableReply
from apigen.final_answers.rule import objection
from apigen.llms import LLM
from apigen.parsing import Unreadable, parse_final
from apigen.prompts import Prompts
from apigen.prompts.schemas import final_answer_schema
from apigen.records import Candidate, Request
from apigen.store.writer import request_key

TRIES = 2
"""How often one answer is asked for."""


class FinalAnswers:
    """Asks for the final answers of candidates that every checker so far let pass.

    `instead` names an LLM that is asked instead of the config's.
    """

    def __init__(self, config: FinalAnswersConfig, llm: LLM, prompts: Prompts, instead: str = "") -> None:
        self._config, self._llm, self._prompts, self._instead = config, llm, prompts, instead

    @classmethod
    def of(cls, config: RunConfig, llms: Mapping[str, LLM], prompts: Prompts) -> "FinalAnswers | None":
        """Return what a config asks for, None where it asks for none."""
        chosen = config.final_answers
        return None if chosen is None else cls(chosen, llms[chosen.llm], prompts)

    async def add(self, candidate: Candidate) -> Candidate:
        """Return the candidate with an answer to its results, or as it is: where it was thrown out, makes no call, or no answer held.

        Raises:
            EndpointError, BudgetSpent: The draw stays open.
            UnusableReply: So does it where no reply could be read.
        """
        if candidate.rejection or not candidate.calls or not all(result.ok for result in candidate.results):
            return candidate
        results = tuple(shown_results(candidate.results))
        asked = [self._request(candidate, results, attempt) for attempt in range(TRIES)]
        read = False
        for request in asked:
            reply = await self._llm.complete(request)
            try:
                answer = parse_final(reply.text, truncated=reply.truncated)
            except Unreadable:
                continue
            read = True
            if not objection(answer, candidate, results):
                return replace(candidate, final=answer)
        if not read:
            raise self._unusable(candidate, asked)
        return candidate

    def _request(self, candidate: Candidate, results: tuple[str, ...], attempt: int) -> Request:
        draw = candidate.draw
        steps = [{"call": call, "result": result} for call, result in zip(candidate.calls, results, strict=False)]
        return Request(
            purpose="final",
            draw=draw.index,
            part=candidate.position * TRIES + attempt,
            messages=self._prompts.render("final_answer", query=candidate.query, steps=steps),
            schema=final_answer_schema(),
            max_tokens=self._config.max_tokens,
            temperature=self._config.temperature,
            seed=(draw.seed + attempt) % 2**31,
            llm=self._instead,
        )

    def _unusable(self, candidate: Candidate, asked: list[Request]) -> UnusableReply:
        index = candidate.draw.index
        return UnusableReply(
            f"draw {index}: {self._llm.model} gave no final answer that can be read, {TRIES} times",
            draw=index,
            purpose="final",
            keys=tuple(map(request_key, asked)),
        )
