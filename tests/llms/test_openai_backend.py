"""The OpenAI-compatible backend against a real HTTP server."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from apigen.errors import ConfigError, EndpointBusy, EndpointError
from apigen.llms.openai import LANE, OpenAILLM
from apigen.records import Completion, Message, Request
from tests.servers import Answer, Body, ChatServer, closed_port, in_turn, light_server, serve

Serving = Callable[..., ChatServer]
KEY = "sk-verysecret-0123456789"
SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}


def request(**changed: Any) -> Request:
    return Request(**({"purpose": "generate", "draw": 0, "messages": (Message("user", "hello"),)} | changed))


def ask(server: ChatServer, *requests: Request, **options: Any) -> list[Completion]:
    """Ask one backend the requests in order."""

    async def work() -> list[Completion]:
        llm = OpenAILLM.from_options({"model": "m", "base_url": server.base_url, "retries": 0} | options)
        await llm.start()
        try:
            return [await llm.complete(each) for each in requests]
        finally:
            await llm.close()

    return asyncio.run(work())


def refusal(server: ChatServer, *requests: Request, **options: Any) -> str:
    with pytest.raises(EndpointError) as caught:
        ask(server, *(requests or (request(),)), **options)
    text = str(caught.value)
    assert "\n" not in text
    assert server.base_url in text
    return text


def test_a_plain_reply_comes_with_its_usage(serving: Serving) -> None:
    usage = {
        "prompt_tokens": 30,
        "completion_tokens": 4,
        "total_tokens": 34,
        "prompt_tokens_details": {"cached_tokens": 20},
    }
    server = serving(in_turn(Answer("hi there", usage=usage)))
    (reply,) = ask(server, request(temperature=0.5, seed=9, max_tokens=33))
    assert (reply.text, reply.model) == ("hi there", "m")
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == (30, 4, 20)
    assert reply.seconds > 0
    assert not reply.truncated
    assert server.requests == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hello"}],
            "max_tokens": 33,
            "temperature": 0.5,
            "seed": 9,
        }
    ]


def test_all_turns_are_sent_in_order(serving: Serving) -> None:
    server = serving(in_turn("ok"))
    turns = (Message("system", "s"), Message("user", "u"), Message("assistant", "a"), Message("user", "ü"))
    ask(server, request(messages=turns))
    assert [(turn["role"], turn["content"]) for turn in server.requests[0]["messages"]] == [
        ("system", "s"), ("user", "u"), ("assistant", "a"), ("user", "ü"),
    ]  # fmt: skip


def test_the_token_limit_is_told_as_the_endpoint_wants_it(serving: Serving) -> None:
    server = serving(in_turn("ok"))
    ask(server, request(max_tokens=5), token_limit_key="max_completion_tokens", extra_body={"reasoning_effort": "low"})
    body = server.requests[0]
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (5, "low")
    assert not {"max_tokens", "temperature", "seed", "response_format"} & set(body)


def test_a_reply_cut_short_says_so(serving: Serving) -> None:
    (reply,) = ask(serving(in_turn(Answer("and then", finish_reason="length"))), request())
    assert reply.truncated


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "completion_tokens": None}, "none"])
def test_unknown_usage_counts_as_nothing(serving: Serving, usage: Any) -> None:
    (reply,) = ask(serving(in_turn(Answer("ok", usage=usage))), request())
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == (0, 0, 0)


def test_a_schema_is_sent_as_json_schema(serving: Serving) -> None:
    server = serving(in_turn("{}"))
    ask(server, request(schema=SCHEMA))
    sent = server.requests[0]["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"] == SCHEMA
    assert sent["json_schema"]["name"] == "generate"


@pytest.mark.parametrize(("structured", "sent"), [("json_object", {"type": "json_object"}), ("none", None)])
def test_the_config_says_how_json_is_asked_for(serving: Serving, structured: str, sent: Any) -> None:
    server = serving(in_turn("{}"))
    ask(server, request(schema=SCHEMA), structured=structured)
    assert server.requests[0].get("response_format") == sent


def knows_only(*kinds: str) -> Callable[[Body], Answer]:
    def behave(body: Body) -> Answer:
        kind = body.get("response_format", {}).get("type", "none")
        if kind in kinds:
            return Answer(f'{{"query": "{kind}"}}')
        return Answer(f"response_format.type: {kind} is not supported", status=400)

    return behave


@pytest.mark.parametrize("status", [400, 422])
def test_an_endpoint_without_json_schema_is_asked_for_json_object(serving: Serving, status: int) -> None:
    def behave(body: Body) -> Answer:
        answer = knows_only("json_object", "none")(body)
        answer.status = answer.status if answer.status == 200 else status
        return answer

    server = serving(behave)
    first, second = ask(server, request(schema=SCHEMA), request(schema=SCHEMA, draw=1))
    assert first.text == second.text == '{"query": "json_object"}'
    asked = [body["response_format"]["type"] for body in server.requests]
    assert asked == ["json_schema", "json_object", "json_object"]  # refused once, remembered from then on


def test_an_endpoint_without_any_json_mode_is_asked_plainly(serving: Serving) -> None:
    server = serving(knows_only("none"))
    replies = ask(server, *(request(schema=SCHEMA, draw=draw) for draw in range(3)))
    assert {reply.text for reply in replies} == {'{"query": "none"}'}
    asked = [body.get("response_format", {}).get("type") for body in server.requests]
    assert asked == ["json_schema", "json_object", None, None, None]


def test_many_questions_at_once_step_down_once(serving: Serving) -> None:
    """Refusals that come together are one refusal: nobody is sent past json_object by the others."""
    server = serving(knows_only("json_object", "none"))

    async def work() -> list[Completion]:
        llm = OpenAILLM.from_options({"model": "m", "base_url": server.base_url, "retries": 0})
        try:
            return await asyncio.gather(*(llm.complete(request(schema=SCHEMA, draw=draw)) for draw in range(8)))
        finally:
            await llm.close()

    assert {reply.text for reply in asyncio.run(work())} == {'{"query": "json_object"}'}


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 4096 tokens",
        "temperature must be 1 for this model",
        "2 extra tokens do not fit the context",
    ],
)
def test_a_refusal_for_another_cause_is_no_reason_to_step_down(serving: Serving, message: str) -> None:
    server = serving(in_turn(Answer(message, status=400)))
    text = refusal(server, request(schema=SCHEMA))
    assert message in text
    assert len(server.requests) == 1


def test_a_refusal_without_a_schema_is_an_outage(serving: Serving) -> None:
    server = serving(knows_only())
    refusal(server, request())
    assert len(server.requests) == 1


def test_a_refusal_of_every_format_is_an_outage_and_ends(serving: Serving) -> None:
    server = serving(knows_only())
    refusal(server, request(schema=SCHEMA))
    assert len(server.requests) == 3


def busy(answer: Answer, **options: Any) -> EndpointBusy:
    """Ask once; return how the endpoint was busy. Asking again is not this backend's business."""
    with serve(in_turn(answer)) as server:
        with pytest.raises(EndpointBusy) as caught:
            ask(server, request(), **options)
        assert len(server.requests) == 1
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, "timeout"),
        (409, "broken"),
        (429, "throttled"),
        *((status, "broken") for status in (500, 502, 504, 520)),
        *((status, "overloaded") for status in (503, 529)),
    ],
)
def test_what_may_pass_is_busy_and_asked_once(status: int, kind: str) -> None:
    error = busy(Answer("slow down", status=status))
    assert error.kind == kind
    assert error.retry_after is None
    assert f"{status}" in str(error)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_will_not_pass_is_no_busy(serving: Serving, status: int) -> None:
    with pytest.raises(EndpointError) as caught:
        ask(serving(in_turn(Answer("no", status=status))), request())
    assert type(caught.value) is EndpointError


