"""Make docs/reference/ from the code: `python docs/make_reference.py`.

`commands.md` comes from the command line itself, `config.md` from the classes that validate a config. What a key of a config means is
written in the tables of configs/README.md alone, and taken from there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from apigen import errors
from apigen.checkers.agreement import AgreementOptions
from apigen.checkers.decontamination import DecontaminationOptions
from apigen.checkers.duplicates import DuplicatesOptions
from apigen.checkers.execution import ExecutionOptions
from apigen.checkers.format import FormatOptions
from apigen.checkers.grounding import GroundingOptions
from apigen.checkers.judge import JudgeOptions
from apigen.cli import app, main
from apigen.config import (
    FeedbackConfig,
    GeneratorConfig,
    LLMLimits,
    MannersConfig,
    Prices,
    RunConfig,
    SamplerConfig,
    SandboxConfig,
    Target,
)
from apigen.exporters.orders import ExportOptions
from apigen.llms.balanced import BalancedOptions
from apigen.llms.batches import OpenAIBatchOptions
from apigen.llms.local import LocalOptions
from apigen.llms.openai import OpenAIOptions
from apigen.llms.scripted import ScriptedOptions
from apigen.options import Options
from apigen.sources.auth import AuthOptions
from apigen.sources.mcp_options import McpAuthOptions, McpOptions
from apigen.sources.openapi import HttpOptions, OpenApiOptions
from apigen.sources.python import PythonOptions

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
COMMAND = "python docs/make_reference.py"
MADE = f"<!-- Made by `{COMMAND}`; do not edit. -->\n\n"
NOT_FOR_FILES = {"sandbox.unsafe"}
CODE = re.compile(r"`([^`]+)`")
CELL = re.compile(r"(?<!\\)\|")
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")


# --- what configs/README.md says


@dataclass(frozen=True)
class Said:
    """A table of configs/README.md: the heading it is under, the paragraph before it, and what it says of each key.

    `defaults` are of the rows that tell of one key.
    """

    section: str
    lead: str
    meanings: Mapping[str, str]
    defaults: Mapping[str, str]


def read_tables(text: str) -> list[Said]:
    """Return the tables whose first column names keys; of the other columns all but the default are the meaning."""
    found: list[Said] = []
    section = lead = ""
    paragraph = False
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in CELL.split(line)[1:-1]])
            continue
        if rows:
            found.append(Said(section, lead, _meanings(rows), _defaults(rows)))
            rows, lead = [], ""
        if line.startswith("## "):
            section, lead = line.removeprefix("## ").strip("`"), ""
        elif line:
            lead = f"{lead} {line}" if paragraph else line
        paragraph = bool(line)
    return found


def _meanings(rows: list[list[str]]) -> dict[str, str]:
    titles, _, *body = rows
    told = [place for place, title in enumerate(titles) if place and title != "default"]
    meanings = {}
    for row in body:
        parts = [row[place] for place in told]
        text = parts[0] + "".join(
            f". {titles[place].capitalize()}: {row[place]}" for place in told[1:] if row[place] != "none"
        )
        # Links are relative to the page; this one lies in a folder of docs/.
        meanings |= dict.fromkeys(CODE.findall(row[0]), LINK.sub(r"](../../configs/\1)", text))
    return meanings


def _defaults(rows: list[list[str]]) -> dict[str, str]:
    titles, _, *body = rows
    if "default" not in titles:
        return {}
    place = titles.index("default")
    return {keys[0]: row[place] for row in body if len(keys := CODE.findall(row[0])) == 1 and row[place]}


# --- the blocks of a config


@dataclass(frozen=True)
class Block:
    """One class of settings: where its keys stand in a config, and where configs/README.md tells what they mean.

    `tables` are (section, a word of the paragraph before the table), the first that has a key counts. `row` is a row that tells all keys
    of a small block together.
    """

    title: str
    model: type[Options]
    tables: tuple[tuple[str, str], ...] = ()
    row: tuple[str, str, str] | None = None


OPENAPI, MCP, LLM = ("library", "openapi"), ("library", "mcp"), "llms"
LIMITS, CHECKERS = (LLM, "any backend"), ("checkers", "")
BLOCKS = (
    Block("Top level", RunConfig, (("Top level", ""),)),
    Block("target", Target, (("target", ""),)),
    Block("library: source: python", PythonOptions, (("library", ""),)),
    Block("library: source: openapi", OpenApiOptions, (OPENAPI,)),
    Block("library: source: openapi: auth", AuthOptions, row=(*OPENAPI, "auth")),
    Block("library: source: openapi: http", HttpOptions, row=(*OPENAPI, "http")),
    Block("library: source: mcp", McpOptions, (MCP,)),
    Block("library: source: mcp: auth", McpAuthOptions, row=(*MCP, "auth")),
    Block("llms: any backend", LLMLimits, (LIMITS,)),
    Block("llms: prices", Prices, row=(*LIMITS, "prices")),
    Block("llms: backend: openai", OpenAIOptions, ((LLM, "openai"),)),
    Block("llms: backend: openai_batch", OpenAIBatchOptions, ((LLM, "openai_batch"), (LLM, "openai"))),
    Block("llms: backend: balanced", BalancedOptions, ((LLM, "balanced"),)),
    Block("llms: backend: local", LocalOptions, ((LLM, "local"),)),
    Block("llms: backend: scripted", ScriptedOptions, ((LLM, "scripted"),)),
    Block("sampler", SamplerConfig, (("sampler", ""),)),
    Block("sampler: feedback", FeedbackConfig, row=("sampler", "", "feedback")),
    Block("sampler: manners", MannersConfig, (("sampler", "sampler.manners"),)),
    Block("generator", GeneratorConfig, (("generator", ""),)),
    Block("checkers: format", FormatOptions, row=(*CHECKERS, "format")),
    Block("checkers: decontamination", DecontaminationOptions, row=(*CHECKERS, "decontamination")),
    Block("checkers: execution", ExecutionOptions, row=(*CHECKERS, "execution")),
    Block("checkers: grounding", GroundingOptions, row=(*CHECKERS, "grounding")),
    Block("checkers: judge", JudgeOptions, row=(*CHECKERS, "judge")),
    Block("checkers: agreement", AgreementOptions, row=(*CHECKERS, "agreement")),
    Block("checkers: duplicates", DuplicatesOptions, row=(*CHECKERS, "duplicates")),
    Block("sandbox", SandboxConfig, (("sandbox", ""),)),
    Block("exports", ExportOptions, (("exports", ""),)),
)


def config_page(said: str) -> str:
    """Return config.md, with meanings out of the text of configs/README.md.

    Raises:
        ValueError: If that text does not say what a key means.
    """
    tables = read_tables(said)
    lines = [
        f"{MADE}# Config: every key",
        "",
        "Types and defaults are the code's. The meanings are those of [configs/README.md](../../configs/README.md), which also has",
        "what holds between keys; examples are the files beside it.",
        "",
    ]
    for block in BLOCKS:
        lines += [f"## `{block.title}`" if block.title != "Top level" else "## Top level", ""]
        lines += [*_block_lines(block, tables), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block_lines(block: Block, tables: list[Said]) -> Iterator[str]:
    if block.row:
        section, word, key = block.row
        yield _end(_meaning(tables, ((section, word),), key, block))
        yield ""
    schema = block.model.model_json_schema()
    fields = [name for name in block.model.model_fields if f"{block.title}.{name}" not in NOT_FOR_FILES]
    if not fields:
        yield "It has no keys."
        return
    yield "| key | type | default |" + ("" if block.row else " meaning |")
    yield "|---|---|---|" + ("" if block.row else "---|")
    for name in fields:
        type_ = type_of(schema["properties"][name], schema.get("$defs", {}))
        row = f"| `{name}` | {type_} | {default_of(block.model, block.model.model_fields[name])} |"
        yield row + ("" if block.row else f" {_meaning(tables, block.tables, name, block)} |")


def defaults_said(block: Block, said: str) -> dict[str, str]:
    """Return the defaults that configs/README.md tells of a block's keys."""
    found: dict[str, str] = {}
    tables = read_tables(said)
    for place in reversed(block.tables):
        if table := _table(tables, *place):
            found |= {key: text for key, text in table.defaults.items() if key in block.model.model_fields}
    return found


