"""Weather: climate of cities, wind, heat, humidity, sun, rain and growing days."""

import math
import re
from bisect import bisect_right
from datetime import date
from typing import Literal, TypedDict, TypeVar

City = Literal[
    "auckland",
    "beijing",
    "beirut",
    "berlin",
    "buenos_aires",
    "cairo",
    "cape_town",
    "casablanca",
    "chiang_mai",
    "colombo",
    "helsinki",
    "hong_kong",
    "honolulu",
    "lagos",
    "lisbon",
    "london",
    "montevideo",
    "moscow",
    "new_york",
    "paris",
    "rio_de_janeiro",
    "rome",
    "sapporo",
    "seoul",
    "singapore",
    "sydney",
    "tokyo",
    "toronto",
    "vancouver",
]
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
ClimateRanking = Literal["warmest", "coldest", "driest", "wettest", "sunniest"]
WeatherUnits = Literal["metric", "imperial"]
TemperatureScale = Literal["celsius", "fahrenheit"]
WindSpeedUnit = Literal["km_per_hour", "miles_per_hour", "knots", "meters_per_second"]
SkinType = Literal["very_fair", "fair", "medium", "olive", "brown", "dark"]
RoofKind = Literal["pitched", "flat", "gravel", "thin_green", "deep_green"]


class ClimateWishes(TypedDict):
    """The weather that someone wants in a month."""

    min_celsius: float
    max_celsius: float
    max_rainfall_mm: float


class GeoPosition(TypedDict):
    """A place on Earth in decimal degrees."""

    latitude: float
    longitude: float


class DayTemperatures(TypedDict):
    """The lowest and highest temperature of one day."""

    low_celsius: float
    high_celsius: float


class MonthClimate(TypedDict):
    """What city_climate_in_month returns."""

    mean_temperature: float
    rainfall: float
    sunshine_hours: int


class CityValue(TypedDict):
    """One place in the ranking of rank_cities_by_climate."""

    city: str
    value: float


class SunTimes(TypedDict):
    """What sunrise_and_sunset returns."""

    sunrise: str | None
    sunset: str | None
    daylight_hours: float


class GrowingDegreeDays(TypedDict):
    """What growing_degree_days returns."""

    total: float
    daily: list[float]


_Entry = TypeVar("_Entry")

_MONTHS = (
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
)

