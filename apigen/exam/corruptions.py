"""Known ways to spoil a right sample. A new one is a function here and one line in CORRUPTIONS.

Each takes a verified candidate and returns a spoiled one, or None where it does not apply; what it returns means something else.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, get_args

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
    put,
    same,
    shifted,
    stated,
)
from apigen.records import Api, Call, CallError, CallResult, Candidate, ErrorKind, Json, canonical

Decided = Literal["rule", "vote"]
Rule = Literal["format", "execution", "grounding"]


@dataclass(frozen=True, slots=True)
class Around:
    """What a corruption may take from elsewhere: the library's APIs, and the other samples of the exam."""

    apis: tuple[Api, ...]
    samples: tuple[Candidate, ...] = ()


Apply = Callable[[Candidate, Random, Around], Candidate | None]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to spoil a sample. `rule` is the checker that can tell by itself, wherever the corruption applies.

    `shows_in_result`: where the calls give the same results as before, nothing was spoiled (the two sides of a product swapped).
    """

    change: Apply
    rule: Rule | None = None
    shows_in_result: bool = False

    def decided_by(self, stages: Sequence[str]) -> Decided:
        """Return who has to catch it, in a verifier of these stages."""
        return "rule" if self.rule in stages else "vote"

    def apply(self, sample: Candidate, rng: Random, around: Around) -> Candidate | None:
        """Return the sample spoiled, with no verdicts; with results only where those are what was spoiled."""
        clean = replace(sample, verdicts=(), results=())
        spoiled = self.change(clean, rng, around)
        if spoiled is None or is_same(spoiled, clean):
            return None
        return spoiled


def is_same(candidate: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates say the same: query, calls in any order, and results."""
    keys = [sorted(call.key for call in one.calls) for one in (candidate, other)]
    return keys[0] == keys[1] and (candidate.query, candidate.results) == (other.query, other.results)


def api_renamed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A call of a function that does not exist, of a name much like it."""
    at, call = _pick(candidate.calls, rng)
    head, _, tail = call.name.rpartition("_")
    names = [f"get_{call.name}", f"{call.name}s", f"{tail}_{head}" if head else f"{call.name}_v2"]
    taken = {api.name for api in (*around.apis, *candidate.draw.apis)}
    free = [name for name in names if name not in taken]
    return _with_call(candidate, at, Call(rng.choice(free), call.arguments)) if free else None


def api_not_offered(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A call of a function of the library that was not offered."""
    at, call = _pick(candidate.calls, rng)
    others = [api.name for api in around.apis if candidate.draw.offered(api.name) is None]
    return _with_call(candidate, at, Call(rng.choice(others), call.arguments)) if others else None


def argument_renamed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An argument under a name that the function does not have."""
    for at, call, api in _steps(candidate, rng):
        for name in rng.sample(list(call.arguments), len(call.arguments)):
            new = rng.choice((f"{name}_value", f"the_{name}", f"{name}_0"))
            renamed = {new if key == name else key: value for key, value in call.arguments.items()}
            if not fits(api, renamed):
                return _with_call(candidate, at, Call(call.name, renamed))
    return None


def argument_added(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An argument that the function does not have."""
    for at, call, api in _steps(candidate, rng):
        more = {**call.arguments, rng.choice(("verbose_output", "precision_hint", "locale_code")): 1}
        if not fits(api, more):
            return _with_call(candidate, at, Call(call.name, more))
    return None


def argument_dropped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A required argument left out."""
    for at, call, api in _steps(candidate, rng):
        needed = [name for name in api.required if name in call.arguments]
        if needed:
            gone = rng.choice(needed)
            left = {name: value for name, value in call.arguments.items() if name != gone}
            return _with_call(candidate, at, Call(call.name, left))
    return None


def wrong_type(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A value of a type that the schema refuses, as LLMs write it: a number as text, one thing as a list."""

    def spoil(value: Json) -> list[Json]:
        return [str(value), [value]] if isinstance(value, bool | int | float) else [[value], {"value": value}, 7]

    return _refused(candidate, rng, spoil)


