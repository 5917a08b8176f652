"""Writes in groups, from a thread of their own, and on a disk that does not take them."""

import resource
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from apigen.errors import StoreError
from apigen.records import Candidate
from apigen.store import StoreBusy
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from tests.store.makers import ask, make_draw, reply, save, start


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def writer(store: Path) -> Iterator[RunWriter]:
    with closing(start(store)) as opened:
        yield opened


def test_a_group_is_seen_whole_once_it_is_committed(writer: RunWriter) -> None:
    with writer.transaction():
        writer.save_completion(ask(), reply())
        writer.save_batch("b", "writer", ["k"])
        save(writer, 0, "")
        assert writer.find_completion(ask()) is None
        assert writer.finished_draws() == {}
    assert writer.find_completion(ask()) == reply()
    assert writer.finished_draws() == {0: 1}


def test_a_group_that_fails_leaves_nothing(writer: RunWriter, store: Path) -> None:
    def fail() -> None:
        with writer.transaction():
            writer.save_completion(ask(), reply())
            save(writer, 0, "")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (writer.spent_tokens(), writer.spent_dollars()) == (0, 0)
    assert StoreReader(store).funnel() == {}
    assert StoreReader(store).costs() == {}
    writer.save_completion(ask(), reply())
    assert writer.spent_tokens() == 15


def test_a_part_of_a_group_may_fail_alone(writer: RunWriter, store: Path) -> None:
    draw = make_draw(1)
    with writer.transaction():
        save(writer, 0, "")
        with pytest.raises(sqlite3.IntegrityError):
            writer.save_draw(draw, [Candidate(draw, 0, "raw"), Candidate(draw, 0, "raw")], 1.0)
        save(writer, 2, "timeout")
    assert writer.finished_draws() == {0: 1, 2: 0}
    assert StoreReader(store).funnel()[""].generated == 2


def test_one_thread_writes_while_another_one_reads(writer: RunWriter) -> None:
    def write(index: int) -> None:
        with writer.transaction():
            writer.save_completion(ask(index), reply())
            save(writer, index, "")

    with ThreadPoolExecutor(1) as thread:
        for index in range(100):
            waiting = thread.submit(write, index)
            assert writer.find_completion(ask(index + 1)) is None
            waiting.result()
            assert writer.find_completion(ask(index)) is not None
    assert writer.resume_point(None).verified == 100


def test_a_locked_store_is_busy_for_now(writer: RunWriter, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer._connection.execute("pragma busy_timeout = 10")
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("begin immediate")
        for write in (lambda: writer.save_completion(ask(), reply()), lambda: save(writer, 0, "")):
            with pytest.raises(StoreBusy, match=r"a\.db: cannot be written \(database is locked\)") as caught:
                write()
            assert caught.value.transient
        other.execute("rollback")
    writer.save_completion(ask(), reply())
    save(writer, 0, "")
    assert writer.spent_tokens() == 15


def test_a_full_disk_is_busy_for_now(writer: RunWriter, store: Path) -> None:
    """A limit on the size of files stands in for the disk."""

    def fill() -> None:
        for index in range(1000):
            with writer.transaction():
                writer.save_completion(ask(index), reply("x" * 5000))
                save(writer, index, "")

    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
        with pytest.raises(StoreBusy):
            fill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    done = writer.resume_point(None)
    assert writer.spent_tokens() == 15 * done.next
    writer.save_completion(ask(done.next), reply())
    save(writer, done.next, "")
    assert writer.resume_point(None).next == done.next + 1
    with closing(sqlite3.connect(store)) as other:
        assert other.execute("pragma integrity_check").fetchone() == ("ok",)


def test_a_store_that_is_lost_is_not_busy(writer: RunWriter) -> None:
    writer.close()
    with pytest.raises(StoreError) as caught:
        writer.save_completion(ask(), reply())
    assert not isinstance(caught.value, StoreBusy)


def test_batch_jobs(store: Path) -> None:
    with closing(start(store)) as writer:
        for batch in ("b2", "b1", "b3"):
            writer.save_batch(batch, "writer", [f"{batch}-{number}" for number in range(2)])
        writer.save_batch("other", "judge", [])
        writer.close_batch("b2")
    with closing(start(store)) as writer:
        assert writer.open_batches("writer") == [("b1", ("b1-0", "b1-1")), ("b3", ("b3-0", "b3-1"))]
        assert writer.open_batches("judge") == [("other", ())]
        assert writer.open_batches("nobody") == []
    with closing(start(store, seed=5, new_run=True)) as writer:
        assert writer.open_batches("writer") == []


def test_half_a_character_of_an_llm_s_stops_nothing(writer: RunWriter, store: Path) -> None:
    writer.save_completion(ask(), reply("a\ud800b"))
    found = writer.find_completion(ask())
    assert found is not None
    assert found.text == "a?b"
    draw = make_draw(0)
    writer.save_draw(draw, [Candidate(draw, 0, "a\ud800b").rejected("format", "unparseable", "\udfff")], 1.0)
    (candidate,) = StoreReader(store).candidates(rejected=True)
    assert candidate.raw == "a?b"
