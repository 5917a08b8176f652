"""The numbers that a text mentions, in digits and in words, each with its unit and its surroundings."""

import re
from collections.abc import Iterator, Sequence
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
from apigen.checkers.spellings.text import plain
from apigen.checkers.spellings.units import Unit, unit_behind

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
_LOSS_BEHIND = re.compile(
    r"[ °-]*(?:[a-z]+ ){0,2}(?:behind|west|south|w|s|below|under|less|earlier|slower|backwards?|left|loss|overdrawn)\b"
)
_LOSS_BEFORE = re.compile(
    r"\b(?:lost|loses?|loss of|dropped|drops?|fell|falls?|down|debt of|owes?|withdr[ae]ws?|behind|below)\b[^.;]*$"
)
_CENTS = re.compile(r"[ -]?(?:cents?|pence|p|¢|ct)(?![^\W_])")
_MONEY = re.compile(r" ?(?:dollars?|euros?|pounds?|usd|eur|gbp|[$€£])")
_GROUP_MARK = re.compile(r"(?<=[0-9])['_](?=[0-9]{3}(?![0-9]))")
_DEGREES = re.compile(r"\b([0-9]{1,3})° ?([0-5]?[0-9])'(?: ?([0-5]?[0-9](?:\.[0-9]{1,6})?)(?:\"|''))?")
_TIMES = frozenset({"once", "twice", "thrice"})


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
        return bool(_CURRENCY.search(self.before) or _MONEY.match(self.after)) and not self.cents

    @property
    def cents(self) -> bool:
        """It is in cents or pence."""
        return _CENTS.match(self.after) is not None

    @property
    def perhaps_negative(self) -> bool:
        """It is a loss, or lies on the other side of something: `8 hours behind`."""
        return bool(_LOSS_BEHIND.match(self.after) or _LOSS_BEFORE.search(self.before))


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
