"""REST servers in trouble: what says nothing of a call's arguments is waited out, or stops the run; it never rejects a draw."""

import asyncio
import json
import socket
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig, SandboxConfig
from apigen.errors import EndpointError
from apigen.options import parse_options
from apigen.pipeline import run
from apigen.records import Call, CallResult
from apigen.sandbox.broker import BrokerError, BrokerErrorKind
from apigen.sources import Library, open_library
from apigen.sources.context import SourceContext
from apigen.sources.openapi import OpenApiSource
from apigen.sources.outages import Finding, Server, Sign, Tries
from tests.conftest import Run
from tests.servers import ChatServer, Oracle, closed_port

KEY = "v3ry-secret"
BREAK, HANG = 0, -1
"""Besides statuses: the connection is reset, or nothing comes."""

Behave = Callable[[str], int]


@dataclass
class Shelf:
    """A REST server of two operations, `find_book` (with `number`) and `add_book`, whose statuses `behave(path)` says."""

    port: int = 0
    seen: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def document(self) -> str:
        number = {
            "name": "number",
            "in": "query",
            "required": True,
            "description": "Number of the book.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 90},
            "examples": {str(n): {"value": n} for n in (3, 5, 7, 11)},
        }
        find = {"operationId": "find_book", "summary": "Find a book by its number.", "parameters": [number]}
        tree = {
            "openapi": "3.1.0",
            "info": {"title": "Books", "version": "1"},
            "servers": [{"url": self.url}],
            "paths": {"/book": {"get": find, "post": {"operationId": "add_book"}}},
        }
        return json.dumps(tree)


@contextmanager
def shelf(behave: Behave, port: int = 0) -> Iterator[Shelf]:
    served = Shelf()
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            served.seen.append(self.path)
            status = behave(self.path)
            if status == HANG:
                done.wait(5)
                return
            if status == BREAK:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            body = json.dumps({"status": status, "asked": self.path}).encode()
            self.send_response(status)
            sent = {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Location": "http://h.example/",
            }
            for name, value in {**sent, **served.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", port), Handler)
    served.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield served
    finally:
        done.set()
        server.shutdown()
        server.server_close()


def in_turn(*statuses: int) -> Behave:
    """Answer with each status in turn; the last is repeated."""
    left = list(statuses)
    return lambda path: left.pop(0) if len(left) > 1 else left[0]


def entry(served: Shelf, folder: Path, **http: Any) -> dict[str, Any]:
    file = folder / "books.json"
    file.write_text(served.document, encoding="utf-8")
    http = {"private_addresses": True, "retries": 0, "patience_seconds": 10} | http
    return {"spec": str(file), "methods": ["GET", "POST"], "base_url": served.url, "http": http}


def book(number: int) -> Call:
    return Call("find_book", {"number": number})


def calling(options: dict[str, Any], work: Callable[[Library], Any]) -> Any:
    """Open the library, let `work` do with it, close it."""

    async def go() -> Any:
        source = OpenApiSource.from_options(options, SourceContext.now(SandboxConfig()))
        library = await open_library([source])
        try:
            return await work(library)
        finally:
            await library.close()

    return asyncio.run(go())


def ask(options: dict[str, Any], *calls: Call) -> tuple[CallResult, ...]:
    return calling(options, lambda library: library.execute(calls))


def kind(result: CallResult) -> str | None:
    return result.error and result.error.kind


@pytest.mark.parametrize("status", [429, 502, 503, 504, BREAK])
@pytest.mark.parametrize("call", [book(3), Call("add_book", {})], ids=["get", "post"])
def test_a_server_that_comes_back_costs_no_call(status: int, call: Call, tmp_path: Path) -> None:
    with shelf(in_turn(status, status, 200)) as served:
        (result,) = ask(entry(served, tmp_path), call)
    assert result.value["status"] == 200
    assert len(served.seen) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504, BREAK])
