"""A store that an older apigen made opens, tells the same, and goes on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from apigen.errors import StoreError
from apigen.records import Call, CallError, CallResult, canonical
from apigen.store import LATEST, open_database
from apigen.store.history import RunHistory
from apigen.store.migrations import migrations
from apigen.store.reader import StoreReader
from apigen.store.writer import request_key
from tests.store.makers import APIS, CLOCK, STAGES, ask, config, reply, save, start

BIG = 10**30


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store as it was before m003, with two finished draws, a verified and a rejected candidate, and an open draw's reply."""
    store = tmp_path / "old.db"
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before="m003_scale")
        identity = canonical({**config(store).identity(), "library_hash": "abc"})
        db.table("runs").insert(
            {"id": 1, "identity": identity, "config": "{}", "seed": 0, "stages": json.dumps(STAGES), "library_hash": "abc",
             "sandbox_tier": "process", "apigen_version": "0.0", "state": "open", "seconds": 7.5, "clock": CLOCK.isoformat(),
             "started_at": CLOCK.isoformat()}
        )  # fmt: skip
        for position, api in enumerate(APIS):
            row = api.to_json()
            packed = {key: json.dumps(row[key]) for key in ("parameters", "examples")}
            db.table("apis").insert({"run_id": 1, "position": position, **row, **packed})
        for index in (0, 1):
            db.table("draws").insert(
                {"run_id": 1, "idx": index, "seed": 5, "style": "simple", "strategy": "call_first", "apis": '["area"]',
                 "distractors": '["other"]', "verified": 1 - index}
            )  # fmt: skip
            calls = [{"name": "area", "arguments": {"width": BIG, "height": index}}]
            rejection = (
                ("rejected", "execution", "execution:timeout", "läte") if index else ("verified", None, None, None)
            )
            values = (1, index, 0, "raw", "q", json.dumps(calls), *rejection)
            columns = "run_id, draw, position, raw, query, calls, status, stage, reason, detail"
            row_id = db.execute(f"insert into candidates ({columns}) values ({', '.join('?' * 10)})", values).lastrowid
            result = (None, "timeout", "too läte") if index else (json.dumps({"x": BIG, "y": 1.0}), None, None)
            db.execute("insert into executions values (?, 0, 'area', '{}', ?, ?, ?, 0.25)", [row_id, *result])
            db.execute("insert into verdicts values (?, 0, 'format', 1, '', '')", [row_id])
            passed = (0, "execution:timeout", "läte") if index else (1, "", "all ran")
            db.execute("insert into verdicts values (?, 1, 'execution', ?, ?, ?)", [row_id, *passed])
        for index in (0, 1, 2):
            db.execute(
                "insert into completions values (1, ?, ?, 'generate', 'm', 'text', 0, 10, 5, 4, 0.5)",
                [request_key(ask(index)), index],
            )
        db.execute(
            "insert into completions values (1, 'x:retired:1', 1, 'judge', 'j', 'text', 0, 10, 5, 4, 0.5)",
        )
    return store


def test_the_last_migration_is_the_latest() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        assert [migration.name for migration in migrations.pending(Database(connection))][-1] == LATEST


def test_what_was_there_is_there(old: Path) -> None:
    reader = StoreReader(old)
    (sample,) = reader.samples()
    assert sample.calls == (Call("area", {"width": BIG, "height": 0}),)
    assert sample.results == (CallResult({"x": BIG, "y": 1.0}, None, 0.25),)
    assert [type(value) for value in sample.results[0].value.values()] == [int, float]
    assert [(verdict.stage, verdict.detail) for verdict in sample.candidate.verdicts] == [
        ("format", ""),
        ("execution", "all ran"),
    ]
    assert [took.at_seconds for took in RunHistory(old).took()] == [None, None]
    assert (sample.answer, sample.final, sample.candidate.meant, sample.candidate.draw.hidden) == ("", "", (), ())
    (rejected,) = reader.candidates(rejected=True)
    assert rejected.results == (CallResult(error=CallError("timeout", "too läte"), seconds=0.25),)
    assert rejected.rejection is not None
    assert rejected.rejection.reason == "execution:timeout"
    whole = reader.funnel()[""]
    assert (whole.generated, whole.verified, whole.rejected) == (2, 1, {"execution:timeout": 1})
    costs = reader.costs()
    assert {name: cost.replies for name, cost in costs.items()} == {"execution": 0, "generate": 3, "judge": 1}
    assert costs["execution"].seconds == 0.5
    assert {name: cost.replies for name, cost in reader.costs("style").items()} == {"": 1, "simple": 3}


def test_it_goes_on(old: Path) -> None:
    with closing(start(old)) as writer:
        assert writer.run_id == 1
        assert writer.seconds_before == 7.5
        assert writer.spent_tokens() == 60
        assert writer.resume_point(1).next == 2
        assert writer.resume_point(1).cut == 0
        assert writer.find_completion(ask(2)) is not None
        writer.save_completion(ask(2, "judge"), reply())
        save(writer, 2, "")
    reader = StoreReader(old)
    assert len(list(reader.samples())) == 2
    assert {name: cost.replies for name, cost in reader.costs("style").items()} == {"simple": 5}


def test_by_hand_the_old_names_still_answer(old: Path) -> None:
    StoreReader(old).close()
    with closing(sqlite3.connect(old)) as db:
        rows = db.execute(
            "select position, stage, passed, reason, detail from verdicts order by candidate_id, position"
        )
        assert rows.fetchall() == [
            (0, "format", 1, "", ""), (1, "execution", 1, "", "all ran"), (0, "format", 1, "", ""),
            (1, "execution", 0, "execution:timeout", "läte"),
        ]  # fmt: skip
        rows = db.execute("select name, error, message, seconds from executions order by candidate_id")
        assert rows.fetchall() == [("area", None, None, 0.25), ("area", "timeout", "too läte", 0.25)]
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)


def test_a_store_of_a_newer_apigen_is_refused(old: Path) -> None:
    open_database(old).close()
    with closing(sqlite3.connect(old)) as db:
        db.execute("update _sqlite_migrations set name = 'm999_later' where name = 'm002_clock'")
        db.commit()
    with pytest.raises(StoreError, match="newer apigen"):
        StoreReader(old)
