"""Final answers: what is asked, what stands, what is left out; whole runs, killed ones too, and the exports."""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as cases
from hypothesis import strategies as st

from apigen.answering import Answered, answer
from apigen.checkers.judge import SHOWN_CHARACTERS, shown_results
from apigen.config import FinalAnswersConfig, RunConfig, load_config
from apigen.errors import ConfigError, EndpointError, StoreError, UnusableReply
from apigen.final_answers import TRIES, FinalAnswers
from apigen.final_answers.numbers import invented_numbers
from apigen.final_answers.rule import MOST_CHARACTERS, objection
from apigen.options import parse_options
from apigen.pipeline import Outcome, run
from apigen.preview import preview
from apigen.prompts import Prompts
from apigen.prompts.schemas import final_answer_schema
from apigen.records import NO_CALL, STYLES, Call, CallResult, Candidate, Json
from apigen.store.lock import only_run
from apigen.store.reader import StoreReader
from apigen.store.writer import request_key
from tests.makers import FakeLLM, make_api, make_candidate, make_draw, wait_for
from tests.servers import Answer, Body, ChatServer, Oracle, purpose_of, question_of

Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]
PROMPTS = Prompts()
CHATS = ("openai", "trl", "hermes", "sharegpt", "llama31")
GOOD = '{"answer": "It is 6 square meters."}'
WRONG = '{"answer": "It is 7 square meters."}'


def done(*values: Json, query: str = "How large is 2 by 3?", **more: Any) -> Candidate:
    """A verified candidate whose calls came to these values."""
    results = tuple(map(CallResult, values or (6,)))
    calls = [Call("area", {"width": 2, "height": number}) for number, _ in enumerate(results, 3)]
    return make_candidate(more.pop("draw", None), *calls, query=query, results=results, **more).passed("execution")


def answered(candidate: Candidate, *replies: str) -> tuple[FakeLLM, Candidate]:
    llm = FakeLLM(*replies)
    return llm, wait_for(FinalAnswers(FinalAnswersConfig(), llm, PROMPTS).add(candidate))


def stands(answer: str, *values: Json, **more: Any) -> str:
    candidate = done(*values, **more)
    return objection(answer, candidate, tuple(shown_results(candidate.results)))


# --- asking


def test_what_passed_is_answered_once_from_query_calls_and_results() -> None:
    llm, found = answered(done({"m2": 6}), GOOD)
    assert found.final == "It is 6 square meters."
    (request,) = llm.asked
    assert (request.purpose, request.draw, request.schema) == ("final", 0, final_answer_schema())
    asked = request.messages[-1].content
    for text in ("How large is 2 by 3?", '"name": "area"', '-> {"m2": 6}'):
        assert text in asked


def test_a_long_result_is_shown_as_the_judge_is_shown_it() -> None:
    llm, _ = answered(done("x" * 5_000), GOOD.replace("6", "2"))
    assert "x" * (SHOWN_CHARACTERS - 1) in llm.asked[0].messages[-1].content
    assert "x" * (SHOWN_CHARACTERS + 1) not in llm.asked[0].messages[-1].content


def test_what_was_rejected_or_makes_no_call_is_not_asked_about() -> None:
    without = make_candidate(meant=(Call("area", {}),), answer="How wide?").passed("execution")
    for candidate in (done().rejected("judge", "no", "because"), without):
        llm, found = answered(candidate)
        assert (llm.asked, found) == ([], candidate)


def test_an_answer_that_does_not_hold_is_asked_for_once_more_as_another_question() -> None:
    llm, found = answered(done(), WRONG, GOOD)
    assert found.final == "It is 6 square meters."
    first, second = llm.asked
    assert (first.part, second.part) == (0, 1)
    assert first.seed != second.seed
    assert request_key(first) != request_key(second)


def test_then_the_sample_is_verified_without_one() -> None:
    for replies in ((WRONG, WRONG), (WRONG, "hm"), ("hm", WRONG)):
        llm, found = answered(done(), *replies)
        assert (found, len(llm.asked)) == (done(), TRIES)


def test_candidates_of_one_draw_ask_different_questions() -> None:
    parts = [
        request.part
        for position in range(3)
        for request in answered(replace(done(), position=position), WRONG, WRONG)[0].asked
    ]
    assert parts == list(range(3 * TRIES))


