"""Spoiled in shape: a rule can tell without knowing what the query means."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import get_args

from apigen.exam.edits import Around, call_fits, pick, shuffled_leaves, steps, with_call, with_leaf
from apigen.exam.values import Leaf, fits
from apigen.records import Call, CallError, CallResult, Candidate, ErrorKind, Json


def api_renamed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A call of a function that does not exist, of a name much like it."""
    at, call = pick(candidate.calls, rng)
    head, _, tail = call.name.rpartition("_")
    names = [f"get_{call.name}", f"{call.name}s", f"{tail}_{head}" if head else f"{call.name}_v2"]
    taken = {api.name for api in (*around.apis, *candidate.draw.apis)}
    free = [name for name in names if name not in taken]
    return with_call(candidate, at, Call(rng.choice(free), call.arguments)) if free else None


def api_not_offered(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A call of a function of the library that was not offered."""
    at, call = pick(candidate.calls, rng)
    others = [api.name for api in around.apis if candidate.draw.offered(api.name) is None]
    return with_call(candidate, at, Call(rng.choice(others), call.arguments)) if others else None


def argument_renamed(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An argument under a name that the function does not have."""
    for at, call, api in steps(candidate, rng):
        for name in rng.sample(list(call.arguments), len(call.arguments)):
            new = rng.choice((f"{name}_value", f"the_{name}", f"{name}_0"))
            renamed = {new if key == name else key: value for key, value in call.arguments.items()}
            if not fits(api, renamed):
                return with_call(candidate, at, Call(call.name, renamed))
    return None


def argument_added(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """An argument that the function does not have."""
    for at, call, api in steps(candidate, rng):
        more = {**call.arguments, rng.choice(("verbose_output", "precision_hint", "locale_code")): 1}
        if not fits(api, more):
            return with_call(candidate, at, Call(call.name, more))
    return None


def argument_dropped(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A required argument left out."""
    for at, call, api in steps(candidate, rng):
        needed = [name for name in api.required if name in call.arguments]
        if needed:
            gone = rng.choice(needed)
            left = {name: value for name, value in call.arguments.items() if name != gone}
            return with_call(candidate, at, Call(call.name, left))
    return None


def wrong_type(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A value of a type that the schema refuses, as LLMs write it: a number as text, one thing as a list."""

    def spoil(value: Json) -> list[Json]:
        return [str(value), [value]] if isinstance(value, bool | int | float) else [[value], {"value": value}, 7]

    return _refused(candidate, rng, spoil)


def _refused(candidate: Candidate, rng: Random, spoil: Callable[[Json], list[Json]]) -> Candidate | None:
    for at, call, api in steps(candidate, rng):
        for name in rng.sample(list(call.arguments), len(call.arguments)):
            for value in spoil(call.arguments[name]):
                arguments = {**call.arguments, name: value}
                if not fits(api, arguments):
                    return with_call(candidate, at, Call(call.name, arguments))
    return None


def value_out_of_range_or_enum(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """A value that is none of the choices, or beyond the least or the most that the schema allows."""
    for leaf in shuffled_leaves(candidate, rng):
        for value in _beyond(leaf):
            spoiled = with_leaf(candidate, leaf, value)
            if not call_fits(spoiled, leaf.call):
                return spoiled
    return None


def _beyond(leaf: Leaf) -> Iterator[Json]:
    if leaf.enum and isinstance(leaf.value, str):
        yield f"{leaf.value}_2"
    for key, step in (("minimum", -1), ("exclusiveMinimum", -1), ("maximum", 1), ("exclusiveMaximum", 1)):
        if isinstance(limit := leaf.schema.get(key), int | float):
            yield limit + step


def call_doubled(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """One call is made twice."""
    return replace(candidate, calls=(*candidate.calls, rng.choice(candidate.calls)))


ERRORS: tuple[ErrorKind, ...] = get_args(ErrorKind)


def result_is_an_error(candidate: Candidate, rng: Random, around: Around) -> Candidate | None:
    """The sandbox gives a typed error for one of the calls."""
    wrong = rng.randrange(len(candidate.calls))
    kind = rng.choice(ERRORS)
    error = CallResult(error=CallError(kind, "planted by the exam"))
    return replace(
        candidate, results=tuple(error if at == wrong else CallResult(1) for at in range(len(candidate.calls)))
    )