def _table(tables: list[Said], section: str, word: str) -> Said | None:
    """Return the first table of a section that comes after a paragraph with this word."""
    for table in tables:
        if table.section == section and (not word or re.search(rf"(?<!\w){word}(?!\w)", table.lead)):
            return table
    return None


def _meaning(tables: list[Said], places: tuple[tuple[str, str], ...], key: str, block: Block) -> str:
    for place in places:
        table = _table(tables, *place)
        if table and key in table.meanings:
            return table.meanings[key]
    raise ValueError(f"configs/README.md has no row for `{key}` of `{block.title}`; add one to its table")


def _end(text: str) -> str:
    text = (text[:1].upper() + text[1:]).replace("\\|", "|")
    return text if text.endswith(".") else f"{text}."


PLURALS = {"an entry": "entries", "text": "texts", "path": "paths"}
SCALARS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "nothing"}
FORMATS = {"path": "path", "date-time": "date and time"}


def type_of(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """Return a JSON Schema as a phrase."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found = defs[name]
        return "an entry" if name == "Door" else "keys of its own" if "properties" in found else type_of(found, defs)
    if "anyOf" in schema or "allOf" in schema:
        parts = [part for part in schema.get("anyOf", schema.get("allOf", ())) if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(type_of(part, defs) for part in parts))
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        return _array(schema, defs)
    if schema.get("type") == "object":
        names = schema.get("propertyNames", {})
        of = "names" if not names or "enum" not in type_names(names, defs) else type_of(names, defs)
        values = schema.get("additionalProperties")
        to = type_of(values, defs) if isinstance(values, Mapping) and values else "anything"
        return f"{of}, each with {to}"
    name = FORMATS.get(schema.get("format", "")) or SCALARS.get(schema.get("type", ""), "anything")
    return name + _bounds(schema)


def type_names(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference leads to, or the schema itself."""
    return defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _array(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if pair := schema.get("prefixItems"):
        return f"a list of {len(pair)}: {type_of(pair[0], defs)}"
    most = f", at least {schema['minItems']}" if schema.get("minItems") else ""
    item = type_of(schema.get("items", {}), defs)
    return f"a list of {PLURALS.get(item, item)}{most}"


def _bounds(schema: Mapping[str, Any]) -> str:
    low, above, high = (schema.get(name) for name in ("minimum", "exclusiveMinimum", "maximum"))
    said = [f"from {_number(low)}"] if low is not None else []
    said += [f"above {_number(above)}"] if above is not None else []
    said += [f"to {_number(high)}"] if high is not None else []
    return f" {' '.join(said)}" if said else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def default_of(model: type[BaseModel], field: FieldInfo) -> str:
    """Return a field's default as YAML in backticks, or a word where there is none."""
    if field.is_required():
        return "required"
    # A factory may look at the settings before it: it is given the other defaults.
    before = {name: one.default for name, one in model.model_fields.items() if not one.is_required()}
    value = field.get_default(call_default_factory=True, validated_data=before)
    if isinstance(value, BaseModel):
        return "its own defaults"
    if value is None or value in ("", (), {}):
        return "none"
    value = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return f"`{text.removesuffix('...' + chr(10)).strip()}`"


# --- the commands


def commands_page() -> str:
    """Return commands.md."""
    about = [f"{MADE}# Commands", "", "`apigen COMMAND --help` says the same. `apigen --version` shows the version;"]
    about += ["`--install-completion` and `--show-completion` are for your shell.", ""]
    lines = [*about, "## Exit codes", "", *_exit_codes(), ""]
    for name, command in commands(typer.main.get_command(app)):
        lines += [*_command_lines(name, command), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (`library check`, its command) for each command that does something, in the order of the help."""
    for name, command in node.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def _exit_codes() -> Iterator[str]:
    said = " ".join((main.__doc__ or "").partition("Exit codes:")[2].split()).rstrip(".")
    yield "| code | meaning | errors |"
    yield "|---|---|---|"
    for part in said.split(";"):
        code, _, meaning = part.strip().partition(" ")
        yield f"| {code} | {meaning} | {', '.join(f'`{name}`' for name in _errors(int(code))) or '-'} |"


def _errors(code: int) -> list[str]:
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ApigenError)]
    return [one.__name__ for one in found if one.exit_code == code and one is not errors.ApigenError]


def _command_lines(name: str, command: Any) -> Iterator[str]:
    given = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["apigen", name, *(_argument(one) for one in given)])
    yield f"## `apigen {name}`"
    yield ""
    yield " ".join(str(command.help or "").split())
    yield ""
    yield f"    {usage} [OPTIONS]"
    types = get_type_hints(command.callback)
    if rows := [_row(one, types.get(one.name)) for one in command.params]:
        yield ""
        yield "| argument or option | takes | default | meaning |"
        yield "|---|---|---|---|"
        yield from rows


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper()).replace("[", "").replace("]", "")
    return (name if parameter.required else f"[{name}]") + ("…" if parameter.nargs == -1 else "")


def _row(parameter: Any, annotation: Any) -> str:
    if parameter.param_type_name == "argument":
        name, takes = f"`{_argument(parameter)}`", ""
    else:
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
        takes = _takes(parameter, annotation)
    help_ = " ".join(str(getattr(parameter, "help", "") or "").split())
    cells = (name, takes, _default(parameter), help_)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _takes(parameter: Any, annotation: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return ""
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) is Literal:
            return ", ".join(f"`{choice}`" for choice in get_args(part))
    kind = parameter.metavar or ("N" if annotation in (int, int | None) else parameter.name.upper())
    return f"`{kind}`" + (", more than once" if parameter.multiple else "")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    value = getattr(parameter.default, "value", parameter.default)
    return "" if value in (None, False, "", ()) or callable(value) else f"`{value}`"


def pages() -> dict[Path, str]:
    """Return the text of each page."""
    said = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    return {FOLDER / "commands.md": commands_page(), FOLDER / "config.md": config_page(said)}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
