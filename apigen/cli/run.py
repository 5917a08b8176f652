"""`apigen run`: the pipeline, with a live display on a terminal and plain lines elsewhere."""

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.config import RunConfig
    from apigen.pipeline import Outcome, Progress

PLAIN_SECONDS = 5.0
SHOWN_SAMPLES = 5


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A YAML config; see configs/ for examples.", show_default=False)
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override one setting, as in --set target.verified=50. May be repeated."
        ),
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run library code unprotected. Only for code you trust as your own."),
    ] = False,
) -> None:
    """Generate, verify, store and export; the same command continues where it stopped."""
    import asyncio

    from apigen.cli.tables import make_console, print_funnel, print_sample
    from apigen.config import load_config
    from apigen.store.reader import StoreReader

    settings = load_config(config, set_ or ())
    if unsafe:
        settings = settings.model_copy(update={"sandbox": settings.sandbox.model_copy(update={"unsafe": True})})
        sys.stderr.write("apigen: --unsafe-no-sandbox: library code runs unprotected\n")
    console = make_console()
    outcome = asyncio.run(_run(settings, console))
    reader = StoreReader(settings.store)
    print_funnel(reader, console)
    for number, candidate in enumerate(reader.candidates(limit=SHOWN_SAMPLES), 1):
        print_sample(candidate, console, title=f"sample {number}")
    for format_name, file, rows in outcome.exported:
        console.print(f"exported {rows} samples as {format_name} to {file}", soft_wrap=True)
    if outcome.open_draws:
        console.print(
            f"{outcome.open_draws} draws stay open: the judge gave no verdict; run again to ask anew", soft_wrap=True
        )
    if not outcome.fresh:
        console.print(
            f"already done: {settings.store} holds all that the target asks for; raise the target for more",
            soft_wrap=True,
        )
    if outcome.state == "short":
        sys.stderr.write(f"apigen: {settings.store}: the draws are used up below the target; see `apigen status`\n")
        raise typer.Exit(1)


async def _run(settings: "RunConfig", console: "Console") -> "Outcome":
    import asyncio
    import signal

    from apigen.pipeline import run as run_pipeline

    task = asyncio.current_task()
    assert task is not None
    # A polite end from outside (a scheduler, a container) is treated like Ctrl-C.
    with contextlib.suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with _display(console) as show:
        try:
            return await run_pipeline(settings, show.update)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


def _display(console: "Console") -> "_LiveDisplay | _PlainDisplay":
    return _LiveDisplay(console) if console.is_terminal else _PlainDisplay()


class _PlainDisplay:
    """A line whenever the step changes, and every few seconds while draws are done."""

    def __init__(self) -> None:
        self._step, self._last = "", 0.0

    def __enter__(self) -> "_PlainDisplay":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def update(self, progress: "Progress") -> None:
        now = time.monotonic()
        if progress.step != self._step or now - self._last >= PLAIN_SECONDS:
            self._step, self._last = progress.step, now
            print(_line(progress), flush=True)


class _LiveDisplay:
    """One line that is drawn anew, with a bar where the target is a number of samples."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=12),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "_LiveDisplay":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def update(self, progress: "Progress") -> None:
        self._bar.update(
            self._task, description=_line(progress), total=progress.target, completed=progress.verified, refresh=True
        )


def _line(progress: "Progress") -> str:
    if progress.step != "generating":
        return progress.step
    wanted = f" of {progress.target}" if progress.target else ""
    rejected = sum(progress.rejected.values())
    return (
        f"{progress.verified}{wanted} verified, {rejected} rejected, {progress.draws} draws, {progress.tokens:,} tokens"
    )
