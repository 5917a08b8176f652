import pytest

from api_library import home

PAINT = {"wall_lengths_m": [5, 4], "wall_height_m": 2.5}
TILES = {"floor_area_m2": 9, "tile_length_cm": 50, "tile_width_cm": 50, "waste_percent": 0}
POWER = {"power_watts": 2000, "hours_per_day": 1.5, "price_per_kwh": 0.3, "days": 10}
PAPER = {"wall_length_m": 10.6, "wall_height_m": 2.4}
CURTAIN = {"rod_width_cm": 140, "drop_cm": 170, "fabric_width_cm": 140, "fullness": "medium"}
COOLER = {"room_area_m2": 27.870912, "sun_exposure": "normal"}  # 300 square feet
BOARDS = {"pieces": [{"length_cm": 50, "quantity": 4}], "board_length_cm": 200}
SLAB = {"length_m": 4, "width_m": 2.5, "thickness_cm": 10}
HEATING = {"heat_kwh": 9000, "fuel": "heating_oil", "price_per_unit": 0.95}


@pytest.mark.parametrize(
    ("name", "kwargs", "argument"),
    [
        ("wall_paint_liters", PAINT | {"wall_lengths_m": []}, "wall_lengths_m"),
        ("wall_paint_liters", PAINT | {"wall_lengths_m": [5, 0]}, "wall_lengths_m"),
        ("wall_paint_liters", PAINT | {"wall_height_m": float("nan")}, "wall_height_m"),
        ("wall_paint_liters", PAINT | {"openings_m2": 22.5}, "openings_m2"),
        ("wall_paint_liters", PAINT | {"openings_m2": -1}, "openings_m2"),
        ("wall_paint_liters", PAINT | {"coats": 0}, "coats"),
        ("wall_paint_liters", PAINT | {"coverage_m2_per_liter": 0}, "coverage_m2_per_liter"),
        ("floor_tiles_needed", TILES | {"floor_area_m2": 0}, "floor_area_m2"),
        ("floor_tiles_needed", TILES | {"tile_length_cm": 0}, "tile_length_cm"),
        ("floor_tiles_needed", TILES | {"tile_width_cm": 301}, "tile_width_cm"),
        ("floor_tiles_needed", TILES | {"waste_percent": 51}, "waste_percent"),
        ("appliance_electricity_cost", POWER | {"power_watts": -60}, "power_watts"),
        ("appliance_electricity_cost", POWER | {"hours_per_day": 25}, "hours_per_day"),
        ("appliance_electricity_cost", POWER | {"price_per_kwh": 0}, "price_per_kwh"),
        ("appliance_electricity_cost", POWER | {"days": 0}, "days"),
        ("wallpaper_rolls_needed", PAPER | {"wall_length_m": 0}, "wall_length_m"),
        ("wallpaper_rolls_needed", PAPER | {"wall_height_m": 11}, "wall_height_m"),
        ("wallpaper_rolls_needed", PAPER | {"pattern_repeat_cm": 0}, "pattern_repeat_cm"),
        ("wallpaper_rolls_needed", PAPER | {"roll_length_m": 2.4}, "roll_length_m"),
        ("wallpaper_rolls_needed", PAPER | {"roll_width_cm": 0}, "roll_width_cm"),
        ("curtain_fabric_meters", CURTAIN | {"rod_width_cm": 0}, "rod_width_cm"),
        ("curtain_fabric_meters", CURTAIN | {"drop_cm": 1001}, "drop_cm"),
        ("curtain_fabric_meters", CURTAIN | {"fabric_width_cm": 0}, "fabric_width_cm"),
        ("curtain_fabric_meters", CURTAIN | {"fullness": "double"}, "fullness"),
        ("air_conditioner_btu", COOLER | {"room_area_m2": 0}, "room_area_m2"),
        ("air_conditioner_btu", COOLER | {"sun_exposure": "dark"}, "sun_exposure"),
        ("air_conditioner_btu", COOLER | {"occupants": 0}, "occupants"),
        ("board_cutting_plan", BOARDS | {"pieces": []}, "pieces"),
        ("board_cutting_plan", BOARDS | {"pieces": [{"length_cm": 201, "quantity": 1}]}, "pieces"),
        ("board_cutting_plan", BOARDS | {"pieces": [{"length_cm": 50, "quantity": 0}]}, "pieces"),
        ("board_cutting_plan", BOARDS | {"pieces": [{"length_cm": 50, "quantity": 100}] * 3}, "pieces"),
        ("board_cutting_plan", BOARDS | {"board_length_cm": float("nan")}, "board_length_cm"),
        ("board_cutting_plan", BOARDS | {"saw_cut_mm": -1}, "saw_cut_mm"),
        ("concrete_bags_needed", {"slab": SLAB | {"length_m": 0}}, "slab"),
        ("concrete_bags_needed", {"slab": SLAB | {"width_m": 101}}, "slab"),
        ("concrete_bags_needed", {"slab": SLAB | {"thickness_cm": float("inf")}}, "slab"),
        ("concrete_bags_needed", {"slab": SLAB, "bag_kg": 0}, "bag_kg"),
        ("concrete_bags_needed", {"slab": SLAB, "waste_percent": 51}, "waste_percent"),
        ("heating_fuel_cost", HEATING | {"heat_kwh": 0}, "heat_kwh"),
        ("heating_fuel_cost", HEATING | {"fuel": "coal"}, "fuel"),
        ("heating_fuel_cost", HEATING | {"price_per_unit": -1}, "price_per_unit"),
        ("heating_fuel_cost", HEATING | {"efficiency_percent": 111}, "efficiency_percent"),
    ],
)
def test_wrong_values(name, kwargs, argument):
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        getattr(home, name)(**kwargs)


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        ("wall_paint_liters", PAINT, 4.5),
        ("wall_paint_liters", PAINT | {"openings_m2": 2.5, "coats": 1, "coverage_m2_per_liter": 8}, 2.5),
        ("floor_tiles_needed", TILES, 36),
        # 36 * 1.1 = 39.6; 20 m2 of 20 x 10 cm tiles with 10 % are exactly 1100.
        ("floor_tiles_needed", TILES | {"waste_percent": 10}, 40),
        ("floor_tiles_needed", dict(zip(TILES, (20, 20, 10, 10), strict=True)), 1100),
        # 30 kWh at 0.30
        ("appliance_electricity_cost", POWER, 9.0),
        # A 10 W lamp that always runs for a year: 87.6 kWh at 0.25
        ("appliance_electricity_cost", dict(zip(POWER, (10, 24, 0.25, 365), strict=True)), 21.9),
        # 20 strips of 2.50 m, 4 from a roll.
        ("wallpaper_rolls_needed", PAPER, 5),
        # Strips of 5 * 53 = 265 cm, 3 from a roll.
        ("wallpaper_rolls_needed", PAPER | {"pattern_repeat_cm": 53}, 7),
        # A strip of exactly the roll's length.
        ("wallpaper_rolls_needed", PAPER | {"roll_length_m": 2.5}, 20),
        # 2 widths of 2 m
        ("curtain_fabric_meters", CURTAIN, 4.0),
        # 210 cm gathered: 2 widths, and 350 cm: 3 widths
        ("curtain_fabric_meters", CURTAIN | {"fullness": "light"}, 4.0),
        ("curtain_fabric_meters", CURTAIN | {"fullness": "full"}, 6.0),
        ("air_conditioner_btu", COOLER, 6000),
        ("air_conditioner_btu", COOLER | {"sun_exposure": "shaded", "occupants": 1}, 5400),
        (
            "air_conditioner_btu",
            COOLER | {"sun_exposure": "sunny", "occupants": 5, "is_kitchen": True},
            12400,
        ),
        # Four pieces of 50 cm fill 2 meters only if the saw takes nothing.
        ("board_cutting_plan", BOARDS, {"boards": 2, "cuts_cm": [[50.0] * 3, [50.0]], "waste_cm": 200.0}),
        (
            "board_cutting_plan",
            BOARDS | {"saw_cut_mm": 0},
            {"boards": 1, "cuts_cm": [[50.0] * 4], "waste_cm": 0.0},
        ),
        (
            "board_cutting_plan",
            {
                "pieces": [{"length_cm": 59.9, "quantity": 1}, {"length_cm": 139.8, "quantity": 1}],
                "board_length_cm": 200,
            },
            {"boards": 1, "cuts_cm": [[139.8, 59.9]], "waste_cm": 0.3},
        ),
        # 1 m3 takes 2136 kg and 10% more; 45 bags of 80 pounds make a cubic yard.
        ("concrete_bags_needed", {"slab": SLAB}, {"volume_m3": 1.0, "bags": 94}),
        (
            "concrete_bags_needed",
            {
                "slab": {"length_m": 0.9144, "width_m": 0.9144, "thickness_cm": 91.44},
                "bag_kg": 36.3,
                "waste_percent": 0,
            },
            {"volume_m3": 0.765, "bags": 45},
        ),
        ("heating_fuel_cost", HEATING, {"fuel_amount": 1000.0, "fuel_unit": "liters", "cost": 950.0}),
        (
            "heating_fuel_cost",
            {"heat_kwh": 3300, "fuel": "lpg", "price_per_unit": 0.8, "efficiency_percent": 100},
            {"fuel_amount": 500.0, "fuel_unit": "liters", "cost": 400.0},
        ),
    ],
)
def test_known_values(name, kwargs, expected):
    assert getattr(home, name)(**kwargs) == expected
