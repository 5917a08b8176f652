"""The sandbox with real processes: every way a call can end is a result, and none harms us."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from apigen.config import SandboxConfig, load_config
from apigen.errors import ConfigError, SandboxError
from apigen.records import CallResult
from apigen.sandbox import Invocation, Sandbox, fork_server, open_sandbox
from apigen.sandbox.fork_server import ENVIRONMENT
from apigen.sandbox.frames import MAX_DEPTH, Reply, parse_reply
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import best_tier, bubblewrap_problem, readable_paths
from tests.servers import children_of, still_alive

CODE = """
import json, os, subprocess, sys, time

def echo(value=None): return value
def boom(): raise ValueError("too\\nbad ü")
def empty_error(): raise RuntimeError
def unprintable():
    class Odd(Exception):
        def __str__(self): raise TypeError("no text")
    raise Odd
def forever():
    while True: pass
def asleep(): time.sleep(60)
def hog():
    kept = []
    while True: kept.append(bytearray(10_000_000))
def leave(): sys.exit(3)
def leave_at_once(): os._exit(0)
def suicide(): os.kill(os.getpid(), 9)
def segfault(): os.kill(os.getpid(), 11)
def interrupt(): raise KeyboardInterrupt
def chatty():
    print("x" * 100_000)
    os.write(1, b"{}")
    os.write(2, b"{}")
    return 1
def large(size): return "x" * size
def deep(depth):
    value = []
    for _ in range(depth): value = [value]
    return value
def cycle():
    value = []
    value.append(value)
    return value
def cyclic_dict():
    value = {}
    value["a"] = value
    return value
def odd(kind):
    import datetime, decimal
    class Text(str): pass
    class Number(float):
        def __repr__(self): return "1e9999"
    return {
        "nan": float("nan"), "inf": [float("inf")], "tuple": (1, 2), "set": {1}, "bytes": b"x", "int_keys": {1: 2},
        "none_keys": {None: 2}, "date": datetime.date(2024, 1, 1), "decimal": decimal.Decimal(1), "complex": 1j,
        "object": object(), "function": odd, "generator": (x for x in []), "nested": {"a": [{"b": (1,)}]},
        "text": Text("x"), "number": Number(1.0),
    }[kind]
def huge(digits): return 10 ** digits
def half(): return {"a": "x\\ud800y", "\\udc00": 1}
def half_error(): raise ValueError("x\\ud800y")
def environment(): return dict(os.environ)
def descriptors():
    found = []
    for number in range(300):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found
def writes(path):
    with open(path, "w") as file: file.write("x" * 10_000)
def forks():
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    return child
def spawns():
    return subprocess.Popen(["sleep", "60"]).pid
def remembers(value, _seen=[]):
    _seen.append(value)
    return list(_seen)
def session(): return [os.getpid(), os.getsid(0), os.getcwd()]
def plus(x: int, y: int = 2) -> int: return x + y
def limits():
    import resource
    names = ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_AS")
    return {name: list(resource.getrlimit(getattr(resource, name))) for name in names}
def modules(): return sorted(sys.modules)
def patches():
    json.dumps = None
    return 1
def stdin(): return sys.stdin.read()
def rolls():
    import random, secrets, uuid
    return [random.random(), random.gauss(0, 1), secrets.token_hex(8), str(uuid.uuid4()), os.urandom(4).hex()]
def clocks():
    import datetime
    return [time.time(), time.time_ns(), str(datetime.datetime.now()), str(datetime.date.today()), time.strftime("%H:%M"),
            str(datetime.datetime.now(datetime.UTC)), time.clock_gettime(time.CLOCK_REALTIME)]
def elapsed():
    start = time.perf_counter(), time.monotonic()
    time.sleep(0.02)
    return time.perf_counter() > start[0] and time.monotonic() > start[1]
def scratch(size):
    import tempfile
    before = os.listdir(tempfile.gettempdir())
    with open(os.path.join(tempfile.mkdtemp(), "kept"), "wb") as file: file.write(b"x" * size)
    return before
