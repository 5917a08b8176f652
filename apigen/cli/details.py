"""One candidate with all that a store holds of it, for a person."""

import json
from typing import TYPE_CHECKING

from apigen.cli.tables import clean, indented
from apigen.prompts import compact_json, signature

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.records import Api, Call, CallResult, Candidate, Json

MOST_LETTERS = 2000
COLOURS = {"verified": "green", "surplus": "green", "pending": "yellow"}
MARKS = {True: ("passed", "green"), False: ("rejected", "red")}


def print_details(candidate: "Candidate", came_to: str, console: "Console") -> None:
    """Print a candidate: outcome, query, APIs, calls and results, answer, verdicts, raw text."""
    draw = candidate.draw
    state, colour = ("rejected", "red") if candidate.rejection else (came_to, COLOURS[came_to])
    about = f"draw {draw.index} · candidate {candidate.position} · {draw.style} · {draw.strategy} · {state}"
    console.print(about, style=f"bold {colour}")
    _print_part("query", candidate.query or "(none could be read)", console)
    if manner := str(draw.manner):
        _print_part("wording asked for", manner, console)
    for title, apis in (("offered", draw.apis), ("distractors", draw.distractors), ("hidden", draw.hidden)):
        _print_names(title, apis, console)
    _print_outcome(candidate, console)
    _print_verdicts(candidate, console)
    _print_part("raw", candidate.raw or "(empty)", console, style="dim")
    console.print()


def print_question(candidate: "Candidate", console: "Console") -> None:
    """Print what a person needs to call a candidate good or bad, and nothing that tells what the verifier said."""
    draw = candidate.draw
    console.print(f"draw {draw.index} · candidate {candidate.position} · {draw.style}", style="dim")
    console.print("offered", style="bold")
    for api in draw.apis:
        for line in clean(signature(api)).splitlines():
            console.print(indented(line, style="dim"))
    _print_part("query", _begun(candidate.query or candidate.raw or "(none could be read)"), console)
    _print_outcome(candidate, console, whole=False)


def _begun(text: str) -> str:
    """Return what of a long text a person will read."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}… (`apigen show --draw` has all of it)"


def _print_outcome(candidate: "Candidate", console: "Console", *, whole: bool = True) -> None:
    for position, call in enumerate(candidate.calls):
        _print_call("call", call, console)
        if position < len(candidate.results):
            _print_result(candidate.results[position], console, whole=whole)
    for call in candidate.meant:
        _print_call("no call; written from", call, console)
    if candidate.draw.withheld:
        _print_part("withheld", candidate.draw.withheld, console)
    if candidate.answer:
        _print_part("answer", candidate.answer, console)
    if candidate.final and whole:
        _print_part("final answer", candidate.final, console)


def _print_part(title: str, text: str, console: "Console", style: str = "") -> None:
    console.print(title, style="bold")
    for line in clean(text).splitlines():
        console.print(indented(line, style=style))


def _print_names(title: str, apis: "tuple[Api, ...]", console: "Console") -> None:
    if apis:
        _print_part(title, ", ".join(api.name for api in apis), console)


def _print_call(title: str, call: "Call", console: "Console") -> None:
    console.print(title, style="bold")
    console.print(indented(clean(call.name), style="cyan"))
    for name, value in call.arguments.items():
        _print_value(f"{name} = ", value, console)


def _print_result(result: "CallResult", console: "Console", *, whole: bool) -> None:
    console.print(f"result, after {result.seconds * 1000:,.0f} ms", style="bold")
    if result.error:
        console.print(indented(f"{result.error.kind}: {result.error.message}", style="red"))
    elif whole or len(text := compact_json(result.value)) <= MOST_LETTERS:
        _print_value("", result.value, console, by=2)
    else:
        console.print(indented(_begun(text)))


def _print_value(lead: str, value: "Json", console: "Console", by: int = 4) -> None:
    """Print a JSON value on one line where it fits, on several where it does not."""
    text = f"{lead}{compact_json(value)}"
    if len(text) > console.width - by and isinstance(value, dict | list):
        text = f"{lead}{json.dumps(value, ensure_ascii=False, indent=2)}"
    for line in clean(text).splitlines():
        console.print(indented(line, by=by))


def _print_verdicts(candidate: "Candidate", console: "Console") -> None:
    console.print("verdicts", style="bold")
    width = max((len(verdict.stage) for verdict in candidate.verdicts), default=0)
    for verdict in candidate.verdicts:
        word, colour = MARKS[verdict.passed]
        reason = f" {verdict.reason.partition(':')[2]}" if verdict.reason else ""
        console.print(indented(f"{verdict.stage:{width}}  {word}{reason}", style=colour))
        if verdict.detail:
            console.print(indented(verdict.detail, by=4))
