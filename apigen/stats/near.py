"""Near-duplicate texts, exactly: every text near an earlier one is found, without comparing every pair.

Prefix filtering (Chaudhuri et al. 2006, Bayardo et al. 2007): with the shingles of all texts in one order, the rarest first, two
sets whose Jaccard similarity reaches t share one of their first n - ⌈t·n⌉ + 1. So only those are looked up, and what they find
is compared in full. Unlike MinHash, whose pairs would need that comparison too, it misses none, and takes 8 bytes a shingle.
"""

from array import array
from collections.abc import Sequence
from math import ceil

from apigen.words import NEAR

MOST_TEXTS = 200_000
MOST_COMPARED = 500
SKETCH = 1 << 20
SLACK = 1e-9
"""So that 0.7 of 10 is 7, whatever a float makes of it."""


class NearDuplicates:
    """Counts texts that have a near-duplicate before them, among the first MOST_TEXTS; shingles are 64-bit hashes.

    Of the earlier texts with the same rare shingle the latest MOST_COMPARED are compared; `unsettled` counts the texts for which
    there were more, and none was found.
    """

    def __init__(self, threshold: float = NEAR) -> None:
        self._threshold = threshold
        self._shingles = array("Q")
        self._ends = array("Q", [0])
        self._met = array("I", bytes(4 * SKETCH))
        self.unsettled = 0

    @property
    def texts(self) -> int:
        return len(self._ends) - 1

    def add(self, shingles: Sequence[int]) -> None:
        if self.texts < MOST_TEXTS:
            different = sorted(set(shingles))
            self._shingles.extend(different)
            self._ends.append(len(self._shingles))
            for one in different:
                self._met[one % SKETCH] += 1

    def count(self) -> int:
        """Return how many texts have an equal or near-duplicate one before them."""
        known: set[int] = set()
        alone = [text for text in range(self.texts) if not _seen(hash(self._of(text).tobytes()), known)]
        shared = self._put_rarest_first(alone)
        holders: dict[int, list[int]] = {}
        near = 0
        for text in alone:
            prefix = [one for one in self._prefix(text) if shared[one % SKETCH] > 1]
            near += self._has_near(text, [holders[one] for one in prefix if one in holders])
            for one in prefix:
                holders.setdefault(one, []).append(text)
        return self.texts - len(alone) + near

    def _put_rarest_first(self, texts: Sequence[int]) -> "array[int]":
        """Sort each text's shingles; return how often, at most, each shingle is in a prefix."""
        met, shared = self._met, array("I", bytes(4 * SKETCH))
        for text in texts:
            ordered = sorted(self._of(text), key=lambda one: (met[one % SKETCH], one))
            self._shingles[self._ends[text] : self._ends[text + 1]] = array("Q", ordered)
            for one in self._prefix(text):
                shared[one % SKETCH] += 1
        return shared

    def _prefix(self, text: int) -> "array[int]":
        start, size = self._ends[text], self._size(text)
        return self._shingles[start : start + size - ceil(self._threshold * size - SLACK) + 1] if size else array("Q")

    def _has_near(self, text: int, holders: Sequence[Sequence[int]]) -> bool:
        others = dict.fromkeys(other for held in holders for other in held[-MOST_COMPARED:])
        if not others:
            return False
        mine, size = frozenset(self._of(text)), self._size(text)
        least, most = self._threshold * size - SLACK, size / self._threshold + SLACK
        for other in others:
            if least <= self._size(other) <= most:
                both = len(mine.intersection(self._of(other)))
                if both >= self._threshold * (size + self._size(other) - both) - SLACK:
                    return True
        self.unsettled += any(len(held) > MOST_COMPARED for held in holders)
        return False

    def _of(self, text: int) -> "array[int]":
        return self._shingles[self._ends[text] : self._ends[text + 1]]

    def _size(self, text: int) -> int:
        return self._ends[text + 1] - self._ends[text]


def _seen(one: int, known: set[int]) -> bool:
    """Say whether it is known, and know it from now on."""
    if one in known:
        return True
    known.add(one)
    return False
