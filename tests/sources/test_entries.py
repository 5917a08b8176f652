"""What `--library` names, and entries added to a config without touching the rest of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apigen.errors import ConfigError
from apigen.options import Door
from apigen.sources.coverage import FEATURES, coverage, is_rich
from apigen.sources.entries import add_entry, entry_yaml, read_named
from apigen.yaml_files import parse_yaml
from tests.makers import make_api

NEW = Door(name="openapi", options={"spec": "shop.yaml", "include": ["get_*"], "http": {"seconds": 5}})
PLAIN = {"source": "openapi", "spec": "shop.yaml", "include": ["get_*"], "http": {"seconds": 5}}


@pytest.mark.parametrize(
    "text",
    [
        "store: a.db\nlibrary:\n  - source: python\n    path: apis   # mine\n\n# models\nllms: {}\n",
        "library:\n- source: python\n  path: apis\nstore: a.db\n",
        "library:\n  - {source: python, path: apis}\n# the end",
        "library:\n  - source: python\n    sandbox:\n      seconds: 3\n\n\n  # the last\nseed: 1\n",
        "library: [{source: python, path: apis}]\nseed: 1\n",
        "library: [\n  {source: python, path: apis}  # one\n]\n",
        "library: []\n",
        "library:\nseed: 1\n",
        "seed: 1\n",
        "seed: 1",
        "library:\r\n  - source: python\r\n    path: apis\r\nseed: 1\r\n",
        "library:\n  - source: python\n    path: |\n      apis\nseed: 1\n",
        "library:\n  - source: python\n    path: 'ä b'",
    ],
)
def test_an_entry_is_added_and_all_else_stays(text: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    file.chmod(0o640)
    before = parse_yaml(text) or {}
    add_entry(file, NEW)
    after = file.read_bytes().decode()
    assert parse_yaml(after) == before | {"library": [*(before.get("library") or []), PLAIN]}
    kept = iter(after)
    assert all(letter in kept for letter in text.rstrip("\n"))  # nothing but additions
    assert ("\r\n" in text) == ("\r\n" in after)
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]
    with pytest.raises(ConfigError, match="has this entry already"):
        add_entry(file, NEW)
    assert file.read_bytes().decode() == after


SCALARS = st.one_of(st.text(max_size=12), st.integers(), st.booleans(), st.lists(st.text(max_size=5), max_size=3))
OPTIONS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda key: key != "source"), SCALARS, max_size=4
)


@given(st.lists(OPTIONS, max_size=3), OPTIONS, st.sampled_from([None, True, False]), st.booleans())
def test_any_options_come_back_as_they_went_in(
    tmp_path_factory: Any, old: Any, new: dict[str, Any], flow: Any, last: bool
) -> None:
    file = tmp_path_factory.mktemp("c") / "c.yaml"
    entries = [{"source": "python", **options} for options in old]
    settings = {"library": entries, "seed": 3} if not last else {"seed": 3, "library": entries}
    text = yaml.safe_dump(settings, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    file.write_text(text, encoding="utf-8", newline="")
    entries = parse_yaml(text)["library"]  # YAML folds some characters
    wanted = {"source": "mcp", **new}
    try:
        add_entry(file, Door(name="mcp", options=new))
        added = [wanted]
    except ConfigError as error:
        added = []
        known = "add it by hand" if wanted not in entries else "has this entry"
        assert known in str(error)  # noqa: PT017 - any of the three ends is right
    assert parse_yaml(file.read_text("utf-8"))["library"] == entries + added


def test_a_file_that_is_no_config_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    alias = "a: &x {source: python}\nlibrary:\n  - *x\n"
    for text, words in (
        ("library: 5\n", "must be a list"), ("- a\n", "top level"), ("a: [\n", "line "), (alias, "by hand: {source: openapi"),
    ):  # fmt: skip
        file.write_text(text)
        with pytest.raises(ConfigError, match=words):
            add_entry(file, NEW)
        assert file.read_text() == text
    with pytest.raises(ConfigError, match="no such file"):
        add_entry(tmp_path / "none.yaml", NEW)


def test_an_entry_reads_as_people_write_it() -> None:
    assert entry_yaml(NEW) == "  - source: openapi\n    spec: shop.yaml\n    include: [get_*]\n    http: {seconds: 5}\n"


def test_what_a_library_may_be_named_by(tmp_path: Path) -> None:
    document = tmp_path / "shop.yaml"
    document.write_text("openapi: 3.1.0\ninfo: {title: library}\n")
    config = tmp_path / "run.yaml"
    config.write_text(
        "store: runs/a.db\nsandbox: {seconds: 9}\nlibrary:\n  - {source: python, path: apis}\nnonsense: 1\n"
    )
    entry = tmp_path / "entry.yaml"
    entry.write_text("source: mcp\nname: time\n")
    for named, names in (
        (str(tmp_path), ["python"]), (str(document), ["openapi"]), ("https://h.example/openapi.json", ["openapi"]),
        (str(config), ["python"]), (str(entry), ["mcp"]), ("{source: mcp, name: t}", ["mcp"]),
        ("[{source: mcp, name: t}, {source: python, path: x}]", ["mcp", "python"]),
    ):  # fmt: skip
        assert [found.name for found in read_named(named).entries] == names
    named = read_named(str(config))
    assert (named.store, named.sandbox.seconds) == (Path("runs/a.db"), 9)


@pytest.mark.parametrize(
    ("library", "words"),
    [
        ("nowhere", "there is no folder or file 'nowhere'"),
        ("{source", "is no YAML"),
        ("[1]", "source: NAME"),
        ("{sauce: x}", "library"),
    ],
)
def test_names_of_nothing(library: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_named(library)


def test_coverage_counts_each_api_once_a_feature() -> None:
    place = {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}}
    one = make_api(
        "one", {"places": {"type": "array", "items": place}, "enum": {"type": "string"}}, required=["places"]
    )
    two = make_api("two", {"x": {"type": "integer"}}, required=["x"])
    (row,) = coverage([one, two]).values()
    assert row.apis == 2
    assert {name: count for name, count in row.features.items() if count} == {
        "optional": 1, "enums": 1, "arrays": 1, "objects": 1
    }  # fmt: skip
    assert list(row.features) == list(FEATURES)
    assert [is_rich(value) for value in ({"a": [1]}, {"a": {}}, {"a": 1}, [{}], None)] == [
        True,
        True,
        False,
        False,
        False,
    ]
