"""Stores that a page is made of: one with something of everything, hostile texts among it."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apigen.config import RunConfig
from apigen.options import parse_options
from apigen.records import Api, Call, CallError, CallResult, Candidate, Completion, Draw, Message, Request, Style
from apigen.store.writer import RunWriter
from tests.makers import INTEGER, TEXT, make_api

STAGES = ("format", "execution", "grounding", "agreement")
CLOCK = datetime(2026, 1, 2, tzinfo=UTC)
HOSTILE = (
    "</script><script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    "one\u2028two\u2029three \u202egnp.exe \x00\x1b[31m",
    "half a pair \ud83d and `${window.owned = 1}` --> ]]> &lt;b&gt;",
    "@style@ @script@ @rows@ @figures@",
)
HOSTILE_API = make_api(
    "<b>bold</b>", {"<i>x</i>": TEXT, "big": INTEGER}, [], description=HOSTILE[1], category="<u>hostile</u>"
)
APIS: tuple[Api, ...] = (
    make_api("convert", {"amount": INTEGER, "unit": {"enum": ["m", "km"]}, "note": TEXT}, ["amount"], category="units"),
    make_api("area", category="geometry"),
    make_api("never_called", {"width": INTEGER, "height": INTEGER}, category="geometry"),
    HOSTILE_API,
)
BIG = 10**30 + 1
STYLES: tuple[Style, ...] = ("simple", "multiple", "parallel", "simple", "irrelevance")
MODELS = ("small-model", "large-model")


def settings(store: Path) -> RunConfig:
    chosen: dict[str, Any] = {
        "store": str(store),
        "library": [{"source": "python", "path": "lib"}],
        "llms": {"writer": {"backend": "openai", "model": "m", "api_key_env": "REPORT_TEST_KEY"}},
        "target": {"verified": 500},
        "checkers": ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}],
    }
    return parse_options(RunConfig, chosen)


def start(store: Path) -> RunWriter:
    return RunWriter.start(
        settings(store), APIS, library_hash="abc", sandbox_tier="process", stages=STAGES, clock=CLOCK, new_run=True
    )


def candidate(index: int) -> Candidate:
    """Return a draw's candidate: of a hundred some sixty are verified, and the others rejected in five ways."""
    hostile = HOSTILE[index // 7 % len(HOSTILE)] if index % 7 == 3 else ""
    style, way = STYLES[index % 5], index * 37 % 100
    api = HOSTILE_API if hostile else APIS[index % 2]
    draw = Draw(index, index, style, "query_first" if index % 3 == 0 else "call_first", (api, APIS[2]))
    values = {"<i>x</i>": hostile, "big": BIG} if hostile else dict.fromkeys(api.required, index)
    query = hostile or f"What is number {index} of the {('metres', 'fields')[index % 2]}, if you please?"
    made = Candidate(draw, 0, f'{{"query": "{query}"}}', query)
    if style == "irrelevance":
        made = replace(
            made,
            answer="None of them can do that.",
            meant=(Call("area", values),),
            draw=replace(draw, hidden=APIS[1:2]),
        )
    elif way >= 12:
        made = replace(
            made,
            calls=(Call(api.name, values),),
            results=(CallResult(hostile or {"value": index}, None, 0.002),),
            final=hostile or f"It is {index}.",
        )
    if way < 12:
        return made.rejected("format", "no_calls", f"nothing to call {hostile}")
    if way < 16 and made.calls:
        gone = replace(made, results=(CallResult(error=CallError("exception", "ValueError: too wide"), seconds=0.1),))
        return gone.passed("format").rejected("execution", "exception", "ValueError: too wide")
    made = made.passed("format").passed("execution")
    if way < 30:
        return made.rejected("grounding", "value_not_in_query", f"width {index} is nowhere")
    made = made.passed("grounding")
    if way < 40:
        return made.rejected(
            "agreement", "different_calls", "a blind solver would call others", (Call("area", {"width": 1}),)
        )
    return made.passed("agreement")


def fill(writer: RunWriter, first: int, last: int) -> None:
    for index in range(first, last):
        for purpose in ("generate", "agreement"):
            request = Request(purpose, index, (Message("user", "hello"),))
            writer.save_completion(request, Completion("text", MODELS[index % 2], 800, 120, 640, 1.5, dollars=0.0004))
        made = candidate(index)
        writer.save_draw(made.draw, [made], 2.0 * index + 2)


def make_store(file: Path, draws: int = 60, *, state: str = "", cut: int | None = None) -> Path:
    """Write a store of so many draws, two seconds each; a run of no `state` is still going."""
    with closing(start(file)) as writer:
        with writer.transaction():
            fill(writer, 0, draws)
        if state:
            writer.finish(state=state, cut=cut, seconds=2.0 * draws)
    return file
