"""Raw LLM text becomes queries and calls here, and nowhere else.

No text raises: what cannot be read is returned as a `Proposal` with a fault, which the format checker turns into a rejection.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apigen.records import Call, Json

MAX_CHARACTERS = 200_000
"""Longer replies are no proposals, and repairing them would take minutes."""
MAX_DEPTH = 32
MAX_PAIRS = 100
FENCE = re.compile(r"```[\w+-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
PAIR_KEYS = frozenset({"query", "calls"})


class Unreadable(ValueError):
    """A text or a value that is not what it should be: a reason code and a detail for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed pair as it was read. `raw` is its part of the reply; `fault` is (reason, detail) where it cannot be used."""

    raw: str
    query: str = ""
    calls: tuple[Call, ...] = ()
    fault: tuple[str, str] | None = None


def parse_pairs(text: str, *, truncated: bool = False) -> tuple[Proposal, ...]:
    """Read query/call pairs from a reply: a list, `{"pairs": […]}`, or one pair; fences and prose around it are ignored.

    Each pair is judged on its own. The last pair of a reply that was cut short is dropped when others came before it.
    """
    try:
        value = parse_json(text)
    except Unreadable as error:
        return (Proposal(text, fault=(error.reason, error.detail)),)
    if isinstance(value, Mapping) and isinstance(value.get("pairs"), list):
        value = value["pairs"]
    items = value if isinstance(value, list) else [value]
    if not items:
        return (Proposal(text, fault=("no_pairs", "the reply holds no pair")),)
    if len(items) > MAX_PAIRS:
        return (
            Proposal(
                text, fault=("too_many_pairs", f"the reply holds {len(items)} pairs; at most {MAX_PAIRS} are read")
            ),
        )
    if truncated and len(items) > 1:
        items = items[:-1]
    return tuple(_proposal(item) for item in items)


def parse_query(text: str) -> tuple[str, tuple[str, str] | None]:
    """Read `{"query": …}` from a reply; return the query and, where there is none, the fault."""
    try:
        value = parse_json(text)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return _query(_object(value, "the reply", {"query"})), None
    except Unreadable as error:
        return "", (error.reason, error.detail)


def parse_calls(text: str) -> tuple[Call, ...]:
    """Read `{"calls": […]}`, a list of calls, or one call from a reply.

    Raises:
        Unreadable: If there are none.
    """
    value = parse_json(text)
    if isinstance(value, Mapping):
        value = value.get("calls", [value])
    return _calls(value)


def parse_json(text: str) -> Json:
    """Return the JSON value in a reply, repaired where a model slipped.

    Raises:
        Unreadable: If there is none, or it is too long, too deep, or holds what JSON text cannot.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("reply_too_long", f"the reply has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    fenced = FENCE.search(text)
    body = (fenced.group(1) if fenced else text).strip()
    try:
        value = _load(body)
    except RecursionError:
        raise Unreadable("too_deep", "the reply is nested too deeply") from None
    if not isinstance(value, dict | list) or not value:
        raise Unreadable("unparseable", "the reply holds no JSON object or list")
    _check(value, MAX_DEPTH)
    return value


def _load(body: str) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except ValueError:
        pass
    if max(body.count("["), body.count("{")) > 2_000:
        raise Unreadable("too_deep", "the reply is no JSON, and has too many brackets to mend")
    start = min((place for place in (body.find("{"), body.find("[")) if place >= 0), default=-1)
    if start < 0:
        return None
    from json_repair import repair_json

    try:
        return repair_json(body[start:], return_objects=True, skip_json_loads=True)
    except RecursionError:
        raise
    except Exception:  # whatever a repair library stumbles over is the reply's fault
        return None


def _refuse_constant(name: str) -> None:
    raise Unreadable("not_json", f"{name} is no JSON number")


def _check(value: Json, depth: int) -> None:
    """Refuse what could not be stored or sent as JSON: too deep, lone surrogates, numbers without end."""
    if depth == 0:
        raise Unreadable("too_deep", f"the reply is nested more than {MAX_DEPTH} deep")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unreadable("invalid_unicode", "a text holds half of a surrogate pair") from None
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise Unreadable("not_json", f"{value} is no JSON number")
    elif isinstance(value, int):
        if value.bit_length() > 1_024:
            raise Unreadable("not_json", "a number has more than 300 digits")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif value is not None:
        raise Unreadable("not_json", f"a value of type {type(value).__name__} is no JSON")


def _proposal(item: Json) -> Proposal:
    raw = json.dumps(item, ensure_ascii=False)
    try:
        pair = _object(item, "the pair", PAIR_KEYS)
        query = _query(pair)
        if "calls" not in pair:
            raise Unreadable("missing_calls", "the pair has no `calls`")
        return Proposal(raw, query, _calls(pair["calls"]))
    except Unreadable as error:
        return Proposal(raw, fault=(error.reason, error.detail))


def _object(value: Json, what: str, keys: frozenset[str] | set[str]) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise Unreadable("not_an_object", f"{what} is a {_kind(value)}, not an object")
    extra = sorted(set(value) - keys)
    if extra:
        raise Unreadable("extra_key", f"{what} has a key too many: {extra[0][:100]}")
    return value


def _query(pair: Mapping[str, Json]) -> str:
    if "query" not in pair:
        raise Unreadable("missing_query", "the pair has no `query`")
    query = pair["query"]
    if not isinstance(query, str):
        raise Unreadable("query_not_text", f"`query` is a {_kind(query)}, not a text")
    if not query.strip():
        raise Unreadable("empty_query", "`query` is empty")
    return query.strip()


def _calls(value: Json) -> tuple[Call, ...]:
    if not isinstance(value, list):
        raise Unreadable("calls_not_list", f"`calls` is a {_kind(value)}, not a list")
    return tuple(_call(item) for item in value)


def _call(item: Json) -> Call:
    call = _object(item, "a call", {"name", "arguments"})
    if not isinstance(call.get("name"), str) or not isinstance(call.get("arguments"), Mapping):
        raise Unreadable("invalid_call", "a call needs a `name` (text) and `arguments` (object)")
    return Call(call["name"], call["arguments"])


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "text", list: "list"}
    return names.get(type(value), "object")
