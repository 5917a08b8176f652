"""Statistics: averages, spread, rank, correlation and trends of lists of numbers."""

import math
from bisect import bisect_left, bisect_right
from typing import Literal, TypedDict


class NumberSummary(TypedDict):
    """What summarize_numbers returns."""

    count: int
    mean: float
    median: float
    minimum: float
    maximum: float


class DataPoint(TypedDict):
    """One observation: y was seen at x."""

    x: float
    y: float


class TrendLine(TypedDict):
    """What fit_trend_line returns."""

    slope: float
    intercept: float
    r_squared: float
    prediction: float | None


_LARGEST = 1_000_000_000_000
_SMALLEST_SPREAD = 0.000001


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_numbers(name: str, numbers: list[float], fewest: int = 1) -> None:
    if not fewest <= len(numbers) <= 1000:
        raise ValueError(f"{name} must have {fewest} to 1000 entries, got {len(numbers)}")
    for index, number in enumerate(numbers):
        _check_range(f"{name}[{index}]", number, -_LARGEST, _LARGEST)


def _check_not_level(name: str, numbers: list[float]) -> None:
    if _is_level(numbers):
        raise ValueError(f"{name} must hold at least two different numbers, got only {numbers[0]}")


def _is_level(numbers: list[float]) -> bool:
    return max(numbers) - min(numbers) < _SMALLEST_SPREAD


