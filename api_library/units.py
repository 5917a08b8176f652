"""Units: temperature, length, weight, volume, speed, data size, time, fuel economy and shoe sizes."""

from typing import Literal, TypedDict, TypeVar

TemperatureUnit = Literal["celsius", "fahrenheit", "kelvin"]
LengthUnit = Literal[
    "millimeters", "centimeters", "meters", "kilometers", "inches", "feet", "yards", "miles", "nautical_miles"
]
WeightUnit = Literal["milligrams", "grams", "kilograms", "tonnes", "ounces", "pounds", "stone", "us_tons"]
VolumeUnit = Literal[
    "milliliters",
    "liters",
    "cubic_meters",
    "teaspoons",
    "tablespoons",
    "fluid_ounces",
    "cups",
    "pints",
    "quarts",
    "gallons",
]
SpeedUnit = Literal["meters_per_second", "kilometers_per_hour", "miles_per_hour", "feet_per_second", "knots"]
DataUnit = Literal[
    "bits", "kilobits", "megabits", "gigabits", "bytes", "kilobytes", "megabytes", "gigabytes", "terabytes"
]
TimeUnit = Literal["milliseconds", "seconds", "minutes", "hours", "days", "weeks"]
FuelEconomyUnit = Literal[
    "liters_per_100km", "kilometers_per_liter", "us_miles_per_gallon", "imperial_miles_per_gallon"
]
ShoeSystem = Literal["eu", "uk", "us_men", "us_women"]


class LengthPart(TypedDict):
    """One part of a length, such as the 5 feet of 5 feet 11 inches."""

    amount: float
    unit: LengthUnit


class DurationPart(TypedDict):
    """One part of a duration, such as the 2 hours of 2 hours 45 minutes."""

    amount: float
    unit: TimeUnit


# Zero and step of each scale in kelvins: kelvins = (degrees + offset) * step.
_TEMPERATURE_SCALES = {"celsius": (273.15, 1.0), "fahrenheit": (459.67, 5 / 9), "kelvin": (0.0, 1.0)}

_METERS = {
    "millimeters": 0.001,
    "centimeters": 0.01,
    "meters": 1.0,
    "kilometers": 1000.0,
    "inches": 0.0254,
    "feet": 0.3048,
    "yards": 0.9144,
    "miles": 1609.344,
    "nautical_miles": 1852.0,
}

_GRAMS = {
    "milligrams": 0.001,
    "grams": 1.0,
    "kilograms": 1000.0,
    "tonnes": 1_000_000.0,
    "ounces": 28.349523125,
    "pounds": 453.59237,
    "stone": 6350.29318,
    "us_tons": 907184.74,
}

_METRIC_MILLILITERS = {"milliliters": 1.0, "liters": 1000.0, "cubic_meters": 1_000_000.0}
_MILLILITERS = {
    "us": {
        **_METRIC_MILLILITERS,
        "teaspoons": 4.92892159375,
        "tablespoons": 14.78676478125,
        "fluid_ounces": 29.5735295625,
        "cups": 236.5882365,
        "pints": 473.176473,
        "quarts": 946.352946,
        "gallons": 3785.411784,
    },
    "imperial": {
        **_METRIC_MILLILITERS,
        "teaspoons": 5.0,
        "tablespoons": 15.0,
        "fluid_ounces": 28.4130625,
        "cups": 284.130625,
        "pints": 568.26125,
        "quarts": 1136.5225,
        "gallons": 4546.09,
    },
}

_METERS_PER_SECOND = {
    "meters_per_second": 1.0,
    "kilometers_per_hour": 1 / 3.6,
    "miles_per_hour": 0.44704,
    "feet_per_second": 0.3048,
    "knots": 1852 / 3600,
}

# Bits of the unit without its prefix, and how many thousands (or 1024s) the prefix stands for.
_DATA_UNITS = {
    "bits": (1, 0),
    "kilobits": (1, 1),
    "megabits": (1, 2),
    "gigabits": (1, 3),
    "bytes": (8, 0),
    "kilobytes": (8, 1),
    "megabytes": (8, 2),
    "gigabytes": (8, 3),
    "terabytes": (8, 4),
}

_SECONDS = {
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}

# Kilometers with a liter of fuel; liters_per_100km is the other way round.
_KILOMETERS_PER_LITER = {
    "kilometers_per_liter": 1.0,
    "us_miles_per_gallon": 1.609344 / 3.785411784,
    "imperial_miles_per_gallon": 1.609344 / 4.54609,
}

