"""Health: body measures, energy, heart rate, water and pregnancy."""

import math
import re
from datetime import date, timedelta
from typing import Literal, TypedDict, TypeVar

Sex = Literal["female", "male"]
Activity = Literal[
    "walking",
    "hiking",
    "running",
    "cycling",
    "swimming",
    "dancing",
    "yoga",
    "weight_lifting",
    "rope_jumping",
    "tennis",
    "basketball",
    "soccer",
    "gardening",
]


class BodyMassIndex(TypedDict):
    """What body_mass_index returns."""

    bmi: float
    category: str


class ActivitySession(TypedDict):
    """How long one activity of a workout lasted."""

    activity: Activity
    minutes: int


class HeartRateZone(TypedDict):
    """What target_heart_rate returns."""

    low: int
    high: int


_Entry = TypeVar("_Entry")

# Metabolic equivalents (kilocalories per kilogram and hour), 2011 Compendium of Physical Activities.
_METABOLIC_EQUIVALENTS = {
    "walking": 3.5,
    "hiking": 6.0,
    "running": 9.8,
    "cycling": 7.5,
    "swimming": 5.8,
    "dancing": 7.8,
    "yoga": 2.5,
    "weight_lifting": 3.5,
    "rope_jumping": 11.8,
    "tennis": 7.3,
    "basketball": 6.5,
    "soccer": 7.0,
    "gardening": 3.8,
}

_MIFFLIN_OFFSETS = {"female": -161, "male": 5}
_ZONE_PERCENTS = {"moderate": (50, 70), "vigorous": (70, 85)}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_body(weight_kg: float, height_cm: float) -> None:
    _check_range("weight_kg", weight_kg, 25, 500)
    _check_range("height_cm", height_cm, 100, 260)


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key!r}")
    return table[key]


def _parse_date(name: str, text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} must be a real date written YYYY-MM-DD, got {text!r}") from None
    _check_range(f"{name} year", day.year, 1900, 2100)
    return day


def body_mass_index(weight_kg: float, height_cm: float) -> BodyMassIndex:
    """Compute the body mass index (BMI) of an adult and its WHO category.

    Args:
        weight_kg: Body weight in kilograms, 25 to 500.
        height_cm: Body height in centimeters, 100 to 260.

    Returns:
        An object with bmi (kg per square meter, rounded to 1 decimal) and category: underweight (below
        18.5), normal (below 25), overweight (below 30) or obese.

    Raises:
        ValueError: If the weight or height is out of range.

    Examples:
        >>> body_mass_index(weight_kg=68, height_cm=172)
        {'bmi': 23.0, 'category': 'normal'}
        >>> body_mass_index(weight_kg=94.5, height_cm=180)
        {'bmi': 29.2, 'category': 'overweight'}
        >>> body_mass_index(weight_kg=47, height_cm=165.5)
        {'bmi': 17.2, 'category': 'underweight'}
        >>> body_mass_index(weight_kg=112, height_cm=176)
        {'bmi': 36.2, 'category': 'obese'}
    """
    _check_body(weight_kg, height_cm)
    bmi = round(weight_kg / (height_cm / 100) ** 2, 1)
    limits = {"underweight": 18.5, "normal": 25, "overweight": 30}
    category = next((name for name, limit in limits.items() if bmi < limit), "obese")
    return {"bmi": bmi, "category": category}


def basal_metabolic_rate(sex: Sex, age_years: int, weight_kg: float, height_cm: float) -> int:
    """Estimate the calories an adult's body burns a day at complete rest.

    Uses the Mifflin-St Jeor equation.

    Args:
        sex: Sex of the person.
        age_years: Age in whole years, 18 to 100.
        weight_kg: Body weight in kilograms, 25 to 500.
        height_cm: Body height in centimeters, 100 to 260.

    Returns:
        The basal metabolic rate in kilocalories a day, rounded to a whole number.

    Raises:
        ValueError: If an argument is out of its range or sex is unknown.

    Examples:
        >>> basal_metabolic_rate(sex="female", age_years=34, weight_kg=62, height_cm=168)
        1339
        >>> basal_metabolic_rate(sex="male", age_years=45, weight_kg=83.5, height_cm=181)
        1746
        >>> basal_metabolic_rate(sex="female", age_years=71, weight_kg=57, height_cm=159)
        1048
    """
    offset = _pick("sex", sex, _MIFFLIN_OFFSETS)
    _check_range("age_years", age_years, 18, 100)
    _check_body(weight_kg, height_cm)
    return round(10 * weight_kg + 6.25 * height_cm - 5 * age_years + offset)


def target_heart_rate(
    age_years: int, intensity: Literal["moderate", "vigorous"], resting_heart_rate: int | None = None
) -> HeartRateZone:
    """Compute the target heart rate zone for exercise at a given age.

    The maximum is 220 minus the age; with a resting rate the zone is taken of the reserve (Karvonen).

    Args:
        age_years: Age in whole years, 10 to 100.
        intensity: moderate (50 to 70 percent, such as a brisk walk) or vigorous (70 to 85 percent, a run).
        resting_heart_rate: Heart beats a minute at rest, 30 to 110; leave out if unknown.

    Returns:
        An object with low and high, the limits of the zone in beats a minute, rounded to whole numbers.

    Raises:
        ValueError: If the age or resting rate is out of range or the intensity is unknown.

    Examples:
        >>> target_heart_rate(age_years=40, intensity="moderate")
        {'low': 90, 'high': 126}
        >>> target_heart_rate(age_years=28, intensity="vigorous", resting_heart_rate=62)
        {'low': 153, 'high': 173}
        >>> target_heart_rate(age_years=66, intensity="moderate", resting_heart_rate=71)
        {'low': 113, 'high': 129}
    """
    _check_range("age_years", age_years, 10, 100)
    low_percent, high_percent = _pick("intensity", intensity, _ZONE_PERCENTS)
    if resting_heart_rate is not None:
        _check_range("resting_heart_rate", resting_heart_rate, 30, 110)
    base = resting_heart_rate or 0
    reserve = 220 - age_years - base
    return {
        "low": base + (reserve * low_percent + 50) // 100,
        "high": base + (reserve * high_percent + 50) // 100,
    }


