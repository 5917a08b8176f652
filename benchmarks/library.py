"""Large libraries: `python benchmarks/library.py [--json] [--sizes 1000 10000] [--draws 20000]`.

Two synthetic libraries of each size ("small" and "big"): the operations of an OpenAPI 3.1 document (path, query and body
parameters, references, enums, allOf, examples) and a folder of documented Python functions. For each:

- load_s, load_mb: until the library is open, in a process of its own, and the most memory of this process and all below it (each
  page counted once for those who share it). load_of_small is the ratio of the big library's time to the small one's. Wanted: near
  10, and load_s of 1,000 operations under 5. load_again_s is a later start, of a library that has not changed since.
- sampler_s: processor time until a sampler is ready to draw.
- draws, similar, balanced: draws a second of processor time, as the config's defaults have it, with `similar: 1.0` and with
  `balance: categories`, once the same draws were made before. of_small is the ratio of big to small, taken in turns. Wanted: near
  1. first_of_small is the same for draws that were not made before: each API's nearest are then worked out, once for all.
"""

import argparse
import asyncio
import json
import os
import pickle
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apigen.config import SandboxConfig, Source
from apigen.records import Api
from apigen.sampler import Sampler
from apigen.sampler_config import SamplerConfig
from apigen.sources import build_sources, open_library
from apigen.sources.context import SourceContext

SIZES = (1_000, 10_000)
DRAWS, TURNS = 20_000, 5
AGAIN = 3
SAMPLED_SECONDS = 0.05
OPERATIONS_OF_NOUN = 5
METHODS = ("GET", "POST", "PATCH", "DELETE")
FILES_OF_SIZE = ((1_000, 40), (10_000, 100))
CONFIGS = {
    "draws": SamplerConfig(),
    "similar": SamplerConfig(similar=1.0),
    "balanced": SamplerConfig(balance="categories"),
}
VERBS = ("estimate", "find", "compare", "schedule", "convert", "rank", "forecast", "validate", "summarise", "price")
NOUNS, AREAS, WORDS = (
    words.split()
    for words in (
        "invoice booking shipment ticket recipe patient contract vehicle sensor playlist course grant tariff parcel auction "
        "refund voucher warehouse meeting reservation subscription antenna turbine orchard vaccine mortgage pension festival "
        "podcast marathon glacier harbour locomotive telescope manuscript sculpture passport referendum satellite greenhouse",
        "billing travel logistics support cooking health legal fleet climate music education research energy postal markets "
        "retail loyalty storage office hotels media telecom power farming pharmacy housing retirement events broadcast sports "
        "polar ports railways astronomy archives museums borders elections orbit gardening aviation mining forestry fisheries "
        "insurance payroll charity security weather textiles",
        "regional seasonal provisional wholesale discounted urgent recurring audited certified archived preliminary metered "
        "insured refundable bilateral nightly insulated digital municipal overseas",
    )
)


# --- the libraries ---


