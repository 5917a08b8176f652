"""`apigen exam` over stores that real runs made: who catches what, what it costs, and one line for whatever goes wrong."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from apigen.checkers import CHECKERS
from apigen.checkers.stages import RULES
from apigen.cli import main
from apigen.config import load_config, stored_config
from apigen.exam.corruptions import CORRUPTIONS
from tests.conftest import ROOT, SHOP, WORDS
from tests.servers import Answer, Body, ChatServer, Oracle, purpose_of, serve

Result = tuple[int, str, str]
Exam = Callable[..., Result]
VERIFIED = 24
BY_RULES = [name for name, one in CORRUPTIONS.items() if one.rule]


class Model:
    """A perfect model that answers what it cannot know with nothing."""

    def __init__(self) -> None:
        self.oracle = Oracle()

    def __call__(self, body: Body) -> Answer | str:
        try:
            return self.oracle(body)
        except (LookupError, StopIteration):
            return '{"calls": []}'


class Place:
    """A finished run: its folder, config and store, and the endpoint that still answers."""

    def __init__(self, folder: Path, server: ChatServer) -> None:
        self.folder, self.server = folder, server
        self.store, self.config = folder / "run.db", folder / "run.yaml"
        self.settings: dict[str, Any] = {
            "store": str(self.store),
            "target": {"verified": VERIFIED},
            "library": [{"source": "python", "path": str(folder / "lib")}],
            "llms": {"writer": {"backend": "openai", "model": "m", "base_url": server.base_url, "retries": 0}},
            "seed": 5,
            "sampler": {"styles": dict.fromkeys(("simple", "multiple", "parallel", "parallel_multiple"), 1)},
            "sandbox": {"seconds": 20},
            "checkers": ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}, "judge"],
        }
        self.write(self.config)

    def write(self, file: Path, **changed: Any) -> Path:
        file.write_text(yaml.safe_dump(self.settings | changed), encoding="utf-8")
        return file


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("exam")
    (folder / "lib").mkdir()
    (folder / "lib" / "shop.py").write_text(SHOP, encoding="utf-8")
    (folder / "lib" / "words.py").write_text(WORDS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, serve(Model()) as server:
        patch.setenv("NO_PROXY", "127.0.0.1")
        made = Place(folder, server)
        with pytest.raises(SystemExit) as ended:
            main(["run", str(made.config)])
        assert ended.value.code == 0
        yield made


@pytest.fixture
def exam(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Exam:
    """Hold an exam in this process, in a window of 200 columns; return exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["exam", *map(str, arguments)])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        assert "internal error" not in err, err
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err

    return run


def report(result: Result, code: int = 0) -> dict[str, Any]:
    assert result[0] == code, result[2]
    loaded: dict[str, Any] = json.loads(result[1])
    return loaded


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["corruption"]: row for row in found["corruptions"]}


def complaint(result: Result, code: int) -> str:
    assert result[0] == code, result[2]
    assert result[1] == ""
    (line,) = result[2].splitlines()
    return line


def test_every_checker_is_a_rule_or_a_vote() -> None:
    assert set(CHECKERS) - set(RULES) == {"agreement", "judge"}


def test_what_rules_can_tell_they_catch_before_any_llm_is_asked(exam: Exam, place: Place) -> None:
    found = report(exam(place.store, "--rules", "--json"))
    assert found["passed"]
    assert found["llm_calls"] == 0
    assert found["samples"] == VERIFIED
    for name in BY_RULES:
        row = rows(found)[name]
        assert (row["decided_by"], row["caught"], row["by_rules"]) == ("rule", row["of"], row["of"])
        assert row["of"] or name in ("date_shifted", "value_invented")
        assert row["low"] < row["high"] <= 1
    assert [one["rejected"] for one in found["false_rejections"]] == [0, 0, 0]


def test_a_solver_that_knows_better_catches_what_rules_cannot_and_a_friendly_judge_nothing(
    exam: Exam, place: Place
) -> None:
    before = len(place.server.requests)
    found = report(exam(place.store, "--json"))
    asked = [purpose_of(body) for body in place.server.requests[before:]]
    assert len(asked) == found["llm_calls"]
    for row in found["corruptions"]:
        if row["decided_by"] == "rule":
            assert row["asked"]["agreement"] == row["asked"]["judge"] == 0
        else:
            assert row["by"]["agreement"] == row["asked"]["agreement"]
            assert row["by"]["judge"] == 0
    assert rows(found)["arguments_swapped"]["asked"]["agreement"] > 0
    assert {one["checker"]: one["rejected"] for one in found["false_rejections"]}["agreement"] == 0
    # A solver is asked once about a query, however often its calls were spoiled.
    assert asked.count("agreement") <= VERIFIED + rows(found)["unit_changed"]["of"]


def test_the_same_seed_gives_the_same_report(exam: Exam, place: Place) -> None:
    first, again = exam(place.store, "--json", "--samples", 6), exam(place.config, "--json", "--samples", 6)
    assert first == again
    assert exam(place.store, "--json", "--samples", 6, "--seed", 1)[1] != first[1]
    assert report(first)["samples"] == 6


def test_nothing_is_written_into_the_store(exam: Exam, place: Place) -> None:
    def content() -> list[str]:
        with closing(sqlite3.connect(place.store)) as connection:
            return list(connection.iterdump())

    before = content()
    assert exam(place.store, "--samples", 5)[0] == 0
    assert content() == before


