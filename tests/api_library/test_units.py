"""Wrong and known values of the unit conversions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import units

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
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: float) -> None:
    assert function(**arguments) == expected