def test_a_server_that_stays_away_is_an_outage(status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_KEY", KEY)
    auth = {"query": "key", "env": "BOOK_KEY"}
    begun = time.monotonic()
    with shelf(lambda path: status) as served, pytest.raises(EndpointError) as caught:
        ask(entry(served, tmp_path, patience_seconds=0.6) | {"auth": auth}, book(77))
    assert 0.6 <= time.monotonic() - begun < 5
    assert len(served.seen) in (2, 3, 4)  # at once, after 0.25 s where the machine is not busy, and at the end
    said = str(caught.value)
    assert said.startswith(
        f"REST server 127.0.0.1:{served.port}: {f'HTTP {status}' if status else 'the reply broke off'}"
    )
    assert "give the same command again" in said
    assert not [secret for secret in (KEY, "number", "77", "key=") if secret in said.replace(str(served.port), "")]
    assert caught.value.exit_code == 3


def test_an_outage_is_waited_out_once(tmp_path: Path) -> None:
    async def work(library: Library) -> None:
        with pytest.raises(EndpointError, match="HTTP 503"):
            await library.execute([book(3)])
        tries = len(served.seen)
        with pytest.raises(EndpointError, match="HTTP 503"):
            await library.execute([book(3)])
        assert len(served.seen) == tries + 1
        statuses[:] = [503, 200]
        await asyncio.sleep(0.8)  # by then it is another outage
        assert (await library.execute([book(3)]))[0].ok

    statuses = [503]
    with shelf(lambda path: statuses.pop(0) if len(statuses) > 1 else statuses[0]) as served:
        calling(entry(served, tmp_path, patience_seconds=0.6), work)


def test_a_server_that_is_restarted_costs_no_call(tmp_path: Path) -> None:
    with shelf(lambda path: 200) as served:
        options = entry(served, tmp_path)

    async def work(library: Library) -> CallResult:
        asking = asyncio.create_task(library.execute([book(3)]))
        await asyncio.sleep(0.4)
        assert not asking.done()
        with shelf(lambda path: 200, served.port):
            return (await asking)[0]

    assert calling(options, work).ok


def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    with closed_port() as port:
        served = Shelf(port)
        with pytest.raises(EndpointError, match=rf"REST server 127\.0\.0\.1:{port}: takes no connection, for 0 s"):
            ask(entry(served, tmp_path, patience_seconds=0), book(3))


def test_a_pause_that_the_server_asks_for(tmp_path: Path) -> None:
    with shelf(in_turn(429, 200)) as served:
        served.headers = {"Retry-After": "1"}
        begun = time.monotonic()
        assert ask(entry(served, tmp_path), book(3))[0].ok
        assert time.monotonic() - begun >= 1
    with shelf(lambda path: 429) as served:
        served.headers = {"Retry-After": "3600"}
        begun = time.monotonic()
        with pytest.raises(EndpointError, match=r"HTTP 429; it asks for a pause of 3600 s, longer than `patience"):
            ask(entry(served, tmp_path), book(3))
    assert time.monotonic() - begun < 5


def test_a_wrong_key_is_an_outage_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_KEY", KEY)
    auth = {"bearer_env": "BOOK_KEY"}
    with shelf(lambda path: 401) as served, pytest.raises(EndpointError) as caught:
        ask(entry(served, tmp_path) | {"auth": auth}, book(3))
    assert len(served.seen) == 1
    expected = "HTTP 401 for find_book: the key is missing or wrong; see the source's `auth`"
    assert str(caught.value) == f"REST server 127.0.0.1:{served.port}: {expected}"


@pytest.mark.parametrize(
    ("status", "error"), [(403, "exception"), (500, "exception"), (302, "exception"), (HANG, "timeout")]
)
def test_twenty_doubtful_failures_in_a_row_are_the_server_s(status: int, error: str, tmp_path: Path) -> None:
    async def work(library: Library) -> None:
        for _ in range(19):
            (result,) = await library.execute([book(3)])
            assert kind(result) == error
        with pytest.raises(EndpointError, match="20 calls in a row failed, the last with: "):
            await library.execute([Call("add_book", {})])

    with shelf(lambda path: status) as served:
        calling(entry(served, tmp_path, seconds=0.05 if status == HANG else 10), work)


@pytest.mark.parametrize("between", [200, 404])
def test_any_answer_between_them_ends_the_row(between: int, tmp_path: Path) -> None:
    with shelf(in_turn(*[500] * 19, between, *[500] * 19, 200)) as served:
        results = ask(entry(served, tmp_path), *[book(3)] * 40)
    assert sum(kind(result) is None for result in results) == (2 if between == 200 else 1)


def test_a_call_that_alone_brings_a_server_down_is_rejected(tmp_path: Path) -> None:
    async def work(library: Library) -> CallResult:
        failing = asyncio.create_task(library.execute([book(13)]))
        while not failing.done():
            assert (await library.execute([book(3)]))[0].ok
            await asyncio.sleep(0.02)
        return (await failing)[0]

    def status(path: str) -> int:
        return BREAK if "13" in path else 200

    with shelf(status) as served:
        result = calling(entry(served, tmp_path, patience_seconds=3), work)
    assert kind(result) == "exception"
    assert "broke off" in result.error.message


def test_throttled_calls_are_no_rejection_though_others_are_served(tmp_path: Path) -> None:
    async def work(library: Library) -> None:
        failing = asyncio.create_task(library.execute([book(13)]))
        while not failing.done():
            assert (await library.execute([book(3)]))[0].ok
            await asyncio.sleep(0.02)
        with pytest.raises(EndpointError, match="HTTP 429"):
            await failing

    with shelf(lambda path: 429 if "13" in path else 200) as served:
        calling(entry(served, tmp_path, patience_seconds=1.5), work)


def test_what_the_policy_refuses_is_the_call_s_own(tmp_path: Path) -> None:
    with shelf(lambda path: 200) as served:
        results = ask(entry(served, tmp_path, private_addresses=False), *[book(3)] * 30)
    assert {result.error and result.error.message for result in results} == {
        "127.0.0.1: has an address that is not public"
    }
    assert served.seen == []


@pytest.mark.parametrize(("error", "sign"), [
    ("unreachable", "away"), ("tls", "away"), ("protocol", "broken"), ("timeout", "doubtful"), ("redirect", "doubtful"),
    ("refused_scheme", "own"), ("refused_host", "own"), ("refused_method", "own"), ("refused_address", "own"),
    ("refused_header", "own"), ("request_too_large", "own"), ("response_too_large", "own"),
])  # fmt: skip
def test_what_each_of_the_broker_s_errors_says(error: BrokerErrorKind, sign: Sign) -> None:
    assert Finding.of_error(BrokerError(error, "api.example: is odd")) == Finding(sign, "is odd")


def test_pauses_grow_up_to_a_limit() -> None:
    tries = Tries(Server("api.example", 1000), "find_book")
    away = Finding("away", "HTTP 503")
    pauses = [tries.pause(away) for _ in range(9)]
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]
    assert tries.pause(Finding("away", "HTTP 429", 40)) == 40
    assert tries.pause(Finding("answer", "HTTP 200")) is None