# Normals of the national weather services (30 years, mostly 1981-2010 or 1991-2020), as the climate tables of the
# cities' Wikipedia pages give them: mean temperature in celsius, rain and melted snow in mm, hours of sunshine.
_CLIMATE: dict[str, tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...]]] = {
    "auckland": (
        (19.1, 19.7, 18.4, 16.1, 14.0, 11.8, 10.9, 11.3, 12.7, 14.2, 15.7, 17.8),
        (73, 66, 87, 99, 113, 126, 145, 118, 105, 100, 86, 93),
        (229, 195, 189, 157, 140, 110, 128, 143, 149, 178, 188, 197),
    ),
    "beijing": (
        (-2.8, 0.6, 7.5, 15.1, 21.3, 25.3, 27.2, 26.0, 21.2, 13.8, 5.2, -1.0),
        (2, 6, 9, 22, 37, 73, 171, 114, 53, 29, 14, 3),
        (194, 195, 232, 252, 283, 261, 212, 221, 232, 222, 185, 181),
    ),
    "beirut": (
        (14.0, 14.0, 16.0, 18.7, 21.7, 24.9, 27.1, 27.8, 26.8, 24.1, 19.5, 15.8),
        (154, 127, 84, 31, 11, 1, 0, 0, 5, 60, 115, 141),
        (131, 143, 191, 243, 310, 348, 360, 334, 288, 245, 200, 147),
    ),
    "berlin": (
        (0.1, 0.9, 4.3, 9.0, 14.0, 16.8, 19.1, 18.5, 14.2, 9.4, 4.4, 1.0),
        (37, 30, 39, 34, 53, 60, 53, 53, 40, 32, 38, 46),
        (58, 72, 119, 191, 230, 230, 232, 217, 162, 115, 55, 47),
    ),
    "buenos_aires": (
        (24.9, 23.6, 21.9, 17.9, 14.5, 11.7, 11.0, 12.8, 14.6, 17.8, 20.7, 23.3),
        (139, 127, 140, 119, 92, 59, 61, 64, 72, 127, 117, 119),
        (279, 241, 229, 220, 174, 132, 143, 174, 189, 227, 252, 267),
    ),
    "cairo": (
        (14.0, 15.3, 17.7, 21.6, 24.9, 27.4, 28.0, 28.0, 26.4, 23.8, 19.3, 15.5),
        (5, 4, 4, 1, 1, 0, 0, 0, 0, 1, 4, 6),
        (213, 234, 269, 291, 324, 357, 363, 351, 311, 292, 248, 198),
    ),
    "cape_town": (
        (20.4, 20.4, 19.2, 16.9, 14.4, 12.5, 11.9, 12.4, 13.7, 15.6, 17.9, 19.5),
        (15, 17, 20, 41, 69, 93, 82, 77, 40, 30, 14, 17),
        (338, 297, 293, 234, 205, 175, 193, 212, 225, 278, 310, 334),
    ),
    "casablanca": (
        (12.6, 13.7, 15.3, 16.5, 18.5, 20.9, 22.7, 23.2, 22.3, 19.8, 16.5, 14.2),
        (68, 45, 38, 40, 15, 3, 1, 1, 9, 37, 86, 74),
        (190, 189, 241, 262, 294, 285, 303, 294, 258, 234, 191, 183),
    ),
    "chiang_mai": (
        (21.5, 23.9, 27.1, 29.3, 28.2, 27.6, 27.2, 26.8, 26.7, 26.1, 24.0, 21.4),
        (4, 9, 18, 57, 162, 125, 140, 217, 211, 118, 54, 16),
        (273, 257, 295, 279, 198, 156, 121, 118, 144, 202, 216, 254),
    ),
    "colombo": (
        (26.6, 26.9, 27.7, 28.2, 28.3, 27.9, 27.6, 27.6, 27.5, 27.0, 26.7, 26.6),
        (58, 73, 128, 246, 392, 185, 122, 120, 245, 365, 414, 175),
        (248, 246, 276, 234, 202, 195, 202, 202, 189, 202, 210, 217),
    ),
    "helsinki": (
        (-3.1, -3.8, -0.7, 4.4, 10.4, 14.9, 18.1, 16.9, 12.3, 6.6, 2.4, -0.7),
        (53, 38, 34, 34, 38, 60, 57, 81, 56, 73, 69, 58),
        (38, 74, 131, 196, 275, 266, 291, 219, 143, 84, 37, 26),
    ),
    "hong_kong": (
        (16.5, 17.1, 19.5, 23.0, 26.3, 28.3, 28.9, 28.7, 27.9, 25.7, 22.2, 18.2),
        (33, 39, 75, 153, 291, 492, 386, 453, 321, 120, 39, 29),
        (146, 102, 100, 113, 139, 144, 197, 182, 174, 198, 172, 162),
    ),
    "honolulu": (
        (22.9, 22.8, 23.6, 24.5, 25.4, 26.8, 27.3, 27.7, 27.5, 26.7, 25.3, 23.8),
        (59, 51, 51, 16, 16, 7, 13, 14, 18, 47, 61, 82),
        (214, 213, 259, 252, 281, 286, 306, 303, 279, 244, 200, 200),
    ),
    "lagos": (
        (27.3, 28.4, 28.5, 28.0, 27.0, 25.6, 25.2, 25.0, 25.5, 26.4, 27.2, 27.2),
        (13, 41, 84, 146, 202, 316, 243, 122, 160, 125, 40, 15),
        (164, 168, 174, 180, 177, 114, 99, 109, 114, 167, 186, 192),
    ),
    "lisbon": (
        (11.6, 12.7, 14.9, 15.9, 18.0, 21.2, 23.1, 23.5, 22.1, 18.8, 15.0, 12.4),
        (100, 85, 53, 68, 54, 16, 4, 6, 33, 101, 128, 127),
        (143, 157, 208, 234, 291, 303, 353, 344, 261, 214, 156, 143),
    ),
    "london": (
        (5.2, 5.3, 7.6, 9.9, 13.3, 16.5, 18.7, 18.5, 15.7, 12.0, 8.0, 5.5),
        (55, 41, 42, 44, 49, 45, 45, 50, 49, 69, 59, 55),
        (62, 78, 115, 169, 199, 204, 212, 205, 149, 117, 73, 52),
    ),
    "montevideo": (
        (23.2, 22.7, 21.3, 17.9, 14.5, 11.7, 11.1, 12.4, 13.7, 16.6, 19.0, 21.5),
        (87, 102, 105, 86, 89, 83, 86, 88, 94, 109, 89, 84),
        (295, 235, 220, 162, 161, 126, 143, 164, 180, 226, 249, 282),
    ),
    "moscow": (
        (-6.2, -5.9, -0.7, 6.9, 13.6, 17.3, 19.7, 17.6, 11.9, 5.8, -0.5, -4.4),
        (53, 44, 39, 37, 61, 78, 84, 78, 66, 70, 52, 51),
        (33, 72, 128, 170, 265, 279, 271, 238, 147, 78, 32, 18),
    ),
    "new_york": (
        (0.9, 2.2, 6.0, 12.1, 17.3, 22.2, 25.3, 24.5, 20.7, 14.4, 8.9, 3.9),
        (92, 81, 109, 104, 101, 115, 117, 116, 109, 111, 91, 111),
        (163, 163, 213, 226, 257, 257, 268, 268, 219, 211, 151, 139),
    ),
    "paris": (
        (4.9, 5.6, 8.8, 11.5, 15.2, 18.3, 20.5, 20.3, 16.9, 13.0, 8.3, 5.5),
        (51, 41, 48, 52, 63, 50, 62, 53, 48, 62, 51, 58),
        (63, 79, 129, 166, 194, 202, 212, 212, 168, 118, 68, 51),
    ),
    "rio_de_janeiro": (
        (26.3, 26.6, 26.0, 24.4, 22.8, 21.8, 21.3, 21.8, 22.2, 22.9, 24.0, 25.3),
        (137, 130, 136, 95, 70, 43, 42, 45, 54, 87, 98, 134),
        (212, 201, 206, 181, 186, 175, 189, 185, 146, 152, 169, 180),
    ),
    "rome": (
        (7.4, 8.4, 10.4, 12.9, 17.3, 21.2, 24.2, 24.5, 20.9, 16.4, 11.2, 8.2),
        (70, 76, 59, 76, 49, 41, 21, 34, 72, 107, 110, 84),
        (121, 133, 167, 201, 264, 285, 332, 298, 237, 195, 129, 112),
    ),
    "sapporo": (
        (-3.2, -2.7, 1.1, 7.3, 13.0, 17.0, 21.1, 22.3, 18.6, 12.1, 5.2, -0.9),
        (108, 92, 78, 55, 56, 60, 91, 127, 142, 110, 114, 115),
        (90, 104, 145, 176, 200, 180, 168, 168, 159, 146, 99, 83),
    ),
    "seoul": (
        (-1.9, 0.7, 6.1, 12.6, 18.2, 22.7, 25.3, 26.1, 21.6, 15.0, 7.5, 0.2),
        (17, 28, 37, 73, 104, 130, 414, 348, 142, 52, 51, 23),
        (170, 171, 198, 206, 223, 189, 124, 156, 180, 207, 157, 163),
    ),
    "singapore": (
        (26.5, 27.1, 27.5, 28.0, 28.3, 28.3, 27.9, 27.9, 27.6, 27.6, 27.0, 26.4),
        (235, 113, 170, 155, 171, 131, 154, 149, 157, 155, 259, 319),
        (172, 183, 193, 174, 180, 178, 188, 181, 156, 155, 130, 134),
    ),
    "sydney": (
        (24.8, 23.9, 22.1, 18.8, 15.2, 12.5, 11.6, 13.1, 16.4, 19.0, 21.2, 23.1),
        (91, 132, 118, 114, 101, 142, 80, 75, 63, 68, 91, 73),
        (233, 206, 211, 213, 205, 171, 208, 248, 243, 245, 222, 236),
    ),
    "tokyo": (
        (5.4, 6.1, 9.4, 14.3, 18.8, 21.9, 25.7, 26.9, 23.3, 18.0, 12.5, 7.7),
        (60, 57, 116, 134, 140, 168, 156, 155, 225, 235, 96, 58),
        (193, 170, 175, 179, 180, 124, 151, 174, 127, 129, 150, 174),
    ),
    "toronto": (
        (-3.7, -2.6, 1.4, 7.9, 14.1, 19.4, 22.3, 21.5, 17.2, 10.7, 4.9, -0.5),
        (62, 55, 54, 68, 82, 71, 64, 81, 85, 64, 84, 62),
        (86, 111, 161, 180, 228, 260, 280, 246, 194, 154, 89, 78),
    ),
    "vancouver": (
        (4.1, 4.9, 6.9, 9.4, 12.8, 15.7, 18.0, 18.0, 14.9, 10.3, 6.3, 3.6),
        (168, 105, 114, 89, 65, 54, 36, 37, 51, 121, 189, 162),
        (60, 91, 135, 185, 223, 227, 290, 277, 213, 121, 60, 57),
    ),
}

