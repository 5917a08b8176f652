"""Runs, draws and candidates for the tests of the store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apigen.config import RunConfig
from apigen.options import parse_options
from apigen.records import Call, CallResult, Candidate, Completion, Draw, Message, Request, Strategy, Style
from apigen.store.writer import RunWriter
from tests.makers import make_api

STAGES = ("format", "execution")
CLOCK = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
APIS = (make_api("area"), make_api("other", {}))


def config(store: Path, **changed: Any) -> RunConfig:
    settings = {
        "store": str(store),
        "library": [{"source": "python", "path": "lib"}],
        "llms": {"writer": {"backend": "openai", "model": "m"}},
        "target": {"verified": 3},
        "checkers": STAGES,
    }
    return parse_options(RunConfig, settings | changed)


def start(
    store: Path, *, new_run: bool = False, clock: datetime = CLOCK, library_hash: str = "abc", **changed: Any
) -> RunWriter:
    return RunWriter.start(
        config(store, **changed), APIS, library_hash=library_hash, sandbox_tier="process", stages=STAGES, clock=clock,
        new_run=new_run,
    )  # fmt: skip


def make_draw(index: int, style: Style = "simple", strategy: Strategy = "call_first") -> Draw:
    return Draw(index, index + 1000, style, strategy, APIS[:1], distractors=APIS[1:])


def candidates(draw: Draw, reasons: Sequence[str]) -> list[Candidate]:
    """Make a candidate for each reason of execution's, a verified one for an empty reason."""
    made = []
    for position, reason in enumerate(reasons):
        call = Call("area", {"width": position, "height": draw.index})
        one = Candidate(
            draw, position, "raw", f"{draw.index}/{position}", (call,), results=(CallResult(1, None, 0.25),)
        )
        one = one.passed("format")
        made.append(one.rejected("execution", reason, "because") if reason else one.passed("execution"))
    return made


def save(writer: RunWriter, index: int, *reasons: str, style: Style = "simple") -> None:
    draw = make_draw(index, style)
    writer.save_draw(draw, candidates(draw, reasons), 1.0)


def ask(draw: int = 0, purpose: str = "generate", part: int = 0) -> Request:
    return Request(purpose, draw, (Message("user", "hello"),), part=part)


def reply(text: str = "text", model: str = "m", dollars: float = 0.5) -> Completion:
    return Completion(text, model, 10, 5, 4, 0.5, dollars=dollars)
