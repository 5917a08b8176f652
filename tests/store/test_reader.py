"""What comes out of a store."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apigen.config import RunConfig
from apigen.errors import StoreError
from apigen.options import parse_options
from apigen.records import Api, Call, CallError, CallResult, Candidate, Completion, Draw, Message, Request
from apigen.report import write_report
from apigen.store import open_database
from apigen.store.history import RunHistory
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter

STAGES = ["format", "execution"]
API = Api(
    name="convert",
    description="Convert ünïts.",
    parameters={"type": "object", "properties": {"x": {"type": "number", "default": 1}}, "additionalProperties": False},
    category="units",
    source="python:lib/units.py",
    returns="The välue.",
    examples=(Call("convert", {"x": 1.5}),),
)
OTHER = Api("other", "Other.", {"type": "object", "properties": {}}, "units", "python:lib/units.py")
CLOCK = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DRAW = Draw(0, 17, "parallel", "query_first", (API,), distractors=(OTHER,))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def writer(store: Path) -> Iterator[RunWriter]:
    settings = {
        "store": str(store),
        "library": [{"source": "python", "path": "lib"}],
        "llms": {"writer": {"backend": "openai", "model": "m"}},
        "target": {"verified": 3},
        "checkers": STAGES,
    }
    config = parse_options(RunConfig, settings)
    with closing(
        RunWriter.start(config, (API, OTHER), library_hash="abc", sandbox_tier="process", stages=STAGES, clock=CLOCK)
    ) as opened:
        yield opened


def verified(draw: Draw, position: int = 0, query: str = "q") -> Candidate:
    candidate = Candidate(draw, position, "raw", query, (Call("convert", {"x": 1}),), results=(CallResult(value=1),))
    return candidate.passed("format").passed("execution")


VALUES = [
    None,
    True,
    0,
    -1.5,
    1e300,
    2**70,
    -(10**300),
    "",
    "“ünï” 😀 \u2028 \x00 \x1b[31m",
    [],
    {},
    {"a": [1, {"b": None}], "ä": "ö", "": 0},
    [[[[1]]]],
]


def test_what_went_in_comes_out(writer: RunWriter, store: Path) -> None:
    calls = tuple(Call("convert", {"x": value, "name": "ü"}) for value in VALUES)
    results = tuple(CallResult(value=value, seconds=number / 4) for number, value in enumerate(VALUES))
    good = Candidate(DRAW, 0, "räw {", "Wie groß ist “x”? 😀", calls, results=results)
    good = good.passed("format").passed("execution", "all ran")
    errors = (CallResult(value=5, seconds=0.5), CallResult(error=CallError("memory", "out of memory"), seconds=1.5))
    bad = Candidate(DRAW, 1, "raw", "q", (Call("convert", {"x": 1}), Call("convert", {"x": 2})), results=errors)
    bad = bad.passed("format").rejected("execution", "memory", "convert: öut of memory")
    unread = Candidate(DRAW, 2, "gibberish").rejected("format", "unparseable", "no JSON")
    writer.save_draw(DRAW, [good, bad, unread], 1.0)

    reader = StoreReader(store)
    (sample,) = reader.samples()
    assert sample.candidate == good
    assert sample.stages == ("format", "execution")
    assert sample.apis == (API,)
    assert [type(result.value) for result in sample.results] == [type(value) for value in VALUES]
    assert list(reader.candidates()) == [good]
    assert list(reader.candidates(rejected=True)) == [bad, unread]


def test_samples_come_in_draw_order_whatever_the_order_of_saving(writer: RunWriter, store: Path) -> None:
    for index in (3, 0, 2, 1):
        draw = replace(DRAW, index=index)
        candidates = [verified(draw, position, f"draw {index} pair {position}") for position in (1, 0)]
        writer.save_draw(draw, candidates, 1.0)
    queries = [sample.query for sample in StoreReader(store).samples()]
    assert queries == [f"draw {index} pair {position}" for index in range(4) for position in range(2)]


def test_what_lies_past_the_cut_is_surplus(writer: RunWriter, store: Path) -> None:
    for index in range(5):
        writer.save_draw(replace(DRAW, index=index), [verified(replace(DRAW, index=index))], 1.0)
    writer.finish(state="done", cut=2, seconds=4.0)
    reader = StoreReader(store)
    assert [sample.candidate.draw.index for sample in reader.samples()] == [0, 1, 2]
    assert [candidate.draw.index for candidate in reader.candidates()] == [0, 1, 2]
    whole = reader.funnel()[""]
    assert (whole.generated, whole.verified, whole.surplus, whole.pass_rate) == (5, 3, 2, 1.0)
    with closing(sqlite3.connect(store)) as other:
        assert other.execute("select count(*) from verified").fetchone() == (3,)
    run = reader.run()
    assert run is not None
    assert (run["state"], run["cut"], run["seconds"]) == ("done", 2, 4.0)
    writer.finish(state="stopped", cut=None, seconds=5.0)
    assert len(list(StoreReader(store).samples())) == 5


def test_the_funnel_adds_up(writer: RunWriter, store: Path) -> None:
    for index, style in enumerate(("simple", "parallel", "simple")):
        draw = replace(DRAW, index=index, style=style)  # type: ignore[arg-type]
        bad = Candidate(draw, 1, "raw").rejected("format", "unparseable", "no JSON")
        worse = Candidate(draw, 2, "raw").passed("format").rejected("execution", "timeout", "late")
        writer.save_draw(draw, [verified(draw), bad, worse], 1.0)
    reader = StoreReader(store)
    whole = reader.funnel()[""]
    assert (whole.generated, whole.verified) == (9, 3)
    assert whole.rejected == {"execution:timeout": 3, "format:unparseable": 3}
    by_style = reader.funnel("style")
    assert {name: part.generated for name, part in by_style.items()} == {"parallel": 3, "simple": 6}
    assert reader.funnel("strategy").keys() == {"query_first"}


def test_rejections_of_a_reason(writer: RunWriter, store: Path) -> None:
    reasons = ["timeout", "memory", "timeout"]
    candidates = [Candidate(DRAW, n, "raw").rejected("execution", reason, "") for n, reason in enumerate(reasons)]
    writer.save_draw(DRAW, candidates, 1.0)
    reader = StoreReader(store)
    assert [each.position for each in reader.candidates(reason="execution:t")] == [0, 2]
    assert [each.position for each in reader.candidates(rejected=True, limit=2)] == [0, 1]
    assert list(reader.candidates(reason="%")) == list(reader.candidates(reason="' or 1=1 --")) == []
    assert list(reader.candidates()) == []


def test_costs_by_purpose(writer: RunWriter, store: Path) -> None:
    for number, purpose in enumerate(["generate", "judge", "generate"]):
        request = Request(purpose, number, (Message("user", "x"),))
        writer.save_completion(request, Completion("t", "m", 10, 5, 4, 0.5))
    costs = StoreReader(store).costs()
    assert costs["generate"].replies == 2
    assert (costs["generate"].tokens, costs["generate"].cached_tokens, costs["judge"].seconds) == (30, 8, 0.5)


def test_reading_does_not_wait_for_the_writer(writer: RunWriter, store: Path) -> None:
    writer.save_draw(DRAW, [verified(DRAW)], 1.0)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert len(list(StoreReader(store).samples())) == 1


def test_a_missing_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nothing\.db: there is no such store"):
        StoreReader(tmp_path / "nothing.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        StoreReader(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no database " * 300, b"x"])
def test_a_file_that_is_no_store(store: Path, content: bytes) -> None:
    store.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        StoreReader(store)
    assert str(store) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.read_bytes() == content


def test_a_database_of_another_program(store: Path) -> None:
    with closing(sqlite3.connect(store)) as other:
        other.execute("create table candidates (id integer)")
    before = store.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        StoreReader(store)
    assert store.read_bytes() == before


def test_a_database_of_another_program_that_uses_sqlite_utils_too(store: Path) -> None:
    """`_sqlite_migrations` is the library's own table: every program that uses its migrations has one."""
    from sqlite_utils import Database, Migrations

    theirs = Migrations("recipes")

    @theirs()
    def m001(db: Database) -> None:
        db.table("recipes").create({"id": int})

    with closing(sqlite3.connect(store)) as connection:
        theirs.apply(Database(connection))
    with pytest.raises(StoreError):
        StoreReader(store)
    with closing(sqlite3.connect(store)) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    assert "candidates" not in tables


