"""Does a text state a number? Finds the numbers that a text mentions, and holds a value against each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from apigen.checkers.spellings.number_words import (
    LONGEST,
    NUMBER_WORDS,
    SCALE_WORDS,
    numeral_parts,
    read_number,
)
from apigen.checkers.spellings.text import plain, words_of
from apigen.checkers.spellings.units import Unit, unit_behind, unit_of_description, unit_of_name
from apigen.checkers.spellings.words import same_word

_TOKEN = re.compile(
    r"(?<![0-9/.,])[0-9]{1,9}/[0-9]{1,9}(?![0-9/]|[.,][0-9])"
    r"|[0-9]+(?:[.,][0-9]+)*(?:e[+-]?[0-9]{1,3}(?![0-9]))?|(?<![0-9])\.[0-9]+|[^\W\d_]+|[^\s\w]"
)
_ARTICLES = frozenset({"a", "an", "every", "each", "per"})
_STARTS = NUMBER_WORDS | _ARTICLES - {"every", "each", "per"}
_JOINTS = frozenset({"and", "point", "of", "a", "an", "k"})
_GROUPED = re.compile(r"[0-9]{1,3}(?: [0-9]{3}){1,5}")
_MOST_GROUPS = 6
_TOUCHING = re.compile(r"(?:[0-9][a-z]{1,3}|\b(?:usd|eur|gbp|jpy|inr|cad|aud|chf|us|rs|r|x))$")
_CURRENCY = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|jpy|inr|cad|aud|chf|rs)) ?$")
_TIMES_TEN = re.compile(r" ?[x*·] ?10\^(-?[0-9]{1,2})")
_CLOCK_HOURS = re.compile(r"(?:\b(?:utc|gmt) ?[+-]? ?)([0-9]{1,2}):([0-5][0-9])|\b([0-9]{1,2}):([0-5][0-9])(?= ?h)")
_HALF_BEHIND = re.compile(r" and (?:a |one )(half|quarter)\b")
_SO_FAR = 24  # how much text around a number is looked at
_AHEAD = 48

_MINUS_SIGN = re.compile(r"(?:^|[^\w)\].%]|\b(?:utc|gmt|est|cet))-[$€£¥]?$")
_MINUS_WORD = re.compile(r"(?:(\w+) )?(minus|negative) [$€£¥]?$")
_BELOW_ZERO = re.compile(r"[ °-]*(?:[a-z]+ ){0,3}below (?:zero|freezing|0)\b")
_SOUTH_WEST = re.compile(r" ?°? ?(?:degrees? )?(?:s|w|south|west)\b")
_LOSS_BEHIND = re.compile(
    r"[ °-]*(?:[a-z]+ ){0,2}(?:behind|west|south|w|s|below|under|less|earlier|slower|backwards?|left|loss|overdrawn)\b"
)
_LOSS_BEFORE = re.compile(
    r"\b(?:lost|loses?|loss of|dropped|drops?|fell|falls?|down|debt of|owes?|withdr[ae]ws?|behind|below)\b[^.;]*$"
)
_PERCENT = re.compile(r"[ -]?(?:%|percent|per cent|pct)")
_CENTS = re.compile(r"[ -]?(?:cents?|pence|p|¢|ct)(?![^\W_])")
_MONEY = re.compile(r" ?(?:dollars?|euros?|pounds?|usd|eur|gbp|[$€£])")
_GROUP_MARK = re.compile(r"(?<=[0-9])['_](?=[0-9]{3}(?![0-9]))")
_DEGREES = re.compile(r"\b([0-9]{1,3})° ?([0-5]?[0-9])'(?: ?([0-5]?[0-9](?:\.[0-9]{1,6})?)(?:\"|''))?")
_TIMES = frozenset({"once", "twice", "thrice"})
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
class Mention:
    """A number that a text states: its likeliest readings, the numbers it is if it is a list, and its surroundings."""

    readings: tuple[Fraction, ...]
    start: int
    end: int
    before: str
    after: str
    parts: tuple[Fraction, ...] = ()
    article: bool = False
    scaled: Fraction | None = None  # 5 where the text says 5k
    worded: bool = False  # no digits but those of a fraction
    unit: Unit | None = None
    unit_end: int = 0
    partial: bool = False  # the hour of an hour and 30 minutes
    summed: bool = False  # both of them
    ratio: bool = False  # 1 in 5
    times: bool = False  # twice

    @property
    def negative(self) -> bool:
        """It has a sign, in any spelling; `20 minus 5` has none."""
        if _MINUS_SIGN.search(self.before) or _BELOW_ZERO.match(self.after):
            return True
        word = _MINUS_WORD.search(self.before)
        if word is None:
            return False
        left = word[1] or ""
        return word[2] == "negative" or not (left[-1:].isdigit() or left in NUMBER_WORDS)

    @property
    def money(self) -> bool:
        """It is in whole dollars, euros or pounds."""
        return bool(_CURRENCY.search(self.before) or _MONEY.match(self.after)) and not _CENTS.match(self.after)

    @property
    def perhaps_negative(self) -> bool:
        """It is a loss, or lies on the other side of something: `8 hours behind`."""
        return bool(_LOSS_BEHIND.match(self.after) or _LOSS_BEFORE.search(self.before))


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
        if _POINTS.match(mention.after) or (_CENTS.match(mention.after) and not meaning.in_cents and not meaning.unit):
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
    return _CENTS.match(mention.after) is not None and _asks(_WHOLE_MONEY, meaning.description)


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


@lru_cache(maxsize=64)
def mentions(query: str) -> tuple[Mention, ...]:
    """Return the numbers that a text mentions, in order, each with its unit; with the sums of `1 hour 30 minutes`."""
    text = without_marks(query)
    found: list[Mention] = []
    for mention in _find(text):
        if not found or mention.start >= found[-1].unit_end:  # the half of an hour and a half is no number of its own
            found.append(_with_unit(mention, text))
    sums = dict(_sums(found, text))
    parts = {at for first in sums for at in (first, first + 1)}
    single = [replace(mention, partial=at in parts) for at, mention in enumerate(found)]
    return (*single, *sums.values(), *_ratios(found, text), *_clock_hours(text), *_degrees(text))


def without_marks(query: str) -> str:
    """Return the plain text that mentions have their places in: 1'250'000 without its marks."""
    return _GROUP_MARK.sub("", plain(query))


def _find(text: str) -> Iterator[Mention]:
    tokens = list(_TOKEN.finditer(text))
    at = 0
    while at < len(tokens):
        mention, length = _read_at(text, tokens, at)
        if mention is not None:
            yield mention
        at += length


def _read_at(text: str, tokens: Sequence[re.Match[str]], at: int) -> tuple[Mention | None, int]:
    """Return the longest number that starts at a token, and how many tokens it takes."""
    first = tokens[at]
    if not _may_start(text, first):
        return None, 1
    run = _run(text, tokens, at)
    for length in range(len(run), 0, -1):
        start, end = first.start(), run[length - 1].end()
        words = [token[0] for token in run[:length] if token[0] != "-"]
        if len(words) > LONGEST:
            continue
        readings = _readings(text[start:end], words)
        cut = length < len(run) and run[length][0] in SCALE_WORDS  # `two million and three` of `... three million`
        if readings and not cut:
            mention = _mention(text, start, end, readings, words)
            return mention, length
    if first[0] in _ARTICLES:
        return _mention(text, first.start(), first.end(), (Fraction(1),), (), article=True), 1
    return None, 1


def _may_start(text: str, token: re.Match[str]) -> bool:
    word, before = token[0], text[max(0, token.start() - _SO_FAR) : token.start()]
    if word == "second":
        return not before.endswith(("per ", "a ", "each ", "every ", "/")) and not before.rstrip(" -")[-1:].isdigit()
    if word[0] in "0123456789.":
        touching = before[-1:].isalpha() or before[-1:] == "_"
        return any(map(str.isdigit, word)) and (not touching or _TOUCHING.search(before) is not None)
    return word in _STARTS or word in _ARTICLES


def _run(text: str, tokens: Sequence[re.Match[str]], at: int) -> list[re.Match[str]]:
    """Return the tokens that may belong to one number: words and numerals with a space or a hyphen between."""
    run, numerals = [tokens[at]], 1
    for token in tokens[at + 1 : at + 2 * LONGEST]:
        tight = token.start() == run[-1].end()
        hyphen = (token[0] == "-" and tight) or run[-1][0] == "-"
        word = token[0] in NUMBER_WORDS or token[0] in _JOINTS or token[0][0] in "0123456789" or token[0] == "-"
        numerals += token[0][0].isdigit()
        if not word or numerals > _MOST_GROUPS or (token[0] == "-" and not tight) or (hyphen and not tight):
            break
        run.append(token)
    return run


def _readings(said: str, words: Sequence[str]) -> tuple[Fraction, ...]:
    if said.endswith("-"):
        return ()
    if _GROUPED.fullmatch(said):
        return (Fraction(said.replace(" ", "")),)
    value = read_number(words)
    return () if value is None else (value,)


def _mention(
    text: str,
    start: int,
    end: int,
    readings: tuple[Fraction, ...],
    words: Sequence[str],
    article: bool = False,
) -> Mention:
    if power := _TIMES_TEN.match(text, end):
        readings, end = tuple(reading * Fraction(10) ** int(power[1]) for reading in readings), power.end()
    before, after = text[max(0, start - _SO_FAR) : start], text[end : end + _AHEAD]
    numerals = [word for word in words if word[0] in "0123456789"]
    return Mention(
        readings,
        start,
        end,
        before,
        after,
        parts=tuple(part for word in numerals for part in numeral_parts(word)) if len(numerals) == len(words) else (),
        article=article,
        times=len(words) == 1 and words[0] in _TIMES,
        worded=readings[0] < 1 and not any("." in word for word in words),
        scaled=read_number(words[:-1]) if len(words) > 1 and words[-1] in SCALE_WORDS else None,
    )


def _with_unit(mention: Mention, text: str) -> Mention:
    if _CURRENCY.search(mention.before):
        return mention
    found = unit_behind(mention.after)
    if found is None:
        return mention
    unit, length = found
    end, readings = mention.end + length, mention.readings
    if half := _HALF_BEHIND.match(text, end):  # an hour and a half
        part = Fraction(1, 2 if half[1] == "half" else 4)
        readings, end = tuple(reading + part for reading in readings), half.end()
    return replace(mention, readings=readings, unit=unit, unit_end=end, article=mention.article and not half)


def _sums(found: Sequence[Mention], text: str) -> Iterator[tuple[int, Mention]]:
    """Yield `1 hour 30 minutes`, `1h30` and `5 feet 11 inches` as one number of the first unit, with its place."""
    for at, (first, second) in enumerate(pairwise(found)):
        if first.unit is None or not first.readings or not second.readings:
            continue
        between = text[first.unit_end : second.start]
        tight = between in ("", " ") and first.unit.below is not None
        size = second.unit.size if second.unit else first.unit.below if tight else None
        same = second.unit is None or second.unit.dimension == first.unit.dimension
        if size is None or not same or size >= first.unit.size or between not in ("", " ", ", ", " and ", ", and "):
            continue
        total = first.readings[0] + second.readings[0] * size / first.unit.size
        yield at, replace(first, readings=(total,), after=second.after, parts=(), article=False, summed=True)


def _ratios(found: Sequence[Mention], text: str) -> Iterator[Mention]:
    """Yield `1 in 5` and `3 out of 4` as a share."""
    for first, second in pairwise(found):
        between = text[first.end : second.start]
        if between in (" in ", " out of ") and first.readings and second.readings and not first.article:
            part, whole = first.readings[0], second.readings[0]
            if 0 < part < whole:
                yield replace(first, readings=(part / whole,), parts=(), unit=None, ratio=True)


def _degrees(text: str) -> Iterator[Mention]:
    """Yield `33°30'` and `33°30'15"` as degrees."""
    for found in _DEGREES.finditer(text):
        degrees, minutes, seconds = (Fraction(part or 0) for part in found.groups())
        yield _mention(text, found.start(), found.end(), (degrees + minutes / 60 + seconds / 3600,), ())


def _clock_hours(text: str) -> Iterator[Mention]:
    """Yield `UTC+05:30` and `5:30 hours` as five and a half."""
    for found in _CLOCK_HOURS.finditer(text):
        hours, minutes = (int(part) for part in found.groups() if part is not None)
        start, end = found.start(1) if found[1] else found.start(3), found.end()
        yield _mention(text, start, end, (hours + Fraction(minutes, 60),), ())
