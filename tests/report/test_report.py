"""What is in the page: every row once, as it was; the figures; and nothing that a browser would run or fetch."""

import gzip
import json
import re
import sqlite3
from base64 import b64decode, b64encode
from contextlib import closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from apigen.errors import ConfigError, StoreError
from apigen.report import chunks, write_report
from apigen.report.page import FOLDER, SCRIPTS
from apigen.store.history import RunHistory
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from tests.report.stores import APIS, BIG, CLOCK, HOSTILE, STAGES, candidate, fill, make_store, settings, start

ELEMENT = re.compile(r'<script type="text/plain" id="([a-z]+(?:-\d+)?)">([A-Za-z0-9+/=]*)</script>')


class Page:
    """A page as read back: its text, its figures, its rows."""

    def __init__(self, store: Path, most: int = 100_000) -> None:
        self.file = store.with_suffix(".html")
        with closing(RunHistory(store)) as history:
            self.report = write_report(history, self.file, most)
        self.text = self.file.read_text(encoding="utf-8")
        self.parts = {name: json.loads(gzip.decompress(b64decode(data))) for name, data in ELEMENT.findall(self.text)}
        self.figures: dict[str, Any] = self.parts["figures"]

    def rows(self, name: str) -> list[Any]:
        starts, rows = self.figures[name], []
        for part, first in enumerate(starts):
            assert first == len(rows)
            rows += self.parts[f"{name}-{part}"]
        return rows


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "run.db")


