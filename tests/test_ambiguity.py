"""Which APIs blind solvers disagree about: over stores of real runs, and over stores written for the purpose."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.ambiguity import EXAMPLES, ambiguities
from apigen.cli import main
from apigen.config import RunConfig
from apigen.intervals import wilson
from apigen.options import parse_options
from apigen.pipeline import run
from apigen.records import Call, Draw
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter
from tests.makers import INTEGER, TEXT, make_api, make_candidate
from tests.servers import Answer, Body, ChatServer, Oracle, purpose_of
from tests.store.makers import CLOCK, config

PARCEL = make_api("parcel", {"weight": INTEGER, "speed": {**TEXT, "default": "slow"}, "note": TEXT}, ["weight"])
TIP = make_api("tip", {"bill": INTEGER})
STAGES = ("format", "agreement", "judge")
LIGHT = Call("parcel", {"weight": 1})
FAST = Call("parcel", {"weight": 1, "speed": "fast"})
TEN = Call("tip", {"bill": 10})
Answered = tuple[Sequence[Call], Sequence[Call] | None]


def store_of(path: Path, *answered: Answered) -> Path:
    """Write a store in which each candidate has our calls and a blind solver's; equal ones passed."""
    settings = {"library_hash": "abc", "sandbox_tier": "process", "stages": STAGES, "clock": CLOCK}
    with closing(RunWriter.start(config(path), (PARCEL, TIP), **settings)) as writer:
        for index, (ours, theirs) in enumerate(answered):
            draw = Draw(index, index, "parallel", "call_first", (PARCEL, TIP))
            one = make_candidate(draw, *ours, query=f"query {index}").passed("format")
            if theirs == ours:
                one = one.passed("agreement")
                one = one.rejected("judge", "no", "wrong") if index % 2 else one.passed("judge")
            else:
                one = one.rejected("agreement", "different_calls", "shown", None if theirs is None else tuple(theirs))
            writer.save_draw(draw, [one], 1.0)
    return path


def seen(path: Path) -> dict[str, dict[tuple[str, str], int]]:
    found = ambiguities(StoreReader(path))
    return {one.api: {(each.kind, each.name): each.count for each in one.differences} for one in found if one.disagreed}


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([FAST], [LIGHT], {"parcel": {("left_out", "speed"): 1}}),
        ([LIGHT], [FAST], {"parcel": {("added", "speed"): 1}}),
        ([FAST], [Call("parcel", {"weight": 2, "speed": "fast"})], {"parcel": {("other_value", "weight"): 1}}),
        ([LIGHT], [TEN], {"parcel": {("other_api", "tip"): 1}}),
        ([LIGHT], [Call("made_up", {})], {"parcel": {("other_api", ""): 1}}),
        ([LIGHT], [], {"parcel": {("no_call", ""): 1}}),
        ([LIGHT], None, {"parcel": {("not_recorded", ""): 1}}),
        ([LIGHT], [LIGHT, TEN], {"parcel": {("called_too", "tip"): 1}}),
        ([LIGHT], [Call("parcel", {"weight": 1, "x\x1b": 2})], {"parcel": {("added", ""): 1}}),
        ([LIGHT, TEN], [Call("tip", {"bill": 11}), LIGHT], {"tip": {("other_value", "bill"): 1}}),
        ([LIGHT, TEN], [TEN], {"parcel": {("no_call", ""): 1}}),
        (
            [FAST, Call("parcel", {"weight": 5, "speed": "fast"})],
            [Call("parcel", {"weight": 5}), LIGHT],
            {"parcel": {("left_out", "speed"): 1}},
        ),
        ([LIGHT], [Call("parcel", {"weight": 1.0, "speed": "slow"})], {}),
    ],
    ids=str,
)
def test_each_difference_has_a_name(
    tmp_path: Path, ours: list[Call], theirs: list[Call] | None, expected: dict[str, Any]
) -> None:
    assert seen(store_of(tmp_path / "a.db", (ours, theirs))) == expected


def test_all_who_were_asked_count_also_those_whom_a_later_stage_rejected(tmp_path: Path) -> None:
    path = store_of(tmp_path / "a.db", *[([LIGHT], [LIGHT])] * 6, ([FAST], [LIGHT]), ([TEN, FAST], [TEN, LIGHT]))
    found = {one.api: (one.disagreed, one.answered) for one in ambiguities(StoreReader(path))}
    assert found == {"parcel": (2, 8), "tip": (0, 1)}


def test_examples_are_the_first_ones_and_few(tmp_path: Path) -> None:
    path = store_of(tmp_path / "a.db", *[([FAST], [LIGHT])] * 9)
    ((difference,),) = (one.differences for one in ambiguities(StoreReader(path)))
    assert difference.count == 9
    assert [each.query for each in difference.examples] == [f"query {number}" for number in range(EXAMPLES)]
    assert (difference.examples[0].ours, difference.examples[0].theirs) == ({"speed": "fast"}, {})


