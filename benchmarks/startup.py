"""How long `apigen --help` takes, beside a bare interpreter: `python benchmarks/startup.py [--json]`.

The limit is 0.3 s. Machines are noisy: read the ratio.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
LIMIT_SECONDS = 0.3
APIGEN = [str(Path(sys.executable).with_name("apigen")), "--help"]
BARE = [sys.executable, "-c", "pass"]


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    pairs = [(seconds(APIGEN), seconds(BARE)) for _ in range(RUNS)]
    help_s = statistics.median(one for one, _ in pairs)
    figures = {
        "help_s": round(help_s, 3),
        "of_bare_python": round(statistics.median(one / other for one, other in pairs), 2),
        "limit_s": LIMIT_SECONDS,
    }
    if "--json" in sys.argv:
        print(json.dumps(figures))
    else:
        print(
            f"apigen --help: {figures['help_s']} s, limit {LIMIT_SECONDS} s; "
            f"{figures['of_bare_python']} times a bare interpreter (medians of {RUNS} pairs)"
        )


if __name__ == "__main__":
    main()
