"""Wrong and known values of the health functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import health

RUN = {"activity": "running", "minutes": 60}
BODY = {"sex": "male", "age_years": 30, "weight_kg": 80, "height_cm": 180}
PRESSURE = {"systolic": 118, "diastolic": 76}
COURSE = {"first_dose_at": "22:45", "hours_between_doses": 8, "days": 7}

WRONG = [
    (health.body_mass_index, {"weight_kg": 0, "height_cm": 170}, "weight_kg"),
    (health.body_mass_index, {"weight_kg": 70, "height_cm": 1.7}, "height_cm"),
    (health.basal_metabolic_rate, BODY | {"sex": "m"}, "sex"),
    (health.basal_metabolic_rate, BODY | {"age_years": 12}, "age_years"),
    (health.basal_metabolic_rate, BODY | {"weight_kg": math.nan}, "weight_kg"),
    (health.target_heart_rate, {"age_years": 230, "intensity": "moderate"}, "age_years"),
    (health.target_heart_rate, {"age_years": 30, "intensity": "light"}, "intensity"),
    (
        health.target_heart_rate,
        {"age_years": 30, "intensity": "moderate", "resting_heart_rate": 0},
        "resting_heart_rate",
    ),
    (health.daily_water_intake_liters, {"weight_kg": -70}, "weight_kg"),
    (health.daily_water_intake_liters, {"weight_kg": 70, "exercise_minutes": -1}, "exercise_minutes"),
    (health.workout_calories_burned, {"weight_kg": 5, "activities": [RUN]}, "weight_kg"),
    (health.workout_calories_burned, {"weight_kg": 70, "activities": []}, "activities"),
    (health.workout_calories_burned, {"weight_kg": 70, "activities": [RUN] * 21}, "activities"),
    (health.workout_calories_burned, {"weight_kg": 70, "activities": [RUN | {"minutes": 0}]}, "activities"),
    (
        health.workout_calories_burned,
        {"weight_kg": 70, "activities": [RUN | {"activity": "chess"}]},
        "activities",
    ),
    (health.pregnancy_due_date, {"last_period_start": "2023-02-29"}, "last_period_start"),
    (health.pregnancy_due_date, {"last_period_start": "20240101"}, "last_period_start"),
    (health.pregnancy_due_date, {"last_period_start": "9999-12-31"}, "last_period_start"),
    (
        health.pregnancy_due_date,
        {"last_period_start": "2024-01-01", "cycle_length_days": 7},
        "cycle_length_days",
    ),
    (health.body_surface_area, {"weight_kg": 70, "height_cm": 300}, "height_cm"),
    (health.body_surface_area, {"weight_kg": 70, "height_cm": 170, "formula": "boyd"}, "formula"),
    (health.blood_pressure_category, {"readings": []}, "readings"),
    (health.blood_pressure_category, {"readings": [PRESSURE] * 31}, "readings"),
    (health.blood_pressure_category, {"readings": [PRESSURE | {"systolic": 301}]}, "readings"),
    (health.blood_pressure_category, {"readings": [PRESSURE | {"diastolic": 29}]}, "readings"),
    (health.blood_pressure_category, {"readings": [PRESSURE | {"diastolic": 118}]}, "readings"),
    (health.blood_pressure_category, {"readings": [PRESSURE], "guideline": "who"}, "guideline"),
    (health.medication_schedule, COURSE | {"first_dose_at": "8:00"}, "first_dose_at"),
    (health.medication_schedule, COURSE | {"hours_between_doses": 5}, "hours_between_doses"),
    (health.medication_schedule, COURSE | {"days": 0}, "days"),
    (health.medication_schedule, COURSE | {"tablets_per_dose": math.nan}, "tablets_per_dose"),
    (health.macronutrient_grams, {"daily_calories": 700}, "daily_calories"),
    (health.macronutrient_grams, {"daily_calories": 2000, "diet": "vegan"}, "diet"),
    (health.macronutrient_grams, {"daily_calories": 2000, "meals": 9}, "meals"),
]

KNOWN = [
    (health.body_mass_index, {"weight_kg": 100, "height_cm": 200}, {"bmi": 25.0, "category": "overweight"}),
    (health.body_mass_index, {"weight_kg": 74, "height_cm": 200}, {"bmi": 18.5, "category": "normal"}),
    (health.body_mass_index, {"weight_kg": 120, "height_cm": 200}, {"bmi": 30.0, "category": "obese"}),
    (health.basal_metabolic_rate, BODY, 1780),
    (health.basal_metabolic_rate, BODY | {"sex": "female", "weight_kg": 60, "height_cm": 160}, 1289),
    # The example of the American Heart Association: 85 to 145 beats at 50 years are 50 and 85 percent.
    (health.target_heart_rate, {"age_years": 50, "intensity": "vigorous"}, {"low": 119, "high": 145}),
    (
        health.target_heart_rate,
        {"age_years": 45, "intensity": "vigorous", "resting_heart_rate": 80},
        {"low": 147, "high": 161},
    ),
    (health.daily_water_intake_liters, {"weight_kg": 100}, 3.5),
    (health.daily_water_intake_liters, {"weight_kg": 60, "exercise_minutes": 30}, 2.45),
    (health.workout_calories_burned, {"weight_kg": 50, "activities": [RUN]}, 490),
    (
        health.workout_calories_burned,
        {"weight_kg": 100, "activities": [RUN, {"activity": "gardening", "minutes": 30}]},
        1170,
    ),
    (health.pregnancy_due_date, {"last_period_start": "2022-01-01"}, "2022-10-08"),
    (health.pregnancy_due_date, {"last_period_start": "2022-01-01", "cycle_length_days": 35}, "2022-10-15"),
    (health.body_surface_area, {"weight_kg": 72, "height_cm": 200}, 2.0),
    (health.body_surface_area, {"weight_kg": 70, "height_cm": 170, "formula": "dubois"}, 1.81),
    # The limits of the ACC/AHA and ESC/ESH tables, from both sides.
    *(
        (health.blood_pressure_category, {"readings": [reading], "guideline": guideline}, {**reading, "category": name})
        for guideline, upper, lower, name in [
            ("american", 119, 79, "normal"),
            ("american", 120, 79, "elevated"),
            ("american", 119, 80, "stage_1_hypertension"),
            ("american", 139, 89, "stage_1_hypertension"),
            ("american", 125, 90, "stage_2_hypertension"),
            ("american", 180, 120, "stage_2_hypertension"),
            ("american", 181, 110, "hypertensive_crisis"),
            ("european", 119, 79, "optimal"),
            ("european", 125, 84, "normal"),
            ("european", 125, 85, "high_normal"),
            ("european", 140, 80, "grade_1_hypertension"),
            ("european", 159, 100, "grade_2_hypertension"),
            ("european", 180, 100, "grade_3_hypertension"),
        ]
        for reading in [{"systolic": upper, "diastolic": lower}]
    ),
    # The averages 119.5 and 79.5 are rounded up.
    (
        health.blood_pressure_category,
        {"readings": [PRESSURE, {"systolic": 121, "diastolic": 83}]},
        {"systolic": 120, "diastolic": 80, "category": "stage_1_hypertension"},
    ),
    (health.medication_schedule, COURSE, {"times": ["22:45", "06:45", "14:45"], "doses": 21, "tablets": 21.0}),
    (
        health.medication_schedule,
        COURSE | {"hours_between_doses": 24, "tablets_per_dose": 1.5},
        {"times": ["22:45"], "doses": 7, "tablets": 10.5},
    ),
    # 2000 kcal: 1000, 400 and 600; 100, 400 and 1500 over two meals.
    (health.macronutrient_grams, {"daily_calories": 2000}, {"carbohydrates": 250, "protein": 100, "fat": 67}),
    (
        health.macronutrient_grams,
        {"daily_calories": 2000, "diet": "keto", "meals": 2},
        {"carbohydrates": 12, "protein": 50, "fat": 83},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


def test_diets_add_up_to_all_calories() -> None:
    assert {sum(percents) for percents in health._DIET_PERCENTS.values()} == {100}
