"""Physics: falling, flying, energy, electric circuits, lenses, sound, waves and decay."""

from math import cos, log10, pow, radians, sin, sqrt
from typing import Literal, TypedDict


class Launch(TypedDict):
    """How something is thrown or shot."""

    speed_m_per_s: float
    angle_degrees: float


class Trajectory(TypedDict):
    """What projectile_flight returns."""

    range_m: float
    highest_m: float
    flight_seconds: float


class LensImage(TypedDict):
    """What lens_image returns."""

    image_distance_cm: float
    magnification: float
    kind: str
    orientation: str


class SoundSource(TypedDict):
    """Things that make the same noise."""

    decibels: float
    count: int


_GRAVITY = {"earth": 9.80665, "moon": 1.62, "mars": 3.71}
_METERS_PER_SECOND = {"meters_per_second": 1.0, "kilometers_per_hour": 1 / 3.6, "miles_per_hour": 0.44704}
_HERTZ = {"hertz": 1.0, "kilohertz": 1e3, "megahertz": 1e6, "gigahertz": 1e9}
_WAVE_SPEED = {"radio": 299792458.0, "sound_in_air": 343.0, "sound_in_water": 1482.0}
_LENS_SIGN = {"converging": 1.0, "diverging": -1.0}


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _choose(name: str, value: str, table: dict[str, float]) -> float:
    if value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {value[:50]!r}")
    return table[value]


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")


def free_fall_time(height_m: float, body: Literal["earth", "moon", "mars"] = "earth") -> float:
    """Compute how long a dropped object takes to hit the ground.

    Args:
        height_m: Height of the drop in meters, 0.01 to 10000.
        body: Where it falls: earth (9.80665 m/s2), moon (1.62) or mars (3.71); earth by default.

    Returns:
        The time in seconds, sqrt(2 * height / gravity), rounded to 2 decimals.

    Raises:
        ValueError: If the height is out of its range or the body is unknown.

    Examples:
        >>> free_fall_time(height_m=45)
        3.03
        >>> free_fall_time(height_m=120, body="moon")
        12.17
        >>> free_fall_time(height_m=3.5, body="mars")
        1.37
        >>> free_fall_time(height_m=828, body="earth")
        12.99
    """
    _in_range("height_m", height_m, 0.01, 10000)
    return round(sqrt(2 * height_m / _choose("body", body, _GRAVITY)), 2)


def kinetic_energy_joules(
    mass_kg: float,
    speed: float,
    speed_unit: Literal["meters_per_second", "kilometers_per_hour", "miles_per_hour"],
) -> float:
    """Compute the kinetic energy of a moving object.

    Args:
        mass_kg: Mass of the object in kilograms, 0.001 to 1000000000.
        speed: Speed of the object in `speed_unit`, 0 to 100000.
        speed_unit: meters_per_second (m/s), kilometers_per_hour (km/h) or miles_per_hour (mph).

    Returns:
        The energy in joules, mass * speed squared / 2, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or the unit is unknown.

    Examples:
        >>> kinetic_energy_joules(mass_kg=1500, speed=100, speed_unit="kilometers_per_hour")
        578703.7
        >>> kinetic_energy_joules(mass_kg=75, speed=8.5, speed_unit="meters_per_second")
        2709.38
        >>> kinetic_energy_joules(mass_kg=0.145, speed=95, speed_unit="miles_per_hour")
        130.76
    """
    _in_range("mass_kg", mass_kg, 0.001, 10**9)
    _in_range("speed", speed, 0, 100000)
    speed_ms = speed * _choose("speed_unit", speed_unit, _METERS_PER_SECOND)
    return round(mass_kg * speed_ms**2 / 2, 2)


