"""Exports at scale: `python benchmarks/exports.py [--json] [--rows N] [--folder FOLDER]`.

Makes a store of 100,000 verified samples (or N), and a small one of 1,000; every second sample of both has a wrong answer beside it.
For each format, and for trl also shuffled and as Parquet (where pyarrow is installed):

- samples_s: samples a second of `apigen export` as a whole command, those left out too. Wanted: 10,000 or more.
- mb: the most memory that the command holds; mb_of_small is the ratio to the small store. Wanted: near 1.
- rows, left_out: of the samples of the big store.
- rendered_by: the model's own chat template, out of the package of TRL where that is installed, or what else reads it.
- parsed_back: of the first 500 rows, those whose calls came back equal from what was rendered.
"""

import argparse
import importlib.util
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.sandbox import ImmutableSandboxedEnvironment

from apigen.exporters import EXPORTERS
from apigen.records import Call, Sample
from apigen.store.reader import StoreReader
from benchmarks.store import APIGEN, best, make_store

SMALL, MANY, PARSED = 1_000, 100_000, 500
WRONG_BESIDE = """
insert into candidates (run_id, draw, position, raw, query, calls, status, stage, reason, detail, results, verdicts, answer, meant)
select run_id, draw, 1, raw, query, replace(calls, '"digits":2', '"digits":"two"'), 'rejected', 'format', 'format:wrong_type', '',
       '[]', '[["format", false, "format:wrong_type", "as it had to be"]]', '', '[]'
from candidates where reason is null and draw % 2 = 0
"""
MORE: dict[str, tuple[str, Sequence[str]]] = {"trl shuffled": ("trl", ("--shuffle", "1")), "trl parquet": ("trl", ())}
Row = Mapping[str, Any]


def make(store: Path, rows: int) -> None:
    """Write a store of about so many verified samples."""
    make_store(store, rows * 10 // 7)
    with sqlite3.connect(store) as db:
        db.execute(WRONG_BESIDE)


def template(name: str) -> Callable[..., str] | None:
    """Return what renders messages with a model's template as `transformers` does, or None where TRL is not installed."""
    spec = importlib.util.find_spec("trl")
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0], "chat_templates", f"{name}.jinja")
    environment: Environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    return environment.from_string(file.read_text("utf-8")).render


def tagged(text: str) -> list[Call]:
    return [Call(**json.loads(found)) for found in re.findall(r"<tool_call>\n(.*?)\n</tool_call>", text, re.DOTALL)]


def of_openai(messages: Sequence[Row]) -> list[Call]:
    made = [call["function"] for call in messages[-1].get("tool_calls", ())]
    return [Call(call["name"], json.loads(call["arguments"])) for call in made]


def of_factory(turn: Row) -> list[Call]:
    made = json.loads(turn["value"]) if turn["from"] == "function_call" else []
    return [Call(**call) for call in (made if isinstance(made, list) else [made])]


def by_qwen(messages: Sequence[Row], tools: str | None = None) -> list[Call]:
    render = template("qwen2_5")
    assert render is not None
    text = render(messages=messages, tools=json.loads(tools) if tools else None)
    return tagged(text.rpartition("<|im_start|>assistant\n")[2])


def by_llama(messages: Sequence[Row]) -> list[Call]:
    render = template("llama3_1")
    assert render is not None
    text = render(messages=messages, bos_token="").rpartition("<|end_header_id|>\n\n")[2].removesuffix("<|eot_id|>")
    made = json.loads(text)
    return [Call(made["name"], made["parameters"])]


ROLES = {"system": "system", "human": "user", "gpt": "assistant"}
READERS: dict[str, tuple[str, bool, Callable[[Any], list[Call]]]] = {
    "xlam": ("JSON", False, lambda row: [Call(**call) for call in json.loads(row["answers"])]),
    "openai": ("JSON", False, lambda row: of_openai(row["messages"])),
    "trl": ("Qwen2.5's template", True, lambda row: by_qwen(row["messages"], row["tools"])),
    "hermes": (
        "Qwen2.5's template",
        True,
        lambda row: by_qwen([{"role": ROLES[turn["from"]], "content": turn["value"]} for turn in row["conversations"]]),
    ),
    "sharegpt": ("JSON", False, lambda row: of_factory(row["conversations"][-1])),
    "llama31": ("Llama 3.1's template", True, lambda row: by_llama(row["messages"])),
    "dpo_trl": ("Qwen2.5's template", True, lambda row: by_qwen([*row["prompt"], *row["chosen"]], row["tools"])),
    "dpo_openai": ("JSON", False, lambda row: of_openai(row["preferred_output"])),
    "dpo_sharegpt": ("JSON", False, lambda row: of_factory(row["chosen"])),
}
"""For each format who renders a row, whether that needs TRL's package, and how the verified calls come back."""


def expected(store: Path, name: str) -> Iterator[Sample]:
    """Yield the samples that the rows of a format are made of."""
    for sample in StoreReader(store).samples():
        if EXPORTERS[name].pairs and sample.candidate.draw.index % 2:
            continue
        if name != "llama31" or len(sample.calls) == 1:
            yield sample


def parsed_back(store: Path, name: str, file: Path) -> str:
    """Return how many of the first rows hold the calls of their samples, as in `500 of 500`."""
    _, needs_trl, read = READERS[name]
    if needs_trl and template("qwen2_5") is None:
        return "not here"
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, PARSED)]
    right = sum(read(row) == list(sample.calls) for row, sample in zip(rows, expected(store, name), strict=False))
    return f"{right} of {len(rows)}"


def measure(folder: Path, rows: int) -> dict[str, dict[str, Any]]:
    small, big = folder / "small.db", folder / "big.db"
    make(small, SMALL)
    make(big, rows)
    found: dict[str, dict[str, Any]] = {}
    for title, (name, options) in {**{name: (name, ()) for name in EXPORTERS}, **MORE}.items():
        if title.endswith("parquet") and importlib.util.find_spec("pyarrow") is None:
            continue
        file = folder / ("out.parquet" if title.endswith("parquet") else "out.jsonl")
        export = ("--format", name, "-o", file, *options)
        _, small_mb, _ = best(APIGEN, "export", small, *export, times=1)
        seconds, mb, printed = best(APIGEN, "export", big, *export, times=2)
        written = sum(map(int, re.findall(r"exported (\d+)", printed)))
        left_out = sum(map(int, re.findall(r"left out (\d+)", printed)))
        found[title] = {
            "samples_s": round((written + left_out) / seconds),
            "mb": round(mb, 1),
            "mb_of_small": round(mb / small_mb, 2),
            "rows": written,
            "left_out": left_out,
            "file_mb": round(file.stat().st_size / 2**20),
            "rendered_by": READERS[name][0] if title in READERS else "",
            "parsed_back": parsed_back(big, name, file) if title in READERS else "",
        }
    return found


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
    columns = list(next(iter(figures.values())))
    print(f"{'':>14}", *(f"{name:>12}" for name in columns[:6]), "", "  ".join(columns[6:]))
    for title, row in figures.items():
        print(
            f"{title:>14}",
            *(f"{row[name]:>12,}" for name in columns[:6]),
            "",
            row["rendered_by"],
            row["parsed_back"],
            sep=" ",
        )


if __name__ == "__main__":
    main()