# Sizes of adults as steps in a centimeter of the last and a constant: EU sizes are Paris points of 2/3 cm, the
# others barleycorns of 1/3 inch; women's US sizes as in most shops, 1.5 above the men's.
_SHOE_SYSTEMS = {
    "eu": (1.5, 0.0),
    "uk": (3 / 2.54, -25.0),
    "us_men": (3 / 2.54, -24.0),
    "us_women": (3 / 2.54, -22.5),
}
_SHOE_RANGES = {"eu": (32, 52), "uk": (1, 17), "us_men": (1, 18), "us_women": (2.5, 19.5)}

_LARGEST = 1_000_000_000_000
_Entry = TypeVar("_Entry")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _to_digits(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def convert_temperature(temperature: float, from_unit: TemperatureUnit, to_unit: TemperatureUnit) -> float:
    """Convert a temperature from one scale to another.

    Args:
        temperature: Degrees on the from_unit scale, from absolute zero (-273.15 celsius) to 1000000000.
        from_unit: Scale of the given temperature.
        to_unit: Scale wanted.

    Returns:
        The degrees on the to_unit scale, rounded to 2 decimals.

    Raises:
        ValueError: If the temperature is below absolute zero or too high, or a unit is unknown.

    Examples:
        >>> convert_temperature(temperature=375, from_unit="fahrenheit", to_unit="celsius")
        190.56
        >>> convert_temperature(temperature=-12.5, from_unit="celsius", to_unit="fahrenheit")
        9.5
        >>> convert_temperature(temperature=5778, from_unit="kelvin", to_unit="celsius")
        5504.85
    """
    from_offset, from_step = _pick("from_unit", from_unit, _TEMPERATURE_SCALES)
    to_offset, to_step = _pick("to_unit", to_unit, _TEMPERATURE_SCALES)
    _check_range("temperature", temperature, -from_offset, 1_000_000_000)
    kelvins = (temperature + from_offset) * from_step
    return round(kelvins / to_step - to_offset, 2) + 0.0  # + 0.0 turns -0.0 into 0.0


def convert_length(parts: list[LengthPart], to_unit: LengthUnit) -> float:
    """Convert a length to another unit.

    Args:
        parts: The length as 1 to 10 parts that are added up (feet and inches are two parts). Each has
            amount (a number, 0 to 1000000000000) and unit (the same names as to_unit).
        to_unit: Unit wanted; nautical_miles are 1852 meters, miles are land miles.

    Returns:
        The whole length in to_unit, rounded to 10 significant digits.

    Raises:
        ValueError: If there are no or too many parts, an amount is out of range, or a unit is unknown.

    Examples:
        >>> convert_length(
        ...     parts=[{"amount": 5, "unit": "feet"}, {"amount": 11, "unit": "inches"}], to_unit="centimeters"
        ... )
        180.34
        >>> convert_length(parts=[{"amount": 42.195, "unit": "kilometers"}], to_unit="miles")
        26.21875746
        >>> convert_length(parts=[{"amount": 360, "unit": "nautical_miles"}], to_unit="kilometers")
        666.72
    """
    _check_range("parts length", len(parts), 1, 10)
    meters = 0.0
    for index, part in enumerate(parts):
        _check_range(f"parts[{index}].amount", part["amount"], 0, _LARGEST)
        meters += part["amount"] * _pick(f"parts[{index}].unit", part["unit"], _METERS)
    return _to_digits(meters / _pick("to_unit", to_unit, _METERS), 10)


def convert_weight(weight: float, from_unit: WeightUnit, to_unit: WeightUnit, decimals: int = 3) -> float:
    """Convert a weight from one unit to another.

    Args:
        weight: Weight in from_unit, 0 to 1000000000000.
        from_unit: Unit of the given weight; tonnes are metric (1000 kilograms), us_tons are 2000 pounds.
        to_unit: Unit wanted.
        decimals: Decimal places of the result, 0 to 9.

    Returns:
        The weight in to_unit, rounded to the asked decimals.

    Raises:
        ValueError: If the weight or decimals are out of range, or a unit is unknown.

    Examples:
        >>> convert_weight(weight=165, from_unit="pounds", to_unit="kilograms")
        74.843
        >>> convert_weight(weight=12, from_unit="stone", to_unit="pounds", decimals=0)
        168.0
        >>> convert_weight(weight=340, from_unit="grams", to_unit="ounces", decimals=1)
        12.0
    """
    _check_range("weight", weight, 0, _LARGEST)
    _check_range("decimals", decimals, 0, 9)
    grams = weight * _pick("from_unit", from_unit, _GRAMS)
    return round(grams / _pick("to_unit", to_unit, _GRAMS), decimals)


def convert_volume(
    volume: float,
    from_unit: VolumeUnit,
    to_unit: VolumeUnit,
    measuring_system: Literal["us", "imperial"] = "us",
) -> float:
    """Convert a volume from one unit to another.

    Args:
        volume: Volume in from_unit, 0 to 1000000000000.
        from_unit: Unit of the given volume.
        to_unit: Unit wanted.
        measuring_system: Whose spoons, fluid ounces, cups, pints, quarts and gallons are meant: us
            (American) or imperial (British; spoons of 5 and 15 milliliters, cups of half a pint).

    Returns:
        The volume in to_unit, rounded to 10 significant digits.

    Raises:
        ValueError: If the volume is out of range, or a unit or system is unknown.

    Examples:
        >>> convert_volume(volume=15, from_unit="gallons", to_unit="liters")
        56.78117676
        >>> convert_volume(volume=3, from_unit="pints", to_unit="milliliters", measuring_system="imperial")
        1704.78375
        >>> convert_volume(volume=0.75, from_unit="cups", to_unit="tablespoons", measuring_system="us")
        12.0
    """
    _check_range("volume", volume, 0, _LARGEST)
    table = _pick("measuring_system", measuring_system, _MILLILITERS)
    milliliters = volume * _pick("from_unit", from_unit, table)
    return _to_digits(milliliters / _pick("to_unit", to_unit, table), 10)


def convert_speed(speed: float, from_unit: SpeedUnit, to_unit: SpeedUnit) -> float:
    """Convert a speed from one unit to another.

    Args:
        speed: Speed in from_unit, 0 to 1000000000000.
        from_unit: Unit of the given speed; knots are nautical miles an hour.
        to_unit: Unit wanted.

    Returns:
        The speed in to_unit, rounded to 2 decimals.

    Raises:
        ValueError: If the speed is out of range or a unit is unknown.

    Examples:
        >>> convert_speed(speed=70, from_unit="miles_per_hour", to_unit="kilometers_per_hour")
        112.65
        >>> convert_speed(speed=343, from_unit="meters_per_second", to_unit="feet_per_second")
        1125.33
        >>> convert_speed(speed=24, from_unit="knots", to_unit="miles_per_hour")
        27.62
    """
    _check_range("speed", speed, 0, _LARGEST)
    meters_per_second = speed * _pick("from_unit", from_unit, _METERS_PER_SECOND)
    return round(meters_per_second / _pick("to_unit", to_unit, _METERS_PER_SECOND), 2)


def convert_data_size(size: float, from_unit: DataUnit, to_unit: DataUnit, binary: bool = False) -> float:
    """Convert an amount of computer data from one unit to another.

    Args:
        size: Amount of data in from_unit, 0 to 1000000000000.
        from_unit: Unit of the given amount; a byte is 8 bits.
        to_unit: Unit wanted.
        binary: True to count 1024 instead of 1000 from one prefix to the next (1 megabyte = 1024 kilobytes).

    Returns:
        The amount in to_unit, rounded to 15 significant digits.

    Raises:
        ValueError: If the size is out of range or a unit is unknown.

    Examples:
        >>> convert_data_size(size=4.7, from_unit="gigabytes", to_unit="megabytes")
        4700.0
        >>> convert_data_size(size=300, from_unit="megabits", to_unit="megabytes")
        37.5
        >>> convert_data_size(size=1536, from_unit="megabytes", to_unit="gigabytes", binary=True)
        1.5
    """
    _check_range("size", size, 0, _LARGEST)
    from_bits, from_power = _pick("from_unit", from_unit, _DATA_UNITS)
    to_bits, to_power = _pick("to_unit", to_unit, _DATA_UNITS)
    step = 1024 if binary else 1000
    return _to_digits(size * (from_bits * step**from_power) / (to_bits * step**to_power), 15)


def convert_duration(parts: list[DurationPart], to_unit: TimeUnit) -> float:
    """Convert a span of time to another unit.

    Args:
        parts: The span of time as 1 to 10 parts that are added up (2 hours 45 minutes are two parts). Each has
            amount (a number, 0 to 1000000000000) and unit (the same names as to_unit).
        to_unit: Unit wanted: milliseconds, seconds, minutes, hours, days (24 hours) or weeks.

    Returns:
        The whole span in to_unit, rounded to 10 significant digits.

    Raises:
        ValueError: If there are no or too many parts, an amount is out of range, or a unit is unknown.

    Examples:
        >>> convert_duration(
        ...     parts=[{"amount": 2, "unit": "hours"}, {"amount": 45, "unit": "minutes"}], to_unit="seconds"
        ... )
        9900.0
        >>> convert_duration(parts=[{"amount": 100000, "unit": "minutes"}], to_unit="days")
        69.44444444
        >>> convert_duration(
        ...     parts=[
        ...         {"amount": 3, "unit": "weeks"},
        ...         {"amount": 5, "unit": "days"},
        ...         {"amount": 7.5, "unit": "hours"},
        ...     ],
        ...     to_unit="hours",
        ... )
        631.5
    """
    _check_range("parts length", len(parts), 1, 10)
    seconds = 0.0
    for index, part in enumerate(parts):
        _check_range(f"parts[{index}].amount", part["amount"], 0, _LARGEST)
        seconds += part["amount"] * _pick(f"parts[{index}].unit", part["unit"], _SECONDS)
    return _to_digits(seconds / _pick("to_unit", to_unit, _SECONDS), 10)


def convert_fuel_economy(value: float, from_unit: FuelEconomyUnit, to_unit: FuelEconomyUnit) -> float:
    """Convert the fuel consumption or mileage of a vehicle from one unit to another.

    Args:
        value: Consumption or mileage in from_unit, 0.01 to 10000.
        from_unit: Unit of the given value: liters_per_100km (l/100 km), kilometers_per_liter,
            us_miles_per_gallon (US mpg) or imperial_miles_per_gallon (UK mpg).
        to_unit: Unit wanted: liters_per_100km, kilometers_per_liter, us_miles_per_gallon (US mpg) or
            imperial_miles_per_gallon (UK mpg).

    Returns:
        The same consumption or mileage in to_unit, rounded to 2 decimals.

    Raises:
        ValueError: If the value is out of range or a unit is unknown.

    Examples:
        >>> convert_fuel_economy(value=6.5, from_unit="liters_per_100km", to_unit="us_miles_per_gallon")
        36.19
        >>> convert_fuel_economy(value=48, from_unit="imperial_miles_per_gallon", to_unit="liters_per_100km")
        5.89
        >>> convert_fuel_economy(value=17.5, from_unit="kilometers_per_liter", to_unit="imperial_miles_per_gallon")
        49.43
    """
    _check_range("value", value, 0.01, 10_000)
    per_liter = 100 / value
    if from_unit != "liters_per_100km":
        per_liter = value * _pick("from_unit", from_unit, _KILOMETERS_PER_LITER)
    if to_unit == "liters_per_100km":
        return round(100 / per_liter, 2)
    return round(per_liter / _pick("to_unit", to_unit, _KILOMETERS_PER_LITER), 2)


def convert_shoe_size(size: float, from_system: ShoeSystem, to_system: ShoeSystem) -> float:
    """Convert an adult's shoe size between European, British and American sizes.

    From the length of the last: European sizes are steps of 2/3 centimeter, the others of 1/3 inch.

    Args:
        size: Size in from_system, half sizes as .5: 32 to 52 (eu), 1 to 17 (uk), 1 to 18 (us_men) or 2.5 to 19.5
            (us_women).
        from_system: System of the given size: eu (European), uk (British), us_men (American men's) or us_women
            (American women's).
        to_system: System wanted: eu (European), uk (British), us_men (American men's) or us_women (American
            women's).

    Returns:
        The size in to_system, rounded to the nearest half size (brands differ by about half a size).

    Raises:
        ValueError: If the size is out of range or a system is unknown.

    Examples:
        >>> convert_shoe_size(size=42, from_system="eu", to_system="us_men")
        9.0
        >>> convert_shoe_size(size=7.5, from_system="us_women", to_system="eu")
        38.0
        >>> convert_shoe_size(size=10, from_system="uk", to_system="eu")
        44.5
        >>> convert_shoe_size(size=11.5, from_system="us_men", to_system="uk")
        10.5
    """
    from_steps, from_constant = _pick("from_system", from_system, _SHOE_SYSTEMS)
    to_steps, to_constant = _pick("to_system", to_system, _SHOE_SYSTEMS)
    _check_range("size", size, *_SHOE_RANGES[from_system])
    last_cm = (size - from_constant) / from_steps
    return round(2 * (last_cm * to_steps + to_constant)) / 2
