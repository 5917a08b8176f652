"""apigen from Python: the same records and errors as the command, also where an event loop runs already."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import apigen as package
from apigen.display import make_display
from apigen.errors import ConfigError, EndpointError, StoreError
from apigen.progress import Progress
from apigen.records import Sample
from tests.conftest import ROOT
from tests.servers import Answer, ChatServer, Oracle, wait_for

Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
Serving = Callable[..., ChatServer]


def test_importing_it_imports_nothing_else() -> None:
    code = "import apigen, sys; print(sorted(name for name in sys.modules if name.startswith('apigen')), 'asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "['apigen'] False"


def test_every_name_it_offers_is_there() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = package.nonsense  # type: ignore[attr-defined]


def test_a_run_and_its_samples(
    serving: Serving, settings: Settings, config_file: ConfigFile, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = settings(serving(Oracle()).base_url)
    outcome = package.run(str(config_file(chosen)), ["target.verified=4"])
    assert (outcome.state, outcome.run_id) == ("done", 1)
    assert "4/4 verified" in capsys.readouterr().out
    with package.open_store(chosen["store"]) as store:
        samples = list(store.verified())
        assert all(isinstance(sample, Sample) for sample in samples)
        rows = Path(chosen["exports"][0]["file"]).read_text("utf-8").splitlines()
        assert [sample.query for sample in samples] == [json.loads(row)["query"] for row in rows]
        assert [one.query for one in store.draw(0)] == [samples[0].query]
        assert len(store.apis()) == 4
        assert store.summary()["funnel"]["verified"] == 4
        assert list(store.rejected()) == []
        next(store.verified())  # a reader that stops midway is no trouble
    assert package.run(config_file(chosen), ["target.verified=4"], progress=False).fresh is False


def test_settings_may_be_a_dict_that_stays_as_it_is(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url)
    before = json.dumps(chosen)
    told: list[Progress] = []
    threads = set()

    def show(progress: Progress) -> None:
        told.append(progress)
        threads.add(threading.current_thread())

    assert package.run(chosen, ["target.verified=2"], progress=show).state == "done"
    assert json.dumps(chosen) == before
    assert told[-1].verified >= 2
    assert len(Path(chosen["exports"][0]["file"]).read_text("utf-8").splitlines()) == 2
    assert threads == {threading.current_thread()}


def test_inside_a_running_event_loop(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"verified": 2})

    async def cell() -> str:
        assert asyncio.get_running_loop().is_running()
        return package.run(chosen, progress=False).state

    assert asyncio.run(cell()) == "done"


def test_errors_are_those_of_the_command(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        package.run(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="unknown key"):
        package.run({**settings("http://127.0.0.1:9/v1"), "nonsense": 1})
    with pytest.raises(ConfigError, match="by hand"):
        package.run({**settings("http://127.0.0.1:9/v1"), "sandbox": {"unsafe": True}})
    with pytest.raises(EndpointError):
        package.run(settings("http://127.0.0.1:9/v1"), progress=False)
    with pytest.raises(StoreError, match="no such store"):
        package.open_store(tmp_path / "none.db")
    for error in (ConfigError, EndpointError, StoreError):
        assert issubclass(error, package.ApigenError)


def test_who_fails_to_show_progress_ends_the_run(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle(delay=0.2))

    def show(progress: Progress) -> None:
        raise RuntimeError("no screen")

    with pytest.raises(RuntimeError, match="no screen"):
        package.run(settings(server.base_url, target={"draws": 500}), progress=show)
    assert [thread.name for thread in threading.enumerate()].count("apigen") == 0


SCRIPT = """
import sys, threading, apigen
print("started", flush=True)
try:
    apigen.run(sys.argv[1], progress=False)
except KeyboardInterrupt as stopped:
    print("stopped:", stopped, flush=True)
    with apigen.open_store(sys.argv[2]) as store:
        print(store.summary()["run"]["state"], sum(1 for _ in store.verified()) > 0, threading.active_count())
"""


def test_ctrl_c_lets_what_is_in_flight_end_and_keeps_it(
    serving: Serving, settings: Settings, config_file: ConfigFile
) -> None:
    server = serving(Oracle(delay=0.1))
    chosen = settings(server.base_url, target={"verified": 100_000}, exports=[])
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(config_file(chosen)), chosen["store"]], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        wait_for(lambda: len(server.answered) > 30, 60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "stopped: the run was stopped" in out, err
    assert out.splitlines()[-1] == "stopped True 1"
    assert "Traceback" not in err


def test_a_second_ctrl_c_does_not_wait(serving: Serving, settings: Settings, config_file: ConfigFile) -> None:
    server = serving(lambda body: Answer("{}", delay=300.0))
    chosen = settings(server.base_url, target={"verified": 1}, exports=[])
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(config_file(chosen)), chosen["store"]], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        wait_for(lambda: len(server.requests) > 1, 60)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "stopped: the run was stopped at once" in out, err


class Handle:
    """What a notebook's `display` gives back."""

    def __init__(self, shown: list[str], bundle: dict[str, str]) -> None:
        self.shown = shown
        self.update(bundle, raw=True)

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(bundle["text/plain"])


def test_a_notebook_shows_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    kernel = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: kernel))
    front = types.SimpleNamespace(display=lambda bundle, raw, display_id: Handle(shown, bundle))
    monkeypatch.setitem(sys.modules, "IPython.display", front)
    with make_display(log_json=False) as display:
        display.update(Progress(10, step="generating", verified=0))
        display.update(Progress(10, step="generating", verified=5))
    assert len(shown) == 2
    assert "0/10 verified" in shown[0]
    assert shown[1].startswith("██████████░░░░░░░░░░ 5/10 verified")
