"""Real HTTP on loopback: a chat endpoint that behaves as a test says, and an oracle that answers apigen's prompts rightly."""

import asyncio
import contextlib
import itertools
import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Body = dict[str, Any]

IDS = itertools.count()


@dataclass
class Answer:
    """One HTTP reply. `raw` (with `content_type`) replaces the chat completion that is made of `text`.

    `drip` is a pause after each byte of the body; the connection is reset after `cut` bytes of it, or closed where `polite`.
    `after` is sent together with the body, and is no part of it.
    """

    text: str | None = ""
    status: int = 200
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"
    usage: Any = field(default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})
    finish_reason: str = "stop"
    drip: float = 0.0
    cut: int | None = None
    polite: bool = False
    after: bytes = b""

    def body(self, model: str) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": self.text, "type": "error", "code": None}}).encode()
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        reply = {
            "id": f"chatcmpl-{next(IDS)}",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [choice],
        }
        return json.dumps(reply | ({"usage": self.usage} if self.usage is not None else {})).encode()


Behaviour = Callable[[Body], Answer | str]


class ChatServer:
    """`/v1/chat/completions` and `/v1/models`.

    `requests` are the bodies that came, `headers` what came with them (names in lower case), `answered` the bodies that
    were answered to the end.
    """

    def __init__(self, behave: Behaviour, models: Answer | None = None) -> None:
        self.behave, self.models = behave, models
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.answered: list[Body] = []
        self._closing = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                listed = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]}
                self.reply(outer.models or Answer(raw=json.dumps(listed).encode()))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.requests.append(body)
                    outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = outer.behave(body)
                self.reply(Answer(answer) if isinstance(answer, str) else answer)
                with outer._lock:
                    outer.answered.append(body)

            def reply(self, answer: Answer) -> None:
                if outer._closing.wait(answer.delay):
                    self.close_connection = True
                    return
                data = answer.body("m")
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for byte in data if answer.drip else b"":
                    self.wfile.write(bytes([byte]))
                    if outer._closing.wait(answer.drip):
                        break
                else:
                    self.wfile.write(b"" if answer.drip else data[: answer.cut] + answer.after)
                if answer.cut is not None:
                    self.close_connection = True
                    if not answer.polite:
                        self.reset()

            def reset(self) -> None:
                """Break the connection off as a crashed server does."""
                self.wfile.flush()
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that was killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def serve(behave: Behaviour, models: Answer | None = None) -> Iterator[ChatServer]:
    server = ChatServer(behave, models)
    try:
        yield server
    finally:
        server.close()


def in_turn(*answers: Answer | str) -> Behaviour:
    """Answer requests in order; the last answer is repeated."""
    left, lock = list(answers), threading.Lock()

    def behave(body: Body) -> Answer | str:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return behave


class LightServer:
    """A chat endpoint without threads, in the test's own event loop: hundreds of requests at once cost it little.

    `behave` is given the number of the request (from 1) and its body. `most` is how many were under way at once.
    """

    def __init__(self, behave: Callable[[int, Body], Awaitable[Answer | str]]) -> None:
        self.behave = behave
        self.asked = self.most = self.connections = self.under_way = 0
        self.requests: list[Body] = []
        self.answered: list[Body] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.base_url = ""

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, backlog=1024)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    async def stop(self) -> None:
        """Stop listening, and break off what is under way."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._serve_one(reader, writer):
                pass
        self._tasks.discard(task)
        writer.transport.abort()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        body = json.loads(await reader.readexactly(int(length[1]))) if length else {}
        self.asked += 1
        self.requests.append(body)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            answer = await self.behave(self.asked, body)
            answer = Answer(answer) if isinstance(answer, str) else answer
            await asyncio.sleep(answer.delay)
        finally:
            self.under_way -= 1
        data = answer.body("m")
        headers = {"Content-Type": answer.content_type, **answer.headers, "Content-Length": str(len(data))}
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + data[: answer.cut])
        await writer.drain()
        if answer.cut is None and answer.status == 200:
            self.answered.append(body)
        return answer.cut is None


@asynccontextmanager
async def light_server(behave: Callable[[int, Body], Awaitable[Answer | str]]) -> AsyncIterator[LightServer]:
    server = LightServer(behave)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that is taken, and on which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def purpose_of(body: Body) -> str:
    """Say which of apigen's questions a request is."""
    system = body["messages"][0]["content"]
    if system.startswith("You write the message"):
        return "call_first"
    if system.startswith("You turn a person's message"):
        return "agreement"
    if system.startswith("You check training data"):
        return "judge"
    if system.startswith("You are an assistant that has just got"):
        return "final"
    return "query_first"


