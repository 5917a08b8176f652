"""Several endpoints behind one name."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest

from apigen.config import Prices
from apigen.errors import ConfigError, EndpointError
from apigen.llms import build_llms
from apigen.llms.patient import PatientLLM
from apigen.options import Door
from apigen.records import Message, Request
from tests.servers import Answer, Body, LightServer, closed_port, light_server


def build(*endpoints: dict[str, Any], concurrency: int = 4, **options: Any) -> PatientLLM:
    entry = Door(name="balanced", options={"model": "m", "endpoints": list(endpoints)} | options)
    return build_llms({"writer": entry}, concurrency)["writer"]


def at(url: str, **options: Any) -> dict[str, Any]:
    return {"backend": "openai", "base_url": url} | options


async def answers(llm: PatientLLM, count: int) -> list[str]:
    llm._backoff = 0.02
    requests = [Request("generate", draw, (Message("user", f"draw {draw}"),)) for draw in range(count)]
    try:
        async with asyncio.timeout(20):
            return [reply.text for reply in await asyncio.gather(*map(llm.complete, requests))]
    finally:
        await llm.close()


def echo(delay: float = 0.02, *, every: int = 1, otherwise: Answer | None = None) -> Any:
    async def behave(number: int, body: Body) -> Answer:
        if number % every:
            assert otherwise is not None
            return otherwise
        return Answer(f"echo {body['messages'][0]['content']}", delay=delay)

    return behave


def run(work: Any) -> None:
    asyncio.run(work)


def test_endpoints_share_by_what_each_takes() -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            slow, fast = [await stack.enter_async_context(light_server(echo(delay))) for delay in (0.1, 0.02)]
            llm = build(at(slow.base_url, max_in_flight=5), at(fast.base_url, max_in_flight=10))
            assert llm.max_in_flight == 15
            assert await answers(llm, 300) == [f"echo draw {draw}" for draw in range(300)]
            assert (slow.most, fast.most) == (5, 10)
            assert fast.asked > 3 * slow.asked
            assert slow.asked + fast.asked == 300

    run(work())


@pytest.mark.parametrize(
    "sick",
    [
        Answer("no", status=429),
        Answer("no", status=429, headers={"Retry-After": "60"}),
        Answer("no", status=500),
        Answer("no", status=503),
        Answer("x" * 100, cut=50),
        Answer(raw=b"<html>"),
    ],
    ids=["429", "Retry-After", "500", "503", "reset", "html"],
)
def test_a_sick_endpoint_costs_nobody_an_answer_or_a_wait(sick: Answer) -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            never = await stack.enter_async_context(light_server(echo(every=10**9, otherwise=sick)))
            well = await stack.enter_async_context(light_server(echo()))
            llm = build(at(never.base_url), at(well.base_url), concurrency=10)
            start = asyncio.get_running_loop().time()
            assert await answers(llm, 200) == [f"echo draw {draw}" for draw in range(200)]
            assert asyncio.get_running_loop().time() - start < 15  # a stall would take minutes
            assert counted(well) == Counter(f"draw {draw}" for draw in range(200))

    run(work())


def counted(server: LightServer) -> Counter[str]:
    return Counter(body["messages"][0]["content"] for body in server.answered)


def test_one_endpoint_is_down_from_the_start_and_comes_later() -> None:
    async def work() -> None:
        late, well = LightServer(echo()), LightServer(echo(0.05))
        await late.start()
        await late.stop()
        await well.start()
        llm = build(at(late.base_url), at(well.base_url), concurrency=4)
        said: list[str] = []
        llm.on_pause = said.append
        asking = asyncio.create_task(answers(llm, 300))
        await asyncio.sleep(0.7)
        assert well.answered
        await late.start(late.port)
        assert await asking == [f"echo draw {draw}" for draw in range(300)]
        assert late.asked > 50
        assert [late.base_url in text for text in said] == [True, True]
        await late.stop()
        await well.stop()

    run(work())


def test_all_are_down_for_longer_than_patience() -> None:
    async def work() -> None:
        with closed_port() as one, closed_port() as other:
            urls = [f"http://127.0.0.1:{port}/v1" for port in (one, other)]
            llm = build(*(at(url, patience_seconds=0.5) for url in urls))
            with pytest.raises(EndpointError, match="nothing was answered for"):
                await answers(llm, 10)

    run(work())


def test_a_full_house_is_waited_for_not_overrun() -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(light_server(echo())) for _ in range(3)]
            llm = build(*(at(server.base_url, max_in_flight=2) for server in servers), concurrency=100)
            await answers(llm, 120)
            assert [server.most for server in servers] == [2, 2, 2]

    run(work())


def test_limits_and_prices_of_the_name_hold_for_endpoints_without_their_own() -> None:
    dear, cheap = {"input": 2.0, "output": 2.0}, {"input": 1.0, "output": 1.0}
    llm = build(at("http://a/v1"), at("http://b/v1", max_in_flight=9, prices=dear), max_in_flight=3, prices=cheap)
    assert [endpoint.gate.maximum for endpoint in llm.endpoints] == [3, 9]
    assert [endpoint.prices for endpoint in llm.endpoints] == [Prices(**cheap), Prices(**dear)]
    assert llm.prices == Prices(**cheap)
    assert build(at("http://a/v1", prices=dear), at("http://b/v1")).prices is None
    assert build(at("http://a/v1"), concurrency=77).max_in_flight == 77


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"endpoints": []}, "llms.writer.endpoints: "),
        ({"endpoints": [{"backend": "opnai"}]}, "llms.writer.endpoints[0].backend: 'opnai' is unknown"),
        ({"endpoints": [{"base_url": "http://a/v1"}]}, "llms.writer.endpoints[0]: write `backend: NAME`"),
        ({"endpoints": [at("http://a/v1"), at("ftp://b")]}, "llms.writer.endpoints[1].base_url: write it as"),
        ({"endpoints": [at("http://a/v1", model="n")]}, "llms.writer.endpoints[0].model: is 'n', but one name"),
        ({"endpoints": [at("http://a/v1", max_in_flight=0)]}, "llms.writer.endpoints[0].max_in_flight: "),
        ({"max_in_flight": 0}, "llms.writer.max_in_flight: "),
        ({"prices": {"input": 1}}, "llms.writer.prices.output: is missing"),
        ({"base_url": "http://a/v1"}, "llms.writer.base_url: unknown key"),
        ({"model": None}, "llms.writer.model: "),
    ],
)
def test_what_is_wrong_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(*options.pop("endpoints", [at("http://a/v1")]), **options)
    assert str(caught.value).startswith(message)


def test_the_model_is_required() -> None:
    entry = Door(name="balanced", options={"endpoints": [at("http://a/v1", model="m")]})
    with pytest.raises(ConfigError, match=r"llms\.writer\.model: is missing"):
        build_llms({"writer": entry})
