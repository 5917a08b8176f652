"""What makes a call give the same result twice: a clock that stands still, and entropy that comes from the draw. Runs on the inside.

Frozen, for the library's whole life: every clock of `time` and `datetime` that tells the date. Seeded, for each candidate:
`random`, `os.urandom`, `secrets`, `uuid.uuid4`, numpy's global generator. Not covered: generators that ask the kernel themselves
(`random.Random()` without a seed), `time.perf_counter`, addresses of objects; `apigen library check` finds what depends on them.
"""

import os
import sys
import types
from collections.abc import Callable

# A child is seeded from its candidate: that `random` would seed it from the kernel at every fork is a tenth of the fork's time.
_register, os.register_at_fork = os.register_at_fork, lambda **hooks: None
import random  # noqa: E402

os.register_at_fork = _register

_generator: random.Random = random._inst
_seed_generator = super(random.Random, _generator).seed
_entropy = random.Random(0)  # noqa: S311 - to be the same each time is its purpose
_seed: int | None = 0
clock_was_read = False
"""Set whenever the date or time is asked for; who wants to know sets it back."""


def freeze(clock: float) -> None:
    """Stop the clock at these seconds since 1970, and take entropy from the seed, before any library code is met."""
    # time-machine imports these where they are installed, for helpers in tests; each server would carry them.
    unneeded: dict[str, types.ModuleType | None] = {"pytest": None, "dateutil": None}
    unneeded["unittest"] = stand_in = types.ModuleType("unittest")
    stand_in.TestCase = object  # type: ignore[attr-defined]
    sys.modules.update(unneeded)  # type: ignore[arg-type]
    import time_machine

    for name in unneeded:
        del sys.modules[name]
    _watch(type(time_machine.travel(clock, tick=False).start()))
    os.urandom = random._urandom = _seeded_bytes  # type: ignore[attr-defined]


def _watch(traveller: type) -> None:
    """Notice each look at the clock: every clock that stands still asks this method of time-machine's."""
    tell: Callable[[object], int] = traveller.time_ns  # type: ignore[attr-defined]

    def tell_and_note(self: object) -> int:
        global clock_was_read
        clock_was_read = True
        return tell(self)

    traveller.time_ns = tell_and_note  # type: ignore[attr-defined]


def reseed(seed: int) -> None:
    """Begin one candidate's calls."""
    global _seed
    _seed = seed
    # What random.seed() does for a whole number, without the rest of it: this runs in every child.
    _seed_generator(seed)
    _generator.gauss_next = None  # type: ignore[attr-defined]
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed(seed % 2**32)


def _seeded_bytes(size: int) -> bytes:
    global _seed
    if _seed is not None:
        _entropy.seed(_seed)
        _seed = None
    return _entropy.randbytes(size)
