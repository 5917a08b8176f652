"""`apigen label`: keys in a terminal, lines from a pipe, and what `stats` tells of them."""

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apigen.records import CallResult
from apigen.store.labels import LabelBook
from tests.conftest import COMMAND, ROOT
from tests.store.makers import candidates, make_draw, save, start
from tests.terminal import terminal

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "run.db"
    with closing(start(path)) as writer:
        for index in range(5):
            save(writer, index, "", "timeout")
    return path


def marks(store: Path) -> list[tuple[int, int, str, str, str]]:
    with closing(LabelBook(store, 1)) as book:
        return [(*label.place, label.labeller, label.mark, label.note) for label in book.labels()]


def piped(store: Path, text: str, *options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "label", str(store), *map(str, options)], input=text, capture_output=True, encoding="utf-8",
        timeout=60, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_lines_from_a_pipe(store: Path) -> None:
    done = piped(store, "g\nbad wrong unit\n\nnonsense\ns\nu\nb\nq\n", "--labeller", "ann")
    assert done.returncode == 0, done.stderr
    assert marks(store) == [(0, 0, "ann", "good", ""), (1, 0, "ann", "bad", "wrong unit"), (2, 0, "ann", "bad", "")]
    assert "3 marked by ann" in done.stdout
    for told in ("format", "timeout", "passed"):
        assert told not in done.stdout  # what the verifier said is not told
    again = piped(store, "g\ng\n", "--labeller", "ann")
    assert "nothing is left to mark" in again.stdout
    assert len(marks(store)) == 5


def test_stats_tells_precision_and_agreement(store: Path, apigen: Run) -> None:
    assert json.loads(apigen("stats", store, "--json").stdout)["labels"] is None
    assert "Labels" not in apigen("stats", store).stdout
    piped(store, "g\ng\ng\nb\ns\n", "--labeller", "ann")
    piped(store, "g\nb\ng\nb\ng\n", "--labeller", "bob")
    piped(store, "b\n", "--labeller", "bob", "--rejected")
    shown = apigen("stats", store).stdout
    for text in ("ann", "75.0%", "together", "rejected", "ann and bob", "0.50"):
        assert text in shown
    found = json.loads(apigen("stats", store, "--json").stdout)["labels"]
    assert found["verified"]["labellers"]["ann"]["share"] == 0.75
    assert len(found["verified"]["together"]["interval"]) == 2
    assert found["agreement"] == [{"labellers": ["ann", "bob"], "both": 4, "share": 0.75, "kappa": 0.5}]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_keys_without_enter_in_a_terminal(store: Path, tmp_path: Path, columns: int) -> None:
    with terminal(tmp_path, "label", store, "--labeller", "ann", columns=columns) as shown:
        shown.press("quit:", "g")
        shown.expect("2 of 5")
        shown.press("quit:", "x")
        shown.expect("?")
        shown.press("quit:", "n")
        shown.answer("Note", "wrong unit")
        shown.press("quit:", "b")
        shown.expect("bad (noted)")
        shown.expect("3 of 5")
        shown.press("quit:", "u")
        shown.expect("2 of 5")
        shown.press("quit:", "s")
        shown.expect("3 of 5")
        shown.press("quit:", "q")
        assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    assert marks(store) == [(0, 0, "ann", "good", ""), (1, 0, "ann", "skip", "")]


def test_ctrl_c_keeps_what_is_marked(store: Path, tmp_path: Path) -> None:
    with terminal(tmp_path, "label", store, "--labeller", "ann", "--count", 3, "--seed", 4) as shown:
        shown.press("quit:", "g")
        shown.expect("2 of 3")
        shown.press("quit:", "\x03")
        assert shown.end() == 130
    assert len(marks(store)) == 1


@pytest.mark.parametrize("options", [("--labeller", "a\nb"), ("--seed", 3)])
def test_wrong_options(store: Path, apigen: Run, options: tuple[object, ...]) -> None:
    assert apigen("label", store, *options).returncode == 2


def test_a_result_that_is_very_long_is_shown_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    with closing(start(path)) as writer:
        draw = make_draw(0)
        (one,) = candidates(draw, [""])
        writer.save_draw(draw, [replace(one, results=(CallResult(list(range(50_000)), None, 0.1),))], 1.0)
    shown = piped(path, "q\n", "--labeller", "ann").stdout
    assert len(shown) < 4000
    assert "has all of it" in " ".join(shown.split())
