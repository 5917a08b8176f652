"""Decontamination: what a benchmark holds is found, and a benchmark file that cannot be read is one clear line."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers import Toolbox, build_checkers
from apigen.checkers.benchmarks import read_benchmark
from apigen.checkers.decontamination import DecontaminationChecker, QueryIndex
from apigen.config import RunConfig
from apigen.errors import ConfigError
from apigen.options import Door, parse_options
from apigen.prompts import Prompts
from apigen.records import Call
from apigen.sources import Library
from apigen.words import grams_of, words_of
from tests.makers import TEXT, make_api, make_candidate, make_draw, rejection, wait_for

WEATHER = "What is the weather in Paris, France tomorrow morning, in degrees Celsius?"
AREA_OF_BFCL = {
    "name": "geometry.Area",
    "parameters": {"type": "dict", "properties": {"height": {"type": "integer"}, "width": {"type": "integer"}}},
}


@pytest.fixture
def bench(tmp_path):
    """Write rows (or bytes) as a benchmark and return the checker, or its options' error."""
    file = tmp_path / "bench.jsonl"

    def make(*rows, **options):
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        file.write_bytes(b"\n".join(lines) + b"\n")
        return DecontaminationChecker.from_options({"files": [str(file)], **options})

    return make


def reason(checker, query="How large is it?", *calls, draw=None):
    done = wait_for(checker(make_candidate(draw, *calls, query=query)))
    return done.rejection.reason if done.rejection else ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (WEATHER, True),
        ("what is the WEATHER in paris france; tomorrow morning in degrees celsius", True),
        ("Good day! " + WEATHER + " Thank you very much indeed.", True),
        ("What is the weather in Paris, France tomorrow morning, in Kelvin?", True),
        ("What is the weather in London, England next Friday evening, in Kelvin?", False),
        ("What is the weather?", False),
        ("?!", False),
    ],
)
def test_a_query_near_a_benchmark_s_is_contaminated(bench, query, expected):
    assert bool(reason(bench({"query": WEATHER}), query)) is expected


def test_typos_hide_no_benchmark_query(bench):
    checker = bench({"query": WEATHER})
    candidate = make_candidate(query="Waht is teh wether in Pari, Frnce tomorow mornin, in degres Celsis")
    assert wait_for(checker(candidate)).rejection is None
    assert rejection(wait_for(checker(replace(candidate, draft=WEATHER)))).reason == "decontamination:contaminated"


def test_the_detail_names_file_line_and_text(bench):
    checker = bench({"query": "Something else."}, b"", {"query": WEATHER + " x" * 500})
    found = rejection(wait_for(checker(make_candidate(query=WEATHER))))
    assert (found.stage, found.reason) == ("decontamination", "decontamination:contaminated")
    assert "bench.jsonl line 3: What is the weather in Paris" in found.detail
    assert len(found.detail) < 600


def test_the_nearest_line_is_named(bench):
    almost = WEATHER.replace("Celsius", "Fahrenheit")
    checker = bench({"query": almost}, {"query": WEATHER})
    assert "line 2:" in rejection(wait_for(checker(make_candidate(query=WEATHER)))).detail


def test_short_queries_are_compared_whole(bench):
    checker = bench({"query": "Add 2.5 and 3."})
    assert reason(checker, "add 2.5 and 3") == "decontamination:contaminated"
    assert reason(checker, "Add 2.5 and 4.") == ""
    assert reason(checker, "Add 25 and 3.") == ""
    assert reason(checker, "Please add 2.5 and 3 and then tell me what comes of it") == ""


def test_the_thresholds_are_options(bench):
    near = "What is the weather in Paris, France on Monday the third, in whole numbers please?"
    assert reason(bench({"query": WEATHER}), near) == ""
    assert reason(bench({"query": WEATHER}, ngram=3), near) != ""
    assert reason(bench({"query": WEATHER}, ngram=3, overlap=0.9), near) == ""


