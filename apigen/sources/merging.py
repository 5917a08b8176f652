"""Two plain JSON Schemas made one: what `allOf`, a reference with something beside it, and `nullable` come to."""

from typing import Any

from apigen.records import Json, canonical
from apigen.sources.documents import Unusable

Schema = dict[str, Any]

_SMALLER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_LARGER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_ANNOTATIONS = ("description", "default", "examples", "deprecated", "readOnly", "format")


def nullable(schema: Schema) -> Schema:
    """Return the schema with null allowed too."""
    if "null" in _kinds(schema) or not schema:
        return schema
    if "type" in schema and not {"anyOf", "oneOf", "allOf", "const", "not"} & set(schema):
        wider = schema | {"type": [*_kinds(schema), "null"]}
        if "enum" in schema and None not in schema["enum"]:
            wider["enum"] = [*schema["enum"], None]
        return wider
    texts = {key: schema[key] for key in _ANNOTATIONS if key in schema and key != "format"}
    rest = {key: value for key, value in schema.items() if key not in texts}
    return texts | ({"anyOf": [rest, {"type": "null"}]} if rest else {})


def merged(one: Schema, other: Schema) -> Schema:
    """Return one schema that says what both say; texts and examples are the first's where it has them.

    Raises:
        Unusable: If no value could be of both.
    """
    found = dict(one)
    # Each half of an inheritance is closed in itself, and the author means the whole.
    if "properties" in one and "properties" in other:
        for half in (found, other := dict(other)):
            if half.get("additionalProperties") is False:
                del half["additionalProperties"]
    for key, value in other.items():
        if key not in found:
            found[key] = value
        elif key == "type":
            found["type"] = _common_type(found["type"], value)
        elif key == "properties":
            both = {name: merged(found[key][name], value[name]) for name in value if name in found[key]}
            found[key] = found[key] | value | both
        elif key == "required":
            found[key] = list(dict.fromkeys([*found[key], *value]))
        elif key == "enum":
            allowed = {canonical(member) for member in value}
            found[key] = [member for member in found[key] if canonical(member) in allowed]
            if not found[key]:
                raise Unusable("`allOf` joins enums that have no value in common")
        elif key in _SMALLER:
            found[key] = min(found[key], value)
        elif key in _LARGER:
            found[key] = max(found[key], value)
        elif key == "allOf":
            found[key] = [*found[key], *value]
        elif key not in _ANNOTATIONS and found[key] != value:
            found["allOf"] = [*found.get("allOf", []), {key: value}]
    return found


def _common_type(one: Json, other: Json) -> Json:
    first, second = (_kinds({"type": said}) for said in (one, other))
    common = [kind for kind in first if kind in second or (kind == "integer" and "number" in second)]
    common += [kind for kind in second if kind == "integer" and "number" in first and kind not in common]
    if not common:
        raise Unusable("`allOf` joins types that exclude one another")
    return common[0] if len(common) == 1 else common


def _kinds(schema: Schema) -> list[str]:
    said = schema.get("type", [])
    return list(said) if isinstance(said, list) else [said]