def test_a_quota_that_is_spent_will_not_pass(serving: Serving) -> None:
    raw = b'{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}'
    with pytest.raises(EndpointError, match="exceeded your current quota") as caught:
        ask(serving(in_turn(Answer(raw=raw, status=429))), request())
    assert type(caught.value) is EndpointError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after-ms": "250", "Retry-After": "7"}, 0.25),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "inf"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "120ms"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h1m1.5s"}, 3661.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "later"}, None),
    ],
)
def test_a_refusal_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert busy(Answer("no", status=429, headers=headers)).retry_after == pytest.approx(seconds)


def test_a_date_to_wait_for_is_understood() -> None:
    headers = {"Retry-After": formatdate(time.time() + 100, usegmt=True)}
    assert 97 < (busy(Answer("no", status=503, headers=headers)).retry_after or 0) <= 100


def test_a_reply_that_used_up_the_rate_asks_for_a_pause(serving: Serving) -> None:
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.5s"}
    server = serving(in_turn(Answer("ok", headers=used_up), Answer("ok", headers={"Retry-After": "9"})))
    asked: list[float] = []

    async def work() -> None:
        llm = OpenAILLM.from_options({"model": "m", "base_url": server.base_url})
        llm.on_pause_asked = asked.append
        for _ in range(2):
            assert (await llm.complete(request())).text == "ok"
        await llm.close()

    asyncio.run(work())
    assert asked == [1.5]


