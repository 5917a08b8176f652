"""What is decided in draw order: of a draw that ended ahead of an earlier one, the passed candidates wait for their turn.

A candidate that waits has the status and the reason `pending`. Its turn has come when every earlier draw is finished, or was left
open in this session; what was decided past a draw left open is decided anew once that draw is there.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from apigen.records import Json, Verdict
from apigen.store.packing import pack_verdicts, unpack_verdicts
from apigen.store.statements import ADD_TALLY, SETTLE_CANDIDATE

PENDING = "pending"
MOST_A_KEY = 64
"""Of the earlier samples that share a key, the first so many are looked at."""
MOST_COMPARED = 64
"""Of all that share a key, those that share most are compared."""

REOPENED_AT_ONCE = 1_000

LAST_OF_RUN = "select coalesce(max(idx), -1) from draws where run_id = ?"
DECIDED = """
select style, strategy, draw, position, stage, reason, query, verdicts
from candidates indexed by idx_candidates_run_id_draw_position
cross join draws on draws.run_id = candidates.run_id and draws.idx = draw
where candidates.run_id = ? and draw >= ? and draw < ?
"""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An earlier sample that may be like another: `place` says where it is in the store."""

    place: str
    query: str


class OrderedChecker(Protocol):
    """A stage that looks at what was kept before. `keys`: those that share none of these 64-bit integers are not alike."""

    stage: str

    def keys(self, query: str) -> Sequence[int]: ...

    def verdict(self, query: str, lookalikes: Iterable[Lookalike]) -> Verdict: ...


class Settlement:
    """Decides the pending candidates of one run, draw by draw, against what it and the earlier runs of the store kept."""

    def __init__(self, connection: sqlite3.Connection, run_id: int, checkers: Sequence[OrderedChecker]) -> None:
        self._connection, self._run_id, self._checkers = connection, run_id, checkers

    def settled(self) -> int:
        """Return the first draw that is not decided for good."""
        (settled,) = self._connection.execute("select settled from runs where id = ?", [self._run_id]).fetchone()
        return int(settled)

    def settle(self, index: int) -> Counter[str]:
        """Decide a finished draw's candidates; return how many came to each reason ("" for those kept)."""
        draw = self._connection.execute(
            "select style, strategy from draws where run_id = ? and idx = ?", [self._run_id, index]
        ).fetchone()
        pending = "select position, query, verdicts from candidates where run_id = ? and draw = ? and reason = ?"
        outcome: Counter[str] = Counter()
        for position, query, verdicts in self._connection.execute(
            f"{pending} order by position", [self._run_id, index, PENDING]
        ).fetchall():
            said = self._check(index, position, query)
            last = said[-1] if said and not said[-1].passed else None
            outcome[last.reason if last else ""] += 1
            self._write(index, position, (*unpack_verdicts(verdicts), *said), last)
        self._connection.execute(
            "update draws set verified = ? where run_id = ? and idx = ?", [outcome[""], self._run_id, index]
        )
        self._move(draw, {PENDING: -outcome.total(), **outcome})
        self._connection.execute(
            "update runs set settled = ? where id = ? and settled = ?", [index + 1, self._run_id, index]
        )
        return outcome

    def reopen(self) -> None:
        """Let what was decided past a draw left open wait again."""
        first, (last,) = self.settled(), self._connection.execute(LAST_OF_RUN, [self._run_id]).fetchone()
        for start in range(first, last + 1, REOPENED_AT_ONCE):
            decided = self._connection.execute(DECIDED, [self._run_id, start, start + REOPENED_AT_ONCE]).fetchall()
            for row in decided:
                self._reopen(*row)
        self._connection.execute(
            "update draws set verified = 0 where run_id = ? and idx >= ? and verified > 0", [self._run_id, first]
        )

    def _reopen(self, *row: Json) -> None:
        """Let one candidate wait again, if it was one of these stages that kept it or threw it out."""
        style, strategy, draw, position, stage, reason, query, verdicts = row
        stages = [checker.stage for checker in self._checkers]
        if reason == PENDING or (reason and stage not in stages):
            return
        before = [verdict for verdict in unpack_verdicts(verdicts) if verdict.stage not in stages]
        values = [PENDING, None, PENDING, None, pack_verdicts(before), self._run_id, draw, position]
        self._connection.execute(SETTLE_CANDIDATE, values)
        self._move((style, strategy), {reason or "": -1, PENDING: 1})
        if not reason:
            # By their keys, in whose order they lie: a look at all of them would take longer with every sample.
            keys = {key for checker in self._checkers for key in checker.keys(query)}
            self._connection.executemany(
                "delete from kept_keys where key = ? and run_id = ? and draw = ? and position = ?",
                [(key, self._run_id, draw, position) for key in keys],
            )

    def _check(self, index: int, position: int, query: str) -> list[Verdict]:
        """Return the verdicts up to the first that rejects; of one that all let pass the keys are kept."""
        said: list[Verdict] = []
        kept: list[int] = []
        for checker in self._checkers:
            keys = sorted(set(checker.keys(query)))
            said.append(checker.verdict(query, self._lookalikes(keys)))
            if not said[-1].passed:
                return said
            kept += keys
        rows = [(key, self._run_id, index, position) for key in kept]
        self._connection.executemany(
            "insert or ignore into kept_keys (key, run_id, draw, position) values (?, ?, ?, ?)", rows
        )
        return said

    def _lookalikes(self, keys: Iterable[int]) -> list[Lookalike]:
        """Return the samples that share most keys, up to MOST_COMPARED of them, the earlier first where they share as many."""
        sharing: Counter[tuple[int, int, int]] = Counter()
        query = "select run_id, draw, position from kept_keys where key = ? and run_id <= ? order by 1, 2, 3 limit ?"
        for key in keys:
            sharing.update(self._connection.execute(query, [key, self._run_id, MOST_A_KEY]))
        ranked = sorted(sharing, key=lambda place: (-sharing[place], place))
        return [self._lookalike(*place) for place in ranked[:MOST_COMPARED]]

    def _lookalike(self, run_id: int, draw: int, position: int) -> Lookalike:
        query = "select query from candidates where run_id = ? and draw = ? and position = ?"
        (text,) = self._connection.execute(query, [run_id, draw, position]).fetchone()
        return Lookalike(f"draw {draw}" if run_id == self._run_id else f"run {run_id}, draw {draw}", text)

    def _write(self, index: int, position: int, verdicts: Sequence[Verdict], rejection: Verdict | None) -> None:
        status = "rejected" if rejection else "verified"
        about = (rejection.stage, rejection.reason, rejection.detail) if rejection else (None, None, None)
        values = [status, *about, pack_verdicts(verdicts), self._run_id, index, position]
        self._connection.execute(SETTLE_CANDIDATE, values)

    def _move(self, draw: Sequence[str], counts: Mapping[str, int]) -> None:
        for reason, count in counts.items():
            if count:
                self._connection.execute(ADD_TALLY, (self._run_id, *draw, reason, count))
        self._connection.execute("delete from tallies where run_id = ? and candidates = 0", [self._run_id])
