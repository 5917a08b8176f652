"""Draws: the same whatever came before, and each of the shape that its style promises."""

import json
import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from apigen.errors import ConfigError, LibraryError
from apigen.pool import STAND_IN, ApiPool
from apigen.records import NO_CALL, STYLES, calls_to_json
from apigen.sampler import Sampler
from apigen.sampler_config import SamplerConfig
from apigen.similarity import Similarity
from apigen.variation import without_defaults
from tests.makers import INTEGER, TEXT, make_api

TOPICS = (
    "Walk along rivers between quiet villages.",
    "Bake bread with seeds inside ovens.",
    "Measure voltage across copper wires safely.",
)
LIBRARY = tuple(
    make_api(
        f"api_{number}",
        {
            "count": {**INTEGER, "minimum": 0},
            "unit": {"enum": ["km", "mi", "m"]},
            "digits": {**INTEGER, "default": 2},
        },
        required=["count", "unit"],
        examples=[
            {"count": 10, "unit": "km"},
            {"count": 25, "unit": "mi", "digits": 3},
            {"count": 700 + number, "unit": "m", "digits": 2},
        ],
        category=f"category_{number % 3}",
        description=TOPICS[number % 3],
    )
    for number in range(12)
)
BARE = make_api("bare", {"word": TEXT})


def only(style, strategy="call_first", **more):
    return SamplerConfig(styles={style: 1}, strategies={strategy: 1}, **more)


def draws(config, count=60, seed=5, library=LIBRARY):
    sampler = Sampler(config, library, seed)
    return [sampler.draw(index) for index in range(count)]


def called(draw):
    """Names of the APIs that the plans call, one a plan."""
    return [plan[-1].name for plan in draw.plans]


def names(apis):
    return [api.name for api in apis]


MIXED = SamplerConfig(strategies={"call_first": 2, "query_first": 1})


def test_a_draw_is_the_same_in_any_order_and_after_any_others():
    expected = draws(MIXED)
    order = list(range(60))
    Random(1).shuffle(order)
    sampler = Sampler(MIXED, LIBRARY, 5)
    assert {index: sampler.draw(index) for index in order} == dict(enumerate(expected))
    assert Sampler(MIXED, LIBRARY, 5).draw(41) == expected[41]
    assert sampler.draw(41) == expected[41]


def test_another_seed_draws_otherwise():
    assert draws(MIXED, seed=5) != draws(MIXED, seed=6)


SCRIPT = """
from hashlib import sha256
from tests.test_sampler import MIXED, draws
print(sha256(repr(draws(MIXED)).encode()).hexdigest())
"""


def test_a_draw_is_the_same_in_another_process():
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_simple_offers_one_api(strategy):
    for draw in draws(only("simple", strategy)):
        assert len(draw.apis) == 1
        assert called(draw) == (names(draw.apis) if strategy == "call_first" else [])


@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_multiple_offers_several_and_calls_one_of_them(strategy):
    for draw in draws(only("multiple", strategy, offered=(2, 4))):
        assert 2 <= len(draw.apis) <= 4
        assert len(set(names(draw.apis))) == len(draw.apis)
        assert len(draw.plans) == (strategy == "call_first")
        assert set(called(draw)) <= set(names(draw.apis))


def test_multiple_offers_several_even_if_told_to_offer_one():
    assert {len(draw.apis) for draw in draws(only("multiple", offered=(1, 1)))} == {2}


def test_the_place_of_the_called_api_among_the_offered_tells_nothing():
    places = Counter(names(draw.apis).index(called(draw)[0]) for draw in draws(only("multiple", offered=(3, 3)), 150))
    assert set(places) == {0, 1, 2}
    assert min(places.values()) > 25


def test_parallel_calls_one_api_several_times():
    for draw in draws(only("parallel", calls=(2, 3))):
        assert len(draw.apis) == 1
        assert 2 <= len(draw.plans) <= 3
        assert set(called(draw)) == {draw.apis[0].name}
        last = [plan[-1] for plan in draw.plans]
        assert len(set(last)) == len(last)


def test_parallel_calls_give_the_same_arguments_by_the_plan():
    """Who asks twice says as much each time; what one of two questions leaves open, nobody can tell from a default."""
    properties = {
        "count": {**INTEGER, "minimum": 0},
        **{f"o{number}": {**INTEGER, "minimum": 0} for number in range(4)},
    }
    examples = [{"count": 10 * turn} | {f"o{number}": 30 for number in range(turn)} for turn in range(1, 5)]
    api = make_api("api", properties, ["count"], examples)
    shapes = [
        {frozenset(plan[0].arguments) for plan in draw.plans}
        for draw in draws(only("parallel", calls=(2, 3), vary_values=1), library=(api,))
    ]
    assert {len(one) for one in shapes} == {1}
    assert len(set().union(*shapes)) > 5


