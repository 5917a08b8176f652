"""Real HTTP on loopback: the files and batches endpoints, which answer, fail, shuffle and break off as a test says."""

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers import Answer, Body


@dataclass
class Line:
    """What becomes of one request: `raw` lines replace it, no `answer` and no `error` leave it out of both files."""

    answer: Answer | None = None
    error: str | None = None
    raw: tuple[bytes, ...] | None = None


@dataclass
class Fate:
    """What becomes of one batch, and after how many seconds; `fault` is (code, message) of a failed one."""

    status: str = "completed"
    seconds: float = 0.0
    fault: tuple[str, str] = ("invalid_json_line", "line 1 is wrong")


@dataclass
class Trouble:
    """An HTTP error instead of the reply; `done`: what was asked has been done all the same. No answer: the line goes dead."""

    answer: Answer | None
    done: bool = False


@dataclass
class Batch:
    id: str
    input_file_id: str
    fate: Fate
    made: float
    requests: list[Body]
    polls: int = 0
    files: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


Behaviour = Callable[[Body], Line | Answer | str]


class BatchServer:
    """`behave(line of the input file)` says what each request gets, `fate(number of the batch)` what each batch,
    `trouble(method, path)` which calls fail. `batches` are all that were ever made, `calls` all that came.
    """

    def __init__(
        self,
        behave: Behaviour,
        fate: Callable[[int], Fate] = lambda number: Fate(),
        trouble: Callable[[str, str], Trouble | None] = lambda method, path: None,
    ) -> None:
        self.behave, self.fate, self.trouble = behave, fate, trouble
        self.files: dict[str, bytes] = {}
        self.batches: list[Batch] = []
        self.calls: list[str] = []
        self.rng = random.Random(3)
        self.cut = 0  # so many downloads lose their second half
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Listen, on the same port as before."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self.handle_call(b"")

            def do_POST(self) -> None:
                self.handle_call(self.rfile.read(int(self.headers["Content-Length"])))

            def handle_call(self, data: bytes) -> None:
                with outer._lock:
                    outer.calls.append(f"{self.command} {self.path}")
                    trouble = outer.trouble(self.command, self.path)
                    reply = None
                    if trouble is None or trouble.done:
                        reply = outer.serve(self.command, self.path, data)
                if trouble:
                    reply = trouble.answer
                if reply is None:
                    self.close_connection = True
                    return
                body = reply.body("m")
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that went away

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Go away; what was uploaded and made stays."""
        if self._server:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def sent(self) -> Counter[str]:
        """Say how often each custom_id was in a batch."""
        return Counter(each["custom_id"] for batch in self.batches for each in batch.requests)

    def serve(self, method: str, path: str, data: bytes) -> Answer:
        path, _, query = path.removeprefix("/v1/").partition("?")
        match method, path.split("/"):
            case "POST", ["files"]:
                return self._upload(data)
            case "GET", ["files", id, "content"]:
                return self._content(id)
            case "POST", ["batches"]:
                return self._create(json.loads(data))
            case "GET", ["batches"]:
                return self._list(query)
            case "GET", ["batches", id]:
                found = [batch for batch in self.batches if batch.id == id]
                return self._shown(found[0]) if found else Answer("no such batch", status=404)
            case _:  # cancelling too: nobody may
                return Answer(f"{method} {path}?", status=405)

    def _upload(self, data: bytes) -> Answer:
        boundary = data.split(b"\r\n", 1)[0]
        parts = [part.partition(b"\r\n\r\n") for part in data.split(boundary)[1:-1]]
        fields = {re.search(rb'name="(\w+)"', head)[1]: body.removesuffix(b"\r\n") for head, _, body in parts}  # type: ignore[index]
        assert fields[b"purpose"] == b"batch"
        id = f"file-{len(self.files)}"
        self.files[id] = fields[b"file"]
        return _json({"id": id, "object": "file", "bytes": len(data), "purpose": "batch"})

    def _content(self, id: str) -> Answer:
        if id not in self.files:
            return Answer("no such file", status=404)
        data = self.files[id]
        if self.cut:
            self.cut -= 1
            data = data[: len(data) // 2]
        return Answer(raw=data, content_type="application/octet-stream")

    def _create(self, body: Body) -> Answer:
        assert (body["endpoint"], body["completion_window"]) == ("/v1/chat/completions", "24h")
        requests = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        assert len({each["custom_id"] for each in requests}) == len(requests)
        assert all((each["method"], each["url"]) == ("POST", "/v1/chat/completions") for each in requests)
        number = len(self.batches)
        batch = Batch(f"batch_{number}", body["input_file_id"], self.fate(number), time.monotonic(), requests)
        self.batches.append(batch)
        return self._shown(batch)

    def _list(self, query: str) -> Answer:
        """Two a page, newest first."""
        newest = self.batches[::-1]
        if after := re.search(r"after=(\w+)", query):
            newest = newest[[batch.id for batch in newest].index(after[1]) + 1 :]
        page = [json.loads(self._shown(batch).body("m")) for batch in newest[:2]]
        return _json({"object": "list", "data": page, "has_more": len(newest) > 2})

    def _shown(self, batch: Batch) -> Answer:
        batch.polls += 1
        status = "validating" if batch.polls == 1 else "in_progress"
        if batch.polls > 1 and time.monotonic() - batch.made >= batch.fate.seconds:
            status = batch.fate.status
            if status != "failed" and not batch.files:
                self._finish(batch)
        code, message = batch.fate.fault
        faults = {"object": "list", "data": [{"code": code, "message": message, "line": 1, "param": None}]}
        return _json(
            {
                "id": batch.id,
                "object": "batch",
                "endpoint": "/v1/chat/completions",
                "input_file_id": batch.input_file_id,
                "completion_window": "24h",
                "created_at": 1,
                "status": status,
                "errors": faults if status == "failed" else None,
                "request_counts": batch.counts or {"total": 0, "completed": 0, "failed": 0},
                **(batch.files or {"output_file_id": None, "error_file_id": None}),
            }
        )

    def _finish(self, batch: Batch) -> None:
        good, bad = [], []
        for number, request in enumerate(batch.requests):
            found = self.behave(request)
            if isinstance(found, str):
                found = Answer(found)
            line = Line(found) if isinstance(found, Answer) else found
            told = {"id": f"r{number}", "custom_id": request["custom_id"], "response": None, "error": None}
            if line.raw is not None:
                good += line.raw
            elif line.answer:
                body = json.loads(line.answer.body("m"))
                told["response"] = {"status_code": line.answer.status, "request_id": "q", "body": body}
                (good if line.answer.status == 200 else bad).append(json.dumps(told, ensure_ascii=False).encode())
            elif line.error:
                told["error"] = {"code": line.error, "message": f"{line.error} happened"}
                bad.append(json.dumps(told).encode())
        self.rng.shuffle(good)
        batch.counts = {"total": len(batch.requests), "completed": len(good), "failed": len(bad)}
        for name, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                id = batch.files[name] = f"{name}-{batch.id}"
                self.files[id] = b"\n".join(lines) + b"\n"
            else:
                batch.files[name] = None  # type: ignore[assignment]


def _json(value: Any) -> Answer:
    return Answer(raw=json.dumps(value).encode())


@contextmanager
def serve_batches(behave: Behaviour, **script: Any) -> Iterator[BatchServer]:
    server = BatchServer(behave, **script)
    try:
        yield server
    finally:
        server.stop()
