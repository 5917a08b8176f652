"""Is every number of an answer in what it was written from? As it is, rounded, as a percentage, or as an hour of the afternoon."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apigen.checkers.spellings.mentions import Mention, mentions, without_marks
from apigen.checkers.spellings.text import plain

_IDIOMS = frozenset({
    "no", "none", "nothing", "without", "once", "single", "alone", "both", "one", "first", "second", "third", "pair", "couple",
})  # fmt: skip
"""Words that count something, but seldom state a number."""
_POWER = re.compile(r"(?<=[a-z)])\^-?[0-9]+|(?<=\b[kcdm]m)[23]\b|(?<=\b(?:ft|in|yd|mi))[23]\b|(?<=[0-9 ]m)[23]\b")
"""The 2 of m²."""
_CODE = re.compile(r"(?<!\w)[^\W\d]\w*?[0-9]\w*")
"""A name with digits, such as BA285, which is no number."""
_HUNDREDTHS = re.compile(r"[ -]?(?:%|percent|per cent|pct|cents?\b)")
_CLOCK = re.compile(r"(?<![0-9:.])([01]?[0-9]|2[0-3]):[0-5][0-9]")
_HALF_DAY = re.compile(r"(?::[0-5][0-9]){0,2} ?([ap])\.?m\b")
_CHAIN = re.compile(r"(?<![\w.])[0-9]+(?:[.:/-][0-9]+){2,}")
"""A version, an address or a date, which has to be in a source as it is, or be read number by number."""
_ZERO_LINE = re.compile(r"(?:below|above) $")
_DIGITS = re.compile(r"[0-9]+")
_NUMERAL = re.compile(r"([0-9,]*)(?:\.([0-9]+))?")
_NEAR = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class _Known:
    """What texts state: the sizes of their numbers in order, those below zero apart; hours of the day; and the texts, plain."""

    above: Sequence[Fraction]
    below: Sequence[Fraction]
    hours: frozenset[int]
    text: str


def invented_numbers(answer: str, sources: Sequence[str], counts: Iterable[int] = ()) -> list[str]:
    """Return the numbers and names with digits of an answer that neither the sources have nor are among the counts.

    A number may have fewer digits than in the source where it is rounded rightly and by at most a twentieth. `one` and `first`
    are words. What the answer computes or converts is invented.
    """
    known = _known(sources, counts)
    given = _POWER.sub("", plain(_ascii(answer)))
    given = _CHAIN.sub(lambda chain: "" if _holds(known.text, chain[0]) else chain[0], given)
    text, said = without_marks(given), _said(given)
    codes = [code for code in _CODE.finditer(text) if not any(code.start() < one.start < code.end() for one in said)]
    spans = [*((one.start, one.end) for one in said), *(code.span() for code in codes)]
    return [
        *(text[one.start : one.end] for one in said if not _told(one, text[one.start : one.end], known)),
        *(code[0] for code in codes if code[0] not in known.text),
        *(run[0] for run in _DIGITS.finditer(text) if not any(start <= run.start() < end for start, end in spans)),
        *(letter for letter in text if not letter.isascii() and letter.isnumeric() and letter not in known.text),
    ]


def _said(text: str) -> list[Mention]:
    """Return the numbers that a text states one by one: sums and ratios are made of these."""
    said: list[Mention] = []
    for mention in mentions(text):
        if not said or mention.start >= said[-1].end:
            said.append(mention)
    return said


def _holds(text: str, chain: str) -> bool:
    return re.search(rf"(?<![0-9]){re.escape(chain)}(?![0-9]|[.:/-][0-9])", text) is not None


def _ascii(text: str) -> str:
    """Write the digits of all scripts as 0 to 9."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


def _known(sources: Sequence[str], counts: Iterable[int]) -> _Known:
    above, below = set(map(Fraction, counts)), set[Fraction]()
    texts = [plain(_ascii(source)) for source in sources]
    for text in texts:
        for mention in mentions(text):
            if not mention.article:
                (below if mention.negative else above).update((*mention.readings, *mention.parts))
    hours = frozenset(int(found[1]) for text in texts for found in _CLOCK.finditer(text))
    return _Known(sorted(above), sorted(below), hours, "\n".join(texts))


def _told(mention: Mention, text: str, known: _Known) -> bool:
    if mention.article or text in _IDIOMS or (text == "zero" and _ZERO_LINE.search(mention.before)):
        return True
    if len(mention.parts) > 1 and all(_among(part, Fraction(0), known.above) for part in mention.parts):
        return True
    sides = [known.below] if mention.negative else [known.above]
    if mention.perhaps_negative and not mention.negative:
        sides.append(known.below)  # a loss of 5
    return any(_among(size, step, side) for size, step in _sizes(mention, text) for side in sides) or _is_hour(
        mention, known.hours
    )


def _sizes(mention: Mention, text: str) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield what a mention may say, each with the worth of its last digit (0 where it has none to round to)."""
    for reading in mention.readings:
        step = _last_digit(text, reading)
        yield reading, step
        if _HUNDREDTHS.match(mention.after):
            yield reading / 100, step / 100


def _last_digit(text: str, reading: Fraction) -> Fraction:
    """Return 1/100 for `1.25`, 10,000 for `1.25 million`, and 0 where there is no such digit, as in `2 dozen` and `five`."""
    found = _NUMERAL.match(text)
    whole, decimals = ((found[1] or "").replace(",", ""), found[2] or "") if found else ("", "")
    base = Fraction(f"{whole or 0}.{decimals or 0}")
    scale = reading / base if base else Fraction(0)
    if 1 not in (scale.numerator, scale.denominator) or str(scale.numerator * scale.denominator).strip("0") != "1":
        return Fraction(0)
    return scale / Fraction(10 ** len(decimals))


def _among(size: Fraction, step: Fraction, sizes: Sequence[Fraction]) -> bool:
    """Tell whether one of the sizes is this one, or comes to it when it is rounded to its last digit."""
    low = max(size - step / 2, size / (1 + _NEAR))
    high = min(size + step / 2, size / (1 - _NEAR))
    at = bisect_left(sizes, low)
    return at < len(sizes) and sizes[at] <= high


def _is_hour(mention: Mention, hours: frozenset[int]) -> bool:
    """`2 pm` is 14:00."""
    half = _HALF_DAY.match(mention.after)
    return half is not None and any(
        reading in range(1, 13) and reading % 12 + 12 * (half[1] == "p") in hours for reading in mention.readings
    )
