"""Wrong and known values of the weather functions."""

import math
from collections.abc import Callable
from typing import Any, get_args

import pytest

from api_library import weather

WISHES = {"min_celsius": 15, "max_celsius": 22, "max_rainfall_mm": 80}
LONDON = {"latitude": 51.51, "longitude": -0.13}
TROMSO = {"latitude": 69.65, "longitude": 18.96}
SUN = {"position": LONDON, "calendar_date": "2026-06-21", "utc_offset_hours": 1}
RANKED = {"cities": ["paris", "rome"], "month": "may", "ranking": "sunniest"}
DAY = {"low_celsius": 12, "high_celsius": 24}

WRONG = [
    (weather.city_climate_in_month, {"city": "atlantis", "month": "may"}, "city"),
    (weather.city_climate_in_month, {"city": "paris", "month": "smarch"}, "month"),
    (weather.city_climate_in_month, {"city": "paris", "month": "may", "units": "nautical"}, "units"),
    (weather.rank_cities_by_climate, RANKED | {"cities": ["paris"]}, "cities"),
    (weather.rank_cities_by_climate, RANKED | {"cities": ["paris", "atlantis"]}, "cities"),
    (weather.rank_cities_by_climate, RANKED | {"cities": ["paris", "paris"]}, "cities"),
    (weather.rank_cities_by_climate, RANKED | {"month": "Mai"}, "month"),
    (weather.rank_cities_by_climate, RANKED | {"ranking": "windiest"}, "ranking"),
    (weather.find_months_with_climate, {"city": "atlantis", "wishes": WISHES}, "city"),
    (weather.find_months_with_climate, {"city": "rome", "wishes": WISHES | {"min_celsius": 23}}, "wishes"),
    (weather.find_months_with_climate, {"city": "rome", "wishes": WISHES | {"min_celsius": -99}}, "wishes"),
    (weather.find_months_with_climate, {"city": "rome", "wishes": WISHES | {"max_celsius": math.nan}}, "wishes"),
    (weather.find_months_with_climate, {"city": "rome", "wishes": WISHES | {"max_rainfall_mm": -1}}, "wishes"),
    (weather.wind_chill_temperature, {"temperature": 11, "wind_speed": 30}, "temperature"),
    (weather.wind_chill_temperature, {"temperature": 51, "wind_speed": 30, "units": "imperial"}, "temperature"),
    (weather.wind_chill_temperature, {"temperature": 5, "wind_speed": 4}, "wind_speed"),
    (weather.wind_chill_temperature, {"temperature": 5, "wind_speed": 2, "units": "imperial"}, "wind_speed"),
    (weather.wind_chill_temperature, {"temperature": 5, "wind_speed": 30, "units": "nautical"}, "units"),
    (weather.heat_index, {"temperature": 26, "humidity_percent": 50}, "temperature"),
    (weather.heat_index, {"temperature": 120, "humidity_percent": 20, "scale": "fahrenheit"}, "temperature"),
    (weather.heat_index, {"temperature": 30, "humidity_percent": 101}, "humidity_percent"),
    (weather.heat_index, {"temperature": 44, "humidity_percent": 95}, "humidity_percent"),
    (weather.heat_index, {"temperature": 30, "humidity_percent": 50, "scale": "kelvin"}, "scale"),
    (weather.dew_point_temperature, {"temperature": math.inf, "humidity_percent": 50}, "temperature"),
    (weather.dew_point_temperature, {"temperature": 20, "humidity_percent": 0}, "humidity_percent"),
    (weather.dew_point_temperature, {"temperature": 20, "humidity_percent": 50, "scale": "kelvin"}, "scale"),
    (weather.beaufort_wind_force, {"wind_speed": -3, "unit": "knots"}, "wind_speed"),
    (weather.beaufort_wind_force, {"wind_speed": 12, "unit": "furlongs"}, "unit"),
    (weather.sunburn_time, {"uv_index": 0}, "uv_index"),
    (weather.sunburn_time, {"uv_index": 7, "skin_type": "green"}, "skin_type"),
    (weather.sunburn_time, {"uv_index": 7, "sunscreen_spf": 0}, "sunscreen_spf"),
    (weather.sunrise_and_sunset, SUN | {"position": LONDON | {"latitude": 90}}, "position"),
    (weather.sunrise_and_sunset, SUN | {"position": LONDON | {"longitude": -181}}, "position"),
    (weather.sunrise_and_sunset, SUN | {"calendar_date": "2026-02-29"}, "calendar_date"),
    (weather.sunrise_and_sunset, SUN | {"calendar_date": "1899-12-31"}, "calendar_date"),
    (weather.sunrise_and_sunset, SUN | {"calendar_date": "21 June"}, "calendar_date"),
    (weather.sunrise_and_sunset, SUN | {"utc_offset_hours": 15}, "utc_offset_hours"),
    (weather.rainwater_from_roof_liters, {"rainfall_mm": 0, "roof_area_m2": 80}, "rainfall_mm"),
    (weather.rainwater_from_roof_liters, {"rainfall_mm": 12, "roof_area_m2": math.nan}, "roof_area_m2"),
    (weather.rainwater_from_roof_liters, {"rainfall_mm": 12, "roof_area_m2": 80, "roof_kind": "tent"}, "roof_kind"),
    (weather.growing_degree_days, {"daily_temperatures": []}, "daily_temperatures"),
    (weather.growing_degree_days, {"daily_temperatures": [DAY] * 367}, "daily_temperatures"),
    (weather.growing_degree_days, {"daily_temperatures": [DAY | {"low_celsius": 25}]}, "daily_temperatures"),
    (weather.growing_degree_days, {"daily_temperatures": [DAY | {"high_celsius": 70}]}, "daily_temperatures"),
    (weather.growing_degree_days, {"daily_temperatures": [DAY], "base_celsius": 30}, "base_celsius"),
]

