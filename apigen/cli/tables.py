"""What the commands print of a store: the funnel, costs, and single candidates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apigen.checkers.stages import STAGES, stage_of
from apigen.manner import PLAIN
from apigen.prompts import compact_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    from apigen.records import Api, Candidate
    from apigen.store.reader import StoreReader

MAX_SHOWN = 500


def make_console() -> "Console":
    """Return a console that takes text as it is: what LLMs and libraries wrote is no markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False)


def clean(text: str) -> str:
    """Return text without control characters: what LLMs and libraries wrote must not steer a terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in text)


def indented(text: str, by: int = 2, style: str = "") -> "Padding":
    """Return cleaned text that begins every line, broken ones too, so many columns in."""
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(clean(text) or " ", style=style, overflow="fold"), (0, 0, 0, by), expand=False)


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
    for stage in STAGES:
        for reason, count in ranked:
            if stage_of(reason) == stage:
                funnel.add_row(f"rejected: {stage}", reason, str(count))
    if whole.pending:
        funnel.add_row("waiting for an earlier draw", "", str(whole.pending))
    if whole.surplus:
        funnel.add_row("verified, beyond the target", "", str(whole.surplus))
    funnel.add_row("verified", "", str(whole.verified), style="bold")
    console.print(funnel)
    rates = table(
        "", "generated", "verified", "pass rate", right=("generated", "verified", "pass rate"), title="Pass rate"
    )
    for group in ("style", "strategy"):
        for name, part in reader.funnel(group).items():
            rates.add_row(name, str(part.generated), str(part.all_verified), f"{part.pass_rate:.0%}")
    rates.add_row("all", str(whole.generated), str(whole.all_verified), f"{whole.pass_rate:.0%}", style="bold")
    console.print(rates)
    _print_costs(reader, whole.all_verified, console)
    each = float(run["seconds"]) / max(1, whole.all_verified)
    console.print(f"{run['seconds']:,.0f} s in all; a verified sample took {each:,.1f} s", highlight=False)
    console.print()


def _print_costs(reader: "StoreReader", verified: int, console: "Console") -> None:
    """Print what each stage and each style took, in all and for a verified sample; dollars only where there are prices."""
    whole = reader.costs(None).get("")
    if whole is None:
        return
    styles = reader.funnel("style")
    rows = [(name, cost, verified) for name, cost in reader.costs("purpose").items()]
    for style, cost in reader.costs("style").items():
        rows.append((style, cost, styles[style].all_verified) if style in styles else ("open draws", cost, 0))
    rows.append(("all", whole, verified))
    paid = ["dollars"] if whole.dollars else []
    numbers = ("replies", "read", "cached", "written", "seconds", *paid)
    total = table("", *numbers, right=numbers, title="Cost: LLM replies, their tokens, seconds of LLMs and sandbox")
    numbers = ("tokens", "seconds", *paid)
    each = table("", *numbers, right=numbers, title="Cost of a verified sample")
    for name, cost, count in rows:
        weight = "bold" if name == "all" else None
        tokens = (cost.replies, cost.prompt_tokens, cost.cached_tokens, cost.completion_tokens)
        dollars = [_dollars(cost.dollars)] if paid else []
        total.add_row(name, *map(short_count, tokens), _seconds(cost.seconds), *dollars, style=weight)
        if count:
            dollars = [_dollars(cost.dollars / count)] if paid else []
            each.add_row(name, short_count(cost.tokens / count), _seconds(cost.seconds / count), *dollars, style=weight)
    console.print(total)
    if each.row_count:
        console.print(each)


def short_count(number: float) -> str:
    """Return a number of at most seven letters, so that a table of them fits into a window."""
    for limit, scale, unit in ((1e6, 1.0, ""), (1e9, 1e6, "M"), (1e12, 1e9, "G")):
        if number < limit:
            return f"{number / scale:,.2f}{unit}" if unit else f"{number:,.0f}"
    return f"{number / 1e12:,.2f}T"


def _seconds(seconds: float) -> str:
    return short_count(seconds) if seconds >= 100 else f"{seconds:.2f}"


def _dollars(dollars: float) -> str:
    return f"{dollars:,.2f}" if dollars >= 1 else f"{dollars:.5f}"


def counted(apis: Sequence["Api"]) -> str:
    """Return how many APIs and categories there are."""
    categories = len({api.category for api in apis})
    return f"{len(apis)} API{'s'[: len(apis) != 1]} in {categories} categor{'y' if categories == 1 else 'ies'}"


def print_coverage(apis: Sequence["Api"], console: "Console", rich: frozenset[str] | None = None) -> None:
    """Print by category how many APIs there are and how many have each feature; rich results, where they are known."""
    from apigen.sources.coverage import FEATURES, coverage

    counts = {category: [row.apis, *row.features.values()] for category, row in coverage(apis).items()}
    columns = ["APIs", *FEATURES]
    if rich is not None:
        columns.append("rich")
        for category, row in counts.items():
            row.append(sum(api.name in rich for api in apis if api.category == category))
    shown = table(
        "category",
        *columns,
        right=columns,
        title="Coverage: APIs that have …"
        + (" (rich: results with lists or objects inside)" if rich is not None else ""),
    )
    for category, row in counts.items():
        shown.add_row(category, *map(str, row))
    shown.add_row("all", *(str(sum(column)) for column in zip(*counts.values(), strict=True)), style="bold")
    console.print(shown)


def print_runs(reader: "StoreReader", console: "Console") -> None:
    """Print the runs of a store that has several."""
    runs = reader.runs()
    if len(runs) < 2:
        return
    listed = table("run", "state", "seed", "verified", "started", right=("run", "seed", "verified"), title="Runs")
    for run in runs:
        style = "bold" if run["id"] == reader.run_id else None
        shown = (run["id"], run["state"], run["seed"], run["verified"], run["started_at"])
        listed.add_row(*map(str, shown), style=style)
    console.print(listed)


def print_sample(candidate: "Candidate", console: "Console", *, title: str, verdicts: bool = False) -> None:
    """Print one candidate so that a person can judge it."""
    from rich.text import Text

    draw = candidate.draw
    console.print(Text(f"{title} · draw {draw.index} · {draw.style} · {draw.strategy}", style="bold"))
    if draw.manner != PLAIN:
        console.print(Text(f"  {_short(str(draw.manner))}", style="dim"))
    console.print(Text(f"  {_short(candidate.query or candidate.raw)}"))
    for position, call in enumerate(candidate.calls):
        arguments = ", ".join(f"{name}={compact_json(value)}" for name, value in call.arguments.items())
        console.print(Text(f"  -> {clean(call.name)}({_short(arguments)})", style="cyan"))
        if position < len(candidate.results):
            result = candidate.results[position]
            shown = f"{result.error.kind}: {result.error.message}" if result.error else compact_json(result.value)
            console.print(Text(f"     {_short(shown)}", style="dim"))
    for call in candidate.meant:
        why = f"without `{draw.withheld}` for" if draw.withheld else "not offered:"
        console.print(Text(f"  -> no call; {_short(candidate.answer)}", style="cyan"))
        console.print(Text(f"     {why} {_short(clean(call.name) + compact_json(call.arguments))}", style="dim"))
    if candidate.rejection:
        console.print(
            Text(f"  rejected: {candidate.rejection.reason}: {_short(candidate.rejection.detail)}", style="red")
        )
    elif verdicts:
        console.print(Text(f"  passed: {', '.join(verdict.stage for verdict in candidate.verdicts)}", style="green"))
    console.print()


def _short(text: str) -> str:
    return clean(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")
