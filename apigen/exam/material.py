"""What an exam is held over: verified samples of a store, and the config of the verifier."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest
from pathlib import Path
from random import Random

from apigen.config import RunConfig, load_config, stored_config
from apigen.errors import ConfigError, StoreError
from apigen.options import Door
from apigen.records import Candidate, Style
from apigen.store.reader import StoreReader

SQLITE = b"SQLite format 3\0"
READ_FOR_EACH = 20
"""So many samples of a store are read for each that is examined, however many it holds."""


@dataclass(frozen=True, slots=True)
class Material:
    """The samples to spoil, in draw order, the config to check them with, and the run that they are of."""

    config: RunConfig
    samples: tuple[Candidate, ...]
    run_id: int
    clock: datetime
    library_hash: str
    stages: tuple[str, ...]


def read_material(path: Path, count: int, seed: int, run_id: int | None = None) -> Material:
    """Read a config and the store that it names, or a store, which keeps the config of each run.

    Raises:
        ConfigError: If the config cannot be used, or the store's own cannot.
        StoreError: If there is no such store or run, or it holds no verified sample.
    """
    given = None if _is_store(path) else load_config(path)
    store = given.store if given else path
    with closing(StoreReader(store, run_id)) as reader:
        run = reader.run()
        if run is None:
            raise StoreError(f"{store}: holds no run; `apigen run CONFIG` fills it")
        config = given or _config_of(store, str(run["config"]))
        known = [sample.candidate for sample in islice(reader.samples(), count * READ_FOR_EACH)]
    verified = [candidate for candidate in known if candidate.calls]  # the corruptions are of calls
    if not verified:
        raise StoreError(f"{store}: run {reader.run_id} has no verified sample with calls to examine the verifier with")
    return Material(
        _only_reading(config, store),
        tuple(choose(verified, count, seed)),
        reader.run_id,
        datetime.fromisoformat(run["clock"] or run["started_at"]),
        run["library_hash"],
        tuple(json.loads(run["stages"])),
    )


def _is_store(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE or path.suffix == ".db"
    except OSError:
        return path.suffix == ".db"


def _config_of(store: Path, text: str) -> RunConfig:
    try:
        return stored_config(text)
    except ConfigError as error:
        raise ConfigError(
            f"its run's config cannot be used here ({error}); give the config file instead", file=str(store)
        ) from None


def _only_reading(config: RunConfig, store: Path) -> RunConfig:
    """Return the config for this store, with REST APIs that record called without recording: an exam writes into no store."""
    library = tuple(
        Door(name=entry.name, options={**entry.options, "mode": "live"})
        if entry.options.get("mode") == "record"
        else entry
        for entry in config.library
    )
    return config.model_copy(update={"store": store, "library": library})


def choose(verified: list[Candidate], count: int, seed: int) -> list[Candidate]:
    """Return so many samples in draw order, of each style as many as there are, evenly."""
    rng = Random(f"apigen/exam/{seed}")  # noqa: S311 - data, not secrets
    groups: dict[Style, list[Candidate]] = {}
    for candidate in verified:
        groups.setdefault(candidate.draw.style, []).append(candidate)
    shuffled = [rng.sample(group, len(group)) for _, group in sorted(groups.items())]
    in_turn = [one for turn in zip_longest(*shuffled) for one in turn if one is not None]
    return sorted(in_turn[:count], key=lambda one: (one.draw.index, one.position))
