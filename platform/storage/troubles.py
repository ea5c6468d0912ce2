"""What a database says when it cannot be used, in words and with the way out: for whoever starts a command."""

from __future__ import annotations

import sqlite3

from psycopg import errors as postgres
from sqlalchemy.exc import ArgumentError, DBAPIError

from ruleloom.messages import RuleloomError
from ruleloom.storage.database import DatabaseError

_SQLITE = {
    sqlite3.SQLITE_BUSY: "database-locked",
    sqlite3.SQLITE_LOCKED: "database-locked",
    sqlite3.SQLITE_READONLY: "database-read-only",
    sqlite3.SQLITE_CANTOPEN: "database-cannot-open",
    sqlite3.SQLITE_NOTADB: "database-not-sqlite",
    sqlite3.SQLITE_CORRUPT: "database-damaged",
    sqlite3.SQLITE_FULL: "database-disk-full",
    sqlite3.SQLITE_IOERR: "database-damaged",
}
"""Primary result codes of SQLite."""
_POSTGRESQL: tuple[tuple[type[postgres.Error], str], ...] = (
    (postgres.UndefinedTable, "database-not-ready"),
    (postgres.InsufficientPrivilege, "database-no-rights"),
    (postgres.LockNotAvailable, "database-locked"),
    (postgres.DiskFull, "database-disk-full"),
    (postgres.OperationalError, "database-unreachable"),
)


def explained(error: BaseException) -> RuleloomError | None:
    """The trouble in words; None when it is not one that a database's address, rights or state explain."""
    if isinstance(error, ArgumentError):
        return DatabaseError.of("database-address")
    if not isinstance(error, DBAPIError):
        return None
    code = _code(error.orig)
    return DatabaseError.of(code, reason=_first_line(error.orig)) if code else None


def _code(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        if "no such table" in str(error):
            return "database-not-ready"
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return next((code for kind, code in _POSTGRESQL if isinstance(error, kind)), None)


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else ""
