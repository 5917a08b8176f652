"""What is decided in draw order: whichever draw ended first, of two that are alike the earlier stays."""

import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.duplicates import DuplicatesChecker
from apigen.records import Candidate
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from apigen.words import grams_of, words_of
from tests.store.makers import APIS, CLOCK, config, make_draw

TEXTS = [f"what is the price of a {size} house in the old town of {city} when the year is over"
         for size in ("small", "large") for city in ("paris", "rome", "oslo")]  # fmt: skip


def open_writer(store: Path, *, new_run: bool = False, seed: int = 0) -> RunWriter:
    return RunWriter.start(
        config(store, seed=seed, checkers=["format", "duplicates"]), APIS, library_hash="abc", sandbox_tier="process",
        stages=["format", "duplicates"], clock=CLOCK, new_run=new_run, ordered=[DuplicatesChecker()],
    )  # fmt: skip


def save(writer: RunWriter, index: int, *queries: str) -> None:
    """Write a draw with a candidate of each query, which format let pass; an empty one is a rejection."""
    made = [Candidate(make_draw(index), position, "raw", query) for position, query in enumerate(queries)]
    writer.save_draw(
        make_draw(index),
        [one.passed("format") if one.query else one.rejected("format", "bad", "") for one in made],
        1.0,
    )


def kept(store: Path, run_id: int | None = None) -> list[tuple[int, str]]:
    with closing(StoreReader(store, run_id)) as reader:
        return [(sample.candidate.draw.index, sample.query) for sample in reader.samples()]


def undecided(writer: RunWriter) -> list[int]:
    first = writer.resume_point(None).next
    return [index for index in sorted(writer.finished_draws()) if index >= first]


def by_hand(draws: Mapping[int, Sequence[str]]) -> list[tuple[int, str]]:
    """Keep in draw order what is like nothing that was kept before."""
    found: list[tuple[int, str]] = []
    for index in sorted(draws):
        for query in filter(None, draws[index]):
            mine = grams_of(words_of(query), 3)
            others = [grams_of(words_of(other), 3) for _, other in found]
            if not any(len(mine & other) / len(mine | other) >= 0.7 for other in others):
                found.append((index, query))
    return found


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_what_waits_for_its_turn_is_neither_verified_nor_rejected(store: Path) -> None:
    with closing(open_writer(store)) as writer:
        save(writer, 1, TEXTS[0], "")
        assert kept(store) == []
        with closing(StoreReader(store)) as reader:
            whole = reader.funnel()[""]
            assert (whole.generated, whole.pending, whole.verified, whole.rejected) == (2, 1, 0, {"format:bad": 1})
            assert [one.rejection.reason for one in reader.candidates(rejected=True) if one.rejection] == ["format:bad"]
            assert [query for query, _, _ in reader.asked("format")] == ["", TEXTS[0]]
        save(writer, 0, TEXTS[4])
        assert {index: dict(found) for index, found in writer.settle([0, 1]).items()} == {0: {"": 1}, 1: {"": 1}}
    assert kept(store) == [(0, TEXTS[4]), (1, TEXTS[0])]


def test_the_earlier_of_two_stays_though_it_came_later(store: Path) -> None:
    with closing(open_writer(store)) as writer:
        save(writer, 1, TEXTS[0].upper())
        save(writer, 0, TEXTS[0])
        assert dict(writer.settle([0, 1])[1]) == {"duplicates:equal_query": 1}
        assert writer.resume_point(5).verified == 1
    with closing(StoreReader(store)) as reader:
        assert reader.funnel()[""].rejected == {"duplicates:equal_query": 1}
        (rejected,) = reader.candidates(rejected=True)
        assert [verdict.stage for verdict in rejected.verdicts] == ["format", "duplicates"]
        assert rejected.rejection is not None
        assert rejected.rejection.detail.startswith("100% like that of draw 0: what is the price")
        (sample,) = reader.samples()
        assert sample.stages == ("format", "duplicates")


def test_a_draw_left_open_has_those_after_it_decided_anew_once_it_is_there(store: Path) -> None:
    with closing(open_writer(store)) as writer:
        save(writer, 1, TEXTS[0])
        save(writer, 2, TEXTS[0], TEXTS[4])
        writer.settle([1, 2])
    assert kept(store) == [(1, TEXTS[0]), (2, TEXTS[4])]
    with closing(open_writer(store)) as writer:
        point = writer.resume_point(5)
        assert (point.next, point.ahead) == (0, {1: 0, 2: 0})
        assert writer.count_candidates() == {"pending": 3}
        save(writer, 0, TEXTS[4])
        writer.settle([0, 1, 2])
        assert writer.resume_point(5).next == 3
    assert kept(store) == [(0, TEXTS[4]), (1, TEXTS[0])]


def test_earlier_runs_of_the_store_are_looked_at_and_later_ones_are_not(store: Path) -> None:
    with closing(open_writer(store)) as writer:
        save(writer, 0, TEXTS[0])
        writer.settle([0])
    with closing(open_writer(store, new_run=True, seed=1)) as writer:
        save(writer, 0, TEXTS[0], TEXTS[4])
        assert dict(writer.settle([0])[0]) == {"duplicates:equal_query": 1, "": 1}
    with closing(StoreReader(store)) as reader:
        (rejected,) = reader.candidates(rejected=True)
        assert rejected.rejection is not None
        assert "like that of run 1, draw 0" in rejected.rejection.detail
    with closing(open_writer(store)) as writer:
        save(writer, 1, TEXTS[4])
        assert dict(writer.settle([1])[1]) == {"": 1}


@settings(deadline=None, database=None, max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(["", *TEXTS]), min_size=1, max_size=3), min_size=1, max_size=10),
    st.lists(st.integers(0, 9), max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_result_is_that_of_draw_order_however_draws_came_and_sessions_ended(
    draws: list[list[str]], late: list[int], rng: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "a.db"
        left = list(range(len(draws)))
        rng.shuffle(left)
        skipped = [index for index in left if index in late]
        for session in (sorted(set(left) - set(skipped), key=left.index), skipped):
            done: list[int] = []
            for number, index in enumerate(session):
                with closing(open_writer(store)) as writer:  # as if killed after each draw
                    save(writer, index, *draws[index])
                    done.append(index)
                    if number % 2:
                        writer.settle(undecided(writer))
            with closing(open_writer(store)) as writer:
                writer.settle(undecided(writer))
        assert kept(store) == by_hand(dict(enumerate(draws)))
        with closing(StoreReader(store)) as reader:
            whole = reader.funnel()[""]
            assert whole.verified == len(kept(store))
            assert whole.generated == sum(map(len, draws))
            assert whole.pending == 0
