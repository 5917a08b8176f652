"""`apigen run --dry-run`: what is printed, and what is not left behind."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.terminal import terminal

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_draws_prompts_and_costs_are_shown_and_nothing_is_left(
    apigen: Run, settings: Settings, config_file: ConfigFile, tmp_path: Path, columns: str
) -> None:
    config = config_file(settings("http://127.0.0.1:9/v1"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if "__pycache__" not in str(path)}
    done = apigen("run", config, "--dry-run", COLUMNS=columns)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    for text in (
        "draw 0 ·",
        "draw 4 ·",
        "You write the message",
        "turns 1 to",
        "35%",
        "assumed: ",
        "nothing was asked",
    ):
        assert text in shown
    assert {path for path in tmp_path.rglob("*") if "__pycache__" not in str(path)} == set(before)
    assert all(path.stat().st_mtime_ns == at for path, at in before.items() if path.is_file())


def test_as_json_every_prompt_is_whole(apigen: Run, settings: Settings, config_file: ConfigFile) -> None:
    done = apigen("run", config_file(settings("http://127.0.0.1:9/v1")), "--dry-run", "--json")
    shown = json.loads(done.stdout)
    assert [draw["draw"] for draw in shown["draws"]] == list(range(5))
    assert all(draw["messages"][0]["role"] == "system" for draw in shown["draws"])
    assert {one["pass_rate"] for one in shown["estimate"]["scenarios"]} == {0.35, 0.6, 0.85}
    assert "\x1b" not in done.stdout


def test_json_alone_is_refused(apigen: Run, settings: Settings, config_file: ConfigFile) -> None:
    done = apigen("run", config_file(settings("http://127.0.0.1:9/v1")), "--json")
    assert done.returncode == 2
    assert "--dry-run" in done.stderr


@pytest.mark.parametrize(("columns", "environment"), [(80, {}), (200, {}), (80, {"NO_COLOR": "1"})])
def test_in_a_terminal_no_line_is_broken_by_it(
    settings: Settings, config_file: ConfigFile, tmp_path: Path, columns: int, environment: dict[str, str]
) -> None:
    config = config_file(settings("http://127.0.0.1:9/v1", target={"verified": 500_000}))
    with terminal(tmp_path, "run", config, "--dry-run", columns=columns, **environment) as shown:
        assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    heads = [line.split() for line in shown.text.splitlines() if line.strip().startswith("pass rate")]
    assert heads == [["pass", "rate", "draws", "verified", "replies", "read", "written", "dollars"]]
    assert "reached first: verified" in shown.text
    assert ("\x1b[3" in shown.raw) is not bool(environment)