@pytest.mark.parametrize(
    "row",
    [
        {"query": WEATHER},
        {"question": WEATHER},
        {"instruction": WEATHER},
        {"question": [[{"role": "user", "content": WEATHER}]]},
        {"question": [[{"role": "system", "content": "x"}, {"role": "user", "content": WEATHER}], []]},
        {"question": [[{"role": "user", "content": "Hello."}], [{"role": "user", "content": WEATHER}]]},
        {"messages": [{"role": "user", "content": WEATHER}, {"role": "assistant", "content": None}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": WEATHER}, {"type": "image"}]}]},
        {"messages": [{"from": "human", "value": WEATHER}, {"from": "gpt", "value": "Sunny."}]},
        {"id": 5, "query": None, "question": WEATHER},
    ],
)
def test_the_layouts_of_benchmarks_are_read(bench, row):
    assert reason(bench(row), WEATHER) == "decontamination:contaminated"


def test_the_key_may_be_named(bench):
    assert reason(bench({"query": "x", "prompt": WEATHER}, key="prompt"), WEATHER) == "decontamination:contaminated"


def test_what_the_assistant_says_is_no_query(bench):
    row = {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": WEATHER}]}
    assert reason(bench(row), WEATHER) == ""


@pytest.mark.parametrize(
    "functions",
    [
        {"function": AREA_OF_BFCL},
        {"function": [AREA_OF_BFCL]},
        {"functions": [AREA_OF_BFCL]},
        {"tools": [{"type": "function", "function": AREA_OF_BFCL}]},
        {"tools": json.dumps([{"name": "geometry_area", "parameters": {"width": {"type": "int"}, "height": {}}}])},
    ],
)
def test_a_called_function_of_a_benchmark_is_contaminated(bench, functions):
    draw = make_draw(make_api("geometry_area"))
    call = Call("geometry_area", {"width": 1, "height": 2})
    row = {"query": "x", **functions}
    assert reason(bench(row), "y", call, draw=draw) == "decontamination:contaminated"
    assert reason(bench(row, signatures="allow"), "y", call, draw=draw) == ""


def test_functions_of_the_same_name_with_other_arguments_are_others(bench):
    checker = bench({"query": "x", "function": AREA_OF_BFCL})
    draw = make_draw(make_api("geometry_area", {"radius": TEXT}), make_api("geometry.area"), style="multiple")
    assert reason(checker, "y", Call("geometry_area", {"radius": "1"}), draw=draw) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"query": "' + b"x" * 1_000_000 + b'"}', "longer than 1 MB"),
        (b'{"query": "\xff\xfe"}', "is not UTF-8"),
        (b'{"query": ' + b"[" * 100_000, "is no JSON"),
        (b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is no JSON"),
        (b'{"query": "x", "score": NaN}', "is no JSON"),
        (b'{"query": "\\ud800"}', "is no JSON"),
        (b'{"query": "x"', "is no JSON"),
        (b'[{"query": "x"}]', "is no JSON object"),
        (b"null", "is no JSON object"),
        (b"{}", "has no `query`, `question`, `instruction`, `messages`"),
        (b'{"query": 5}', "something else than a text or messages under `query`"),
        (b'{"query": [[["x"]]]}', "something else than a text or messages under `query`"),
        (b'{"query": {"text": "x"}}', "something else than a text or messages under `query`"),
        (b'{"messages": [{"role": "user", "content": 5}]}', "a message without text under `messages`"),
        (b'{"query": "x", "tools": "["}', "a text that is no JSON under `tools`"),
        (b'{"query": "x", "tools": 5}', "no list of functions under `tools`"),
        (b'{"query": "x", "tools": ["f"]}', "a function without a `name` under `tools`"),
        (b'{"query": "x", "function": {"name": "f", "parameters": [1]}}', "whose `parameters` are no object"),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else None,
)
def test_a_bad_line_is_one_line_with_file_number_and_mend(bench, line, said):
    with pytest.raises(ConfigError) as caught:
        bench({"query": "fine"}, line)
    text = str(caught.value)
    assert "bench.jsonl: line 2 " in text
    assert said in text
    assert len(text) < 400
    assert "\n" not in text


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"question": []}', b'{"query": "  "}'])
def test_a_file_without_queries_is_an_error(bench, content):
    with pytest.raises(ConfigError, match="holds no query"):
        bench(content)


def test_a_missing_file_and_a_folder_are_errors(tmp_path):
    for file, said in ((tmp_path / "none.jsonl", "no such file"), (tmp_path, "cannot be read")):
        with pytest.raises(ConfigError, match=said):
            DecontaminationChecker.from_options({"files": [str(file)]})
    with pytest.raises(ConfigError, match="files"):
        DecontaminationChecker.from_options({"files": []})


def test_too_many_functions_are_refused(bench, monkeypatch):
    monkeypatch.setattr("apigen.checkers.decontamination.MAX_SIGNATURES", 1)
    with pytest.raises(ConfigError, match="line 2 is one too many"):
        bench({"query": "x", "function": AREA_OF_BFCL}, {"query": "y", "function": {"name": "f"}})


def test_too_many_words_are_refused(bench, monkeypatch):
    monkeypatch.setattr("apigen.checkers.decontamination.MAX_GRAMS", 3)
    with pytest.raises(ConfigError, match="line 2 is one too many"):
        bench({"query": "one two"}, {"query": " ".join("abcdefghijklmn")})


@settings(deadline=None, database=None)
@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["query", "messages", "role", "content", "tools", "name", "parameters", "function"]), inner)))  # fmt: skip
def test_any_json_is_read_or_refused_in_a_line(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("any") / "b.jsonl"
    file.write_text(json.dumps(value), encoding="utf-8")
    try:
        rows, said = list(read_benchmark(file)), ""
    except ConfigError as error:
        rows, said = [], str(error)
    assert all(isinstance(query, str) for row in rows for query in row.queries)
    assert rows or "b.jsonl: line 1 " in said


WORDS = st.lists(st.sampled_from("abcdef"), max_size=14).map(" ".join)


@settings(deadline=None, database=None)
@given(st.lists(WORDS, min_size=1, max_size=30), WORDS, st.sampled_from([2, 3, 8]), st.sampled_from([0.3, 0.5, 1.0]))
def test_the_index_finds_what_comparing_with_each_finds(benchmark, query, ngram, overlap):
    index = QueryIndex(ngram, overlap)
    for number, text in enumerate(benchmark):
        index.add([text], (number, number))
    index.sort()
    grams = grams_of(words_of(query), ngram)
    wanted = 0.0
    for text in benchmark:
        others = grams_of(words_of(text), ngram)
        if grams & others:
            wanted = max(wanted, len(grams & others) / min(len(grams), len(others)))
    found = index.find(query)
    assert bool(found) == (wanted >= overlap)
    if found:
        others = grams_of(words_of(found[1]), ngram)
        assert len(grams & others) / min(len(grams), len(others)) == wanted


def test_a_check_costs_no_more_in_a_large_index_where_all_lines_are_alike():
    index = QueryIndex(8, 0.5)
    for number in range(3_000):
        index.add([f"please tell me the weather of the city number {number} in degrees"], (number, number))
    index.sort()
    began = time.process_time()
    for _ in range(20):
        assert index.find("please tell me the weather of the city number 2999 in degrees Celsius")
    assert (time.process_time() - began) / 20 < 0.05


def test_it_stands_right_after_format(tmp_path, settings):
    (tmp_path / "b.jsonl").write_text(json.dumps({"query": WEATHER}))
    entries = [Door(name="format"), Door(name="decontamination", options={"files": [str(tmp_path / "b.jsonl")]})]
    built = build_checkers(entries, Toolbox(Library((), {}, "process"), {}, Prompts(), datetime.now(UTC)))
    assert [checker.stage for checker in built] == ["format", "decontamination"]


def test_decontaminate_is_short_for_the_checker(settings):
    chosen = settings("http://127.0.0.1:9/v1", decontaminate=["a.jsonl", "b.jsonl"])
    config = parse_options(RunConfig, chosen)
    assert [stage.name for stage in config.stages][:3] == ["format", "decontamination", "execution"]
    assert config.stages[1].options == {"files": ["a.jsonl", "b.jsonl"]}
    plain = parse_options(RunConfig, chosen | {"decontaminate": []})
    assert "decontaminate" in config.identity()
    assert "decontaminate" not in plain.identity()
    with pytest.raises(ConfigError, match="`decontaminate` is short for the checker"):
        parse_options(RunConfig, chosen | {"checkers": ["format", {"decontamination": {"files": ["c.jsonl"]}}]})
