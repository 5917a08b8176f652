"""What an export is asked for: by a config's `exports`, or on the command line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from apigen.errors import ConfigError
from apigen.exporters.formats import Format
from apigen.exporters.parquet import SUFFIX, need_pyarrow
from apigen.exporters.splits import Split, SplitBy
from apigen.files import place_of
from apigen.options import Options
from apigen.records import Api, Json, Style


class ExportOptions(Options):
    """`file`: where the rows go, as Parquet where its name ends so, else as JSON lines.

    `split`: parts with their shares, each with a file of its own, by `split_by` and `split_seed`. `shard`: most rows of a file.
    `styles`: of these samples only. `shuffle`: the seed of a random order. `results`: what the calls came to, as messages. `system`:
    a system prompt. `doubtful`: of pairs, also what an LLM alone thought wrong. `card`: the license that a dataset card names.
    """

    file: Path
    split: dict[str, Annotated[float, Field(gt=0, lt=1)]] = {}
    split_by: SplitBy = "sample"
    split_seed: int = 0
    shard: Annotated[int, Field(ge=1)] | None = None
    styles: Annotated[tuple[Style, ...], Field(min_length=1)] | None = None
    shuffle: int | None = None
    results: bool = False
    system: str = ""
    doubtful: bool = False
    card: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One export that is wanted: its format, its file, and the options that say which rows and how."""

    format: str
    file: Path
    split: Split | None = None
    shard: int | None = None
    styles: tuple[Style, ...] | None = None
    shuffle: int | None = None
    results: bool = False
    system: str = ""
    doubtful: bool = False
    card: str | None = None

    @classmethod
    def of(cls, format_name: str, formats: Mapping[str, Format], chosen: ExportOptions) -> "Order":
        """Return the order of a format's name and options.

        Raises:
            ConfigError: For a split that cannot be, an option that the format has no place for, or where pyarrow is missing.
        """
        for key in ("results", "system", "doubtful"):
            if getattr(chosen, key) and key not in formats[format_name].takes:
                raise ConfigError(f"{format_name} has no place for it; take it out", key=key)
        if chosen.file.suffix == SUFFIX:
            need_pyarrow("file")
        split = Split.of(chosen.split, chosen.split_by, chosen.split_seed) if chosen.split else None
        fields = {key: getattr(chosen, key) for key in cls.__dataclass_fields__ if key not in ("format", "split")}
        return cls(format=format_name, split=split, **fields)

    @property
    def parts(self) -> dict[str, Path]:
        """The file of each part; one, `train`, where nothing is split."""
        return self.split.files(self.file) if self.split else {"train": self.file}

    def check(self, apis: Sequence[Api]) -> None:
        """Look whether a library can be split so, before anything is made with it.

        Raises:
            ConfigError: If it cannot.
        """
        if self.split:
            self.split.divider(apis)

    def told(self) -> dict[str, Json]:
        """Return what was chosen beside format and files, for the metadata."""
        chosen = {key: getattr(self, key) for key in ("styles", "shuffle", "results", "system", "doubtful")}
        found = {key: value for key, value in chosen.items() if value not in (None, False, "")}
        return found | ({"styles": list(self.styles)} if self.styles else {})


@dataclass(frozen=True, slots=True)
class Written:
    """What an export came to: the rows of each file, and how many samples were left out for which reason."""

    rows: dict[Path, int]
    left_out: dict[str, int]


def claim(taken: set[Path], files: Iterable[Path]) -> None:
    """Add the places of files to those that are taken.

    Raises:
        ConfigError: If one is taken already, or is none.
    """
    wanted = {place_of(file): file for file in files if file.name}
    if not wanted or wanted.keys() & taken:
        named = "".join(f" than {file}" for place, file in wanted.items() if place in taken)
        raise ConfigError(f"is a folder, or taken by the store or another export; choose another{named}", key="file")
    taken.update(wanted)
