"""What of a library the verified calls use: its APIs, their optional parameters, the members of their enums."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from apigen.records import Api, Call, Json
from apigen.stats.measures import value_key

Path = tuple[str, ...]
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    used: int
    of: int

    def to_json(self) -> dict[str, Json]:
        return {"used": self.used, "of": self.of, "share": self.used / self.of if self.of else None}


class CoverageCount:
    """Grows with the library, not with the calls."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self.calls: Counter[str] = Counter({api.name: 0 for api in apis})
        self._optional = {api.name: set(api.properties).difference(api.required) for api in apis}
        self._enums = {api.name: set(_members(api.parameters, ())) for api in apis}
        self._paths = {name: {path for path, _ in members} for name, members in self._enums.items()}
        self._given: set[tuple[str, str]] = set()
        self._chosen: set[tuple[str, Path, str]] = set()

    def add(self, call: Call) -> None:
        name = call.name
        self.calls[name] += 1
        self._given.update([(name, key) for key in call.arguments if key in self._optional.get(name, ())])
        if paths := self._paths.get(name):
            for path, value in _leaves(call.arguments, (), paths):
                member = path, value_key(value)
                if member in self._enums[name]:
                    self._chosen.add((name, *member))

    def members(self, name: str, argument: str) -> int | None:
        """Return how many members the enum of an argument has; None where it has none."""
        return sum(path == (argument,) for path, _ in self._enums.get(name, ())) or None

    @property
    def apis(self) -> Share:
        return Share(sum(count > 0 for count in self.calls.values()), len(self.calls))

    @property
    def optional(self) -> Share:
        return Share(len(self._given), sum(map(len, self._optional.values())))

    @property
    def enum_members(self) -> Share:
        return Share(len(self._chosen), sum(map(len, self._enums.values())))


def _members(schema: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each member of each enum in a schema with the place of its value: argument names, `[]` for the items of a list."""
    if not isinstance(schema, Mapping) or len(path) > MAX_DEPTH:
        return
    for member in schema.get("enum") or ():
        if member is not None and not isinstance(member, dict | list):
            yield path, value_key(member)
    for key in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(key) or ():
            yield from _members(branch, path)
    for name, part in (schema.get("properties") or {}).items():
        yield from _members(part, (*path, name))
    for part in [schema.get("items"), *(schema.get("prefixItems") or ())]:
        yield from _members(part, (*path, "[]"))


def _leaves(value: Json, path: Path, wanted: set[Path]) -> Iterator[tuple[Path, Json]]:
    """Yield the texts, numbers and booleans at the wanted places."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, (*path, name), wanted)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, (*path, "[]"), wanted)
    elif path in wanted:
        yield path, value
