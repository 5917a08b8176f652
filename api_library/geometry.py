"""Geometry: circles, solids, triangles, quadrilaterals, distances and polygons."""

import math
from itertools import combinations, pairwise
from typing import Literal, TypedDict, get_args

CircleLength = Literal["radius", "diameter", "circumference"]
RoundSolid = Literal["cylinder", "cone", "sphere"]
Route = Literal["straight", "grid"]
PolygonLength = Literal["side", "circumradius", "inradius"]
Direction = Literal["counterclockwise", "clockwise"]

_RADIUS_SHARE = {"radius": 1.0, "diameter": 0.5, "circumference": 0.5 / math.pi}


class Point(TypedDict):
    """A point on a flat plane."""

    x: float
    y: float


class Quadrilateral(TypedDict):
    """What classify_quadrilateral returns."""

    kind: str
    perimeter: float
    area: float


def _check_lengths(**lengths: float) -> None:
    for name, length in lengths.items():
        if not 0.001 <= length <= 1_000_000:
            raise ValueError(f"{name} must be between 0.001 and 1000000, got {length}")


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _check_point(name: str, point: Point) -> None:
    for axis, value in (("x", point["x"]), ("y", point["y"])):
        if not -1_000_000 <= value <= 1_000_000:
            raise ValueError(f"{name}.{axis} must be between -1000000 and 1000000, got {value}")


def _turn(origin: Point, first: Point, second: Point) -> float:
    """Cross product: above 0 for a left turn from the first point to the second, seen from the origin."""
    return (first["x"] - origin["x"]) * (second["y"] - origin["y"]) - (first["y"] - origin["y"]) * (
        second["x"] - origin["x"]
    )