def solve_ohms_law(
    voltage_volts: float | None = None,
    current_amperes: float | None = None,
    resistance_ohms: float | None = None,
) -> dict[str, float]:
    """Solve Ohm's law for the value that is not known, and the power.

    Exactly two of the three arguments are given (voltage = current * resistance, power = voltage * current).

    Args:
        voltage_volts: Voltage in volts, 0.001 to 1000000; left out if it is sought.
        current_amperes: Current in amperes (amps), 0.001 to 1000000; left out if it is sought.
        resistance_ohms: Resistance in ohms, 0.001 to 1000000; left out if it is sought.

    Returns:
        `voltage_volts`, `current_amperes`, `resistance_ohms` and `power_watts`, each to 6 significant digits.

    Raises:
        ValueError: If not exactly two arguments are given or one is out of its range.

    Examples:
        >>> solve_ohms_law(voltage_volts=230, current_amperes=9.2)
        {'voltage_volts': 230.0, 'current_amperes': 9.2, 'resistance_ohms': 25.0, 'power_watts': 2116.0}
        >>> solve_ohms_law(voltage_volts=12, resistance_ohms=480)
        {'voltage_volts': 12.0, 'current_amperes': 0.025, 'resistance_ohms': 480.0, 'power_watts': 0.3}
        >>> solve_ohms_law(current_amperes=0.35, resistance_ohms=68)
        {'voltage_volts': 23.8, 'current_amperes': 0.35, 'resistance_ohms': 68.0, 'power_watts': 8.33}
    """
    volts, amperes, ohms = names = ("voltage_volts", "current_amperes", "resistance_ohms")
    values = (voltage_volts, current_amperes, resistance_ohms)
    known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    missing = [name for name in names if name not in known]
    if not missing:
        raise ValueError(f"{ohms} must be left out when {volts} and {amperes} are given")
    if len(missing) > 1:
        raise ValueError(f"{missing[0]} must be given: two of the three quantities are needed")
    for name, value in known.items():
        _in_range(name, value, 0.001, 10**6)
    if missing == [volts]:
        known[volts] = known[amperes] * known[ohms]
    elif missing == [amperes]:
        known[amperes] = known[volts] / known[ohms]
    else:
        known[ohms] = known[volts] / known[amperes]
    result = {name: known[name] for name in names} | {"power_watts": known[volts] * known[amperes]}
    return {name: _six_digits(value) for name, value in result.items()}


def combined_resistance(resistances_ohms: list[float], connection: Literal["series", "parallel"]) -> float:
    """Compute the total resistance of connected resistors.

    Args:
        resistances_ohms: Resistance of each resistor in ohms, 0.001 to 1000000000 each, 2 to 1000 resistors.
        connection: series (one after the other) or parallel (side by side).

    Returns:
        The total resistance in ohms, to 6 significant digits.

    Raises:
        ValueError: If the number or a value of the resistors is out of range or the connection is unknown.

    Examples:
        >>> combined_resistance(resistances_ohms=[220, 330], connection="parallel")
        132.0
        >>> combined_resistance(resistances_ohms=[4.7, 10, 15.5], connection="series")
        30.2
        >>> combined_resistance(resistances_ohms=[8, 4, 16], connection="parallel")
        2.28571
    """
    _in_range("resistances_ohms length", len(resistances_ohms), 2, 1000)
    for resistance in resistances_ohms:
        _in_range("resistances_ohms values", resistance, 0.001, 10**9)
    if connection not in ("series", "parallel"):
        raise ValueError(f"connection must be series or parallel, got {connection[:50]!r}")
    if connection == "series":
        return _six_digits(sum(resistances_ohms))
    return _six_digits(1 / sum(1 / resistance for resistance in resistances_ohms))


def wavelength_meters(
    frequency: float,
    frequency_unit: Literal["hertz", "kilohertz", "megahertz", "gigahertz"],
    wave: Literal["radio", "sound_in_air", "sound_in_water"],
) -> float:
    """Compute the wavelength of a radio or sound wave from its frequency.

    The wave travels at 299792458 m/s (radio), or at 20 degrees Celsius at 343 m/s (air) or 1482 m/s (water).

    Args:
        frequency: Frequency in `frequency_unit`, 0.001 to 1000000.
        frequency_unit: Unit of `frequency`: hertz (Hz), kilohertz (kHz), megahertz (MHz) or gigahertz (GHz).
        wave: radio (any electromagnetic wave, also Wi-Fi), sound_in_air or sound_in_water.

    Returns:
        The wavelength in meters, speed / frequency, to 6 significant digits.

    Raises:
        ValueError: If the frequency is out of its range, or the unit or wave is unknown.

    Examples:
        >>> wavelength_meters(frequency=98.5, frequency_unit="megahertz", wave="radio")
        3.04358
        >>> wavelength_meters(frequency=440, frequency_unit="hertz", wave="sound_in_air")
        0.779545
        >>> wavelength_meters(frequency=50, frequency_unit="kilohertz", wave="sound_in_water")
        0.02964
        >>> wavelength_meters(frequency=2.4, frequency_unit="gigahertz", wave="radio")
        0.124914
    """
    _in_range("frequency", frequency, 0.001, 10**6)
    hertz = frequency * _choose("frequency_unit", frequency_unit, _HERTZ)
    return _six_digits(_choose("wave", wave, _WAVE_SPEED) / hertz)


