"""An OpenAPI document as a plain JSON tree: hostile until it has been read here, within bounds on size, number and depth."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

import yaml

from apigen.errors import LibraryError
from apigen.records import Json, JsonObject

MAX_BYTES = 32_000_000
MAX_VALUES = 2_000_000
MAX_DEPTH = 100
MAX_STEPS = 20
"""How many references in a row are followed."""

# The core schema of YAML 1.2, as OpenAPI asks for: dates, `no` and 12:30 stay texts.
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class Unusable(Exception):
    """A part of a document that cannot be used; the message is the reason, in a few words."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document's tree, never changed, and what to call it in messages. Parts of it may be shared, but none holds itself."""

    tree: JsonObject
    label: str
    dialect: Literal["3.0", "3.1"]

    def at(self, ref: Json) -> Json:
        """Return what a reference within the document points to.

        Raises:
            Unusable: If it points outside of the document, or to nothing.
        """
        if not isinstance(ref, str):
            raise Unusable("a `$ref` is no text")
        if not ref.startswith("#"):
            raise Unusable(f"refers to {shown(ref)}, outside of the document")
        here: Json = self.tree
        for part in unquote(ref[1:]).split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict) and key in here:
                here = here[key]
            elif isinstance(here, list) and key.isdecimal() and len(key) < 8 and int(key) < len(here):
                here = here[int(key)]
            else:
                raise Unusable(f"refers to {shown(ref)}, which is not there")
        if here is self.tree:
            raise Unusable(f"refers to {shown(ref)}, which is no part of the document")
        return here

    def resolved(self, value: Json, what: str) -> JsonObject:
        """Return an object, or the one that it refers to.

        Raises:
            Unusable: If there is no object at the end.
        """
        for _ in range(MAX_STEPS):
            if not isinstance(value, dict):
                raise Unusable(f"{what} is no object")
            if "$ref" not in value:
                return value
            value = self.at(value["$ref"])
        raise Unusable(f"{what} is a reference that never ends")


def read_document(raw: bytes, label: str) -> Document:
    """Read JSON or YAML.

    Raises:
        LibraryError: If it is neither, too large, or no OpenAPI 3.0 or 3.1; the message names the document.
    """
    if len(raw) > MAX_BYTES:
        raise LibraryError(f"{label}: is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
        tree = _from_json(text) if text.lstrip()[:1] == "{" else _from_yaml(text)
    except UnicodeDecodeError:
        raise LibraryError(f"{label}: is not UTF-8 text") from None
    except Unusable as error:
        raise LibraryError(f"{label}: {error}") from None
    if not isinstance(tree, dict):
        raise LibraryError(f"{label}: is no OpenAPI document; it must hold an object")
    if "swagger" in tree:
        raise LibraryError(f"{label}: is Swagger {shown(str(tree['swagger']))}; convert it to OpenAPI 3")
    version = str(tree.get("openapi", ""))
    if re.match(r"3\.0(\.|$)", version):
        return Document(tree, label, "3.0")
    if re.match(r"3\.1(\.|$)", version):
        return Document(tree, label, "3.1")
    raise LibraryError(f"{label}: its `openapi` is {shown(version) or 'missing'}; 3.0 and 3.1 are read")


def shown(text: str, limit: int = 80) -> str:
    """Return a text of the document's for a message: one line, nothing invisible, cut."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _from_json(text: str) -> Json:
    try:
        tree = json.loads(text, parse_constant=finite, parse_float=finite)
    except RecursionError:
        raise Unusable("is nested too deeply") from None
    except ValueError as error:
        try:
            return _from_yaml(text)  # which may well begin with a brace
        except Unusable:
            raise Unusable(f"is no JSON ({shown(str(error))})") from None
    values = 0
    level: list[Json] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        values += len(level)
        if values > MAX_VALUES:
            raise Unusable(f"has more than {MAX_VALUES} values")
        if not level:
            return _mended(tree) if "\\ud" in text.lower() else tree
    raise Unusable(f"is nested deeper than {MAX_DEPTH} levels")


def finite(text: str) -> float:
    """Return a number, or raise ValueError for one that JSON does not have (NaN, Infinity, 1e999)."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no JSON number")
    return number


def _children(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _mended(value: Json) -> Json:
    """Return the tree without halves of surrogate pairs, which no file could be written with."""
    if isinstance(value, str):
        return _LONE_SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return [_mended(item) for item in value] if isinstance(value, list) else value


def _from_yaml(text: str) -> Json:
    builder, done = _YamlBuilder(), False
    try:
        # The events, not the loader: libyaml's composer is recursive and ends the process on deep nesting.
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if not done:
                done = builder.take(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                raise Unusable("holds more than one document")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise Unusable(f"{where}{shown(str(getattr(error, 'problem', None) or 'is no YAML'))}") from None
    if not done:
        raise Unusable("is empty")
    return builder.root


@dataclass(slots=True)
class _Frame:
    """A collection that is being read. `size` and `height` count what a walk through it would see, aliases followed."""

    value: Any
    anchor: str | None
    key: str | None = None
    size: int = 1
    height: int = 1


class _YamlBuilder:
    """Makes JSON values of YAML events, and nothing else: tags but `!!str` mean nothing here, keys are texts."""

    def __init__(self) -> None:
        self.root: Json = None
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Json, int, int] | None] = {}

    def take(self, event: Any) -> bool:
        """Take the next event; return whether the document is complete."""
        match event:
            case yaml.ScalarEvent():
                value = event.value if self._awaits_key() else _scalar(event)
                return self._add(value, 1, 0, event.anchor)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if self._awaits_key():
                    raise Unusable(f"{_line(event)}a key is no text")
                if len(self._open) >= MAX_DEPTH:
                    raise Unusable(f"is nested deeper than {MAX_DEPTH} levels")
                if event.anchor:
                    self._anchors[event.anchor] = None
                self._open.append(_Frame({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                frame = self._open.pop()
                return self._add(frame.value, frame.size, frame.height, frame.anchor)
            case yaml.AliasEvent():
                known = self._anchors.get(event.anchor or "")
                if known is None:
                    raise Unusable(f"{_line(event)}an alias of nothing, or of what it stands in")
                return self._add(*known, None)
        return False

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _add(self, value: Json, size: int, height: int, anchor: str | None) -> bool:
        if anchor:
            self._anchors[anchor] = (value, size, height)
        if not self._open:
            self.root = value
            return True
        frame = self._open[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if frame.size > MAX_VALUES:
            raise Unusable(f"has more than {MAX_VALUES} values once its aliases are followed")
        if frame.height + len(self._open) > MAX_DEPTH:
            raise Unusable(f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            if not isinstance(value, str):
                raise Unusable("a key is no text")
            frame.key = value
        else:
            key, frame.key = frame.key, None
            if key == "<<":
                for other in value if isinstance(value, list) else [value]:
                    frame.value.update({k: v for k, v in _mapping(other).items() if k not in frame.value})
            else:
                frame.value[key] = value
        return False


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}: " if event.start_mark else ""


def _mapping(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise Unusable("a merge key `<<` takes in what is no mapping")
    return value


def _scalar(event: Any) -> Json:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or tagged
        return text
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
