"""Precision with its interval, and agreement with kappa, from labels."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.intervals import wilson
from apigen.stats.labels import judge_labels
from apigen.store.labels import Label, Mark


def labels(who: str, marks: Sequence[Mark], *, verified: bool = True) -> list[Label]:
    return [Label((number, 0), who, mark, "", verified) for number, mark in enumerate(marks)]


def test_nobody_labelled() -> None:
    assert judge_labels([]) is None


def test_precision_leaves_skipped_ones_out_and_has_its_interval() -> None:
    found = judge_labels(labels("ann", ["good"] * 8 + ["bad"] * 2 + ["skip"]))
    assert found is not None
    one = found.verified["ann"]
    assert (one.good, one.bad, one.skipped, one.share) == (8, 2, 1, 0.8)
    assert one.interval == wilson(8, 10)
    assert found.agreement == ()
    assert found.to_json()["verified"]["together"]["share"] == 0.8


def test_kappa_of_a_known_table() -> None:
    """20 both good, 15 both bad, 5 and 10 otherwise: 0.7 agree, 0.5 by chance, so 0.4."""
    first: list[Mark] = ["good"] * 20 + ["good"] * 5 + ["bad"] * 10 + ["bad"] * 15
    second: list[Mark] = ["good"] * 20 + ["bad"] * 5 + ["good"] * 10 + ["bad"] * 15
    found = judge_labels(labels("ann", first) + labels("bob", second))
    assert found is not None
    (pair,) = found.agreement
    assert (pair.labellers, pair.both, pair.share) == (("ann", "bob"), 50, 0.7)
    assert pair.kappa == pytest.approx(0.4)


def test_kappa_is_undefined_where_chance_explains_all() -> None:
    found = judge_labels(labels("ann", ["good"] * 3) + labels("bob", ["good"] * 3))
    assert found is not None
    assert (found.agreement[0].share, found.agreement[0].kappa) == (1.0, None)


def test_together_is_the_majority_and_a_tie_is_bad() -> None:
    found = judge_labels(labels("a", ["good", "good"]) + labels("b", ["good", "bad"]) + labels("c", ["skip", "skip"]))
    assert found is not None
    assert (found.verified_together.good, found.verified_together.bad) == (1, 1)


def test_rejected_ones_are_counted_apart() -> None:
    found = judge_labels(labels("ann", ["good"]) + labels("bob", ["bad", "good"], verified=False))
    assert found is not None
    assert set(found.verified) == {"ann"}
    assert found.rejected["bob"].share == 0.5


MARKS = st.lists(st.sampled_from(["good", "bad", "skip"]), max_size=12)


@given(MARKS, MARKS)
def test_agreement_is_the_same_both_ways_and_in_range(first: list[Mark], second: list[Mark]) -> None:
    one = judge_labels(labels("a", first) + labels("b", second))
    other = judge_labels(labels("b", first) + labels("a", second))
    if one is None or other is None:
        assert not first
        assert not second
        return
    assert [(pair.both, pair.share) for pair in one.agreement] == [(pair.both, pair.share) for pair in other.agreement]
    for pair, same in zip(one.agreement, other.agreement, strict=True):
        assert (pair.kappa is None) is (same.kappa is None)
        if pair.kappa is not None and same.kappa is not None:
            assert pair.kappa == pytest.approx(same.kappa)
            assert -1 <= pair.kappa <= 1
