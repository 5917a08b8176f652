"""One run each over Python, REST and MCP with the embedded model: `python benchmarks/sources.py [--json]`.

The REST server (FastAPI) and the MCP server (mcp-server-time) are real and run on loopback; the second REST run replays what the
first recorded, and the requests that the server saw are counted. Needs the extra `dev` and the embedded model.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from apigen.records import Candidate
from apigen.store.reader import StoreReader
from tests.sources.planets import planets

COMMAND = str(Path(sys.executable).with_name("apigen"))
MODEL = "qwen2.5-coder-1.5b"
WRITER = {"backend": "local", "model": MODEL}


def run(folder: Path, name: str, entry: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Do one run; return its figures and samples."""
    config = {
        "store": str(folder / f"{name}.db"),
        "library": [entry],
        "llms": {"writer": WRITER},
        "seed": 11,
        "concurrency": 2,
        "sampler": {"styles": {"simple": 1}, "similar": 0},
        "generator": {"temperature": 0.4, "max_tokens": 300, "pairs": 2},
        "checkers": ["format", "execution", "grounding", {"agreement": {"llm": "writer"}}],
        "target": {"verified": 4, "draws": 16},
    } | changed
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(config))
    done = subprocess.run([COMMAND, "run", str(file)], check=False, stdout=subprocess.DEVNULL)
    reader = StoreReader(Path(str(config["store"])))
    whole = reader.funnel()[""]
    samples = [line(candidate) for candidate in reader.candidates(limit=50)]
    return {
        "exit": done.returncode, "generated": whole.generated, "verified": len(samples), "reasons": whole.rejected, "samples": samples,
    }  # fmt: skip


def line(candidate: Candidate) -> str:
    calls = zip(candidate.calls, candidate.results, strict=True)
    did = "; ".join(
        f"{call.name}({json.dumps(call.arguments)}) = {json.dumps(result.value)[:150]}" for call, result in calls
    )
    return f"{candidate.query}  ->  {did}"


def measure() -> dict[str, dict[str, Any]]:
    """Do the four runs."""
    query_first = {"styles": {"simple": 1}, "strategies": {"query_first": 1}, "similar": 0}
    with tempfile.TemporaryDirectory() as text, planets() as (base, seen):
        folder = Path(text)
        rest = {
            "source": "openapi", "spec": f"{base}/openapi.json", "mode": "record", "recordings": str(folder / "rest.rec"),
            "include": ["get_planet_by_id", "find_moon_*", "list_planets_*"], "http": {"private_addresses": True},
        }  # fmt: skip
        server = {
            "source": "mcp", "name": "time", "include": ["convert_time"],
            "command": [str(Path(sys.executable).with_name("mcp-server-time"))],
        }  # fmt: skip
        found = {"python": run(folder, "python", {"source": "python", "path": "api_library"})}
        found["rest, recorded"] = run(folder, "recorded", rest)
        recorded = len(seen)
        replay = {"styles": {"simple": 1}, "vary_values": 0, "similar": 0}
        found["rest, replayed"] = run(folder, "replayed", rest | {"mode": "replay"}, sampler=replay)
        found["mcp"] = run(folder, "mcp", server, sampler=query_first)
        found["rest, recorded"]["requests"] = recorded
        found["rest, replayed"]["requests"] = len(seen) - recorded
    return found


def main() -> None:
    found = measure()
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        samples = figures.pop("samples")
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
        print("".join(f"  {sample}\n" for sample in samples))


if __name__ == "__main__":
    main()
