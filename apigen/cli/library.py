"""`apigen library`: look at, check and try the APIs of a library."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from apigen.records import Api, Call, CallResult
    from apigen.sources import Library

Folder = Annotated[Path, typer.Option("--library", metavar="PATH", help="The folder of your functions.")]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-no-sandbox", help="Run library code unprotected. Only for code you trust as your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The API's name.", show_default=False)]
DEFAULT_LIBRARY = Path("api_library")

group = typer.Typer(name="library", help="List, show, check and call the APIs of a library.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


def _open(folder: Path, unsafe: bool) -> Coroutine[Any, Any, "Library"]:
    from apigen.config import SandboxConfig
    from apigen.errors import ConfigError
    from apigen.options import Door
    from apigen.sources import build_sources, open_library
    from apigen.sources.context import SourceContext

    if not folder.is_dir():
        raise ConfigError(f"there is no folder '{folder}'; give the folder of your functions", key="--library")
    entry = Door(name="python", options={"path": str(folder)})
    return open_library(build_sources([entry], SourceContext.now(SandboxConfig(unsafe=unsafe))))


async def _apis(folder: Path, unsafe: bool) -> "tuple[Api, ...]":
    library = await _open(folder, unsafe)
    await library.close()
    return library.apis


async def _call(folder: Path, call: "Call", unsafe: bool) -> "CallResult":
    library = await _open(folder, unsafe)
    try:
        _find(library.apis, call.name)
        (result,) = await library.execute([call])
        return result
    finally:
        await library.close()


def _find(apis: "tuple[Api, ...]", name: str) -> "Api":
    from difflib import get_close_matches

    from apigen.errors import ConfigError

    for api in apis:
        if api.name == name:
            return api
    close = get_close_matches(name, [api.name for api in apis], n=1)
    hint = f"did you mean {close[0]}?" if close else "`apigen library list` shows what there is"
    raise ConfigError(f"no API is named '{name}'; {hint}", key="NAME")


@group.command("list")
def list_apis(library: Folder = DEFAULT_LIBRARY, as_json: AsJson = False, unsafe: Unsafe = False) -> None:
    """List the APIs by category."""
    from apigen.cli.tables import clean, make_console, table
    from apigen.prompts import purpose

    apis = asyncio.run(_apis(library, unsafe))
    if as_json:
        typer.echo(json.dumps([api.to_json() for api in apis], ensure_ascii=False, indent=2))
        return
    shown = table("category", "name", "description")
    for api in apis:
        shown.add_row(api.category, api.name, clean(purpose(api)))
    console = make_console()
    console.print(shown)
    console.print(f"{len(apis)} APIs in {len({api.category for api in apis})} categories")


@group.command("show")
def show_api(name: Name, library: Folder = DEFAULT_LIBRARY, as_json: AsJson = False, unsafe: Unsafe = False) -> None:
    """Show one API: its texts, arguments and recorded calls."""
    from apigen.cli.tables import clean, make_console, table
    from apigen.prompts import compact_json, type_text

    api = _find(asyncio.run(_apis(library, unsafe)), name)
    if as_json:
        typer.echo(json.dumps(api.to_json(), ensure_ascii=False, indent=2))
        return
    console = make_console()
    console.print(f"{api.name}  ({api.category}, {api.source})", style="bold", soft_wrap=True)
    console.print(clean(api.description))
    arguments = table("argument", "type", "required", "description")
    for argument, schema in api.properties.items():
        default = "" if schema.get("default") is None else f" Default {compact_json(schema['default'])}."
        needed = "yes" if argument in api.required else "no"
        arguments.add_row(
            argument, type_text(schema).replace("|", " | "), needed, clean(f"{schema.get('description', '')}{default}")
        )
    console.print(arguments)
    if api.returns:
        console.print(clean(f"Returns: {api.returns}"))
    for call in api.examples:
        console.print(f"Example: {compact_json(call.arguments)}")


@group.command("check")
def check(library: Folder = DEFAULT_LIBRARY, unsafe: Unsafe = False) -> None:
    """Check that every function can be described and that its recorded calls fit its schema, run, and repeat."""
    from apigen.config import SandboxConfig
    from apigen.sources.audit import audit

    problems, apis = asyncio.run(audit(library, SandboxConfig(unsafe=unsafe)))
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{library}: {apis} APIs, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


@group.command("call")
def call_api(
    name: Name,
    arguments: Annotated[str, typer.Argument(metavar="ARGUMENTS", help="A JSON object, as in '{\"x\": 1}'.")] = "{}",
    library: Folder = DEFAULT_LIBRARY,
    unsafe: Unsafe = False,
) -> None:
    """Run one call in the sandbox; print its JSON result, or its typed error."""
    from apigen.errors import ConfigError
    from apigen.records import Call

    try:
        values = json.loads(arguments, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"is no JSON ({error})", key="ARGUMENTS") from None
    if not isinstance(values, dict):
        raise ConfigError("must be a JSON object of arguments by name, as in '{\"x\": 1}'", key="ARGUMENTS")
    result = asyncio.run(_call(library, Call(name, values), unsafe))
    if result.error:
        typer.echo(json.dumps({"error": result.error.kind, "message": result.error.message}, ensure_ascii=False))
        raise typer.Exit(1)
    typer.echo(json.dumps(result.value, ensure_ascii=False))