def write_openapi(folder: Path, size: int) -> Path:
    """Write a document of so many operations, five to a resource."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = dict(SHARED_SCHEMAS)
    for number in range(size // OPERATIONS_OF_NOUN):
        area, noun = _area(number // len(NOUNS)), NOUNS[number % len(NOUNS)]
        word, name = WORDS[number % len(WORDS)], f"{area}_{noun}".title().replace("_", "")
        schemas |= _resource_schemas(name, noun, word, number)
        paths |= _resource_paths(area, noun, word, name, number)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Everything", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": SHARED_PARAMETERS},
    }
    file = folder / f"openapi_{size}.json"
    file.write_text(json.dumps(document))
    return file


SHARED_SCHEMAS: dict[str, Any] = {
    "Currency": {"type": "string", "enum": ["EUR", "USD", "GBP", "JPY", "CHF"], "description": "An ISO 4217 code."},
    "Money": {
        "type": "object",
        "properties": {
            "amount": {"type": "number", "minimum": 0, "description": "The amount."},
            "currency": {"$ref": "#/components/schemas/Currency"},
        },
        "required": ["amount", "currency"],
    },
    "Address": {
        "type": "object",
        "properties": {
            "street": {"type": "string", "maxLength": 100},
            "city": {"type": "string", "maxLength": 60, "description": "The town or city."},
            "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "An ISO 3166 code."},
        },
        "required": ["city", "country"],
    },
    "Dated": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "due": {"type": "string", "format": "date", "description": "The day it is due."},
        },
    },
}
SHARED_PARAMETERS: dict[str, Any] = {
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "How many to return at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    },
    "language": {
        "name": "language",
        "in": "query",
        "description": "The language of texts.",
        "schema": {"type": "string", "enum": ["en", "de", "fr", "es"], "default": "en"},
    },
}


def _resource_schemas(name: str, noun: str, word: str, number: int) -> dict[str, Any]:
    status = {"type": "string", "enum": ["draft", "open", "closed", word], "description": f"How far the {noun} is."}
    own = {
        "title": {"type": "string", "maxLength": 80, "description": f"What the {noun} is called."},
        "status": {"$ref": f"#/components/schemas/{name}Status"},
        "price": {"$ref": "#/components/schemas/Money"},
        "origin": {"$ref": "#/components/schemas/Address"},
        f"{word}_count": {"type": "integer", "minimum": 0, "maximum": 10 + number % 90},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
    }
    inherited = [
        {"$ref": "#/components/schemas/Dated"},
        {"type": "object", "properties": own, "required": ["title", "price"]},
    ]
    return {f"{name}Status": status, name: {"description": f"A {word} {noun}.", "allOf": inherited}}


def _resource_paths(area: str, noun: str, word: str, name: str, number: int) -> dict[str, Any]:
    shared = [{"$ref": f"#/components/parameters/{key}"} for key in SHARED_PARAMETERS]
    status = _parameter("status", "query", {"$ref": f"#/components/schemas/{name}Status"})
    days = [f"2026-0{month}-1{number % 10}" for month in (3, 7)]
    since = _parameter("since", "query", {"type": "string", "format": "date"}, *days)
    ids = [f"{noun[:3]}-{number + turn}" for turn in (1, 2)]
    identity = _parameter(f"{noun}_id", "path", {"type": "string", "maxLength": 20}, *ids)
    written = [
        {"title": f"{word} {noun}", "price": {"amount": amount, "currency": "EUR"}, "status": "open"}
        for amount in (number + 0.5, number + 20)
    ]
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}, **_examples(written)}}
    body = {"required": True, "content": content}

    def operation(verb: str, text: str, parameters: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
        what = {"operationId": f"{verb}{name}", "tags": [area], "summary": text, "parameters": list(parameters)}
        return {**what, "responses": {"200": {"description": f"The {word} {noun}."}}, **more}

    where = f"in {area}"
    return {
        f"/{area}/{noun}s": {
            "get": operation("list", f"List each {word} {noun} {where} since a day", [since, status, *shared]),
            "post": operation("create", f"Create a {word} {noun} {where}", requestBody=body),
        },
        f"/{area}/{noun}s/{{{noun}_id}}": {
            "parameters": [identity],
            "get": operation("get", f"Return one {word} {noun} {where} with its price", shared[1:]),
            "patch": operation("change", f"Change the price or status of a {word} {noun} {where}", requestBody=body),
            "delete": operation("cancel", f"Cancel a {word} {noun} {where} and refund what was paid"),
        },
    }


def _parameter(name: str, place: str, schema: dict[str, Any], *values: str) -> dict[str, Any]:
    """Return a parameter; it is required where values are given as examples."""
    return {"name": name, "in": place, "required": bool(values), "schema": schema, **_examples(values)}


def _examples(values: Sequence[Any]) -> dict[str, Any]:
    return {"examples": {f"case_{number}": {"value": value} for number, value in enumerate(values)}} if values else {}


def write_python(folder: Path, size: int) -> Path:
    """Write a folder of so many functions, in as many files as a library of that size would have."""
    count = next((files for most, files in FILES_OF_SIZE if size <= most), FILES_OF_SIZE[-1][1])
    library = folder / f"python_{size}"
    library.mkdir()
    for file in range(count):
        numbers = range(file * size // count, (file + 1) * size // count)
        functions = [_function(_area(file), number) for number in numbers]
        head = f'"""About {_area(file)}."""\n\nfrom typing import Literal\n\nUnit = Literal["metre", "foot", "mile"]\n'
        (library / f"{_area(file)}.py").write_text("\n\n".join([head, *functions]))
    return library


def _function(area: str, number: int) -> str:
    verb, noun, word = VERBS[number % len(VERBS)], NOUNS[number * 7 % len(NOUNS)], WORDS[number * 3 % len(WORDS)]
    return f'''
def {verb}_{word}_{noun}_{number}(amount: float, {noun}_kind: str, unit: Unit = "metre", tags: list[str] | None = None) -> float:
    """{verb.title()} a {word} {noun} in {area} by its amount and kind.

    Args:
        amount: The amount, from 0 to {1000 + number}.
        {noun}_kind: Which kind of {noun}.
        unit: The unit of the amount.
        tags: What the {noun} is marked with.

    Returns:
        The {word} figure, rounded to 2 digits.

    >>> {verb}_{word}_{noun}_{number}(2.5, "small")
    {round(2.5 * (number + 1), 2)}
    >>> {verb}_{word}_{noun}_{number}(4, "large", unit="foot", tags=["new"])
    {float(4 * (number + 1))}
    """
    return round(amount * {number + 1}, 2)
'''


def _area(number: int) -> str:
    turn, place = divmod(number, len(AREAS))
    return AREAS[place] + (f"_{WORDS[turn - 1]}" if turn else "")


# --- loading ---


async def load(kind: str, path: Path) -> tuple[Api, ...]:
    """Open a library as a run does."""
    options = {"path": path} if kind == "python" else {"spec": str(path), "methods": METHODS}
    entry = Source(name=kind, options=options)
    library = await open_library(build_sources([entry], SourceContext.now(SandboxConfig())))
    await library.close()
    assert not library.left_out, library.left_out[0]
    return library.apis


def load_here(kind: str, path: Path) -> None:
    """Be the process that loads: say the seconds, wait until the memory is read, and hand the APIs over."""
    start = time.perf_counter()
    apis = asyncio.run(load(kind, path))
    print(time.perf_counter() - start, flush=True)
    sys.stdin.read()
    pickle.dump(apis, sys.stdout.buffer)


def load_apart(kind: str, path: Path) -> tuple[float, float, tuple[Api, ...]]:
    """Load a library in a process of its own; return its seconds, the most memory in MB, and the APIs."""
    program = [sys.executable, __file__, "--load", kind, str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        most = 0.0
        while not select.select([process.stdout], [], [], SAMPLED_SECONDS)[0]:
            most = max(most, megabytes(process.pid))
        seconds = float(process.stdout.readline())
        most = max(most, megabytes(process.pid))
        return seconds, most, pickle.loads(process.communicate()[0])


def megabytes(pid: int) -> float:
    """Return the memory of a process and all below it: each page counted once for those who share it."""
    total, left = 0.0, [pid]
    while left:
        one = left.pop()
        try:
            total += int(Path(f"/proc/{one}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) / 1024
            left += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except (OSError, IndexError):
            continue
    return total


# --- drawing ---


def sampler(config: SamplerConfig, apis: Sequence[Api]) -> tuple[float, Sampler]:
    """Return a sampler, and the processor seconds that it took to make."""
    start = time.process_time()
    made = Sampler(config, apis, 1)
    return time.process_time() - start, made


def rate(made: Sampler, first: int, count: int) -> float:
    """Return the draws a second, in processor time."""
    start = time.process_time()
    for index in range(first, first + count):
        made.draw(index)
    return count / (time.process_time() - start)


def _rates(samplers: Sequence[Sampler], draws: int) -> list[list[float]]:
    """Return each sampler's rate in each turn, so that a busy moment of the machine meets all of them."""
    share = draws // TURNS
    return [[rate(made, turn * share, share) for made in samplers] for turn in range(TURNS)]


