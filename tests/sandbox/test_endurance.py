"""Ten thousand calls through one sandbox: nothing of them is kept."""

import asyncio
import gc
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apigen.config import SandboxConfig
from apigen.sandbox import Invocation
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import best_tier
from tests.servers import children_of, still_alive

CODE = """
import os

def echo(value): return value
def boom(value): raise ValueError("bad")
def leaves(value): os._exit(0)
def large(value): return "x" * 200_000
def forever(value):
    while True: pass
"""

LANES, WARM_UP, CALLS, ONE_BAD_IN = 2, 800, 10_000, 100
BAD = {"boom": "exception", "leaves": "no_result", "large": "too_large", "forever": "timeout"}
LIMITS = SandboxConfig(seconds=0.25, memory_mb=256, output_kb=64)
SLOW_AT_MOST = 20
"""Calls that may run out of their short time because the machine is busy, and not because of what they do."""
MAY_GROW_KB = 2 * 1024


@dataclass(frozen=True)
class Held:
    """What is in our hands at a moment: open descriptors, and memory by process (ours, and those below it)."""

    descriptors: int
    memory_kb: dict[int, int]
    zombies: int


def test_ten_thousand_calls_leak_no_descriptor_no_memory_and_no_process(tmp_path: Path) -> None:
    """A hundred of them end badly; the same fork servers answer the first call and the last."""
    folder = tmp_path / "lasting"
    folder.mkdir()
    (folder / "ways.py").write_text(CODE, encoding="utf-8")
    tier = best_tier()
    processes = 1 + LANES * {"landlock": 1, "bubblewrap": 3}[tier]  # bubblewrap adds two of its own to each server

    async def work() -> set[int]:
        sandbox = ForkServerSandbox(folder, LIMITS, tier, LANES, datetime.now(UTC))
        try:
            await make_calls(sandbox, WARM_UP)
            before = await settled(strangers, processes)
            ended = await make_calls(sandbox, CALLS)
            after = await settled(strangers, processes)
        finally:
            await sandbox.close()
        check_ends(ended)
        assert len(before.memory_kb) == processes
        assert after.memory_kb.keys() == before.memory_kb.keys()
        assert after.descriptors == before.descriptors
        assert after.zombies == 0
        grown = {pid: kb - before.memory_kb[pid] for pid, kb in after.memory_kb.items()}
        assert max(grown.values()) < MAY_GROW_KB, grown
        return before.memory_kb.keys() - {os.getpid()}

    asyncio.run(asyncio.sleep(0))  # what the first event loop of a process opens for good
    strangers = children_of(os.getpid())
    at_first = held(strangers)
    servers = asyncio.run(work())
    assert not still_alive(servers)
    at_last = held(strangers)
    assert (at_last.descriptors, at_last.memory_kb.keys(), at_last.zombies) == (at_first.descriptors, {os.getpid()}, 0)


async def make_calls(sandbox: ForkServerSandbox, count: int) -> Counter[tuple[str, str]]:
    """Make the calls, in as many lanes as there are servers; return how often each function ended in each way."""
    ended: Counter[tuple[str, str]] = Counter()

    async def lane(first: int) -> None:
        for number in range(first, count, LANES):
            turn, place = divmod(number, ONE_BAD_IN)
            name = list(BAD)[turn % len(BAD)] if place == 50 + turn // len(BAD) % LANES else "echo"  # in each lane
            (result,) = await sandbox.run([Invocation("ways", name, {"value": [number, "x"]})])
            assert result.error or result.value == [number, "x"]
            ended[name, result.error.kind if result.error else "value"] += 1

    await asyncio.gather(*map(lane, range(LANES)))
    return ended


def check_ends(ended: Counter[tuple[str, str]]) -> None:
    wanted = {"echo": "value", **BAD}
    slow = sum(count for (name, kind), count in ended.items() if kind == "timeout" != wanted[name])
    assert slow <= SLOW_AT_MOST, ended
    assert all(kind in (wanted[name], "timeout") for name, kind in ended), ended
    each = CALLS // ONE_BAD_IN // len(BAD)
    made = {name: sum(count for (one, _), count in ended.items() if one == name) for name in wanted}
    assert made == {"echo": CALLS - each * len(BAD), **dict.fromkeys(BAD, each)}


async def settled(strangers: set[int], processes: int) -> Held:
    """Return what is held once the last call's process is gone, for which a reply does not wait."""
    for _ in range(50):
        await asyncio.sleep(0.1)
        now = held(strangers)
        if len(now.memory_kb) == processes and not now.zombies:
            break
    return now


def held(strangers: set[int]) -> Held:
    gc.collect()
    family = children_of(os.getpid()) - strangers
    return Held(
        descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        memory_kb={pid: memory_kb_of(pid) for pid in {os.getpid(), *family}},
        zombies=len(zombies_of({os.getpid(), *family})),
    )


def memory_kb_of(pid: int) -> int:
    """Return how much memory a process has of its own, leaving out pages of files."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("RssAnon:")[2].split()[0])


def zombies_of(parents: set[int]) -> list[int]:
    """Return the children of these processes that have ended and were never waited for."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state == "Z" and int(parent) in parents:
            found.append(int(file.parent.name))
    return found