def _mean(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _quantile(numbers: list[float], fraction: float) -> float:
    """Interpolate linearly between the two nearest ranks (method 7 of Hyndman and Fan)."""
    ordered = sorted(numbers)
    position = fraction * (len(ordered) - 1)
    lower = math.floor(position)
    upper = math.ceil(position)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (position - lower)


def _co_deviation(first: list[float], second: list[float]) -> float:
    """Add up the products of the deviations of both lists from their means."""
    first_mean, second_mean = _mean(first), _mean(second)
    return math.fsum((a - first_mean) * (b - second_mean) for a, b in zip(first, second, strict=True))


def _ranks(numbers: list[float]) -> list[float]:
    ordered = sorted(numbers)
    return [(bisect_left(ordered, number) + 1 + bisect_right(ordered, number)) / 2 for number in numbers]


def _rounded(value: float, decimals: int = 4) -> float:
    return round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


def summarize_numbers(numbers: list[float]) -> NumberSummary:
    """Compute the count, mean, median, minimum and maximum of numbers.

    Args:
        numbers: The numbers, 1 to 1000 of them, each between -1000000000000 and 1000000000000.

    Returns:
        An object with count, mean (average), median (middle), minimum and maximum, rounded to 4 decimals.

    Raises:
        ValueError: If numbers is empty, too long, or holds a number out of range.

    Examples:
        >>> summarize_numbers(numbers=[72, 85, 91, 64, 78])
        {'count': 5, 'mean': 78.0, 'median': 78.0, 'minimum': 64.0, 'maximum': 91.0}
        >>> summarize_numbers(numbers=[1850.5, 2100, 1640.25, 5200])
        {'count': 4, 'mean': 2697.6875, 'median': 1975.25, 'minimum': 1640.25, 'maximum': 5200.0}
        >>> summarize_numbers(numbers=[-3.2, 0.4, -1.1, 5.5, 2.6, -7])
        {'count': 6, 'mean': -0.4667, 'median': -0.35, 'minimum': -7.0, 'maximum': 5.5}
    """
    _check_numbers("numbers", numbers)
    return {
        "count": len(numbers),
        "mean": _rounded(_mean(numbers)),
        "median": _rounded(_quantile(numbers, 0.5)),
        "minimum": _rounded(min(numbers)),
        "maximum": _rounded(max(numbers)),
    }


def standard_deviation(numbers: list[float], kind: Literal["sample", "population"] = "sample") -> float:
    """Compute the standard deviation of numbers.

    Args:
        numbers: The numbers, 2 to 1000 of them, each between -1000000000000 and 1000000000000.
        kind: sample if the numbers are a part of a larger group (divides by n - 1), population if they
            are the whole group (divides by n).

    Returns:
        The standard deviation in the unit of the numbers, rounded to 4 decimals.

    Raises:
        ValueError: If numbers is too short, too long or holds a number out of range, or kind is unknown.

    Examples:
        >>> standard_deviation(numbers=[12.1, 11.8, 12.4, 12.0, 11.7])
        0.2739
        >>> standard_deviation(numbers=[2, 4, 4, 4, 5, 5, 7, 9], kind="population")
        2.0
        >>> standard_deviation(numbers=[165, 172, 181, 158], kind="sample")
        9.8319
    """
    _check_numbers("numbers", numbers, fewest=2)
    if kind not in ("sample", "population"):
        raise ValueError(f"kind must be sample or population, got {kind!r}")
    degrees_of_freedom = len(numbers) - (1 if kind == "sample" else 0)
    return _rounded(math.sqrt(_co_deviation(numbers, numbers) / degrees_of_freedom))


def percentile_value(numbers: list[float], percent: float) -> float:
    """Find a percentile of numbers.

    Interpolates linearly between neighbors, as spreadsheets do (PERCENTILE.INC).

    Args:
        numbers: The numbers in any order, 1 to 1000 of them, each between -1000000000000 and 1000000000000.
        percent: The percentile wanted, 0 to 100 (90 means the 90th percentile, 25 the lower quartile).

    Returns:
        The percentile in the unit of the numbers, rounded to 4 decimals.

    Raises:
        ValueError: If numbers is empty, too long or holds a number out of range, or percent is not 0 to 100.

    Examples:
        >>> percentile_value(numbers=[220, 180, 340, 275, 410, 195], percent=90)
        375.0
        >>> percentile_value(numbers=[15, 20, 35, 40, 50], percent=40)
        29.0
        >>> percentile_value(numbers=[3.4, 8.1, 5.6, 6.2], percent=25)
        5.05
    """
    _check_numbers("numbers", numbers)
    _check_range("percent", percent, 0, 100)
    return _rounded(_quantile(numbers, percent / 100))


def correlation_coefficient(
    first_values: list[float],
    second_values: list[float],
    method: Literal["pearson", "spearman"] = "pearson",
) -> float:
    """Compute the correlation coefficient of two lists of numbers.

    Args:
        first_values: The first list, 2 to 1000 numbers that are not all equal.
        second_values: The second list in the same order, as many numbers, not all equal.
        method: pearson for a straight-line relation, spearman to compare only the rank order.

    Returns:
        The correlation from -1 (opposite) over 0 (none) to 1 (together), rounded to 4 decimals.

    Raises:
        ValueError: If a list is too short, too long, level (spread under 0.000001) or holds a number beyond
            1000000000000, if the lengths differ, or if method is unknown.

    Examples:
        >>> correlation_coefficient(first_values=[2, 4, 5, 7, 9], second_values=[58, 65, 71, 74, 88])
        0.9788
        >>> correlation_coefficient(
        ...     first_values=[31, 24, 18, 27], second_values=[120, 310, 450, 205], method="spearman"
        ... )
        -1.0
        >>> correlation_coefficient(
        ...     first_values=[1.2, 3.1, 2.4, 4.8], second_values=[80, 62, 75, 40], method="pearson"
        ... )
        -0.9763
    """
    for name, values in (("first_values", first_values), ("second_values", second_values)):
        _check_numbers(name, values, fewest=2)
        _check_not_level(name, values)
    if len(second_values) != len(first_values):
        raise ValueError(f"second_values must have {len(first_values)} numbers too, got {len(second_values)}")
    if method not in ("pearson", "spearman"):
        raise ValueError(f"method must be pearson or spearman, got {method!r}")
    if method == "spearman":
        first_values, second_values = _ranks(first_values), _ranks(second_values)
    spread = _co_deviation(first_values, first_values) * _co_deviation(second_values, second_values)
    return _rounded(_co_deviation(first_values, second_values) / math.sqrt(spread))


def fit_trend_line(points: list[DataPoint], predict_at: float | None = None) -> TrendLine:
    """Fit a straight trend line through points.

    Args:
        points: The observations, 2 to 1000 objects with x (such as the month) and y (such as the sales
            then), numbers between -1000000000000 and 1000000000000; the x must not all be equal.
        predict_at: The x at which to predict y from the line; leave out for no prediction.

    Returns:
        An object with slope, intercept, r_squared (0 to 1; 1.0 if all y are equal) and prediction (null
        if none was asked), rounded to 4 decimals.

    Raises:
        ValueError: If there are too few or too many points, a number is out of range, or the x are level
            (spread under 0.000001).

    Examples:
        >>> fit_trend_line(points=[{"x": 1, "y": 120}, {"x": 2, "y": 135}, {"x": 3, "y": 150}], predict_at=6)
        {'slope': 15.0, 'intercept': 105.0, 'r_squared': 1.0, 'prediction': 195.0}
        >>> fit_trend_line(points=[{"x": 55, "y": 18.5}, {"x": 80, "y": 13.2}, {"x": 110, "y": 9.9}])
        {'slope': -0.1548, 'intercept': 26.5115, 'r_squared': 0.9658, 'prediction': None}
        >>> fit_trend_line(
        ...     points=[{"x": 0, "y": 4.1}, {"x": 10, "y": 9.3}, {"x": 20, "y": 13.6}, {"x": 30, "y": 19}],
        ...     predict_at=45,
        ... )
        {'slope': 0.49, 'intercept': 4.15, 'r_squared': 0.9983, 'prediction': 26.2}
    """
    xs = [point["x"] for point in points]
    ys = [point["y"] for point in points]
    _check_numbers("points", xs, fewest=2)
    _check_numbers("points", ys, fewest=2)
    _check_not_level("points x", xs)
    if predict_at is not None:
        _check_range("predict_at", predict_at, -_LARGEST, _LARGEST)
    x_spread, together = _co_deviation(xs, xs), _co_deviation(xs, ys)
    slope = together / x_spread
    intercept = _mean(ys) - slope * _mean(xs)
    return {
        "slope": _rounded(slope),
        "intercept": _rounded(intercept),
        "r_squared": 1.0 if _is_level(ys) else _rounded(together**2 / (x_spread * _co_deviation(ys, ys))),
        "prediction": None if predict_at is None else _rounded(slope * predict_at + intercept),
    }


def moving_average(numbers: list[float], window_size: int) -> list[float]:
    """Compute the simple moving average of a series of numbers.

    Args:
        numbers: The series in order of time, 1 to 1000 numbers from -1000000000000 to 1000000000000.
        window_size: How many neighboring numbers each average takes, 1 to the length of the series.

    Returns:
        The averages of all full windows from first to last, rounded to 4 decimals.

    Raises:
        ValueError: If numbers is empty, too long or holds a number out of range, or the window does not fit.

    Examples:
        >>> moving_average(numbers=[210, 245, 198, 260, 275, 231, 290], window_size=3)
        [217.6667, 234.3333, 244.3333, 255.3333, 265.3333]
        >>> moving_average(numbers=[18.5, 19.1, 21.4, 20.2, 17.8], window_size=5)
        [19.4]
        >>> moving_average(numbers=[1040, 985, 1102, 1150], window_size=2)
        [1012.5, 1043.5, 1126.0]
    """
    _check_numbers("numbers", numbers)
    _check_range("window_size", window_size, 1, len(numbers))
    starts = range(len(numbers) - window_size + 1)
    return [_rounded(_mean(numbers[start : start + window_size])) for start in starts]


def z_score(value: float, group_mean: float, group_standard_deviation: float) -> float:
    """Compute how many standard deviations a value lies above or below the mean of its group.

    Args:
        value: The value to judge, between -1000000000000 and 1000000000000.
        group_mean: Mean (average) of the group, in the same range.
        group_standard_deviation: Standard deviation of the group, 0.000001 to 1000000000000.

    Returns:
        The z-score, negative below the mean, rounded to 4 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> z_score(value=130, group_mean=100, group_standard_deviation=15)
        2.0
        >>> z_score(value=61.5, group_mean=74, group_standard_deviation=8.2)
        -1.5244
        >>> z_score(value=183, group_mean=175.4, group_standard_deviation=7.1)
        1.0704
    """
    _check_range("value", value, -_LARGEST, _LARGEST)
    _check_range("group_mean", group_mean, -_LARGEST, _LARGEST)
    _check_range("group_standard_deviation", group_standard_deviation, _SMALLEST_SPREAD, _LARGEST)
    return _rounded((value - group_mean) / group_standard_deviation)
