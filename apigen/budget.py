"""What a run may spend: looked at before each call is sent."""

import time
from typing import Protocol

from apigen.config import Target
from apigen.errors import BudgetSpent


class Spending(Protocol):
    """What was spent so far, by all sessions of the run."""

    tokens: int
    dollars: float


class Budget:
    """A run's limits of tokens, dollars and seconds. It ends at the first one reached; what is in flight then still ends."""

    def __init__(self, target: Target, spending: Spending, seconds_before: float) -> None:
        self._target, self._spending, self._seconds_before = target, spending, seconds_before
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the run has taken, in all its sessions."""
        return self._seconds_before + time.monotonic() - self._started

    @property
    def spent(self) -> str:
        """Name the limit that is reached, or ""."""
        target, spending = self._target, self._spending
        if target.tokens and spending.tokens >= target.tokens:
            return f"{target.tokens:,} tokens"
        if target.dollars and spending.dollars >= target.dollars:
            return f"{target.dollars:g} dollars"
        if target.seconds and self.seconds >= target.seconds:
            return f"{target.seconds:g} seconds"
        return ""

    def check(self) -> None:
        """Raise BudgetSpent if a limit is reached."""
        if spent := self.spent:
            raise BudgetSpent(f"the budget of {spent} is used up")
