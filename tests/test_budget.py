"""What a run may spend."""

from dataclasses import dataclass
from typing import Any

import pytest

from apigen.budget import Budget
from apigen.config import Target
from apigen.errors import BudgetSpent


@dataclass
class Spent:
    tokens: int = 0
    dollars: float = 0.0


@pytest.mark.parametrize(
    ("target", "within", "beyond", "named"),
    [
        ({"tokens": 1_000}, Spent(tokens=999), Spent(tokens=1_000), "1,000 tokens"),
        ({"dollars": 2.5}, Spent(dollars=2.49), Spent(dollars=2.5), "2.5 dollars"),
        ({"verified": 5, "tokens": 10}, Spent(9, 99.0), Spent(11), "10 tokens"),
    ],
)
def test_a_budget_ends_at_its_limit(target: dict[str, Any], within: Spent, beyond: Spent, named: str) -> None:
    allowed = Budget(Target(**target), within, 0.0)
    allowed.check()
    assert allowed.spent == ""
    refused = Budget(Target(**target), beyond, 0.0)
    assert refused.spent == named
    with pytest.raises(BudgetSpent, match=named):
        refused.check()


def test_seconds_of_earlier_sessions_count() -> None:
    assert Budget(Target(seconds=10), Spent(), 9.0).spent == ""
    assert Budget(Target(seconds=10), Spent(), 10.0).spent == "10 seconds"


def test_without_limits_nothing_is_refused() -> None:
    Budget(Target(verified=1), Spent(10**9, 1e6), 1e9).check()