def test_an_outage_leaves_the_draw_open(
    serving: Callable[..., ChatServer], settings: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    statuses = [200, 200, 503]
    with shelf(lambda path: statuses.pop(0) if len(statuses) > 1 else statuses[0]) as served:
        source = {"source": "openapi"} | entry(served, tmp_path, patience_seconds=0.3) | {"methods": ["GET"]}
        chosen = settings(
            serving(Oracle()).base_url,
            library=[source],
            checkers=["format", "execution"],
            concurrency=1,
            sampler={"styles": {"simple": 1}},
            target={"verified": 3},
        )
        config = parse_options(RunConfig, chosen)
        for status in (503, 401, BREAK):
            statuses[-1] = status
            with pytest.raises(EndpointError, match=rf"REST server 127\.0\.0\.1:{served.port}"):
                asyncio.run(run(config))
        with closing(sqlite3.connect(chosen["store"])) as db:
            assert db.execute("select count(*) from candidates where status = 'rejected'").fetchall() == [(0,)]
        statuses[-1] = 200
        assert asyncio.run(run(config)).state == "done"


def test_the_command_says_an_outage_in_one_line(apigen: Run, tmp_path: Path) -> None:
    with shelf(lambda path: 503) as served:
        library = json.dumps({"source": "openapi"} | entry(served, tmp_path, patience_seconds=0))
        done = apigen("library", "call", "find_book", '{"number": 3}', "--library", library)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"apigen: REST server 127.0.0.1:{served.port}: HTTP 503")
    assert done.stderr.count("\n") == 1
