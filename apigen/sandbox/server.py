"""The fork server: confined, holds the imported library, forks one child for each candidate. Standard library only.

    server.py PARENT      (jobs come on standard input, replies go to what standard output is at the start)

A job and a reply are eight bytes of length and what they count: a job is a JSON object, a reply two bytes (see below) and JSON.
The first job is the set-up. Whatever the library's code does here or in a child, the launcher takes replies for what they are:
untrusted.

A child shares the server's memory until either writes to it, and each page written costs a copy: what a child or the server does for
every job is kept short, and what can be done once is done before the first fork.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import determinism
import filters
import policy
import worker

HEADER_BYTES = 8
CHUNK = 1 << 16
END_SECONDS = 0.5
REPLIES = 3
"""Where the server writes; in a child the same number is the pipe that leads to its server."""
CONFINED, UNCONFINED = b"+", b"-"
OF_CHILD, OF_SERVER = b"C", b"S"
MORE, LAST = b".", b"!"
"""The first two bytes of a reply: whose words the rest is, and whether the server ends with it."""
SCRATCH_ENTRIES = 500
"""More than this many left in the scratch folder are not cleaned up: the server, and the folder with it, is replaced."""


def main() -> None:
    parent = int(sys.argv[1])
    if parent:
        policy.die_with(parent)
    os.environ.pop("PWD", None)  # bubblewrap's
    os.dup2(1, REPLIES)
    os.closerange(REPLIES + 1, policy.OPEN_FILES * 4)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    setup = read_frame(0)
    scratch, confined = setup["scratch"], setup["confine"]
    policy.bound_server(setup["scratch_mb"])
    if confined:
        confine(setup)
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    sys.path.extend(setup["package_paths"])
    determinism.freeze(setup["clock"])
    package = worker.library_package(setup["folder"])
    child_filter = policy.Filter(filters.call_filter(), filters.PID) if confined else None
    write_raw(REPLIES, OF_SERVER + MORE + b'{"ready": true}')
    settle()
    while True:
        job = read_frame(0)
        if job["do"] == "run" and worker.load_functions(package, job["calls"]):
            settle()
        child, reader = start_child(job, package, child_filter)
        frame = receive(reader, job["seconds"], job["output_kb"] * 1024)
        os.close(reader)
        if isinstance(frame, bytes):
            status, words = None, OF_CHILD
        else:
            status = reap(child, END_SECONDS if frame == "ended" else 0.0)
            words, frame = OF_SERVER, failure(frame, status)
        if scratch:
            status = reap(child, 0.0) if status is None else status
            if not wipe(scratch):
                write_raw(REPLIES, words + LAST + frame)
                os._exit(0)
        write_raw(REPLIES, words + MORE + frame)
        if status is None:
            reap(child, 0.0)  # nobody need wait for this


def confine(setup: dict[str, Any]) -> None:
    """Give up files, network and system calls, for good, before any library code is met."""
    policy.restrict_files(setup["readable"], setup["scratch"])
    policy.Filter(filters.server_filter(scratch=bool(setup["scratch"]))).install()


def settle() -> None:
    """Keep what is loaded out of the children's garbage collection: every page looked at would be a page copied."""
    gc.collect()
    gc.freeze()


def start_child(job: dict[str, Any], package: str, confinement: policy.Filter | None) -> tuple[int, int]:
    """Fork a child for one job; return its process id and the pipe that its frame comes through."""
    reader, writer = os.pipe()
    server = os.getpid()
    child = os.fork()
    if child == 0:
        run_child(job, package, writer, server, confinement)
    os.close(writer)
    return child, reader


def run_child(job: dict[str, Any], package: str, writer: int, server: int, confinement: policy.Filter | None) -> None:
    """Confine the child further, run the job, write one frame, end."""
    try:
        os.dup2(writer, REPLIES)
        os.closerange(REPLIES + 1, policy.OPEN_FILES)
        os.dup2(1, 0)  # output goes nowhere; there is no input
        try:
            policy.die_with(server)
            policy.bound_resources(job["memory_mb"], job["seconds"])
            if confinement:
                confinement.install()
        except (OSError, ValueError) as error:
            os.write(REPLIES, UNCONFINED + str(error).encode()[:500])
        else:
            # Said before any library code runs, so that none can say otherwise.
            os.write(REPLIES, CONFINED)
            write_raw(REPLIES, worker.work(job, package))
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


def wipe(scratch: str) -> bool:
    """Empty the scratch folder; False, with little time spent on it, where a call left more than a few things there."""
    left = 0
    for folder, folders, files in os.walk(scratch):
        left += len(folders) + len(files)
        if left > SCRATCH_ENTRIES or len(folder) > CHUNK // 64:
            return False
    import shutil

    for entry in os.scandir(scratch):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)
    return not os.listdir(scratch)


def failure(reason: str, status: int) -> bytes:
    signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return json.dumps({"failure": reason, "signal": signalled}).encode()


def read_frame(descriptor: int) -> Any:
    """Read one job; the launcher sends the next only after this one's reply."""
    data = os.read(descriptor, CHUNK)
    while len(data) < HEADER_BYTES or len(data) < HEADER_BYTES + int.from_bytes(data[:HEADER_BYTES], "big"):
        chunk = os.read(descriptor, CHUNK)
        if not chunk:
            os._exit(0)  # the launcher is gone, or done with us
        data += chunk
    return json.loads(memoryview(data)[HEADER_BYTES:].tobytes())


def write_raw(descriptor: int, frame: bytes) -> None:
    data = memoryview(len(frame).to_bytes(HEADER_BYTES, "big") + frame)
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
