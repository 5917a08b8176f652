"""The rule of grounding: every argument value is stated in, or follows from, the query."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from apigen.checkers.spellings.dates import in_iso, states_duration, states_moment, states_month
from apigen.checkers.spellings.lists import differs_from_query, pairs_differently, swaps_pairs
from apigen.checkers.spellings.numbers import Meaning, states_number
from apigen.checkers.spellings.relative import years_said
from apigen.checkers.spellings.text import plain, states_text, words_of
from apigen.checkers.spellings.units import name_without_unit, unit_of_name
from apigen.checkers.spellings.words import (
    asks_for_another,
    known_words,
    states_flag,
    states_member,
    states_number_gloss,
)
from apigen.records import Api, Call, Json, JsonObject, canonical

_DEEPEST = 64
_MOST_SHOWN = 3
_MOST_MISSING = 5  # of an argument: a long list is wrong by then
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
    default: bool = False


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


def ungrounded(query: str, api: Api, call: Call, clock: datetime | None = None) -> list[Ungrounded]:
    """Return the argument values that the query does not state, in the order of the call.

    A value is grounded when it equals its schema's default, when the schema leaves no choice, when it is null, or when
    the query says it in one of the ways that people write it. Objects and arrays are checked leaf by leaf; the keys of
    a free-form object count as values, names of declared fields do not. Days that the query counts from today are those of
    the clock; without one they are not stated. Raises nothing, whatever the input.
    """
    return _ungrounded(query, api, call, clock, in_lists=True)


def unstated(query: str, api: Api, call: Call, clock: datetime | None = None) -> list[Ungrounded]:
    """Return the plain values alone: a list passes whose numbers are all in the query, and not all of the query's."""
    return _ungrounded(query, api, call, clock, in_lists=False)


def _ungrounded(query: str, api: Api, call: Call, clock: datetime | None, *, in_lists: bool) -> list[Ungrounded]:
    schemas = _mapping(_mapping(api.parameters).get("properties"))
    arguments = [(str(name), value, schemas.get(str(name))) for name, value in call.arguments.items()]
    leaves = {name: list(_leaves(name, value, schema)) for name, value, schema in arguments}
    asked = _Asked(
        query, api, clock.date() if clock else None, _units(leaf for held in leaves.values() for leaf in held)
    )
    found = []
    for name, value, schema in arguments:
        others = [leaf.value for other, held in leaves.items() if other != name for leaf in held]
        wrong = (leaf for leaf in leaves[name] if not _is_grounded(leaf, asked, others))
        missing = [Ungrounded(leaf.path, leaf.value) for leaf in islice(wrong, _MOST_MISSING)]
        if in_lists and leaves[name] and not missing:
            missing = _list_faults(name, value, schema, query, others)
        found += missing
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a value is held against. `units`: how many a thing is measured in: `height` in feet and in inches."""

    query: str
    api: Api
    today: date | None
    units: Mapping[tuple[str, str], int]


def _units(leaves: Iterable[_Leaf]) -> Mapping[tuple[str, str], int]:
    said = {(unit, name_without_unit(leaf.name)) for leaf in leaves if (unit := unit_of_name(leaf.name))}
    return Counter((unit.family, rest) for unit, rest in said)


def _list_faults(name: str, value: Json, schema: Json, query: str, others: Sequence[Json]) -> list[Ungrounded]:
    """A list of the query's numbers that are not all of them, or are in another order."""
    if not isinstance(value, list):
        return []
    numbers = [other for other in others if isinstance(other, int | float) and not isinstance(other, bool)]
    branches = _branches(schema)
    inner = [item for branch in branches for item in _branches(branch.get("items"))]
    meaning = Meaning(name, _description(inner, _description(branches, "")), listed=True)
    fields = [key for item in inner for key in _mapping(item.get("properties"))]
    rows = [{key: row[key] for key in fields if key in row} for row in value if isinstance(row, Mapping)]
    wrong = differs_from_query(query, value, meaning, numbers) or swaps_pairs(query, rows)
    wrong = wrong or pairs_differently(query, rows)
    return [Ungrounded(name, value)] if wrong else []


def _mapping(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _leaves(name: str, value: Json, schema: Json) -> Iterator[_Leaf]:
    """Yield the plain values of an argument, in order, but for those that say nothing; a default only where it is one of several."""
    branches = _branches(schema)
    stack = [(_Leaf(name, value, name, branches, _description(branches, ""), False), 0)]
    while stack:
        leaf, depth = stack.pop()
        if depth > _DEEPEST:
            yield _Leaf(leaf.path, "…", leaf.name, (), "", False)
        elif _is_given(leaf):
            yield from [replace(leaf, default=True)] if _is_default_member(leaf) else []
        else:
            parts = _parts(leaf)
            if parts is None:
                yield leaf
            else:
                stack.extend((part, depth + 1) for part in reversed(parts))


def _is_default_member(leaf: _Leaf) -> bool:
    return bool(leaf.value) and isinstance(leaf.value, str) and len(_members(leaf)) > 1


def _members(leaf: _Leaf) -> list[str]:
    choices = [choice for schema in leaf.schemas if isinstance(listed := schema.get("enum"), list) for choice in listed]
    return [choice for choice in choices if isinstance(choice, str)]


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


def _is_grounded(leaf: _Leaf, asked: _Asked, others: Sequence[Json]) -> bool:
    value = leaf.value
    if leaf.default:
        rivals = [member for member in _members(leaf) if member != value and member not in others]
        return not asks_for_another(asked.query, str(value), rivals)
    if isinstance(value, bool):
        about = f"{asked.api.name} {asked.api.description}"
        return states_flag(asked.query, value, leaf.name, leaf.description, about)
    if isinstance(value, int | float):
        return _number_is_grounded(leaf, value, asked)
    if isinstance(value, str):
        return _string_is_grounded(leaf, value, asked)
    return False


def _number_is_grounded(leaf: _Leaf, value: float, asked: _Asked) -> bool:
    own = unit_of_name(leaf.name)
    split = own is not None and asked.units.get((own.family, name_without_unit(leaf.name)), 0) > 1
    meaning = Meaning(leaf.name, leaf.description, leaf.listed, split)
    if states_number(asked.query, value, meaning) or states_number_gloss(asked.query, value, leaf.description):
        return True
    if "month" in words_of(leaf.name) and states_month(asked.query, value):
        return True
    return asked.today is not None and "year" in meaning.words and value in years_said(plain(asked.query), asked.today)


def _string_is_grounded(leaf: _Leaf, value: str, asked: _Asked) -> bool:
    query = asked.query
    moment = states_moment(query, in_iso(value, leaf.description), asked.today)
    if moment or (_DURATION.search(f"{leaf.name} {leaf.description}") and states_duration(query, value)):
        return True
    if moment is not None:
        return False
    chosen = any(isinstance(schema.get("enum"), list) for schema in leaf.schemas)
    if not chosen and states_text(query, value):
        return True
    if _NUMERAL.fullmatch(value) and _number_is_grounded(leaf, float(value), asked):
        return True
    return (chosen or known_words(value, leaf.description)) and states_member(query, value, leaf.description)
