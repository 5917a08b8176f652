"""What of the bundled library a run's verified samples use: `python benchmarks/coverage.py [--json] [--draws 642]`.

The whole library, three draws an API, in the real sandbox; an endpoint on loopback that answers rightly, as the samples that a run
loses tell of the model and not of the draws. The checkers are format, execution and agreement. The same run twice:
`sampler.coverage: plan` and `random`.

- apis, optional, enum_members: shares of the library's APIs, optional parameters and members of enums that calls of the verified
  samples use. Wanted with the plan: at least 0.95 and 0.80 of the first two. There are more members than calls of most APIs.
- gini: how unequally the APIs are called. verified, seconds: of the run.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apigen.config import RunConfig  # noqa: E402
from apigen.options import parse_options  # noqa: E402
from apigen.pipeline import run  # noqa: E402
from apigen.stats import gather  # noqa: E402
from apigen.store.reader import StoreReader  # noqa: E402
from tests.servers import Oracle, serve  # noqa: E402

DRAWS, AT_ONCE = 642, 8
WANTED = {"apis": 0.95, "optional": 0.80}


def measure(coverage: str, draws: int, folder: Path) -> dict[str, float]:
    """Do one run into a fresh store; return its figures."""
    with serve(Oracle()) as server:
        settings: dict[str, Any] = {
            "store": str(folder / f"{coverage}.db"),
            "library": [{"source": "python", "path": str(ROOT / "api_library")}],
            "llms": {"writer": {"backend": "openai", "model": "m", "base_url": server.base_url}},
            "target": {"draws": draws},
            "seed": 1,
            "concurrency": AT_ONCE,
            "sampler": {"coverage": coverage},
            "checkers": ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}],
        }
        start = time.perf_counter()
        asyncio.run(run(parse_options(RunConfig, settings)))
        seconds = time.perf_counter() - start
    stats = gather(StoreReader(folder / f"{coverage}.db"))
    shares = {name: getattr(stats, name) for name in ("apis", "optional", "enum_members")}
    return {
        **{name: round(share.used / share.of, 3) for name, share in shares.items()},
        "gini": round(stats.gini, 3),
        "verified": stats.samples,
        "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--draws", type=int, default=DRAWS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apigen-bench-") as folder:
        figures = {coverage: measure(coverage, chosen.draws, Path(folder)) for coverage in ("plan", "random")}
    if chosen.json:
        print(json.dumps(figures))
        return
    print(f"{'':>14}  {'plan':>8}  {'random':>8}  wanted")
    for name, value in figures["plan"].items():
        wanted = f"{WANTED[name]:g}" if name in WANTED else ""
        print(f"{name:>14}  {value:>8}  {figures['random'][name]:>8}  {wanted}".rstrip())


if __name__ == "__main__":
    main()