def litters(count):
    import tempfile
    for number in range(count): open(os.path.join(tempfile.gettempdir(), str(number)), "w").close()
    return len(os.listdir(tempfile.gettempdir()))
"""

Ask = Callable[..., CallResult]
T = TypeVar("T")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sandboxed") / "ways"
    folder.mkdir()
    (folder / "ways.py").write_text(CODE, encoding="utf-8")
    return folder


def run(folder: Path, *calls: tuple[str, dict[str, Any]], **limits: Any) -> tuple[CallResult, ...]:
    invocations = [Invocation("ways", name, arguments) for name, arguments in calls]
    return using(folder, lambda sandbox: sandbox.run(invocations), **limits)


def using(folder: Path, do: Callable[[Sandbox], Coroutine[Any, Any, T]], **limits: Any) -> T:
    """Do something with a sandbox, and close it."""

    async def work() -> T:
        sandbox = open_sandbox(folder, SandboxConfig(**limits))
        try:
            return await do(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(work())


@pytest.fixture
def ask(folder: Path) -> Ask:
    def ask(function: str, limits: dict[str, Any] | None = None, /, **arguments: Any) -> CallResult:
        (result,) = run(folder, (function, arguments), **(limits or {}))
        return result

    return ask


def error_of(result: CallResult) -> tuple[str, str]:
    assert result.error is not None, result.value
    return result.error.kind, result.error.message


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -7, 2**63, 10**300, 1.5, -0.0, 1e-300, "", "ünï 😀 \x00 \u2028 \"'\\", [], {}, [[], {}],
     {"a": [1, {"b": None}], "": ""}],
)  # fmt: skip
def test_json_values_come_back_as_they_went(ask: Ask, value: Any) -> None:
    result = ask("echo", value=value)
    assert result.ok
    assert result.value == value
    assert type(result.value) is type(value)
    assert result.seconds > 0


def test_no_calls_start_no_process(folder: Path) -> None:
    assert run(folder) == ()


def test_calls_of_a_candidate_share_a_process_and_candidates_do_not(folder: Path) -> None:
    calls = [("remembers", {"value": 1}), ("remembers", {"value": 2})]
    assert [result.value for result in run(folder, *calls)] == [[1], [1, 2]]
    assert [result.value for result in run(folder, *calls)] == [[1], [1, 2]]


def test_an_exception_is_a_result_and_the_next_call_runs(folder: Path) -> None:
    results = run(
        folder, ("boom", {}), ("echo", {"value": 1}), ("empty_error", {}), ("leave", {}), ("echo", {"value": 2})
    )
    assert error_of(results[0]) == ("exception", "ValueError: too\nbad ü")
    assert error_of(results[2])[0] == "exception"
    assert "RuntimeError" in error_of(results[2])[1]
    assert error_of(results[3]) == ("exception", "SystemExit: 3")
    assert (results[1].value, results[4].value) == (1, 2)


@pytest.mark.parametrize("function", ["unprintable", "interrupt"])
def test_even_odd_exceptions_are_results(ask: Ask, function: str) -> None:
    assert error_of(ask(function))[0] in ("exception", "no_result")


@pytest.mark.parametrize(
    ("arguments", "words"), [({}, "missing"), ({"x": 1, "z": 2}, "unexpected"), ({"x": "a"}, "TypeError")]
)
def test_wrong_arguments_are_an_exception(ask: Ask, arguments: dict[str, Any], words: str) -> None:
    kind, message = error_of(ask("plus", **arguments))
    assert kind == "exception"
    assert words in message


def test_an_unknown_function_or_module_is_an_exception(folder: Path) -> None:
    calls = [Invocation("ways", "nothing", {}), Invocation("nowhere", "x", {})]
    results = using(folder, lambda sandbox: sandbox.run(calls))
    assert [error_of(result)[0] for result in results] == ["exception", "exception"]


def test_a_loop_without_end_is_a_timeout(ask: Ask) -> None:
    assert error_of(ask("forever", {"seconds": 0.5}))[0] == "timeout"


def test_a_sleep_without_end_is_a_timeout(ask: Ask) -> None:
    assert error_of(ask("asleep", {"seconds": 0.2}))[0] == "timeout"


def test_a_memory_hog_is_stopped(ask: Ask) -> None:
    assert error_of(ask("hog", {"memory_mb": 128}))[0] in ("memory", "killed")


def test_leaving_at_once_is_no_result_for_all_calls(folder: Path) -> None:
    results = run(folder, ("echo", {"value": 1}), ("leave_at_once", {}), ("echo", {"value": 2}))
    assert {error_of(result)[0] for result in results} == {"no_result"}


def test_a_crash_is_killed(ask: Ask) -> None:
    assert error_of(ask("segfault")) == ("killed", "the process died of SIGSEGV")
    assert error_of(ask("suicide"))[0] in ("killed", "timeout")


def test_what_is_printed_disturbs_nothing(ask: Ask) -> None:
    assert ask("chatty").value == 1


def test_a_result_that_is_too_large(folder: Path, ask: Ask) -> None:
    assert ask("large", {"output_kb": 1}, size=900).ok
    assert error_of(ask("large", {"output_kb": 1}, size=1100))[0] == "too_large"
    assert error_of(ask("large", {"output_kb": 1}, size=50_000_000))[0] == "too_large"
    # The cap holds for all results of a candidate together; one that does not fit takes nothing from the others.
    results = run(folder, *(("large", {"size": 700}),) * 2, output_kb=1)
    assert results[0].ok
    assert error_of(results[1])[0] == "too_large"


@pytest.mark.parametrize(
    "kind",
    ["nan", "inf", "tuple", "set", "bytes", "int_keys", "none_keys", "date", "decimal", "complex", "object", "function",
     "generator", "nested", "text", "number"],
)  # fmt: skip
def test_values_that_are_no_json(ask: Ask, kind: str) -> None:
    assert error_of(ask("odd", kind=kind))[0] == "not_json"


@pytest.mark.parametrize("function", ["cycle", "cyclic_dict"])
def test_a_cycle_is_no_json(ask: Ask, function: str) -> None:
    assert error_of(ask(function))[0] == "not_json"


def test_deep_values_are_no_json(ask: Ask) -> None:
    assert ask("deep", depth=50).ok
    assert error_of(ask("deep", depth=1000))[0] == "not_json"
    assert error_of(ask("deep", depth=200_000))[0] == "not_json"


def test_huge_integers(ask: Ask) -> None:
    assert ask("huge", digits=4000).value == 10**4000
    assert error_of(ask("huge", digits=5000))[0] == "not_json"


def test_half_a_character_never_comes_out(ask: Ask) -> None:
    """Half a surrogate pair is a legal Python string that no file, terminal or database takes."""
    for result in (ask("half"), ask("half_error")):
        repr((result.value, result.error)).encode()
        texts = [result.error.message] if result.error else [*result.value, result.value["a"]]
        for text in texts:
            text.encode()


def test_the_environment_is_empty(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("PYTHONPATH", "/nonsense")
    assert set(ask("environment").value) <= {*ENVIRONMENT, "LC_CTYPE"}


def test_no_descriptor_is_inherited_but_the_pipe(ask: Ask, tmp_path: Path) -> None:
    before = ask("descriptors").value
    assert before == [0, 1, 2, 3]  # the three standard ones, and the pipe for the reply
    files = [(tmp_path / str(number)).open("w") for number in range(5)]
    for file in files:
        os.set_inheritable(file.fileno(), True)
    after = ask("descriptors").value
    for file in files:
        file.close()
    assert before == after


def test_no_file_can_be_filled(ask: Ask, tmp_path: Path) -> None:
    kind, message = error_of(ask("writes", path=str(tmp_path / "x")))
    assert kind == "exception"
    assert "Error" in message
    assert not (tmp_path / "x").exists()


def test_nothing_is_written_beside_the_library(ask: Ask, folder: Path) -> None:
    assert ask("echo", value=1).ok
    assert [path.name for path in folder.iterdir()] == ["ways.py"]


def test_the_limits_hold_inside(ask: Ask) -> None:
    found = ask("limits", {"memory_mb": 300}).value
    assert found["RLIMIT_FSIZE"] == found["RLIMIT_CORE"] == [0, 0]
    assert found["RLIMIT_NOFILE"] == [64, 64]
    assert found["RLIMIT_AS"] == [300 * 2**20] * 2


@pytest.mark.parametrize("act", ["spawns", "forks"])
def test_no_process_can_be_started(ask: Ask, act: str) -> None:
    assert error_of(ask(act)) == ("exception", "PermissionError: [Errno 1] Operation not permitted")


def test_a_session_of_its_own_and_no_folder_of_ours(ask: Ask) -> None:
    pid, session, folder = ask("session").value
    assert session != os.getsid(0)
    assert pid not in (os.getpid(), session)
    assert folder == "/"


def test_the_library_cannot_break_the_reply_by_accident(folder: Path) -> None:
    results = run(folder, ("patches", {}), ("echo", {"value": 1}))
    assert len(results) == 2
    assert all(result.ok or result.error for result in results)


def test_there_is_no_more_to_read(ask: Ask) -> None:
    result = ask("stdin")
    assert result.value == "" or not result.ok


def test_apigen_is_not_in_there(ask: Ask) -> None:
    assert not [
        name for name in ask("modules").value if name.split(".")[0] in ("apigen", "pydantic", "openai", "typer")
    ]


def test_many_at_once(folder: Path) -> None:
    async def work(sandbox: Sandbox) -> list[tuple[CallResult, ...]]:
        jobs = [[Invocation("ways", "echo", {"value": number})] for number in range(12)]
        return await asyncio.gather(*(sandbox.run(job) for job in jobs))

    assert [results[0].value for results in using(folder, work)] == list(range(12))


def test_descriptors_of_ours_are_given_back(folder: Path) -> None:
    run(folder, ("echo", {"value": 1}))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        run(folder, ("boom", {}), ("leave_at_once", {}))
        run(folder, ("large", {"size": 5_000_000}), output_kb=1)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_cancelled_run_leaves_no_process(folder: Path) -> None:
    from tests.servers import children_of

    async def work() -> set[int]:
        sandbox = open_sandbox(folder, SandboxConfig())
        task = asyncio.ensure_future(sandbox.run([Invocation("ways", "asleep", {})]))
        while not (children := children_of(os.getpid())):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return children

    assert not still_alive(asyncio.run(work()))


@pytest.mark.parametrize(
    "name", ["my-lib", "json", "2nd", "class", "lib with spaces", "ünï", "pydantic", "describe", "worker"]
)
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    (folder / "inner").mkdir(parents=True)
    (folder / "_shared.py").write_text("FACTOR = 3\n", encoding="utf-8")
    (folder / "json.py").write_text('"""Not the real json."""\nMINE = True\n', encoding="utf-8")
    (folder / "inner" / "sums.py").write_text(
        "from __future__ import annotations\n\nimport datetime\nimport json\n\n"
        "from .._shared import FACTOR\nfrom .. import _shared\n\n\n"
        'def triple(number: int, day: datetime.date) -> str:\n    """Triple.\n\n    Args:\n        number: A number.\n'
        '        day: A day.\n    """\n    return json.dumps([number * FACTOR, day.year, _shared.FACTOR])\n',
        encoding="utf-8",
    )
    described = using(folder, lambda sandbox: sandbox.describe())
    assert described["problems"] == []
    assert [(api["name"], api["module"], api["file"]) for api in described["apis"]] == [
        ("triple", "inner.sums", "inner/sums.py")
    ]
    call = Invocation("inner.sums", "triple", {"number": 2, "day": "2024-05-06"})
    (result,) = using(folder, lambda sandbox: sandbox.run([call]))
    assert result.error is None
    assert result.value == "[6, 2024, 3]"


