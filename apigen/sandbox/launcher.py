"""The trusted side: start a confined worker process, hand it a job, read one frame back.

This tier separates processes and bounds resources; it does not cut the worker off from files or the network.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from apigen.config import SandboxConfig
from apigen.errors import LibraryError, SandboxError
from apigen.records import CallError, CallResult, ErrorKind, Json, JsonObject
from apigen.sandbox import Invocation

WORKER = Path(__file__).with_name("worker.py")
HEADER_BYTES = 8
DESCRIBE_SECONDS = 60.0
DESCRIBE_OUTPUT_KB = 65_536
DESCRIBE_MEMORY_MB = 2_048
START_SECONDS = 5.0
"""Grace for starting an interpreter on a busy machine, beside the calls' own seconds."""


class ProcessSandbox:
    """A fresh interpreter for each candidate: own session, cleared environment, no inherited descriptors, rlimits,
    a wall clock and an output cap."""

    tier = "process"

    def __init__(self, folder: Path, limits: SandboxConfig) -> None:
        self._folder = folder.resolve()
        self._limits = limits

    async def run(self, calls: Sequence[Invocation], *, seed: int = 0) -> tuple[CallResult, ...]:
        if not calls:
            return ()
        limits = self._limits
        job = {"do": "run", "calls": [asdict(call) for call in calls], "seed": seed}
        frame, failure = await self._work(job, limits, limits.seconds)
        if failure:
            return tuple(CallResult(error=failure) for _ in calls)
        results = _read_results(frame)
        missing = CallError("no_result", "the process ended before this call gave a result")
        padded = [*results, *(CallResult(error=missing) for _ in calls)]
        return tuple(padded[: len(calls)])

    async def describe(self) -> JsonObject:
        limits = SandboxConfig(seconds=DESCRIBE_SECONDS, memory_mb=DESCRIBE_MEMORY_MB, output_kb=DESCRIBE_OUTPUT_KB)
        frame, failure = await self._work({"do": "describe"}, limits, DESCRIBE_SECONDS)
        if failure:
            raise LibraryError(f"{self._folder}: describing its functions failed: {failure.message}")
        if not isinstance(frame, Mapping):
            raise LibraryError(f"{self._folder}: describing its functions gave no usable reply")
        return frame

    async def _work(
        self, job: Mapping[str, Json], limits: SandboxConfig, seconds: float
    ) -> tuple[Json, CallError | None]:
        """Run one worker; return its frame, or why there is none."""
        order = {
            **job,
            "folder": str(self._folder),
            "package_paths": [path for path in sys.path if path.endswith("site-packages")],
            "memory_mb": limits.memory_mb,
            "seconds": seconds,
            "output_kb": limits.output_kb,
        }
        reader, writer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-s", "-S", "-B", str(WORKER), str(writer), str(os.getpid()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd="/",
                pass_fds=(writer,),
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            os.close(reader)
            raise SandboxError(f"no worker process could be started ({error.strerror})") from error
        finally:
            os.close(writer)
        try:
            async with asyncio.timeout(seconds + START_SECONDS):
                _, raw = await asyncio.gather(
                    _send(process, json.dumps(order).encode()), _receive(reader, limits.output_kb * 1024)
                )
                if raw is None:
                    return None, CallError("too_large", f"the result is over {limits.output_kb} kB")
                code = await process.wait()
        except TimeoutError:
            return None, CallError("timeout", f"no result within {seconds:g} s")
        finally:
            await _end(process)
        return _read_frame(raw, code)


async def _send(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _receive(descriptor: int, limit: int) -> bytes | None:
    """Read one frame (its length, then itself) from a pipe, and close it; None when it is longer than `limit` bytes.

    A frame that breaks off comes back as it is: no JSON.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        length = int.from_bytes(await reader.readexactly(HEADER_BYTES), "big")
        return None if length > limit else await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        return error.partial
    finally:
        transport.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the worker and all it started, and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _read_frame(raw: bytes, code: int) -> tuple[Json, CallError | None]:
    try:
        frame = json.loads(raw)
        json.dumps(frame, ensure_ascii=False, allow_nan=False).encode()  # no half characters, no NaN
        return frame, None
    except (ValueError, RecursionError):
        pass
    if code in (-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL):
        return None, CallError("timeout", "the process used up its time")
    if code < 0:
        return None, CallError("killed", f"the process died of {signal.Signals(-code).name}")
    return None, CallError("no_result", f"the process ended with code {code} and no result")


def _read_results(frame: Json) -> list[CallResult]:
    """Read the worker's results; the frame is untrusted, so whatever is misshapen counts as no result."""
    rows = frame.get("results") if isinstance(frame, dict) else None
    return [_read_result(row) for row in rows] if isinstance(rows, list) else []


def _read_result(row: Json) -> CallResult:
    match row:
        case {"value": value, "seconds": float(seconds)}:
            return CallResult(value=value, seconds=seconds)
        case {"error": str(kind), "message": str(message), "seconds": float(seconds)} if kind in get_args(ErrorKind):
            return CallResult(error=CallError(kind, message[:2000]), seconds=seconds)  # type: ignore[arg-type]
    return CallResult(error=CallError("no_result", "the worker's reply is misshapen"))
