"""The Batch API backend against a real HTTP server that fails in every way it can."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.errors import ConfigError, EndpointError
from apigen.llms import openai_batch
from apigen.llms.openai_batch import OpenAIBatchLLM
from apigen.records import Completion, Message, Request
from apigen.store.writer import request_key
from tests.batch_server import BatchServer, Fate, Line, Trouble, serve_batches
from tests.servers import Answer, Body, closed_port

FAST = {"model": "m", "batch_size": 20, "linger_seconds": 0.05, "poll_seconds": 0.02, "retries": 2}
SCHEMA = {"type": "object", "properties": {}}
USAGE = {"prompt_tokens": 30, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 20}}


class Journal:
    """A journal in memory that outlives a backend; `stop_at` kills the session in the middle of that write."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.ever: list[str] = []
        self.stop_at = ""

    def open_batches(self, llm: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(id, keys) for id, (name, keys) in self.rows.items() if name == llm]

    async def save_batch(self, id: str, llm: str, keys: Sequence[str]) -> None:
        await self._pass(f"save {id}")
        self.rows[id] = (llm, tuple(keys))
        self.ever.append(id)

    async def close_batch(self, id: str) -> None:
        await self._pass(f"close {id}")
        self.rows.pop(id, None)

    async def _pass(self, what: str) -> None:
        await asyncio.sleep(0)
        if self.stop_at and what.startswith(self.stop_at):
            self.killed.set()
            await asyncio.Event().wait()

    killed: asyncio.Event


@pytest.fixture
def batches() -> Iterator[Callable[..., BatchServer]]:
    with ExitStack() as stack:
        yield lambda behave, **script: stack.enter_context(serve_batches(behave, **script))


Batches = Callable[..., BatchServer]


def request(number: int = 0, **changed: Any) -> Request:
    return Request(**({"purpose": "generate", "draw": number, "messages": (Message("user", f"q{number}"),)} | changed))


def question(line: Body) -> str:
    text: str = line["body"]["messages"][0]["content"]
    return text


def echo(line: Body) -> str:
    return f"answer to {question(line)}"


def session(
    server: BatchServer, journal: Journal, work: Callable[[OpenAIBatchLLM], Awaitable[Any]], **options: Any
) -> Any:
    """One process's life with the backend."""

    async def live() -> Any:
        journal.killed = asyncio.Event()
        llm = OpenAIBatchLLM.from_options(FAST | {"base_url": server.base_url} | options)
        llm.attach_journal(journal, request_key, "writer")
        await llm.start()
        try:
            async with asyncio.timeout(90):
                return await work(llm)
        finally:
            await llm.close()

    return asyncio.run(live())


def ask(server: BatchServer, *requests: Request, journal: Journal | None = None, **options: Any) -> list[Any]:
    """Ask all at once; return what each came to, errors too."""

    async def work(llm: OpenAIBatchLLM) -> list[Any]:
        return await asyncio.gather(*(llm.complete(each) for each in requests), return_exceptions=True)

    found: list[Any] = session(server, journal or Journal(), work, **options)
    return found


def texts(found: list[Any]) -> list[str]:
    return [one.text if isinstance(one, Completion) else str(one) for one in found]


def interrupted(
    server: BatchServer, journal: Journal, *requests: Request, until: Callable[[], bool], **options: Any
) -> None:
    """Ask, and cancel everything once something has come about."""

    async def work(llm: OpenAIBatchLLM) -> None:
        tasks = [asyncio.create_task(llm.complete(each)) for each in requests]
        while not until():
            await asyncio.sleep(0.005)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    session(server, journal, work, **options)


def test_a_request_goes_out_as_the_api_wants_it_and_comes_back_with_its_usage(batches: Batches) -> None:
    server = batches(lambda line: Answer("hi \u2028 ü", usage=USAGE, finish_reason="length"))
    one = request(messages=(Message("system", "s"), Message("user", "ü")), schema=SCHEMA, temperature=0.5, seed=9)
    (reply,) = ask(server, one, extra_body={"user": "me"}, token_limit_key="max_completion_tokens")
    assert (reply.text, reply.model, reply.truncated) == ("hi \u2028 ü", "m", True)
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == (30, 4, 20)
    assert reply.seconds >= 0.05
    (line,) = server.batches[0].requests
    assert line["custom_id"] == request_key(one)
    body = line["body"]
    assert body.pop("response_format")["json_schema"]["schema"] == SCHEMA
    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "ü"}],
        "max_completion_tokens": 512,
        "temperature": 0.5,
        "seed": 9,
        "user": "me",
    }


def test_five_hundred_requests_share_batches_and_none_gets_another_s_answer(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate(seconds=random.Random(number).uniform(0, 0.3))), Journal()
    asked = [request(number) for number in range(500)]
    assert texts(ask(server, *asked, journal=journal, batch_size=90)) == [f"answer to q{n}" for n in range(500)]
    assert sorted(len(batch.requests) for batch in server.batches) == [50, *[90] * 5]
    assert not journal.rows
    assert len(journal.ever) == 12  # each first as an intent, then by its id


def test_requests_wait_for_company_until_none_comes(batches: Batches) -> None:
    server = batches(echo)

    async def work(llm: OpenAIBatchLLM) -> None:
        tasks = []
        for number in range(5):
            tasks.append(asyncio.create_task(llm.complete(request(number))))
            await asyncio.sleep(0.05)
        await asyncio.gather(*tasks)

    session(server, Journal(), work, linger_seconds=0.4)
    assert len(server.batches) == 1


def test_a_file_stays_below_the_limit_in_bytes(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_batch, "MAX_BYTES", 1000)
    server = batches(echo)
    ask(server, *(request(n, messages=(Message("user", "x" * 500),)) for n in range(4)))
    assert [len(batch.requests) for batch in server.batches] == [1, 1, 1, 1]


def test_the_same_question_asked_twice_at_once_is_sent_once(batches: Batches) -> None:
    server = batches(echo)
    assert texts(ask(server, request(), request())) == ["answer to q0"] * 2
    assert server.sent().total() == 1


def test_a_question_asked_again_after_its_answer_is_sent_again(batches: Batches) -> None:
    server, journal = batches(echo), Journal()

    async def work(llm: OpenAIBatchLLM) -> None:
        for _ in range(2):
            await llm.complete(request())

    session(server, journal, work)
    assert server.sent().total() == 2
    assert not journal.rows


