"""`apigen library`: look at, check and try the APIs of a library."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apigen.cli import library_add, library_ambiguous

if TYPE_CHECKING:
    from apigen.config import Source
    from apigen.records import Api, Call, CallResult
    from apigen.sources import Library
    from apigen.sources.context import SourceContext

Named = Annotated[
    str,
    typer.Option(
        "--library",
        metavar="LIBRARY",
        help="A folder of your functions, an OpenAPI document (file or URL), a config, or an entry such as '{source: mcp, …}'.",
    ),
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-no-sandbox", help="Run library code unprotected. Only for code you trust as your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The API's name.", show_default=False)]
DEFAULT_LIBRARY = "api_library"

group = typer.Typer(name="library", help="List, show, check, call and add the APIs of a library.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    group.add_typer(library_add.group)
    library_ambiguous.register(group)
    app.add_typer(group)


def _read(library: str, unsafe: bool) -> "tuple[tuple[Source, ...], SourceContext]":
    from apigen.sources.context import SourceContext
    from apigen.sources.entries import read_named

    named = read_named(library)
    limits = named.sandbox.model_copy(update={"unsafe": unsafe})
    return named.entries, SourceContext.now(limits, named.store)


async def _open(library: str, unsafe: bool) -> "Library":
    from apigen.sources import build_sources, open_library

    return await open_library(build_sources(*_read(library, unsafe)))


async def _load(library: str, unsafe: bool) -> "Library":
    """Return a library that is closed already, to look at."""
    opened = await _open(library, unsafe)
    await opened.close()
    return opened


async def _call(library: str, call: "Call", unsafe: bool) -> "CallResult":
    opened = await _open(library, unsafe)
    try:
        _find(opened.apis, call.name)
        (result,) = await opened.execute([call])
        return result
    finally:
        await opened.close()


def _find(apis: Sequence["Api"], name: str) -> "Api":
    from difflib import get_close_matches

    from apigen.errors import ConfigError

    for api in apis:
        if api.name == name:
            return api
    close = get_close_matches(name, [api.name for api in apis], n=1)
    hint = f"did you mean {close[0]}?" if close else "`apigen library list` shows what there is"
    raise ConfigError(f"no API is named '{name}'; {hint}", key="NAME")


@group.command("list")
def list_apis(
    library: Named = DEFAULT_LIBRARY,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", metavar="C", help="Only of this category. May be repeated.", show_default=False),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="S", help="Only where the source begins so: python, openapi, mcp:NAME.")
    ] = "",
    text: Annotated[
        str, typer.Option("--text", metavar="T", help="Only with this text in name, description or an argument's name.")
    ] = "",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Count by category what the arguments cover, instead of listing.")
    ] = False,
    as_json: AsJson = False,
    unsafe: Unsafe = False,
) -> None:
    """List the APIs by category."""
    from apigen.cli.tables import clean, counted, make_console, print_coverage, table
    from apigen.prompts import purpose

    loaded = asyncio.run(_load(library, unsafe))
    apis = _chosen(loaded.apis, category or (), source, text)
    console = make_console()
    if as_json:
        typer.echo(
            json.dumps(_counted(apis) if coverage else [api.to_json() for api in apis], ensure_ascii=False, indent=2)
        )
        return
    if coverage:
        print_coverage(apis, console)
    else:
        shown = table("category", "name", "description")
        for api in apis:
            shown.add_row(api.category, api.name, clean(purpose(api)))
        console.print(shown)
    console.print(counted(apis) + (f" (of {len(loaded.apis)})" if len(apis) < len(loaded.apis) else ""))
    if loaded.left_out:
        console.print(f"{len(loaded.left_out)} left out; `apigen library check` says which and why")


def _chosen(apis: Sequence["Api"], categories: Sequence[str], source: str, text: str) -> list["Api"]:
    """Return the APIs that pass every filter that is given."""
    from apigen.errors import ConfigError

    known = sorted({api.category for api in apis})
    for category in categories:
        if category not in known:
            raise ConfigError(f"there is no category '{category}'; there are {', '.join(known)}", key="--category")
    text = text.lower()
    return [
        api
        for api in apis
        if (not categories or api.category in categories)
        and api.source.startswith(source)
        and any(text in words.lower() for words in (api.name, api.description, *api.properties))
    ]


def _counted(apis: Sequence["Api"]) -> dict[str, dict[str, int]]:
    from apigen.sources.coverage import coverage

    return {category: {"apis": row.apis, **row.features} for category, row in coverage(apis).items()}


@group.command("show")
def show_api(name: Name, library: Named = DEFAULT_LIBRARY, as_json: AsJson = False, unsafe: Unsafe = False) -> None:
    """Show one API: its texts, arguments and recorded calls."""
    from apigen.cli.tables import clean, make_console, table
    from apigen.prompts import compact_json, type_text

    api = _find(asyncio.run(_load(library, unsafe)).apis, name)
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
def check(library: Named = DEFAULT_LIBRARY, unsafe: Unsafe = False) -> None:
    """Check that everything is described and that recorded calls fit their schema, and for Python functions run and repeat."""
    from apigen.cli.tables import clean, make_console, print_coverage
    from apigen.sources.audit import audit

    found = asyncio.run(audit(*_read(library, unsafe)))
    if found.apis:
        print_coverage(found.apis, make_console(), found.rich or None)
    for line in found.left_out:
        typer.echo(f"left out: {clean(line)}")
    for problem in found.problems:
        typer.echo(clean(problem))
    left_out = f", {len(found.left_out)} left out" if found.left_out else ""
    typer.echo(f"{library}: {len(found.apis)} APIs, {len(found.problems)} problems{left_out}")
    if found.problems:
        raise typer.Exit(1)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


@group.command("call")
def call_api(
    name: Name,
    arguments: Annotated[str, typer.Argument(metavar="ARGUMENTS", help="A JSON object, as in '{\"x\": 1}'.")] = "{}",
    library: Named = DEFAULT_LIBRARY,
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
