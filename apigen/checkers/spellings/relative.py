"""Days, months and years that a text counts from the day it is read on: `tomorrow`, `last Friday`, `in two weeks`."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from apigen.checkers.spellings.text import listed

_WEEKDAYS = listed("monday tuesday wednesday thursday friday saturday sunday")
_COUNTS = {word: number for number, word in enumerate(listed("one two three four five six seven eight nine ten"), 1)}
_COUNTS |= {"a": 1, "an": 1, "eleven": 11, "twelve": 12, "a couple of": 2}
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_OF = {"month": 1, "year": 12}

_SPAN = rf"([0-9]{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))}) (day|week|fortnight|month|year)s?'?"
_AHEAD = re.compile(
    rf"\bin {_SPAN}(?: time)?\b(?! (?:of|from|before|after|later))|\b{_SPAN} from (now|today|tomorrow)\b"
)
_AGO = re.compile(rf"\b{_SPAN} ago\b")
_NAMED = (
    (re.compile(r"\bday after tomorrow\b"), 2),
    (re.compile(r"\bday before yesterday\b"), -2),
    (re.compile(r"(?<!after )(?<!from )\btomorrow\b"), 1),
    (re.compile(r"(?<!before )\byesterday\b"), -1),
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b"), 0),
)
# A weekday beside a date belongs to the date: Friday, 1 March.
_WEEKDAY = re.compile(
    rf"\b(this|next|last|past|coming|on|by|until|till) (?:coming |past )?({'|'.join(_WEEKDAYS)})\b(?!,? (?:the )?[0-9]|, [a-z]+ [0-9])"
)
_OF_MONTH = re.compile(
    r"\b(?:([0-9]{1,2})(?:st|nd|rd|th)|(first|start|beginning)|(end|last day))(?: day)? of (this|the|next|last) month\b"
)
_NEIGHBOURS = {"this": 0, "the": 0, "next": 1, "last": -1}


@lru_cache(maxsize=256)
def days_said(text: str, today: date) -> frozenset[date]:
    """Return the days that a plain text may mean, read on that day; both of them where people differ (`next Friday`)."""
    return frozenset(_days(text, today))


@lru_cache(maxsize=256)
def months_said(text: str, today: date) -> frozenset[tuple[int, int]]:
    """Return year and month of each `next month`, `last month` and `this month`."""
    said = re.findall(r"\b(this|next|last) month\b", text)
    return frozenset((day.year, day.month) for word in said if (day := _months_on(today, _NEIGHBOURS[word])))


@lru_cache(maxsize=256)
def years_said(text: str, today: date) -> frozenset[int]:
    """Return the year of each `next year`, `last year` and `this year`."""
    return frozenset(today.year + _NEIGHBOURS[word] for word in re.findall(r"\b(this|next|last) year\b", text))


def _days(text: str, today: date) -> Iterator[date]:
    yield from (_days_on(today, days) for pattern, days in _NAMED if pattern.search(text))
    for found in _AHEAD.finditer(text):
        start = _days_on(today, 1) if found[5] == "tomorrow" else today
        yield from _moved(start, found[1] or found[3], found[2] or found[4], 1)
    for found in _AGO.finditer(text):
        yield from _moved(today, found[1], found[2], -1)
    for found in _WEEKDAY.finditer(text):
        yield from _weekdays(today, found[1], _WEEKDAYS.index(found[2]))
    for found in _OF_MONTH.finditer(text):
        if month := _months_on(today.replace(day=1), _NEIGHBOURS[found[4]]):
            length = monthrange(month.year, month.month)[1]
            day = int(found[1]) if found[1] else 1 if found[2] else length
            yield from [month.replace(day=day)] if 1 <= day <= length else []


def _weekdays(today: date, word: str, weekday: int) -> Iterator[date]:
    coming = _days_on(today, (weekday - today.weekday() - 1) % 7 + 1)
    if word in ("last", "past"):
        yield _days_on(today, -((today.weekday() - weekday - 1) % 7 + 1))
    elif word == "this":
        yield coming
        yield _days_on(today, weekday - today.weekday())
    else:
        yield coming
        if word == "next":  # the coming one, or the one of next week
            yield _days_on(today, weekday - today.weekday() + 7)


def _moved(start: date, count: str, unit: str, sign: int) -> Iterator[date]:
    number = sign * (_COUNTS[count] if count in _COUNTS else int(count))
    if unit in _DAYS_OF:
        yield _days_on(start, number * _DAYS_OF[unit])
    elif moved := _months_on(start, number * _MONTHS_OF[unit]):
        yield moved


def _days_on(day: date, days: int) -> date:
    try:
        return day + timedelta(days)
    except OverflowError:
        return day


def _months_on(day: date, months: int) -> date | None:
    """Return the same day of another month, or its last one where it is shorter; None outside of the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
