"""What more Ray workers give: `python benchmarks/ray_workers.py [--json]`.

A chat endpoint on loopback that takes 200 ms for each reply, however many at once; a generator's and a judge's call for each draw, and
20 requests in flight a worker. So one worker can do 50 draws a second at best, and every further one as many again, as long as there
is a processor for it: workers, sandboxes, endpoint and driver all run on this machine here. The start of Ray, of the workers and of
the library is measured by a run of one draw, and left out.

- draws_s_N: draws a second with N workers. of_bound_N: to the 50 a worker that the endpoint allows.
- ratio_N: to one worker. Wanted: at least 1.8 for 2 workers where there are 4 processors or more; on fewer the CPU is the bound.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

APIGEN = str(Path(sys.executable).with_name("apigen"))
SERVER = Path(__file__).with_name("chat_server.py")
LIBRARY = str(Path("api_library").resolve())
SECONDS, IN_FLIGHT, DRAWS_EACH, CALLS = 0.2, 20, 300, 2
WORKERS = (1, 2, 4)


def settings(folder: Path, url: str, workers: int, draws: int) -> dict[str, Any]:
    """Return a config of a generator and a judge, with IN_FLIGHT requests in flight a worker."""
    return {
        "store": str(folder / "run.db"),
        "library": [{"source": "python", "path": LIBRARY}],
        "llms": {"writer": {"backend": "openai", "model": "m", "base_url": url}},
        "target": {"draws": draws},
        "concurrency": IN_FLIGHT * workers,
        "sampler": {"vary_values": 0.0},
        "checkers": ["format", "execution", "judge"],
    }


def run(folder: Path, config: dict[str, Any], *options: str) -> float:
    """Do a run in a fresh store; return its seconds."""
    (folder / "run.yaml").write_text(yaml.safe_dump(config))
    for old in folder.glob("run.db*"):
        old.unlink()
    start = time.perf_counter()
    subprocess.run([APIGEN, "run", str(folder / "run.yaml"), *options], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def measure() -> dict[str, float]:
    server = subprocess.Popen([sys.executable, str(SERVER), str(SECONDS)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    figures: dict[str, float] = {"processors": os.cpu_count() or 1}
    try:
        with tempfile.TemporaryDirectory(prefix="apigen-bench-") as made:
            folder = Path(made)
            bound = IN_FLIGHT / (SECONDS * CALLS)
            for name, workers, options in [("local", 1, []), *((str(n), n, ["--engine", "ray"]) for n in WORKERS)]:
                if options:
                    options = [*options, "--workers", str(workers)]
                draws = DRAWS_EACH * workers
                one = min(run(folder, settings(folder, url, workers, 1), *options) for _ in range(2)) - CALLS * SECONDS
                speed = draws / (run(folder, settings(folder, url, workers, draws), *options) - one)
                figures[f"start_s_{name}"] = round(one, 1)
                figures[f"draws_s_{name}"] = round(speed, 1)
                figures[f"of_bound_{name}"] = round(speed / (bound * workers), 2)
                figures[f"ratio_{name}"] = round(speed / figures.get("draws_s_1", speed), 2)
    finally:
        server.kill()
        server.wait()
    del figures["ratio_local"]
    return figures


def main() -> None:
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>16}  {value}")


if __name__ == "__main__":
    main()
