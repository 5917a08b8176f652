"""Agreement: an LLM that sees only the query and the APIs, with distractors, must arrive at the same calls."""

from collections.abc import Mapping, Sequence
from random import Random

from apigen.equivalence import spelled_out
from apigen.errors import ConfigError
from apigen.llms import LLM
from apigen.options import Options, parse_options
from apigen.parsing import Unreadable, parse_calls
from apigen.prompts import Prompts, compact_json, fact
from apigen.prompts.schemas import calls_schema
from apigen.records import NO_CALL, Api, Call, Candidate, JsonObject, Request, calls_to_json


class AgreementOptions(Options):
    """`llm`: which of the config's `llms` solves blindly."""

    llm: str = "writer"


class AgreementChecker:
    """Rejects with `different_calls` and the solver's answer, or `no_calls` where its reply cannot be read as calls.

    Where no call is the right answer, the solver must make none (`calls_made`), and must make the call that the query was written
    from once it is given what was kept from it, the hidden API or the withheld value (`not_solvable`): then nothing else is missing.

    Equal means: the same calls in any order, each with the same meaning (see `equivalence`).
    """

    stage = "agreement"

    def __init__(self, llm: LLM, prompts: Prompts) -> None:
        self._llm, self._prompts = llm, prompts

    @classmethod
    def from_options(cls, options: JsonObject, llms: Mapping[str, LLM], prompts: Prompts) -> "AgreementChecker":
        return cls(pick_llm(parse_options(AgreementOptions, options).llm, llms), prompts)

    async def __call__(self, candidate: Candidate) -> Candidate:
        if candidate.draw.style in NO_CALL:
            return await self._no_call(candidate)
        draw = candidate.draw
        apis = sorted([*draw.apis, *draw.distractors], key=lambda api: api.name)
        # In an order that tells nothing, and is the same for the same APIs: the prompt's beginning may then be cached.
        Random("/".join(sorted(api.name for api in apis))).shuffle(apis)  # noqa: S311
        reply = await self._llm.complete(
            Request(
                purpose="agreement",
                draw=draw.index,
                part=candidate.position,
                messages=self._prompts.render("agreement", apis=apis, query=candidate.query),
                schema=calls_schema(apis),
                max_tokens=_room(candidate.calls),
                temperature=0.0,
                seed=draw.seed,
            )
        )
        try:
            calls = parse_calls(reply.text)
        except Unreadable as error:
            return candidate.rejected(self.stage, "no_calls", f"a blind solver made no calls: {error.detail}")
        by_name = {api.name: api for api in apis}
        if _keys(calls, by_name) == _keys(candidate.calls, by_name):
            return candidate.passed(self.stage)
        detail = f"a blind solver would call {compact_json(calls_to_json(calls))}"
        return candidate.rejected(self.stage, "different_calls", detail[:2000], calls)

    async def _no_call(self, candidate: Candidate) -> Candidate:
        draw = candidate.draw
        shown = [*draw.apis, *draw.distractors]
        told = [fact(api, draw.withheld, call.arguments[draw.withheld]) for api, call in _asked_for(candidate)]
        votes = (
            ("calls_made", "without a call to make, a blind solver would", shown, "", ()),
            (
                "not_solvable",
                "with all it needs, a blind solver would",
                [*shown, *draw.hidden],
                " ".join(told),
                candidate.meant,
            ),
        )
        for part, (reason, who, apis, added, right) in enumerate(votes):
            try:
                calls = await self._decide(candidate, apis, added, part)
            except Unreadable as error:
                return candidate.rejected(
                    self.stage, "no_calls", f"a blind solver replied no list of calls: {error.detail}"
                )
            by_name = {api.name: api for api in apis}
            if _keys(calls, by_name) != _keys(right, by_name):
                detail = f"{who} call {compact_json(calls_to_json(calls))}"
                return candidate.rejected(self.stage, reason, detail[:2000])
        return candidate.passed(self.stage)

    async def _decide(self, candidate: Candidate, apis: Sequence[Api], told: str, part: int) -> tuple[Call, ...]:
        """Ask for calls, or none. The same prompt with and without what was kept back: it favours neither."""
        shown = sorted(apis, key=lambda api: api.name)
        Random("/".join(api.name for api in shown)).shuffle(shown)  # noqa: S311
        reply = await self._llm.complete(
            Request(
                purpose="agreement",
                draw=candidate.draw.index,
                part=part,
                messages=self._prompts.render("agreement_no_call", apis=shown, query=candidate.query, told=told),
                schema=calls_schema(shown, fewest=0),
                max_tokens=_room(candidate.meant),
                temperature=0.0,
                seed=candidate.draw.seed,
            )
        )
        return parse_calls(reply.text)


def pick_llm(name: str, llms: Mapping[str, LLM], key: str = "llm") -> LLM:
    """Return one of the config's LLMs, or raise ConfigError with their names."""
    if name not in llms:
        raise ConfigError(f"'{name}' is not among `llms` ({', '.join(sorted(llms))})", key=key)
    return llms[name]


def _asked_for(candidate: Candidate) -> list[tuple[Api, Call]]:
    """Return the calls of which a value is withheld, with their APIs."""
    withheld, find = candidate.draw.withheld, candidate.draw.find
    found = [(find(call.name), call) for call in candidate.meant if withheld in call.arguments]
    return [(api, call) for api, call in found if api is not None]


def _room(calls: Sequence[Call]) -> int:
    """Return a token limit that fits the right answer twice over: a solver that writes more disagrees anyway."""
    return 128 + len(compact_json(calls_to_json(calls)))


def _keys(calls: Sequence[Call], apis: Mapping[str, Api]) -> list[str]:
    return sorted(spelled_out(call, apis.get(call.name)).key for call in calls)
