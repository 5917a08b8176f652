"""The sandbox's speed, as ratios in one run: `python benchmarks/sandbox.py [--json]`.

Two workers on trivial calls of the bundled library, beside two bare fork+exit loops of the same memory size, and beside
a fresh interpreter under bubblewrap for each call. Wanted: of_fork >= 0.7, vs_bwrap_python >= 15, p50 < 5 ms, p99 < 25 ms,
under 10 MB a worker.
"""

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from apigen.config import SandboxConfig
from apigen.sandbox import Invocation
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import best_tier, command

LIBRARY = Path("api_library").resolve()
CALL = Invocation("number_theory", "is_prime_number", {"number": 97})
WORKERS, CALLS, FRESH = 2, 2_000, 20
FORK_LOOP = """
import gc, os, sys, time, json, select, signal, importlib.util
sys.path.insert(0, sys.argv[1])
import number_theory
gc.collect(); gc.freeze()
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
print(int(sys.argv[2]) / (time.perf_counter() - start))
"""


async def sandbox_figures() -> tuple[float, list[float], float]:
    """Return calls a second, each call's milliseconds, and megabytes a worker."""
    sandbox = ForkServerSandbox(LIBRARY, SandboxConfig(), best_tier(), WORKERS, datetime.now(UTC))
    await asyncio.gather(*(sandbox.run([CALL]) for _ in range(20)))
    taken: list[float] = []

    async def one() -> None:
        for _ in range(CALLS // WORKERS):
            start = time.perf_counter()
            (result,) = await sandbox.run([CALL])
            taken.append((time.perf_counter() - start) * 1000)
            assert result.value is True

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(WORKERS)))
    rate = CALLS / (time.perf_counter() - start)
    memory = worker_megabytes()
    await sandbox.close()
    return rate, taken, memory


def worker_megabytes() -> float:
    """Return the private memory of one fork server, in MB: what a further one costs."""
    sizes = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"python") and any(word.endswith(b"sandbox/server.py") for word in words):
                rollup = dict(line.split(":", 1) for line in (entry / "smaps_rollup").read_text().splitlines()[1:])
                sizes.append(sum(int(rollup[key].split()[0]) for key in ("Private_Clean", "Private_Dirty")) / 1024)
        except (OSError, IndexError, ValueError):
            continue
    return statistics.mean(sizes) if sizes else 0.0


def bare_forks() -> float:
    """Return fork+exit rounds a second of as many loops as there are workers."""
    loop = [sys.executable, "-S", "-c", FORK_LOOP, str(LIBRARY), str(CALLS // WORKERS)]
    running = [subprocess.Popen(loop, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
    return sum(float(process.communicate()[0]) for process in running)


def fresh_interpreters() -> float:
    """Return calls a second with bubblewrap and a fresh interpreter for each, as many at once as there are workers."""
    code = f"import sys; sys.path.insert(0, {str(LIBRARY)!r}); import number_theory; number_theory.is_prime_number(number=97)"
    program = command("bubblewrap", LIBRARY, [sys.executable, "-P", "-s", "-S", "-B", "-c", code])
    start = time.perf_counter()
    for _ in range(FRESH // WORKERS):
        running = [subprocess.Popen(program) for _ in range(WORKERS)]
        assert all(process.wait() == 0 for process in running)
    return FRESH / (time.perf_counter() - start)


def main() -> None:
    before = bare_forks()
    rate, taken, memory = asyncio.run(sandbox_figures())
    forks = (before + bare_forks()) / 2
    quantiles = statistics.quantiles(taken, n=100)
    figures: dict[str, float | str | None] = {
        "tier": best_tier(),
        "calls_a_second": round(rate),
        "of_fork": round(rate / forks, 2),
        "vs_bwrap_python": round(rate / fresh_interpreters(), 1) if shutil.which("bwrap") else None,
        "p50_ms": round(quantiles[49], 2),
        "p99_ms": round(quantiles[98], 2),
        "mb_per_worker": round(memory, 1),
    }
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>16}  {value}")


if __name__ == "__main__":
    main()
