"""JSON Schemas of OpenAPI documents, made plain: Draft 2020-12, without references, small, and valid whatever came in."""

import re

from apigen.records import Json, JsonObject, canonical
from apigen.sources.documents import Document, Unusable, shown
from apigen.sources.merging import Schema as Schema
from apigen.sources.merging import merged, nullable

MAX_PARTS = 2_000
"""Schemas and enum members that one operation may have: what a prompt could never hold."""
MAX_ALL_PARTS = 1_000_000
MAX_LEVELS = 24
MAX_DESCRIPTION = 300
MAX_EXAMPLE = 2_000
LARGEST = 2**63 - 1
"""Numbers beyond it are no bounds and no examples: not every program that reads them can."""
TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_BESIDE_REF = frozenset({"description", "default", "example", "examples", "nullable", "readOnly", "deprecated"})
"""What is heeded beside a `$ref` in 3.0, which says that nothing is; but documents do it."""
_MARKUP = re.compile(r"</?(?:p|br|b|i|em|strong|code|pre|ul|ol|li|a|div|span|h\d)\b[^<>]{0,200}>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATED = re.compile(r"[*+]|\{\d*,(\d*)\}")


class SchemaReader:
    """Reads the schemas of one document: what is kept is that which bounds a value or tells a reader what it is.

    References are spelled out, and cut where one stands within itself; `allOf` is merged; `nullable` and boolean
    `exclusiveMinimum` of 3.0 become what 2020-12 says; what is read-only is left out of objects. A keyword that is malformed
    or could be dear to check is dropped: the server still checks it.
    """

    def __init__(self, document: Document) -> None:
        self._document, self._left, self._all_left = document, MAX_PARTS, MAX_ALL_PARTS

    def begin(self) -> None:
        """Begin another operation, with a budget of its own."""
        self._left = MAX_PARTS

    def read(self, schema: Json) -> Schema:
        """Return the schema made plain.

        Raises:
            Unusable: If it is none, is too large, or refers out of the document.
        """
        return self._child(schema, (), 0)

    def _child(self, schema: Json, within: tuple[str, ...], level: int) -> Schema:
        found = self._read(schema, within, level)
        found.pop("readOnly", None)
        return found

    def _read(self, schema: Json, within: tuple[str, ...], level: int) -> Schema:
        self._spend(1)
        if level > MAX_LEVELS:
            raise Unusable(f"a schema is nested deeper than {MAX_LEVELS} levels")
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        if not isinstance(schema, dict):
            raise Unusable("a schema is no object")
        if "$dynamicRef" in schema or "$recursiveRef" in schema:
            raise Unusable("a schema has a dynamic reference")
        if "$ref" in schema:
            found = self._referred(schema, within, level)
        else:
            found = self._plain(schema, within, level)
        return nullable(found) if schema.get("nullable") is True else found

    def _spend(self, parts: int) -> None:
        self._left -= parts
        self._all_left -= parts
        if self._all_left < 0:
            raise Unusable("the document's schemas are too large in all")
        if self._left < 0:
            raise Unusable(f"its schemas have more than {MAX_PARTS} parts")

    def _referred(self, schema: JsonObject, within: tuple[str, ...], level: int) -> Schema:
        ref = schema["$ref"]
        target = self._document.at(ref)
        if ref in within:
            found = _cut(ref, target)
        else:
            found = self._read(target, (*within, ref), level + 1)
        heeded = {
            key: value
            for key, value in schema.items()
            if key != "$ref" and (self._document.dialect == "3.1" or key in _BESIDE_REF)
        }
        return merged(self._plain(heeded, within, level), found) if heeded else found

    def _plain(self, schema: JsonObject, within: tuple[str, ...], level: int) -> Schema:
        found = _texts(schema)
        found |= self._kind(schema.get("type"))
        found |= _bounds(schema)
        for key in ("default", "const"):
            if key in schema and _is_small(schema[key]):
                found[key] = schema[key]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            self._spend(len(schema["enum"]))
            members = _distinct([value for value in schema["enum"] if _is_small(value)])
            found |= {"enum": members} if members else {}
        examples = [value for value in example_values(schema) if _is_small(value)]
        if examples:
            found["examples"] = examples[:5]
        found |= self._array(schema, within, level) | self._object(schema, within, level)
        for key, kind in (("properties", "object"), ("items", "array")):
            if key in found and "type" not in found:
                found["type"] = kind
        return self._combined(schema, found, within, level)

    def _kind(self, said: Json) -> Schema:
        if said is None:
            return {}
        kinds = said if isinstance(said, list) else [said]
        for kind in kinds:
            if not isinstance(kind, str) or kind not in TYPES:
                raise Unusable(f"a schema's type is {shown(str(kind))}, which JSON Schema does not have")
        distinct = list(dict.fromkeys(kinds))
        if not distinct:
            return {}
        return {"type": distinct[0] if len(distinct) == 1 else distinct}

    def _array(self, schema: JsonObject, within: tuple[str, ...], level: int) -> Schema:
        found: Schema = {}
        items, prefix = schema.get("items"), schema.get("prefixItems")
        if isinstance(items, list):  # a tuple, before 2020-12
            items, prefix = schema.get("additionalItems"), items
        if isinstance(prefix, list) and prefix:
            found["prefixItems"] = [self._child(item, within, level + 1) for item in prefix]
        if items is not None:
            found["items"] = self._child(items, within, level + 1)
        if schema.get("uniqueItems") is True:
            found["uniqueItems"] = True
        return found

    def _object(self, schema: JsonObject, within: tuple[str, ...], level: int) -> Schema:
        found: Schema = {}
        hidden = set()
        if schema.get("properties") is not None:
            if not isinstance(schema["properties"], dict):
                raise Unusable("a schema's `properties` is no object")
            found["properties"] = {}
            for name, part in schema["properties"].items():
                if not name.isprintable() or len(name) > 200:
                    raise Unusable(f"a property's name is not usable: {shown(name, 40)}")
                read = self._read(part, within, level + 1)
                if read.pop("readOnly", False):
                    hidden.add(name)
                else:
                    found["properties"][name] = read
        required = schema.get("required")
        if isinstance(required, list):
            names = [name for name in required if isinstance(name, str) and name not in hidden]
            if names:
                found["required"] = list(dict.fromkeys(names))
        others = schema.get("additionalProperties")
        if isinstance(others, bool | dict):
            found["additionalProperties"] = (
                others if isinstance(others, bool) else self._child(others, within, level + 1)
            )
        return found

    def _combined(self, schema: JsonObject, found: Schema, within: tuple[str, ...], level: int) -> Schema:
        for key in ("anyOf", "oneOf", "allOf"):
            branches = schema.get(key)
            if branches is None:
                continue
            if not isinstance(branches, list) or not branches:
                raise Unusable(f"a schema's `{key}` is no list of schemas")
            if key == "allOf":
                for branch in branches:
                    found = merged(found, self._read(branch, within, level + 1))
            else:
                read = [self._child(branch, within, level + 1) for branch in branches]
                found = merged(found, {key: read} if len(read) > 1 else read[0])
        if isinstance(schema.get("not"), dict):
            found = merged(found, {"not": self._child(schema["not"], within, level + 1)})
        return found


def clean(value: Json, limit: int = MAX_DESCRIPTION) -> str:
    """Return the first paragraph of a text of the document's: one line, nothing invisible, cut at a word. "" if it is no text."""
    if not isinstance(value, str):
        return ""
    paragraph = re.split(r"\n[ \t\r]*\n", value[: limit * 20].strip(), maxsplit=1)[0]
    line = shown(_MARKUP.sub(" ", paragraph), limit * 2)
    return line if len(line) <= limit else line[:limit].rpartition(" ")[0].rstrip(",;:") + " …"


def example_values(part: JsonObject) -> list[Json]:
    """Return the values that a schema, parameter or body gives as examples, whichever way it writes them."""
    said = part.get("examples")
    if isinstance(said, dict):
        values = [one["value"] for one in said.values() if isinstance(one, dict) and "value" in one]
    else:
        values = list(said) if isinstance(said, list) else []
    if part.get("example") is not None:
        values.insert(0, part["example"])
    return _distinct(values[:20])


def _cut(ref: str, target: Json) -> Schema:
    said = target.get("type") if isinstance(target, dict) else None
    name = shown(ref.rpartition("/")[2], 60)
    return {
        "type": said if isinstance(said, str) and said in TYPES else "object",
        "description": f"Another {name}; what it holds is not spelled out again.",
    }


def _texts(schema: JsonObject) -> Schema:
    found: Schema = {}
    description = clean(schema.get("description")) or clean(schema.get("title"))
    if description:
        found["description"] = description
    if isinstance(schema.get("format"), str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", schema["format"]):
        found["format"] = schema["format"]
    for key in ("deprecated", "readOnly"):
        if schema.get(key) is True:
            found[key] = True
    return found


def _bounds(schema: JsonObject) -> Schema:
    found: Schema = {}
    for key in _NUMBERS:
        if _is_number(schema.get(key)) and (key != "multipleOf" or schema[key] > 0):
            found[key] = schema[key]
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.get(exclusive) is True and plain in found:
            found[exclusive] = found.pop(plain)
    for key in _COUNTS:
        if _is_number(schema.get(key)) and schema[key] >= 0 and schema[key] == int(schema[key]):
            found[key] = int(schema[key])
    if isinstance(schema.get("pattern"), str) and is_cheap(schema["pattern"]):
        found["pattern"] = schema["pattern"]
    return found


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def is_cheap(pattern: str) -> bool:
    """Say whether a pattern is one that Python knows and that cannot take long on any text of a few thousand characters.

    Few repetitions, none of them of a group; no look-around and no back-reference. Others are not checked by apigen.
    """
    if len(pattern) > 200:
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    bare = _ESCAPED.sub("x", pattern)
    long = [one for one in _REPEATED.finditer(bare) if not one[1] or int(one[1]) > 10]
    if (
        re.search(r"\((?!\?:|[^?])", bare)
        or re.search(r"\)(?:[*+]|\{\d*,|\{\d{3})", bare)
        or re.search(r"\\[1-9]", pattern)
    ):
        return False
    anchored = bare.startswith("^") and "|" not in bare
    return len(long) <= (2 if anchored else 1) and not (long and re.search(r"\)\{", bare))


def _is_small(value: Json) -> bool:
    left, stack = MAX_EXAMPLE, [value]
    while stack and left >= 0:
        item = stack.pop()
        left -= len(item) if isinstance(item, str) else 1
        if isinstance(item, int) and abs(item) > LARGEST:
            return False
        stack.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    return left >= 0


def _distinct(values: list[Json]) -> list[Json]:
    return list({canonical(value): value for value in reversed(values)}.values())[::-1]