# Which of the three values of _CLIMATE a ranking looks at, and whether the largest comes first.
_RANKINGS = {
    "warmest": (0, True),
    "coldest": (0, False),
    "driest": (1, False),
    "wettest": (1, True),
    "sunniest": (2, True),
}

# The speeds at which Beaufort forces 1 to 12 begin, from the tables of the Met Office and the WMO.
_BEAUFORT_STARTS = {
    "km_per_hour": (1, 6, 12, 20, 29, 39, 50, 62, 75, 89, 103, 118),
    "miles_per_hour": (1, 4, 8, 13, 19, 25, 32, 39, 47, 55, 64, 73),
    "knots": (1, 4, 7, 11, 17, 22, 28, 34, 41, 48, 56, 64),
    "meters_per_second": (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7),
}
_BEAUFORT_NAMES = (
    "calm",
    "light air",
    "light breeze",
    "gentle breeze",
    "moderate breeze",
    "fresh breeze",
    "strong breeze",
    "near gale",
    "gale",
    "strong gale",
    "storm",
    "violent storm",
    "hurricane force",
)

# The ultraviolet dose that reddens a skin of Fitzpatrick type I to VI, in J/m2, from DIN 5031-10.
_REDDENING_DOSE = {"very_fair": 200, "fair": 250, "medium": 350, "olive": 450, "brown": 600, "dark": 1000}
_UV_LEVELS = ("low", "moderate", "high", "very high", "extreme")  # from 0, 3, 6, 8 and 11 (WHO)

