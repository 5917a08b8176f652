"""Tests of the date functions: known values from calendars, and wrong values."""

import calendar
from collections.abc import Callable
from typing import Any

import pytest

from api_library import dates

Function = Callable[..., Any]


def days_kwargs(start: str, end: str, **more: object) -> dict[str, object]:
    return {"start_date": start, "end_date": end, **more}


def age_kwargs(birth: str, on: str, **more: object) -> dict[str, object]:
    return {"birth_date": birth, "on_date": on, **more}


def time_kwargs(time: str, source: float, target: float) -> dict[str, object]:
    return {"local_time": time, "from_utc_offset_hours": source, "to_utc_offset_hours": target}


def nth_kwargs(occurrence: str, weekday: str, month: str, year: int) -> dict[str, object]:
    return {"occurrence": occurrence, "weekday": weekday, "month": month, "year": year}


JUNE = {"name": "A", "start_date": "2025-06-10", "end_date": "2025-06-20"}
RENT = {"first_due_date": "2025-11-01", "frequency": "monthly", "count": 4}


@pytest.mark.parametrize(
    ("function", "kwargs", "expected"),
    [
        (dates.days_between_dates, days_kwargs("2023-01-01", "2024-01-01"), 365),
        (dates.days_between_dates, days_kwargs("2024-01-01", "2025-01-01"), 366),
        (dates.days_between_dates, days_kwargs("1600-01-01", "2000-01-01"), 146097),  # a Gregorian cycle
        (dates.days_between_dates, days_kwargs("2025-05-05", "2025-05-05", include_end_date=True), 1),
        (dates.add_working_days, {"start_date": "2025-08-01", "working_days": 1}, "2025-08-04"),
        (dates.add_working_days, {"start_date": "2025-08-02", "working_days": 5}, "2025-08-08"),
        (
            dates.add_working_days,
            {
                "start_date": "2025-04-17",
                "working_days": 2,
                "holidays": ["2025-04-18", "2025-04-21", "2025-04-20"],
            },
            "2025-04-23",
        ),
        (dates.weekday_of_date, {"calendar_date": "1945-05-08"}, "Tuesday"),
        (dates.weekday_of_date, {"calendar_date": "1989-11-09"}, "Thursday"),
        (dates.weekday_of_date, {"calendar_date": "2024-02-29"}, "Thursday"),
        # Albert Einstein, 14 March 1879 to 18 April 1955, died aged 76.
        (dates.age_on_date, age_kwargs("1879-03-14", "1955-04-18"), 76),
        (dates.age_on_date, age_kwargs("2004-02-29", "2022-02-28"), 17),
        (dates.age_on_date, age_kwargs("2004-02-29", "2022-03-01"), 18),
        (dates.age_on_date, age_kwargs("2025-01-31", "2025-03-01", unit="months"), 1),
        (dates.age_on_date, age_kwargs("2025-01-06", "2025-01-20", unit="weeks"), 2),
        (dates.is_leap_year, {"year": 2400}, True),
        (dates.is_leap_year, {"year": 2100}, False),
        # New Year in New York is 14:00 in Tokyo; across the date line; half and quarter hours.
        (
            dates.convert_time_between_utc_offsets,
            time_kwargs("00:00", -5, 9),
            {"time": "14:00", "day_shift": 0},
        ),
        (
            dates.convert_time_between_utc_offsets,
            time_kwargs("22:30", -12, 14),
            {"time": "00:30", "day_shift": 2},
        ),
        (
            dates.convert_time_between_utc_offsets,
            time_kwargs("01:00", 14, -12),
            {"time": "23:00", "day_shift": -2},
        ),
        (
            dates.convert_time_between_utc_offsets,
            time_kwargs("12:00", 5.75, -3.5),
            {"time": "02:45", "day_shift": 0},
        ),
        # The worked cases of ISO 8601: 2005-01-01 is 2004-W53-6, 2007-12-31 is 2008-W01-1.
        (dates.iso_week_of_date, {"calendar_date": "2005-01-01"}, {"week": 53, "week_year": 2004}),
        (dates.iso_week_of_date, {"calendar_date": "2007-12-31"}, {"week": 1, "week_year": 2008}),
        (
            dates.find_overlapping_bookings,
            {"bookings": [JUNE, JUNE | {"name": "B", "start_date": "2025-06-20", "end_date": "2025-07-01"}]},
            [{"first": "A", "second": "B", "start_date": "2025-06-20", "end_date": "2025-06-20", "days": 1}],
        ),
        (
            dates.find_overlapping_bookings,
            {"bookings": [JUNE, JUNE | {"name": "B", "start_date": "2025-06-21", "end_date": "2025-07-01"}]},
            [],
        ),
        # One stay within another is an overlap whether or not guests may change on one day.
        (
            dates.find_overlapping_bookings,
            {
                "bookings": [JUNE, JUNE | {"name": "B", "start_date": "2025-06-12", "end_date": "2025-06-14"}],
                "same_day_handover": True,
            },
            [{"first": "A", "second": "B", "start_date": "2025-06-12", "end_date": "2025-06-14", "days": 3}],
        ),
        # Thanksgiving, Labor Day, Martin Luther King Day, and the end of summer time in Europe.
        (dates.nth_weekday_of_month, nth_kwargs("fourth", "thursday", "november", 2024), "2024-11-28"),
        (dates.nth_weekday_of_month, nth_kwargs("first", "monday", "september", 2025), "2025-09-01"),
        (dates.nth_weekday_of_month, nth_kwargs("third", "monday", "january", 2026), "2026-01-19"),
        (dates.nth_weekday_of_month, nth_kwargs("last", "sunday", "october", 2025), "2025-10-26"),
        (
            dates.recurring_due_dates,
            {"first_due_date": "2024-02-29", "frequency": "yearly", "count": 5},
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        ),
        (dates.recurring_due_dates, RENT, ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]),
        (
            dates.recurring_due_dates,
            RENT | {"weekend_rule": "next_monday"},
            ["2025-11-03", "2025-12-01", "2026-01-01", "2026-02-02"],
        ),
        (
            dates.recurring_due_dates,
            RENT | {"weekend_rule": "previous_friday"},
            ["2025-10-31", "2025-12-01", "2026-01-01", "2026-01-30"],
        ),
        (
            dates.recurring_due_dates,
            {"first_due_date": "2025-12-24", "frequency": "weekly", "count": 2},
            ["2025-12-24", "2025-12-31"],
        ),
    ],
)
def test_known_values(function: Function, kwargs: dict[str, Any], expected: object) -> None:
    assert function(**kwargs) == expected


