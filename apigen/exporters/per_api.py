"""What is made of an API once, not once a sample: a file of a million lines has a few hundred APIs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from apigen.records import Api

MADE = TypeVar("MADE")
MORE = ParamSpec("MORE")
MOST_KEPT = 10_000


def per_api(make: Callable[Concatenate[Api, MORE], MADE]) -> Callable[Concatenate[Api, MORE], MADE]:
    """Let a function of an API (and texts) keep what it made. By the object's identity, since its schema is a dict and has no hash."""
    kept: dict[tuple[object, ...], tuple[Api, MADE]] = {}

    @wraps(make)
    def made(api: Api, /, *more: MORE.args, **options: MORE.kwargs) -> MADE:
        key = (id(api), *more)
        known = kept.get(key)
        # What is kept holds its API, so that no other can have its identity.
        if known is not None:
            return known[1]
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = api, make(api, *more, **options)
        return kept[key][1]

    return made
