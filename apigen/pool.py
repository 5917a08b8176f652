"""Which API a draw is about, and which others are there beside it: each chosen in a time that does not grow with the library."""

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random

from apigen.errors import ConfigError, LibraryError
from apigen.records import Api
from apigen.sampler_config import SamplerConfig
from apigen.similarity import Similarity

SAME_CATEGORY = 0.6
"""Share of companions and distractors, similar ones aside, that come from the API's own category."""
TRIES = 16
LOOKED_AT = 64
STAND_IN = 0.35
"""From this likeness on an API might do what another one does (the library's twins are at 0.4 to 0.8)."""

Serves = Callable[[Api], bool]


@dataclass(frozen=True, slots=True)
class _Serving:
    """The APIs that can be what a draw of one kind is about, their names, and the running sums of their weights."""

    apis: tuple[Api, ...]
    names: frozenset[str]
    sums: tuple[float, ...]


class ApiPool:
    """A library's APIs, to be drawn from; those of a category of weight 0 are not among them.

    Raises:
        LibraryError: If the config weighs a category that the library does not have.
        ConfigError: If it leaves no category.
    """

    def __init__(self, apis: Sequence[Api], config: SamplerConfig, seed: int) -> None:
        self._apis, self._config, self._seed = _weighed(apis, config.categories), config, seed
        self._similarity = Similarity(self._apis)
        self._by_category = _grouped(self._apis, lambda api: api.category)
        self._serving: dict[str, _Serving] = {}
        self._round = lru_cache(maxsize=4)(self._shuffled)

    def serving(self, kind: str, serves: Serves) -> tuple[Api, ...]:
        """Return the APIs that can be what a draw of some kind is about; remembered by the kind's name."""
        if kind not in self._serving:
            found = tuple(filter(serves, self._apis))
            names = frozenset(api.name for api in found)
            self._serving[kind] = _Serving(found, names, tuple(accumulate(self.weights(found))))
        return self._serving[kind].apis

    def primary(self, kind: str, serves: Serves, turn: int, rng: Random) -> Api:
        """Return what draw number `turn` is about.

        Without weights the library is gone through in rounds, each in an order of its own, so that every API has its turn; with
        weights each turn is drawn by them.
        """
        usable = self.serving(kind, serves)
        if self._config.balance == "apis" and not self._config.categories:
            number, place = divmod(turn, len(self._apis))
            order = self._round(number)
            for step in range(min(TRIES, len(order))):
                api = order[(place + step) % len(order)]
                if serves(api):
                    return api
            return usable[turn % len(usable)]
        sums = self._serving[kind].sums
        return usable[min(bisect(sums, rng.random() * sums[-1]), len(usable) - 1)]

    def others(
        self, primary: Api, count: int, taken: Iterable[Api], rng: Random, kind: str = "", *, apart: bool = False
    ) -> list[Api]:
        """Pick up to `count` APIs that are not taken: some much like the primary, some of its category, some of any.

        `kind`: only of those that serve it. `apart`: none that could stand in for the primary.
        """
        names = {api.name for api in taken}
        among, allowed = self._apis, None
        if kind:
            among, allowed = self._serving[kind].apis, self._serving[kind].names

        def free(api: Api) -> bool:
            known = allowed is None or api.name in allowed
            return known and api.name not in names and not (apart and self._stands_in(api, primary))

        picked: list[Api] = []
        while len(picked) < count:
            choice: Sequence[Api] = among
            if rng.random() < self._config.similar:
                choice = self._similarity.nearest(primary)
            elif rng.random() < SAME_CATEGORY:
                choice = self._by_category[primary.category]
            api = _one_of(choice, free, rng) or _one_of(among, free, rng)
            if api is None:
                break
            names.add(api.name)
            picked.append(api)
        return picked

    def has_apart(self, api: Api) -> bool:
        """Say whether some other API, of a share of a large library, could not stand in for this one."""
        among = self._apis[:: 1 + len(self._apis) // LOOKED_AT]
        return any(other is not api and not self._stands_in(other, api) for other in among)

    def nearest(self, api: Api) -> tuple[Api, ...]:
        """Return the APIs that are most like one of the pool, the most similar first."""
        return self._similarity.nearest(api)

    def _stands_in(self, api: Api, primary: Api) -> bool:
        return self._similarity.likeness(api, primary) >= STAND_IN

    def weights(self, apis: Sequence[Api]) -> list[float]:
        """Return the share of the draws that each of these APIs has beside the others, as the config balances them."""
        group = {"apis": _itself, "categories": _category, "sources": _source}[self._config.balance]
        sizes = {name: len(members) for name, members in _grouped(apis, group).items()}
        return [self._config.categories.get(api.category, 1.0) / sizes[group(api)] for api in apis]

    @property
    def apis(self) -> tuple[Api, ...]:
        return self._apis

    def _shuffled(self, number: int) -> list[Api]:
        apis = list(self._apis)
        Random(f"apigen/{self._seed}/round/{number}").shuffle(apis)  # noqa: S311 - data, not secrets
        return apis


def _weighed(apis: Sequence[Api], weights: Mapping[str, float]) -> tuple[Api, ...]:
    """Return the APIs whose category has a weight above 0; one that is not named has 1."""
    known = {api.category for api in apis}
    for name in weights:
        if name not in known:
            raise LibraryError(
                f"`sampler.categories`: the library has no category '{name}', but {', '.join(sorted(known))}"
            )
    left = tuple(api for api in apis if weights.get(api.category, 1.0))
    if apis and not left:
        raise ConfigError("leaves no API to draw; give some category a weight above 0", key="sampler.categories")
    return left


def _one_of(choice: Sequence[Api], free: Callable[[Api], bool], rng: Random) -> Api | None:
    """Pick one that is free; a few tries, then a look at all."""
    if not choice:
        return None
    for _ in range(TRIES):
        api = choice[rng.randrange(len(choice))]
        if free(api):
            return api
    start = rng.randrange(len(choice))
    return next((api for api in (*choice[start:], *choice[:start]) if free(api)), None)


def _grouped(apis: Iterable[Api], key: Callable[[Api], str]) -> dict[str, list[Api]]:
    groups: dict[str, list[Api]] = {}
    for api in apis:
        groups.setdefault(key(api), []).append(api)
    return groups


def _itself(api: Api) -> str:
    return api.name


def _category(api: Api) -> str:
    return api.category


def _source(api: Api) -> str:
    """Return the library entry an API comes from: a folder of functions is one, whichever of its files it is in."""
    return api.source.rpartition("/")[0] if api.source.startswith("python:") else api.source
