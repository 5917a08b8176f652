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
        # A hexagon of side 2 is 6 triangles of area sqrt(3); a square around a circle of radius 5 has side 10.
        (
            geometry.regular_polygon_measurements,
            {"sides": 6, "known_length": 2},
            {"side": 2.0, "perimeter": 12.0, "area": 10.3923, "corner_angle_degrees": 120.0},
        ),
        (
            geometry.regular_polygon_measurements,
            {"sides": 6, "known_length": 2, "known_as": "circumradius"},
            {"side": 2.0, "perimeter": 12.0, "area": 10.3923, "corner_angle_degrees": 120.0},
        ),
        (
            geometry.regular_polygon_measurements,
            {"sides": 4, "known_length": 5, "known_as": "inradius"},
            {"side": 10.0, "perimeter": 40.0, "area": 100.0, "corner_angle_degrees": 90.0},
        ),
        # A square on its corner, once around each way; a 3 by 4 by 5 rhomboid; a right kite; no kind at all.
        (
            geometry.classify_quadrilateral,
            points((3, 0), (7, 3), (4, 7), (0, 4)),
            {"kind": "square", "perimeter": 20.0, "area": 25.0},
        ),
        (
            geometry.classify_quadrilateral,
            points((0, 0), (3, 4), (13, 4), (10, 0)),
            {"kind": "parallelogram", "perimeter": 30.0, "area": 40.0},
        ),
        (
            geometry.classify_quadrilateral,
            points((4, 0), (0, 3), (-4, 0), (0, -3)),
            {"kind": "rhombus", "perimeter": 20.0, "area": 24.0},
        ),
        (
            geometry.classify_quadrilateral,
            points((-5, 0), (0, 12), (9, 0), (0, -12)),
            {"kind": "kite", "perimeter": 56.0, "area": 168.0},
        ),
        (
            geometry.classify_quadrilateral,
            points((0, 0), (6, 0), (8, 3), (1, 7)),
            {"kind": "irregular", "perimeter": 24.7389, "area": 35.5},
        ),
        (geometry.rotate_point, {"point": point(3, 4), "angle_degrees": 180, "center": point(1, 1)}, point(-1, -2)),
        (
            geometry.rotate_point,
            {"point": point(1, 0), "angle_degrees": 90, "direction": "clockwise"},
            point(0, -1),
        ),
        (geometry.rotate_point, {"point": point(7, -2.5), "angle_degrees": 360}, point(7, -2.5)),
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
        (geometry.regular_polygon_measurements, {"sides": 2, "known_length": 5}, "sides"),
        (geometry.regular_polygon_measurements, {"sides": 6, "known_length": 0}, "known_length"),
        (geometry.regular_polygon_measurements, {"sides": 6, "known_length": 5, "known_as": "area"}, "known_as"),
        (geometry.classify_quadrilateral, points((0, 0), (4, 0), (4, 4)), "corners"),
        (geometry.classify_quadrilateral, points((0, 0), (4, NAN), (4, 4), (0, 4)), "corners"),
        (geometry.classify_quadrilateral, points((0, 0), (4, 4), (4, 0), (0, 4)), "corners"),
        (geometry.classify_quadrilateral, points((0, 0), (2, 0), (4, 0), (2, 5)), "corners"),
        (geometry.classify_quadrilateral, points((0, 0), (0, 0), (4, 1), (2, 5)), "corners"),
        (geometry.rotate_point, {"point": point(INF, 1), "angle_degrees": 30}, "point"),
        (geometry.rotate_point, {"point": point(2, 1), "angle_degrees": 361}, "angle_degrees"),
        (geometry.rotate_point, {"point": point(2, 1), "angle_degrees": 30, "center": point(0, 2e6)}, "center"),
        (geometry.rotate_point, {"point": point(2, 1), "angle_degrees": 30, "direction": "left"}, "direction"),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)
