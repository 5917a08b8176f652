"""The plan of whose turn it is: even, the same from any index, and no larger after many draws."""

import sys
import tracemalloc
from collections import Counter
from dataclasses import fields, is_dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.coverage_plan import MOST_DRAWS, ROUND, CoveragePlan, Kind, _apportioned, _counts
from apigen.pool import ApiPool
from apigen.records import NO_CALL, STYLES
from apigen.sampler import Sampler
from apigen.sampler_config import SamplerConfig
from tests.makers import INTEGER, TEXT, make_api

TOPICS = ("Walk along rivers between quiet villages.", "Bake bread with seeds inside ovens.", "Measure copper wires.")


def library(size, few=0, categories=3):
    """So many APIs; the first `few` of them have one recorded call and one argument, so that some styles cannot serve them."""
    return tuple(
        make_api(
            f"api_{number}",
            {"count": INTEGER, "word": TEXT, "digits": {**INTEGER, "default": 2}},
            ["count"] if number < few else ["count", "word"],
            [{"count": 10 + turn, "word": f"w{turn}{number}"} for turn in range(1 if number < few else 3)],
            category=f"category_{number % categories}",
            description=TOPICS[number % 3],
        )
        for number in range(size)
    )


def called(draw):
    """The APIs of a draw that verified calls would be of."""
    if draw.style in NO_CALL:
        return set()
    return {plan[-1].name for plan in draw.plans} or {draw.apis[0].name}


def uses(sampler, first, count, apis):
    found = Counter({api.name: 0 for api in apis})
    for index in range(first, first + count):
        found.update(called(sampler.draw(index)))
    return found


def turns_of(sampler):
    return sampler._plan._turns


@pytest.mark.parametrize(
    ("size", "few", "more"),
    [
        (250, 0, {}),
        (250, 40, {}),
        (250, 40, {"similar": 1.0}),
        (30, 5, {}),
        (7, 0, {"styles": {"simple": 1, "parallel_multiple": 2}}),
        (120, 30, {"styles": {"simple": 1, "parallel": 1}}),
        (230, 0, {"styles": {"parallel_multiple": 1}, "calls": (3, 4)}),
    ],
)
def test_every_api_has_its_turn_in_each_round(size, few, more):
    apis = library(size, few)
    sampler = Sampler(SamplerConfig(**more), apis, 3)
    turns = turns_of(sampler)
    for number in range(3):
        found = uses(sampler, number * turns, turns, apis)
        assert min(found.values()) >= 1
        assert max(found.values()) - min(found.values()) <= 2
    whole = uses(sampler, 0, 3 * turns, apis)
    assert max(whole.values()) - min(whole.values()) <= 2


def test_a_style_that_few_can_serve_costs_the_others_nothing():
    apis = library(200, few=150)
    sampler = Sampler(SamplerConfig(styles={"simple": 4, "parallel": 1}, similar=0), apis, 3)
    assert set(uses(sampler, 0, turns_of(sampler), apis).values()) == {1}


def test_what_no_style_can_serve_is_left_out_and_the_rest_is_even():
    apis = library(300, few=100)
    sampler = Sampler(SamplerConfig(styles={"parallel": 1}), apis, 3)
    found = uses(sampler, 0, turns_of(sampler), apis)
    assert {name for name, count in found.items() if not count} == {api.name for api in apis[:100]}
    assert {count for count in found.values() if count} == {1}


def test_what_a_style_needs_too_often_comes_again_and_the_rest_is_even():
    apis = library(220, few=200)
    sampler = Sampler(SamplerConfig(styles={"simple": 1, "parallel": 1}), apis, 3)
    found = uses(sampler, 0, 5 * turns_of(sampler), apis)
    for names, each in ((apis[:200], 110 * 5 / 200), (apis[200:], 110 * 5 / 20)):
        counts = [found[api.name] for api in names]
        assert sum(counts) == pytest.approx(each * len(counts), abs=4)
        assert max(counts) - min(counts) <= 4


def test_draws_without_a_call_take_no_turn_from_the_calls():
    apis = library(220)
    sampler = Sampler(SamplerConfig(styles={"simple": 1, "missing_parameter": 1, "irrelevance": 1}), apis, 3)
    found = [sampler.draw(index) for index in range(turns_of(sampler))]
    assert Counter(name for draw in found for name in called(draw)) == {api.name: 1 for api in apis}
    about = Counter(draw.plans[0][-1].name for draw in found if draw.style in NO_CALL)
    assert max(about.values()) <= 3


def test_a_round_is_bounded_where_hardly_a_draw_has_a_call_and_later_rounds_call_the_rest():
    apis = library(220)
    sampler = Sampler(SamplerConfig(styles={"simple": 1e-6, "missing_parameter": 1}), apis, 3)
    assert turns_of(sampler) <= MOST_DRAWS * 220
    sampler = Sampler(SamplerConfig(styles={"simple": 1, "missing_parameter": 99}), apis, 3)
    turns = (sampler._plan.turn(number) for number in range(5 * turns_of(sampler)))
    found = Counter(turn.called[0].name for turn in turns if turn.kind.style == "simple")
    assert len(found) == 220
    assert max(found.values()) <= 2


