"""The store: one SQLite file that holds everything that happened. `writer` makes it, `reader` asks it."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from apigen.errors import StoreError
from apigen.store.migrations import migrations

MIGRATIONS_TABLE = "_sqlite_migrations"

BUSY_SECONDS = 30


def open_database(path: Path, *, create: bool = False) -> Database:
    """Open a store, bringing its tables up to date.

    Raises:
        StoreError: If there is none (and `create` is not given), or the file is not one of apigen's.
    """
    if not create and not path.is_file():
        raise StoreError(f"{path}: there is no such store; `apigen run CONFIG` makes one")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
        db = Database(connection)
        tables = set(db.table_names())
        if tables and not (MIGRATIONS_TABLE in tables and migrations.applied(db)):
            raise StoreError(f"{path}: is a database of another program's; choose another path for the store")
        if not tables and not create:
            raise StoreError(f"{path}: is empty; `apigen run CONFIG` fills a store")
        if create:
            db.enable_wal()
        if migrations.pending(db):
            migrations.apply(db)
        return db
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreError(f"{path}: cannot be used as a store ({error})") from None
