"""A run that is killed, at any moment and in any way, loses nothing, doubles nothing and pays for nothing twice."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COMMAND, ROOT
from tests.servers import Body, ChatServer, Oracle, children_of, purpose_of, still_alive, wait_for

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
TARGET = {"verified": 12}


@contextmanager
def started(*arguments: object) -> "Iterator[subprocess.Popen[str]]":
    """Run the command beside the test; nothing of it may outlive the block."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run_until(config: Path, server: ChatServer, requests: int, how: signal.Signals) -> tuple[int, str]:
    """Start a run, and end it after so many more requests; return its exit code and stderr. No process is left behind."""
    goal = len(server.requests) + requests
    with started("run", config) as process:
        wait_for(lambda: len(server.requests) >= goal or process.poll() is not None)
        assert process.poll() is None, "the run ended before it could be killed"
        children = children_of(process.pid)
        process.send_signal(how)
        _, stderr = process.communicate(timeout=30)
        assert not still_alive(children)
    assert "Traceback" not in stderr
    return process.returncode, stderr


def run_to_the_end(config: Path) -> None:
    with started("run", config) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


def committed(settings: dict[str, Any]) -> set[tuple[int, str]]:
    return set(in_store(settings, "select draw, purpose from completions"))


def export_of(settings: dict[str, Any]) -> bytes:
    return Path(settings["exports"][0]["file"]).read_bytes()


@pytest.fixture
def reference(serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path) -> bytes:
    """The export of the same run, left alone."""
    alone = settings(
        serving(Oracle()).base_url,
        target=TARGET,
        store=str(tmp_path / "alone.db"),
        exports=[{"format": "xlam", "file": str(tmp_path / "alone.jsonl")}],
    )
    run_to_the_end(config_file(alone, "alone.yaml"))
    return export_of(alone)


def test_kill_9_again_and_again(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    server = serving(Oracle(delay=0.1))
    chosen = settings(server.base_url, target=TARGET)
    config = config_file(chosen)
    paid: list[tuple[int, set[tuple[int, str]]]] = []
    for requests in (1, 2, 5, 3):
        code, _ = run_until(config, server, requests, signal.SIGKILL)
        assert code == -signal.SIGKILL
        paid.append((len(server.requests), committed(chosen)))
    run_to_the_end(config)

    assert export_of(chosen) == reference
    assert in_store(chosen, "pragma integrity_check") == [("ok",)]
    assert in_store(chosen, "select draw, position, count(*) from candidates group by 1, 2 having count(*) > 1") == []
    assert in_store(chosen, "select idx from draws except select draw from candidates") == []
    assert in_store(chosen, "select draw from candidates except select idx from draws") == []
    assert in_store(chosen, "select id from candidates except select candidate_id from verdicts") == []

    draw_of = dict(in_store(chosen, "select seed, idx from draws"))
    assert paid[-1][1], "nothing was committed before the kills: they came too early to tell anything"
    for seen, answered in paid:
        asked_later = {question(body, draw_of) for body in server.requests[seen:]}
        assert not asked_later & answered


def question(body: Body, draw_of: dict[int, int]) -> tuple[int, str]:
    purpose = purpose_of(body)
    return draw_of.get(body["seed"], -1), "generate" if purpose == "call_first" else purpose


def test_a_kill_after_the_last_draw_costs_nothing(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    """The export is gone and the run's row says `running`: the next session writes both anew without a question."""
    server = serving(Oracle())
    chosen = settings(server.base_url, target=TARGET)
    run_to_the_end(config_file(chosen))
    with closing(sqlite3.connect(chosen["store"])) as db:
        db.execute("update runs set state = 'running', cut = null")
        db.commit()
    Path(chosen["exports"][0]["file"]).unlink()
    asked = len(server.requests)
    run_to_the_end(config_file(chosen))
    assert len(server.requests) == asked
    assert export_of(chosen) == reference
    assert in_store(chosen, "select state from runs") == [("done",)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_is_130_and_goes_on(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, how: signal.Signals
) -> None:
    server = serving(Oracle(delay=0.1))
    chosen = settings(server.base_url, target=TARGET)
    config = config_file(chosen)
    code, stderr = run_until(config, server, 9, how)
    assert code == 130
    assert len(stderr.strip().splitlines()) == 1
    assert "continues" in stderr
    assert in_store(chosen, "select state from runs") == [("stopped",)]
    assert committed(chosen)
    run_to_the_end(config)
    assert export_of(chosen) == reference


def test_a_full_disk_is_an_outage_of_ours_and_goes_on(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    """A limit on the size of files stands in for the disk."""
    chosen = settings(serving(Oracle()).base_url, target=TARGET)
    config = config_file(chosen)
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 200; exec "$@"', "bash", *COMMAND, "run", str(config)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode in (2, 3)
    assert len(done.stderr.strip().splitlines()) == 1
    assert "internal error" not in done.stderr
    assert chosen["store"] in done.stderr
    run_to_the_end(config)
    assert export_of(chosen) == reference


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_code_of_the_library_does_not_outlive_the_command(tmp_path: Path, how: signal.Signals) -> None:
    folder = tmp_path / "sleepy"
    folder.mkdir()
    (folder / "naps.py").write_text(
        'import time\n\n\ndef nap(seconds: int) -> int:\n    """Sleep.\n\n    Args:\n        seconds: How long.\n    """\n'
        "    time.sleep(seconds)\n    return seconds\n",
        encoding="utf-8",
    )
    marker = f"{os.sep}server.py"
    with started("library", "call", "nap", '{"seconds": 600}', "--library", folder) as process:

        def servers() -> set[int]:
            return {pid for pid in children_of(process.pid) if marker in command_line(pid)}

        wait_for(lambda: bool(servers()))
        time.sleep(1.0)  # the folder is described, the call is under way
        napping = children_of(process.pid)
        process.send_signal(how)
        process.communicate(timeout=30)
        left = still_alive(napping, 3.0)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
