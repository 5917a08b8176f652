"""A first config is one that a run takes, whatever its file and the library are called."""

import asyncio
from pathlib import Path

import pytest

from apigen.config import load_config
from apigen.preview import preview
from apigen.starter import BUNDLED, TARGET, Start, read_endpoint, read_library
from apigen.starter.writing import config_text, write_config


def begin(library: str) -> Start:
    return Start(
        "embedded", *read_endpoint("embedded"), read_library(library)[0], "call_first", {"simple": 1.0}, TARGET
    )


@pytest.mark.parametrize("name", ["my, own {config}: #1.yaml", "a,b.yaml", "null.yaml", "ä ö.yaml", "[x]'\".yaml"])
def test_any_name_of_a_file_is_that_of_store_and_export(tmp_path: Path, library: Path, name: str) -> None:
    config = write_config(tmp_path / name, config_text(begin(str(library)), Path(name)))
    stem = name.removesuffix(".yaml")
    assert str(config.store) == f"runs/{stem}.db"
    assert [entry.options for entry in config.exports] == [{"file": f"runs/{stem}.jsonl"}]


def test_a_folder_that_is_called_as_the_bundled_one_is_another(tmp_path: Path, library: Path) -> None:
    own = library.rename(tmp_path / "api_library")
    write_config(tmp_path / "own.yaml", config_text(begin(str(own)), Path("own.yaml")))
    config = load_config(tmp_path / "own.yaml")
    assert config.sampler.categories == {}
    assert asyncio.run(preview(config)).draws


def test_bundled_is_never_a_folder_of_the_user_s(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.rename(tmp_path / "api_library")
    monkeypatch.chdir(tmp_path)
    start = begin(BUNDLED)
    assert Path(start.library[0].options["path"]).is_absolute()
    assert start.bundled


def test_the_weights_of_the_bundled_categories_are_known_to_it(tmp_path: Path) -> None:
    write_config(tmp_path / "own.yaml", config_text(begin(BUNDLED), Path("own.yaml")))
    config = load_config(tmp_path / "own.yaml")
    assert 0.0 in config.sampler.categories.values()
    assert asyncio.run(preview(config)).draws
