"""Options that every format has: styles, order, shards, Parquet, the dataset card; and what lies beside the files."""

import importlib.util
import json
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from apigen.errors import ConfigError, StoreError
from apigen.exporters import EXPORTERS, check_exports, export_order, export_run
from apigen.exporters.card import MARK
from apigen.exporters.orders import ExportOptions, Order
from apigen.exporters.splits import Split
from apigen.options import Door, parse_options
from apigen.records import Call
from apigen.store.reader import StoreReader
from tests.makers import make_api, make_candidate, make_draw, make_sample
from tests.store.makers import save, start

needs_pyarrow = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not here; pip install -e '.[dev,parquet]'"
)
ABOUT = {
    "seed": 3, "library_hash": "abc", "apigen_version": "1", "stages": ["format"],
    "models": {"generate": ["big|model", "<b>"], "judge": ["j"]},
    "funnel": {"generated": 9, "rejected": {"format:x": 2}, "verified": 6, "surplus": 1},
}  # fmt: skip


def samples(count=25):
    return [make_sample(make_candidate(query=f"Question {number}?")) for number in range(count)]


def write(folder, name="xlam", items=None, file="data.jsonl", **chosen):
    return export_order(items or samples(), Order(name, folder / file, **chosen), ABOUT, (make_api(),))


def queries(file):
    return [json.loads(line)["query"] for line in file.read_text("utf-8").splitlines()]


def beside(file):
    return yaml.safe_load(file.with_name(f"{file.name}.meta.yaml").read_text("utf-8"))


def order(name="trl", **options):
    return Order.of(name, EXPORTERS, parse_options(ExportOptions, {"file": "out.jsonl", **options}))


# --- shards ---


def test_shards_hold_all_rows_in_order(tmp_path):
    done = write(tmp_path, shard=10)
    names = [f"data-0000{number}-of-00003.jsonl" for number in (1, 2, 3)]
    assert [(file.name, rows) for file, rows in done.rows.items()] == list(zip(names, (10, 10, 5), strict=True))
    assert [query for name in names for query in queries(tmp_path / name)] == [one.query for one in samples()]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names, "data.jsonl.meta.yaml"]
    assert beside(tmp_path / "data.jsonl")["files"] == dict(zip(names, (10, 10, 5), strict=True))


@pytest.mark.parametrize(("count", "files"), [(1, 1), (10, 1), (11, 2), (20, 2)])
def test_no_shard_is_empty(tmp_path, count, files):
    done = write(tmp_path, items=samples(count), shard=10)
    assert len(done.rows) == files
    assert all(done.rows.values())


def test_no_shard_is_begun_for_a_sample_that_is_left_out(tmp_path):
    two = make_sample(make_candidate(make_draw(), Call("area", {"width": 1}), Call("area", {"width": 2})))
    done = write(tmp_path, "llama31", [*samples(10), two], shard=10)
    assert list(done.rows.values()) == [10]
    assert done.left_out == {"several calls in one turn": 1}


def test_shards_of_an_earlier_export_go_and_nothing_else_does(tmp_path):
    write(tmp_path, shard=5)
    for name in ("data-00001-of-what!.jsonl", "other-00001-of-00005.jsonl", "data-00001-of-00005.txt"):
        (tmp_path / name).write_text("mine")
    write(tmp_path, shard=20)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data-00001-of-00002.jsonl", "data-00001-of-00005.txt", "data-00001-of-what!.jsonl", "data-00002-of-00002.jsonl",
        "data.jsonl.meta.yaml", "other-00001-of-00005.jsonl",
    ]  # fmt: skip


def test_a_failure_midway_leaves_the_old_shards(tmp_path):
    def failing():
        yield from samples(12)
        raise OSError(28, "No space left")

    write(tmp_path, shard=5)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreError):
        write(tmp_path, items=failing(), shard=5)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_parts_have_shards_of_their_own(tmp_path):
    done = write(tmp_path, split=Split.of({"test": 0.3}), shard=5)
    assert {file.name.split("-")[0] for file in done.rows} == {"data.train", "data.test"}
    assert sum(done.rows.values()) == 25


# --- which samples, and in which order ---


@pytest.fixture
def store(tmp_path):
    with closing(start(tmp_path / "a.db", target={"draws": 40})) as writer:
        for index in range(30):
            save(writer, index, "", "exception", style=("simple", "multiple", "parallel")[index % 3])
    return StoreReader(tmp_path / "a.db")


