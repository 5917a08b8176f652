"""Texts as the words that count when two of them are compared: case, punctuation and ways to write a letter set aside."""

import re
import unicodedata
from collections.abc import Sequence

# Scripts without spaces between words count letter by letter; 2.5 and 1,000 are one word each.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|\d+(?:[.,]\d+)+|[^\W_{UNSPACED}]+")
NEAR, NEAR_WORDS = 0.7, 3
"""Two texts are near-duplicates from this Jaccard similarity of their word 3-grams on."""
APOSTROPHES = str.maketrans("", "", "'\u2019")


def words_of(text: str) -> list[str]:
    """Return the words of a text: casefolded, without punctuation, numbers kept as they are written.

    >>> words_of("What's 2.5 km in MILES?")
    ['whats', '2.5', 'km', 'in', 'miles']
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return WORD.findall(plain.casefold().translate(APOSTROPHES))


def grams_of(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    """Return the different runs of `size` words; of fewer words, the one run of all of them; of none, none."""
    if len(words) <= size:
        return {tuple(words)} if words else set()
    return set(zip(*(words[start:] for start in range(size)), strict=False))