FAILURES = {
    "429": Line(Answer("slow down", status=429)),
    "500": Line(Answer("sorry", status=500)),
    "in no file": Line(),
    "expired": Line(error="batch_expired"),
    "garbage": Line(raw=(b"{not json", b"\xff\xfe", b"[1]", b'{"custom_id": 5}')),
    "a stranger's": Line(raw=(b'{"custom_id": "no such", "response": {"status_code": 200, "body": {}}}',)),
    "no completion": Line(Answer(raw=b'{"choices": 3}')),
    "an odd body": Line(Answer(raw=b"[]")),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_what_may_pass_is_asked_again_in_the_next_batch(batches: Batches, failure: Line) -> None:
    server = batches(lambda line: failure if question(line) == "q1" and len(server.batches) == 1 else echo(line))
    assert texts(ask(server, *map(request, range(3)))) == ["answer to q0", "answer to q1", "answer to q2"]
    assert [[question(line) for line in batch.requests] for batch in server.batches] == [["q0", "q1", "q2"], ["q1"]]


def test_what_does_not_pass_fails_after_the_retries_and_alone(batches: Batches) -> None:
    server = batches(lambda line: FAILURES["429"] if question(line) == "q1" else echo(line))
    first, second = ask(server, request(0), request(1))
    assert first.text == "answer to q0"
    assert isinstance(second, EndpointError)
    assert "failed in 3 batches: error 429: slow down" in str(second)
    assert len(server.batches) == 3


def test_a_refused_request_fails_alone_and_at_once(batches: Batches) -> None:
    server = batches(lambda line: Answer("too long", status=400) if question(line) == "q1" else echo(line))
    first, second = ask(server, request(0), request(1))
    assert first.text == "answer to q0"
    assert isinstance(second, EndpointError)
    assert "error 400: too long" in str(second)
    assert len(server.batches) == 1


def test_a_refused_output_format_is_stepped_down_from(batches: Batches) -> None:
    def behave(line: Body) -> Answer | str:
        kind = line["body"].get("response_format", {}).get("type", "none")
        return echo(line) if kind == "none" else Answer(f"response_format {kind} is not supported", status=400)

    server = batches(behave)
    assert texts(ask(server, request(0, schema=SCHEMA), request(1))) == ["answer to q0", "answer to q1"]
    kinds = [[line["body"].get("response_format", {}).get("type") for line in each.requests] for each in server.batches]
    assert kinds == [["json_schema", None], ["json_object"], [None]]


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_a_batch_that_ends_early_keeps_what_it_has(batches: Batches, status: str) -> None:
    server = batches(
        lambda line: echo(line) if question(line) == "q0" or len(server.batches) > 1 else Line(error="batch_expired"),
        fate=lambda number: Fate(status if number == 0 else "completed"),
    )
    assert texts(ask(server, request(0), request(1))) == ["answer to q0", "answer to q1"]
    assert sorted(server.sent().values()) == [1, 2]


def test_a_batch_that_fails_validation_says_why(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate("failed", fault=("x", "no such model"))), Journal()
    (error,) = ask(server, request(), journal=journal)
    assert isinstance(error, EndpointError)
    assert "the batch failed: no such model" in str(error)
    assert not journal.rows


def test_a_full_queue_is_waited_for_while_batches_of_ours_are_in_it(batches: Batches) -> None:
    full = Fate("failed", fault=("token_limit_exceeded", "Enqueued token limit reached"))
    server = batches(echo, fate=lambda number: [Fate(seconds=0.5), full, Fate()][number])
    assert len(set(texts(ask(server, *map(request, range(40)))))) == 40
    assert [len(batch.requests) for batch in server.batches] == [20, 20, 20]


def test_a_batch_too_big_for_an_empty_queue_is_halved(batches: Batches) -> None:
    full = Fate("failed", fault=("token_limit_exceeded", "Enqueued token limit reached"))
    server = batches(echo, fate=lambda number: full if len(server_lines(server, number)) > 10 else Fate())
    assert len(set(texts(ask(server, *map(request, range(20)))))) == 20
    assert [len(batch.requests) for batch in server.batches] == [20, 10, 10]


def server_lines(server: BatchServer, number: int) -> list[bytes]:
    return server.files[[id for id in server.files if id.startswith("file-")][number]].splitlines()


def first_times(count: int, trouble: Trouble, method: str, path: str) -> Callable[[str, str], Trouble | None]:
    """Let the first calls of a kind fail."""
    left = [count]

    def find(called: str, where: str) -> Trouble | None:
        if called == method and where.partition("?")[0].startswith(path) and left[0]:
            left[0] -= 1
            return trouble
        return None

    return find


BUSY = [Trouble(Answer("slow down", status=429)), Trouble(Answer("sorry", status=503)), Trouble(None)]


PROXY_PAGE = Trouble(Answer(raw=b"<html>", content_type="text/html"))


@pytest.mark.parametrize(
    ("path", "trouble"),
    [("/v1/batches/", PROXY_PAGE), *((path, trouble) for path in ("/v1/batches/", "/v1/files/") for trouble in BUSY)],
)
def test_polling_and_fetching_go_on_through_trouble(batches: Batches, path: str, trouble: Trouble) -> None:
    server = batches(echo, trouble=first_times(4, trouble, "GET", path))
    assert texts(ask(server, request(), poll_seconds=0.01)) == ["answer to q0"]
    assert server.sent().total() == 1


@pytest.mark.parametrize("trouble", BUSY)
def test_an_upload_is_tried_again_but_not_for_ever(batches: Batches, trouble: Trouble) -> None:
    assert texts(ask(batches(echo, trouble=first_times(2, trouble, "POST", "/v1/files")), request())) == [
        "answer to q0"
    ]
    server = batches(echo, trouble=first_times(99, trouble, "POST", "/v1/files"))
    (error,) = ask(server, request())
    assert isinstance(error, EndpointError)
    assert server.calls == ["POST /v1/files"] * 3


def test_an_endpoint_that_is_not_there_is_an_error() -> None:
    with closed_port() as port, serve_batches(echo) as server:
        (error,) = ask(server, request(), base_url=f"http://127.0.0.1:{port}/v1")
    assert isinstance(error, EndpointError)


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("answer", [Answer("late", status=504), None, Answer(raw=b"{}")])
def test_a_batch_that_may_have_been_made_is_looked_for_first(
    batches: Batches, answer: Answer | None, done: bool
) -> None:
    server = batches(echo, trouble=first_times(1, Trouble(answer, done), "POST", "/v1/batches"))
    journal = Journal()
    assert texts(ask(server, request(), journal=journal)) == ["answer to q0"]
    assert server.sent().total() == 1
    assert not journal.rows


def test_a_refused_batch_leaves_nothing_behind(batches: Batches) -> None:
    trouble = first_times(1, Trouble(Answer("billing limit", status=400)), "POST", "/v1/batches")
    server, journal = batches(echo, trouble=trouble), Journal()
    (error,) = ask(server, request(), journal=journal)
    assert isinstance(error, EndpointError)
    assert not journal.rows


def test_a_download_cut_short_is_fetched_again_not_paid_again(batches: Batches) -> None:
    server = batches(echo)
    server.cut = 2
    assert len(set(texts(ask(server, *map(request, range(9)))))) == 9
    assert server.sent().total() == 9


def test_a_revoked_key_ends_the_wait_but_not_the_batch(batches: Batches) -> None:
    server = batches(echo, trouble=first_times(99, Trouble(Answer("bad key", status=401)), "GET", "/v1/batches/"))
    journal = Journal()

    async def work(llm: OpenAIBatchLLM) -> None:
        for _ in range(2):
            with pytest.raises(EndpointError, match="bad key"):
                await llm.complete(request())

    session(server, journal, work)
    server.trouble = lambda method, path: None
    assert texts(ask(server, request(), journal=journal)) == ["answer to q0"]
    assert server.sent().total() == 1


def test_batches_are_taken_up_again_and_nothing_is_sent_twice(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate(seconds=0.3)), Journal()
    asked = [request(number) for number in range(50)]
    interrupted(server, journal, *asked, until=lambda: sorted(journal.rows) == ["batch_0", "batch_1", "batch_2"])
    assert texts(ask(server, *asked, request(50), journal=journal)) == [f"answer to q{n}" for n in range(51)]
    assert set(server.sent().values()) == {1}
    assert not journal.rows


@pytest.mark.parametrize("stop_at", ["save input:", "save batch", "close input:"])
def test_killed_at_any_write_of_the_journal_no_batch_is_paid_twice(batches: Batches, stop_at: str) -> None:
    server, journal = batches(echo), Journal()
    journal.stop_at = stop_at
    interrupted(server, journal, request(), until=lambda: journal.killed.is_set())
    journal.stop_at = ""
    assert texts(ask(server, request(), journal=journal)) == ["answer to q0"]
    assert server.sent().total() == 1
    assert not journal.rows


def test_a_batch_that_is_in_the_journal_twice_loses_no_question(batches: Batches) -> None:
    """Killed between writing its id and closing its intent; the batch then gives no answer, before the list tells whose it is."""
    journal = Journal()
    server = batches(
        lambda line: FAILURES["expired"] if len(server.batches) == 1 else echo(line),
        trouble=first_times(6, BUSY[0], "GET", "/v1/batches"),
    )
    interrupted(server, journal, request(), until=lambda: "batch_0" in journal.rows)
    (intent,) = (id for id in journal.ever if id != "batch_0")
    journal.rows = {intent: journal.rows["batch_0"], **journal.rows}
    assert texts(ask(server, request(), journal=journal)) == ["answer to q0"]
    assert not journal.rows


def test_an_intent_is_found_among_many_batches_or_given_up(batches: Batches) -> None:
    server, journal = batches(echo), Journal()
    ask(server, *map(request, range(5)), batch_size=1)
    journal.rows = {
        f"input:{server.batches[1].input_file_id}": ("writer", (server.batches[1].requests[0]["custom_id"],))
    }
    journal.rows["input:file-99"] = ("writer", (request_key(request(7)),))
    found = int(question(server.batches[1].requests[0])[1:])
    assert texts(ask(server, request(found), request(7), journal=journal)) == [f"answer to q{found}", "answer to q7"]
    assert set(server.sent().values()) == {1}
    assert not journal.rows


def test_answers_nobody_asks_for_stay_in_the_journal_until_asked(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate(seconds=0.2)), Journal()
    interrupted(server, journal, *map(request, range(3)), until=lambda: "batch_0" in journal.rows)
    ask(server, request(1), journal=journal)
    keys = {request_key(request(n)) for n in (0, 2)}
    assert set(journal.rows["batch_0"][1]) == keys
    assert texts(ask(server, request(2), request(0), journal=journal)) == ["answer to q2", "answer to q0"]
    assert not journal.rows
    assert set(server.sent().values()) == {1}


def test_an_answer_to_a_cancelled_question_is_kept(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate(seconds=0.2)), Journal()

    async def work(llm: OpenAIBatchLLM) -> str:
        with suppress(TimeoutError):
            await asyncio.wait_for(llm.complete(request()), 0.15)
        await asyncio.sleep(0.3)
        return (await llm.complete(request())).text

    assert session(server, journal, work) == "answer to q0"
    assert server.sent().total() == 1


def test_a_question_cancelled_before_it_is_sent_is_not_sent(batches: Batches) -> None:
    server = batches(echo)

    async def work(llm: OpenAIBatchLLM) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(llm.complete(request()), 0.05)
        await asyncio.sleep(0.3)

    session(server, Journal(), work, linger_seconds=0.2)
    assert not server.calls


def test_a_batch_the_provider_has_lost_is_asked_again(batches: Batches) -> None:
    server, journal = batches(echo), Journal()
    journal.rows = {"batch_gone": ("writer", (request_key(request()),)), "batch_other": ("judge", ("x",))}
    assert texts(ask(server, request(), journal=journal)) == ["answer to q0"]
    assert list(journal.rows) == ["batch_other"]


def test_a_provider_that_restarts_loses_nothing(batches: Batches) -> None:
    server = batches(echo, fate=lambda number: Fate(seconds=0.3))

    async def work(llm: OpenAIBatchLLM) -> str:
        task = asyncio.create_task(llm.complete(request()))
        while not server.batches:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.stop)
        await asyncio.sleep(0.2)
        server.start()
        return (await task).text

    assert session(server, Journal(), work) == "answer to q0"


