"""Home: paint, tiles, wallpaper, curtains, building, appliances, heating and air conditioning."""

from math import ceil, floor
from typing import Literal, TypedDict

HeatingFuel = Literal["heating_oil", "natural_gas", "lpg", "wood_pellets", "firewood"]


class BoardPiece(TypedDict):
    """Pieces of one length to cut."""

    length_cm: float
    quantity: int


class CuttingPlan(TypedDict):
    """What board_cutting_plan returns."""

    boards: int
    cuts_cm: list[list[float]]
    waste_cm: float


class Slab(TypedDict):
    """A rectangular slab, such as the floor of a shed."""

    length_m: float
    width_m: float
    thickness_cm: float


class ConcreteOrder(TypedDict):
    """What concrete_bags_needed returns."""

    volume_m3: float
    bags: int


class FuelBill(TypedDict):
    """What heating_fuel_cost returns."""

    fuel_amount: float
    fuel_unit: str
    cost: float


_SQUARE_FEET_PER_M2 = 1 / 0.3048**2
_TRIM_CM = 10
_HEM_CM = 30
_FULLNESS = {"light": 1.5, "medium": 2.0, "full": 2.5}
_SUN_FACTOR = {"shaded": 0.9, "normal": 1.0, "sunny": 1.1}

# Quikrete: a bag of 80 pounds (36.29 kg) of dry mix yields 0.6 cubic feet (0.01699 m3) of concrete.
_CONCRETE_KG_PER_M3 = 2136

# Usual net calorific values in kilowatt-hours per liter, cubic meter or kilogram; wood with under 20% water.
_FUEL_KWH = {
    "heating_oil": (10.0, "liters"),
    "natural_gas": (10.0, "cubic_meters"),
    "lpg": (6.6, "liters"),
    "wood_pellets": (4.8, "kilograms"),
    "firewood": (4.1, "kilograms"),
}


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _choose(name: str, value: str, table: dict[str, float]) -> float:
    if value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {value[:50]!r}")
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


def board_cutting_plan(pieces: list[BoardPiece], board_length_cm: float, saw_cut_mm: float = 3.0) -> CuttingPlan:
    """Count the boards to buy for a list of pieces to cut from them, and plan the cuts.

    Cuts the longest pieces first, each from the first board that has room (first-fit decreasing).

    Args:
        pieces: 1 to 20 objects with length_cm (length of a piece in centimeters, 1 to the board's length) and
            quantity (pieces of that length, 1 to 100); at most 200 pieces in all.
        board_length_cm: Length of a board, plank or pipe as sold in centimeters, 10 to 2000.
        saw_cut_mm: Width that the saw blade takes between two pieces in millimeters, 0 to 10; 3 by default.

    Returns:
        boards (how many to buy), cuts_cm (for each board the lengths to cut from it) and waste_cm (length
        left over of all boards, sawdust included, rounded to 2 decimals).

    Raises:
        ValueError: If there are none or too many pieces, or an argument is out of its range.

    Examples:
        >>> board_cutting_plan(
        ...     pieces=[{"length_cm": 80, "quantity": 4}, {"length_cm": 45, "quantity": 2}], board_length_cm=240
        ... )
        {'boards': 2, 'cuts_cm': [[80.0, 80.0, 45.0], [80.0, 80.0, 45.0]], 'waste_cm': 70.0}
        >>> board_cutting_plan(pieces=[{"length_cm": 62.5, "quantity": 5}], board_length_cm=200, saw_cut_mm=2.5)
        {'boards': 2, 'cuts_cm': [[62.5, 62.5, 62.5], [62.5, 62.5]], 'waste_cm': 87.5}
        >>> board_cutting_plan(
        ...     pieces=[{"length_cm": 120, "quantity": 2}, {"length_cm": 90, "quantity": 2}],
        ...     board_length_cm=300,
        ...     saw_cut_mm=0,
        ... )
        {'boards': 2, 'cuts_cm': [[120.0, 120.0], [90.0, 90.0]], 'waste_cm': 180.0}
    """
    _in_range("pieces length", len(pieces), 1, 20)
    _in_range("board_length_cm", board_length_cm, 10, 2000)
    _in_range("saw_cut_mm", saw_cut_mm, 0, 10)
    for index, piece in enumerate(pieces):
        _in_range(f"pieces[{index}].length_cm", piece["length_cm"], 1, board_length_cm)
        _in_range(f"pieces[{index}].quantity", piece["quantity"], 1, 100)
    _in_range("pieces quantity in all", sum(piece["quantity"] for piece in pieces), 1, 200)
    lengths = sorted((float(piece["length_cm"]) for piece in pieces for _ in range(piece["quantity"])), reverse=True)
    boards: list[list[float]] = []
    free: list[float] = []  # of each board, after the saw cut behind its last piece
    for length in lengths:
        fitting = (index for index, room in enumerate(free) if length <= round(room, 9))
        place = next(fitting, len(boards))
        if place == len(boards):
            boards.append([])
            free.append(board_length_cm)
        boards[place].append(length)
        free[place] -= length + saw_cut_mm / 10
    waste = len(boards) * board_length_cm - sum(lengths)
    return {"boards": len(boards), "cuts_cm": boards, "waste_cm": round(float(waste), 2)}


