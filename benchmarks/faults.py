"""What faults and kills cost a run, and that they cost nothing else: `python benchmarks/faults.py [--json] [--outage 30]`.

A chat endpoint on loopback that answers rightly, or does as the fault says; two files of the bundled library in the real sandbox; a
generator's and a blind solver's call for each draw. All that waits does so as long as it would outside.

- ended: draws that ended, of DRAWS. lost: samples of the undisturbed run that are not in this one's export. doubled: samples in it
  more than once, and replies in the store more than once. Wanted: all, 0, 0. calm_s: the undisturbed run's seconds.
- kills, identical, paid_twice: `kill -9` at so many random moments of a run that is resumed each time; whether the export is that of a
  run left alone; requests sent again after their answer was committed. Wanted: 50, yes, 0.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apigen.config import RunConfig  # noqa: E402
from apigen.errors import ApigenError  # noqa: E402
from apigen.options import parse_options  # noqa: E402
from apigen.pipeline import run  # noqa: E402
from tests.servers import FAULTS, Answer, Body, Faulty, Oracle, light_server, purpose_of, serve  # noqa: E402

DRAWS, AT_ONCE, KILLS = 60, 8, 50
COMMAND = [sys.executable, "-c", "from apigen.cli import main; main()", "run"]


def settings(folder: Path, url: str, **changed: Any) -> dict[str, Any]:
    """Return a config whose every draw takes a generator's and a solver's call."""
    options = {"model": "m", "base_url": url, "timeout_seconds": 1, "retries": 20}
    return {
        "store": str(folder / "run.db"),
        "library": [{"source": "python", "path": str(folder.parent / "library")}],
        "llms": {"writer": {"backend": "openai", **options}},
        "target": {"draws": DRAWS},
        "concurrency": AT_ONCE,
        "sampler": {"styles": {"simple": 1, "multiple": 1, "parallel": 1, "parallel_multiple": 1}},
        "checkers": ["format", "execution", {"agreement": {"llm": "writer"}}],
        "exports": [{"format": "xlam", "file": str(folder / "out.jsonl")}],
        **changed,
    }


def query(config: dict[str, Any], sql: str) -> list[tuple[Any, ...]]:
    if not Path(config["store"]).exists():
        return []
    with closing(sqlite3.connect(config["store"], timeout=30)) as db:
        return db.execute(sql).fetchall()


def exported(config: dict[str, Any]) -> list[str]:
    file = Path(config["exports"][0]["file"])
    return file.read_text("utf-8").splitlines() if file.exists() else []


async def do(config: dict[str, Any]) -> str:
    """Do a run; return how it ended."""
    try:
        return (await run(parse_options(RunConfig, config))).state
    except ApigenError as error:
        return f"{type(error).__name__}: {error}"[:60]


def under(fault: Any, folder: Path) -> tuple[dict[str, Any], str, float]:
    """Do a run while the endpoint does as the fault says; return its config, how it ended, and its seconds."""
    with serve(Faulty(fault)) as server:
        config = settings(folder, server.base_url)
        start = time.perf_counter()
        state = asyncio.run(do(config))
        return config, state, time.perf_counter() - start


async def under_outage(seconds: float, folder: Path) -> tuple[dict[str, Any], str, float]:
    """Do a run whose endpoint goes away when half of the replies are out, and listens again after some seconds."""
    model = Oracle()

    async def behave(number: int, body: Body) -> Answer | str:
        await asyncio.sleep(0.05)
        return model(body)

    async with light_server(behave) as server:
        config = settings(folder, server.base_url)
        start = time.perf_counter()
        running = asyncio.create_task(do(config))
        while server.asked < DRAWS and not running.done():
            await asyncio.sleep(0.005)
        await server.stop()
        await asyncio.sleep(seconds)
        await server.start(server.port)
        return config, await running, time.perf_counter() - start


def row(name: str, found: tuple[dict[str, Any], str, float], calm: list[str], calm_s: float) -> dict[str, Any]:
    config, state, seconds = found
    here = Counter(exported(config))
    again = query(config, "select count(*) from completions group by draw, purpose having count(*) > 1")
    return {
        "fault": name,
        "state": state,
        "ended": query(config, "select count(*) from draws")[0][0],
        "lost": len(set(calm) - set(here)),
        "doubled": sum(count - 1 for count in here.values()) + len(again),
        "seconds": round(seconds, 1),
        "calm_s": round(calm_s, 1),
    }


def faults(folder: Path, outage: float) -> list[dict[str, Any]]:
    def fresh(name: str) -> Path:
        made = folder / name.replace(" ", "_").replace("/", "_")
        made.mkdir()
        return made

    under(lambda number, right: right, fresh("warm"))  # what is imported first is in no figure
    config, state, calm_s = under(lambda number, right: right, fresh("calm"))
    calm = exported(config)
    assert state == "done", state
    assert calm
    rows = [row("none", (config, state, calm_s), calm, calm_s)]
    for name, fault in FAULTS.items():
        rows.append(row(name, under(fault, fresh(name)), calm, calm_s))
        print(name, rows[-1]["seconds"], file=sys.stderr, flush=True)
    found = asyncio.run(under_outage(outage, fresh("outage")))
    return [*rows, row(f"an outage of {outage:g} s", found, calm, calm_s)]


def crashes(folder: Path) -> dict[str, Any]:
    """Kill a run at random moments until all kills are used up, then let it end."""
    chance = random.Random(1)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    target = {"verified": 3 * KILLS}
    killed = paid_twice = 0
    with serve(Oracle(delay=0.1)) as calm_server, serve(Oracle(delay=0.1)) as server:
        for name in ("alone", "killed"):
            (folder / name).mkdir()
        alone = settings(folder / "alone", calm_server.base_url, target=target)
        assert asyncio.run(do(alone)) == "done"
        config = settings(folder / "killed", server.base_url, target=target)
        file = folder / "crash.yaml"
        file.write_text(yaml.safe_dump(config))
        paid: list[tuple[int, set[tuple[int, str]]]] = []
        start = time.perf_counter()
        while True:
            with subprocess.Popen([*COMMAND, str(file)], env=environment, stdout=subprocess.DEVNULL) as process:
                goal = len(server.requests) + chance.randint(0, 8)
                while killed < KILLS and process.poll() is None and len(server.requests) < goal:
                    time.sleep(0.002)
                time.sleep(chance.uniform(0, 0.1))
                if killed == KILLS or process.poll() is not None:
                    process.wait()
                    break
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
            paid.append((len(server.requests), set(query(config, "select draw, purpose from completions"))))
            print(".", end="", file=sys.stderr, flush=True)
        draw_of: dict[int, int] = dict(query(config, "select seed, idx from draws"))
        for (seen, answered), (until, _) in zip(paid, [*paid[1:], (len(server.requests), set())], strict=True):
            asked = {(draw_of.get(body["seed"], -1), _stage(body)) for body in server.requests[seen:until]}
            paid_twice += len(asked & answered)
    return {
        "kills": killed,
        "identical": "yes" if exported(config) and exported(config) == exported(alone) else "no",
        "paid_twice": paid_twice,
        "seconds": round(time.perf_counter() - start, 1),
    }


def _stage(body: Body) -> str:
    purpose = purpose_of(body)
    return "generate" if purpose == "call_first" else purpose


def show(rows: list[dict[str, Any]]) -> None:
    widths = {key: max(len(key), *(len(str(row[key])) for row in rows)) for key in rows[0]}
    for line in ({key: key for key in widths}, *rows):
        cells = (str(line[key]) for key in widths)
        print(
            "  ".join(
                cell.ljust(w) if n < 2 else cell.rjust(w)
                for n, (cell, w) in enumerate(zip(cells, widths.values(), strict=True))
            )
        )


def main() -> None:
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    outage = float(sys.argv[sys.argv.index("--outage") + 1]) if "--outage" in sys.argv else 30.0
    with tempfile.TemporaryDirectory(prefix="apigen-bench-") as made:
        library = Path(made, "library")
        library.mkdir()
        for name in ("geometry.py", "units.py"):
            shutil.copy(ROOT / "api_library" / name, library)
        matrix, crashed = faults(Path(made), outage), crashes(Path(made))
    print(file=sys.stderr)
    if "--json" in sys.argv:
        print(json.dumps({"faults": matrix, "crashes": crashed}))
        return
    show(matrix)
    print()
    show([crashed])


if __name__ == "__main__":
    main()
