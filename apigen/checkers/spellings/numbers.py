"""Does a text state a number? Holds a value against each number that the text mentions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from apigen.checkers.spellings.mentions import Mention, mentions
from apigen.checkers.spellings.text import plain, words_of
from apigen.checkers.spellings.units import Unit, unit_of_description, unit_of_name
from apigen.checkers.spellings.words import same_word

_SOUTH_WEST = re.compile(r" ?°? ?(?:degrees? )?(?:s|w|south|west)\b")
_PERCENT = re.compile(r"[ -]?(?:%|percent|per cent|pct)")
_RATED = re.compile(r"(?:times|once|twice|thrice|percent|%) $")
_POINTS = re.compile(r" ?(?:basis points?|bps?)\b")
_MILLION_LETTER = re.compile(r"(?:m|b|mm)(?![^\W_])")
_PERCENT_NAME = re.compile(r"percent|pct")
_PERCENT_DOCS = re.compile(r"percent|%")
_SHARE_DOCS = re.compile(r"decimal|fraction|0\.[0-9]")
_FRACTION_DOCS = re.compile(r"fraction|between 0 and 1\b(?!\.[0-9])|\b0 to 1\b(?!\.[0-9])|\b0\.[0-9]+ (?:for|is|means)")
_CENT_NAME = re.compile(r"_(?:cents|pence)$")
_CENT_DOCS = re.compile(r"\bin (?:[a-z]+ )?(?:cents|pence)\b")
_WHOLE_MONEY = re.compile(r"\bin (?:[a-z]+ )?(?:dollars|euros|pounds)\b")
_COUPLE = re.compile(
    r"\b(?:(?:my|your) \w+ and (?:i|me|myself)|(?:i|me) and my \w+|with my (?:wife|husband|partner))\b"
)
_LATITUDE = re.compile(r"(?:^|_)(?:lat|lon|lng|long|latitude|longitude)(?:$|_)")
_MEASURED = frozenset({"time", "length", "mass", "volume", "speed", "area", "temperature", "energy"})
_ADJUSTABLE = re.compile(r"kelvin|temperatur|kilomet|\bkm|distance")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a parameter says of itself: its name, its description, and whether its number is one of a list.

    `split`: another parameter takes the minutes of its hours.
    """

    name: str
    description: str
    listed: bool = False
    split: bool = False

    @property
    def unit(self) -> Unit | None:
        return unit_of_name(self.name) or unit_of_description(self.description)

    @property
    def in_percent(self) -> bool:
        return _asks(_PERCENT_NAME, self.name) or (
            _asks(_PERCENT_DOCS, self.description) and not _asks(_SHARE_DOCS, self.description)
        )

    @property
    def in_fraction(self) -> bool:
        return not self.in_percent and _asks(_FRACTION_DOCS, self.description)

    @property
    def in_cents(self) -> bool:
        return _asks(_CENT_DOCS, self.description) or _asks(_CENT_NAME, self.name)

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(f"{self.name} {self.description}")


@lru_cache(maxsize=1024)
def _asks(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text.lower()) is not None


def states_number(query: str, value: float, meaning: Meaning) -> bool:
    """Tell whether the query states the number, in any spelling and any unit that has a fixed worth in its own."""
    wanted = exactly(value)
    if wanted is None:
        return False
    if wanted == 2 and _COUPLE.search(plain(query)):
        return True
    likely = _by_reading(query).get(abs(wanted), ())
    return any(means(mention, wanted, meaning) for found in (likely, mentions(query)) for mention in found)


@lru_cache(maxsize=64)
def _by_reading(query: str) -> Mapping[Fraction, Sequence[Mention]]:
    """What to try first: long lists would take a look at every mention for every value."""
    found: dict[Fraction, list[Mention]] = {}
    for mention in mentions(query):
        for reading in mention.readings:
            found.setdefault(reading, []).append(mention)
    return found


def exactly(value: float) -> Fraction | None:
    """Return a number as it is written; None for nan and infinity."""
    try:
        return Fraction(value) if isinstance(value, int) else Fraction(repr(value))
    except ValueError:
        return None


def means(mention: Mention, wanted: Fraction, meaning: Meaning) -> bool:
    """Tell whether a number that a text mentions is the value of that parameter."""
    if mention.unit and mention.unit.dimension == "temperature" and _in_other_unit(mention, meaning):
        degrees = (
            replace(mention, readings=tuple(-reading for reading in mention.readings)) if mention.negative else mention
        )
        return _converted(degrees, wanted, meaning)
    if mention.summed and meaning.split:
        return False
    return _sign_fits(mention, wanted, meaning) and _size_fits(mention, abs(wanted), meaning)


