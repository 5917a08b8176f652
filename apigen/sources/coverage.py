"""What the arguments of a library's APIs exercise, by category."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from apigen.records import Api, Json


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many APIs there are, and how many of them have each of the features."""

    apis: int
    features: dict[str, int]


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and every schema within it."""
    if isinstance(schema, dict):
        yield schema
        schema = schema.values()
    elif not isinstance(schema, list):
        return
    for part in schema:
        yield from nodes(part)


def _has_type(schema: dict[str, Any], name: str) -> bool:
    kind = schema.get("type")
    return kind == name or (isinstance(kind, list) and name in kind)


def _any(test: Callable[[dict[str, Any]], bool]) -> Callable[[Api], bool]:
    return lambda api: any(test(node) for schema in api.properties.values() for node in nodes(schema))


FEATURES: dict[str, Callable[[Api], bool]] = {
    "optional": lambda api: len(api.properties) > len(api.required),
    "enums": _any(lambda node: isinstance(node.get("enum"), list)),
    "arrays": _any(lambda node: _has_type(node, "array")),
    "objects": _any(lambda node: _has_type(node, "object")),
    "examples": lambda api: bool(api.examples),
}


def is_rich(value: Json) -> bool:
    """Say whether a result is an object with lists or objects in it."""
    return isinstance(value, dict) and any(isinstance(part, list | dict) for part in value.values())


def coverage(apis: Iterable[Api]) -> dict[str, Coverage]:
    """Return the coverage of each category, in order of their names."""
    groups: dict[str, list[Api]] = {}
    for api in apis:
        groups.setdefault(api.category, []).append(api)
    return {
        category: Coverage(len(group), {name: sum(has(api) for api in group) for name, has in FEATURES.items()})
        for category, group in sorted(groups.items())
    }