FACT = re.compile(r"^- (?P<name>[^:]+): (?P<rest>.*)$")
SIGNATURE = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\): (?P<description>.*)$")
Wish = tuple[str, dict[str, Any]]


class Oracle:
    """Answers every question of a call-first run as a perfect model would, from the prompts alone.

    `wrong(body)` names requests to be answered with nonsense, by purpose and draw seed; `delay` is the longest pause in
    seconds (a random one for each request). Nothing of the reply depends on time or on the order of the requests.
    """

    def __init__(self, *, delay: float = 0.0, twist: Callable[[Body], Answer | str | None] = lambda body: None) -> None:
        self.delay, self.twist = delay, twist
        self._known: dict[str, list[Wish]] = {}
        self._rng = random.Random(5)

    def __call__(self, body: Body) -> Answer | str:
        twisted = self.twist(body)
        if twisted is not None:
            return twisted
        last = body["messages"][-1]["content"]
        answers = {"call_first": self._query, "agreement": self._calls, "judge": self._verdict, "final": self._final}
        text = answers[purpose_of(body)](last)
        return Answer(text, delay=self._rng.uniform(0, self.delay))

    def _query(self, prompt: str) -> str:
        wishes = read_wishes(prompt)
        said = [
            f"{purpose.rstrip('.')}, with " + ", ".join(f"{name} {_spoken(value)}" for name, value in facts.items())
            for purpose, facts in wishes
        ]
        query = "; and also: ".join(said) + "."
        self._known[query] = wishes
        return json.dumps({"query": query}, ensure_ascii=False)

    def _calls(self, prompt: str) -> str:
        functions, _, message = prompt.partition("\n\nMessage: ")
        query, _, added = message.strip().partition("\nThe person adds: ")
        told = read_wishes(f"wish\n- {added}")[0][1] if added else {}
        apis = [found for line in functions.splitlines() if (found := SIGNATURE.match(line))]
        calls = []
        for purpose, facts in self._known[query]:
            api = next((api for api in apis if api["description"].startswith(purpose)), None)
            names = dict(re.findall(r"(\w+)(\??):", re.sub(r"\{.*?\}", "", api["arguments"]))) if api else {}
            known = {
                name: value for name in names if (value := (facts | told).get(name.replace("_", " "), self)) is not self
            }
            if api is None or any(name not in known for name, optional in names.items() if not optional):
                return json.dumps({"calls": []})
            calls.append({"name": api["name"], "arguments": known})
        return json.dumps({"calls": calls}, ensure_ascii=False)

    def _verdict(self, prompt: str) -> str:
        return json.dumps({"reason": "It fits.", "verdict": "yes"})

    def _final(self, prompt: str) -> str:
        """Say the first value of each result."""
        told = [line.rpartition(" -> ")[2] for line in prompt.rpartition("Calls and results:\n")[2].splitlines()]
        return json.dumps({"answer": f"That comes to {' and '.join(map(_first_value, told))}."}, ensure_ascii=False)


def read_wishes(prompt: str) -> list[Wish]:
    """Read the last turn of the call-first prompt: (what is wanted, value by fact name) for each call."""
    wishes: list[Wish] = []
    for line in prompt.rpartition("Now the message for this:\n")[2].strip().splitlines():
        fact = FACT.match(line)
        if fact:
            value, _ = json.JSONDecoder().raw_decode(fact["rest"])
            wishes[-1][1][fact["name"]] = value
        elif line == "AND THE SAME FOR":
            wishes.append((wishes[-1][0], {}))
        elif line != "AND":
            wishes.append((line, {}))
    return wishes


def _spoken(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_spoken, value))
    return json.dumps(value, ensure_ascii=False)


def _first_value(result: str) -> str:
    """Return the first number or text in a JSON text, which may be cut short."""
    found = re.search(r"(?:^|[\[ ])(-?[0-9][^\s,\]}]*|\"[^\"\\]{0,60}\"(?!:)|true|false|null)", result)
    return found[1].strip('"') if found else "nothing"


def question_of(body: Body) -> str:
    """Return the text that only the same question of the same draw has."""
    return json.dumps([body["messages"], body["seed"]], sort_keys=True)


Fault = Callable[[int, Answer], Answer]
"""What comes of a request, from its number (from 1) and the right answer to it."""


