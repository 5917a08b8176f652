"""Wrong and known values of the cooking functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import cooking

FLOUR = {"name": "flour", "amount": 250, "unit": "grams"}
RECIPE = {"ingredients": [FLOUR], "original_servings": 4, "wanted_servings": 6}
WATER = {"name": "water", "grams": 600}
SUBSTITUTE = {"missing_ingredient": "baking_powder", "amount": 1, "unit": "teaspoons"}
PANS: dict[str, Any] = {
    "recipe_pan": {"shape": "round", "sizes_cm": [20]},
    "available_pan": {"shape": "square", "sizes_cm": [20]},
}
ROAST = {"name": "roast", "minutes": 90}
MEAL = {"dishes": [ROAST], "serve_at": "18:00"}

WRONG = [
    (cooking.scale_recipe, RECIPE | {"ingredients": []}, "ingredients"),
    (cooking.scale_recipe, RECIPE | {"ingredients": [FLOUR] * 51}, "ingredients"),
    (cooking.scale_recipe, RECIPE | {"ingredients": [FLOUR | {"name": " "}]}, "ingredients"),
    (cooking.scale_recipe, RECIPE | {"ingredients": [FLOUR | {"amount": math.nan}]}, "ingredients"),
    (cooking.scale_recipe, RECIPE | {"ingredients": [FLOUR | {"unit": "sacks"}]}, "ingredients"),
    (cooking.scale_recipe, RECIPE | {"original_servings": 0}, "original_servings"),
    (cooking.scale_recipe, RECIPE | {"wanted_servings": -2}, "wanted_servings"),
    (cooking.ingredient_cups_to_grams, {"ingredient": "sand", "cups": 2}, "ingredient"),
    (cooking.ingredient_cups_to_grams, {"ingredient": "sugar", "cups": 0}, "cups"),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 0}, "gas_mark"),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 10}, "gas_mark"),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 5, "unit": "kelvin"}, "unit"),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 5, "unit": "kelvin", "fan_oven": True}, "unit"),
    (cooking.roasting_time_minutes, {"meat": "fish", "weight_kg": 2}, "meat"),
    (cooking.roasting_time_minutes, {"meat": "beef", "weight_kg": 0}, "weight_kg"),
    (cooking.roasting_time_minutes, {"meat": "chicken", "weight_kg": 2, "doneness": "rare"}, "doneness"),
    (cooking.roasting_time_minutes, {"meat": "beef", "weight_kg": 2, "doneness": "burnt"}, "doneness"),
    (cooking.bakers_percentages, {"flour_grams": 0, "other_ingredients": [WATER]}, "flour_grams"),
    (cooking.bakers_percentages, {"flour_grams": 900, "other_ingredients": []}, "other_ingredients"),
    (
        cooking.bakers_percentages,
        {"flour_grams": 900, "other_ingredients": [WATER, WATER]},
        "other_ingredients",
    ),
    (
        cooking.bakers_percentages,
        {"flour_grams": 900, "other_ingredients": [WATER | {"grams": -1}]},
        "other_ingredients",
    ),
    (cooking.egg_boiling_minutes, {"doneness": "raw"}, "doneness"),
    (cooking.egg_boiling_minutes, {"doneness": "soft", "egg_size": "ostrich"}, "egg_size"),
    (cooking.egg_boiling_minutes, {"doneness": "soft", "stored_in": "freezer"}, "stored_in"),
    (cooking.egg_boiling_minutes, {"doneness": "soft", "altitude_meters": 8848}, "altitude_meters"),
    (cooking.ingredient_substitute, SUBSTITUTE | {"missing_ingredient": "saffron"}, "missing_ingredient"),
    (cooking.ingredient_substitute, SUBSTITUTE | {"amount": 0}, "amount"),
    (cooking.ingredient_substitute, SUBSTITUTE | {"amount": math.inf}, "amount"),
    (cooking.ingredient_substitute, SUBSTITUTE | {"unit": "grams"}, "unit"),
    (cooking.pan_size_factor, PANS | {"recipe_pan": {"shape": "oval", "sizes_cm": [20]}}, "recipe_pan"),
    (cooking.pan_size_factor, PANS | {"recipe_pan": {"shape": "round", "sizes_cm": []}}, "recipe_pan"),
    (cooking.pan_size_factor, PANS | {"available_pan": {"shape": "square", "sizes_cm": [20, 20]}}, "available_pan"),
    (cooking.pan_size_factor, PANS | {"available_pan": {"shape": "round", "sizes_cm": [math.nan]}}, "available_pan"),
    (cooking.dish_start_times, MEAL | {"dishes": []}, "dishes"),
    (cooking.dish_start_times, MEAL | {"dishes": [ROAST] * 21}, "dishes"),
    (cooking.dish_start_times, MEAL | {"dishes": [ROAST | {"name": ""}]}, "dishes"),
    (cooking.dish_start_times, MEAL | {"dishes": [ROAST | {"minutes": 0}]}, "dishes"),
    (cooking.dish_start_times, MEAL | {"dishes": [ROAST | {"minutes": 1081}]}, "dishes"),
    (cooking.dish_start_times, MEAL | {"serve_at": "6 pm"}, "serve_at"),
    (cooking.dish_start_times, MEAL | {"serve_at": "24:00"}, "serve_at"),
    (cooking.dish_start_times, MEAL | {"finish_early_minutes": 181}, "finish_early_minutes"),
]

KNOWN = [
    (cooking.scale_recipe, RECIPE, [{"name": "flour", "amount": 375.0, "unit": "grams"}]),
    (
        cooking.scale_recipe,
        RECIPE | {"ingredients": [FLOUR, {"name": "milk", "amount": 1, "unit": "cups"}], "wanted_servings": 1},
        [
            {"name": "flour", "amount": 62.5, "unit": "grams"},
            {"name": "milk", "amount": 0.25, "unit": "cups"},
        ],
    ),
    (cooking.ingredient_cups_to_grams, {"ingredient": "butter", "cups": 0.5}, 113.0),
    (cooking.ingredient_cups_to_grams, {"ingredient": "powdered_sugar", "cups": 2}, 227.0),
    (cooking.ingredient_cups_to_grams, {"ingredient": "rolled_oats", "cups": 2}, 178.0),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 1}, 140),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 9, "unit": "fahrenheit"}, 475),
    (cooking.gas_mark_oven_temperature, {"gas_mark": 4, "fan_oven": True}, 160),
    (cooking.roasting_time_minutes, {"meat": "pork", "weight_kg": 0.9}, 105),
    (cooking.roasting_time_minutes, {"meat": "pork", "weight_kg": 0.9, "doneness": "medium"}, 90),
    # The table of the British Turkey Information Service: 3 kg take 2 h 10, 4 kg 2 h 50.
    (cooking.roasting_time_minutes, {"meat": "turkey", "weight_kg": 3}, 130),
    (cooking.roasting_time_minutes, {"meat": "turkey", "weight_kg": 4}, 170),
    (cooking.bakers_percentages, {"flour_grams": 1000, "other_ingredients": [WATER]}, {"water": 60.0}),
    # 68 ** (2 / 3) = 16.66; 16.66 * 0.451 * ln(0.76 * 80 / 37) = 3.73 and ln(0.76 * 96 / 23) gives 8.67.
    (cooking.egg_boiling_minutes, {"doneness": "soft", "stored_in": "room"}, 3.7),
    (cooking.egg_boiling_minutes, {"doneness": "hard"}, 8.7),
    (
        cooking.ingredient_substitute,
        SUBSTITUTE,
        [
            {"name": "baking soda", "amount": 0.25, "unit": "teaspoons"},
            {"name": "cream of tartar", "amount": 0.5, "unit": "teaspoons"},
            {"name": "cornstarch", "amount": 0.25, "unit": "teaspoons"},
        ],
    ),
    # 8 tablespoons are half a cup.
    (
        cooking.ingredient_substitute,
        {"missing_ingredient": "self_rising_flour", "amount": 8, "unit": "tablespoons"},
        [
            {"name": "flour", "amount": 0.5, "unit": "cups"},
            {"name": "baking powder", "amount": 0.75, "unit": "teaspoons"},
            {"name": "salt", "amount": 0.25, "unit": "teaspoons"},
        ],
    ),
    (
        cooking.ingredient_substitute,
        {"missing_ingredient": "cake_flour", "amount": 2, "unit": "cups"},
        [
            {"name": "flour", "amount": 1.5, "unit": "cups"},
            {"name": "cornstarch", "amount": 4.0, "unit": "tablespoons"},
        ],
    ),
    # A square holds 4 / pi times as much as a circle of the same width.
    (cooking.pan_size_factor, PANS, 1.27),
    (
        cooking.pan_size_factor,
        {"recipe_pan": {"shape": "rectangular", "sizes_cm": [30, 20]}, "available_pan": PANS["available_pan"]},
        0.67,
    ),
    (cooking.dish_start_times, MEAL, [{"name": "roast", "start_at": "16:30"}]),
    (
        cooking.dish_start_times,
        {
            "dishes": [ROAST | {"name": "soup"}, ROAST | {"minutes": 540}],
            "serve_at": "09:15",
            "finish_early_minutes": 15,
        },
        [{"name": "roast", "start_at": "00:00"}, {"name": "soup", "start_at": "07:30"}],
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected
