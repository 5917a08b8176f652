"""`apigen run`: the pipeline, its progress, and what came of it."""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.config import RunConfig
    from apigen.display import Display
    from apigen.engines import OnRay
    from apigen.pipeline import Outcome

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
    new_run: Annotated[
        bool, typer.Option("--new-run", help="Begin a run beside those that the store holds, after a change of config.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Print progress as JSON, an object a line, and nothing else.")
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run library code unprotected. Only for code you trust as your own."),
    ] = False,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Show five draws with their prompts and what it would cost; ask nobody.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="With --dry-run: as one JSON object.")] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Where the draws are done: in this process, or on a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(help="The Ray cluster: auto, or HOST:PORT. Without it one is started here.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many Ray workers; by default one a node, or one for each two CPUs if that is more.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Generate, verify, store and export; the same command continues where it stopped."""
    import asyncio

    from apigen.checkers.judge import own_judges
    from apigen.cli.tables import make_console
    from apigen.config import load_config
    from apigen.display import make_display
    from apigen.engines import OnRay
    from apigen.errors import ConfigError
    from apigen.llms import build_llms

    if engine == "local" and (address or workers):
        raise ConfigError("is for --engine ray", key="--address" if address else "--workers")
    if json_ and not dry:
        raise ConfigError("is for --dry-run; --log-json prints a run's progress as JSON", key="--json")
    on_ray = OnRay(address, workers) if engine == "ray" else None
    settings = load_config(config, set_ or ())
    if unsafe:
        settings = settings.model_copy(update={"sandbox": settings.sandbox.model_copy(update={"unsafe": True})})
        sys.stderr.write("apigen: --unsafe-no-sandbox: library code runs unprotected\n")
    if dry:
        from apigen.cli.dry_run import dry_run

        dry_run(settings, as_json=json_)
        return
    if note := own_judges(settings, build_llms(settings.llms)):
        sys.stderr.write(f"apigen: note: {note}\n")
    console = make_console()
    outcome = asyncio.run(_run(settings, make_display(console, log_json=log_json), new_run, on_ray))
    if not log_json:
        _print(outcome, settings, console)
    _end(outcome, settings)


async def _run(settings: "RunConfig", display: "Display", new_run: bool, on_ray: "OnRay | None") -> "Outcome":
    import asyncio
    import signal

    from apigen.pipeline import run as run_pipeline

    task, loop, stop = asyncio.current_task(), asyncio.get_running_loop(), asyncio.Event()
    assert task is not None

    def stop_or_leave() -> None:
        # The first time what is in flight may end; the second time is meant.
        if stop.is_set():
            task.cancel()
        stop.set()

    # A polite end from outside (a scheduler, a container) is treated like Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
            loop.add_signal_handler(number, stop_or_leave)
    with display:
        try:
            return await run_pipeline(settings, display.update, stop=stop, new_run=new_run, on_ray=on_ray)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


def _print(outcome: "Outcome", settings: "RunConfig", console: "Console") -> None:
    from apigen.cli.tables import print_funnel, print_sample
    from apigen.store.reader import StoreReader

    reader = StoreReader(settings.store, outcome.run_id)
    print_funnel(reader, console)
    for number, candidate in enumerate(reader.candidates(limit=SHOWN_SAMPLES), 1):
        print_sample(candidate, console, title=f"sample {number}")
    for format_name, file, rows in outcome.exported:
        console.print(f"exported {rows} samples as {format_name} to {file}", soft_wrap=True)
    for format_name, reason, count in outcome.left_out:
        console.print(f"left out {count} samples of {format_name}: {reason}", soft_wrap=True)
    if outcome.open_draws:
        console.print(
            f"{outcome.open_draws} draws stay open: an LLM gave no verdict, or no final answer; run again to ask anew",
            soft_wrap=True,
        )
    if not outcome.fresh and outcome.state == "done":
        console.print(
            f"already done: {settings.store} holds all that the target asks for; raise the target for more",
            soft_wrap=True,
        )


def _end(outcome: "Outcome", settings: "RunConfig") -> None:
    """Leave with the exit code that fits, saying why where the target was not met."""
    if outcome.state == "stopped":
        raise KeyboardInterrupt
    if outcome.state == "spent":
        sys.stderr.write(
            f"apigen: {settings.store}: the budget of {outcome.budget} is used up below the target; raise it to go on\n"
        )
        raise typer.Exit(1)
    if outcome.state == "short":
        sys.stderr.write(f"apigen: {settings.store}: the draws are used up below the target; see `apigen status`\n")
        raise typer.Exit(1)
