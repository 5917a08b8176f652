"""Which APIs, which style, which strategy, which calls: everything an LLM is asked about is drawn here.

`Sampler.draw(index)` depends on (seed, index) alone: not on other draws, the clock, or the order in which draws end.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from apigen.config import SamplerConfig
from apigen.errors import LibraryError
from apigen.pool import ApiPool
from apigen.records import Api, Call, Draw, Strategy, Style
from apigen.variation import from_schema, vary, without_defaults

NameT = TypeVar("NameT", bound=str)

NEEDS = {
    "parallel": "an API with two recorded calls that differ",
    "parallel_multiple": "two APIs with a recorded call each",
}


class Sampler:
    """Draws units of work from a library.

    Raises:
        LibraryError: On making, if the library is too small or too bare for a style or strategy of positive weight.
    """

    def __init__(self, config: SamplerConfig, apis: Sequence[Api], seed: int) -> None:
        self._config, self._seed = config, seed
        self._pool = ApiPool(apis, config, seed)
        self._check_library()

    def draw(self, index: int) -> Draw:
        """Return unit of work number `index` (from 0)."""
        # What is offered is the same for some draws in a row: an endpoint then has the beginning of their prompts in its cache.
        turn = index // self._config.in_a_row
        shared = Random(f"apigen/{self._seed}/turn/{turn}")  # noqa: S311 - data, not secrets
        style = _choose(self._config.styles, shared)
        strategy = _choose(self._config.strategies, shared)
        wanted = shared.randint(*self._config.calls) if style.startswith("parallel") else 1
        kind, serves = _kind(style, strategy)
        primary = self._pool.primary(kind, serves, turn, shared)
        if style == "parallel_multiple":
            called = [primary, *self._pool.others(primary, wanted - 1, [primary], shared, kind)]
        else:
            called = [primary]
        offered = list(called)
        if style in ("multiple", "parallel_multiple"):
            room = max(shared.randint(*self._config.offered), len(called) + (style == "multiple"))
            offered += self._pool.others(primary, room - len(offered), offered, shared)
            shared.shuffle(offered)
        missing = self._config.distractors + len(called) - len(offered)
        distractors = self._pool.others(primary, missing, offered, shared)
        rng = Random(f"apigen/{self._seed}/{index}")  # noqa: S311
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
            distractors=tuple(distractors),
            examples=tuple(rng.choice(api.examples) for api in offered if api.examples),
        )

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
            if weight and style in ("multiple", "parallel_multiple") and len(self._pool.apis) < 2:
                raise LibraryError(
                    f"the style '{style}' offers several APIs, but the library has one; set its weight to 0"
                )
            for strategy, share in self._config.strategies.items():
                needed = 2 if style == "parallel_multiple" else 1
                if weight and share and len(self._pool.serving(*_kind(style, strategy))) < needed:
                    raise LibraryError(
                        f"the style '{style}' with {strategy} needs {NEEDS.get(style, 'an API with a recorded call')}; "
                        f"add doctest examples to the functions, or set `sampler.styles.{style}` to 0"
                    )


def _choose(weights: Mapping[NameT, float], rng: Random) -> NameT:
    names = sorted(weights)
    return rng.choices(names, [weights[name] for name in names])[0]


def _kind(style: Style, strategy: Strategy) -> tuple[str, Callable[[Api], bool]]:
    return f"{style}/{strategy}", lambda api: _serves(api, style, strategy)


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
