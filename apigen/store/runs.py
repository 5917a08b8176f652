"""Which run in a store is meant: each has the settings it was begun with, and goes on under no others."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from apigen import __version__
from apigen.config import RunConfig
from apigen.errors import StoreError
from apigen.records import Api, Json, canonical


def continued_run(path: Path, connection: sqlite3.Connection, identity: Mapping[str, Json]) -> int | None:
    """Return the newest run of these settings; None in a store without runs.

    Raises:
        StoreError: If the store has runs, but none of these settings.
    """
    rows = connection.execute("select id, identity from runs order by id desc").fetchall()
    wanted = canonical(identity)
    for run_id, text in rows:
        if canonical(json.loads(text)) == wanted:
            return int(run_id)
    if rows:
        raise StoreError(
            f"{path}: holds a run that was started otherwise ({_difference(json.loads(rows[0][1]), identity)}); "
            "--new-run begins one beside it, or give this run a store of its own"
        )
    return None


def insert_run(
    connection: sqlite3.Connection,
    config: RunConfig,
    apis: Sequence[Api],
    identity: Mapping[str, Json],
    *,
    sandbox_tier: str,
    stages: Sequence[str],
    clock: datetime,
) -> int:
    """Write a new run's row and its APIs; return its number."""
    run_id: int = connection.execute("select coalesce(max(id), 0) + 1 from runs").fetchone()[0]
    row = {
        "id": run_id,
        "identity": canonical(identity),
        "config": config.model_dump_json(),
        "seed": config.seed,
        "stages": json.dumps(list(stages)),
        "library_hash": identity["library_hash"],
        "sandbox_tier": sandbox_tier,
        "apigen_version": __version__,
        "state": "open",
        "seconds": 0.0,
        "clock": clock.isoformat(),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"insert into runs ({names}) values ({marks})", list(row.values()))  # noqa: S608 - names of ours
    connection.executemany(
        "insert into apis (run_id, position, name, description, category, source, returns, parameters, examples) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _api_rows(run_id, apis),
    )
    return run_id


def _api_rows(run_id: int, apis: Iterable[Api]) -> Iterator[tuple[Json, ...]]:
    for position, api in enumerate(apis):
        packed = api.to_json()
        texts = (packed[key] for key in ("name", "description", "category", "source", "returns"))
        yield (run_id, position, *texts, json.dumps(packed["parameters"]), json.dumps(packed["examples"]))


def _difference(old: Mapping[str, Json], new: Mapping[str, Json]) -> str:
    before, after = _flat(old), _flat(new)
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if changed == ["library_hash"]:
        return "the API library changed"
    return "these settings differ: " + ", ".join(key for key in changed if key != "library_hash")


def _flat(value: Json, prefix: str = "") -> dict[str, Json]:
    if isinstance(value, Mapping):
        items = [_flat(item, f"{prefix}.{key}" if prefix else key) for key, item in value.items()]
        return {key: item for part in items for key, item in part.items()}
    return {prefix: canonical(value)}
