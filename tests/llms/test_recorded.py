"""A reply is written down before anyone sees it, and a question asked before costs nothing."""

import asyncio

import pytest

from apigen.errors import EndpointError
from apigen.llms.recorded import RecordedLLM
from apigen.records import Completion, Message, Request

EVENTS = list[str]


class Model:
    """Answers with a running number, or fails; notes what is done with it."""

    model = "numbers"

    def __init__(self, events: EVENTS) -> None:
        self.events, self.asked, self.down = events, 0, False

    async def start(self) -> None:
        self.events.append("start")

    async def complete(self, request: Request) -> Completion:
        self.asked += 1
        if self.down:
            raise EndpointError("down")
        self.events.append("answered")
        return Completion(str(self.asked), self.model)

    async def close(self) -> None:
        self.events.append("close")


class Log:
    """Keeps replies in a dict."""

    def __init__(self, events: EVENTS, *, full: bool = False) -> None:
        self.events, self.full = events, full
        self.kept: dict[Request, Completion] = {}

    def find_completion(self, request: Request) -> Completion | None:
        return self.kept.get(request)

    def save_completion(self, request: Request, reply: Completion) -> None:
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
