"""What a list owes its text beyond its members: all of them, as often as said, in an order that matters, pairs unswapped."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from apigen.checkers.spellings.mentions import Mention, mentions, without_marks
from apigen.checkers.spellings.numbers import Meaning, exactly, means
from apigen.checkers.spellings.text import plain
from apigen.records import Json

_JOINT = re.compile(r" ?(?:%|percent|euros?|dollars?|[€$£])? ?(?:,|;|,? and|&|,? then|\+) ?[$€£]?")
_ORDERED = re.compile(
    r"\bin (?:\w+ )?order\b|\bordered\b|\bsequence\b|\bone after (?:the other|another)\b", re.IGNORECASE
)
_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_TUPLE = re.compile(rf"\(\s*({_NUMBER}(?:\s*,\s*{_NUMBER}){{1,5}})\s*\)")
_MOST = 60


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


def pairs_differently(query: str, rows: Sequence[Json]) -> bool:
    """Tell whether objects of a text and a number, such as an item and its count, are paired as the query does not.

    Sorted by where the texts stand they are sorted by where the numbers stand; what stands nowhere or twice, passes.
    """
    pairs = [_text_and_number(row) for row in rows]
    if not 2 <= len(pairs) <= _MOST:
        return False
    text, found = without_marks(query), mentions(query)
    places = []
    for pair in pairs:
        if pair is None:
            return False
        name, number = pair
        starts = [mention.start for mention in found if number in mention.readings and not mention.article]
        if text.count(name) != 1 or len(starts) != 1:
            return False
        places.append((text.find(name), starts[0]))
    return [number for _, number in sorted(places)] != sorted(number for _, number in places)


def _text_and_number(row: Json) -> tuple[str, Fraction] | None:
    if not isinstance(row, Mapping) or len(row) != 2:
        return None
    texts = [plain(value) for value in row.values() if isinstance(value, str) and value]
    numbers = _exact(value for value in row.values() if _is_number(value))
    return (texts[0], numbers[0]) if len(texts) == 1 and len(numbers) == 1 else None


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _exact(values: Iterable[Json]) -> list[Fraction]:
    return [number for value in values if (number := exactly(value)) is not None]


def _is_numeric_row(row: Json) -> bool:
    return isinstance(row, Mapping) and 2 <= len(row) <= 6 and all(map(_is_number, row.values()))


def _differs_from_enumeration(query: str, values: Sequence[Json], meaning: Meaning, others: Collection[float]) -> bool:
    differs = False
    wanted = _exact(values)
    for run in _enumerations(mentions(query), without_marks(query)):
        said = [[mention for mention in run if means(mention, value, meaning)] for value in wanted]
        if not all(said):
            continue
        counts = all(len(found) == wanted.count(value) for value, found in zip(wanted, said, strict=True))
        used = {mention.start for found in said for mention in found}
        left = [mention for mention in run if mention.start not in used]
        if counts and all(any(means(mention, other, Meaning("", "")) for other in _exact(others)) for mention in left):
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
    for value in _exact(values):
        at = min(
            (mention.start for mention in found if mention.start > at and means(mention, value, meaning)), default=-2
        )
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
