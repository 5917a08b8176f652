"""Travel: trips by road and air, connections, jet lag, luggage, packing and trip budgets."""

import re
from collections.abc import Collection
from datetime import datetime
from itertools import pairwise
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Literal, TypedDict

_EARTH_RADIUS = {"kilometers": 6371.0088, "miles": 6371.0088 / 1.609344}
_WARM_LAYERS_PER_15_DAYS = {"hot": 0, "mild": 3, "cold": 5}
_CLOCK = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTES_A_DAY = 24 * 60
_CLOCK_SHIFT_MINUTES_A_DAY = {"east": 57, "west": 92}


class Coordinates(TypedDict):
    """A point on Earth in decimal degrees."""

    lat: float
    lon: float


class TripLeg(TypedDict):
    """One flight or ride of a journey, with local times."""

    origin: str
    destination: str
    departure: str
    arrival: str


class Layover(TypedDict):
    """The time between two legs."""

    place: str
    minutes: int


class ItineraryCheck(TypedDict):
    """What check_itinerary returns."""

    feasible: bool
    layovers: list[Layover]
    problems: list[str]


class TripExpense(TypedDict):
    """What one traveler has paid for everybody."""

    traveler: str
    paid: float


class Transfer(TypedDict):
    """Money that one traveler gives to another."""

    sender: str
    receiver: str
    amount: float


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _one_of(name: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value[:50]!r}")


def _clock_minutes(name: str, value: str) -> int:
    match = _CLOCK.fullmatch(value)
    if match is None:
        raise ValueError(f"{name} must be HH:MM from 00:00 to 23:59, got {value[:50]!r}")
    return int(match[1]) * 60 + int(match[2])


def _moment(name: str, value: str) -> datetime:
    try:
        if not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} must be a real time as YYYY-MM-DD HH:MM, got {value[:50]!r}") from None


def _check_label(name: str, text: str) -> None:
    if not (text.strip() and len(text) <= 100):
        raise ValueError(f"{name} must have 1 to 100 characters and not be blank, got {text[:100]!r}")


def trip_fuel_cost(
    distance_km: float, liters_per_100km: float, price_per_liter: float, round_trip: bool = False
) -> float:
    """Compute what the fuel for a drive costs.

    Args:
        distance_km: One-way distance in kilometers, 0.1 to 50000.
        liters_per_100km: Fuel consumption of the vehicle in liters per 100 km, 0.1 to 100.
        price_per_liter: Price of a liter of fuel, 0.01 to 100000.
        round_trip: True to count the way there and back; one way by default.

    Returns:
        The fuel cost in the currency of the price, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> trip_fuel_cost(distance_km=480, liters_per_100km=6.2, price_per_liter=1.75)
        52.08
        >>> trip_fuel_cost(distance_km=95, liters_per_100km=7.4, price_per_liter=1.62, round_trip=True)
        22.78
        >>> trip_fuel_cost(distance_km=1250.5, liters_per_100km=5.1, price_per_liter=1.489)
        94.96
    """
    _in_range("distance_km", distance_km, 0.1, 50000)
    _in_range("liters_per_100km", liters_per_100km, 0.1, 100)
    _in_range("price_per_liter", price_per_liter, 0.01, 100000)
    liters = distance_km * (2 if round_trip else 1) * liters_per_100km / 100
    return round(liters * price_per_liter, 2)


def journey_duration(distance_km: float, average_speed_kmh: float, break_minutes: int = 0) -> dict[str, int]:
    """Tell how long a journey takes at an average speed.

    Args:
        distance_km: Distance to cover in kilometers, 0.1 to 50000.
        average_speed_kmh: Average speed while moving in kilometers per hour, 1 to 1200.
        break_minutes: Total time of all stops in whole minutes, 0 to 10000; no stops by default.

    Returns:
        The whole `hours` and the remaining `minutes`, rounded to the nearest minute.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> journey_duration(distance_km=380, average_speed_kmh=95)
        {'hours': 4, 'minutes': 0}
        >>> journey_duration(distance_km=612, average_speed_kmh=90, break_minutes=45)
        {'hours': 7, 'minutes': 33}
        >>> journey_duration(distance_km=26, average_speed_kmh=4.8)
        {'hours': 5, 'minutes': 25}
    """
    _in_range("distance_km", distance_km, 0.1, 50000)
    _in_range("average_speed_kmh", average_speed_kmh, 1, 1200)
    _in_range("break_minutes", break_minutes, 0, 10000)
    hours, minutes = divmod(round(distance_km / average_speed_kmh * 60) + break_minutes, 60)
    return {"hours": hours, "minutes": minutes}