def measure(folder: Path, sizes: Sequence[int], draws: int) -> dict[str, float]:
    os.environ["APIGEN_CACHE"] = str(folder / "cache")
    figures: dict[str, float] = {}
    names = ("small", "big")
    for kind, write in (("openapi", write_openapi), ("python", write_python)):
        libraries = {}
        for name, size in zip(names, sizes, strict=True):
            path = write(folder, size)
            seconds, mb, libraries[name] = load_apart(kind, path)
            assert len(libraries[name]) == size
            figures |= {f"{kind}_load_s_{name}": round(seconds, 2), f"{kind}_load_mb_{name}": round(mb)}
            figures[f"{kind}_load_again_s_{name}"] = round(min(load_apart(kind, path)[0] for _ in range(AGAIN)), 2)
        small, big = (figures[f"{kind}_load_s_{name}"] for name in names)
        figures[f"{kind}_load_of_small"] = round(big / small, 1)
        for title, config in CONFIGS.items():
            made = {name: sampler(config, libraries[name]) for name in names}
            if title == "draws":
                figures |= {f"{kind}_sampler_s_{name}": round(made[name][0], 2) for name in names}
            first, again = (_rates([made[name][1] for name in names], draws) for _ in range(2))
            for name, found in zip(names, zip(*again, strict=True), strict=True):
                figures[f"{kind}_{title}_{name}"] = round(statistics.harmonic_mean(found))
            figures[f"{kind}_{title}_of_small"] = round(statistics.median(b / s for s, b in again), 2)
            figures[f"{kind}_{title}_first_of_small"] = round(statistics.median(b / s for s, b in first), 2)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar=("SMALL", "BIG"))
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.load:
        load_here(chosen.load[0], Path(chosen.load[1]))
        return
    with tempfile.TemporaryDirectory(prefix="apigen-bench-") as folder:
        figures = measure(Path(folder), chosen.sizes, chosen.draws)
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>32}  {value:,}")


if __name__ == "__main__":
    main()
