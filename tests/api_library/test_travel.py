import pytest

from api_library import travel

FUEL = {"distance_km": 300, "liters_per_100km": 8, "price_per_liter": 1.5}
JOURNEY = {"distance_km": 200, "average_speed_kmh": 80}
AIR = {"start": {"lat": 10, "lon": 20}, "end": {"lat": -30, "lon": 40}}
FLIGHT = {"departure_time": "09:00", "flight_duration": "03:30", "time_difference_hours": 2}
LUGGAGE = {"bag_weights_kg": [20, 22], "bags_included": 2, "max_kg_per_bag": 23}
BUDGET = {"total_budget": 1000, "prepaid_costs": [300], "days": 7, "travelers": 2}
CLOTHES = {"days": 7, "climate": "mild"}
FIRST_LEG = {
    "origin": "Oslo",
    "destination": "Lyon",
    "departure": "2025-12-31 21:10",
    "arrival": "2026-01-01 00:30",
}
SECOND_LEG = {
    "origin": "Lyon",
    "destination": "Rabat",
    "departure": "2026-01-01 01:15",
    "arrival": "2026-01-01 03:20",
}


def paid(traveler, amount):
    return {"traveler": traveler, "paid": amount}


@pytest.mark.parametrize(
    ("name", "kwargs", "argument"),
    [
        ("trip_fuel_cost", FUEL | {"distance_km": 0}, "distance_km"),
        ("trip_fuel_cost", FUEL | {"distance_km": float("inf")}, "distance_km"),
        ("trip_fuel_cost", FUEL | {"liters_per_100km": 101}, "liters_per_100km"),
        ("trip_fuel_cost", FUEL | {"price_per_liter": -1.5}, "price_per_liter"),
        ("journey_duration", JOURNEY | {"distance_km": float("nan")}, "distance_km"),
        ("journey_duration", JOURNEY | {"average_speed_kmh": 0}, "average_speed_kmh"),
        ("journey_duration", JOURNEY | {"break_minutes": -10}, "break_minutes"),
        ("air_distance", AIR | {"start": {"lat": 91, "lon": 0}}, "start"),
        ("air_distance", AIR | {"end": {"lat": 0, "lon": -181}}, "end"),
        ("air_distance", AIR | {"unit": "feet"}, "unit"),
        ("flight_arrival_time", FLIGHT | {"departure_time": "24:00"}, "departure_time"),
        ("flight_arrival_time", FLIGHT | {"departure_time": "9:00"}, "departure_time"),
        ("flight_arrival_time", FLIGHT | {"departure_time": "\u0660\u0669:00"}, "departure_time"),
        ("flight_arrival_time", FLIGHT | {"flight_duration": "03:60\n"}, "flight_duration"),
        ("flight_arrival_time", FLIGHT | {"flight_duration": "00:00"}, "flight_duration"),
        ("flight_arrival_time", FLIGHT | {"time_difference_hours": 27}, "time_difference_hours"),
        ("flight_arrival_time", FLIGHT | {"time_difference_hours": 1.1}, "time_difference_hours"),
        ("check_luggage_allowance", LUGGAGE | {"bag_weights_kg": []}, "bag_weights_kg"),
        ("check_luggage_allowance", LUGGAGE | {"bag_weights_kg": [20, -3]}, "bag_weights_kg"),
        ("check_luggage_allowance", LUGGAGE | {"bags_included": -1}, "bags_included"),
        ("check_luggage_allowance", LUGGAGE | {"max_kg_per_bag": 0}, "max_kg_per_bag"),
        ("daily_budget_per_traveler", BUDGET | {"total_budget": 0}, "total_budget"),
        ("daily_budget_per_traveler", BUDGET | {"prepaid_costs": [600, 401]}, "prepaid_costs"),
        ("daily_budget_per_traveler", BUDGET | {"prepaid_costs": [-5]}, "prepaid_costs"),
        ("daily_budget_per_traveler", BUDGET | {"prepaid_costs": [1] * 101}, "prepaid_costs"),
        ("daily_budget_per_traveler", BUDGET | {"days": 0}, "days"),
        ("daily_budget_per_traveler", BUDGET | {"travelers": 0}, "travelers"),
        ("clothes_to_pack", CLOTHES | {"days": 0}, "days"),
        ("clothes_to_pack", CLOTHES | {"climate": "rainy"}, "climate"),
        ("clothes_to_pack", CLOTHES | {"laundry_every_days": 0}, "laundry_every_days"),
        ("check_itinerary", {"legs": [FIRST_LEG]}, "legs"),
        ("check_itinerary", {"legs": [FIRST_LEG] * 21}, "legs"),
        ("check_itinerary", {"legs": [FIRST_LEG | {"origin": " "}, SECOND_LEG]}, "legs"),
        ("check_itinerary", {"legs": [FIRST_LEG | {"destination": ""}, SECOND_LEG]}, "legs"),
        ("check_itinerary", {"legs": [FIRST_LEG, SECOND_LEG | {"departure": "2026-02-30 10:00"}]}, "legs"),
        ("check_itinerary", {"legs": [FIRST_LEG | {"arrival": "10:00"}, SECOND_LEG]}, "legs"),
        (
            "check_itinerary",
            {"legs": [FIRST_LEG, SECOND_LEG], "min_connection_minutes": -1},
            "min_connection_minutes",
        ),
        ("settle_trip_expenses", {"expenses": [paid("Al", 10)]}, "expenses"),
        ("settle_trip_expenses", {"expenses": [paid("Al", 10), paid("Al", 20)]}, "expenses"),
        ("settle_trip_expenses", {"expenses": [paid("Al", 10), paid(" ", 20)]}, "expenses"),
        ("settle_trip_expenses", {"expenses": [paid("Al", 10), paid("Bo", float("nan"))]}, "expenses"),
        ("settle_trip_expenses", {"expenses": [paid("Al", 10), paid("Bo", 20)] * 51}, "expenses"),
        ("jet_lag_recovery_days", {"time_zones_crossed": 13, "direction": "east"}, "time_zones_crossed"),
        ("jet_lag_recovery_days", {"time_zones_crossed": 6, "direction": "south"}, "direction"),
        (
            "jet_lag_recovery_days",
            {"time_zones_crossed": 6, "direction": "east", "hours_shifted_before": 6.5},
            "hours_shifted_before",
        ),
    ],
)
def test_wrong_values(name, kwargs, argument):
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        getattr(travel, name)(**kwargs)


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        ("trip_fuel_cost", FUEL, 36.0),
        ("trip_fuel_cost", FUEL | {"round_trip": True}, 72.0),
        ("journey_duration", JOURNEY, {"hours": 2, "minutes": 30}),
        # 7 h plus 1 h 20 min of stops.
        ("journey_duration", {"distance_km": 770, "average_speed_kmh": 110, "break_minutes": 80}, (8, 20)),
        # A minute that rounds up to the full hour.
        ("journey_duration", {"distance_km": 59.9, "average_speed_kmh": 60}, (1, 0)),
        # A quarter of a great circle: pi / 2 * 6371.0088 km.
        ("air_distance", {"start": {"lat": 0, "lon": 0}, "end": {"lat": 0, "lon": 90}}, 10007.6),
        # Antipodes: pi * 6371.0088 km, however the poles are written.
        ("air_distance", {"start": {"lat": 90, "lon": 12}, "end": {"lat": -90, "lon": -77}}, 20015.1),
        # Los Angeles - Las Vegas, 236 miles in airport tables.
        (
            "air_distance",
            {"start": {"lat": 33.94, "lon": -118.41}, "end": {"lat": 36.08, "lon": -115.15}, "unit": "miles"},
            236.4,
        ),
        ("air_distance", AIR | {"end": AIR["start"]}, 0.0),
        ("flight_arrival_time", FLIGHT, {"arrival_time": "14:30", "days_later": 0}),
        # Eastward over the date line (Auckland - Honolulu lands the day before), and midnight itself.
        (
            "flight_arrival_time",
            {"departure_time": "01:20", "flight_duration": "08:45", "time_difference_hours": -22},
            {"arrival_time": "12:05", "days_later": -1},
        ),
        (
            "flight_arrival_time",
            {"departure_time": "20:15", "flight_duration": "03:00", "time_difference_hours": 0.75},
            {"arrival_time": "00:00", "days_later": 1},
        ),
        ("check_luggage_allowance", LUGGAGE, (True, 0, 0.0)),
        ("check_luggage_allowance", LUGGAGE | {"bag_weights_kg": [23, 23, 5]}, (False, 1, 0.0)),
        ("check_luggage_allowance", LUGGAGE | {"bag_weights_kg": [32, 24.5]}, (False, 0, 10.5)),
        ("daily_budget_per_traveler", BUDGET, 50.0),
        ("daily_budget_per_traveler", BUDGET | {"prepaid_costs": []}, 71.43),
        ("daily_budget_per_traveler", BUDGET | {"total_budget": 1, "prepaid_costs": [0.1] * 10}, 0.0),
        ("clothes_to_pack", CLOTHES, (7, 4, 8, 7, 2)),
        ("clothes_to_pack", {"days": 3, "climate": "cold", "laundry_every_days": 10}, (3, 2, 4, 3, 1)),
        # 45 minutes to change are enough, 46 are not there; a new year between two legs.
        (
            "check_itinerary",
            {"legs": [FIRST_LEG, SECOND_LEG], "min_connection_minutes": 45},
            (True, [{"place": "Lyon", "minutes": 45}], []),
        ),
        (
            "check_itinerary",
            {"legs": [FIRST_LEG, SECOND_LEG], "min_connection_minutes": 46},
            (False, [{"place": "Lyon", "minutes": 45}], ["only 45 minutes in Lyon"]),
        ),
        (
            "check_itinerary",
            {"legs": [FIRST_LEG, SECOND_LEG | {"departure": "2025-12-31 23:00", "origin": "lyon"}]},
            (False, [{"place": "Lyon", "minutes": -90}], ["only -90 minutes in Lyon"]),
        ),
        (
            "check_itinerary",
            {"legs": [FIRST_LEG, SECOND_LEG | {"origin": "Nice"}], "min_connection_minutes": 0},
            (False, [{"place": "Lyon", "minutes": 45}], ["arrives in Lyon, leaves from Nice"]),
        ),
        (
            "settle_trip_expenses",
            {"expenses": [paid("Al", 90), paid("Bo", 0), paid("Cy", 30)]},
            [{"sender": "Bo", "receiver": "Al", "amount": 40.0}, {"sender": "Cy", "receiver": "Al", "amount": 10.0}],
        ),
        # 100 between three: the first bears 33.34.
        (
            "settle_trip_expenses",
            {"expenses": [paid("Al", 100), paid("Bo", 0), paid("Cy", 0)]},
            [
                {"sender": "Bo", "receiver": "Al", "amount": 33.33},
                {"sender": "Cy", "receiver": "Al", "amount": 33.33},
            ],
        ),
        ("settle_trip_expenses", {"expenses": [paid("Al", 25), paid("Bo", 15), paid("Bo", 10)]}, []),
        ("jet_lag_recovery_days", {"time_zones_crossed": 12, "direction": "west"}, 7.8),
        ("jet_lag_recovery_days", {"time_zones_crossed": 12, "direction": "east"}, 12.6),
        ("jet_lag_recovery_days", {"time_zones_crossed": 3, "direction": "west", "hours_shifted_before": 3}, 0.0),
    ],
)
def test_known_values(name, kwargs, expected):
    result = getattr(travel, name)(**kwargs)
    assert (tuple(result.values()) if isinstance(expected, tuple) else result) == expected
