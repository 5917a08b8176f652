"""The local engine: always full, never too full, and nothing left behind."""

import asyncio
from contextlib import aclosing

import pytest

from apigen.engines.local import LocalEngine
from apigen.errors import EndpointError
from tests.makers import wait_for


class Bench:
    """Work that ends when told to, and remembers what happened to it."""

    def __init__(self):
        self.started, self.cancelled, self.ended, self.most = [], [], [], 0
        self._gates = {}

    async def work(self, index):
        self.started.append(index)
        gate = self._gates.setdefault(index, asyncio.get_running_loop().create_future())
        self.most = max(self.most, len(self.running))
        try:
            result = await gate
        except asyncio.CancelledError:
            self.cancelled.append(index)
            raise
        finally:
            self.ended.append(index)
        return result

    @property
    def running(self):
        return sorted(set(self.started) - set(self.ended))

    def end(self, index):
        self._gates[index].set_result(f"result {index}")

    def fail(self, index, error):
        self._gates[index].set_exception(error)


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


def one_by_one(indices):
    left = iter(indices)
    return lambda: next(left, None)


async def collect(engine, indices, into):
    async with aclosing(engine.run(one_by_one(indices))) as results:
        async for index, result in results:
            into.append((index, result))


def test_it_keeps_exactly_the_limit_in_flight_while_there_is_work():
    async def scene():
        bench, results = Bench(), []
        engine = LocalEngine(bench.work, 3)
        running = asyncio.create_task(collect(engine, range(7), results))
        await settle()
        assert (bench.running, engine.in_flight) == ([0, 1, 2], 3)
        for index, now in [
            (1, [0, 2, 3]),
            (3, [0, 2, 4]),
            (0, [2, 4, 5]),
            (5, [2, 4, 6]),
            (6, [2, 4]),
            (2, [4]),
            (4, []),
        ]:
            bench.end(index)
            await settle()
            assert bench.running == now
            assert engine.in_flight == len(now)
        await running
        assert bench.most == 3
        return results

    assert wait_for(scene()) == [(index, f"result {index}") for index in (1, 3, 0, 5, 6, 2, 4)]


def test_what_had_nothing_to_begin_is_asked_again_when_something_ends():
    async def scene():
        bench, results, waiting = Bench(), [], [0, None, 1, None]
        engine = LocalEngine(bench.work, 3)

        async def consume():
            async with aclosing(engine.run(lambda: waiting.pop(0) if waiting else None)) as found:
                async for index, _ in found:
                    results.append(index)

        running = asyncio.create_task(consume())
        await settle()
        assert bench.running == [0]
        bench.end(0)
        await settle()
        assert bench.running == [1]
        bench.end(1)
        await running
        return results

    assert wait_for(scene()) == [0, 1]


def test_every_index_comes_back_once_whatever_the_limit():
    async def scene(limit):
        async def work(index):
            await asyncio.sleep(0.001 * (index * 7 % 5))
            return index * index

        results = []
        await collect(LocalEngine(work, limit), range(23), results)
        return results

    for limit in (1, 2, 5, 100):
        assert sorted(wait_for(scene(limit))) == [(index, index * index) for index in range(23)]


def test_no_work_ends_at_once():
    async def scene():
        results = []
        await collect(LocalEngine(Bench().work, 3), [], results)
        return results

    assert wait_for(scene()) == []


def test_an_index_is_taken_only_when_there_is_room():
    async def scene():
        taken = []

        def indices():
            for index in range(9):
                taken.append(index)
                yield index

        bench = Bench()
        running = asyncio.create_task(collect(LocalEngine(bench.work, 2), indices(), []))
        await settle()
        assert taken == [0, 1]
        bench.end(0)
        await settle()
        assert taken == [0, 1, 2]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    wait_for(scene())


def test_an_exception_of_one_is_handed_back_and_the_others_go_on():
    async def scene():
        bench, results = Bench(), []
        running = asyncio.create_task(collect(LocalEngine(bench.work, 2), range(4), results))
        await settle()
        outage = EndpointError("down")
        bench.fail(0, outage)
        await settle()
        assert results == [(0, outage)]
        assert bench.running == [1, 2]
        for index in (1, 2, 3):
            bench.end(index)
            await settle()
        await running
        return results[1:]

    assert wait_for(scene()) == [(1, "result 1"), (2, "result 2"), (3, "result 3")]


def test_dropped_draws_are_cancelled_and_not_handed_back():
    async def scene():
        bench, results = Bench(), []
        engine = LocalEngine(bench.work, 4)
        running = asyncio.create_task(collect(engine, range(4), results))
        await settle()
        await engine.drop(2)
        assert (sorted(bench.cancelled), bench.running, engine.in_flight) == ([2, 3], [0, 1], 2)
        bench.end(1)
        bench.end(0)
        await running
        return results

    assert wait_for(scene()) == [(1, "result 1"), (0, "result 0")]


def test_a_result_of_the_same_moment_is_dropped_too():
    async def scene():
        bench, results = Bench(), []
        engine = LocalEngine(bench.work, 3)

        async def consume():
            async with aclosing(engine.run(one_by_one(range(3)))) as found:
                async for index, _ in found:
                    results.append(index)
                    await engine.drop(1)

        running = asyncio.create_task(consume())
        await settle()
        bench.end(0)
        bench.end(1)
        await running
        assert bench.cancelled == [2]
        assert engine.in_flight == 0
        return results

    assert wait_for(scene()) == [0]


def test_after_a_drop_the_room_is_used_again():
    async def scene():
        bench = Bench()
        engine = LocalEngine(bench.work, 2)
        running = asyncio.create_task(collect(engine, range(5), []))
        await settle()
        await engine.drop(1)
        bench.end(0)
        await settle()
        assert bench.running == [2, 3]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    wait_for(scene())


def test_cancelling_the_run_cancels_the_work():
    async def scene():
        bench = Bench()
        engine = LocalEngine(bench.work, 3)
        running = asyncio.create_task(collect(engine, range(9), []))
        await settle()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert sorted(bench.cancelled) == [0, 1, 2]
        assert engine.in_flight == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    wait_for(scene())


def test_a_consumer_that_stops_early_leaves_nothing_running():
    async def scene():
        bench = Bench()
        engine = LocalEngine(bench.work, 3)

        async def first_only():
            async with aclosing(engine.run(one_by_one(range(9)))) as results:
                async for index, _ in results:
                    return index

        running = asyncio.create_task(first_only())
        await settle()
        bench.end(1)
        assert await running == 1
        assert sorted(bench.cancelled) == [0, 2]
        assert engine.in_flight == 0

    wait_for(scene())


def test_an_error_while_choosing_the_next_draw_stops_the_work():
    async def scene():
        bench = Bench()

        def indices():
            yield 0
            raise RuntimeError("no more draws")

        with pytest.raises(RuntimeError, match="no more draws"):
            await collect(LocalEngine(bench.work, 2), indices(), [])
        return bench.running

    assert wait_for(scene()) == []


def test_what_ends_the_process_is_not_handed_back():
    class TheEnd(BaseException):
        pass

    async def scene():
        bench, results = Bench(), []
        running = asyncio.create_task(collect(LocalEngine(bench.work, 2), range(3), results))
        await settle()
        bench.fail(0, TheEnd())
        with pytest.raises(TheEnd):
            await running
        assert bench.running == []
        return results

    assert wait_for(scene()) == []
