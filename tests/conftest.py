"""What several test files share: a small library of functions, a chat endpoint, the command as a process, a real model."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers import Answer, Behaviour, ChatServer, serve

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from apigen.cli import main; main()"]

SHOP = '''"""Shop: prices and tips."""

from typing import Literal


def parcel_price(weight_kg: float, speed: Literal["express", "standard"] = "standard") -> dict[str, float]:
    """Return the price of sending a parcel.

    Args:
        weight_kg: Weight in kilograms.
        speed: How fast it goes.

    Examples:
        >>> parcel_price(2.5)
        {'euros': 5.0}
        >>> parcel_price(weight_kg=4.0, speed="express")
        {'euros': 16.0}
    """
    return {"euros": round(weight_kg * (4 if speed == "express" else 2), 2)}


def tip(bill: float, percent: int) -> float:
    """Return the tip for a bill.

    Args:
        bill: The bill in euros.
        percent: Share of the bill in percent.

    Examples:
        >>> tip(50.0, 10)
        5.0
        >>> tip(bill=80.0, percent=15)
        12.0
        >>> tip(bill=62.5, percent=20)
        12.5
    """
    return round(bill * percent / 100, 2)
'''

WORDS = '''"""Words: counting in texts."""


def count_letter(word: str, letter: str) -> int:
    """Count how often a letter is in a word.

    Args:
        word: The word.
        letter: The letter.

    Examples:
        >>> count_letter("mississippi", "s")
        4
        >>> count_letter(word="banana", letter="a")
        3
    """
    if len(letter) != 1:
        raise ValueError("letter must be one character")
    return word.count(letter)


def repeat(word: str, times: int) -> str:
    """Write a word several times.

    Args:
        word: The word.
        times: How many times.

    Examples:
        >>> repeat("na", 12)
        'nananananananananananana'
        >>> repeat(word="ho", times=3)
        'hohoho'
    """
    return word * times
'''


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine's for loopback, and no settings of the machine's for endpoints."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_LOG",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "APIGEN_DEBUG",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _caches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where this session's caches go, and where the user's models are."""
    from apigen.llms.models import models_folder

    return tmp_path_factory.mktemp("caches"), models_folder()


@pytest.fixture(autouse=True)
def _own_cache(_caches: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No library is known from elsewhere; the user's models, which are large, are."""
    folder, models = _caches
    own = Path(tempfile.mkdtemp(dir=folder))
    (own / "models").symlink_to(models)
    monkeypatch.setenv("APIGEN_CACHE", str(own))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of four functions in two files, each with recorded calls."""
    folder = tmp_path / "shop_library"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP, encoding="utf-8")
    (folder / "words.py").write_text(WORDS, encoding="utf-8")
    return folder


@pytest.fixture
def serving() -> Iterator[Callable[..., ChatServer]]:
    """Start chat servers that end with the test."""
    with ExitStack() as stack:

        def start(behave: Behaviour, models: Answer | None = None) -> ChatServer:
            return stack.enter_context(serve(behave, models))

        yield start


@pytest.fixture
def settings(tmp_path: Path, library: Path) -> Callable[..., dict[str, Any]]:
    """Make the settings of a call-first run against an endpoint; keywords replace whole keys."""

    def make(base_url: str, **changed: Any) -> dict[str, Any]:
        return {
            "store": str(tmp_path / "run.db"),
            "target": {"verified": 6},
            "library": [{"source": "python", "path": str(library)}],
            "llms": {
                "writer": {
                    "backend": "openai",
                    "model": "m",
                    "base_url": base_url,
                    "retries": 0,
                    "patience_seconds": 0.5,
                }
            },
            "seed": 3,
            "concurrency": 4,
            "checkers": ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}],
            "exports": [{"format": "xlam", "file": str(tmp_path / "out.jsonl")}],
        } | changed

    return make


@pytest.fixture
def config_file(tmp_path: Path) -> Callable[..., Path]:
    """Write settings as YAML; return the file."""

    def write(settings: dict[str, Any], name: str = "config.yaml") -> Path:
        file = tmp_path / name
        file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        return file

    return write


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def apigen(tmp_path: Path) -> Run:
    """Run the command in a process of its own, in the test's folder; no traceback may ever be shown."""

    def run(*arguments: object, timeout: float = 60, **environment: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def smollm2() -> str:
    """The name of a real embedded model, which is here when the test runs."""
    from apigen.llms.models import pull

    pull("smollm2-135m")
    return "smollm2-135m"