def test_parallel_makes_no_more_calls_than_are_recorded():
    assert {len(draw.plans) for draw in draws(only("parallel", calls=(8, 8)))} == {3}


def test_parallel_multiple_calls_several_apis():
    for draw in draws(only("parallel_multiple", calls=(2, 3), offered=(2, 5))):
        assert 2 <= len(draw.plans) <= 3
        assert len(set(called(draw))) == len(draw.plans)
        assert set(called(draw)) <= set(names(draw.apis))
        assert len(set(names(draw.apis))) == len(draw.apis) <= 5


def test_parallel_multiple_calls_no_more_apis_than_there_are():
    for draw in draws(only("parallel_multiple", calls=(8, 8), offered=(2, 2)), library=LIBRARY[:3]):
        assert sorted(called(draw)) == sorted(names(draw.apis)) == ["api_0", "api_1", "api_2"]


@pytest.mark.parametrize("style", STYLES)
def test_the_last_call_of_a_plan_is_recorded_up_to_omitted_defaults(style):
    recorded = {without_defaults(call, api) for api in LIBRARY for call in api.examples}
    for draw in draws(only(style)):
        assert draw.plans
        for plan in draw.plans:
            assert plan[-1] in recorded
            assert "digits" not in plan[-1].arguments or plan[-1].arguments["digits"] != 2
            assert {call.name for call in plan} == {plan[-1].name}


@pytest.mark.parametrize(("share", "expected"), [(0, {1}), (1, {2})])
def test_the_share_of_varied_values_is_kept(share, expected):
    config = only("simple", vary_values=share, coverage="random")
    assert {len(plan) for draw in draws(config) for plan in draw.plans} == expected


@pytest.mark.parametrize("coverage", ["plan", "random"])
def test_none_but_recorded_calls_are_proposed_where_values_are_not_to_vary(coverage):
    styles = dict.fromkeys(STYLES, 1)
    for draw in draws(SamplerConfig(styles=styles, vary_values=0, coverage=coverage)):
        assert {len(plan) for plan in draw.plans} == {1}


def told(draw):
    """All that a draw consisted of before there was a plan, as JSON."""
    groups = [names(apis) for apis in (draw.apis, draw.distractors, draw.hidden)]
    calls = [calls_to_json(part) for part in (draw.examples, *draw.plans)]
    return [draw.index, draw.seed, draw.style, draw.strategy, draw.withheld, *groups, *calls]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"strategies": {"call_first": 2, "query_first": 1}}, "a3a5c74137f887bb"),
        ({"in_a_row": 3, "vary_values": 1.0, "calls": (2, 4), "categories": {"category_1": 0}}, "0ac95bcfbea7e5e1"),
        ({"balance": "categories", "similar": 0.8}, "6606456a23d66228"),
    ],
)
def test_draws_by_chance_are_those_of_before_there_was_a_plan(more, expected):
    """Runs that began then are continued: the hashes are of draws made by the code of that time."""
    found = [told(draw) for draw in draws(SamplerConfig(coverage="random", **more))]
    assert sha256(json.dumps(found).encode()).hexdigest()[:16] == expected


@pytest.mark.parametrize("style", STYLES)
def test_distractors_are_apis_that_are_not_offered(style):
    for draw in draws(only(style, distractors=2)):
        assert not set(names(draw.distractors)) & set(names(draw.apis))
        assert len(set(names(draw.distractors))) == len(draw.distractors)
        # With what is offered and not called, the solver has two to be distracted by.
        assert len(set(names(draw.apis)) - set(called(draw))) + len(draw.distractors) >= 2


def test_no_distractors_when_none_are_wanted():
    assert {draw.distractors for draw in draws(only("simple", distractors=0))} == {()}


@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_every_api_has_its_turn_once_a_round(strategy):
    size = len(LIBRARY)
    turns = [draw.apis[0].name for draw in draws(only("simple", strategy), 3 * size)]
    rounds = [turns[start : start + size] for start in range(0, 3 * size, size)]
    assert all(sorted(each) == sorted(names(LIBRARY)) for each in rounds)
    assert rounds[0] != rounds[1] != rounds[2]


def test_the_examples_of_a_draw_are_recorded_calls_of_what_it_offers():
    for draw in draws(only("multiple", "query_first")):
        assert [call.name for call in draw.examples] == names(draw.apis)
        assert all(call in api.examples for call, api in zip(draw.examples, draw.apis, strict=True))


