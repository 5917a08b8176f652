"""Splits: the same each time, whole or not at all, and nothing of the test part seen in training."""

import json
from collections import Counter
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.config import Export
from apigen.errors import ConfigError, StoreError
from apigen.exporters import NO_PART, check_exports, export_order
from apigen.exporters.orders import Order
from apigen.exporters.splits import Split, read_shares
from apigen.options import Door
from apigen.records import Call
from tests.makers import make_api, make_candidate, make_draw, make_sample

APIS = tuple(make_api(f"f{number}", {}) for number in range(20))


def make(query="How large?", called=(0,), offered=None):
    draw = make_draw(*(APIS[number] for number in offered or called))
    candidate = replace(make_candidate(draw, query=query), calls=tuple(Call(f"f{number}", {}) for number in called))
    return make_sample(candidate)


SAMPLES = [make(f"Question {number}?", (number % 20,), (number % 20, number // 20 % 20)) for number in range(400)]


def write(folder, split, samples=SAMPLES, apis=APIS):
    done = export_order(iter(samples), Order("xlam", folder / "data.jsonl", split), {"seed": 3}, apis)
    queries = {
        file.name.split(".")[1]: [json.loads(line)["query"] for line in file.read_text("utf-8").splitlines()]
        for file in done.rows
    }
    assert {file.name.split(".")[1]: rows for file, rows in done.rows.items()} == {
        name: len(rows) for name, rows in queries.items()
    }
    return done, queries


def test_parts_share_the_samples_about_as_told(tmp_path):
    done, parts = write(tmp_path, Split.of({"test": 0.2}))
    assert list(parts) == ["train", "test"]
    assert 50 < len(parts["test"]) < 110
    assert sorted(parts["train"] + parts["test"]) == sorted(sample.query for sample in SAMPLES)
    assert done.left_out == {}
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "data.test.jsonl", "data.test.jsonl.meta.yaml", "data.train.jsonl", "data.train.jsonl.meta.yaml",
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path):
    parts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(tmp_path / name, Split.of({"test": 0.3}, "sample", seed))
        parts.append((tmp_path / name / "data.test.jsonl").read_bytes())
    assert parts[0] == parts[1] != parts[2]


def test_where_a_sample_goes_does_not_depend_on_the_others(tmp_path):
    split = Split.of({"test": 0.3})
    _, whole = write(tmp_path / "whole", split)
    _, half = write(tmp_path / "half", split, SAMPLES[::-2])
    assert set(half["test"]) <= set(whole["test"])
    assert set(half["train"]) <= set(whole["train"])


def test_this_sample_goes_there_on_every_machine():
    split = Split.of({"test": 0.5}, "sample", 7)
    assert [split.divider(APIS)(make(f"Question {n}?")) for n in range(6)] == [
        "train",
        "test",
        "test",
        "train",
        "test",
        "test",
    ]
    assert [name for name, part in split.divide_apis(APIS[:6]).items() if part == "test"] == ["f5", "f4", "f1"]


@settings(deadline=None, database=None)
@given(st.text(max_size=30), st.floats(0.05, 0.95), st.integers())
def test_equal_queries_stay_together(query, share, seed):
    divide = Split.of({"test": share}, "sample", seed).divider(APIS)
    assert divide(make(query)) == divide(make(f"  {query} !", called=(3,)))
    assert divide(make("how far?")) == divide(make("How FAR"))


def test_rows_are_numbered_in_each_part(tmp_path):
    write(tmp_path, Split.of({"test": 0.3}))
    for part in ("train", "test"):
        lines = (tmp_path / f"data.{part}.jsonl").read_text("utf-8").splitlines()
        assert [json.loads(line)["id"] for line in lines] == list(range(len(lines)))


def test_beside_each_part_stands_how_it_was_split(tmp_path):
    done, parts = write(tmp_path, Split.of({"test": 0.2}, "api", 5))
    beside = yaml.safe_load((tmp_path / "data.test.jsonl.meta.yaml").read_text("utf-8"))
    apis = beside["split"].pop("apis")
    assert beside == {
        "format": "xlam",
        "rows": len(parts["test"]),
        "split": {
            "part": "test",
            "shares": {"train": 0.8, "test": 0.2},
            "by": "api",
            "seed": 5,
        },
        "left_out": done.left_out,
        "seed": 3,
    }
    assert len(apis) == 4


@settings(deadline=None, database=None, max_examples=50)
@given(
    st.lists(st.tuples(st.lists(st.integers(0, 19), min_size=1, max_size=3), st.lists(st.integers(0, 19), max_size=3)), max_size=40),
    st.sampled_from([{"test": 0.1}, {"train": 0.6, "dev": 0.2, "test": 0.2}, {"a": 0.5, "b": 0.5}]),
    st.integers(0, 5),
)  # fmt: skip
def test_what_is_tested_is_unseen_in_training(drawn, shares, seed):
    split = Split.of(shares, "api", seed)
    part_of, divide = split.divide_apis(APIS), split.divider(APIS)
    trained_on = "train" if "train" in split.shares else "a"
    assert set(part_of.values()) == set(split.shares)
    for called, others in drawn:
        part = divide(sample := make(called=tuple(called), offered=(*called, *others)))
        if part is None:
            assert len({part_of[api.name] for api in sample.apis}) > 1
            continue
        assert {part_of[call.name] for call in sample.calls} == {part}
        if part == trained_on:
            assert {part_of[api.name] for api in sample.apis} == {part}


def test_what_fits_no_part_is_left_out_and_counted(tmp_path):
    done, parts = write(tmp_path, Split.of({"test": 0.2}, "api"))
    assert done.left_out[NO_PART] + sum(map(len, parts.values())) == len(SAMPLES)
    assert list(done.left_out) == [NO_PART]
    assert parts["test"]


@pytest.mark.parametrize("count", range(2, 12))
def test_each_part_has_an_api(count):
    split = Split.of({"a": 0.01, "b": 0.98}, "api") if count > 2 else Split.of({"a": 0.01}, "api")
    sizes = Counter(split.divide_apis(APIS[:count]).values())
    assert set(sizes) == set(split.shares)
    assert sum(sizes.values()) == count


@pytest.mark.parametrize(
    ("shares", "by", "key", "said"),
    [
        ({"../x": 0.1}, "sample", "split", "cannot name a part"),
        ({"": 0.1}, "sample", "split", "cannot name a part"),
        ({"test": 1.5}, "sample", "split", "between 0 and 1"),
        ({"test": float("nan")}, "sample", "split", "between 0 and 1"),
        ({}, "sample", "split", "between 0 and 1"),
        ({"train": 0.8, "test": 0.1}, "sample", "split", "come to 0.9; make it 1"),
        ({"a": 0.8, "test": 0.4}, "sample", "split", "come to 1.2; make it 1"),
        ({"Test": 0.5, "test": 0.5}, "sample", "split", "different names"),
        ({"a-b": 0.5, "a_b": 0.5}, "sample", "split", "different names"),
        ({"test": 0.5}, "day", "split_by", "choose one of sample, api"),
    ],
)
def test_a_wrong_split_is_one_line(shares, by, key, said):
    with pytest.raises(ConfigError) as caught:
        Split.of(shares, by)
    assert str(caught.value).startswith(f"{key}: ")
    assert said in str(caught.value)


def test_shares_are_read_from_the_command_line():
    assert read_shares("train=0.9, test=0.1") == {"train": 0.9, "test": 0.1}
    for text in ("test", "test=", "test=x", "a=0.1,a=0.2", ","):
        with pytest.raises(ConfigError, match="write it as"):
            read_shares(text)


def test_a_library_of_too_few_apis_is_an_error(tmp_path):
    order = Order("xlam", tmp_path / "x.jsonl", Split.of({"test": 0.1}, "api"))
    with pytest.raises(ConfigError, match="1 APIs cannot be divided into 2 parts"):
        order.check(APIS[:1])
    with pytest.raises(ConfigError):
        export_order([], order, {}, APIS[:1])
    assert list(tmp_path.iterdir()) == []


def failing():
    yield from SAMPLES[:100]
    raise OSError(28, "No space left")


def test_a_failure_midway_leaves_the_old_parts(tmp_path):
    for part in ("train", "test"):
        (tmp_path / f"data.{part}.jsonl").write_text("old")
    with pytest.raises(StoreError):
        export_order(failing(), Order("xlam", tmp_path / "data.jsonl", Split.of({"test": 0.5})), {}, APIS)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "data.train.jsonl": "old",
        "data.test.jsonl": "old",
    }


def test_a_folder_in_the_place_of_one_part_leaves_the_others(tmp_path):
    (tmp_path / "data.train.jsonl").write_text("old")
    (tmp_path / "data.test.jsonl").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        export_order(SAMPLES[:100], Order("xlam", tmp_path / "data.jsonl", Split.of({"test": 0.5})), {}, APIS)
    assert (tmp_path / "data.train.jsonl").read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.test.jsonl", "data.train.jsonl"]


def entry(**options) -> Export:
    return Door(name="xlam", options=options)


def test_a_config_may_ask_for_a_split(tmp_path):
    (order,) = check_exports(
        [entry(file="a.jsonl", split={"test": 0.1}, split_by="api", split_seed=4)], tmp_path / "s.db"
    )
    assert order.split == Split({"train": 0.9, "test": 0.1}, "api", 4)
    with pytest.raises(ConfigError, match=r"exports\[0\].split: the shares come to 0.9"):
        check_exports([entry(file="a.jsonl", split={"train": 0.8, "test": 0.1})], tmp_path / "s.db")
    with pytest.raises(ConfigError, match=r"exports\[0\].split.test"):
        check_exports([entry(file="a.jsonl", split={"test": "much"})], tmp_path / "s.db")


def test_parts_may_not_take_each_other_s_files(tmp_path):
    entries = [entry(file="a.jsonl", split={"test": 0.1}), entry(file="a.test.jsonl")]
    with pytest.raises(ConfigError, match=r"exports\[1\].file: is a folder, or taken"):
        check_exports(entries, tmp_path / "s.db")
