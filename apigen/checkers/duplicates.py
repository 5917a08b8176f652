"""Duplicates: no query that an earlier sample of the store has already, word for word or nearly.

Of two that are alike the one of the earlier draw stays, whichever arrived first: so this is no checker that a draw goes through on
its own, but one that decides in draw order (see `apigen.store.settlement`). What may be alike is found by MinHash (Broder 1997) in
bands (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4), and then compared in full.
"""

import struct
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Annotated

from pydantic import Field

from apigen.options import Options, parse_options
from apigen.records import JsonObject, Verdict
from apigen.store.settlement import Lookalike
from apigen.words import NEAR, NEAR_WORDS, grams_of, words_of

BANDS, ROWS = 20, 4
"""Of two queries of similarity s one band or more is equal with probability 1 - (1 - s^4)^20: 0.996 at 0.7, 0.94 at 0.6."""
SEED = 1
SHOWN = 200


class DuplicatesOptions(Options):
    """`threshold`: from this Jaccard similarity of their word 3-grams on two queries are near-duplicates."""

    threshold: Annotated[float, Field(ge=0.6, le=1)] = NEAR


class DuplicatesChecker:
    """Rejects with `equal_query` or `near_query`, and the earlier sample as detail."""

    stage = "duplicates"

    def __init__(self, threshold: float = NEAR) -> None:
        self._threshold = threshold

    @classmethod
    def from_options(cls, options: JsonObject) -> "DuplicatesChecker":
        """Build the checker.

        Raises:
            ConfigError: For a wrong option.
        """
        return cls(parse_options(DuplicatesOptions, options).threshold)

    def keys(self, query: str) -> Sequence[int]:
        """Return the keys of a query's bands, 64-bit integers that are the same on every machine."""
        from rensa import RMinHash

        sketch = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
        sketch.update([" ".join(gram) for gram in sorted(grams_of(words_of(query), NEAR_WORDS))])
        rows = sketch.digest()
        return [_key(band, rows[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]

    def verdict(self, query: str, lookalikes: Iterable[Lookalike]) -> Verdict:
        """Judge a query by earlier samples' that share a key with it."""
        grams = grams_of(words_of(query), NEAR_WORDS)
        for other in lookalikes:
            others = grams_of(words_of(other.query), NEAR_WORDS)
            both = len(grams & others)
            share = both / (len(grams) + len(others) - both or 1)
            if share >= self._threshold:
                reason = "equal_query" if share == 1 else "near_query"
                detail = f"{share:.0%} like that of {other.place}: {' '.join(other.query.split())[:SHOWN]}"
                return Verdict(self.stage, False, f"{self.stage}:{reason}", detail)
        return Verdict(self.stage, True)


def _key(band: int, rows: Sequence[int]) -> int:
    packed = struct.pack(f"<B{ROWS}I", band, *rows)
    return int.from_bytes(blake2b(packed, digest_size=8).digest(), "little", signed=True)
