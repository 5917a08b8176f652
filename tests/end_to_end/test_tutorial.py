"""The tutorial does what it says: its files and commands, in its order, in an empty folder. Only the embedded model is replaced."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import COMMAND, ROOT
from tests.servers import Oracle, serve

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
TRAINERS = ("trl", "datasets", "transformers", "torch")
MISSING = [name for name in TRAINERS if importlib.util.find_spec(name) is None]
MODEL = '"Qwen/Qwen2.5-0.5B-Instruct"'


@dataclass
class Tutorial:
    """The tutorial's files, and its commands in order."""

    files: dict[str, str]
    commands: list[list[str]]

    @classmethod
    def read(cls) -> "Tutorial":
        files, commands = {}, []
        for found in BLOCK.finditer((ROOT / "docs" / "tutorial.md").read_text("utf-8")):
            if found["language"] == "python":
                files[found["body"].splitlines()[0].removeprefix("# ")] = found["body"]
            else:
                commands += [shlex.split(line) for line in found["body"].splitlines()]
        return cls(files, commands)


TUTORIAL = Tutorial.read()


def answered_by(config: Path, base_url: str) -> None:
    """Have a config's writer be an endpoint instead of the embedded model."""
    settings = yaml.safe_load(config.read_text("utf-8"))
    assert settings["llms"] == {"writer": {"backend": "local", "model": "qwen2.5-coder-1.5b"}}
    settings["llms"]["writer"] = {"backend": "openai", "model": "m", "base_url": base_url}
    config.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")


def run(words: list[str], folder: Path) -> str:
    """Run one of the tutorial's commands; return what it printed."""
    typed = {"label": "g\ng\nb wrong unit\nq\n"}.get(words[1], "")
    done = subprocess.run(
        [*COMMAND, *words[1:]], cwd=folder, input=typed, capture_output=True, encoding="utf-8", timeout=120,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", "HOME": str(folder),
             "USER": "ann"},
    )  # fmt: skip
    assert done.returncode == 0, f"{shlex.join(words)}: {done.stdout[-2000:]}{done.stderr}"
    return done.stdout


def test_it_tells_the_whole_way() -> None:
    said = [" ".join(words[1:3]) for words in TUTORIAL.commands]
    wanted = ("library check", "init", "run", "status", "show", "label", "stats", "report", "exam", "export")
    assert [name for name in wanted if not any(one.startswith(name) for one in said)] == []
    assert list(TUTORIAL.files) == ["trips/travel.py", "train.py"]
    assert TUTORIAL.commands[-1] == ["python", "train.py"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which all commands but two were run: one fetches the model that is replaced, the other trains."""
    place = tmp_path_factory.mktemp("tutorial")
    for name, text in TUTORIAL.files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, "utf-8")
    with serve(Oracle()) as server:
        for words in TUTORIAL.commands:
            if words[0] == "python" or words[1:3] == ["models", "pull"]:
                continue
            run(words, place)
            if words[1] == "init":
                answered_by(place / words[2], server.base_url)
    return place


def test_its_commands_work_in_order(folder: Path) -> None:
    rows = (folder / "runs" / "trips.trl.jsonl").read_text("utf-8").splitlines()
    assert len(rows) == 10
    assert (folder / "runs" / "trips.html").stat().st_size > 0
    assert (folder / "runs" / "trips.trl.jsonl.meta.yaml").exists()
    assert "66.7%" in run(["apigen", "stats", "runs/trips.db"], folder)


@pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)}: not here; pip install -e '.[dev,test-trainers]'")
def test_its_training_works(folder: Path) -> None:
    make_model(folder / "tiny")
    text = TUTORIAL.files["train.py"]
    assert text.count(MODEL) == 1
    (folder / "train.py").write_text(text.replace(MODEL, '"tiny"'), "utf-8")
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=folder, capture_output=True, encoding="utf-8", timeout=280,
        env=os.environ | offline,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "train_loss" in done.stdout
    assert (folder / "runs" / "model" / "config.json").exists()


def make_model(place: Path) -> None:
    """Write a Qwen2 of two small layers, with a tokenizer of bytes and TRL's copy of Qwen2.5's chat template."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from tests.exporters.test_trainers import tokenizer

    torch.manual_seed(1)
    words: Any = tokenizer("qwen2_5")
    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
    }
    model = Qwen2ForCausalLM(Qwen2Config(vocab_size=len(words), max_position_embeddings=8192, **sizes))
    model.save_pretrained(place)
    words.save_pretrained(place)
