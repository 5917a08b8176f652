"""The formulas, against their definitions; and counts that stay small, against exact ones."""

import random
from collections import Counter
from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.records import Call
from apigen.stats.measures import Distinct, Values, gini, gram_hashes, quantiles, repeated, value_key, word_hash

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=30)


@settings(deadline=None, database=None)
@given(COUNTS)
def test_gini_is_half_the_relative_mean_difference(counts):
    size, total = len(counts), sum(counts)
    wanted = sum(abs(a - b) for a in counts for b in counts) / (2 * size * total) if total else 0
    assert gini(counts) == pytest.approx(wanted, abs=1e-12)
    assert gini(counts) + 1e-12 >= 0
    assert gini(counts) < 1


@settings(deadline=None, database=None)
@given(st.lists(st.integers(0, 9), min_size=1), st.floats(0, 1))
def test_a_quantile_is_the_least_value_with_enough_below_it(values, share):
    (found,) = quantiles(Counter(values), [share])
    assert sum(value <= found for value in values) >= share * len(values)
    assert not any(sum(one <= value for one in values) >= share * len(values) for value in values if value < found)
    assert quantiles({}, [0.5]) == []


@settings(deadline=None, database=None)
@given(st.lists(st.integers(0, 9), min_size=1))
def test_entropy_is_shannon_s(values):
    counted = Values(100)
    for value in values:
        counted.add(value)
    shares = [count / len(values) for count in Counter(values).values()]
    assert counted.entropy == pytest.approx(-sum(share * log2(share) for share in shares), abs=1e-9)


@settings(deadline=None, database=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=300))
def test_entropy_in_little_room_is_never_too_low_and_keeps_what_came_often(values):
    exact, small = Values(10**6), Values(8)
    for value in [*values, *[7] * 300]:
        exact.add(value)
        small.add(value)
    assert exact.entropy - 1e-9 <= small.entropy <= log2(len(values) + 300)
    assert small.entropy < 0.75 * log2(len(values) + 300) + 1


def test_evenness_is_the_share_of_what_could_be():
    same, even = Values(9), Values(9)
    for number in range(12):
        same.add(5)
        even.add(number % 3)
    assert (same.evenness(None), same.evenness(1)) == (0, None)
    assert even.evenness(3) == pytest.approx(1)
    assert even.evenness(None) == pytest.approx(log2(3) / log2(12))


def test_distinct_things_are_counted_exactly_up_to_the_room_and_nearly_beyond():
    dice = random.Random(1)
    few, many = Distinct(1000), Distinct(1000)
    hashes = [dice.getrandbits(64) for _ in range(50_000)]
    few.add(hashes[:1000])
    few.add(hashes[:1000])
    assert (few.count, few.ratio) == (1000, 0.5)
    for start in range(0, 50_000, 100):
        many.add(hashes[start : start + 100])
    assert many.count == pytest.approx(50_000, rel=0.15)


def test_hashes_are_the_same_everywhere():
    assert word_hash("größe") == 17652106498042665705
    assert gram_hashes([word_hash("a"), word_hash("b"), word_hash("c")], 2)[0] == 7548302486911382403
    assert len(gram_hashes([1, 2, 3], 2)) == 2
    assert len(gram_hashes([1], 2)) == 1
    assert gram_hashes([], 2) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None, database=None)
@given(JSON, JSON)
def test_values_share_a_key_when_they_are_equal(one, other):
    assert (value_key(one) == value_key(other)) == (Call("f", {"a": one}) == Call("f", {"a": other}))
    assert value_key(5) == value_key(5.0) != value_key("5")


def test_repeats_are_those_that_came_before():
    assert repeated([3, 1, 3, 3, 2, 1]) == 3
    assert repeated([]) == 0
