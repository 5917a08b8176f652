"""Whose turn it is to be called: a plan by which every API has its share of the calls, whatever the styles of the draws are.

The plan of a round is made from seed and number of the round alone, so that draw number 900,000 costs what the first one does. A
round deals out styles by their weights, and then APIs to the calls: those styles first that the fewest APIs can serve.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, starmap
from random import Random

from apigen.pool import SAME_CATEGORY, ApiPool
from apigen.records import NO_CALL, Api, Strategy, Style
from apigen.sampler_config import SamplerConfig

ROUND = 200
"""A round has at least so many calls, so that every style has its share of them."""
MOST_DRAWS = 20
"""For each of these calls, at most: where nearly all draws are without one, a round ends before every API had its turn."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a draw may be like: its style and strategy, and how many calls it makes (and of how many APIs)."""

    style: Style
    strategy: Strategy
    calls: int

    @property
    def group(self) -> str:
        """Kinds of one group share out visits: calls that are planned, calls that an LLM thinks up, and draws without a call."""
        return "none" if self.style in NO_CALL else self.strategy

    @property
    def apis(self) -> int:
        return self.calls if self.style == "parallel_multiple" else 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One draw of the plan: its kind, and the APIs it calls, each with the number of the visit."""

    kind: Kind
    visits: tuple[tuple[Api, int], ...]

    @property
    def called(self) -> list[Api]:
        return [api for api, _ in self.visits]


class CoveragePlan:
    """The turns of all draws to come. What it remembers are a few rounds, each as large as the library.

    `serving` gives the APIs that can be called in a draw of a style and strategy.
    """

    def __init__(
        self,
        config: SamplerConfig,
        styles: Mapping[Style, float],
        pool: ApiPool,
        serving: Callable[[Style, Strategy], Sequence[Api]],
        seed: int,
    ) -> None:
        self._pool, self._similar, self._seed = pool, config.similar, seed
        weights = _kinds(config, styles)
        self._serving = {kind: tuple(serving(kind.style, kind.strategy)) for kind in weights}
        called = {kind: weight for kind, weight in weights.items() if kind.group != "none"} or weights
        size = len({api.name for kind in called for api in self._serving[kind]})
        self._laps = math.ceil(ROUND / size)
        self._counts = _counts(weights, called, self._laps * size)
        self._turns = sum(self._counts.values())
        self._shares = {group: self._share(group) for group in sorted({kind.group for kind in weights})}
        self._round = lru_cache(maxsize=4)(self._dealt)

    def turn(self, number: int) -> Turn:
        """Return turn number `number` (from 0)."""
        which, place = divmod(number, self._turns)
        return self._round(which)[place]

    def _share(self, group: str) -> "_Share":
        counts = {kind: count for kind, count in self._counts.items() if kind.group == group}
        names = {api.name for kind in counts for api in self._serving[kind]}
        apis = [api for api in self._pool.apis if api.name in names]
        weights = dict(zip([api.name for api in apis], self._pool.weights(apis), strict=True))
        quotas = dict.fromkeys(weights, 0.0)
        # What only few can serve is theirs; the rest goes to whoever has least.
        for kind in sorted(counts, key=lambda kind: len(self._serving[kind])):
            _level(quotas, weights, [api.name for api in self._serving[kind]], kind.apis * counts[kind])
        phases = [(place + 0.5) / len(apis) for place in range(len(apis))]
        Random(f"apigen/{self._seed}/phases").shuffle(phases)  # noqa: S311 - data, not secrets
        if group == "query_first":  # for those that the planned calls of a round leave out
            phases = [1 - phase for phase in phases]
        return _Share(apis, [quotas[api.name] for api in apis], phases)

    def _dealt(self, number: int) -> list[Turn]:
        rng = Random(f"apigen/{self._seed}/plan/{number}")  # noqa: S311
        kinds = [kind for kind, count in self._counts.items() for _ in range(count)]
        rng.shuffle(kinds)
        decks = {
            group: _Deck(share.visits(number, rng), self._serving, self._pool, rng)
            for group, share in self._shares.items()
        }
        turns: dict[int, Turn] = {}
        for window in _windows(len(kinds), self._laps):
            # Hard ones first: what only few APIs serve is dealt while these are still there.
            for place in sorted(window, key=lambda place: (len(self._serving[kinds[place]]), -kinds[place].apis)):
                kind = kinds[place]
                turns[place] = Turn(kind, tuple(decks[kind.group].deal(kind, self._similar)))
        return [turns[place] for place in range(len(kinds))]


@dataclass(frozen=True, slots=True)
class _Share:
    """How many visits each API is due a round, and where between two visits it is when the first round begins."""

    apis: Sequence[Api]
    quotas: Sequence[float]
    phases: Sequence[float]

    def visits(self, number: int, rng: Random) -> list[tuple[Api, int]]:
        """Return the visits due in a round: an API's are spread over it, and those of one lap come in any order."""
        placed: list[tuple[float, str, Api, int]] = []
        for api, quota, phase in zip(self.apis, self.quotas, self.phases, strict=True):
            first, last = (math.floor(turn * quota + phase) for turn in (number, number + 1))
            placed += [
                ((visit - first + rng.random()) / (last - first), api.name, api, visit) for visit in range(first, last)
            ]
        return [(api, visit) for _, _, api, visit in sorted(placed, key=lambda token: token[:2])]


