"""Runs over APIs that are not ours: a FastAPI application recorded and replayed, and an MCP server from the registry."""

import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.servers import Body, Oracle, purpose_of
from tests.sources.planets import planets

ZONES = ("Europe/Berlin", "Asia/Tokyo", "America/Lima", "Africa/Cairo", "UTC")
Serving = Callable[..., Any]
Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
Pair = tuple[str, str, dict[str, Any]]


def moon(chance: random.Random) -> Pair:
    name = chance.choice(("Titan", "Io", "Europa", "Phobos", "Triton", "Rhea"))
    return f"Whose moon is {name}?", "find_moon_moons_name_get", {"name": name}


def planet(chance: random.Random) -> Pair:
    number = chance.randint(1, 8)
    return f"What do you know of planet number {number}?", "get_planet_by_id", {"planet_id": number}


def time_there(chance: random.Random) -> Pair:
    there, here = chance.sample(ZONES, 2)
    time = f"{chance.randint(10, 23)}:{chance.randint(10, 59)}"
    asked = {"source_timezone": here, "time": time, "target_timezone": there}
    return f"When it is {time} in {here}, what time is it in {there}?", "convert_time", asked


class Writer:
    """Writes a pair for the API it is given, as a query-first model would, and reads its own messages back."""

    def __init__(self, *makers: Callable[[random.Random], Pair]) -> None:
        self.makers = makers
        self.said: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, body: Body) -> str:
        prompt = body["messages"][-1]["content"]
        if purpose_of(body) == "agreement":
            return json.dumps({"calls": self.said[prompt.rpartition("Message: ")[2].strip()]})
        pairs = [make(random.Random(body["seed"])) for make in self.makers]
        query, name, arguments = next(pair for pair in pairs if re.search(rf"^{pair[1]}\(", prompt, re.MULTILINE))
        self.said[query] = [{"name": name, "arguments": arguments}]
        return json.dumps({"pairs": [{"query": query, "calls": self.said[query]}]})


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


CHECKERS = ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}]


def test_a_rest_run_is_recorded_and_then_replayed_without_a_request(
    serving: Serving, settings: Settings, config_file: ConfigFile, apigen: Run, tmp_path: Path
) -> None:
    with planets() as (base, seen):
        entry = {
            "source": "openapi", "spec": f"{base}/openapi.json", "mode": "record", "recordings": str(tmp_path / "rec.db"),
            "include": ["get_planet_by_id", "find_moon_*"], "http": {"private_addresses": True},
        }  # fmt: skip
        first = settings(
            serving(Writer(moon, planet)).base_url, library=[entry], target={"draws": 12}, checkers=CHECKERS,
            sampler={"styles": {"simple": 1}, "strategies": {"query_first": 1}},
            exports=[{"format": "xlam", "file": str(tmp_path / "first.jsonl")}],
        )  # fmt: skip
        done = apigen("run", config_file(first))
        assert done.returncode == 0, done.stderr
        written = rows(tmp_path / "first.jsonl")
        assert {json.loads(row["answers"])[0]["name"] for row in written} == {
            "find_moon_moons_name_get",
            "get_planet_by_id",
        }
        assert len(seen) > len(written)  # the document and a request a call

        asked = len(seen)
        second = first | {
            "store": str(tmp_path / "second.db"), "library": [entry | {"mode": "replay"}], "target": {"verified": 3},
            "sampler": {"styles": {"simple": 1}, "vary_values": 0},
            "llms": {"writer": first["llms"]["writer"] | {"base_url": serving(Oracle()).base_url}},
            "exports": [{"format": "xlam", "file": str(tmp_path / "second.jsonl")}],
        }  # fmt: skip
        done = apigen("run", config_file(second))
        assert done.returncode == 0, done.stderr
        assert len(rows(tmp_path / "second.jsonl")) == 3
        assert len(seen) == asked
    called = {row["answers"] for row in written}
    assert {row["answers"] for row in rows(tmp_path / "second.jsonl")} <= called


def test_a_run_over_an_mcp_server_of_the_registry(
    serving: Serving, settings: Settings, config_file: ConfigFile, apigen: Run, tmp_path: Path
) -> None:
    program = Path(sys.executable).parent / "mcp-server-time"
    assert program.exists(), "the extra `dev` brings it"
    entry = {"source": "mcp", "name": "time", "command": [str(program)], "include": ["convert_time"]}
    chosen = settings(
        serving(Writer(time_there)).base_url, library=[entry], target={"verified": 4}, checkers=CHECKERS,
        sampler={"styles": {"simple": 1}, "strategies": {"query_first": 1}},
        exports=[{"format": "openai", "file": str(tmp_path / "time.jsonl")}],
    )  # fmt: skip
    done = apigen("run", config_file(chosen))
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "time.jsonl")) == 4
    assert "time_difference" in apigen("show", chosen["store"]).stdout


@pytest.mark.parametrize("reader", ["list", "check"])
def test_every_kind_of_library_is_named_alike(reader: str, library: Path, apigen: Run, tmp_path: Path) -> None:
    """A folder, a document's file, an entry as text, and a config."""
    document = tmp_path / "shop.json"
    operation = {"operationId": "getItem", "summary": "Return an item.", "responses": {},
                 "parameters": [{"name": "id", "in": "query", "schema": {"type": "integer"}, "description": "Its number.",
                                 "required": True, "example": 3}]}  # fmt: skip
    document.write_text(json.dumps({
        "openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "servers": [{"url": "https://shop.example"}],
        "paths": {"/item": {"get": operation, "delete": operation}},
    }))  # fmt: skip
    config = tmp_path / "some.yaml"
    config.write_text(f"library:\n  - {{source: python, path: {library}}}\n  - {{source: openapi, spec: {document}}}\n")
    for named, count in (
        (str(library), 4), (str(document), 1), (f"{{source: openapi, spec: {document}}}", 1), (str(config), 5)
    ):  # fmt: skip
        done = apigen("library", reader, "--library", named)
        assert done.returncode == 0, done.stderr + done.stdout
        assert re.search(rf"\b{count} APIs?[, ]", done.stdout), done.stdout
        assert ("left out" in done.stdout) == (count != 4)
