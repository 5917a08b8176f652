"""A draw and an LLM make candidates: the two strategies."""

from collections.abc import Sequence
from typing import Any, Protocol

from apigen.config import GeneratorConfig
from apigen.llms import LLM
from apigen.manners.typos import mistyped
from apigen.parsing import parse_pairs, parse_query
from apigen.prompts import Prompts
from apigen.prompts.schemas import pairs_schema, query_schema
from apigen.prompts.wording import wording
from apigen.records import NO_CALL, Call, CallResult, Candidate, Draw, JsonObject, Request, Style

QUERY_TOKENS = 256

TASKS: dict[Style, str] = {
    "simple": "Each message is answered by exactly one call.",
    "multiple": "Each message is answered by exactly one call; choose the function that fits, not always the same one.",
    "parallel": "Each message asks for two or more things that take several calls of this one function.",
    "parallel_multiple": "Each message asks for two or more different things that take calls of several of the functions.",
}


class Executes(Protocol):
    """What runs calls; `apigen.sources.Library` does."""

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]: ...


class Generator:
    """Proposes candidates for draws."""

    def __init__(self, config: GeneratorConfig, llm: LLM, prompts: Prompts, library: Executes) -> None:
        self._config, self._llm, self._prompts, self._library = config, llm, prompts, library

    async def propose(self, draw: Draw) -> tuple[Candidate, ...]:
        """Return the draw's candidates, unchecked, in the order of the reply; with slips of the pen where the draw wants some.

        Raises:
            EndpointError: If the LLM cannot be asked; the draw stays open.
        """
        if draw.strategy == "call_first":
            candidates = await self._call_first(draw)
        else:
            candidates = await self._query_first(draw)
        return tuple(map(mistyped, candidates)) if draw.manner.typos else candidates

    async def _call_first(self, draw: Draw) -> tuple[Candidate, ...]:
        calls = await self._calls_that_run(draw)
        told = [{"api": draw.find(call.name), "arguments": draw.told(call).arguments} for call in calls]
        text, truncated = await self._ask(
            draw, "call_first", query_schema(), QUERY_TOKENS, calls=told, shown=draw.shown
        )
        query, fault = parse_query(text, truncated=truncated)
        if draw.style in NO_CALL:
            return (Candidate(draw, 0, text, query, (), fault, answer=self._answer(draw, calls[0]), meant=calls),)
        return (Candidate(draw, 0, text, query, calls, fault),)

    def _answer(self, draw: Draw, call: Call) -> str:
        """Say that there is no way to do it, or ask for what is missing: from a template, so that it says nothing else."""
        values = {"api": draw.find(call.name), "withheld": draw.withheld, "number": draw.seed}
        return self._prompts.render("answer", **values)[-1].content.strip()

    async def _calls_that_run(self, draw: Draw) -> tuple[Call, ...]:
        """Of each plan, take the first call that runs, or the last (which is recorded)."""
        tries = [call for plan in draw.plans for call in plan[:-1]]
        results = await self._library.execute(tries, seed=draw.seed) if tries else ()
        works = {call for call, result in zip(tries, results, strict=True) if result.ok}
        return tuple(next((call for call in plan if call in works), plan[-1]) for plan in draw.plans)

    async def _query_first(self, draw: Draw) -> tuple[Candidate, ...]:
        text, truncated = await self._ask(
            draw,
            "query_first",
            pairs_schema(draw.apis),
            self._config.max_tokens,
            apis=draw.apis,
            examples=draw.examples,
            shown=draw.shown,
            pairs=self._config.pairs,
            task=TASKS[draw.style],
        )
        return tuple(
            Candidate(draw, position, found.raw, found.query, found.calls, found.fault)
            for position, found in enumerate(parse_pairs(text, truncated=truncated))
        )

    async def _ask(
        self, draw: Draw, prompt: str, schema: JsonObject, max_tokens: int, **values: Any
    ) -> tuple[str, bool]:
        reply = await self._llm.complete(
            Request(
                purpose="generate",
                draw=draw.index,
                messages=self._prompts.render(prompt, wording=wording(draw.manner), **values),
                schema=schema,
                max_tokens=max_tokens,
                temperature=self._config.temperature,
                seed=draw.seed,
            )
        )
        return reply.text, reply.truncated
