"""One fork server, seen from the trusted side: started, asked, ended. See `server` for the other end."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from apigen.config import SandboxConfig
from apigen.errors import SandboxError
from apigen.records import Json
from apigen.sandbox.frames import Reply, parse_reply
from apigen.sandbox.tiers import SCRATCH, Tier, command, readable_paths

SERVER = Path(__file__).with_name("server.py")
HEADER_BYTES = 8
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


class ForkServer(asyncio.SubprocessProtocol):
    """One confined process that holds the library and forks a child for each job; one job at a time."""

    _transport: asyncio.SubprocessTransport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._data = bytearray()
        self._limit = 0
        self._answer: asyncio.Future[Reply] | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._spoiled = False
        self.imported: set[str] = set()
        """Modules that it was asked for."""

    @classmethod
    async def start(cls, folder: Path, tier: Tier, limits: SandboxConfig, clock: datetime) -> "ForkServer":
        """Start a server and wait until it is confined.

        Raises:
            SandboxError: If it cannot be started or confine itself.
        """
        # bubblewrap sees itself to the end of what it holds, in whose process space there is no parent to name.
        parent = "0" if tier == "bubblewrap" else str(os.getpid())
        program = [sys.executable, "-P", "-s", "-S", "-B", str(SERVER), parent]
        try:
            _, server = await asyncio.get_running_loop().subprocess_exec(
                cls,
                *command(tier, folder, program, limits.scratch_mb),
                stderr=asyncio.subprocess.DEVNULL,
                env={**ENVIRONMENT, **({"TMPDIR": SCRATCH} if limits.scratch_mb else {})},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"no sandbox process could be started ({error.strerror})") from error
        setup = {
            "folder": str(folder),
            "confine": tier != "none",
            "readable": readable_paths(folder),
            "scratch": SCRATCH if limits.scratch_mb else "",
            "scratch_mb": limits.scratch_mb,
            "package_paths": [path for path in sys.path if path.endswith("site-packages")],
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
        pipe = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        pipe.write(len(data).to_bytes(HEADER_BYTES, "big") + data)
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

    def kill(self) -> None:
        """End the server and whatever it left behind, without waiting for it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._transport.get_pid(), signal.SIGKILL)

    async def stop(self) -> None:
        """End the server, and wait until it is gone."""
        self.kill()
        if self.reachable:
            await self._ended
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
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

    def pipe_connection_lost(self, fd: int, error: Exception | None) -> None:
        self._spoiled = True
        self._fail(EOFError())

    def process_exited(self) -> None:
        # What a library's import left behind may hold the pipe open when the server is long gone.
        self._fail(EOFError())
        if not self._ended.done():
            self._ended.set_result(None)

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