def test_a_weight_of_zero_is_never_drawn():
    config = SamplerConfig(
        styles={"simple": 0, "multiple": 1, "parallel": 0, "parallel_multiple": 2},
        strategies={"call_first": 0, "query_first": 1},
    )
    found = draws(config, 200)
    assert {draw.style for draw in found} == {"multiple", "parallel_multiple"}
    assert {draw.strategy for draw in found} == {"query_first"}


def test_weights_are_shares():
    counts = Counter(draw.style for draw in draws(SamplerConfig(styles={"simple": 3, "multiple": 1}), 400))
    assert 250 < counts["simple"] < 350
    assert set(counts) == {"simple", "multiple"}


def test_an_api_without_examples_is_called_only_if_its_schema_says_enough():
    told = make_api("told", {"unit": {"enum": ["km", "mi"]}, "flag": {"type": "boolean"}})
    for draw in draws(only("simple"), library=(BARE, told)):
        assert called(draw) == ["told"]
        assert draw.plans[0][-1].arguments["unit"] in ("km", "mi")


@pytest.mark.parametrize("style", ["simple", "parallel"])
def test_a_library_without_examples_cannot_be_drawn_call_first(style):
    with pytest.raises(LibraryError, match=f"'{style}'.*doctest examples.*sampler.styles"):
        Sampler(only(style), (BARE,), 0)
    assert Sampler(only(style, "query_first"), (BARE,), 0).draw(0).apis == (BARE,)


def test_one_recorded_call_is_too_few_for_parallel():
    with pytest.raises(LibraryError, match="'parallel'"):
        Sampler(only("parallel"), (make_api(examples=[{"width": 1, "height": 2}] * 2),), 0)


@pytest.mark.parametrize("style", ["multiple", "parallel_multiple"])
@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_one_api_is_too_few_to_offer_several(style, strategy):
    with pytest.raises(LibraryError, match=f"'{style}' offers several APIs.*set its weight to 0"):
        Sampler(only(style, strategy), LIBRARY[:1], 0)


def test_a_style_of_weight_zero_asks_nothing_of_the_library():
    config = SamplerConfig(styles={"simple": 1, "multiple": 0, "parallel": 0, "parallel_multiple": 0})
    assert Sampler(config, LIBRARY[:1], 0).draw(3).style == "simple"


def test_parallel_counts_recorded_calls_without_their_defaults():
    api = make_api("f", {"a": INTEGER, "b": {**INTEGER, "default": 2}}, ["a"], [{"a": 1}, {"a": 1, "b": 2}, {"a": 3}])
    for draw in draws(only("parallel", calls=(2, 2), vary_values=0), library=(api,)):
        assert len({plan[-1] for plan in draw.plans}) == 2


def test_parallel_multiple_needs_two_apis_that_can_be_called():
    with pytest.raises(LibraryError, match="parallel_multiple"):
        Sampler(only("parallel_multiple"), (LIBRARY[0], BARE), 0)


def test_weights_whose_sum_is_no_number_are_refused():
    with pytest.raises(ValidationError):
        SamplerConfig(styles={"simple": 1e308, "multiple": 1e308})


@settings(deadline=None, database=None, max_examples=60)
@given(
    st.dictionaries(st.sampled_from(STYLES), st.integers(0, 3), min_size=1).filter(lambda found: any(found.values())),
    st.integers(),
    st.integers(0, 10**9),
    st.integers(6, 12),
)
def test_any_seed_and_index_can_be_drawn(styles, seed, index, size):
    draw = Sampler(SamplerConfig(styles=styles), LIBRARY[:size], seed).draw(index)
    assert styles[draw.style] > 0
    assert 0 <= draw.seed < 2**31
    assert set(called(draw)) <= set(names([*draw.apis, *draw.hidden]))


def test_draws_in_a_row_offer_the_same_and_call_otherwise():
    config = SamplerConfig(in_a_row=5, vary_values=1.0)
    found = draws(config, 20)
    for first in range(0, 20, 5):
        row = found[first : first + 5]
        assert len({(draw.style, tuple(names(draw.apis)), tuple(names(draw.distractors))) for draw in row}) == 1
        assert len({draw.seed for draw in row}) == 5
    assert len({tuple(names(draw.apis)) for draw in found}) > 1


def sized_library():
    sizes = {"large": 30, "small": 3}
    return tuple(
        make_api(f"{category}_{number}", examples=[{"width": number, "height": 2}], category=category)
        for category, size in sizes.items()
        for number in range(size)
    )


