"""Many machines: the same bytes as on one, whichever worker or node dies meanwhile, and no committed reply asked for twice."""

import asyncio
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig
from apigen.engines.ray_cluster import Cluster, share, tightest
from apigen.engines.ray_worker import (
    Drop,
    Ended,
    Event,
    Failure,
    Job,
    Reply,
    Spent,
    Take,
    Worker,
    Written,
    hash_of_prompts,
)
from apigen.errors import BudgetSpent, ConfigError, EndpointBusy, LibraryError, UnusableReply
from apigen.options import parse_options
from apigen.store.writer import request_key
from apigen.work import Plan, Work
from tests.conftest import COMMAND, ROOT
from tests.makers import wait_for as finish
from tests.servers import Body, ChatServer, Oracle, children_of, closed_port, purpose_of, still_alive, wait_for

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
TARGET = {"verified": 14}
REFERENCE: list[bytes] = []
CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}

# Heads a cluster of nodes with one CPU each; a line on stdin kills the oldest of them and puts another one beside.
NODES = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
nodes = [cluster.add_node() for _ in range(2)]
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(nodes.pop(0), allow_graceful=False)
    print("removed", flush=True)
    nodes.append(cluster.add_node())
cluster.shutdown()
"""


class Nodes:
    """A Ray cluster of two nodes, and a head that does no work."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.address = self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def workers(self) -> set[int]:
        """Return the processes of apigen's workers."""
        return {pid for pid in children_of(self._process.pid) if command_line(pid).startswith("ray::Worker")}

    def replace_one(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._line() == "removed"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    with subprocess.Popen(
        [sys.executable, "-c", NODES],
        env=os.environ | ENVIRONMENT | {"RAY_TMPDIR": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        started = Nodes(process)
        everything = children_of(process.pid)
        yield started
        everything |= children_of(process.pid)
        process.communicate(timeout=30)
    assert not still_alive(everything, 20)
    shutil.rmtree(folder)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@contextmanager
def started(config: Path, *options: str, **environment: str) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [*COMMAND, "run", str(config), *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> None:
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    assert stderr == ""


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


Question = tuple[int, str, bool]
"""The draw, the purpose, and whether it is the second of these: where no call is right the blind solver is asked twice."""


def committed(settings: dict[str, Any]) -> set[Question]:
    number = "row_number() over (partition by draw, purpose order by rowid)"
    return {
        (*found, number > 1)
        for *found, number in in_store(settings, f"select draw, purpose, {number} from completions")
    }


def export_of(settings: dict[str, Any]) -> bytes:
    return Path(settings["exports"][0]["file"]).read_bytes()


def question(body: Body, draw_of: dict[int, int]) -> Question:
    purpose, second = purpose_of(body), "The person adds: " in body["messages"][-1]["content"]
    return draw_of.get(body["seed"], -1), "generate" if purpose == "call_first" else purpose, second


def asked_again(server: ChatServer, seen: int, answered: set[Question], settings: dict[str, Any]) -> set[Any]:
    draw_of = dict(in_store(settings, "select seed, idx from draws"))
    return {question(body, draw_of) for body in server.requests[seen:]} & answered


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same settings for draws that each take two questions, of which none is like another."""
    sampler = {"styles": dict.fromkeys(("simple", "multiple", "parallel", "parallel_multiple"), 1)}
    return lambda base_url, **changed: settings(base_url, **{"sampler": sampler, **changed})


@pytest.fixture
def reference(serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path) -> bytes:
    """The export of the same run on one machine; it is the same for all tests here."""
    if REFERENCE:
        return REFERENCE[0]
    alone = settings(
        serving(Oracle()).base_url,
        target=TARGET,
        store=str(tmp_path / "alone.db"),
        exports=[{"format": "xlam", "file": str(tmp_path / "alone.jsonl")}],
    )
    with started(config_file(alone, "alone.yaml")) as process:
        ended(process)
    REFERENCE.append(export_of(alone))
    return REFERENCE[0]


# --- on a cluster of several nodes ---


def test_a_run_on_two_nodes_gives_the_same_bytes(
    nodes: Nodes, serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    server = serving(Oracle(delay=0.1))
    chosen = settings(server.base_url, target=TARGET)
    seen: set[int] = set()
    with started(config_file(chosen), "--engine", "ray", "--address", nodes.address, **ENVIRONMENT) as process:
        wait_for(lambda: bool(seen.update(nodes.workers())) or len(seen) == 2)
        ended(process)
    assert export_of(chosen) == reference
    assert not still_alive(seen)
    asked = [json.dumps([body["messages"], body["seed"]]) for body in server.requests]
    assert len(asked) == len(set(asked))


def test_workers_write_final_answers_too(
    nodes: Nodes, serving: Serving, settings: Settings, config_file: ConfigFile
) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"draws": 6}, final_answers={"llm": "writer"})
    with started(config_file(chosen), "--engine", "ray", "--address", nodes.address, **ENVIRONMENT) as process:
        ended(process)
    assert in_store(chosen, "select count(*) from candidates where (final = '') <> (calls = '[]')") == [(0,)]
    assert in_store(chosen, "select count(*) > 0 from candidates where final != ''") == [(1,)]


@pytest.mark.parametrize("loss", ["a worker", "a node"])
def test_what_dies_is_done_again_elsewhere(
    nodes: Nodes, serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes, loss: str
) -> None:
    server = serving(Oracle(delay=0.2))
    chosen = settings(server.base_url, target=TARGET)
    with started(config_file(chosen), "--engine", "ray", "--address", nodes.address, **ENVIRONMENT) as process:
        wait_for(lambda: len(server.requests) > 9 and len(nodes.workers()) == 2)
        answered, seen = committed(chosen), len(server.requests)
        if loss == "a worker":
            os.kill(min(nodes.workers()), signal.SIGKILL)
        else:
            nodes.replace_one()
        ended(process)
    assert answered, "nothing was committed yet: the loss came too early to tell anything"
    assert export_of(chosen) == reference
    assert not asked_again(server, seen, answered, chosen)


def test_no_cluster_there(settings: Settings, config_file: ConfigFile, serving: Serving) -> None:
    server = serving(Oracle())
    chosen = settings(server.base_url)
    with (
        closed_port() as port,
        started(config_file(chosen), "--engine", "ray", "--address", f"127.0.0.1:{port}") as process,
    ):
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 2, stderr
    assert len(stderr.splitlines()) == 1
    assert f"--address 127.0.0.1:{port}: nobody listens there" in stderr
    assert server.requests == []


# --- with a Ray of our own ---


def test_stopped_and_continued_nothing_survives_and_nothing_is_paid_twice(
    serving: Serving, settings: Settings, config_file: ConfigFile, reference: bytes
) -> None:
    server = serving(Oracle(delay=0.2))
    chosen = settings(server.base_url, target=TARGET)
    config = config_file(chosen)
    before = set(Path("/tmp").glob("apigen-ray-*"))
    with started(config, "--engine", "ray", "--workers", "2") as process:
        wait_for(lambda: len(server.requests) > 8)
        children = children_of(process.pid)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert len(stderr.splitlines()) == 1
    assert not still_alive(children)
    assert set(Path("/tmp").glob("apigen-ray-*")) <= before
    answered, seen = committed(chosen), len(server.requests)
    assert len(answered) == len(server.answered)
    with started(config, "--engine", "ray", "--workers", "1") as process:
        ended(process)
    assert export_of(chosen) == reference
    assert not asked_again(server, seen, answered, chosen)


def test_a_token_budget_ends_the_run(serving: Serving, settings: Settings, config_file: ConfigFile) -> None:
    chosen = settings(serving(Oracle(delay=0.05)).base_url, target={"tokens": 200}, concurrency=2)
    with started(config_file(chosen), "--engine", "ray", "--workers", "2") as process:
        ended(process)
    ((spent,),) = in_store(chosen, "select sum(prompt_tokens + completion_tokens) from completions")
    assert 200 <= spent <= 200 + 4 * 18


# --- without Ray ---


def config_of(settings: dict[str, Any]) -> RunConfig:
    return parse_options(RunConfig, settings)


def test_a_missing_extra_is_one_clear_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'apigen-synth\[ray\]'"):
        Cluster(config_of(settings("http://x/v1")))


def test_options_that_cannot_be(settings: Settings) -> None:
    config = config_of(settings("http://x/v1", concurrency=3))
    with pytest.raises(ConfigError, match="--workers 4: concurrency is 3"):
        Cluster(config, workers=4)
    with pytest.raises(ConfigError, match="on a node of the cluster"):
        Cluster(config, "ray://somewhere:10001")
    batches = [{"backend": "openai_batch", "model": "m"}]
    llms = {"writer": {"backend": "balanced", "model": "m", "endpoints": batches}}
    with pytest.raises(ConfigError, match=r"llms\.writer\.endpoints\[0\]\.backend: does not work on Ray"):
        Cluster(config_of(settings("", llms=llms)))


def test_the_cluster_file_is_one_that_ray_takes() -> None:
    check = "import sys, yaml; from ray.autoscaler._private.util import prepare_config, validate_config; "
    check += "validate_config(prepare_config(yaml.safe_load(open(sys.argv[1]))))"
    done = subprocess.run(
        [sys.executable, "-c", check, str(ROOT / "configs/ray/cluster.yaml")], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


def test_the_shares_add_up_to_the_config_s_limits(settings: Settings) -> None:
    endpoints = [{"backend": "openai", "base_url": "http://x/v1", "max_in_flight": 10}]
    llms = {
        "writer": {"backend": "openai", "model": "m", "requests_per_minute": 100, "max_in_flight": 7},
        "judge": {"backend": "balanced", "model": "m", "endpoints": endpoints, "tokens_per_minute": 2},
    }
    config = config_of(settings("", llms=llms, concurrency=8))
    shares = [share(config, part, 3) for part in range(3)]
    assert [each.concurrency for each in shares] == [3, 3, 2]
    assert [each.llms["writer"].options["max_in_flight"] for each in shares] == [3, 2, 2]
    assert sum(each.llms["writer"].options["requests_per_minute"] for each in shares) == 100
    assert [each.llms["judge"].options["endpoints"][0]["max_in_flight"] for each in shares] == [4, 3, 3]
    assert [each.llms["judge"].options["tokens_per_minute"] for each in shares] == [1, 1, 1]
    assert tightest(config) == (2, "llms.judge.tokens_per_minute")
    assert share(config, 0, 1) == config


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("is wrong", file="a.yaml", key="llms"),
        EndpointBusy("too much", "throttled", 2.0),
        UnusableReply("maybe", draw=3, purpose="judge"),
        BudgetSpent("no more"),
    ],
)
def test_every_error_travels(error: Exception) -> None:
    there = pickle.loads(pickle.dumps(Failure.of(error))).error()
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert there.__dict__ == error.__dict__


def test_an_error_names_its_node_where_that_may_be_the_reason() -> None:
    assert str(Failure.of(LibraryError("is gone")).error("n7")) == "on node n7: is gone"
    assert str(Failure.of(BudgetSpent("no more")).error("n7")) == "no more"
    assert "ZeroDivisionError" in str(Failure.of(ZeroDivisionError()).error("n7"))


def make_worker(settings: dict[str, Any], **changed: Any) -> Worker:
    config = config_of(settings)

    async def hash_of() -> str:
        work = await Work.open(Plan.check(config, CLOCK))
        await work.close()
        return work.library.hash

    job = {"library_hash": changed.pop("library_hash", "") or finish(hash_of()), "prompts_hash": hash_of_prompts(None)}
    return Worker(Job(**{"config": config, "clock": CLOCK, "folder": str(Path.cwd()), **job, **changed}))


async def heard(worker: Worker) -> list[Event]:
    return (await worker.collect())[0]


def said(end: Event) -> list[Any]:
    """What a draw came to, less the seconds it took."""
    assert isinstance(end, Ended)
    assert not isinstance(end.result, Failure)
    return [(each.query, each.calls, each.verdicts) for each in end.result[1]]


def test_a_reply_is_used_only_once_it_is_written(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    worker = make_worker(settings(server.base_url, sampler={"styles": {"simple": 1}}))

    async def go() -> None:
        node, limit = await worker.open()
        assert node
        assert limit == 4
        await worker.give([Take(0, {})])
        (first,) = await heard(worker)
        assert isinstance(first, Reply)
        assert await heard(worker) == []  # it waits
        assert len(server.requests) == 1
        await worker.give([Written(first.number)])
        (second,) = await heard(worker)
        assert isinstance(second, Reply)
        await worker.give([Written(second.number)])
        (end,) = await heard(worker)
        assert isinstance(end, Ended)
        await worker.give([Take(0, {request_key(each.request): each.completion for each in (first, second)})])
        (again,) = await heard(worker)
        assert said(again) == said(end)
        assert len(server.requests) == 2
        await worker.close()

    finish(go())


def test_a_spent_budget_and_a_drop_stop_the_questions(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    worker = make_worker(settings(server.base_url))

    async def go() -> None:
        await worker.open()
        await worker.give([Take(3, {}), Take(4, {})])
        await worker.give([Drop(4)])
        (reply,) = await heard(worker)
        assert isinstance(reply, Reply)
        assert reply.request.draw == 3
        await worker.give([Spent("the budget of 1 token is used up"), Written(reply.number)])
        (end,) = await heard(worker)
        assert isinstance(end, Ended)
        assert isinstance(end.result, Failure)
        assert isinstance(end.result.error("n7"), BudgetSpent)
        await worker.close()

    finish(go())


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"library_hash": "another"}, LibraryError, "library differs"),
        ({"version": "0.0.0"}, ConfigError, r"0\.0\.0"),
        ({"prompts_hash": "another"}, ConfigError, "templates differ"),
        ({"folder": "/no/such/folder"}, LibraryError, "no such folder"),
    ],
)
def test_a_node_that_differs_from_the_driver(
    serving: Serving, settings: Settings, changed: dict[str, str], error: type[Exception], says: str
) -> None:
    worker = make_worker(settings(serving(Oracle()).base_url), **changed)

    async def go() -> None:
        node, opened = await worker.open()
        assert isinstance(opened, Failure)
        await worker.close()
        raise opened.error(node)

    with pytest.raises(error, match=f"on node .*{says}"):
        asyncio.run(go())
