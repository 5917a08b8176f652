"""Values that an argument could have, from what its schema says and from recorded calls: each one a person could say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from apigen.records import Api, Call, Json, JsonObject, canonical
from apigen.variation import LARGEST, accepts, fits, near

KEPT = 24
"""So many recorded values of an argument are remembered."""
SAID_AT_MOST = 200
DEPTH = 4
TRIES = 3
SMALL = (1, 2, 3, 5, 10, 20)
NAMES = ("anna.berg", "li.wei", "maria.lopez", "sam.jones", "omar.haddad")
PLACES = ("example.com", "example.org", "example.net")


class ValuePool:
    """What a library knows of its arguments' values; made in one pass over its recorded calls."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._own: dict[tuple[str, str], dict[str, Json]] = {}
        self._alike: dict[tuple[str, str], dict[str, Json]] = {}
        self._known: dict[tuple[str, str], tuple[list[Json], list[Json]]] = {}
        self._validators: dict[str, Any] = {}
        for api in apis:
            for call in api.examples:
                for name, value in call.arguments.items():
                    schema = api.properties.get(name, {})
                    _remember(self._own, (api.name, name), value)
                    if not _says_all(schema):
                        _remember(self._alike, (name, _kind(schema)), value)

    def values(self, api: Api, name: str, rng: Random) -> list[Json]:
        """Return values for an argument that its schema takes, its default aside, from the best place that has any.

        In order: recorded calls of the same API, and what the schema lists; what the schema describes; recorded calls of other
        APIs that have an argument of this name and kind.
        """
        schema = api.properties.get(name, {})
        key = (api.name, name)
        if key not in self._known:
            known = _usable((*self._own.get(key, {}).values(), *_listed(schema)), schema)
            self._known[key] = known, _usable(self._alike.get((name, _kind(schema)), {}).values(), schema)
        known, alike = self._known[key]
        return known or _usable(_described(schema, rng), schema) or alike

    def allows(self, api: Api, call: Call) -> bool:
        """Say whether a call's arguments are what the API's schema takes."""
        if api.name not in self._validators:
            from jsonschema import Draft202012Validator

            self._validators[api.name] = Draft202012Validator(api.parameters)
        return accepts(self._validators[api.name], call.arguments)


def _usable(values: Iterable[Json], schema: JsonObject) -> list[Json]:
    """Return the different values that people can say and a schema takes, but its default."""
    default = canonical(schema["default"]) if "default" in schema else None
    some = {canonical(value): value for value in values if sayable(value)}
    return [value for key, value in some.items() if key != default and fits(value, schema)]


def members(schema: JsonObject) -> list[Json]:
    """Return the members of a schema's enum, or of the one that stands beside null."""
    found = _said(schema).get("enum")
    return [member for member in found if member is not None] if isinstance(found, list) else []


def _said(schema: JsonObject) -> JsonObject:
    """Return a schema without the choice of null."""
    for key in ("anyOf", "oneOf"):
        branches = [branch for branch in schema.get(key) or () if isinstance(branch, Mapping)]
        some = [branch for branch in branches if branch.get("type") != "null"]
        if len(some) == 1 < len(branches):
            return {**{own: value for own, value in schema.items() if own != key}, **some[0]}
    return schema


def _says_all(schema: JsonObject) -> bool:
    """Say whether a schema lists its values, so that nobody else's are asked for."""
    return bool(members(schema)) or "const" in schema or _type(_said(schema)) == "boolean"


def _kind(schema: JsonObject) -> str:
    """Return what two arguments of one name share if the values of one may do for the other."""
    said = _said(schema)
    return canonical([_type(said), said.get("format"), said.get("pattern"), _type(_part(said, "items"))])


def _type(schema: JsonObject) -> Json:
    """Return the type, null aside, of a schema."""
    kind = schema.get("type")
    if isinstance(kind, list):
        some = [one for one in kind if one != "null"]
        return some[0] if len(some) == 1 else some
    return kind


def _part(schema: JsonObject, key: str) -> JsonObject:
    found = schema.get(key)
    return found if isinstance(found, Mapping) else {}


def _remember(known: dict[tuple[str, str], dict[str, Json]], key: tuple[str, str], value: Json) -> None:
    values = known.setdefault(key, {})
    if value is not None and len(values) < KEPT:
        values.setdefault(canonical(value), value)


