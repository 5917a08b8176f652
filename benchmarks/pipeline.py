"""How close a run comes to what its endpoint can give: `python benchmarks/pipeline.py [--json] [--draws-large 100000]`.

A chat endpoint on loopback that takes 200 ms for each reply, however many at once; the bundled library and the real sandbox; a
generator's and a judge's call for each of 500 draws.

- of_bare_50, of_bare_200: with so many calls in flight, a bare asyncio client's time for the same 1,000 requests, to that of the whole
  `apigen run` command less its start. Wanted: at least 0.90 and 0.75. whole_50 counts the start too.
- one_draw_s: a run of one draw with canned replies over a library that is known, from command to exit. Wanted: under 1.0.
  first_draw_s: the same where the library has yet to be described.
- mb_500, mb_100k: most memory of apigen and its children at 500 draws, and at --draws-large draws of a scripted endpoint.
  Wanted: under 200, and within 20% of each other.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

APIGEN = str(Path(sys.executable).with_name("apigen"))
SERVER = Path(__file__).with_name("chat_server.py")
SECONDS, DRAWS = 0.2, 500
LIBRARY = str(Path("api_library").resolve())
SAMPLED_SECONDS = 0.1


def settings(folder: Path, **changed: Any) -> dict[str, Any]:
    """Return a config of a generator and a judge, whose every draw takes two calls."""
    return {
        "store": str(folder / "run.db"),
        "library": [{"source": "python", "path": LIBRARY}],
        "sampler": {"vary_values": 0.0},
        "checkers": ["format", "execution", "judge"],
        **changed,
    }


def run(folder: Path, config: dict[str, Any]) -> tuple[float, float]:
    """Do a run in a fresh store; return its seconds and the most memory, in MB, of all its processes."""
    (folder / "run.yaml").write_text(yaml.safe_dump(config))
    for old in folder.glob("run.db*"):
        old.unlink()
    start = time.perf_counter()
    process = subprocess.Popen([APIGEN, "run", str(folder / "run.yaml")], stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, megabytes(process.pid))
        time.sleep(SAMPLED_SECONDS if time.perf_counter() - start > 1 else 0.02)
    assert process.returncode == 0
    return time.perf_counter() - start, most


def megabytes(pid: int) -> float:
    """Return the memory of a process and all below it: each page counted once for those who share it."""
    total = 0.0
    left = [pid]
    while left:
        one = left.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += int(rollup.split("Pss:")[1].split()[0]) / 1024
            left += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except (OSError, IndexError):
            continue
    return total


async def bare_client(url: str, at_once: int) -> float:
    """Return the seconds a bare asyncio client takes for as many requests as a run makes, so many at once."""
    room = asyncio.Semaphore(at_once)
    message = {"model": "m", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "- a: 1"}]}
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def ask() -> None:
            async with room:
                (await client.post(f"{url}/chat/completions", json=message)).raise_for_status()

        start = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(2 * DRAWS)))
        return time.perf_counter() - start


def scripted(folder: Path, draws: int) -> dict[str, Any]:
    """Return a config whose replies come from a file."""
    replies = {"generate": ['{"query": "Please do it."}'], "judge": ['{"reason": "fits", "verdict": "yes"}']}
    (folder / "replies.yaml").write_text(yaml.safe_dump(replies))
    llms = {"writer": {"backend": "scripted", "replies": str(folder / "replies.yaml")}}
    return settings(folder, llms=llms, target={"draws": draws}, concurrency=8)


def measure(large: int) -> dict[str, float]:
    server = subprocess.Popen([sys.executable, str(SERVER), str(SECONDS)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    figures: dict[str, float] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="apigen-bench-") as made:
            folder = Path(made)
            os.environ["APIGEN_CACHE"] = str(folder / "cache")
            first, *again = [run(folder, scripted(folder, 1))[0] for _ in range(4)]
            llms = {"writer": {"backend": "openai", "model": "m", "base_url": url}}
            for at_once in (50, 200):
                config = settings(folder, llms=llms, target={"draws": DRAWS}, concurrency=at_once)
                one_asked, _ = run(folder, {**config, "target": {"draws": 1}})
                start_s = one_asked - 2 * SECONDS
                bare = asyncio.run(bare_client(url, at_once))
                whole, memory = run(folder, config)
                figures[f"of_bare_{at_once}"] = round(bare / (whole - start_s), 2)
                figures[f"whole_{at_once}"] = round(bare / whole, 2)
                figures["mb_500"] = round(memory)
            figures |= {"one_draw_s": round(min(again), 2), "first_draw_s": round(first, 2)}
            if large:
                seconds, memory = run(folder, scripted(folder, large))
                figures["mb_100k"] = round(memory)
                figures["draws_a_second"] = round(large / seconds)
    finally:
        server.kill()
        server.wait()
    return figures


def main() -> None:
    large = int(sys.argv[sys.argv.index("--draws-large") + 1]) if "--draws-large" in sys.argv else 100_000
    figures = measure(large)
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>16}  {value}")


if __name__ == "__main__":
    main()