# The share of the rain that runs off a roof, from DIN 1989-1.
_RUNOFF = {"pitched": 0.8, "flat": 0.8, "gravel": 0.6, "thin_green": 0.5, "deep_green": 0.3}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _month_index(month: str) -> int:
    return _pick("month", month, {name: index for index, name in enumerate(_MONTHS)})


def _rounded(value: float, decimals: int = 1) -> float:
    return round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


def _fahrenheit(celsius: float) -> float:
    return celsius * 9 / 5 + 32


def _celsius(fahrenheit: float) -> float:
    return (fahrenheit - 32) * 5 / 9


def city_climate_in_month(city: City, month: Month, units: WeatherUnits = "metric") -> MonthClimate:
    """Look up the usual temperature, rainfall and sunshine of a city in a month of the year.

    From a small table of rounded long-term averages made for this library, not a forecast or a measurement service.

    Args:
        city: One of 29 cities, lower case with underscores.
        month: Month of the year, lower case.
        units: metric for celsius and millimeters, imperial for fahrenheit and inches.

    Returns:
        An object with mean_temperature (day and night, celsius or fahrenheit, 1 decimal), rainfall (total of
        the month with melted snow, whole millimeters or inches with 1 decimal) and sunshine_hours (total of
        the month).

    Raises:
        ValueError: If the city, the month or the units are unknown.

    Examples:
        >>> city_climate_in_month(city="lisbon", month="september")
        {'mean_temperature': 22.1, 'rainfall': 33.0, 'sunshine_hours': 261}
        >>> city_climate_in_month(city="new_york", month="january", units="imperial")
        {'mean_temperature': 33.6, 'rainfall': 3.6, 'sunshine_hours': 163}
        >>> city_climate_in_month(city="tokyo", month="june", units="metric")
        {'mean_temperature': 21.9, 'rainfall': 168.0, 'sunshine_hours': 124}
        >>> city_climate_in_month(city="cape_town", month="december", units="imperial")
        {'mean_temperature': 67.1, 'rainfall': 0.7, 'sunshine_hours': 334}
    """
    temperatures, rain, sunshine = _pick("city", city, _CLIMATE)
    index = _month_index(month)
    imperial = _pick("units", units, {"metric": False, "imperial": True})
    return {
        "mean_temperature": _rounded(_fahrenheit(temperatures[index]) if imperial else temperatures[index]),
        "rainfall": _rounded(rain[index] / 25.4 if imperial else rain[index]),
        "sunshine_hours": sunshine[index],
    }


def rank_cities_by_climate(cities: list[City], month: Month, ranking: ClimateRanking) -> list[CityValue]:
    """Rank cities from the warmest, coldest, driest, wettest or sunniest on in a given month.

    From a small table of rounded long-term averages made for this library, not a forecast or a measurement service.

    Args:
        cities: 2 to 29 different cities, lower case with underscores.
        month: Month of the year, lower case.
        ranking: What comes first: warmest or coldest (mean temperature), driest or wettest (rainfall), or sunniest.

    Returns:
        The cities from first to last, each with city and value (celsius for warmest and coldest, millimeters for
        driest and wettest, hours in the month for sunniest); equal ones stay in the order given.

    Raises:
        ValueError: If a city, the month or the ranking is unknown, a city comes twice, or there are too few.

    Examples:
        >>> rank_cities_by_climate(cities=["rome", "lisbon", "casablanca"], month="april", ranking="driest")
        [{'city': 'casablanca', 'value': 40.0}, {'city': 'lisbon', 'value': 68.0}, {'city': 'rome', 'value': 76.0}]
        >>> rank_cities_by_climate(cities=["toronto", "helsinki"], month="february", ranking="coldest")
        [{'city': 'helsinki', 'value': -3.8}, {'city': 'toronto', 'value': -2.6}]
        >>> rank_cities_by_climate(cities=["paris", "london", "berlin"], month="july", ranking="sunniest")
        [{'city': 'berlin', 'value': 232.0}, {'city': 'paris', 'value': 212.0}, {'city': 'london', 'value': 212.0}]
        >>> rank_cities_by_climate(cities=["sydney", "auckland"], month="october", ranking="warmest")
        [{'city': 'sydney', 'value': 19.0}, {'city': 'auckland', 'value': 14.2}]
    """
    _check_range("cities length", len(cities), 2, len(_CLIMATE))
    climates = [_pick(f"cities[{index}]", city, _CLIMATE) for index, city in enumerate(cities)]
    if len(set(cities)) < len(cities):
        raise ValueError(f"cities must name each city once, got {', '.join(cities)}")
    index = _month_index(month)
    column, largest_first = _pick("ranking", ranking, _RANKINGS)
    values = [float(climate[column][index]) for climate in climates]
    order = sorted(range(len(cities)), key=lambda place: -values[place] if largest_first else values[place])
    return [{"city": cities[place], "value": values[place]} for place in order]


