"""Where a call's arguments go: one HTTP request of path, query, headers and body, and never another path or host."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from apigen.records import Json, JsonObject, canonical
from apigen.sandbox.broker import Pairs
from apigen.sources.documents import shown

Place = Literal["path", "query", "header", "body"]

MAX_UNPACKED = 4
_SEPARATORS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "|"}


class BadArguments(Exception):
    """Arguments that make no request of this API; the message names the argument."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one argument goes: the place, the name there ("" for a body as a whole), and how arrays and objects are written."""

    place: Place
    name: str
    style: str = "form"
    explode: bool = True


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A request without any secret."""

    method: str
    url: str
    headers: Pairs = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """How the calls of one API are made: `base` has no slash at its end, `path` its slots in braces by wire name."""

    method: str
    base: str
    path: str
    slots: Mapping[str, Slot]
    body: Literal["json", "form"] = "json"

    def request(self, arguments: JsonObject) -> PlainRequest:
        """Return the request of a call.

        Raises:
            BadArguments: If an argument is unknown, missing in the path, or would lead to another path or host.
        """
        places: dict[Place, dict[str, tuple[Slot, Json]]] = {"path": {}, "query": {}, "header": {}, "body": {}}
        for argument, value in json.loads(canonical(arguments)).items():  # 5.0 goes out as 5, as in the recording's key
            if argument not in self.slots:
                raise BadArguments(f"there is no argument `{shown(argument, 60)}`")
            slot = self.slots[argument]
            if value is not None or slot.place == "body":
                places[slot.place][argument] = (slot, value)
        headers = [(slot.name, _simple(value, slot.explode, encode=str)) for slot, value in places["header"].values()]
        query = "&".join(part for slot, value in places["query"].values() for part in query_parts(slot, value))
        body = self._body(places["body"])
        if body is not None:
            form = "application/x-www-form-urlencoded"
            headers.append(("content-type", form if self.body == "form" else "application/json"))
        url = f"{self.base}{self._filled(places['path'])}{'?' if query else ''}{query}"
        return PlainRequest(self.method, url, tuple(headers), body)

    def _filled(self, given: dict[str, tuple[Slot, Json]]) -> str:
        path = self.path
        values = {slot.name: (argument, slot, value) for argument, (slot, value) in given.items()}
        parts = re.split(r"\{([^{}]*)\}", path)
        for place in range(1, len(parts), 2):
            if parts[place] not in values:
                raise BadArguments(f"the path's `{shown(parts[place], 60)}` is missing")
            argument, slot, value = values[parts[place]]
            text = _simple(value, slot.explode)
            # Servers unpack once more than one would think: what could be a step up, or none, does not go out.
            meant = text
            for _ in range(MAX_UNPACKED):
                meant = unquote(meant)
            if not text or "\0" in meant or any(step in (".", "..") for step in re.split(r"[/\\]", meant)):
                raise BadArguments(f"`{argument}` cannot be a part of the path")
            parts[place] = text
        whole = "".join(parts)
        if any(step in (".", "..") for step in whole.split("/")):
            raise BadArguments("the arguments would change the path")
        return whole

    def _body(self, given: dict[str, tuple[Slot, Json]]) -> bytes | None:
        if not given:
            return None
        for slot, value in given.values():
            if not slot.name:
                return json.dumps(value, allow_nan=False).encode()
        if self.body == "form":
            pairs = (query_parts(slot, value) for slot, value in given.values() if value is not None)
            return "&".join(part for parts in pairs for part in parts).encode()
        return json.dumps({slot.name: value for slot, value in given.values()}, allow_nan=False).encode()


def query_parts(slot: Slot, value: Json) -> list[str]:
    """Return a query argument as `name=value` parts, by the styles of OpenAPI 3.1, 4.8.12.2."""
    name = _encoded(slot.name)
    if slot.style == "json":
        return [f"{name}={_encoded(canonical(value))}"]
    if slot.style == "deepObject" and isinstance(value, dict):
        return [f"{_encoded(f'{slot.name}[{key}]')}={_text(item)}" for key, item in value.items()]
    if isinstance(value, dict):
        if slot.explode:
            return [f"{_encoded(key)}={_text(item)}" for key, item in value.items()]
        return [f"{name}={_SEPARATORS.get(slot.style, ',').join(_flat(value))}"]
    if isinstance(value, list):
        if slot.explode:
            return [f"{name}={_text(item)}" for item in value]
        return [f"{name}={_SEPARATORS.get(slot.style, ',').join(map(_text, value))}"]
    return [f"{name}={_text(value)}"]


def _simple(value: Json, explode: bool, encode: object = None) -> str:
    """Return a value in the style `simple`; with `encode` as it is, else encoded for a URL."""
    write = _plain_text if encode else _text
    if isinstance(value, dict):
        if explode:
            return ",".join(f"{write(key)}={write(item)}" for key, item in value.items())
        return ",".join(write(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return ",".join(map(write, value))
    return write(value)


def _flat(value: JsonObject) -> list[str]:
    return [_text(part) for pair in value.items() for part in pair]


def _plain_text(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value)


def _text(value: Json) -> str:
    return _encoded(_plain_text(value))


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")