class _Deck:
    """The visits that are due in a round, in order; each is dealt once."""

    def __init__(
        self, tokens: Sequence[tuple[Api, int]], serving: Mapping[Kind, Sequence[Api]], pool: ApiPool, rng: Random
    ) -> None:
        self._tokens, self._serving, self._pool, self._rng = tokens, serving, pool, rng
        self._left = [True] * len(tokens)
        self._last = {api.name: visit for api, visit in tokens}
        self._places: dict[str, list[int]] = {}
        for place in reversed(range(len(tokens))):
            self._places.setdefault(tokens[place][0].name, []).append(place)
        self._names = {kind: {api.name for api in apis} for kind, apis in serving.items()}
        self._queues: dict[Kind, _Queue] = {}
        self._of_category: dict[Kind, dict[str, _Queue]] = {}

    def deal(self, kind: Kind, similar: float) -> Iterator[tuple[Api, int]]:
        """Yield the visits of one draw: an API, and beside it some much like it, some of its category, some of any."""
        dealt: list[str] = []
        primary: Api | None = None
        while len(dealt) < kind.apis:
            found = self._beside(primary, kind, dealt, similar) if primary else None
            api, visit = found or self._next(self._queue(kind), dealt) or self._again(kind, dealt) or (None, 0)
            if api is None:
                return
            primary = primary or api
            dealt.append(api.name)
            yield api, visit

    def _beside(self, primary: Api, kind: Kind, dealt: Sequence[str], similar: float) -> tuple[Api, int] | None:
        if self._rng.random() < similar:
            near = [api.name for api in self._pool.nearest(primary) if api.name in self._names[kind]]
            self._rng.shuffle(near)
            due = (self._places.get(name, ()) for name in near if name not in dealt)
            place = next((place for places in due for place in reversed(places) if self._left[place]), None)
            return None if place is None else self._taken(place)
        if self._rng.random() < SAME_CATEGORY:
            queue = self._categories(kind).get(primary.category)
            return self._next(queue, dealt) if queue else None
        return None

    def _next(self, queue: "_Queue", dealt: Sequence[str]) -> tuple[Api, int] | None:
        place = queue.first(lambda place: self._left[place], lambda place: self._tokens[place][0].name not in dealt)
        return None if place is None else self._taken(place)

    def _taken(self, place: int) -> tuple[Api, int]:
        self._left[place] = False
        return self._tokens[place]

    def _again(self, kind: Kind, dealt: Sequence[str]) -> tuple[Api, int] | None:
        """Return one more visit to an API that had its share, where no other can be called in such a draw."""
        apis = self._serving[kind]
        start = self._rng.randrange(len(apis))
        for turn in range(min(len(apis), len(dealt) + 1)):
            api = apis[(start + turn) % len(apis)]
            if api.name not in dealt:
                self._last[api.name] = visit = self._last.get(api.name, -1) + 1
                return api, visit
        return None

    def _queue(self, kind: Kind) -> "_Queue":
        if kind not in self._queues:
            names = self._names[kind]
            self._queues[kind] = _Queue([place for place, (api, _) in enumerate(self._tokens) if api.name in names])
        return self._queues[kind]

    def _categories(self, kind: Kind) -> dict[str, "_Queue"]:
        if kind not in self._of_category:
            groups: dict[str, list[int]] = {}
            for place in self._queue(kind).places:
                groups.setdefault(self._tokens[place][0].category, []).append(place)
            self._of_category[kind] = {name: _Queue(places) for name, places in groups.items()}
        return self._of_category[kind]