def concrete_bags_needed(slab: Slab, bag_kg: float = 25.0, waste_percent: float = 10.0) -> ConcreteOrder:
    """Count the bags of ready-mixed dry concrete to buy for a rectangular slab.

    A cubic meter of concrete takes 2136 kg of dry mix (Quikrete: 80 pounds yield 0.6 cubic feet).

    Args:
        slab: The slab to pour: length_m and width_m in meters, 0.1 to 100 each, and thickness_cm in
            centimeters, 1 to 100.
        bag_kg: Weight of a bag in kilograms, 5 to 1000; 25 by default.
        waste_percent: Extra concrete to buy for waste, in percent, 0 to 50; 10 by default.

    Returns:
        volume_m3 (the slab in cubic meters without waste, rounded to 3 decimals) and bags (with waste,
        rounded up).

    Raises:
        ValueError: If a measure or another argument is out of its range.

    Examples:
        >>> concrete_bags_needed(slab={"length_m": 3, "width_m": 2.4, "thickness_cm": 10})
        {'volume_m3': 0.72, 'bags': 68}
        >>> concrete_bags_needed(slab={"length_m": 5.5, "width_m": 0.9, "thickness_cm": 8}, bag_kg=40)
        {'volume_m3': 0.396, 'bags': 24}
        >>> concrete_bags_needed(
        ...     slab={"length_m": 1.2, "width_m": 1.2, "thickness_cm": 15}, bag_kg=20, waste_percent=5
        ... )
        {'volume_m3': 0.216, 'bags': 25}
    """
    _in_range("slab.length_m", slab["length_m"], 0.1, 100)
    _in_range("slab.width_m", slab["width_m"], 0.1, 100)
    _in_range("slab.thickness_cm", slab["thickness_cm"], 1, 100)
    _in_range("bag_kg", bag_kg, 5, 1000)
    _in_range("waste_percent", waste_percent, 0, 50)
    volume = slab["length_m"] * slab["width_m"] * slab["thickness_cm"] / 100
    bags = _round_up(volume * (100 + waste_percent) / 100 * _CONCRETE_KG_PER_M3 / bag_kg)
    return {"volume_m3": round(volume, 3), "bags": bags}


def heating_fuel_cost(
    heat_kwh: float, fuel: HeatingFuel, price_per_unit: float, efficiency_percent: float = 90.0
) -> FuelBill:
    """Compute how much oil, gas or wood a heating system burns to give a home its heat, and the cost.

    Energy of a unit: heating_oil 10 kWh a liter, natural_gas 10 kWh a cubic meter, lpg 6.6 kWh a liter,
    wood_pellets 4.8 kWh and firewood 4.1 kWh a kilogram (net calorific values).

    Args:
        heat_kwh: Heat that the home needs in kilowatt-hours, 1 to 10000000.
        fuel: heating_oil, natural_gas, lpg (propane), wood_pellets or firewood (dry logs).
        price_per_unit: Price of the fuel, 0.001 to 100000: a liter (heating_oil, lpg), a cubic meter
            (natural_gas) or a kilogram (wood_pellets, firewood).
        efficiency_percent: Share of the energy that the boiler or stove turns into heat, in percent, 10 to
            110; 90 by default.

    Returns:
        fuel_amount (rounded to 1 decimal), fuel_unit (liters, cubic_meters or kilograms) and cost in the
        currency of the price, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or the fuel is unknown.

    Examples:
        >>> heating_fuel_cost(heat_kwh=18000, fuel="heating_oil", price_per_unit=1.08)
        {'fuel_amount': 2000.0, 'fuel_unit': 'liters', 'cost': 2160.0}
        >>> heating_fuel_cost(heat_kwh=12500, fuel="wood_pellets", price_per_unit=0.34, efficiency_percent=88)
        {'fuel_amount': 2959.3, 'fuel_unit': 'kilograms', 'cost': 1006.16}
        >>> heating_fuel_cost(heat_kwh=6400, fuel="firewood", price_per_unit=0.19, efficiency_percent=75)
        {'fuel_amount': 2081.3, 'fuel_unit': 'kilograms', 'cost': 395.45}
        >>> heating_fuel_cost(heat_kwh=9800, fuel="natural_gas", price_per_unit=1.25, efficiency_percent=95)
        {'fuel_amount': 1031.6, 'fuel_unit': 'cubic_meters', 'cost': 1289.47}
    """
    _in_range("heat_kwh", heat_kwh, 1, 10_000_000)
    if fuel not in _FUEL_KWH:
        raise ValueError(f"fuel must be one of {', '.join(_FUEL_KWH)}, got {fuel[:50]!r}")
    _in_range("price_per_unit", price_per_unit, 0.001, 100_000)
    _in_range("efficiency_percent", efficiency_percent, 10, 110)
    kwh, unit = _FUEL_KWH[fuel]
    amount = heat_kwh / (efficiency_percent / 100) / kwh
    return {"fuel_amount": round(amount, 1), "fuel_unit": unit, "cost": round(amount * price_per_unit, 2)}
