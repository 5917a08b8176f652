"""What a format is: how a row is made of a sample, and what it can say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from apigen.records import Call, Json, Sample

Kind = Literal["integer", "text", "flag", "json", "jsons", "turn", "turns", "messages"]
"""What a column holds: `jsons` are a list of JSON values; a `turn` has `from` and `value`, of `messages` each `role` and `content`."""


class LeftOut(Exception):
    """A format cannot say this sample; the text is the reason, the same for all samples of its kind."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What holds for every row of an export: the system prompt, whether results are told, and names of APIs that had to change."""

    system: str = ""
    results: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """Return an API's name as the format takes it."""
        return self.names.get(name, name)


@dataclass(frozen=True, slots=True)
class Pair(Sample):
    """A verified sample, and other calls that are no right answer to its query; `code` says why. None: none are known."""

    rejected: tuple[Call, ...] | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One layout of rows.

    `row(number, sample, layout)` makes a row, or raises LeftOut; it gets a Pair where `pairs` is set. `columns` are the row's keys.
    `takes` are the options that fit. `any_name`: names of APIs stay as they are. `beside(files, layout)` writes what a trainer wants
    next to the files.
    """

    row: Callable[[int, Any, Layout], Json]
    columns: Mapping[str, Kind]
    takes: frozenset[str] = frozenset({"system", "results"})
    pairs: bool = False
    any_name: bool = False
    beside: Callable[[Sequence[Path], Layout], None] | None = None