def test_a_store_that_was_damaged_later(writer: RunWriter, store: Path) -> None:
    writer.save_draw(DRAW, [verified(replace(DRAW), position, "q" * 3000) for position in range(50)], 1.0)
    writer.close()
    with store.open("r+b") as file:
        file.seek(store.stat().st_size - 4096 * 20)
        file.write(b"\xff" * 4096 * 20)
    reader = StoreReader(store)
    with pytest.raises(StoreError):
        list(reader.samples())


@pytest.mark.parametrize(
    "damage",
    [
        "update runs set stages = '{bad'", "update runs set stages = 'null'", "update runs set config = '[1'",
        "update runs set cut = 'abc'", "update apis set parameters = '[1]'", "update draws set at_seconds = 'soon'",
    ],
)  # fmt: skip
def test_what_tells_of_a_run_may_be_damaged_too(writer: RunWriter, store: Path, tmp_path: Path, damage: str) -> None:
    writer.save_draw(DRAW, [verified(DRAW, 0, "q")], 1.0)
    writer.close()
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(damage)
    with closing(RunHistory(store)) as history, pytest.raises(StoreError, match="is damaged"):
        write_report(history, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_store_without_a_run(store: Path) -> None:
    open_database(store, create=True).close()
    reader = StoreReader(store)
    assert reader.run() is None
    assert list(reader.samples()) == list(reader.candidates()) == []
    assert reader.funnel() == {}


def test_a_final_answer_comes_out_as_it_went_in(writer: RunWriter, store: Path) -> None:
    made = Candidate(DRAW, 0, "raw", "q", (Call("convert", {"x": 1.5}),), final="Das ist größer.").passed("format")
    writer.save_draw(DRAW, [made.passed("execution")], 1.0)
    assert [sample.final for sample in StoreReader(store).samples()] == ["Das ist größer."]


def test_a_candidate_without_a_call_comes_out_as_it_went_in(writer: RunWriter, store: Path) -> None:
    draw = replace(DRAW, style="irrelevance", apis=(), hidden=(API,))
    other = replace(DRAW, index=1, style="missing_parameter", withheld="x")
    meant = (Call("convert", {"x": 1.5, "name": "ü"}),)
    made = [
        Candidate(one, 0, "raw", "q", answer="Löst nichts.", meant=meant).passed("format").passed("execution")
        for one in (draw, other)
    ]
    for candidate in made:
        writer.save_draw(candidate.draw, [candidate], 1.0)
    reader = StoreReader(store)
    assert list(reader.candidates()) == made
    assert [(sample.calls, sample.answer) for sample in reader.samples()] == [((), "Löst nichts.")] * 2
    assert {name: part.verified for name, part in reader.funnel("style").items()} == {
        "irrelevance": 1,
        "missing_parameter": 1,
    }
