"""A run that is killed, at any moment and in any way, loses nothing, doubles nothing and pays for nothing twice."""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apigen.store import open_database
from tests.conftest import COMMAND, ROOT
from tests.servers import Body, ChatServer, Faulty, Oracle, children_of, purpose_of, question_of, still_alive, wait_for

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
TARGET = {"verified": 30}
CHECKERS = ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}, "duplicates"]
KILLED_RUNS, KILLS = 5, 10


@contextmanager
def started(*arguments: object, before: Sequence[str] = ()) -> "Iterator[subprocess.Popen[str]]":
    """Run the command, or another one that is put before it, beside the test; nothing of it may outlive the block."""
    with subprocess.Popen(
        [*before, *COMMAND, *map(str, arguments)],
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


def run_until(
    config: Path, server: ChatServer, requests: int, how: signal.Signals, seconds: float = 0.0
) -> tuple[int, str]:
    """Start a run, and end it so many requests and seconds later; return its exit code and stderr. No process is left behind."""
    goal = len(server.requests) + requests
    with started("run", config) as process:
        wait_for(lambda: len(server.requests) >= goal or process.poll() is not None)
        time.sleep(seconds)
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


MORE_REPLIES_THAN_QUESTIONS = """
select draw, purpose, count(*) from completions join draws on idx = draw group by 1, 2
having count(*) > 1 + (purpose = 'agreement' and style in ('irrelevance', 'missing_parameter'))
"""


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


Question = tuple[int, str, int]
"""The draw, the purpose, and which question of these it is: where no call is right the blind solver is asked twice."""


def committed(settings: dict[str, Any]) -> set[Question]:
    if not Path(settings["store"]).exists():
        return set()
    return set(
        in_store(
            settings,
            "select draw, purpose, row_number() over (partition by draw, purpose order by rowid) from completions",
        )
    )


def export_of(settings: dict[str, Any]) -> bytes:
    return Path(settings["exports"][0]["file"]).read_bytes()


_REFERENCE: list[bytes] = []


@pytest.fixture
def reference(serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path) -> bytes:
    """The export of the same run, left alone; the same in every folder, so it is done once."""
    if not _REFERENCE:
        alone = settings(
            serving(Oracle()).base_url,
            target=TARGET,
            checkers=CHECKERS,
            store=str(tmp_path / "alone.db"),
            exports=[{"format": "xlam", "file": str(tmp_path / "alone.jsonl")}],
        )
        run_to_the_end(config_file(alone, "alone.yaml"))
        _REFERENCE.append(export_of(alone))
        assert _REFERENCE[0].count(b"\n") == TARGET["verified"]
    return _REFERENCE[0]


def run_until_the_end_of(config: Path, seconds: float, done: Callable[[], bool]) -> bool:
    """Start a run, and kill it so long after something is done, if it has not ended by itself; say whether it was killed."""
    with started("run", config) as process:
        wait_for(lambda: done() or process.poll() is not None)
        time.sleep(seconds)
        children = children_of(process.pid)
        process.kill()
        process.communicate(timeout=30)
        assert not still_alive(children)
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(KILLED_RUNS))
def test_kill_9_again_and_again(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, seed: int
) -> None:
    """Ten kills a run, at random moments: so many requests later, and then some milliseconds; while it starts; while it ends."""
    chance = random.Random(seed)
    server = serving(Oracle(delay=0.1))
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS)
    config = config_file(chosen)
    paid: list[tuple[int, set[Question]]] = []
    for kill in range(KILLS - 1):
        if kill == 4:  # anywhere from the interpreter's start to the first replies
            assert run_until_the_end_of(config, chance.uniform(0.0, 0.6), lambda: True)
        else:
            code, _ = run_until(
                config, server, chance.randint(1, 5), signal.SIGKILL, chance.choice((0.0, chance.uniform(0, 0.08)))
            )
            assert code == -signal.SIGKILL
        paid.append((len(server.requests), committed(chosen)))
    # The last one around the end: while the last replies are checked, the run is closed or the export is written.
    enough = 2 * TARGET["verified"]
    run_until_the_end_of(config, chance.uniform(0, 0.1), lambda: len(committed(chosen)) >= enough)
    paid.append((len(server.requests), committed(chosen)))
    run_to_the_end(config)

    assert export_of(chosen) == reference
    assert in_store(chosen, "pragma integrity_check") == [("ok",)]
    assert in_store(chosen, "select draw, position, count(*) from candidates group by 1, 2 having count(*) > 1") == []
    assert in_store(chosen, "select idx from draws except select draw from candidates") == []
    assert in_store(chosen, "select draw from candidates except select idx from draws") == []
    assert in_store(chosen, "select id from candidates except select candidate_id from verdicts") == []
    assert in_store(chosen, MORE_REPLIES_THAN_QUESTIONS) == []
    replies = in_store(chosen, "select count(*), sum(prompt_tokens), sum(completion_tokens) from completions")
    assert in_store(chosen, "select sum(replies), sum(prompt_tokens), sum(completion_tokens) from costs") == replies

    draw_of = dict(in_store(chosen, "select seed, idx from draws"))
    assert paid[-2][1], "nothing was committed before the kills: they came too early to tell anything"
    asked = questions(server.requests, draw_of)
    for seen, answered in paid:
        asked_later = set(asked[seen:])
        assert not asked_later & answered


