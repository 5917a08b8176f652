"""The sandbox's speed, as ratios in one run: `python benchmarks/sandbox.py [--json]`.

Two workers on trivial calls of the bundled library, in turns with what they are compared to, so that a busy moment of the machine
meets all of them:

- of_fork: calls a second, to the rounds a second of a bare loop of fork, exit and wait in one process of the same memory size (it
  has imported the same modules). Wanted: at least 0.7. of_forks is the same with as many such loops at once as there are workers:
  what the processors could do if a call cost nothing but its fork.
- vs_bwrap_python: to bubblewrap and a fresh interpreter for each call, as many at once as there are workers. Wanted: at least 15.
- p50_ms, p99_ms: a call's time, with both workers busy. Wanted: under 5 and 25.
- mb_per_worker: private memory of a fork server. Wanted: under 10.
- controller: this process's processor time, to that of the fork servers and their children. Wanted: under 0.2.
- busy: processor time of all of them, to what the workers' processors could give. start_s: until a first call has its result.
  Wanted: under 0.3.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from apigen.config import SandboxConfig
from apigen.sandbox import Invocation
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import best_tier, command

LIBRARY = Path("api_library").resolve()
CALL = Invocation("number_theory", "is_prime_number", {"number": 97})
WORKERS, ROUNDS, CALLS, FRESH = 2, 4, 1_000, 16
TICKS = os.sysconf("SC_CLK_TCK")
FORK_LOOP = """
import ctypes, gc, json, os, random, resource, select, signal, struct, sys, time, types, typing
sys.path += sys.argv[3:]
sys.modules.update(pytest=None, dateutil=None, unittest=types.SimpleNamespace(TestCase=object))
import time_machine, number_theory
gc.collect(); gc.freeze()
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
spent = time.perf_counter() - start
resident = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
print(int(sys.argv[2]) / spent, resident / 2**20)
"""


async def calls_a_second(sandbox: ForkServerSandbox, taken: list[float]) -> float:
    """Return the rate of CALLS calls on all workers; add each call's milliseconds."""

    async def one() -> None:
        for _ in range(CALLS // WORKERS):
            start = time.perf_counter()
            (result,) = await sandbox.run([CALL])
            taken.append((time.perf_counter() - start) * 1000)
            assert result.value is True

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(WORKERS)))
    return CALLS / (time.perf_counter() - start)


def fork_servers() -> list[Path]:
    """Return the /proc entries of our fork servers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"python") and any(word.endswith(b"sandbox/server.py") for word in words):
                found.append(entry)
        except OSError:
            continue
    return found


def private_megabytes(server: Path) -> float:
    """Return what one more fork server costs, in MB."""
    rollup = dict(line.split(":", 1) for line in (server / "smaps_rollup").read_text().splitlines()[1:])
    return sum(int(rollup[key].split()[0]) for key in ("Private_Clean", "Private_Dirty")) / 1024


def processor_seconds(servers: Sequence[Path]) -> float:
    """Return what the fork servers and their ended children used so far."""
    return sum(sum(map(int, (server / "stat").read_text().split()[13:17])) for server in servers) / TICKS


def bare_forks(loops: int) -> float:
    """Return fork+exit rounds a second of so many loops at once."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    loop = [sys.executable, "-P", "-s", "-S", "-c", FORK_LOOP, "", str(CALLS), str(LIBRARY), *packages]
    running = [subprocess.Popen(loop, stdout=subprocess.PIPE, text=True) for _ in range(loops)]
    return sum(float(process.communicate()[0].split()[0]) for process in running)


def fresh_interpreters() -> float:
    """Return calls a second with bubblewrap and a fresh interpreter for each, as many at once as there are workers."""
    code = f"import sys; sys.path.insert(0, {str(LIBRARY)!r}); import number_theory; number_theory.is_prime_number(number=97)"
    program = command("bubblewrap", LIBRARY, [sys.executable, "-P", "-s", "-S", "-B", "-c", code])
    start = time.perf_counter()
    for _ in range(FRESH // WORKERS):
        running = [subprocess.Popen(program) for _ in range(WORKERS)]
        assert all(process.wait() == 0 for process in running)
    return FRESH / (time.perf_counter() - start)


async def measure() -> dict[str, float | str | None]:
    tier = best_tier()
    start = time.perf_counter()
    sandbox = ForkServerSandbox(LIBRARY, SandboxConfig(), tier, WORKERS, datetime.now(UTC))
    await sandbox.run([CALL])
    start_s = time.perf_counter() - start
    await asyncio.gather(*(sandbox.run([CALL]) for _ in range(20)))
    servers = fork_servers()
    own, theirs, spent = time.process_time(), processor_seconds(servers), 0.0
    rates, forks, all_forks, fresh = [], [], [], []
    taken: list[float] = []
    for _ in range(ROUNDS):
        rates.append(await calls_a_second(sandbox, taken))
        spent += CALLS / rates[-1]
        forks.append(bare_forks(1))
        all_forks.append(bare_forks(WORKERS))
        if shutil.which("bwrap"):
            fresh.append(fresh_interpreters())
    own, theirs = time.process_time() - own, processor_seconds(servers) - theirs
    quantiles = statistics.quantiles(taken, n=100)
    memory = statistics.mean(map(private_megabytes, servers))
    await sandbox.close()
    rate = statistics.mean(rates)
    return {
        "tier": tier,
        "calls_a_second": round(rate),
        "of_fork": round(rate / statistics.mean(forks), 2),
        "of_forks": round(rate / statistics.mean(all_forks), 2),
        "vs_bwrap_python": round(rate / statistics.mean(fresh), 1) if fresh else None,
        "p50_ms": round(quantiles[49], 2),
        "p99_ms": round(quantiles[98], 2),
        "mb_per_worker": round(memory, 1),
        "controller": round(own / theirs, 2),
        "busy": round((own + theirs) / spent / WORKERS, 2),
        "start_s": round(start_s, 2),
    }


def main() -> None:
    figures = asyncio.run(measure())
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>16}  {value}")


if __name__ == "__main__":
    main()