def test_nobody_listens() -> None:
    with closed_port() as port:
        llm = OpenAILLM.from_options({"model": "m-7b", "base_url": f"http://127.0.0.1:{port}/v1", "retries": 0})
        with pytest.raises(EndpointError) as caught:
            asyncio.run(llm.complete(request()))
    text = str(caught.value)
    assert f"http://127.0.0.1:{port}/v1" in text
    assert "m-7b" in text
    assert "\n" not in text


def test_a_stalled_server_is_given_up() -> None:
    start = time.monotonic()
    error = busy(Answer("never", delay=30), timeout_seconds=0.3)
    assert error.kind == "timeout"
    assert "timed out after 0.3 s" in str(error)
    assert time.monotonic() - start < 5


def test_a_server_that_drips_is_given_up() -> None:
    """Each byte comes in time; the whole reply never does."""
    start = time.monotonic()
    assert busy(Answer("slow", drip=0.05), timeout_seconds=0.4).kind == "timeout"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("cut", [0, 1, 60])
def test_a_connection_that_breaks_is_broken(cut: int) -> None:
    error = busy(Answer("x" * 200, cut=cut))
    assert error.kind == "broken"


def test_a_body_that_cannot_be_unpacked_is_broken() -> None:
    assert busy(Answer(raw=b"no gzip", headers={"Content-Encoding": "gzip"})).kind == "broken"


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream", ""])
def test_a_completion_under_a_wrong_label_is_one(serving: Serving, content_type: str) -> None:
    (reply,) = ask(serving(in_turn(Answer("hi", content_type=content_type))), request())
    assert reply.text == "hi"


def test_an_unknown_model_is_named(serving: Serving) -> None:
    server = serving(in_turn(Answer("The model `m` does not exist", status=404)))
    text = refusal(server)
    assert "(model m)" in text
    assert "does not exist" in text


@pytest.mark.parametrize(
    "choices", ["[]", "null", "[null]", '[{"index": 0, "finish_reason": "stop"}]', '[{"index": 0, "message": null}]']
)
def test_choices_without_a_message_are_broken(choices: str) -> None:
    raw = f'{{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": {choices}}}'
    error = busy(Answer(raw=raw.encode()))
    assert error.kind == "broken"
    assert "its answer is no chat completion" in str(error)


def test_null_content_is_an_empty_text(serving: Serving) -> None:
    (reply,) = ask(serving(in_turn(Answer(None))), request())
    assert reply.text == ""