def test_the_surest_disagreement_comes_first(tmp_path: Path) -> None:
    path = store_of(tmp_path / "a.db", ([TEN], []), *[([FAST], [LIGHT])] * 8, *[([FAST], [FAST])] * 2)
    assert [one.api for one in ambiguities(StoreReader(path))] == ["parcel", "tip"]  # 8 of 10 before 1 of 1


def test_what_is_kept_does_not_grow_with_what_solvers_invent(tmp_path: Path) -> None:
    invented = [([LIGHT], [Call("parcel", {"weight": 1, f"x{n}": n}), Call(f"api{n}", {})]) for n in range(200)]
    assert seen(store_of(tmp_path / "a.db", *invented)) == {"parcel": {("added", ""): 200, ("called_too", ""): 200}}


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_the_interval_is_wilson_s() -> None:
    assert [round(end, 4) for end in wilson(3, 12)] == [0.0889, 0.5323]
    assert wilson(0, 0) == (0.0, 1.0)


class Doubting:
    """A blind solver that gets some draws wrong, each API in its own way; `twisted` counts the queries by API."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.twisted: Counter[str] = Counter()

    def __call__(self, body: Body) -> Answer | str:
        right = self.oracle(body)
        if purpose_of(body) != "agreement" or body["seed"] % 2:
            return right
        assert isinstance(right, Answer)
        calls = json.loads(right.text or "")["calls"]
        self.twisted.update({name for call in calls if (name := call["name"]) and self.twist(call)})
        return json.dumps({"calls": calls})

    def twist(self, call: dict[str, Any]) -> bool:
        match call["name"]:
            case "tip":
                call["arguments"]["percent"] += 1
            case "parcel_price":
                return call["arguments"].pop("speed", "standard") != "standard"
            case "count_letter":
                call |= {"name": "nobody", "arguments": {}}
            case _:
                return False
        return True


@pytest.fixture
def doubted(serving: Callable[..., ChatServer], settings: Callable[..., dict[str, Any]]) -> tuple[Path, Counter[str]]:
    """The store of a run whose solver disagreed about some draws, and in how many queries about which API."""
    solver = Doubting()
    chosen = settings(
        serving(solver).base_url,
        target={"draws": 24},
        exports=[],
        sampler={"vary_values": 0.5},
        checkers=["format", "execution", {"agreement": {"llm": "writer"}}],
    )
    asyncio.run(run(parse_options(RunConfig, chosen)))
    return Path(chosen["store"]), solver.twisted


def test_a_run_s_disagreements_are_found(doubted: tuple[Path, Counter[str]]) -> None:
    store, twisted = doubted
    reader = StoreReader(store)
    found = ambiguities(reader)
    assert {one.api: one.disagreed for one in found if one.disagreed} == dict(twisted)
    assert {"tip", "count_letter"} <= twisted.keys()
    every = [*reader.candidates(limit=99), *reader.candidates(rejected=True, limit=99)]
    called = Counter(name for each in every for name in {call.name for call in each.calls})
    assert {one.api: one.answered for one in found} == dict(called)
    kinds = {
        "tip": {("other_value", "percent")},
        "count_letter": {("other_api", "")},
        "parcel_price": {("left_out", "speed")},
    }
    for one in found:
        expected = kinds.get(one.api, set()) if one.disagreed else set()
        assert {(each.kind, each.name) for each in one.differences} == expected


def test_the_command_lists_them(doubted: tuple[Path, Counter[str]], capfd: pytest.CaptureFixture[str]) -> None:
    store, twisted = doubted

    def said(*arguments: object) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["library", "ambiguous", str(store), *map(str, arguments)])
        out, err = capfd.readouterr()
        assert (ended.value.code, err) == (0, "")
        return out

    shown = said()
    assert f"tip: {twisted['tip']} of " in shown
    assert f"  another value of `percent`: {twisted['tip']}\n" in shown
    assert "an unknown API called instead" in shown
    assert "disagreed about" in shown.splitlines()[-1]
    found = json.loads(said("--json", "--run", 1))
    assert {one["api"]: one["disagreed"] for one in found["apis"]} == dict(twisted)
    example = found["apis"][0]["differences"][0]["examples"][0]
    assert set(example) == {"query", "ours", "theirs"}
    assert len(json.loads(said("--json", "--limit", 1))["apis"]) == 1
    assert "of them not shown" in said("--limit", 1)


def test_what_solvers_wrote_does_not_steer_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    evil = Call("parcel", {"weight": 1, "note": "\x1b[2J" * 500})
    path = store_of(tmp_path / "a.db", ([LIGHT], [evil]))
    with pytest.raises(SystemExit):
        main(["library", "ambiguous", str(path)])
    out = capfd.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) < 400


def test_a_run_without_blind_solvers_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(RunWriter.start(config(tmp_path / "a.db"), (TIP,), library_hash="a", sandbox_tier="process",
                                 stages=("format",), clock=CLOCK)):  # fmt: skip
        pass
    with pytest.raises(SystemExit) as ended:
        main(["library", "ambiguous", str(tmp_path / "a.db")])
    assert ended.value.code == 2
    assert "`agreement` is not among its checkers" in capfd.readouterr().err
