"""Which APIs a reader could mistake for one another: those that share rare words and argument names."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from math import log, sqrt

from apigen.records import Api

KEPT = 8
COMMON = 0.05
"""Words in more than this share of the APIs (or in this many, in a small or a very large library) tell nothing of any."""
COMMON_AT_LEAST, COMMON_AT_MOST = 20, 500
LOOKED_AT = 1_000
"""Of an API's words, rarest first, only so many are heeded that this many APIs hold them: a bound, however large the library."""

WORD = re.compile(r"[a-z]{3,}")


class Similarity:
    """The nearest neighbours of each API, worked out when first asked for."""

    def __init__(self, apis: Sequence[Api]) -> None:
        self._apis = tuple(apis)
        self._place = {api.name: place for place, api in enumerate(self._apis)}
        self._words = [frozenset(_words(api)) for api in self._apis]
        self._holders: dict[str, list[int]] = {}
        for place, words in enumerate(self._words):
            for word in words:
                self._holders.setdefault(word, []).append(place)
        most = min(COMMON_AT_MOST, max(COMMON_AT_LEAST, COMMON * len(self._apis)))
        self._weight = {
            word: log(1 + len(self._apis) / len(holders))
            for word, holders in self._holders.items()
            if 1 < len(holders) <= most
        }
        self._length = [sqrt(1 + sum(self._weight.get(word, 0.0) for word in sorted(words))) for words in self._words]
        self._known: dict[int, tuple[Api, ...]] = {}

    def nearest(self, api: Api) -> tuple[Api, ...]:
        """Return up to KEPT APIs of this library that are most like one of it, the most similar first."""
        place = self._place[api.name]
        if place not in self._known:
            shared: defaultdict[int, float] = defaultdict(float)
            for word in sorted(self._telling(place)):
                weight = self._weight[word]
                for other in self._holders[word]:
                    shared[other] += weight
            shared.pop(place, None)
            ranked = nsmallest(KEPT, ((-total / self._length[other], other) for other, total in shared.items()))
            self._known[place] = tuple(self._apis[other] for _, other in ranked)
        return self._known[place]

    def _telling(self, place: int) -> Iterator[str]:
        """Yield an API's rarest words, until they are held often enough."""
        seen = 0
        for word in sorted(self._words[place] & self._weight.keys(), key=lambda word: (-self._weight[word], word)):
            if seen < LOOKED_AT:
                yield word
            seen += len(self._holders[word])

    def likeness(self, one: Api, other: Api) -> float:
        """Return how much two APIs of this library share of the rare words of both: 0 for nothing, 1 for all."""
        mine, others = (self._words[self._place[api.name]] & self._weight.keys() for api in (one, other))
        weights = [sum(self._weight[word] for word in sorted(words)) for words in (mine, others, mine & others)]
        return weights[2] / sqrt(weights[0] * weights[1]) if weights[2] else 0.0


def _words(api: Api) -> Iterator[str]:
    yield from WORD.findall(api.name.lower().replace("_", " "))
    yield from WORD.findall(api.description.lower())
    yield from (f"argument {name.lower()}" for name in api.properties)
