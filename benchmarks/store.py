"""The store at scale: `python benchmarks/store.py [--json] [--rows N] [--folder FOLDER]`.

Makes a store of 1,000 candidates and one of a million (or N), each candidate a draw of its own with two replies, seven in ten of them
verified; then measures, with "big" for the second store and "small" for the first:

- status_s: `apigen status` as a whole command on the big store. Wanted: under 0.5.
- export_rows_s: verified rows a second of `apigen export` to xlam, as a whole command on the big store. Wanted: at least 50,000.
  export_in_process_rows_s is the same without the start of the command, export_openai_rows_s in the other format. of_bare_loop is
  the share of the speed of a loop that reads the same rows with sqlite3 and writes their texts as they are.
- resume_s: until a run of so many draws knows where to go on, with the store opened anew. Wanted: under 5.
- show_s: `apigen show --rejected` as a whole command on the big store.
- status_mb, export_mb, resume_mb: the most memory that the commands (and a process that resumes) hold, on the big store; each
  with of_small, the ratio to the small store. Wanted: near 1.
- save_ms: processor time to save a draw and its two replies, 20 draws a transaction, in the big store. Wanted: under 0.5.
  save_of_small is the ratio to the small store, taken in turns. Wanted: near 1.
- settle_ms: processor time to decide a draw by `duplicates`, 20 draws a transaction, in the big store, whose samples have their keys
  there. settle_of_small is the ratio to the small store, taken in turns. Wanted: near 1.
- resume_open_s: as resume_s, with `duplicates`, where a draw 1,000 before the last was left open: those after it wait again.
"""

import argparse
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from apigen.checkers.duplicates import DuplicatesChecker
from apigen.config import RunConfig
from apigen.exporters import export
from apigen.options import parse_options
from apigen.records import STYLES, Api, Call, CallResult, Candidate, Completion, Draw, Message, Request
from apigen.store.packing import dumps, pack_calls, pack_manner, pack_results, pack_verdicts
from apigen.store.reader import LAST_DRAW, StoreReader
from apigen.store.selects import CANDIDATES
from apigen.store.statements import SAVE_CANDIDATE, SAVE_COMPLETION, SAVE_DRAW
from apigen.store.writer import RunWriter

SMALL, MANY = 1_000, 1_000_000
CHUNK = 10_000
LEFT_OPEN = 1_000
ORDERED = (DuplicatesChecker(),)
KEYS = len(ORDERED[0].keys("one or two words of a request, as long as any"))
STAGES = ("format", "execution", "grounding", "agreement")
REASONS = (
    "format:unknown_argument",
    "execution:exception",
    "grounding:value_not_in_query",
    "agreement:different_calls",
)
MEASURED = """
import resource, subprocess, sys, time
began = time.perf_counter()
printed = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE, text=True).stdout
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, printed)
"""
"""In between, since a child's most memory is never less than that of the process it was forked from."""
APIGEN = str(Path(sys.executable).with_name("apigen"))
RESUME = """
import sys, time
from pathlib import Path
import benchmarks.store as bench
start = time.perf_counter()
writer = bench.start(Path(sys.argv[1]), bench.ORDERED)
point = writer.resume_point(10**9)
print(time.perf_counter() - start, point.next)
"""


def make_api(number: int) -> Api:
    """Return an API of four arguments, as long as those of the bundled library."""
    properties = {
        "amount": {"type": "number", "description": "The amount to convert, in the first unit."},
        "source_unit": {"type": "string", "enum": ["metre", "foot", "mile"], "description": "The unit it is in."},
        "target_unit": {"type": "string", "enum": ["metre", "foot", "mile"], "description": "The unit to convert to."},
        "digits": {"type": "integer", "default": 2, "description": "How many digits to round the result to."},
    }
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties)[:3],
        "additionalProperties": False,
    }
    return Api(
        f"convert_amount_{number}", f"Convert amounts of kind {number} between units.", schema, "units", "python:x.py"
    )


APIS = tuple(make_api(number) for number in range(80))