def amount_left_by_half_life(initial_amount: float, half_life: float, elapsed_time: float) -> float:
    """Compute how much of a decaying substance is left after some time.

    Args:
        initial_amount: Amount at the start in any unit, such as milligrams or percent, 0.001 to 1000000000.
        half_life: Time in which the amount halves, in any unit of time, 0.001 to 1000000000000.
        elapsed_time: Time that has passed, in the same unit of time as `half_life`, 0 to 1000000000000.

    Returns:
        The amount left, in the unit of the initial amount, rounded to 4 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> amount_left_by_half_life(initial_amount=200, half_life=5, elapsed_time=8)
        65.9754
        >>> amount_left_by_half_life(initial_amount=80, half_life=5730, elapsed_time=11460)
        20.0
        >>> amount_left_by_half_life(initial_amount=12.5, half_life=8.02, elapsed_time=30)
        0.9351
    """
    _in_range("initial_amount", initial_amount, 0.001, 10**9)
    _in_range("half_life", half_life, 0.001, 10**12)
    _in_range("elapsed_time", elapsed_time, 0, 10**12)
    return round(initial_amount * pow(0.5, elapsed_time / half_life), 4)


def projectile_flight(
    launch: Launch, start_height_m: float = 0.0, body: Literal["earth", "moon", "mars"] = "earth"
) -> Trajectory:
    """Compute how far, how high and how long a thrown or shot object flies, without air drag.

    Args:
        launch: speed_m_per_s (speed in meters per second, 0.1 to 10000) and angle_degrees (angle above the
            horizontal in degrees, 0 to 90; above 0 if it starts on the ground).
        start_height_m: Height of the launch above the level ground in meters, 0 to 10000; 0 by default.
        body: Where it flies: earth (9.80665 m/s2), moon (1.62) or mars (3.71); earth by default.

    Returns:
        `range_m` (horizontal distance to the landing) and `highest_m` (highest point above the ground) in
        meters, and `flight_seconds`, each rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range, the body is unknown, or the object never leaves the ground.

    Examples:
        >>> projectile_flight(launch={"speed_m_per_s": 24, "angle_degrees": 40})
        {'range_m': 57.84, 'highest_m': 12.13, 'flight_seconds': 3.15}
        >>> projectile_flight(launch={"speed_m_per_s": 13.5, "angle_degrees": 38}, start_height_m=2.1)
        {'range_m': 20.41, 'highest_m': 5.62, 'flight_seconds': 1.92}
        >>> projectile_flight(launch={"speed_m_per_s": 50, "angle_degrees": 30}, body="moon")
        {'range_m': 1336.46, 'highest_m': 192.9, 'flight_seconds': 30.86}
        >>> projectile_flight(launch={"speed_m_per_s": 8, "angle_degrees": 0}, start_height_m=35, body="mars")
        {'range_m': 34.75, 'highest_m': 35.0, 'flight_seconds': 4.34}
    """
    _in_range("launch.speed_m_per_s", launch["speed_m_per_s"], 0.1, 10_000)
    _in_range("launch.angle_degrees", launch["angle_degrees"], 0, 90)
    _in_range("start_height_m", start_height_m, 0, 10_000)
    gravity = _choose("body", body, _GRAVITY)
    if start_height_m == 0 and launch["angle_degrees"] == 0:
        raise ValueError("launch.angle_degrees must be above 0 if start_height_m is 0")
    angle = radians(launch["angle_degrees"])
    upward = launch["speed_m_per_s"] * sin(angle)
    seconds = (upward + sqrt(upward**2 + 2 * gravity * start_height_m)) / gravity
    return {
        "range_m": round(launch["speed_m_per_s"] * cos(angle) * seconds, 2),
        "highest_m": round(start_height_m + upward**2 / (2 * gravity), 2),
        "flight_seconds": round(seconds, 2),
    }