def test_a_shuffle_is_the_same_each_time_and_loses_nothing(tmp_path, store):
    found = {}
    for name, seed in (("plain", None), ("a", 1), ("b", 1), ("c", 2)):
        export_run(store, Order("xlam", tmp_path / f"{name}.jsonl", shuffle=seed))
        found[name] = queries(tmp_path / f"{name}.jsonl")
    assert found["plain"] == [f"{index}/0" for index in range(30)]
    assert found["a"] == found["b"] != found["c"]
    assert sorted(found["a"]) == sorted(found["c"]) == sorted(found["plain"])
    assert beside(tmp_path / "a.jsonl")["options"] == {"shuffle": 1}


def test_a_shuffle_heeds_the_run_s_cut(tmp_path, store):
    store._connection.execute("update runs set cut = 9")
    assert {sample.query for sample in store.samples(5)} == {f"{index}/0" for index in range(10)}


def test_only_the_styles_that_were_asked_for(tmp_path, store):
    export_run(store, Order("xlam", tmp_path / "out.jsonl", styles=("multiple",)))
    assert queries(tmp_path / "out.jsonl") == [f"{index}/0" for index in range(1, 30, 3)]
    assert beside(tmp_path / "out.jsonl")["options"] == {"styles": ["multiple"]}


# --- wrong options ---


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("xlam", {"system": "x"}, "system: xlam has no place for it"),
        ("xlam", {"results": True}, "results: xlam has no place for it"),
        ("dpo_trl", {"results": True}, "results: dpo_trl has no place for it"),
        ("trl", {"doubtful": True}, "doubtful: trl has no place for it"),
        ("trl", {"shard": 0}, "shard: "),
        ("trl", {"styles": ["nice"]}, "styles[0]: "),
        ("trl", {"styles": []}, "styles: "),
        ("trl", {"card": "apache\nlicense: mit"}, "card: "),
        ("trl", {"shuffle": "x"}, "shuffle: "),
    ],
)
def test_what_cannot_be_is_one_line(name, options, said):
    with pytest.raises(ConfigError) as caught:
        order(name, **options)
    assert str(caught.value).startswith(said)


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"file: needs pyarrow; run: pip install 'apigen-synth\[parquet\]'"):
        order(file="out.parquet")


def test_two_cards_do_not_fit_one_folder(tmp_path):
    entries = [Door(name="trl", options={"file": f"{name}.jsonl", "card": "mit"}) for name in "ab"]
    with pytest.raises(ConfigError, match=r"exports\[1\].file: is a folder, or taken"):
        check_exports(entries, tmp_path / "s.db")


@pytest.mark.parametrize("name", ["run.db", "sub/../run.db", "way/run.db", "run.db-wal", "link.db"])
def test_the_store_is_not_written_over(tmp_path, name):
    with closing(start(tmp_path / "run.db")) as writer:
        save(writer, 0, "")
    (tmp_path / "sub").mkdir()
    (tmp_path / "way").symlink_to(tmp_path)
    (tmp_path / "link.db").symlink_to(tmp_path / "run.db")
    with closing(StoreReader(tmp_path / ("link.db" if name == "link.db" else "run.db"))) as reader:
        before = (tmp_path / "run.db").read_bytes()
        with pytest.raises(ConfigError, match="taken by the store"):
            export_run(reader, Order("xlam", tmp_path / name))
    assert (tmp_path / "run.db").read_bytes() == before
    with pytest.raises(ConfigError, match="taken by the store"):
        check_exports([Door(name="xlam", options={"file": tmp_path / name})], tmp_path / "link.db")


@pytest.mark.parametrize("split", [None, Split.of({"test": 0.5, "train": 0.5}, "sample", 0)])
def test_no_path_to_the_store_is_one_for_an_export(tmp_path, store, split):
    (tmp_path / "link").symlink_to(tmp_path)
    file = store.path if split is None else tmp_path / "a.db"
    if split:  # a part's file is called after it
        store.path = store.path.rename(tmp_path / "a.test.db")
    before = store.path.read_bytes()
    for same in (file, tmp_path / "link" / file.name, tmp_path / "link" / ".." / tmp_path.name / file.name):
        with pytest.raises(ConfigError, match="taken by the store"):
            export_run(store, Order("xlam", same, split=split))
        options = {"file": str(same)} | ({"split": split.shares} if split else {})
        with pytest.raises(ConfigError, match="taken by the store"):
            check_exports([Door(name="xlam", options=options)], store.path)
    assert store.path.read_bytes() == before


# --- the card ---


def test_a_card_says_how_the_data_was_made(tmp_path):
    write(tmp_path, split=Split.of({"my-test": 0.3}), shard=5, card="cc-by-4.0")
    text = (tmp_path / "README.md").read_text("utf-8")
    _, head, body = text.split("---\n", 2)
    found = yaml.safe_load(head)
    assert (found["license"], found["task_categories"], found["size_categories"]) == (
        "cc-by-4.0", ["text-generation"], ["n<1K"],
    )  # fmt: skip
    (config,) = found["configs"]
    assert [part["split"] for part in config["data_files"]] == ["train", "my_test"]
    for part in config["data_files"]:
        for name in [part["path"]] if isinstance(part["path"], str) else part["path"]:
            assert (tmp_path / name).is_file()
    for row in (
        "| generator | big\\|model, \\<b\\> |", "| judges | j |", "| library | abc |", "| apigen | 1 |", "| rows | 25 |",
        "| generated | 9 |", "| rejected: format:x | 2 |", "| verified | 7 |",
    ):  # fmt: skip
        assert row in body


def test_a_card_is_written_anew_but_no_readme_of_somebody_else_s(tmp_path):
    write(tmp_path, card="mit")
    write(tmp_path, card="apache-2.0")
    readme = tmp_path / "README.md"
    assert "license: apache-2.0" in readme.read_text("utf-8")
    readme.write_text("# Mine")
    with pytest.raises(StoreError, match="no card of apigen's"):
        write(tmp_path, file="new.jsonl", card="mit")
    assert (readme.read_text(), (tmp_path / "new.jsonl").exists()) == ("# Mine", False)


def test_nothing_in_a_card_is_markup_of_somebody_else_s(tmp_path):
    hostile = {**ABOUT, "models": {"generate": [f"x\n---\nlicense: mit\n{MARK}\n[a](b)\ud800"]}}
    export_order(samples(2), Order("trl", tmp_path / "a.jsonl", card="mit"), hostile, ())
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("---\n") == 2
    assert "\\[a\\](b)?" in text


# --- Parquet ---


@needs_pyarrow
@pytest.mark.parametrize("name", EXPORTERS)
def test_parquet_holds_the_rows_of_the_lines(tmp_path, name):
    import pyarrow.parquet as pq

    from apigen.exporters.formats import Pair

    items = samples(3)
    if EXPORTERS[name].pairs:
        items = [Pair(one.candidate, one.stages, (Call("area", {}),), "format:missing_argument") for one in items]
    for suffix in (".jsonl", ".parquet"):
        write(tmp_path, name, items, f"data{suffix}")
    lines = [json.loads(line) for line in (tmp_path / "data.jsonl").read_text("utf-8").splitlines()]
    table = pq.read_table(tmp_path / "data.parquet")
    kinds = EXPORTERS[name].columns
    rows = [{key: _read(value, kinds[key]) for key, value in row.items()} for row in table.to_pylist()]
    assert rows == lines


def _read(value, kind):
    if kind == "json":
        return json.loads(value)
    return [json.loads(item) for item in value] if kind == "jsons" else value


@needs_pyarrow
def test_parquet_leaves_out_what_is_no_text_and_keeps_large_numbers(tmp_path):
    import pyarrow.parquet as pq

    odd = [
        make_sample(make_candidate(query="a\ud800b")),
        make_sample(make_candidate(make_draw(), Call("area", {"width": 10**400, "height": "\ud800"}))),
    ]
    done = write(tmp_path, "openai", odd, "data.parquet")
    assert done.left_out == {}
    assert write(tmp_path, "hermes", odd[:1], "more.parquet").left_out == {
        "text with half of a surrogate pair, which Parquet does not take": 1
    }
    rows = pq.read_table(tmp_path / "data.parquet").to_pylist()
    call = json.loads(rows[1]["messages"][1])["tool_calls"][0]["function"]
    assert json.loads(call["arguments"]) == {"width": 10**400, "height": "\ud800"}


@needs_pyarrow
def test_the_same_rows_give_the_same_parquet(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, "trl", file="data.parquet", shard=10)
    for number in (1, 2, 3):
        name = f"data-0000{number}-of-00003.parquet"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@needs_pyarrow
def test_a_failure_midway_leaves_no_parquet(tmp_path):
    def failing():
        yield from samples(3)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(tmp_path, "trl", failing(), "data.parquet")
    assert list(tmp_path.iterdir()) == []


# --- memory ---


@pytest.mark.parametrize("name", [name for name, format_ in EXPORTERS.items() if not format_.pairs])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str) -> None:
    peaks = []
    for count in (2_000, 2_000, 8_000):  # the first fills the caches
        tracemalloc.start()
        one = make_sample()
        write(tmp_path, name, (replace(one) for _ in range(count)), shard=1_500)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] * 1.2
