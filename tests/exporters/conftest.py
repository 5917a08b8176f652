"""Stores of real runs over the bundled library, whose schemas have enums, nested objects, arrays and defaults."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig
from apigen.options import parse_options
from apigen.pipeline import run
from apigen.records import STYLES
from tests.servers import Behaviour, Body, Oracle, purpose_of, serve

LIBRARY = Path(__file__).parent.parent.parent / "api_library"


def make_store(store: Path, behave: Behaviour, **sampler: Any) -> Path:
    with serve(behave) as server:
        settings = {
            "store": str(store),
            "target": {"draws": 90},
            "library": [{"source": "python", "path": str(LIBRARY)}],
            "llms": {"writer": {"backend": "openai", "model": "m", "base_url": server.base_url}},
            "checkers": ["format", "execution"],
            "sampler": {"styles": dict.fromkeys(STYLES, 1), **sampler},
            "seed": 11,
            "concurrency": 8,
        }
        asyncio.run(run(parse_options(RunConfig, settings)))
    return store


@pytest.fixture(scope="session")
def verified_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of every style, made call_first, with their results."""
    return make_store(tmp_path_factory.mktemp("exported") / "run.db", Oracle())


@pytest.fixture(scope="session")
def mixed_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of every style, made call_first and query_first; beside the latter are calls that fit no schema."""
    strategies = {"call_first": 1, "query_first": 1}
    return make_store(tmp_path_factory.mktemp("mixed") / "run.db", Oracle(twist=write_pairs), strategies=strategies)


def write_pairs(body: Body) -> str | None:
    """Answer a query_first prompt from the calls it shows: one of them, all of them, and one that is spoiled."""
    if purpose_of(body) != "query_first":
        return None
    shown = body["messages"][-1]["content"].partition("Calls that are known to work:\n")[2].partition("\n\n")[0]
    known = [json.loads(line) for line in shown.splitlines()]
    spoiled = {**known[0], "arguments": {**known[0]["arguments"], "no such": 1}}
    pairs = [{"query": json.dumps(calls), "calls": calls} for calls in (known[:1], known, [spoiled], known[1:2])]
    return json.dumps({"pairs": pairs})
