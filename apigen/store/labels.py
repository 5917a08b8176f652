"""What people say of a run's candidates, one label of each person for each candidate."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from apigen.store import open_database, store_errors, transaction

Mark = Literal["good", "bad", "skip"]
MARKS: tuple[Mark, ...] = get_args(Mark)
Place = tuple[int, int]
"""A candidate's draw and position."""

ALL = """
select labels.draw, labels.position, labeller, label, note, candidates.reason is null,
       candidates.reason is null and runs.cut is not null and labels.draw > runs.cut
from labels
join runs on runs.id = labels.run_id
join candidates on candidates.run_id = labels.run_id and candidates.draw = labels.draw
                   and candidates.position = labels.position
where labels.run_id = ? order by labels.draw, labels.position, labeller
"""
SAVE = """
insert or replace into labels (run_id, draw, position, labeller, label, note, at) values (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Label:
    """One person's mark of one candidate, which was `verified` or not."""

    place: Place
    labeller: str
    mark: Mark
    note: str
    verified: bool


class LabelBook:
    """The labels of one run. Each is on the disk once its call returns; a run may go on meanwhile.

    Errors: StoreError where the store cannot be read or written, StoreBusy where it cannot for now.
    """

    def __init__(self, path: Path, run_id: int) -> None:
        self.path, self.run_id = path, run_id
        self._connection = open_database(path)

    def labels(self) -> list[Label]:
        """Return all labels in draw order, but those of samples beyond the run's target."""
        with store_errors(self.path, "read"):
            rows = self._connection.execute(ALL, [self.run_id]).fetchall()
        return [
            Label((draw, position), labeller, mark, note, bool(verified))
            for draw, position, labeller, mark, note, verified, surplus in rows
            if not surplus and mark in MARKS
        ]

    def places_of(self, labeller: str) -> set[Place]:
        """Return the candidates that a person has marked."""
        query = "select draw, position from labels where run_id = ? and labeller = ?"
        with store_errors(self.path, "read"):
            return set(self._connection.execute(query, [self.run_id, labeller]))

    def save(self, place: Place, labeller: str, mark: Mark, note: str = "") -> None:
        """Write a mark down; a person's later one takes the earlier one's place."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        note = note.encode("utf-8", "replace").decode()
        with store_errors(self.path), transaction(self._connection):
            self._connection.execute(SAVE, [self.run_id, *place, labeller, mark, note, now])

    def remove(self, place: Place, labeller: str) -> None:
        """Take a person's mark back."""
        query = "delete from labels where run_id = ? and draw = ? and position = ? and labeller = ?"
        with store_errors(self.path), transaction(self._connection):
            self._connection.execute(query, [self.run_id, *place, labeller])

    def close(self) -> None:
        self._connection.close()
