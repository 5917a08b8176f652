"""JSON Schemas of the replies that prompts ask for, for endpoints that can be held to one."""

from collections.abc import Sequence

from apigen.records import Api, Json, JsonObject

MAX_CALLS = 8


def query_schema() -> JsonObject:
    """`{"query": "…"}`"""
    return _object({"query": {"type": "string"}})


def calls_schema(apis: Sequence[Api], fewest: int = 1) -> JsonObject:
    """`{"calls": [{"name": …, "arguments": {…}}]}`, of these APIs and their argument schemas; at least so many calls."""
    return _object({"calls": _calls(apis) | {"minItems": fewest}})


def pairs_schema(apis: Sequence[Api]) -> JsonObject:
    """`{"pairs": [{"query": …, "calls": […]}]}`"""
    pair = _object({"query": {"type": "string"}, "calls": _calls(apis)})
    return _object({"pairs": {"type": "array", "items": pair, "minItems": 1}})


def verdict_schema() -> JsonObject:
    """`{"reason": "…", "verdict": "yes"|"no"}`: the reason first, so that the verdict follows from it."""
    return _object({"reason": {"type": "string"}, "verdict": {"enum": ["yes", "no"]}})


def final_answer_schema() -> JsonObject:
    """`{"answer": "…"}`"""
    return _object({"answer": {"type": "string"}})


def _object(properties: dict[str, Json]) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _calls(apis: Sequence[Api]) -> Json:
    calls = [_object({"name": {"const": api.name}, "arguments": api.parameters}) for api in apis]
    return {"type": "array", "items": {"anyOf": calls}, "minItems": 1, "maxItems": MAX_CALLS}
