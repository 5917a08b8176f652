"""What the embedded model yields: `python benchmarks/quickstart.py [--json] [KEY=VALUE …]`.

Runs configs/quickstart.yaml into a fresh store (with the given overrides) and prints the pass rate of each style and strategy,
and the tokens and seconds a verified sample took. The limit is 20 verified samples in 300 s on two cores.

    python benchmarks/quickstart.py
    python benchmarks/quickstart.py 'sampler.strategies={query_first: 1}' 'target={draws: 12}'
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from apigen.store.reader import StoreReader

LIMIT_SECONDS = 300.0


def measure(overrides: list[str]) -> dict[str, object]:
    """Do one run in a process of its own; return its figures."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "quickstart.db")
        settings = [*overrides, f"store={store}", "exports=[]"]
        command = [str(Path(sys.executable).with_name("apigen")), "run", "configs/quickstart.yaml"]
        start = time.perf_counter()
        subprocess.run(
            [*command, *(part for setting in settings for part in ("--set", setting))], check=False, stdout=2
        )
        wall = time.perf_counter() - start
        reader = StoreReader(store)
        whole = reader.funnel()[""]
        tokens = sum(cost.tokens for cost in reader.costs().values())
        verified = whole.verified + whole.surplus
        return {
            "seconds": round(wall, 1),
            "of_limit": round(wall / LIMIT_SECONDS, 2),
            "generated": whole.generated,
            "verified": verified,
            "pass_rate": round(whole.pass_rate, 3),
            "seconds_a_sample": round(wall / max(1, verified), 1),
            "tokens_a_sample": round(tokens / max(1, verified)),
            "by_style": {
                name: f"{part.pass_rate:.0%} of {part.generated}" for name, part in reader.funnel("style").items()
            },
            "by_strategy": {
                name: f"{part.pass_rate:.0%} of {part.generated}" for name, part in reader.funnel("strategy").items()
            },
            "reasons": whole.rejected,
        }


def main() -> None:
    figures = measure([argument for argument in sys.argv[1:] if argument != "--json"])
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>18}  {value}")


if __name__ == "__main__":
    main()