KNOWN = [
    (
        weather.city_climate_in_month,
        {"city": "hong_kong", "month": "june"},
        {"mean_temperature": 28.3, "rainfall": 492.0, "sunshine_hours": 144},
    ),
    (
        weather.city_climate_in_month,
        {"city": "moscow", "month": "january", "units": "imperial"},
        {"mean_temperature": 20.8, "rainfall": 2.1, "sunshine_hours": 33},
    ),
    (
        weather.rank_cities_by_climate,
        {"cities": ["paris", "seoul", "cairo"], "month": "july", "ranking": "wettest"},
        [{"city": "seoul", "value": 414.0}, {"city": "paris", "value": 62.0}, {"city": "cairo", "value": 0.0}],
    ),
    (
        weather.find_months_with_climate,
        {"city": "helsinki", "wishes": {"min_celsius": 14, "max_celsius": 20, "max_rainfall_mm": 70}},
        ["june", "july"],
    ),
    (
        weather.find_months_with_climate,
        {"city": "lagos", "wishes": {"min_celsius": 0, "max_celsius": 20, "max_rainfall_mm": 70}},
        [],
    ),
    # The wind chill charts of Environment Canada (-20 and -51) and of the National Weather Service (-19).
    (weather.wind_chill_temperature, {"temperature": -10, "wind_speed": 30}, -19.5),
    (weather.wind_chill_temperature, {"temperature": -35, "wind_speed": 25}, -50.9),
    (weather.wind_chill_temperature, {"temperature": 0, "wind_speed": 15, "units": "imperial"}, -19.4),
    # The heat index chart of the National Weather Service: 106, 121 and 83.
    (
        weather.heat_index,
        {"temperature": 90, "humidity_percent": 70, "scale": "fahrenheit"},
        {"heat_index": 105.9, "danger": "danger"},
    ),
    (
        weather.heat_index,
        {"temperature": 96, "humidity_percent": 65, "scale": "fahrenheit"},
        {"heat_index": 121.0, "danger": "danger"},
    ),
    (
        weather.heat_index,
        {"temperature": 82, "humidity_percent": 50, "scale": "fahrenheit"},
        {"heat_index": 82.8, "danger": "caution"},
    ),
    (weather.heat_index, {"temperature": 27, "humidity_percent": 5}, {"heat_index": 26.4, "danger": "none"}),
    # Psychrometric tables: 25 C at 50% has its dew point at 13.9 C.
    (weather.dew_point_temperature, {"temperature": 25, "humidity_percent": 50}, 13.9),
    (weather.dew_point_temperature, {"temperature": 31.5, "humidity_percent": 100}, 31.5),
    (weather.beaufort_wind_force, {"wind_speed": 0, "unit": "knots"}, {"force": 0, "name": "calm"}),
    (weather.beaufort_wind_force, {"wind_speed": 50, "unit": "km_per_hour"}, {"force": 7, "name": "near gale"}),
    (weather.beaufort_wind_force, {"wind_speed": 117, "unit": "km_per_hour"}, {"force": 11, "name": "violent storm"}),
    # 350 J/m2 at 10 * 0.025 W/m2 take 1400 s.
    (weather.sunburn_time, {"uv_index": 10}, {"minutes": 23, "uv_level": "very high"}),
    (weather.sunburn_time, {"uv_index": 2.6, "skin_type": "dark"}, {"minutes": 256, "uv_level": "moderate"}),
    # Computed with PyEphem (horizon -0:34, no pressure): 04:43:08 and 21:21:32; 07:16:41 and 16:31:58;
    # 08:28:29 and 18:52:12; 06:06:26 and 16:42:47.
    (weather.sunrise_and_sunset, SUN, {"sunrise": "04:43", "sunset": "21:22", "daylight_hours": 16.64}),
    (
        weather.sunrise_and_sunset,
        {
            "position": {"latitude": 40.71, "longitude": -74.01},
            "calendar_date": "2025-12-21",
            "utc_offset_hours": -5,
        },
        {"sunrise": "07:17", "sunset": "16:32", "daylight_hours": 9.25},
    ),
    (
        weather.sunrise_and_sunset,
        {
            "position": {"latitude": 64.15, "longitude": -21.94},
            "calendar_date": "2026-03-03",
            "utc_offset_hours": 0,
        },
        {"sunrise": "08:28", "sunset": "18:52", "daylight_hours": 10.4},
    ),
    (
        weather.sunrise_and_sunset,
        {
            "position": {"latitude": 35.68, "longitude": 139.69},
            "calendar_date": "2027-11-05",
            "utc_offset_hours": 9,
        },
        {"sunrise": "06:06", "sunset": "16:43", "daylight_hours": 10.61},
    ),
    (
        weather.sunrise_and_sunset,
        {"position": TROMSO, "calendar_date": "2026-06-10", "utc_offset_hours": 2},
        {"sunrise": None, "sunset": None, "daylight_hours": 24.0},
    ),
    (weather.rainwater_from_roof_liters, {"rainfall_mm": 25, "roof_area_m2": 100}, 2000.0),
    (weather.rainwater_from_roof_liters, {"rainfall_mm": 25, "roof_area_m2": 100, "roof_kind": "deep_green"}, 750.0),
    (
        weather.growing_degree_days,
        {"daily_temperatures": [DAY, {"low_celsius": 2, "high_celsius": 14}]},
        {"total": 8.0, "daily": [8.0, 0.0]},
    ),
]

