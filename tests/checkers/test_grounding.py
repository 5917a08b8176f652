"""The grounding checker against a table of requests: what a value may be called, and what it must not be taken for."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.grounding import GroundingChecker
from apigen.checkers.spellings.leftovers import leftover_choices, leftover_numbers
from apigen.checkers.spellings.values import Ungrounded, ungrounded
from apigen.records import Api, Call, Candidate, Draw

NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}
STRING = {"type": "string"}
BOOLEAN = {"type": "boolean"}
NUMBERS = {"type": "array", "items": NUMBER}
STRINGS = {"type": "array", "items": STRING}
POINTS = {
    "type": "array",
    "items": {"type": "object", "properties": {"x": NUMBER, "y": NUMBER}, "required": ["x", "y"]},
}
PLACE = {
    "type": "object",
    "properties": {"lat": NUMBER, "lon": NUMBER},
    "description": "First point: `lat` latitude, -90 to 90 (north positive), `lon` longitude (east positive).",
}


def described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


def enum(*members: Any, description: str = "", **more: Any) -> dict[str, Any]:
    return {"enum": list(members), "description": description, **more}


RATE = described(NUMBER, "Yearly interest rate in percent, 0 to 100 (5 means 5%), charged monthly.")
FRACTION = described(NUMBER, "The rate as a decimal fraction.")
BASE = described(INTEGER, "Base of `digits`, 2 to 36 (2 is binary, 8 octal, 10 decimal, 16 hexadecimal).")
DAYS = described(INTEGER, "Number of days it is used, 1 to 3660 (30 for a month, 365 for a year).")
SEX = enum("female", "male", description="Sex of the person.")
TEMPERATURE = enum("celsius", "fahrenheit", "kelvin", description="Scale of the given temperature.")
LENGTH = enum("millimeters", "centimeters", "meters", "kilometers", "inches", "feet", "miles", "nautical_miles")
SPEED = enum("meters_per_second", "kilometers_per_hour", "miles_per_hour", "knots")
CLIMATE = enum(
    "hot", "mild", "cold",
    description="Weather there: hot (summer, tropical), mild (spring, autumn) or cold (winter).",
)  # fmt: skip
COMPOUNDING = enum(
    "yearly", "quarterly", "monthly", "daily",
    description="How often interest is added: yearly (annually), quarterly, monthly or daily (365 times).",
)  # fmt: skip
TAX = enum(
    "included", "excluded",
    description="Whether the amount has the tax in it: included (gross) or excluded (net, tax comes on top).",
)  # fmt: skip
LETTERS = enum("upper", "lower", description="upper for capital letters (XIV), lower for small letters (xiv).")
SUN = enum("shaded", "normal", "sunny", description="How much sun: shaded (little), normal or sunny (a lot).")
SPORT = enum("walking", "running", "cycling", "swimming", "weight_lifting", "rope_jumping", "soccer")
SOLID = enum("cylinder", "cone", "sphere", description="cylinder (can, pipe, round tank), cone or sphere (ball).")
CLOCK = described(STRING, "Local departure time as HH:MM (24-hour).")
FLIGHT = described(STRING, "Time in the air as HH:MM, 00:01 to 23:59 (07:35 is 7 hours 35 minutes).")
DATE = {"type": "string", "format": "date"}
AHEAD = described(NUMBER, "Hours that the destination is ahead (negative: behind), -26 to 26 in quarter hours.")
TRIP = {"type": "boolean", "default": False, "description": "True to count the way there and back; one way by default."}

Case = tuple[str, str, dict[str, Any], Any]

STATED: list[Case] = [
    # digits and signs around them
    ("Split 84 euros among us", "amount", NUMBER, 84),
    ("Invest 1,250,000 dollars", "amount", NUMBER, 1250000),
    ("Invest 1 250 000 dollars", "amount", NUMBER, 1250000),
    ("It costs $6.50 now", "price", NUMBER, 6.5),
    ("It costs £5.", "price", NUMBER, 5),
    ("12,50 € please", "price", NUMBER, 12.5),
    ("a 5kg bag", "weight", NUMBER, 5),
    ("my 5-day trip", "days", INTEGER, 5),
    ("What is the 5th one?", "position", INTEGER, 5),
    ("the 30-year loan", "years", INTEGER, 30),
    ("a sheet of 60x30 cm", "tile_width_cm", NUMBER, 30),
    ("Pay USD500 today", "amount", NUMBER, 500),
    ("take .75 of it", "share", NUMBER, 0.75),
    ("a charge of 1.6e-19", "charge", NUMBER, 1.6e-19),
    ("6.02 × 10²³ atoms", "count", NUMBER, 6.02e23),
    ("numbers 5-10", "high", NUMBER, 10),
    # thousands and millions
    ("a 250k mortgage", "principal", NUMBER, 250000),
    ("a 250K mortgage", "principal", NUMBER, 250000),
    ("I have 1.5 million in the bank", "amount", NUMBER, 1500000),
    ("I have $2m in the bank", "amount", NUMBER, 2000000),
    ("2 thousand people", "people", INTEGER, 2000),
    ("3 billion stars", "stars", INTEGER, 3000000000),
    ("half a million people", "people", INTEGER, 500000),
    ("2 million 500 thousand", "amount", NUMBER, 2500000),
    ("a 5k run", "distance_km", NUMBER, 5),
    ("4.7k and 10k resistors", "resistances_ohms", NUMBERS, [4700, 10000]),
    ("two million and three million", "low", NUMBER, 2000000),
    ("a million and a half", "amount", NUMBER, 1500000),
    ("from UTC+05:30", "from_utc_offset_hours", NUMBER, 5.5),
    ("Convert 300 K to celsius", "temperature", described(NUMBER, "The temperature."), 300),
    # words
    ("twenty-five of them", "count", INTEGER, 25),
    ("Twenty five of them", "count", INTEGER, 25),
    ("one hundred and five guests", "guests", INTEGER, 105),
    ("a hundred guests", "guests", INTEGER, 100),
    ("fifteen hundred words", "words", INTEGER, 1500),
    ("the year nineteen ninety-four", "year", INTEGER, 1994),
    ("a dozen eggs", "eggs", INTEGER, 12),
    ("two dozen eggs", "eggs", INTEGER, 24),
    ("half a dozen eggs", "eggs", INTEGER, 6),
    ("two and a half cups", "cups", NUMBER, 2.5),
    ("a quarter cup of oil", "volume", NUMBER, 0.25),
    ("three quarters of a cup", "volume", NUMBER, 0.75),
    ("1 1/2 cups", "volume", NUMBER, 1.5),
    ("1½ cups", "volume", NUMBER, 1.5),
    ("½ cup", "volume", NUMBER, 0.5),
    ("1/3 cup", "volume", NUMBER, 0.333),
    ("the twenty-third number", "position", INTEGER, 23),
    ("the third number", "position", INTEGER, 3),
    ("three point one four", "value", NUMBER, 3.14),
    ("wash once on the way", "washes", INTEGER, 1),
    ("twice a day", "times", INTEGER, 2),
    ("a couple of friends", "friends", INTEGER, 2),
    ("My wife and I are going", "travelers", INTEGER, 2),
    ("I travel alone", "travelers", INTEGER, 1),
    ("with a bag of 9.3 kg", "bags_included", INTEGER, 1),
    ("no tip, please", "tip", NUMBER, 0),
    # negative
    ("from -5 to 10", "low", NUMBER, -5),
    ("It is minus 5 outside", "temperature", NUMBER, -5),
    ("negative five", "number", NUMBER, -5),
    ("20 minus 5", "number", NUMBER, 5),
    ("it was 5 degrees below zero", "temperature", NUMBER, -5),
    ("−12.5 °C", "temperature", NUMBER, -12.5),
    ("from UTC-5 to UTC+1", "from_utc_offset_hours", NUMBER, -5),
    ("Los Angeles is 8 hours behind", "time_difference_hours", AHEAD, -8),
    ("from 40.71° N, 74.01° W", "start", PLACE, {"lat": 40.71, "lon": -74.01}),
    ("33.87 south, 151.21 east", "start", PLACE, {"lat": -33.87, "lon": 151.21}),
    # percent
    ("a 15% tip", "tip_percent", NUMBER, 15),
    ("a 15% tip", "tip", FRACTION, 0.15),
    ("at 6.5 percent", "annual_rate_percent", RATE, 6.5),
    ("half off", "discount_percent", NUMBER, 50),
    ("25 cents a kWh", "price_per_kwh", NUMBER, 0.25),
    # units
    ("an hour and a half of stops", "break_minutes", INTEGER, 90),
    ("stops of 1 hour 30 minutes", "break_minutes", INTEGER, 90),
    ("stops of 1h30", "break_minutes", INTEGER, 90),
    ("1.5 hours of stops", "break_minutes", INTEGER, 90),
    ("for half an hour a day", "hours_per_day", NUMBER, 0.5),
    ("for 2 years", "term_months", INTEGER, 24),
    ("a year and a half", "months", INTEGER, 18),
    ("run for a month", "days", DAYS, 30),
    ("a two-week holiday", "days", INTEGER, 14),
    ("wash once a week", "laundry_every_days", INTEGER, 7),
    ("I am 1.72 m tall", "height_cm", NUMBER, 172),
    ("I am 5'11\" tall", "height_cm", NUMBER, 180),
    ("I weigh 150 lbs", "weight_kg", NUMBER, 68),
    ("a 1.5 kW heater", "power_watts", NUMBER, 1500),
    ("how long, 45 min", "duration", described(NUMBER, "How long it takes, in hours."), 0.75),
    ("at 60 mph", "average_speed_kmh", NUMBER, 96.6),
    ("write it in binary", "to_base", BASE, 2),
    ("as a hexadecimal number", "to_base", BASE, 16),
    # dates and times
    ("on 2024-03-01", "day", DATE, "2024-03-01"),
    ("on March 1, 2024", "day", DATE, "2024-03-01"),
    ("on 1 March 2024", "day", STRING, "2024-03-01"),
    ("on Friday, Mar. 1st 2024?", "day", DATE, "2024-03-01"),
    ("on the first of March 2024", "day", DATE, "2024-03-01"),
    ("on 3/1/2024", "day", DATE, "2024-03-01"),
    ("on 01/03/2024", "day", DATE, "2024-03-01"),
    ("on 1.3.2024.", "day", DATE, "2024-03-01"),
    ("from March 1 to April 5, 2024", "start_date", DATE, "2024-03-01"),
    ("from 1 to 5 March 2024", "start_date", DATE, "2024-03-01"),
    ("off on December 25 and 26, 2025", "holidays", STRINGS, ["2025-12-25", "2025-12-26"]),
    ("How far is Christmas 2025?", "end_date", DATE, "2025-12-25"),
    ("leaves at 14:30", "departure_time", CLOCK, "14:30"),
    ("leaves at 2:30 PM", "departure_time", CLOCK, "14:30"),
    ("leaves at 2:30pm.", "departure_time", CLOCK, "14:30"),
    ("leaves at 2.30 p.m.", "departure_time", CLOCK, "14:30"),
    ("leaves at half past two in the afternoon", "departure_time", CLOCK, "14:30"),
    ("leaves at 2 pm", "departure_time", CLOCK, "14:00"),
    ("open from 2 to 4:30 pm", "opens", CLOCK, "14:00"),
    ("leaves at noon", "departure_time", CLOCK, "12:00"),
    ("leaves at midnight", "departure_time", CLOCK, "00:00"),
    ("leaves at quarter to eight in the morning", "departure_time", CLOCK, "07:45"),
    ("leaves at 8:15", "departure_time", CLOCK, "08:15"),
    ("leaves at 7 a.m.", "departure_time", CLOCK, "07:00"),
    ("at 3 pm on May 4, 2025", "when", {"type": "string", "format": "date-time"}, "2025-05-04T15:00:00Z"),
    ("it flies 7 hours and 35 minutes", "flight_duration", FLIGHT, "07:35"),
    ("a flight of 2h40", "flight_duration", FLIGHT, "02:40"),
    # members
    ("I'm a 34-year-old woman", "sex", SEX, "female"),
    ("he is 45", "sex", SEX, "male"),
    ("375°F in centigrade", "from_unit", TEMPERATURE, "fahrenheit"),
    ("375°F in centigrade", "to_unit", TEMPERATURE, "celsius"),
    ("convert 20 C to F", "to_unit", TEMPERATURE, "fahrenheit"),
    ("a marathon is 42.195km", "unit", LENGTH, "kilometers"),
    ("5 foot 11", "unit", LENGTH, "feet"),
    ("360 nautical miles", "unit", LENGTH, "nautical_miles"),
    ("driving 100 km/h", "speed_unit", SPEED, "kilometers_per_hour"),
    ("driving 70 miles an hour", "speed_unit", SPEED, "miles_per_hour"),
    ("a trip to a tropical island", "climate", CLIMATE, "hot"),
    ("interest is added every quarter", "compounding", COMPOUNDING, "quarterly"),
    ("compounded annually", "compounding", COMPOUNDING, "yearly"),
    ("119 euros, including VAT", "tax_is", TAX, "included"),
    ("100 euros net", "tax_is", TAX, "excluded"),
    ("in small letters", "letter_case", LETTERS, "lower"),
    ("the room gets a lot of sun", "sun_exposure", SUN, "sunny"),
    ("I jogged for an hour", "activity", SPORT, "running"),
    ("I lifted weights", "activity", SPORT, "weight_lifting"),
    ("the volume of a ball", "solid", SOLID, "sphere"),
    ("a cylindrical tank", "solid", SOLID, "cylinder"),
    ("Please encrypt it", "mode", enum("encrypt", "decrypt"), "encrypt"),
    ("Encryption of a note", "mode", enum("encrypt", "decrypt"), "encrypt"),
    ("a moderately active man", "level", enum("low", "moderate", "high"), "moderate"),
    ("change 50 euros", "currency", STRING, "EUR"),
    ("round it up", "direction", enum("up", "down"), "up"),
    ("35 degrees centigrade", "unit", described(STRING, 'Either "celsius" (°C, centigrade) or "kelvin".'), "celsius"),
    ("nothing is said", "version", {"const": "v1"}, "v1"),
    ("nothing is said", "mode", {"enum": ["fast", "slow"], "default": "fast"}, "fast"),
    ("nothing is said", "height", {"anyOf": [NUMBER, {"type": "null"}], "default": None}, None),
    # strings
    ('Words in “Dinner is at seven, don’t be late!”?', "text", STRING, "Dinner is at seven, don't be late!"),
    ("is A man, a plan, a canal: Panama a palindrome", "text", STRING, "A man, a plan, a canal: Panama"),
    ("the well known bakery", "text", STRING, "well-known"),
    ("Which are anagrams of listen: silent, tinsel or enlist?", "candidates", STRINGS, ["silent", "tinsel", "enlist"]),
    ("decode '--. --- --- -..'", "message", STRING, "--. --- --- -.."),
    ("What is beef in hex?", "digits", STRING, "beef"),
    ("What is 1011011 in decimal?", "digits", STRING, "1011011"),
    ("write to jane.doe@example.com.", "email", STRING, "Jane.Doe@example.com"),
    ("the weather in New York's centre", "city", STRING, "New York"),
    ("Read the Roman numeral XIV", "numeral", STRING, "XIV"),
    # lists, objects, flags
    ("the average of 12, 15 and 20", "numbers", NUMBERS, [12, 15, 20]),
    ("gcd of [84,126,210]", "numbers", NUMBERS, [84, 126, 210]),
    ("area of (0,0), (4,0) and (4,3)", "corners", POINTS, [{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 3}]),
    ("Ann is 30", "ages", {"type": "object", "additionalProperties": INTEGER}, {"Ann": 30}),
    ("drive there and back", "round_trip", TRIP, True),
    ("a round trip", "round_trip", TRIP, True),
    ("one way", "round_trip", TRIP, False),
    ("don't print it", "printed", BOOLEAN, False),
]  # fmt: skip

NOT_STATED: list[Case] = [
    ("Split 25 euros", "amount", NUMBER, 5),
    ("Split 5.5 euros", "amount", NUMBER, 5),
    ("Split 1,500 euros", "amount", NUMBER, 5),
    ("Split 1,500 euros", "amount", NUMBER, 500),
    ("in 2025", "amount", NUMBER, 5),
    ("in 2025", "amount", NUMBER, 25),
    ("the file song.mp3", "count", INTEGER, 3),
    ("Split it evenly", "amount", NUMBER, 84.5),
    ("a loan at 6 percent", "annual_rate_percent", RATE, 6.5),
    ("a 15% tip", "tip_percent", NUMBER, 0.15),
    ("a 0.15 share", "share", NUMBER, 15),
    ("a 250k mortgage", "principal", NUMBER, 250),
    ("1.5 million dollars", "amount", NUMBER, 1.5),
    ("1.5 million dollars", "amount", NUMBER, 150000),
    ("$5m", "amount", NUMBER, 500000),
    ("4.7k and 10k resistors", "resistances_ohms", NUMBERS, [4710]),
    ("two million and three million", "low", NUMBER, 2000003),
    ("twenty-five of them", "count", INTEGER, 5),
    ("twenty-five of them", "count", INTEGER, 20),
    ("one hundred and five", "count", INTEGER, 5),
    ("two and a half cups", "cups", NUMBER, 2),
    ("1 1/2 cups", "cups", NUMBER, 2),
    ("a score of 3-0", "score", NUMBER, -3),
    ("a score of 3-0", "score", NUMBER, 30),
    ("What is a fair price?", "travelers", INTEGER, 1),
    ("meters per second", "count", INTEGER, 2),
    ("It is -5 outside", "temperature", NUMBER, 5),
    ("It is minus 5 outside", "temperature", NUMBER, 5),
    ("It is 5 outside", "temperature", NUMBER, -5),
    ("it was 5 degrees below zero", "temperature", NUMBER, 5),
    ("between 10-5 and 20", "low", NUMBER, -5),
    ("at 40.71 N, 74.01 W", "start", PLACE, {"lat": 40.71, "lon": 74.01}),
    ("COVID-19", "number", NUMBER, -19),
    ("for 2 years", "term_months", INTEGER, 2),
    ("for 2 years", "term_months", INTEGER, 12),
    ("26 miles", "distance_km", NUMBER, 26),
    ("26 miles", "distance_km", NUMBER, 40),
    ("I am 1.72 m tall", "height_cm", NUMBER, 1.72),
    ("I weigh 150 lbs", "weight_kg", NUMBER, 150),
    ("stops of 1h30", "break_minutes", INTEGER, 60),
    ("write it in binary", "to_base", BASE, 8),
    ("5 times", "numbers", NUMBERS, [5, 6]),
    ("infinity", "number", NUMBER, float("inf")),
    ("on March 1, 2024", "day", DATE, "2024-03-02"),
    ("on March 1, 2024", "day", DATE, "2023-03-01"),
    ("on March 1", "day", DATE, "2024-03-01"),
    ("on March 11, 2024", "day", DATE, "2024-03-01"),
    ("on 13/1/2024", "day", DATE, "2024-03-01"),
    ("from March 1, 2023 to April 5, 2024", "start_date", DATE, "2024-03-01"),
    ("tomorrow", "day", DATE, "2024-03-01"),
    ("leaves at 2:30 AM", "departure_time", CLOCK, "14:30"),
    ("leaves at 9:15 in the evening", "departure_time", CLOCK, "09:15"),
    ("leaves at 2:30", "departure_time", CLOCK, "14:30"),
    ("leaves at 2:30 pm", "departure_time", CLOCK, "02:30"),
    ("leaves at 2 pm", "departure_time", CLOCK, "14:30"),
    ("leaves at half past two pm", "departure_time", CLOCK, "15:30"),
    ("leaves at 12:30", "departure_time", CLOCK, "02:30"),
    ("on May 4, 2025", "when", STRING, "2025-05-04T15:00:00"),
    ("it takes 2 hours in the afternoon", "departure_time", CLOCK, "14:00"),
    ("for a person of 34", "sex", SEX, "male"),
    ("a woman of 34", "sex", SEX, "male"),
    ("375°F in centigrade", "from_unit", TEMPERATURE, "kelvin"),
    ("How far is it, in km?", "unit", LENGTH, "miles"),
    ("How far is it, in km?", "unit", LENGTH, "meters"),
    ("5% for 5 years", "compounding", COMPOUNDING, "yearly"),
    ("Can you tell me the volume?", "solid", SOLID, "cylinder"),
    ("a trip in winter", "climate", CLIMATE, "hot"),
    ("driving 100 km", "speed_unit", SPEED, "kilometers_per_hour"),
    ("Please encrypt it", "mode", enum("encrypt", "decrypt"), "decrypt"),
    ("nothing is said", "mode", {"enum": ["fast", "slow"], "default": "fast"}, "slow"),
    ("the weather in York", "city", STRING, "New York"),
    ("the word category", "word", STRING, "cat"),
    ("What is 1011011 in decimal?", "digits", STRING, "1011"),
    ("ask Jane", "email", STRING, "jane@example.com"),
    ("decode '..-. ---'", "message", STRING, ".-. ---"),
    ("anagrams of listen: silent", "candidates", STRINGS, ["silent", "tinsel"]),
    ("area of (0,0), (4,0) and (4,3)", "corners", POINTS, [{"x": 0, "y": 0}, {"x": 4, "y": 5}]),
    ("Ann is 30", "ages", {"type": "object", "additionalProperties": INTEGER}, {"Bob": 30}),
    ("Drive from A to B", "round_trip", TRIP, True),
    ("Print the page", "archived", BOOLEAN, False),
    ("the 5 of us", "deep", {}, {"a": {"b": [7]}}),
]  # fmt: skip


def missing(query: str, name: str, schema: dict[str, Any], value: Any) -> list[Ungrounded]:
    api = Api("compute", "Compute it.", {"type": "object", "properties": {name: schema}}, "any", "test")
    return ungrounded(query, api, Call("compute", {name: value}))


@pytest.mark.parametrize(("query", "name", "schema", "value"), STATED)
def test_finds_what_the_query_states(query: str, name: str, schema: dict[str, Any], value: Any) -> None:
    assert missing(query, name, schema, value) == []


@pytest.mark.parametrize(("query", "name", "schema", "value"), NOT_STATED)
def test_misses_what_the_query_does_not_state(query: str, name: str, schema: dict[str, Any], value: Any) -> None:
    assert missing(query, name, schema, value)


@dataclass(frozen=True)
class Asked:
    """A request as a person would type it for a function of api_library, and its call."""

    query: str
    arguments: dict[str, tuple[dict[str, Any], Any]]


ASKED = [
    Asked(
        "I'm borrowing $320k at 6.25% for thirty years. What will I pay every month?",
        {"principal": (NUMBER, 320000), "annual_rate_percent": (RATE, 6.25), "years": (INTEGER, 30)},
    ),
    Asked(
        "If I start with 2,000 and put in another 150 a month for a decade at 3.5%, compounded daily, what do I get?",
        {"initial_deposit": (NUMBER, 2000), "monthly_deposit": (NUMBER, 150), "years": (INTEGER, 10),
         "annual_rate_percent": (RATE, 3.5), "compounding": (COMPOUNDING, "daily")},
    ),
    Asked(
        "A jacket was €180; it's 30% off and I've a further ten percent coupon.",
        {"original_price": (NUMBER, 180), "discount_percents": (NUMBERS, [30, 10])},
    ),
    Asked(
        "My flight takes off at ten past 1 pm … no, 13:30, is in the air for 9 hours 10 and India is 5½ hours ahead.",
        {"departure_time": (CLOCK, "13:30"), "flight_duration": (FLIGHT, "09:10"),
         "time_difference_hours": (AHEAD, 5.5)},
    ),
    Asked(
        "Floor of 7.5 m², tiles 33 by 33.3 cm, and 10 % extra for cuts",
        {"floor_area_m2": (NUMBER, 7.5), "tile_length_cm": (NUMBER, 33), "tile_width_cm": (NUMBER, 33.3),
         "waste_percent": (NUMBER, 10)},
    ),
    Asked(
        "Two people are checking three bags: 24.5kg, 16kg & 33.2kg. Two bags are included, max 20 kilos each.",
        {"bag_weights_kg": (NUMBERS, [24.5, 16, 33.2]), "bags_included": (INTEGER, 2), "max_kg_per_bag": (NUMBER, 20)},
    ),
    Asked(
        "Sales were 120 in month 1, 135 in month 2 and 150 in month 3; what does the trend say for month six?",
        {"points": (POINTS, [{"x": 1, "y": 120}, {"x": 2, "y": 135}, {"x": 3, "y": 150}]), "predict_at": (NUMBER, 6)},
    ),
    Asked(
        "How many kph is a runner at 8.5 metres per second?",
        {"speed": (NUMBER, 8.5), "from_unit": (SPEED, "meters_per_second"), "to_unit": (SPEED, "kilometers_per_hour")},
    ),
    Asked(
        "She is 71, weighs 57 kilos and is 159 centimeters tall; what is her basal metabolic rate?",
        {"sex": (SEX, "female"), "age_years": (INTEGER, 71), "weight_kg": (NUMBER, 57), "height_cm": (NUMBER, 159)},
    ),
    Asked(
        "How hard does a 145 g baseball hit at 95 mph?",
        {"mass_kg": (NUMBER, 0.145), "speed": (NUMBER, 95), "speed_unit": (SPEED, "miles_per_hour")},
    ),
    Asked(
        "We have 3,200 for nine days. Flights (840) and the hotel (615) are paid. My husband and I are going.",
        {"total_budget": (NUMBER, 3200), "prepaid_costs": (NUMBERS, [840, 615]), "days": (INTEGER, 9),
         "travelers": (INTEGER, 2)},
    ),
    Asked(
        "Born Nov 23rd, 1988 - how old was she on 30 June 2025?",
        {"birth_date": (DATE, "1988-11-23"), "on_date": (DATE, "2025-06-30"),
         "unit": (enum("years", "months", "weeks", default="years"), "years")},
    ),
    Asked(
        "A 1500 watt heater runs 30 minutes a day for a month at 32 cents per kWh",
        {"power_watts": (NUMBER, 1500), "hours_per_day": (NUMBER, 0.5), "price_per_kwh": (NUMBER, 0.32),
         "days": (DAYS, 30)},
    ),
    Asked(
        "Shift 'Uryyb, Jbeyq!' by thirteen to decipher it",
        {"text": (STRING, "Uryyb, Jbeyq!"), "mode": (enum("encrypt", "decrypt"), "decrypt"), "shift": (INTEGER, 13)},
    ),
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.query[:30])
def test_a_typical_request_states_its_call(asked: Asked) -> None:
    schema = {"properties": {name: schema for name, (schema, _) in asked.arguments.items()}}
    call = Call("compute", {name: value for name, (_, value) in asked.arguments.items()})
    assert ungrounded(asked.query, Api("compute", "", schema, "any", "test"), call) == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.query[:30])
def test_a_changed_number_is_noticed(asked: Asked) -> None:
    for name, (schema, value) in asked.arguments.items():
        if isinstance(value, int | float):
            assert missing(asked.query, name, schema, value * 3 + 7), name


def test_the_path_leads_to_the_value() -> None:
    found = missing("from (1, 2) on", "points", POINTS, [{"x": 1, "y": 2}, {"x": 9, "y": 2}])
    assert found == [Ungrounded("points[1].x", 9)]


def candidate(query: str, *calls: Call) -> Candidate:
    schema = {"type": "object", "properties": {"principal": NUMBER, "annual_rate_percent": RATE}}
    api = Api("monthly_loan_payment", "Compute a payment.", schema, "finance", "test")
    return Candidate(Draw(0, 0, "simple", "call_first", (api,)), 0, "", query, calls)


def test_checker_passes_a_grounded_candidate() -> None:
    call = Call("monthly_loan_payment", {"principal": 1000, "annual_rate_percent": 6.5})
    checked = asyncio.run(GroundingChecker.from_options({})(candidate("1000 at 6.5%", call)))
    assert checked.rejection is None
    assert checked.verdicts[-1].stage == "grounding"


def test_checker_names_the_value_that_is_not_said() -> None:
    call = Call("monthly_loan_payment", {"principal": 1000, "annual_rate_percent": 6.5})
    verdict = asyncio.run(GroundingChecker.from_options({})(candidate("1000 at 6%", call))).rejection
    assert verdict is not None
    assert verdict.reason == "grounding:value_not_in_query"
    assert verdict.detail == (
        "monthly_loan_payment call: `annual_rate_percent` is 6.5, which the request does not state"
    )


def test_checker_takes_a_call_of_an_api_that_is_not_offered() -> None:
    checked = asyncio.run(GroundingChecker.from_options({})(candidate("Do it.", Call("other", {"x": 4}))))
    assert checked.rejection is not None


LOAN = Api(
    "monthly_loan_payment",
    "Compute a payment by ISO 8601 rules.",
    {
        "type": "object",
        "properties": {"principal": NUMBER, "annual_rate_percent": RATE, "years": {**INTEGER, "default": 30}},
    },
    "finance",
    "test",
)


@pytest.mark.parametrize(
    ("query", "arguments", "leftovers"),
    [
        ("1000 at 6.5%", {"principal": 1000, "annual_rate_percent": 6.5}, []),
        ("1,000 at 6.5 percent, rounded to 3 decimals", {"principal": 1000, "annual_rate_percent": 6.5}, ["3"]),
        ("1k at 6.5% for my 2 sons", {"principal": 1000, "annual_rate_percent": 6.5}, ["2"]),
        ("1000 at 6.5% for 30 years", {"principal": 1000, "annual_rate_percent": 6.5}, []),
        ("1000 at 6.5% by ISO 8601", {"principal": 1000, "annual_rate_percent": 6.5}, []),
        ("5 (five) at 6.5%", {"principal": 5, "annual_rate_percent": 6.5}, []),
        ("a thousand at 6.5% and again 7%", {"principal": 1000, "annual_rate_percent": 6.5}, ["7"]),
    ],
)
def test_a_number_that_no_call_uses_is_left_over(query: str, arguments: dict[str, Any], leftovers: list[str]) -> None:
    assert leftover_numbers(query, [(LOAN, Call(LOAN.name, arguments))]) == leftovers


def test_coordinates_without_spaces_are_numbers_of_their_own() -> None:
    api = Api("polygon_area", "Compute an area.", {"properties": {"corners": POINTS}}, "geometry", "test")
    corners = [{"x": 0, "y": 0}, {"x": 25, "y": 0}, {"x": 25, "y": 18}, {"x": 0, "y": 12}]
    query = "What is the area of the polygon with corners at (0,0), (25,0), (25,18), and (0,12)?"
    assert leftover_numbers(query, [(api, Call("polygon_area", {"corners": corners}))]) == []


def test_parts_of_a_date_are_no_leftovers() -> None:
    api = Api(
        "weekday", "Tell the weekday.", {"properties": {"date": {"type": "string", "format": "date"}}}, "dates", "test"
    )
    assert leftover_numbers("What day was March 1, 2024?", [(api, Call("weekday", {"date": "2024-03-01"}))]) == []


def test_checker_rejects_a_leftover_number_unless_it_is_allowed() -> None:
    call = Call("monthly_loan_payment", {"principal": 1000, "annual_rate_percent": 6.5})
    told = candidate("1000 at 6.5%, to 3 decimals", call)
    verdict = asyncio.run(GroundingChecker.from_options({})(told)).rejection
    assert verdict is not None
    assert verdict.reason == "grounding:number_not_in_calls"
    assert "3" in verdict.detail
    assert asyncio.run(GroundingChecker.from_options({"leftover_numbers": "allow"})(told)).rejection is None


SAVINGS = Api(
    "savings", "Compute what savings grow to.",
    {"properties": {"deposit": NUMBER, "compounding": {**COMPOUNDING, "default": "monthly"},
                    "unit": enum("kilometers", "miles", default="kilometers")}},
    "finance", "test",
)  # fmt: skip


@pytest.mark.parametrize(
    ("query", "arguments", "left"),
    [
        ("What do 100 come to, compounded annually?", {}, ["compounding"]),
        ("What do 100 come to with daily compounding?", {}, ["compounding"]),
        ("Compounding is quarterly; what do 100 come to?", {}, ["compounding"]),
        ("What do 100 come to, compounded annually?", {"compounding": "yearly"}, []),
        ("What do 100 come to, compounded monthly?", {}, []),
        ("What do 100 come to at a low annual rate with compound interest?", {}, []),
        ("What do 100 come to, not compounded annually?", {}, []),
        ("What do 100 come to? I check it daily. Compounding is as usual.", {}, []),
        ("What do 100 come to, and how far is it in miles?", {}, ["unit"]),
        ("What do 100 come to, and how far is it in kilometers?", {}, []),
        ("What do 100 come to, and how far did miles of savers come?", {}, []),
    ],
)  # fmt: skip
def test_a_choice_that_no_call_makes_is_left_over(query: str, arguments: dict[str, Any], left: list[str]) -> None:
    steps = [(SAVINGS, Call("savings", {"deposit": 100, **arguments}))]
    assert leftover_choices(query, steps) == left
    said = Candidate(Draw(0, 0, "simple", "call_first", (SAVINGS,)), 0, "", query, (steps[0][1],))
    verdict = asyncio.run(GroundingChecker.from_options({})(said)).rejection
    assert (verdict.reason if verdict else "") == ("grounding:choice_not_in_calls" if left else "")


def test_a_choice_that_one_of_several_calls_makes_is_not_left_over() -> None:
    calls = [Call("savings", {"deposit": 100, "compounding": "yearly"}), Call("savings", {"deposit": 200})]
    query = "What do 100 come to, compounded annually, and 200 as usual?"
    assert leftover_choices(query, [(SAVINGS, call) for call in calls]) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.sampled_from(["2024-03-01", "2024-02-31", "14:30", "99:99", "2025-05-04T15:00:00Z", "²", "½", "٣", "("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
HOSTILE_WORDS = "a an and half of third hundred k 1 2.5 1/0 1/2 ½ ² ٣ , . - minus million point pm March 2024"
hostile_text = st.text(max_size=80) | st.lists(st.sampled_from(HOSTILE_WORDS.split()), max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(hostile_text, st.text(max_size=10), json_values, json_values)
def test_no_input_raises(query: str, name: str, schema: Any, value: Any) -> None:
    call = Call("f", {name: value})
    for parameters in (schema, {"properties": schema}, {"properties": {name: schema}}):
        ungrounded(query, Api("f", query, parameters, "any", "test"), call)
    asyncio.run(GroundingChecker.from_options({})(candidate(query, call)))


def nest(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("1" * 2000, 1),
        ("1," * 1000, 1),
        ("1 " * 1000, 999),
        ("a hundred and " * 150, 5),
        ("half a " * 300, 5),
        ("March 1, " * 220, "2024-03-02"),
        ("2024 " + "March 1 and " * 160, "2024-03-02"),
        ("-" * 2000, "-" * 1999 + "."),
        (" " * 2000, "a"),
        ("a" * 2000, "a" * 1999 + "b"),
        ("°" * 1000 + "5", -5),
        ("1" * 9000, 10**8000),
        ("\ud800 5", "\ud800"),
        ("5", nest(3000)),
        ("1, " * 600, list(range(600))),
        ("(1, 2) " * 250, [{"x": 2, "y": 1}] * 250),
        ("no " * 600, True),
        ("in 3 days " * 200, "2024-03-02"),
    ],
    ids=lambda value: type(value).__name__,  # not the value, which may be too long to print
)
def test_a_hostile_query_takes_no_time(query: str, value: Any) -> None:
    started = time.process_time()
    missing(query, "value", {"default": 3, "description": query}, value)
    asyncio.run(GroundingChecker.from_options({})(candidate(query, Call("f", {"value": value}))))
    assert time.process_time() - started < 0.5


PARCEL = Api(
    "parcel_price",
    "Return the price of a parcel.",
    {
        "properties": {
            "weight_kg": described(NUMBER, "Weight in kilograms."),
            "speed": enum("express", "overnight"),
            "to": STRING,
        },
        "required": ["weight_kg", "speed", "to"],
    },
    "shop",
    "python:shop.py",
)
MEANT = Call("parcel_price", {"weight_kg": 2.5, "speed": "express", "to": "Oslo"})


def without_call(query: str, withheld: str = "") -> str:
    """The reason of a rejection of a request that no call answers."""
    if withheld:
        draw = Draw(0, 0, "missing_parameter", "call_first", (PARCEL,), withheld=withheld)
    else:
        draw = Draw(0, 0, "irrelevance", "call_first", (), hidden=(PARCEL,))
    candidate = Candidate(draw, 0, "", query, answer="No.", meant=(MEANT,))
    done = asyncio.run(GroundingChecker.from_options({})(candidate))
    return done.rejection.reason.removeprefix("grounding:") if done.rejection else ""


@pytest.mark.parametrize(
    ("query", "withheld", "reason"),
    [
        ("What does an express parcel of 2.5 kg to Oslo cost?", "", ""),
        ("What does an express parcel to Oslo cost?", "", "value_not_in_query"),
        ("What do 3 express parcels of 2.5 kg to Oslo cost?", "", "number_not_in_calls"),
        ("What does an express parcel to Oslo cost?", "weight_kg", ""),
        ("What does an express parcel of two and a half kilos to Oslo cost?", "weight_kg", "withheld_value_in_query"),
        ("What does an express parcel of 4 kg to Oslo cost?", "weight_kg", "number_not_in_calls"),
        ("What does an express parcel cost?", "weight_kg", "value_not_in_query"),
        ("What does a parcel of 2.5 kg to Oslo cost?", "speed", ""),
        ("What does a parcel of 2.5 kg to Oslo cost by Express?", "speed", "withheld_value_in_query"),
        ("What does my 2.5 kg parcel cost as express?", "to", ""),
        ("What does my 2.5 kg parcel to OSLO cost as express?", "to", "withheld_value_in_query"),
    ],
)
def test_a_request_without_a_call_states_all_but_what_is_withheld(query: str, withheld: str, reason: str) -> None:
    assert without_call(query, withheld) == reason


@settings(deadline=None, database=None)
@given(st.text(max_size=60), st.sampled_from(["", "weight_kg", "speed", "to", "unknown"]))
def test_any_request_without_a_call_gets_an_answer(query: str, withheld: str) -> None:
    assert without_call(query, withheld) in ("", "value_not_in_query", "number_not_in_calls", "withheld_value_in_query")


def test_a_pair_in_brackets_is_two_numbers_and_a_thousand_stays_one() -> None:
    for query in ("Turn the point (5,1) around.", "Turn the point [5, 1] around."):
        assert not missing(query, "x", NUMBER, 5)
        assert not missing(query, "y", NUMBER, 1)
    assert not missing("The town (1,234 people) grows.", "people", NUMBER, 1234)
    assert not missing("The town (1,234) grows.", "people", NUMBER, 1234)


def test_the_exponent_of_a_unit_is_no_leftover() -> None:
    call = Call("f", {"value": 14.4})
    for query in ("Tile 14.4 m2 of floor.", "Tile 14.4m2 of floor.", "Tile 14.4 ft2 of floor."):
        assert asyncio.run(GroundingChecker.from_options({})(candidate(query, call))).rejection is None, query
    told = asyncio.run(GroundingChecker.from_options({})(candidate("Tile 14.4 m of floor, 2 coats.", call)))
    assert told.rejection is not None
