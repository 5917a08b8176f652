"""What was verified, one sample a line. A new format is one file here and one line in EXPORTERS."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
import yaml
from pydantic import Field

from apigen.config import Export
from apigen.errors import ConfigError
from apigen.exporters import openai, xlam
from apigen.exporters.splits import Split, SplitBy
from apigen.files import whole_file
from apigen.options import Options, choose_door, parse_options
from apigen.records import Api, Json, JsonObject, Sample

EXPORTERS: dict[str, Callable[[int, Sample], Json]] = {
    "xlam": xlam.row,
    "openai": openai.row,
}


class ExportOptions(Options):
    """`file`: where the rows go. `split`: parts with their shares, each with a file of its own, by `split_by` and `split_seed`."""

    file: Path
    split: dict[str, Annotated[float, Field(gt=0, lt=1)]] = {}
    split_by: SplitBy = "sample"
    split_seed: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """One export that is wanted: its format, its file, and how it is split."""

    format: str
    file: Path
    split: Split | None = None

    def check(self, apis: Sequence[Api]) -> None:
        """Look whether a library can be split so, before anything is made with it.

        Raises:
            ConfigError: If it cannot.
        """
        if self.split:
            self.split.divider(apis)


@dataclass(frozen=True, slots=True)
class Written:
    """What an export came to: the rows of each file, and the samples that belong to no part of a split."""

    rows: dict[Path, int]
    left_out: int = 0


def check_exports(entries: Iterable[Export], store: Path) -> list[Order]:
    """Return the exports of a config.

    Raises:
        ConfigError: For an unknown format, a missing file name, or a file that is the store's or another export's.
    """
    found: list[Order] = []
    taken = {store.absolute()}
    for number, entry in enumerate(entries):
        key = f"exports[{number}]"
        choose_door(entry, EXPORTERS, f"{key}.format")
        try:
            chosen = parse_options(ExportOptions, entry.options)
            split = Split.of(chosen.split, chosen.split_by, chosen.split_seed) if chosen.split else None
            file = chosen.file
            files = {
                each.absolute() for each in ((split.files(file).values() if split else [file]) if file.name else ())
            }
            if not files or files & taken:
                raise ConfigError("is a folder, or taken by the store or another export; choose another", key="file")
            taken |= files
            found.append(Order(entry.name, file, split))
        except ConfigError as error:
            raise error.within(key=key) from None
    return found


def export_order(samples: Iterable[Sample], order: Order, metadata: JsonObject, apis: Sequence[Api]) -> Written:
    """Write samples as they are ordered; `apis` are the library's, which a split by API divides.

    Raises:
        StoreError: If a file cannot be written.
        ConfigError: If the library cannot be split so.
    """
    if order.split is None:
        return Written({order.file: export(samples, order.format, order.file, metadata)})
    return _export_parts(samples, order, order.split, metadata, apis)


def _export_parts(
    samples: Iterable[Sample], order: Order, split: Split, metadata: JsonObject, apis: Sequence[Api]
) -> Written:
    """Write each sample into its part's file, all of them whole or none, and beside each what made it."""
    part_of, row, files = split.divider(apis), EXPORTERS[order.format], split.files(order.file)
    counts: Counter[str | None] = Counter()
    with contextlib.ExitStack() as stack:
        lines = {name: stack.enter_context(whole_file(file)) for name, file in files.items()}
        for sample in samples:
            part = part_of(sample)
            if part is not None:
                lines[part].write(_line(row(counts[part], sample)))
            counts[part] += 1
    for name, file in files.items():
        about = {"part": name, **split.to_json(), "left_out": counts[None]}
        if split.by == "api":
            about["apis"] = sorted(api for api, part in split.divide_apis(apis).items() if part == name)
        _describe(file, order.format, counts[name], {"split": about, **metadata})
    return Written({file: counts[name] for name, file in files.items()}, counts[None])


def export(samples: Iterable[Sample], format_name: str, file: Path, metadata: JsonObject) -> int:
    """Write samples as JSON lines, and what made them beside it as FILE.meta.yaml, each whole or not at all; return how many.

    Raises:
        StoreError: If a file cannot be written.
    """
    row = EXPORTERS[format_name]
    count = 0
    with whole_file(file) as lines:
        for count, sample in enumerate(samples, 1):
            lines.write(_line(row(count - 1, sample)))
    _describe(file, format_name, count, metadata)
    return count


def _describe(file: Path, format_name: str, rows: int, metadata: JsonObject) -> None:
    # YAML, since a folder's JSON files are all data to those who load it.
    with whole_file(file.with_name(f"{file.name}.meta.yaml")) as text:
        about = {"format": format_name, "rows": rows, **metadata}
        yaml.safe_dump(about, text, sort_keys=False, allow_unicode=True, encoding="utf-8")


def _line(row: Json) -> bytes:
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer beyond 64 bits, or half of a surrogate pair
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"
