"""Tests of the finance functions: known values from independent calculation, and wrong values."""

from collections.abc import Callable
from decimal import Decimal, getcontext
from typing import Any

import pytest

from api_library import finance

Function = Callable[..., Any]
NAN, INF = float("nan"), float("inf")


def bracket(from_income: float, rate_percent: float) -> dict[str, float]:
    return {"from_income": from_income, "rate_percent": rate_percent}


def holding(name: str, value: float, target_percent: float) -> dict[str, Any]:
    return {"name": name, "value": value, "target_percent": target_percent}


EXTRA = {"principal": 5000, "annual_rate_percent": 5, "years": 3, "extra_monthly_payment": 20}
BOND = {"face_value": 1000, "coupon_rate_percent": 8, "yield_percent": 10, "years_to_maturity": 10}


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
        # Without interest 100 a month become 150, and 12 months 8.
        (
            finance.loan_savings_from_extra_payment,
            {"principal": 1200, "annual_rate_percent": 0, "years": 1, "extra_monthly_payment": 50},
            {"months_to_pay_off": 8, "months_saved": 4, "interest_saved": 0.0},
        ),
        # 60%, 30% and 10% of 10000.
        (
            finance.rebalance_portfolio,
            {"holdings": [holding("a", 5000, 60), holding("b", 4000, 30), holding("c", 0, 10)], "new_money": 1000},
            {"total_value": 10000.0, "trades": {"a": 1000.0, "b": -1000.0, "c": 1000.0}},
        ),
        # Textbook bonds: 40 * 12.46221 + 1000 / 1.05 ** 20; 100 * 2.57710 + 793.83; 1000 / 1.05 ** 10.
        (finance.bond_price, BOND, {"price": 875.38, "trades_at": "discount"}),
        (
            finance.bond_price,
            BOND | {"coupon_rate_percent": 10, "yield_percent": 8, "years_to_maturity": 3, "coupons_paid": "yearly"},
            {"price": 1051.54, "trades_at": "premium"},
        ),
        (
            finance.bond_price,
            BOND | {"coupon_rate_percent": 0, "yield_percent": 5, "coupons_paid": "yearly"},
            {"price": 613.91, "trades_at": "discount"},
        ),
        (finance.bond_price, BOND | {"yield_percent": 0}, {"price": 1800.0, "trades_at": "premium"}),
        (finance.bond_price, BOND | {"yield_percent": 8}, {"price": 1000.0, "trades_at": "par"}),
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
        (finance.loan_savings_from_extra_payment, EXTRA | {"principal": 0.5}, "principal"),
        (finance.loan_savings_from_extra_payment, EXTRA | {"annual_rate_percent": 101}, "annual_rate_percent"),
        (finance.loan_savings_from_extra_payment, EXTRA | {"years": 51}, "years"),
        (finance.loan_savings_from_extra_payment, EXTRA | {"extra_monthly_payment": 0}, "extra_monthly_payment"),
        (finance.rebalance_portfolio, {"holdings": [holding("gold", 5, 100)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 5, 50), holding("a", 5, 50)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 5, 50), holding(" ", 5, 50)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 5, 50), holding("b", -5, 50)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 5, 50), holding("b", 5, NAN)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 5, 50), holding("b", 5, 40)]}, "holdings"),
        (finance.rebalance_portfolio, {"holdings": [holding("a", 0, 50), holding("b", 0, 50)]}, "holdings"),
        (
            finance.rebalance_portfolio,
            {"holdings": [holding("a", 5, 50), holding("b", 5, 50)], "new_money": -1},
            "new_money",
        ),
        (finance.bond_price, BOND | {"face_value": 0}, "face_value"),
        (finance.bond_price, BOND | {"coupon_rate_percent": 51}, "coupon_rate_percent"),
        (finance.bond_price, BOND | {"yield_percent": -1}, "yield_percent"),
        (finance.bond_price, BOND | {"years_to_maturity": 0}, "years_to_maturity"),
        (finance.bond_price, BOND | {"coupons_paid": "monthly"}, "coupons_paid"),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)


@pytest.mark.parametrize(
    ("principal", "rate", "years", "extra"),
    [(240000, 6, 30, 200), (18000, "7.9", 5, 75), (900_000_000, 12, 50, 250_000)],
)
def test_extra_payments_agree_with_a_decimal_schedule(principal: Any, rate: Any, years: int, extra: Any) -> None:
    getcontext().prec = 60
    monthly, owed = 1 + Decimal(rate) / 1200, Decimal(principal)
    regular = owed * (monthly - 1) / (1 - monthly ** (-12 * years))
    interest, months = Decimal(0), 0
    while owed > 0:
        interest += owed * (monthly - 1)
        owed = owed * monthly - regular - Decimal(extra)
        months += 1
    result = finance.loan_savings_from_extra_payment(principal, float(rate), years, float(extra))
    saved = 12 * years * regular - principal - interest
    assert result["months_to_pay_off"] == months
    assert result["months_saved"] == 12 * years - months
    assert result["interest_saved"] == pytest.approx(float(saved), rel=1e-9, abs=0.006)