def daily_water_intake_liters(weight_kg: float, exercise_minutes: int = 0) -> float:
    """Estimate how many liters of water an adult should drink a day.

    Counts 35 milliliters per kilogram and 350 milliliters more for every 30 minutes of exercise.

    Args:
        weight_kg: Body weight in kilograms, 25 to 500.
        exercise_minutes: Minutes of exercise that day, 0 to 600.

    Returns:
        Liters of water for the day, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> daily_water_intake_liters(weight_kg=64)
        2.24
        >>> daily_water_intake_liters(weight_kg=82, exercise_minutes=45)
        3.4
        >>> daily_water_intake_liters(weight_kg=71.8, exercise_minutes=90)
        3.56
    """
    _check_range("weight_kg", weight_kg, 25, 500)
    _check_range("exercise_minutes", exercise_minutes, 0, 600)
    return round((35 * weight_kg + 350 * exercise_minutes / 30) / 1000, 2)


def workout_calories_burned(weight_kg: float, activities: list[ActivitySession]) -> int:
    """Estimate the calories a person burns in a workout of one or more activities.

    Multiplies weight, hours and the metabolic equivalent (2011 Compendium of Physical Activities).

    Args:
        weight_kg: Body weight in kilograms, 25 to 500.
        activities: What was done, 1 to 20 objects with activity (walking, hiking, running at about 10 km/h,
            cycling or biking, easy swimming, dancing, yoga, weight_lifting or strength training, rope_jumping
            or skipping, tennis, basketball, soccer or football, gardening) and minutes (1 to 1440).

    Returns:
        Kilocalories burned in all activities together, rounded to a whole number.

    Raises:
        ValueError: If a number is out of range, an activity is unknown, or there are none or too many.

    Examples:
        >>> workout_calories_burned(weight_kg=70, activities=[{"activity": "running", "minutes": 30}])
        343
        >>> workout_calories_burned(
        ...     weight_kg=58.5,
        ...     activities=[{"activity": "cycling", "minutes": 40}, {"activity": "yoga", "minutes": 25}],
        ... )
        353
        >>> workout_calories_burned(
        ...     weight_kg=88,
        ...     activities=[
        ...         {"activity": "rope_jumping", "minutes": 10},
        ...         {"activity": "weight_lifting", "minutes": 50},
        ...         {"activity": "walking", "minutes": 20},
        ...     ],
        ... )
        532
    """
    _check_range("weight_kg", weight_kg, 25, 500)
    _check_range("activities length", len(activities), 1, 20)
    equivalent_minutes = 0.0
    for index, session in enumerate(activities):
        _check_range(f"activities[{index}].minutes", session["minutes"], 1, 1440)
        equivalent = _pick(f"activities[{index}].activity", session["activity"], _METABOLIC_EQUIVALENTS)
        equivalent_minutes += equivalent * session["minutes"]
    return round(weight_kg * equivalent_minutes / 60)


def pregnancy_due_date(last_period_start: str, cycle_length_days: int = 28) -> str:
    """Compute the expected due date of a pregnancy from the last menstrual period.

    Naegele's rule: 280 days, moved by the difference of the cycle from 28 days.

    Args:
        last_period_start: First day of the last period as YYYY-MM-DD, from 1900 to 2100.
        cycle_length_days: Usual length of the menstrual cycle in days, 20 to 45.

    Returns:
        The due date as YYYY-MM-DD.

    Raises:
        ValueError: If the date is not real or out of range, or the cycle length is out of range.

    Examples:
        >>> pregnancy_due_date(last_period_start="2024-03-08")
        '2024-12-13'
        >>> pregnancy_due_date(last_period_start="2025-06-19", cycle_length_days=32)
        '2026-03-30'
        >>> pregnancy_due_date(last_period_start="2023-11-25", cycle_length_days=26)
        '2024-08-29'
    """
    start = _parse_date("last_period_start", last_period_start)
    _check_range("cycle_length_days", cycle_length_days, 20, 45)
    return (start + timedelta(days=280 + cycle_length_days - 28)).isoformat()


def body_surface_area(
    weight_kg: float, height_cm: float, formula: Literal["mosteller", "dubois"] = "mosteller"
) -> float:
    """Compute the surface area of a person's body.

    Args:
        weight_kg: Body weight in kilograms, 1 to 500.
        height_cm: Body height in centimeters, 30 to 260.
        formula: mosteller (square root of weight times height over 3600) or dubois (Du Bois, 1916).

    Returns:
        The body surface area in square meters, rounded to 2 decimals.

    Raises:
        ValueError: If the weight or height is out of range or the formula is unknown.

    Examples:
        >>> body_surface_area(weight_kg=76, height_cm=178)
        1.94
        >>> body_surface_area(weight_kg=54.2, height_cm=161, formula="dubois")
        1.56
        >>> body_surface_area(weight_kg=18.5, height_cm=108, formula="mosteller")
        0.74
    """
    _check_range("weight_kg", weight_kg, 1, 500)
    _check_range("height_cm", height_cm, 30, 260)
    areas = {
        "mosteller": math.sqrt(weight_kg * height_cm / 3600),
        "dubois": 0.007184 * math.pow(weight_kg, 0.425) * math.pow(height_cm, 0.725),
    }
    square_meters = _pick("formula", formula, areas)
    return round(square_meters, 2)
