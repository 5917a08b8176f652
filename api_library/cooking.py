"""Cooking: recipes, kitchen measures, ovens and cooking times."""

import math
import re
from typing import Literal, TypedDict, TypeVar, get_args

CookingUnit = Literal[
    "grams",
    "kilograms",
    "milliliters",
    "liters",
    "ounces",
    "pounds",
    "teaspoons",
    "tablespoons",
    "cups",
    "pieces",
]
BakingIngredient = Literal[
    "flour",
    "whole_wheat_flour",
    "almond_flour",
    "sugar",
    "brown_sugar",
    "powdered_sugar",
    "butter",
    "milk",
    "honey",
    "cocoa",
    "rolled_oats",
    "rice",
    "chocolate_chips",
    "raisins",
    "walnuts",
]
RoastMeat = Literal["beef", "lamb", "pork", "chicken", "turkey"]
RoastDoneness = Literal["rare", "medium", "well_done"]
MissingIngredient = Literal[
    "buttermilk",
    "heavy_cream",
    "self_rising_flour",
    "cake_flour",
    "baking_powder",
    "baking_soda",
    "fresh_herbs",
]
SpoonMeasure = Literal["teaspoons", "tablespoons", "cups"]
PanShape = Literal["round", "square", "rectangular"]


class Ingredient(TypedDict):
    """One line of a recipe."""

    name: str
    amount: float
    unit: CookingUnit


class WeighedIngredient(TypedDict):
    """One ingredient of a dough with its weight."""

    name: str
    grams: float


class BakingPan(TypedDict):
    """A baking pan seen from above."""

    shape: PanShape
    sizes_cm: list[float]


class OvenDish(TypedDict):
    """A dish of a meal and how long it cooks."""

    name: str
    minutes: int


class DishStart(TypedDict):
    """When to start a dish."""

    name: str
    start_at: str


_Entry = TypeVar("_Entry")

_COOKING_UNITS = dict.fromkeys(get_args(CookingUnit))

# Grams in a US cup, from the ingredient weight chart of King Arthur Baking.
_GRAMS_PER_CUP = {
    "flour": 120,
    "whole_wheat_flour": 113,
    "almond_flour": 96,
    "sugar": 198,
    "brown_sugar": 213,
    "powdered_sugar": 113.5,
    "butter": 226,
    "milk": 227,
    "honey": 336,
    "cocoa": 84,
    "rolled_oats": 89,
    "rice": 198,
    "chocolate_chips": 170,
    "raisins": 149,
    "walnuts": 113,
}

_GAS_MARKS = {
    "celsius": [140, 150, 170, 180, 190, 200, 220, 230, 240],
    "fahrenheit": [275, 300, 325, 350, 375, 400, 425, 450, 475],
}
_FAN_REDUCTIONS = {"celsius": 20, "fahrenheit": 25}

# Minutes per 450 grams, and once more at the end; a turkey has its own rule.
_ROASTING_MINUTES = {
    "beef": {"rare": 20, "medium": 25, "well_done": 30},
    "lamb": {"medium": 25, "well_done": 30},
    "pork": {"medium": 30, "well_done": 35},
    "chicken": {"well_done": 20},
    "turkey": {"well_done": 20},
}

_YOLK_CELSIUS = {"soft": 63, "medium": 70, "hard": 77}
_EGG_GRAMS = {"small": 48, "medium": 58, "large": 68, "extra_large": 78}
_EGG_CELSIUS = {"fridge": 4, "room": 20}

_TEASPOONS = {"teaspoons": 1, "tablespoons": 3, "cups": 48}