def lens_image(
    focal_length_cm: float, object_distance_cm: float, lens: Literal["converging", "diverging"] = "converging"
) -> LensImage:
    """Find where a thin lens forms the image of an object, how large it is and which way up.

    Args:
        focal_length_cm: Focal length of the lens in centimeters, 0.1 to 10000, without a sign.
        object_distance_cm: Distance from the object to the lens in centimeters, 0.1 to 1000000; not the focal
            length of a converging lens, where no image forms.
        lens: converging (convex, a magnifying glass) or diverging (concave); converging by default.

    Returns:
        `image_distance_cm` (from the lens, negative if on the side of the object), `magnification` (image
        size / object size), both to 6 significant digits, `kind` (real or virtual) and `orientation`
        (upright or inverted).

    Raises:
        ValueError: If an argument is out of its range, the lens is unknown or no image forms.

    Examples:
        >>> lens_image(focal_length_cm=15, object_distance_cm=40)
        {'image_distance_cm': 24.0, 'magnification': 0.6, 'kind': 'real', 'orientation': 'inverted'}
        >>> lens_image(focal_length_cm=10, object_distance_cm=6)
        {'image_distance_cm': -15.0, 'magnification': 2.5, 'kind': 'virtual', 'orientation': 'upright'}
        >>> lens_image(focal_length_cm=12.5, object_distance_cm=50, lens="diverging")
        {'image_distance_cm': -10.0, 'magnification': 0.2, 'kind': 'virtual', 'orientation': 'upright'}
    """
    _in_range("focal_length_cm", focal_length_cm, 0.1, 10_000)
    _in_range("object_distance_cm", object_distance_cm, 0.1, 1_000_000)
    signed_focus = focal_length_cm * _choose("lens", lens, _LENS_SIGN)
    beyond = object_distance_cm - signed_focus
    if abs(beyond) < 1e-9 * object_distance_cm:
        raise ValueError(f"object_distance_cm must differ from focal_length_cm, got {object_distance_cm} for both")
    distance = signed_focus * object_distance_cm / beyond
    return {
        "image_distance_cm": _six_digits(distance),
        "magnification": _six_digits(abs(distance) / object_distance_cm),
        "kind": "real" if distance > 0 else "virtual",
        "orientation": "inverted" if distance > 0 else "upright",
    }


def combined_sound_level(sources: list[SoundSource]) -> float:
    """Add up the decibels of several noise sources that sound at once.

    Args:
        sources: 1 to 50 objects with decibels (sound level of one source where it is heard, 0 to 200 dB) and
            count (how many of them there are, 1 to 1000).

    Returns:
        The sound level of all together in decibels, 10 * log10 of the summed sound intensities, rounded to 1
        decimal.

    Raises:
        ValueError: If there are none or too many sources, or a value is out of its range.

    Examples:
        >>> combined_sound_level(sources=[{"decibels": 62, "count": 3}])
        66.8
        >>> combined_sound_level(sources=[{"decibels": 71, "count": 1}, {"decibels": 68.5, "count": 2}])
        74.3
        >>> combined_sound_level(
        ...     sources=[
        ...         {"decibels": 85, "count": 4},
        ...         {"decibels": 92, "count": 1},
        ...         {"decibels": 78, "count": 6},
        ...     ]
        ... )
        95.1
    """
    _in_range("sources length", len(sources), 1, 50)
    for index, source in enumerate(sources):
        _in_range(f"sources[{index}].decibels", source["decibels"], 0, 200)
        _in_range(f"sources[{index}].count", source["count"], 1, 1000)
    return round(10 * log10(sum(source["count"] * pow(10, source["decibels"] / 10) for source in sources)), 1)
