"""When a run is done, decided in draw order: the result does not depend on which draw happened to end first."""

from collections.abc import Callable, Iterator, Mapping

from apigen.config import Target

DRAWS_PER_SAMPLE = 20
SPARE_DRAWS = 100


class Tally:
    """Counts finished draws, and finds the shortest prefix of draws that reaches the target.

    Memory grows with the draws that ended ahead of a still open one, not with the run.
    """

    def __init__(self, target: Target, spent_tokens: Callable[[], int]) -> None:
        self._wanted = target.verified
        self._last = target.draws or _most_draws(target.verified)
        self._tokens, self._spent = target.tokens, spent_tokens
        self._next = 0
        self._ahead: dict[int, int] = {}
        self._skipped: set[int] = set()
        self.verified = 0
        self.cut: int | None = None
        self._prefix = 0

    def resume(self, finished: Mapping[int, int]) -> None:
        """Count the draws that an earlier session finished."""
        for index in sorted(finished):
            self.finish(index, finished[index])

    def finish(self, index: int, verified: int) -> None:
        """Count one finished draw."""
        self._ahead[index] = verified
        self.verified += verified
        self._advance()

    def skip(self, index: int) -> None:
        """Leave a draw open for a later session: it counts as nothing in this one."""
        self._skipped.add(index)
        self._ahead[index] = 0
        self._advance()

    def _advance(self) -> None:
        while self._next in self._ahead:
            self._prefix += self._ahead.pop(self._next)
            if self._wanted and self.cut is None and self._prefix >= self._wanted:
                self.cut = self._next
            self._next += 1

    def open_draws(self) -> Iterator[int]:
        """Yield the draws to do from here on, for as long as they matter when the next is taken."""
        index = self._next
        while self._matters(index):
            if index >= self._next and index not in self._ahead:
                yield index
            index += 1

    def _matters(self, index: int) -> bool:
        beyond = self.beyond()
        if beyond is not None:
            # Enough is verified, but a draw left open below could make the prefix shorter.
            return index < beyond
        if self._last is not None and index >= self._last:
            return False
        return not (self._tokens and self._spent() >= self._tokens)

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

    @property
    def open(self) -> int:
        """How many draws were left open in this session."""
        return len(self._skipped)

    def reached(self) -> bool:
        """Say whether the target is met, rather than the draws used up."""
        if self._wanted:
            return self.cut is not None
        if self._last is not None and self._next >= self._last:
            return not self._skipped
        return bool(self._tokens and self._spent() >= self._tokens)


def _most_draws(verified: int | None) -> int | None:
    """Bound a run that only names a number of samples: a verifier that passes nothing must not spend without end."""
    return None if verified is None else verified * DRAWS_PER_SAMPLE + SPARE_DRAWS
