"""The trusted side: starts fork servers, hands them jobs, reads one frame back for each, and replaces those that fail.

No untrusted code runs here, and no reply is believed: a frame is bounded, parsed and checked before anything is made of it.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from apigen.config import SandboxConfig
from apigen.errors import LibraryError, SandboxError
from apigen.records import CallError, CallResult, ErrorKind, Json, JsonObject
from apigen.sandbox import Invocation
from apigen.sandbox.tiers import Tier, command, readable_paths

SERVER = Path(__file__).with_name("server.py")
HEADER_BYTES = 8
OF_SERVER = b"S"
MAX_DEPTH = 68
"""Of a frame: a result may be 64 deep, inside the list of results."""
DESCRIBE = SandboxConfig(seconds=60.0, memory_mb=2_048, output_kb=65_536)
START_SECONDS = 30.0
CANARY_SECONDS = 5.0
SIGNALS = frozenset(member.value for member in signal.Signals)
GRACE_SECONDS = 2.0
"""Beside a call's own seconds, before a server that does not answer is replaced. Importing a module counts as answering time."""
IMPORT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A frame, and whose words it is: the fork server's own, or a child's, which library code may have forged."""

    of_server: bool
    frame: Json


READY = Reply(True, {"ready": True})
UNHARMED = Reply(False, {"escaped": []})


class ForkServer:
    """One confined process that holds the library and forks a child for each job."""

    def __init__(
        self, process: asyncio.subprocess.Process, replies: asyncio.StreamReader, transport: asyncio.ReadTransport
    ) -> None:
        self._process, self._replies, self._transport = process, replies, transport
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def start(cls, folder: Path, tier: Tier) -> "ForkServer":
        """Start a server and wait until it is confined.

        Raises:
            SandboxError: If it cannot be started or confine itself.
        """
        reader, writer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command(
                    tier, folder, [sys.executable, "-P", "-s", "-S", "-B", str(SERVER), _parent(tier), str(writer)]
                ),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd="/",
                pass_fds=(writer,),
                start_new_session=True,
            )
        except OSError as error:
            os.close(reader)
            raise SandboxError(f"no sandbox process could be started ({error.strerror})") from error
        finally:
            os.close(writer)
        replies = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(replies), os.fdopen(reader, "rb", buffering=0)
        )
        server = cls(process, replies, transport)
        setup = {
            "folder": str(folder),
            "confine": tier != "none",
            "readable": readable_paths(folder),
            "package_paths": [path for path in sys.path if path.endswith("site-packages")],
        }
        answer: Reply | None = None
        try:
            with contextlib.suppress(TimeoutError, EOFError, ValueError):
                answer = await server.ask(setup, START_SECONDS, 1024)
        finally:
            if answer != READY:
                await server.stop()
        if answer != READY:
            raise SandboxError(
                f"a sandbox of tier '{tier}' did not come up on this machine; `apigen doctor` says what it lacks"
            )
        return server

    async def ask(self, job: Mapping[str, Json], seconds: float, limit: int) -> "Reply":
        """Hand over one job and return the reply to it.

        Raises:
            TimeoutError, EOFError, ValueError: If no sound frame comes; the server is then of no more use.
        """
        assert self._process.stdin is not None
        data = json.dumps(job).encode()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(len(data).to_bytes(HEADER_BYTES, "big") + data)
        reading = asyncio.ensure_future(self._read(limit))
        # What a library's import left behind may hold the pipe open when the server is long gone.
        gone = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({reading, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return reading.result()
            raise EOFError if gone.done() else TimeoutError
        finally:
            reading.cancel()
            gone.cancel()

    async def _read(self, limit: int) -> "Reply":
        length = int.from_bytes(await self._replies.readexactly(HEADER_BYTES), "big")
        if not 1 <= length <= limit:
            raise ValueError("a frame of no sound length")
        raw = await self._replies.readexactly(length)
        return Reply(raw[:1] == OF_SERVER, _parsed(raw[1:]))

    @property
    def reachable(self) -> bool:
        """Say whether it can still be spoken to: not once the event loop that it was started on has ended."""
        return self._loop is asyncio.get_running_loop()

    def kill(self) -> None:
        """End the server and whatever it left behind, without waiting for it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """End the server, and wait until it is gone."""
        self.kill()
        if not self.reachable:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._transport.close()
        await self._process.wait()


