"""The command line: parse, call, print. Each command imports what it needs when it runs, so that help comes at once."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer

from apigen.cli import answer, doctor, exam, init, inspect, label, library, models, report, run, stats

INTERRUPTED = "interrupted; what is done is kept, the same command continues"

app = typer.Typer(
    name="apigen",
    help="Make verified function-calling training data from your own APIs.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from apigen import __version__

        typer.echo(f"apigen {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    pass


init.register(app)
run.register(app)
inspect.register(app)
answer.register(app)
label.register(app)
stats.register(app)
report.register(app)
exam.register(app)
library.register(app)
models.register(app)
doctor.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Exit codes: 0 done; 1 the run ended below its target; 2 bad usage or config; 3 the environment lacks something;
    130 interrupted.
    """
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    from apigen.errors import ApigenError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a letter shows a question mark.
            stream.reconfigure(errors="replace")
    try:
        code = app(args=arguments, prog_name="apigen", standalone_mode=False)
        return _complain(INTERRUPTED, 130) if code == 130 else code if isinstance(code, int) else 0
    except ApigenError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain(INTERRUPTED, 130)
    except BrokenPipeError:
        # Whoever read the output has had enough; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        code = _usage_error(error)
        if code is not None:
            return code
        if os.environ.get("APIGEN_DEBUG"):
            raise
        name = type(error).__name__
        return _complain(f"internal error: {name}: {error} (a bug; APIGEN_DEBUG=1 shows where)", 1)


def _usage_error(error: Exception) -> int | None:
    """Show an error of the option parser's as it shows it itself; return its code, or None if it is none of its."""
    if type(error).__name__ == "Abort":
        return _complain(INTERRUPTED, 130)
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if show is None or not isinstance(code, int):
        return None
    show()
    return code


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"apigen: {''.join(letter for letter in line if letter.isprintable())}\n")
    return code
