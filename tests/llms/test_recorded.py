"""A reply is written down before anyone sees it, and a question asked before costs nothing."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from apigen.errors import BudgetSpent, EndpointError
from apigen.llms.recorded import RecordedLLM
from apigen.records import Completion, Message, Request

EVENTS = list[str]


class Model:
    """Answers with a running number, or fails; notes what is done with it."""

    model = "numbers"

    def __init__(self, events: EVENTS) -> None:
        self.events, self.asked, self.down, self.seconds = events, 0, False, 0.0

    async def start(self) -> None:
        self.events.append("start")

    async def complete(self, request: Request) -> Completion:
        self.asked += 1
        number = self.asked
        await asyncio.sleep(self.seconds)
        if self.down:
            raise EndpointError("down")
        self.events.append("answered")
        return Completion(str(number), self.model)

    async def close(self) -> None:
        self.events.append("close")


class Log:
    """Keeps replies in a dict."""

    def __init__(self, events: EVENTS, *, full: bool = False, seconds: float = 0.0) -> None:
        self.events, self.full, self.seconds = events, full, seconds
        self.kept: dict[Request, Completion] = {}

    def find_completion(self, request: Request) -> Completion | None:
        return self.kept.get(request)

    async def save_completion(self, request: Request, reply: Completion) -> None:
        await asyncio.sleep(self.seconds)
        if self.full:
            raise OSError("disk full")
        self.events.append("written")
        self.kept[request] = reply


def request(draw: int = 0) -> Request:
    return Request("generate", draw, (Message("user", "x"),))


def test_a_reply_is_written_before_it_is_returned() -> None:
    events: EVENTS = []
    llm = RecordedLLM(Model(events))
    llm.attach(Log(events))

    async def work() -> None:
        await llm.start()
        await llm.complete(request())
        events.append("returned")
        await llm.close()

    asyncio.run(work())
    assert events == ["start", "answered", "written", "returned", "close"]
    assert llm.model == "numbers"


def test_a_question_asked_before_is_answered_from_the_log() -> None:
    model = Model([])
    llm = RecordedLLM(model)
    log = Log([])
    llm.attach(log)
    first, again, other = (asyncio.run(llm.complete(request(draw))) for draw in (0, 0, 1))
    assert first is again
    assert other.text == "2"
    assert model.asked == 2
    # In the next session too, which has another model object and the same log.
    later = RecordedLLM(idle := Model([]))
    later.attach(log)
    assert asyncio.run(later.complete(request())).text == "1"
    assert idle.asked == 0


def test_an_outage_is_not_written_down() -> None:
    model = Model([])
    llm = RecordedLLM(model)
    llm.attach(Log([]))
    model.down = True
    with pytest.raises(EndpointError):
        asyncio.run(llm.complete(request()))
    model.down = False
    assert asyncio.run(llm.complete(request())).text == "2"


def test_a_reply_that_cannot_be_written_is_not_used() -> None:
    llm = RecordedLLM(Model([]))
    llm.attach(Log([], full=True))
    with pytest.raises(OSError, match="disk full"):
        asyncio.run(llm.complete(request()))


def test_without_a_log_nothing_is_asked() -> None:
    llm = RecordedLLM(model := Model([]))
    with pytest.raises(RuntimeError):
        asyncio.run(llm.complete(request()))
    assert model.asked == 0


def recorded(model: Model, log: Log) -> RecordedLLM:
    llm = RecordedLLM(model)
    llm.attach(log)
    return llm


def test_the_same_question_at_once_is_asked_once() -> None:
    async def work() -> None:
        model = Model([])
        model.seconds = 0.01
        llm = recorded(model, Log([], seconds=0.01))
        schema = {"type": "object"}
        asked = [replace(request(draw), schema=schema) for draw in (0, 1)]
        log = llm._log
        assert isinstance(log, Log)
        log.kept = ByDraw()
        replies = await asyncio.gather(*(llm.complete(asked[number % 2]) for number in range(20)))
        assert len({reply.text for reply in replies}) == 2
        assert model.asked == 2
        assert not llm._asking

    asyncio.run(work())


class ByDraw(dict[Any, Completion]):
    """A record of requests with schemas, which have no hash."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key.draw, default)

    def __setitem__(self, key: Any, value: Completion) -> None:
        super().__setitem__(key.draw, value)


def test_who_waits_for_a_question_that_fails_asks_it_anew() -> None:
    async def work() -> None:
        model = Model([])
        model.seconds, model.down = 0.01, True
        llm = recorded(model, Log([]))
        first, second = (asyncio.create_task(llm.complete(request())) for _ in range(2))
        with pytest.raises(EndpointError):
            await first
        model.down = False
        assert (await second).text == "2"

    asyncio.run(work())


def test_who_waits_for_a_question_that_is_dropped_asks_it_anew() -> None:
    async def work() -> None:
        model = Model([])
        model.seconds = 0.01
        llm = recorded(model, Log([]))
        first, second = (asyncio.create_task(llm.complete(request())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).text == "2"

    asyncio.run(work())


@pytest.mark.parametrize("full", [False, True])
def test_a_reply_that_came_is_written_down_though_its_draw_is_dropped(full: bool) -> None:
    async def work() -> None:
        model = Model([])
        log = Log([], seconds=0.02, full=full)
        llm = recorded(model, log)
        first = asyncio.create_task(llm.complete(request()))
        await asyncio.sleep(0.01)
        assert model.asked == 1
        first.cancel()
        if full:
            with pytest.raises(OSError, match="disk full"):
                await llm.complete(request())
        else:
            assert (await llm.complete(request())).text == "1"
            assert model.asked == 1

    asyncio.run(work())


def test_leave_is_asked_before_new_questions_only() -> None:
    model, log = Model([]), Log([])
    llm = RecordedLLM(model)
    left = [1]

    def allow() -> None:
        if not left:
            raise BudgetSpent("no more")
        left.pop()

    llm.attach(log, allow)
    assert asyncio.run(llm.complete(request())).text == "1"
    assert asyncio.run(llm.complete(request())).text == "1"
    with pytest.raises(BudgetSpent):
        asyncio.run(llm.complete(request(1)))
    assert model.asked == 1
    left.append(1)
    assert asyncio.run(llm.complete(request(1))).text == "2"