@pytest.mark.parametrize(
    "reply",
    ["", "It is 6.", "{}", "[]", '{"answer": 6}', '{"answer": null}', '{"answer": "6", "more": 1}', '{"final": "6"}', "[" * 50_000,
     '{"answer": "\\ud800"}', '{"answer": ["It is 6."]}', "null", '{"answer": "x"' + " " * 300_000],
)  # fmt: skip
def test_replies_that_cannot_be_read_leave_the_draw_open(reply: str) -> None:
    with pytest.raises(UnusableReply) as caught:
        answered(done(), reply, reply)
    assert (caught.value.draw, caught.value.purpose, len(caught.value.keys)) == (0, "final", TRIES)


@cases(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.builds(lambda text: json.dumps({"answer": text}), st.text(max_size=200)))
def test_no_reply_raises_anything_else(reply: str) -> None:
    try:
        _, found = answered(done(), reply, reply)
    except UnusableReply:
        return
    assert found.final == " ".join(found.final.split())
    assert found.final.isprintable()


# --- the rule


@pytest.mark.parametrize(
    ("answer", "code"),
    [("", "empty"), ("6 " * MOST_CHARACTERS, "too_long"), ("It is 6.\u202e", "markup"), ("It is 6.\x1b[2J", "markup"),
     ("<tool_call>", "markup"), ("It is 6.<|im_end|>", "markup"), ("</tool_response>", "markup"), ("```6```", "markup"),
     ('{"m2": 6}', "markup"), ("The function returned 6.", "talks_of_code"), ("The API says 6.", "talks_of_code"),
     ("area(2, 3) is 6.", "talks_of_code"), ("By `area` it is 6.", "talks_of_code"), ("It is 8.", "invented_number")],
)  # fmt: skip
def test_what_is_no_answer(answer: str, code: str) -> None:
    assert stands(answer) == code


def test_a_function_s_name_that_is_a_word_may_be_said() -> None:
    assert stands("The area is 6.") == ""
    draw = make_draw(make_api("parcel_price"), make_api("getPrice"), make_api("sha256"))
    for name in ("parcel_price", "Parcel_Price", "getPrice"):
        assert stands(f"The {name} is 6.", draw=draw) == "talks_of_code"
    assert stands("Its SHA256 has 6 letters.", "sha256", 6, draw=draw) == ""


def test_braces_may_be_repeated() -> None:
    assert stands("From {x: 2} it is 6.", query="What is {x: 2} by 3?") == ""


def test_functions_may_be_said_where_the_person_does() -> None:
    assert stands("The function is 6 there.", query="What is my function at 2, 3?") == ""


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ("It is 12.3 km.", [12.3456]), ("It is 12.35 km.", [12.3456]), ("About 1.23 million.", [1234567.8]),
        ("1,234,568 people.", [1234567.8]), ("A share of 15%.", [0.15]), ("15.3 percent", [0.1532]), ("50 cents", [0.5]),
        ("-5.2 degrees", [-5.2]), ("5.2 degrees below zero", [-5.2]), ("a loss of $40", [-40]), ("33.87° S", [-33.8688]),
        ("On May 1, 2024 at 2:30 PM", ["2024-05-01T14:30:00Z"]), ("from 2 by 3", ["none"]), ("twelve", [12]), ("2 dozen", [24]),
        ("25 m² or 25 m2", [25]), ("flight BA285", ["BA285"]), ("84, 126 and 210: 3 in all", [[84, 126, 210]]),
        ("One of the first, second to none.", ["x"]), ("half a cup", [0.5]), ("1.5 × 10^-7", [1.5e-7]), ("$1,234.50", [1234.5]),
        ("version 1.2.3 at 192.168.0.1", ["1.2.3", "192.168.0.1"]), ("line 5", ["a\n5"]), ("2 answers: 8 and 9", [8, 9]),
    ],
)  # fmt: skip
def test_numbers_that_are_told(answer: str, values: list[Json]) -> None:
    assert stands(answer, *values) == ""


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ("12.34", [12.3456]), ("about 1,230,000", [1234567.8]), ("12.50", [12.46]), ("100", [149]), ("5k", [5432]), ("0", [0.4]),
        ("5.2 degrees", [-5.2]), ("-5.2 degrees", [5.2]), ("at 4:30 PM", ["2024-05-01T14:30:00Z"]), ("2:30 AM", ["14:30"]),
        ("twelve", [10]), ("flight BA286", ["BA285"]), ("1.2.4", ["1.2.3"]), ("192.168.0.1", ["192.168.0.10"]), ("٥٠", [12]),
        ("４０", [12]), ("五十", [12]), ("USD501", [500]), ("half of it", [0.25]), ("four of them", [[84, 126, 210]]),
        ("1/7", [0.1]), ("12", ["x" * (SHOWN_CHARACTERS - 3) + "12345"]),
    ],
)  # fmt: skip
def test_numbers_that_are_invented(answer: str, values: list[Json]) -> None:
    assert stands(answer, *values, query="How large?") == "invented_number"