# What stands for one measure of an ingredient, and the unit of that measure, from the list of common
# ingredient substitutions of the Alabama Cooperative Extension System.
_SUBSTITUTES: dict[str, tuple[str, list[tuple[str, float, CookingUnit]]]] = {
    "buttermilk": ("cups", [("lemon juice", 1, "tablespoons"), ("milk", 15 / 16, "cups")]),
    "heavy_cream": ("cups", [("milk", 3 / 4, "cups"), ("butter", 1 / 3, "cups")]),
    "self_rising_flour": (
        "cups",
        [("flour", 1, "cups"), ("baking powder", 1.5, "teaspoons"), ("salt", 0.5, "teaspoons")],
    ),
    "cake_flour": ("cups", [("flour", 3 / 4, "cups"), ("cornstarch", 2, "tablespoons")]),
    "baking_powder": (
        "teaspoons",
        [
            ("baking soda", 1 / 4, "teaspoons"),
            ("cream of tartar", 1 / 2, "teaspoons"),
            ("cornstarch", 1 / 4, "teaspoons"),
        ],
    ),
    "baking_soda": ("teaspoons", [("baking powder", 4, "teaspoons")]),
    "fresh_herbs": ("tablespoons", [("dried herbs", 1, "teaspoons")]),
}

_PAN_SIZES = {"round": 1, "square": 1, "rectangular": 2}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_name(name: str, text: str) -> None:
    if not text.strip() or len(text) > 100:
        raise ValueError(f"{name} must have 1 to 100 characters, not only spaces, got {text[:100]!r}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _pan_area_cm2(name: str, pan: BakingPan) -> float:
    shape, sizes = pan["shape"], pan["sizes_cm"]
    wanted = _pick(f"{name}.shape", shape, _PAN_SIZES)
    if len(sizes) != wanted:
        raise ValueError(f"{name}.sizes_cm must have {wanted} entries for a {shape} pan, got {len(sizes)}")
    for index, size in enumerate(sizes):
        _check_range(f"{name}.sizes_cm[{index}]", size, 5, 100)
    return math.pi * (sizes[0] / 2) ** 2 if shape == "round" else sizes[0] * sizes[-1]


def scale_recipe(ingredients: list[Ingredient], original_servings: int, wanted_servings: int) -> list[Ingredient]:
    """Scale the ingredients of a recipe to another number of servings.

    Args:
        ingredients: The recipe, 1 to 50 objects with name (1 to 100 characters), amount (0.01 to 100000) and
            unit (grams, kilograms, milliliters, liters, ounces, pounds, teaspoons, tablespoons, cups or
            pieces for things that are counted).
        original_servings: Servings that the recipe makes, 1 to 1000.
        wanted_servings: Servings wanted, 1 to 1000.

    Returns:
        The ingredients in the same order and units with the new amounts, rounded to 2 decimals.

    Raises:
        ValueError: If a number is out of range, a name is empty, a unit is unknown, or there are none or
            too many ingredients.

    Examples:
        >>> scale_recipe(
        ...     ingredients=[
        ...         {"name": "rice", "amount": 400, "unit": "grams"},
        ...         {"name": "oil", "amount": 0.5, "unit": "cups"},
        ...     ],
        ...     original_servings=4,
        ...     wanted_servings=6,
        ... )
        [{'name': 'rice', 'amount': 600.0, 'unit': 'grams'}, {'name': 'oil', 'amount': 0.75, 'unit': 'cups'}]
        >>> scale_recipe(
        ...     ingredients=[{"name": "red lentils", "amount": 1.5, "unit": "cups"}],
        ...     original_servings=5,
        ...     wanted_servings=2,
        ... )
        [{'name': 'red lentils', 'amount': 0.6, 'unit': 'cups'}]
        >>> scale_recipe(
        ...     ingredients=[
        ...         {"name": "ham", "amount": 1.75, "unit": "pounds"},
        ...         {"name": "eggs", "amount": 16, "unit": "pieces"},
        ...     ],
        ...     original_servings=8,
        ...     wanted_servings=3,
        ... )
        [{'name': 'ham', 'amount': 0.66, 'unit': 'pounds'}, {'name': 'eggs', 'amount': 6.0, 'unit': 'pieces'}]
    """
    _check_range("ingredients length", len(ingredients), 1, 50)
    _check_range("original_servings", original_servings, 1, 1000)
    _check_range("wanted_servings", wanted_servings, 1, 1000)
    for index, ingredient in enumerate(ingredients):
        _check_name(f"ingredients[{index}].name", ingredient["name"])
        _check_range(f"ingredients[{index}].amount", ingredient["amount"], 0.01, 100_000)
        _pick(f"ingredients[{index}].unit", ingredient["unit"], _COOKING_UNITS)
    factor = wanted_servings / original_servings
    return [
        {
            "name": ingredient["name"],
            "amount": round(ingredient["amount"] * factor, 2),
            "unit": ingredient["unit"],
        }
        for ingredient in ingredients
    ]


def ingredient_cups_to_grams(ingredient: BakingIngredient, cups: float) -> float:
    """Convert US cups of a baking ingredient to grams.

    Uses the ingredient weight chart of King Arthur Baking.

    Args:
        ingredient: What is measured: flour (all-purpose, plain), whole_wheat_flour, almond_flour, sugar
            (granulated, white), brown_sugar (packed), powdered_sugar (icing sugar), butter, milk, honey,
            cocoa, rolled_oats, rice (long grain, uncooked), chocolate_chips, raisins or walnuts (chopped).
        cups: Number of cups, 0.01 to 1000 (0.5 is half a cup).

    Returns:
        The weight in grams, rounded to 1 decimal.

    Raises:
        ValueError: If the ingredient is unknown or the number of cups is out of range.

    Examples:
        >>> ingredient_cups_to_grams(ingredient="flour", cups=2.25)
        270.0
        >>> ingredient_cups_to_grams(ingredient="honey", cups=0.33)
        110.9
        >>> ingredient_cups_to_grams(ingredient="brown_sugar", cups=0.75)
        159.8
        >>> ingredient_cups_to_grams(ingredient="chocolate_chips", cups=1.5)
        255.0
    """
    grams_per_cup = _pick("ingredient", ingredient, _GRAMS_PER_CUP)
    _check_range("cups", cups, 0.01, 1000)
    return round(cups * grams_per_cup, 1)


def gas_mark_oven_temperature(
    gas_mark: int, unit: Literal["celsius", "fahrenheit"] = "celsius", fan_oven: bool = False
) -> int:
    """Find the oven temperature to set for a British gas mark.

    Args:
        gas_mark: Gas mark of the recipe, 1 to 9.
        unit: Scale of the oven.
        fan_oven: True for a fan (convection) oven, which is set 20 celsius or 25 fahrenheit lower.

    Returns:
        The temperature in whole degrees.

    Raises:
        ValueError: If the gas mark is not 1 to 9 or the unit is unknown.

    Examples:
        >>> gas_mark_oven_temperature(gas_mark=6)
        200
        >>> gas_mark_oven_temperature(gas_mark=4, unit="fahrenheit")
        350
        >>> gas_mark_oven_temperature(gas_mark=7, unit="celsius", fan_oven=True)
        200
        >>> gas_mark_oven_temperature(gas_mark=3, unit="fahrenheit", fan_oven=True)
        300
    """
    _check_range("gas_mark", gas_mark, 1, 9)
    reduction = _pick("unit", unit, _FAN_REDUCTIONS) if fan_oven else 0
    return _pick("unit", unit, _GAS_MARKS)[gas_mark - 1] - reduction


def roasting_time_minutes(meat: RoastMeat, weight_kg: float, doneness: RoastDoneness = "well_done") -> int:
    """Estimate how many minutes a joint of meat or a whole bird must roast at 180 celsius.

    British rules: a time per 450 grams and once more; turkey 20 minutes per kilogram plus 70 (90 from 4 kg).

    Args:
        meat: The meat; chicken and turkey are whole birds.
        weight_kg: Weight in kilograms, 0.4 to 15.
        doneness: How well it is cooked: rare (beef only), medium (beef, lamb or pork) or well_done (all).

    Returns:
        The roasting time in whole minutes, without resting.

    Raises:
        ValueError: If the meat is unknown, the weight is out of range, or the doneness does not suit it.

    Examples:
        >>> roasting_time_minutes(meat="beef", weight_kg=1.8, doneness="medium")
        125
        >>> roasting_time_minutes(meat="chicken", weight_kg=1.6)
        91
        >>> roasting_time_minutes(meat="turkey", weight_kg=5.5)
        200
        >>> roasting_time_minutes(meat="lamb", weight_kg=2.25, doneness="well_done")
        180
        >>> roasting_time_minutes(meat="beef", weight_kg=1.2, doneness="rare")
        73
    """
    minutes = _pick(f"doneness (for {meat})", doneness, _pick("meat", meat, _ROASTING_MINUTES))
    _check_range("weight_kg", weight_kg, 0.4, 15)
    if meat == "turkey":
        return round(minutes * weight_kg + (70 if weight_kg < 4 else 90))
    return round(minutes * weight_kg / 0.45 + minutes)


def bakers_percentages(flour_grams: float, other_ingredients: list[WeighedIngredient]) -> dict[str, float]:
    """Express the ingredients of a dough as baker's percentages of the flour.

    Args:
        flour_grams: Weight of all flour in grams, 1 to 100000.
        other_ingredients: What else is in the dough, 1 to 30 objects with name (such as water, salt or yeast,
            each once) and grams (0.01 to 100000).

    Returns:
        An object with each ingredient's name and its percent of the flour weight, rounded to 1 decimal.

    Raises:
        ValueError: If a weight is out of range, a name is empty or comes twice, or there are none or too
            many ingredients.

    Examples:
        >>> bakers_percentages(flour_grams=500, other_ingredients=[{"name": "water", "grams": 350}])
        {'water': 70.0}
        >>> bakers_percentages(
        ...     flour_grams=820,
        ...     other_ingredients=[
        ...         {"name": "water", "grams": 540},
        ...         {"name": "salt", "grams": 16},
        ...         {"name": "yeast", "grams": 6.5},
        ...     ],
        ... )
        {'water': 65.9, 'salt': 2.0, 'yeast': 0.8}
        >>> bakers_percentages(
        ...     flour_grams=300,
        ...     other_ingredients=[{"name": "butter", "grams": 125}, {"name": "sugar", "grams": 45}],
        ... )
        {'butter': 41.7, 'sugar': 15.0}
    """
    _check_range("flour_grams", flour_grams, 1, 100_000)
    _check_range("other_ingredients length", len(other_ingredients), 1, 30)
    percentages: dict[str, float] = {}
    for index, ingredient in enumerate(other_ingredients):
        name, grams = ingredient["name"], ingredient["grams"]
        _check_name(f"other_ingredients[{index}].name", name)
        _check_range(f"other_ingredients[{index}].grams", grams, 0.01, 100_000)
        if name in percentages:
            raise ValueError(f"other_ingredients must name each ingredient once, got {name[:50]!r} twice")
        percentages[name] = round(100 * grams / flour_grams, 1)
    return percentages


def egg_boiling_minutes(
    doneness: Literal["soft", "medium", "hard"],
    egg_size: Literal["small", "medium", "large", "extra_large"] = "large",
    stored_in: Literal["fridge", "room"] = "fridge",
    altitude_meters: int = 0,
) -> float:
    """Estimate how many minutes to boil an egg that is put into boiling water.

    Uses the formula of C. D. H. Williams; the boiling point falls by 1 celsius every 300 meters.

    Args:
        doneness: How the yolk shall be: soft (runny), medium (jammy) or hard (firm).
        egg_size: European size: small (48 grams), medium (58), large (68) or extra_large (78).
        stored_in: Where the egg comes from: fridge (4 celsius) or room (20 celsius).
        altitude_meters: Height above sea level in whole meters, 0 to 4000.

    Returns:
        The boiling time in minutes, rounded to 1 decimal.

    Raises:
        ValueError: If the altitude is out of range or another argument is unknown.

    Examples:
        >>> egg_boiling_minutes(doneness="soft")
        5.1
        >>> egg_boiling_minutes(doneness="hard", egg_size="medium", stored_in="room")
        6.6
        >>> egg_boiling_minutes(doneness="medium", egg_size="extra_large", altitude_meters=1600)
        8.5
        >>> egg_boiling_minutes(doneness="soft", egg_size="small", stored_in="fridge", altitude_meters=750)
        4.3
    """
    yolk = _pick("doneness", doneness, _YOLK_CELSIUS)
    grams = _pick("egg_size", egg_size, _EGG_GRAMS)
    start = _pick("stored_in", stored_in, _EGG_CELSIUS)
    _check_range("altitude_meters", altitude_meters, 0, 4000)
    water = 100 - altitude_meters / 300
    return round(0.451 * math.pow(grams, 2 / 3) * math.log(0.76 * (water - start) / (water - yolk)), 1)


def ingredient_substitute(missing_ingredient: MissingIngredient, amount: float, unit: SpoonMeasure) -> list[Ingredient]:
    """Tell what to use, and how much of it, in place of an ingredient that has run out.

    Uses the list of common ingredient substitutions of the Alabama Cooperative Extension System.

    Args:
        missing_ingredient: What has run out: buttermilk, heavy_cream (for cooking, not to whip),
            self_rising_flour, cake_flour, baking_powder, baking_soda (bicarbonate) or fresh_herbs (chopped).
        amount: How much of it the recipe wants, in unit, 0.1 to 100.
        unit: US measure of the amount: teaspoons, tablespoons or cups.

    Returns:
        The things to use together, each with name, amount (rounded to 3 decimals) and unit (its own, such
        as tablespoons).

    Raises:
        ValueError: If the ingredient or unit is unknown or the amount is out of range.

    Examples:
        >>> ingredient_substitute(missing_ingredient="buttermilk", amount=2, unit="cups")
        [{'name': 'lemon juice', 'amount': 2.0, 'unit': 'tablespoons'}, {'name': 'milk', 'amount': 1.875, 'unit': 'cups'}]
        >>> ingredient_substitute(missing_ingredient="heavy_cream", amount=0.75, unit="cups")
        [{'name': 'milk', 'amount': 0.562, 'unit': 'cups'}, {'name': 'butter', 'amount': 0.25, 'unit': 'cups'}]
        >>> ingredient_substitute(missing_ingredient="baking_soda", amount=1.5, unit="teaspoons")
        [{'name': 'baking powder', 'amount': 6.0, 'unit': 'teaspoons'}]
        >>> ingredient_substitute(missing_ingredient="fresh_herbs", amount=3, unit="tablespoons")
        [{'name': 'dried herbs', 'amount': 3.0, 'unit': 'teaspoons'}]
    """
    measure, substitutes = _pick("missing_ingredient", missing_ingredient, _SUBSTITUTES)
    _check_range("amount", amount, 0.1, 100)
    measures = amount * _pick("unit", unit, _TEASPOONS) / _TEASPOONS[measure]
    return [
        {"name": name, "amount": round(share * measures, 3), "unit": substitute_unit}
        for name, share, substitute_unit in substitutes
    ]


def pan_size_factor(recipe_pan: BakingPan, available_pan: BakingPan) -> float:
    """Compute by how much to multiply a recipe to bake it in another pan.

    The batter stands as high in both pans, so the factor is the ratio of their areas.

    Args:
        recipe_pan: The pan (tin) of the recipe: shape (round, square or rectangular) and sizes_cm, a list of
            lengths of 5 to 100 centimeters: one for round (diameter) or square (side), two for rectangular
            (length and width).
        available_pan: The pan to use instead, with shape and sizes_cm like those of recipe_pan.

    Returns:
        The factor for every ingredient, rounded to 2 decimals (1.5 means half as much again).

    Raises:
        ValueError: If a shape is unknown, a size is out of range, or a pan has too few or too many sizes.

    Examples:
        >>> pan_size_factor(
        ...     recipe_pan={"shape": "round", "sizes_cm": [20]}, available_pan={"shape": "round", "sizes_cm": [26]}
        ... )
        1.69
        >>> pan_size_factor(
        ...     recipe_pan={"shape": "rectangular", "sizes_cm": [33, 23]},
        ...     available_pan={"shape": "square", "sizes_cm": [22]},
        ... )
        0.64
        >>> pan_size_factor(
        ...     recipe_pan={"shape": "round", "sizes_cm": [23.5]},
        ...     available_pan={"shape": "rectangular", "sizes_cm": [40, 30]},
        ... )
        2.77
    """
    recipe_area = _pan_area_cm2("recipe_pan", recipe_pan)
    return round(_pan_area_cm2("available_pan", available_pan) / recipe_area, 2)


def dish_start_times(dishes: list[OvenDish], serve_at: str, finish_early_minutes: int = 0) -> list[DishStart]:
    """Plan when to start cooking each dish of a meal so that all are ready together.

    Args:
        dishes: The dishes, 1 to 20 objects with name (1 to 100 characters) and minutes (whole minutes from the
            start of the dish until it is done, 1 to 1440).
        serve_at: When the meal is served as HH:MM, 24-hour, the same day as the first start.
        finish_early_minutes: Minutes before serving at which everything is to be done, such as to rest, 0 to 180.

    Returns:
        The dishes with name and start_at (HH:MM, 24-hour), the earliest start first.

    Raises:
        ValueError: If there are none or too many dishes, a name, number or time is not valid, or a dish would
            have to start before midnight of the day.

    Examples:
        >>> dish_start_times(
        ...     dishes=[{"name": "potatoes", "minutes": 55}, {"name": "roast chicken", "minutes": 95}],
        ...     serve_at="19:00",
        ... )
        [{'name': 'roast chicken', 'start_at': '17:25'}, {'name': 'potatoes', 'start_at': '18:05'}]
        >>> dish_start_times(
        ...     dishes=[{"name": "lasagna", "minutes": 70}, {"name": "garlic bread", "minutes": 12}],
        ...     serve_at="12:30",
        ...     finish_early_minutes=10,
        ... )
        [{'name': 'lasagna', 'start_at': '11:10'}, {'name': 'garlic bread', 'start_at': '12:08'}]
        >>> dish_start_times(
        ...     dishes=[{"name": "beef brisket", "minutes": 480}], serve_at="18:45", finish_early_minutes=45
        ... )
        [{'name': 'beef brisket', 'start_at': '10:00'}]
    """
    _check_range("dishes length", len(dishes), 1, 20)
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", serve_at):
        raise ValueError(f"serve_at must be a 24-hour time as HH:MM, got {serve_at[:50]!r}")
    _check_range("finish_early_minutes", finish_early_minutes, 0, 180)
    hours, minutes = map(int, serve_at.split(":"))
    done = 60 * hours + minutes - finish_early_minutes
    for index, dish in enumerate(dishes):
        _check_name(f"dishes[{index}].name", dish["name"])
        _check_range(f"dishes[{index}].minutes", dish["minutes"], 1, 1440)
        if dish["minutes"] > done:
            raise ValueError(f"dishes[{index}].minutes must let the dish start after midnight, at most {done} here")
    starts = sorted(((done - dish["minutes"], dish["name"]) for dish in dishes), key=lambda start: start[0])
    return [{"name": name, "start_at": f"{start // 60:02}:{start % 60:02}"} for start, name in starts]
