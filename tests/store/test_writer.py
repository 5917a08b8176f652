"""What goes into a store: whole draws, each reply once, one run of one kind."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig
from apigen.errors import StoreError
from apigen.options import parse_options
from apigen.records import Api, Call, CallError, CallResult, Candidate, Completion, Draw, Message, Request
from apigen.store.lock import only_run
from apigen.store.writer import RunWriter

STAGES = ["format", "execution"]
CONVERT = Api(
    name="convert",
    description="Convert “units” — ünïcode.",
    parameters={"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]},
    category="units",
    source="python:lib/units.py",
    returns="The value.",
    examples=(Call("convert", {"x": 1.5}), Call("convert", {"x": 2})),
)
COUNT = Api("count", "Count.", {"type": "object", "properties": {}}, "text", "python:lib/text.py")


CLOCK = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def config(store: Path, **changed: Any) -> RunConfig:
    settings = {
        "store": str(store),
        "library": [{"source": "python", "path": "lib"}],
        "llms": {"writer": {"backend": "openai", "model": "m", "api_key_env": "SOME_KEY"}},
        "target": {"verified": 3},
        "checkers": STAGES,
    }
    return parse_options(RunConfig, settings | changed)


def start(store: Path, library_hash: str = "abc", apis: Sequence[Api] = (CONVERT, COUNT), **changed: Any) -> RunWriter:
    return RunWriter.start(
        config(store, **changed), apis, library_hash=library_hash, sandbox_tier="process", stages=STAGES, clock=CLOCK
    )


def draw(index: int) -> Draw:
    return Draw(index, 1000 + index, "multiple", "call_first", (CONVERT, COUNT), distractors=(COUNT,))


def verified(index: int, position: int = 0, query: str = "q", **changed: Any) -> Candidate:
    candidate = Candidate(draw(index), position, "raw", query, (Call("convert", {"x": index}),), **changed)
    if not candidate.results:
        candidate = replace(candidate, results=(CallResult(value=index, seconds=0.25),))
    return candidate.passed("format").passed("execution", "ran")


def rejected(index: int, position: int = 0) -> Candidate:
    failed = CallResult(error=CallError("timeout", "no result within 5 s"), seconds=5.0)
    candidate = Candidate(draw(index), position, "raw", "q", (Call("convert", {"x": index}),), results=(failed,))
    return candidate.passed("format").rejected("execution", "timeout", "convert: no result")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "a.db"


@pytest.fixture
def writer(store: Path) -> Iterator[RunWriter]:
    with closing(start(store)) as opened:
        yield opened


def request(**changed: Any) -> Request:
    values: dict[str, Any] = {"purpose": "generate", "draw": 4, "messages": (Message("user", "hello"),)}
    return Request(**(values | changed))


def test_a_reply_is_found_again(writer: RunWriter) -> None:
    reply = Completion("tëxt 😀", "m", 10, 5, 2, 0.75, truncated=True)
    assert writer.find_completion(request()) is None
    writer.save_completion(request(), reply)
    assert writer.find_completion(request()) == reply
    assert writer.spent_tokens() == 15


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "judge"},
        {"draw": 5},
        {"part": 1},
        {"messages": (Message("system", "hello"),)},
        {"messages": (Message("user", "hello "),)},
        {"messages": (Message("user", "hello"), Message("user", ""))},
        {"schema": {"type": "object"}},
        {"max_tokens": 513},
        {"temperature": 0.0},
        {"seed": 0},
    ],
)
def test_a_reply_answers_no_other_question(writer: RunWriter, changed: dict[str, Any]) -> None:
    writer.save_completion(request(), Completion("text", "m"))
    assert writer.find_completion(request(**changed)) is None


def test_a_reply_is_there_before_the_draw_ends_and_for_other_programs(writer: RunWriter, store: Path) -> None:
    writer.save_completion(request(), Completion("text", "m", 1, 1))
    with closing(sqlite3.connect(store)) as other:
        assert other.execute("select draw, purpose, text from completions").fetchall() == [(4, "generate", "text")]


def test_what_was_spent_is_known_to_the_next_session(store: Path) -> None:
    with closing(start(store)) as first:
        first.save_completion(request(), Completion("text", "m", 10, 5))
    with closing(start(store)) as second:
        assert second.spent_tokens() == 15
        assert second.find_completion(request()) is not None


def test_finished_draws_are_known_to_the_next_session(store: Path) -> None:
    with closing(start(store)) as first:
        first.save_draw(draw(2), [verified(2), rejected(2, 1), verified(2, 2)], 1.0)
        first.save_draw(draw(0), [rejected(0)], 2.0)
        first.save_draw(draw(1), [], 3.0)
    with closing(start(store)) as second:
        assert second.finished_draws() == {0: 0, 1: 0, 2: 2}
        assert second.count_candidates() == {"": 2, "execution:timeout": 2}
        assert second.seconds_before == 3.0


def test_a_draw_goes_in_whole_or_not_at_all(writer: RunWriter, store: Path) -> None:
    twice = [verified(0), verified(0)]  # two of one position
    with pytest.raises(sqlite3.IntegrityError):
        writer.save_draw(draw(0), twice, 1.0)
    assert writer.finished_draws() == {}
    with closing(sqlite3.connect(store)) as other:
        for table in ("draws", "candidates", "executions", "verdicts"):
            assert other.execute(f"select count(*) from {table}").fetchone() == (0,)
    writer.save_draw(draw(0), [verified(0)], 1.0)
    assert writer.finished_draws() == {0: 1}


def test_other_settings_are_refused_by_name(store: Path) -> None:
    start(store).close()
    changed = {"seed": 5, "generator": {"temperature": 0.1}}
    with pytest.raises(StoreError) as caught:
        start(store, **changed)
    text = str(caught.value)
    assert "\n" not in text
    assert str(store) in text
    assert "generator.temperature, seed" in text
    assert "sampler" not in text


def test_checkers_in_another_order_are_refused(store: Path) -> None:
    start(store).close()
    with pytest.raises(StoreError, match="checkers"):
        start(store, checkers=["format", "execution", "grounding"])


@pytest.mark.parametrize("changed", [{"target": {"verified": 9}}, {"concurrency": 9}, {"exports": []}])
def test_settings_that_change_no_draw_may_change(store: Path, changed: dict[str, Any]) -> None:
    start(store).close()
    start(store, **changed).close()


def test_a_changed_library_is_refused(store: Path) -> None:
    start(store).close()
    with pytest.raises(StoreError, match="the API library changed"):
        start(store, library_hash="def")


def test_no_key_is_in_the_store(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-verysecret")
    with closing(start(store)) as writer:
        writer.save_completion(request(), Completion("text", "m"))
    for file in store.parent.iterdir():
        assert b"sk-verysecret" not in file.read_bytes()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be taken for one" * 40, b"short"])
def test_a_file_that_is_no_database_is_refused_and_kept(store: Path, content: bytes) -> None:
    store.parent.mkdir()
    store.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        start(store)
    assert str(store) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_kept(store: Path) -> None:
    store.parent.mkdir()
    with closing(sqlite3.connect(store)) as other:
        other.execute("create table runs (id integer)")
        other.commit()
    before = store.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        start(store)
    assert store.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file"):
        start(tmp_path / "file" / "a.db")
    with pytest.raises(StoreError, match="file"), only_run(tmp_path / "file" / "a.db"):
        pass


def test_a_second_run_at_once_is_refused_with_its_process(store: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from apigen.store.lock import only_run\n"
        "with only_run(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError) as caught, only_run(store):
            pass
        assert f"process {other.pid}" in str(caught.value)
        assert str(store) in str(caught.value)
        other.kill()
    with only_run(store):  # gone with its process, however that ended
        pass


def test_a_lock_is_given_back_after_an_error(store: Path) -> None:
    with pytest.raises(RuntimeError), only_run(store):
        raise RuntimeError
    with only_run(store):
        assert store.with_name(store.name + ".lock").read_text() == str(os.getpid())


def test_the_file_is_plain_sqlite_in_wal_mode(writer: RunWriter, store: Path) -> None:
    writer.save_draw(draw(0), [verified(0), rejected(0, 1)], 1.0)
    with closing(sqlite3.connect(store)) as other:
        assert other.execute("pragma journal_mode").fetchone() == ("wal",)
        assert other.execute("pragma integrity_check").fetchone() == ("ok",)
        ((query, calls, apis),) = other.execute("select query, calls, apis from verified").fetchall()
        assert (query, json.loads(calls), json.loads(apis)) == (
            "q", [{"name": "convert", "arguments": {"x": 0}}], ["convert", "count"],
        )  # fmt: skip
        assert other.execute("select reason, detail from candidates where status = 'rejected'").fetchall() == [
            ("execution:timeout", "convert: no result")
        ]
