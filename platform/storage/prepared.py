"""Statements that are run again and again: written once per kind of database, then handed straight to its driver.

A small statement costs the toolkit several times what it costs the database; here it is run with what the toolkit
wrote the first time, over the same connection and in the same transaction. PostgreSQL keeps its plan after some times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update

from ruleloom.storage.database import AlreadyThere, StatementFailed

Row = Mapping[str, Any]


def ask(connection: Connection, text: str, values: Any) -> Sequence[tuple[Any, ...]]:
    """All rows that a question has for an answer, as the driver gives them; `StatementFailed`."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, text, error) from error
    finally:
        cursor.close()


def _told(connection: Connection, text: str, error: Exception) -> StatementFailed:
    """A driver's error in the toolkit's words, without the values."""
    already_there = isinstance(error, connection.dialect.loaded_dbapi.IntegrityError)
    return AlreadyThere(text, None, error) if already_there else StatementFailed(text, None, error)


class Prepared:
    """A SELECT with bound parameters, of whole numbers and plain texts (values come as the driver gives them)."""

    def __init__(self, statement: Select[Any]) -> None:
        self._written = _PerDatabase(statement)

    def rows(self, connection: Connection, **values: Any) -> Sequence[tuple[Any, ...]]:
        """All rows; `StatementFailed`."""
        written = self._written.on(connection)
        return ask(connection, written.text, written.values(values))


class PreparedWrite:
    """A statement that writes; its values go by the names of its bound parameters."""

    def __init__(self, statement: Insert | Update | Delete, columns: Sequence[str] | None = None) -> None:
        """`columns`: those of an insertion that does not name its values itself."""
        plain = statement.inline() if isinstance(statement, Insert) else statement
        self._written = _PerDatabase(plain, columns)

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Runs it for each of the rows; how many it wrote. `AlreadyThere`, or `StatementFailed`."""
        written = self._written.on(connection)
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(written.text, written.values(rows[0]))
            else:
                cursor.executemany(written.text, [written.values(row) for row in rows])
            return cursor.rowcount
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, written.text, error) from error
        finally:
            cursor.close()


class _PerDatabase:
    """A statement as it is written for each kind of database, at first use."""

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._written: dict[str, _Written] = {}

    def on(self, connection: Connection) -> _Written:
        """For the database of a connection."""
        dialect = connection.dialect
        found = self._written.get(dialect.name)
        if found is None:
            found = self._written[dialect.name] = _Written(self._statement, self._columns, dialect)
        return found


class _Written:
    """A statement as it is written for one kind of database."""

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        made: Any = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))
        self.text: str = made.string
        self.positional = bool(made.positional)
        binds = {name: bind for bind, name in made.bind_names.items()}
        processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        order = made.positiontup if self.positional else list(binds)
        self._binds: list[tuple[str, Callable[[Any], Any] | None]] = [(name, processes[name]) for name in order]
        self._called = [made.escaped_bind_names.get(name, name) for name in order]
        self._fixed = {name: bind.value for name, bind in binds.items() if not bind.required}

    def values(self, row: Row) -> Any:
        """The values of one run as the database's driver takes them."""
        if self._fixed:
            row = {**row, **self._fixed}
        found = [row[name] if process is None else process(row[name]) for name, process in self._binds]
        return tuple(found) if self.positional else dict(zip(self._called, found, strict=True))
