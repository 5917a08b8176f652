"""Statistics: averages, spread, rank, correlation and trends of lists of numbers, surveys and tests."""

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


class SurveyPrecision(TypedDict):
    """What survey_margin_of_error returns."""

    margin_percent: float
    low_percent: float
    high_percent: float


class Variant(TypedDict):
    """One version of an A/B test."""

    visitors: int
    conversions: int


class VariantComparison(TypedDict):
    """What compare_ab_test returns."""

    rate_a_percent: float
    rate_b_percent: float
    p_value: float
    significant: bool


class IndependenceTest(TypedDict):
    """What chi_square_test returns."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float


_LARGEST = 1_000_000_000_000
_SMALLEST_SPREAD = 0.000001

# Two-sided quantiles of the normal distribution.
_Z_OF_CONFIDENCE = {90: 1.6448536269514722, 95: 1.959963984540054, 99: 2.5758293035489004}


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


def _check_confidence(confidence_percent: int) -> None:
    if confidence_percent not in _Z_OF_CONFIDENCE:
        raise ValueError(f"confidence_percent must be one of 90, 95, 99, got {confidence_percent}")


def _conversion_share(name: str, variant: Variant) -> float:
    _check_range(f"{name}.visitors", variant["visitors"], 1, _LARGEST)
    _check_range(f"{name}.conversions", variant["conversions"], 0, variant["visitors"])
    return variant["conversions"] / variant["visitors"]


def _chi_square_p_value(chi_square: float, degrees_of_freedom: int) -> float:
    """Compute the upper tail for whole degrees of freedom (Abramowitz and Stegun 26.4.4 and 26.4.5)."""
    half = chi_square / 2
    if half == 0:
        return 1.0
    powers = [step + degrees_of_freedom % 2 / 2 for step in range(degrees_of_freedom // 2)]
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return math.fsum(terms) + (math.erfc(math.sqrt(half)) if degrees_of_freedom % 2 else 0.0)


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
        raise ValueError(f"kind must be sample or population, got {kind[:50]!r}")
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
        raise ValueError(f"method must be pearson or spearman, got {method[:50]!r}")
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


def survey_margin_of_error(
    respondents: int,
    answer_percent: float = 50.0,
    confidence_percent: Literal[90, 95, 99] = 95,
    population: int | None = None,
) -> SurveyPrecision:
    """Compute the margin of error of a survey or poll result.

    Args:
        respondents: How many people were asked (sample size), 10 to 1000000000000.
        answer_percent: Percent of them who gave the answer, 0 to 100; 50, the widest margin, if left out.
        confidence_percent: Confidence level in percent: 90, 95 or 99; 95 if left out.
        population: How many people there are in all, at least as many as were asked; leave out if very many.

    Returns:
        An object with margin_percent (plus or minus, in percentage points), low_percent and high_percent (the
        interval, within 0 to 100), rounded to 2 decimals.

    Raises:
        ValueError: If a number is out of range, the confidence is none of those allowed, or the population is
            smaller than the sample.

    Examples:
        >>> survey_margin_of_error(respondents=850)
        {'margin_percent': 3.36, 'low_percent': 46.64, 'high_percent': 53.36}
        >>> survey_margin_of_error(respondents=1200, answer_percent=37.5, confidence_percent=99)
        {'margin_percent': 3.6, 'low_percent': 33.9, 'high_percent': 41.1}
        >>> survey_margin_of_error(respondents=140, answer_percent=82, population=600)
        {'margin_percent': 5.58, 'low_percent': 76.42, 'high_percent': 87.58}
        >>> survey_margin_of_error(respondents=415, answer_percent=4, confidence_percent=90, population=3800)
        {'margin_percent': 1.49, 'low_percent': 2.51, 'high_percent': 5.49}
    """
    _check_range("respondents", respondents, 10, _LARGEST)
    _check_range("answer_percent", answer_percent, 0, 100)
    _check_confidence(confidence_percent)
    if population is not None:
        _check_range("population", population, respondents, _LARGEST)
    correction = 1.0 if population is None else math.sqrt((population - respondents) / (population - 1))
    error = math.sqrt(answer_percent * (100 - answer_percent) / respondents) * correction
    margin = _Z_OF_CONFIDENCE[confidence_percent] * error
    return {
        "margin_percent": _rounded(margin, 2),
        "low_percent": _rounded(max(0.0, answer_percent - margin), 2),
        "high_percent": _rounded(min(100.0, answer_percent + margin), 2),
    }


def compare_ab_test(
    version_a: Variant, version_b: Variant, confidence_percent: Literal[90, 95, 99] = 95
) -> VariantComparison:
    """Tell whether two versions of a page, ad or e-mail differ significantly in an A/B test.

    The two-sided z-test of two proportions with the pooled share.

    Args:
        version_a: Result of the first version: visitors (people who saw it, 1 to 1000000000000) and
            conversions (how many of them clicked or bought, 0 to visitors).
        version_b: Result of the second version, with visitors and conversions as well.
        confidence_percent: Confidence that a difference must reach, in percent: 90, 95 or 99; 95 if left out.

    Returns:
        An object with rate_a_percent and rate_b_percent (conversions in percent of visitors), p_value (chance of
        such a difference if there is none), rounded to 4 decimals, and significant (true or false).

    Raises:
        ValueError: If a number is out of range, the confidence is none of those allowed, or nobody or
            everybody converted in both versions.

    Examples:
        >>> compare_ab_test(
        ...     version_a={"visitors": 2400, "conversions": 96}, version_b={"visitors": 2350, "conversions": 131}
        ... )
        {'rate_a_percent': 4.0, 'rate_b_percent': 5.5745, 'p_value': 0.011, 'significant': True}
        >>> compare_ab_test(
        ...     version_a={"visitors": 860, "conversions": 212},
        ...     version_b={"visitors": 905, "conversions": 251},
        ...     confidence_percent=90,
        ... )
        {'rate_a_percent': 24.6512, 'rate_b_percent': 27.7348, 'p_value': 0.141, 'significant': False}
        >>> compare_ab_test(
        ...     version_a={"visitors": 15000, "conversions": 480},
        ...     version_b={"visitors": 14800, "conversions": 401},
        ...     confidence_percent=99,
        ... )
        {'rate_a_percent': 3.2, 'rate_b_percent': 2.7095, 'p_value': 0.0124, 'significant': False}
    """
    share_a, share_b = _conversion_share("version_a", version_a), _conversion_share("version_b", version_b)
    _check_confidence(confidence_percent)
    visitors_a, visitors_b = version_a["visitors"], version_b["visitors"]
    pooled = (version_a["conversions"] + version_b["conversions"]) / (visitors_a + visitors_b)
    if pooled in (0, 1):
        raise ValueError("version_a and version_b must not both have no conversions, or only conversions")
    error = math.sqrt(pooled * (1 - pooled) * (1 / visitors_a + 1 / visitors_b))
    p_value = math.erfc(abs(share_b - share_a) / error / math.sqrt(2))
    return {
        "rate_a_percent": _rounded(100 * share_a),
        "rate_b_percent": _rounded(100 * share_b),
        "p_value": _rounded(p_value),
        "significant": p_value < 1 - confidence_percent / 100,
    }


def chi_square_test(observed_counts: list[list[int]]) -> IndependenceTest:
    """Test whether the rows and columns of a table of counts are independent (chi-square test).

    Pearson's test without Yates's correction.

    Args:
        observed_counts: The table as 2 to 10 rows, each a list of 2 to 10 counts (as many in every row), such
            as a row for each group and a column for each answer; counts from 0 to 1000000, no row or column
            with only zeros.

    Returns:
        An object with chi_square (rounded to 4 decimals), degrees_of_freedom and p_value (rounded to 6
        decimals; below 0.05 the rows usually count as different).

    Raises:
        ValueError: If the table is too small or too large, its rows differ in length, a count is out of range,
            or a row or column has only zeros.

    Examples:
        >>> chi_square_test(observed_counts=[[45, 30], [28, 47]])
        {'chi_square': 7.7122, 'degrees_of_freedom': 1, 'p_value': 0.005485}
        >>> chi_square_test(observed_counts=[[120, 85, 40], [95, 110, 62]])
        {'chi_square': 9.9302, 'degrees_of_freedom': 2, 'p_value': 0.006977}
        >>> chi_square_test(observed_counts=[[18, 22], [25, 19], [31, 36]])
        {'chi_square': 1.5323, 'degrees_of_freedom': 2, 'p_value': 0.464795}
    """
    _check_range("observed_counts length", len(observed_counts), 2, 10)
    columns = len(observed_counts[0])
    for index, row in enumerate(observed_counts):
        _check_range(f"observed_counts[{index}] length", len(row), 2, 10)
        if len(row) != columns:
            raise ValueError(f"observed_counts[{index}] must have {columns} counts as the first row, got {len(row)}")
        for count in row:
            _check_range(f"observed_counts[{index}] values", count, 0, 1_000_000)
    row_sums = [sum(row) for row in observed_counts]
    column_sums = [sum(column) for column in zip(*observed_counts, strict=True)]
    if 0 in row_sums or 0 in column_sums:
        raise ValueError("observed_counts must not have a row or column with only zeros")
    total = sum(row_sums)
    chi_square = 0.0
    for row, row_sum in zip(observed_counts, row_sums, strict=True):
        for count, column_sum in zip(row, column_sums, strict=True):
            expected = row_sum * column_sum / total
            chi_square += (count - expected) ** 2 / expected
    degrees_of_freedom = (len(row_sums) - 1) * (columns - 1)
    return {
        "chi_square": _rounded(chi_square),
        "degrees_of_freedom": degrees_of_freedom,
        "p_value": _rounded(_chi_square_p_value(chi_square, degrees_of_freedom), 6),
    }
