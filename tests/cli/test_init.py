"""`apigen init`: questions in a terminal, or options alone; a config that loads, or none."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from apigen.config import load_config
from apigen.records import STYLES
from tests.servers import ChatServer, Oracle
from tests.terminal import terminal

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Serving = Callable[..., ChatServer]
PROGRAM = Path(sys.executable).with_name("mcp-server-time")


def test_options_alone_make_a_config_that_runs(apigen: Run, library: Path, tmp_path: Path, serving: Serving) -> None:
    server = serving(Oracle())
    done = apigen(
        "init", "my.yaml", "--yes", "--endpoint", "openai", "--model", "m", "--base-url", server.base_url,
        "--library", library, "--styles", "simple=2,multiple", "--target", 3,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "library: 4 APIs, no problems" in done.stdout
    assert "llm writer: ok" in done.stdout
    config = load_config(tmp_path / "my.yaml")
    assert config.target.verified == 3
    assert config.sampler.styles == {"simple": 2, "multiple": 1}
    assert server.requests == []
    ran = apigen("run", "my.yaml", "--set", "sampler.strategies={call_first: 1}")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "runs" / "my.jsonl").read_text("utf-8").count("\n") == 3


@pytest.mark.parametrize("endpoint", ["embedded", "openai", "ollama", "vllm"])
def test_every_endpoint_has_usual_settings(apigen: Run, library: Path, tmp_path: Path, endpoint: str) -> None:
    done = apigen("init", "--yes", "--endpoint", endpoint, "--library", library)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "apigen.yaml").read_text("utf-8")
    assert text.count("#") > 8
    assert yaml.safe_load(text)["llms"]["writer"]["backend"] == ("local" if endpoint == "embedded" else "openai")
    assert list(tmp_path.glob(".apigen*")) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--endpoint", "openai", "--key-env", "sk-secret123"), "NAME of an environment variable"),
        (("--endpoint", "openai", "--base-url", "ftp://x"), "http://"),
        (("--endpoint", "openai", "--base-url", "https://me:secret123@x/v1"), "user and password"),
        (("--endpoint", "embedded", "--model", "nonsense"), "no embedded model"),
        (("--endpoint", "embedded", "--key-env", "KEY"), "not for the embedded model"),
        (("--library", "nowhere"), "there is no 'nowhere'"),
        (("--library", "mcp: "), "needs a command"),
        (("--styles", "nonsense"), "choose of simple"),
        (("--styles", "simple=0"), "weight above 0"),
    ],
)
def test_wrong_options_write_nothing(
    apigen: Run, library: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    rest = () if "--library" in options else ("--library", library)
    done = apigen("init", "my.yaml", "--yes", *rest, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret123" not in done.stderr + done.stdout
    assert not (tmp_path / "my.yaml").exists()


def test_a_file_that_is_there_stays_unless_told(apigen: Run, library: Path, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("mine", encoding="utf-8")
    done = apigen("init", "my.yaml", "--yes", "--library", library)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (tmp_path / "my.yaml").read_text("utf-8") == "mine"
    assert apigen("init", "my.yaml", "--yes", "--library", library, "--force").returncode == 0
    assert load_config(tmp_path / "my.yaml")


def test_problems_of_a_library_are_told_and_its_styles_are_those_it_can_serve(apigen: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "one.py").write_text(
        'def double(number: int) -> int:\n    """Double a number.\n\n    Args:\n        number: The number.\n\n'
        '    Examples:\n        >>> double(number=2)\n        4\n    """\n    return 2 * number\n',
        encoding="utf-8",
    )
    done = apigen("init", "my.yaml", "--yes", "--library", folder / "one.py")
    assert done.returncode == 0, done.stderr
    assert "1 problem, the first:" in done.stdout
    assert set(load_config(tmp_path / "my.yaml").sampler.styles) == {"simple"}
    refused = apigen("init", "other.yaml", "--yes", "--library", folder, "--styles", "multiple")
    assert refused.returncode == 2
    assert "multiple" in refused.stderr