def find_months_with_climate(city: City, wishes: ClimateWishes) -> list[str]:
    """List the months in which a city usually has the temperature and dryness wanted.

    From a small table of rounded long-term averages made for this library, not a forecast or a measurement service.

    Args:
        city: One of 29 cities, lower case with underscores.
        wishes: An object with min_celsius and max_celsius (limits of the mean temperature of day and night,
            -50 to 50 each) and max_rainfall_mm (most rain in the month in millimeters, 0 to 1000).

    Returns:
        The names of the months that fit, from january to december; empty if none fits.

    Raises:
        ValueError: If the city is unknown, a limit is out of range, or min_celsius is above max_celsius.

    Examples:
        >>> find_months_with_climate(
        ...     city="rome", wishes={"min_celsius": 15, "max_celsius": 23, "max_rainfall_mm": 80}
        ... )
        ['may', 'june', 'september']
        >>> find_months_with_climate(
        ...     city="singapore", wishes={"min_celsius": 22, "max_celsius": 30, "max_rainfall_mm": 135}
        ... )
        ['february', 'june']
        >>> find_months_with_climate(
        ...     city="moscow", wishes={"min_celsius": -12, "max_celsius": -4, "max_rainfall_mm": 55}
        ... )
        ['january', 'february', 'december']
    """
    temperatures, rain, _ = _pick("city", city, _CLIMATE)
    _check_range("wishes.min_celsius", wishes["min_celsius"], -50, 50)
    _check_range("wishes.max_celsius", wishes["max_celsius"], -50, 50)
    _check_range("wishes.max_rainfall_mm", wishes["max_rainfall_mm"], 0, 1000)
    if wishes["min_celsius"] > wishes["max_celsius"]:
        raise ValueError(f"wishes.min_celsius must not be above max_celsius ({wishes['max_celsius']})")
    return [
        month
        for month, temperature, millimeters in zip(_MONTHS, temperatures, rain, strict=True)
        if wishes["min_celsius"] <= temperature <= wishes["max_celsius"] and millimeters <= wishes["max_rainfall_mm"]
    ]


def wind_chill_temperature(temperature: float, wind_speed: float, units: WeatherUnits = "metric") -> float:
    """Compute how cold the air feels in the wind (wind chill).

    The formula of the Canadian and United States weather services of 2001.

    Args:
        temperature: Air temperature: -60 to 10 celsius, or -76 to 50 fahrenheit.
        wind_speed: Wind speed: 5 to 180 kilometers per hour, or 3 to 110 miles per hour.
        units: metric for celsius and kilometers per hour, imperial for fahrenheit and miles per hour.

    Returns:
        The felt temperature in the scale of the temperature, rounded to 1 decimal.

    Raises:
        ValueError: If the temperature or the wind speed is out of range or the units are unknown.

    Examples:
        >>> wind_chill_temperature(temperature=-8, wind_speed=32)
        -17.2
        >>> wind_chill_temperature(temperature=14, wind_speed=22, units="imperial")
        -4.4
        >>> wind_chill_temperature(temperature=3.5, wind_speed=45, units="metric")
        -3.1
    """
    if _pick("units", units, {"metric": False, "imperial": True}):
        _check_range("temperature", temperature, -76, 50)
        _check_range("wind_speed", wind_speed, 3, 110)
        power = math.pow(wind_speed, 0.16)
        return _rounded(35.74 + 0.6215 * temperature - 35.75 * power + 0.4275 * temperature * power)
    _check_range("temperature", temperature, -60, 10)
    _check_range("wind_speed", wind_speed, 5, 180)
    power = math.pow(wind_speed, 0.16)
    return _rounded(13.12 + 0.6215 * temperature - 11.37 * power + 0.3965 * temperature * power)


def heat_index(
    temperature: float, humidity_percent: float, scale: TemperatureScale = "celsius"
) -> dict[str, float | str]:
    """Compute how hot humid air feels in the shade (heat index) and how dangerous that is.

    The method of the United States National Weather Service.

    Args:
        temperature: Air temperature: 27 to 46 celsius, or 80 to 115 fahrenheit.
        humidity_percent: Relative humidity in percent, 5 to 100.
        scale: Scale of the temperature and of the result: celsius or fahrenheit.

    Returns:
        An object with heat_index (rounded to 1 decimal) and danger: none, caution, extreme caution (from 90
        fahrenheit or 32.2 celsius), danger (from 103 or 39.4) or extreme danger (from 125 or 51.7).

    Raises:
        ValueError: If the scale is unknown, a value is out of range, or the heat index would be above 140
            fahrenheit (60 celsius), where it is not defined.

    Examples:
        >>> heat_index(temperature=33, humidity_percent=65)
        {'heat_index': 41.4, 'danger': 'danger'}
        >>> heat_index(temperature=88, humidity_percent=55, scale="fahrenheit")
        {'heat_index': 93.0, 'danger': 'extreme caution'}
        >>> heat_index(temperature=28.5, humidity_percent=40, scale="celsius")
        {'heat_index': 28.1, 'danger': 'caution'}
    """
    low, high = _pick("scale", scale, {"celsius": (27, 46), "fahrenheit": (80, 115)})
    _check_range("temperature", temperature, low, high)
    _check_range("humidity_percent", humidity_percent, 5, 100)
    felt = _rothfusz(_fahrenheit(temperature) if scale == "celsius" else temperature, humidity_percent)
    if felt > 140:
        raise ValueError(f"humidity_percent is too high at {temperature} {scale}: no heat index above 60 celsius")
    danger = ("none", "caution", "extreme caution", "danger", "extreme danger")[bisect_right((80, 90, 103, 125), felt)]
    return {"heat_index": _rounded(_celsius(felt) if scale == "celsius" else felt), "danger": danger}