def make_candidate(index: int) -> Candidate:
    """Return the only candidate of a draw; three in ten are rejected."""
    dice = random.Random(index)
    apis = tuple(dice.sample(APIS, 1 + index % 3))
    calls, results = [], []
    for _ in range(1 + index // 3 % 2):
        amount = dice.randrange(1, 10**6) / 100
        calls.append(Call(apis[0].name, {"amount": amount, "source_unit": "foot", "target_unit": "metre", "digits": 2}))
        results.append(CallResult(round(amount * 0.3048, 2), None, dice.random() / 100))
    draw = Draw(index, dice.getrandbits(48), STYLES[index % 4], "call_first", apis, distractors=(APIS[index % 80],))
    query = " And ".join(f"how many metres are {call.arguments['amount']} feet, please?" for call in calls)
    raw = json.dumps({"query": query, "calls": [call.to_json() for call in calls]})
    candidate = Candidate(draw, 0, raw, query, tuple(calls), results=tuple(results))
    last = dice.randrange(4) if dice.random() < 0.3 else 4
    for stage in STAGES[:last]:
        candidate = candidate.passed(stage)
    return candidate if last == 4 else candidate.rejected(STAGES[last], REASONS[last].split(":")[1], "as it had to be")


def start(store: Path, ordered: Sequence[DuplicatesChecker] | None = None) -> RunWriter:
    """Begin, or continue, the one run of a synthetic store; `ordered` are the checkers that decide in draw order."""
    settings = {
        "store": str(store),
        "library": [{"source": "python", "path": "api_library"}],
        "llms": {"writer": {"backend": "openai", "model": "m"}},
        "target": {"draws": 10**7},
        "checkers": STAGES,
    }
    config, now = parse_options(RunConfig, settings), datetime.now(UTC)
    return RunWriter.start(
        config, APIS, library_hash="x", sandbox_tier="process", stages=STAGES, clock=now, ordered=ordered
    )


def make_store(store: Path, rows: int) -> None:
    """Write so many draws in bulk, with the writer's own statements, and their sums at the end."""
    start(store).close()
    random_keys = random.Random(1)
    made = [make_candidate(index) for index in range(min(rows, 3_000))]
    packed = [list(_packed(candidate)) for candidate in made]
    db = sqlite3.connect(store, isolation_level=None)
    db.execute("pragma synchronous = off")
    for first in range(0, rows, CHUNK):
        numbers = range(first, min(rows, first + CHUNK))
        db.execute("begin")
        db.executemany(SAVE_DRAW, ((1, n, *packed[n % len(made)][0], n / 10) for n in numbers))
        db.executemany(SAVE_CANDIDATE, ((1, n, *packed[n % len(made)][1]) for n in numbers))
        db.executemany(
            SAVE_COMPLETION,
            (
                (1, n, f"{random_keys.getrandbits(256):064x}", purpose, "m", text, 0, 800, 120, 640, 1.5, 0.0004)
                for n in numbers
                for purpose, text in (("generate", packed[n % len(made)][1][1]), ("agreement", '{"calls": []}'))
            ),
        )
        db.execute("commit")
    db.execute("begin")
    db.execute(
        "insert into tallies select 1, style, strategy, coalesce(reason, ''), count(*), 0 from candidates "
        "join draws on idx = draw group by 2, 3, 4"
    )
    db.execute(
        "insert into costs select 1, style, purpose, model, count(*), sum(prompt_tokens), sum(completion_tokens), "
        "sum(cached_tokens), sum(dollars), sum(completions.seconds) from completions join draws on idx = draw group by 2, 3, 4"
    )
    # As many keys as `duplicates` keeps of a sample, and as scattered.
    db.execute(
        "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?) "
        "insert into kept_keys select random(), 1, draw, 0 from candidates, numbers where reason is null order by 1",
        [KEYS],
    )
    db.execute("update runs set settled = ?", [rows])
    db.execute("commit")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


def _packed(candidate: Candidate) -> Iterator[tuple[object, ...]]:
    draw, no = candidate.draw, candidate.rejection
    names = [dumps([api.name for api in apis]) for apis in (draw.apis, draw.distractors, draw.hidden)]
    yield draw.seed, draw.style, draw.strategy, *names, draw.withheld, pack_manner(draw.manner), int(no is None)
    rejection = (no.stage, no.reason, no.detail) if no else (None, None, None)
    results, verdicts = pack_results(candidate.results), pack_verdicts(candidate.verdicts)
    said = candidate.answer, pack_calls(candidate.meant), candidate.final
    state = "rejected" if no else "verified"
    yield 0, candidate.raw, candidate.query, pack_calls(candidate.calls), state, *rejection, results, verdicts, *said


def command(*arguments: object) -> tuple[float, float, str]:
    """Run a command; return its seconds, the most memory it held in MB, and what it printed."""
    program = [sys.executable, "-S", "-E", "-c", MEASURED, *map(str, arguments)]
    seconds, mb, printed = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True).stdout.split(" ", 2)
    return float(seconds), float(mb), printed


def best(*arguments: object, times: int = 3) -> tuple[float, float, str]:
    return min(command(*arguments) for _ in range(times))


def bare_loop(store: Path, file: Path) -> float:
    """Return the seconds it takes to read the verified rows and to write their texts."""
    began = time.perf_counter()
    with sqlite3.connect(store) as db, file.open("w", encoding="utf-8") as lines:
        for row in db.execute(CANDIDATES, (1, None, LAST_DRAW)):
            lines.write(f"{row[3]}{row[4]}{row[12]}\n")
    return time.perf_counter() - began


def in_process(store: Path, format_name: str, file: Path) -> float:
    began = time.perf_counter()
    export(StoreReader(store).samples(), format_name, file, {})
    return time.perf_counter() - began