def test_leap_years_agree_with_the_calendar_module() -> None:
    assert all(dates.is_leap_year(year) == calendar.isleap(year) for year in range(1583, 3000))


def test_working_days_past_the_last_year() -> None:
    assert dates.add_working_days("2999-12-31", 1000) > "3003"


@pytest.mark.parametrize(
    ("function", "kwargs", "argument"),
    [
        (dates.days_between_dates, days_kwargs("2025-02-29", "2025-03-01"), "start_date"),
        (dates.days_between_dates, days_kwargs("2025-02-20", "1 March 2025"), "end_date"),
        (dates.days_between_dates, days_kwargs("2025-02-20", "2025-02-19"), "end_date"),
        (dates.days_between_dates, days_kwargs("20250220", "2025-02-19"), "start_date"),
        (dates.add_working_days, {"start_date": "", "working_days": 3}, "start_date"),
        (dates.add_working_days, {"start_date": "2025-02-20", "working_days": 0}, "working_days"),
        (dates.add_working_days, {"start_date": "2025-02-20", "working_days": 1001}, "working_days"),
        (
            dates.add_working_days,
            {"start_date": "2025-02-20", "working_days": 3, "holidays": ["2025-13-01"]},
            "holidays",
        ),
        (
            dates.add_working_days,
            {"start_date": "2025-02-20", "working_days": 3, "holidays": ["2025-02-21"] * 101},
            "holidays",
        ),
        (dates.weekday_of_date, {"calendar_date": "1492-10-12"}, "calendar_date"),
        (dates.weekday_of_date, {"calendar_date": "2025-W08-4"}, "calendar_date"),
        (dates.weekday_of_date, {"calendar_date": "2025-02-20\n"}, "calendar_date"),
        (dates.age_on_date, age_kwargs("1990-00-10", "2020-01-01"), "birth_date"),
        (dates.age_on_date, age_kwargs("1990-06-10", "1990-06-09"), "on_date"),
        (dates.age_on_date, age_kwargs("1990-06-10", "2020-01-01", unit="seconds"), "unit"),
        (dates.is_leap_year, {"year": 1582}, "year"),
        (dates.is_leap_year, {"year": 10000}, "year"),
        (dates.convert_time_between_utc_offsets, time_kwargs("24:00", 1, 2), "local_time"),
        (dates.convert_time_between_utc_offsets, time_kwargs("9:30", 1, 2), "local_time"),
        (dates.convert_time_between_utc_offsets, time_kwargs("09:30", -13, 2), "from_utc_offset_hours"),
        (dates.convert_time_between_utc_offsets, time_kwargs("09:30", 1, 2.1), "to_utc_offset_hours"),
        (
            dates.convert_time_between_utc_offsets,
            time_kwargs("09:30", 1, float("nan")),
            "to_utc_offset_hours",
        ),
        (dates.iso_week_of_date, {"calendar_date": "2025-11-31"}, "calendar_date"),
        (dates.iso_week_of_date, {"calendar_date": "3000-01-01"}, "calendar_date"),
        (dates.find_overlapping_bookings, {"bookings": [JUNE]}, "bookings"),
        (dates.find_overlapping_bookings, {"bookings": [JUNE] * 51}, "bookings"),
        (dates.find_overlapping_bookings, {"bookings": [JUNE, JUNE | {"name": " "}]}, "bookings"),
        (dates.find_overlapping_bookings, {"bookings": [JUNE, JUNE | {"start_date": "2025-06-31"}]}, "bookings"),
        (dates.find_overlapping_bookings, {"bookings": [JUNE, JUNE | {"end_date": "2025-06-01"}]}, "bookings"),
        (dates.nth_weekday_of_month, nth_kwargs("fifth", "monday", "june", 2025), "occurrence"),
        (dates.nth_weekday_of_month, nth_kwargs("first", "Monday", "june", 2025), "weekday"),
        (dates.nth_weekday_of_month, nth_kwargs("first", "monday", "6", 2025), "month"),
        (dates.nth_weekday_of_month, nth_kwargs("first", "monday", "june", 1582), "year"),
        (dates.recurring_due_dates, RENT | {"first_due_date": "2025-04-31"}, "first_due_date"),
        (dates.recurring_due_dates, RENT | {"frequency": "daily"}, "frequency"),
        (dates.recurring_due_dates, RENT | {"count": 0}, "count"),
        (dates.recurring_due_dates, RENT | {"count": 61}, "count"),
        (dates.recurring_due_dates, RENT | {"weekend_rule": "skip"}, "weekend_rule"),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)


@pytest.mark.parametrize(
    ("occurrence", "place"), [("first", 0), ("second", 1), ("third", 2), ("fourth", 3), ("last", -1)]
)
def test_nth_weekdays_agree_with_the_calendar_module(occurrence: Any, place: int) -> None:
    names: Any = [name.lower() for name in calendar.day_name]
    months: Any = [name.lower() for name in calendar.month_name]
    for month in range(1, 13):
        for weekday in range(7):
            days = [week[weekday] for week in calendar.monthcalendar(2027, month) if week[weekday]]
            found = dates.nth_weekday_of_month(occurrence, names[weekday], months[month], 2027)
            assert found == f"2027-{month:02}-{days[place]:02}"
