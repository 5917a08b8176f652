"""Health: body measures, energy, heart, water, pregnancy and medication."""

import math
import re
from datetime import date, timedelta
from typing import Literal, TypedDict, TypeVar

Sex = Literal["female", "male"]
Guideline = Literal["american", "european"]
Diet = Literal["balanced", "low_fat", "high_protein", "low_carb", "keto"]
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


class BloodPressureReading(TypedDict):
    """One measurement of the blood pressure in millimeters of mercury."""

    systolic: int
    diastolic: int


class BloodPressureAssessment(TypedDict):
    """What blood_pressure_category returns: the averages and their category."""

    systolic: int
    diastolic: int
    category: str


class DoseSchedule(TypedDict):
    """What medication_schedule returns."""

    times: list[str]
    doses: int
    tablets: float


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

# From the worst on: the category and the systolic and diastolic pressure either of which leads to it.
# Whelton et al., 2017 ACC/AHA guideline (with its threshold of a crisis); Williams et al., 2018 ESC/ESH guidelines.
_PRESSURE_CATEGORIES = {
    "american": [
        ("hypertensive_crisis", 181, 121),
        ("stage_2_hypertension", 140, 90),
        ("stage_1_hypertension", 130, 80),
        ("elevated", 120, 80),
        ("normal", 0, 0),
    ],
    "european": [
        ("grade_3_hypertension", 180, 110),
        ("grade_2_hypertension", 160, 100),
        ("grade_1_hypertension", 140, 90),
        ("high_normal", 130, 85),
        ("normal", 120, 80),
        ("optimal", 0, 0),
    ],
}

# Percent of the calories that come from carbohydrates, protein and fat.
_DIET_PERCENTS = {
    "balanced": (50, 20, 30),
    "low_fat": (60, 20, 20),
    "high_protein": (40, 35, 25),
    "low_carb": (25, 30, 45),
    "keto": (5, 20, 75),
}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_body(weight_kg: float, height_cm: float) -> None:
    _check_range("weight_kg", weight_kg, 25, 500)
    _check_range("height_cm", height_cm, 100, 260)


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _parse_date(name: str, text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} must be a real date written YYYY-MM-DD, got {text[:50]!r}") from None
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


def blood_pressure_category(
    readings: list[BloodPressureReading], guideline: Guideline = "american"
) -> BloodPressureAssessment:
    """Average an adult's blood pressure readings and name their category.

    Args:
        readings: 1 to 30 measurements, objects with systolic (the upper value, 60 to 300) and diastolic (the
            lower value, 30 to 200, less than systolic), whole millimeters of mercury (mmHg).
        guideline: Whose limits count: american (ACC/AHA 2017, high from 130/80) or european (ESC/ESH 2018, high
            from 140/90).

    Returns:
        An object with the average systolic and diastolic (whole mmHg) and category: normal, elevated,
        stage_1_hypertension, stage_2_hypertension or hypertensive_crisis (american); optimal, normal,
        high_normal or grade_1_hypertension to grade_3_hypertension (european).

    Raises:
        ValueError: If there are none or too many readings, a value is out of range or diastolic is not the
            lower one, or the guideline is unknown.

    Examples:
        >>> blood_pressure_category(readings=[{"systolic": 128, "diastolic": 76}])
        {'systolic': 128, 'diastolic': 76, 'category': 'elevated'}
        >>> blood_pressure_category(
        ...     readings=[{"systolic": 142, "diastolic": 88}, {"systolic": 135, "diastolic": 84}],
        ...     guideline="european",
        ... )
        {'systolic': 139, 'diastolic': 86, 'category': 'high_normal'}
        >>> blood_pressure_category(
        ...     readings=[
        ...         {"systolic": 151, "diastolic": 92},
        ...         {"systolic": 147, "diastolic": 95},
        ...         {"systolic": 144, "diastolic": 89},
        ...     ]
        ... )
        {'systolic': 147, 'diastolic': 92, 'category': 'stage_2_hypertension'}
        >>> blood_pressure_category(readings=[{"systolic": 117, "diastolic": 74}], guideline="european")
        {'systolic': 117, 'diastolic': 74, 'category': 'optimal'}
    """
    _check_range("readings length", len(readings), 1, 30)
    for index, reading in enumerate(readings):
        _check_range(f"readings[{index}].systolic", reading["systolic"], 60, 300)
        _check_range(f"readings[{index}].diastolic", reading["diastolic"], 30, 200)
        if reading["diastolic"] >= reading["systolic"]:
            raise ValueError(f"readings[{index}].diastolic must be less than systolic, got {reading['diastolic']}")
    limits = _pick("guideline", guideline, _PRESSURE_CATEGORIES)
    systolic = math.floor(sum(reading["systolic"] for reading in readings) / len(readings) + 0.5)
    diastolic = math.floor(sum(reading["diastolic"] for reading in readings) / len(readings) + 0.5)
    category = next(name for name, upper, lower in limits if systolic >= upper or diastolic >= lower)
    return {"systolic": systolic, "diastolic": diastolic, "category": category}


