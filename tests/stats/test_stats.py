"""The figures of a run's verified samples."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from apigen.records import Call, Draw
from apigen.stats import gather
from apigen.stats.coverage import CoverageCount
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from tests.makers import INTEGER, NULL, TEXT, make_api, make_candidate
from tests.store.makers import CLOCK, config

UNITS = {"enum": ["m", "km", "mile", None]}
CONVERT = make_api("convert", {"amount": INTEGER, "unit": {"anyOf": [UNITS, NULL]}, "note": TEXT}, ["amount"])
OTHER = make_api("other", {"x": INTEGER})
QUERY = "How many km are {} in the old units of the town, and how many miles is that, if you please?"


@pytest.fixture
def store(tmp_path):
    """Write (query, calls, reason of rejection) as draws of one run; return the file."""

    def write(*rows, stages=("format",), apis=(CONVERT, OTHER), cut=None):
        file = tmp_path / "run.db"
        with closing(
            RunWriter.start(
                config(file), apis, library_hash="x", sandbox_tier="process", stages=stages, clock=CLOCK, new_run=True
            )
        ) as writer:
            for index, (query, calls, reason) in enumerate(rows):
                draw = Draw(index, 1, "simple", "call_first", tuple(apis))
                candidate = replace(make_candidate(draw, query=query), calls=tuple(calls))
                for stage in stages:
                    candidate = candidate.passed(stage)
                if reason:
                    candidate = replace(candidate, verdicts=()).rejected(*reason.split(":"), "because")
                writer.save_draw(draw, [candidate], 1.0)
            writer.finish(state="done", cut=cut, seconds=1.0)
        return file

    return write


def figures(file, run=None):
    with closing(StoreReader(file, run)) as reader:
        return gather(reader)


def convert(amount, **more):
    return Call("convert", {"amount": amount, **more})


def test_coverage_is_of_the_whole_library(store):
    found = figures(store(("a", [convert(1, unit="km")], ""), ("b", [convert(2, unit="m"), convert(3)], "")))
    assert (found.apis.used, found.apis.of) == (1, 2)
    assert (found.optional.used, found.optional.of) == (1, 2)
    assert (found.enum_members.used, found.enum_members.of) == (2, 3)
    assert found.gini == 0.5
    assert found.calls == {1: 1, 2: 1}
    assert found.to_json()["coverage"]["apis"] == {"used": 1, "of": 2, "share": 0.5}


def test_enum_members_are_found_in_lists_and_objects():
    inner = {"type": "object", "properties": {"mode": {"enum": ["a", "b"]}}}
    api = make_api("f", {"list": {"type": "array", "items": {"enum": [1, 2, 3]}}, "o": inner, "plain": TEXT}, [])
    count = CoverageCount([api])
    count.add(Call("f", {"list": [1, 1.0, 3, 9], "o": {"mode": "a"}, "plain": "b"}))
    assert (count.enum_members.used, count.enum_members.of) == (3, 5)
    assert (count.optional.used, count.optional.of) == (3, 3)


def test_rejected_candidates_and_those_beyond_the_cut_do_not_count(store):
    rows = [("a", [convert(1)], ""), ("b", [convert(1)], "format:no_calls"), ("c", [convert(1)], "")]
    assert figures(store(*rows)).samples == 2
    assert figures(store(*rows, cut=1)).samples == 1


def test_duplicates_are_told_apart(store):
    found = figures(
        store(
            (QUERY.format(5), [convert(1), convert(2)], ""),
            (QUERY.format(5).upper() + "!!", [convert(3)], ""),
            (QUERY.format(6), [convert(2.0), convert(1)], ""),
            ("Something else.", [convert(4)], ""),
        )
    )
    assert (found.equal_queries, found.equal_calls) == (1, 1)
    assert (found.near_queries, found.near_of, found.near_unsettled) == (2, 4, 0)


def test_words_and_n_grams_are_the_queries(store):
    found = figures(
        store(("one two three", [convert(1)], ""), ("One, two!", [convert(2)], ""), ("x", [convert(3)], ""))
    )
    assert found.distinct == {1: pytest.approx(4 / 6), 2: pytest.approx(2 / 3), 3: 1.0}
    assert found.query_words == {"least": 1, "p10": 1, "median": 2, "p90": 3, "most": 3}


def test_arguments_that_hardly_vary_are_listed(store):
    rows = [(f"query {n}", [convert(n, note="same", unit=("km", "m", "mile")[n % 3])], "") for n in range(12)]
    found = figures(store(*rows))
    assert [(one.api, one.argument, one.uses, one.entropy) for one in found.low] == [("convert", "note", 12, 0)]
    assert (found.low_count, found.arguments) == (1, 3)
    assert found.evenness == pytest.approx(2 / 3)
    assert found.to_json()["values"]["low"][0]["evenness"] == 0


def test_a_number_and_its_text_are_two_values(store):
    found = figures(store(*((f"q {n}", [Call("convert", {"note": ["5", 5, 5.0, '"5'][n]})], "") for n in range(4))))
    assert found.entropy == pytest.approx(1.5)


def test_contamination_is_counted_where_it_was_looked_for(store):
    rows = [("a", [convert(1)], ""), ("b", [convert(1)], "decontamination:contaminated")]
    assert figures(store(*rows)).contaminated is None
    assert figures(store(*rows, stages=("format", "decontamination"))).contaminated == 1


def test_an_empty_run_has_figures_too(store):
    found = figures(store())
    assert (found.samples, found.entropy, found.query_words, found.calls_mean) == (0, None, {}, None)
    assert json.loads(json.dumps(found.to_json()))["duplicates"]["near_rate"] is None


def test_each_run_of_a_store_has_its_own(store):
    store(("a", [convert(1)], ""))
    file = store(("b", [convert(1)], ""), ("c", [convert(2)], ""))
    assert (figures(file, 1).samples, figures(file).samples) == (1, 2)


def command(file, *options, columns=80, **environment):
    code = "from apigen.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "stats", str(file), *options],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": str(columns)} | environment,
    )


def test_the_figures_are_the_same_in_every_process(store):
    file = store(*((QUERY.format(n % 50), [convert(n % 7, note=f"n{n}")], "") for n in range(120)))
    one, other = (command(file, "--json", PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert one.stdout == other.stdout
    assert json.loads(one.stdout) == {**figures(file).to_json(), "labels": None}


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_table_fits_the_window(store, columns):
    evil = make_api("convert\x1b[31m" + "x" * 60, {"note": TEXT})
    rows = [(f"query {n}", [Call(evil.name, {"note": "same"})], "") for n in range(12)]
    done = command(store(*rows, apis=(evil,)), columns=columns)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= columns
    assert "12 verified samples" in done.stdout


def test_a_store_without_samples_says_so(store):
    done = command(store())
    assert (done.returncode, done.stdout) == (0, "nothing verified yet\n")


def test_what_is_no_store_is_one_line(tmp_path):
    done = command(tmp_path / "none.db")
    assert done.returncode == 2
    assert done.stderr.startswith("apigen: ")
    assert len(done.stderr.splitlines()) == 1
