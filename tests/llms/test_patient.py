"""Waiting and asking again: rules in virtual time, then every fault over real HTTP."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apigen.config import Prices
from apigen.errors import EndpointBusy, EndpointError
from apigen.llms import build_llms
from apigen.llms.limits import Gate
from apigen.llms.openai import OpenAILLM
from apigen.llms.patient import Endpoint, PatientLLM, Terms
from apigen.options import Door
from apigen.records import Completion, Message, Request
from tests.llms.virtual import now, run
from tests.servers import Answer, Body, LightServer, light_server


def request(draw: int = 0, **changed: Any) -> Request:
    return replace(Request("generate", draw, (Message("user", f"draw {draw}"),), max_tokens=8), **changed)


class Model:
    """Takes a tenth of a second, and does as the test says: a text to answer, an error to raise."""

    model = "m"
    where = "http://there/v1"

    def __init__(self, behave: Callable[[Request], str | EndpointError], seconds: float = 0.1) -> None:
        self.behave, self.seconds = behave, seconds
        self.asked: Counter[int] = Counter()
        self.under_way = self.most = 0

    async def start(self) -> None:
        pass

    async def complete(self, request: Request) -> Completion:
        self.asked[request.draw] += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way -= 1
        said = self.behave(request)
        if isinstance(said, EndpointError):
            raise said
        return Completion(said, self.model, prompt_tokens=1000, completion_tokens=100)

    async def close(self) -> None:
        pass


def busy(kind: Any = "broken", retry_after: float | None = None) -> EndpointBusy:
    return EndpointBusy("LLM endpoint http://there/v1 (model m): no", kind, retry_after)


def patient(model: Model, at_once: int = 8, prices: Prices | None = None, **terms: Any) -> tuple[PatientLLM, list[str]]:
    chosen = Terms(**terms)
    gate = Gate(at_once, patience_seconds=chosen.patience_seconds, clock=now)
    llm = PatientLLM([Endpoint(model, gate, chosen, prices)])
    said: list[str] = []
    llm.on_pause = said.append
    return llm, said


# --- the rules, in virtual time


def test_a_reply_comes_priced_and_leaves_room() -> None:
    async def work() -> None:
        llm, said = patient(Model(lambda request: "hi"), prices=Prices(input=1, output=10))
        reply = await llm.complete(request())
        assert (reply.text, reply.dollars) == ("hi", 0.002)
        assert (llm.model, llm.max_in_flight, llm.load().in_flight, said) == ("m", 8, 0, [])

    run(work())


def test_what_is_refused_for_good_is_told_at_once() -> None:
    async def work() -> None:
        model = Model(lambda request: EndpointError("no such model"))
        llm, _ = patient(model)
        with pytest.raises(EndpointError, match="no such model"):
            await llm.complete(request())
        assert model.asked[0] == 1
        assert llm.load().in_flight == 0

    run(work())


@pytest.mark.parametrize("kind", ["broken", "timeout"])
@pytest.mark.parametrize("retries", [0, 3])
def test_a_request_that_fails_among_others_is_given_up_after_its_retries(kind: str, retries: int) -> None:
    async def work() -> None:
        model = Model(lambda request: busy(kind) if request.draw == 5 else "ok")
        llm, said = patient(model, retries=retries)
        ends: dict[int, Any] = {}
        draws = iter(range(2000))

        async def worker() -> None:
            for draw in draws:
                try:
                    ends[draw] = await llm.complete(request(draw))
                except EndpointError as error:
                    ends[draw] = error

        await asyncio.gather(*(worker() for _ in range(8)))
        assert [draw for draw, end in ends.items() if isinstance(end, Exception)] == [5]
        assert type(ends[5]) is EndpointError
        assert "LLM endpoint http://there/v1 (model m): no" in str(ends[5])
        assert model.asked[5] == retries + 1
        assert all(model.asked[draw] == 1 for draw in range(2000) if draw != 5)
        assert said == []

    run(work())


def test_a_request_that_is_always_throttled_is_given_up_when_patience_ends() -> None:
    async def work() -> None:
        model = Model(lambda request: busy("throttled") if request.draw == 0 else "ok")
        llm, _ = patient(model, retries=0, patience_seconds=60)
        poison = asyncio.create_task(llm.complete(request()))
        start = now()
        for draw in range(1, 2000):
            await llm.complete(request(draw))
            if poison.done():
                break
        with pytest.raises(EndpointError, match="was put off for"):
            await poison
        assert 60 <= now() - start < 90
        assert model.asked[0] < 30  # with growing pauses

    run(work())


def test_an_outage_costs_no_request_its_retries() -> None:
    async def work() -> None:
        until = now() + 300
        model = Model(lambda request: busy() if now() < until else "ok")
        llm, said = patient(model, retries=0)
        replies = await asyncio.gather(*(llm.complete(request(draw)) for draw in range(50)))
        assert [reply.text for reply in replies] == ["ok"] * 50
        assert now() < until + 35
        assert said == [
            "LLM endpoint http://there/v1 does not answer (no); trying again in 1 s",
            "LLM endpoint http://there/v1 answers again",
        ]
        assert sum(model.asked.values()) < 50 + 8 + 20

    run(work())


def test_an_outage_longer_than_patience_ends_every_request() -> None:
    async def work() -> None:
        start = now()
        model = Model(lambda request: busy())
        llm, said = patient(model, patience_seconds=100)
        ends = await asyncio.gather(*(llm.complete(request(draw)) for draw in range(50)), return_exceptions=True)
        assert {type(end) for end in ends} == {EndpointError}
        assert {str(end) for end in ends} == {
            "LLM endpoint http://there/v1 (model m): no; nothing was answered for 100 s"
        }
        assert now() - start == pytest.approx(100, abs=1)
        assert len(said) == 1
        # Whoever asks later gets patience of their own.
        await asyncio.sleep(1000)
        model.behave = lambda request: "back"
        assert (await llm.complete(request())).text == "back"

    run(work())


def test_a_request_alone_waits_an_outage_out() -> None:
    async def work() -> None:
        left = [busy("timeout")] * 9
        llm, _ = patient(Model(lambda request: left.pop() if left else "ok"), at_once=1, retries=0)
        assert (await llm.complete(request())).text == "ok"

    run(work())


def test_a_pause_asked_for_holds_everyone() -> None:
    async def work() -> None:
        first = [busy("throttled", 20.0)]
        times: list[float] = []

        def behave(request: Request) -> str | EndpointError:
            if first:
                return first.pop()
            times.append(now())
            return "ok"

        start = now()
        llm, said = patient(Model(behave), at_once=1)
        await asyncio.gather(*(llm.complete(request(draw)) for draw in range(5)))
        assert min(times) - start >= 20
        assert said == [
            "LLM endpoint http://there/v1 does not answer (no); trying again in 20 s",
            "LLM endpoint http://there/v1 answers again",
        ]

    run(work())


def test_the_limit_settles_at_what_the_endpoint_bears() -> None:
    async def work() -> None:
        model = Model(lambda request: "", seconds=1.0)
        bears = 20
        model.behave = lambda request: busy("throttled") if model.under_way >= bears else "ok"
        llm, _ = patient(model, at_once=200)
        start = now()
        replies = await asyncio.gather(*(llm.complete(request(draw)) for draw in range(2000)))
        assert len(replies) == 2000
        assert now() - start < 2 * 2000 / bears  # more than half of what the endpoint can
        assert 5 <= llm.load().limit <= 30

    run(work())


def test_cancelled_requests_leave_their_room() -> None:
    async def work() -> None:
        llm, _ = patient(Model(lambda request: "ok", seconds=50), at_once=3)
        tasks = [asyncio.create_task(llm.complete(request(draw))) for draw in range(10)]
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*tasks, return_exceptions=True)
        )
        assert llm.load().in_flight == 0
        assert (await llm.complete(request())).text == "ok"

    run(work())


def test_pauses_are_the_same_in_every_run() -> None:
    def pauses() -> list[float]:
        async def work() -> list[float]:
            times: list[float] = []

            def behave(request: Request) -> str | EndpointError:
                times.append(now())
                return busy("throttled") if len(times) % 7 else "ok"

            llm, _ = patient(Model(behave))
            await asyncio.gather(*(llm.complete(request(draw)) for draw in range(20)))
            return times

        return run(work())

    assert pauses() == pauses()


def test_the_gate_costs_next_to_nothing() -> None:
    """200 at once, 200 ms each: what is spent beside the model is some microseconds a request."""

    async def work(count: int, *, gated: bool) -> float:
        model = Model(lambda request: "ok", seconds=0.2)
        llm: Any = patient(model, at_once=200)[0] if gated else model
        left = iter(range(count))

        async def ask() -> None:
            for draw in left:
                await llm.complete(request(draw))

        start = time.process_time()
        await asyncio.gather(*(ask() for _ in range(200)))
        return (time.process_time() - start) / count

    with_gate, without = (min(run(work(4000, gated=gated)) for _ in range(3)) for gated in (True, False))
    assert with_gate - without < 60e-6


# --- the faults, over real HTTP


def openai_llm(server: LightServer, at_once: int = 50, **options: Any) -> PatientLLM:
    chosen = {"model": "m", "base_url": server.base_url, "max_in_flight": at_once, "retries": 20} | options
    llm = build_llms({"writer": Door(name="openai", options=chosen)})["writer"]
    llm._backoff = 0.02
    return llm


def said_by(body: Body) -> str:
    return str(body["messages"][0]["content"])


async def answer_all(server: LightServer, llm: PatientLLM, count: int) -> None:
    """Ask, and see that each request got its own answer, and that none was answered twice."""
    try:
        replies = await asyncio.gather(*(llm.complete(request(draw)) for draw in range(count)))
    finally:
        await llm.close()
    assert [reply.text for reply in replies] == [f"echo draw {draw}" for draw in range(count)]
    counts = Counter(map(said_by, server.answered))
    assert counts == Counter(f"draw {draw}" for draw in range(count))
    assert llm.load().in_flight == 0


STALL = 60.0
FAULTS = {
    "429 without a word": lambda: Answer("slow down", status=429),
    "429 with Retry-After": lambda: Answer("slow down", status=429, headers={"retry-after-ms": "20"}),
    "500": lambda: Answer("boom", status=500),
    "503": lambda: Answer("full", status=503),
    "reset at once": lambda: Answer("x" * 500, cut=0),
    "reset in the middle": lambda: Answer("x" * 500, cut=200),
    "stall": lambda: Answer("", delay=STALL),
    "truncated": lambda: Answer(raw=b'{"id": "x", "choices": [{"message": {"cont', status=200),
    "garbage": lambda: Answer(raw=b"\x00\xffnothing"),
    "no choices": lambda: Answer(raw=b'{"id": "x", "object": "chat.completion", "choices": []}'),
    "html": lambda: Answer(raw=b"<html>gateway</html>", content_type="text/html"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_third_of_the_replies_fail(name: str) -> None:
    async def behave(number: int, body: Body) -> Answer | str:
        if number % 10 in (1, 5, 8):
            return FAULTS[name]()
        return f"echo {said_by(body)}"

    async def work() -> None:
        async with light_server(behave) as server:
            broken = name in ("truncated", "garbage", "no choices", "html")
            llm = openai_llm(server, timeout_seconds=1.0)
            if broken:  # told with status 200: the server believes that it answered
                server.answered = _WithoutFaults()
            await answer_all(server, llm, 80)

    run_real(work(), 20)


class _WithoutFaults(list[Body]):
    """Bodies answered; those that met with a fault come again, so only the last time counts."""

    def append(self, body: Body) -> None:
        if body in self:
            self.remove(body)
        super().append(body)


def run_real(work: Any, seconds: float) -> None:
    async def limited() -> None:
        async with asyncio.timeout(seconds):
            await work

    asyncio.run(limited())


def test_all_faults_together() -> None:
    kinds = [*FAULTS.values()]

    async def behave(number: int, body: Body) -> Answer | str:
        if number % 3 == 0:
            return kinds[number // 3 % len(kinds)]()
        return f"echo {said_by(body)}"

    async def work() -> None:
        async with light_server(behave) as server:
            server.answered = _WithoutFaults()
            await answer_all(server, openai_llm(server, timeout_seconds=1.0), 200)

    run_real(work(), 30)


def test_bursts_of_503() -> None:
    """Full for a while, well for longer, and so on: at odd times, so that no test of the gate keeps meeting the same one."""

    async def behave(number: int, body: Body) -> Answer | str:
        full = time.monotonic() % 0.437 < 0.15
        return Answer("full", status=503) if full else Answer(f"echo {said_by(body)}", delay=0.01)

    async def work() -> None:
        async with light_server(behave) as server:
            await answer_all(server, openai_llm(server, retries=0), 120)

    run_real(work(), 20)


def test_an_outage_is_waited_out_and_full_speed_comes_back() -> None:
    """The server dies amid requests, listens again after two seconds, and is asked as many at once as before."""

    async def behave(number: int, body: Body) -> Answer | str:
        return Answer(f"echo {said_by(body)}", delay=0.5)  # so long that also a slow client can keep 40 waiting

    async def work() -> None:
        async with light_server(behave) as server:
            llm = openai_llm(server, at_once=40, retries=0)
            said: list[str] = []
            llm.on_pause = said.append
            asking = asyncio.create_task(answer_all(server, llm, 300))
            while len(server.answered) < 80:
                await asyncio.sleep(0.01)
            await server.stop()
            await asyncio.sleep(2)
            before, start = len(server.answered), time.monotonic()
            server.most = 0
            await server.start(server.port)
            await asking
            assert [text.split(" (")[0].split(" answers")[-1] for text in said] == [
                f"LLM endpoint {server.base_url} does not answer", " again",
            ]  # fmt: skip
            assert 36 <= server.most <= 40  # the client's own work takes some time too
            assert before < 200
            assert time.monotonic() - start < 20

    run_real(work(), 60)


def test_an_outage_longer_than_patience_names_the_endpoint() -> None:
    async def behave(number: int, body: Body) -> Answer | str:
        return f"echo {said_by(body)}"

    async def work() -> None:
        async with light_server(behave) as server:
            llm = openai_llm(server, patience_seconds=1.5)
            assert (await llm.complete(request())).text == "echo draw 0"
            await server.stop()
            start = time.monotonic()
            ends = await asyncio.gather(*(llm.complete(request(draw)) for draw in range(60)), return_exceptions=True)
            assert 1.4 < time.monotonic() - start < 4
            assert {type(end) for end in ends} == {EndpointError}
            text = str(ends[0])
            assert server.base_url in text
            assert "nothing was answered for 2 s" in text
            await llm.close()

    run_real(work(), 15)


def test_a_used_up_rate_pauses_the_gate() -> None:
    times: list[float] = []
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "400ms"}

    async def behave(number: int, body: Body) -> Answer | str:
        times.append(time.monotonic())
        return Answer(f"echo {said_by(body)}", headers=used_up if number == 1 else {})

    async def work() -> None:
        async with light_server(behave) as server:
            await answer_all(server, openai_llm(server, at_once=1), 3)

    run_real(work(), 10)
    assert times[1] - times[0] >= 0.39
    assert times[2] - times[1] < 0.2


def test_the_backend_tells_its_terms() -> None:
    llm = OpenAILLM.from_options({"model": "m", "retries": 2, "patience_seconds": 9})
    assert llm.terms == Terms(2, 9.0, None)
