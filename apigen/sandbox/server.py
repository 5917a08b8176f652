"""The fork server: confined, holds the imported library, forks one child for each candidate. Standard library only.

    server.py PARENT REPLIES      (jobs come on standard input)

A job and a reply are one JSON object each, behind eight bytes of length. The first job is the set-up; whatever the library's code
does here or in a child, the launcher takes replies for what they are: untrusted.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import filters
import policy
import worker

HEADER_BYTES = 8
CHUNK = 1 << 16
END_SECONDS = 0.5
CONFINED, UNCONFINED = b"+", b"-"
OF_CHILD, OF_SERVER = b"C", b"S"
"""The first byte of a reply: whose words the rest is."""


def main() -> None:
    parent, replies = int(sys.argv[1]), int(sys.argv[2])
    if parent:
        policy.die_with(parent)
    os.environ.pop("PWD", None)  # bubblewrap's
    setup = read_frame(0)
    confined = setup["confine"]
    if confined:
        confine(setup)
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    sys.path.extend(setup["package_paths"])
    package = worker.library_package(setup["folder"])
    write_raw(replies, OF_SERVER + b'{"ready": true}')
    gc.collect()
    gc.freeze()
    while True:
        job = read_frame(0)
        if job["do"] == "run" and import_modules(package, {call["module"] for call in job["calls"]}):
            # What stays must not be looked at by each child's garbage collector: every page touched is a page copied.
            gc.collect()
            gc.freeze()
        write_raw(replies, serve(job, package, confined))


def confine(setup: dict[str, Any]) -> None:
    """Give up files, network and system calls, for good, before any library code is met."""
    policy.restrict_files(setup["readable"])
    policy.filter_system_calls(filters.server_filter())


def import_modules(package: str, modules: set[str]) -> bool:
    """Import what the calls need, once; a module that fails to import fails again, and typed, in the child."""
    fresh = [module for module in sorted(modules) if f"{package}.{module}" not in sys.modules]
    for module in fresh:
        try:
            importlib.import_module(f"{package}.{module}")
        except BaseException:  # noqa: S112
            continue
    return bool(fresh)


def serve(job: dict[str, Any], package: str, confined: bool) -> bytes:
    """Run one job in a child; return its frame, or a failure in its place."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        run_child(job, package, writer, confined)
    os.close(writer)
    frame = receive(reader, job["seconds"], job["output_kb"] * 1024)
    os.close(reader)
    status = reap(child, patience=END_SECONDS if frame == "ended" else 0.0)
    return OF_CHILD + frame if isinstance(frame, bytes) else failure(frame, status)


def reap(child: int, patience: float) -> int:
    """End a child and return its status; one that closed its pipe is given a moment to die of its own cause."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def run_child(job: dict[str, Any], package: str, writer: int, confined: bool) -> None:
    """Confine the child further, run the job, write one frame, end."""
    try:
        policy.die_with(os.getppid())
        os.dup2(writer, 3)
        os.closerange(4, policy.OPEN_FILES * 4)
        os.dup2(1, 0)  # output goes nowhere; there is no input
        try:
            policy.bound_resources(job["memory_mb"], job["seconds"])
            if confined:
                policy.leave_siblings_alone()
                policy.filter_system_calls(filters.call_filter(os.getpid()))
        except (OSError, ValueError) as error:
            os.write(3, UNCONFINED + str(error).encode()[:500])
        else:
            # Said before any library code runs, so that none can say otherwise.
            os.write(3, CONFINED)
            write_raw(3, worker.work(job, package))
    finally:
        os._exit(0)


def receive(reader: int, seconds: float, limit: int) -> bytes | str:
    """Read the child's frame against the clock; a reason where there is none."""
    deadline = time.monotonic() + seconds
    data = bytearray()
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return "timeout"
        chunk = os.read(reader, CHUNK)
        if not chunk:
            return "ended"
        data += chunk
        if data[:1] == UNCONFINED:
            return f"unconfined: {data[1:].decode('utf-8', 'replace')}"
        if len(data) >= 1 + HEADER_BYTES:
            length = int.from_bytes(data[1 : 1 + HEADER_BYTES], "big")
            if length > limit:
                return "too_large"
            if len(data) >= 1 + HEADER_BYTES + length:
                return bytes(data[1 + HEADER_BYTES : 1 + HEADER_BYTES + length])


def failure(reason: str, status: int) -> bytes:
    signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return OF_SERVER + json.dumps({"failure": reason, "signal": signalled}).encode()


def read_frame(descriptor: int) -> Any:
    length = int.from_bytes(read_exactly(descriptor, HEADER_BYTES), "big")
    return json.loads(read_exactly(descriptor, length))


def read_exactly(descriptor: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        chunk = os.read(descriptor, min(CHUNK, count - len(data)))
        if not chunk:
            os._exit(0)  # the launcher is gone, or done with us
        data += chunk
    return bytes(data)


def write_raw(descriptor: int, frame: bytes) -> None:
    data = memoryview(len(frame).to_bytes(HEADER_BYTES, "big") + frame)
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