def medication_schedule(
    first_dose_at: str, hours_between_doses: Literal[4, 6, 8, 12, 24], days: int, tablets_per_dose: float = 1.0
) -> DoseSchedule:
    """List the times of day to take a medicine, and count the doses and tablets of the whole course.

    Args:
        first_dose_at: Time of the first dose as HH:MM, 24-hour.
        hours_between_doses: Hours from one dose to the next, day and night: 4, 6, 8, 12 or 24 (once a day).
        days: Length of the course in days, 1 to 365.
        tablets_per_dose: Tablets or capsules taken each time, 0.25 to 10 (0.5 is half a tablet).

    Returns:
        An object with times (of every day, as HH:MM, from the first dose on), doses and tablets (of all days).

    Raises:
        ValueError: If the time is not valid, the hours are none of those allowed, or a number is out of range.

    Examples:
        >>> medication_schedule(first_dose_at="07:30", hours_between_doses=8, days=10)
        {'times': ['07:30', '15:30', '23:30'], 'doses': 30, 'tablets': 30.0}
        >>> medication_schedule(first_dose_at="21:00", hours_between_doses=12, days=5, tablets_per_dose=2)
        {'times': ['21:00', '09:00'], 'doses': 10, 'tablets': 20.0}
        >>> medication_schedule(first_dose_at="06:15", hours_between_doses=6, days=7, tablets_per_dose=0.5)
        {'times': ['06:15', '12:15', '18:15', '00:15'], 'doses': 28, 'tablets': 14.0}
    """
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", first_dose_at):
        raise ValueError(f"first_dose_at must be a 24-hour time as HH:MM, got {first_dose_at[:50]!r}")
    if hours_between_doses not in (4, 6, 8, 12, 24):
        raise ValueError(f"hours_between_doses must be one of 4, 6, 8, 12, 24, got {hours_between_doses}")
    _check_range("days", days, 1, 365)
    _check_range("tablets_per_dose", tablets_per_dose, 0.25, 10)
    hour, minutes = int(first_dose_at[:2]), first_dose_at[3:]
    times = [f"{(hour + later) % 24:02}:{minutes}" for later in range(0, 24, hours_between_doses)]
    doses = days * len(times)
    return {"times": times, "doses": doses, "tablets": round(float(doses * tablets_per_dose), 2)}


def macronutrient_grams(daily_calories: int, diet: Diet = "balanced", meals: int = 1) -> dict[str, int]:
    """Split a day's calories into grams of carbohydrates, protein and fat for a diet.

    A gram of carbohydrates or protein counts 4 kilocalories, a gram of fat 9.

    Args:
        daily_calories: Energy to eat a day in kilocalories (calories), 800 to 6000.
        diet: Percent of the calories from carbohydrates, protein and fat: balanced 50/20/30, low_fat 60/20/20,
            high_protein 40/35/25, low_carb 25/30/45 or keto (ketogenic) 5/20/75.
        meals: Number of equal meals to split the day into, 1 to 8; 1 gives the grams of the whole day.

    Returns:
        An object with carbohydrates, protein and fat, whole grams a meal (or a day, with 1 meal).

    Raises:
        ValueError: If a number is out of range or the diet is unknown.

    Examples:
        >>> macronutrient_grams(daily_calories=2200)
        {'carbohydrates': 275, 'protein': 110, 'fat': 73}
        >>> macronutrient_grams(daily_calories=1850, diet="keto")
        {'carbohydrates': 23, 'protein': 92, 'fat': 154}
        >>> macronutrient_grams(daily_calories=2750, diet="high_protein", meals=4)
        {'carbohydrates': 69, 'protein': 60, 'fat': 19}
        >>> macronutrient_grams(daily_calories=1600, diet="low_carb", meals=3)
        {'carbohydrates': 33, 'protein': 40, 'fat': 27}
    """
    _check_range("daily_calories", daily_calories, 800, 6000)
    carbohydrates, protein, fat = _pick("diet", diet, _DIET_PERCENTS)
    _check_range("meals", meals, 1, 8)
    percents = {"carbohydrates": carbohydrates / 4, "protein": protein / 4, "fat": fat / 9}
    return {name: round(daily_calories * share / 100 / meals) for name, share in percents.items()}
