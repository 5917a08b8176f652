"""The embedded backend, with a real small model in a real server process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apigen.errors import ConfigError, EndpointError, ModelError
from apigen.llms import build_llms
from apigen.llms.local import LocalLLM
from apigen.options import Door
from apigen.records import Message, Request
from tests.conftest import ROOT
from tests.servers import children_of, still_alive, wait_for

SCHEMA = {
    "type": "object",
    "properties": {"query": {"type": "string", "maxLength": 40}},
    "required": ["query"],
    "additionalProperties": False,
}
REQUEST = Request(
    "generate", 0, (Message("user", "Ask for the weather in Paris."),), SCHEMA, max_tokens=48, temperature=0.0, seed=1
)
OPTIONS = {"slots": 1, "context": 512, "threads": 1}


def test_a_wrong_name_is_refused_with_the_right_ones() -> None:
    with pytest.raises(ConfigError, match=r"model: 'gpt-9' is no embedded model; choose one of .*smollm2-135m"):
        LocalLLM.from_options({"model": "gpt-9"})


@pytest.mark.parametrize("options", [{"slots": 0}, {"context": 1}, {"threads": 0}, {"timeout_seconds": 0}, {"ctx": 5}])
def test_a_wrong_option_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        LocalLLM.from_options(options)


def test_a_model_that_is_not_here_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path))
    llm = LocalLLM.from_options({"model": "smollm2-135m"})
    with pytest.raises(ModelError, match="`apigen models pull smollm2-135m`"):
        asyncio.run(llm.start())
    asyncio.run(llm.close())


def test_a_file_that_is_no_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smollm2: str) -> None:
    from apigen.llms.models import MODELS

    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path))
    (tmp_path / "models").mkdir()
    with (tmp_path / "models" / f"{smollm2}.gguf").open("wb") as file:
        file.truncate(MODELS[smollm2].size)
    llm = LocalLLM.from_options({"model": smollm2} | OPTIONS)
    with pytest.raises(ModelError, match="could not be loaded"):
        asyncio.run(llm.start())
    asyncio.run(llm.close())
    assert not still_alive(children_of(os.getpid()))


def test_it_answers_by_the_schema_and_leaves_no_process(smollm2: str) -> None:
    async def work() -> set[int]:
        llm = LocalLLM.from_options({"model": smollm2} | OPTIONS)
        try:
            await llm.start()
            await llm.start()  # the second changes nothing
            server = children_of(os.getpid())
            assert len(server) == 1
            first, again = await llm.complete(REQUEST), await llm.complete(REQUEST)
        finally:
            await llm.close()
        assert isinstance(json.loads(first.text)["query"], str)
        assert first.text == again.text
        assert first.model == smollm2
        assert first.prompt_tokens > 0
        assert first.completion_tokens > 0
        assert again.cached_tokens > 0
        return server

    assert not still_alive(asyncio.run(work()))


def test_its_process_ends_with_ours_however_that_ends(smollm2: str) -> None:
    code = (
        "import asyncio\n"
        "from apigen.llms.local import LocalLLM\n"
        "async def work():\n"
        f"    llm = LocalLLM.from_options({{'model': {smollm2!r}}} | {OPTIONS!r})\n"
        "    await llm.start()\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(work())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        server = children_of(parent.pid)
        assert len(server) == 1
        parent.send_signal(signal.SIGKILL)
        wait_for(lambda: parent.poll() is not None)
    assert not still_alive(server)


def test_a_server_that_ended_is_not_waited_for(smollm2: str) -> None:
    async def work() -> None:
        llm = build_llms({"writer": Door(name="local", options={"model": smollm2} | OPTIONS)})["writer"]
        assert llm.max_in_flight == 2
        try:
            await llm.start()
            for server in children_of(os.getpid()):
                os.kill(server, signal.SIGKILL)
            with pytest.raises(EndpointError, match=f"the embedded model {smollm2} is gone"):
                async with asyncio.timeout(20):
                    await llm.complete(REQUEST)
        finally:
            await llm.close()

    asyncio.run(work())
