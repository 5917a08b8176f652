"""One fork server, seen from the trusted side: started, asked, ended. See `server` for the other end."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from apigen.config import SandboxConfig
from apigen.errors import SandboxError
from apigen.records import Json
from apigen.sandbox.frames import Reply, parse_reply
from apigen.sandbox.tiers import SCRATCH, Tier, command, package_paths, readable_paths

SERVER = Path(__file__).with_name("server.py")
HEADER_BYTES = 8
CHUNK = 1 << 18
START_SECONDS = 30.0
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # No pools of threads: a fork would lose them, and the pool of servers uses all processors as it is.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class ForkServer:
    """One confined process that holds the library and forks a child for each job; one job at a time.

    The pipes are watched here and not by asyncio's subprocesses, whose start cannot be cancelled without a hang: a server is there
    or is not, with nothing between.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin.fileno(), process.stdout.fileno()
        # Elsewhere than on Linux the end of its words is the only sign of its end.
        self._exit = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
        self._loop = asyncio.get_running_loop()
        self._unsent = memoryview(b"")
        self._data = bytearray()
        self._limit = 0
        self._answer: asyncio.Future[Reply] | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._spoiled = False
        self.imported: set[str] = set()
        """Modules that it was asked for."""
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe, False)
        self._loop.add_reader(self._stdout, self._read)
        if self._exit is not None:
            self._loop.add_reader(self._exit, self._exited)

    @classmethod
    async def start(cls, folder: Path, tier: Tier, limits: SandboxConfig, clock: datetime) -> "ForkServer":
        """Start a server and wait until it is confined.

        Raises:
            SandboxError: If it cannot be started or confine itself.
        """
        # bubblewrap sees itself to the end of what it holds, in whose process space there is no parent to name.
        parent = "0" if tier == "bubblewrap" else str(os.getpid())
        program = [sys.executable, "-P", "-s", "-S", "-B", str(SERVER), parent]
        server = cls(_spawn(command(tier, folder, program, limits.scratch_mb), bool(limits.scratch_mb)))
        setup = {
            "folder": str(folder),
            "confine": tier != "none",
            "readable": readable_paths(folder),
            "scratch": SCRATCH if limits.scratch_mb else "",
            "scratch_mb": limits.scratch_mb,
            "package_paths": package_paths(),
            "clock": clock.timestamp(),
        }
        ready = False
        try:
            with contextlib.suppress(TimeoutError, EOFError, ValueError):
                ready = (await server.ask(setup, START_SECONDS, 1024)).frame == {"ready": True}
        finally:
            if not ready:
                await server.stop()
        if not ready:
            raise SandboxError(
                f"a sandbox of tier '{tier}' did not come up on this machine; `apigen doctor` says what it lacks"
            )
        return server

    async def ask(self, job: Mapping[str, Json], seconds: float, limit: int) -> Reply:
        """Hand over one job and return the reply to it.

        Raises:
            TimeoutError, EOFError, ValueError: If no sound frame comes; the server is then of no more use.
        """
        if not self.usable:
            raise EOFError
        data = json.dumps(job).encode()
        self._limit, self._answer = limit, self._loop.create_future()
        self._unsent = memoryview(len(data).to_bytes(HEADER_BYTES, "big") + data)
        self._write()
        timer = self._loop.call_later(seconds, self._fail, TimeoutError())
        try:
            return await self._answer
        finally:
            timer.cancel()
            self._answer = None

    @property
    def usable(self) -> bool:
        """Say whether it may be asked: it lives, has said nothing unasked, and the event loop it was started on is this one."""
        return self.reachable and not self._ended.done() and not self._spoiled

    @property
    def reachable(self) -> bool:
        return self._loop is asyncio.get_running_loop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End the server and whatever it left behind, without waiting for it."""
        if self._process.returncode is not None:
            return
        self._kill_group()
        if not self.reachable:  # then nobody watches it any more
            self._close()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """End the server, and wait until it is gone."""
        self.kill()
        if self.reachable:
            await self._ended

    def _write(self) -> None:
        """Send on what is unsent, as far as the pipe takes it."""
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._stdin, self._unsent) :]
        except BlockingIOError:
            self._loop.add_writer(self._stdin, self._write)
            return
        except OSError:
            self._lost()
        self._loop.remove_writer(self._stdin)

    def _read(self) -> bool:
        """Take in what there is to read; say whether there may be more."""
        try:
            data = os.read(self._stdout, CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._received(data)
        else:
            self._loop.remove_reader(self._stdout)
            self._lost()
            if self._exit is None:
                self._let_go()
        return bool(data)

    def _received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self._spoiled = True
            return
        self._data += data
        if len(self._data) < HEADER_BYTES:
            return
        end = HEADER_BYTES + int.from_bytes(self._data[:HEADER_BYTES], "big")
        if end > HEADER_BYTES + self._limit:
            self._fail(ValueError("a frame of no sound length"))
        elif len(self._data) >= end:
            raw = bytes(self._data[HEADER_BYTES:end])
            self._spoiled = len(self._data) > end
            self._data.clear()
            try:
                self._answer.set_result(parse_reply(raw))
            except ValueError as error:
                self._fail(error)

    def _lost(self) -> None:
        self._spoiled = True
        self._fail(EOFError())

    def _exited(self) -> None:
        """Read what it said last, and let go of it. What a library's import left behind goes too: it may hold the pipes open."""
        self._kill_group()
        while self._read():
            pass
        self._loop.remove_reader(self._stdout)
        if self._exit is not None:
            self._loop.remove_reader(self._exit)
        self._let_go()

    def _let_go(self) -> None:
        self._kill_group()
        self._lost()
        self._loop.remove_writer(self._stdin)
        self._close()
        self._ended.set_result(None)

    def _close(self) -> None:
        self._process.wait()  # at once, since it is dead
        if self._exit is not None:
            os.close(self._exit)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def _spawn(program: Sequence[str], scratch: bool) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**ENVIRONMENT, **({"TMPDIR": SCRATCH} if scratch else {})},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxError(f"no sandbox process could be started ({error.strerror})") from error