def test_a_failing_journal_ends_the_wait(batches: Batches) -> None:
    class Full(Journal):
        async def save_batch(self, id: str, llm: str, keys: Sequence[str]) -> None:
            raise OSError("disk full")

    server = batches(echo)
    (error,) = ask(server, request(), journal=Full())
    assert isinstance(error, OSError)
    assert not server.batches


def test_a_finished_batch_is_closed_while_the_session_goes_on(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_batch, "SAVED_SECONDS", 0.01)
    server, journal = batches(echo), Journal()

    async def work(llm: OpenAIBatchLLM) -> None:
        await llm.complete(request())
        assert list(journal.rows) == ["batch_0"]  # the caller has not written its answer down yet
        await asyncio.sleep(0.1)
        assert not journal.rows

    session(server, journal, work)


def test_a_waiting_backend_closes_at_once_and_cancels_nothing(batches: Batches) -> None:
    server, journal = batches(echo, fate=lambda number: Fate(seconds=99)), Journal()
    interrupted(server, journal, request(), until=lambda: "batch_0" in journal.rows, poll_seconds=60)
    assert not [call for call in server.calls if "cancel" in call]
    assert list(journal.rows) == ["batch_0"]


def test_options_are_checked_and_a_journal_is_needed() -> None:
    for wrong in ({"batch_size": 50_001}, {"window": "soon"}, {"base_url": "x"}, {"timeout_seconds": 3}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            OpenAIBatchLLM.from_options({"model": "m"} | wrong)
    llm = OpenAIBatchLLM.from_options({"model": "m", "batch_size": 7})
    assert (llm.default_in_flight, llm.terms.max_in_flight) == (7, 7)
    with pytest.raises(RuntimeError, match="no journal"):
        asyncio.run(llm.complete(request()))


CHAOS = ["429", "500", "in no file", "expired", "garbage", "no completion", "twice", "400", "ok", "ok", "ok"]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 40), size=st.integers(1, 25), kill=st.booleans())
def test_whatever_happens_each_request_gets_its_own_answer_or_an_error(
    seed: int, count: int, size: int, kill: bool
) -> None:
    count = min(count, 8 * size)  # more batches, one after the other, would only take long
    rng = random.Random(seed)
    given_out: dict[str, set[str]] = {}

    def behave(line: Body) -> Line | Answer | str:
        kind = rng.choice(CHAOS)
        if kind == "400":
            given_out.setdefault(question(line), set()).add("refused")
            return Answer("refused", status=400)
        if kind not in ("ok", "twice"):
            return FAILURES[kind]
        given_out.setdefault(question(line), set()).add(text := f"{echo(line)} {rng.random()}")
        if kind == "ok":
            return text
        body = json.loads(Answer(text).body("m"))
        told = {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}}
        return Line(raw=(json.dumps(told).encode(),) * 2)

    def fate(number: int) -> Fate:
        return Fate(rng.choice(["completed", "completed", "expired", "cancelled"]), rng.uniform(0, 0.05))

    def trouble(method: str, path: str) -> Trouble | None:
        if rng.random() > 0.15 or (method, path) == ("POST", "/v1/files"):
            return None
        return rng.choice([*BUSY, Trouble(None, done=True), Trouble(Answer("x", status=502), done=True)])

    with serve_batches(behave, fate=fate, trouble=trouble) as server:
        server.rng, journal, asked = rng, Journal(), [request(number) for number in range(count)]
        options = {"batch_size": size, "linger_seconds": 0.01, "poll_seconds": 0.01, "retries": 3}
        if kill:
            interrupted(server, journal, *asked, until=lambda: bool(server.batches), **options)
        found = ask(server, *asked, journal=journal, **options)
    for number, one in enumerate(found):
        if isinstance(one, Completion):
            assert one.text in given_out[f"q{number}"]
        else:
            assert isinstance(one, EndpointError)
            assert "refused" in str(one) or "failed in 4 batches" in str(one)
    assert not journal.rows
    # A question is never sent again once its answer was there to fetch.
    assert all(len(texts) == 1 for texts in given_out.values())