def test_every_candidate_is_there_once_as_it_was(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.report.SHOWN_ROWS", 7)
    monkeypatch.setattr("apigen.report.SEARCHED_ROWS", 11)
    page = Page(store)
    assert (len(page.figures["shown"]), len(page.figures["searched"])) == (9, 6)
    shown, searched = page.rows("shown"), page.rows("searched")
    assert len(shown) == len(searched) == 60 == page.report.rows == page.report.candidates
    for index, (row, short) in enumerate(zip(shown, searched, strict=True)):
        wanted = candidate(index)
        kind = page.figures["kinds"][row["kind"]]
        reason = wanted.rejection.reason if wanted.rejection else "verified"
        model = ("small-model", "large-model")[index % 2]
        assert kind == [wanted.draw.style, wanted.draw.strategy, model, reason]
        assert [short[0], short[1], short[2]] == [index, 0, row["kind"]] == [row["draw"], row["position"], row["kind"]]
        assert row["query"] == wanted.query.replace("\ud83d", "?")
        assert row["final"] == wanted.final.replace("\ud83d", "?")
        assert [call["name"] for call in row["calls"]] == [call.name for call in wanted.calls]
        for call, made in zip(row["calls"], wanted.calls, strict=True):
            assert {name: json.loads(text) for name, text in call["arguments"]} == made.arguments
        assert [verdict["passed"] for verdict in row["verdicts"]] == [verdict.passed for verdict in wanted.verdicts]
        assert row["offered"] == [api.name for api in wanted.draw.apis]


def test_a_part_ends_at_so_many_bytes(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb+") as out:
        made = chunks.Chunks("x", out, most_rows=100, most_bytes=1000)
        for row in ["a" * 600, "b" * 600, "c" * 5000, "d"]:
            made.add(row)
        made.flush()
        made.flush()
    assert made.starts == [0, 2, 3]


def test_hostile_texts_are_texts(store: Path) -> None:
    page = Page(store)
    bare = ELEMENT.sub("", page.text)
    assert "owned" not in bare
    assert "onerror" not in bare
    assert bare.count("<script") == bare.count("</script") == 1
    kept = {text for row in page.rows("shown") for call in row["calls"] for _, text in call["arguments"]}
    queries = {json.dumps(row["query"], ensure_ascii=False) for row in page.rows("shown")}
    for text in HOSTILE:
        assert (
            json.dumps(text, ensure_ascii=False) in kept
            or json.dumps(text.replace("\ud83d", "?"), ensure_ascii=False) in queries
        )
    assert str(BIG) in kept


def test_only_our_script_and_style_may_run_and_nothing_is_fetched(store: Path) -> None:
    text = Page(store).text
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    script, style = re.search(r"<script>(.*?)</script>", text, re.S), re.search(r"<style>(.*?)</style>", text, re.S)
    assert policy
    assert script
    assert style
    assert policy[1].startswith("default-src 'none'; ")
    for name, body in (("script", script[1]), ("style", style[1])):
        assert f"{name}-src 'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'" in policy[1]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|\bsrc=", ELEMENT.sub("", text))


def test_the_script_makes_no_markup_of_data() -> None:
    assert {file.stem for file in FOLDER.glob("*.js")} == set(SCRIPTS)
    for name in SCRIPTS:
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|</script|fetch\(", text
        )
        assert text.count("\n") < 300


def test_the_figures_are_those_of_status_and_stats(store: Path) -> None:
    figures = Page(store).figures
    with closing(StoreReader(store)) as reader:
        whole, metadata = reader.funnel()[""], reader.metadata()
    funnel = figures["funnel"]
    assert funnel["generated"] == whole.generated == 60
    assert {reason: count for reason, count, _ in funnel["reasons"]} == whole.rejected
    assert funnel["stages"][-1]["left"] == funnel["verified"] == whole.verified == figures["stats"]["samples"]
    assert [step["stage"] for step in funnel["stages"]] == list(STAGES)
    for group in ("style", "strategy", "model"):
        assert sum(came for _, came, *_ in figures["rates"][group]) == 60
        assert sum(passed for _, _, passed, *_ in figures["rates"][group]) == whole.verified
    assert json.loads(figures["config"]) == metadata["config"]
    assert figures["timeline"]["by"] == "seconds"
    assert figures["timeline"]["end"] == 120
    sums = [sum(column) for column in zip(*figures["timeline"]["bins"], strict=True)]
    assert sums == [60, whole.verified, 60 * 2 * 920, pytest.approx(60 * 2 * 0.0004)]
    uses = {api["name"]: api for api in figures["apis"]}
    assert list(uses) == [api.name for api in APIS]
    assert uses["never_called"]["calls"] == 0
    assert sum(api["calls"] for api in figures["apis"]) == sum(
        int(size) * count for size, count in figures["stats"]["calls"].items() if size != "mean"
    )


def test_examples_lead_to_their_rows(store: Path) -> None:
    page = Page(store)
    rows = page.rows("shown")
    for reason, count, examples in page.figures["funnel"]["reasons"]:
        assert len(examples) == min(3, count)
        for row, query, _ in examples:
            assert page.figures["kinds"][rows[row]["kind"]][3] == reason
            assert rows[row]["query"] == query


def test_of_many_some_are_shown_evenly_and_all_are_counted(store: Path) -> None:
    page = Page(store, most=7)
    assert (page.report.rows, page.report.candidates) == (7, 60)
    draws = [row["draw"] for row in page.rows("shown")]
    assert [later - sooner for sooner, later in pairwise(draws)] == pytest.approx([60 / 7] * 6, abs=1)
    assert page.figures["funnel"]["generated"] == 60
    none = Page(store, most=0)
    assert (none.figures["rows"], none.figures["shown"]) == (0, [])


def test_the_same_store_gives_the_same_bytes(store: Path) -> None:
    assert Page(store).text == Page(store).text


def test_what_is_beyond_the_target_is_told_apart(tmp_path: Path) -> None:
    page = Page(make_store(tmp_path / "run.db", state="done", cut=29))
    outcomes = [page.figures["kinds"][row["kind"]][3] for row in page.rows("shown")]
    assert "surplus" not in outcomes[:30]
    assert "verified" not in outcomes[30:]
    assert outcomes.count("surplus") == page.figures["funnel"]["surplus"] > 0


@pytest.mark.parametrize("begun", [False, True])
def test_a_store_with_nothing_in_it_makes_a_page(tmp_path: Path, begun: bool) -> None:
    file = tmp_path / "run.db"
    with closing(start(file)) as writer:
        if not begun:
            with closing(sqlite3.connect(file, isolation_level=None)) as db:
                db.execute("delete from apis")
                db.execute("delete from runs")
        assert writer.run_id == 1
    page = Page(file)
    assert page.report.candidates == 0
    assert (page.figures["run"] is not None) == begun


def test_a_run_may_go_on_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "run.db"
    with closing(start(file)) as writer:
        fill(writer, 0, 20)
        took = RunHistory.took

        def grown(history: RunHistory) -> Any:
            fill(writer, 20, 30)
            return took(history)

        monkeypatch.setattr(RunHistory, "took", grown)
        page = Page(file)
    assert page.report.candidates == 20 == page.figures["funnel"]["generated"]


def test_draws_without_a_time_are_shown_by_their_number(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as db:
        db.execute("update draws set at_seconds = null where idx = 3")
    timeline = Page(store).figures["timeline"]
    assert (timeline["by"], timeline["end"]) == ("draws", 60)
    assert {row[0] for row in timeline["bins"]} == {5}


def test_draws_keep_when_they_were_finished_over_several_sessions(tmp_path: Path) -> None:
    file = tmp_path / "run.db"
    for first in (0, 3):
        writer = RunWriter.start(
            settings(file), APIS, library_hash="abc", sandbox_tier="process", stages=STAGES, clock=CLOCK
        )
        with closing(writer):
            for index in range(first, first + 3):
                writer.save_draw(candidate(index).draw, [candidate(index)], 1.0 + index - first)
    with closing(RunHistory(file)) as history:
        assert [took.at_seconds for took in history.took()] == [1, 2, 3, 4, 5, 6]


def test_keys_are_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORT_TEST_KEY", "sk-not-to-be-seen")
    page = Page(make_store(tmp_path / "run.db", 5))
    assert "sk-not-to-be-seen" not in page.text + json.dumps(page.parts)
    assert "REPORT_TEST_KEY" in page.figures["config"]


def test_what_is_there_is_replaced_and_the_store_is_not(store: Path, tmp_path: Path) -> None:
    before = store.read_bytes()
    with closing(RunHistory(store)) as history:
        (tmp_path / "link").symlink_to(tmp_path)
        for same in (store, tmp_path / "link" / ".." / tmp_path.name / store.name, tmp_path / "link" / store.name):
            with pytest.raises(ConfigError, match="is the store"):
                write_report(history, same)
        with pytest.raises(StoreError, match="cannot be written"):
            write_report(history, tmp_path)
        assert store.read_bytes() == before
        file = tmp_path / "new" / "page.html"
        for _ in range(2):
            write_report(history, file)
    assert [path.name for path in file.parent.iterdir()] == ["page.html"]


def test_the_command_says_what_it_wrote(store: Path, apigen: Any) -> None:
    done = apigen("report", "run.db", "-o", "out/page.html")
    assert done.returncode == 0
    assert re.fullmatch(r"out/page.html: 60 candidates, 0.\d MB\n", done.stdout)
    done = apigen("report", "run.db", "-o", "page.html", "--samples", 5, "--run", 1)
    assert "5 of 60 candidates" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.db", "-o", "page.html"], "none.db: there is no such store"),
        (["run.db", "-o", "./page/../run.db"], "is the store; choose another file"),
        (["run.db", "-o", "run.db"], "--output: run.db is the store; choose another file"),
        (["run.db", "-o", "."], ".: is a folder; give a file to write"),
        (["run.db", "-o", "page.html", "--run", "7"], "has no run 7, only 1"),
    ],
)
def test_what_cannot_be_is_one_line(store: Path, apigen: Any, arguments: list[str], complaint: str) -> None:
    done = apigen("report", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
