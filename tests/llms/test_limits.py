"""Gates and the line before them, in virtual time."""

import asyncio
import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.llms.limits import Gate, Line, OutOfPatience, Turn
from tests.llms.virtual import now, run


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def is_open(gate: Gate) -> bool:
    return gate.opens_at() <= gate.clock()


def fail(gate: Gate, times: int = 1, kind: str = "broken") -> None:
    """Let requests in one after another; each fails."""
    for _ in range(times):
        turn = gate.enter()
        gate.refused(turn, kind)  # type: ignore[arg-type]
        gate.release(turn)


def succeed(gate: Gate, times: int = 1) -> None:
    for _ in range(times):
        turn = gate.enter()
        gate.succeeded(turn)
        gate.release(turn)


# --- the limit in flight


def test_no_more_enter_than_the_maximum(clock: Clock) -> None:
    gate = Gate(3, clock=clock)
    turns = [gate.enter() for _ in range(3)]
    assert gate.opens_at() == math.inf
    gate.release(turns[0])
    assert is_open(gate)
    assert gate.state().in_flight == 2


def test_fifty_refusals_at_once_halve_the_limit_once(clock: Clock) -> None:
    gate = Gate(64, clock=clock)
    turns = [gate.enter() for _ in range(64)]
    for turn in turns[:50]:
        gate.refused(turn, "throttled")
        gate.release(turn)
    assert gate.state().limit == 32
    assert gate.state().throttled == 50
    later = gate.enter()
    gate.refused(later, "overloaded")
    gate.refused(turns[50], "throttled")  # this one had entered before the first cut
    assert gate.state().limit == 16


def test_the_limit_never_falls_below_one(clock: Clock) -> None:
    gate = Gate(4, clock=clock)
    for _ in range(20):
        turn = gate.enter()
        gate.refused(turn, "timeout", retry_after=0.5)
        gate.release(turn)
        clock.now += 1
    assert gate.state().limit == 1
    assert is_open(gate)


def test_a_broken_connection_is_no_reason_to_ask_less(clock: Clock) -> None:
    gate = Gate(8, clock=clock)
    fail(gate, 3)
    assert gate.state().limit == 8
    assert gate.state().throttled == 0


def test_the_limit_grows_by_one_for_each_round_of_successes(clock: Clock) -> None:
    gate = Gate(8, clock=clock)
    fail(gate, kind="throttled")
    assert gate.limit == 4
    for limit, before in ((4, 3), (5, 1)):
        succeed(gate, before)
        assert gate.limit == limit
        succeed(gate, limit - before)
        assert gate.limit == limit + 1
    succeed(gate, 100)
    assert gate.limit == 8


