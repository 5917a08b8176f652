"""Tools of real MCP servers become APIs: stdio and streamable HTTP, well-behaved, hanging, dying and flooding."""

import asyncio
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apigen.config import SandboxConfig
from apigen.errors import ConfigError, EndpointError, LibraryError
from apigen.options import Door
from apigen.records import Api, Call, CallResult
from apigen.sources import Library, build_sources, open_library
from apigen.sources.context import SourceContext
from apigen.sources.mcp import McpSource
from apigen.sources.mcp_wire import MAX_LINE

pytest.importorskip("mcp")

SERVER = [sys.executable, str(Path(__file__).with_name("mcp_server.py"))]
RAW = [*SERVER, "raw", "odd"]
CONTEXT = SourceContext.now(SandboxConfig())


def source(**options: Any) -> McpSource:
    if "url" not in options:
        options = {"command": SERVER} | options
    return McpSource.from_options({"name": "Test server", "seconds": 5} | options, CONTEXT)


def run(work: Callable[[McpSource], Awaitable[Any]], **options: Any) -> Any:
    """Load a source, let `work` do with it, close it; nothing may be left behind."""

    async def whole() -> Any:
        one = source(**options)
        await one.load()
        try:
            return await work(one)
        finally:
            await one.close()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not await asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), 10) or True

    return asyncio.run(whole())


def call(name: str, /, *more: str, arguments: dict[str, Any] | None = None, **options: Any) -> Any:
    """Call each tool on its own; return the results."""

    async def work(one: McpSource) -> list[CallResult]:
        return [(await one.execute([Call(each, arguments or {})]))[0] for each in (name, *more)]

    results = run(work, **options)
    return results if more else results[0]


def load(**options: Any) -> tuple[list[Api], list[tuple[str, str]]]:
    async def work() -> tuple[list[Api], list[tuple[str, str]]]:
        one = source(**options)
        try:
            return list(await one.load()), one.left_out
        finally:
            await one.close()

    return asyncio.run(work())


def kind(result: CallResult) -> str | None:
    return result.error and result.error.kind


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(*pids: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(alive, pids))


def test_tools_become_apis() -> None:
    apis, left_out = load()
    assert left_out == []
    assert [api.name for api in apis] == sorted(api.name for api in apis)
    found = {api.name: api for api in apis}
    assert found["add"] == Api(
        name="add",
        description="Add two numbers.",
        parameters={
            "type": "object",
            "properties": {
                "a": {"type": "integer", "description": "The first number."},
                "b": {"type": "integer", "description": "The second number.", "default": 2},
            },
            "required": ["a"],
        },
        category="test_server",
        source="mcp:Test server",
    )
    assert found["get_weather_now"].examples == (Call("get_weather_now", {"city": "Paris"}),)
    assert found["pid"].examples == (Call("pid", {}),)
    for api in apis:
        Draft202012Validator.check_schema(api.parameters)
        assert "$ref" not in json.dumps(api.parameters)
        assert all(schema["description"] for schema in api.properties.values())


def test_references_are_spelled_out_and_recursion_is_cut() -> None:
    found = {api.name: api for api in load()[0]}
    point = found["distance"].properties["points"]["items"]
    assert set(point["properties"]) == {"x", "y"}
    child = found["count"].properties["tree"]["properties"]["children"]["items"]
    assert child["type"] == "object"
    assert "not spelled out again" in child["description"]


