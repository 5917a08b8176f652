"""`apigen label`: a person marks samples good or bad, with a key each."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from apigen.cli.inspect import Run, Store

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.labelling import Session
    from apigen.store.labels import Mark

KEYS = "g good, b bad, s skip, n note, u undo, q quit"
MARK_OF: "dict[str, Mark]" = {"g": "good", "b": "bad", "s": "skip"}
Answer = tuple[str, str]
"""A key, and the note beside it."""


def register(app: typer.Typer) -> None:
    app.command("label")(label)


def label(
    db: Store,
    labeller: Annotated[
        str, typer.Option("--labeller", metavar="NAME", help="Who labels.", show_default="who is logged in")
    ] = "",
    rejected: Annotated[bool, typer.Option("--rejected", help="Label rejected candidates instead.")] = False,
    count: Annotated[
        int | None,
        typer.Option(
            "--count", metavar="N", min=1, help="So many at random; by default all, in order.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Of --count: the same seed, the same samples.")] = 0,
    run: Run = None,
) -> None:
    """Mark samples good or bad, a key each; the same command goes on where you left. `apigen stats` tells the precision."""
    import getpass
    from contextlib import closing

    from apigen.cli.tables import make_console
    from apigen.errors import ConfigError
    from apigen.labelling import Session, read_labeller
    from apigen.store.labels import LabelBook
    from apigen.store.reader import StoreReader

    if seed and count is None:
        raise ConfigError("is for --count", key="--seed")
    try:
        name = read_labeller(labeller or getpass.getuser())
    except (OSError, KeyError):
        raise ConfigError("say who labels", key="--labeller") from None
    console = make_console()
    with closing(StoreReader(db, run)) as reader, closing(LabelBook(db, reader.run_id)) as book:
        session = Session(reader, book, name, rejected=rejected, count=count, seed=seed)
        try:
            _page(session, console, _key if sys.stdin.isatty() else _line)
        finally:
            console.print(
                f"{session.marked} marked by {name}; `apigen stats` tells the precision",
                soft_wrap=not console.is_terminal,
            )


def _page(session: "Session", console: "Console", ask: Callable[["Console"], Answer]) -> None:
    from apigen.cli.details import print_question

    while (candidate := session.current()) is not None:
        console.rule(f"{session.number} of {session.total}", style="dim", align="left")
        print_question(candidate, console)
        if not _answered(session, console, ask):
            return
    console.print("nothing is left to mark")


def _answered(session: "Session", console: "Console", ask: Callable[["Console"], Answer]) -> bool:
    """Act on keys until the sample is marked or another is to be shown; False to quit."""
    note = ""
    while True:
        console.print(f"{KEYS}: ", style="bold", end="")
        key, beside = ask(console)
        note = beside or note
        if key in MARK_OF:
            session.mark(MARK_OF[key], note)
            console.print(MARK_OF[key] + (" (noted)" if note else ""))
            return True
        if key == "q":
            console.print("quit")
            return False
        if key == "u":
            undone = session.undo()
            console.print("undone" if undone else "nothing to undo")
            if undone:
                return True
        elif key == "n":
            note = beside or _note(console)
        else:
            console.print("?")


def _key(console: "Console") -> Answer:
    """Read a key without Enter."""
    try:
        return typer.getchar()[:1].lower(), ""
    except EOFError:
        return "q", ""


def _line(console: "Console") -> Answer:
    """Read a line: a key or its word, and perhaps a note; the end quits."""
    line = sys.stdin.readline()
    if not line:
        return "q", ""
    word, _, note = line.strip().partition(" ")
    return word[:1].lower() or "?", note.strip()


def _note(console: "Console") -> str:
    console.print("note")
    if not sys.stdin.isatty():
        return ""
    text: str = typer.prompt("Note", default="", show_default=False)
    return text.strip()
