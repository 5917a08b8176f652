"""Which APIs, which style, which strategy, which calls: everything an LLM is asked about is drawn here.

`Sampler.draw(index)` depends on (seed, index) alone: not on other draws, the clock, or the order in which draws end.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from apigen.coverage_plan import CoveragePlan, Turn
from apigen.errors import LibraryError
from apigen.manners import Manners
from apigen.pool import ApiPool
from apigen.records import NO_CALL, Api, Call, Draw, JsonObject, Strategy, Style, canonical
from apigen.sampler_config import SamplerConfig
from apigen.variation import from_schema, vary, without_defaults
from apigen.visits import Visits

NameT = TypeVar("NameT", bound=str)

NEEDS = {
    "parallel": "an API with two recorded calls that differ",
    "parallel_multiple": "two APIs with a recorded call each",
    "irrelevance": "an API with a recorded call, and another that is not much like it",
    "missing_parameter": "an API with a recorded call and two required arguments, one to withhold",
}


class Sampler:
    """Draws units of work from a library.

    Raises:
        LibraryError: On making, if the library is too small or too bare for a style or strategy of positive weight.
        ConfigError: On making, if a file of personas cannot be used.
    """

    def __init__(self, config: SamplerConfig, apis: Sequence[Api], seed: int) -> None:
        self._config, self._seed = config, seed
        self._pool = ApiPool(apis, config, seed)
        self._manners = Manners(config.manners, seed)
        self._styles = {style: weight for style, weight in config.styles.items() if not self._may_leave_out(style)}
        self._check_library()
        # An API's turn, and what is then called, come from the plan or from chance; the rest of a draw is the same.
        self._plan, self._visits = None, Visits(self._pool.apis, seed)
        if config.coverage == "plan":
            self._plan = CoveragePlan(
                config, self._styles, self._pool, lambda *kind: self._pool.serving(*self._kind(*kind)), seed
            )

    def draw(self, index: int) -> Draw:
        """Return unit of work number `index` (from 0)."""
        # What is offered is the same for some draws in a row: an endpoint then has the beginning of their prompts in its cache.
        turn = index // self._config.in_a_row
        shared = Random(f"apigen/{self._seed}/turn/{turn}")  # noqa: S311 - data, not secrets
        planned = self._plan.turn(turn) if self._plan else None
        style, strategy, wanted, called = (
            (planned.kind.style, planned.kind.strategy, planned.kind.calls, planned.called)
            if planned
            else self._by_chance(turn, shared)
        )
        primary = called[0]
        hidden = called if style == "irrelevance" else []
        offered = [] if hidden else list(called)
        apart = style in NO_CALL
        if style in ("multiple", "parallel_multiple", *NO_CALL):
            fewest, most = self._config.offered
            room = max(shared.randint(1 if apart else fewest, most), len(offered) + (style == "multiple"))
            offered += self._pool.others(primary, room - len(offered), called, shared, apart=apart)
            shared.shuffle(offered)
        missing = self._config.distractors + len(called) - len(hidden) - len(offered)
        distractors = self._pool.others(primary, missing, [*hidden, *offered], shared, apart=apart)
        rng = Random(f"apigen/{self._seed}/{index}")  # noqa: S311
        plans: tuple[tuple[Call, ...], ...] = ()
        if strategy == "call_first":
            each = wanted if style == "parallel" else 1
            plans = self._planned(planned, index, each, rng) if planned else self._plans(called, each, rng)
        withheld = ""
        if style == "missing_parameter":
            if not _withholdable(primary, plans[0][-1]):  # a call made of the schema may say one value twice
                plans = (tuple(_judged(primary)),)
            withheld = rng.choice(_withholdable(primary, plans[0][-1]))
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
            hidden=tuple(hidden),
            withheld=withheld,
            manner=self._manners.draw(index),
        )

    def _by_chance(self, turn: int, rng: Random) -> tuple[Style, Strategy, int, list[Api]]:
        """Return a style, a strategy, how many calls, and the APIs to call."""
        style = _choose(self._styles, rng)
        strategy = _choose(self._config.strategies, rng)
        if style in NO_CALL:
            strategy = "call_first"
        wanted = rng.randint(*self._config.calls) if style.startswith("parallel") else 1
        kind, serves = self._kind(style, strategy)
        primary = self._pool.primary(kind, serves, turn, rng)
        if style == "parallel_multiple":
            return style, strategy, wanted, [primary, *self._pool.others(primary, wanted - 1, [primary], rng, kind)]
        return style, strategy, wanted, [primary]

    def _planned(self, turn: Turn, index: int, each: int, rng: Random) -> tuple[tuple[Call, ...], ...]:
        """For every call to make, the calls to try in order, as the plan has them for this visit to the API."""
        rows = self._config.in_a_row
        return tuple(
            tries
            for api, visit in turn.visits
            for tries in self._visits.tries(api, visit * rows + index % rows, each, self._config.vary_values, rng)
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
        for style, weight in self._styles.items():
            if weight and style in ("multiple", "parallel_multiple") and len(self._pool.apis) < 2:
                raise LibraryError(
                    f"the style '{style}' offers several APIs, but the library has one; set its weight to 0"
                )
            shares: Mapping[Strategy, float] = {"call_first": 1} if style in NO_CALL else self._config.strategies
            for strategy, share in shares.items():
                needed = 2 if style == "parallel_multiple" else 1
                if weight and share and len(self._pool.serving(*self._kind(style, strategy))) < needed:
                    raise LibraryError(
                        f"the style '{style}' with {strategy} needs {NEEDS.get(style, 'an API with a recorded call')}; "
                        f"add doctest examples to the functions, or set `sampler.styles.{style}` to 0"
                    )

    def _may_leave_out(self, style: Style) -> bool:
        """A style without a call that nobody named is there where the library has what it takes."""
        named = "styles" in self._config.model_fields_set
        return style in NO_CALL and not named and not self._pool.serving(*self._kind(style, "call_first"))

    def _kind(self, style: Style, strategy: Strategy) -> tuple[str, Callable[[Api], bool]]:
        if style == "irrelevance":
            return style, lambda api: _serves(api, style, strategy) and self._pool.has_apart(api)
        return f"{style}/{strategy}", lambda api: _serves(api, style, strategy)


def _choose(weights: Mapping[NameT, float], rng: Random) -> NameT:
    names = sorted(weights)
    return rng.choices(names, [weights[name] for name in names])[0]


def _serves(api: Api, style: Style, strategy: Strategy) -> bool:
    """Say whether an API can be the one that a draw of this style and strategy is about."""
    if strategy == "query_first":
        return True
    if style == "parallel":
        return len(_examples(api)) > 1
    if style == "missing_parameter":
        calls = _judged(api)
        return bool(calls) and all(_withholdable(api, call) for call in calls)
    return bool(api.examples) or from_schema(api, Random(0)) is not None  # noqa: S311


def _judged(api: Api) -> list[Call]:
    """Return the calls by which an API is judged: all that are recorded, or one that its schema tells, always the same."""
    return _recorded(api, len(api.examples), Random(0))  # noqa: S311


def _recorded(api: Api, count: int, rng: Random) -> list[Call]:
    examples = _examples(api)
    if not examples:
        made = from_schema(api, rng)
        return [made] if made else []
    return rng.sample(examples, min(count, len(examples)))


def _withholdable(api: Api, call: Call) -> list[str]:
    """Return the required arguments of a call whose values nobody could know unless they are said.

    None where nothing else is required: a request that has nothing to tell makes a writer tell of what it lacks.
    """
    return (
        []
        if len(api.required) < 2
        else [name for name in api.required if name in call.arguments and _must_be_said(name, api, call.arguments)]
    )


def _must_be_said(name: str, api: Api, arguments: JsonObject) -> bool:
    """No default, no only choice, no yes or no; no value that the request says anyway, or that any request may hold by chance."""
    value, schema = arguments[name], api.properties.get(name, {})
    if isinstance(value, bool) or value in (None, [], {}) or (isinstance(value, str) and len(value.strip()) < 2):
        return False
    said = {canonical(other) for key, other in arguments.items() if key != name}
    only = "default" in schema or "const" in schema or len(schema.get("enum", "??")) < 2
    return not only and canonical(value) not in said


def _examples(api: Api) -> list[Call]:
    """Return the recorded calls that differ in more than a default said aloud, in a fixed order."""
    found: dict[str, Call] = {}
    for call in api.examples:
        bare = without_defaults(call, api)
        found.setdefault(bare.key, bare)
    return [found[key] for key in sorted(found)]
