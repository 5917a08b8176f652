"""What a user can type is written down: every command, option, config key and name behind a door, in backticks."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import apigen
from apigen.checkers import CHECKERS
from apigen.cli import app
from apigen.config import load_config
from apigen.exporters import EXPORTERS
from apigen.llms import BACKENDS
from apigen.llms.models import MODELS
from apigen.options import Door, Options
from apigen.records import STRATEGIES, STYLES
from apigen.sources import SOURCES

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "configs/README.md")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
UNREACHED = {"BrokerPolicy"}
"""Settings that no config has a key for yet."""
UNSAID = {"--help", "-h", "--install-completion", "--show-completion"}


def pages() -> str:
    return "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES if (ROOT / page).exists())


def spans() -> list[str]:
    """Return the texts in backticks, outside of code blocks."""
    return CODE.findall(FENCE.sub("", pages()))


def commands(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (`library check`, its click command) for each command that does something."""
    for name, command in sorted(node.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def blocks() -> dict[str, type[Options]]:
    """Return every class of settings, those of the doors too, by name."""
    for module in pkgutil.walk_packages(apigen.__path__, "apigen."):
        if not module.name.endswith((".worker", ".describe", ".local_server", ".__main__")):
            importlib.import_module(module.name)
    found: dict[str, type[Options]] = {}
    left: list[type[Options]] = [Options]
    while left:
        for block in left.pop().__subclasses__():
            if block is not Door and block.__module__.startswith("apigen."):
                found[block.__name__] = block
            left.append(block)
    return dict(sorted(found.items()))


KEYS = sorted({(name, key) for name, block in blocks().items() if name not in UNREACHED for key in block.model_fields})
DOORS = [
    *(("format", name) for name in EXPORTERS),
    *(("source", name) for name in SOURCES),
    *(("backend", name) for name in BACKENDS),
    *(("checker", name) for name in CHECKERS),
    *(("model", name) for name in MODELS),
    *(("style", name) for name in STYLES),
    *(("strategy", name) for name in STRATEGIES),
]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_there(page: str) -> None:
    assert (ROOT / page).is_file()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_written_down(command: str) -> None:
    assert re.search(rf"apigen {command}\b", pages())


OPTIONS = sorted({
    option
    for command in COMMANDS.values()
    for parameter in command.params
    for option in parameter.opts
    if option.startswith("-") and option not in UNSAID
})  # fmt: skip


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_written_down(option: str) -> None:
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", pages())


@pytest.mark.parametrize(("door", "name"), DOORS)
def test_every_name_behind_a_door_is_written_down(door: str, name: str) -> None:
    assert said(name), f"the {door} `{name}`"


@pytest.mark.parametrize(("block", "key"), KEYS)
def test_every_config_key_is_written_down(block: str, key: str) -> None:
    assert said(key), f"`{key}` of {block}"


def said(name: str) -> bool:
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(pattern.search(span) for span in spans())


@pytest.mark.parametrize("file", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda file: file.name)
def test_every_config_here_is_valid(file: Path) -> None:
    load_config(file)


def test_every_file_that_the_pages_name_is_there() -> None:
    named = set(
        re.findall(r"\b(?:configs|api_library|apigen|tests|benchmarks)/[\w/.-]+\.(?:yaml|py|md|jinja)\b", pages())
    )
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
