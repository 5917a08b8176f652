import pytest

from api_library import physics

ENERGY = {"mass_kg": 1200, "speed": 20, "speed_unit": "meters_per_second"}
WAVE = {"frequency": 100, "frequency_unit": "megahertz", "wave": "radio"}
DECAY = {"initial_amount": 100, "half_life": 6, "elapsed_time": 18}
LAUNCH = {"speed_m_per_s": 20, "angle_degrees": 45}
LENS = {"focal_length_cm": 20, "object_distance_cm": 30}
NOISE = {"decibels": 60, "count": 1}


@pytest.mark.parametrize(
    ("name", "kwargs", "argument"),
    [
        ("free_fall_time", {"height_m": 0}, "height_m"),
        ("free_fall_time", {"height_m": float("nan")}, "height_m"),
        ("free_fall_time", {"height_m": 10, "body": "sun"}, "body"),
        ("kinetic_energy_joules", ENERGY | {"mass_kg": 0}, "mass_kg"),
        ("kinetic_energy_joules", ENERGY | {"speed": -5}, "speed"),
        ("kinetic_energy_joules", ENERGY | {"speed_unit": "knots"}, "speed_unit"),
        ("solve_ohms_law", {}, "voltage_volts"),
        ("solve_ohms_law", {"voltage_volts": 12}, "current_amperes"),
        (
            "solve_ohms_law",
            {"voltage_volts": 12, "current_amperes": 3, "resistance_ohms": 4},
            "resistance_ohms",
        ),
        ("solve_ohms_law", {"voltage_volts": 12, "current_amperes": 0}, "current_amperes"),
        ("solve_ohms_law", {"voltage_volts": -12, "resistance_ohms": 4}, "voltage_volts"),
        ("solve_ohms_law", {"current_amperes": 3, "resistance_ohms": float("inf")}, "resistance_ohms"),
        ("combined_resistance", {"resistances_ohms": [], "connection": "series"}, "resistances_ohms"),
        ("combined_resistance", {"resistances_ohms": [100], "connection": "series"}, "resistances_ohms"),
        ("combined_resistance", {"resistances_ohms": [100, 0], "connection": "parallel"}, "resistances_ohms"),
        ("combined_resistance", {"resistances_ohms": [100, 50], "connection": "star"}, "connection"),
        ("wavelength_meters", WAVE | {"frequency": 0}, "frequency"),
        ("wavelength_meters", WAVE | {"frequency_unit": "terahertz"}, "frequency_unit"),
        ("wavelength_meters", WAVE | {"wave": "water"}, "wave"),
        ("amount_left_by_half_life", DECAY | {"initial_amount": 0}, "initial_amount"),
        ("amount_left_by_half_life", DECAY | {"half_life": 0}, "half_life"),
        ("amount_left_by_half_life", DECAY | {"elapsed_time": -1}, "elapsed_time"),
        ("projectile_flight", {"launch": LAUNCH | {"speed_m_per_s": 0}}, "launch"),
        ("projectile_flight", {"launch": LAUNCH | {"angle_degrees": 91}}, "launch"),
        ("projectile_flight", {"launch": LAUNCH | {"angle_degrees": 0}}, "launch"),
        ("projectile_flight", {"launch": LAUNCH, "start_height_m": -1}, "start_height_m"),
        ("projectile_flight", {"launch": LAUNCH, "body": "venus"}, "body"),
        ("lens_image", LENS | {"focal_length_cm": 0}, "focal_length_cm"),
        ("lens_image", LENS | {"object_distance_cm": float("inf")}, "object_distance_cm"),
        ("lens_image", LENS | {"object_distance_cm": 20}, "object_distance_cm"),
        ("lens_image", LENS | {"lens": "mirror"}, "lens"),
        ("combined_sound_level", {"sources": []}, "sources"),
        ("combined_sound_level", {"sources": [NOISE] * 51}, "sources"),
        ("combined_sound_level", {"sources": [NOISE | {"decibels": float("nan")}]}, "sources"),
        ("combined_sound_level", {"sources": [NOISE | {"count": 0}]}, "sources"),
    ],
)
def test_wrong_values(name, kwargs, argument):
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        getattr(physics, name)(**kwargs)


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        # sqrt(20 / 9.80665) = sqrt(2.03943)
        ("free_fall_time", {"height_m": 10}, 1.43),
        # 2 * 81 / 1.62 = 100 and 2 * 185.5 / 3.71 = 100
        ("free_fall_time", {"height_m": 81, "body": "moon"}, 10.0),
        ("free_fall_time", {"height_m": 185.5, "body": "mars"}, 10.0),
        ("kinetic_energy_joules", ENERGY, 240000.0),
        # 72 km/h = 20 m/s
        ("kinetic_energy_joules", ENERGY | {"speed": 72, "speed_unit": "kilometers_per_hour"}, 240000.0),
        # A baseball at 90 mph: 0.145 / 2 * 40.2336**2
        ("kinetic_energy_joules", {"mass_kg": 0.145, "speed": 90, "speed_unit": "miles_per_hour"}, 117.36),
        ("kinetic_energy_joules", ENERGY | {"speed": 0}, 0.0),
        ("solve_ohms_law", {"voltage_volts": 9, "current_amperes": 0.02}, (9.0, 0.02, 450.0, 0.18)),
        ("solve_ohms_law", {"voltage_volts": 5, "resistance_ohms": 220}, (5.0, 0.0227273, 220.0, 0.113636)),
        ("solve_ohms_law", {"current_amperes": 4, "resistance_ohms": 3}, (12.0, 4.0, 3.0, 48.0)),
        ("combined_resistance", {"resistances_ohms": [100, 220, 470], "connection": "series"}, 790.0),
        ("combined_resistance", {"resistances_ohms": [6, 3], "connection": "parallel"}, 2.0),
        ("wavelength_meters", WAVE, 2.99792),
        ("wavelength_meters", {"frequency": 20, "frequency_unit": "hertz", "wave": "sound_in_air"}, 17.15),
        (
            "wavelength_meters",
            {"frequency": 1.482, "frequency_unit": "kilohertz", "wave": "sound_in_water"},
            1.0,
        ),
        ("amount_left_by_half_life", DECAY, 12.5),
        # 50 / 2**3.5 = 50 / (8 * sqrt 2)
        ("amount_left_by_half_life", {"initial_amount": 50, "half_life": 6, "elapsed_time": 21}, 4.4194),
        # An underflow is nothing left.
        ("amount_left_by_half_life", {"initial_amount": 5, "half_life": 0.001, "elapsed_time": 10**12}, 0.0),
        # At 45 degrees the range is v**2 / g and the height a quarter of it.
        ("projectile_flight", {"launch": LAUNCH}, (40.79, 10.2, 2.88)),
        ("projectile_flight", {"launch": LAUNCH | {"angle_degrees": 90}, "body": "mars"}, (0.0, 53.91, 10.78)),
        # Level from 19.6133 m it falls for 2 seconds.
        ("projectile_flight", {"launch": LAUNCH | {"angle_degrees": 0}, "start_height_m": 19.6133}, (40.0, 19.61, 2.0)),
        # Twice the focal length gives the same size; 1/30 - 1/20 = -1/60.
        ("lens_image", LENS | {"object_distance_cm": 40}, (40.0, 1.0, "real", "inverted")),
        ("lens_image", LENS | {"object_distance_cm": 10}, (-20.0, 2.0, "virtual", "upright")),
        ("lens_image", LENS | {"lens": "diverging"}, (-12.0, 0.4, "virtual", "upright")),
        # Two equal sources are 3 dB louder than one, ten 10 dB.
        ("combined_sound_level", {"sources": [NOISE, NOISE]}, 63.0),
        ("combined_sound_level", {"sources": [NOISE | {"count": 10}]}, 70.0),
        ("combined_sound_level", {"sources": [NOISE | {"decibels": 0}]}, 0.0),
    ],
)
def test_known_values(name, kwargs, expected):
    result = getattr(physics, name)(**kwargs)
    assert (tuple(result.values()) if isinstance(expected, tuple) else result) == expected
