"""Several runs in one store, and where each goes on."""

import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.errors import StoreError
from apigen.store.reader import StoreReader, recorded_clock
from apigen.store.writer import ResumePoint
from tests.store.makers import CLOCK, ask, config, reply, save, start


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_a_changed_config_begins_a_run_beside_only_if_told_to(store: Path) -> None:
    start(store).close()
    with pytest.raises(StoreError, match=r"these settings differ: seed\); --new-run begins one beside it"):
        start(store, seed=5)
    for run_id in (2, 3):
        with closing(start(store, seed=5, new_run=True)) as writer:
            assert writer.run_id == run_id
    with closing(start(store, seed=5)) as writer:
        assert writer.run_id == 3  # the newest of its settings
    with closing(start(store)) as writer:
        assert writer.run_id == 1
    with pytest.raises(StoreError, match="seed"):
        start(store, seed=6)


def test_runs_share_nothing(store: Path) -> None:
    with closing(start(store)) as first:
        first.save_completion(ask(), reply("one"))
        save(first, 0, "", "timeout")
        save(first, 1, "")
        first.finish(state="done", cut=0, seconds=4.0)
    with closing(start(store, seed=5, new_run=True)) as second:
        assert second.find_completion(ask()) is None
        assert second.spent_tokens() == 0
        assert second.count_candidates() == {}
        assert second.resume_point(1) == ResumePoint(0, 0, None, {})
        second.save_completion(ask(), reply("two"))
        save(second, 0, "memory", style="parallel")
    newest, oldest = StoreReader(store), StoreReader(store, 1)
    assert (newest.run_id, oldest.run_id) == (2, 1)
    assert list(newest.samples()) == list(newest.candidates()) == []
    assert [sample.query for sample in oldest.samples()] == ["0/0"]
    assert [len(list(reader.candidates(rejected=True))) for reader in (oldest, newest)] == [1, 1]
    assert list(newest.candidates(reason="execution:timeout")) == []
    assert newest.funnel()[""].rejected == {"execution:memory": 1}
    assert oldest.funnel()[""].surplus == 1
    assert newest.costs()["generate"].replies == oldest.costs()["generate"].replies == 1
    assert [(run["id"], run["state"], run["verified"]) for run in newest.runs()] == [(1, "done", 1), (2, "open", 0)]
    with pytest.raises(StoreError, match="has no run 7, only 1, 2"):
        StoreReader(store, 7)


def test_the_clock_is_that_of_the_run_of_these_settings(store: Path) -> None:
    assert recorded_clock(store, config(store).identity()) is None
    start(store).close()
    start(store, seed=5, new_run=True, clock=CLOCK + timedelta(days=1)).close()
    start(store, new_run=True, clock=CLOCK + timedelta(days=2), library_hash="other").close()
    assert recorded_clock(store, config(store, seed=5).identity()) == CLOCK + timedelta(days=1)
    assert recorded_clock(store, config(store).identity()) == CLOCK + timedelta(days=2)
    assert recorded_clock(store, config(store, seed=6).identity()) is None


def by_hand(finished: dict[int, int], wanted: int | None) -> ResumePoint:
    upcoming, total, cut = 0, 0, None
    while upcoming in finished:
        total += finished[upcoming]
        if wanted and cut is None and total >= wanted:
            cut = upcoming
        upcoming += 1
    return ResumePoint(upcoming, total, cut, {index: n for index, n in finished.items() if index > upcoming})


@settings(deadline=None, database=None, max_examples=30)
@given(st.dictionaries(st.integers(0, 12), st.integers(0, 2)), st.none() | st.integers(1, 8))
def test_a_run_goes_on_at_its_first_gap(finished: dict[int, int], wanted: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(start(Path(folder, "a.db"))) as writer:
        for index, verified in finished.items():
            save(writer, index, *[""] * verified, "timeout")
        assert writer.resume_point(wanted) == by_hand(finished, wanted)
        assert writer.finished_draws() == finished
