"""A tool as an Api, a tool's answer as a CallResult: what an MCP server says, checked."""

import json
from collections.abc import Container
from contextlib import suppress
from typing import Any

from apigen.records import Api, Call, CallError, CallResult, ErrorKind, Json, JsonObject, canonical
from apigen.sources.auth import Auth
from apigen.sources.documents import Document, Unusable, shown
from apigen.sources.names import in_words, numbered, prefixed, snake
from apigen.sources.schemas import SchemaReader

Schema = dict[str, Any]

MAX_DESCRIPTION = 600
MAX_DEPTH = 64
MAX_EXAMPLES = 5


def free_name(said: str, taken: Container[str], prefix: str | None = None) -> str:
    """Return a name for the tool that no other has: `get_user`, `get_user_2`."""
    return numbered(prefixed(prefix, snake(said) or "tool"), taken)


def read_tool(tool: JsonObject, name: str, category: str, label: str) -> Api:
    """Make an Api of what a server says of a tool.

    Raises:
        Unusable: If it cannot be one; the message is the reason.
    """
    from docstring_parser import parse
    from jsonschema import Draft202012Validator

    if not isinstance(tool.get("name"), str) or not 0 < len(tool["name"]) <= 200 or not tool["name"].isprintable():
        raise Unusable("its name is no short, printable text")
    raw = tool.get("inputSchema")
    if not isinstance(raw, dict):
        raise Unusable("its `inputSchema` is no object")
    if problem := no_json(tool):
        raise Unusable(f"its description {problem}")
    schema = SchemaReader(Document(raw, label, "3.1")).read({"type": "object"} | raw)
    if schema.get("type") != "object" or not {"$ref", "allOf"}.isdisjoint(schema):
        raise Unusable("its `inputSchema` is not that of an object")
    text, documented = str(tool.get("description") or tool.get("title") or ""), dict[str, str]()
    with suppress(Exception):  # servers hand on docstrings, with their `Args:`
        parsed = parse(text[:4000])
        documented = {one.arg_name: one.description or "" for one in parsed.params}
        text = "\n".join(filter(None, (parsed.short_description, parsed.long_description))) if documented else text
    properties: dict[str, Schema] = schema.setdefault("properties", {})
    for key, part in properties.items():
        said = raw.get("properties", {}).get(key)
        described = isinstance(said, dict) and (said.get("description") or "$ref" in said)
        if not described or not part.get("description"):
            words = shown(documented.get(key, ""), 300) or part.get("description") or in_words(key)
            properties[key] = {"description": words} | {name: it for name, it in part.items() if name != "description"}
    if not set(schema.get("required", ())) <= set(properties):
        raise Unusable("its `inputSchema` requires an argument that it does not describe")
    order = ("type", "properties", "required", "additionalProperties")
    schema = {k: schema[k] for k in order if k in schema} | {
        k: v for k, v in schema.items() if k not in (*order, "description", "examples")
    }
    validator = Draft202012Validator(schema)
    calls = [Call(name, one) for one in (*_list(raw.get("examples")), _built(schema)) if isinstance(one, dict)]
    examples = tuple(dict.fromkeys(call for call in calls if validator.is_valid(call.arguments)))[:MAX_EXAMPLES]
    line = shown(text, MAX_DESCRIPTION * 2)
    if len(line) > MAX_DESCRIPTION:
        line = line[:MAX_DESCRIPTION].rpartition(" ")[0].rstrip(",;:") + " …"
    return Api(name, line or in_words(name), schema, category, label, examples=examples)


def _built(schema: Schema) -> dict[str, Json] | None:
    """Return arguments out of the schema's own examples, enums and defaults; None where one that is required has none."""
    arguments: dict[str, Json] = {}
    for name, part in schema["properties"].items():
        values = [
            *part.get("examples", ()),
            *(part[key] for key in ("const", "default") if key in part),
            *part.get("enum", ()),
        ]
        if name in schema.get("required", ()):
            if not values:
                return None
            arguments[name] = values[0]
        elif part.get("examples"):
            arguments[name] = values[0]
    return arguments


def no_json(value: Json) -> str:
    """Say what is wrong with a value that came as JSON: too deep, or holding what no file can be written with; "" if nothing."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        if not level:
            break
    else:
        return f"is nested deeper than {MAX_DEPTH} levels"
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        return f"holds what is no JSON ({shown(str(error), 60)})"
    return ""


def read_result(raw: JsonObject, limit: int, auth: Auth) -> CallResult:
    """Make a result of the reply to `tools/call`: its structured content, else its texts (as JSON where they are), or an error."""
    blocks = raw.get("content", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return failed("not_json", "the reply has no list of contents")
    texts = [block["text"] for block in blocks if block.get("type") == "text" and isinstance(block.get("text"), str)]
    if raw.get("isError"):
        return failed(
            "exception", shown(str(auth.hide("\n".join(texts)[:4000])), 500) or "the tool failed without a word"
        )
    value: Json = raw.get("structuredContent")
    if value is None:
        others = [block for block in blocks if block.get("type") != "text" or not isinstance(block.get("text"), str)]
        if others:
            kind = shown(" ".join(str(others[0].get(key, "")) for key in ("type", "mimeType")), 80)
            return failed("not_json", f"the reply is no text but: {kind or 'what has no type'}")
        value = text = "\n".join(texts) if texts else None
        if text is not None:
            if len(text) > limit:
                return failed("too_large", f"the reply is larger than {limit // 1024} KiB")
            try:
                # A bare NaN or Infinity is a word.
                value = json.loads(text) if text.strip() not in ("NaN", "Infinity", "-Infinity") else text
            except RecursionError:
                return failed("not_json", "the reply is nested too deeply")
            except ValueError:
                value = text
    if problem := no_json(value):
        return failed("not_json", f"the reply {problem}")
    value = auth.hide(value)
    if len(canonical(value).encode()) > limit:
        return failed("too_large", f"the reply is larger than {limit // 1024} KiB")
    return CallResult(value)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def failed(kind: ErrorKind, message: str) -> CallResult:
    return CallResult(error=CallError(kind, message))