# --- rates


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600, 6000])
def test_a_rate_is_kept_and_used_up(per_minute: int) -> None:
    async def work() -> list[float]:
        line = Line([Gate(1000, requests_per_minute=per_minute, clock=now)])
        times = []
        for _ in range(min(3 * per_minute, 2000)):
            gate, turn = await line.admit()
            times.append(now())
            gate.release(turn)
        return times

    times = run(work())
    spacing = 60 / per_minute
    for start in range(0, len(times) - per_minute, max(1, per_minute // 7)):
        assert times[start + per_minute] - times[start] >= 60 - 0.11
    assert times[-1] - times[0] <= len(times) * spacing


def test_requests_of_any_size_pass_at_the_rate_of_tokens() -> None:
    async def work() -> list[float]:
        line = Line([Gate(10, tokens_per_minute=6000, clock=now)])
        times = []
        for tokens in (100, 30_000, 10, 10, 500):  # 30,000 is five minutes' worth
            gate, turn = await line.admit(tokens)
            times.append(now())
            gate.release(turn)
        return times

    times = run(work())
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits == pytest.approx([0.9, 300, 0.1, 0.1], abs=0.01)


# --- pauses


def test_a_pause_that_is_asked_for_is_kept() -> None:
    async def work() -> None:
        gate = Gate(5, clock=now)
        line = Line([gate])
        start = now()
        _, turn = await line.admit()
        assert gate.refused(turn, "throttled", retry_after=42.0) == 42.0
        assert gate.refused(turn, "throttled", retry_after=41.0) == 0.0  # told once
        assert gate.state().paused_seconds == 42.0
        gate.release(turn)
        await line.admit()
        assert now() - start == pytest.approx(42)
        assert gate.state().paused_seconds == 0

    run(work())


def test_an_outage_closes_the_gate_longer_and_longer_for_one_test_each() -> None:
    async def work() -> None:
        gate = Gate(8, clock=now)
        line = Line([gate])
        fail(gate, 4)
        assert is_open(gate)
        fail(gate)
        assert gate.state().paused_seconds == 1.0
        waits = []
        for _ in range(7):
            start = now()
            _, probe = await line.admit()
            waits.append(now() - start)
            assert probe.probe
            assert gate.opens_at() == math.inf  # nobody enters beside a test
            gate.refused(probe, "broken")
            gate.release(probe)
        assert waits == pytest.approx([1, 2, 4, 8, 16, 30, 30])
        _, probe = await line.admit()
        assert gate.succeeded(probe)  # worth telling
        gate.release(probe)
        assert is_open(gate)
        assert not (await line.admit())[1].probe
        fail(gate, 4)
        assert is_open(gate)  # it counts from the start again

    run(work())


def test_failures_among_successes_are_no_outage(clock: Clock) -> None:
    gate = Gate(8, clock=clock)
    for _ in range(20):
        fail(gate, 4)
        succeed(gate)
    assert is_open(gate)


def test_an_outage_is_as_many_failures_as_were_under_way(clock: Clock) -> None:
    gate = Gate(100, clock=clock)
    turns = [gate.enter() for _ in range(100)]
    for turn in turns[:99]:
        assert gate.refused(turn, "broken") == 0
        gate.release(turn)
    assert gate.refused(turns[99], "broken") == 1.0
    gate.release(turns[99])
    assert gate.state().paused_seconds == 1.0


def test_leftovers_neither_lengthen_an_outage_nor_count_as_its_test(clock: Clock) -> None:
    gate = Gate(50, clock=clock)
    fail(gate, 4)
    leftovers = [gate.enter() for _ in range(3)]
    fail(gate)
    for turn in leftovers[:2]:
        gate.refused(turn, "broken")
        gate.release(turn)
    assert gate.state().paused_seconds == 1.0
    assert not gate.succeeded(leftovers[2])  # asked before the outage: it says nothing of now
    assert gate.silent
    clock.now += 1.0
    assert gate.succeeded(gate.enter())
    assert is_open(gate)


def test_a_test_that_is_cancelled_makes_way_for_another() -> None:
    async def work() -> None:
        gate = Gate(2, clock=now)
        line = Line([gate])
        fail(gate, 5)
        _, probe = await line.admit()
        gate.release(probe)
        assert (await line.admit())[1].probe

    run(work())


@pytest.mark.parametrize("waiting", [1, 300])
def test_patience_ends_for_all_who_wait(waiting: int) -> None:
    async def work() -> None:
        gate = Gate(4, patience_seconds=100, clock=now)
        line = Line([gate])
        fail(gate, 4)
        await asyncio.sleep(10)
        fail(gate)
        start = now()

        async def test() -> None:
            while True:
                gate, turn = await line.admit()
                gate.refused(turn, "broken")
                gate.release(turn)

        ends = await asyncio.gather(*(test() for _ in range(waiting)), return_exceptions=True)
        assert {str(end) for end in ends} == {"nothing was answered for 100 s"}
        assert all(isinstance(end, OutOfPatience) for end in ends)
        assert now() - start == pytest.approx(90)

    run(work())


def test_a_pause_longer_than_patience_is_not_waited_for() -> None:
    async def work() -> None:
        gate = Gate(4, patience_seconds=100, clock=now)
        gate.rest(3600)
        with pytest.raises(OutOfPatience, match="asks for a pause of 3600 s"):
            await Line([gate]).admit()

    run(work())


def test_idle_time_is_no_outage() -> None:
    async def work() -> None:
        gate = Gate(4, patience_seconds=100, clock=now)
        fail(gate, 5)
        await asyncio.sleep(1000)
        assert gate.hopeless()
        gate.forget_failures()
        assert not gate.hopeless()

    run(work())


# --- the line


def test_the_gate_with_the_most_room_is_taken() -> None:
    async def work() -> None:
        small, large = Gate(2, clock=now), Gate(5, clock=now)
        line = Line([small, large])
        taken = [(await line.admit())[0] for _ in range(7)]
        assert taken[:3] == [large] * 3
        assert (taken.count(small), taken.count(large)) == (2, 5)

    run(work())


def test_the_gate_to_avoid_is_taken_only_when_alone() -> None:
    async def work() -> None:
        one, other = Gate(5, clock=now), Gate(1, clock=now)
        line = Line([one, other])
        assert (await line.admit(avoid=one))[0] is other
        assert (await line.admit(avoid=one))[0] is one

    run(work())


def test_a_silent_gate_is_tested_while_another_serves() -> None:
    async def work() -> None:
        silent, healthy = Gate(5, clock=now), Gate(5, clock=now)
        line = Line([silent, healthy])
        fail(silent, 5)
        assert (await line.admit())[0] is healthy
        await asyncio.sleep(1)
        gate, turn = await line.admit()
        assert gate is silent
        assert turn.probe
        assert (await line.admit())[0] is healthy

    run(work())


@settings(max_examples=150, deadline=None)
@given(
    maximum=st.integers(1, 4),
    rate=st.sampled_from([None, 60, 6000]),
    visits=st.lists(
        st.tuples(
            st.integers(0, 20),  # arrives
            st.integers(1, 8),  # stays
            st.one_of(st.none(), st.integers(0, 30)),  # is cancelled
            st.sampled_from(["fine", "fine", "fine", "throttled", "broken", "pause", "nothing"]),
        ),
        max_size=25,
    ),
)
def test_permits_are_kept_in_order_and_never_lost(
    maximum: int, rate: int | None, visits: Sequence[tuple[int, int, int | None, str]]
) -> None:
    """Whoever is cancelled and whatever fails: never more than the maximum, first come first served, all are served."""

    async def work() -> None:
        gate = Gate(maximum, requests_per_minute=rate, clock=now)
        line = Line([gate])
        came: list[int] = []
        entered: list[int] = []
        inside = 0

        async def visit(number: int, arrives: int, stays: int, outcome: str) -> None:
            nonlocal inside
            await asyncio.sleep(arrives / 10)
            came.append(number)
            _, turn = await line.admit(10)
            entered.append(number)
            inside += 1
            assert inside == gate.in_flight <= maximum
            try:
                await asyncio.sleep(stays / 10)
                leave(gate, turn, outcome)
            finally:
                inside -= 1
                gate.release(turn)

        tasks = [
            asyncio.create_task(visit(number, arrives, stays, outcome))
            for number, (arrives, stays, _, outcome) in enumerate(visits)
        ]
        for task, (_, _, cancelled, _) in zip(tasks, visits, strict=True):
            if cancelled is not None:
                asyncio.get_running_loop().call_later(cancelled / 10 + 0.05, task.cancel)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end, (_, _, cancelled, _) in zip(ends, visits, strict=True):
            assert end is None or (isinstance(end, asyncio.CancelledError) and cancelled is not None)
        order = [number for number in came if number in entered]
        assert order == entered
        assert gate.in_flight == 0
        await asyncio.sleep(100)
        gate.succeeded(Turn(0, gate.outages, False))
        for _ in range(gate.limit):
            await line.admit()  # every permit is still there

    run(work())


def leave(gate: Gate, turn: Turn, outcome: str) -> None:
    if outcome == "fine":
        gate.succeeded(turn)
    elif outcome == "pause":
        gate.refused(turn, "overloaded", 0.7)
    elif outcome != "nothing":
        gate.refused(turn, outcome)  # type: ignore[arg-type]
