"""The whole way with a real embedded model. It is too weak to be verified often; every step of the way is real."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any


def test_a_run_with_the_embedded_model(
    apigen: Callable[..., Any],
    settings: Callable[..., dict[str, Any]],
    config_file: Callable[..., Path],
    smollm2: str,
) -> None:
    chosen = settings(
        "",
        llms={"writer": {"backend": "local", "model": smollm2, "slots": 1, "threads": 1, "context": 2048}},
        target={"draws": 4},
        concurrency=1,
        sampler={"styles": {"simple": 1}},
        checkers=["format", "execution", "grounding"],
    )
    done = apigen("run", config_file(chosen), timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(chosen["store"])) as db:
        assert db.execute("select idx, style, strategy from draws order by idx").fetchall() == [
            (index, "simple", "call_first") for index in range(4)
        ]
        verdicts = db.execute(
            "select count(distinct candidates.id), count(distinct verdicts.candidate_id) from candidates "
            "left join verdicts on verdicts.candidate_id = candidates.id"
        ).fetchone()
        assert verdicts == (4, 4)
        completions = db.execute(
            "select model, text, prompt_tokens, completion_tokens, seconds from completions"
        ).fetchall()
        ((verified,),) = db.execute("select count(*) from verified").fetchall()
        assert db.execute("select state from runs").fetchall() == [("done",)]
    assert len(completions) == 4
    for model, text, read, written, seconds in completions:
        assert model == smollm2
        assert text
        assert read > 0
        assert written > 0
        assert seconds > 0
    rows = [json.loads(line) for line in Path(chosen["exports"][0]["file"]).read_text("utf-8").splitlines()]
    assert len(rows) == verified
    assert all(row["query"] and json.loads(row["answers"]) for row in rows)
