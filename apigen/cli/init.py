"""`apigen init`: a first config from a few questions, or from options alone."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from apigen.errors import ApigenError, ConfigError

if TYPE_CHECKING:
    from apigen.config import RunConfig
    from apigen.options import Door
    from apigen.records import Style
    from apigen.starter import EndpointName, Look, Mix

CHECK_SECONDS = 10.0
ALL = "all"
T = TypeVar("T")
NameT = TypeVar("NameT", bound=str)


class Interrupted(ApigenError):
    """Someone left before the config was in place."""

    exit_code = 130


def register(app: typer.Typer) -> None:
    app.command("init")(init)


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The config to write.")] = Path("apigen.yaml"),
    endpoint: Annotated[
        Literal["embedded", "openai", "ollama", "vllm"] | None,
        typer.Option("--endpoint", help="Who writes: openai is any compatible URL.", show_default=False),
    ] = None,
    model: Annotated[str, typer.Option("--model", metavar="M", help="The model's name there.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="As in http://HOST:PORT/v1.")] = "",
    key_env: Annotated[
        str, typer.Option("--key-env", metavar="NAME", help="The variable that holds the key; never the key itself.")
    ] = "",
    library: Annotated[
        str,
        typer.Option(
            "--library",
            metavar="L",
            help="bundled, a folder or file of functions, an OpenAPI document (file or URL), or 'mcp: COMMAND'.",
        ),
    ] = "",
    styles: Annotated[
        str, typer.Option("--styles", metavar="S", help="As in simple=3,multiple=1; by default all that fit.")
    ] = "",
    target: Annotated[
        int | None, typer.Option("--target", metavar="N", min=1, help="Verified samples.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is not given is as usual.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Show a dry run at the end.")] = False,
) -> None:
    """Write a first config, asking what is not given as an option."""
    asking = not yes
    if asking and not sys.stdin.isatty():
        raise ConfigError("asks questions in a terminal; elsewhere give --yes and options", key="init")
    given = _Questions(endpoint, model, base_url, key_env, library, styles, target, asking)
    try:
        config = _write(file, given, force)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        typer.echo("", err=True)
        raise Interrupted("interrupted; nothing was written") from None
    _print_llms(config)
    if dry or (asking and _wants_dry_run()):
        from apigen.cli.dry_run import dry_run

        dry_run(config, as_json=False)
    else:
        _say(f"next: apigen run {file} --dry-run, apigen doctor {file}, apigen run {file}")


def _write(file: Path, questions: "_Questions", force: bool) -> "RunConfig":
    from apigen.starter import Start
    from apigen.starter.writing import config_text, refuse_existing, write_config

    if questions.asking and not force and file.exists():
        force = typer.confirm(f"{file} is there already. Overwrite it?", default=False)
    refuse_existing(file, force)
    endpoint, model, base_url, key_env = questions.endpoint()
    library, look = questions.library()
    mix, styles = questions.styles(endpoint, look)
    start = Start(endpoint, model, base_url, key_env, library, mix, styles, questions.target())
    config = write_config(file, config_text(start, file), force=force)
    _say(f"{file}: written, and loads")
    return config


def _wants_dry_run() -> bool:
    try:
        return typer.confirm("Show a dry run now? It asks no LLM and costs nothing", default=True)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        typer.echo("")
        return False


def _print_llms(config: "RunConfig") -> None:
    """Say in a line each what is there of the LLMs; asking for a list of models costs nothing."""
    from apigen.health import examine_llms

    async def look() -> None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                for finding in await examine_llms(config):
                    _say(f"{finding.what}: {'ok, ' if finding.level == 'ok' else ''}{finding.text}")
        except TimeoutError:
            _say(f"llm writer: no answer within {CHECK_SECONDS:g} s; `apigen doctor` looks again")

    asyncio.run(look())


@dataclass(frozen=True)
class _Questions:
    """What the options say; what they do not is asked, where somebody is there to ask."""

    given_endpoint: "EndpointName | None"
    model: str
    base_url: str
    key_env: str
    given_library: str
    given_styles: str
    given_target: int | None
    asking: bool

    def endpoint(self) -> "tuple[EndpointName, str, str, str]":
        from apigen.starter import KINDS, read_endpoint

        chosen = self.given_endpoint
        if chosen is None:
            titles = {name: kind.title for name, kind in KINDS.items()}
            chosen = _choose("Who writes the samples?", titles) if self.asking else "embedded"
        kind, name = KINDS[chosen], chosen

        def read(given: bool) -> tuple[str, str, str]:
            model, base_url, key_env = (self.model, self.base_url, self.key_env) if given else ("", "", "")
            if self.asking and name != "embedded":
                base_url = base_url or _ask("Its URL", kind.base_url)
                model = model or _ask("The model's name there", kind.model)
                usual = kind.key_env if base_url == kind.base_url else ""
                key_env = key_env or _ask("The NAME of the variable that holds the key (- for none)", usual or "-")
            return read_endpoint(name, model, base_url, "" if key_env == "-" else key_env)

        return (chosen, *self._until(read))

    def library(self) -> "tuple[tuple[Door, ...], Look]":
        from apigen.starter import BUNDLED, look_at, read_library

        def read(given: bool) -> "tuple[tuple[Door, ...], Look]":
            text = self.given_library if given else ""
            if not text:
                text = _ask_library() if self.asking else BUNDLED
            entries, note = read_library(text)
            if note:
                _say(note)
            look = asyncio.run(look_at(entries))
            _say(f"library: {look.line}")
            return entries, look

        return self._until(read)

    def styles(self, endpoint: "EndpointName", look: "Look") -> "tuple[Mix, Mapping[Style, float]]":
        from apigen.starter import chosen_styles, usual_styles

        def read(given: bool) -> "tuple[Mix, Mapping[Style, float]]":
            text = self.given_styles if given else ""
            if not text and self.asking:
                usual = ", ".join(f"{style}={weight:g}" for style, weight in usual_styles(endpoint, look).items())
                _say(f"Styles that this library can serve, with usual weights: {usual}")
                text = _ask("Which styles, with which weights?", ALL)
            return chosen_styles("" if text == ALL else text, endpoint, look)

        return self._until(read)

    def target(self) -> int:
        from apigen.starter import TARGET

        if self.given_target is not None or not self.asking:
            return self.given_target or TARGET
        while True:
            count: int = typer.prompt("How many verified samples?", default=TARGET, type=int)
            if count > 0:
                return count

    def _until(self, read: Callable[[bool], T]) -> T:
        """Read what the options say; where it is wrong and somebody is there, ask until it is right."""
        given = True
        while True:
            try:
                return read(given)
            except ApigenError as error:
                if not self.asking:
                    raise
                _say(str(error))
                given = False


def _say(text: str) -> None:
    """Print a sentence, broken between words where a person reads it."""
    from apigen.cli.tables import clean, make_console

    console = make_console()
    console.print(clean(text), soft_wrap=not console.is_terminal)


def _ask(question: str, default: str) -> str:
    answer: str = typer.prompt(question, default=default)
    return answer.strip()


def _choose(question: str, titles: Mapping[NameT, str]) -> NameT:
    """Ask for one of several, by name or number; the first is usual."""
    typer.echo(question)
    names = list(titles)
    width = max(map(len, names))
    for number, name in enumerate(names, 1):
        typer.echo(f"  {number}  {name:{width}}  {titles[name]}")
    while True:
        answer = _ask("Number or name", names[0])
        for number, name in enumerate(names, 1):
            if answer in (name, str(number)):
                return name
        typer.echo(f"  choose one of {', '.join(names)}")


def _ask_library() -> str:
    from apigen.starter import BUNDLED, MCP

    kinds = {
        BUNDLED: "the functions that come with apigen",
        "python": "your own functions: a folder, or a file in one",
        "openapi": "an OpenAPI document: a file or URL",
        "mcp": "an MCP server: the command that starts it",
    }
    kind = _choose("Which APIs?", kinds)
    if kind == BUNDLED:
        return BUNDLED
    if kind == "mcp":
        return f"{MCP} {typer.prompt('Its command')}"
    place: str = typer.prompt("The folder or file" if kind == "python" else "The file or URL")
    return place.strip()