def dew_point_temperature(temperature: float, humidity_percent: float, scale: TemperatureScale = "celsius") -> float:
    """Compute the dew point of air from its temperature and relative humidity.

    The Magnus formula with the constants of the World Meteorological Organization.

    Args:
        temperature: Air temperature: -40 to 60 celsius, or -40 to 140 fahrenheit.
        humidity_percent: Relative humidity in percent, 1 to 100.
        scale: Scale of the temperature and of the result: celsius or fahrenheit.

    Returns:
        The temperature at which dew forms, rounded to 1 decimal.

    Raises:
        ValueError: If the temperature or the humidity is out of range or the scale is unknown.

    Examples:
        >>> dew_point_temperature(temperature=24, humidity_percent=58)
        15.2
        >>> dew_point_temperature(temperature=72, humidity_percent=35, scale="fahrenheit")
        42.8
        >>> dew_point_temperature(temperature=-3.5, humidity_percent=82, scale="celsius")
        -6.1
    """
    low, high = _pick("scale", scale, {"celsius": (-40, 60), "fahrenheit": (-40, 140)})
    _check_range("temperature", temperature, low, high)
    _check_range("humidity_percent", humidity_percent, 1, 100)
    celsius = _celsius(temperature) if scale == "fahrenheit" else temperature
    gamma = math.log(humidity_percent / 100) + 17.62 * celsius / (243.12 + celsius)
    dew_point = 243.12 * gamma / (17.62 - gamma)
    return _rounded(_fahrenheit(dew_point) if scale == "fahrenheit" else dew_point)


def beaufort_wind_force(wind_speed: float, unit: WindSpeedUnit) -> dict[str, int | str]:
    """Find the Beaufort force and its name (such as gale) for a wind speed.

    Args:
        wind_speed: Mean wind speed in the unit, 0 to 500.
        unit: Unit of the wind speed: km_per_hour, miles_per_hour, knots or meters_per_second.

    Returns:
        An object with force (0 to 12) and name, such as 'fresh breeze'.

    Raises:
        ValueError: If the speed is out of range or the unit is unknown.

    Examples:
        >>> beaufort_wind_force(wind_speed=34, unit="km_per_hour")
        {'force': 5, 'name': 'fresh breeze'}
        >>> beaufort_wind_force(wind_speed=37, unit="knots")
        {'force': 8, 'name': 'gale'}
        >>> beaufort_wind_force(wind_speed=4.2, unit="meters_per_second")
        {'force': 3, 'name': 'gentle breeze'}
        >>> beaufort_wind_force(wind_speed=76, unit="miles_per_hour")
        {'force': 12, 'name': 'hurricane force'}
    """
    starts = _pick("unit", unit, _BEAUFORT_STARTS)
    _check_range("wind_speed", wind_speed, 0, 500)
    force = bisect_right(starts, wind_speed)
    return {"force": force, "name": _BEAUFORT_NAMES[force]}


def sunburn_time(uv_index: float, skin_type: SkinType = "medium", sunscreen_spf: int = 1) -> dict[str, int | str]:
    """Estimate after how many minutes in the sun skin burns at a UV index.

    Args:
        uv_index: UV index, 0.5 to 20.
        skin_type: Fitzpatrick type: very_fair (I), fair (II), medium (III), olive (IV), brown (V) or dark (VI).
        sunscreen_spf: Sun protection factor of the sunscreen, 1 (none) to 100; lengthens the time in theory only.

    Returns:
        An object with minutes (until the skin reddens, whole minutes rounded down) and uv_level (low,
        moderate, high, very high or extreme, after the WHO, of the index rounded to a whole number).

    Raises:
        ValueError: If the UV index or the factor is out of range or the skin type is unknown.

    Examples:
        >>> sunburn_time(uv_index=8, skin_type="fair")
        {'minutes': 20, 'uv_level': 'very high'}
        >>> sunburn_time(uv_index=5, sunscreen_spf=15)
        {'minutes': 700, 'uv_level': 'moderate'}
        >>> sunburn_time(uv_index=11.5, skin_type="very_fair", sunscreen_spf=30)
        {'minutes': 347, 'uv_level': 'extreme'}
        >>> sunburn_time(uv_index=6.4, skin_type="brown")
        {'minutes': 62, 'uv_level': 'high'}
    """
    _check_range("uv_index", uv_index, 0.5, 20)
    dose = _pick("skin_type", skin_type, _REDDENING_DOSE)
    _check_range("sunscreen_spf", sunscreen_spf, 1, 100)
    minutes = sunscreen_spf * dose / (uv_index * 0.025 * 60)  # an index of 1 is 0.025 W/m2
    return {"minutes": int(minutes), "uv_level": _UV_LEVELS[bisect_right((3, 6, 8, 11), math.floor(uv_index + 0.5))]}