def test_odd_tools_are_left_out_with_a_reason_and_odd_names_are_mended() -> None:
    apis, left_out = load(command=RAW, exclude=["flood*", "h*"])
    names = {api.name: api for api in apis}
    assert {"fine", "fine_2", "tool"} <= set(names)
    assert names["fine"].description == "Also fine."  # `FINE` comes first
    assert names["fine"].examples[0] == Call("fine", {"a": 1})
    assert names["tool"].properties["dayCount"]["description"] == "Day count"
    assert not [name for name in names if name.startswith(("flood", "h"))]
    assert all(name.isascii() and 0 < len(name) <= 64 for name in names)
    assert "long" * 16 in names
    reasons = {line.split(": ")[1]: line.split(": ", 2)[2] for line in left_out}
    assert reasons.keys() == {
        "fine",
        "list",
        "typo",
        "outside",
        "root",
        "none",
        "unknown",
        "",
        "5",
    }
    assert reasons["fine"] == "another tool has this name"
    assert "example.org" in reasons["outside"]
    assert "strnig" in reasons["typo"]


def test_include_and_category() -> None:
    (api,) = load(include=["*Weather*"], category="sky")[0]
    assert (api.name, api.category) == ("get_weather_now", "sky")


@pytest.mark.parametrize(("options", "words"), [
    ({"command": [*SERVER, "raw", "useless"]}, "no tool is usable; mcp:Test server: list: "),
    ({"include": ["nothing_such"]}, "no tool is usable of the 13 it lists"),
    ({"command": [*SERVER, "raw", "mute"], "start_seconds": 1}, "did not start within 1 s"),
    ({"command": [*SERVER, "raw", "leave"]}, "the server died (exit code 0); gone with TOKEN"),
    ({"command": [sys.executable, "-c", "import no_such_module"]}, "ModuleNotFoundError: No module named 'no_such_module'"),
    ({"command": [sys.executable, "-c", "while True: print('x' * 9999)"]}, "flooded"),
    ({"command": ["true"]}, "the server died (exit code 0)"),
    ({"url": "http://127.0.0.1:9/mcp"}, "ConnectError"),
])  # fmt: skip
def test_a_server_that_cannot_be_used_is_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(LibraryError) as caught:
        load(**options)
    assert str(caught.value).startswith("mcp:Test server: ")
    assert words in str(caught.value)


def test_300_tools_and_pages_without_end() -> None:
    apis, left_out = load(command=[*SERVER, "300"])
    assert len(apis) == 300
    assert left_out == []
    apis, left_out = load(command=[*SERVER, "raw", "pages"], max_tools=25)
    assert len(apis) == 25
    assert "max_tools" in left_out[0]


def test_results() -> None:
    assert call("add", arguments={"a": 1}).value == {"result": 3}
    assert call("get_weather_now", arguments={"city": "Rom", "unit": "f"}).value["unit"] == "f"
    assert call("count", arguments={"tree": {"name": "a", "children": [{"name": "b"}]}}).value == {"result": 2}

    async def work(one: McpSource) -> list[CallResult]:
        texts = ["plain", '{"a": [1, 2]}', "7", "NaN", '{"a": NaN}', '"\\ud800"', "[" * 90 + "]" * 90, "[" * 99999, ""]
        return list(await one.execute([Call("text", {"words": text}) for text in texts]))

    results = run(work)
    assert [result.value for result in results[:4]] == ["plain", {"a": [1, 2]}, 7, "NaN"]
    assert [kind(result) for result in results[4:]] == ["not_json", "not_json", "not_json", "not_json", None]
    assert all(result.seconds > 0 for result in results)


def test_errors_are_typed_and_leave_the_session_alone() -> None:
    async def work(one: McpSource) -> list[CallResult]:
        calls = [Call("pid", {}), Call("fail", {"why": "x\ny"}), Call("add", {"a": "z"}), Call("picture", {}),
                 Call("text", {"words": "\ud800"}), Call("big", {"size": 300_000}), Call("pid", {})]  # fmt: skip
        return list(await one.execute(calls))

    first, *failed, last = run(work)
    assert [kind(result) for result in failed] == ["exception", "exception", "not_json", "exception", "too_large"]
    assert failed[0].error.message.endswith("no: x y")
    assert "image" in failed[2].error.message
    assert first.value == last.value