class Faulty:
    """A perfect model in a bad place.

    `asked` and `given` count, by question, how often it came and how often its right answer was sent whole.
    """

    def __init__(self, fault: Fault, model: Callable[[Body], Answer | str] | None = None) -> None:
        self.fault, self.model = fault, model or Oracle()
        self.asked: Counter[str] = Counter()
        self.given: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, body: Body) -> Answer:
        try:
            right = self.model(body)
        except (LookupError, StopIteration):  # a question that follows from no answer of ours
            right = Answer('{"calls": []}')
        right = Answer(right) if isinstance(right, str) else right
        with self._lock:
            self.asked[question_of(body)] += 1
            answer = self.fault(self.asked.total(), right)
            whole = answer.text == right.text and answer.status == 200 and answer.delay < STALL
            if whole and (answer.raw is None or answer.after) and answer.cut is None and not answer.drip:
                self.given[question_of(body)] += 1
        return answer


STALL = 600.0
NO_CHOICES = b'{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'


def _slow(number: int, right: Answer) -> Answer:
    return replace(right, delay=0.05)


def _jittery(number: int, right: Answer) -> Answer:
    return replace(right, delay=number * 37 % 16 / 100)


def _sometimes(make: Callable[[Answer], Answer], tenths: int = 3) -> Fault:
    """So many of ten requests meet with a fault, spread evenly."""
    return lambda number, right: make(right) if number * 7 % 10 < tenths else right


def _bursts(number: int, right: Answer) -> Answer:
    return Answer("overloaded", status=503) if number % 24 < 7 else right


def _throttled(number: int, right: Answer) -> Answer:
    if number * 7 % 10 >= 3:
        return right
    wait = {"Retry-After": "1"} if number == 3 else {"retry-after-ms": "50"}
    return Answer("slow down", status=429, headers=wait)


def _sent_again(right: Answer) -> Answer:
    """The same reply twice on the wire, in one piece."""
    data = right.body("m")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {right.content_type}\r\nContent-Length: {len(data)}\r\n\r\n"
    return replace(right, raw=data, after=head.encode() + data)


def _mixed(number: int, right: Answer) -> Answer:
    faults = [fault for name, fault in FAULTS.items() if name not in ("all of them", "the same reply sent twice")]
    return faults[number // 2 % len(faults)](0, right) if number % 2 else right


FAULTS: dict[str, Fault] = {
    "fixed latency": _slow,
    "jitter": _jittery,
    "429": _sometimes(lambda right: Answer("slow down", status=429)),
    "429 with Retry-After": _throttled,
    "500": _sometimes(lambda right: Answer("boom", status=500)),
    "503 in bursts": _bursts,
    "reset before the reply": _sometimes(lambda right: replace(right, cut=0)),
    "reset in the middle": _sometimes(lambda right: replace(right, cut=60)),
    "closed in the middle": _sometimes(lambda right: replace(right, cut=60, polite=True)),
    "stall without end": _sometimes(lambda right: replace(right, delay=STALL), tenths=1),
    "a byte now and then": _sometimes(lambda right: replace(right, drip=0.05), tenths=1),
    "truncated body": _sometimes(lambda right: replace(right, raw=right.body("m")[:60])),
    "garbage body": _sometimes(lambda right: Answer(raw=b"\x00\xff\xfenothing")),
    "empty body": _sometimes(lambda right: Answer(raw=b"")),
    "no choices": _sometimes(lambda right: Answer(raw=NO_CHOICES)),
    "an error told with 200": _sometimes(lambda right: Answer(raw=b'{"error": {"message": "no slot", "code": 500}}')),
    "a page instead of a reply": _sometimes(
        lambda right: Answer(raw=b"<html>gateway</html>", content_type="text/html")
    ),
    "the right reply as text/plain": _sometimes(lambda right: replace(right, content_type="text/plain")),
    "not packed as it says": _sometimes(
        lambda right: replace(right, raw=right.body("m"), headers={"Content-Encoding": "gzip"})
    ),
    "junk after the reply": _sometimes(lambda right: replace(right, after=b"\r\njunk\r\n\r\n")),
    "the same reply sent twice": _sometimes(_sent_again),
    "all of them": _mixed,
}
"""What an endpoint, or the way to it, may do. Whoever asks has to end with the same replies as without."""


def children_of(pid: int) -> set[int]:
    """Return the living children, and their children, of a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (parent := _parent(entry)) is not None:
            parents.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    left = [pid]
    while left:
        fresh = parents.get(left.pop(), [])
        found.update(fresh)
        left += fresh
    return found


def _parent(entry: Path) -> int | None:
    """Return the parent's id of a process that has not ended."""
    try:
        state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(parent)


def still_alive(pids: set[int], seconds: float = 5.0) -> set[int]:
    """Wait until the processes have ended; return those that have not."""
    until = time.monotonic() + seconds
    while True:
        alive = {pid for pid in pids if _parent(Path(f"/proc/{pid}")) is not None}
        if not alive or time.monotonic() > until:
            return alive
        time.sleep(0.02)


def wait_for(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: If it does not within the seconds.
    """
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError("it did not happen")
        time.sleep(0.005)