class _Queue:
    """Places of a deck in order; what is gone from its front is not looked at again."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places, self._front = places, 0

    def first(self, left: Callable[[int], bool], fits: Callable[[int], bool]) -> int | None:
        """Return the first place that is left and fits."""
        while self._front < len(self.places) and not left(self.places[self._front]):
            self._front += 1
        rest = range(self._front, len(self.places))
        return next((place for at in rest if left(place := self.places[at]) and fits(place)), None)


def _kinds(config: SamplerConfig, styles: Mapping[Style, float]) -> dict[Kind, float]:
    """Return the weight of each kind of draw."""
    weights: dict[Kind, float] = {}
    for style in sorted(styles):
        strategies: Mapping[Strategy, float] = {"call_first": 1} if style in NO_CALL else config.strategies
        low, high = config.calls if style.startswith("parallel") else (1, 1)
        for strategy in sorted(strategies):
            share = styles[style] * strategies[strategy] / sum(strategies.values()) / (high + 1 - low)
            if share:
                weights |= {Kind(style, strategy, calls): share for calls in range(low, high + 1)}
    return weights


def _counts(weights: Mapping[Kind, float], called: Iterable[Kind], calls: int) -> dict[Kind, int]:
    """Return how many draws of each kind a round has: those to be called make so many calls, or just more, in MOST_DRAWS."""
    total = sum(weights.values())
    each = sum(kind.apis * weights[kind] for kind in called) / total
    most = MOST_DRAWS * calls
    turns = max(1, math.floor(calls / max(each, 1 / MOST_DRAWS)))
    while True:
        counts = _apportioned(weights, total, turns)
        if turns >= most or sum(kind.apis * counts[kind] for kind in called) >= calls:
            return counts
        turns += 1


def _level(quotas: dict[str, float], weights: Mapping[str, float], names: Iterable[str], calls: float) -> None:
    """Share out calls among some APIs, so that those with the least for their weight come up to one level."""
    ranked = sorted(names, key=lambda name: quotas[name] / weights[name])
    total = level = 0.0
    raised = 0
    for name in ranked:
        if raised and quotas[name] / weights[name] >= level:
            break
        calls, total = calls + quotas[name], total + weights[name]
        level = calls / total
        raised += 1
    quotas |= {name: level * weights[name] for name in ranked[:raised]}


def _apportioned(weights: Mapping[Kind, float], total: float, turns: int) -> dict[Kind, int]:
    """Share turns by weight, the largest remainders rounded up; every kind has one."""
    exact = {kind: turns * weight / total for kind, weight in weights.items()}
    counts = {kind: max(1, math.floor(share)) for kind, share in exact.items()}
    ranked = sorted(exact, key=lambda kind: counts[kind] - exact[kind])
    for kind in ranked[: max(0, turns - sum(counts.values()))]:
        counts[kind] += 1
    return counts


def _windows(size: int, count: int) -> Iterable[range]:
    """Split so many places into parts of about the same size."""
    ends = accumulate((size // count + (part < size % count) for part in range(count)), initial=0)
    return starmap(range, pairwise(ends))