@pytest.mark.parametrize(
    "code",
    ["import os\nos._exit(0)\n", "while True: pass\n", "import os\nos.kill(os.getpid(), 9)\n",
     "import os\nos.write(3, b'[]')\nos._exit(0)\n"],
    ids=["exit", "forever", "kill", "forged"],
)  # fmt: skip
def test_a_file_that_brings_its_process_down_is_named_and_the_others_are_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("apigen.sandbox.launcher.DESCRIBE", SandboxConfig(seconds=1, memory_mb=2048))
    folder = tmp_path / "rude"
    folder.mkdir()
    (folder / "rude.py").write_text(code, encoding="utf-8")
    (folder / "polite.py").write_text(
        'def echo(value: int) -> int:\n    """Echo."""\n    return value\n', encoding="utf-8"
    )
    described = using(folder, lambda sandbox: sandbox.describe())
    assert [api["name"] for api in described["apis"]] == ["echo"]
    assert [(problem["file"], problem["function"]) for problem in described["problems"]] == [("rude.py", "")]
    assert described["problems"][0]["problem"].startswith("importing or describing it fails: ")


def test_nothing_of_the_library_is_imported_here(folder: Path, ask: Ask) -> None:
    assert ask("echo", value=1).ok
    assert not [name for name in sys.modules if name.split(".")[0] == "ways"]


