"""What is made of an API once, not once a sample: a file of a million lines has a few hundred APIs."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from apigen.records import Api

MADE = TypeVar("MADE")
MOST_KEPT = 10_000


def per_api(make: Callable[[Api], MADE]) -> Callable[[Api], MADE]:
    """Let a function of an API keep what it made. By the object's identity, since its schema is a dict and has no hash."""
    kept: dict[int, tuple[Api, MADE]] = {}

    @wraps(make)
    def made(api: Api) -> MADE:
        known = kept.get(id(api))
        # What is kept holds its API, so that no other can have its identity.
        if known is not None:
            return known[1]
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[id(api)] = api, make(api)
        return kept[id(api)][1]

    return made
