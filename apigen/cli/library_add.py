"""`apigen library add`: an entry for a config, after a look at what it would bring."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from apigen.options import Door
    from apigen.sources import Library

MOST_SHOWN = 40

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="CONFIG", help="Write the entry to this config.", show_default="only show it"),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="An option of the entry, as in --set mode=record. May be repeated."
    ),
]

group = typer.Typer(
    name="add", help="Add a source to a config, and show the APIs that it brings.", no_args_is_help=True
)


@group.command("python")
def add_python(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder of your functions.", show_default=False)],
    config: Config = None,
    set_: Set = None,
) -> None:
    """Add a folder of Python functions."""
    _add("python", {"path": folder}, config, set_)


@group.command("openapi")
def add_openapi(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="The document's file or URL.", show_default=False)],
    config: Config = None,
    set_: Set = None,
) -> None:
    """Add the operations of an OpenAPI document."""
    _add("openapi", {"spec": spec}, config, set_)


@group.command("mcp")
def add_mcp(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call the server.", show_default=False)],
    place: Annotated[
        list[str],
        typer.Argument(
            metavar="URL | -- PROGRAM [ARGUMENT]…", help="Where it is, or how to start it.", show_default=False
        ),
    ],
    config: Config = None,
    set_: Set = None,
) -> None:
    """Add the tools of an MCP server. A program is started, outside of the sandbox."""
    is_url = len(place) == 1 and place[0].startswith(("http://", "https://"))
    _add("mcp", {"name": name, **({"url": place[0]} if is_url else {"command": place})}, config, set_)


def _add(source: str, options: dict[str, Any], config: Path | None, overrides: list[str] | None) -> None:
    from apigen.options import Door
    from apigen.sources.entries import add_entry, entry_yaml
    from apigen.yaml_files import override

    for text in overrides or ():
        override(options, text)
    entry = Door(name=source, options=options)
    _print(asyncio.run(_look(entry, config)))
    if config is None:
        typer.echo(f"add this under `library:` of a config, or give --config:\n{entry_yaml(entry)}", nl=False)
        return
    add_entry(config, entry)
    typer.echo(f"added to {config}:\n{entry_yaml(entry)}", nl=False)


async def _look(entry: "Door", config: Path | None) -> "Library":
    """Load the entry alone. What would record what it loads is loaded live: looking leaves no trace."""
    from apigen.config import SandboxConfig
    from apigen.sources import SOURCES, open_library
    from apigen.sources.context import SourceContext
    from apigen.sources.entries import read_named

    context = SourceContext.now(SandboxConfig())
    if config is not None:
        named = read_named(str(config))
        context = SourceContext.now(named.sandbox, named.store)
    mode = {"mode": "live"} if entry.options.get("mode") == "record" else {}
    loaded = await open_library([SOURCES[entry.name]({**entry.options, **mode}, context)])
    await loaded.close()
    return loaded


def _print(loaded: "Library") -> None:
    from apigen.cli.tables import clean, counted, make_console, table
    from apigen.prompts import purpose

    console = make_console()
    shown = table("category", "name", "description")
    for api in loaded.apis[:MOST_SHOWN]:
        shown.add_row(api.category, api.name, clean(purpose(api)))
    console.print(shown)
    more = f", {len(loaded.apis) - MOST_SHOWN} of them not shown" if len(loaded.apis) > MOST_SHOWN else ""
    console.print(f"{counted(loaded.apis)}{more}")
    for line in loaded.left_out[:MOST_SHOWN]:
        console.print(f"left out: {clean(line)}", soft_wrap=True)
    if len(loaded.left_out) > MOST_SHOWN:
        console.print(f"left out: {len(loaded.left_out) - MOST_SHOWN} more")
