"""Money: loans, savings, bills, prices, taxes, currency and investments."""

import math
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Literal, TypedDict, get_args

Compounding = Literal["yearly", "quarterly", "monthly", "daily"]
TaxStatus = Literal["included", "excluded"]
CouponFrequency = Literal["yearly", "half_yearly", "quarterly"]

_MAX_AMOUNT = 1_000_000_000
_PERIODS_PER_YEAR = {"yearly": 1, "quarterly": 4, "monthly": 12, "daily": 365}
_COUPONS_PER_YEAR = {"yearly": 1, "half_yearly": 2, "quarterly": 4}


class TaxBracket(TypedDict):
    """A slice of income and the rate that applies to it."""

    from_income: float
    rate_percent: float


class Holding(TypedDict):
    """One investment of a portfolio: what it is worth now and what its share should be."""

    name: str
    value: float
    target_percent: float


class RebalancingPlan(TypedDict):
    """What rebalance_portfolio returns."""

    total_value: float
    trades: dict[str, float]


class BondValuation(TypedDict):
    """What bond_price returns."""

    price: float
    trades_at: str


class ExtraPaymentEffect(TypedDict):
    """What loan_savings_from_extra_payment returns."""

    months_to_pay_off: int
    months_saved: int
    interest_saved: float


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _money(amount: float) -> float:
    """Round to cents, halves away from zero, as 12.675 -> 12.68."""
    return float(Decimal(f"{amount:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) + 0.0


def monthly_loan_payment(principal: float, annual_rate_percent: float, years: int) -> float:
    """Compute the fixed monthly payment that pays off a loan.

    Args:
        principal: Amount borrowed, 0.01 to 1000000000.
        annual_rate_percent: Yearly interest rate in percent, 0 to 100 (5 means 5%), charged monthly.
        years: Term of the loan in whole years, 1 to 50.

    Returns:
        The payment a month (annuity formula), in the currency of the principal, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> monthly_loan_payment(principal=250000, annual_rate_percent=6.5, years=30)
        1580.17
        >>> monthly_loan_payment(principal=18500, annual_rate_percent=4.9, years=5)
        348.27
        >>> monthly_loan_payment(principal=1440, annual_rate_percent=0, years=2)
        60.0
    """
    _check_range("principal", principal, 0.01, _MAX_AMOUNT)
    _check_range("annual_rate_percent", annual_rate_percent, 0, 100)
    _check_range("years", years, 1, 50)
    months = 12 * years
    monthly_rate = annual_rate_percent / 1200
    if monthly_rate == 0:
        return _money(principal / months)
    return _money(principal * monthly_rate / -math.expm1(-months * math.log1p(monthly_rate)))


def future_savings_balance(
    initial_deposit: float,
    annual_rate_percent: float,
    years: int,
    monthly_deposit: float = 0.0,
    compounding: Compounding = "monthly",
) -> float:
    """Compute what savings grow to with compound interest.

    Args:
        initial_deposit: Amount in the account at the start, 0 to 1000000000.
        annual_rate_percent: Nominal yearly interest rate in percent, 0 to 50 (3.5 means 3.5%).
        years: How long the money is saved, in whole years, 1 to 50.
        monthly_deposit: Amount added at the end of every month, 0 to 1000000000; 0 if left out.
        compounding: How often interest is added: yearly (annually), quarterly, monthly or daily (365 times).

    Returns:
        The balance at the end, in the currency of the deposits, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or compounding is unknown.

    Examples:
        >>> future_savings_balance(initial_deposit=5000, annual_rate_percent=4, years=10)
        7454.16
        >>> future_savings_balance(
        ...     initial_deposit=12000, annual_rate_percent=3.25, years=6, compounding="yearly"
        ... )
        14538.57
        >>> future_savings_balance(initial_deposit=800, annual_rate_percent=2.4, years=3, monthly_deposit=150)
        6453.02
        >>> future_savings_balance(initial_deposit=2500, annual_rate_percent=5, years=8, compounding="daily")
        3729.46
        >>> future_savings_balance(
        ...     initial_deposit=9300, annual_rate_percent=1.8, years=4, compounding="quarterly"
        ... )
        9992.68
    """
    _check_range("initial_deposit", initial_deposit, 0, _MAX_AMOUNT)
    _check_range("annual_rate_percent", annual_rate_percent, 0, 50)
    _check_range("years", years, 1, 50)
    _check_range("monthly_deposit", monthly_deposit, 0, _MAX_AMOUNT)
    _check_choice("compounding", compounding, Compounding)
    periods = _PERIODS_PER_YEAR[compounding]
    log_growth = periods * math.log1p(annual_rate_percent / 100 / periods)
    monthly_rate = math.expm1(log_growth / 12)
    deposits = math.expm1(log_growth * years) / monthly_rate if monthly_rate else 12 * years
    return _money(initial_deposit * math.exp(log_growth * years) + monthly_deposit * deposits)


def split_bill_with_tip(bill_amount: float, people: int, tip_percent: float = 0.0) -> dict[str, float]:
    """Split a restaurant bill evenly among people.

    Args:
        bill_amount: Amount of the bill before the tip, 0.01 to 1000000000.
        people: Number of people who share the bill, 1 to 1000.
        tip_percent: Tip as a percentage of the bill, 0 to 100; no tip if left out.

    Returns:
        A dict with tip, total and per_person, each in the currency of the bill, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> split_bill_with_tip(bill_amount=86.4, people=4, tip_percent=18)
        {'tip': 15.55, 'total': 101.95, 'per_person': 25.49}
        >>> split_bill_with_tip(bill_amount=127.5, people=6)
        {'tip': 0.0, 'total': 127.5, 'per_person': 21.25}
        >>> split_bill_with_tip(bill_amount=54.2, people=1, tip_percent=12.5)
        {'tip': 6.78, 'total': 60.98, 'per_person': 60.98}
    """
    _check_range("bill_amount", bill_amount, 0.01, _MAX_AMOUNT)
    _check_range("people", people, 1, 1000)
    _check_range("tip_percent", tip_percent, 0, 100)
    tip = _money(bill_amount * tip_percent / 100)
    total = _money(bill_amount + tip)
    return {"tip": tip, "total": total, "per_person": _money(total / people)}


def price_after_discounts(original_price: float, discount_percents: list[float]) -> float:
    """Compute the final price after percentage discounts taken one after another.

    Args:
        original_price: Price before any discount, 0.01 to 1000000000.
        discount_percents: Discounts in percent, 0 to 100 each, 1 to 10 of them; each applies to what is left.

    Returns:
        The price to pay, in the currency of the original price, rounded to 2 decimals.

    Raises:
        ValueError: If the price or a discount is out of its range, or the list is empty or too long.

    Examples:
        >>> price_after_discounts(original_price=79.99, discount_percents=[30])
        55.99
        >>> price_after_discounts(original_price=249, discount_percents=[20, 10])
        179.28
        >>> price_after_discounts(original_price=1350, discount_percents=[15, 7.5, 5])
        1008.37
    """
    _check_range("original_price", original_price, 0.01, _MAX_AMOUNT)
    if not 1 <= len(discount_percents) <= 10:
        raise ValueError(f"discount_percents must have 1 to 10 items, got {len(discount_percents)}")
    price = original_price
    for index, percent in enumerate(discount_percents):
        _check_range(f"discount_percents[{index}]", percent, 0, 100)
        price *= (100 - percent) / 100
    return _money(price)


def sales_tax_breakdown(amount: float, tax_rate_percent: float, tax_is: TaxStatus) -> dict[str, float]:
    """Work out the net price, sales tax (VAT) and gross price of an amount.

    Args:
        amount: The known price, 0.01 to 1000000000.
        tax_rate_percent: Rate of the sales tax, VAT or GST in percent, 0 to 100 (20 means 20%).
        tax_is: Whether the amount has the tax in it: included (gross) or excluded (net, tax comes on top).

    Returns:
        A dict with net, tax and gross, each in the currency of the amount, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or tax_is is unknown.

    Examples:
        >>> sales_tax_breakdown(amount=45.9, tax_rate_percent=8.25, tax_is="excluded")
        {'net': 45.9, 'tax': 3.79, 'gross': 49.69}
        >>> sales_tax_breakdown(amount=1190, tax_rate_percent=19, tax_is="included")
        {'net': 1000.0, 'tax': 190.0, 'gross': 1190.0}
        >>> sales_tax_breakdown(amount=64.5, tax_rate_percent=20, tax_is="included")
        {'net': 53.75, 'tax': 10.75, 'gross': 64.5}
    """
    _check_range("amount", amount, 0.01, _MAX_AMOUNT)
    _check_range("tax_rate_percent", tax_rate_percent, 0, 100)
    _check_choice("tax_is", tax_is, TaxStatus)
    factor = 1 + tax_rate_percent / 100
    net = _money(amount / factor if tax_is == "included" else amount)
    gross = _money(amount if tax_is == "included" else amount * factor)
    return {"net": net, "tax": _money(gross - net), "gross": gross}


def progressive_income_tax(taxable_income: float, brackets: list[TaxBracket]) -> dict[str, float]:
    """Compute the income tax due under tax brackets.

    Args:
        taxable_income: Income of the year, 0.01 to 1000000000.
        brackets: 1 to 20 brackets, lowest first. Each has from_income (income above which the rate applies,
            0 to 1000000000) and rate_percent (0 to 100). Income below the first bracket is free of tax.

    Returns:
        A dict with tax and after_tax_income (in the currency of the income) and effective_rate_percent
        (tax as a share of the income), each rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of its range, or brackets is empty, too long or not in rising order.

    Examples:
        >>> progressive_income_tax(
        ...     taxable_income=38000,
        ...     brackets=[
        ...         {"from_income": 12570, "rate_percent": 20},
        ...         {"from_income": 50270, "rate_percent": 40},
        ...     ],
        ... )
        {'tax': 5086.0, 'after_tax_income': 32914.0, 'effective_rate_percent': 13.38}
        >>> progressive_income_tax(
        ...     taxable_income=95000,
        ...     brackets=[
        ...         {"from_income": 0, "rate_percent": 10},
        ...         {"from_income": 11000, "rate_percent": 12},
        ...         {"from_income": 44725, "rate_percent": 22},
        ...     ],
        ... )
        {'tax': 16207.5, 'after_tax_income': 78792.5, 'effective_rate_percent': 17.06}
        >>> progressive_income_tax(
        ...     taxable_income=27600, brackets=[{"from_income": 8500, "rate_percent": 17.5}]
        ... )
        {'tax': 3342.5, 'after_tax_income': 24257.5, 'effective_rate_percent': 12.11}
    """
    _check_range("taxable_income", taxable_income, 0.01, _MAX_AMOUNT)
    if not 1 <= len(brackets) <= 20:
        raise ValueError(f"brackets must have 1 to 20 items, got {len(brackets)}")
    for index, bracket in enumerate(brackets):
        _check_range(f"brackets[{index}].from_income", bracket["from_income"], 0, _MAX_AMOUNT)
        _check_range(f"brackets[{index}].rate_percent", bracket["rate_percent"], 0, 100)
    starts = [bracket["from_income"] for bracket in brackets]
    if any(low >= high for low, high in pairwise(starts)):
        raise ValueError(f"brackets must be in rising order of from_income, got {starts}")
    tax = 0.0
    for bracket, end in zip(brackets, [*starts[1:], math.inf], strict=True):
        taxed = max(0.0, min(taxable_income, end) - bracket["from_income"])
        tax += taxed * bracket["rate_percent"] / 100
    return {
        "tax": _money(tax),
        "after_tax_income": _money(taxable_income - _money(tax)),
        "effective_rate_percent": _money(100 * tax / taxable_income),
    }


def convert_currency_at_rate(amount: float, exchange_rate: float, fee_percent: float = 0.0) -> float:
    """Convert an amount of money at an exchange rate.

    Args:
        amount: Amount of money to exchange, 0.01 to 1000000000.
        exchange_rate: Exchange rate: units received for 1 unit paid, 0.000001 to 1000000.
        fee_percent: Fee (commission) in percent of the amount, 0 to 100; none if left out.

    Returns:
        The amount received, in the wanted currency, rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> convert_currency_at_rate(amount=350, exchange_rate=0.92)
        322.0
        >>> convert_currency_at_rate(amount=1200, exchange_rate=148.35, fee_percent=2.5)
        173569.5
        >>> convert_currency_at_rate(amount=64.75, exchange_rate=1.27, fee_percent=1)
        81.41
    """
    _check_range("amount", amount, 0.01, _MAX_AMOUNT)
    _check_range("exchange_rate", exchange_rate, 0.000001, 1_000_000)
    _check_range("fee_percent", fee_percent, 0, 100)
    return _money(amount * (100 - fee_percent) / 100 * exchange_rate)


def loan_savings_from_extra_payment(
    principal: float, annual_rate_percent: float, years: int, extra_monthly_payment: float
) -> ExtraPaymentEffect:
    """Compute how much sooner and cheaper a loan is paid off by paying extra every month.

    Args:
        principal: Amount borrowed or still owed, 1 to 1000000000.
        annual_rate_percent: Yearly interest rate in percent, 0 to 100 (5 means 5%), charged monthly.
        years: Term of the loan without extra payments, in whole years, 1 to 50.
        extra_monthly_payment: Amount paid each month on top of the regular annuity payment, 0.01 to 1000000000.

    Returns:
        An object with months_to_pay_off, months_saved and interest_saved (in the currency of the principal,
        rounded to 2 decimals).

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> loan_savings_from_extra_payment(
        ...     principal=240000, annual_rate_percent=6, years=30, extra_monthly_payment=200
        ... )
        {'months_to_pay_off': 265, 'months_saved': 95, 'interest_saved': 85085.34}
        >>> loan_savings_from_extra_payment(
        ...     principal=18000, annual_rate_percent=7.9, years=5, extra_monthly_payment=75
        ... )
        {'months_to_pay_off': 48, 'months_saved': 12, 'interest_saved': 798.96}
        >>> loan_savings_from_extra_payment(
        ...     principal=9600, annual_rate_percent=0, years=4, extra_monthly_payment=50
        ... )
        {'months_to_pay_off': 39, 'months_saved': 9, 'interest_saved': 0.0}
    """
    _check_range("principal", principal, 1, _MAX_AMOUNT)
    _check_range("annual_rate_percent", annual_rate_percent, 0, 100)
    _check_range("years", years, 1, 50)
    _check_range("extra_monthly_payment", extra_monthly_payment, 0.01, _MAX_AMOUNT)
    term = 12 * years
    rate = annual_rate_percent / 1200
    regular = principal * rate / -math.expm1(-term * math.log1p(rate)) if rate else principal / term
    balance, interest, months = float(principal), 0.0, 0
    while balance >= 0.005:
        interest += balance * rate
        balance += balance * rate - regular - extra_monthly_payment
        months += 1
    return {
        "months_to_pay_off": months,
        "months_saved": term - months,
        "interest_saved": _money(regular * term - principal - interest),
    }


def rebalance_portfolio(holdings: list[Holding], new_money: float = 0.0) -> RebalancingPlan:
    """Work out what to buy and sell so that investments have their target shares of a portfolio.

    Args:
        holdings: 2 to 50 objects, each with name (1 to 100 characters, each once), value (what it is worth
            now, 0 to 1000000000) and target_percent (the share wanted, 0 to 100; together 100).
        new_money: Cash to invest on top, in the currency of the values, 0 to 1000000000; none if left out.

    Returns:
        An object with total_value (with the new money) and trades, an object with the amount to buy of each
        holding by name, negative to sell; in the currency of the values, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of its range, a name is blank or comes twice, there are too few or too
            many holdings, the target percents do not add up to 100, or there is nothing to invest.

    Examples:
        >>> rebalance_portfolio(
        ...     holdings=[
        ...         {"name": "stocks", "value": 42000, "target_percent": 60},
        ...         {"name": "bonds", "value": 18000, "target_percent": 40},
        ...     ]
        ... )
        {'total_value': 60000.0, 'trades': {'stocks': -6000.0, 'bonds': 6000.0}}
        >>> rebalance_portfolio(
        ...     holdings=[
        ...         {"name": "world fund", "value": 15200, "target_percent": 70},
        ...         {"name": "real estate", "value": 4300, "target_percent": 20},
        ...         {"name": "gold", "value": 2750, "target_percent": 10},
        ...     ],
        ...     new_money=2500,
        ... )
        {'total_value': 24750.0, 'trades': {'world fund': 2125.0, 'real estate': 650.0, 'gold': -275.0}}
        >>> rebalance_portfolio(
        ...     holdings=[
        ...         {"name": "savings bonds", "value": 3650, "target_percent": 37.5},
        ...         {"name": "index fund", "value": 8100, "target_percent": 62.5},
        ...     ],
        ...     new_money=450,
        ... )
        {'total_value': 12200.0, 'trades': {'savings bonds': 925.0, 'index fund': -475.0}}
    """
    if not 2 <= len(holdings) <= 50:
        raise ValueError(f"holdings must have 2 to 50 items, got {len(holdings)}")
    _check_range("new_money", new_money, 0, _MAX_AMOUNT)
    names: set[str] = set()
    for index, holding in enumerate(holdings):
        name = holding["name"]
        if not (name.strip() and len(name) <= 100) or name in names:
            raise ValueError(f"holdings[{index}].name must have 1 to 100 characters and come once, got {name[:100]!r}")
        names.add(name)
        _check_range(f"holdings[{index}].value", holding["value"], 0, _MAX_AMOUNT)
        _check_range(f"holdings[{index}].target_percent", holding["target_percent"], 0, 100)
    targets = math.fsum(holding["target_percent"] for holding in holdings)
    if abs(targets - 100) > 0.01:
        raise ValueError(f"holdings must have target_percent that add up to 100, got {targets:g}")
    total = math.fsum([new_money, *(holding["value"] for holding in holdings)])
    if total < 0.01:
        raise ValueError("holdings must be worth something, or new_money be given")
    trades = {
        holding["name"]: _money(total * holding["target_percent"] / targets - holding["value"]) for holding in holdings
    }
    return {"total_value": _money(total), "trades": trades}


def bond_price(
    face_value: float,
    coupon_rate_percent: float,
    yield_percent: float,
    years_to_maturity: int,
    coupons_paid: CouponFrequency = "half_yearly",
) -> BondValuation:
    """Compute the fair price of a bond from its coupon and the market yield.

    Args:
        face_value: Amount paid back at maturity (par value), 1 to 1000000000.
        coupon_rate_percent: Interest that the bond pays a year, in percent of the face value, 0 to 50.
        yield_percent: Market yield to maturity in percent a year, 0 to 50, compounded as often as coupons
            are paid.
        years_to_maturity: Whole years until the face value is paid back, 1 to 50.
        coupons_paid: How often the interest is paid: yearly, half_yearly (twice a year) or quarterly;
            half_yearly if left out.

    Returns:
        An object with price (present value in the currency of the face value, rounded to 2 decimals) and
        trades_at: discount (below the face value), par (equal) or premium (above).

    Raises:
        ValueError: If an argument is out of its range or coupons_paid is unknown.

    Examples:
        >>> bond_price(face_value=1000, coupon_rate_percent=4.5, yield_percent=5.2, years_to_maturity=10)
        {'price': 945.95, 'trades_at': 'discount'}
        >>> bond_price(
        ...     face_value=5000, coupon_rate_percent=6, yield_percent=3.75, years_to_maturity=7, coupons_paid="yearly"
        ... )
        {'price': 5681.51, 'trades_at': 'premium'}
        >>> bond_price(
        ...     face_value=20000, coupon_rate_percent=3, yield_percent=3, years_to_maturity=12, coupons_paid="quarterly"
        ... )
        {'price': 20000.0, 'trades_at': 'par'}
    """
    _check_range("face_value", face_value, 1, _MAX_AMOUNT)
    _check_range("coupon_rate_percent", coupon_rate_percent, 0, 50)
    _check_range("yield_percent", yield_percent, 0, 50)
    _check_range("years_to_maturity", years_to_maturity, 1, 50)
    _check_choice("coupons_paid", coupons_paid, CouponFrequency)
    payments_a_year = _COUPONS_PER_YEAR[coupons_paid]
    payments = payments_a_year * years_to_maturity
    coupon = face_value * coupon_rate_percent / 100 / payments_a_year
    rate = yield_percent / 100 / payments_a_year
    log_discount = -payments * math.log1p(rate)
    annuity = -math.expm1(log_discount) / rate if rate else payments
    price = _money(coupon * annuity + face_value * math.exp(log_discount))
    face = _money(face_value)
    return {"price": price, "trades_at": "par" if price == face else "premium" if price > face else "discount"}
