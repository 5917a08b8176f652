"""What the commands print of a store: the funnel, costs, and single candidates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apigen.checkers.stages import PAPER_STAGES, paper_stage
from apigen.prompts import compact_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from apigen.records import Candidate
    from apigen.store.reader import Funnel, StoreReader

MAX_SHOWN = 500


def make_console() -> "Console":
    """Return a console that takes text as it is: what LLMs and libraries wrote is no markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False)


def clean(text: str) -> str:
    """Return text without control characters: what LLMs and libraries wrote must not steer a terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in text)


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> "Table":
    """Return a plain table; the columns named in `right` hold numbers."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def print_funnel(reader: "StoreReader", console: "Console") -> None:
    """Print the funnel with its reasons, the pass rate by style and strategy, and what a verified sample cost."""
    run, whole = reader.run(), reader.funnel().get("")
    if run is None or whole is None:
        console.print("nothing generated yet")
        return
    funnel = table("stage", "reason", "candidates", right=("candidates",), title="Funnel")
    funnel.add_row("generated", "", str(whole.generated))
    ranked = sorted(whole.rejected.items(), key=lambda item: (-item[1], item[0]))
    for stage in PAPER_STAGES:
        for reason, count in ranked:
            if paper_stage(reason) == stage:
                funnel.add_row(f"rejected: {stage}", reason, str(count))
    if whole.surplus:
        funnel.add_row("verified, beyond the target", "", str(whole.surplus))
    funnel.add_row("verified", "", str(whole.verified), style="bold")
    console.print(funnel)
    rates = table(
        "", "generated", "verified", "pass rate", right=("generated", "verified", "pass rate"), title="Pass rate"
    )
    for group in ("style", "strategy"):
        for name, part in reader.funnel(group).items():
            rates.add_row(name, str(part.generated), str(part.verified + part.surplus), f"{part.pass_rate:.0%}")
    rates.add_row(
        "all", str(whole.generated), str(whole.verified + whole.surplus), f"{whole.pass_rate:.0%}", style="bold"
    )
    console.print(rates)
    _print_costs(reader, whole, float(run["seconds"]), console)


def _print_costs(reader: "StoreReader", whole: "Funnel", seconds: float, console: "Console") -> None:
    numbers = ("replies", "tokens read", "of them cached", "tokens written")
    costs = table("LLM", *numbers, right=numbers, title="Cost")
    tokens = 0
    for purpose, cost in reader.costs().items():
        tokens += cost.tokens
        shown = (cost.replies, cost.prompt_tokens, cost.cached_tokens, cost.completion_tokens)
        costs.add_row(purpose, *(f"{number:,}" for number in shown))
    console.print(costs)
    each = max(1, whole.verified + whole.surplus)
    console.print(
        f"{seconds:,.0f} s in all; a verified sample took {seconds / each:,.1f} s and {tokens / each:,.0f} tokens",
        highlight=False,
    )
    console.print()


def print_sample(candidate: "Candidate", console: "Console", *, title: str, verdicts: bool = False) -> None:
    """Print one candidate so that a person can judge it."""
    from rich.text import Text

    draw = candidate.draw
    console.print(Text(f"{title} · draw {draw.index} · {draw.style} · {draw.strategy}", style="bold"))
    console.print(Text(f"  {_short(candidate.query or candidate.raw)}"))
    for position, call in enumerate(candidate.calls):
        arguments = ", ".join(f"{name}={compact_json(value)}" for name, value in call.arguments.items())
        console.print(Text(f"  -> {clean(call.name)}({_short(arguments)})", style="cyan"))
        if position < len(candidate.results):
            result = candidate.results[position]
            shown = f"{result.error.kind}: {result.error.message}" if result.error else compact_json(result.value)
            console.print(Text(f"     {_short(shown)}", style="dim"))
    if candidate.rejection:
        console.print(
            Text(f"  rejected: {candidate.rejection.reason}: {_short(candidate.rejection.detail)}", style="red")
        )
    elif verdicts:
        console.print(Text(f"  passed: {', '.join(verdict.stage for verdict in candidate.verdicts)}", style="green"))
    console.print()


def _short(text: str) -> str:
    return clean(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")
