"""A run that spends nothing: what the LLMs would be asked, and what the whole target would take by a stated estimate."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from apigen.checkers import Checker, Toolbox, build_checkers
from apigen.config import Backend, Prices, RunConfig, Source, Target
from apigen.exporters import check_exports
from apigen.final_answers import FinalAnswers
from apigen.generator import Generator
from apigen.llms import build_llms
from apigen.llms.patient import Endpoint
from apigen.preview.standins import QUERY_LETTERS, REASON_LETTERS, Asked, Ledger, StandIn, unrun
from apigen.prompts import Prompts
from apigen.records import Call, Candidate, Draw, Json, Message, calls_to_json
from apigen.sampler import Sampler
from apigen.sources import build_sources, open_library
from apigen.sources.context import SourceContext

SHOWN_DRAWS = 5
ESTIMATED_DRAWS = 60
LETTERS_A_TOKEN, TOKENS_A_TURN = 4, 5
PASS_RATES = (0.35, 0.6, 0.85)
"""Candidates that end verified: the paper's weakest and strongest generators had 34% and 84%."""
FREE = ("local", "scripted")


@dataclass(frozen=True, slots=True)
class ShownDraw:
    """A draw, the calls that its query is to be written from, and the generator's prompt."""

    draw: Draw
    calls: tuple[Call, ...]
    messages: tuple[Message, ...]

    def to_json(self) -> dict[str, Json]:
        draw = self.draw
        return {
            "draw": draw.index,
            "style": draw.style,
            "strategy": draw.strategy,
            "apis": [api.name for api in draw.apis],
            "calls": calls_to_json(self.calls),
            "messages": [asdict(message) for message in self.messages],
        }


