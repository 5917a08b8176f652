"""`apigen run CONFIG --dry-run`: the prompts of the first draws, and what the whole target would take."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.config import RunConfig
    from apigen.preview import Preview, ShownDraw
    from apigen.records import Message


def dry_run(settings: "RunConfig", *, as_json: bool) -> None:
    """Print a preview of a run."""
    import asyncio
    import json

    from apigen.cli.tables import make_console
    from apigen.preview import preview

    found = asyncio.run(preview(settings))
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    _print(found, make_console())


def _print(found: "Preview", console: "Console") -> None:
    from apigen.cli.tables import clean

    before: dict[str, ShownDraw] = {}
    for shown in found.draws:
        _print_draw(shown, before.get(shown.draw.strategy), console)
        before.setdefault(shown.draw.strategy, shown)
    _print_estimate(found, console)
    for line in found.assumed:
        console.print(f"assumed: {line}", style="dim")
    for note in found.notes:
        console.print(clean(f"note: {note}"), style="yellow")
    console.print("nothing was asked of an LLM, and nothing stored")


def _print_draw(shown: "ShownDraw", first: "ShownDraw | None", console: "Console") -> None:
    from apigen.cli.tables import clean, indented
    from apigen.prompts import compact_json

    draw = shown.draw
    console.print(f"draw {draw.index} · {draw.style} · {draw.strategy}", style="bold")
    if names := ", ".join(api.name for api in draw.apis):
        console.print(indented(f"offered: {names}"))
    for call in shown.calls:
        console.print(indented(f"-> {call.name}{compact_json(call.arguments)}", style="cyan"))
    if draw.withheld:
        console.print(indented(f"withheld: {draw.withheld}"))
    same = _same_turns(shown.messages, first.messages) if first else 0
    if first and same:
        turns = "turn 1" if same == 1 else f"turns 1 to {same}"
        console.print(indented(f"{turns}: as in draw {first.draw.index}", style="dim"))
    for number, message in enumerate(shown.messages[same:], same + 1):
        console.print(indented(f"turn {number}, {message.role}:", style="green"))
        for line in clean(message.content).splitlines():
            console.print(indented(line, by=4))
    console.print()


def _same_turns(one: "Sequence[Message]", other: "Sequence[Message]") -> int:
    """Return how many turns both begin with; the last one is always told."""
    same = 0
    while same < min(len(one), len(other)) - 1 and one[same] == other[same]:
        same += 1
    return same


def _print_estimate(found: "Preview", console: "Console") -> None:
    from apigen.cli.tables import short_count, table

    numbers = ("a draw", "read", "written", "$ each")
    uses = table("asked for", "llm", *numbers, right=numbers, title="Estimate: questions a draw, and tokens a question")
    for use in found.uses:
        price = "?" if use.dollars is None else f"{use.dollars:.6f}"
        uses.add_row(use.purpose, use.llm, f"{use.replies:.2f}", f"{use.read:,.0f}", f"{use.written:,.0f}", price)
    console.print(uses)
    if found.scenarios[0].ends_by == "seconds":
        return
    columns = ("pass rate", "draws", "verified", "replies", "read", "written", "dollars")
    whole = table(*columns, right=columns, title="Estimate: the whole target")
    for one in found.scenarios:
        counts = (one.draws, one.verified, one.replies, one.read, one.written)
        dollars = "?" if one.dollars is None else f"{one.dollars:,.2f}"
        whole.add_row(f"{one.pass_rate:.0%}", *map(short_count, counts), dollars)
    console.print(whole)
    ends = {one.ends_by for one in found.scenarios}
    each = ", ".join(f"{one.ends_by} at {one.pass_rate:.0%}" for one in found.scenarios)
    console.print(f"the limit reached first: {each if len(ends) > 1 else ends.pop()}")
