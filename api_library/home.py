"""Home: paint, tiles, wallpaper, curtains, appliances and air conditioning."""

from math import ceil, floor
from typing import Literal

_SQUARE_FEET_PER_M2 = 1 / 0.3048**2
_TRIM_CM = 10
_HEM_CM = 30
_FULLNESS = {"light": 1.5, "medium": 2.0, "full": 2.5}
_SUN_FACTOR = {"shaded": 0.9, "normal": 1.0, "sunny": 1.1}


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _choose(name: str, value: str, table: dict[str, float]) -> float:
    if value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {value!r}")
    return table[value]


def _round_up(value: float) -> int:
    """Round up, forgiving the noise of binary fractions."""
    return ceil(round(value, 9))


def wall_paint_liters(
    wall_lengths_m: list[float],
    wall_height_m: float,
    openings_m2: float = 0.0,
    coats: int = 2,
    coverage_m2_per_liter: float = 10.0,
) -> float:
    """Estimate how many liters of paint the walls of a room need.

    Args:
        wall_lengths_m: Length of each wall to paint in meters, 0.1 to 100 each, 1 to 100 walls.
        wall_height_m: Height of the walls in meters, 0.5 to 20.
        openings_m2: Doors and windows to leave out in square meters, less than the walls' area; 0 by default.
        coats: Number of coats (layers) of paint, 1 to 10; 2 by default.
        coverage_m2_per_liter: Area that a liter covers once in square meters, 1 to 30; 10 by default.

    Returns:
        The liters of paint for all coats, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or the openings are as large as the walls.

    Examples:
        >>> wall_paint_liters(wall_lengths_m=[4.2, 3.6, 4.4, 3.8], wall_height_m=2.5)
        8.0
        >>> wall_paint_liters(wall_lengths_m=[5.5, 3.1], wall_height_m=2.7, openings_m2=3.4, coats=3)
        5.95
        >>> wall_paint_liters(wall_lengths_m=[6.3], wall_height_m=2.4, coats=1, coverage_m2_per_liter=12)
        1.26
    """
    _in_range("wall_lengths_m length", len(wall_lengths_m), 1, 100)
    for length in wall_lengths_m:
        _in_range("wall_lengths_m values", length, 0.1, 100)
    _in_range("wall_height_m", wall_height_m, 0.5, 20)
    _in_range("coats", coats, 1, 10)
    _in_range("coverage_m2_per_liter", coverage_m2_per_liter, 1, 30)
    walls_m2 = sum(wall_lengths_m) * wall_height_m
    if not 0 <= openings_m2 < walls_m2:
        raise ValueError(f"openings_m2 must be at least 0 and less than the walls' {walls_m2:.2f}, got {openings_m2}")
    return round((walls_m2 - openings_m2) * coats / coverage_m2_per_liter, 2)


def floor_tiles_needed(floor_area_m2: float, tile_length_cm: float, tile_width_cm: float, waste_percent: float) -> int:
    """Count the tiles to buy for a floor.

    Args:
        floor_area_m2: Area of the floor in square meters, 0.1 to 10000.
        tile_length_cm: Length of one tile in centimeters, 1 to 300.
        tile_width_cm: Width of one tile in centimeters, 1 to 300.
        waste_percent: Extra tiles to buy for waste, in percent, 0 to 50 (10 is usual).

    Returns:
        The number of tiles by area, rounded up.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> floor_tiles_needed(floor_area_m2=14.4, tile_length_cm=60, tile_width_cm=30, waste_percent=8)
        87
        >>> floor_tiles_needed(floor_area_m2=7.5, tile_length_cm=45, tile_width_cm=30, waste_percent=10)
        62
        >>> floor_tiles_needed(floor_area_m2=26.8, tile_length_cm=120, tile_width_cm=20, waste_percent=15)
        129
    """
    _in_range("floor_area_m2", floor_area_m2, 0.1, 10000)
    _in_range("tile_length_cm", tile_length_cm, 1, 300)
    _in_range("tile_width_cm", tile_width_cm, 1, 300)
    _in_range("waste_percent", waste_percent, 0, 50)
    return _round_up(floor_area_m2 * 10000 / (tile_length_cm * tile_width_cm) * (100 + waste_percent) / 100)


def appliance_electricity_cost(power_watts: float, hours_per_day: float, price_per_kwh: float, days: int) -> float:
    """Compute what running an appliance costs in electricity.

    Args:
        power_watts: Power that the appliance draws in watts, 0.1 to 100000.
        hours_per_day: Running time a day in hours, 0.01 to 24.
        price_per_kwh: Price of a kilowatt-hour, 0.001 to 100000.
        days: Number of days it is used, 1 to 3660 (30 for a month, 365 for a year).

    Returns:
        The cost in the currency of the price, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> appliance_electricity_cost(power_watts=1500, hours_per_day=0.5, price_per_kwh=0.32, days=30)
        7.2
        >>> appliance_electricity_cost(power_watts=150, hours_per_day=24, price_per_kwh=0.28, days=365)
        367.92
        >>> appliance_electricity_cost(power_watts=65, hours_per_day=5, price_per_kwh=0.245, days=90)
        7.17
    """
    _in_range("power_watts", power_watts, 0.1, 100000)
    _in_range("hours_per_day", hours_per_day, 0.01, 24)
    _in_range("price_per_kwh", price_per_kwh, 0.001, 100000)
    _in_range("days", days, 1, 3660)
    return round(power_watts / 1000 * hours_per_day * days * price_per_kwh, 2)


