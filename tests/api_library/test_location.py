"""Wrong and known values of the location functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import location

PARIS = {"lat": 48.8566, "lon": 2.3522}
ROME = {"lat": 41.9028, "lon": 12.4964}
SQUARE = [{"lat": 10, "lon": 10}, {"lat": 10, "lon": 20}, {"lat": 20, "lon": 20}, {"lat": 20, "lon": 10}]
AROUND_POLE = [{"lat": 80, "lon": 0}, {"lat": 80, "lon": 120}, {"lat": 80, "lon": -120}]
OCTANT = [{"lat": 0, "lon": 0}, {"lat": 0, "lon": 90}, {"lat": 90, "lon": 0}]
CAFE = {"name": "Cafe Rossi"} | ROME
LEG = {"start": PARIS, "bearing_degrees": 90, "distance": 200}
DMS = {"whole_degrees": 40, "minutes": 30, "direction": "north"}

WRONG = [
    (location.great_circle_course, {"start": PARIS | {"lat": 91}, "end": ROME}, "start"),
    (location.great_circle_course, {"start": PARIS, "end": ROME | {"lon": math.nan}}, "end"),
    (location.great_circle_course, {"start": PARIS, "end": PARIS}, "end"),
    (location.great_circle_course, {"start": PARIS, "end": {"lat": -48.8566, "lon": -177.6478}}, "end"),
    (location.destination_point, LEG | {"start": PARIS | {"lon": -181}}, "start"),
    (location.destination_point, LEG | {"bearing_degrees": 361}, "bearing_degrees"),
    (location.destination_point, LEG | {"distance": 0}, "distance"),
    (location.destination_point, LEG | {"unit": "leagues"}, "unit"),
    (location.encode_location_code, {"point": PARIS | {"lat": math.inf}, "system": "geohash"}, "point"),
    (location.encode_location_code, {"point": PARIS, "system": "utm"}, "system"),
    (location.encode_location_code, {"point": PARIS, "system": "geohash", "precision": "room"}, "precision"),
    (location.decode_location_code, {"code": "u09tvw", "system": "mgrs"}, "system"),
    (location.decode_location_code, {"code": "u09ta", "system": "geohash"}, "code"),
    (location.decode_location_code, {"code": "", "system": "geohash"}, "code"),
    (location.decode_location_code, {"code": "JN58t", "system": "maidenhead"}, "code"),
    (location.decode_location_code, {"code": "SN58td", "system": "maidenhead"}, "code"),
    (location.decode_location_code, {"code": "9G8F+6X", "system": "plus_code"}, "code"),
    (location.decode_location_code, {"code": "FFVC9G8F+6X", "system": "plus_code"}, "code"),
    (location.dms_to_decimal_degrees, DMS | {"whole_degrees": 91}, "whole_degrees"),
    (location.dms_to_decimal_degrees, DMS | {"whole_degrees": 90}, "whole_degrees"),
    (location.dms_to_decimal_degrees, DMS | {"minutes": 60}, "minutes"),
    (location.dms_to_decimal_degrees, DMS | {"direction": "up"}, "direction"),
    (location.dms_to_decimal_degrees, DMS | {"seconds": 60}, "seconds"),
    (location.dms_to_decimal_degrees, DMS | {"seconds": math.nan}, "seconds"),
    (location.bounding_box_of_points, {"points": []}, "points"),
    (location.bounding_box_of_points, {"points": [PARIS] * 201}, "points"),
    (location.bounding_box_of_points, {"points": [PARIS | {"lat": 86}]}, "points"),
    (location.bounding_box_of_points, {"points": [PARIS], "margin_km": -1}, "margin_km"),
    (location.nearest_places, {"origin": PARIS | {"lat": -91}, "places": [CAFE]}, "origin"),
    (location.nearest_places, {"origin": PARIS, "places": []}, "places"),
    (location.nearest_places, {"origin": PARIS, "places": [CAFE | {"name": " "}]}, "places"),
    (location.nearest_places, {"origin": PARIS, "places": [CAFE | {"lon": 200}]}, "places"),
    (location.nearest_places, {"origin": PARIS, "places": [CAFE], "count": 0}, "count"),
    (location.nearest_places, {"origin": PARIS, "places": [CAFE], "unit": "steps"}, "unit"),
    (location.is_inside_boundary, {"point": PARIS | {"lat": math.nan}, "boundary": SQUARE}, "point"),
    (location.is_inside_boundary, {"point": PARIS, "boundary": SQUARE[:2]}, "boundary"),
    (location.is_inside_boundary, {"point": PARIS, "boundary": SQUARE * 26}, "boundary"),
    (location.is_inside_boundary, {"point": PARIS, "boundary": [*SQUARE, {"lat": 15, "lon": -175}]}, "boundary"),
    (location.globe_area_of_boundary, {"boundary": SQUARE[:2]}, "boundary"),
    (location.globe_area_of_boundary, {"boundary": [*SQUARE, {"lat": 95, "lon": 0}]}, "boundary"),
    (location.globe_area_of_boundary, {"boundary": AROUND_POLE}, "boundary"),
    (location.globe_area_of_boundary, {"boundary": SQUARE, "unit": "football_fields"}, "unit"),
    (location.country_facts, {"country": "Atlantis", "facts": ["capital"]}, "country"),
    (location.country_facts, {"country": "Peru", "facts": []}, "facts"),
    (location.country_facts, {"country": "Peru", "facts": ["anthem"]}, "facts"),
    (location.country_facts, {"country": "Peru", "facts": ["capital", "capital"]}, "facts"),
    (location.check_postcode_format, {"postcode": " ", "country": "france"}, "postcode"),
    (location.check_postcode_format, {"postcode": "7" * 21, "country": "france"}, "postcode"),
    (location.check_postcode_format, {"postcode": "75008", "country": "narnia"}, "country"),
]

KNOWN = [
    # As GeographicLib has them on a sphere of the same radius.
    (
        location.great_circle_course,
        {"start": PARIS, "end": ROME},
        {"initial_bearing_degrees": 130.6, "compass_point": "SE", "midpoint": {"lat": 45.49166, "lon": 7.7374}},
    ),
    (
        location.great_circle_course,
        {"start": {"lat": 0, "lon": 170}, "end": {"lat": 0, "lon": -170}},
        {"initial_bearing_degrees": 90.0, "compass_point": "E", "midpoint": {"lat": 0.0, "lon": -180.0}},
    ),
    (location.destination_point, LEG, {"lat": 48.8243, "lon": 5.08475}),
    # 60 nautical miles are 111.12 kilometers, and a degree of a globe of mean radius has 111.195.
    (
        location.destination_point,
        {"start": {"lat": 0, "lon": 0}, "bearing_degrees": 0, "distance": 60, "unit": "nautical_miles"},
        {"lat": 0.99932, "lon": 0.0},
    ),
    # Known places: the geohash of Wikipedia's article, the office of ARRL (W1AW), examples of Open Location Code.
    (location.encode_location_code, {"point": {"lat": 57.64911, "lon": 10.40744}, "system": "geohash"}, "u4pruydqq"),
    (
        location.encode_location_code,
        {"point": {"lat": 41.714775, "lon": -72.727260}, "system": "maidenhead", "precision": "town"},
        "FN31pr",
    ),
    (
        location.encode_location_code,
        {"point": {"lat": 47.365590, "lon": 8.524997}, "system": "plus_code"},
        "8FVC9G8F+6X",
    ),
    (
        location.encode_location_code,
        {"point": {"lat": 20.375, "lon": 2.775}, "system": "plus_code", "precision": "town"},
        "7FG49Q00+",
    ),
    (
        location.encode_location_code,
        {"point": {"lat": 90, "lon": 180}, "system": "plus_code", "precision": "street"},
        "C2X2X2X2+",
    ),
    (
        location.decode_location_code,
        {"code": "7fg49q00+", "system": "plus_code"},
        {"center": {"lat": 20.375, "lon": 2.775}, "height_meters": 5559.8, "width_meters": 5211.9},
    ),
    (
        location.decode_location_code,
        {"code": "JJ00", "system": "maidenhead"},
        {"center": {"lat": 0.5, "lon": 1.0}, "height_meters": 111195.1, "width_meters": 222381.7},
    ),
    (
        location.decode_location_code,
        {"code": "S", "system": "geohash"},
        {"center": {"lat": 22.5, "lon": 22.5}, "height_meters": 5003778.6, "width_meters": 4622888.6},
    ),
    (location.dms_to_decimal_degrees, DMS, 40.5),
    (location.dms_to_decimal_degrees, {"whole_degrees": 180, "minutes": 0, "direction": "west"}, -180.0),
    (
        location.bounding_box_of_points,
        {"points": [PARIS, ROME]},
        {"south": 41.9028, "west": 2.3522, "north": 48.8566, "east": 12.4964},
    ),
    (
        location.bounding_box_of_points,
        {"points": [{"lat": 0, "lon": 179.5}], "margin_km": 111.19508},
        {"south": -1.0, "west": 178.49985, "north": 1.0, "east": -179.49985},
    ),
    (
        location.nearest_places,
        {"origin": {"lat": 0, "lon": 0}, "places": [CAFE, {"name": "Null Pier", "lat": 0, "lon": 1}], "count": 5},
        [{"name": "Null Pier", "distance": 111.2}, {"name": "Cafe Rossi", "distance": 4825.2}],
    ),
    (location.is_inside_boundary, {"point": {"lat": 15, "lon": 15}, "boundary": SQUARE}, True),
    (location.is_inside_boundary, {"point": {"lat": 15, "lon": 20}, "boundary": SQUARE}, True),
    (location.is_inside_boundary, {"point": {"lat": 10, "lon": 20.1}, "boundary": SQUARE}, False),
    # An eighth of the globe, 4 * pi * 6371.0088 ** 2 / 8.
    (location.globe_area_of_boundary, {"boundary": OCTANT}, 63758235.12),
    (location.globe_area_of_boundary, {"boundary": SQUARE[::-1]}, 1195196.2),
    (
        location.country_facts,
        {"country": "Brazil", "facts": ["capital", "currency", "calling_code", "driving_side", "internet_domain"]},
        {
            "capital": "Brasília",
            "currency": "Brazilian real (BRL)",
            "calling_code": "+55",
            "driving_side": "right",
            "internet_domain": ".br",
        },
    ),
    *(
        (
            location.check_postcode_format,
            {"postcode": postcode, "country": country},
            {"valid": bool(formatted), "formatted": formatted},
        )
        for country, postcode, formatted in (
            ("australia", "3000", "3000"),
            ("brazil", "01310100", "01310-100"),
            ("canada", "m5v 3l9", "M5V 3L9"),
            ("france", "75 008", "75008"),
            ("germany", "00123", None),
            ("india", "110 001", "110001"),
            ("india", "900 056", "900056"),
            ("netherlands", "1012ab", "1012 AB"),
            ("netherlands", "1012 SS", None),
            ("poland", "00950", "00-950"),
            ("sweden", "11455", "114 55"),
            ("united_kingdom", "EC1A1BB", "EC1A 1BB"),
            ("united_kingdom", "DN55 1PT", "DN55 1PT"),
            ("united_kingdom", "SW1A 2CA", None),
            ("united_states", "9410", None),
        )
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected
