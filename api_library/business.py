"""Business: prices, invoices, stock, pay, customers, projects, assets and shifts."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal, TypedDict, get_args

ProfitBasis = Literal["margin", "markup"]
OvertimeRule = Literal["weekly", "daily", "none"]
DepreciationMethod = Literal["straight_line", "double_declining", "sum_of_years_digits"]
DiscountScope = Literal["all_units", "units_in_tier"]


class BreakEven(TypedDict):
    """What break_even_units returns."""

    units: int
    revenue: float
    contribution_per_unit: float


class InvoiceLine(TypedDict):
    """One position of an invoice."""

    description: str
    quantity: float
    unit_price: float


class InvoiceTotals(TypedDict):
    """What invoice_totals returns."""

    line_totals: list[float]
    subtotal: float
    discount: float
    tax: float
    total: float


class StockPlan(TypedDict):
    """What plan_stock_orders returns."""

    order_quantity: int
    orders_per_year: float
    reorder_point: int


class PromoterScore(TypedDict):
    """What net_promoter_score returns."""

    score: float
    promoters: int
    passives: int
    detractors: int


class ProjectTask(TypedDict):
    """One task of a project and the tasks that must be done before it."""

    name: str
    days: int
    depends_on: list[str]


class ProjectPlan(TypedDict):
    """What project_critical_path returns."""

    duration_days: int
    critical_tasks: list[str]
    slack_days: dict[str, int]


class DepreciationSchedule(TypedDict):
    """What depreciation_schedule returns: a number for each year."""

    depreciation: list[float]
    book_values: list[float]


class QuantityTier(TypedDict):
    """A quantity and the discount that starts there."""

    from_quantity: int
    discount_percent: float


class FunnelStage(TypedDict):
    """One stage of a sales funnel and how many people reached it."""

    name: str
    people: int


class FunnelReport(TypedDict):
    """What sales_funnel_conversion returns."""

    step_percents: list[float]
    overall_percent: float
    weakest_step: str


class OpeningHours(TypedDict):
    """The part of a day that must be staffed."""

    opens: str
    closes: str


class WorkShift(TypedDict):
    """Who works from when to when."""

    worker: str
    starts: str
    ends: str


class CoverGap(TypedDict):
    """A time at which workers are missing."""

    starts: str
    ends: str
    missing_workers: int


_MAX_AMOUNT = 1_000_000_000
_DAILY_HOURS, _WEEKLY_HOURS = 8, 40


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _check_count(name: str, count: int, fewest: int, most: int) -> None:
    if not fewest <= count <= most:
        raise ValueError(f"{name} must have {fewest} to {most} items, got {count}")


def _check_names(name: str, field: str, texts: list[str]) -> None:
    for index, text in enumerate(texts):
        if not text.strip() or len(text) > 100:
            raise ValueError(
                f"{name}[{index}].{field} must have 1 to 100 characters, not only spaces, got {text[:100]!r}"
            )
        if text in texts[:index]:
            raise ValueError(f"{name} must have each {field} once, got {text[:50]!r} twice")


def _money(amount: float) -> float:
    """Round to cents, halves away from zero, as 12.675 -> 12.68."""
    return float(Decimal(f"{amount:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) + 0.0


def _decimal(value: float) -> Decimal:
    """Take a float as the decimal number that it was written as."""
    return Decimal(str(value))


def _minute_of_day(name: str, clock: str) -> int:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", clock):
        raise ValueError(f"{name} must be a 24-hour time as HH:MM, 00:00 to 24:00, got {clock[:20]!r}")
    return 60 * int(clock[:2]) + int(clock[3:])


def _span(name: str, start_field: str, start: str, end_field: str, end: str) -> tuple[int, int]:
    first, last = _minute_of_day(f"{name}.{start_field}", start), _minute_of_day(f"{name}.{end_field}", end)
    if last <= first:
        raise ValueError(f"{name}.{end_field} must be later the same day than {start_field} ({start}), got {end}")
    return first, last


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def break_even_units(
    fixed_costs: float, unit_price: float, unit_variable_cost: float, target_profit: float = 0.0
) -> BreakEven:
    """Compute how many units must be sold to break even or to earn a target profit.

    Args:
        fixed_costs: Costs of the period that do not depend on sales, such as rent, 0.01 to 1000000000.
        unit_price: Selling price of one unit, 0.01 to 1000000.
        unit_variable_cost: Cost of making or buying one unit, 0 to 1000000, at least 0.01 below unit_price.
        target_profit: Profit wanted in the period, 0 to 1000000000; 0 (break even) if left out.

    Returns:
        An object with units (whole, rounded up), revenue (their sales value) and contribution_per_unit
        (price minus variable cost), in the currency of the costs, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or a unit sells for no more than it costs.

    Examples:
        >>> break_even_units(fixed_costs=18000, unit_price=24.5, unit_variable_cost=9.25)
        {'units': 1181, 'revenue': 28934.5, 'contribution_per_unit': 15.25}
        >>> break_even_units(
        ...     fixed_costs=6400, unit_price=15, unit_variable_cost=7, target_profit=2000
        ... )
        {'units': 1050, 'revenue': 15750.0, 'contribution_per_unit': 8.0}
        >>> break_even_units(fixed_costs=125000, unit_price=899, unit_variable_cost=540.5)
        {'units': 349, 'revenue': 313751.0, 'contribution_per_unit': 358.5}
    """
    _check_range("fixed_costs", fixed_costs, 0.01, _MAX_AMOUNT)
    _check_range("unit_price", unit_price, 0.01, 1_000_000)
    _check_range("unit_variable_cost", unit_variable_cost, 0, 1_000_000)
    _check_range("target_profit", target_profit, 0, _MAX_AMOUNT)
    contribution = _decimal(unit_price) - _decimal(unit_variable_cost)
    if contribution < Decimal("0.01"):
        raise ValueError(
            f"unit_variable_cost must be at least 0.01 below unit_price ({unit_price}), got {unit_variable_cost}"
        )
    units = math.ceil((_decimal(fixed_costs) + _decimal(target_profit)) / contribution)
    return {
        "units": units,
        "revenue": _money(units * unit_price),
        "contribution_per_unit": _money(float(contribution)),
    }


def selling_price_from_cost(unit_cost: float, profit_percent: float, percent_is: ProfitBasis) -> dict[str, float]:
    """Compute the selling price that gives a product a wanted profit margin or markup.

    Args:
        unit_cost: What the product costs the seller, 0.01 to 1000000.
        profit_percent: The wanted margin in percent, 0 to 99, or the wanted markup in percent, 0 to 10000.
        percent_is: What the percentage is: margin (profit as a share of the price) or markup (profit on top
            of the cost).

    Returns:
        A dict with price and profit (in the currency of the cost), margin_percent and markup_percent, each
        rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or percent_is is unknown.

    Examples:
        >>> selling_price_from_cost(unit_cost=26, profit_percent=35, percent_is="margin")
        {'price': 40.0, 'profit': 14.0, 'margin_percent': 35.0, 'markup_percent': 53.85}
        >>> selling_price_from_cost(unit_cost=4.8, profit_percent=150, percent_is="markup")
        {'price': 12.0, 'profit': 7.2, 'margin_percent': 60.0, 'markup_percent': 150.0}
        >>> selling_price_from_cost(unit_cost=312.5, profit_percent=22.5, percent_is="markup")
        {'price': 382.81, 'profit': 70.31, 'margin_percent': 18.37, 'markup_percent': 22.5}
    """
    _check_range("unit_cost", unit_cost, 0.01, 1_000_000)
    _check_choice("percent_is", percent_is, ProfitBasis)
    _check_range("profit_percent", profit_percent, 0, 99 if percent_is == "margin" else 10_000)
    share = profit_percent / 100
    price = unit_cost / (1 - share) if percent_is == "margin" else unit_cost * (1 + share)
    return {
        "price": _money(price),
        "profit": _money(_money(price) - unit_cost),
        "margin_percent": _money(100 * (price - unit_cost) / price),
        "markup_percent": _money(100 * (price - unit_cost) / unit_cost),
    }


def invoice_totals(lines: list[InvoiceLine], tax_percent: float, discount_percent: float = 0.0) -> InvoiceTotals:
    """Add up the lines of an invoice, with a discount and tax.

    Args:
        lines: The positions, 1 to 50 objects with description (1 to 100 characters, each once), quantity
            (0.01 to 100000) and unit_price (0.01 to 1000000, without tax).
        tax_percent: Rate of the sales tax or VAT on what is left after the discount, in percent, 0 to 100.
        discount_percent: Discount on the whole invoice in percent, 0 to 100; none if left out.

    Returns:
        An object with line_totals (quantity times price, in the same order), subtotal, discount, tax and
        total (to pay), in the currency of the prices, rounded to 2 decimals.

    Raises:
        ValueError: If a number is out of range, a description is empty or comes twice, or there are none or
            too many lines.

    Examples:
        >>> invoice_totals(
        ...     lines=[
        ...         {"description": "consulting hours", "quantity": 12.5, "unit_price": 95},
        ...         {"description": "printed manuals", "quantity": 3, "unit_price": 24.9},
        ...     ],
        ...     tax_percent=20,
        ... )
        {'line_totals': [1187.5, 74.7], 'subtotal': 1262.2, 'discount': 0.0, 'tax': 252.44, 'total': 1514.64}
        >>> invoice_totals(
        ...     lines=[
        ...         {"description": "office chair", "quantity": 8, "unit_price": 149.99},
        ...         {"description": "standing desk", "quantity": 4, "unit_price": 420},
        ...         {"description": "delivery", "quantity": 1, "unit_price": 75},
        ...     ],
        ...     tax_percent=8.25,
        ...     discount_percent=10,
        ... )
        {'line_totals': [1199.92, 1680.0, 75.0], 'subtotal': 2954.92, 'discount': 295.49, 'tax': 219.4, 'total': 2878.83}
        >>> invoice_totals(
        ...     lines=[{"description": "wedding cake", "quantity": 1, "unit_price": 680}],
        ...     tax_percent=7,
        ...     discount_percent=5,
        ... )
        {'line_totals': [680.0], 'subtotal': 680.0, 'discount': 34.0, 'tax': 45.22, 'total': 691.22}
    """
    _check_count("lines", len(lines), 1, 50)
    _check_names("lines", "description", [line["description"] for line in lines])
    for index, line in enumerate(lines):
        _check_range(f"lines[{index}].quantity", line["quantity"], 0.01, 100_000)
        _check_range(f"lines[{index}].unit_price", line["unit_price"], 0.01, 1_000_000)
    _check_range("tax_percent", tax_percent, 0, 100)
    _check_range("discount_percent", discount_percent, 0, 100)
    line_totals = [_money(line["quantity"] * line["unit_price"]) for line in lines]
    subtotal = _money(math.fsum(line_totals))
    discount = _money(subtotal * discount_percent / 100)
    tax = _money((subtotal - discount) * tax_percent / 100)
    return {
        "line_totals": line_totals,
        "subtotal": subtotal,
        "discount": discount,
        "tax": tax,
        "total": _money(subtotal - discount + tax),
    }


def plan_stock_orders(
    yearly_demand: int,
    cost_per_order: float,
    yearly_holding_cost_per_unit: float,
    lead_time_days: int,
    safety_stock: int,
) -> StockPlan:
    """Plan how much stock of a product to order (economic order quantity) and when to reorder it.

    Args:
        yearly_demand: Units sold or used in a year of 365 days, spread evenly, 1 to 100000000.
        cost_per_order: Fixed cost of placing one order, such as shipping and handling, 0.01 to 1000000.
        yearly_holding_cost_per_unit: Cost of keeping one unit in stock for a year, 0.01 to 1000000.
        lead_time_days: Days from order to delivery, 0 to 365.
        safety_stock: Units kept as a reserve, 0 (none) to 100000000.

    Returns:
        An object with order_quantity (whole units, at least 1), orders_per_year (rounded to 1 decimal) and
        reorder_point (order again when the stock falls to this many units, rounded up).

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> plan_stock_orders(
        ...     yearly_demand=7300,
        ...     cost_per_order=45,
        ...     yearly_holding_cost_per_unit=2.5,
        ...     lead_time_days=6,
        ...     safety_stock=80,
        ... )
        {'order_quantity': 513, 'orders_per_year': 14.2, 'reorder_point': 200}
        >>> plan_stock_orders(
        ...     yearly_demand=52000,
        ...     cost_per_order=120,
        ...     yearly_holding_cost_per_unit=0.8,
        ...     lead_time_days=14,
        ...     safety_stock=500,
        ... )
        {'order_quantity': 3950, 'orders_per_year': 13.2, 'reorder_point': 2495}
        >>> plan_stock_orders(
        ...     yearly_demand=940,
        ...     cost_per_order=18.5,
        ...     yearly_holding_cost_per_unit=12,
        ...     lead_time_days=30,
        ...     safety_stock=25,
        ... )
        {'order_quantity': 54, 'orders_per_year': 17.4, 'reorder_point': 103}
    """
    _check_range("yearly_demand", yearly_demand, 1, 100_000_000)
    _check_range("cost_per_order", cost_per_order, 0.01, 1_000_000)
    _check_range("yearly_holding_cost_per_unit", yearly_holding_cost_per_unit, 0.01, 1_000_000)
    _check_range("lead_time_days", lead_time_days, 0, 365)
    _check_range("safety_stock", safety_stock, 0, 100_000_000)
    # The formula of F. W. Harris, "How Many Parts to Make at Once" (1913).
    quantity = max(1, round(math.sqrt(2 * yearly_demand * cost_per_order / yearly_holding_cost_per_unit)))
    return {
        "order_quantity": quantity,
        "orders_per_year": round(yearly_demand / quantity, 1),
        "reorder_point": -(-yearly_demand * lead_time_days // 365) + safety_stock,
    }


def weekly_gross_pay(
    hours_per_day: list[float],
    hourly_rate: float,
    overtime_rule: OvertimeRule,
    overtime_multiplier: float = 1.5,
) -> dict[str, float]:
    """Compute the gross pay of an hourly worker for one week, with overtime.

    Args:
        hours_per_day: Hours worked on each day of the week, 1 to 7 numbers from 0 to 24.
        hourly_rate: Normal pay for one hour, 0.01 to 10000.
        overtime_rule: Which hours are overtime: weekly (those over 40 in the week), daily (those over 8 on a
            day) or none (all hours at the normal rate).
        overtime_multiplier: Factor on the rate for overtime, 1 to 5 (2 is double time); 1.5 if left out.

    Returns:
        A dict with regular_hours, overtime_hours and gross_pay (before tax, in the currency of the rate),
        rounded to 2 decimals.

    Raises:
        ValueError: If a number is out of its range, overtime_rule is unknown, or the days are not 1 to 7.

    Examples:
        >>> weekly_gross_pay(hours_per_day=[9, 8.5, 10, 8, 9], hourly_rate=22, overtime_rule="weekly")
        {'regular_hours': 40.0, 'overtime_hours': 4.5, 'gross_pay': 1028.5}
        >>> weekly_gross_pay(hours_per_day=[10, 6, 11, 7.5], hourly_rate=18.4, overtime_rule="daily")
        {'regular_hours': 29.5, 'overtime_hours': 5.0, 'gross_pay': 680.8}
        >>> weekly_gross_pay(
        ...     hours_per_day=[8, 8, 8, 8, 8, 6], hourly_rate=31.5, overtime_rule="weekly", overtime_multiplier=2
        ... )
        {'regular_hours': 40.0, 'overtime_hours': 6.0, 'gross_pay': 1638.0}
        >>> weekly_gross_pay(hours_per_day=[12, 12, 12, 12], hourly_rate=27.25, overtime_rule="none")
        {'regular_hours': 48.0, 'overtime_hours': 0.0, 'gross_pay': 1308.0}
    """
    _check_count("hours_per_day", len(hours_per_day), 1, 7)
    for index, hours in enumerate(hours_per_day):
        _check_range(f"hours_per_day[{index}]", hours, 0, 24)
    _check_range("hourly_rate", hourly_rate, 0.01, 10_000)
    _check_choice("overtime_rule", overtime_rule, OvertimeRule)
    _check_range("overtime_multiplier", overtime_multiplier, 1, 5)
    total = math.fsum(hours_per_day)
    overtime = 0.0
    if overtime_rule == "weekly":
        overtime = max(0.0, total - _WEEKLY_HOURS)
    elif overtime_rule == "daily":
        overtime = math.fsum(max(0.0, hours - _DAILY_HOURS) for hours in hours_per_day)
    return {
        "regular_hours": _money(total - overtime),
        "overtime_hours": _money(overtime),
        "gross_pay": _money(hourly_rate * (total - overtime + overtime * overtime_multiplier)),
    }


def net_promoter_score(ratings: list[int]) -> PromoterScore:
    """Compute the net promoter score (NPS) from the answers of a customer survey.

    Args:
        ratings: How likely each customer is to recommend the company, 1 to 1000 whole numbers from 0 to 10.

    Returns:
        An object with score (-100 to 100, percent of promoters minus percent of detractors, rounded to 1
        decimal) and the numbers of promoters (9 or 10), passives (7 or 8) and detractors (0 to 6).

    Raises:
        ValueError: If ratings is empty, too long or holds a number that is not 0 to 10.

    Examples:
        >>> net_promoter_score(ratings=[10, 9, 7, 3, 8, 10, 6, 9])
        {'score': 25.0, 'promoters': 4, 'passives': 2, 'detractors': 2}
        >>> net_promoter_score(ratings=[4, 7, 2, 9, 5, 8])
        {'score': -33.3, 'promoters': 1, 'passives': 2, 'detractors': 3}
        >>> net_promoter_score(ratings=[9, 10, 10, 8, 9, 10, 9])
        {'score': 85.7, 'promoters': 6, 'passives': 1, 'detractors': 0}
    """
    _check_count("ratings", len(ratings), 1, 1000)
    for index, rating in enumerate(ratings):
        _check_range(f"ratings[{index}]", rating, 0, 10)
    promoters = sum(rating >= 9 for rating in ratings)
    detractors = sum(rating <= 6 for rating in ratings)
    return {
        "score": round(100 * (promoters - detractors) / len(ratings), 1),
        "promoters": promoters,
        "passives": len(ratings) - promoters - detractors,
        "detractors": detractors,
    }


def project_critical_path(tasks: list[ProjectTask]) -> ProjectPlan:
    """Find the shortest duration of a project and its critical path.

    Args:
        tasks: The tasks in any order, 1 to 50 objects with name (1 to 100 characters, each once), days
            (duration in whole days, 1 to 1000) and depends_on (names of the tasks that must be finished
            first; an empty list for a task that can start at once).

    Returns:
        An object with duration_days, critical_tasks (those that may not be late, in order of their start) and
        slack_days (for every other task, the days by which it may be late without delaying the project).

    Raises:
        ValueError: If a name is empty or comes twice, a duration is out of range, a task depends on an unknown
            task or in a circle on itself, or there are none or too many tasks.

    Examples:
        >>> project_critical_path(
        ...     tasks=[
        ...         {"name": "design", "days": 5, "depends_on": []},
        ...         {"name": "build", "days": 12, "depends_on": ["design"]},
        ...         {"name": "write manual", "days": 4, "depends_on": ["design"]},
        ...         {"name": "test", "days": 3, "depends_on": ["build", "write manual"]},
        ...     ]
        ... )
        {'duration_days': 20, 'critical_tasks': ['design', 'build', 'test'], 'slack_days': {'write manual': 8}}
        >>> project_critical_path(
        ...     tasks=[
        ...         {"name": "demolition", "days": 2, "depends_on": []},
        ...         {"name": "order tiles", "days": 9, "depends_on": []},
        ...         {"name": "tiling", "days": 4, "depends_on": ["demolition", "order tiles"]},
        ...     ]
        ... )
        {'duration_days': 13, 'critical_tasks': ['order tiles', 'tiling'], 'slack_days': {'demolition': 7}}
        >>> project_critical_path(
        ...     tasks=[
        ...         {"name": "paint", "days": 3, "depends_on": ["plaster"]},
        ...         {"name": "plaster", "days": 6, "depends_on": []},
        ...     ]
        ... )
        {'duration_days': 9, 'critical_tasks': ['plaster', 'paint'], 'slack_days': {}}
    """
    _check_count("tasks", len(tasks), 1, 50)
    names = [task["name"] for task in tasks]
    _check_names("tasks", "name", names)
    for index, task in enumerate(tasks):
        _check_range(f"tasks[{index}].days", task["days"], 1, 1000)
        unknown = [name for name in task["depends_on"] if name not in names]
        if unknown:
            raise ValueError(f"tasks[{index}].depends_on must name other tasks, got {unknown[0][:100]!r}")
    days = {task["name"]: task["days"] for task in tasks}
    needs = {task["name"]: task["depends_on"] for task in tasks}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise ValueError(f"tasks must not depend on each other in a circle, got {circle}") from None
    finish: dict[str, int] = {}
    for name in order:
        finish[name] = max((finish[need] for need in needs[name]), default=0) + days[name]
    duration = max(finish.values())
    latest_finish = dict.fromkeys(names, duration)
    for name in reversed(order):
        for need in needs[name]:
            latest_finish[need] = min(latest_finish[need], latest_finish[name] - days[name])
    slack = {name: latest_finish[name] - finish[name] for name in names}
    critical = [name for name in names if not slack[name]]
    return {
        "duration_days": duration,
        "critical_tasks": sorted(critical, key=lambda name: finish[name] - days[name]),
        "slack_days": {name: late for name, late in slack.items() if late},
    }


def depreciation_schedule(
    purchase_cost: float, salvage_value: float, useful_years: int, method: DepreciationMethod
) -> DepreciationSchedule:
    """List how much value an asset loses in each year of its useful life (depreciation).

    Args:
        purchase_cost: What the asset cost, 0.01 to 1000000000.
        salvage_value: Value left after its useful life (residual value), 0 up to the purchase cost.
        useful_years: Useful life in whole years, 1 to 40.
        method: straight_line (the same every year), double_declining (twice the straight-line rate on the
            book value, never below the salvage value; may end above it) or sum_of_years_digits.

    Returns:
        An object with two lists, a number for each year: depreciation (loss in the year) and book_values
        (value at the end of the year), in the currency of the cost, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or method is unknown.

    Examples:
        >>> depreciation_schedule(purchase_cost=24000, salvage_value=4000, useful_years=4, method="straight_line")
        {'depreciation': [5000.0, 5000.0, 5000.0, 5000.0], 'book_values': [19000.0, 14000.0, 9000.0, 4000.0]}
        >>> depreciation_schedule(
        ...     purchase_cost=58500, salvage_value=6000, useful_years=5, method="double_declining"
        ... )
        {'depreciation': [23400.0, 14040.0, 8424.0, 5054.4, 1581.6], 'book_values': [35100.0, 21060.0, 12636.0, 7581.6, 6000.0]}
        >>> depreciation_schedule(
        ...     purchase_cost=9800, salvage_value=800, useful_years=3, method="sum_of_years_digits"
        ... )
        {'depreciation': [4500.0, 3000.0, 1500.0], 'book_values': [5300.0, 2300.0, 800.0]}
    """
    _check_range("purchase_cost", purchase_cost, 0.01, _MAX_AMOUNT)
    _check_range("salvage_value", salvage_value, 0, purchase_cost)
    _check_range("useful_years", useful_years, 1, 40)
    _check_choice("method", method, DepreciationMethod)
    loss = purchase_cost - salvage_value
    digits = useful_years * (useful_years + 1) / 2
    book_values = [purchase_cost]
    for year in range(1, useful_years + 1):
        if method == "straight_line":
            book_values.append(purchase_cost - loss * year / useful_years)
        elif method == "double_declining":
            book_values.append(max(salvage_value, book_values[-1] * (1 - min(1, 2 / useful_years))))
        else:
            book_values.append(book_values[-1] - loss * (useful_years - year + 1) / digits)
    rounded = [_money(value) for value in book_values]
    return {
        "depreciation": [_money(before - after) for before, after in pairwise(rounded)],
        "book_values": rounded[1:],
    }


def volume_discount_total(
    unit_price: float, quantity: int, tiers: list[QuantityTier], discount_on: DiscountScope
) -> dict[str, float]:
    """Compute what a bulk order costs with discounts that rise with the quantity.

    Args:
        unit_price: Normal price of one unit, 0.01 to 1000000.
        quantity: Units ordered, 1 to 1000000.
        tiers: 1 to 20 steps, smallest first. Each has from_quantity (units from which the discount holds, 1
            to 1000000) and discount_percent (0 to 100). Below the first step the normal price holds.
        discount_on: What the discount of a step applies to: all_units (the whole order gets the discount of
            the highest step reached) or units_in_tier (only the units from that step up to the next).

    Returns:
        A dict with total and saved (compared with the normal price), rounded to 2 decimals, and
        average_unit_price, rounded to 4 decimals, in the currency of the price.

    Raises:
        ValueError: If a number is out of range, discount_on is unknown, or tiers is empty, too long or not in
            rising order.

    Examples:
        >>> volume_discount_total(
        ...     unit_price=3.2,
        ...     quantity=650,
        ...     tiers=[
        ...         {"from_quantity": 100, "discount_percent": 5},
        ...         {"from_quantity": 500, "discount_percent": 12},
        ...     ],
        ...     discount_on="all_units",
        ... )
        {'total': 1830.4, 'saved': 249.6, 'average_unit_price': 2.816}
        >>> volume_discount_total(
        ...     unit_price=18,
        ...     quantity=120,
        ...     tiers=[
        ...         {"from_quantity": 51, "discount_percent": 10},
        ...         {"from_quantity": 101, "discount_percent": 25},
        ...     ],
        ...     discount_on="units_in_tier",
        ... )
        {'total': 1980.0, 'saved': 180.0, 'average_unit_price': 16.5}
        >>> volume_discount_total(
        ...     unit_price=49.9,
        ...     quantity=15,
        ...     tiers=[{"from_quantity": 20, "discount_percent": 7.5}],
        ...     discount_on="all_units",
        ... )
        {'total': 748.5, 'saved': 0.0, 'average_unit_price': 49.9}
    """
    _check_range("unit_price", unit_price, 0.01, 1_000_000)
    _check_range("quantity", quantity, 1, 1_000_000)
    _check_count("tiers", len(tiers), 1, 20)
    for index, tier in enumerate(tiers):
        _check_range(f"tiers[{index}].from_quantity", tier["from_quantity"], 1, 1_000_000)
        _check_range(f"tiers[{index}].discount_percent", tier["discount_percent"], 0, 100)
    _check_choice("discount_on", discount_on, DiscountScope)
    starts = [tier["from_quantity"] for tier in tiers]
    if any(low >= high for low, high in pairwise(starts)):
        raise ValueError(f"tiers must be in rising order of from_quantity, got {starts}")
    reached = [tier for tier in tiers if tier["from_quantity"] <= quantity]
    if discount_on == "all_units":
        percent_units = quantity * reached[-1]["discount_percent"] if reached else 0.0
    else:
        ends = [tier["from_quantity"] for tier in reached[1:]] + [quantity + 1]
        percent_units = math.fsum(
            (end - tier["from_quantity"]) * tier["discount_percent"] for tier, end in zip(reached, ends, strict=False)
        )
    total = _money(unit_price * (quantity - percent_units / 100))
    return {
        "total": total,
        "saved": _money(unit_price * quantity - total),
        "average_unit_price": round(total / quantity, 4),
    }


def sales_funnel_conversion(stages: list[FunnelStage]) -> FunnelReport:
    """Compute the conversion rates between the stages of a sales funnel.

    Args:
        stages: The stages from first to last, 2 to 20 objects with name (1 to 100 characters, each once) and
            people (how many reached the stage, 1 to 1000000000, never more than the stage before).

    Returns:
        An object with step_percents (share of each stage that reached the next), overall_percent (from first
        to last), both rounded to 2 decimals, and weakest_step (the step with the lowest share, such as
        'visit to signup'; the first of equals).

    Raises:
        ValueError: If a name is empty or comes twice, a number is out of range or more than the one before, or
            there are too few or too many stages.

    Examples:
        >>> sales_funnel_conversion(
        ...     stages=[
        ...         {"name": "visit", "people": 12400},
        ...         {"name": "signup", "people": 930},
        ...         {"name": "purchase", "people": 217},
        ...     ]
        ... )
        {'step_percents': [7.5, 23.33], 'overall_percent': 1.75, 'weakest_step': 'visit to signup'}
        >>> sales_funnel_conversion(
        ...     stages=[
        ...         {"name": "lead", "people": 480},
        ...         {"name": "demo", "people": 192},
        ...         {"name": "offer", "people": 84},
        ...         {"name": "contract", "people": 21},
        ...     ]
        ... )
        {'step_percents': [40.0, 43.75, 25.0], 'overall_percent': 4.38, 'weakest_step': 'offer to contract'}
        >>> sales_funnel_conversion(
        ...     stages=[{"name": "cart", "people": 3150}, {"name": "checkout", "people": 1386}]
        ... )
        {'step_percents': [44.0], 'overall_percent': 44.0, 'weakest_step': 'cart to checkout'}
    """
    _check_count("stages", len(stages), 2, 20)
    _check_names("stages", "name", [stage["name"] for stage in stages])
    for index, stage in enumerate(stages):
        _check_range(
            f"stages[{index}].people", stage["people"], 1, stages[index - 1]["people"] if index else _MAX_AMOUNT
        )
    steps = list(pairwise(stages))
    shares = [after["people"] / before["people"] for before, after in steps]
    before, after = steps[shares.index(min(shares))]
    return {
        "step_percents": [_money(100 * share) for share in shares],
        "overall_percent": _money(100 * stages[-1]["people"] / stages[0]["people"]),
        "weakest_step": f"{before['name']} to {after['name']}",
    }


def shift_cover_gaps(opening_hours: OpeningHours, shifts: list[WorkShift], workers_needed: int) -> list[CoverGap]:
    """Find the times of a day at which the planned work shifts leave too few workers.

    Args:
        opening_hours: An object with opens and closes, 24-hour times as HH:MM of one day (00:00 to 24:00).
        shifts: The planned shifts, 1 to 50 objects with worker (name, 1 to 100 characters), starts and ends
            (24-hour times as HH:MM of the same day). A worker may have several.
        workers_needed: How many workers must be there all the time, 1 to 50.

    Returns:
        The gaps in order of time, objects with starts, ends (HH:MM) and missing_workers; an empty list if the
        whole day is covered.

    Raises:
        ValueError: If a time is not valid or ends before it starts, a name is empty, workers_needed is out of
            range, or there are none or too many shifts.

    Examples:
        >>> shift_cover_gaps(
        ...     opening_hours={"opens": "08:00", "closes": "20:00"},
        ...     shifts=[
        ...         {"worker": "Maria", "starts": "08:00", "ends": "13:30"},
        ...         {"worker": "Tom", "starts": "14:00", "ends": "20:00"},
        ...     ],
        ...     workers_needed=1,
        ... )
        [{'starts': '13:30', 'ends': '14:00', 'missing_workers': 1}]
        >>> shift_cover_gaps(
        ...     opening_hours={"opens": "10:00", "closes": "18:30"},
        ...     shifts=[
        ...         {"worker": "Aisha", "starts": "10:00", "ends": "16:00"},
        ...         {"worker": "Ben", "starts": "11:15", "ends": "18:30"},
        ...     ],
        ...     workers_needed=2,
        ... )
        [{'starts': '10:00', 'ends': '11:15', 'missing_workers': 1}, {'starts': '16:00', 'ends': '18:30', 'missing_workers': 1}]
        >>> shift_cover_gaps(
        ...     opening_hours={"opens": "06:00", "closes": "12:00"},
        ...     shifts=[{"worker": "Luca", "starts": "05:30", "ends": "12:15"}],
        ...     workers_needed=1,
        ... )
        []
    """
    opens, closes = _span("opening_hours", "opens", opening_hours["opens"], "closes", opening_hours["closes"])
    _check_count("shifts", len(shifts), 1, 50)
    _check_range("workers_needed", workers_needed, 1, 50)
    spans = []
    for index, shift in enumerate(shifts):
        name, worker = f"shifts[{index}]", shift["worker"]
        if not worker.strip() or len(worker) > 100:
            raise ValueError(f"{name}.worker must have 1 to 100 characters, not only spaces, got {worker[:100]!r}")
        spans.append((worker, *_span(name, "starts", shift["starts"], "ends", shift["ends"])))
    changes = {opens, closes, *(minute for _, *span in spans for minute in span if opens < minute < closes)}
    gaps: list[CoverGap] = []
    for start, end in pairwise(sorted(changes)):
        present = {worker for worker, first, last in spans if first <= start and end <= last}
        missing = workers_needed - len(present)
        if missing <= 0:
            continue
        if gaps and gaps[-1]["ends"] == _clock(start) and gaps[-1]["missing_workers"] == missing:
            gaps[-1]["ends"] = _clock(end)
        else:
            gaps.append({"starts": _clock(start), "ends": _clock(end), "missing_workers": missing})
    return gaps