def test_another_verifier_on_the_same_samples(exam: Exam, place: Place, tmp_path: Path) -> None:
    config = place.write(tmp_path / "other.yaml", checkers=["format", "execution", "judge"])
    found = report(exam(config, "--json", "--samples", 8))
    assert rows(found)["value_changed"]["decided_by"] == "vote"
    assert rows(found)["value_changed"]["by"]["judge"] == 0
    assert rows(found)["value_changed"]["asked"]["judge"] > 0


def test_a_rule_that_lets_something_pass_is_1_with_examples(
    exam: Exam, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apigen.checkers.grounding.ungrounded", lambda query, api, call, *more: [])
    monkeypatch.setattr("apigen.checkers.grounding.leftover_numbers", lambda query, steps, *more: [])
    code, out, err = exam(place.store, "--rules", "--samples", 8)
    assert code == 1
    assert "value_changed, not caught by rules, 1 of 8" in out
    assert "spoiled samples that rules can tell were caught by none" in err
    assert rows(report(exam(place.store, "--rules", "--samples", 8, "--json"), 1))["value_changed"]["slipped"]


def test_a_judge_without_a_verdict_is_no_catch(exam: Exam, place: Place, tmp_path: Path) -> None:
    with serve(lambda body: "maybe") as server:
        llms = {"writer": {**place.settings["llms"]["writer"], "base_url": server.base_url}}
        config = place.write(tmp_path / "c.yaml", checkers=["format", "execution", "grounding", "judge"], llms=llms)
        found = report(exam(config, "--json", "--samples", 4))
    assert found["unanswered"] > 0
    assert all(row["asked"]["judge"] == 0 for row in found["corruptions"])


@pytest.mark.parametrize("columns", ["60", "200"])
def test_the_table(exam: Exam, place: Place, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = exam(place.store, "--samples", 8)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert all(len(line) <= int(columns) for line in out.splitlines())
    assert "LLM calls:" in out
    assert "by construction" in " ".join(out.split())
    if columns == "200":
        assert all(f" {name} " in out for name in CORRUPTIONS)


# --- bad input ---


def test_no_such_store_or_config(exam: Exam, place: Place, tmp_path: Path) -> None:
    assert "there is no such store" in complaint(exam(tmp_path / "none.db"), 2)
    assert "no such file" in complaint(exam(tmp_path / "none.yaml"), 2)
    assert "there is no such store" in complaint(
        exam(place.write(tmp_path / "c.yaml", store=str(tmp_path / "x.db"))), 2
    )
    assert "has no run 7" in complaint(exam(place.store, "--run", 7), 2)


def test_what_is_no_store(exam: Exam, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert "is empty" in complaint(exam(tmp_path / "empty.db"), 2)
    (tmp_path / "text.db").write_text("no database\n" * 90)
    assert "cannot be used as a store" in complaint(exam(tmp_path / "text.db"), 2)
    with closing(sqlite3.connect(tmp_path / "foreign")) as connection:
        connection.execute("create table t (x)")
    assert "another program" in complaint(exam(tmp_path / "foreign"), 2)


def altered(place: Place, folder: Path, statement: str, *values: str) -> Path:
    copy = folder / "copy.db"
    shutil.copy(place.store, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(statement, values)
        connection.commit()
    return copy


def test_a_run_without_verified_samples(exam: Exam, place: Place, tmp_path: Path) -> None:
    store = altered(place, tmp_path, "delete from candidates")
    assert "no verified sample" in complaint(exam(store), 2)
    assert "holds no run" in complaint(exam(altered(place, tmp_path, "delete from runs")), 2)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no JSON", '{"llms": {}, "checkers": [1]}', '{"llms": {}, "checkers": []}']
)
def test_a_store_whose_config_is_of_no_use_asks_for_the_file(
    exam: Exam, place: Place, tmp_path: Path, text: str
) -> None:
    store = altered(place, tmp_path, "update runs set config = ?", text)
    assert "give the config file instead" in complaint(exam(store), 2)
    assert exam(place.write(tmp_path / "c.yaml", store=str(store)), "--rules", "--samples", 2)[0] == 0


def test_batches_have_no_place_here(exam: Exam, place: Place, tmp_path: Path) -> None:
    llms = {"writer": {"backend": "openai_batch", "model": "m", "base_url": place.server.base_url}}
    config = place.write(tmp_path / "c.yaml", llms=llms)
    assert "--rules" in complaint(exam(config), 2)


def test_an_endpoint_that_is_not_there_is_3(exam: Exam, place: Place, tmp_path: Path) -> None:
    llms = {
        "writer": {**place.settings["llms"]["writer"], "base_url": "http://127.0.0.1:9/v1", "patience_seconds": 0.3}
    }
    assert "127.0.0.1:9" in complaint(exam(place.write(tmp_path / "c.yaml", llms=llms), "--samples", 2), 3)


@pytest.mark.parametrize("file", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda file: file.name)
def test_a_stored_config_is_the_config(file: Path) -> None:
    config = load_config(file)
    assert stored_config(config.model_dump_json()) == config


def test_a_stored_config_does_not_bring_back_what_is_decided_by_hand() -> None:
    config = load_config(ROOT / "configs" / "quickstart.yaml")
    by_hand = config.model_copy(update={"sandbox": config.sandbox.model_copy(update={"unsafe": True})})
    assert not stored_config(by_hand.model_dump_json()).sandbox.unsafe