def _sign_fits(mention: Mention, wanted: Fraction, meaning: Meaning) -> bool:
    negative = mention.negative
    if _LATITUDE.search(meaning.name.lower()):
        negative = negative or _SOUTH_WEST.match(mention.after) is not None
    if wanted > 0:
        return not negative
    return wanted == 0 or negative or mention.perhaps_negative


def _size_fits(mention: Mention, size: Fraction, meaning: Meaning) -> bool:
    if mention.article:
        counts = size == 1 and _article_counts(mention, meaning)
        return counts or _converted(mention, size, meaning)
    if mention.ratio:
        return (meaning.in_fraction and size in mention.readings) or (
            meaning.in_percent and size / 100 in mention.readings
        )
    exact = () if _in_other_unit(mention, meaning) or _in_other_share(mention, meaning) else mention.readings
    if size in exact or size in _other_readings(mention, size, meaning):
        return True
    if meaning.listed and size in mention.parts:
        return True
    return any(_rounds_to(reading, size) for reading in exact if _endless(reading)) or _converted(
        mention, size, meaning
    )


def _article_counts(mention: Mention, meaning: Meaning) -> bool:
    """`a` is 1 in `a year` and in `a bag` for a parameter that is about bags."""
    if _RATED.search(mention.before):
        return False  # three times a day
    if mention.unit and not _in_other_unit(mention, meaning):
        return True
    return any(same_word(hint, word) for word in words_of(mention.after)[:3] for hint in meaning.words if len(hint) > 2)


def _other_readings(mention: Mention, size: Fraction, meaning: Meaning) -> Iterator[Fraction]:
    for reading in mention.readings:
        if _PERCENT.match(mention.after) and size <= 1 and not meaning.in_percent:
            yield reading / 100
        if meaning.in_percent and mention.worded and not _PERCENT.match(mention.after):
            yield reading * 100  # half the bill
        if _POINTS.match(mention.after) or (mention.cents and not meaning.in_cents and not meaning.unit):
            yield reading / 100
        if meaning.in_cents and mention.money:
            yield reading * 100
        if letter := _MILLION_LETTER.match(mention.after):
            yield reading * (10**9 if letter[0] == "b" else 10**6)
    if mention.scaled is not None and _ADJUSTABLE.search(f"{meaning.name} {meaning.description}".lower()):
        yield mention.scaled  # a 5k run, 300 K


def _in_other_unit(mention: Mention, meaning: Meaning) -> bool:
    """The parameter says one unit, the text another: 2 years are not 2 months, 2 km are no weight."""
    own, said = meaning.unit, mention.unit
    if own is None or said is None:
        return own is not None and own.family in _MEASURED - {"time"} and mention.times
    if said.family != own.family:
        return not said.ambiguous and said.family in _MEASURED and own.family in _MEASURED
    return (own.dimension, own.size, own.zero) != (said.dimension, said.size, said.zero) or (
        mention.partial and not meaning.split
    )


def _in_other_share(mention: Mention, meaning: Meaning) -> bool:
    """The parameter is a fraction, or in cents, and the text says percent, or dollars; or the other way about."""
    if meaning.in_fraction:
        return _PERCENT.match(mention.after) is not None
    if meaning.in_cents:
        return mention.money
    return mention.cents and _asks(_WHOLE_MONEY, meaning.description)


def _converted(mention: Mention, size: Fraction, meaning: Meaning) -> bool:
    own = meaning.unit
    if own is None or mention.unit is None or mention.partial:
        return False
    candidates = [amount for reading in mention.readings for amount in own.of(reading, mention.unit)]
    return size in candidates or any(_rounds_to(amount, size) for amount in candidates)


def _endless(number: Fraction) -> bool:
    return number.denominator % 3 == 0


def _rounds_to(amount: Fraction, size: Fraction) -> bool:
    """The value is the amount, rounded to the decimals that the value has, and within 1 percent."""
    decimals = next((count for count in range(12) if (size * 10**count).denominator == 1), 12)
    return abs(amount - size) <= Fraction(1, 2 * 10**decimals) and abs(amount - size) * 100 <= abs(amount)
