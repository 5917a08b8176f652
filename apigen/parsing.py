"""Raw LLM text becomes queries and calls here, and nowhere else.

No text raises: what cannot be read is returned as a `Proposal` with a fault, which the format checker turns into a rejection.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from apigen.records import Call, Json

MAX_CHARACTERS = 200_000
"""Longer replies are no proposals, and repairing them would take minutes."""
MAX_DEPTH = 32
MAX_PAIRS = 100
MAX_MENDED = 8_000
"""Longer texts are not repaired: what the repair takes grows with the square of the length."""
FENCES = (
    re.compile(r"```[\w+-]*[ \t]*\n?(.*)```", re.DOTALL),
    re.compile(r"```[\w+-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL),
)
"""From the first fence to the last one, and to the next one (or the end)."""
OPENING = re.compile(r"[\[{](?=(\s*(?:\{\s*)?\"(?:pairs|query|calls|name)\"))?")
"""An opening bracket; the group is there when it begins something of ours."""
MAX_OPENINGS = 50
TRUNCATED = ("truncated", "the reply ran into the token limit")
PAIR_KEYS = frozenset({"query", "calls"})


class Unreadable(Exception):
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

    Each pair is judged on its own. Of a reply that was cut short, the last pair is dropped; alone, it is a fault.
    """
    try:
        value, whole = _read(text)
    except Unreadable as error:
        return (Proposal(text, fault=(error.reason, error.detail)),)
    if isinstance(value, Mapping) and isinstance(value.get("pairs"), list):
        value = value["pairs"]
    items = value if isinstance(value, list) else [value]
    if truncated and not whole:
        items = items[:-1]
        if not items:
            return (Proposal(text, fault=TRUNCATED),)
    if not items:
        return (Proposal(text, fault=("no_pairs", "the reply holds no pair")),)
    if len(items) > MAX_PAIRS:
        detail = f"the reply holds {len(items)} pairs; at most {MAX_PAIRS} are read"
        return (Proposal(text, fault=("too_many_pairs", detail)),)
    return tuple(_proposal(item) for item in items)


def parse_query(text: str, *, truncated: bool = False) -> tuple[str, tuple[str, str] | None]:
    """Read `{"query": …}` from a reply; return the query and, where there is none, the fault."""
    try:
        value, whole = _read(text)
        if truncated and not whole:
            return "", TRUNCATED
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


def parse_final(text: str, *, truncated: bool = False) -> str:
    """Read `{"answer": …}` from a reply, and nothing else; the text is stripped, and may be empty.

    Raises:
        Unreadable: If it is not there, or the reply was cut short.
    """
    value = _object(parse_json(text, truncated=truncated), "the reply", {"answer"})
    if not isinstance(value.get("answer"), str):
        raise Unreadable("missing_answer", "the reply has no `answer` in words")
    return " ".join(str(value["answer"]).split())


def parse_json(text: str, *, truncated: bool = False) -> Json:
    """Return the JSON value in a reply, repaired where a model slipped, but not where a reply was cut short.

    Raises:
        Unreadable: If there is none, or it is too long, too deep, or holds what JSON text cannot.
    """
    value, whole = _read(text)
    if truncated and not whole:
        raise Unreadable(*TRUNCATED)
    return value


def _read(text: str) -> tuple[Json, bool]:
    """Return the JSON value in a reply, and whether it stood there whole (or had to be repaired)."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("reply_too_long", f"the reply has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    try:
        value, whole = _load(text)
    except RecursionError:
        raise Unreadable("too_deep", "the reply is nested too deeply") from None
    if not isinstance(value, dict | list) or not value:
        raise Unreadable("unparseable", "the reply holds no JSON object or list")
    _check(value, MAX_DEPTH)
    return value, whole


def _load(text: str) -> tuple[Json, bool]:
    text = text.rpartition("</think>")[2]  # models that think aloud answer after it
    bodies = [text.strip(), *(found.group(1).strip() for fence in FENCES if (found := fence.search(text)))]
    for body in bodies:
        try:
            return json.loads(body, parse_constant=_refuse_constant, parse_int=_read_integer), True
        except ValueError:
            continue
    body = bodies[-1]
    embedded = _embedded(body)
    if embedded is not None:
        return embedded, True
    if max(body.count("["), body.count("{")) > 2_000:
        raise Unreadable("too_deep", "the reply is no JSON, and has too many brackets to mend")
    start = min((place for place in (body.find("{"), body.find("[")) if place >= 0), default=len(body))
    return _mend(body[start:]), False


def _embedded(body: str) -> Json:
    """Return the first object, or list of objects, that stands whole in a text with prose around it; None without one."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_read_integer)
    for opening in list(OPENING.finditer(body))[:MAX_OPENINGS]:
        try:
            value, _ = decoder.raw_decode(body, opening.start())
        except ValueError:
            # An outer object or list that is broken is for the repair, not to be taken apart.
            if opening.group(1):
                return None
            continue
        if (isinstance(value, dict) and value) or (
            isinstance(value, list) and any(isinstance(one, dict) for one in value)
        ):
            return value
    return None


def _mend(body: str) -> Json:
    """Return what a broken JSON text was meant to be; of a long one, the items that stand there whole."""
    if len(body) > MAX_MENDED:
        return _whole_items(body)
    from json_repair import repair_json

    try:
        return repair_json(body, return_objects=True, skip_json_loads=True)
    except RecursionError:
        raise
    except Exception:  # whatever a repair library stumbles over is the reply's fault
        return None


def _whole_items(body: str) -> list[Json]:
    """Return the items at the beginning of the first list in a text that is cut or broken later on."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_read_integer)
    items: list[Json] = []
    place = body.find("[") + 1
    while place:
        try:
            item, end = decoder.raw_decode(body, place + _spaces(body, place))
        except ValueError:
            break
        items.append(item)
        place = body.find(",", end) + 1
    # In the place of the broken one, so that a reply that was cut short loses that one and no other.
    return [*items, None] if items else []


def _spaces(body: str, place: int) -> int:
    return len(body[place : place + 100]) - len(body[place : place + 100].lstrip())


def _refuse_constant(name: str) -> None:
    raise Unreadable("not_json", f"{name} is no JSON number")


def _read_integer(digits: str) -> int:
    if len(digits) > 310:
        raise Unreadable("not_json", "a number has more than 300 digits")
    return int(digits)


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