def test_a_lone_surrogate_becomes_text_that_can_be_written(serving: Serving) -> None:
    (reply,) = ask(serving(in_turn(Answer('a\ud800b "ü" 😀'))), request())
    assert reply.text.encode("utf-8").decode() == reply.text
    assert reply.text.startswith("a")
    assert reply.text.endswith('b "ü" 😀')


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"{not json", "application/json"),
        (b"", "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"<html><body>gateway</body></html>", "text/html"),
        (b"", "text/plain"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"text"', "application/json"),
        (b'{"choices": "none"}', "application/json"),
        (b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": 5}}]}', "application/json"),
        (b'{"choices": [{"index": 0, "finish_reason": "stop", "message": "hi"}]}', "application/json"),
    ],
)
def test_a_reply_that_is_no_completion_is_broken(raw: bytes, content_type: str) -> None:
    assert busy(Answer(raw=raw, content_type=content_type)).kind == "broken"


def test_an_error_told_with_status_200_is_broken() -> None:
    assert "overloaded" in str(busy(Answer(raw=b'{"error": {"message": "overloaded"}}')))


def test_two_hundred_requests_are_under_way_at_once() -> None:
    """No pool of connections stands in their way: each is answered only when all have come."""

    async def work() -> None:
        everyone = asyncio.Event()

        async def behave(number: int, body: Body) -> str:
            if number == 200:
                everyone.set()
            await everyone.wait()
            return "ok"

        async with light_server(behave) as server:
            llm = OpenAILLM.from_options({"model": "m", "base_url": server.base_url})
            try:
                async with asyncio.timeout(20):
                    await asyncio.gather(*(llm.complete(request(draw=draw)) for draw in range(200)))
                assert server.most == 200
                await asyncio.gather(*(llm.complete(request(draw=draw)) for draw in range(200)))
                assert server.connections <= 7 * LANE  # each was kept for the second round
            finally:
                await llm.close()

    asyncio.run(work())


def test_the_key_is_sent_and_never_logged(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    server = serving(in_turn("ok", Answer("bad key", status=401)))
    ask(server, request(), api_key_env="MY_KEY")
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert "401" in refusal(server, api_key_env="MY_KEY")
    assert KEY not in caplog.text


def test_the_key_is_not_told_even_when_the_endpoint_tells_it(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    for answer in (
        Answer(f"Incorrect API key provided: {KEY}", status=401),
        Answer(f"header Authorization: Bearer {KEY} is malformed", status=400),
        Answer(f"{KEY} is too fast", status=429),
        Answer(f"{KEY} broke us", status=500),
    ):
        text = refusal(serving(in_turn(answer)), api_key_env="MY_KEY")
        assert str(answer.status) in text
        assert KEY not in text


def test_a_key_that_is_not_set_is_named() -> None:
    with pytest.raises(ConfigError, match=r"api_key_env: the environment variable NO_SUCH_KEY is not set"):
        OpenAILLM.from_options({"model": "m", "api_key_env": "NO_SUCH_KEY"})


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http:///v1", "http://user:pw@host/v1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url") as caught:
        OpenAILLM.from_options({"model": "m", "base_url": url})
    assert "user:pw" not in str(caught.value)


def check(server: ChatServer, model: str = "m") -> None:
    async def work() -> None:
        llm = OpenAILLM.from_options({"model": model, "base_url": server.base_url})
        try:
            await llm.check()
        finally:
            await llm.close()

    asyncio.run(work())


def test_the_check_spends_nothing(serving: Serving) -> None:
    server = serving(in_turn("ok"))
    check(server)
    assert server.requests == []


def test_the_check_names_the_models_served(serving: Serving) -> None:
    with pytest.raises(EndpointError, match="serves no model other, but m"):
        check(serving(in_turn("ok")), "other")


def test_the_check_lets_an_endpoint_without_a_list_pass(serving: Serving) -> None:
    check(serving(in_turn("ok"), Answer("not here", status=404)))


@pytest.mark.parametrize(
    "models", [Answer("no", status=401), Answer(raw=b"<html>", content_type="text/html"), Answer(raw=b"{")]
)
def test_the_check_reports_what_is_no_list(serving: Serving, models: Answer) -> None:
    with pytest.raises(EndpointError):
        check(serving(in_turn("ok"), models))


def test_ids_that_come_again_by_chance_are_no_doubled_replies() -> None:
    """Ollama draws them from a thousand; some servers always say the same one."""

    async def work(identity: Callable[[int], str]) -> int:
        async def behave(number: int, body: Body) -> Answer:
            made = json.loads(Answer(f"echo {number}").body("m")) | {"id": identity(number)}
            return Answer(raw=json.dumps(made).encode())

        async with light_server(behave) as server:
            llm = OpenAILLM.from_options({"model": "m", "base_url": server.base_url})
            try:
                for draw in range(30):
                    await llm.complete(request(draw=draw))
            finally:
                await llm.close()
            return server.asked

    assert asyncio.run(work(lambda number: f"chatcmpl-{number % 3}")) == 30
    assert asyncio.run(work(lambda number: "x")) == 30