def _refused(candidate: Candidate, rng: Random, spoil: Callable[[Json], list[Json]]) -> Candidate | None:
    for at, call, api in _steps(candidate, rng):
        for name in rng.sample(list(call.arguments), len(call.arguments)):
            for value in spoil(call.arguments[name]):
                arguments = {**call.arguments, name: value}
                if not fits(api, arguments):
                    return _with_call(candidate, at, Call(call.name, arguments))
    return None


def value_out_of_range_or_enum(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A value that is none of the choices, or beyond the least or the most that the schema allows."""
    for leaf in _shuffled(candidate, rng):
        for value in _beyond(leaf):
            spoiled = _with_leaf(candidate, leaf, value)
            if not _fits(spoiled, leaf.call):
                return spoiled
    return None


def _beyond(leaf: Leaf) -> Iterator[Json]:
    if leaf.enum and isinstance(leaf.value, str):
        yield f"{leaf.value}_2"
    for key, step in (("minimum", -1), ("exclusiveMinimum", -1), ("maximum", 1), ("exclusiveMaximum", 1)):
        if isinstance(limit := leaf.schema.get(key), int | float):
            yield limit + step


def arguments_swapped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """Two values of one type in each other's place."""
    for at, call, api in _steps(candidate, rng):
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
                return _with_call(candidate, at, Call(call.name, swapped))
    return None


def _kind(api: Api, name: str) -> str:
    schema = one_schema(api.properties.get(name, {}))
    return canonical([schema.get("type"), schema.get("enum")])


def value_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """One number, text or choice changed to a near one that the query does not state."""
    return _changed(candidate, rng, lambda leaf: not isinstance(leaf.value, bool), lambda leaf: near(leaf, rng))


def date_shifted(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A date moved by some days."""
    return _changed(candidate, rng, _is_date, lambda leaf: shifted(leaf.value, rng))


def _is_date(leaf: Leaf) -> bool:
    return isinstance(leaf.value, str) and ISO_DATE.fullmatch(leaf.value) is not None


def _changed(
    candidate: Candidate, rng: Random, wanted: Callable[[Leaf], bool], change: Callable[[Leaf], Json]
) -> Candidate | None:
    for leaf in filter(wanted, _shuffled(candidate, rng)):
        for _ in range(TRIES):
            value = change(leaf)
            spoiled = _with_leaf(candidate, leaf, value)
            if is_new(candidate, leaf, value) and _fits(spoiled, leaf.call):
                return spoiled
    return None


def flag_flipped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A true that should be false, or the other way round."""
    flags = [leaf for leaf in _shuffled(candidate, rng) if isinstance(leaf.value, bool)]
    return _with_leaf(candidate, flags[0], not flags[0].value) if flags else None


def value_invented(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An optional argument set to a value that nobody asked for."""
    for at, call, api in _steps(candidate, rng):
        free = [name for name in api.properties if name not in call.arguments and name not in api.required]
        for name in rng.sample(free, len(free)):
            schema = one_schema(api.properties[name])
            leaf = Leaf(at, (name,), None, schema)
            for value in _inventions(schema, rng):
                spoiled = _with_leaf(candidate, leaf, value)
                if is_new(candidate, leaf, value) and _fits(spoiled, at):
                    return spoiled
    return None


def _inventions(schema: Json, rng: Random) -> list[Json]:
    choices = schema.get("enum")
    if isinstance(choices, list):
        return rng.sample(choices, len(choices))
    numbers = [rng.randint(3, 40), rng.randint(41, 400), rng.randint(3, 9)]
    if schema.get("type") == "number":
        return [*numbers, 0.37]
    if schema.get("type") == "integer":
        return list(numbers)
    return ["2031-03-17", "Quillmore", "17:35", "x"] if schema.get("type") == "string" else []


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


def call_doubled(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """One call is made twice."""
    return replace(candidate, calls=(*candidate.calls, rng.choice(candidate.calls)))


def calls_of_another_query(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """The query with the calls, and what was offered, of another sample: of the same functions and style where there is one."""
    others = [other for other in around.samples if any(_is_foreign(candidate, leaf) for leaf in leaves(other))]
    names = [call.name for call in candidate.calls]
    closest = [other for other in others if [call.name for call in other.calls] == names]
    alike = closest or [other for other in others if other.draw.style == candidate.draw.style] or others
    if not alike:
        return None
    other = rng.choice(alike)
    return replace(candidate, draw=other.draw, calls=other.calls)


def _is_foreign(candidate: Candidate, leaf: Leaf) -> bool:
    """Tell whether another sample's value is a number or a free text that this one does not know."""
    free = not isinstance(leaf.value, bool) and not leaf.enum and not leaf.is_default and leaf.value != ""
    return free and not appears(candidate, leaf.value)


def query_changed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A number or a text of the query replaced by another, so that the call says what the query no longer does."""
    for leaf in _shuffled(candidate, rng):
        if isinstance(leaf.value, bool) or leaf.enum or leaf.is_default:
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


ERRORS: tuple[ErrorKind, ...] = get_args(ErrorKind)


def result_is_an_error(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """The sandbox gives a typed error for one of the calls."""
    wrong = rng.randrange(len(candidate.calls))
    kind = rng.choice(ERRORS)
    error = CallResult(error=CallError(kind, "planted by the exam"))
    return replace(
        candidate, results=tuple(error if at == wrong else CallResult(1) for at in range(len(candidate.calls)))
    )


CORRUPTIONS: dict[str, Corruption] = {
    "api_renamed": Corruption(api_renamed, "format"),
    "api_not_offered": Corruption(api_not_offered, "format"),
    "argument_renamed": Corruption(argument_renamed, "format"),
    "argument_added": Corruption(argument_added, "format"),
    "argument_dropped": Corruption(argument_dropped, "format"),
    "wrong_type": Corruption(wrong_type, "format"),
    "value_out_of_range_or_enum": Corruption(value_out_of_range_or_enum, "format"),
    "call_doubled": Corruption(call_doubled, "format"),
    "result_is_an_error": Corruption(result_is_an_error, "execution"),
    "value_changed": Corruption(value_changed, "grounding"),
    "value_invented": Corruption(value_invented, "grounding"),
    "date_shifted": Corruption(date_shifted, "grounding"),
    "query_changed": Corruption(query_changed, "grounding"),
    "calls_of_another_query": Corruption(calls_of_another_query, "grounding"),
    "arguments_swapped": Corruption(arguments_swapped, shows_in_result=True),
    "unit_changed": Corruption(unit_changed),
    "flag_flipped": Corruption(flag_flipped),
    "call_dropped": Corruption(call_dropped),
}


def _pick(calls: Sequence[Call], rng: Random) -> tuple[int, Call]:
    at = rng.randrange(len(calls))
    return at, calls[at]


def _steps(candidate: Candidate, rng: Random) -> Iterator[tuple[int, Call, Api]]:
    """Yield the calls with their places and APIs, in an order of chance."""
    steps = [(at, call, candidate.draw.offered(call.name)) for at, call in enumerate(candidate.calls)]
    known = [(at, call, api) for at, call, api in steps if api is not None]
    yield from rng.sample(known, len(known))


def _shuffled(candidate: Candidate, rng: Random) -> list[Leaf]:
    found = leaves(candidate)
    return rng.sample(found, len(found))


def _with_call(candidate: Candidate, at: int, call: Call) -> Candidate:
    return replace(candidate, calls=(*candidate.calls[:at], call, *candidate.calls[at + 1 :]))


def _with_leaf(candidate: Candidate, leaf: Leaf, value: Json) -> Candidate:
    call = candidate.calls[leaf.call]
    return _with_call(candidate, leaf.call, Call(call.name, put(call.arguments, leaf.path, value)))


def _fits(candidate: Candidate, at: int) -> bool:
    """Tell whether a call still has the shape that its API asks for."""
    call = candidate.calls[at]
    api = candidate.draw.offered(call.name)
    return api is not None and fits(api, call.arguments)
