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
PAGES = {
    "version_a": {"visitors": 1000, "conversions": 200},
    "version_b": {"visitors": 1000, "conversions": 250},
}

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
    (statistics.survey_margin_of_error, {"respondents": 9}, "respondents"),
    (statistics.survey_margin_of_error, {"respondents": 500, "answer_percent": math.nan}, "answer_percent"),
    (statistics.survey_margin_of_error, {"respondents": 500, "confidence_percent": 80}, "confidence_percent"),
    (statistics.survey_margin_of_error, {"respondents": 500, "population": 499}, "population"),
    (statistics.compare_ab_test, PAGES | {"version_a": {"visitors": 0, "conversions": 0}}, "version_a"),
    (statistics.compare_ab_test, PAGES | {"version_a": {"visitors": 50, "conversions": 51}}, "version_a"),
    (statistics.compare_ab_test, PAGES | {"version_b": {"visitors": 50, "conversions": -1}}, "version_b"),
    (statistics.compare_ab_test, PAGES | {"confidence_percent": 100}, "confidence_percent"),
    (
        statistics.compare_ab_test,
        {"version_a": {"visitors": 50, "conversions": 0}, "version_b": {"visitors": 40, "conversions": 0}},
        "version_a",
    ),
    (statistics.chi_square_test, {"observed_counts": [[5, 6]]}, "observed_counts"),
    (statistics.chi_square_test, {"observed_counts": [[5], [6]]}, "observed_counts"),
    (statistics.chi_square_test, {"observed_counts": [[5, 6]] * 11}, "observed_counts"),
    (statistics.chi_square_test, {"observed_counts": [[5, 6], [7, 8, 9]]}, "observed_counts"),
    (statistics.chi_square_test, {"observed_counts": [[5, 6], [7, -8]]}, "observed_counts"),
    (statistics.chi_square_test, {"observed_counts": [[5, 0], [7, 0]]}, "observed_counts"),
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
    # The margins that pollsters quote for 1000 people, and the table of Krejcie and Morgan (1970): 278 of 1000.
    (
        statistics.survey_margin_of_error,
        {"respondents": 1000},
        {"margin_percent": 3.1, "low_percent": 46.9, "high_percent": 53.1},
    ),
    (
        statistics.survey_margin_of_error,
        {"respondents": 1000, "confidence_percent": 99},
        {"margin_percent": 4.07, "low_percent": 45.93, "high_percent": 54.07},
    ),
    (
        statistics.survey_margin_of_error,
        {"respondents": 278, "population": 1000},
        {"margin_percent": 5.0, "low_percent": 45.0, "high_percent": 55.0},
    ),
    (
        statistics.survey_margin_of_error,
        {"respondents": 100, "answer_percent": 1},
        {"margin_percent": 1.95, "low_percent": 0.0, "high_percent": 2.95},
    ),
    (
        statistics.survey_margin_of_error,
        {"respondents": 200, "population": 200},
        {"margin_percent": 0.0, "low_percent": 50.0, "high_percent": 50.0},
    ),
    # z = 0.05 / sqrt(0.225 * 0.775 / 500) = 2.6774.
    (
        statistics.compare_ab_test,
        PAGES,
        {"rate_a_percent": 20.0, "rate_b_percent": 25.0, "p_value": 0.0074, "significant": True},
    ),
    # The example of occupation and neighborhood of Wikipedia's article on the chi-squared test.
    (
        statistics.chi_square_test,
        {"observed_counts": [[90, 60, 104, 95], [30, 50, 51, 20], [30, 40, 45, 35]]},
        {"chi_square": 24.5712, "degrees_of_freedom": 6, "p_value": 0.00041},
    ),
    (
        statistics.chi_square_test,
        {"observed_counts": [[10, 20], [30, 60]]},
        {"chi_square": 0.0, "degrees_of_freedom": 1, "p_value": 1.0},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


@pytest.mark.parametrize(
    ("degrees", "five_percent", "one_percent"),
    [(1, 3.841, 6.635), (2, 5.991, 9.210), (3, 7.815, 11.345), (10, 18.307, 23.209), (81, 103.010, 113.512)],
)
def test_chi_square_p_values_match_the_usual_table(degrees: int, five_percent: float, one_percent: float) -> None:
    assert statistics._chi_square_p_value(five_percent, degrees) == pytest.approx(0.05, abs=2e-5)
    assert statistics._chi_square_p_value(one_percent, degrees) == pytest.approx(0.01, abs=2e-5)


def test_chi_square_of_a_large_table_is_finite() -> None:
    diagonal = [[1_000_000 * (row == column) for column in range(10)] for row in range(10)]
    assert statistics.chi_square_test(diagonal) == {"chi_square": 9e7, "degrees_of_freedom": 81, "p_value": 0.0}


def test_two_proportions_and_a_table_of_two_rows_agree() -> None:
    table = statistics.chi_square_test([[96, 2304], [131, 2219]])
    test = statistics.compare_ab_test({"visitors": 2400, "conversions": 96}, {"visitors": 2350, "conversions": 131})
    assert test["p_value"] == pytest.approx(table["p_value"], abs=5.1e-5)