def test_the_two_strategies_share_the_apis_of_a_round():
    apis = library(300)
    config = SamplerConfig(styles={"simple": 1}, strategies={"call_first": 1, "query_first": 2})
    sampler = Sampler(config, apis, 3)
    assert turns_of(sampler) == 300
    for number in range(3):
        assert set(uses(sampler, 300 * number, 300, apis).values()) == {1}


def test_balance_and_weights_hold_in_a_plan():
    recorded = {"examples": [{"width": 3, "height": 2}], "category": "other"}
    apis = (*library(60, categories=1), *(make_api(f"other_{number}", **recorded) for number in range(6)))
    for more, share in (
        ({"balance": "categories"}, 0.5),
        ({"categories": {"other": 2}}, 1 / 6),
        ({"categories": {"other": 0}}, 0),
    ):
        sampler = Sampler(SamplerConfig(styles={"simple": 1}, **more), apis, 1)
        found = uses(sampler, 0, 660, apis)
        others = [count for name, count in found.items() if name.startswith("other")]
        assert sum(others) == pytest.approx(share * 660, abs=8)
        assert max(others) - min(others) <= 3


def test_styles_have_their_shares_in_each_round():
    sampler = Sampler(SamplerConfig(styles={"simple": 3, "multiple": 2, "parallel": 1}), library(240), 9)
    for start in (0, 240, 24_000):
        counts = Counter(sampler.draw(start + index).style for index in range(240))
        assert counts == {"simple": 120, "multiple": 80, "parallel": 40}


weights = st.dictionaries(st.sampled_from(STYLES), st.integers(0, 5), min_size=1)


@settings(deadline=None, database=None, max_examples=40)
@given(
    weights.filter(lambda found: any(found.values())),
    st.integers(0, 10**6),
    st.integers(0, 10**9),
    st.integers(6, 40),
    st.integers(0, 3),
    st.integers(1, 4),
)
def test_a_draw_depends_on_seed_and_index_alone(styles, seed, index, size, few, rows):
    config = SamplerConfig(styles=styles, in_a_row=rows)
    apis = library(size, few)
    sampler = Sampler(config, apis, seed)
    sampler.draw(index // 2)
    sampler.draw(index + 1)
    assert sampler.draw(index) == Sampler(config, apis, seed).draw(index)


def held(value, seen):
    """How many bytes an object holds, its containers' contents too."""
    if id(value) in seen or isinstance(value, type) or callable(value):
        return 0
    seen.add(id(value))
    total = sys.getsizeof(value)
    if isinstance(value, dict):
        total += sum(held(key, seen) + held(part, seen) for key, part in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        total += sum(held(part, seen) for part in value)
    elif is_dataclass(value):
        total += sum(held(getattr(value, field.name), seen) for field in fields(value))
    else:
        total += held(getattr(value, "__dict__", None), seen)
    return total


def test_nothing_grows_with_the_draws():
    apis = library(40)
    sampler = Sampler(SamplerConfig(), apis, 1)
    for index in range(1200):
        sampler.draw(index)
    before = held(sampler, set())
    tracemalloc.start()
    try:
        first = tracemalloc.get_traced_memory()[0]
        for index in range(900_000, 902_400):
            sampler.draw(index)
        grown = tracemalloc.get_traced_memory()[0] - first
    finally:
        tracemalloc.stop()
    assert held(sampler, set()) <= before * 1.1
    assert grown < 400_000


def test_a_late_draw_costs_what_an_early_one_does(monkeypatch):
    """Work is counted, not timed: how many numbers are drawn to plan a round."""
    made = [0]
    real = Random.random

    def counted(rng):
        made[0] += 1
        return real(rng)

    counts = []
    monkeypatch.setattr(Random, "random", counted)
    for index in (0, 900_000):
        made[0] = 0
        Sampler(SamplerConfig(), library(230), 1).draw(index)
        counts.append(made[0])
    assert counts[1] <= 1.2 * counts[0]


kinds = st.builds(Kind, st.sampled_from(STYLES), st.just("call_first"), st.integers(1, 8))


@settings(deadline=None, database=None, max_examples=100)
@given(st.dictionaries(kinds, st.floats(1e-6, 1e6), min_size=1, max_size=8), st.integers(1, 3000))
def test_the_draws_of_a_round_are_shared_out_by_weight(weights, turns):
    total = sum(weights.values())
    counts = _apportioned(weights, total, turns)
    assert all(count >= 1 for count in counts.values())
    for kind, weight in weights.items():
        assert counts[kind] - turns * weight / total < 1.001 or counts[kind] == 1
    made = _counts(weights, weights, turns)
    calls = sum(kind.apis * count for kind, count in made.items())
    assert turns <= calls
    assert calls <= turns + 8 * (1 + len(weights))


def test_a_round_of_a_small_library_goes_through_it_several_times():
    config = SamplerConfig(styles={"simple": 1})
    apis = library(7)
    plan = CoveragePlan(config, config.styles, ApiPool(apis, config, 1), lambda *kind: apis, 1)
    seen = [plan.turn(number).visits[0] for number in range(2 * ROUND)]
    for lap in range(2 * ROUND // 7):
        visits = seen[7 * lap : 7 * lap + 7]
        assert {api.name for api, _ in visits} == {api.name for api in apis}
        assert {visit for _, visit in visits} == {lap}
