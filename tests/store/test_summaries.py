"""Sums that grow with the rows equal a recount of the rows."""

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.records import STYLES
from apigen.store.reader import Cost, StoreReader
from apigen.store.summary import summarise
from tests.store.makers import ask, candidates, make_draw, reply, save, start

REPLY = st.tuples(
    st.just("reply"),
    st.integers(0, 5),
    st.sampled_from(["generate", "judge"]),
    st.sampled_from(["m", "n"]),
    st.integers(0, 2),
)
DRAW = st.tuples(
    st.just("draw"), st.integers(0, 5), st.sampled_from(STYLES), st.sampled_from(["call_first", "query_first"]),
    st.lists(st.sampled_from(["", "", "timeout", "memory"]), max_size=3),
)  # fmt: skip
OTHER = st.tuples(st.sampled_from(["retire", "finish", "resume"]), st.integers(0, 5))
ACTIONS = st.lists(REPLY | REPLY | DRAW | DRAW | OTHER, max_size=25)


def play(store: Path, actions: list[Any]) -> None:
    writer, finished = start(store), False
    saved: set[int] = set()
    for kind, number, *more in actions:
        if finished and kind != "finish":
            # A session writes nothing after its end; the next one takes the cut back first.
            writer.close()
            writer, finished = start(store), False
        if kind == "reply":
            purpose, model, part = more
            writer.save_completion(ask(number, purpose, part), reply(model=model, dollars=0.25))
        elif kind == "draw" and number not in saved:
            saved.add(number)
            style, strategy, reasons = more
            draw = make_draw(number, style, strategy)
            writer.save_draw(draw, candidates(draw, reasons), 1.0)
        elif kind == "retire":
            writer.retire_replies(number, "judge")
        elif kind == "finish":
            writer.finish(state="done", cut=number, seconds=1.0)
            finished = True
        elif kind == "resume":
            writer.close()
            writer = start(store)
    writer.close()


def recounted_tallies(db: sqlite3.Connection) -> dict[Any, tuple[int, int]]:
    ((cut,),) = db.execute("select cut from runs").fetchall()
    draws = {
        index: (style, strategy) for index, style, strategy in db.execute("select idx, style, strategy from draws")
    }
    found: Counter[Any] = Counter()
    surplus: Counter[Any] = Counter()
    for index, reason in db.execute("select draw, reason from candidates"):
        key = (*draws[index], reason or "")
        found[key] += 1
        surplus[key] += reason is None and cut is not None and index > cut
    return {key: (count, surplus[key]) for key, count in found.items()}


def recounted_replies(db: sqlite3.Connection) -> Counter[Any]:
    draws = dict(db.execute("select idx, style from draws"))
    rows = db.execute("select draw, purpose, model from completions")
    return Counter((draws.get(index, ""), purpose, model) for index, purpose, model in rows)


@settings(deadline=None, database=None, max_examples=40)
@given(ACTIONS)
def test_the_sums_equal_a_recount(actions: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "a.db")
        play(store, actions)
        with closing(sqlite3.connect(store)) as db:
            rows = db.execute("select style, strategy, reason, candidates, surplus from tallies")
            assert {row[:3]: row[3:] for row in rows} == recounted_tallies(db)
            rows = db.execute(
                "select style, purpose, model, replies, prompt_tokens, completion_tokens, cached_tokens, dollars, seconds "
                "from costs where purpose != 'execution'"
            )
            expected = recounted_replies(db)
            assert {row[:3]: row[3:] for row in rows} == {
                key: (n, n * 10, n * 5, n * 4, n * 0.25, n * 0.5) for key, n in expected.items()
            }
            ((ran,),) = db.execute("select coalesce(sum(seconds), 0) from costs where purpose = 'execution'").fetchall()
            assert ran == 0.25 * sum(count for count, _ in recounted_tallies(db).values())
        reader = StoreReader(store)
        whole = reader.funnel().get("")
        assert len(list(reader.samples())) == (whole.verified if whole else 0)
        reader.close()


def test_costs_go_to_the_style_once_its_draw_is_done(tmp_path: Path) -> None:
    with closing(start(tmp_path / "a.db")) as writer:
        for draw in (0, 1):
            for purpose in ("generate", "judge"):
                writer.save_completion(ask(draw, purpose), reply())
        save(writer, 0, "", "timeout", style="parallel")
        assert writer.spent_tokens() == 60
        assert writer.spent_dollars() == 2.0
    reader = StoreReader(tmp_path / "a.db")
    assert reader.costs("style") == {
        "": Cost(2, 20, 10, 8, 1.0, 1.0), "parallel": Cost(2, 20, 10, 8, 1.5, 1.0),
    }  # fmt: skip
    assert reader.costs(None) == {"": Cost(4, 40, 20, 16, 2.5, 2.0)}
    assert reader.costs()["execution"] == Cost(0, 0, 0, 0, 0.5, 0.0)
    assert reader.metadata()["models"] == {"generate": ["m"], "judge": ["m"]}


def test_the_same_reply_is_paid_once(tmp_path: Path) -> None:
    with closing(start(tmp_path / "a.db")) as writer:
        writer.save_completion(ask(), reply())
        writer.save_completion(ask(), reply())
        assert writer.spent_tokens() == 15
    assert StoreReader(tmp_path / "a.db").costs()["generate"].replies == 1


def test_a_summary_of_everything(tmp_path: Path) -> None:
    with closing(start(tmp_path / "a.db")) as writer:
        for draw in (0, 1):
            writer.save_completion(ask(draw), reply())
        save(writer, 0, "", "", "timeout")
        writer.finish(state="stopped", cut=None, seconds=3.0)
    found = summarise(StoreReader(tmp_path / "a.db"))
    assert found["run"]["state"] == "stopped"
    assert [run["verified"] for run in found["runs"]] == [2]
    assert found["funnel"]["rejected"] == {"execution:timeout": 1}
    assert found["funnel"]["styles"]["simple"]["pass_rate"] == pytest.approx(2 / 3)
    assert found["costs"]["per_verified"] == {"tokens": 15.0, "seconds": 0.875, "dollars": 0.5}
    assert found["costs"]["stages"]["generate"]["per_verified"]["tokens"] == 15.0
    assert found["costs"]["styles"]["simple"]["per_verified"]["dollars"] == 0.25
    assert found["costs"]["styles"]["open draws"]["per_verified"] is None
