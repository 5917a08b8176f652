"""An MCP server over stdio: a program of the user's, started with a cleared environment and no sandbox."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from apigen.sources.auth import Auth
from apigen.sources.documents import shown
from apigen.sources.mcp_wire import GRACE, MAX_MESSAGES, CallFailed

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL")
"""What of the environment every stdio server sees; all else must be named under `env`."""
# The parent may die before prctl is called, which then signals nothing: so it is looked at once more.
_DIE_WITH_US = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)\n"
    "os.getppid() == int(sys.argv[1]) or os._exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[3:])\n"
)


class Program:
    """The program as a Transport: `fail` is told what makes it useless, `limit` bounds one message in bytes."""

    def __init__(
        self, command: tuple[str, ...], env: dict[str, str], auth: Auth, limit: int, fail: Callable[[CallFailed], None]
    ) -> None:
        self._command, self._env, self._auth, self._limit, self._fail = command, env, auth, limit, fail
        self.orderly = False
        self._messages = self._bytes = 0
        self._stderr = b""

    def begin(self) -> None:
        self._messages = self._bytes = 0

    def last_words(self) -> str:
        lines = self._stderr.decode(errors="replace").split("\n")
        line = next((line for line in reversed(lines) if line.strip()), "")
        return f"; {shown(str(self._auth.hide(line)), 200)}" if line else ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Any, Any]]:
        """Start the server, alone in a session of its own; end it with all that it started."""
        import anyio

        first: tuple[str, ...] = ()
        if sys.platform == "linux":
            first = (sys.executable, "-I", "-S", "-c", _DIE_WITH_US, str(os.getpid()), self._command[0])
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *first, *self._command, env=self._env, stdin=pipe, stdout=pipe, stderr=pipe,
            start_new_session=True, limit=self._limit,
        )  # fmt: skip
        to_client, read = anyio.create_memory_object_stream[Any](0)
        write, from_client = anyio.create_memory_object_stream[Any](0)
        reading = asyncio.create_task(self._read(process, to_client))
        beside = [asyncio.create_task(self._write(process, from_client)), asyncio.create_task(self._listen(process))]
        try:
            yield read, write
        finally:
            if process.stdin:
                process.stdin.close()
            if self.orderly:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), GRACE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(TimeoutError):  # what has left the group may hold the pipes open
                await asyncio.wait_for(process.wait(), GRACE)
            process._transport.close()  # type: ignore[attr-defined]
            for task in (reading, *beside):
                task.cancel()
            await asyncio.gather(reading, *beside, return_exceptions=True)
            for stream in (to_client, read, write, from_client):
                stream.close()

    async def _read(self, process: asyncio.subprocess.Process, to_client: Any) -> None:
        """Hand on the server's answers and questions. Its notifications, and lines that are no messages, are dropped but counted."""
        from mcp.shared.message import SessionMessage
        from mcp_types import JSONRPCNotification, jsonrpc_message_adapter

        assert process.stdout
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                return self._fail(CallFailed("too_large", f"the server wrote a line of more than {self._limit} bytes"))
            if not line:
                break
            self._messages += 1
            self._bytes += len(line)
            if self._messages > MAX_MESSAGES or self._bytes > 2 * self._limit:
                return self._fail(CallFailed("too_large", "the server flooded us with messages that nobody asked for"))
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                if b'"jsonrpc"' in line:
                    return self._fail(CallFailed("not_json", "the server wrote a message that cannot be read"))
                continue
            if not isinstance(message, JSONRPCNotification):
                await to_client.send(SessionMessage(message))
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE / 2)
        code = "" if process.returncode is None else f" (exit code {process.returncode})"
        self._fail(CallFailed("no_result", f"the server died{code}{self.last_words()}"))
        to_client.close()

    async def _write(self, process: asyncio.subprocess.Process, from_client: Any) -> None:
        assert process.stdin
        with suppress(OSError):  # that it is gone is seen by the reader
            async for message in from_client:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        while chunk := await process.stderr.read(65536):
            self._stderr = (self._stderr + chunk)[-4096:]