def sunrise_and_sunset(position: GeoPosition, calendar_date: str, utc_offset_hours: float) -> SunTimes:
    """Compute the times of sunrise and sunset and the length of daylight at a place on a date.

    The solar equations of NOAA (after Meeus), to about a minute below 65 degrees of latitude.

    Args:
        position: An object with latitude (-89 to 89, north is positive) and longitude (-180 to 180, east is
            positive), both in decimal degrees.
        calendar_date: The date as YYYY-MM-DD, year 1900 to 2100.
        utc_offset_hours: Hours that local clocks are ahead of UTC on that date, daylight saving time counted
            in, -12 to 14 (-5 for New York in winter).

    Returns:
        An object with sunrise and sunset (local time as HH:MM, 24-hour; null if the sun does not rise or does
        not set that day) and daylight_hours (rounded to 2 decimals).

    Raises:
        ValueError: If a value is out of range or the date is not valid.

    Examples:
        >>> sunrise_and_sunset(
        ...     position={"latitude": 51.51, "longitude": -0.13}, calendar_date="2026-06-21", utc_offset_hours=1
        ... )
        {'sunrise': '04:43', 'sunset': '21:22', 'daylight_hours': 16.64}
        >>> sunrise_and_sunset(
        ...     position={"latitude": -33.87, "longitude": 151.21}, calendar_date="2025-12-31", utc_offset_hours=11
        ... )
        {'sunrise': '05:47', 'sunset': '20:09', 'daylight_hours': 14.37}
        >>> sunrise_and_sunset(
        ...     position={"latitude": 69.65, "longitude": 18.96}, calendar_date="2025-12-10", utc_offset_hours=1
        ... )
        {'sunrise': None, 'sunset': None, 'daylight_hours': 0.0}
    """
    latitude, longitude = position["latitude"], position["longitude"]
    _check_range("position.latitude", latitude, -89, 89)
    _check_range("position.longitude", longitude, -180, 180)
    _check_range("utc_offset_hours", utc_offset_hours, -12, 14)
    noon = _parse_date(calendar_date).toordinal() - date(2000, 1, 1).toordinal() - utc_offset_hours / 24
    rise = _sun_event(noon, latitude, longitude, utc_offset_hours, -1)
    fall = _sun_event(noon, latitude, longitude, utc_offset_hours, 1)
    if rise is None or fall is None:
        sun_stays_up = latitude * _sun(noon)[0] > 0
        return {"sunrise": None, "sunset": None, "daylight_hours": 24.0 if sun_stays_up else 0.0}
    return {"sunrise": _clock(rise), "sunset": _clock(fall), "daylight_hours": _rounded((fall - rise) / 60, 2)}


def rainwater_from_roof_liters(rainfall_mm: float, roof_area_m2: float, roof_kind: RoofKind = "pitched") -> float:
    """Compute how many liters of rainwater can be collected from a roof.

    The runoff shares of DIN 1989-1.

    Args:
        rainfall_mm: Rain that falls in millimeters, 0.1 to 10000.
        roof_area_m2: Ground area under the roof in square meters, 1 to 100000.
        roof_kind: The roof: pitched (tiles, slate or metal, 80% runs off), flat (80%), gravel (flat with gravel,
            60%), thin_green (extensive green roof, 50%) or deep_green (intensive green roof, 30%).

    Returns:
        The water in liters, rounded to 1 decimal.

    Raises:
        ValueError: If the rainfall or the area is out of range or the kind of roof is unknown.

    Examples:
        >>> rainwater_from_roof_liters(rainfall_mm=18, roof_area_m2=75)
        1080.0
        >>> rainwater_from_roof_liters(rainfall_mm=640, roof_area_m2=32.5, roof_kind="gravel")
        12480.0
        >>> rainwater_from_roof_liters(rainfall_mm=7.5, roof_area_m2=140, roof_kind="thin_green")
        525.0
    """
    _check_range("rainfall_mm", rainfall_mm, 0.1, 10_000)
    _check_range("roof_area_m2", roof_area_m2, 1, 100_000)
    return _rounded(rainfall_mm * roof_area_m2 * _pick("roof_kind", roof_kind, _RUNOFF))


