"""`apigen answer`: final answers for a run that is there."""

import sys
from typing import Annotated

import typer

from apigen.cli.inspect import Run, Store


def register(app: typer.Typer) -> None:
    app.command("answer")(answer)


def answer(
    db: Store,
    llm: Annotated[
        str,
        typer.Option("--llm", metavar="NAME", help="One of the run's `llms`.", show_default="as configured, or writer"),
    ] = "",
    run: Run = None,
) -> None:
    """Let an LLM say in words what the calls of each verified sample came to; once, what is answered is kept."""
    import asyncio

    from apigen.answering import answer as answer_run

    done = asyncio.run(answer_run(db, run, llm, _notice))
    typer.echo(f"{done.answered} samples answered; {done.without} without an answer that holds")
    if done.unread:
        typer.echo(f"{done.unread} replies could not be read; run again to ask anew")
        raise typer.Exit(1)


def _notice(text: str) -> None:
    sys.stderr.write(f"apigen: {text}\n")
