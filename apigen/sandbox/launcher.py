"""The trusted side: a pool of fork servers for one library, replaced when they fail.

No untrusted code runs here, and no reply is believed: a frame is bounded, parsed and checked before anything is made of it.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from apigen.config import SandboxConfig
from apigen.errors import LibraryError, SandboxError
from apigen.records import CallError, CallResult, Json, JsonObject
from apigen.sandbox import Invocation
from apigen.sandbox.fork_server import ForkServer
from apigen.sandbox.frames import read_failure, read_results
from apigen.sandbox.tiers import Tier

DESCRIBE = SandboxConfig(seconds=60.0, memory_mb=2_048, output_kb=65_536)
CANARY = SandboxConfig(seconds=5.0, memory_mb=256, output_kb=64)
IMPORT_SECONDS = 30.0
"""Beside a call's own seconds, where the server has yet to import what the call needs."""
GRACE_SECONDS = 1.5
"""Beside both, before a server that does not answer is replaced."""


class ForkServerSandbox:
    """A pool of fork servers for one library folder."""

    def __init__(self, folder: Path, limits: SandboxConfig, tier: Tier, size: int, clock: datetime) -> None:
        self.tier = str(tier)
        self._folder, self._limits, self._kind, self._clock = folder.resolve(), limits, tier, clock
        self._size, self._room = size, asyncio.Semaphore(size)
        self._idle: list[ForkServer] = []
        self._proven = False
        self._closings = 0

    async def run(self, calls: Sequence[Invocation], *, seed: int = 0) -> tuple[CallResult, ...]:
        if not calls:
            return ()
        job = {"do": "run", "calls": [_job(call) for call in calls], "seed": seed}
        frame, failure = await self._work(job, self._limits)
        if failure:
            return tuple(CallResult(error=failure) for _ in calls)
        missing = CallError("no_result", "the process ended before this call gave a result")
        padded = [*read_results(frame), *(CallResult(error=missing) for _ in calls)]
        return tuple(padded[: len(calls)])

    async def describe(self) -> JsonObject:
        files = sorted(path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*.py"))
        shares = [files[number :: self._size] for number in range(self._size)]
        frames = await asyncio.gather(*(self._describe(share) for share in shares if share))
        rows = {key: [row for frame in frames for row in _rows(frame, key)] for key in ("apis", "problems")}
        # A stable sort: within a file, functions stay in the order in which they are written.
        ordered = {key: sorted(found, key=lambda row: str(row.get("file"))) for key, found in rows.items()}
        return {**ordered, "clocked": _clocked(frames)}

    async def _describe(self, files: Sequence[str]) -> JsonObject:
        """Describe some files; one that brings its process down becomes a problem, and the others are described without it."""
        frame, failure = await self._work(
            {"do": "describe", "folder": str(self._folder), "files": list(files)}, DESCRIBE
        )
        if failure and len(files) == 1:
            text = f"importing or describing it fails: {failure.message}"
            return {"apis": [], "problems": [{"file": files[0], "function": "", "problem": text}]}
        if failure:
            frames = [await self._describe([file]) for file in files]
            rows = {key: [row for one in frames for row in _rows(one, key)] for key in ("apis", "problems")}
            return {**rows, "clocked": _clocked(frames)}
        if not isinstance(frame, Mapping):
            raise LibraryError(f"{self._folder}: describing its functions gave no usable reply")
        return frame

    async def ready(self) -> None:
        async with self._room:
            if not self._idle:
                closings, server = self._closings, await self._start()
                if closings == self._closings:
                    self._idle.append(server)
                else:
                    await server.stop()

    async def close(self) -> None:
        self._closings += 1
        while self._idle:
            await self._idle.pop().stop()

    async def _start(self) -> ForkServer:
        """Start a server; before the first one works, denied acts are tried in it.

        Raises:
            SandboxError: If an act succeeds, naming the mechanism that is not there.
        """
        server = await ForkServer.start(self._folder, self._kind, self._limits, self._clock)
        if self._proven or self._kind == "none":
            return server
        found: Any = None
        try:
            with contextlib.suppress(TimeoutError, EOFError, ValueError):
                order = {"do": "canary", **_bounds(CANARY)}
                found = (await server.ask(order, CANARY.seconds + GRACE_SECONDS, 65_536)).frame
        finally:
            self._proven = found == {"escaped": []}
            if not self._proven:
                await server.stop()
        if not self._proven:
            acts = ", ".join(found["escaped"]) if found and "escaped" in found else "end early"
            raise SandboxError(f"the sandbox does not hold: a confined process could {acts}; see `apigen doctor`")
        return server

    def _take_idle(self) -> ForkServer | None:
        while self._idle:
            server = self._idle.pop()
            if server.usable:
                return server
            server.kill()
        return None

    async def _work(self, job: Mapping[str, Json], limits: SandboxConfig) -> tuple[Json, CallError | None]:
        """Have one job done; return its frame, or why there is none."""
        async with self._room:
            closings, kept = self._closings, False
            server = self._take_idle() or await self._start()
            try:
                patience = limits.seconds + GRACE_SECONDS + self._import_seconds(server, job)
                reply = await server.ask({**job, **_bounds(limits)}, patience, limits.output_kb * 1024 + 1024)
                kept = not reply.last
            except TimeoutError:
                return None, CallError("timeout", f"no result within {limits.seconds:g} s")
            except (EOFError, ValueError):
                return None, CallError(
                    "no_result", "the process that held the library ended, or answered with nonsense"
                )
            finally:
                if kept and closings == self._closings:
                    self._idle.append(server)
                else:
                    await server.stop()
        return read_failure(reply, limits)

    def _import_seconds(self, server: ForkServer, job: Mapping[str, Json]) -> float:
        """Return how long the server may take to import what the job needs: nothing, once it has."""
        needed = {call["module"] for call in job.get("calls", ())}
        fresh = needed - server.imported
        server.imported |= needed
        return IMPORT_SECONDS if fresh else 0.0


def _clocked(frames: Sequence[JsonObject]) -> bool:
    """Say whether any of them may have read the clock: it is believed to have not where it says just that."""
    return any(frame.get("clocked") is not False for frame in frames)


def _job(call: Invocation) -> JsonObject:
    return {"module": call.module, "function": call.function, "arguments": call.arguments}


def _bounds(limits: SandboxConfig) -> dict[str, Json]:
    return {"seconds": limits.seconds, "memory_mb": limits.memory_mb, "output_kb": limits.output_kb}


def _rows(frame: JsonObject, key: str) -> list[Any]:
    found = frame.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
