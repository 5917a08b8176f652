"""`apigen report`: a run as one page for a browser."""

from pathlib import Path
from typing import Annotated

import typer

from apigen.cli.inspect import Run, Store


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    db: Store,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the page goes.")],
    samples: Annotated[
        int,
        typer.Option(
            "--samples", metavar="N", min=0, help="Show at most so many candidates, spread evenly; figures are of all."
        ),
    ] = 100_000,
    run: Run = None,
) -> None:
    """Write a run as one HTML page: funnel, rates, coverage, costs, and every sample."""
    from apigen.report import write_report
    from apigen.store.history import RunHistory

    made = write_report(RunHistory(db, run), output, samples)
    of = f" of {made.candidates:,}" if made.rows < made.candidates else ""
    typer.echo(f"{output}: {made.rows:,}{of} candidates, {output.stat().st_size / 1e6:,.1f} MB")