def test_a_sandbox_that_does_not_hold_runs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: without the call's own filter, a child can do what the fork server can; apigen must notice and refuse."""
    weak = folder.parent / "weak"
    if not weak.exists():
        shutil.copytree(fork_server.SERVER.parent, weak)
        filters = weak / "filters.py"
        filters.write_text(filters.read_text("utf-8").replace("def call_filter(", "def unused_filter(") + WEAK, "utf-8")
    monkeypatch.setattr(fork_server, "SERVER", weak / "server.py")
    monkeypatch.setattr(
        "apigen.sandbox.fork_server.readable_paths", lambda library: [*readable_paths(library), str(weak)]
    )
    with pytest.raises(SandboxError, match=r"start a process \(seccomp\)"):
        asyncio.run(
            ForkServerSandbox(folder, SandboxConfig(), "landlock", 1, datetime.now(UTC)).run(
                [Invocation("ways", "echo", {})]
            )
        )


WEAK = """

def call_filter(machine: str = "") -> bytes:
    return server_filter(machine)
"""


def test_without_a_sandbox_only_by_hand(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("sandbox: {unsafe: true}\nstore: a.db\nlibrary: [{source: python, path: .}]\n", encoding="utf-8")
    config.write_text(
        config.read_text("utf-8") + "llms: {writer: {backend: local}}\ntarget: {draws: 1}\ncheckers: [format]\n",
        "utf-8",
    )
    with pytest.raises(ConfigError, match=r"sandbox\.unsafe.*--unsafe-no-sandbox"):
        load_config(config)
    (result,) = run(folder, ("spawns", {}), unsafe=True)
    assert result.ok  # nothing holds it back: that is what the option says
    os.kill(result.value, signal.SIGKILL)
    assert using(folder, name_of_tier, unsafe=True) == "none"


async def name_of_tier(sandbox: Sandbox) -> str:
    return sandbox.tier


def test_a_machine_without_landlock_is_refused_with_the_mend(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.sandbox.policy.landlock_version", lambda: 0)
    best_tier.cache_clear()
    try:
        with pytest.raises(SandboxError, match=r"no Landlock.*--unsafe-no-sandbox"):
            open_sandbox(folder, SandboxConfig())
    finally:
        best_tier.cache_clear()


def test_without_bubblewrap_the_weaker_tier_is_chosen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.sandbox.tiers.bubblewrap_problem", lambda: "bubblewrap is not installed")
    best_tier.cache_clear()
    try:
        assert open_sandbox(folder, SandboxConfig()).tier == "landlock"
        assert run(folder, ("echo", {"value": 1}))[0].value == 1
    finally:
        best_tier.cache_clear()


CLOCK = datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC)


def test_the_clock_stands_still_where_it_is_told_to(folder: Path) -> None:
    async def work() -> list[CallResult]:
        sandbox = open_sandbox(folder, SandboxConfig(), CLOCK)
        try:
            return [(await sandbox.run([Invocation("ways", name, {})]))[0] for name in ("clocks", "clocks", "elapsed")]
        finally:
            await sandbox.close()

    first, second, elapsed = asyncio.run(work())
    stamp = CLOCK.timestamp()
    moment = "2024-02-29 23:59:58"
    expected = [stamp, int(stamp * 1e9), moment, "2024-02-29", "23:59", f"{moment}+00:00", stamp]
    assert first.value == second.value == expected
    assert elapsed.value is True  # what measures how long something took goes on


def test_entropy_comes_from_the_seed(folder: Path) -> None:
    def rolled(seed: int) -> list[Any]:
        (result,) = using(folder, lambda sandbox: sandbox.run([Invocation("ways", "rolls", {})], seed=seed))
        assert result.error is None
        return list(result.value)

    assert rolled(1) == rolled(1)
    assert all(one != other for one, other in zip(rolled(1), rolled(2), strict=True))


@pytest.mark.skipif(bubblewrap_problem() is not None, reason=f"scratch needs bubblewrap: {bubblewrap_problem()}")
def test_a_scratch_folder_is_bounded_and_each_candidate_finds_it_empty(folder: Path) -> None:
    async def work(sandbox: Sandbox) -> list[CallResult]:
        sizes = [100_000, 100_000, 3_000_000, 100]
        results = [(await sandbox.run([Invocation("ways", "scratch", {"size": size})]))[0] for size in sizes]
        # So many files are not cleaned up: the server goes, and the folder with it.
        results += await sandbox.run([Invocation("ways", "litters", {"count": 2_000})])
        results += await sandbox.run([Invocation("ways", "litters", {"count": 1})])
        return results

    first, second, large, after, many, fresh = using(folder, work, scratch_mb=2)
    assert first.value == second.value == after.value == []
    assert error_of(large)[0] == "exception"
    assert (many.value, fresh.value) == (2_000, 1)


def test_without_a_scratch_folder_nothing_can_be_written(ask: Ask) -> None:
    assert error_of(ask("scratch", size=1))[0] == "exception"


def test_without_bubblewrap_a_scratch_folder_is_refused_with_the_mend(folder: Path) -> None:
    async def work() -> None:
        limits = SandboxConfig(scratch_mb=1)
        sandbox = ForkServerSandbox(folder, limits, "landlock", 1, CLOCK)
        await sandbox.run([Invocation("ways", "echo", {})])

    with pytest.raises(SandboxError, match=r"scratch_mb.*bubblewrap"):
        asyncio.run(work())


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "wedged"])
def test_a_dead_or_wedged_server_is_replaced_in_time_and_no_other_call_is_affected(
    folder: Path, end: signal.Signals
) -> None:
    """The call in flight on it is a typed error; the one beside it and those after it are right."""

    async def work(sandbox: Sandbox) -> None:
        echo, asleep = Invocation("ways", "echo", {"value": 1}), Invocation("ways", "asleep", {})
        await sandbox.run([echo])
        (server,) = sandbox._idle  # type: ignore[attr-defined]
        hit = asyncio.ensure_future(sandbox.run([asleep]))
        await asyncio.sleep(0.1)
        beside = asyncio.ensure_future(sandbox.run([echo]))
        for process in [*children_of(server.pid), server.pid]:
            with contextlib.suppress(ProcessLookupError):  # on a slow machine its time is up already
                os.kill(process, end)
        start = asyncio.get_running_loop().time()
        (failed,) = await hit
        assert error_of(failed)[0] in ("no_result", "timeout")
        assert (await beside)[0].value == 1
        assert (await sandbox.run([echo]))[0].value == 1
        assert asyncio.get_running_loop().time() - start < 0.5 + 2 + 1  # its own seconds, the limit, and a slow machine

    using(folder, work, seconds=0.5)


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.003, 0.01, 0.03, 0.06, 0.1])
def test_a_start_that_is_broken_off_leaves_nothing_and_does_not_hang(folder: Path, delay: float) -> None:
    """The event loop ends while a server comes up."""
    before = set(children_of(os.getpid()))

    async def work() -> None:
        sandbox = open_sandbox(folder, SandboxConfig())
        tasks = [asyncio.ensure_future(sandbox.run([Invocation("ways", "echo", {"value": 1})])) for _ in range(2)]
        await asyncio.sleep(delay)
        assert len(tasks) == 2
        await sandbox.close()

    asyncio.run(asyncio.wait_for(work(), 20))
    assert set(children_of(os.getpid())) <= before


