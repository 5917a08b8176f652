"""Shell completion: it is there, tells the commands, and installs itself."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_bash_is_told_commands_and_options(apigen: Run) -> None:
    asked = {"_APIGEN_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert set(apigen(COMP_WORDS="apigen ", **asked).stdout.split()) >= {"init", "run", "show", "label", "stats"}
    options = apigen(COMP_WORDS="apigen init --", **{**asked, "COMP_CWORD": "2"}).stdout.split()
    assert set(options) >= {"--endpoint", "--library", "--yes"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_installs_itself(apigen: Run, tmp_path: Path, shell: str) -> None:
    done = apigen("--install-completion", shell, HOME=str(tmp_path), _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0, done.stderr
    written = [path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()]
    assert any("_APIGEN_COMPLETE" in text for text in written)
