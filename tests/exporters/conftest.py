"""A store of a real run over the bundled library, whose schemas have enums, nested objects, arrays and defaults."""

import asyncio
from pathlib import Path

import pytest

from apigen.config import RunConfig
from apigen.options import parse_options
from apigen.pipeline import run
from apigen.records import STYLES
from tests.servers import Oracle, serve

LIBRARY = Path(__file__).parent.parent.parent / "api_library"


@pytest.fixture(scope="session")
def verified_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of every style, made call_first, with their results."""
    store = tmp_path_factory.mktemp("exported") / "run.db"
    with serve(Oracle()) as server:
        settings = {
            "store": str(store),
            "target": {"draws": 90},
            "library": [{"source": "python", "path": str(LIBRARY)}],
            "llms": {"writer": {"backend": "openai", "model": "m", "base_url": server.base_url}},
            "checkers": ["format", "execution"],
            "sampler": {"styles": dict.fromkeys(STYLES, 1)},
            "seed": 11,
            "concurrency": 8,
        }
        asyncio.run(run(parse_options(RunConfig, settings)))
    return store