def test_without_a_terminal_it_wants_yes(apigen: Run) -> None:
    done = apigen("init", "my.yaml")
    assert done.returncode == 2
    assert "--yes" in done.stderr


@pytest.mark.parametrize("columns", [80, 200])
def test_questions_in_a_terminal(library: Path, tmp_path: Path, columns: int) -> None:
    with terminal(tmp_path, "init", "my.yaml", columns=columns) as shown:
        shown.answer("Number or name", "nonsense")
        shown.answer("Number or name", "2")
        shown.answer("Its URL", "nonsense")
        shown.answer("model's name", "m")
        shown.answer("holds the key", "-")
        shown.expect("must begin with http://")
        shown.answer("Its URL", "http://127.0.0.1:9/v1")
        shown.answer("model's name", "m")
        shown.answer("holds the key", "sk-secret")
        shown.expect("never give the key")
        shown.answer("Its URL", "http://127.0.0.1:9/v1")
        shown.answer("model's name", "m")
        shown.answer("holds the key", "-")
        shown.answer("Number or name", "python")
        shown.answer("folder or file", "nowhere")
        shown.expect("there is no 'nowhere'")
        shown.answer("Number or name", "2")
        shown.answer("folder or file", library.name)
        shown.expect("4 APIs")
        shown.answer("Which styles", "simple")
        shown.answer("How many", "7")
        shown.answer("dry run now?", "y")
        shown.expect("nothing was asked")
        assert shown.end() == 0
        assert [line for line in shown.text.splitlines() if len(line) > columns] == []
    config = load_config(tmp_path / "my.yaml")
    assert config.target.verified == 7
    assert config.sampler.styles == {"simple": 1}


@pytest.mark.parametrize("question", ["Number or name", "How many"])
def test_ctrl_c_leaves_nothing(library: Path, tmp_path: Path, question: str) -> None:
    options = () if question == "Number or name" else ("--endpoint", "vllm", "--library", library, "--styles", "simple")
    with terminal(tmp_path, "init", "my.yaml", *options) as shown:
        if options:
            shown.answer("Its URL", "http://127.0.0.1:9/v1")
            shown.answer("model's name", "m")
            shown.answer("holds the key", "-")
        shown.expect(question)
        time.sleep(0.3)  # an interrupt just before it reads would be heard at the next key only
        shown.type("\x03")
        shown.expect("nothing was written")
        assert shown.end() == 130
    assert [path.name for path in tmp_path.iterdir()] == ["shop_library"]


def test_an_existing_file_is_asked_about_first(library: Path, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("mine", encoding="utf-8")
    with terminal(tmp_path, "init", "my.yaml") as shown:
        shown.answer("Overwrite it?", "n")
        assert shown.end() == 2
    assert (tmp_path / "my.yaml").read_text("utf-8") == "mine"


def test_tools_without_recorded_calls_get_strategies_that_need_none(apigen: Run, tmp_path: Path) -> None:
    done = apigen("init", "my.yaml", "--yes", "--endpoint", "ollama", "--library", f"mcp: {PROGRAM}")
    assert done.returncode == 0, done.stderr
    config = load_config(tmp_path / "my.yaml")
    assert config.sampler.strategies == {"query_first": 1}
    assert set(config.sampler.styles) == {"simple", "multiple", "parallel", "parallel_multiple"}
    refused = apigen("init", "other.yaml", "--yes", "--library", f"mcp: {PROGRAM}", "--styles", "irrelevance")
    assert refused.returncode == 2
    assert "irrelevance" in refused.stderr


@pytest.mark.parametrize("endpoint", ["embedded", "openai"])
def test_the_bundled_functions_serve_every_style(apigen: Run, tmp_path: Path, endpoint: str) -> None:
    done = apigen("init", "my.yaml", "--yes", "--endpoint", endpoint)
    assert "no problems" in done.stdout
    assert set(load_config(tmp_path / "my.yaml").sampler.styles) == set(STYLES)