def save_draws(writer: RunWriter, first: int, count: int) -> float:
    """Save so many more draws with their replies; return the processor milliseconds of one."""
    candidates = [make_candidate(first + number) for number in range(count)]
    schema = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    message = (Message("system", "x" * 1500), Message("user", "y" * 1000))
    began = time.process_time()
    for part in range(0, count, 20):
        with writer.transaction():
            for candidate in candidates[part : part + 20]:
                for purpose in ("generate", "agreement"):
                    request = Request(purpose, candidate.draw.index, message, schema)
                    writer.save_completion(request, Completion(candidate.raw, "m", 800, 120, 640, 1.5, dollars=0.0004))
                writer.save_draw(candidate.draw, [candidate], 1.0)
    return (time.process_time() - began) / count * 1000


def settle_draws(writer: RunWriter, first: int, count: int) -> float:
    """Save so many more draws, and decide them; return the processor milliseconds to decide one."""
    made = [make_candidate(first + number) for number in range(count)]
    seconds = 0.0
    for part in range(0, count, 20):
        with writer.transaction():
            for candidate in made[part : part + 20]:
                writer.save_draw(candidate.draw, [candidate], 1.0)
        began = time.process_time()
        with writer.transaction():
            writer.settle([candidate.draw.index for candidate in made[part : part + 20]])
        seconds += time.process_time() - began
    return seconds / count * 1000


def leave_open(store: Path) -> None:
    """Make a store that of a run which left a draw open, LEFT_OPEN before its last."""
    with closing(sqlite3.connect(store)) as db, db:
        (last,) = db.execute("select max(idx) from draws").fetchone()
        db.execute("update runs set settled = ?", [last - LEFT_OPEN])
        db.execute("delete from candidates where draw = ?", [last - LEFT_OPEN])
        db.execute("delete from draws where idx = ?", [last - LEFT_OPEN])


def measure(folder: Path, rows: int) -> dict[str, float]:
    small, big, out = folder / "small.db", folder / "big.db", folder / "out.jsonl"
    began = time.perf_counter()
    make_store(small, SMALL)
    make_store(big, rows)
    figures = {"make_s": round(time.perf_counter() - began, 1), "big_mb": round(big.stat().st_size / 2**20)}
    verified = StoreReader(big).funnel()[""].verified

    def both(name: str, *arguments: object) -> tuple[float, str]:
        seconds, mb, printed = best(*(big if part == "DB" else part for part in arguments))
        _, small_mb, _ = best(*(small if part == "DB" else part for part in arguments))
        figures[f"{name}_mb"] = round(mb, 1)
        figures[f"{name}_mb_of_small"] = round(mb / small_mb, 2)
        return seconds, printed

    figures["status_s"] = round(both("status", APIGEN, "status", "DB")[0], 3)
    seconds, printed = both("export", APIGEN, "export", "DB", "--format", "xlam", "-o", out)
    assert f"{verified} samples" in printed
    figures["export_rows_s"] = round(verified / seconds)
    figures["export_in_process_rows_s"] = round(verified / min(in_process(big, "xlam", out) for _ in range(2)))
    figures["export_openai_rows_s"] = round(verified / in_process(big, "openai", out))
    figures["of_bare_loop"] = round(bare_loop(big, out) / verified * figures["export_in_process_rows_s"], 2)
    figures["show_s"] = round(command(APIGEN, "show", big, "--rejected")[0], 3)
    printed = both("resume", sys.executable, "-c", RESUME, "DB")[1]
    assert printed.split()[1] == str(rows)
    figures["resume_s"] = round(float(printed.split()[0]), 2)
    writers: Sequence[tuple[RunWriter, int]] = [(start(big), rows), (start(small), SMALL)]
    taken = [[save_draws(writer, first + 400 * turn, 400) for writer, first in writers] for turn in range(5)]
    figures["save_ms"] = round(statistics.median(each for each, _ in taken), 3)
    figures["save_of_small"] = round(statistics.median(each / other for each, other in taken), 2)
    for writer, _ in writers:
        writer.close()
    deciding = [(start(big, ORDERED), rows + 2_000), (start(small, ORDERED), SMALL + 2_000)]
    taken = [[settle_draws(writer, first + 400 * turn, 400) for writer, first in deciding] for turn in range(5)]
    figures["settle_ms"] = round(statistics.median(each for each, _ in taken), 3)
    figures["settle_of_small"] = round(statistics.median(each / other for each, other in taken), 2)
    for writer, _ in deciding:
        writer.close()
    leave_open(big)
    figures["resume_open_s"] = round(float(command(sys.executable, "-c", RESUME, big)[2].split()[0]), 2)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=MANY)
    parser.add_argument("--folder", type=Path, help="where the stores go, for a while")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        figures = measure(Path(folder), chosen.rows)
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>24}  {value:,}")


if __name__ == "__main__":
    main()