class ForkServerSandbox:
    """A pool of fork servers for one library folder."""

    def __init__(self, folder: Path, limits: SandboxConfig, tier: Tier, size: int) -> None:
        self.tier = str(tier)
        self._folder, self._limits, self._kind = folder.resolve(), limits, tier
        self._room = asyncio.Semaphore(size)
        self._idle: list[ForkServer] = []
        self._proven = False

    async def run(self, calls: Sequence[Invocation], *, seed: int = 0) -> tuple[CallResult, ...]:
        if not calls:
            return ()
        job = {"do": "run", "calls": [asdict(call) for call in calls], "seed": seed}
        frame, failure = await self._work(job, self._limits)
        if failure:
            return tuple(CallResult(error=failure) for _ in calls)
        missing = CallError("no_result", "the process ended before this call gave a result")
        padded = [*_read_results(frame), *(CallResult(error=missing) for _ in calls)]
        return tuple(padded[: len(calls)])

    async def describe(self) -> JsonObject:
        frame, failure = await self._work({"do": "describe", "folder": str(self._folder)}, DESCRIBE)
        if failure:
            raise LibraryError(f"{self._folder}: describing its functions failed: {failure.message}")
        if not isinstance(frame, Mapping):
            raise LibraryError(f"{self._folder}: describing its functions gave no usable reply")
        return frame

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().stop()

    async def _start(self) -> ForkServer:
        """Start a server; before the first one works, denied acts are tried in it.

        Raises:
            SandboxError: If an act succeeds, naming the mechanism that is not there.
        """
        server = await ForkServer.start(self._folder, self._kind)
        if not self._proven and self._kind != "none":
            answer: Reply | None = None
            with contextlib.suppress(TimeoutError, EOFError, ValueError):
                order = {"do": "canary", "seconds": CANARY_SECONDS, "memory_mb": 256, "output_kb": 64}
                answer = await server.ask(order, START_SECONDS, 65_536)
            if answer != UNHARMED:
                await server.stop()
                found = (
                    ", ".join(answer.frame["escaped"]) if answer and "escaped" in (answer.frame or {}) else "end early"
                )
                raise SandboxError(f"the sandbox does not hold: a confined process could {found}; see `apigen doctor`")
            self._proven = True
        return server

    def _take_idle(self) -> ForkServer | None:
        while self._idle:
            server = self._idle.pop()
            if server.reachable:
                return server
            server.kill()
        return None

    async def _work(self, job: Mapping[str, Json], limits: SandboxConfig) -> tuple[Json, CallError | None]:
        """Have one job done; return its frame, or why there is none."""
        order = {**job, "seconds": limits.seconds, "memory_mb": limits.memory_mb, "output_kb": limits.output_kb}
        async with self._room:
            server = self._take_idle() or await self._start()
            sound = False
            try:
                room = limits.seconds + GRACE_SECONDS + IMPORT_SECONDS
                reply = await server.ask(order, room, limits.output_kb * 1024 + 1024)
                sound = True
            except TimeoutError:
                return None, CallError("timeout", f"no result within {limits.seconds:g} s")
            except (EOFError, ValueError):
                return None, CallError(
                    "no_result", "the process that held the library ended, or answered with nonsense"
                )
            finally:
                if sound:
                    self._idle.append(server)
                else:
                    await server.stop()
        return _read_failure(reply, limits)


def _parent(tier: Tier) -> str:
    """Return the process to die with; inside bubblewrap's own process space there is none to name, it sees to that itself."""
    return "0" if tier == "bubblewrap" else str(os.getpid())


def _parsed(raw: bytes) -> Json:
    try:
        frame = json.loads(raw)
        json.dumps(frame, ensure_ascii=False, allow_nan=False).encode()  # no half characters, no NaN
    except (ValueError, RecursionError):
        return None
    return frame if _is_shallow(frame, MAX_DEPTH) else None


def _is_shallow(value: Json, depth: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value)
    return True


def _read_failure(reply: Reply, limits: SandboxConfig) -> tuple[Json, CallError | None]:
    """Return a child's frame, or what the server says in its place."""
    if not reply.of_server and reply.frame is not None:
        return reply.frame, None
    match reply.frame:
        case {"failure": str(reason)} if reason.startswith("unconfined"):
            raise SandboxError(
                f"a call could not be confined ({reason[:200]}); `apigen doctor` says what this machine lacks"
            )
        case {"failure": "timeout"}:
            return None, CallError("timeout", f"no result within {limits.seconds:g} s")
        case {"failure": "too_large"}:
            return None, CallError("too_large", f"the result is over {limits.output_kb} kB")
        case {"failure": "ended", "signal": int(number)} if number in (signal.SIGALRM, signal.SIGXCPU):
            return None, CallError("timeout", "the process used up its time")
        case {"failure": "ended", "signal": int(number)} if number in SIGNALS:
            return None, CallError("killed", f"the process died of {signal.Signals(number).name}")
    return None, CallError("no_result", "the process ended without a result")


def _read_results(frame: Json) -> list[CallResult]:
    """Read the child's results; the frame is untrusted, so whatever is misshapen counts as no result."""
    rows = frame.get("results") if isinstance(frame, dict) else None
    return [_read_result(row) for row in rows] if isinstance(rows, list) else []


def _read_result(row: Json) -> CallResult:
    match row:
        case {"value": value, "seconds": float(seconds)}:
            return CallResult(value=value, seconds=max(0.0, seconds))
        case {"error": str(kind), "message": str(message), "seconds": float(seconds)} if kind in get_args(ErrorKind):
            return CallResult(error=CallError(kind, message[:2000]), seconds=max(0.0, seconds))  # type: ignore[arg-type]
    return CallResult(error=CallError("no_result", "the process's reply is misshapen"))
