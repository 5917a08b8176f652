"""The feedback loop: what was verified is shown to later draws, a limited number of times, and the same in every session."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig
from apigen.errors import ConfigError
from apigen.feedback import Feedback, Pool
from apigen.options import parse_options
from apigen.pipeline import Outcome, run
from apigen.records import Call, Draw, SeedExample
from apigen.sampler_config import FeedbackConfig
from apigen.store.reader import StoreReader
from tests.makers import make_api
from tests.servers import Body, ChatServer, Oracle, purpose_of

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
APIS = [make_api(f"api_{number}") for number in range(6)]


def draw_of(index: int) -> Draw:
    return Draw(index, index, "simple" if index % 2 else "parallel", "call_first", (APIS[index % 6],))


class Kept:
    """Pools of a run in which each draw gave one sample."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int]] = []

    def pool(self, number: int, first: int, last: int) -> Pool:
        self.asked.append((number, first, last))
        made = [draw_of(index) for index in range(first, last)]
        return [(one.style, SeedExample(f"query {one.index}", (Call(one.apis[0].name, {}),))) for one in made]


def dealt(rounds: int = 8, **settings: int) -> dict[int, tuple[SeedExample, ...]]:
    config = FeedbackConfig.model_validate({"round": 10, "examples": 2, "shows": 3, **settings})
    feedback = Feedback(config, 7, draw_of, Kept())
    return {index: feedback.shown(index) for index in range(rounds * config.round)}


def test_the_first_two_rounds_are_shown_nothing_and_later_ones_what_is_two_rounds_back() -> None:
    found = dealt()
    assert not any(found[index] for index in range(20))
    for index in range(20, 80):
        assert all(int(one.query.split()[1]) < (index // 10 - 1) * 10 for one in found[index])
    assert all(len(found[index]) == 2 for index in range(40, 80))


def test_none_is_shown_twice_in_a_round_nor_in_more_rounds_than_allowed() -> None:
    found = dealt(rounds=12, shows=2)
    shows: Counter[str] = Counter()
    for number in range(12):
        queries = [one.query for index in range(number * 10, number * 10 + 10) for one in found[index]]
        assert len(queries) == len(set(queries))
        shows.update(queries)
    assert max(shows.values()) == 2


def test_what_is_shown_is_of_the_draws_style_and_of_other_apis() -> None:
    for index, examples in dealt().items():
        draw = draw_of(index)
        for one in examples:
            source = draw_of(int(one.query.split()[1]))
            assert source.style == draw.style
            assert source.apis != draw.apis


def test_a_pool_is_asked_for_once_a_round_whatever_the_order() -> None:
    kept = Kept()
    feedback = Feedback(FeedbackConfig(round=10), 7, draw_of, kept)
    for index in (25, 21, 32, 29, 30):
        feedback.shown(index)
    assert kept.asked == [(2, 0, 10), (3, 0, 20)]


def go(settings: dict[str, Any]) -> Outcome:
    return asyncio.run(run(parse_options(RunConfig, settings)))


def shown_in(server: ChatServer) -> dict[int, list[str]]:
    """The messages that each question of the generator showed, by the seed of its draw."""
    found = {}
    for body in server.requests:
        if purpose_of(body) == "call_first":
            text = body["messages"][-1]["content"]
            head, marker, _ = text.partition("\n\nNow the message for this:")
            found[body["seed"]] = [line[2:] for line in head.splitlines()[1:]] if marker else []
    return found


@pytest.fixture
def feeding(settings: Settings, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def make(server: ChatServer, name: str, **changed: Any) -> dict[str, Any]:
        chosen = settings(server.base_url, target={"draws": 60}, **changed)
        chosen["exports"] = [{"format": "xlam", "file": str(tmp_path / f"{name}.jsonl")}]
        sampler = {"feedback": {"round": 8, "examples": 2, "shows": 2}, "styles": {"simple": 1, "parallel": 1}}
        return chosen | {"store": str(tmp_path / f"{name}.db"), "sampler": sampler}

    return make


def test_a_run_shows_what_it_verified_and_is_the_same_however_it_ran(
    serving: Serving, feeding: Callable[..., dict[str, Any]]
) -> None:
    exports, shown = [], []
    for name, at_once, delay in (("one", 1, 0.0), ("many", 10, 0.04)):
        server = serving(Oracle(delay=delay))
        chosen = feeding(server, name, concurrency=at_once)
        assert go(chosen).state == "done"
        exports.append(Path(chosen["exports"][0]["file"]).read_bytes())
        shown.append(shown_in(server))
        with closing(StoreReader(Path(chosen["store"]))) as reader:
            queries = {sample.query for sample in reader.samples()}
        everything = Counter(query for queries in shown[-1].values() for query in queries)
        assert everything
        assert set(everything) <= queries
    assert exports[0] == exports[1]
    assert shown[0] == shown[1]


def test_a_later_session_shows_what_an_earlier_one_wrote_down(
    serving: Serving, feeding: Callable[..., dict[str, Any]]
) -> None:
    """Draw after draw is left open at first, by a judge's reply that says nothing; what the others showed stays."""
    failing = {"on": True}

    def twist(body: Body) -> str | None:
        says_nothing = failing["on"] and purpose_of(body) == "agreement" and body["seed"] % 5 == 0
        return "" if says_nothing else None

    server = serving(Oracle(twist=twist))
    chosen = feeding(server, "late")
    chosen["checkers"] = [*chosen["checkers"], "duplicates"]
    go(chosen)
    before = shown_in(server)
    failing["on"] = False
    go(chosen)
    after = shown_in(server)
    assert {seed: after[seed] for seed in before} == before
    with closing(StoreReader(Path(chosen["store"]))) as reader:
        assert reader.funnel()[""].pending == 0


def test_wrong_settings_are_named() -> None:
    with pytest.raises(ConfigError, match=r"^round"):
        parse_options(FeedbackConfig, {"round": 1})


def test_a_config_without_feedback_is_the_same_as_before_there_was_any(settings: Settings) -> None:
    assert "feedback" not in parse_options(RunConfig, settings("http://127.0.0.1:1")).identity()["sampler"]
