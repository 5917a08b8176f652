"""Wrong and known values of the health functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import health

RUN = {"activity": "running", "minutes": 60}
BODY = {"sex": "male", "age_years": 30, "weight_kg": 80, "height_cm": 180}

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
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected
