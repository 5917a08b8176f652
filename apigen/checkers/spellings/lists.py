"""What a list owes its text beyond its members: all of them, as often as said, in an order that matters, pairs unswapped."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from apigen.checkers.spellings.numbers import Meaning, Mention, means, mentions
from apigen.checkers.spellings.text import plain
from apigen.records import Json

_JOINT = re.compile(r" ?(?:%|percent|euros?|dollars?|[€$£])? ?(?:,|;|,? and|&|,? then|\+) ?[$€£]?")
_ORDERED = re.compile(r"\bin (?:\w+ )?order\b|\bordered\b|\bsequence\b|\bone after (?:the other|another)\b", re.IGNORECASE)
_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_TUPLE = re.compile(rf"\(\s*({_NUMBER}(?:\s*,\s*{_NUMBER}){{1,5}})\s*\)")
_MOST = 100


def differs_from_query(query: str, values: Sequence[Json], meaning: Meaning, others: Collection[float]) -> bool:
    """Tell whether a list leaves out or repeats a number of the enumeration it comes from, or is in another order.

    `others` are the numbers that other arguments take. The order counts where the parameter asks for one.
    """
    if not 2 <= len(values) <= _MOST:
        return False
    ordered = _ORDERED.search(f"{meaning.name} {meaning.description}") is not None
    if all(_is_number(value) for value in values):
        return _differs_from_enumeration(query, values, meaning, others) or (
            ordered and not _follows(values, meaning, mentions(query))
        )
    return ordered and all(isinstance(value, str) for value in values) and not _follows_texts(values, plain(query))


def swaps_pairs(query: str, rows: Sequence[Json]) -> bool:
    """Tell whether an object holds the numbers of a tuple of the query, `(1, 2)`, in another order."""
    said = [tuple(float(part) for part in found[1].split(",")) for found in _TUPLE.finditer(plain(query))]
    held = [tuple(float(value) for value in row.values()) for row in rows if _is_numeric_row(row)]
    swapped = {tuple(sorted(numbers)) for numbers in said}
    return any(numbers not in said and tuple(sorted(numbers)) in swapped for numbers in held)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_numeric_row(row: Json) -> bool:
    return isinstance(row, Mapping) and 2 <= len(row) <= 6 and all(map(_is_number, row.values()))


def _differs_from_enumeration(query: str, values: Sequence[Json], meaning: Meaning, others: Collection[float]) -> bool:
    differs = False
    for run in _enumerations(mentions(query), plain(query)):
        said = [[mention for mention in run if means(mention, value, meaning)] for value in values]
        if not all(said):
            continue
        counts = all(len(found) == values.count(value) for value, found in zip(values, said, strict=True))
        used = {mention.start for found in said for mention in found}
        left = [mention for mention in run if mention.start not in used]
        if counts and all(any(means(mention, other, Meaning("", "")) for other in others) for mention in left):
            return False
        differs = True
    return differs


def _enumerations(found: Sequence[Mention], text: str) -> Iterator[list[Mention]]:
    """Yield the numbers that stand in a row with nothing but commas and `and` between them."""
    single = [mention for mention in found if mention.readings and not mention.article and not mention.ratio]
    if len(single) > _MOST or any(first.start >= second.start for first, second in pairwise(single)):
        return  # sums and the like, whose parts are not a list
    run: list[Mention] = []
    for mention in single:
        tight = run and _JOINT.fullmatch(text[(run[-1].unit_end or run[-1].end) : mention.start])
        if not tight:
            yield from [run] if len(run) > 1 else []
            run = []
        run.append(mention)
    yield from [run] if len(run) > 1 else []


def _follows(values: Sequence[Json], meaning: Meaning, found: Sequence[Mention]) -> bool:
    at = -1
    for value in values:
        at = min((mention.start for mention in found if mention.start > at and means(mention, value, meaning)), default=-2)
        if at == -2:
            return False
    return True


def _follows_texts(values: Sequence[Json], text: str) -> bool:
    """Texts that are not said word for word have no place, and pass."""
    at = 0
    for value in map(plain, values):
        if value not in text:
            return True
        at = text.find(value, at)
        if at < 0:
            return False
        at += len(value)
    return True
