"""Every call of every row of every format, read back from its file, against the tools of the same row: by `jsonschema` alone."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apigen.exporters import EXPORTERS, export_run
from apigen.exporters.orders import Order
from apigen.records import STYLES
from apigen.store.reader import StoreReader

Row = dict[str, Any]
Tools = dict[str, Any]
"""The schema of each tool by name."""
Calls = list[tuple[str, Any]]
PYTHON_TYPES = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object", "None": "null",
}  # fmt: skip


# --- tools and calls of a row, as its readers find them ---


def whole(tools: list[Row]) -> Tools:
    assert all(tool["type"] == "function" for tool in tools)
    return {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}


def pairs(calls: list[Row], key: str = "arguments") -> Calls:
    assert all(set(call) == {"name", key} for call in calls)
    return [(call["name"], call[key]) for call in calls]


def xlam(row: Row) -> tuple[Tools, Calls]:
    tools = {tool["name"]: flat_schema(tool["parameters"]) for tool in json.loads(row["tools"])}
    return tools, pairs(json.loads(row["answers"]))


def flat_schema(parameters: Row) -> Row:
    """Return the JSON Schema that the type names and what stands beside them come to."""
    properties, required = {}, []
    for name, parameter in parameters.items():
        kind, optional, _ = parameter["type"].partition(", optional")
        beside = {key: value for key, value in parameter.items() if key not in ("type", "description", "default")}
        properties[name] = {"allOf": [typed(kind), beside]}
        required += [] if optional else [name]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def typed(kind: str) -> Row:
    if kind.startswith("List["):
        return {"type": "array", "items": typed(kind[5:-1])}
    if kind.startswith("Union["):
        return {"anyOf": [typed(one) for one in re.split(r", (?![^\[]*\])", kind[6:-1])]}
    return {} if kind == "Any" else {"type": PYTHON_TYPES[kind]}


def tool_calls(message: Row, read: Callable[[Any], Any]) -> Calls:
    return [(call["function"]["name"], read(call["function"]["arguments"])) for call in message.get("tool_calls", [])]


def openai(row: Row) -> tuple[Tools, Calls]:
    return whole(row["tools"]), tool_calls(row["messages"][-1], json.loads)


def trl(row: Row) -> tuple[Tools, Calls]:
    return whole(json.loads(row["tools"])), tool_calls(row["messages"][-1], dict)


def hermes(row: Row) -> tuple[Tools, Calls]:
    system, _, reply = (turn["value"] for turn in row["conversations"])
    listed = system.partition("<tools>\n")[2].partition("\n</tools>")[0]
    found = re.findall(r"<tool_call>\n(.*)\n</tool_call>", reply)
    return whole([json.loads(line) for line in listed.splitlines()]), pairs([json.loads(text) for text in found])


def turn_calls(turn: Row) -> Calls:
    if turn["from"] == "gpt":
        return []
    said = json.loads(turn["value"])
    return pairs(said if isinstance(said, list) else [said])


def sharegpt(row: Row) -> tuple[Tools, Calls]:
    return whole(json.loads(row["tools"])), turn_calls(row["conversations"][-1])


def llama31(row: Row) -> tuple[Tools, Calls]:
    user, reply = (message["content"] for message in row["messages"])
    listed, tools = user.partition("Do not use variables.\n\n")[2], []
    while listed.startswith("{\n"):
        tool, end = json.JSONDecoder().raw_decode(listed)
        tools.append(tool)
        listed = listed[end:].lstrip()
    return whole(tools), pairs([json.loads(reply)] if reply.startswith("{") else [], "parameters")


def dpo_trl(row: Row) -> tuple[Tools, Calls]:
    return whole(json.loads(row["tools"])), tool_calls(row["chosen"][0], dict)


def dpo_openai(row: Row) -> tuple[Tools, Calls]:
    return whole(row["input"]["tools"]), tool_calls(row["preferred_output"][0], json.loads)


def dpo_sharegpt(row: Row) -> tuple[Tools, Calls]:
    return whole(json.loads(row["tools"])), turn_calls(row["chosen"])


READERS: dict[str, Callable[[Row], tuple[Tools, Calls]]] = {
    read.__name__: read for read in (xlam, openai, trl, hermes, sharegpt, llama31, dpo_trl, dpo_openai, dpo_sharegpt)
}


@lru_cache
def validator_of(schema: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(json.loads(schema))
    return Draft202012Validator(json.loads(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def errors(tools: Tools, calls: Calls) -> list[str]:
    """Return what is wrong with calls."""
    found = [f"{name} is no tool" for name, _ in calls if name not in tools]
    for name, arguments in calls:
        if name in tools:
            validator = validator_of(json.dumps(tools[name]))
            found += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(arguments)]
    return found


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_call_of_any_row_breaks_the_schema_of_its_row(mixed_store: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "out.jsonl"
    with closing(StoreReader(mixed_store)) as reader:
        written = export_run(reader, Order(name, file))
        samples = list(reader.samples())
    rows = [READERS[name](json.loads(line)) for line in file.read_text("utf-8").splitlines()]
    assert [problem for row in rows for problem in errors(*row)] == []
    # And it was no idle check: all is there, and one wrong argument or name in any call would have been an error.
    assert {sample.candidate.draw.style for sample in samples} == set(STYLES)
    assert len(rows) == written.rows[file]
    if not EXPORTERS[name].pairs:
        assert len(rows) == len(samples) - sum(written.left_out.values())
    called = [(tools, call) for tools, calls in rows for call in calls]
    assert len(called) > 30
    for tools, (api, arguments) in called:
        assert errors(tools, [(api, {**arguments, "no such": 1})])
        assert errors(tools, [(f"{api}_", arguments)])
    if name != "llama31":  # which takes one call a turn
        assert max(len(calls) for _, calls in rows) > 1
    assert min(len(calls) for _, calls in rows) == 0


@pytest.mark.parametrize("name", [name for name, format_ in EXPORTERS.items() if format_.pairs])
def test_rejected_calls_are_others_than_the_chosen_ones(mixed_store: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "out.jsonl"
    with closing(StoreReader(mixed_store)) as reader:
        export_run(reader, Order(name, file))
    seen = 0
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        tools, chosen = READERS[name](row)
        turned = {"chosen": row.get("rejected"), "preferred_output": row.get("non_preferred_output")}
        _, rejected = READERS[name]({**row, **turned})
        assert rejected
        assert rejected != chosen
        if row.get("reason") == "format:unknown_argument":
            assert errors(tools, rejected)
            seen += 1
    assert seen or name == "dpo_openai"  # which has no place for the reason