# Mean temperature, rainfall and sunshine of the whole year, as published beside the monthly values.
YEARS = {
    "auckland": (15.2, 1211, 2003),
    "beijing": (13.3, 531, 2671),
    "beirut": (20.9, 730, 2940),
    "berlin": (9.3, 515, 1728),
    "buenos_aires": (17.9, 1236, 2525),
    "cairo": (21.8, 25, 3451),
    "cape_town": (16.2, 515, 3094),
    "casablanca": (18.0, 415, 2923),
    "chiang_mai": (25.8, 1131, 2512),
    "colombo": (27.4, 2524, 2621),
    "helsinki": (6.5, 653, 1780),
    "hong_kong": (23.5, 2431, 1829),
    "honolulu": (25.4, 434, 3036),
    "lagos": (26.8, 1507, 1844),
    "lisbon": (17.4, 774, 2806),
    "london": (11.3, 602, 1633),
    "montevideo": (17.1, 1101, 2443),
    "moscow": (6.3, 713, 1731),
    "new_york": (13.2, 1258, 2535),
    "paris": (12.4, 637, 1662),
    "rio_de_janeiro": (23.8, 1069, 2182),
    "rome": (15.3, 799, 2473),
    "sapporo": (9.2, 1146, 1718),
    "seoul": (12.8, 1418, 2143),
    "singapore": (27.5, 2166, 2022),
    "sydney": (18.4, 1147, 2639),
    "tokyo": (15.8, 1598, 1927),
    "toronto": (9.4, 831, 2066),
    "vancouver": (10.4, 1189, 1938),
}


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


@pytest.mark.parametrize("city", get_args(weather.City))
def test_months_add_up_to_the_published_year(city: Any) -> None:
    months = [weather.city_climate_in_month(city, month) for month in get_args(weather.Month)]
    temperature, rainfall, sunshine = YEARS[city]
    assert sum(month["mean_temperature"] for month in months) / 12 == pytest.approx(temperature, abs=0.11)
    assert sum(month["rainfall"] for month in months) == pytest.approx(rainfall, abs=4)
    assert sum(month["sunshine_hours"] for month in months) == pytest.approx(sunshine, abs=4)
