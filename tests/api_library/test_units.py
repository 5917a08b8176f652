"""Wrong and known values of the unit conversions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import units

ECONOMY = {"value": 30, "from_unit": "us_miles_per_gallon", "to_unit": "liters_per_100km"}
SHOE = {"size": 38, "from_system": "eu", "to_system": "uk"}

WRONG = [
    (
        units.convert_temperature,
        {"temperature": -280, "from_unit": "celsius", "to_unit": "kelvin"},
        "temperature",
    ),
    (
        units.convert_temperature,
        {"temperature": math.nan, "from_unit": "kelvin", "to_unit": "celsius"},
        "temperature",
    ),
    (
        units.convert_temperature,
        {"temperature": 20, "from_unit": "rankine", "to_unit": "celsius"},
        "from_unit",
    ),
    (units.convert_temperature, {"temperature": 20, "from_unit": "celsius", "to_unit": "C"}, "to_unit"),
    (units.convert_length, {"parts": [], "to_unit": "miles"}, "parts"),
    (units.convert_length, {"parts": [{"amount": 2, "unit": "feet"}] * 11, "to_unit": "miles"}, "parts"),
    (units.convert_length, {"parts": [{"amount": -2, "unit": "feet"}], "to_unit": "miles"}, "parts"),
    (units.convert_length, {"parts": [{"amount": 2, "unit": "furlongs"}], "to_unit": "miles"}, "parts"),
    (units.convert_length, {"parts": [{"amount": 2, "unit": "feet"}], "to_unit": "m"}, "to_unit"),
    (units.convert_weight, {"weight": -1, "from_unit": "grams", "to_unit": "ounces"}, "weight"),
    (
        units.convert_weight,
        {"weight": 5, "from_unit": "grams", "to_unit": "ounces", "decimals": 10},
        "decimals",
    ),
    (units.convert_weight, {"weight": 5, "from_unit": "carats", "to_unit": "ounces"}, "from_unit"),
    (units.convert_volume, {"volume": math.inf, "from_unit": "cups", "to_unit": "liters"}, "volume"),
    (units.convert_volume, {"volume": 3, "from_unit": "cups", "to_unit": "barrels"}, "to_unit"),
    (
        units.convert_volume,
        {"volume": 3, "from_unit": "cups", "to_unit": "liters", "measuring_system": "metric"},
        "measuring_system",
    ),
    (units.convert_speed, {"speed": -5, "from_unit": "knots", "to_unit": "miles_per_hour"}, "speed"),
    (units.convert_speed, {"speed": 5, "from_unit": "mach", "to_unit": "knots"}, "from_unit"),
    (units.convert_data_size, {"size": -8, "from_unit": "bits", "to_unit": "bytes"}, "size"),
    (units.convert_data_size, {"size": 8, "from_unit": "bits", "to_unit": "petabytes"}, "to_unit"),
    (units.convert_duration, {"parts": [], "to_unit": "hours"}, "parts"),
    (units.convert_duration, {"parts": [{"amount": 1, "unit": "days"}] * 11, "to_unit": "hours"}, "parts"),
    (units.convert_duration, {"parts": [{"amount": -1, "unit": "days"}], "to_unit": "hours"}, "parts"),
    (units.convert_duration, {"parts": [{"amount": 1, "unit": "months"}], "to_unit": "hours"}, "parts"),
    (units.convert_duration, {"parts": [{"amount": 1, "unit": "days"}], "to_unit": "years"}, "to_unit"),
    (units.convert_fuel_economy, ECONOMY | {"value": 0}, "value"),
    (units.convert_fuel_economy, ECONOMY | {"value": math.inf}, "value"),
    (units.convert_fuel_economy, ECONOMY | {"from_unit": "mpg"}, "from_unit"),
    (units.convert_fuel_economy, ECONOMY | {"to_unit": "mpg"}, "to_unit"),
    (units.convert_shoe_size, SHOE | {"size": 53}, "size"),
    (units.convert_shoe_size, SHOE | {"size": math.nan}, "size"),
    (units.convert_shoe_size, SHOE | {"from_system": "japan"}, "from_system"),
    (units.convert_shoe_size, SHOE | {"to_system": "us"}, "to_system"),
]

KNOWN = [
    (units.convert_temperature, {"temperature": -40, "from_unit": "celsius", "to_unit": "fahrenheit"}, -40.0),
    (units.convert_temperature, {"temperature": 98.6, "from_unit": "fahrenheit", "to_unit": "celsius"}, 37.0),
    (
        units.convert_temperature,
        {"temperature": -459.67, "from_unit": "fahrenheit", "to_unit": "kelvin"},
        0.0,
    ),
    (units.convert_temperature, {"temperature": 32, "from_unit": "fahrenheit", "to_unit": "kelvin"}, 273.15),
    (units.convert_length, {"parts": [{"amount": 1, "unit": "miles"}], "to_unit": "feet"}, 5280.0),
    (units.convert_length, {"parts": [{"amount": 100, "unit": "yards"}], "to_unit": "meters"}, 91.44),
    (
        units.convert_length,
        {
            "parts": [{"amount": 2, "unit": "meters"}, {"amount": 54, "unit": "centimeters"}],
            "to_unit": "inches",
        },
        100.0,
    ),
    (units.convert_weight, {"weight": 1, "from_unit": "tonnes", "to_unit": "pounds"}, 2204.623),
    (
        units.convert_weight,
        {"weight": 16, "from_unit": "ounces", "to_unit": "grams", "decimals": 5},
        453.59237,
    ),
    (units.convert_volume, {"volume": 1, "from_unit": "gallons", "to_unit": "cups"}, 16.0),
    (
        units.convert_volume,
        {"volume": 1, "from_unit": "gallons", "to_unit": "fluid_ounces", "measuring_system": "imperial"},
        160.0,
    ),
    (units.convert_volume, {"volume": 1, "from_unit": "tablespoons", "to_unit": "teaspoons"}, 3.0),
    (
        units.convert_speed,
        {"speed": 100, "from_unit": "kilometers_per_hour", "to_unit": "miles_per_hour"},
        62.14,
    ),
    (
        units.convert_speed,
        {"speed": 10, "from_unit": "meters_per_second", "to_unit": "kilometers_per_hour"},
        36.0,
    ),
    (units.convert_data_size, {"size": 1, "from_unit": "terabytes", "to_unit": "bytes"}, 1e12),
    (
        units.convert_data_size,
        {"size": 1.5, "from_unit": "terabytes", "to_unit": "bytes", "binary": True},
        1649267441664.0,
    ),
    (units.convert_duration, {"parts": [{"amount": 1, "unit": "weeks"}], "to_unit": "seconds"}, 604800.0),
    (
        units.convert_duration,
        {"parts": [{"amount": 1, "unit": "minutes"}, {"amount": 30.5, "unit": "seconds"}], "to_unit": "milliseconds"},
        90500.0,
    ),
    # 235.215 / 30 and 282.481 / 30; a US gallon is 3.785 liters, an imperial one 4.546.
    (units.convert_fuel_economy, ECONOMY, 7.84),
    (units.convert_fuel_economy, ECONOMY | {"from_unit": "imperial_miles_per_gallon"}, 9.42),
    (units.convert_fuel_economy, ECONOMY | {"to_unit": "imperial_miles_per_gallon"}, 36.03),
    (
        units.convert_fuel_economy,
        {"value": 5, "from_unit": "liters_per_100km", "to_unit": "kilometers_per_liter"},
        20.0,
    ),
    # The usual charts: 38 is UK 5 and US 7.5 for women; 44 is US 10.5 for men; UK 8 is US 9.
    (units.convert_shoe_size, SHOE, 5.0),
    (units.convert_shoe_size, SHOE | {"to_system": "us_women"}, 7.5),
    (units.convert_shoe_size, {"size": 44, "from_system": "eu", "to_system": "us_men"}, 10.5),
    (units.convert_shoe_size, {"size": 8, "from_system": "uk", "to_system": "us_men"}, 9.0),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: float) -> None:
    assert function(**arguments) == expected
