"""When a run is done, decided in draw order: the result does not depend on which draw happened to end first."""

from math import ceil

from apigen.config import Target
from apigen.store.writer import ResumePoint

DRAWS_PER_SAMPLE = 20
SPARE_DRAWS = 100
SPECULATION = 1.25
"""Draws begun, to those that the pass rate so far says are needed: what lies beyond the target is paid for and not exported."""


class Tally:
    """Counts finished draws, and finds the shortest prefix of draws that reaches the target.

    `ordered`: what a draw gave is only known once it is settled, in draw order; until then it counts as what it may give.
    `round_size`: a draw of one round is begun once all draws of the round before the last are settled.
    Memory grows with the draws that ended ahead of a still open one, not with the run.
    """

    def __init__(self, target: Target, *, ordered: bool = False, round_size: int | None = None) -> None:
        self._ordered, self._round = ordered, round_size
        self._wanted = target.verified
        self._last = target.draws or _most_draws(target.verified)
        self._next = 0
        self._handed = 0
        self._begun = 0
        self._outstanding = 0
        self._finished = 0
        self._ahead: dict[int, int] = {}
        self._skipped: set[int] = set()
        self.verified = 0
        self.cut: int | None = None
        self._prefix = 0

    @property
    def bounded(self) -> bool:
        """Say whether a number of samples or draws is the target, rather than a budget alone."""
        return self._last is not None

    @property
    def finished(self) -> int:
        """How many draws ended, in all sessions."""
        return self._finished

    def has_work(self) -> bool:
        """Say whether a draw is left to do."""
        return self._matters(self._first_open())

    def resume(self, point: ResumePoint) -> None:
        """Count the draws that earlier sessions finished."""
        self._next, self._prefix, self.cut = point.next, point.verified, point.cut
        self._handed = point.next
        self._ahead = dict(point.ahead)
        self.verified = point.verified + sum(point.ahead.values())
        self._finished = point.next + len(point.ahead)
        self._advance()

    def next_draw(self) -> int | None:
        """Return the next draw to begin, or None if none is worth beginning before others have ended."""
        index = self._first_open()
        if not self._matters(index) or self._outstanding >= self._worth_having() or not self._in_turn(index):
            return None
        self._begun = index + 1
        self._outstanding += 1
        return index

    def _in_turn(self, index: int) -> bool:
        return self._round is None or index < (self._next // self._round + 2) * self._round

    def _first_open(self) -> int:
        index = max(self._begun, self._next)
        while index in self._ahead:
            index += 1
        return index

    def finish(self, index: int, verified: int) -> None:
        """Count one finished draw."""
        self._outstanding -= 1
        self._finished += 1
        self._ahead[index] = verified
        self.verified += verified
        self._advance()

    def skip(self, index: int) -> None:
        """Leave a draw open for a later session: it counts as nothing in this one."""
        self._outstanding -= 1
        self._skipped.add(index)
        self._ahead[index] = 0
        self._advance()

    def left_open(self, index: int) -> bool:
        """Say whether a draw was left open in this session."""
        return index in self._skipped

    def _advance(self) -> None:
        while not self._ordered and self._next in self._ahead:
            self._settle(self._ahead[self._next])

    def unsettled(self) -> list[int]:
        """Hand out the draws whose turn to be settled has come, in order; each is to be given to `settle` in that order."""
        first = self._handed
        while self._ordered and self._handed in self._ahead:
            self._handed += 1
        return list(range(first, self._handed))

    def settle(self, index: int, verified: int) -> None:
        """Count what the next draw in order gave after all."""
        assert index == self._next, f"draw {index} is not the next"
        self.verified += verified - self._ahead[index]
        self._settle(verified)

    def _settle(self, verified: int) -> None:
        del self._ahead[self._next]
        self._prefix += verified
        if self._wanted and self.cut is None and self._prefix >= self._wanted:
            self.cut = self._next
        self._next += 1

    def _worth_having(self) -> float:
        """Return how many draws may be in flight: about as many as the missing samples will take."""
        if not self._wanted:
            return float("inf")
        missing = max(1, self._wanted - self.verified)
        return ceil(SPECULATION * missing * (self._finished + 1) / (self.verified + 1))

    def _matters(self, index: int) -> bool:
        beyond = self.beyond()
        if beyond is not None:
            # Enough is verified, but a draw left open below could make the prefix shorter.
            return index < beyond
        return self._last is None or index < self._last

    def beyond(self) -> int | None:
        """Return the first draw that no longer matters: enough is verified before it, whatever the open ones give."""
        if not self._wanted or self.verified < self._wanted:
            return None
        if self.cut is not None:
            return self.cut + 1
        total = self._prefix
        for index in sorted(self._ahead):
            total += self._ahead[index]
            if total >= self._wanted:
                return index + 1
        return None

    def droppable(self) -> int | None:
        """Return the first draw that will not matter, for sure: what is not settled yet may give less than it seems."""
        if self._ordered:
            return None if self.cut is None else self.cut + 1
        return self.beyond()

    @property
    def open(self) -> int:
        """How many draws were left open in this session."""
        return len(self._skipped)

    def reached(self) -> bool:
        """Say whether the target is met, rather than the draws used up; never where only a budget ends the run."""
        if self._wanted:
            return self.cut is not None
        return self._last is not None and self._next >= self._last and not self._skipped


def _most_draws(verified: int | None) -> int | None:
    """Bound a run that only names a number of samples: a verifier that passes nothing must not spend without end."""
    return None if verified is None else verified * DRAWS_PER_SAMPLE + SPARE_DRAWS