def wallpaper_rolls_needed(
    wall_length_m: float,
    wall_height_m: float,
    pattern_repeat_cm: float | None = None,
    roll_length_m: float = 10.05,
    roll_width_cm: float = 53.0,
) -> int:
    """Count the wallpaper rolls to buy for a wall or a whole room.

    Whole strips are counted, each with 10 cm for trimming and rounded up to a full pattern repeat.

    Args:
        wall_length_m: Total length of the walls to cover in meters, 0.1 to 500.
        wall_height_m: Height of the walls in meters, 0.5 to 10.
        pattern_repeat_cm: Height of the pattern repeat in centimeters, 1 to 150; no pattern by default.
        roll_length_m: Length of a roll in meters, 1 to 100; 10.05 (European standard) by default.
        roll_width_cm: Width of a roll in centimeters, 10 to 200; 53 (European standard) by default.

    Returns:
        The number of rolls, rounded up.

    Raises:
        ValueError: If an argument is out of its range or a roll is too short for one strip.

    Examples:
        >>> wallpaper_rolls_needed(wall_length_m=13.6, wall_height_m=2.45)
        9
        >>> wallpaper_rolls_needed(wall_length_m=9.2, wall_height_m=2.6, pattern_repeat_cm=64)
        6
        >>> wallpaper_rolls_needed(wall_length_m=4.5, wall_height_m=3.1, roll_length_m=15, roll_width_cm=70)
        2
    """
    _in_range("wall_length_m", wall_length_m, 0.1, 500)
    _in_range("wall_height_m", wall_height_m, 0.5, 10)
    _in_range("roll_length_m", roll_length_m, 1, 100)
    _in_range("roll_width_cm", roll_width_cm, 10, 200)
    strip_cm = wall_height_m * 100 + _TRIM_CM
    if pattern_repeat_cm is not None:
        _in_range("pattern_repeat_cm", pattern_repeat_cm, 1, 150)
        strip_cm = _round_up(strip_cm / pattern_repeat_cm) * pattern_repeat_cm
    strips_per_roll = floor(round(roll_length_m * 100 / strip_cm, 9))
    if strips_per_roll == 0:
        raise ValueError(f"roll_length_m must be at least {strip_cm / 100:.2f} to cut one strip, got {roll_length_m}")
    return ceil(_round_up(wall_length_m * 100 / roll_width_cm) / strips_per_roll)


def curtain_fabric_meters(
    rod_width_cm: float, drop_cm: float, fabric_width_cm: float, fullness: Literal["light", "medium", "full"]
) -> float:
    """Compute how many meters of fabric the curtains of a window need.

    Whole fabric widths are cut, each with 30 cm for hem and heading.

    Args:
        rod_width_cm: Length of the curtain rod (track) in centimeters, 20 to 2000.
        drop_cm: Finished length of the curtain from top to bottom in centimeters, 20 to 1000.
        fabric_width_cm: Width of the fabric on the bolt in centimeters, 50 to 400 (140 is usual).
        fullness: Gathering: light (1.5 times the rod width), medium (2 times) or full (2.5 times).

    Returns:
        The fabric to buy in meters, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or the fullness is unknown.

    Examples:
        >>> curtain_fabric_meters(rod_width_cm=180, drop_cm=240, fabric_width_cm=140, fullness="medium")
        8.1
        >>> curtain_fabric_meters(rod_width_cm=250, drop_cm=215, fabric_width_cm=150, fullness="light")
        7.35
        >>> curtain_fabric_meters(rod_width_cm=320, drop_cm=260, fabric_width_cm=280, fullness="full")
        8.7
    """
    _in_range("rod_width_cm", rod_width_cm, 20, 2000)
    _in_range("drop_cm", drop_cm, 20, 1000)
    _in_range("fabric_width_cm", fabric_width_cm, 50, 400)
    widths = _round_up(rod_width_cm * _choose("fullness", fullness, _FULLNESS) / fabric_width_cm)
    return round(widths * (drop_cm + _HEM_CM) / 100, 2)


def air_conditioner_btu(
    room_area_m2: float,
    sun_exposure: Literal["shaded", "normal", "sunny"],
    occupants: int = 2,
    is_kitchen: bool = False,
) -> int:
    """Recommend the cooling capacity of an air conditioner for a room.

    ENERGY STAR rule: 20 BTU an hour per square foot, 10% less if shaded or more if sunny, plus 600 for each
    person over two and 4000 for a kitchen.

    Args:
        room_area_m2: Floor area of the room in square meters, 2 to 500.
        sun_exposure: How much sun the room gets: shaded (little), normal or sunny (a lot).
        occupants: People who usually are in the room, 1 to 100; 2 by default.
        is_kitchen: True if the room is used as a kitchen; False by default.

    Returns:
        The capacity in BTU per hour, rounded to the nearest 100.

    Raises:
        ValueError: If an argument is out of its range or the sun exposure is unknown.

    Examples:
        >>> air_conditioner_btu(room_area_m2=18, sun_exposure="normal")
        3900
        >>> air_conditioner_btu(room_area_m2=32.5, sun_exposure="sunny", occupants=4)
        8900
        >>> air_conditioner_btu(room_area_m2=14, sun_exposure="shaded")
        2700
        >>> air_conditioner_btu(room_area_m2=22, sun_exposure="sunny", occupants=3, is_kitchen=True)
        9800
    """
    _in_range("room_area_m2", room_area_m2, 2, 500)
    _in_range("occupants", occupants, 1, 100)
    sun_factor = _choose("sun_exposure", sun_exposure, _SUN_FACTOR)
    base = room_area_m2 * _SQUARE_FEET_PER_M2 * 20 * sun_factor
    extra = 600 * max(0, occupants - 2) + (4000 if is_kitchen else 0)
    return round((base + extra) / 100) * 100
