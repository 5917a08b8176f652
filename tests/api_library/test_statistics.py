"""Wrong and known values of the statistics functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import statistics

LINE = [{"x": 0, "y": 1}, {"x": 2, "y": 5}]
# Anscombe's first data set: its statistics are published.
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE_Y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
ANSCOMBE = [{"x": x, "y": y} for x, y in zip(ANSCOMBE_X, ANSCOMBE_Y, strict=True)]

WRONG = [
    (statistics.summarize_numbers, {"numbers": []}, "numbers"),
    (statistics.summarize_numbers, {"numbers": [4, math.nan]}, "numbers"),
    (statistics.summarize_numbers, {"numbers": [4] * 1001}, "numbers"),
    (statistics.standard_deviation, {"numbers": [4]}, "numbers"),
    (statistics.standard_deviation, {"numbers": [4, math.inf]}, "numbers"),
    (statistics.standard_deviation, {"numbers": [4, 7], "kind": "biased"}, "kind"),
    (statistics.percentile_value, {"numbers": [], "percent": 50}, "numbers"),
    (statistics.percentile_value, {"numbers": [4, 7], "percent": 101}, "percent"),
    (
        statistics.correlation_coefficient,
        {"first_values": [4, 7], "second_values": [1, 2, 3]},
        "second_values",
    ),
    (statistics.correlation_coefficient, {"first_values": [4], "second_values": [1]}, "first_values"),
    (statistics.correlation_coefficient, {"first_values": [4, 4], "second_values": [1, 2]}, "first_values"),
    (
        statistics.correlation_coefficient,
        {"first_values": [1, 2], "second_values": [0, 5e-324]},
        "second_values",
    ),
    (
        statistics.correlation_coefficient,
        {"first_values": [4, 7], "second_values": [1, 2], "method": "kendall"},
        "method",
    ),
    (statistics.fit_trend_line, {"points": LINE[:1]}, "points"),
    (statistics.fit_trend_line, {"points": [{"x": 3, "y": 1}, {"x": 3, "y": 5}]}, "points"),
    (statistics.fit_trend_line, {"points": [{"x": 3, "y": 1}, {"x": 4, "y": math.nan}]}, "points"),
    (statistics.fit_trend_line, {"points": LINE, "predict_at": math.inf}, "predict_at"),
    (statistics.moving_average, {"numbers": [4, 7], "window_size": 3}, "window_size"),
    (statistics.moving_average, {"numbers": [4, 7], "window_size": 0}, "window_size"),
    (statistics.moving_average, {"numbers": [], "window_size": 1}, "numbers"),
    (
        statistics.z_score,
        {"value": 4, "group_mean": 3, "group_standard_deviation": 0},
        "group_standard_deviation",
    ),
    (statistics.z_score, {"value": math.nan, "group_mean": 3, "group_standard_deviation": 2}, "value"),
    (statistics.z_score, {"value": 4, "group_mean": 2e12, "group_standard_deviation": 2}, "group_mean"),
]

KNOWN = [
    (
        statistics.summarize_numbers,
        {"numbers": ANSCOMBE_Y},
        {"count": 11, "mean": 7.5009, "median": 7.58, "minimum": 4.26, "maximum": 10.84},
    ),
    (statistics.standard_deviation, {"numbers": ANSCOMBE_X}, 3.3166),
    (statistics.standard_deviation, {"numbers": ANSCOMBE_X, "kind": "population"}, 3.1623),
    (statistics.percentile_value, {"numbers": ANSCOMBE_X, "percent": 0}, 4.0),
    (statistics.percentile_value, {"numbers": ANSCOMBE_X, "percent": 100}, 14.0),
    (statistics.percentile_value, {"numbers": ANSCOMBE_X, "percent": 75}, 11.5),
    (statistics.correlation_coefficient, {"first_values": ANSCOMBE_X, "second_values": ANSCOMBE_Y}, 0.8164),
    (
        statistics.correlation_coefficient,
        {"first_values": [1, 2, 2, 4], "second_values": [10, 20, 30, 40], "method": "spearman"},
        0.9487,
    ),
    (
        statistics.fit_trend_line,
        {"points": ANSCOMBE},
        {"slope": 0.5001, "intercept": 3.0001, "r_squared": 0.6665, "prediction": None},
    ),
    (
        statistics.fit_trend_line,
        {"points": [{"x": 1, "y": 3}, {"x": 5, "y": 3}], "predict_at": 9},
        {"slope": 0.0, "intercept": 3.0, "r_squared": 1.0, "prediction": 3.0},
    ),
    (statistics.moving_average, {"numbers": [4, 8, 6, 2], "window_size": 1}, [4.0, 8.0, 6.0, 2.0]),
    (statistics.moving_average, {"numbers": [4, 8, 6, 2], "window_size": 2}, [6.0, 7.0, 4.0]),
    (statistics.z_score, {"value": 60, "group_mean": 60, "group_standard_deviation": 5}, 0.0),
    (statistics.z_score, {"value": 52, "group_mean": 60, "group_standard_deviation": 5}, -1.6),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected
