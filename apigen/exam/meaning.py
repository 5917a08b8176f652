"""Spoiled in meaning: well-shaped calls that are not what the query asks for."""

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from apigen.exam.edits import Around, call_fits, shuffled_leaves, steps, with_call, with_leaf
from apigen.exam.values import (
    ISO_DATE,
    TRIES,
    Leaf,
    appears,
    fits,
    is_new,
    leaves,
    near,
    one_schema,
    same,
    shifted,
    stated,
)
from apigen.records import Api, Call, Candidate, Json, canonical


def arguments_swapped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """Two values of one type in each other's place."""
    for at, call, api in steps(candidate, rng):
        pairs = [
            (one, other)
            for one in call.arguments
            for other in call.arguments
            if one < other
            and _kind(api, one) == _kind(api, other)
            and not same(call.arguments[one], call.arguments[other])
        ]
        for one, other in rng.sample(pairs, len(pairs)):
            swapped = {**call.arguments, one: call.arguments[other], other: call.arguments[one]}
            if fits(api, swapped):
                return with_call(candidate, at, Call(call.name, swapped))
    return None


def _kind(api: Api, name: str) -> str:
    schema = one_schema(api.properties.get(name, {}))
    return canonical([schema.get("type"), schema.get("enum")])


def value_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """One number or text changed to a near one that the query does not state."""
    return _changed(candidate, rng, _is_free, lambda leaf: near(leaf, rng))


def choice_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """Another of the choices that a schema gives, though the query has none of its words."""
    return _changed(candidate, rng, lambda leaf: bool(leaf.enum), lambda leaf: rng.choice(leaf.enum))


def _is_free(leaf: Leaf) -> bool:
    """Tell whether a value is a number or a text, and no choice: those can be said in other words, so no rule knows them all."""
    return not isinstance(leaf.value, bool) and not leaf.enum


def date_shifted(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A date moved by some days."""
    return _changed(candidate, rng, _is_date, lambda leaf: shifted(leaf.value, rng))


def _is_date(leaf: Leaf) -> bool:
    return isinstance(leaf.value, str) and ISO_DATE.fullmatch(leaf.value) is not None


def _changed(
    candidate: Candidate, rng: Random, wanted: Callable[[Leaf], bool], change: Callable[[Leaf], Json]
) -> Candidate | None:
    for leaf in filter(wanted, shuffled_leaves(candidate, rng)):
        for _ in range(TRIES):
            value = change(leaf)
            spoiled = with_leaf(candidate, leaf, value)
            if is_new(candidate, leaf, value) and call_fits(spoiled, leaf.call):
                return spoiled
    return None


def flag_flipped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A true that should be false, or the other way round."""
    flags = [leaf for leaf in shuffled_leaves(candidate, rng) if isinstance(leaf.value, bool)]
    return with_leaf(candidate, flags[0], not flags[0].value) if flags else None


def value_invented(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An optional argument set to a number or text that nobody asked for."""
    return _invented(candidate, rng, _inventions)


def choice_invented(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An optional argument set to one of its choices that nobody asked for."""
    return _invented(candidate, rng, lambda leaf, rng: rng.sample(leaf.enum, len(leaf.enum)))


def _invented(candidate: Candidate, rng: Random, values: Callable[[Leaf, Random], list[Json]]) -> Candidate | None:
    for at, call, api in steps(candidate, rng):
        free = [name for name in api.properties if name not in call.arguments and name not in api.required]
        for name in rng.sample(free, len(free)):
            leaf = Leaf(at, (name,), None, one_schema(api.properties[name]))
            for value in values(leaf, rng):
                spoiled = with_leaf(candidate, leaf, value)
                if is_new(candidate, leaf, value) and call_fits(spoiled, at):
                    return spoiled
    return None


def _inventions(leaf: Leaf, rng: Random) -> list[Json]:
    kind = "" if leaf.enum else leaf.schema.get("type")
    numbers = [rng.randint(3, 40), rng.randint(41, 400), rng.randint(3, 9)]
    known: dict[Json, list[Json]] = {
        "integer": [*numbers],
        "number": [*numbers, 0.37],
        "string": ["2031-03-17", "Quillmore", "17:35", "x"],
    }
    return known.get(kind, []) if isinstance(kind, str) else []


UNIT_WORDS = {
    "km": "miles", "kilometers": "miles", "miles": "kilometers", "meters": "feet", "feet": "meters", "kg": "pounds",
    "kilograms": "pounds", "pounds": "kilograms", "grams": "ounces", "liters": "gallons", "gallons": "liters",
    "celsius": "fahrenheit", "fahrenheit": "celsius", "minutes": "hours", "hours": "minutes", "days": "weeks",
    "weeks": "days", "months": "years", "years": "months", "euros": "dollars", "dollars": "euros", "inches": "yards",
}  # fmt: skip
NUMBER_AND_UNIT = re.compile(r"(\d ?)(" + "|".join(UNIT_WORDS) + r")\b", re.IGNORECASE)


def unit_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """Another unit: that of a unit argument, or else that behind a number of the query."""
    spoiled = _changed(candidate, rng, _is_unit, lambda leaf: rng.choice(leaf.enum))
    if spoiled:
        return spoiled
    found = list(NUMBER_AND_UNIT.finditer(candidate.query))
    if not found:
        return None
    place = rng.choice(found)
    word = UNIT_WORDS[place[2].lower()]
    return replace(candidate, query=candidate.query[: place.start(2)] + word + candidate.query[place.end(2) :])


def _is_unit(leaf: Leaf) -> bool:
    return bool(leaf.enum) and (
        re.search(r"(?:^|_)units?(?:$|_)", leaf.name) is not None
        or all(isinstance(member, str) and member.lower() in UNIT_WORDS for member in leaf.enum)
    )


def call_dropped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """One of several calls is not made."""
    if len(candidate.calls) < 2:
        return None
    gone = rng.randrange(len(candidate.calls))
    return replace(candidate, calls=(*candidate.calls[:gone], *candidate.calls[gone + 1 :]))


def calls_of_another_query(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """The query with the calls, and what was offered, of another sample: of the same functions and style where there is one."""
    names = [call.name for call in candidate.calls]

    def distance(other: Candidate) -> tuple[bool, bool]:
        return [call.name for call in other.calls] != names, other.draw.style != candidate.draw.style

    nearest_first = sorted(rng.sample(around.samples, len(around.samples)), key=distance)
    other = next((one for one in nearest_first if any(_is_foreign(candidate, leaf) for leaf in leaves(one))), None)
    return other and replace(candidate, draw=other.draw, calls=other.calls)


def _is_foreign(candidate: Candidate, leaf: Leaf) -> bool:
    """Tell whether another sample's value is a number or a free text that this one does not know."""
    free = _is_free(leaf) and not leaf.is_default and leaf.value != ""
    return free and not appears(candidate, leaf.value)


def query_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A number or a text of the query replaced by another, so that the call says what the query no longer does."""
    for leaf in shuffled_leaves(candidate, rng):
        if not _is_free(leaf) or leaf.is_default:
            continue
        written = re.compile(rf"(?<![\w.,-]){re.escape(_written(leaf.value))}(?!\w|[.,]\d)")
        new = near(leaf, rng)
        if is_new(candidate, leaf, new) and written.search(candidate.query):
            query = _written(new).join(written.split(candidate.query))
            literally = isinstance(leaf.value, str)
            if not (leaf.value.casefold() in query.casefold() if literally else stated(query, leaf.value)):
                return replace(candidate, query=query)
    return None


def _written(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value)