def growing_degree_days(daily_temperatures: list[DayTemperatures], base_celsius: float = 10.0) -> GrowingDegreeDays:
    """Add up the growing degree days of a crop from daily low and high temperatures.

    Each day counts the mean of its low and high less the base temperature, and 0 if that is negative.

    Args:
        daily_temperatures: 1 to 366 days in order, each an object with low_celsius and high_celsius (-60 to 60,
            the low not above the high).
        base_celsius: Temperature below which the crop does not grow in celsius, -5 to 20; 10 (as for corn) by default.

    Returns:
        An object with total and daily (one number a day), in celsius degree days, rounded to 1 decimal.

    Raises:
        ValueError: If a temperature is out of range, a low is above its high, or there are no or too many days.

    Examples:
        >>> growing_degree_days(
        ...     daily_temperatures=[
        ...         {"low_celsius": 12, "high_celsius": 25},
        ...         {"low_celsius": 14.5, "high_celsius": 28},
        ...         {"low_celsius": 6, "high_celsius": 13},
        ...     ]
        ... )
        {'total': 19.8, 'daily': [8.5, 11.2, 0.0]}
        >>> growing_degree_days(
        ...     daily_temperatures=[
        ...         {"low_celsius": 3, "high_celsius": 11},
        ...         {"low_celsius": 5, "high_celsius": 16},
        ...     ],
        ...     base_celsius=4.5,
        ... )
        {'total': 8.5, 'daily': [2.5, 6.0]}
        >>> growing_degree_days(daily_temperatures=[{"low_celsius": 18, "high_celsius": 31}], base_celsius=15)
        {'total': 9.5, 'daily': [9.5]}
    """
    _check_range("daily_temperatures length", len(daily_temperatures), 1, 366)
    _check_range("base_celsius", base_celsius, -5, 20)
    daily = []
    for index, day in enumerate(daily_temperatures):
        _check_range(f"daily_temperatures[{index}].high_celsius", day["high_celsius"], -60, 60)
        _check_range(f"daily_temperatures[{index}].low_celsius", day["low_celsius"], -60, day["high_celsius"])
        daily.append(max(0.0, (day["low_celsius"] + day["high_celsius"]) / 2 - base_celsius))
    return {"total": _rounded(math.fsum(daily)), "daily": [_rounded(value) for value in daily]}


def _rothfusz(temperature: float, humidity: float) -> float:
    """Compute the heat index in fahrenheit.

    https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml
    """
    simple = (temperature + 61 + (temperature - 68) * 1.2 + humidity * 0.094) / 2
    if (simple + temperature) / 2 < 80:
        return (simple + temperature) / 2
    felt = (
        -42.379
        + 2.04901523 * temperature
        + 10.14333127 * humidity
        - 0.22475541 * temperature * humidity
        - 0.00683783 * temperature**2
        - 0.05481717 * humidity**2
        + 0.00122874 * temperature**2 * humidity
        + 0.00085282 * temperature * humidity**2
        - 0.00000199 * temperature**2 * humidity**2
    )
    if humidity < 13 and temperature <= 112:
        felt -= (13 - humidity) / 4 * math.sqrt((17 - abs(temperature - 95)) / 17)
    elif humidity > 85 and temperature <= 87:
        felt += (humidity - 85) / 10 * (87 - temperature) / 5
    return felt


def _parse_date(text: str) -> date:
    problem = ValueError(f"calendar_date must be a real date as YYYY-MM-DD, year 1900 to 2100, got {text[:50]!r}")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise problem
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise problem from None
    if not 1900 <= day.year <= 2100:
        raise problem
    return day


def _sun(days: float) -> tuple[float, float]:
    """Compute the sun's declination (radians) and the equation of time (minutes), days after noon of 2000-01-01 UTC.

    https://gml.noaa.gov/grad/solcalc/calcdetails.html
    """
    century = days / 36525
    longitude = math.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    center = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = longitude + math.radians(center - 0.00569 - 0.00478 * math.sin(node))
    tilt = math.radians(23.4392911 - 0.0130042 * century + 0.00256 * math.cos(node))
    y = math.tan(tilt / 2) ** 2
    equation = (
        y * math.sin(2 * longitude)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * longitude)
        - y * y / 2 * math.sin(4 * longitude)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return math.asin(math.sin(tilt) * math.sin(apparent)), 4 * math.degrees(equation)


def _sun_event(noon: float, latitude: float, longitude: float, offset: float, side: int) -> float | None:
    """Compute the minute of the local day of sunrise (side -1) or sunset (side 1), or None if there is none."""
    minute = 720.0
    for _ in range(3):  # the sun moves on a little between noon and the event
        declination, equation = _sun(noon + (minute - 720) / 1440)
        phi = math.radians(latitude)
        cosine = math.cos(math.radians(90.833)) / (math.cos(phi) * math.cos(declination))
        cosine -= math.tan(phi) * math.tan(declination)
        if abs(cosine) > 1:
            return None
        minute = 720 - 4 * longitude - equation + 60 * offset + side * 4 * math.degrees(math.acos(cosine))
    return minute


def _clock(minute: float) -> str:
    hours, minutes = divmod(math.floor(minute + 0.5) % 1440, 60)
    return f"{hours:02}:{minutes:02}"
