"""Whole runs against an endpoint in trouble, or on a store in trouble: what comes out is what comes out of a calm run."""

import asyncio
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig
from apigen.errors import StoreError
from apigen.llms.patient import PatientLLM
from apigen.options import parse_options
from apigen.pipeline import Outcome, run
from apigen.progress import Progress
from apigen.store.reader import StoreReader
from apigen.store.summary import summarise
from tests.conftest import Run
from tests.servers import FAULTS, Answer, Body, ChatServer, Faulty, Oracle, light_server, question_of

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
DRAWS = 24
REPLIES = 2 * DRAWS
"""Each draw takes a generator's reply and a blind solver's."""


@dataclass(frozen=True)
class Left:
    """What a run left behind, without times."""

    export: bytes
    draws: list[Any]
    candidates: list[Any]
    completions: list[Any]


def go(settings: dict[str, Any], listener: Callable[[Progress], None] = lambda progress: None, **how: Any) -> Outcome:
    return asyncio.run(run(parse_options(RunConfig, settings), listener, **how))


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


def left_by(settings: dict[str, Any]) -> Left:
    return Left(
        Path(settings["exports"][0]["file"]).read_bytes(),
        in_store(settings, "select idx, seed, style, strategy, apis, distractors, verified from draws order by 1"),
        in_store(
            settings,
            "select draw, position, raw, query, calls, status, stage, reason, detail, verdicts from candidates order by 1, 2",
        ),
        in_store(
            settings,
            "select draw, key, purpose, text, prompt_tokens, completion_tokens from completions order by 1, 2",
        ),
    )


def in_folder(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the same settings, with a store and an export elsewhere."""
    folder.mkdir()
    return settings | {
        "store": str(folder / "run.db"),
        "exports": [{"format": "xlam", "file": str(folder / "out.jsonl")}],
    }


def writer(base_url: str, **changed: Any) -> dict[str, Any]:
    return {
        "writer": {
            "backend": "openai",
            "model": "m",
            "base_url": base_url,
            "retries": 20,
            "patience_seconds": 30,
            "timeout_seconds": 20,
            "prices": {"input": 10_000, "output": 20_000},
        }
        | changed
    }


DOLLARS = 0.11 + 0.14
"""What a reply of 11 and 7 tokens costs."""
_CALM: list[Left] = []


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same settings for draws that each take two questions."""
    sampler = {"styles": dict.fromkeys(("simple", "multiple", "parallel", "parallel_multiple"), 1)}
    return lambda base_url, **changed: settings(base_url, **{"sampler": sampler, **changed})


@pytest.fixture
def calm(serving: Serving, settings: Settings, tmp_path: Path) -> Left:
    """What a run leaves that nothing disturbs; the same in every folder, so it is done once."""
    if not _CALM:
        url = serving(Oracle()).base_url
        alone = in_folder(settings(url, target={"draws": DRAWS}, llms=writer(url)), tmp_path / "calm")
        assert go(alone).state == "done"
        _CALM.append(left_by(alone))
        assert len(_CALM[0].completions) == REPLIES
        assert _CALM[0].export.count(b"\n") == DRAWS
    return _CALM[0]


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is tried again soon."""
    monkeypatch.setattr(PatientLLM.__init__, "__defaults__", (0.02,))
    monkeypatch.setattr("apigen.llms.limits.FIRST_PAUSE", 0.1)
    monkeypatch.setattr("apigen.store.commit.RETRY_SECONDS", 0.1)


def check_whole(settings: dict[str, Any], calm: Left, model: Faulty, arrived: bool = True) -> None:
    """See that nothing was lost or doubled, that all counts are right, and that what `arrived` whole was not asked again."""
    assert left_by(settings) == calm
    assert in_store(settings, "select draw, purpose from completions group by 1, 2 having count(*) > 1") == []
    assert set(model.given.values()) == {1} or not arrived
    assert len(model.given) == REPLIES
    summary: Any = summarise(StoreReader(Path(settings["store"])))
    assert summary["run"]["state"] == "done"
    assert summary["funnel"]["generated"] == DRAWS
    assert summary["funnel"]["verified"] == DRAWS
    assert summary["funnel"]["rejected"] == {}
    assert summary["funnel"]["surplus"] == 0
    stages = {name: cost["replies"] for name, cost in summary["costs"]["stages"].items()}
    assert stages == {"generate": DRAWS, "agreement": DRAWS, "execution": 0}
    assert (summary["costs"]["prompt_tokens"], summary["costs"]["completion_tokens"]) == (11 * REPLIES, 7 * REPLIES)
    assert summary["costs"]["dollars"] == pytest.approx(REPLIES * DOLLARS)
    assert "open draws" not in summary["costs"]["styles"]


# --- an endpoint in trouble


SLOW = ("stall without end", "a byte now and then", "all of them")
"""Faults that only a time limit ends."""
JUNK = ("junk after the reply", "the same reply sent twice")


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_nothing(serving: Serving, settings: Settings, calm: Left, name: str) -> None:
    model = Faulty(FAULTS[name])
    url = serving(model).base_url
    chosen = settings(
        url,
        target={"draws": DRAWS},
        llms=writer(url, **({"timeout_seconds": 0.6} if name in SLOW else {})),
        concurrency=6,
    )
    last: list[Progress] = []
    outcome = go(chosen, last.append)
    assert (outcome.state, outcome.open_draws) == ("done", 0)
    assert (last[-1].draws, last[-1].verified, last[-1].tokens) == (DRAWS, DRAWS, 18 * REPLIES)
    # What is sent whole may still not be read whole: where junk came before it, or in time.
    check_whole(chosen, calm, model, arrived=name not in SLOW + JUNK)
    harmless = ("fixed latency", "jitter", "the right reply as text/plain")
    assert name in harmless or model.asked.total() > REPLIES, "the fault never happened"


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("seconds", [3.0])
def test_an_outage_changes_nothing(settings: Settings, calm: Left, seconds: float) -> None:
    """The server goes away amid requests, nobody listens on its port for a while, and it comes back."""
    model, notices = Faulty(lambda number, right: right), []

    async def behave(number: int, body: Body) -> Answer:
        await asyncio.sleep(0.05)  # those under way when the server goes are never answered
        return model(body)

    async def work() -> dict[str, Any]:
        async with light_server(behave) as server:
            chosen = settings(server.base_url, target={"draws": DRAWS}, llms=writer(server.base_url))

            def listen(progress: Progress) -> None:
                if progress.notice not in notices:
                    notices.append(progress.notice)

            running = asyncio.create_task(run(parse_options(RunConfig, chosen), listen))
            while server.asked < 17:
                await asyncio.sleep(0.005)
            await server.stop()
            await asyncio.sleep(seconds)
            assert not running.done()
            await server.start(server.port)
            assert (await running).state == "done"
        assert set(Counter(map(question_of, server.answered)).values()) == {1}
        return chosen

    # What was about to be sent when the server went is counted as given.
    check_whole(asyncio.run(work()), calm, model, arrived=False)
    assert [word for text in notices for word in ("does not answer", "answers again") if word in text] == [
        "does not answer",
        "answers again",
    ]


def fenced(body: Body) -> str:
    right = Oracle.__call__(oracle_of_replies, body)
    assert isinstance(right, Answer)
    return f"Sure! Here it is:\n\n```json\n{right.text}\n```\n"


oracle_of_replies = Oracle()
GARBAGE = (
    "",
    "no JSON",
    "[[[[{{{{",
    '{"query": 7}',
    '{"calls": {}}',
    "\\u0000\ud800 \x07",
    "null",
    '{"query": "Hello."}',
)


def garbage(body: Body) -> Answer | str | None:
    """Every third question gets nonsense, always the same for the same question."""
    if body["seed"] % 3:
        return None
    text = GARBAGE[body["seed"] // 3 % len(GARBAGE)]
    return Answer(text, finish_reason="length" if body["seed"] % 2 else "stop")


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("name", ["fenced", "garbage"])
def test_odd_replies_are_read_or_rejected_alike(
    serving: Serving, settings: Settings, tmp_path: Path, name: str
) -> None:
    """One draw at a time from a calm endpoint, or six at once from one in trouble."""
    found = []
    for concurrency, fault in (
        (1, lambda number, right: right),
        (6, FAULTS["429"]),
        (6, FAULTS["reset in the middle"]),
    ):
        model = Faulty(fault, Oracle(twist={"fenced": fenced, "garbage": garbage}[name]))
        url = serving(model).base_url
        chosen = settings(url, target={"draws": DRAWS}, llms=writer(url), concurrency=concurrency)
        chosen = in_folder(chosen, tmp_path / f"run{len(found)}")
        assert go(chosen).state == "done"
        assert set(model.given.values()) == {1}
        found.append(left_by(chosen))
    assert found[0] == found[1] == found[2]
    statuses = [status for *_, status, _, _, _, _ in found[0].candidates]
    assert len(statuses) == DRAWS
    assert (statuses.count("rejected") > 4) == (name == "garbage")
    assert statuses.count("verified") > 4


# --- a store in trouble


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("when", ["early", "late"])
def test_a_locked_store_pauses_the_run(
    serving: Serving, settings: Settings, calm: Left, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Another program holds the file: it is said once, the run waits, and says when it goes on."""
    monkeypatch.setattr("apigen.store.BUSY_SECONDS", 0.2)
    held, released, notices = threading.Event(), threading.Event(), []
    store = Path()

    def lock() -> None:
        with closing(sqlite3.connect(store, isolation_level=None, timeout=5)) as other:
            other.execute("begin exclusive")
            held.set()
            time.sleep(1.5)
            other.execute("rollback")
            released.set()

    begin = {"early": 3, "late": REPLIES - 1}[when]
    locking = threading.Thread(target=lock)

    def twist(number: int, right: Answer) -> Answer:
        if number == begin:
            locking.start()
            assert held.wait(5)
        return right

    model = Faulty(twist)
    url = serving(model).base_url
    chosen = settings(url, target={"draws": DRAWS}, llms=writer(url))
    store = Path(chosen["store"])

    def listen(progress: Progress) -> None:
        if not notices or progress.notice != notices[-1]:
            notices.append(progress.notice)

    outcome = go(chosen, listen)
    locking.join()
    assert released.is_set()
    assert outcome.state == "done"
    check_whole(chosen, calm, model)
    assert notices == [
        "",
        f"{store}: cannot be written (database is locked); waiting, nothing is lost",
        f"{store}: can be written again",
    ]


# --- limits and settings


BUDGETS = {
    "tokens": ({"tokens": 18 * 10}, "180 tokens"),
    "dollars": ({"dollars": DOLLARS * 10}, "2.5 dollars"),
    "seconds": ({"seconds": 1.0}, "1 seconds"),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_budget_ends_the_run_and_a_higher_one_goes_on(
    serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path, apigen: Run, name: str
) -> None:
    budget, said = BUDGETS[name]
    target = {"verified": 10}
    calm = settings(serving(Oracle()).base_url, target=target, concurrency=2)
    alone = in_folder(calm, tmp_path / "alone")
    assert go(alone).state == "done"

    began: list[float] = []

    def note(number: int, right: Answer) -> Answer:
        began.append(time.monotonic())
        return Answer(right.text, delay=0.2 if name == "seconds" else 0.01)

    model = Faulty(note)
    llms = writer(serving(model).base_url)
    chosen = calm | {"llms": llms, "target": target | budget}
    line = f"apigen: {chosen['store']}: the budget of {said} is used up below the target; raise it to go on\n"
    if name == "seconds":  # a process takes a while to start, and how long is not known
        outcome = go(chosen)
        assert (outcome.state, outcome.budget) == ("spent", said)
        assert began[-1] - began[0] < 1.0
    else:
        done = apigen("run", config_file(chosen))
        assert (done.returncode, done.stderr) == (1, line)
        assert model.asked.total() in (10, 11)  # one was under way when the tenth came
    asked = model.asked.total()
    assert 0 < asked < 20
    assert in_store(chosen, "select state from runs") == [("spent",)]
    assert in_store(chosen, "select count(*) from completions") == [(asked,)]

    again = apigen("run", config_file(chosen))
    assert (again.returncode, again.stderr) == (1, line)
    assert model.asked.total() == asked

    raised = chosen | {"target": target | {name: 10_000}}
    assert go(raised).state == "done"
    assert Path(chosen["exports"][0]["file"]).read_bytes() == Path(alone["exports"][0]["file"]).read_bytes()
    # Replies under way when the target is met are dropped, and count for nothing.
    assert set(model.asked.values()) == {1}
    ((tokens, dollars),) = in_store(
        chosen, "select sum(prompt_tokens + completion_tokens), sum(dollars) from completions"
    )
    ((replies,),) = in_store(chosen, "select count(*) from completions")
    assert (tokens, dollars) == (18 * replies, pytest.approx(DOLLARS * replies))


def test_a_changed_config_needs_a_new_run(
    serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path, apigen: Run
) -> None:
    """Refused by name of what differs; with --new-run the old run stays as it is, and the export is the new run's alone."""
    server = serving(Oracle())
    old = settings(server.base_url, target={"draws": 6})
    new = settings(server.base_url, target={"draws": 9}, seed=4)
    assert go(old).state == "done"
    tables = ("runs", "draws", "candidates", "completions", "tallies", "costs", "apis")
    before = {table: in_store(old, f"select * from {table} where run_id = 1") for table in tables[1:]}
    row = in_store(old, "select * from runs")
    export, asked = Path(old["exports"][0]["file"]).read_bytes(), len(server.requests)

    refused = apigen("run", config_file(new))
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "these settings differ: seed)" in refused.stderr
    assert "--new-run" in refused.stderr
    assert len(server.requests) == asked
    assert Path(old["exports"][0]["file"]).read_bytes() == export

    assert apigen("run", config_file(new), "--new-run").returncode == 0
    assert {table: in_store(old, f"select * from {table} where run_id = 1") for table in tables[1:]} == before
    assert in_store(old, "select * from runs where id = 1") == row
    assert in_store(old, "select id, state from runs") == [(1, "done"), (2, "done")]
    fresh = in_folder(new, tmp_path / "fresh")
    assert go(fresh).state == "done"
    both = Path(new["exports"][0]["file"]).read_bytes()
    assert both == Path(fresh["exports"][0]["file"]).read_bytes()
    assert both.count(b"\n") == 9

    asked = len(server.requests)
    assert go(old).fresh is False
    assert Path(old["exports"][0]["file"]).read_bytes() == export
    assert len(server.requests) == asked


def test_two_runs_at_once_are_refused_by_process_id(
    settings: Settings, serving: Serving, apigen: Run, config_file: ConfigFile
) -> None:
    """The second one is refused with the owner's id, from whichever process; the first one ends as if alone."""
    turn = threading.Event()

    def wait(body: Body) -> None:
        turn.wait(30)

    server = serving(Oracle(twist=wait))
    chosen = settings(server.base_url, target={"draws": 6})
    config = config_file(chosen)
    second: list[Any] = []

    def meanwhile() -> None:
        while not server.requests:
            time.sleep(0.01)
        try:
            second.append(apigen("run", config))
            second.append(apigen("run", config, "--new-run"))
            with pytest.raises(StoreError, match=f"process {os.getpid()}"):
                go(chosen)
        finally:
            turn.set()

    beside = threading.Thread(target=meanwhile)
    beside.start()
    outcome = go(chosen)
    beside.join()
    assert outcome.state == "done"
    assert len(second) == 2
    for done in second:
        assert done.returncode == 2
        assert done.stderr == (
            f"apigen: {chosen['store']}: another run (process {os.getpid()}) is writing it; wait for it, or stop it\n"
        )
    assert in_store(chosen, "select id, state from runs") == [(1, "done")]
    assert len(server.requests) == 12
