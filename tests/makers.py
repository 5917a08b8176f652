"""Small, valid nouns for tests, and an LLM that says what it is told to."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from apigen.records import Api, Call, Candidate, Completion, Draw, Request, Sample, Style, Verdict

T = TypeVar("T")
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
TEXT = {"type": "string"}
NULL = {"type": "null"}


def make_api(
    name: str = "area",
    properties: Mapping[str, Any] | None = None,
    required: Sequence[str] | None = None,
    examples: Sequence[Mapping[str, Any]] = (),
    category: str = "geometry",
    description: str = "Return the area of a rectangle.",
) -> Api:
    """An API of `width` and `height`, unless told otherwise; all arguments are required unless told otherwise."""
    known = {"width": INTEGER, "height": INTEGER} if properties is None else properties
    parameters = {
        "type": "object",
        "properties": dict(known),
        "required": list(known if required is None else required),
        "additionalProperties": False,
    }
    calls = tuple(Call(name, arguments) for arguments in examples)
    return Api(name, description, parameters, category, f"python:{category}.py", examples=calls)


def make_draw(*apis: Api, style: Style = "simple", index: int = 0, seed: int = 7, **more: Any) -> Draw:
    return Draw(index, seed, style, "call_first", apis or (make_api(),), **more)


def make_candidate(draw: Draw | None = None, *calls: Call, query: str = "How large is it?", **more: Any) -> Candidate:
    chosen = calls or (() if "meant" in more else (Call("area", {"width": 2, "height": 3}),))
    return Candidate(draw or make_draw(), 0, "raw", query, chosen, **more)


def make_sample(candidate: Candidate | None = None) -> Sample:
    done = (candidate or make_candidate()).passed("format")
    return Sample(done, ("format",))


def with_final(sample: Sample, final: str) -> Sample:
    return replace(sample, candidate=replace(sample.candidate, final=final))


def rejection(candidate: Candidate) -> Verdict:
    """The verdict that threw the candidate out; fails the test where there is none."""
    assert candidate.rejection is not None
    return candidate.rejection


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class FakeLLM:
    """Answers with the given texts in turn, and keeps what it was asked."""

    model = "fake"

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)
        self.asked: list[Request] = []

    async def start(self) -> None:
        pass

    async def complete(self, request: Request) -> Completion:
        self.asked.append(request)
        return Completion(self._texts[len(self.asked) - 1], self.model)

    async def close(self) -> None:
        pass
