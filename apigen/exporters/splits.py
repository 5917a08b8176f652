"""Which part of a data set a sample goes to: decided by hashes, so that it is the same each time and on every machine."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Literal, get_args

from apigen.errors import ConfigError
from apigen.records import Api, Json, Sample
from apigen.words import words_of

SplitBy = Literal["sample", "api"]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
REST = "train"
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Named parts with their shares, which come to 1; by samples or by APIs.

    By `sample`: samples whose queries have the same words go to the same part. By `api`: each part has APIs of its own, and only
    samples that call no others. What the part to train on has not is not even offered there; other parts may offer any.
    """

    shares: Mapping[str, float]
    by: SplitBy = "sample"
    seed: int = 0

    @classmethod
    def of(cls, shares: Mapping[str, float], by: str = "sample", seed: int = 0) -> "Split":
        """Return a split; what the shares leave of 1 goes to `train`.

        Raises:
            ConfigError: For names that no file can have, shares that do not come to 1, or an unknown way to split.
        """
        if wrong := [name for name in shares if not NAME.fullmatch(name)]:
            raise ConfigError(f"'{wrong[0][:50]}' cannot name a part; use letters, digits, - and _", key="split")
        if not all(0 < share < 1 for share in shares.values()) or not 0 < len(shares) <= MOST_PARTS:
            raise ConfigError(
                f"takes 1 to {MOST_PARTS} parts with shares between 0 and 1, as in {{train: 0.9, test: 0.1}}",
                key="split",
            )
        left = 1 - sum(shares.values())
        if abs(left) > 1e-9:
            if left < 0 or REST in shares:
                raise ConfigError(f"the shares come to {1 - left:g}; make it 1", key="split")
            shares = {REST: round(left, 9), **shares}
        # Not even a dataset card, which takes no `-`, may find two of one name.
        if len({name.casefold().replace("-", "_") for name in shares}) < len(shares) or len(shares) < 2:
            raise ConfigError("takes two parts or more with different names", key="split")
        if by not in get_args(SplitBy):
            raise ConfigError(f"'{by[:50]}' is unknown; choose one of {', '.join(get_args(SplitBy))}", key="split_by")
        return cls(dict(shares), "api" if by == "api" else "sample", seed)

    def files(self, file: Path) -> dict[str, Path]:
        """Return each part's file: `data.test.jsonl` beside `data.jsonl`."""
        return {name: file.with_name(f"{file.stem}.{name}{file.suffix}") for name in self.shares}

    def divide_apis(self, apis: Sequence[Api]) -> dict[str, str]:
        """Return the part of each API by name: to each part its share of them, at least one, in the order of their hashes.

        Raises:
            ConfigError: If there are fewer APIs than parts.
        """
        names = sorted({api.name for api in apis}, key=lambda name: (self._hash(name), name))
        if len(names) < len(self.shares):
            raise ConfigError(f"{len(names)} APIs cannot be divided into {len(self.shares)} parts", key="split")
        largest = self._trained_on
        part_of: dict[str, str] = {}
        for part, share in self.shares.items():
            if part != largest:
                # One is kept for each other part.
                room = len(names) - len(self.shares) + 1
                count = max(1, min(room, round(share * (len(names) + len(part_of)))))
                part_of.update(dict.fromkeys(names[:count], part))
                names = names[count:]
        return part_of | dict.fromkeys(names, largest)

    def divider(self, apis: Sequence[Api]) -> Callable[[Sample], str | None]:
        """Return what says a sample's part, or None for one that is left out. `apis`: the library's."""
        if self.by == "sample":
            return self._by_query
        part_of = self.divide_apis(apis)

        def by_api(sample: Sample) -> str | None:
            offered = {part_of[api.name] for api in sample.apis}
            called = {part_of[call.name] for call in sample.calls} or offered
            if len(called) > 1:
                return None
            (part,) = called
            return None if part == self._trained_on and len(offered) > 1 else part

        return by_api

    def to_json(self) -> dict[str, Json]:
        return {"shares": dict(self.shares), "by": self.by, "seed": self.seed}

    @property
    def _trained_on(self) -> str:
        """The part named `train`, else the largest."""
        return REST if REST in self.shares else max(self.shares, key=lambda name: self.shares[name])

    def _by_query(self, sample: Sample) -> str:
        place = self._hash(" ".join(words_of(sample.query))) / 2**64
        ends = zip(self.shares, accumulate(self.shares.values()), strict=True)
        return next((name for name, end in ends if place < end), list(self.shares)[-1])

    def _hash(self, text: str) -> int:
        digest = sha256(f"{self.seed}/{text}".encode("utf-8", "backslashreplace")).digest()
        return int.from_bytes(digest[:8], "big")


def read_shares(text: str) -> dict[str, float]:
    """Read `test=0.1` or `train=0.9,test=0.1`.

    Raises:
        ConfigError: If it is not written so.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            if name.strip() in shares:
                raise ValueError
            shares[name.strip()] = float(share)
        except ValueError:
            raise ConfigError("write it as test=0.1 or train=0.9,test=0.1", key="--split") from None
    return shares
