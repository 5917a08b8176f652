"""Does a text state a date or a time of day? Every usual English spelling, with the parts in any order."""

import re
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache

from apigen.checkers.spellings.mentions import mentions
from apigen.checkers.spellings.relative import days_said, months_said, years_said
from apigen.checkers.spellings.text import listed, plain

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"(?<![0-9.,$€£])(?:19|20)[0-9]{2}(?![0-9]|[.,][0-9])|'[0-9]{2}(?![0-9])")
_FORMS = {
    "dd/mm/yyyy": "%d/%m/%Y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "yyyy/mm/dd": "%Y/%m/%d",
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd-mm-yyyy": "%d-%m-%Y",
    "mm-dd-yyyy": "%m-%d-%Y",
    "yyyymmdd": "%Y%m%d",
}
_WRITTEN_ALIKE = re.compile(r"[0-9]{8}|[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{2,4}")
_LONGEST_DESCRIPTION = 4000
_ISO_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,4})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?"
)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.0+)?(?:Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTHS = listed("january february march april may june july august september october november december")
_DAYS = listed(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
_FEASTS = {
    (1, 1): r"new year'?s(?: day)?(?! eve)",
    (2, 14): r"valentine'?s",
    (2, 29): r"leap day",
    (3, 17): r"(?:st\.?|saint) patrick'?s",
    (7, 4): r"independence day|fourth of july",
    (10, 31): r"halloween",
    (12, 24): r"christmas eve",
    (12, 25): r"christmas(?: day)?(?! eve)",
    (12, 26): r"boxing day",
    (12, 31): r"new year'?s eve",
}
# Further days between a month and its day: March 1, 5 and 9; 3rd to 8th of June.
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_SEPARATOR = r"(?:, and |, | and | & | to | until | through |-| - | or )"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_HOURS = listed("twelve one two three four five six seven eight nine ten eleven")
_MINUTES = {
    0: r"o'?clock|sharp",
    15: "fifteen",
    30: "thirty",
    45: "forty-five|forty five",
    10: "ten",
    20: "twenty",
}
_AFTERNOON = re.compile(r"(?<![a-z])(?:pm|afternoon|evening|night|tonight|noon)\b")
_AM, _PM = "(?:am|in the morning)", "(?:pm|in the afternoon|in the evening|at night)"
_MORNING = re.compile(r"(?<![a-z])(?:am|morning)\b")


def states_moment(query: str, value: str, today: date | None = None) -> bool | None:
    """Tell whether the query states an ISO date, HH:MM time or both; None where the value is none of them.

    `tomorrow`, and a date without a year, are days only for those who know `today`.
    """
    both = _DATE_TIME.fullmatch(value)
    if both:
        parts = [states_moment(query, part, today) for part in both.groups()]
        return None if None in parts else all(parts)
    try:
        if _DATE.fullmatch(value):
            return _states_date(_clock_text(query), date.fromisoformat(value), today)
        if _TIME.fullmatch(value):
            return _states_time(_clock_text(query), time.fromisoformat(value))
    except ValueError:
        return None
    if month := _MONTH.fullmatch(value):
        year, number = int(month[1]), int(month[2])
        if today and (year, number) in months_said(_clock_text(query), today):
            return True
        return bool(re.search(rf"{_month_names(number)},? (?:of |in )?{year}(?![0-9])", _clock_text(query))) or None
    return None


def in_iso(value: str, description: str) -> str:
    """Return a date that is written as its description asks, `DD/MM/YYYY`, in ISO 8601; any other text as it is."""
    if not _WRITTEN_ALIKE.fullmatch(value):
        return value
    for form, pattern in _FORMS.items():
        if form in description[:_LONGEST_DESCRIPTION].lower():
            try:
                return datetime.strptime(value, pattern).date().isoformat()
            except ValueError:
                continue
    return value


def states_month(query: str, number: float) -> bool:
    """Tell whether the query names the month of that number: April for 4."""
    if number not in range(1, 13):
        return False
    name = _month_names(int(number))
    if number == 5:  # a verb as well
        name = rf"(?:(?:in|of|this|next|last|every|until|since|[0-9](?:st|nd|rd|th)?) {name}|{name},? (?:the )?[0-9])"
    return re.search(rf"{name}(?![a-z])", plain(query)) is not None


def states_duration(query: str, value: str) -> bool:
    """Tell whether the query states the time that HH:MM or ISO 8601's PT7H35M takes, as in `7 hours and 35 minutes`."""
    amounts = _amounts(value)
    return any(
        mention.unit is not None
        and not mention.partial
        and any(reading * mention.unit.size == amounts.get(mention.unit.dimension) for reading in mention.readings)
        for mention in mentions(query)
    )


def _amounts(value: str) -> dict[str, Fraction]:
    """Return a duration in seconds, or in months."""
    if re.fullmatch(r"[0-9]{1,3}:[0-5][0-9]", value):
        hours, minutes = map(int, value.split(":"))
        return {"time": Fraction(3600 * hours + 60 * minutes)}
    iso = _ISO_DURATION.fullmatch(value)
    if iso is None:
        return {}
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
    time_part = Fraction(604800 * weeks + 86400 * days + 3600 * hours + 60 * minutes + seconds)
    calendar = Fraction(12 * years + months)
    return {"time": time_part} if not calendar else {"calendar": calendar} if not time_part else {}


def _month_names(number: int) -> str:
    name = _MONTHS[number - 1]
    return rf"(?<![a-z])(?:{name}|{name[:3]}\.?|{name[:4]}\.?)"


@lru_cache(maxsize=256)
def _clock_text(query: str) -> str:
    """Write `p.m.` and `P. M.` as `pm`, and `noon` as the time that it is."""
    return re.sub(r"(?<![a-z])([ap])\. ?m\b\.?", r"\1m", plain(query))


def _states_date(text: str, day: date, today: date | None) -> bool:
    if today is not None and day in days_said(text, today):
        return True
    if f"{day.year % 100:02}" in text and _numeric_date(day).search(text):
        return True
    if not _states_year(text, day, today):
        return False
    feast = _FEASTS.get((day.month, day.day))
    return (_MONTHS[day.month - 1][:3] in text and _written_date(day).search(text) is not None) or (
        feast is not None and bool(re.search(feast, text))
    )


def _states_year(text: str, day: date, today: date | None) -> bool:
    """In digits or as `next year`; where no year is said at all it is this one, or the one in which the day comes next."""
    if re.search(rf"(?<![0-9]){day.year}(?![0-9])|'{day.year % 100:02}(?![0-9])", text):
        return True
    if today is None:
        return False
    said = years_said(text, today)
    if said or _YEAR.search(text):
        return day.year in said
    return day.year == today.year or (day > today and (day - today).days < 366)


@lru_cache(maxsize=1024)
def _numeric_date(day: date) -> re.Pattern[str]:
    d, m, y = f"0?{day.day}", f"0?{day.month}", f"{day.year}"
    orders = [rf"{y}{sep}{m}{sep}{d}" for sep in ("-", "/", r"\.")]
    for sep in ("/", "-", r"\."):
        orders += [rf"{first}{sep}{second}{sep}(?:{y}|{y[2:]})" for first, second in ((m, d), (d, m))]
    orders.append(f"{day.year}{day.month:02}{day.day:02}")
    return re.compile(r"(?<![0-9])(?<![0-9][/.\-])(?:" + "|".join(orders) + r")(?![0-9]|[/.\-][0-9])")


@lru_cache(maxsize=1024)
def _written_date(day: date) -> re.Pattern[str]:
    """A day and a month beside each other, not followed by another year."""
    name = _MONTHS[day.month - 1]
    short = "|".join(rf"{form}\.?" for form in {name[:3], name[:4]} if form != name)
    month = rf"(?:{name}|{short})" if short else name
    number = rf"(?:0?{day.day}(?:st|nd|rd|th)?|{_DAYS[day.day - 1].replace('-', '[- ]')})"
    own_year = rf"(?!,? (?:of |in )?(?!{day.year})[0-9]{{4}}(?![0-9]))"
    more = rf"(?:(?:the )?{_DAY}{_SEPARATOR}){{0,6}}"
    ahead = rf"(?<![a-z]){month}[ \-]?{more}(?:the )?{number}(?![0-9]|:[0-9]){own_year}"
    others = rf"(?:{_SEPARATOR}(?:the )?{_DAY}){{0,6}}"
    behind = rf"(?<![0-9:.,/\-]){number}{others}(?: day)?[ \-]?(?:of )?{_WEEKDAY}{month}(?![a-z]){own_year}"
    return re.compile(f"{ahead}|{behind}")


def _states_time(text: str, moment: time) -> bool:
    if moment.second and moment.isoformat() not in text:
        return False
    if re.search(_digits_of(moment), text):
        return True
    if (moment.hour, moment.minute) in ((12, 0), (0, 0)):
        word = "noon|midday" if moment.hour else "midnight"
        if re.search(rf"(?<!after)\b(?:{word})\b", text):
            return True
    late = moment.hour >= 12
    cue, other = (_AFTERNOON, _AM) if late else (_MORNING, _PM)
    spoken = re.compile(rf"(?<![\w:.])(?:{_spoken(moment)})(?! ?{other}\b)(?![:0-9])")
    exact = re.compile(rf"(?<![\w:.])(?:{_exact(moment)})(?! ?{other}\b)(?![:0-9]|\.[0-9])")
    if not late and moment.hour and exact.search(text):
        return True  # 9:15 is in the morning where nothing else is said
    return cue.search(text) is not None and (spoken.search(text) or exact.search(text)) is not None


def _digits_of(moment: time) -> str:
    """The 24-hour forms; before 13:00 they are those of the 12-hour clock too, and must not be followed by pm."""
    hours, minutes = moment.hour, f"{moment.minute:02}"
    forms = rf"{hours:02}[:.h]{minutes}|{hours:02}{minutes} ?(?:h\b|hours|hrs)"
    if hours >= 13 or hours == 0:
        forms += rf"|{hours}[:.h]{minutes}" + (rf"|{hours} ?(?:h\b|o'?clock)" if not moment.minute else "")
    follow = rf"(?! ?{_PM if hours < 12 else _AM}\b)"
    return rf"(?<![0-9:.,])(?:{forms})(?![0-9]|\.[0-9]){follow}(?!:(?!00)[0-9])"


def _exact(moment: time) -> str:
    hour = moment.hour % 12 or 12
    return rf"0?{hour}[:.h]{moment.minute:02}"


def _spoken(moment: time) -> str:
    """Forms that need a morning or an afternoon beside them: `2 pm`, `half past two`, `two thirty`, `at 9`."""
    hour, minute = moment.hour % 12, moment.minute
    this, following = (_hour_names((hour + extra) % 12) for extra in (0, 1))
    forms = []
    if minute in _MINUTES and minute:
        forms.append(rf"{this}[ \-](?:{_MINUTES[minute]})")
    past = {15: "(?:a )?quarter", 30: "half"}.get(minute, _minutes_said(minute))
    if 0 < minute <= 30:
        forms.append(rf"{past} (?:past|after) {this}")
    if minute > 30:
        before = {45: "(?:a )?quarter"}.get(minute, _minutes_said(60 - minute))
        forms.append(rf"{before} (?:to|before|till) {following}")
    if minute == 0:
        forms.append(rf"{this}(?! ?(?:hours?|h|hrs?|minutes?|mins?|days?)\b)(?![.,/%])")
        forms.append(rf"{this}\.(?= |$)")
    return "|".join(forms) or "(?!)"


def _minutes_said(minutes: int) -> str:
    words = {5: "|five", 10: "|ten", 20: "|twenty", 25: "|twenty-five|twenty five"}.get(minutes, "")
    return f"(?:{minutes}{words})(?: minutes)?"


def _hour_names(hour: int) -> str:
    return rf"(?:0?{hour or 12}|{_HOURS[hour]})"