def test_categories_have_equal_shares_where_they_are_balanced():
    library = sized_library()
    balanced = Counter(
        draw.apis[0].category for draw in draws(only("simple", balance="categories"), 600, library=library)
    )
    assert 250 < balanced["small"] < 350
    assert draws(only("simple"), 33, library=library)[0].index == 0
    in_turn = Counter(draw.apis[0].category for draw in draws(only("simple"), 330, library=library))
    assert in_turn == {"large": 300, "small": 30}


def test_a_category_has_the_weight_it_is_given():
    library = sized_library()
    config = only("simple", balance="categories", categories={"small": 3})
    shares = Counter(draw.apis[0].category for draw in draws(config, 800, library=library))
    assert 540 < shares["small"] < 660
    with pytest.raises(LibraryError, match=r"no category 'smal', but large, small"):
        Sampler(only("simple", categories={"smal": 1}), library, 1)


@pytest.mark.parametrize("similar", [0.0, 1.0])
@pytest.mark.parametrize(
    ("style", "strategy"),
    [(style, strategy) for style in STYLES for strategy in ("call_first", *["query_first"] * (style not in NO_CALL))],
)
def test_a_category_of_weight_zero_is_left_out_of_every_part_of_a_draw(style, strategy, similar):
    config = only(style, strategy, similar=similar, distractors=6, categories={"category_1": 0})
    for draw in draws(config, 100):
        drawn = (*draw.apis, *draw.distractors, *draw.hidden)
        assert {api.category for api in drawn} <= {"category_0", "category_2"}
        assert len(drawn) > (4 if style in NO_CALL else 6)


def test_some_category_must_be_left():
    with pytest.raises(ConfigError, match=r"^sampler\.categories: leaves no API to draw"):
        Sampler(only("simple", categories=dict.fromkeys(("small", "large"), 0)), sized_library(), 1)


def test_a_style_that_offers_several_needs_them_among_the_categories_left():
    config = only("multiple", categories={"large": 0, "small": 1})
    with pytest.raises(LibraryError, match="'multiple' offers several APIs"):
        Sampler(config, sized_library()[:31], 1)


def test_similar_apis_are_hard_distractors():
    twins = (
        make_api("bond_coupon_yield", {"coupon": TEXT}, description="Return the coupon yield of a bond.", category="a"),
        make_api(
            "bond_redemption_yield",
            {"coupon": TEXT},
            description="Return the redemption yield of a bond.",
            category="b",
        ),
    )
    others = tuple(
        make_api(
            f"thing_{number}", {f"x{number}": TEXT}, description=f"Nothing number {number}.", category=f"c{number}"
        )
        for number in range(40)
    )
    library = (*others[:20], twins[0], *others[20:], twins[1])
    pool = ApiPool(library, SamplerConfig(similar=1.0), 3)
    for one, other in (twins, twins[::-1]):
        assert pool.others(one, 1, [one], Random(4)) == [other]
    assert len(pool.others(twins[0], 5, [twins[0]], Random(4))) == 5  # there are not so many that are similar
    assert len(pool.others(twins[0], 99, [twins[0]], Random(4))) == 41


def test_a_draw_does_not_look_at_the_whole_library(monkeypatch):
    """Work is counted, not timed: how often a draw touches an API, in a library of 50 and in one of 5,000."""
    from apigen.records import Api

    def touched(size):
        library = tuple(make_api(f"api_{number}", examples=[{"width": number, "height": 1}]) for number in range(size))
        sampler = Sampler(SamplerConfig(similar=0.0, styles={"multiple": 1}), library, 1)
        for index in range(5):
            sampler.draw(index)
        count = [0]
        real = Api.examples.__get__

        class Counted:
            def __get__(self, api, owner=None):
                count[0] += 1
                return real(api, owner)

        monkeypatch.setattr(Api, "examples", Counted())
        for index in range(5, 25):
            sampler.draw(index)
        monkeypatch.undo()
        return count[0]

    assert touched(5_000) <= 2 * touched(50)


def test_irrelevance_hides_the_api_that_the_request_is_for():
    for draw in draws(only("irrelevance", offered=(2, 3), distractors=2)):
        (hidden,) = draw.hidden
        assert called(draw) == [hidden.name]
        assert hidden.name not in names([*draw.apis, *draw.distractors])
        assert 1 <= len(draw.apis) <= 3
        assert draw.withheld == ""