def test_where_a_process_has_no_descriptor_its_end_is_seen_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As elsewhere than on Linux, with --unsafe-no-sandbox."""
    monkeypatch.delattr("os.pidfd_open")
    before = set(children_of(os.getpid()))

    async def work(sandbox: Sandbox) -> None:
        echo = Invocation("ways", "echo", {"value": 1})
        assert (await sandbox.run([echo]))[0].value == 1
        (server,) = sandbox._idle  # type: ignore[attr-defined]
        os.kill(server.pid, signal.SIGKILL)
        while server.usable:
            await asyncio.sleep(0.01)
        assert (await sandbox.run([echo]))[0].value == 1

    using(folder, work, unsafe=True)
    using(folder, work)
    assert set(children_of(os.getpid())) <= before


def test_a_server_that_died_idle_costs_no_call(folder: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        echo = Invocation("ways", "echo", {"value": 1})
        await sandbox.run([echo])
        (server,) = sandbox._idle  # type: ignore[attr-defined]
        os.kill(server.pid, signal.SIGKILL)
        while server.usable:
            await asyncio.sleep(0.01)
        assert (await sandbox.run([echo]))[0].value == 1

    using(folder, work)


def test_libraries_that_import_numpy_and_pandas_work(tmp_path: Path) -> None:
    (tmp_path / "frames.py").write_text(
        "import numpy as np\nimport pandas as pd\n\n"
        "def mean(values: list[float]) -> float:\n    return float(np.mean(values))\n"
        "def rolled() -> list[float]:\n    return np.random.random(3).tolist()\n"
        "def total(rows: list[dict]) -> dict:\n"
        "    frame = pd.DataFrame(rows).groupby('kind')['price'].sum()\n"
        "    return {str(kind): float(price) for kind, price in frame.items()}\n"
        "def solve() -> float:\n    return float(np.linalg.inv(np.eye(64) * 2)[0, 0])\n",
        encoding="utf-8",
    )
    rows = [{"kind": "a", "price": 1.5}, {"kind": "b", "price": 2}, {"kind": "a", "price": 1}]
    calls = [
        Invocation("frames", "mean", {"values": [1, 2, 6]}),
        Invocation("frames", "total", {"rows": rows}),
        Invocation("frames", "solve", {}),
        Invocation("frames", "rolled", {}),
    ]

    def outcome() -> list[Any]:
        return [result.value for result in using(tmp_path, lambda sandbox: sandbox.run(calls, seed=3), memory_mb=1024)]

    assert outcome()[:3] == [3.0, {"a": 2.5, "b": 2.0}, 0.5]
    assert outcome() == outcome()


def test_frames_that_are_no_json_are_refused() -> None:
    for raw in (b'C.{"a": NaN}', b"C.1e999", b"C.[-Infinity]", b'C."\\ud800"', b"C.\xff", b"C.", b"C." + b"[" * 5_000):
        assert parse_reply(raw).frame is None
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse_reply(b"C." + deep).frame is not None
    assert parse_reply(b"C.[" + deep + b"]").frame is None
    wide = b"[" + b",".join([b"[]"] * 500) + b"]"
    assert parse_reply(b"S!" + wide) == Reply(True, True, [[]] * 500)
    with pytest.raises(ValueError, match="head"):
        parse_reply(b"C")
