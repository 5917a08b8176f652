"""`apigen exam`: how much of what is known to be wrong the verifier catches."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.exam import Report
    from apigen.exam.report import Row

SHOWN_SLIPS = 3
WIDE = 100
ONLY_WIDE = ("decided by", "first at")
"""Columns that a narrow window goes without."""


def register(app: typer.Typer) -> None:
    app.command("exam")(exam)


def exam(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG|DB", help="A config and its store, or a store.", show_default=False)
    ],
    samples: Annotated[int, typer.Option(metavar="N", min=1, help="Examine with so many verified samples.")] = 100,
    rules: Annotated[bool, typer.Option("--rules", help="Only the checkers that ask no LLM.")] = False,
    seed: Annotated[int, typer.Option(metavar="S", help="Which samples, and how they are spoiled.")] = 0,
    run: Annotated[
        int | None,
        typer.Option(
            "--run", metavar="N", min=1, help="Of this run, where a store has several.", show_default="the newest"
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run library code unprotected. Only for code you trust as your own."),
    ] = False,
) -> None:
    """Spoil verified samples in known ways, and count how many of them each checker catches."""
    import asyncio
    from dataclasses import replace

    from apigen.exam import examine, read_material

    material = read_material(config, samples, seed, run)
    if unsafe:
        limits = material.config.sandbox.model_copy(update={"unsafe": True})
        material = replace(material, config=material.config.model_copy(update={"sandbox": limits}))
        sys.stderr.write("apigen: --unsafe-no-sandbox: library code runs unprotected\n")
    report = asyncio.run(examine(material, seed=seed, rules_only=rules, listener=_progress))
    if json_:
        import json

        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        from apigen.cli.tables import make_console

        print_report(report, make_console())
    if not report.passed:
        slips = sum(len(row.slipped) for row in report.rows)
        sys.stderr.write(f"apigen: {config}: {slips} spoiled samples that rules can tell were caught by none\n")
        raise typer.Exit(1)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" if done == of else f"\rexamined {done} of {of}")
        sys.stderr.flush()


def print_report(report: "Report", console: "Console") -> None:
    """Print what was caught of each corruption, what was rejected untouched, and how to read it."""
    from apigen.cli.tables import print_sample, table

    columns = [name for name in _columns(report.votes) if console.width >= WIDE or name not in ONLY_WIDE]
    numbers = [name for name in columns if name not in ("corruption", *ONLY_WIDE)]
    shown = table(
        *columns, right=numbers, title=f"Caught of {report.samples} verified samples of run {report.run_id}, spoiled"
    )
    for row in report.rows:
        cells = dict(zip(_columns(report.votes), _cells(row, report.votes), strict=True))
        shown.add_row(*(cells[name] for name in columns), style="red" if row.slipped else None)
    console.print(shown)
    rejected = (
        f"{stage} {count.rejected}/{count.of} ({_interval(count.rejected, count.of)})"
        for stage, count in report.untouched.items()
    )
    console.print(f"Untouched, yet rejected: {', '.join(rejected)}")
    silent = f", {report.unanswered} without a verdict" if report.unanswered else ""
    console.print(f"LLM calls: {report.llm_calls}{silent}")
    for note in report.notes:
        console.print(f"Note: {note}.")
    console.print()
    for row in report.rows:
        for at, (_, spoiled) in enumerate(row.slipped[:SHOWN_SLIPS], 1):
            print_sample(spoiled, console, title=f"{row.corruption}, not caught by rules, {at} of {len(row.slipped)}")


def _columns(votes: "tuple[str, ...]") -> list[str]:
    return ["corruption", "decided by", "of", "rules", *votes, "together", "95%", "first at"]


def _cells(row: "Row", votes: "tuple[str, ...]") -> list[str]:
    """Return a row's cells; a vote is counted against those that it was asked about."""
    said = [f"{row.by[stage].rejected}/{row.by[stage].of}" if row.by[stage].of else "-" for stage in votes]
    first = ", ".join(f"{stage} {count}" for stage, count in row.first.items() if count)
    together = [str(row.caught), _interval(row.caught, row.of)]
    return [row.corruption, row.decided_by, str(row.of), str(row.by_rules), *said, *together, first]


def _interval(hits: int, of: int) -> str:
    """Return the bounds in percent, rounded outwards."""
    from math import ceil, floor

    from apigen.intervals import wilson

    low, high = wilson(hits, of)
    return f"{floor(100 * low)}-{ceil(100 * high)}%" if of else "-"
