"""Counting, and the interval of a proportion."""

import pytest

from apigen.exam.report import Count, Outcome, counts, row_of
from apigen.intervals import wilson
from tests.makers import make_candidate

SAMPLE = make_candidate()


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_known_intervals(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_each_checker_is_counted_among_those_it_was_asked_about() -> None:
    outcomes = [Outcome({"format": True}), Outcome({"format": False, "judge": True}), Outcome({"format": False})]
    assert counts(outcomes, ("format", "judge")) == {"format": Count(1, 3), "judge": Count(1, 1)}


def test_a_row_says_who_was_first_and_what_slipped() -> None:
    said: list[dict[str, bool]] = [
        {"format": True, "grounding": True},
        {"format": False, "grounding": True},
        {"format": False, "grounding": False, "judge": True},
        {"format": False, "grounding": False, "judge": False},
    ]
    cases = [(SAMPLE, SAMPLE, Outcome(one)) for one in said]
    row = row_of("value_changed", "rule", cases, ("format", "grounding"), ("judge",))
    assert (row.of, row.caught, row.by_rules) == (4, 3, 2)
    assert row.first == {"format": 1, "grounding": 1, "judge": 1}
    assert len(row.slipped) == 2
    assert row_of("flag_flipped", "vote", cases, ("format", "grounding"), ("judge",)).slipped == ()
