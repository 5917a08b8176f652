"""What stands in for LLMs and library in a run that asks nobody: it keeps the questions, and gives answers of likely length."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apigen.prompts import compact_json
from apigen.records import NO_CALL, Api, Call, CallResult, Completion, Draw, Request, Style, calls_to_json
from apigen.sources import Library

STANDS_IN = "x"
QUERY_LETTERS = 90
"""Of a query, for each of its calls."""
REASON_LETTERS = 140


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one of the config's LLMs, and what stood in for its reply."""

    llm: str
    request: Request
    reply: str


class Ledger:
    """Every question of the draw that is being followed, and what stands in for the answer."""

    def __init__(self, pairs: int) -> None:
        self.asked: list[Asked] = []
        self.draw: Draw | None = None
        self.right: tuple[Call, ...] = ()
        self._pairs = pairs

    def answer(self, llm: str, request: Request) -> str:
        text = self._reply(request)
        self.asked.append(Asked(llm, request, text))
        return text

    def _reply(self, request: Request) -> str:
        draw = self.draw
        assert draw is not None
        if request.purpose == "agreement":
            calls = () if draw.style in NO_CALL and request.part == 0 else self.right
            return compact_json({"calls": calls_to_json(calls)})
        if request.purpose == "final":
            return compact_json({"answer": STANDS_IN * QUERY_LETTERS * max(1, len(self.right))})
        if request.purpose != "generate":
            return compact_json({"reason": STANDS_IN * REASON_LETTERS, "verdict": "yes"})
        if draw.strategy == "call_first":
            return compact_json({"query": _query(len(draw.plans))})
        calls = _likely_calls(draw.style, draw.apis, draw.examples)
        pair = {"query": _query(len(calls)), "calls": calls_to_json(calls)}
        return compact_json({"pairs": [pair] * self._pairs})


class StandIn:
    """Has a backend's place, and writes down what it is asked."""

    def __init__(self, model: str, ledger: Ledger) -> None:
        self.model, self._ledger = model, ledger

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def complete(self, request: Request) -> Completion:
        return Completion(self._ledger.answer(self.model, request), self.model)


class _Unrun:
    """Has a source's place, and runs nothing."""

    tier = "none"

    async def load(self) -> Sequence[Api]:
        return ()

    async def ready(self) -> None:
        pass

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]:
        return [CallResult(STANDS_IN * QUERY_LETTERS) for _ in calls]

    async def close(self) -> None:
        pass


def unrun(library: Library) -> Library:
    """Return the same library, of which nothing is run: every call succeeds."""
    stub = _Unrun()
    return replace(library, owners=dict.fromkeys(library.owners, stub))


def _query(calls: int) -> str:
    return STANDS_IN * QUERY_LETTERS * max(1, calls)


def _likely_calls(style: Style, apis: Sequence[Api], examples: Sequence[Call]) -> tuple[Call, ...]:
    """Return calls as long as a query-first reply's may be, from the examples it is shown."""
    known = tuple(examples) or tuple(Call(api.name, {}) for api in apis)
    return (known * 2)[:2] if style.startswith("parallel") else known[:1]
