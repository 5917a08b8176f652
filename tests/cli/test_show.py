"""`apigen show --draw`: all there is of one candidate, whatever the window."""

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apigen.checkers.duplicates import DuplicatesChecker
from apigen.manner import Manner
from apigen.records import Call, CallError, CallResult
from apigen.store.writer import RunWriter
from tests.store.makers import APIS, CLOCK, candidates, config, make_draw, start
from tests.terminal import terminal

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HOSTILE = "raw \x1b[2J\x9b31m [red]text[/red]"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A verified and a rejected candidate of draw 0, and a draw without any."""
    path = tmp_path / "run.db"
    with closing(start(path)) as writer:
        draw = replace(make_draw(0), manner=Manner(tone="curt", persona="a fisherman"))
        good, bad = candidates(draw, ["", "timeout"])
        long = {f"key {number}": list(range(20)) for number in range(5)}
        good = replace(good, raw=HOSTILE, final="It is 6.", results=(CallResult(long, None, 0.002),))
        bad = replace(bad, results=(CallResult(None, CallError("timeout", "too slow"), 5.0),))
        bad = replace(bad, calls=(Call("area", {"width": 1, "height": 2}),))
        writer.save_draw(draw, [good, bad], 1.0)
        writer.save_draw(make_draw(1), [], 1.0)
    return path


def test_one_candidate_with_all_there_is(apigen: Run, store: Path) -> None:
    shown = apigen("show", store, "--draw", 0, "--position", 1).stdout
    for text in ("candidate 1 · simple · call_first · rejected", "0/1", "offered", "area", "distractors", "other",
                 "width = 1", "timeout: too slow", "format     passed", "execution  rejected timeout", "because", "raw"):  # fmt: skip
        assert text in shown
    assert "candidate 0" not in shown
    assert "wording asked for\n  curt; a fisherman" in shown
    whole = apigen("show", store, "--draw", 0).stdout
    assert "candidate 0" in whole
    assert "final answer\n  It is 6." in whole


@pytest.mark.parametrize(("columns", "environment"), [(40, {}), (80, {}), (200, {}), (80, {"NO_COLOR": "1"})])
def test_in_a_terminal_no_line_is_broken_by_it(
    store: Path, tmp_path: Path, columns: int, environment: dict[str, str]
) -> None:
    with terminal(tmp_path, "show", store, "--draw", 0, columns=columns, **environment) as shown:
        assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    assert "\x1b[2J" not in shown.raw
    assert "\x9b" not in shown.raw
    assert "[red]text[/red]" in shown.text
    assert ("\x1b[3" in shown.raw) is not bool(environment)


def test_as_json_lines(apigen: Run, store: Path) -> None:
    good, bad = map(json.loads, apigen("show", store, "--draw", 0, "--json").stdout.splitlines())
    assert good["manner"] == {"persona": "a fisherman", "tone": "curt"}
    assert (good["verified"], bad["verified"]) == (True, False)
    assert (good["outcome"], bad["outcome"]) == ("verified", "execution:timeout")
    assert (good["raw"], good["final"], bad["final"]) == (HOSTILE, "It is 6.", "")
    assert bad["results"] == [{"error": "timeout", "message": "too slow", "seconds": 5.0}]
    assert [verdict["passed"] for verdict in bad["verdicts"]] == [True, False]
    listed = apigen("show", store, "--rejected", "--json").stdout.splitlines()
    assert [json.loads(line) for line in listed] == [bad]


def test_what_waits_for_an_earlier_draw_is_not_called_verified(apigen: Run, tmp_path: Path) -> None:
    """As a run leaves it that is interrupted while an earlier draw is open."""
    draw = make_draw(1)
    stages = ["format", "execution", "duplicates"]
    with closing(
        RunWriter.start(
            config(tmp_path / "a.db", checkers=stages), APIS, library_hash="abc", sandbox_tier="process", stages=stages,
            clock=CLOCK, ordered=[DuplicatesChecker()],
        )
    ) as writer:  # fmt: skip
        writer.save_draw(draw, candidates(draw, [""]), 1.0)
    (line,) = apigen("show", tmp_path / "a.db", "--draw", 1, "--json").stdout.splitlines()
    assert (json.loads(line)["verified"], json.loads(line)["outcome"]) == (False, "pending")
    assert apigen("show", tmp_path / "a.db", "--draw", 1).stdout.startswith(
        "draw 1 · candidate 0 · simple · call_first · pending\n"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--draw", 1), "no candidates"), (("--draw", 2**63 - 1), "no candidates"),
     (("--draw", 0, "--position", 7), "at 0, 1"), (("--position", 0), "--draw"),
     (("--draw", 0, "--rejected"), "--position")],
)  # fmt: skip
def test_what_is_not_there_is_said(apigen: Run, store: Path, options: tuple[object, ...], said: str) -> None:
    done = apigen("show", store, *options)
    assert done.returncode == 2
    assert said in done.stderr