def _cross(edge: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    return _turn(*edge, other[0]) * _turn(*edge, other[1]) < 0 and _turn(*other, edge[0]) * _turn(*other, edge[1]) < 0


def _quadrilateral_kind(corners: list[Point]) -> str:
    """Name a quadrilateral whose edges do not cross; lengths and directions count as equal to 6 digits."""
    a, b, c, d = ((end["x"] - start["x"], end["y"] - start["y"]) for start, end in pairwise([*corners, corners[0]]))

    def same(first: tuple[float, float], second: tuple[float, float]) -> bool:
        return math.isclose(math.hypot(*first), math.hypot(*second), rel_tol=1e-6)

    def parallel(first: tuple[float, float], second: tuple[float, float]) -> bool:
        across = first[0] * second[1] - first[1] * second[0]
        return abs(across) <= 1e-6 * math.hypot(*first) * math.hypot(*second)

    square_corner = abs(a[0] * b[0] + a[1] * b[1]) <= 1e-6 * math.hypot(*a) * math.hypot(*b)
    if parallel(a, c) and parallel(b, d):
        if same(a, b):
            return "square" if square_corner else "rhombus"
        return "rectangle" if square_corner else "parallelogram"
    if (same(a, b) and same(c, d)) or (same(b, c) and same(d, a)):
        return "kite"
    return "trapezoid" if parallel(a, c) or parallel(b, d) else "irregular"


def circle_measurements(known_length: float, known_as: CircleLength) -> dict[str, float]:
    """Compute the radius, circumference and area of a circle from one known length.

    Args:
        known_length: The length that is known, in any unit, 0.001 to 1000000.
        known_as: What the length is: radius, diameter (width across) or circumference (distance around).

    Returns:
        A dict with radius and circumference (same unit) and area (unit squared), rounded to 4 decimals.

    Raises:
        ValueError: If known_length is out of its range or known_as is unknown.

    Examples:
        >>> circle_measurements(known_length=7.5, known_as="radius")
        {'radius': 7.5, 'circumference': 47.1239, 'area': 176.7146}
        >>> circle_measurements(known_length=32, known_as="diameter")
        {'radius': 16.0, 'circumference': 100.531, 'area': 804.2477}
        >>> circle_measurements(known_length=400, known_as="circumference")
        {'radius': 63.662, 'circumference': 400.0, 'area': 12732.3954}
    """
    _check_lengths(known_length=known_length)
    _check_choice("known_as", known_as, CircleLength)
    radius = known_length * _RADIUS_SHARE[known_as]
    return {
        "radius": round(radius, 4),
        "circumference": round(math.tau * radius, 4),
        "area": round(math.pi * radius**2, 4),
    }


def round_solid_volume(solid: RoundSolid, radius: float, height: float | None = None) -> float:
    """Compute the volume of a cylinder, cone or sphere.

    Args:
        solid: The kind of body: cylinder (can, pipe, round tank), cone or sphere (ball).
        radius: Radius of the base or of the sphere, half the diameter, in any unit, 0.001 to 1000000.
        height: Height of the cylinder or cone in the same unit, 0.001 to 1000000; leave out for a sphere.

    Returns:
        The volume in cubed units of the lengths, rounded to 4 decimals.

    Raises:
        ValueError: If a length is out of its range, solid is unknown, or height is missing or not wanted.

    Examples:
        >>> round_solid_volume(solid="cylinder", radius=3.5, height=12)
        461.8141
        >>> round_solid_volume(solid="cone", radius=4, height=10.5)
        175.9292
        >>> round_solid_volume(solid="sphere", radius=11)
        5575.2798
    """
    _check_choice("solid", solid, RoundSolid)
    _check_lengths(radius=radius)
    if solid == "sphere":
        if height is not None:
            raise ValueError(f"height must be left out for a sphere, got {height}")
        return round(4 / 3 * math.pi * radius**3, 4)
    if height is None:
        raise ValueError(f"height must be given for a {solid}")
    _check_lengths(height=height)
    cylinder = math.pi * radius**2 * height
    return round(cylinder if solid == "cylinder" else cylinder / 3, 4)


def box_volume_and_surface_area(length: float, width: float, height: float) -> dict[str, float]:
    """Compute the volume and the outer surface area of a rectangular box.

    Args:
        length: Length of the box in any unit, 0.001 to 1000000.
        width: Width of the box in the same unit, 0.001 to 1000000.
        height: Height of the box in the same unit, 0.001 to 1000000.

    Returns:
        A dict with volume (unit cubed) and surface_area (all six faces, unit squared), rounded to 4 decimals.

    Raises:
        ValueError: If a length is out of its range.

    Examples:
        >>> box_volume_and_surface_area(length=60, width=35, height=40)
        {'volume': 84000.0, 'surface_area': 11800.0}
        >>> box_volume_and_surface_area(length=2.4, width=1.8, height=0.75)
        {'volume': 3.24, 'surface_area': 14.94}
        >>> box_volume_and_surface_area(length=12.5, width=9, height=4.2)
        {'volume': 472.5, 'surface_area': 405.6}
    """
    _check_lengths(length=length, width=width, height=height)
    return {
        "volume": round(float(length * width * height), 4),
        "surface_area": round(2.0 * (length * width + length * height + width * height), 4),
    }


def describe_triangle_from_sides(side_a: float, side_b: float, side_c: float) -> dict[str, float | str]:
    """Compute the area, perimeter, largest angle and kind of a triangle from its three sides.

    Args:
        side_a: Length of one side in any unit, 0.001 to 1000000.
        side_b: Length of another side in the same unit, 0.001 to 1000000.
        side_c: Length of the third side in the same unit, 0.001 to 1000000.

    Returns:
        A dict with area (unit squared, Heron's formula), perimeter, largest_angle_degrees, each rounded to 4
        decimals, and kind (equilateral, isosceles or scalene).

    Raises:
        ValueError: If a side is out of its range or as long as the other two together or longer.

    Examples:
        >>> describe_triangle_from_sides(side_a=20, side_b=21, side_c=29)
        {'area': 210.0, 'perimeter': 70.0, 'largest_angle_degrees': 90.0, 'kind': 'scalene'}
        >>> describe_triangle_from_sides(side_a=8.5, side_b=8.5, side_c=8)
        {'area': 30.0, 'perimeter': 25.0, 'largest_angle_degrees': 61.9275, 'kind': 'isosceles'}
        >>> describe_triangle_from_sides(side_a=40, side_b=26, side_c=22)
        {'area': 264.0, 'perimeter': 88.0, 'largest_angle_degrees': 112.6199, 'kind': 'scalene'}
    """
    sides = {"side_a": side_a, "side_b": side_b, "side_c": side_c}
    _check_lengths(**sides)
    (_, short), (_, middle), (name, long) = sorted(sides.items(), key=lambda side: side[1])
    slack = short - (long - middle)
    if slack <= 1e-9 * long:
        raise ValueError(f"{name} must be shorter than the other two sides together, got {long}")
    perimeter = float(side_a + side_b + side_c)
    sixteenth_area_squared = perimeter * slack * (short + (long - middle)) * (long + (middle - short))
    area = math.sqrt(sixteenth_area_squared) / 4
    cosine_part = short**2 + middle**2 - long**2
    return {
        "area": round(area, 4),
        "perimeter": round(perimeter, 4),
        "largest_angle_degrees": round(math.degrees(math.atan2(4 * area, cosine_part)), 4),
        "kind": ("equilateral", "isosceles", "scalene")[len(set(sides.values())) - 1],
    }


def distance_between_points(first_point: Point, second_point: Point, route: Route = "straight") -> float:
    """Compute the distance between two points given by their x and y coordinates.

    Args:
        first_point: Where the route starts; x and y are flat coordinates, -1000000 to 1000000 each.
        second_point: Where the route ends; x and y are in the same unit and range.
        route: straight (as the crow flies) or grid (along the axes, city blocks); straight if left out.

    Returns:
        The distance in the unit of the coordinates, rounded to 4 decimals.

    Raises:
        ValueError: If a coordinate is out of its range or route is unknown.

    Examples:
        >>> distance_between_points(first_point={"x": 2, "y": -1}, second_point={"x": 10, "y": 14})
        17.0
        >>> distance_between_points(
        ...     first_point={"x": 3, "y": 8}, second_point={"x": -4, "y": 13}, route="grid"
        ... )
        12.0
        >>> distance_between_points(first_point={"x": -6.5, "y": 4}, second_point={"x": 1.5, "y": 9.2})
        9.5415
    """
    _check_point("first_point", first_point)
    _check_point("second_point", second_point)
    _check_choice("route", route, Route)
    across, along = second_point["x"] - first_point["x"], second_point["y"] - first_point["y"]
    return round(math.hypot(across, along) if route == "straight" else float(abs(across) + abs(along)), 4)


def polygon_area(corners: list[Point]) -> float:
    """Compute the area of a flat polygon, such as a floor plan, from the x and y coordinates of its corners.

    Args:
        corners: 3 to 100 corners in order around the edge, either way; each has x and y coordinates in the
            same unit, -1000000 to 1000000. Edges must not cross.

    Returns:
        The area in squared units of the coordinates (shoelace formula), rounded to 4 decimals.

    Raises:
        ValueError: If there are too few or too many corners, a coordinate is out of its range, edges cross
            or the area is zero.

    Examples:
        >>> polygon_area(corners=[{"x": 0, "y": 0}, {"x": 25, "y": 0}, {"x": 25, "y": 18}, {"x": 0, "y": 12}])
        375.0
        >>> polygon_area(corners=[{"x": 1, "y": 2}, {"x": 4, "y": 9}, {"x": 11, "y": 3}])
        33.5
        >>> polygon_area(
        ...     corners=[
        ...         {"x": -3, "y": 5},
        ...         {"x": 6.5, "y": 5},
        ...         {"x": 8, "y": 10},
        ...         {"x": 2, "y": 14},
        ...         {"x": -4, "y": 7},
        ...     ]
        ... )
        70.25
    """
    if not 3 <= len(corners) <= 100:
        raise ValueError(f"corners must have 3 to 100 points, got {len(corners)}")
    for index, corner in enumerate(corners):
        _check_point(f"corners[{index}]", corner)
    edges = list(pairwise([*corners, corners[0]]))
    if any(_cross(edge, other) for edge, other in combinations(edges, 2)):
        raise ValueError("corners must be in order around the polygon, the edges between them cross")
    area = round(abs(sum(_turn(corners[0], *edge) for edge in edges)) / 2, 4)
    if area == 0:
        raise ValueError("corners must enclose an area, but they all lie on one line")
    return area


def regular_polygon_measurements(sides: int, known_length: float, known_as: PolygonLength = "side") -> dict[str, float]:
    """Compute the side, perimeter, area and corner angle of a regular polygon, such as a hexagon.

    Args:
        sides: Number of equal sides, 3 to 1000 (6 is a hexagon, 8 an octagon).
        known_length: The length that is known, in any unit, 0.001 to 1000000.
        known_as: What the length is: side (one edge), circumradius (center to corner) or inradius (center to
            the middle of a side, apothem); side if left out.

    Returns:
        A dict with side and perimeter (same unit), area (unit squared) and corner_angle_degrees (inside
        angle), rounded to 4 decimals.

    Raises:
        ValueError: If an argument is out of its range or known_as is unknown.

    Examples:
        >>> regular_polygon_measurements(sides=6, known_length=4.5)
        {'side': 4.5, 'perimeter': 27.0, 'area': 52.611, 'corner_angle_degrees': 120.0}
        >>> regular_polygon_measurements(sides=5, known_length=12, known_as="circumradius")
        {'side': 14.1068, 'perimeter': 70.5342, 'area': 342.3803, 'corner_angle_degrees': 108.0}
        >>> regular_polygon_measurements(sides=8, known_length=30, known_as="inradius")
        {'side': 24.8528, 'perimeter': 198.8225, 'area': 2982.3376, 'corner_angle_degrees': 135.0}
    """
    if not 3 <= sides <= 1000:
        raise ValueError(f"sides must be between 3 and 1000, got {sides}")
    _check_lengths(known_length=known_length)
    _check_choice("known_as", known_as, PolygonLength)
    half_turn = math.pi / sides
    factors = {"side": 1.0, "circumradius": 2 * math.sin(half_turn), "inradius": 2 * math.tan(half_turn)}
    side = known_length * factors[known_as]
    return {
        "side": round(side, 4),
        "perimeter": round(sides * side, 4),
        "area": round(sides * side**2 / (4 * math.tan(half_turn)), 4),
        "corner_angle_degrees": round(180 - 360 / sides, 4),
    }


def classify_quadrilateral(corners: list[Point]) -> Quadrilateral:
    """Tell what kind of figure four corner points form, such as a rhombus or a kite.

    Args:
        corners: The 4 corners in order around the edge, either way; each has x and y coordinates in the same
            unit, -1000000 to 1000000. Edges must not cross and no three corners in a row lie on one line.

    Returns:
        An object with kind (the first that fits of square, rectangle, rhombus, parallelogram, kite, trapezoid
        and irregular), perimeter (in the unit of the coordinates) and area (squared unit), rounded to 4 decimals.

    Raises:
        ValueError: If there are not 4 corners, a coordinate is out of its range, edges cross, or corners lie
            on one line.

    Examples:
        >>> classify_quadrilateral(corners=[{"x": 0, "y": 3}, {"x": 4, "y": 0}, {"x": 8, "y": 3}, {"x": 4, "y": 6}])
        {'kind': 'rhombus', 'perimeter': 20.0, 'area': 24.0}
        >>> classify_quadrilateral(
        ...     corners=[{"x": -2, "y": 0}, {"x": 9, "y": 0}, {"x": 6, "y": 4}, {"x": 1, "y": 4}]
        ... )
        {'kind': 'trapezoid', 'perimeter': 26.0, 'area': 32.0}
        >>> classify_quadrilateral(
        ...     corners=[{"x": 1, "y": 1}, {"x": 7, "y": 9}, {"x": 3, "y": 12}, {"x": -3, "y": 4}]
        ... )
        {'kind': 'rectangle', 'perimeter': 30.0, 'area': 50.0}
        >>> classify_quadrilateral(corners=[{"x": 0, "y": 5}, {"x": 3, "y": 0}, {"x": 0, "y": -9}, {"x": -3, "y": 0}])
        {'kind': 'kite', 'perimeter': 30.6356, 'area': 42.0}
    """
    if len(corners) != 4:
        raise ValueError(f"corners must have 4 points, got {len(corners)}")
    for index, corner in enumerate(corners):
        _check_point(f"corners[{index}]", corner)
    edges = list(pairwise([*corners, corners[0]]))
    lengths = [math.dist((start["x"], start["y"]), (end["x"], end["y"])) for start, end in edges]
    for index in range(4):
        turn = _turn(corners[index - 2], corners[index - 1], corners[index])
        if abs(turn) <= 1e-9 * lengths[index - 2] * lengths[index - 1]:
            raise ValueError(f"corners[{(index - 1) % 4}] must not lie on one line with the corners beside it")
    if any(_cross(edge, other) for edge, other in combinations(edges, 2)):
        raise ValueError("corners must be in order around the figure, the edges between them cross")
    return {
        "kind": _quadrilateral_kind(corners),
        "perimeter": round(math.fsum(lengths), 4),
        "area": round(abs(sum(_turn(corners[0], *edge) for edge in edges)) / 2, 4),
    }


def rotate_point(
    point: Point, angle_degrees: float, center: Point | None = None, direction: Direction = "counterclockwise"
) -> Point:
    """Find where a point ends up when it is turned around another point.

    Args:
        point: The point to turn; x and y are flat coordinates, -1000000 to 1000000 each.
        angle_degrees: Angle to turn by in degrees, 0 to 360.
        center: The point to turn around, with x and y in the same unit and range; the origin if left out.
        direction: counterclockwise (anticlockwise, to the left) or clockwise; counterclockwise if left out.

    Returns:
        The x and y of the turned point, rounded to 4 decimals.

    Raises:
        ValueError: If a coordinate or the angle is out of its range or direction is unknown.

    Examples:
        >>> rotate_point(point={"x": 6, "y": 2.5}, angle_degrees=90)
        {'x': -2.5, 'y': 6.0}
        >>> rotate_point(point={"x": 5, "y": 1}, angle_degrees=30, center={"x": 2, "y": -3})
        {'x': 2.5981, 'y': 1.9641}
        >>> rotate_point(point={"x": -4, "y": 7}, angle_degrees=45, direction="clockwise")
        {'x': 2.1213, 'y': 7.7782}
        >>> rotate_point(
        ...     point={"x": 12, "y": 8}, angle_degrees=135, center={"x": 10, "y": 3}, direction="clockwise"
        ... )
        {'x': 12.1213, 'y': -1.9497}
    """
    _check_point("point", point)
    if not 0 <= angle_degrees <= 360:
        raise ValueError(f"angle_degrees must be between 0 and 360, got {angle_degrees}")
    _check_choice("direction", direction, Direction)
    middle: Point = {"x": 0.0, "y": 0.0} if center is None else center
    _check_point("center", middle)
    angle = math.radians(angle_degrees if direction == "counterclockwise" else -angle_degrees)
    across, along = point["x"] - middle["x"], point["y"] - middle["y"]
    return {
        "x": round(middle["x"] + across * math.cos(angle) - along * math.sin(angle), 4) + 0.0,
        "y": round(middle["y"] + across * math.sin(angle) + along * math.cos(angle), 4) + 0.0,
    }