def air_distance(start: Coordinates, end: Coordinates, unit: Literal["kilometers", "miles"] = "kilometers") -> float:
    """Compute the distance as the crow flies between two points on Earth.

    Args:
        start: First point in degrees: `lat` -90 to 90 (north positive), `lon` -180 to 180 (east positive).
        end: Second point, `lat` and `lon` like those of `start`.
        unit: Unit of the result: kilometers (km) or miles (statute miles); kilometers by default.

    Returns:
        The great-circle distance (haversine, mean Earth radius 6371.0088 km), rounded to 1 decimal.

    Raises:
        ValueError: If a coordinate is out of its range or the unit is unknown.

    Examples:
        >>> air_distance(start={"lat": 48.86, "lon": 2.35}, end={"lat": 52.52, "lon": 13.41})
        877.7
        >>> air_distance(start={"lat": 40.71, "lon": -74.01}, end={"lat": 51.51, "lon": -0.13}, unit="miles")
        3461.3
        >>> air_distance(start={"lat": -33.87, "lon": 151.21}, end={"lat": 35.68, "lon": 139.69})
        7825.8
    """
    for name, point in (("start", start), ("end", end)):
        _in_range(f"{name} lat", point["lat"], -90, 90)
        _in_range(f"{name} lon", point["lon"], -180, 180)
    _one_of("unit", unit, _EARTH_RADIUS)
    lat1, lat2 = radians(start["lat"]), radians(end["lat"])
    half_lat, half_lon = (lat2 - lat1) / 2, radians(end["lon"] - start["lon"]) / 2
    haversine = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return round(2 * _EARTH_RADIUS[unit] * asin(min(1.0, sqrt(haversine))), 1)


def flight_arrival_time(
    departure_time: str, flight_duration: str, time_difference_hours: float
) -> dict[str, str | int]:
    """Tell the local time at which a flight lands.

    Args:
        departure_time: Local departure time as HH:MM (24-hour).
        flight_duration: Time in the air as HH:MM, 00:01 to 23:59 (07:35 is 7 hours 35 minutes).
        time_difference_hours: Hours the destination is ahead (negative: behind), -26 to 26, in quarters.

    Returns:
        The local `arrival_time` as HH:MM, and `days_later`, its calendar days after the departure's.

    Raises:
        ValueError: If a time is malformed or the time difference is out of its range.

    Examples:
        >>> flight_arrival_time(departure_time="08:15", flight_duration="02:40", time_difference_hours=1)
        {'arrival_time': '11:55', 'days_later': 0}
        >>> flight_arrival_time(departure_time="22:50", flight_duration="07:35", time_difference_hours=5)
        {'arrival_time': '11:25', 'days_later': 1}
        >>> flight_arrival_time(departure_time="10:05", flight_duration="10:20", time_difference_hours=-8)
        {'arrival_time': '12:25', 'days_later': 0}
        >>> flight_arrival_time(departure_time="13:30", flight_duration="09:10", time_difference_hours=5.5)
        {'arrival_time': '04:10', 'days_later': 1}
    """
    departure = _clock_minutes("departure_time", departure_time)
    duration = _clock_minutes("flight_duration", flight_duration)
    if duration == 0:
        raise ValueError("flight_duration must be at least 00:01, got '00:00'")
    _in_range("time_difference_hours", time_difference_hours, -26, 26)
    if time_difference_hours * 4 % 1:
        raise ValueError(f"time_difference_hours must be in quarter hours, such as 5.75, got {time_difference_hours}")
    days, minutes = divmod(departure + duration + round(time_difference_hours * 60), _MINUTES_A_DAY)
    return {"arrival_time": f"{minutes // 60:02}:{minutes % 60:02}", "days_later": days}


