"""Tests of the finance functions: known values from independent calculation, and wrong values."""

from collections.abc import Callable
from typing import Any

import pytest

from api_library import finance

Function = Callable[..., Any]
NAN, INF = float("nan"), float("inf")


def bracket(from_income: float, rate_percent: float) -> dict[str, float]:
    return {"from_income": from_income, "rate_percent": rate_percent}


@pytest.mark.parametrize(
    ("function", "kwargs", "expected"),
    [
        # Paid off month by month with decimals: the balance ends at 0 for 769.2526.
        (finance.monthly_loan_payment, {"principal": 32000, "annual_rate_percent": 7.2, "years": 4}, 769.25),
        (finance.monthly_loan_payment, {"principal": 9000, "annual_rate_percent": 0, "years": 3}, 250.0),
        (finance.monthly_loan_payment, {"principal": 1200, "annual_rate_percent": 1e-300, "years": 1}, 100.0),
        # 1000 * 1.06 ** 2, and the same with 100 a month at the twelfth root of 1.06.
        (
            finance.future_savings_balance,
            {"initial_deposit": 1000, "annual_rate_percent": 6, "years": 2, "compounding": "yearly"},
            1123.6,
        ),
        (
            finance.future_savings_balance,
            {
                "initial_deposit": 1000,
                "annual_rate_percent": 6,
                "years": 2,
                "monthly_deposit": 100,
                "compounding": "yearly",
            },
            3662.86,
        ),
        (
            finance.future_savings_balance,
            {"initial_deposit": 500, "annual_rate_percent": 0, "years": 2, "monthly_deposit": 75},
            2300.0,
        ),
        (
            finance.split_bill_with_tip,
            {"bill_amount": 100, "people": 3, "tip_percent": 20},
            {"tip": 20.0, "total": 120.0, "per_person": 40.0},
        ),
        # 15% of 84.50 is 12.675: half a cent goes up.
        (
            finance.split_bill_with_tip,
            {"bill_amount": 84.5, "people": 2, "tip_percent": 15},
            {"tip": 12.68, "total": 97.18, "per_person": 48.59},
        ),
        (finance.price_after_discounts, {"original_price": 200, "discount_percents": [50, 25]}, 75.0),
        (finance.price_after_discounts, {"original_price": 59.9, "discount_percents": [100]}, 0.0),
        (
            finance.sales_tax_breakdown,
            {"amount": 121, "tax_rate_percent": 21, "tax_is": "included"},
            {"net": 100.0, "tax": 21.0, "gross": 121.0},
        ),
        (
            finance.sales_tax_breakdown,
            {"amount": 80, "tax_rate_percent": 7.5, "tax_is": "excluded"},
            {"net": 80.0, "tax": 6.0, "gross": 86.0},
        ),
        # UK 2024/25: 7540 at 40% on top of 37700 at 20%.
        (
            finance.progressive_income_tax,
            {"taxable_income": 57810, "brackets": [bracket(12570, 20), bracket(50270, 40)]},
            {"tax": 10556.0, "after_tax_income": 47254.0, "effective_rate_percent": 18.26},
        ),
        (
            finance.progressive_income_tax,
            {"taxable_income": 9000, "brackets": [bracket(12570, 20)]},
            {"tax": 0.0, "after_tax_income": 9000.0, "effective_rate_percent": 0.0},
        ),
        (finance.convert_currency_at_rate, {"amount": 40, "exchange_rate": 1.25, "fee_percent": 10}, 45.0),
        (finance.convert_currency_at_rate, {"amount": 15000, "exchange_rate": 0.0067}, 100.5),
    ],
)
def test_known_values(function: Function, kwargs: dict[str, Any], expected: object) -> None:
    assert function(**kwargs) == expected


@pytest.mark.parametrize("compounding", ["yearly", "quarterly", "monthly", "daily"])
def test_largest_savings_are_finite(compounding: Any) -> None:
    assert 0 < finance.future_savings_balance(1e9, 50, 50, 1e9, compounding) < 1e23


LOAN = {"principal": 5000, "annual_rate_percent": 5, "years": 3}
SAVINGS = {"initial_deposit": 5000, "annual_rate_percent": 5, "years": 3}
TAX = {"amount": 50, "tax_rate_percent": 20, "tax_is": "included"}


@pytest.mark.parametrize(
    ("function", "kwargs", "argument"),
    [
        (finance.monthly_loan_payment, LOAN | {"principal": 0}, "principal"),
        (finance.monthly_loan_payment, LOAN | {"principal": NAN}, "principal"),
        (finance.monthly_loan_payment, LOAN | {"annual_rate_percent": 250}, "annual_rate_percent"),
        (finance.monthly_loan_payment, LOAN | {"years": 0}, "years"),
        (finance.future_savings_balance, SAVINGS | {"initial_deposit": -1}, "initial_deposit"),
        (finance.future_savings_balance, SAVINGS | {"annual_rate_percent": 51}, "annual_rate_percent"),
        (finance.future_savings_balance, SAVINGS | {"years": 51}, "years"),
        (finance.future_savings_balance, SAVINGS | {"monthly_deposit": INF}, "monthly_deposit"),
        (finance.future_savings_balance, SAVINGS | {"compounding": "hourly"}, "compounding"),
        (finance.split_bill_with_tip, {"bill_amount": -20, "people": 2}, "bill_amount"),
        (finance.split_bill_with_tip, {"bill_amount": 20, "people": 0}, "people"),
        (finance.split_bill_with_tip, {"bill_amount": 20, "people": 2, "tip_percent": 101}, "tip_percent"),
        (finance.price_after_discounts, {"original_price": 0, "discount_percents": [5]}, "original_price"),
        (finance.price_after_discounts, {"original_price": 9, "discount_percents": []}, "discount_percents"),
        (
            finance.price_after_discounts,
            {"original_price": 9, "discount_percents": [5, 120]},
            "discount_percents",
        ),
        (
            finance.price_after_discounts,
            {"original_price": 9, "discount_percents": [1] * 11},
            "discount_percents",
        ),
        (finance.sales_tax_breakdown, TAX | {"amount": INF}, "amount"),
        (finance.sales_tax_breakdown, TAX | {"tax_rate_percent": -1}, "tax_rate_percent"),
        (finance.sales_tax_breakdown, TAX | {"tax_is": "maybe"}, "tax_is"),
        (
            finance.progressive_income_tax,
            {"taxable_income": 0, "brackets": [bracket(0, 20)]},
            "taxable_income",
        ),
        (finance.progressive_income_tax, {"taxable_income": 900, "brackets": []}, "brackets"),
        (finance.progressive_income_tax, {"taxable_income": 900, "brackets": [bracket(-1, 20)]}, "brackets"),
        (finance.progressive_income_tax, {"taxable_income": 900, "brackets": [bracket(0, 120)]}, "brackets"),
        (
            finance.progressive_income_tax,
            {"taxable_income": 900, "brackets": [bracket(500, 20), bracket(500, 30)]},
            "brackets",
        ),
        (finance.convert_currency_at_rate, {"amount": -5, "exchange_rate": 1.1}, "amount"),
        (finance.convert_currency_at_rate, {"amount": 5, "exchange_rate": 0}, "exchange_rate"),
        (
            finance.convert_currency_at_rate,
            {"amount": 5, "exchange_rate": 1.1, "fee_percent": NAN},
            "fee_percent",
        ),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)
