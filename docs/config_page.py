"""The page of a config's keys. What a key means is written in the tables of configs/README.md alone, and taken from there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from apigen.checkers.agreement import AgreementOptions
from apigen.checkers.decontamination import DecontaminationOptions
from apigen.checkers.duplicates import DuplicatesOptions
from apigen.checkers.execution import ExecutionOptions
from apigen.checkers.format import FormatOptions
from apigen.checkers.grounding import GroundingOptions
from apigen.checkers.judge import JudgeOptions
from apigen.config import (
    FinalAnswersConfig,
    GeneratorConfig,
    LLMLimits,
    Prices,
    RunConfig,
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
from apigen.sampler_config import FeedbackConfig, MannersConfig, SamplerConfig
from apigen.sources.auth import AuthOptions
from apigen.sources.mcp_options import McpAuthOptions, McpOptions
from apigen.sources.openapi import HttpOptions, OpenApiOptions
from apigen.sources.python import PythonOptions

NOT_FOR_FILES = {"sandbox.unsafe"}
NONE = "none"
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
    meanings: dict[str, str] = {}
    told = [place for place, title in enumerate(titles) if place and title != "default"]
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
    told = ((CODE.findall(row[0]), row[place]) for row in body)
    return {keys[0]: text for keys, text in told if len(keys) == 1 and text not in ("", "below")}


# --- the blocks of a config


@dataclass(frozen=True)
class Block:
    """One class of settings: where its keys stand in a config, and where configs/README.md tells what they mean.

    `tables` are (section, a word of the paragraph before the table); the first that has a key counts. `row` is the one row that tells
    all keys of a small block together.
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
    Block("final_answers", FinalAnswersConfig, (("final_answers", ""),)),
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
        "# Config: every key",
        "",
        "Types and defaults are the code's. Meanings, and defaults in words, are those of",
        "[configs/README.md](../../configs/README.md), which also has what holds between keys; examples are the files beside it.",
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
        default = default_of(block.model, block.model.model_fields[name])
        if default == NONE:  # what then happens is for people to say
            default = _default_of_people(tables, block, name)
        row = f"| `{name}` | {type_} | {default} |"
        yield row + ("" if block.row else f" {_meaning(tables, block.tables, name, block)} |")


def _default_of_people(tables: list[Said], block: Block, key: str) -> str:
    found = (table.defaults.get(key) for place in block.tables if (table := _table(tables, *place)))
    return next(filter(None, found), NONE)


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
SCALARS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
}
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
        return NONE
    value = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return f"`{text.removesuffix('...' + chr(10)).strip()}`"
