"""Replies to REST calls, kept in SQLite: in a run's own store or in a file beside it, which is then a store without runs."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from apigen.records import Json, canonical
from apigen.store import PREPARING, open_database, store_errors

TABLE = "recordings"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply without secrets: status, headers, and the body as text (JSON in one spelling); None if it was neither."""

    status: int
    headers: dict[str, str]
    body: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """A request and its reply. `arguments` is the canonical JSON of the call's, `url` is without what authenticates."""

    api: str
    method: str
    url: str
    arguments: str
    reply: Reply

    @property
    def key(self) -> str:
        """The fingerprint that a call finds its reply by."""
        return recording_key(self.method, self.url, self.arguments)


def recording_key(method: str, url: str, arguments: str) -> str:
    return sha256(canonical([method, url, arguments]).encode()).hexdigest()


@dataclass(slots=True)
class Recordings:
    """The recordings in one file, opened at the first use. A later reply to a request takes the earlier one's place.

    Errors: StoreError where the file cannot be read or written, or is another program's.
    """

    path: Path
    _connection: sqlite3.Connection | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def find(self, method: str, url: str, arguments: str) -> Reply | None:
        """Return the reply to a request, or None."""
        rows = self._rows("key = ?", [recording_key(method, url, arguments)])
        return next((recording.reply for recording in rows), None)

    def of(self, api: str) -> list[Recording]:
        """Return what is recorded of an API and succeeded, in an order that does not depend on when."""
        return self._rows("api = ? and status between 200 and 299", [api])

    async def keep(self, recording: Recording) -> None:
        """Write a recording down, in a thread: another process may hold the file for a moment."""
        await asyncio.to_thread(self._keep, recording)

    def close(self) -> None:
        """Close the file. Waits for what is being written."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _keep(self, recording: Recording) -> None:
        reply, now = recording.reply, datetime.now(UTC).isoformat(timespec="seconds")
        request = [recording.key, recording.api, recording.method, recording.url, recording.arguments]
        with self._using(write=True) as connection:
            connection.execute(
                "insert or replace into recordings (key, api, method, url, arguments, status, headers, body, recorded_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*request, reply.status, canonical(reply.headers), reply.body, now],
            )

    def _rows(self, where: str, values: list[Json]) -> list[Recording]:
        with self._using() as connection:
            if not _has_table(connection):
                return []
            rows: list[Any] = connection.execute(
                f"select api, method, url, arguments, status, headers, body from {TABLE} where {where} order by key",  # noqa: S608
                values,
            ).fetchall()
        return [
            Recording(api, method, url, arguments, Reply(status, json.loads(headers), body))
            for api, method, url, arguments, status, headers, body in rows
        ]

    @contextmanager
    def _using(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock, store_errors(self.path, "written" if write else "read"):
            if self._connection is None:
                self._connection = open_database(self.path, create=write)
            if write and not _has_table(self._connection):
                with PREPARING:
                    _migrate(self._connection)
            yield self._connection


def _has_table(connection: sqlite3.Connection) -> bool:
    found = connection.execute("select 1 from sqlite_master where type = 'table' and name = ?", [TABLE]).fetchone()
    return found is not None


def _migrate(connection: sqlite3.Connection) -> None:
    """Make the table if nobody has meanwhile, in a set of migrations of its own: a store has it only where calls were recorded."""
    from sqlite_utils import Database, Migrations

    migrations = Migrations(TABLE)

    @migrations()
    def m001_recordings(db: Database) -> None:
        db.execute(
            """
            create table if not exists recordings (
                key text primary key, api text not null, method text not null, url text not null, arguments text not null,
                status integer not null, headers text not null, body text, recorded_at text not null
            )
            """
        )
        db.execute("create index if not exists recordings_by_api on recordings (api)")

    migrations.apply(Database(connection))
