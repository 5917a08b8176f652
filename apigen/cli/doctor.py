"""`apigen doctor`: what works on this machine, and the mend for what does not."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG", help="Also look at what this config needs.", show_default=False)
    ] = None,
) -> None:
    """Say what works here: Python, sandbox, embedded models, and the endpoints of a config."""
    import asyncio

    from rich.text import Text

    from apigen.cli.tables import make_console, table
    from apigen.config import load_config
    from apigen.health import examine

    findings = asyncio.run(examine(load_config(config) if config else None))
    shown = table("", "what", "finding")
    for finding in findings:
        mark = {
            "ok": Text("ok", style="green"),
            "note": Text("note", style="yellow"),
            "bad": Text("lacks", style="red"),
        }
        shown.add_row(mark[finding.level], finding.what, finding.text)
    make_console().print(shown)
    if any(finding.level == "bad" for finding in findings):
        raise typer.Exit(3)