def test_missing_parameter_withholds_a_required_value_of_an_offered_api():
    found = draws(only("missing_parameter", offered=(2, 3)))
    for draw in found:
        (name,) = called(draw)
        api = draw.offered(name)
        assert api is not None
        assert draw.withheld in api.required
        assert all(draw.withheld in call.arguments for call in draw.plans[0])
        assert draw.hidden == ()
        assert 1 <= len(draw.apis) <= 3
    assert {draw.withheld for draw in found} == {"count", "unit"}


@pytest.mark.parametrize("style", sorted(NO_CALL))
def test_nothing_that_could_stand_in_is_beside_what_the_request_is_for(style):
    likeness = Similarity(LIBRARY).likeness
    for draw in draws(only(style, similar=1.0, distractors=3)):
        (name,) = called(draw)
        meant = draw.find(name)
        others = [api for api in (*draw.apis, *draw.distractors) if api is not meant]
        assert others
        assert all(likeness(api, meant) < STAND_IN for api in others)


@pytest.mark.parametrize("style", sorted(NO_CALL))
def test_the_styles_without_a_call_are_made_call_first(style):
    config = SamplerConfig(styles={style: 1, "simple": 1}, strategies={"call_first": 1, "query_first": 9})
    strategies = {draw.strategy for draw in draws(config, 40) if draw.style == style}
    assert strategies == {"call_first"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({**INTEGER, "default": 3}, 3),
        ({"const": "x1"}, "x1"),
        ({"enum": ["only"]}, "only"),
        ({"type": "boolean"}, True),
        (TEXT, "a"),
        (TEXT, ""),
        ({"type": "array"}, []),
        (INTEGER, 700),
    ],
    ids=["default", "const", "only choice", "yes or no", "one letter", "empty text", "empty list", "said anyway"],
)
def test_a_value_that_need_not_be_said_is_not_withheld(schema, value):
    api = make_api("f", {"known": schema, "asked": INTEGER}, examples=[{"known": value, "asked": 700}])
    config = only("missing_parameter", vary_values=0)
    if value == 700:
        with pytest.raises(LibraryError, match="two required arguments, one to withhold"):
            Sampler(config, (api,), 0)
    else:
        assert {draw.withheld for draw in draws(config, 20, library=(api,))} == {"asked"}


@pytest.mark.parametrize("coverage", ["plan", "random"])
def test_a_call_made_of_a_schema_always_has_a_value_to_withhold(coverage):
    few = {**INTEGER, "minimum": 1, "maximum": 3}
    roll = make_api("roll", {"dice": few, "sides": few})
    for draw in draws(only("missing_parameter", coverage=coverage), 60, library=(roll,)):
        call = draw.plans[0][-1]
        assert call.arguments["dice"] != call.arguments["sides"]
        assert draw.withheld in call.arguments


def test_twins_alone_make_no_irrelevance():
    twins = tuple(make_api(f"area_{number}", examples=[{"width": 1, "height": 22}, {"width": 7, "height": 5}])
                  for number in range(5))  # fmt: skip
    with pytest.raises(LibraryError, match=r"'irrelevance'.*another that is not much like it.*sampler.styles"):
        Sampler(only("irrelevance"), twins, 0)
    found = draws(SamplerConfig(), 100, library=twins[:2])
    assert "irrelevance" not in {draw.style for draw in found}
    with pytest.raises(LibraryError, match="irrelevance"):
        Sampler(only("irrelevance"), twins[:1], 0)


def test_likeness_is_between_nothing_and_all():
    similarity = Similarity(LIBRARY)
    assert similarity.likeness(LIBRARY[0], LIBRARY[3]) == pytest.approx(1.0)
    assert 0 < similarity.likeness(LIBRARY[0], LIBRARY[1]) == similarity.likeness(LIBRARY[1], LIBRARY[0]) < STAND_IN
    assert Similarity((LIBRARY[0], BARE)).likeness(LIBRARY[0], BARE) == 0


def test_by_default_some_draws_have_no_call_to_make():
    share = sum(draw.style in NO_CALL for draw in draws(SamplerConfig(), 600)) / 600
    assert 0.1 < share < 0.17


def test_a_value_is_withheld_only_where_another_one_is_told():
    one = make_api("one", {"word": TEXT, "note": TEXT}, ["word"], [{"word": "apple", "note": "fresh"}])
    two = make_api("two", {"word": TEXT, "count": INTEGER}, examples=[{"word": "apple", "count": 12}])
    assert {called(draw)[0] for draw in draws(only("missing_parameter"), 20, library=(one, two))} == {"two"}
    with pytest.raises(LibraryError, match="'missing_parameter'"):
        Sampler(only("missing_parameter"), (one,), 0)
