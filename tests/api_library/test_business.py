"""Wrong and known values of the business functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import business

COSTS = {"fixed_costs": 100_000, "unit_price": 20, "unit_variable_cost": 12}
PRICE = {"unit_cost": 75, "profit_percent": 25, "percent_is": "margin"}
LINE = {"description": "hosting", "quantity": 12, "unit_price": 19.99}
INVOICE = {"lines": [LINE], "tax_percent": 10}
STOCK = {
    "yearly_demand": 1000,
    "cost_per_order": 10,
    "yearly_holding_cost_per_unit": 0.5,
    "lead_time_days": 5,
    "safety_stock": 0,
}
WEEK = {"hours_per_day": [8, 9, 10, 8, 8], "hourly_rate": 20, "overtime_rule": "weekly"}
TASK = {"name": "dig", "days": 3, "depends_on": []}
ASSET = {"purchase_cost": 2400, "salvage_value": 300, "useful_years": 10, "method": "double_declining"}
TIER = {"from_quantity": 10, "discount_percent": 5}
ORDER = {
    "unit_price": 100,
    "quantity": 30,
    "tiers": [TIER, {"from_quantity": 20, "discount_percent": 10}],
    "discount_on": "all_units",
}
STAGE = {"name": "visit", "people": 1000}
LATER = {"name": "buy", "people": 30}
SHIFT = {"worker": "Ana", "starts": "09:00", "ends": "13:00"}
DAY = {"opening_hours": {"opens": "09:00", "closes": "17:00"}, "shifts": [SHIFT], "workers_needed": 1}

WRONG = [
    (business.break_even_units, COSTS | {"fixed_costs": 0}, "fixed_costs"),
    (business.break_even_units, COSTS | {"unit_price": math.inf}, "unit_price"),
    (business.break_even_units, COSTS | {"unit_variable_cost": -1}, "unit_variable_cost"),
    (business.break_even_units, COSTS | {"unit_variable_cost": 20}, "unit_variable_cost"),
    (business.break_even_units, COSTS | {"target_profit": math.nan}, "target_profit"),
    (business.selling_price_from_cost, PRICE | {"unit_cost": 0}, "unit_cost"),
    (business.selling_price_from_cost, PRICE | {"profit_percent": 100}, "profit_percent"),
    (
        business.selling_price_from_cost,
        PRICE | {"percent_is": "markup", "profit_percent": math.nan},
        "profit_percent",
    ),
    (business.selling_price_from_cost, PRICE | {"percent_is": "profit"}, "percent_is"),
    (business.invoice_totals, INVOICE | {"lines": []}, "lines"),
    (business.invoice_totals, INVOICE | {"lines": [LINE] * 51}, "lines"),
    (business.invoice_totals, INVOICE | {"lines": [LINE, LINE]}, "lines"),
    (business.invoice_totals, INVOICE | {"lines": [LINE | {"description": " "}]}, "lines"),
    (business.invoice_totals, INVOICE | {"lines": [LINE | {"quantity": 0}]}, "lines"),
    (business.invoice_totals, INVOICE | {"lines": [LINE | {"unit_price": math.nan}]}, "lines"),
    (business.invoice_totals, INVOICE | {"tax_percent": 101}, "tax_percent"),
    (business.invoice_totals, INVOICE | {"discount_percent": -5}, "discount_percent"),
    (business.plan_stock_orders, STOCK | {"yearly_demand": 0}, "yearly_demand"),
    (business.plan_stock_orders, STOCK | {"cost_per_order": math.nan}, "cost_per_order"),
    (business.plan_stock_orders, STOCK | {"yearly_holding_cost_per_unit": 0}, "yearly_holding_cost_per_unit"),
    (business.plan_stock_orders, STOCK | {"lead_time_days": 366}, "lead_time_days"),
    (business.plan_stock_orders, STOCK | {"safety_stock": -1}, "safety_stock"),
    (business.weekly_gross_pay, WEEK | {"hours_per_day": []}, "hours_per_day"),
    (business.weekly_gross_pay, WEEK | {"hours_per_day": [8] * 8}, "hours_per_day"),
    (business.weekly_gross_pay, WEEK | {"hours_per_day": [25]}, "hours_per_day"),
    (business.weekly_gross_pay, WEEK | {"hourly_rate": 0}, "hourly_rate"),
    (business.weekly_gross_pay, WEEK | {"overtime_rule": "monthly"}, "overtime_rule"),
    (business.weekly_gross_pay, WEEK | {"overtime_multiplier": 0.5}, "overtime_multiplier"),
    (business.net_promoter_score, {"ratings": []}, "ratings"),
    (business.net_promoter_score, {"ratings": [5] * 1001}, "ratings"),
    (business.net_promoter_score, {"ratings": [9, 11]}, "ratings"),
    (business.project_critical_path, {"tasks": []}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK | {"name": str(n)} for n in range(51)]}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK, TASK]}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK | {"name": ""}]}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK | {"days": 0}]}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK | {"depends_on": ["plan"]}]}, "tasks"),
    (business.project_critical_path, {"tasks": [TASK | {"depends_on": ["dig"]}]}, "tasks"),
    (
        business.project_critical_path,
        {"tasks": [TASK | {"depends_on": ["fill"]}, {"name": "fill", "days": 2, "depends_on": ["dig"]}]},
        "tasks",
    ),
    (business.depreciation_schedule, ASSET | {"purchase_cost": 0}, "purchase_cost"),
    (business.depreciation_schedule, ASSET | {"salvage_value": 2401}, "salvage_value"),
    (business.depreciation_schedule, ASSET | {"useful_years": 41}, "useful_years"),
    (business.depreciation_schedule, ASSET | {"method": "guess"}, "method"),
    (business.volume_discount_total, ORDER | {"unit_price": math.nan}, "unit_price"),
    (business.volume_discount_total, ORDER | {"quantity": 0}, "quantity"),
    (business.volume_discount_total, ORDER | {"tiers": []}, "tiers"),
    (business.volume_discount_total, ORDER | {"tiers": [TIER] * 21}, "tiers"),
    (business.volume_discount_total, ORDER | {"tiers": [TIER, TIER]}, "tiers"),
    (business.volume_discount_total, ORDER | {"tiers": [TIER | {"from_quantity": 0}]}, "tiers"),
    (business.volume_discount_total, ORDER | {"tiers": [TIER | {"discount_percent": 101}]}, "tiers"),
    (business.volume_discount_total, ORDER | {"discount_on": "first_unit"}, "discount_on"),
    (business.sales_funnel_conversion, {"stages": [STAGE]}, "stages"),
    (business.sales_funnel_conversion, {"stages": [STAGE | {"name": str(n)} for n in range(21)]}, "stages"),
    (business.sales_funnel_conversion, {"stages": [STAGE, STAGE]}, "stages"),
    (business.sales_funnel_conversion, {"stages": [STAGE, LATER | {"name": " "}]}, "stages"),
    (business.sales_funnel_conversion, {"stages": [STAGE, LATER | {"people": 1001}]}, "stages"),
    (business.sales_funnel_conversion, {"stages": [STAGE, LATER | {"people": 0}]}, "stages"),
    (business.shift_cover_gaps, DAY | {"opening_hours": {"opens": "9:00", "closes": "17:00"}}, "opening_hours"),
    (business.shift_cover_gaps, DAY | {"opening_hours": {"opens": "09:00", "closes": "24:01"}}, "opening_hours"),
    (business.shift_cover_gaps, DAY | {"opening_hours": {"opens": "22:00", "closes": "06:00"}}, "opening_hours"),
    (business.shift_cover_gaps, DAY | {"shifts": []}, "shifts"),
    (business.shift_cover_gaps, DAY | {"shifts": [SHIFT] * 51}, "shifts"),
    (business.shift_cover_gaps, DAY | {"shifts": [SHIFT | {"worker": ""}]}, "shifts"),
    (business.shift_cover_gaps, DAY | {"shifts": [SHIFT | {"starts": "25:00"}]}, "shifts"),
    (business.shift_cover_gaps, DAY | {"shifts": [SHIFT | {"ends": "09:00"}]}, "shifts"),
    (business.shift_cover_gaps, DAY | {"workers_needed": 0}, "workers_needed"),
]

# The Milwaukee Paper project of Heizer and Render, "Operations Management": A-C-E-G-H, 15 weeks.
PAPER_MILL = [
    {"name": "A", "days": 2, "depends_on": []},
    {"name": "B", "days": 3, "depends_on": []},
    {"name": "C", "days": 2, "depends_on": ["A"]},
    {"name": "D", "days": 4, "depends_on": ["A", "B"]},
    {"name": "E", "days": 4, "depends_on": ["C"]},
    {"name": "F", "days": 3, "depends_on": ["C"]},
    {"name": "G", "days": 5, "depends_on": ["D", "E"]},
    {"name": "H", "days": 2, "depends_on": ["F", "G"]},
]
PAPER_MILL_PLAN = {
    "duration_days": 15,
    "critical_tasks": ["A", "C", "E", "G", "H"],
    "slack_days": {"B": 1, "D": 1, "F": 6},
}

KNOWN = [
    (business.break_even_units, COSTS, {"units": 12_500, "revenue": 250_000.0, "contribution_per_unit": 8.0}),
    # In binary 0.3 - 0.2 is less than 0.1, which would need a fourth unit.
    (
        business.break_even_units,
        {"fixed_costs": 0.3, "unit_price": 0.3, "unit_variable_cost": 0.2},
        {"units": 3, "revenue": 0.9, "contribution_per_unit": 0.1},
    ),
    (
        business.selling_price_from_cost,
        PRICE,
        {"price": 100.0, "profit": 25.0, "margin_percent": 25.0, "markup_percent": 33.33},
    ),
    (
        business.selling_price_from_cost,
        PRICE | {"profit_percent": 100, "percent_is": "markup"},
        {"price": 150.0, "profit": 75.0, "margin_percent": 50.0, "markup_percent": 100.0},
    ),
    (
        business.invoice_totals,
        INVOICE | {"discount_percent": 50},
        {"line_totals": [239.88], "subtotal": 239.88, "discount": 119.94, "tax": 11.99, "total": 131.93},
    ),
    # Sharp Inc. of Heizer and Render: 200 needles an order, 5 orders.
    (business.plan_stock_orders, STOCK, {"order_quantity": 200, "orders_per_year": 5.0, "reorder_point": 14}),
    (
        business.plan_stock_orders,
        STOCK | {"yearly_demand": 3650, "safety_stock": 7},
        {"order_quantity": 382, "orders_per_year": 9.6, "reorder_point": 57},
    ),
    (business.weekly_gross_pay, WEEK, {"regular_hours": 40.0, "overtime_hours": 3.0, "gross_pay": 890.0}),
    (
        business.weekly_gross_pay,
        WEEK | {"hours_per_day": [10, 4], "overtime_rule": "daily", "overtime_multiplier": 2},
        {"regular_hours": 12.0, "overtime_hours": 2.0, "gross_pay": 320.0},
    ),
    (
        business.weekly_gross_pay,
        WEEK | {"overtime_rule": "none"},
        {"regular_hours": 43.0, "overtime_hours": 0.0, "gross_pay": 860.0},
    ),
    (
        business.net_promoter_score,
        {"ratings": [0, 6, 7, 8, 9, 10, 10]},
        {"score": 14.3, "promoters": 3, "passives": 2, "detractors": 2},
    ),
    (business.project_critical_path, {"tasks": PAPER_MILL}, PAPER_MILL_PLAN),
    # Without H, A-C-E-G still ends last, and F has until then.
    (
        business.project_critical_path,
        {"tasks": PAPER_MILL[:-1]},
        {"duration_days": 13, "critical_tasks": ["A", "C", "E", "G"], "slack_days": {"B": 1, "D": 1, "F": 6}},
    ),
    # Digits 2 + 1: two thirds of the loss of 22500, then one.
    (
        business.depreciation_schedule,
        {"purchase_cost": 30_000, "salvage_value": 7500, "useful_years": 2, "method": "sum_of_years_digits"},
        {"depreciation": [15_000.0, 7500.0], "book_values": [15_000.0, 7500.0]},
    ),
    (
        business.depreciation_schedule,
        {"purchase_cost": 1000, "salvage_value": 0, "useful_years": 3, "method": "straight_line"},
        {"depreciation": [333.33, 333.34, 333.33], "book_values": [666.67, 333.33, 0.0]},
    ),
    (
        business.depreciation_schedule,
        ASSET | {"useful_years": 1},
        {"depreciation": [2100.0], "book_values": [300.0]},
    ),
    (business.volume_discount_total, ORDER, {"total": 2700.0, "saved": 300.0, "average_unit_price": 90.0}),
    # 9 units at 100, 10 at 95 and 11 at 90.
    (
        business.volume_discount_total,
        ORDER | {"discount_on": "units_in_tier"},
        {"total": 2840.0, "saved": 160.0, "average_unit_price": 94.6667},
    ),
    (
        business.volume_discount_total,
        ORDER | {"quantity": 9, "discount_on": "units_in_tier"},
        {"total": 900.0, "saved": 0.0, "average_unit_price": 100.0},
    ),
    (
        business.sales_funnel_conversion,
        {"stages": [STAGE, {"name": "cart", "people": 300}, LATER]},
        {"step_percents": [30.0, 10.0], "overall_percent": 3.0, "weakest_step": "cart to buy"},
    ),
    (business.shift_cover_gaps, DAY, [{"starts": "13:00", "ends": "17:00", "missing_workers": 1}]),
    (
        business.shift_cover_gaps,
        {
            "opening_hours": {"opens": "18:00", "closes": "24:00"},
            # Ana counts once although two of her shifts overlap.
            "shifts": [
                {"worker": "Ana", "starts": "17:00", "ends": "22:00"},
                {"worker": "Ana", "starts": "20:00", "ends": "23:00"},
                {"worker": "Bo", "starts": "18:00", "ends": "19:00"},
            ],
            "workers_needed": 2,
        },
        [
            {"starts": "19:00", "ends": "23:00", "missing_workers": 1},
            {"starts": "23:00", "ends": "24:00", "missing_workers": 2},
        ],
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


def test_depreciation_agrees_with_spreadsheets() -> None:
    # The examples of the help pages for DDB and SYD.
    declining = business.depreciation_schedule(**ASSET)["depreciation"]
    assert (declining[0], declining[-1]) == (480.0, 22.12)
    assert business.depreciation_schedule(10_000, 1000, 7, "double_declining")["depreciation"][2] == 1457.73
    capped = business.depreciation_schedule(10_000, 1000, 5, "double_declining")["depreciation"]
    assert capped == [4000.0, 2400.0, 1440.0, 864.0, 296.0]
    digits = business.depreciation_schedule(30_000, 7500, 10, "sum_of_years_digits")["depreciation"]
    assert (digits[0], digits[-1]) == (4090.91, 409.09)


@pytest.mark.parametrize("method", ["straight_line", "sum_of_years_digits"])
def test_depreciation_adds_up_to_the_loss(method: Any) -> None:
    schedule = business.depreciation_schedule(98_765.43, 4321, 7, method)
    assert math.fsum(schedule["depreciation"]) == pytest.approx(98_765.43 - 4321, abs=1e-6)
    assert schedule["book_values"][-1] == 4321
