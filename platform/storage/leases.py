"""One runner at a time for a named piece of work, also across processes; a runner that dies loses its lease at once.

PostgreSQL: an advisory lock held by a connection of its own. SQLite: a lock on a file beside the database.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from ruleloom.storage.database import Database


@contextmanager
def lease(database: Database, name: str, folder: Path) -> Iterator[bool]:
    """Whether this runner has the lease until the end of the block. `folder` is for SQLite's lock files."""
    if database.is_sqlite:
        with _file_lease(folder / f".{_digest(f'{database.url.database}:{name}')[:24]}.lock") as held:
            yield held
        return
    key = int(_digest(name)[:15], 16)
    with database.outside_transactions() as connection:
        held = bool(connection.execute(select(func.pg_try_advisory_lock(key))).scalar())
        try:
            yield held
        finally:
            if held:
                connection.execute(select(func.pg_advisory_unlock(key)))


@contextmanager
def _file_lease(path: Path) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
