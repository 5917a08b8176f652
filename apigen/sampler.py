"""Which APIs, which style, which strategy, which calls: everything an LLM is asked about is drawn here.

`Sampler.draw(index)` depends on (seed, index) alone: not on other draws, the clock, or the order in which draws end.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import TypeVar

from apigen.config import SamplerConfig
from apigen.errors import LibraryError
from apigen.records import Api, Call, Draw, Strategy, Style
from apigen.variation import from_schema, vary, without_defaults

NameT = TypeVar("NameT", bound=str)

NEEDS = {
    "parallel": "an API with two recorded calls that differ",
    "parallel_multiple": "two APIs with a recorded call each",
}

SAME_CATEGORY = 0.6
"""Share of distractors, and of companions in a request for several things, that come from the API's own category."""


class Sampler:
    """Draws units of work from a library.

    Raises:
        LibraryError: On making, if the library is too small or too bare for a style or strategy of positive weight.
    """

    def __init__(self, config: SamplerConfig, apis: Sequence[Api], seed: int) -> None:
        self._config, self._seed = config, seed
        self._apis = tuple(apis)
        self._by_category: dict[str, list[Api]] = {}
        for api in apis:
            self._by_category.setdefault(api.category, []).append(api)
        self._check_library()
        self._round = lru_cache(maxsize=4)(self._shuffled)

    def draw(self, index: int) -> Draw:
        """Return unit of work number `index` (from 0)."""
        rng = Random(f"apigen/{self._seed}/{index}")  # noqa: S311 - data, not secrets
        style = _choose(self._config.styles, rng)
        strategy = _choose(self._config.strategies, rng)
        wanted = rng.randint(*self._config.calls) if style.startswith("parallel") else 1
        primary = self._primary(index, style, strategy)
        if style == "parallel_multiple":
            called = [primary, *self._companions(primary, min(wanted, len(self._apis)) - 1, strategy, rng)]
        else:
            called = [primary]
        offered = list(called)
        if style in ("multiple", "parallel_multiple"):
            room = max(rng.randint(*self._config.offered), len(called) + (style == "multiple"))
            offered += self._others(primary, room - len(offered), offered, rng)
            rng.shuffle(offered)
        plans: tuple[tuple[Call, ...], ...] = ()
        if strategy == "call_first":
            plans = self._plans(called, wanted if style == "parallel" else 1, rng)
        return Draw(
            index=index,
            seed=rng.getrandbits(31),
            style=style,
            strategy=strategy,
            apis=tuple(offered),
            plans=plans,
            # What is offered and not called distracts already; a blind solver gets what is missing from the number wanted.
            distractors=tuple(
                self._others(primary, self._config.distractors + len(called) - len(offered), offered, rng)
            ),
            examples=tuple(rng.choice(api.examples) for api in offered if api.examples),
        )

    def _shuffled(self, number: int) -> list[Api]:
        apis = list(self._apis)
        Random(f"apigen/{self._seed}/round/{number}").shuffle(apis)  # noqa: S311
        return apis

    def _primary(self, index: int, style: Style, strategy: Strategy) -> Api:
        """Go through the library in rounds, each in an order of its own, so that every API has its turn."""
        number, place = divmod(index, len(self._apis))
        order = self._round(number)
        turn = order[place:] + order[:place]
        return next(api for api in turn if _serves(api, style, strategy))

    def _companions(self, primary: Api, count: int, strategy: Strategy, rng: Random) -> list[Api]:
        usable = [api for api in self._apis if _serves(api, "parallel_multiple", strategy)]
        return self._pick(primary, count, [primary], usable, rng)

    def _others(self, primary: Api, count: int, taken: Sequence[Api], rng: Random) -> list[Api]:
        return self._pick(primary, count, taken, self._apis, rng)

    def _pick(self, primary: Api, count: int, taken: Sequence[Api], pool: Sequence[Api], rng: Random) -> list[Api]:
        """Pick up to `count` APIs that are not taken, some of the primary's category, some of others."""
        names = {api.name for api in taken}
        near = [api for api in pool if api.name not in names and api.category == primary.category]
        far = [api for api in pool if api.name not in names and api.category != primary.category]
        picked: list[Api] = []
        while len(picked) < count and (near or far):
            side = near if near and (not far or rng.random() < SAME_CATEGORY) else far
            picked.append(side.pop(rng.randrange(len(side))))
        return picked

    def _plans(self, called: Sequence[Api], each: int, rng: Random) -> tuple[tuple[Call, ...], ...]:
        """For every call to make, the calls to try in order; the last is recorded (or all the schema tells)."""
        plans = []
        for api in called:
            for recorded in _recorded(api, each, rng):
                varied = [vary(recorded, api, rng)] if rng.random() < self._config.vary_values else []
                plans.append((*(without_defaults(call, api) for call in varied), recorded))
        return tuple(plans)

    def _check_library(self) -> None:
        for style, weight in self._config.styles.items():
            if weight and style in ("multiple", "parallel_multiple") and len(self._apis) < 2:
                raise LibraryError(
                    f"the style '{style}' offers several APIs, but the library has one; set its weight to 0"
                )
            for strategy, share in self._config.strategies.items():
                needed = 2 if style == "parallel_multiple" else 1
                if weight and share and sum(_serves(api, style, strategy) for api in self._apis) < needed:
                    raise LibraryError(
                        f"the style '{style}' with {strategy} needs {NEEDS.get(style, 'an API with a recorded call')}; "
                        f"add doctest examples to the functions, or set `sampler.styles.{style}` to 0"
                    )


def _choose(weights: Mapping[NameT, float], rng: Random) -> NameT:
    names = sorted(weights)
    return rng.choices(names, [weights[name] for name in names])[0]


def _serves(api: Api, style: Style, strategy: Strategy) -> bool:
    """Say whether an API can be the one that a draw of this style and strategy is about."""
    if strategy == "query_first":
        return True
    if style == "parallel":
        return len(_examples(api)) > 1
    return bool(api.examples) or from_schema(api, Random(0)) is not None  # noqa: S311


def _recorded(api: Api, count: int, rng: Random) -> list[Call]:
    examples = _examples(api)
    if not examples:
        made = from_schema(api, rng)
        return [made] if made else []
    return rng.sample(examples, min(count, len(examples)))


def _examples(api: Api) -> list[Call]:
    """Return the recorded calls that differ in more than a default said aloud, in a fixed order."""
    return sorted({without_defaults(call, api) for call in api.examples}, key=lambda call: call.key)