@dataclass(frozen=True, slots=True)
class Use:
    """What one LLM is asked for one purpose: questions a draw, tokens read and written a question; None where it has no prices."""

    llm: str
    purpose: str
    replies: float
    read: float
    written: float
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """The whole target at one pass rate. `ends_by` is the first limit reached; dollars are None where prices are missing."""

    pass_rate: float
    ends_by: str
    draws: int
    verified: int
    replies: int
    read: int
    written: int
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Draws as they would be asked, and the estimate: `uses` of LLMs a draw, a scenario a pass rate, what is assumed, a line each."""

    draws: tuple[ShownDraw, ...]
    uses: tuple[Use, ...]
    scenarios: tuple[Scenario, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        return {
            "draws": [draw.to_json() for draw in self.draws],
            "estimate": {
                "uses": [asdict(use) for use in self.uses],
                "scenarios": [asdict(scenario) for scenario in self.scenarios],
                "assumed": list(self.assumed),
            },
            "notes": list(self.notes),
        }


async def preview(config: RunConfig) -> Preview:
    """Open the library and draw from it, as a run would; no LLM is made ready or asked, and no store is opened for writing.

    Keys of LLMs need not be set yet.

    Raises:
        ConfigError, LibraryError, SandboxError, EndpointError: Whatever would keep a run from beginning, but its store and LLMs.
    """
    exports = check_exports(config.exports, config.store)
    clock = config.clock or datetime.now(UTC).replace(microsecond=0)
    prompts = Prompts(config.prompts)
    entries = {name: _without_key(entry) for name, entry in config.llms.items()}
    prices = {name: _prices(config.llms[name], llm.endpoints) for name, llm in build_llms(entries).items()}
    context = SourceContext(config.sandbox, clock, config.store)
    sources = build_sources([_not_recording(entry) for entry in config.library], context)
    library = await open_library(sources, to_execute=True)
    try:
        for order in exports:
            order.check(library.apis)
        sampler = Sampler(config.sampler, library.apis, config.seed)
        ledger = Ledger(config.generator.pairs)
        llms = {name: StandIn(name, ledger) for name in entries}
        writer = llms[config.generator.llm]
        checkers = build_checkers(config.stages, Toolbox(unrun(library), llms, prompts, clock))
        generator = Generator(config.generator, writer, prompts, library)
        shown = [await _shown(sampler.draw(index), generator, ledger) for index in _indices(config.target, SHOWN_DRAWS)]
        ledger.asked.clear()
        generator = Generator(config.generator, writer, prompts, unrun(library))
        finals = FinalAnswers.of(config, llms, prompts)
        draws = [sampler.draw(index) for index in _indices(config.target, ESTIMATED_DRAWS)]
        candidates = 0
        for draw in draws:
            candidates += await _follow(draw, generator, checkers, finals, ledger)
    finally:
        await library.close()
    uses = _uses(ledger.asked, len(draws), prices)
    scenarios = tuple(_scenario(rate, candidates / len(draws), uses, config.target) for rate in PASS_RATES)
    notes = (*_missing_keys(config.llms), *_unpriced(uses), *_recorded(config.library))
    return Preview(tuple(shown), uses, scenarios, _assumed(len(draws), config.target), notes)


def _indices(target: Target, most: int) -> range:
    return range(min(most, target.draws or most))


# --- asking without an LLM


async def _shown(draw: Draw, generator: Generator, ledger: Ledger) -> ShownDraw:
    ledger.draw = draw
    candidates = await generator.propose(draw)
    calls = () if draw.strategy == "query_first" else candidates[0].calls or candidates[0].meant
    return ShownDraw(draw, calls, ledger.asked[-1].request.messages)


async def _follow(
    draw: Draw, generator: Generator, checkers: Sequence[Checker], finals: FinalAnswers | None, ledger: Ledger
) -> int:
    """Take a draw through every stage, whatever the stages say; return how many candidates it has."""
    ledger.draw = draw
    candidates = await generator.propose(draw)
    for candidate in candidates:
        ledger.right = candidate.calls or candidate.meant
        done = await _through(candidate, checkers)
        if finals:
            await finals.add(replace(done, verdicts=()))
    return len(candidates)


async def _through(candidate: Candidate, checkers: Sequence[Checker]) -> Candidate:
    for checker in checkers:
        candidate = await checker(candidate)
    return candidate


# --- counting


def _tokens(*texts: str, turns: int = 0) -> float:
    return sum(map(len, texts)) / LETTERS_A_TOKEN + turns * TOKENS_A_TURN


def _uses(asked: Sequence[Asked], draws: int, prices: Mapping[str, Prices | None]) -> tuple[Use, ...]:
    groups: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        groups.setdefault((one.request.purpose, one.llm), []).append(one)
    return tuple(_use(llm, purpose, part, draws, prices[llm]) for (purpose, llm), part in groups.items())


def _use(llm: str, purpose: str, asked: Sequence[Asked], draws: int, prices: Prices | None) -> Use:
    turns = [message.content for one in asked for message in one.request.messages]
    read = _tokens(*turns, turns=len(turns)) / len(asked)
    written = _tokens(*(one.reply for one in asked)) / len(asked)
    dollars = None if prices is None else (read * prices.input + written * prices.output) / 1e6
    return Use(llm, purpose, len(asked) / draws, read, written, dollars)


def _scenario(pass_rate: float, candidates: float, uses: Sequence[Use], target: Target) -> Scenario:
    """Return what it takes until the first limit of the target is reached; seconds are not estimated."""
    read, written = (sum(use.replies * getattr(use, key) for use in uses) for key in ("read", "written"))
    dollars = (
        None if any(use.dollars is None for use in uses) else sum(use.replies * (use.dollars or 0) for use in uses)
    )
    yielded = pass_rate * candidates
    limits = {
        "verified": target.verified and target.verified / yielded,
        "draws": target.draws,
        "tokens": target.tokens and target.tokens / (read + written),
        "dollars": target.dollars and dollars and target.dollars / dollars,
    }
    known = {name: limit for name, limit in limits.items() if limit}
    ends_by = min(known, key=lambda name: known[name], default="seconds")
    draws = math.ceil(known.get(ends_by, 0) - 1e-9)
    verified = (target.verified or 0) if ends_by == "verified" else math.floor(draws * yielded)
    return Scenario(
        pass_rate,
        ends_by,
        draws,
        verified,
        round(draws * sum(use.replies for use in uses)),
        round(draws * read),
        round(draws * written),
        None if dollars is None else draws * dollars,
    )


def _assumed(draws: int, target: Target) -> tuple[str, ...]:
    rates = ", ".join(f"{rate:.0%}" for rate in PASS_RATES)
    lines = [
        f"{rates} of the candidates pass (in the paper 34% to 84% did)",
        f"prompts are those of the first {draws} draws; {LETTERS_A_TOKEN} letters make a token, a turn {TOKENS_A_TURN} more; "
        "nothing is cached",
        f"a query has {QUERY_LETTERS} letters for each call, a result and a final answer too; a judge's reason has {REASON_LETTERS}",
        "every candidate is asked about at every stage (a rejected one is not): rather too much than too little",
        "no reply is asked for twice",
    ]
    if target.seconds:
        lines.append("seconds are not estimated: the limit of `target.seconds` may end it earlier")
    return tuple(lines)


# --- the config, without what costs or leaves a trace


def _without_key(entry: Backend) -> Backend:
    options = {key: value for key, value in entry.options.items() if key != "api_key_env"}
    if isinstance(parts := options.get("endpoints"), list):
        options["endpoints"] = [
            {key: value for key, value in part.items() if key != "api_key_env"} if isinstance(part, Mapping) else part
            for part in parts
        ]
    return entry.model_copy(update={"options": options})


def _not_recording(entry: Source) -> Source:
    if entry.options.get("mode") != "record":
        return entry
    return entry.model_copy(update={"options": {**entry.options, "mode": "live"}})


def _prices(entry: Backend, endpoints: Sequence[Endpoint]) -> Prices | None:
    """Return the highest prices among the endpoints of one name, None where one has none; what runs here costs nothing."""
    free = Prices(input=0, output=0) if entry.name in FREE else None
    prices = [endpoint.prices or free for endpoint in endpoints]
    known = [price for price in prices if price is not None]
    return max(known, key=lambda price: price.input + price.output) if len(known) == len(prices) else None


def _missing_keys(llms: Mapping[str, Backend]) -> Iterable[str]:
    for name, entry in llms.items():
        parts = [entry.options, *(entry.options.get("endpoints") or ())]
        wanted = {part["api_key_env"] for part in parts if isinstance(part, Mapping) and part.get("api_key_env")}
        for variable in sorted(map(str, wanted)):
            if not os.environ.get(variable):
                yield f"llms.{name}: the environment variable {variable} is not set; a run needs it"


def _unpriced(uses: Sequence[Use]) -> Iterable[str]:
    for name in sorted({use.llm for use in uses if use.dollars is None}):
        yield f"llms.{name}: has no `prices`; dollars are unknown"


def _recorded(entries: Sequence[Source]) -> Iterable[str]:
    for number, entry in enumerate(entries):
        if entry.options.get("mode") == "record":
            yield f"library[{number}]: `mode: record` is `live` here; nothing is recorded"
