"""The feedback loop of the paper: verified samples become seed examples of later draws, in rounds of so many draws.

The draws of round r are shown what rounds r - 2 and before gave, so that no round waits for the end of the one before it: only
where a draw of round r - 2 still is open. A sample is shown at most once a round, in as many rounds as the config says. What a round
may be shown is written down when its first draw begins, and holds for good: so a draw is the same in every session.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Protocol

from apigen.records import Draw, SeedExample, Style
from apigen.sampler_config import FeedbackConfig

LAG = 2
"""A round is shown what is at least so many rounds back."""

Pool = Sequence[tuple[Style, SeedExample]]


class Pools(Protocol):
    """Where pools are written down; `apigen.store.pools` does it."""

    def pool(self, number: int, first: int, last: int) -> Pool:
        """Return round `number`'s pool: as it was recorded, or now what draws `first` to `last` (excluded) gave."""
        ...


class Feedback:
    """Deals seed examples to draws."""

    def __init__(self, config: FeedbackConfig, seed: int, draw_of: Callable[[int], Draw], pools: Pools) -> None:
        self._config, self._seed, self._draw_of, self._pools = config, seed, draw_of, pools
        self._dealt = lru_cache(maxsize=LAG + 1)(self._deal)

    def shown(self, index: int) -> tuple[SeedExample, ...]:
        """Return the seed examples of a draw; every draw more than a round before its round has to be settled."""
        return self._dealt(index // self._config.round).get(index, ())

    def _deal(self, number: int) -> dict[int, tuple[SeedExample, ...]]:
        """Deal the pool of a round to its draws in order: those of a draw's style, and of none of the APIs it is about."""
        size = self._config.round
        last = (number - LAG + 1) * size
        if last <= 0:
            return {}
        decks: dict[Style, deque[SeedExample]] = {}
        for style, example in self._pools.pool(number, max(0, last - self._config.shows * size), last):
            decks.setdefault(style, deque()).append(example)
        for style in decks:
            Random(f"apigen/{self._seed}/feedback/{number}/{style}").shuffle(decks[style])  # noqa: S311 - data, not secrets
        dealt = {}
        for index in range(number * size, (number + 1) * size) if decks else ():
            draw = self._draw_of(index)
            if deck := decks.get(draw.style):
                dealt[index] = tuple(_take(deck, draw, self._config.examples))
        return dealt


def _take(deck: deque[SeedExample], draw: Draw, count: int) -> list[SeedExample]:
    """Take up to `count` examples off the deck; one of an API that the draw is about is put back for later draws."""
    about = {api.name for api in (*draw.apis, *draw.hidden)}
    taken: list[SeedExample] = []
    for _ in range(len(deck)):
        if len(taken) == count:
            break
        example = deck.popleft()
        if about.isdisjoint(call.name for call in example.calls):
            taken.append(example)
        else:
            deck.append(example)
    return taken