@pytest.mark.parametrize(("tool", "error", "words"), [
    ("hang", "timeout", "no answer within 1 s"),
    ("die", "no_result", "exit code 3); the last words"),
])  # fmt: skip
def test_what_breaks_the_server_costs_one_call(tool: str, error: str, words: str) -> None:
    async def work(one: McpSource) -> list[CallResult]:
        return list(await one.execute([Call("pid", {}), Call(tool, {}), Call("pid", {})]))

    before, broken, after = run(work, seconds=1)
    assert kind(broken) == error
    assert words in broken.error.message
    assert after.ok
    assert before.value != after.value
    assert gone(before.value["result"], after.value["result"])


@pytest.mark.parametrize(("tool", "error"), [
    ("huge", "too_large"), ("flood_notes", "too_large"), ("flood_requests", "too_large"), ("flood_lines", "too_large"),
    ("deep", "not_json"), ("nan", "not_json"), ("surrogate", "not_json"), ("garbage", "not_json"),
    ("noise", None), ("nothing", None),
])  # fmt: skip
def test_what_the_sdk_would_never_send(tool: str, error: str | None) -> None:
    results = call(tool, "nothing", command=RAW)
    # On a busy machine a flood may run out of time before it runs out of room.
    assert kind(results[0]) in ({error, "timeout"} if tool.startswith("flood") else {error})
    assert results[1].ok
    if tool == "noise":
        assert results[0].value == {"a": 1}