def sayable(value: Json) -> bool:
    """Say whether a person could type a value into a request: no control characters, nothing endless, not nothing."""
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= SAID_AT_MOST and value.isprintable()
    if isinstance(value, list | Mapping):
        return bool(value) and len(canonical(value)) <= SAID_AT_MOST
    return value is not None and (isinstance(value, bool) or abs(value) <= LARGEST)


def _listed(schema: JsonObject) -> Iterator[Json]:
    said = _said(schema)
    if "const" in said:
        yield said["const"]
    yield from members(schema)
    for holder in (schema, said):
        found = holder.get("examples")
        yield from found if isinstance(found, list) else ()


def _described(schema: JsonObject, rng: Random, depth: int = 0) -> list[Json]:
    """Return values that a schema describes without listing them: near the default, in the range, of the format, made of parts."""
    said = _said(schema)
    if listed := list(_listed(schema)):
        return listed
    kind, default = _type(said), schema.get("default")
    if kind == "boolean":
        return [False, True]
    if kind in ("integer", "number"):
        around = [near(default, rng) for _ in range(TRIES)] if default and not isinstance(default, bool) else []
        usable = [value for value in around if value != default and fits(value, said)]
        return usable or [_in_range(said, rng) for _ in range(TRIES)]
    if kind == "string":
        moved = near(default, rng) if isinstance(default, str) else default
        return [moved] if moved != default else _of_format(said.get("format"), rng)
    if depth < DEPTH and kind == "array":
        return _lists(said, rng, depth)
    if depth < DEPTH and kind == "object":
        return _objects(said, rng, depth)
    return []


def _in_range(schema: JsonObject, rng: Random) -> int | float | None:
    """Return a number as round as people say them; None where the schema gives no bound, or one past all floats."""
    try:
        return _between(schema, rng)
    except (ArithmeticError, ValueError):
        return None


def _between(schema: JsonObject, rng: Random) -> int | float | None:
    low, high = (
        next((bound for key in keys if isinstance(bound := schema.get(key), int | float)), None)
        for keys in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
    )
    if low is None and high is None:
        return None
    if high is None:
        found: float = (low or 0) + rng.choice(SMALL)
    elif low is None:
        found = high - rng.choice(SMALL)
    else:
        drawn = float(f"{rng.uniform(low, high):.2g}") if high - low > max(SMALL) else rng.uniform(low, high)
        found = min(max(drawn, low), high)
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        found = round(found / step) * step
    return round(found) if _type(schema) == "integer" else float(f"{found:.3g}")


def _of_format(name: Json, rng: Random) -> list[Json]:
    """Return a text of one of JSON Schema's formats."""
    day = (date(2024, 1, 1) + timedelta(days=rng.randrange(1000))).isoformat()
    clock = f"{rng.randint(6, 22):02}:{rng.randrange(0, 60, 5):02}:00Z"
    person, place = rng.choice(NAMES), rng.choice(PLACES)
    made = {
        "date": day,
        "time": clock,
        "date-time": f"{day}T{clock}",
        "duration": f"PT{rng.randint(1, 12)}H",
        "email": f"{person}@{place}",
        "hostname": place,
        "ipv4": f"192.0.2.{rng.randint(1, 254)}",
        "ipv6": f"2001:db8::{rng.randint(1, 9999):x}",
        "uri": f"https://{place}/{person.split('.')[0]}",
        "uuid": "-".join(f"{rng.getrandbits(4 * digits):0{digits}x}" for digits in (8, 4, 4, 4, 12)),
    }
    return [made[name]] if isinstance(name, str) and name in made else []


def _lists(schema: JsonObject, rng: Random, depth: int) -> list[Json]:
    items = _described(_part(schema, "items"), rng, depth + 1)
    least = schema.get("minItems")
    count = max(least if isinstance(least, int) else 1, min(2, len(items)))
    return [items[:count]] if 0 < count <= len(items) else []


def _objects(schema: JsonObject, rng: Random, depth: int) -> list[Json]:
    made: dict[str, Json] = {}
    for name in schema.get("required") or ():
        values: Sequence[Json] = _described(_part(_part(schema, "properties"), name), rng, depth + 1)
        if not values:
            return []
        made[name] = rng.choice(values)
    return [made] if made else []