def check_luggage_allowance(
    bag_weights_kg: list[float], bags_included: int, max_kg_per_bag: float
) -> dict[str, bool | int | float]:
    """Check whether someone's bags fit the airline's luggage allowance.

    Args:
        bag_weights_kg: Weight of each bag in kilograms, 0.1 to 200 each, 1 to 50 bags.
        bags_included: Number of bags that the ticket includes, 0 to 50.
        max_kg_per_bag: Heaviest weight allowed for one bag in kilograms, 1 to 100.

    Returns:
        `within_allowance`, the `extra_bags` beyond those included, and `overweight_kg`, the kilograms above
        the limit summed over all bags, rounded to 2 decimals.

    Raises:
        ValueError: If there are no bags or too many, or an argument is out of its range.

    Examples:
        >>> check_luggage_allowance(bag_weights_kg=[18.4, 21.7], bags_included=2, max_kg_per_bag=23)
        {'within_allowance': True, 'extra_bags': 0, 'overweight_kg': 0.0}
        >>> check_luggage_allowance(bag_weights_kg=[24.5, 16, 33.2], bags_included=2, max_kg_per_bag=20)
        {'within_allowance': False, 'extra_bags': 1, 'overweight_kg': 17.7}
        >>> check_luggage_allowance(bag_weights_kg=[9.3], bags_included=1, max_kg_per_bag=8)
        {'within_allowance': False, 'extra_bags': 0, 'overweight_kg': 1.3}
    """
    _in_range("bag_weights_kg length", len(bag_weights_kg), 1, 50)
    for weight in bag_weights_kg:
        _in_range("bag_weights_kg values", weight, 0.1, 200)
    _in_range("bags_included", bags_included, 0, 50)
    _in_range("max_kg_per_bag", max_kg_per_bag, 1, 100)
    extra_bags = max(0, len(bag_weights_kg) - bags_included)
    overweight = round(sum((max(0.0, weight - max_kg_per_bag) for weight in bag_weights_kg), 0.0), 2)
    return {
        "within_allowance": extra_bags == 0 and max(bag_weights_kg) <= max_kg_per_bag,
        "extra_bags": extra_bags,
        "overweight_kg": overweight,
    }


def daily_budget_per_traveler(total_budget: float, prepaid_costs: list[float], days: int, travelers: int) -> float:
    """Tell how much each traveler can spend a day after the fixed trip costs.

    Args:
        total_budget: Budget of the whole group for the trip, 1 to 100000000.
        prepaid_costs: Fixed costs of the group, such as flights: 0 to 100 amounts, in sum at most the budget.
        days: Length of the trip in days, 1 to 365.
        travelers: Number of people who share the budget, 1 to 1000.

    Returns:
        The amount left per person and day, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or the fixed costs exceed the budget.

    Examples:
        >>> daily_budget_per_traveler(total_budget=3200, prepaid_costs=[840, 615], days=9, travelers=2)
        96.94
        >>> daily_budget_per_traveler(total_budget=1500, prepaid_costs=[420], days=6, travelers=1)
        180.0
        >>> daily_budget_per_traveler(total_budget=9800, prepaid_costs=[2750, 1890], days=14, travelers=4)
        92.14
    """
    _in_range("total_budget", total_budget, 1, 100_000_000)
    _in_range("prepaid_costs length", len(prepaid_costs), 0, 100)
    for cost in prepaid_costs:
        _in_range("prepaid_costs values", cost, 0, total_budget)
    _in_range("prepaid_costs sum", round(sum(prepaid_costs), 6), 0, total_budget)
    _in_range("days", days, 1, 365)
    _in_range("travelers", travelers, 1, 1000)
    return round(max(0.0, total_budget - sum(prepaid_costs)) / days / travelers, 2)


def clothes_to_pack(
    days: int, climate: Literal["hot", "mild", "cold"], laundry_every_days: int | None = None
) -> dict[str, int]:
    """Count the clothes that one person should pack for a trip.

    Rule: a top and a pair of socks a day, a bottom for every 2 days, underwear for every day plus one spare,
    and warm layers: none when hot, one for every 5 days when mild, one for every 3 days when cold. If clothes
    are washed on the way, those for the days between two washes are enough.

    Args:
        days: Length of the trip in days, 1 to 60.
        climate: Weather at the destination: hot (summer, tropical), mild (spring, autumn) or cold (winter).
        laundry_every_days: Days between washes on the way, 1 to 60; no washing by default.

    Returns:
        The number of `tops`, `bottoms`, `underwear`, `socks` (pairs) and `warm_layers`.

    Raises:
        ValueError: If an argument is out of its range or the climate is unknown.

    Examples:
        >>> clothes_to_pack(days=4, climate="mild")
        {'tops': 4, 'bottoms': 2, 'underwear': 5, 'socks': 4, 'warm_layers': 1}
        >>> clothes_to_pack(days=14, climate="hot", laundry_every_days=5)
        {'tops': 5, 'bottoms': 3, 'underwear': 6, 'socks': 5, 'warm_layers': 0}
        >>> clothes_to_pack(days=10, climate="cold")
        {'tops': 10, 'bottoms': 5, 'underwear': 11, 'socks': 10, 'warm_layers': 4}
    """
    _in_range("days", days, 1, 60)
    _one_of("climate", climate, _WARM_LAYERS_PER_15_DAYS)
    if laundry_every_days is not None:
        _in_range("laundry_every_days", laundry_every_days, 1, 60)
    span = min(days, laundry_every_days or days)
    return {
        "tops": span,
        "bottoms": ceil(span / 2),
        "underwear": span + 1,
        "socks": span,
        "warm_layers": ceil(span * _WARM_LAYERS_PER_15_DAYS[climate] / 15),
    }


