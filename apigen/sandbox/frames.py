"""What comes back from a fork server, read as what it is: untrusted bytes."""

import json
import signal
from dataclasses import dataclass
from itertools import chain
from typing import Any, get_args

from apigen.config import SandboxConfig
from apigen.errors import SandboxError
from apigen.records import CallError, CallResult, ErrorKind, Json

OF_SERVER, LAST = b"S", b"!"
HEAD_BYTES = 2
MAX_DEPTH = 68
"""Of a frame: a result may be 64 deep, inside the list of results."""
SIGNALS = frozenset(member.value for member in signal.Signals)
OUT_OF_TIME = (signal.SIGALRM, signal.SIGXCPU)


@dataclass(frozen=True, slots=True)
class Reply:
    """A frame, and whose words it is: the fork server's own, or a child's, which library code may have forged.

    `last`: the server ends with this reply.
    """

    of_server: bool
    last: bool
    frame: Json


def parse_reply(raw: bytes) -> Reply:
    """Read a reply; a frame that is no sound JSON is None.

    Raises:
        ValueError: If it is too short to say whose words it is.
    """
    if len(raw) < HEAD_BYTES:
        raise ValueError("a reply without a head")
    return Reply(raw[:1] == OF_SERVER, raw[1:2] == LAST, parse_frame(raw[HEAD_BYTES:]))


def parse_frame(raw: bytes) -> Json:
    """Return a frame; None if it is no sound JSON, or nests too deep."""
    try:
        frame = json.loads(raw.decode(), parse_constant=_refused, parse_float=_finite)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(frame, ensure_ascii=False).encode()  # no half characters
    except (ValueError, RecursionError):
        return None
    # Fewer brackets than levels that are allowed, as almost always, cannot nest too deep.
    few = raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH
    return frame if few or _is_shallow(frame, MAX_DEPTH) else None


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is no number of ours")
    return number


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")


def _is_shallow(value: Json, depth: int) -> bool:
    level: list[Any] = [value]
    for _ in range(depth + 1):
        holders = [one for one in level if isinstance(one, dict | list)]
        if not holders:
            return True
        level = list(chain.from_iterable(one.values() if isinstance(one, dict) else one for one in holders))
    return False


def read_failure(reply: Reply, limits: SandboxConfig) -> tuple[Json, CallError | None]:
    """Return a child's frame, or what the server says in its place.

    Raises:
        SandboxError: If the child could not be confined.
    """
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
        case {"failure": "ended", "signal": int(number)} if number in OUT_OF_TIME:
            return None, CallError("timeout", "the process used up its time")
        case {"failure": "ended", "signal": int(number)} if number in SIGNALS:
            return None, CallError("killed", f"the process died of {signal.Signals(number).name}")
    return None, CallError("no_result", "the process ended without a result")


def read_results(frame: Json) -> list[CallResult]:
    """Read a child's results; whatever is misshapen counts as no result."""
    rows = frame.get("results") if isinstance(frame, dict) else None
    return [_read_result(row) for row in rows] if isinstance(rows, list) else []


def _read_result(row: Json) -> CallResult:
    match row:
        case {"value": value, "seconds": float(seconds)}:
            return CallResult(value=value, seconds=max(0.0, seconds))
        case {"error": str(kind), "message": str(message), "seconds": float(seconds)} if kind in get_args(ErrorKind):
            return CallResult(error=CallError(kind, message[:2000]), seconds=max(0.0, seconds))  # type: ignore[arg-type]
    return CallResult(error=CallError("no_result", "the process's reply is misshapen"))
