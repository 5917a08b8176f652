"""Canned replies: an LLM like any other, for tests and dry runs."""

import asyncio
from pathlib import Path

import pytest

from apigen.errors import ConfigError
from apigen.llms import build_llms
from apigen.llms.scripted import ScriptedLLM
from apigen.options import Door
from apigen.records import Completion, Message, Request


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    file = tmp_path / "replies.yaml"
    file.write_text("generate: [zero, one word more, zwölf]\njudge: ['yes']\n", encoding="utf-8")
    return file


def ask(llm: ScriptedLLM, purpose: str, draw: int, part: int = 0) -> Completion:
    return asyncio.run(llm.complete(Request(purpose, draw, (Message("user", "two words"),), part=part)))


def test_draw_n_gets_reply_n_and_then_from_the_start(replies: Path) -> None:
    llm = ScriptedLLM.from_options({"replies": str(replies)})
    asked = [ask(llm, "generate", draw).text for draw in (4, 0, 2, 1, 0)]
    assert asked == ["one word more", "zero", "zwölf", "one word more", "zero"]
    assert ask(llm, "judge", 7).text == "yes"
    assert ask(llm, "agreement", 0).text == ""
    assert ask(llm, "generate", 0, part=1).text == "one word more"


def test_words_count_as_tokens(replies: Path) -> None:
    reply = ask(ScriptedLLM.from_options({"replies": str(replies), "model": "mine"}), "generate", 1)
    assert (reply.model, reply.prompt_tokens, reply.completion_tokens, reply.truncated) == ("mine", 2, 3, False)


@pytest.mark.parametrize("text", ["generate: []", "generate: text", "generate: [1]", "generate: {a: b}", "generate:"])
def test_what_is_no_list_of_texts_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.yaml: generate: must be a list of texts"):
        ScriptedLLM.from_options({"replies": str(file)})


def test_a_missing_file_is_named_with_its_place_in_the_config() -> None:
    entry = Door(name="scripted", options={"replies": "no/such.yaml"})
    with pytest.raises(ConfigError, match=r"no/such\.yaml.*no such file"):
        build_llms({"writer": entry})


def test_an_unknown_option_is_named() -> None:
    entry = Door(name="scripted", options={"replies": "x.yaml", "modle": "x"})
    with pytest.raises(ConfigError, match=r"llms\.writer\.modle: unknown key; did you mean `model`"):
        build_llms({"writer": entry})


def test_an_unknown_backend_is_named() -> None:
    with pytest.raises(
        ConfigError,
        match=r"llms\.writer\.backend: 'opneai' is unknown; choose one of balanced, local, openai, openai_batch, scripted",
    ):
        build_llms({"writer": Door(name="opneai")})
