"""Dates and times: spans, working days, weekdays, ages, weeks, time zones and calendars."""

import calendar
import re
from datetime import date, timedelta
from itertools import combinations
from typing import Literal, TypedDict, get_args

AgeUnit = Literal["years", "months", "weeks"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Month = Literal[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
Occurrence = Literal["first", "second", "third", "fourth", "last"]
Frequency = Literal["weekly", "every_two_weeks", "monthly", "quarterly", "half_yearly", "yearly"]
WeekendRule = Literal["keep", "previous_friday", "next_monday"]


class Booking(TypedDict):
    """Who or what has something, from one day to another."""

    name: str
    start_date: str
    end_date: str


class BookingOverlap(TypedDict):
    """The days that two bookings share."""

    first: str
    second: str
    start_date: str
    end_date: str
    days: int


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST_YEAR, _LAST_YEAR = 1583, 2999  # the first full year of the Gregorian calendar
_DAYS_BETWEEN = {"weekly": 7, "every_two_weeks": 14}
_MONTHS_BETWEEN = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_WEEKEND_SHIFTS = {"keep": (0, 0), "previous_friday": (-1, -2), "next_monday": (2, 1)}  # of a Saturday and a Sunday


def _parse_date(name: str, text: str) -> date:
    problem = ValueError(
        f"{name} must be a real date as YYYY-MM-DD, year {_FIRST_YEAR} to {_LAST_YEAR}, got {text[:50]!r}"
    )
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise problem
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise problem from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise problem
    return day


def _parse_span(start_name: str, start: str, end_name: str, end: str) -> tuple[date, date]:
    first, last = _parse_date(start_name, start), _parse_date(end_name, end)
    if last < first:
        raise ValueError(f"{end_name} must not be before {start_name} ({start}), got {end}")
    return first, last


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _months_later(day: date, months: int) -> date:
    """Go to the same day of a later month, or to its last day if it is too short."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _minutes_from_utc(name: str, offset_hours: float) -> int:
    if not (-12 <= offset_hours <= 14 and offset_hours * 4 == int(offset_hours * 4)):
        raise ValueError(f"{name} must be between -12 and 14 in steps of 0.25, got {offset_hours}")
    return int(offset_hours * 60)


def days_between_dates(start_date: str, end_date: str, include_end_date: bool = False) -> int:
    """Count the days from one date to a later one.

    Args:
        start_date: The earlier date as YYYY-MM-DD, year 1583 to 2999.
        end_date: The later (or same) date as YYYY-MM-DD, year 1583 to 2999.
        include_end_date: True to count both the first and the last day; the last is not counted if left out.

    Returns:
        The whole number of days, 0 or more.

    Raises:
        ValueError: If a date is not valid or end_date is before start_date.

    Examples:
        >>> days_between_dates(start_date="2025-03-14", end_date="2025-12-25")
        286
        >>> days_between_dates(start_date="2024-02-10", end_date="2024-03-05", include_end_date=True)
        25
        >>> days_between_dates(start_date="1969-07-20", end_date="2026-01-01", include_end_date=False)
        20619
    """
    first, last = _parse_span("start_date", start_date, "end_date", end_date)
    return (last - first).days + include_end_date


def add_working_days(start_date: str, working_days: int, holidays: list[str] | None = None) -> str:
    """Find the date a number of working days (Monday to Friday) after a date.

    Args:
        start_date: The date to count from, itself not counted, as YYYY-MM-DD, year 1583 to 2999.
        working_days: How many working (business) days to add, 1 to 1000.
        holidays: Up to 100 dates as YYYY-MM-DD that are days off as well; none if left out.

    Returns:
        The resulting date as YYYY-MM-DD.

    Raises:
        ValueError: If a date is not valid, working_days is out of its range or there are too many holidays.

    Examples:
        >>> add_working_days(start_date="2025-06-12", working_days=10)
        '2025-06-26'
        >>> add_working_days(start_date="2025-12-22", working_days=5, holidays=["2025-12-25", "2025-12-26"])
        '2025-12-31'
        >>> add_working_days(start_date="2026-08-29", working_days=3, holidays=["2026-08-31"])
        '2026-09-03'
    """
    day = _parse_date("start_date", start_date)
    if not 1 <= working_days <= 1000:
        raise ValueError(f"working_days must be between 1 and 1000, got {working_days}")
    if holidays is not None and len(holidays) > 100:
        raise ValueError(f"holidays must have at most 100 dates, got {len(holidays)}")
    days_off = {_parse_date("holidays", holiday) for holiday in holidays or []}
    while working_days:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in days_off:
            working_days -= 1
    return day.isoformat()


def weekday_of_date(calendar_date: str) -> str:
    """Tell which day of the week a date falls on.

    Args:
        calendar_date: The date as YYYY-MM-DD, year 1583 to 2999.

    Returns:
        The English name of the weekday, such as 'Monday'.

    Raises:
        ValueError: If the date is not valid.

    Examples:
        >>> weekday_of_date(calendar_date="1969-07-20")
        'Sunday'
        >>> weekday_of_date(calendar_date="2000-01-01")
        'Saturday'
        >>> weekday_of_date(calendar_date="2027-10-19")
        'Tuesday'
    """
    return _WEEKDAYS[_parse_date("calendar_date", calendar_date).weekday()]


def age_on_date(birth_date: str, on_date: str, unit: AgeUnit = "years") -> int:
    """Compute how old someone born on one date is on another date.

    Args:
        birth_date: Date of birth as YYYY-MM-DD, year 1583 to 2999.
        on_date: Date at which the age is asked, not before the birth, as YYYY-MM-DD, year 1583 to 2999.
        unit: Unit of the age: years, months or weeks; years if left out.

    Returns:
        The age in completed units (born on 29 February: a year older on 1 March in common years).

    Raises:
        ValueError: If a date is not valid, on_date is before birth_date or unit is unknown.

    Examples:
        >>> age_on_date(birth_date="1988-11-23", on_date="2025-06-30")
        36
        >>> age_on_date(birth_date="2024-05-09", on_date="2025-10-21", unit="months")
        17
        >>> age_on_date(birth_date="2026-01-09", on_date="2026-04-02", unit="weeks")
        11
        >>> age_on_date(birth_date="1954-08-04", on_date="2031-08-04", unit="years")
        77
    """
    born, day = _parse_span("birth_date", birth_date, "on_date", on_date)
    if unit not in get_args(AgeUnit):
        raise ValueError(f"unit must be one of {', '.join(get_args(AgeUnit))}, got {unit[:50]!r}")
    if unit == "weeks":
        return (day - born).days // 7
    months = 12 * (day.year - born.year) + day.month - born.month - (day.day < born.day)
    return months if unit == "months" else months // 12


def is_leap_year(year: int) -> bool:
    """Tell whether a year is a leap year.

    Args:
        year: The calendar year, 1583 to 9999.

    Returns:
        True if the year has a 29 February, else False.

    Raises:
        ValueError: If the year is out of its range.

    Examples:
        >>> is_leap_year(year=2028)
        True
        >>> is_leap_year(year=1900)
        False
        >>> is_leap_year(year=2000)
        True
        >>> is_leap_year(year=2027)
        False
    """
    if not _FIRST_YEAR <= year <= 9999:
        raise ValueError(f"year must be between {_FIRST_YEAR} and 9999, got {year}")
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def convert_time_between_utc_offsets(
    local_time: str, from_utc_offset_hours: float, to_utc_offset_hours: float
) -> dict[str, str | int]:
    """Convert a clock time from one UTC offset to another.

    Args:
        local_time: The time in the first zone as HH:MM, 24-hour, 00:00 to 23:59.
        from_utc_offset_hours: First zone's hours ahead of UTC (GMT), -12 to 14, in steps of 0.25.
        to_utc_offset_hours: Second zone's hours ahead of UTC (GMT), -12 to 14, in steps of 0.25.

    Returns:
        A dict with time (HH:MM, 24-hour) and day_shift (0 same day, 1 next day, -1 day before, up to 2 days).

    Raises:
        ValueError: If the time is not valid or an offset is out of its range.

    Examples:
        >>> convert_time_between_utc_offsets(
        ...     local_time="15:30", from_utc_offset_hours=-5, to_utc_offset_hours=1
        ... )
        {'time': '21:30', 'day_shift': 0}
        >>> convert_time_between_utc_offsets(
        ...     local_time="20:15", from_utc_offset_hours=-8, to_utc_offset_hours=5.5
        ... )
        {'time': '09:45', 'day_shift': 1}
        >>> convert_time_between_utc_offsets(
        ...     local_time="07:00", from_utc_offset_hours=9, to_utc_offset_hours=-3
        ... )
        {'time': '19:00', 'day_shift': -1}
    """
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", local_time):
        raise ValueError(f"local_time must be a 24-hour time as HH:MM, got {local_time[:50]!r}")
    source = _minutes_from_utc("from_utc_offset_hours", from_utc_offset_hours)
    target = _minutes_from_utc("to_utc_offset_hours", to_utc_offset_hours)
    hours, minutes = map(int, local_time.split(":"))
    day_shift, minute_of_day = divmod(60 * hours + minutes + target - source, 24 * 60)
    return {"time": f"{minute_of_day // 60:02}:{minute_of_day % 60:02}", "day_shift": day_shift}


def iso_week_of_date(calendar_date: str) -> dict[str, int]:
    """Find the calendar week (ISO 8601 week number) that a date belongs to.

    Args:
        calendar_date: The date as YYYY-MM-DD, year 1583 to 2999.

    Returns:
        A dict with week (1 to 53) and week_year (the year the week counts to, may differ from the date's).

    Raises:
        ValueError: If the date is not valid.

    Examples:
        >>> iso_week_of_date(calendar_date="2025-09-18")
        {'week': 38, 'week_year': 2025}
        >>> iso_week_of_date(calendar_date="2024-12-30")
        {'week': 1, 'week_year': 2025}
        >>> iso_week_of_date(calendar_date="2027-01-02")
        {'week': 53, 'week_year': 2026}
    """
    iso = _parse_date("calendar_date", calendar_date).isocalendar()
    return {"week": iso.week, "week_year": iso.year}


def find_overlapping_bookings(bookings: list[Booking], same_day_handover: bool = False) -> list[BookingOverlap]:
    """List which bookings, stays or leaves overlap, and on which dates.

    Args:
        bookings: 2 to 50 objects with name (who or what it is for, 1 to 100 characters), start_date and
            end_date (first and last day as YYYY-MM-DD, year 1583 to 2999, the end not before the start).
        same_day_handover: True if one may begin on the day another ends, as in a hotel; that day is an
            overlap if left out.

    Returns:
        An object for each overlap, in the order of the bookings: first and second (their names), start_date
        and end_date of the shared time and its days, both ends counted. An empty list if there is none.

    Raises:
        ValueError: If there are too few or too many bookings, a name is blank or too long, or a date is not
            valid or in the wrong order.

    Examples:
        >>> find_overlapping_bookings(
        ...     bookings=[
        ...         {"name": "Miller", "start_date": "2025-07-04", "end_date": "2025-07-12"},
        ...         {"name": "Okafor", "start_date": "2025-07-10", "end_date": "2025-07-18"},
        ...     ]
        ... )
        [{'first': 'Miller', 'second': 'Okafor', 'start_date': '2025-07-10', 'end_date': '2025-07-12', 'days': 3}]
        >>> find_overlapping_bookings(
        ...     bookings=[
        ...         {"name": "Schmidt", "start_date": "2026-02-20", "end_date": "2026-02-27"},
        ...         {"name": "Rossi", "start_date": "2026-02-27", "end_date": "2026-03-06"},
        ...     ],
        ...     same_day_handover=True,
        ... )
        []
        >>> find_overlapping_bookings(
        ...     bookings=[
        ...         {"name": "Ana", "start_date": "2025-12-22", "end_date": "2026-01-02"},
        ...         {"name": "Tom", "start_date": "2025-12-15", "end_date": "2025-12-19"},
        ...         {"name": "Priya", "start_date": "2025-12-29", "end_date": "2026-01-09"},
        ...     ]
        ... )
        [{'first': 'Ana', 'second': 'Priya', 'start_date': '2025-12-29', 'end_date': '2026-01-02', 'days': 5}]
    """
    if not 2 <= len(bookings) <= 50:
        raise ValueError(f"bookings must have 2 to 50 entries, got {len(bookings)}")
    spans = []
    for index, booking in enumerate(bookings):
        place = f"bookings[{index}]"
        if not (booking["name"].strip() and len(booking["name"]) <= 100):
            raise ValueError(f"{place}.name must have 1 to 100 characters and not be blank")
        first, last = _parse_span(
            f"{place}.start_date", booking["start_date"], f"{place}.end_date", booking["end_date"]
        )
        spans.append((booking["name"], first, last))
    overlaps: list[BookingOverlap] = []
    for (one, one_start, one_end), (other, other_start, other_end) in combinations(spans, 2):
        start, end = max(one_start, other_start), min(one_end, other_end)
        handover = same_day_handover and (one_end == other_start or other_end == one_start)
        if start <= end and not handover:
            shared: BookingOverlap = {
                "first": one,
                "second": other,
                "start_date": start.isoformat(),
                "end_date": end.isoformat(),
                "days": (end - start).days + 1,
            }
            overlaps.append(shared)
    return overlaps


def nth_weekday_of_month(occurrence: Occurrence, weekday: Weekday, month: Month, year: int) -> str:
    """Find the date of, for example, the fourth Thursday or the last Monday of a month.

    Args:
        occurrence: Which one of the month: first, second, third, fourth or last.
        weekday: Day of the week in English, in small letters, monday to sunday.
        month: Month in English, in small letters, january to december.
        year: The calendar year, 1583 to 2999.

    Returns:
        The date as YYYY-MM-DD.

    Raises:
        ValueError: If the year is out of its range or another argument is unknown.

    Examples:
        >>> nth_weekday_of_month(occurrence="fourth", weekday="thursday", month="november", year=2026)
        '2026-11-26'
        >>> nth_weekday_of_month(occurrence="last", weekday="monday", month="may", year=2027)
        '2027-05-31'
        >>> nth_weekday_of_month(occurrence="first", weekday="saturday", month="august", year=2025)
        '2025-08-02'
    """
    _check_choice("occurrence", occurrence, Occurrence)
    _check_choice("weekday", weekday, Weekday)
    _check_choice("month", month, Month)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"year must be between {_FIRST_YEAR} and {_LAST_YEAR}, got {year}")
    month_number = get_args(Month).index(month) + 1
    first_of_month, days = calendar.monthrange(year, month_number)
    first = 1 + (get_args(Weekday).index(weekday) - first_of_month) % 7
    if occurrence == "last":
        return date(year, month_number, first + (days - first) // 7 * 7).isoformat()
    return date(year, month_number, first + 7 * get_args(Occurrence).index(occurrence)).isoformat()


def recurring_due_dates(
    first_due_date: str, frequency: Frequency, count: int, weekend_rule: WeekendRule = "keep"
) -> list[str]:
    """List the dates on which a regular payment, such as rent, or another recurring task is due.

    Args:
        first_due_date: The first date as YYYY-MM-DD, year 1583 to 2999.
        frequency: How often it comes back: weekly, every_two_weeks, monthly, quarterly (3 months),
            half_yearly (6 months) or yearly.
        count: How many dates to list, the first one included, 1 to 60.
        weekend_rule: What happens to a date on a Saturday or Sunday: keep leaves it there, previous_friday
            or next_monday moves it; keep if left out.

    Returns:
        The dates as YYYY-MM-DD, in order; in a month that is too short, the last day of the month.

    Raises:
        ValueError: If the date is not valid, count is out of its range, or the frequency or rule is unknown.

    Examples:
        >>> recurring_due_dates(first_due_date="2025-01-31", frequency="monthly", count=4)
        ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30']
        >>> recurring_due_dates(
        ...     first_due_date="2026-03-15", frequency="quarterly", count=3, weekend_rule="next_monday"
        ... )
        ['2026-03-16', '2026-06-15', '2026-09-15']
        >>> recurring_due_dates(first_due_date="2025-09-05", frequency="every_two_weeks", count=5)
        ['2025-09-05', '2025-09-19', '2025-10-03', '2025-10-17', '2025-10-31']
        >>> recurring_due_dates(
        ...     first_due_date="2026-08-01", frequency="half_yearly", count=2, weekend_rule="previous_friday"
        ... )
        ['2026-07-31', '2027-02-01']
    """
    start = _parse_date("first_due_date", first_due_date)
    _check_choice("frequency", frequency, Frequency)
    if not 1 <= count <= 60:
        raise ValueError(f"count must be between 1 and 60, got {count}")
    _check_choice("weekend_rule", weekend_rule, WeekendRule)
    if frequency in _DAYS_BETWEEN:
        days = [start + timedelta(days=_DAYS_BETWEEN[frequency] * turn) for turn in range(count)]
    else:
        days = [_months_later(start, _MONTHS_BETWEEN[frequency] * turn) for turn in range(count)]
    saturday, sunday = _WEEKEND_SHIFTS[weekend_rule]
    return [(day + timedelta(days={5: saturday, 6: sunday}.get(day.weekday(), 0))).isoformat() for day in days]
