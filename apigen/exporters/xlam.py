"""The layout of Salesforce/xlam-function-calling-60k: `tools` and `answers` are JSON strings.

Parameters are flat, with Python type names and no list of required ones: an optional one says so in its type and carries its
default where it has one. Schemas that a type name cannot say whole (enums, nested objects) keep those parts beside the type.
"""

import json
from collections.abc import Iterable

from apigen.exporters.formats import Format, Layout
from apigen.exporters.per_api import per_api
from apigen.records import Api, Json, JsonObject, Sample, calls_to_json

TYPE_NAMES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
    "null": "None",
}
KEPT = ("enum", "items", "properties", "required", "format", "minimum", "maximum", "anyOf", "oneOf")

_encode = json.JSONEncoder(ensure_ascii=False).encode
"""The data set's own spelling of its JSON strings, with a space after each comma and colon."""


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `id`, `query`, `answers` (an empty list where no call is right), `tools`."""
    return {
        "id": number,
        "query": sample.query,
        "answers": _encode(calls_to_json(sample.calls)),
        "tools": f"[{', '.join(map(_tool, sample.apis))}]",
    }


@per_api
def _tool(api: Api) -> str:
    parameters = {name: _parameter(schema, name in api.required) for name, schema in api.properties.items()}
    return _encode({"name": api.name, "description": api.description, "parameters": parameters})


def _parameter(schema: JsonObject, required: bool) -> dict[str, Json]:
    type_name = _type_name(schema)
    parameter: dict[str, Json] = {
        "description": schema.get("description", ""),
        "type": type_name if required else f"{type_name}, optional",
    }
    if not required and schema.get("default") is not None:
        parameter["default"] = schema["default"]
    branches = _branches(schema)
    detail = branches[0] if len(branches) == 1 else schema
    return parameter | {key: detail[key] for key in KEPT if key in detail}


def _branches(schema: JsonObject) -> list[JsonObject]:
    """Return what a value may be besides null: the schema itself, or the branches of its union."""
    options = schema.get("anyOf") or schema.get("oneOf")
    return [option for option in options if option.get("type") != "null"] if options else [schema]


def _type_name(schema: JsonObject) -> str:
    """Return Python's spelling: `str`, `List[float]`, `Union[int, str]`."""
    if "anyOf" in schema or "oneOf" in schema:
        return _union(map(_type_name, _branches(schema)))
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union(_type_name({**schema, "type": one}) for one in kind if one != "null")
    if kind == "array":
        inner = _type_name(schema.get("items") or {})
        return f"List[{inner}]" if inner != "Any" else "list"
    if kind is None and ("enum" in schema or "const" in schema):
        return _union(type(member).__name__ for member in schema.get("enum") or [schema["const"]])
    return TYPE_NAMES.get(str(kind), "Any")


def _union(names: Iterable[str]) -> str:
    different = list(dict.fromkeys(names))
    if len(different) > 1:
        return f"Union[{', '.join(different)}]"
    return different[0] if different else "None"


FORMAT = Format(
    row,
    {"id": "integer", "query": "text", "answers": "text", "tools": "text"},
    takes=frozenset(),
    any_name=True,
)
