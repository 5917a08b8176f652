"""A labeller's way through candidates, and what becomes of the labels."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.errors import ConfigError
from apigen.labelling import Session, random_places, read_labeller
from apigen.store.labels import LabelBook
from apigen.store.reader import StoreReader
from tests.store.makers import save, start


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Eight draws, each with a verified candidate at 0 and a rejected one at 1."""
    path = tmp_path / "run.db"
    with closing(start(path)) as writer:
        for index in range(8):
            save(writer, index, "", "timeout")
    return path


@pytest.fixture
def reader(store: Path) -> Iterator[StoreReader]:
    with closing(StoreReader(store)) as opened:
        yield opened


@pytest.fixture
def book(store: Path) -> Iterator[LabelBook]:
    with closing(LabelBook(store, 1)) as opened:
        yield opened


def walk(session: Session, most: int = 100) -> list[tuple[int, int]]:
    """Mark all as good; return what was shown."""
    shown = []
    while len(shown) < most and (candidate := session.current()) is not None:
        shown.append((candidate.draw.index, candidate.position))
        session.mark("good")
    return shown


def test_verified_ones_come_in_order_and_rejected_ones_when_asked_for(reader: StoreReader, book: LabelBook) -> None:
    assert walk(Session(reader, book, "ann")) == [(index, 0) for index in range(8)]
    assert walk(Session(reader, book, "ann", rejected=True)) == [(index, 1) for index in range(8)]
    assert {(label.place[1], label.verified) for label in book.labels()} == {(0, True), (1, False)}


def test_what_was_marked_is_not_shown_again_to_the_same_person(reader: StoreReader, book: LabelBook) -> None:
    assert len(walk(Session(reader, book, "ann"), most=3)) == 3
    session = Session(reader, book, "ann")
    assert (session.number, session.total) == (4, 8)
    assert walk(session) == [(index, 0) for index in range(3, 8)]
    assert Session(reader, book, "ann").current() is None
    assert len(walk(Session(reader, book, "bob"))) == 8


def test_undo_shows_the_last_one_again_and_then_what_was_on_the_screen(reader: StoreReader, book: LabelBook) -> None:
    session = Session(reader, book, "ann")
    assert not session.undo()
    walk(session, most=3)
    assert session.undo()
    assert session.undo()
    assert [label.place for label in book.labels()] == [(0, 0)]
    assert session.number == 2
    assert walk(session) == [(index, 0) for index in range(1, 8)]
    assert not Session(reader, book, "ann").undo()


def test_a_random_subset_is_the_same_for_all_and_grows_with_its_size(reader: StoreReader, book: LabelBook) -> None:
    first = walk(Session(reader, book, "ann", count=4, seed=7))
    assert len(set(first)) == 4
    assert walk(Session(reader, book, "bob", count=4, seed=7)) == first
    more = Session(reader, book, "ann", count=6, seed=7)
    assert more.number == 5
    assert len(walk(more)) == 2
    assert walk(Session(reader, book, "cid", count=6, seed=7))[:4] == first
    assert walk(Session(reader, book, "dee", count=4, seed=8)) != first
    assert len(walk(Session(reader, book, "eve", count=100, seed=7))) == 8


@given(st.sets(st.tuples(st.integers(0, 50), st.integers(0, 3))), st.integers(1, 20), st.integers())
def test_a_subset_does_not_depend_on_order(places: set[tuple[int, int]], count: int, seed: int) -> None:
    chosen = random_places(sorted(places), count, seed)
    assert chosen == random_places(sorted(places, reverse=True), count, seed)
    assert len(chosen) == min(count, len(places))
    assert set(chosen) <= places


def test_samples_beyond_the_target_are_not_shown_nor_counted(store: Path, book: LabelBook) -> None:
    book.save((7, 0), "ann", "bad")
    with closing(start(store)) as writer:
        writer.finish(state="done", cut=4, seconds=1.0)
    with closing(StoreReader(store)) as reader:
        session = Session(reader, book, "ann")
        assert session.total == 5
        assert len(walk(session)) == 5
    assert (7, 0) not in [label.place for label in book.labels()]


def test_labels_of_a_run_are_no_other_run_s(store: Path, book: LabelBook) -> None:
    book.save((0, 0), "ann", "bad", "wrong \ud800 unit")
    with closing(start(store, new_run=True)) as writer:
        save(writer, 0, "")
    with closing(LabelBook(store, 2)) as other:
        assert other.labels() == []
    assert book.labels()[0].note == "wrong ? unit"


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65, "\x1b[31m"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(ConfigError):
        read_labeller(name)
