"""Which verified samples the draws of a round are shown: decided once, when the first of them begins."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from apigen.records import SeedExample, Style
from apigen.store import store_errors
from apigen.store.packing import dumps, loads, unpack_calls

RECORDED = "select places from seed_pools where run_id = ? and round = ?"
GAVE = """
select candidates.draw, position, style, query, calls
from candidates join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
where candidates.run_id = ? and reason is null and candidates.draw >= ? and candidates.draw < ? and calls != '[]'
order by candidates.draw, position
"""
ONE = """
select style, query, calls
from candidates join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
where candidates.run_id = ? and candidates.draw = ? and position = ?
"""


class SeedPools:
    """Finds a round's pool in one run of a store, or makes it and has it written down.

    Raises:
        StoreError: If the store cannot be read.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, run_id: int, save: Callable[[int, str], None]
    ) -> None:
        self._path, self._connection, self._run_id, self._save = path, connection, run_id, save

    def pool(self, number: int, first: int, last: int) -> list[tuple[Style, SeedExample]]:
        """Return the (style, example) of each sample: as recorded, or what draws `first` to `last` (excluded) gave, in draw order."""
        with store_errors(self._path, "read"):
            recorded = self._connection.execute(RECORDED, [self._run_id, number]).fetchone()
            if recorded is None:
                rows = self._connection.execute(GAVE, [self._run_id, first, last]).fetchall()
                self._save(number, dumps([[draw, position] for draw, position, *_ in rows]))
                found = [about for _, _, *about in rows]
            else:
                find = self._connection.execute
                found = [find(ONE, [self._run_id, *place]).fetchone() for place in loads(recorded[0])]
        return [(style, SeedExample(query, unpack_calls(calls))) for style, query, calls in found]
