"""A run as it went: every candidate, and what each draw took, in draw order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apigen.records import Candidate, Json
from apigen.store import store_errors
from apigen.store.reader import StoreReader
from apigen.store.selects import EVERYTHING

TOOK = """
select draws.idx, at_seconds, coalesce(max(case when purpose = 'generate' then model end), ''),
       coalesce(sum(prompt_tokens + completion_tokens), 0), coalesce(sum(dollars), 0.0)
from draws
left join completions on completions.run_id = draws.run_id and completions.draw = draws.idx
where draws.run_id = ? group by draws.idx order by draws.idx
"""
EXTENT = """
select coalesce(max(idx), -1), case when count(at_seconds) = count(*) then max(at_seconds) end from draws where run_id = ?
"""


@dataclass(frozen=True, slots=True)
class DrawTook:
    """What one finished draw took: the model that wrote it, the tokens and dollars of all its replies.

    `at_seconds` is how long the run had worked when it was finished; None in a draw of an older apigen.
    """

    index: int
    at_seconds: float | None
    model: str
    tokens: int
    dollars: float


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a run has come: its last draw (-1 where there is none), and at how many seconds, where every draw tells."""

    last_draw: int
    seconds: float | None


class RunHistory(StoreReader):
    """Reads a run from its first draw to its last."""

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Have all that is read inside be of one moment, while a run may go on writing."""
        with store_errors(self.path, "read"):
            self._connection.execute("begin")
            try:
                yield
            finally:
                self._connection.execute("rollback")

    def extent(self) -> Extent:
        ((last, seconds),) = self._query(EXTENT, self.run_id)
        return Extent(last, self._seconds(seconds))

    def everything(self) -> Iterator[Candidate]:
        """Yield all candidates, those rejected and those past the run's cut too."""
        yield from self._candidates(self._plain_rows(EVERYTHING, self.run_id))

    def took(self) -> Iterator[DrawTook]:
        """Yield what each finished draw took."""
        for index, seconds, *rest in self._plain_rows(TOOK, self.run_id):
            yield DrawTook(index, self._seconds(seconds), *rest)

    def _seconds(self, stored: Json) -> float | None:
        with self._damage():
            return None if stored is None else float(stored)
