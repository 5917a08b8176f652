"""What corruptions need of values: every plain one in a call, a near one, and whether a query states one.

`stated` is deliberately not the checkers' own reading of a query: an exam must not ask the examinee what is right. It errs towards
"stated", so that a new value is taken only where no reader could find it in the query.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from apigen.records import Api, Candidate, Json, JsonObject, canonical

Path = tuple[str | int, ...]

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
WORD = re.compile(r"[^\W\d_]+")
TRIES = 40
LARGEST = 1e15
"""Larger numbers are left alone: a float does not hold their digits."""
NUMBER_WORDS = {
    "zero": 0, "no": 0, "a": 1, "an": 1, "one": 1, "once": 1, "single": 1, "first": 1, "two": 2, "twice": 2, "double": 2,
    "couple": 2, "pair": 2, "both": 2, "second": 2, "three": 3, "thrice": 3, "third": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "thousand": 1000, "half": 0.5, "quarter": 0.25, "per": 1, "each": 1, "every": 1, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
"""What one word says of a number. "fifty-three" counts as 50 and as 3: too many are better than too few."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One plain value of a call (a number, text or flag): which call, the way to it, and its schema."""

    call: int
    path: Path
    value: Json
    schema: JsonObject

    @property
    def name(self) -> str:
        return str(self.path[0])

    @property
    def enum(self) -> list[Json]:
        choices = self.schema.get("enum")
        return choices if isinstance(choices, list) else []

    @property
    def is_default(self) -> bool:
        return "default" in self.schema and same(self.value, self.schema["default"])


def same(value: Json, other: Json) -> bool:
    return canonical(value) == canonical(other)


def leaves(candidate: Candidate) -> list[Leaf]:
    """Return every plain value of the calls, in order; null is none."""
    found: list[Leaf] = []
    for number, call in enumerate(candidate.calls):
        api = candidate.draw.offered(call.name)
        for name, value in call.arguments.items():
            found.extend(_leaves(number, (name,), value, api.properties.get(name, {}) if api else {}))
    return found


def _leaves(call: int, path: Path, value: Json, schema: Json) -> Iterator[Leaf]:
    known = one_schema(schema)
    if isinstance(value, Mapping):
        properties, others = known.get("properties", {}), known.get("additionalProperties")
        for key, item in value.items():
            yield from _leaves(call, (*path, key), item, properties.get(key, others))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _leaves(call, (*path, at), item, known.get("items"))
    elif value is not None:
        yield Leaf(call, path, value, known)


def one_schema(schema: Json) -> JsonObject:
    """Return a schema without its null branch: what an optional value is when it is given."""
    if not isinstance(schema, Mapping):
        return {}
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ()) if isinstance(branch, Mapping)]
    given = [branch for branch in branches if branch.get("type") != "null"]
    return {**schema, **given[0]} if len(given) == 1 else schema


def put(arguments: Json, path: Path, value: Json) -> Json:
    """Return a copy of JSON with another value at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(arguments, Mapping):
        return {**arguments, step: put(arguments.get(str(step)), tuple(rest), value)}
    return [put(item, tuple(rest), value) if at == step else item for at, item in enumerate(arguments)]


def fits(api: Api, arguments: JsonObject) -> bool:
    """Tell whether an API's schema takes the arguments."""
    from jsonschema import Draft202012Validator

    try:
        checker = Draft202012Validator.FORMAT_CHECKER
        return Draft202012Validator(api.parameters, format_checker=checker).is_valid(arguments)
    except (ArithmeticError, RecursionError):
        return False


def stated(query: str, value: Json) -> bool:
    """Tell whether a query might state a value, taken literally; a text also by the first letters of any word of it."""
    text = query.casefold()
    if isinstance(value, int | float):
        return abs(value) > LARGEST or abs(float(value)) in numbers_said(text)
    if not isinstance(value, str):
        return True
    words = [word for word in WORD.findall(value.casefold()) if len(word) > 2]
    return value.casefold() in text or any(word[:4] in text for word in words)


def numbers_said(query: str) -> set[float]:
    """Return the numbers that a query says in digits or in one word."""
    digits = {float(found.replace(",", "")) for found in NUMERAL.findall(query) if len(found) < 300}
    return digits | {NUMBER_WORDS[word] for word in WORD.findall(query.casefold()) if word in NUMBER_WORDS}


def is_new(candidate: Candidate, leaf: Leaf, value: Json) -> bool:
    """Tell whether a value is another than the leaf's and its default, and is stated nowhere in the query or the calls."""
    if value is None or same(value, leaf.value) or ("default" in leaf.schema and same(value, leaf.schema["default"])):
        return False
    return not appears(candidate, value, literally=isinstance(value, str) and not leaf.enum)


def appears(candidate: Candidate, value: Json, *, literally: bool = False) -> bool:
    """Tell whether a value might be stated in the query, or is one of the calls' own. `literally`: a text only as a whole."""
    # Most words of a text with one letter changed are still those of the query.
    said = value.casefold() in candidate.query.casefold() if literally else stated(candidate.query, value)
    return said or any(same(value, leaf.value) for leaf in leaves(candidate))


def near(leaf: Leaf, rng: Random) -> Json:
    """Return a value of the same kind nearby: another choice, a number 3 to 15 percent off, another day, another letter."""
    value = leaf.value
    if leaf.enum:
        return rng.choice(leaf.enum)
    if isinstance(value, int | float):
        return near_number(value, rng)
    if ISO_DATE.fullmatch(value):
        return shifted(value, rng)
    if CLOCK_TIME.fullmatch(value):
        minutes = int(value[:2]) * 60 + int(value[3:]) + rng.choice((-1, 1)) * rng.randint(10, 55)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    return near_text(value, rng)


def near_number(value: int | float, rng: Random) -> int | float | None:
    """Return a number of the same decimals and sign, 3 percent off or more: no rounding and no other unit makes it the same."""
    if abs(value) > LARGEST:
        return None
    decimals = 0 if isinstance(value, int) else len(f"{value:.10f}".rstrip("0").partition(".")[2])
    step = max(10.0**-decimals, abs(value) * rng.uniform(0.03, 0.15))
    changed = round(value + rng.choice((-1, 1)) * step, decimals)
    if abs(changed - value) < 0.03 * abs(value) or (changed < 0) != (value < 0):
        return None
    return int(changed) if isinstance(value, int) else changed


def shifted(day: str, rng: Random) -> str | None:
    """Return an ISO date some days earlier or later."""
    try:
        return (date.fromisoformat(day) + timedelta(days=rng.choice((-1, 1)) * rng.randint(1, 20))).isoformat()
    except (ValueError, OverflowError):
        return None


def near_text(text: str, rng: Random) -> str | None:
    """Return a text with another letter or digit in one place."""
    places = [at for at, letter in enumerate(text) if letter.isascii() and letter.isalnum()]
    if not places:
        return None
    at = rng.choice(places)
    kind = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    letter = rng.choice([other for other in kind if other != text[at].lower()])
    return text[:at] + (letter.upper() if text[at].isupper() else letter) + text[at + 1 :]
