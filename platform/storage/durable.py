"""Where durable work is kept: beside an SQLite workspace in a file of its own, on PostgreSQL in a schema of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event

from ruleloom.storage.database import BUSY_MILLISECONDS, Database

SCHEMA = "ruleloom_durable"
POOL = 10
"""Connections; more than twice the worker's threads."""


def durable_engine(database: Database) -> Engine:
    """The engine for the durable library's own tables; the caller disposes of it."""
    if not database.is_sqlite:
        return create_engine(database.url, pool_size=POOL, max_overflow=POOL, pool_pre_ping=True)
    name = str(database.url.database)
    engine = create_engine(f"sqlite:///{name}.durable", pool_size=POOL, max_overflow=POOL)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = "IMMEDIATE"  # the library counts on sqlite3 beginning before writes only
    cursor = connection.cursor()
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_MILLISECONDS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
