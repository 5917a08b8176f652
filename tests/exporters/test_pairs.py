"""Which rejected candidates are wrong answers to a verified query, and which only might be."""

from contextlib import closing
from dataclasses import replace

import pytest

from apigen.exporters import export_run
from apigen.exporters.orders import Order
from apigen.exporters.pairs import pairs_of
from apigen.records import Call, Candidate, Draw
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from tests.makers import make_api
from tests.store.makers import APIS, CLOCK, STAGES, config, start

CHOSEN = Call("area", {"width": 2, "height": 3})
OTHER = Call("area", {"width": 4, "height": 5})


def verified(draw, position=0, query="2 by 3?", call=CHOSEN):
    return Candidate(draw, position, "raw", query, (call,)).passed("format").passed("execution")


def rejected(draw, reason, position=1, query="2 by 3?", calls=(OTHER,), answer=None):
    stage, _, code = reason.partition(":")
    return Candidate(draw, position, "raw", query, calls).rejected(stage, code, "because", answer)


def draw_of(index=0, **more):
    more = {"style": "simple", "apis": APIS[:1], **more}
    return Draw(index, index, strategy="query_first", **more)


def found(tmp_path, *draws, doubtful=False):
    with closing(start(tmp_path / "a.db")) as writer:
        for candidates in draws:
            writer.save_draw(candidates[0].draw, list(candidates), 1.0)
    with closing(StoreReader(tmp_path / "a.db")) as reader:
        return [(pair.code, pair.rejected) for pair in pairs_of(reader, reader.samples(), doubtful)]


@pytest.mark.parametrize(
    "reason", ["format:unknown_argument", "format:wrong_type", "format:unknown_api", "execution:exception"]
)
def test_calls_that_fit_no_schema_or_raise_are_wrong_for_any_query_of_the_draw(tmp_path, reason):
    draw = draw_of()
    assert found(tmp_path, (verified(draw), rejected(draw, reason, query="4 by 5?"))) == [(reason, (OTHER,))]


@pytest.mark.parametrize("reason", ["grounding:value_not_in_query", "format:call_count"])
def test_what_does_not_fit_the_query_is_wrong_for_the_same_query_only(tmp_path, reason):
    one, two = draw_of(0), draw_of(1)
    assert found(
        tmp_path,
        (verified(one), rejected(one, reason, query=" 2 BY 3 ")),
        (verified(two), rejected(two, reason, query="4 by 5?")),
    ) == [(reason, (OTHER,)), ("", None)]


@pytest.mark.parametrize(
    "reason",
    ["decontamination:near_query", "execution:timeout", "format:unparseable", "format:empty_query", "judge:no"],
)
def test_what_says_nothing_certain_of_the_calls_is_no_wrong_answer(tmp_path, reason):
    draw = draw_of()
    assert found(tmp_path, (verified(draw), rejected(draw, reason))) == [("", None)]


def test_what_means_the_same_is_no_wrong_answer(tmp_path):
    draw, same = draw_of(), Call("area", {"height": 3.0, "width": 2})
    assert found(tmp_path, (verified(draw), rejected(draw, "format:call_count", calls=(same,)))) == [("", None)]


def test_each_wrong_answer_is_told_once(tmp_path):
    draw = draw_of()
    twice = [rejected(draw, "execution:exception", position) for position in (1, 2)]
    assert found(tmp_path, (verified(draw), *twice)) == [("execution:exception", (OTHER,))]


def test_another_draw_s_candidates_are_not_looked_at(tmp_path):
    assert found(tmp_path, (verified(draw_of(0)),), (rejected(draw_of(1), "execution:exception", 0),)) == [("", None)]


def test_candidates_without_calls_and_names_that_no_chat_takes_are_passed_over(tmp_path):
    draw = draw_of()
    hostile = Call("area\n\x00", {"width": 1})
    beside = [
        rejected(draw, "format:unknown_api", 1, calls=()),
        rejected(draw, "format:unknown_api", 2, calls=(hostile,)),
    ]
    assert found(tmp_path, (verified(draw), *beside)) == [("", None)]


def test_a_name_that_an_api_has_in_chats_is_no_wrong_one(tmp_path):
    """`geo.area` is `geo_area` there: a call of that name would be the right answer, rejected."""
    draw = draw_of(apis=(make_api("geo.area"),))
    right = Call("geo.area", CHOSEN.arguments)
    beside = [
        rejected(draw, "format:unknown_api", place, calls=(Call(name, CHOSEN.arguments),))
        for place, name in enumerate(("geo_area", "area_of"), 1)
    ]
    with closing(RunWriter.start(
        config(tmp_path / "a.db"), draw.apis, library_hash="abc", sandbox_tier="process", stages=STAGES, clock=CLOCK
    )) as writer:  # fmt: skip
        writer.save_draw(draw, [verified(draw, call=right), *beside], 1.0)
    with closing(StoreReader(tmp_path / "a.db")) as reader:
        assert [pair.rejected for pair in pairs_of(reader, reader.samples())] == [(Call("area_of", CHOSEN.arguments),)]


def test_what_an_llm_thought_is_taken_on_request(tmp_path):
    draw, solved = draw_of(), (Call("area", {"width": 7, "height": 7}),)
    candidates = (verified(draw), rejected(draw, "agreement:different_calls", answer=solved))
    assert found(tmp_path, candidates, doubtful=True) == [
        ("agreement:different_calls", (OTHER,)), ("agreement:different_calls:solver", solved),
    ]  # fmt: skip
    with closing(StoreReader(tmp_path / "a.db")) as reader:
        assert [pair.rejected for pair in pairs_of(reader, reader.samples())] == [None]


@pytest.mark.parametrize(
    ("style", "more", "code"),
    [
        ("missing_parameter", {"withheld": "height"}, "missing_parameter:invented_value"),
        ("irrelevance", {"apis": APIS[1:], "hidden": APIS[:1]}, "irrelevance:api_not_offered"),
    ],
)
def test_where_no_call_is_right_the_meant_one_is_wrong(tmp_path, style, more, code):
    draw = draw_of(style=style, **more)
    silent = replace(verified(draw), calls=(), meant=(CHOSEN,), answer="How high?")
    assert found(tmp_path, (silent,)) == [(code, (CHOSEN,))]


def test_samples_without_a_wrong_answer_are_left_out_and_counted(tmp_path):
    one, two = draw_of(0), draw_of(1)
    found(tmp_path, (verified(one), rejected(one, "execution:exception")), (verified(two),))
    with closing(StoreReader(tmp_path / "a.db")) as reader:
        files = []
        for shuffle in (None, 3, 3):
            done = export_run(reader, Order("dpo_trl", tmp_path / "out.jsonl", shuffle=shuffle))
            files.append((tmp_path / "out.jsonl").read_bytes())
            assert (list(done.rows.values()), done.left_out) == ([1], {"no rejected answer": 1})
        assert files[1] == files[2]
    assert "rejected:\n  execution:exception: 1\n" in (tmp_path / "out.jsonl.meta.yaml").read_text("utf-8")
