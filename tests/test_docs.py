"""What a user can type is written down, in backticks; what is written down is there: links, files, commands, defaults, reasons."""

import ast
import importlib
import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

import apigen
from apigen.checkers import CHECKERS, ORDERED
from apigen.cli import app
from apigen.config import load_config
from apigen.exporters import EXPORTERS
from apigen.llms import BACKENDS
from apigen.llms.models import MODELS
from apigen.options import Door, Options
from apigen.records import STRATEGIES, STYLES
from apigen.sandbox.tiers import COVERED, NOT_COVERED
from apigen.sources import SOURCES
from docs import config_page, make_reference
from docs.commands_page import commands

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "configs/README.md",
    *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")),
)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
UNREACHED = {"BrokerPolicy", "ChatOptions", "_Parts"}
"""Settings that no config has a key for: of the broker, of two backends together, and of a library named on the command line."""
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
UNSAID = {"--help", "-h", "--install-completion", "--show-completion"}


def pages() -> str:
    return "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES if (ROOT / page).exists())


def spans() -> list[str]:
    """Return the texts in backticks, outside of code blocks."""
    return CODE.findall(FENCE.sub("", pages()))


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
    *(("checker", name) for name in (*CHECKERS, *ORDERED)),
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


# --- the reference


@pytest.mark.parametrize("page", ["commands.md", "config.md"])
def test_the_reference_is_that_of_the_code(page: str) -> None:
    file = make_reference.FOLDER / page
    made = make_reference.pages()[file]
    assert file.read_text(encoding="utf-8") == made, (
        f"docs/reference/{page} differs from the code; run `{make_reference.COMMAND}`"
    )


def test_every_block_of_settings_is_in_the_reference() -> None:
    told = {block.model.__name__ for block in config_page.BLOCKS}
    assert sorted(set(blocks()) - told - UNREACHED) == [], "add a Block to docs/config_page.py"


def test_what_a_key_means_is_said_once_in_configs_readme() -> None:
    with pytest.raises(ValueError, match=r"configs/README\.md has no row for `seed` of `Top level`"):
        config_page.config_page(re.sub(r"^\| `seed` .*\n", "", configs_readme(), count=1, flags=re.MULTILINE))


def configs_readme() -> str:
    return (ROOT / "configs" / "README.md").read_text(encoding="utf-8")


def test_defaults_in_configs_readme_are_those_of_the_code() -> None:
    """Where it names a number, a switch or a list; words such as `none` or `below` are for people."""
    wrong = []
    for block in config_page.BLOCKS:
        for key, said_default in config_page.defaults_said(block, configs_readme()).items():
            said_value = yaml.safe_load(said_default.strip("`"))
            value = block.model.model_fields[key].default
            value = list(value) if isinstance(value, tuple) else value
            if isinstance(said_value, int | float | bool | list) and said_value != value:
                wrong.append(f"{block.title}: {key}: configs/README.md says {said_value}, the code {value}")
    assert wrong == []


# --- what the pages say


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    here, lost = ROOT / page, []
    for link in LINK.findall(FENCE.sub("", here.read_text(encoding="utf-8"))):
        path, _, anchor = link.partition("#")
        target = (here.parent / path).resolve() if path else here
        inside = target == ROOT or ROOT in target.parents
        if not inside or not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_page_of_docs_is_linked_from_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    wanted = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")} - {"README.md"}
    assert sorted(wanted - set(LINK.findall(index))) == []


def typed() -> Iterator[tuple[str, str]]:
    """Yield (page, line) for each command in a code block, fenced or indented."""
    for page in PAGES:
        for line in (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            if line.strip().startswith("apigen ") and "[OPTIONS]" not in line:
                yield page, line.strip()


@pytest.mark.parametrize(("page", "line"), list(typed()))
def test_every_command_shown_is_one(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    name = next((" ".join(words[:size]) for size in (2, 3, 1) if " ".join(words[:size]) in COMMANDS), None)
    assert name or "--help" in words, f"{page}: there is no command `{line}`"
    known = {option for one in COMMANDS[name].params for option in one.opts} if name else {"--help"}
    options = [word for word in words[: words.index("--")] if word] if "--" in words else words
    assert {word for word in options if word.startswith("-")} - known - UNSAID == set()


@pytest.mark.parametrize("page", PAGES)
def test_python_shown_is_python(page: str) -> None:
    for code in re.findall(
        r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        ast.parse(code)


def test_the_sandbox_page_says_what_the_code_says() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    said = {*COVERED, *NOT_COVERED["bubblewrap"], *NOT_COVERED["landlock"]}
    assert sorted(text for text in said if f"- {text}\n" not in page) == []


def test_every_reason_on_the_page_of_checkers_is_one() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "apigen").rglob("*.py"))
    page = (ROOT / "docs" / "concepts" / "checkers.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    assert {CODE.findall(row[1])[0] for row in rows} == set(CHECKERS) | set(ORDERED)
    assert [reason for row in rows for reason in CODE.findall(row[3]) if f'"{reason}"' not in code] == []
