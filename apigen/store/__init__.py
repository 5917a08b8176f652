"""The store: one SQLite file that holds everything that happened. `writer` makes it, `reader` asks it.

`migrations` has its tables, `packing` the JSON in them, `runs` tells the runs in one file apart, `commit` writes in groups; `labels`
is what people say of samples.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from apigen.errors import StoreError
from apigen.files import place_of

LATEST = "m009_final"
"""The last migration. Kept here too, since sqlite-utils takes long to import and is needed only where one is pending."""
MIGRATIONS_TABLE = "_sqlite_migrations"
BUSY_SECONDS = 3
OUTER = ("begin immediate", "commit", "rollback")
INNER = ("savepoint part", "release part", "rollback to part; release part")

PREPARING = threading.Lock()
"""Two that make one new file at the same time would be in each other's way, and SQLite does not wait there."""
_FOR_NOW = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


def files_of(store: Path) -> set[Path]:
    """Return the files that a store is made of, as `place_of` tells them: nothing else may be written there."""
    files = {place_of(store), Path(os.path.realpath(store))}
    return {file.with_name(file.name + end) for file in files for end in ("", "-wal", "-shm", ".lock")}


class StoreBusy(StoreError):
    """A store that cannot be written or read for now: the disk is full, or another program holds the file. Try again later."""

    transient = True


def open_database(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open a store in autocommit mode, bringing its tables up to date.

    Raises:
        StoreError: If there is none (and `create` is not given), or the file is not one of apigen's.
    """
    if not create and not path.is_file():
        raise StoreError(f"{path}: there is no such store; `apigen run CONFIG` makes one")
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        try:
            with PREPARING:
                _prepare(path, connection, create)
        except BaseException:
            connection.close()
            raise
        return connection
    except (sqlite3.DatabaseError, OSError) as error:
        raise _store_error(error, f"{path}: cannot be used as a store ({error})") from None


def _prepare(path: Path, connection: sqlite3.Connection, create: bool) -> None:
    tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    applied: set[str] = set()
    if MIGRATIONS_TABLE in tables:
        rows = connection.execute(f"select name from {MIGRATIONS_TABLE} where migration_set = 'apigen'")  # noqa: S608
        applied = {name for (name,) in rows}
    if tables and not applied:
        raise StoreError(f"{path}: is a database of another program's; choose another path for the store")
    if not tables and not create:
        raise StoreError(f"{path}: is empty; `apigen run CONFIG` fills a store")
    if max(applied, default="") > LATEST:
        raise StoreError(f"{path}: was made by a newer apigen; update this one")
    if create:
        connection.execute("pragma journal_mode = wal")
    if LATEST not in applied:
        from apigen.store.migrations import migrate

        migrate(connection)


@contextmanager
def store_errors(path: Path, what: str = "written") -> Iterator[None]:
    """Turn what SQLite says of a full disk or a lost file into a StoreError that names the store."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of ours, not of the disk's
    except sqlite3.DatabaseError as error:
        raise _store_error(error, f"{path}: cannot be {what} ({error})") from None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is written in this block together, or nothing of it; within another such block, as a part that may fail alone."""
    begin, commit, undo = OUTER if not connection.in_transaction else INNER
    connection.execute(begin)
    try:
        yield
        connection.execute(commit)
    except BaseException:
        with suppress(sqlite3.Error):
            # SQLite itself ends the transaction for some errors, of a full disk for one.
            for statement in undo.split(";") if connection.in_transaction else ():
                connection.execute(statement)
        raise


def _store_error(error: Exception, message: str) -> StoreError:
    # The low byte of SQLite's extended codes is the plain one.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return StoreBusy(message) if code in _FOR_NOW else StoreError(message)