def test_a_flood_does_not_fill_the_memory() -> None:
    code = (
        "import re\n"
        "from tests.sources.test_mcp import call, RAW, kind\n"
        # ru_maxrss would be the parent's, if that was larger before exec.
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
        "call('nothing', command=RAW)\n"
        "before = peak()\n"
        "assert [kind(one) for one in call('huge', 'flood_notes', 'flood_requests', command=RAW, seconds=60)] == ['too_large'] * 3\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 30 * MAX_LINE  # parsing a message takes many times its size


def test_a_server_that_breaks_on_every_call_is_no_rejection() -> None:
    async def work(one: McpSource) -> None:
        for number in range(20):
            if number == 19:
                with pytest.raises(EndpointError, match="20 calls in a row broke it"):
                    await one.execute([Call("garbage", {})])
                return
            assert kind((await one.execute([Call("garbage", {})]))[0]) == "not_json"

    run(work, command=RAW)


def test_a_server_that_does_not_come_back_is_no_rejection(tmp_path: Path) -> None:
    once = (
        f"import os, sys\nos.path.exists({str(tmp_path / 'x')!r}) and sys.exit(1)\nopen({str(tmp_path / 'x')!r}, 'w')\n"
    )
    command = [sys.executable, "-c", f"{once}os.execv({SERVER[0]!r}, {SERVER!r})"]

    async def work(one: McpSource) -> CallResult:
        (result,) = await one.execute([Call("die", {})])
        with pytest.raises(EndpointError, match=r"^mcp:Test server: the server died \(exit code 1\)"):
            await one.execute([Call("pid", {})])
        return result

    assert kind(run(work, command=command)) == "no_result"


def test_a_server_that_died_while_idle_is_started_anew() -> None:
    async def work(one: McpSource) -> None:
        (result,) = await one.execute([Call("pid", {})])
        os.kill(result.value["result"], signal.SIGKILL)
        await asyncio.sleep(0.3)
        (again,) = await one.execute([Call("pid", {})])
        assert again.value != result.value

    run(work)


def test_the_environment_is_cleared_and_passed_on_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("OUR_TOKEN", "another-secret")
    monkeypatch.setenv("OUR_ZONE", "UTC")
    seen = call("environment", env={"TOKEN": "OUR_TOKEN", "TZ": "OUR_ZONE"}).value
    assert set(seen) - {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE"} == {"TOKEN", "TZ"}
    assert (seen["TOKEN"], seen["TZ"]) == ("***", "UTC")
    with pytest.raises(LibraryError, match=r"gone with TOKEN \*\*\*"):
        load(command=[*SERVER, "raw", "leave"], env={"TOKEN": "OUR_TOKEN"})


@pytest.mark.parametrize(("options", "words"), [
    ({}, "write one of `command`"),
    ({"command": ["x"], "url": "http://x"}, "write one of `command`"),
    ({"command": ["no-such-program-here"]}, "command: 'no-such-program-here' is no program"),
    ({"command": ["./tests/x.py"]}, "command: './tests/x.py' is no program"),
    ({"command": ["true"], "env": {"A": "NOT_SET_ANYWHERE"}}, "env.A: the environment variable NOT_SET_ANYWHERE is not set"),
    ({"command": ["true"], "auth": {"bearer_env": "A"}}, "`auth` goes with `url`"),
    ({"url": "http://user:secret@host/mcp"}, "without a user or password"),
    ({"url": "file:///etc/passwd"}, "must be http"),
    ({"url": "http://host/mcp", "auth": {"bearer_env": "NOT_SET_ANYWHERE"}}, "auth.bearer_env: the environment variable"),
    ({"command": ["true"], "comand": 1}, "unknown key; did you mean `command`"),
])  # fmt: skip
def test_wrong_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_sources([Door(name="mcp", options={"name": "x"} | options)], CONTEXT)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'apigen-synth\[mcp\]'"):
        source()


def test_two_servers_with_one_name_and_the_weakest_tier() -> None:
    async def work(**other: Any) -> Library:
        entries = [
            Door(
                name="mcp",
                options={"name": name, "command": SERVER, "include": ["add"] if name == "a" else ["add", "pid"]}
                | extra,
            )
            for name, extra in (("a", {}), ("b", other))
        ]
        library = await open_library(build_sources(entries, CONTEXT))
        await library.close()
        return library

    with pytest.raises(LibraryError, match=r"two APIs are named 'add' \(mcp:a and mcp:b\)"):
        asyncio.run(work())
    library = asyncio.run(work(exclude=["add"]))
    assert library.tier == "mcp"
    assert set(library.owners) == {"add", "pid"}
    assert set(asyncio.run(work(prefix="other")).owners) == {"add", "other_add", "other_pid"}


def test_a_prefix_is_before_every_name_and_never_sent() -> None:
    async def work(one: McpSource) -> list[CallResult]:
        return list(await one.execute([Call("my_add", {"a": 1}), Call("my_get_weather_now", {"city": "Rom"})]))

    assert all(result.ok for result in run(work, prefix="my_"))
    apis, _ = load(command=RAW, prefix="p" * 31)
    names = {api.name: api for api in apis}
    assert len(names) == len(apis)
    assert all(name.startswith("p" * 31 + "_") and len(name) <= 64 for name in names)
    assert names["p" * 31 + "_fine"].examples[0].name == "p" * 31 + "_fine"
    for wrong in ("", "Up", "2nd", "a-b", "x" * 32, "a\n"):
        with pytest.raises(ConfigError, match="prefix"):
            source(prefix=wrong)


def test_close_from_another_task_and_again_and_work_after_it() -> None:
    async def work(one: McpSource) -> None:
        (result,) = await one.execute([Call("pid", {})])
        hanging = asyncio.create_task(one.execute([Call("hang", {}), Call("pid", {})]))
        await asyncio.sleep(0.3)
        await asyncio.create_task(one.close())
        with pytest.raises(EndpointError, match="was closed"):
            await hanging
        await one.close()
        assert gone(result.value["result"])
        assert (await one.execute([Call("pid", {})]))[0].ok

    run(work)


def test_a_cancelled_execute_leaves_nothing_behind() -> None:
    async def work(one: McpSource) -> None:
        (result,) = await one.execute([Call("pid", {})])
        hanging = asyncio.create_task(one.execute([Call("hang", {})]))
        await asyncio.sleep(0.3)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert gone(result.value["result"])
        assert (await one.execute([Call("pid", {})]))[0].ok

    run(work)


def test_a_load_that_is_cancelled_leaves_nothing_behind() -> None:
    async def work() -> None:
        one = source(command=[*SERVER, "raw", "mute"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.load(), 1)
        await one.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())


def test_side_by_side() -> None:
    async def work(one: McpSource) -> set[int]:
        results = await asyncio.gather(*(one.execute([Call("pid", {}), Call("pid", {})]) for _ in range(20)))
        assert all(first.value == second.value for first, second in results)
        return {first.value["result"] for first, _ in results}

    assert len(run(work)) == 1
    pids = run(work, sessions=3)
    assert len(pids) == 3
    assert gone(*pids)


def test_what_a_server_started_ends_with_it() -> None:
    result = call("offspring")
    assert gone(*result.value["result"])


def test_the_server_ends_when_we_are_killed() -> None:
    code = (
        "import asyncio\n"
        "from tests.sources.test_mcp import source, Call\n"
        "async def work():\n"
        "    one = source()\n"
        "    await one.load()\n"
        "    print((await one.execute([Call('pid', {})]))[0].value['result'], flush=True)\n"
        "    await one.execute([Call('hang', {})])\n"
        "asyncio.run(work())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    ) as us:
        assert us.stdout
        pid = int(us.stdout.readline())
        us.kill()
    assert gone(pid)


def test_a_server_from_the_registry() -> None:
    pytest.importorskip("mcp_server_time")
    zone = {"source_timezone": "Asia/Tokyo", "time": "09:00", "target_timezone": "Asia/Kolkata"}
    command = [sys.executable, "-m", "mcp_server_time", "--local-timezone", "UTC"]

    async def work(one: McpSource) -> list[CallResult]:
        today = Call("get_current_time", {"timezone": "UTC"})
        calls = [Call("convert_time", zone), Call("convert_time", zone | {"time": "25:99"}), today]
        return list(await one.execute(calls))

    converted, wrong, now = run(work, command=command)
    assert "05:30" in json.dumps(converted.value)
    assert kind(wrong) == "exception"
    assert now.ok


@pytest.fixture(params=["sse", "json"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*SERVER, "http", str(port), request.param])
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.kill()
        server.wait()


def test_streamable_http(url: str) -> None:
    async def work(one: McpSource) -> list[CallResult]:
        calls = [Call("add", {"a": 1}), Call("fail", {"why": "x"}), Call("big", {"size": 1_000_000}),
                 Call("big", {"size": 20_000_000}), Call("add", {"a": 2})]  # fmt: skip
        return list(await one.execute(calls))

    one, failed, large, larger, two = run(work, url=url)
    assert (one.value, two.value) == ({"result": 3}, {"result": 4})
    assert [kind(result) for result in (failed, large, larger)] == ["exception", "too_large", "too_large"]


def test_streamable_http_that_dies_or_hangs(url: str) -> None:
    async def work(one: McpSource) -> None:
        (died,) = await one.execute([Call("die", {})])
        assert kind(died) == "no_result"
        with pytest.raises(EndpointError, match="ConnectError"):
            await one.execute([Call("pid", {})])

    run(work, url=url)


def test_streamable_http_that_hangs(url: str) -> None:
    assert kind(call("hang", url=url, seconds=1)) == "timeout"


Behave = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def handmade(behave: Behave) -> Iterator[tuple[str, list[tuple[str, dict[str, Any], dict[str, str]]]]]:
    """A streamable HTTP server whose calls are answered by `behave`; also what it was sent: method, body, headers."""
    sent: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append(("POST", message, {name.lower(): value for name, value in self.headers.items()}))
            if message.get("method") == "initialize":
                version = message["params"]["protocolVersion"]
                info = {
                    "protocolVersion": version,
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "h", "version": "1"},
                }
                reply(self, message, info, **{"Mcp-Session-Id": str(len(sent))})
            elif "id" not in message:
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif message["method"] == "tools/list":
                reply(self, message, {"tools": [{"name": "act", "inputSchema": {"type": "object"}}]})
            else:
                behave(self, message)

        def do_GET(self) -> None:
            sent.append(("GET", {}, {}))
            self.send_error(405)

        def do_DELETE(self) -> None:
            sent.append(("DELETE", {}, {}))
            self.send_error(405)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mcp", sent
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, message: dict[str, Any], result: dict[str, Any], **headers: str) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
    raw(handler, body, **headers)


def raw(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def endless(handler: BaseHTTPRequestHandler, kind: str, piece: bytes) -> None:
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.end_headers()
    while True:
        handler.wfile.write(piece * 100)


def test_the_bearer_token_is_sent_and_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", "a-very-secret-token")
    said = {"content": [], "structuredContent": {"you": "said a-very-secret-token"}}
    with handmade(lambda handler, message: reply(handler, message, said)) as (url, sent):
        result = call("act", url=url, auth={"bearer_env": "OUR_TOKEN"})
    assert result.value == {"you": "said ***"}
    assert {headers["authorization"] for method, _, headers in sent if method == "POST"} == {
        "Bearer a-very-secret-token"
    }
    assert [method for method, _, _ in sent if method != "POST"] == ["DELETE"]
    with pytest.raises(LibraryError) as caught, handmade(lambda *_: None) as (url, _):
        load(url=url, auth={"bearer_env": "OUR_TOKEN"}, include=["nothing"])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("behave", "error"), [
    (lambda handler, message: endless(handler, "application/json", b" " * 1000), "too_large"),
    (lambda handler, message: endless(handler, "text/event-stream", b"data: " + b"x" * 1000), "too_large"),
    (lambda handler, message: endless(handler, "text/event-stream",
        b'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n'), "too_large"),
    (lambda handler, message: raw(handler, gzip.compress(b" " * 10**8), **{"Content-Encoding": "gzip"}), "too_large"),
    (lambda handler, message: raw(handler, b"{{{"), "not_json"),
    (lambda handler, message: raw(handler, b"<html>", **{"Content-Type": "text/html"}), "exception"),
    (lambda handler, message: raw(handler, b"", 400), "exception"),
    (lambda handler, message: raw(handler, b"", 302, Location="http://127.0.0.1:9/"), "exception"),
    (lambda handler, message: handler.connection.shutdown(socket.SHUT_RDWR), "no_result"),
])  # fmt: skip
def test_http_replies_that_are_none(behave: Behave, error: str) -> None:
    def once(handler: BaseHTTPRequestHandler, message: dict[str, Any]) -> None:
        calls.append(message)
        behave(handler, message) if len(calls) == 1 else reply(handler, message, {"content": []})

    calls: list[dict[str, Any]] = []
    with handmade(once) as (url, _):
        first, second = call("act", "act", url=url, seconds=30)
    assert kind(first) == error
    assert second.ok


@pytest.mark.parametrize("status", [404, 401, 429, 503])
def test_an_expired_session_or_an_overload_is_tried_anew(status: int) -> None:
    def once(handler: BaseHTTPRequestHandler, message: dict[str, Any]) -> None:
        calls.append(message)
        raw(handler, b"", status) if len(calls) == 1 else reply(handler, message, {"content": []})

    calls: list[dict[str, Any]] = []
    with handmade(once) as (url, sent):
        assert call("act", url=url).ok
    assert len(calls) == 2
    assert [message["method"] for _, message, _ in sent if message.get("method") == "initialize"] == ["initialize"] * 2


def test_a_server_that_is_out_of_service_is_no_rejection() -> None:
    async def work(one: McpSource) -> None:
        with pytest.raises(EndpointError, match=r"^mcp:Test server: HTTP 503$"):
            await one.execute([Call("act", {})])

    with handmade(lambda handler, message: raw(handler, b"", 503)) as (url, _):
        run(work, url=url)