def check_itinerary(legs: list[TripLeg], min_connection_minutes: int = 60) -> ItineraryCheck:
    """Check whether the flights or trains of a journey connect, with time enough to change.

    Args:
        legs: 2 to 20 objects in order of travel: origin and destination (places, 1 to 100 characters),
            departure (local time at the origin) and arrival (local time at the destination), both as
            YYYY-MM-DD HH:MM (24-hour).
        min_connection_minutes: Least time to change in whole minutes, 0 to 1440; 60 by default.

    Returns:
        `feasible` (true or false), `layovers` (the `place` and whole `minutes` of each change, negative if the
        next leg has left already) and `problems` (a sentence for each change that fails).

    Raises:
        ValueError: If there are too few or too many legs, a place or time is not valid, or the minutes are out
            of their range.

    Examples:
        >>> check_itinerary(
        ...     legs=[
        ...         {
        ...             "origin": "Boston",
        ...             "destination": "Dublin",
        ...             "departure": "2026-05-08 18:30",
        ...             "arrival": "2026-05-09 05:40",
        ...         },
        ...         {
        ...             "origin": "Dublin",
        ...             "destination": "Rome",
        ...             "departure": "2026-05-09 07:15",
        ...             "arrival": "2026-05-09 11:25",
        ...         },
        ...     ]
        ... )
        {'feasible': True, 'layovers': [{'place': 'Dublin', 'minutes': 95}], 'problems': []}
        >>> check_itinerary(
        ...     legs=[
        ...         {
        ...             "origin": "Porto",
        ...             "destination": "Madrid",
        ...             "departure": "2025-10-03 09:05",
        ...             "arrival": "2025-10-03 11:20",
        ...         },
        ...         {
        ...             "origin": "Madrid",
        ...             "destination": "Lima",
        ...             "departure": "2025-10-03 12:00",
        ...             "arrival": "2025-10-03 17:10",
        ...         },
        ...     ],
        ...     min_connection_minutes=75,
        ... )
        {'feasible': False, 'layovers': [{'place': 'Madrid', 'minutes': 40}], 'problems': ['only 40 minutes in Madrid']}
        >>> check_itinerary(
        ...     legs=[
        ...         {
        ...             "origin": "Osaka",
        ...             "destination": "Haneda",
        ...             "departure": "2026-03-14 08:00",
        ...             "arrival": "2026-03-14 09:15",
        ...         },
        ...         {
        ...             "origin": "Narita",
        ...             "destination": "Sydney",
        ...             "departure": "2026-03-14 19:30",
        ...             "arrival": "2026-03-15 07:05",
        ...         },
        ...     ],
        ...     min_connection_minutes=120,
        ... )
        {'feasible': False, 'layovers': [{'place': 'Haneda', 'minutes': 615}], 'problems': ['arrives in Haneda, leaves from Narita']}
    """
    _in_range("legs length", len(legs), 2, 20)
    _in_range("min_connection_minutes", min_connection_minutes, 0, 1440)
    times = []
    for index, leg in enumerate(legs):
        _check_label(f"legs[{index}].origin", leg["origin"])
        _check_label(f"legs[{index}].destination", leg["destination"])
        departure = _moment(f"legs[{index}].departure", leg["departure"])
        times.append((departure, _moment(f"legs[{index}].arrival", leg["arrival"])))
    layovers: list[Layover] = []
    problems = []
    for (leg, following), ((_, arrival), (departure, _)) in zip(pairwise(legs), pairwise(times), strict=True):
        place = leg["destination"]
        minutes = int((departure - arrival).total_seconds() // 60)
        layovers.append({"place": place, "minutes": minutes})
        if following["origin"].strip().casefold() != place.strip().casefold():
            problems.append(f"arrives in {place}, leaves from {following['origin']}")
        if minutes < min_connection_minutes:
            problems.append(f"only {minutes} minutes in {place}")
    return {"feasible": not problems, "layovers": layovers, "problems": problems}


def settle_trip_expenses(expenses: list[TripExpense]) -> list[Transfer]:
    """Work out who pays whom back so that all travelers share the costs of a trip equally.

    Whoever owes most pays whoever is owed most, until all is settled.

    Args:
        expenses: 2 to 100 objects with traveler (name, 1 to 100 characters) and paid (what that person paid for
            the group, 0 to 10000000); several of one person are added up, those who paid nothing come with 0.

    Returns:
        The payments to make, each with `sender`, `receiver` and `amount` in the currency of the expenses, to 2
        decimals; cents that cannot be shared fall to the first travelers. Empty if nobody owes anything.

    Raises:
        ValueError: If there are too few or too many expenses, fewer than 2 travelers, a name is blank or too
            long, or an amount is out of its range.

    Examples:
        >>> settle_trip_expenses(
        ...     expenses=[
        ...         {"traveler": "Maya", "paid": 312.5},
        ...         {"traveler": "Leo", "paid": 84},
        ...         {"traveler": "Sam", "paid": 150.5},
        ...     ]
        ... )
        [{'sender': 'Leo', 'receiver': 'Maya', 'amount': 98.33}, {'sender': 'Sam', 'receiver': 'Maya', 'amount': 31.83}]
        >>> settle_trip_expenses(expenses=[{"traveler": "Ines", "paid": 96.4}, {"traveler": "Paul", "paid": 41.1}])
        [{'sender': 'Paul', 'receiver': 'Ines', 'amount': 27.65}]
        >>> settle_trip_expenses(
        ...     expenses=[
        ...         {"traveler": "Nora", "paid": 640},
        ...         {"traveler": "Finn", "paid": 0},
        ...         {"traveler": "Nora", "paid": 75},
        ...         {"traveler": "Aki", "paid": 218},
        ...     ]
        ... )
        [{'sender': 'Finn', 'receiver': 'Nora', 'amount': 311.0}, {'sender': 'Aki', 'receiver': 'Nora', 'amount': 93.0}]
    """
    _in_range("expenses length", len(expenses), 2, 100)
    cents: dict[str, int] = {}
    for index, expense in enumerate(expenses):
        name = expense["traveler"].strip()
        _check_label(f"expenses[{index}].traveler", name)
        _in_range(f"expenses[{index}].paid", expense["paid"], 0, 10_000_000)
        cents[name] = cents.get(name, 0) + round(expense["paid"] * 100)
    if len(cents) < 2:
        raise ValueError(f"expenses must be of at least 2 travelers, got {len(cents)}")
    share, spare = divmod(sum(cents.values()), len(cents))
    owed = {name: paid - share - (place < spare) for place, (name, paid) in enumerate(cents.items())}
    transfers: list[Transfer] = []
    while any(owed.values()):
        receiver, sender = max(owed, key=lambda name: owed[name]), min(owed, key=lambda name: owed[name])
        amount = min(owed[receiver], -owed[sender])
        owed[receiver] -= amount
        owed[sender] += amount
        transfers.append({"sender": sender, "receiver": receiver, "amount": amount / 100})
    return transfers


def jet_lag_recovery_days(
    time_zones_crossed: int, direction: Literal["east", "west"], hours_shifted_before: float = 0.0
) -> float:
    """Estimate how many days the body clock needs to adapt after a long flight.

    The body clock shifts 57 minutes a day after flights to the east and 92 after flights to the west
    (Aschoff and others, 1975).

    Args:
        time_zones_crossed: Hours of time difference between home and destination, 1 to 12.
        direction: Way of the flight: east or west.
        hours_shifted_before: Hours by which the bedtime was moved towards the destination's before the
            flight, 0 to the time zones crossed; 0 by default.

    Returns:
        The days until the body clock fits the destination, rounded to 1 decimal.

    Raises:
        ValueError: If an argument is out of its range or the direction is unknown.

    Examples:
        >>> jet_lag_recovery_days(time_zones_crossed=6, direction="east")
        6.3
        >>> jet_lag_recovery_days(time_zones_crossed=9, direction="west")
        5.9
        >>> jet_lag_recovery_days(time_zones_crossed=7, direction="east", hours_shifted_before=2.5)
        4.7
    """
    _in_range("time_zones_crossed", time_zones_crossed, 1, 12)
    _one_of("direction", direction, _CLOCK_SHIFT_MINUTES_A_DAY)
    _in_range("hours_shifted_before", hours_shifted_before, 0, time_zones_crossed)
    return round(60 * (time_zones_crossed - hours_shifted_before) / _CLOCK_SHIFT_MINUTES_A_DAY[direction], 1)
