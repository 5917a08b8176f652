"""Tests of the geometry functions: known values from textbooks, and wrong values."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import geometry

Function = Callable[..., Any]
NAN, INF = float("nan"), float("inf")


def point(x: float, y: float) -> dict[str, float]:
    return {"x": x, "y": y}


def points(*pairs: tuple[float, float]) -> dict[str, list[dict[str, float]]]:
    return {"corners": [point(*pair) for pair in pairs]}


def triangle(a: float, b: float, c: float) -> dict[str, float]:
    return {"side_a": a, "side_b": b, "side_c": c}


@pytest.mark.parametrize(
    ("function", "kwargs", "expected"),
    [
        (
            geometry.circle_measurements,
            {"known_length": 10, "known_as": "radius"},
            {"radius": 10.0, "circumference": 62.8319, "area": 314.1593},
        ),
        (
            geometry.circle_measurements,
            {"known_length": 62.83185307179586, "known_as": "circumference"},
            {"radius": 10.0, "circumference": 62.8319, "area": 314.1593},
        ),
        (geometry.round_solid_volume, {"solid": "cylinder", "radius": 10, "height": 10}, 3141.5927),
        (geometry.round_solid_volume, {"solid": "cone", "radius": 10, "height": 30}, 3141.5927),
        (geometry.round_solid_volume, {"solid": "sphere", "radius": 10}, 4188.7902),
        (
            geometry.box_volume_and_surface_area,
            {"length": 3, "width": 4, "height": 5},
            {"volume": 60.0, "surface_area": 94.0},
        ),
        # The triangle 13-14-15 has the area 84; its angle opposite 15 has the cosine 5/13.
        (
            geometry.describe_triangle_from_sides,
            triangle(15, 13, 14),
            {"area": 84.0, "perimeter": 42.0, "largest_angle_degrees": 67.3801, "kind": "scalene"},
        ),
        # Side 6: area 9 * sqrt(3).
        (
            geometry.describe_triangle_from_sides,
            triangle(6, 6, 6),
            {"area": 15.5885, "perimeter": 18.0, "largest_angle_degrees": 60.0, "kind": "equilateral"},
        ),
        (
            geometry.distance_between_points,
            {"first_point": point(-1, -2), "second_point": point(2, 2)},
            5.0,
        ),
        (
            geometry.distance_between_points,
            {"first_point": point(-1, -2), "second_point": point(2, 2), "route": "grid"},
            7.0,
        ),
        (
            geometry.polygon_area,
            points((3, 4), (5, 11), (12, 8), (9, 5), (5, 6)),
            30.0,
        ),  # a textbook shoelace
        (geometry.polygon_area, points((0, 0), (0, 10), (10, 10), (10, 0)), 100.0),  # clockwise
        (geometry.polygon_area, points((0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)), 6.0),  # L shape
        (geometry.polygon_area, points((0, 0), (4, 0), (4, 3), (0, 0)), 6.0),  # closed with the first corner
    ],
)
def test_known_values(function: Function, kwargs: dict[str, Any], expected: object) -> None:
    assert function(**kwargs) == expected


def test_polygon_of_many_corners_nears_the_circle() -> None:
    turns = [math.tau * step / 100 for step in range(100)]
    area = geometry.polygon_area([{"x": 50 * math.cos(turn), "y": 50 * math.sin(turn)} for turn in turns])
    assert area == pytest.approx(100 / 2 * 50**2 * math.sin(math.tau / 100), abs=1e-4)


BOX = {"length": 30, "width": 20, "height": 10}


@pytest.mark.parametrize(
    ("function", "kwargs", "argument"),
    [
        (geometry.circle_measurements, {"known_length": 0, "known_as": "radius"}, "known_length"),
        (geometry.circle_measurements, {"known_length": INF, "known_as": "radius"}, "known_length"),
        (geometry.circle_measurements, {"known_length": 5, "known_as": "chord"}, "known_as"),
        (geometry.round_solid_volume, {"solid": "pyramid", "radius": 5, "height": 6}, "solid"),
        (geometry.round_solid_volume, {"solid": "cone", "radius": -5, "height": 6}, "radius"),
        (geometry.round_solid_volume, {"solid": "cylinder", "radius": 5}, "height"),
        (geometry.round_solid_volume, {"solid": "cone", "radius": 5, "height": NAN}, "height"),
        (geometry.round_solid_volume, {"solid": "sphere", "radius": 5, "height": 6}, "height"),
        (geometry.box_volume_and_surface_area, BOX | {"length": 0}, "length"),
        (geometry.box_volume_and_surface_area, BOX | {"width": -2}, "width"),
        (geometry.box_volume_and_surface_area, BOX | {"height": 2e6}, "height"),
        (geometry.describe_triangle_from_sides, triangle(0, 4, 5), "side_a"),
        (geometry.describe_triangle_from_sides, triangle(3, 10, 5), "side_b"),
        (geometry.describe_triangle_from_sides, triangle(0.1, 0.2, 0.3), "side_c"),
        (
            geometry.distance_between_points,
            {"first_point": point(NAN, 0), "second_point": point(1, 2)},
            "first_point",
        ),
        (
            geometry.distance_between_points,
            {"first_point": point(5, 0), "second_point": point(1, 2e6)},
            "second_point",
        ),
        (
            geometry.distance_between_points,
            {"first_point": point(5, 0), "second_point": point(1, 2), "route": "scenic"},
            "route",
        ),
        (geometry.polygon_area, points((0, 0), (4, 4)), "corners"),
        (geometry.polygon_area, points(*[(n, n * n) for n in range(101)]), "corners"),
        (geometry.polygon_area, points((0, 0), (4, INF), (6, 1)), "corners"),
        (geometry.polygon_area, points((0, 0), (4, 4), (4, 0), (0, 4)), "corners"),
        (geometry.polygon_area, points((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)), "corners"),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)