def questions(bodies: Sequence[Body], draw_of: dict[int, int]) -> list[Question]:
    """Return which question each request is; one that comes again keeps its number."""
    known: dict[tuple[int, str], dict[str, int]] = {}
    found = []
    for body in bodies:
        purpose = "generate" if purpose_of(body) == "call_first" else purpose_of(body)
        one = draw_of.get(body["seed"], -1), purpose
        numbers = known.setdefault(one, {})
        found.append((*one, numbers.setdefault(question_of(body), len(numbers) + 1)))
    return found


def test_a_final_answer_is_paid_for_once(serving: Serving, settings: Settings, config_file: ConfigFile) -> None:
    server = serving(Oracle(delay=0.05))
    chosen = settings(server.base_url, target={"verified": 12}, final_answers={"llm": "writer"})
    config = config_file(chosen)
    paid: list[tuple[int, set[Question]]] = []
    for requests in (7, 5):
        run_until(config, server, requests, signal.SIGKILL)
        paid.append((len(server.requests), committed(chosen)))
    assert run_until_the_end_of(config, 0, lambda: "final" in {purpose for _, purpose, _ in committed(chosen)})
    paid.append((len(server.requests), committed(chosen)))
    run_to_the_end(config)
    asked = questions(server.requests, dict(in_store(chosen, "select seed, idx from draws")))
    assert not any(set(asked[seen:]) & answered for seen, answered in paid)
    assert in_store(chosen, "select count(*) from candidates where calls != '[]' and final = ''") == [(0,)]


def test_a_kill_after_the_last_draw_costs_nothing(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    """The export is gone and the run's row says `running`: the next session writes both anew without a question."""
    server = serving(Oracle())
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS)
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


# --- asked to stop


INTERRUPTED = "apigen: interrupted; what is done is kept, the same command continues\n"
AT_ONCE = 4
"""The draws that the settings of these tests have in flight."""
PROMPT = 9
"""So many replies come at once before the slow ones."""


def slow_after_nine(seconds: float) -> Faulty:
    """A model that takes a while for the replies that are under way together after the first nine."""
    return Faulty(lambda number, right: replace(right, delay=seconds if PROMPT < number <= PROMPT + AT_ONCE else 0.0))


def check_continues(server: ChatServer, settings: dict[str, Any], config: Path, reference: bytes) -> None:
    """Let the same command finish the run: what was committed is not asked for again, and the export is the usual one."""
    before, seen = committed(settings), len(server.requests)
    server.behave = Oracle()
    for body in server.requests:
        if purpose_of(body) == "call_first":
            server.behave(body)  # a new oracle, that has to know what the old one said
    run_to_the_end(config)
    assert export_of(settings) == reference
    draw_of = dict(in_store(settings, "select seed, idx from draws"))
    assert not set(questions(server.requests, draw_of)[seen:]) & before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_lets_what_is_in_flight_end(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, how: signal.Signals
) -> None:
    """No draw is begun after the signal; those in flight are finished, and every reply that came is written down."""
    server = serving(slow_after_nine(1.5))
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS, concurrency=AT_ONCE)
    config = config_file(chosen)
    with started("run", config) as process:
        wait_for(lambda: len(server.requests) >= PROMPT + AT_ONCE)
        begun = {body["seed"] for body in server.requests}
        children = children_of(process.pid)
        process.send_signal(how)
        read_until(process, "stopping: waiting up to 5 s for what is in flight; once more stops at once")
        assert len(server.requests) == PROMPT + AT_ONCE, "the signal was heard too late for this test to tell anything"
        _, stderr = process.communicate(timeout=30)
        assert not still_alive(children)
    assert (process.returncode, stderr) == (130, INTERRUPTED)
    assert in_store(chosen, "select state from runs") == [("stopped",)]
    assert {seed for (seed,) in in_store(chosen, "select seed from draws")} == begun
    assert {body["seed"] for body in server.requests} == begun
    ((questions,),) = in_store(chosen, "select sum(2 + (style in ('irrelevance', 'missing_parameter'))) from draws")
    assert len(committed(chosen)) == len(server.answered) == len(server.requests) == questions
    check_continues(server, chosen, config, reference)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, how: signal.Signals
) -> None:
    server = serving(slow_after_nine(30))
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS, concurrency=AT_ONCE)
    config = config_file(chosen)
    with started("run", config) as process:
        wait_for(lambda: len(server.requests) >= PROMPT + AT_ONCE)
        children = children_of(process.pid)
        process.send_signal(how)
        read_until(process, "once more stops at once")
        start = time.monotonic()
        process.send_signal(how)
        _, stderr = process.communicate(timeout=30)
        assert (
            time.monotonic() - start < 4
        )  # half a second, where nothing else is to be done; one signal would take five
        assert not still_alive(children, 1.0)
    assert (process.returncode, stderr) == (130, INTERRUPTED)
    assert in_store(chosen, "select state from runs") == [("stopped",)]
    assert len(committed(chosen)) == PROMPT
    check_continues(server, chosen, config, reference)


def test_what_takes_too_long_is_dropped_after_a_while(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    """One signal, and replies that would take half a minute: it ends after the five seconds that were said."""
    server = serving(slow_after_nine(30))
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS, concurrency=AT_ONCE)
    config = config_file(chosen)
    with started("run", config) as process:
        wait_for(lambda: len(server.requests) >= PROMPT + AT_ONCE)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        assert 4.5 < time.monotonic() - start < 8
    assert (process.returncode, stderr) == (130, INTERRUPTED)
    assert len(committed(chosen)) == PROMPT
    check_continues(server, chosen, config, reference)


# --- a disk that is full


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """Read a run's lines up to one that holds a text."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"the run ended without a line of {text!r}")


WAITS = "waiting, nothing is lost"


@pytest.fixture
def small_files(tmp_path: Path) -> list[str]:
    """What is put before a command whose files may be a little larger than an empty store's."""
    empty = tmp_path / "empty.db"
    with closing(open_database(empty, create=True)):
        kilobytes = max(file.stat().st_size for file in tmp_path.glob("empty.db*")) // 1024 + 64
    return ["bash", "-c", f'ulimit -S -f {kilobytes}; exec "$@"', "bash"]


def test_files_that_may_not_grow_pause_the_run(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, small_files: list[str]
) -> None:
    """A limit on the size of files; it is lifted while the run waits."""
    server = serving(Oracle())
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS)
    config = config_file(chosen)

    with started("run", config, before=small_files) as process:
        line = read_until(process, WAITS)
        assert f"{chosen['store']}: cannot be written (" in line
        time.sleep(1.5)
        assert process.poll() is None
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        read_until(process, f"{chosen['store']}: can be written again")
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    assert export_of(chosen) == reference
    asked = [question_of(body) for body in server.requests]
    assert len(asked) == len(set(asked))
    assert in_store(chosen, "pragma integrity_check") == [("ok",)]


UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
FULL = """
set -e
mount -t tmpfs -o size={kb}k tmpfs {disk}
cp {library}/*.py {disk}/
head -c {ballast} /dev/zero > {disk}/ballast
set +e
"$@"
code=$?
cp {disk}/run.db* {kept}/
exit $code
"""


def may_mount(folder: Path) -> bool:
    """Say whether this machine lets us mount a small disk of our own."""
    try:
        tried = subprocess.run(
            [*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, timeout=10
        )
    except OSError:
        return False
    return tried.returncode == 0


def test_a_full_disk_pauses_the_run(
    serving: Serving, settings: Settings, config_file: ConfigFile, library: Path, reference: bytes, tmp_path: Path
) -> None:
    """A real disk of 4 MB, nearly full; room is made while the run waits."""
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    if not may_mount(disk):
        pytest.skip("may not mount a disk here; see the test above")
    server = serving(Oracle())
    chosen = settings(server.base_url, target={"draws": TARGET["verified"]}, checkers=CHECKERS) | {
        "store": str(disk / "run.db")
    }
    script = FULL.format(kb=4096, disk=disk, library=library, ballast=(4096 - 480) * 1024, kept=kept)
    with started("run", config_file(chosen), before=[*UNSHARE, "sh", "-c", script, "sh"]) as process:
        line = read_until(process, WAITS)
        assert f"{chosen['store']}: cannot be written (" in line
        assert "full" in line
        time.sleep(1.5)
        assert process.poll() is None
        Path(f"/proc/{process.pid}/root{disk}/ballast").unlink()
        read_until(process, f"{chosen['store']}: can be written again")
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    copy = chosen | {"store": str(kept / "run.db")}
    ((verified,),) = in_store(copy, "select count(*) from candidates where status = 'verified'")
    assert 0 < verified <= TARGET["verified"]  # of as many draws, some of which are duplicates
    assert export_of(chosen) == b"".join(reference.splitlines(keepends=True)[:verified])
    asked = [question_of(body) for body in server.requests]
    assert len(asked) == len(set(asked))
    assert in_store(copy, "pragma integrity_check") == [("ok",)]
    assert len(committed(copy)) == in_store(copy, "select count(*) from completions")[0][0] == len(asked)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_run_that_waits_for_the_disk_can_be_stopped(
    serving: Serving,
    settings: Settings,
    config_file: ConfigFile,
    reference: bytes,
    small_files: list[str],
    signals: int,
) -> None:
    """Ctrl-C must not wait for a disk that stays full: what is in memory only is asked for again, nothing else is lost."""
    server = serving(Oracle())
    chosen = settings(server.base_url, target=TARGET, checkers=CHECKERS)
    config = config_file(chosen)

    with started("run", config, before=small_files) as process:
        read_until(process, WAITS)
        process.send_signal(signal.SIGINT)
        if signals == 2:
            read_until(process, "once more stops at once")
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=3 if signals == 2 else 9)
    assert process.returncode == 130
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
