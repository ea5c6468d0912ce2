"""The database of a workspace: engine, connection settings, read and write transactions."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError as StatementFailed
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import IntegrityError as AlreadyThere
from sqlalchemy.pool import StaticPool

from ruleloom.messages import Diagnostic, RuleloomError

__all__ = [
    "AlreadyThere",
    "Connection",
    "Database",
    "DatabaseError",
    "Refused",
    "StatementFailed",
    "is_retriable",
    "refusal",
]

BUSY_MILLISECONDS = 30_000
POOL_SIZE, POOL_OVERFLOW = 10, 20
LONG_IDLE_SECONDS = 30
SQLITE_FUNCTIONS: list[Callable[[Any], None]] = []
"""Called with every new SQLite connection (`sqlite3.Connection`) to register functions; `sql_*` modules add theirs."""


class DatabaseError(RuleloomError):
    """The address of the database cannot be used."""

    status = 500


class Refused(RuleloomError):
    """The database, or its driver, does not take what a statement says; with another content it would."""

    @property
    def reason(self) -> str:
        """Its own words."""
        return str(self.diagnostics[0].params["reason"])


class TooDeep(RuleloomError):
    """A condition whose SQL is nested deeper than the database reads."""


class Database:
    """One workspace's database. `read()` and `write()` give connections inside a transaction."""

    def __init__(self, url: str | URL, *, pool_size: int = POOL_SIZE) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url, pool_size)
        self._alone = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: on SQLite it never waits for writers."""
        with self.engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def read_much(self) -> Iterator[Connection]:
        """The same for a reading whose sorting may be larger than memory: SQLite does it in a file then."""
        if not self.is_sqlite or self.url.database in (None, "", ":memory:"):
            with self.read() as connection:
                yield connection
            return
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA temp_store=FILE")  # not to be changed within a transaction
            connection.commit()
            try:
                with connection.begin():
                    connection.exec_driver_sql("BEGIN")
                    yield connection
            finally:
                connection.exec_driver_sql("PRAGMA temp_store=MEMORY")

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """A connection for one statement that only reads and stands alone: on both databases it begins nothing."""
        with self._alone.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes (BEGIN IMMEDIATE; READ COMMITTED on PostgreSQL); undone by an exception."""
        with self.engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                _begin_writing(connection)
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """A connection in which each statement stands alone (CREATE INDEX CONCURRENTLY); on SQLite a transaction."""
        if self.is_sqlite:
            with self.write() as connection:
                yield connection
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def _checked(url: str | URL) -> URL:
    made = make_url(url)
    if made.get_backend_name() == "postgresql":
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() != "sqlite":
        raise DatabaseError(Diagnostic("database-kind", params={"kind": made.get_backend_name()}))
    return made


def _sqlite(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000}}
    if in_memory:
        options["poolclass"] = StaticPool
    else:
        options |= {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "handle_error", _told)
    return engine


def _begin_writing(connection: Connection) -> None:
    """Asked of the driver itself: SQLAlchemy would take longer over it than SQLite does."""
    begin = "BEGIN IMMEDIATE"
    try:
        connection.connection.cursor().execute(begin)
    except connection.dialect.loaded_dbapi.OperationalError as busy:
        raise StatementFailed(begin, None, busy) from busy


def _told(context: ExceptionContext) -> None:
    """What a person wrote may be too much for SQLite's parser: that is said, and is no failure of ours."""
    if "parser stack overflow" in str(context.original_exception):
        raise TooDeep.of("condition-too-deep")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `Database` says so
    cursor = connection.cursor()
    for setting in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "mmap_size=268435456",
        "case_sensitive_like=ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
    for register in SQLITE_FUNCTIONS:
        register(connection)


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        isolation_level="READ COMMITTED",
        connect_args={"options": "-c timezone=UTC -c jit=off"},
    )
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "prepare_threshold", 3))
    _watch_idle(engine)
    return engine


def _watch_idle(engine: Engine) -> None:
    """A pooled connection that is gone is given to nobody.

    A server that went away has closed it, which shows without a word to it; one that lay idle for long is asked, as
    what stands between may have forgotten it.
    """
    failed = engine.dialect.loaded_dbapi.Error

    def put_back(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        idle_since = record.info.get("idle_since")
        if idle_since is None:
            return
        try:
            if _has_news(connection.fileno()):
                raise DisconnectionError
            if time.monotonic() - idle_since > LONG_IDLE_SECONDS:
                engine.dialect.do_ping(connection)
        except (OSError, failed) as gone:
            raise DisconnectionError from gone

    event.listen(engine, "checkin", put_back)
    event.listen(engine, "checkout", taken)


def _has_news(file: int) -> bool:
    """Whether an idle connection has something to read: that it was closed, or what only a new one would understand."""
    if not hasattr(select, "poll"):
        return bool(select.select([file], [], [], 0)[0])
    watch = select.poll()
    watch.register(file, select.POLLIN)
    return bool(watch.poll(0))


def is_retriable(error: BaseException) -> bool:
    """Whether the whole command should be repeated: deadlock or serialisation failure (PostgreSQL), busy (SQLite)."""
    original = getattr(error, "orig", error)
    if getattr(original, "sqlstate", None) in ("40001", "40P01"):
        return True
    return "database is locked" in str(original)


_NOT_TAKEN = (UnicodeError, OverflowError)
"""What drivers raise of values that they cannot hand on."""


def refusal(error: BaseException) -> Refused | None:
    """The error as one of what was to be written; None where it is one of the connection, the moment or the program."""
    if isinstance(error, StatementFailed):
        passing = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        if passing or is_retriable(error):
            return None
        reason = str(error.orig)
    elif isinstance(error, _NOT_TAKEN):
        reason = str(error)
    else:
        return None
    return Refused(Diagnostic("database-refused", params={"reason": reason.strip().split("\n")[0]}))
