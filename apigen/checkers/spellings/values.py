"""The rule of grounding: every argument value is stated in, or follows from, the query."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apigen.checkers.spellings.dates import states_duration, states_moment
from apigen.checkers.spellings.numbers import Meaning, states_number
from apigen.checkers.spellings.text import states_text
from apigen.checkers.spellings.words import known_words, states_flag, states_member, states_number_gloss
from apigen.records import Api, Call, Json, JsonObject, canonical

_DEEPEST = 64
_MOST_SHOWN = 3
_NUMERAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?")
_DURATION = re.compile(r"duration|elapsed|length|lasts?|takes|time in the air|how long", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """An argument value, or a part of one, that the query does not state: `points[1].x`."""

    path: str
    value: Json


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One plain value inside an argument, with all that the schema says of it."""

    path: str
    value: Json
    name: str
    schemas: tuple[JsonObject, ...]
    description: str
    listed: bool


def describe(call: Call, missing: Sequence[Ungrounded]) -> str:
    """Return for people which of a call's values the query does not state."""
    shown = ", ".join(f"`{item.path}` is {_show(item.value)}" for item in missing[:_MOST_SHOWN])
    more = f" and {len(missing) - _MOST_SHOWN} more" if len(missing) > _MOST_SHOWN else ""
    return f"{call.name} call: {shown}{more}, which the request does not state"


def _show(value: Json) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:  # an integer of thousands of digits
        text = "a huge number"
    return text if len(text) <= 80 else text[:79] + "…"


def ungrounded(query: str, api: Api, call: Call) -> list[Ungrounded]:
    """Return the argument values that the query does not state, in the order of the call.

    A value is grounded when it equals its schema's default, when the schema leaves no choice, when it is null, or when
    the query says it in one of the ways that people write it. Objects and arrays are checked leaf by leaf; the keys of
    a free-form object count as values, names of declared fields do not. Raises nothing, whatever the input.
    """
    found = []
    for name, value in call.arguments.items():
        schema = _mapping(_mapping(api.parameters).get("properties")).get(str(name))
        for leaf in _leaves(str(name), value, schema):
            if not _is_grounded(leaf, query, api):
                found.append(Ungrounded(leaf.path, leaf.value))
    return found


def _mapping(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _leaves(name: str, value: Json, schema: Json) -> Iterator[_Leaf]:
    """Yield the plain values of an argument, in order, without those that are a default."""
    branches = _branches(schema)
    stack = [(_Leaf(name, value, name, branches, _description(branches, ""), False), 0)]
    while stack:
        leaf, depth = stack.pop()
        if depth > _DEEPEST:
            yield _Leaf(leaf.path, "…", leaf.name, (), "", False)
        elif not _is_given(leaf):
            parts = _parts(leaf)
            if parts is None:
                yield leaf
            else:
                stack.extend((part, depth + 1) for part in reversed(parts))


def _branches(schema: Json) -> tuple[JsonObject, ...]:
    """Return a schema and its alternatives, one level deep: optional values are `anyOf` something and null."""
    whole = _mapping(schema)
    nested = [
        item for key in ("anyOf", "oneOf", "allOf") if isinstance(items := whole.get(key), list) for item in items
    ]
    return (whole, *map(_mapping, nested))


def _description(branches: Sequence[JsonObject], outer: str) -> str:
    own = [text for branch in branches if isinstance(text := branch.get("description"), str)]
    return " ".join([*own, outer]).strip()


def _is_given(leaf: _Leaf) -> bool:
    """The value is said by the schema, or says nothing: a default, the only choice, null, or an empty text."""
    if leaf.value is None or leaf.value == "":
        return True
    return any(
        ("default" in schema and _same(leaf.value, schema["default"]))
        or "const" in schema
        or (isinstance(choices := schema.get("enum"), list) and len(choices) == 1)
        for schema in leaf.schemas
    )


def _same(value: Json, default: Json) -> bool:
    try:
        return canonical(value) == canonical(default)
    except (RecursionError, TypeError, ValueError):
        return False


def _parts(leaf: _Leaf) -> list[_Leaf] | None:
    """Return what an array or an object holds, or None for a plain value."""
    if isinstance(leaf.value, Mapping):
        return [part for key, item in leaf.value.items() for part in _fields(leaf, str(key), item)]
    if isinstance(leaf.value, list | tuple):
        inner = [item for schema in leaf.schemas for item in _branches(schema.get("items"))]
        text = _description(inner, leaf.description)
        return [
            _Leaf(f"{leaf.path}[{index}]", item, leaf.name, tuple(inner), text, True)
            for index, item in enumerate(leaf.value)
        ]
    return None


def _fields(leaf: _Leaf, key: str, item: Json) -> Iterator[_Leaf]:
    declared = [found for schema in leaf.schemas if key in (found := _mapping(schema.get("properties")))]
    inner = [branch for properties in declared for branch in _branches(properties[key])]
    if not declared:
        yield _Leaf(f"{leaf.path}.{key}", key, leaf.name, (), leaf.description, False)
        inner = [branch for schema in leaf.schemas for branch in _branches(schema.get("additionalProperties"))]
    name = key if declared else leaf.name
    yield _Leaf(f"{leaf.path}.{key}", item, name, tuple(inner), _description(inner, leaf.description), leaf.listed)


def _is_grounded(leaf: _Leaf, query: str, api: Api) -> bool:
    value = leaf.value
    if isinstance(value, bool):
        return states_flag(query, value, leaf.name, leaf.description, f"{api.name} {api.description}")
    if isinstance(value, int | float):
        return _number_is_grounded(leaf, value, query)
    if isinstance(value, str):
        return _string_is_grounded(leaf, value, query)
    return False


def _number_is_grounded(leaf: _Leaf, value: float, query: str) -> bool:
    meaning = Meaning(leaf.name, leaf.description, leaf.listed)
    return states_number(query, value, meaning) or states_number_gloss(query, value, leaf.description)


def _string_is_grounded(leaf: _Leaf, value: str, query: str) -> bool:
    moment = states_moment(query, value)
    if moment or (_DURATION.search(f"{leaf.name} {leaf.description}") and states_duration(query, value)):
        return True
    if moment is not None:
        return False
    if states_text(query, value):
        return True
    if _NUMERAL.fullmatch(value) and _number_is_grounded(leaf, float(value), query):
        return True
    chosen = any(isinstance(schema.get("enum"), list) for schema in leaf.schemas)
    return (chosen or known_words(value, leaf.description)) and states_member(query, value, leaf.description)
