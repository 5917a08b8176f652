"""What every corruption does: pick a call or a value by chance, and put another in its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from apigen.exam.values import Leaf, fits, leaves, put
from apigen.records import Api, Call, Candidate, Json


@dataclass(frozen=True, slots=True)
class Around:
    """What a corruption may take from elsewhere: the library's APIs, and the other samples of the exam."""

    apis: tuple[Api, ...]
    samples: tuple[Candidate, ...] = ()


def pick(calls: Sequence[Call], rng: Random) -> tuple[int, Call]:
    at = rng.randrange(len(calls))
    return at, calls[at]


def steps(candidate: Candidate, rng: Random) -> Iterator[tuple[int, Call, Api]]:
    """Yield the calls with their places and APIs, in an order of chance."""
    found = [(at, call, candidate.draw.offered(call.name)) for at, call in enumerate(candidate.calls)]
    known = [(at, call, api) for at, call, api in found if api is not None]
    yield from rng.sample(known, len(known))


def shuffled_leaves(candidate: Candidate, rng: Random) -> list[Leaf]:
    found = leaves(candidate)
    return rng.sample(found, len(found))


def with_call(candidate: Candidate, at: int, call: Call) -> Candidate:
    return replace(candidate, calls=(*candidate.calls[:at], call, *candidate.calls[at + 1 :]))


def with_leaf(candidate: Candidate, leaf: Leaf, value: Json) -> Candidate:
    call = candidate.calls[leaf.call]
    return with_call(candidate, leaf.call, Call(call.name, put(call.arguments, leaf.path, value)))


def call_fits(candidate: Candidate, at: int) -> bool:
    """Tell whether a call still has the shape that its API asks for."""
    call = candidate.calls[at]
    api = candidate.draw.offered(call.name)
    return api is not None and fits(api, call.arguments)