SIZES = st.decimals("0.001", "9999999", places=3)


@cases(max_examples=200, deadline=None)
@given(SIZES, st.integers(0, 3), st.booleans(), st.lists(SIZES, max_size=4))
def test_a_rounded_result_is_told(size: Decimal, places: int, grouped: bool, others: list[Decimal]) -> None:
    rounded = round(size, places)
    if abs(rounded - size) * 20 > size:
        return
    answer = f"It comes to {rounded:,} in all." if grouped else f"It comes to {rounded:f} in all."
    assert invented_numbers(answer, [json.dumps([float(one) for one in (*others, size)])]) == []


@cases(max_examples=200, deadline=None)
@given(SIZES, st.integers(0, 3), st.lists(SIZES, max_size=4))
def test_a_number_stands_where_a_result_comes_to_it_and_nowhere_else(
    size: Decimal, places: int, results: list[Decimal]
) -> None:
    said = round(size, places)
    step = Decimal(1).scaleb(-places)
    told = any(abs(said - one) <= step / 2 and abs(said - one) * 20 <= one for one in results)
    invented = invented_numbers(f"It comes to {said:f} in all.", [json.dumps([float(one) for one in results])])
    assert invented == ([] if told else [f"{said:f}"])


@cases(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_judged_and_what_is_copied_whole_is_told_of_plain_numbers(answer: str, source: str) -> None:
    invented_numbers(answer, [source])
    numbers = [f"{ord(letter)}" for letter in answer[:20]]
    assert invented_numbers(", ".join(numbers), [json.dumps(list(map(int, numbers))), source]) == []


def test_long_texts_full_of_numbers_take_no_time_to_speak_of() -> None:
    candidate = done(*[[number * 1.37 for number in range(3_000)]] * 8)
    results = tuple(shown_results(candidate.results))
    assert objection(" ".join(f"{number}.5" for number in range(100)), candidate, results) == "invented_number"


# --- the config


@pytest.mark.parametrize(
    ("changed", "about"),
    [({"final_answers": {"llm": "nobody"}}, "final_answers.llm"), ({"final_answers": {"model": "m"}}, "model"),
     ({"final_answers": {}, "checkers": ["format"]}, "`execution`")],
)  # fmt: skip
def test_a_wrong_config_names_key_and_mend(settings: Settings, changed: dict[str, Any], about: str) -> None:
    with pytest.raises(ConfigError, match=about):
        parse_options(RunConfig, settings("http://127.0.0.1:9/v1") | changed)


def test_a_run_without_them_is_the_run_it_was(settings: Settings) -> None:
    plain = parse_options(RunConfig, settings("http://127.0.0.1:9/v1"))
    asked = parse_options(RunConfig, settings("http://127.0.0.1:9/v1", final_answers={"llm": "writer"}))
    assert "final_answers" not in plain.identity()
    assert asked.identity()["final_answers"]["llm"] == "writer"


# --- whole runs


def go(settings: dict[str, Any]) -> Outcome:
    return asyncio.run(run(parse_options(RunConfig, settings)))


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


def with_exports(settings: Settings, server: ChatServer, **more: Any) -> dict[str, Any]:
    chosen = settings(server.base_url, final_answers={"llm": "writer"}, **more)
    files = [{"format": name, "file": f"{chosen['store']}.{name}.jsonl", "results": True} for name in CHATS]
    return chosen | {"exports": files}


def rows(settings: dict[str, Any], name: str) -> list[dict[str, Any]]:
    text = Path(f"{settings['store']}.{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


ALL = {"sampler": {"styles": dict.fromkeys(STYLES, 1)}}


def test_rows_with_results_end_with_the_assistant(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    chosen = with_exports(settings, server, target={"draws": 24}, **ALL)
    outcome = go(chosen)
    samples = list(StoreReader(Path(chosen["store"])).samples())
    assert len(samples) == 24
    assert all(bool(sample.final) == bool(sample.calls) for sample in samples)
    assert {sample.candidate.draw.style in NO_CALL for sample in samples} == {True, False}
    for name in CHATS:
        said = [sample for sample in samples if name != "llama31" or len(sample.calls) < 2]
        for row, sample in zip(rows(chosen, name), said, strict=True):
            last = (row.get("messages") or row["conversations"])[-1]
            assert set(last.values()) == {sample.final or sample.answer, "gpt" if "from" in last else "assistant"}
    assert {name for name, _, _ in outcome.left_out} <= {"llama31"}
    ((asked,),) = in_store(chosen, "select sum(replies) from costs where purpose = 'final'")
    assert asked == sum(bool(sample.calls) for sample in samples)
    assert StoreReader(Path(chosen["store"])).metadata()["models"]["final"] == ["m"]


def test_samples_without_one_are_left_out_where_the_last_word_is_the_assistants(
    serving: Serving, settings: Settings
) -> None:
    def twist(body: Body) -> str | None:
        return '{"answer": "It is 987654321."}' if purpose_of(body) == "final" and body["seed"] % 4 < 2 else None

    chosen = with_exports(settings, serving(Oracle(twist=twist)), target={"draws": 12})
    outcome = go(chosen)
    samples = list(StoreReader(Path(chosen["store"])).samples())
    without = sum(bool(sample.calls) and not sample.final for sample in samples)
    assert 0 < without < len(samples) == 12
    left_out = {name: count for name, why, count in outcome.left_out if why == "no answer in words after the results"}
    assert left_out == {"openai": without, "sharegpt": without}
    assert len(rows(chosen, "trl")) == 12


def test_a_run_that_goes_on_pays_for_no_answer_twice_and_gives_the_same_bytes(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    """Every fourth answer meets an outage, so that sessions end in the middle of draws."""
    refused: list[str] = []

    def twist(body: Body) -> Answer | None:
        if purpose_of(body) == "final" and len(refused) < 5 and len(server.requests) % 4 == 0:
            refused.append(question_of(body))
            return Answer("gone", status=503)
        return None

    server = serving(Oracle(delay=0.01, twist=twist))
    chosen = with_exports(settings, server, target={"verified": 12}, checkers=["format", "execution", "duplicates"])
    for _ in range(10):
        try:
            go(chosen)
            break
        except EndpointError:
            continue
    paid = Counter(map(question_of, server.answered))
    paid.subtract(refused)
    assert refused
    assert set(paid.values()) <= {0, 1}
    assert in_store(chosen, "select count(*) from completions") == [(paid.total(),)]
    alone = with_exports(settings, serving(Oracle()), target={"verified": 12}, checkers=chosen["checkers"])
    alone["store"] = str(tmp_path / "alone.db")
    alone["exports"] = [{**export, "file": f"{export['file']}.alone"} for export in alone["exports"]]
    go(alone)
    for ours, theirs in zip(chosen["exports"], alone["exports"], strict=True):
        assert Path(ours["file"]).read_bytes() == Path(theirs["file"]).read_bytes()


def test_an_llm_that_gives_no_answer_leaves_draws_open_and_is_asked_anew(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle(twist=lambda body: "hm" if purpose_of(body) == "final" else None))
    simple = {"styles": {"simple": 1}}
    chosen = with_exports(settings, server, target={"draws": 3}, concurrency=1, sampler=simple)
    assert go(chosen).open_draws == 3
    before = len(server.requests)
    server.behave = Oracle()
    assert (go(chosen).state, len(server.requests) - before) == ("done", 3)


def answers_of(settings: dict[str, Any]) -> list[str]:
    return [sample.final for sample in StoreReader(Path(settings["store"])).samples() if sample.calls]


def test_a_run_that_had_none_gets_them_later(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    """An outage midway, an unreadable reply and a wrong one; and the run goes on as it was."""
    given: Counter[str] = Counter()
    bad = {0: "hm", 1: '{"answer": "It is 987654321."}'}
    down = True

    def twist(body: Body) -> Answer | str | None:
        if purpose_of(body) != "final":
            return None
        if down and given.total() >= 7:
            return Answer("gone", status=503)
        reply = bad.get(int(body["seed"]) // 4 % 4)
        given[f"hm {len(given)}" if reply == "hm" else question_of(body)] += 1
        return reply

    server = serving(Oracle(twist=twist))
    chosen = settings(server.base_url, target={"verified": 12}, checkers=["format", "execution"], concurrency=1)
    go(chosen)
    assert not any(answers_of(chosen))
    before = len(server.requests)
    with pytest.raises(EndpointError):
        asyncio.run(answer(Path(chosen["store"])))
    kept, down = sum(map(bool, answers_of(chosen))), False
    assert kept > 0
    done = asyncio.run(answer(Path(chosen["store"])))
    assert done.answered + kept == sum(map(bool, answers_of(chosen)))
    assert done.answered + kept + done.without + done.unread == len(answers_of(chosen))
    assert done.without > 0
    assert done.unread > 0
    assert max(given.values()) == 1
    del bad[0]
    assert asyncio.run(answer(Path(chosen["store"]))) == Answered(done.unread, done.without, 0)
    asked = len(server.requests)
    assert asyncio.run(answer(Path(chosen["store"]))) == Answered(0, done.without, 0)
    assert len(server.requests) == asked > before
    costs = in_store(chosen, "select sum(replies) from costs where purpose = 'final' and style != ''")
    assert costs == in_store(chosen, "select count(*) from completions where purpose = 'final'")
    told = answers_of(chosen)
    go(chosen | {"target": {"verified": 14}})
    assert answers_of(chosen)[: len(told)] == told


def test_another_llm_is_asked_what_one_had_no_answer_for_and_once_only(serving: Serving, settings: Settings) -> None:
    def twist(body: Body) -> str | None:
        wrong = purpose_of(body) == "final" and body["model"] == "m"
        return '{"answer": "It is 987654321."}' if wrong else None

    server = serving(Oracle(twist=twist))
    chosen = settings(server.base_url, target={"verified": 3}, sampler={"styles": {"simple": 1}})
    chosen["llms"]["other"] = {**chosen["llms"]["writer"], "model": "o"}
    go(chosen)
    store = Path(chosen["store"])
    assert asyncio.run(answer(store)) == Answered(0, 3, 0)
    assert asyncio.run(answer(store, llm="other")) == Answered(3, 0, 0)
    asked = len(server.requests)
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("update candidates set final = ''")
    assert asyncio.run(answer(store)) == Answered(0, 3, 0)
    assert asyncio.run(answer(store, llm="other")) == Answered(3, 0, 0)
    assert len(server.requests) == asked


def test_nothing_keeps_the_store_s_log_from_being_folded_in_meanwhile(serving: Serving, settings: Settings) -> None:
    """A read that stays open would: the log then grows with every answer."""
    left: list[int] = []

    def twist(body: Body) -> None:
        if purpose_of(body) == "final":
            _, written, folded = in_store(chosen, "pragma wal_checkpoint(passive)")[0]
            left.append(written - folded)

    server = serving(Oracle(twist=twist))
    chosen = settings(server.base_url, target={"verified": 6}, sampler={"styles": {"simple": 1}}, concurrency=1)
    go(chosen)
    assert asyncio.run(answer(Path(chosen["store"]))).answered == 6
    assert left == [0] * 6


def test_a_run_in_progress_and_an_unknown_llm_are_refused(
    serving: Serving, settings: Settings, apigen: Callable[..., Any]
) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"verified": 2})
    go(chosen)
    with only_run(Path(chosen["store"])), pytest.raises(StoreError, match="another run"):
        asyncio.run(answer(Path(chosen["store"])))
    unknown = apigen("answer", chosen["store"], "--llm", "nobody")
    assert (unknown.returncode, "are writer" in unknown.stderr) == (2, True)
    done = apigen("answer", chosen["store"], "--llm", "writer")
    assert (done.returncode, done.stdout) == (
        0,
        f"{len(answers_of(chosen))} samples answered; 0 without an answer that holds\n",
    )
    assert all(answers_of(chosen))


def test_the_budget_holds(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    chosen = with_exports(settings, server, target={"verified": 50, "tokens": 400}, concurrency=1)
    assert go(chosen).state == "spent"
    ((spent,),) = in_store(chosen, "select sum(prompt_tokens + completion_tokens) from costs")
    assert 400 <= spent < 400 + 2 * 18


def test_a_dry_run_counts_them(settings: Settings, config_file: Callable[..., Path]) -> None:
    chosen = settings("http://127.0.0.1:9/v1", sampler={"styles": {"simple": 1}}, final_answers={})
    found = asyncio.run(preview(load_config(config_file(chosen))))
    assert {use.purpose: use.replies for use in found.uses} == {"generate": 1, "agreement": 1, "final": 1}
