"""When a run is done: decided in draw order, whichever draw ends first."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.config import Target
from apigen.store.writer import ResumePoint
from apigen.target import DRAWS_PER_SAMPLE, SPARE_DRAWS, Tally


def tally(**target):
    return Tally(Target(**target))


def after(counted, finished):
    """Resume after draws of an earlier session, {index: verified}."""
    point, total, cut = 0, 0, None
    ahead = dict(finished)
    while point in ahead:
        total += ahead.pop(point)
        if counted._wanted and cut is None and total >= counted._wanted:
            cut = point
        point += 1
    counted.resume(ResumePoint(next=point, verified=total, cut=cut, ahead=ahead))


def rest(counted):
    """All draws that would be begun from here on if none ended."""
    found = []
    while (index := counted.next_draw()) is not None:
        found.append(index)
    return found


def in_order(counts, wanted):
    """The draw with which the target is reached when draws are done one after the other, or None."""
    total = 0
    for index in range(wanted * DRAWS_PER_SAMPLE + SPARE_DRAWS):
        total += counts[index % len(counts)]
        if total >= wanted:
            return index
    return None


def work_off(counted, counts, at_once, rng):
    """Do the draws as an engine would, ending in any order; return the draws that were done."""
    flying, done = set(), []
    while True:
        while len(flying) < at_once and (index := counted.next_draw()) is not None:
            flying.add(index)
        if not flying:
            return done
        index = rng.choice(sorted(flying))
        flying.remove(index)
        done.append(index)
        counted.finish(index, counts[index % len(counts)])
        beyond = counted.beyond()
        if beyond is not None:
            flying = {other for other in flying if other < beyond}


@settings(deadline=None, database=None, max_examples=100)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.integers(1, 12),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_the_cut_is_that_of_doing_draws_in_order(counts, wanted, at_once, rng):
    counted = tally(verified=wanted)
    done = work_off(counted, counts, at_once, rng)
    expected = in_order(counts, wanted)
    assert counted.cut == expected
    assert counted.reached() == (expected is not None)
    assert len(done) == len(set(done))
    assert counted.verified == sum(counts[index % len(counts)] for index in done)
    if expected is not None:
        assert set(range(expected + 1)) <= set(done)
        assert counted.beyond() == expected + 1
    else:
        assert sorted(done) == list(range(wanted * DRAWS_PER_SAMPLE + SPARE_DRAWS))


def resumed(counts, wanted, before, at_once, rng):
    """Resume after the draws `before`, and check that the rest is done once and the cut is the same."""
    counted = tally(verified=wanted)
    after(counted, {index: counts[index % len(counts)] for index in before})
    done = work_off(counted, counts, at_once, rng)
    assert len(done) == len(set(done))
    assert not before & set(done)
    assert counted.cut == in_order(counts, wanted)
    assert counted.reached() == (counted.cut is not None)


counts_of_draws = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@settings(deadline=None, database=None, max_examples=50)
@given(counts_of_draws, st.integers(1, 12), st.integers(0, 20), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_run_resumed_after_its_first_draws_has_the_same_cut(counts, wanted, before, at_once, rng):
    resumed(counts, wanted, set(range(before)), at_once, rng)


@settings(deadline=None, database=None, max_examples=50)
@given(
    counts_of_draws,
    st.integers(1, 12),
    st.sets(st.integers(0, 20)),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_a_run_resumed_after_any_draws_has_the_same_cut(counts, wanted, before, at_once, rng):
    resumed(counts, wanted, before, at_once, rng)


@pytest.mark.parametrize("before", [{1}, {2, 3}, {0, 2}])
def test_a_resumed_run_does_no_draw_twice(before):
    counted = tally(draws=6)
    after(counted, dict.fromkeys(before, 1))
    done = work_off(counted, [1], 1, Random(0))
    assert sorted(done) == sorted(set(range(6)) - before)
    assert counted.verified == 6


def test_a_resumed_run_does_the_open_draws_before_the_cut():
    counted = tally(verified=1)
    after(counted, {1: 1})
    assert work_off(counted, [1], 1, Random(0)) == [0]
    assert (counted.cut, counted.reached()) == (0, True)


def test_nothing_is_open_after_a_run_that_reached_its_target():
    counted = tally(verified=2)
    after(counted, {0: 1, 1: 1})
    assert rest(counted) == []
    assert (counted.cut, counted.reached()) == (1, True)


def test_a_run_that_was_enlarged_goes_on_where_it_stopped():
    counted = tally(verified=3)
    after(counted, {0: 1, 1: 1})
    assert counted.next_draw() == 2
    assert not counted.reached()


def test_draws_ahead_of_an_open_one_do_not_make_the_cut():
    counted = tally(verified=2)
    assert rest(counted) == [0, 1, 2]
    counted.finish(2, 2)
    assert counted.cut is None
    assert not counted.reached()
    assert counted.beyond() == 3
    assert rest(counted) == []
    counted.finish(0, 0)
    assert counted.cut is None
    counted.finish(1, 1)
    assert counted.cut == 2
    assert counted.beyond() == 3


def test_an_open_draw_that_yields_enough_moves_the_cut_forward():
    counted = tally(verified=2)
    counted.finish(1, 2)
    assert counted.beyond() == 2
    counted.finish(0, 2)
    assert (counted.cut, counted.beyond()) == (0, 1)


def test_beyond_is_unknown_until_enough_is_verified():
    counted = tally(verified=3)
    counted.finish(1, 2)
    assert counted.beyond() is None
    counted.finish(5, 1)
    assert counted.beyond() == 6


def test_beyond_counts_what_was_verified_before_the_open_draw():
    counted = tally(verified=3)
    counted.finish(0, 2)
    counted.finish(2, 1)
    counted.finish(5, 2)
    assert counted.beyond() == 3


def test_without_a_number_of_samples_no_draw_is_beyond():
    counted = tally(draws=3)
    counted.finish(0, 9)
    assert counted.beyond() is None
    assert counted.cut is None


def test_the_draws_to_do_are_bounded_when_nothing_passes():
    counted = tally(verified=1)
    done = work_off(counted, [0], 3, Random(0))
    assert len(done) == DRAWS_PER_SAMPLE + SPARE_DRAWS
    assert (counted.cut, counted.reached()) == (None, False)


def test_a_number_of_draws_is_done_exactly():
    counted = tally(draws=5)
    assert sorted(work_off(counted, [1, 0], 2, Random(3))) == [0, 1, 2, 3, 4]
    assert counted.reached()
    assert counted.cut is None


def test_draws_bound_a_number_of_samples():
    counted = tally(draws=3, verified=10)
    assert sorted(work_off(counted, [1], 2, Random(3))) == [0, 1, 2]
    assert not counted.reached()


def test_no_more_draws_are_begun_than_the_missing_samples_will_take():
    counted = tally(verified=10)
    assert rest(counted) == list(range(13))
    for index in range(8):
        counted.finish(index, index % 2)  # half of them pass
    assert len(rest(counted)) == 14 - 5  # 6 * 1.25 * 9 / 5 may be in flight, and 5 are
    assert tally(draws=500).next_draw() == 0
    assert len(rest(tally(draws=500))) == 500


def test_a_skipped_draw_counts_as_nothing_and_stays_open():
    counted = tally(draws=3)
    counted.finish(0, 1)
    counted.skip(1)
    counted.finish(2, 1)
    assert (counted.open, counted.verified) == (1, 2)
    assert not counted.reached()
    assert rest(counted) == []


def test_a_skipped_draw_does_not_hold_up_the_cut():
    counted = tally(verified=2)
    counted.finish(0, 1)
    counted.skip(1)
    counted.finish(2, 1)
    assert (counted.cut, counted.reached(), counted.open) == (2, True, 1)


def test_a_later_session_does_the_skipped_draw():
    counted = tally(draws=3)
    after(counted, {0: 1, 2: 1})
    assert counted.next_draw() == 1
    assert counted.open == 0
