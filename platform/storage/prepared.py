"""Statements that are asked at every tick of the clock: written once per kind of database, then handed to its driver.

A small question costs the toolkit several times what it costs the database; here it is asked with what the toolkit
wrote the first time, over the same connection and in the same transaction. PostgreSQL keeps its plan after some times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select


class Prepared:
    """A SELECT with bound parameters, of whole numbers and plain texts (values come as the driver gives them)."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {}

    def rows(self, connection: Connection, **values: Any) -> Sequence[tuple[Any, ...]]:
        """All rows; errors are those of `Connection.execute`."""
        dialect = connection.dialect
        text, parameters = self._written.get(dialect.name) or self._write(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, parameters(values))
            return cursor.fetchall()
        except dialect.loaded_dbapi.Error:  # asked in the ordinary way, it fails in the way that everybody knows
            return [tuple(row) for row in connection.execute(self._statement, values)]
        finally:
            cursor.close()

    def _write(self, dialect: Dialect) -> tuple[str, Callable[[dict[str, Any]], Any]]:
        compiled = self._statement.compile(dialect=dialect)
        order = getattr(compiled, "positiontup", None)
        parameters = (lambda values: [values[name] for name in order]) if order is not None else (lambda values: values)
        made = self._written[dialect.name] = (str(compiled), parameters)
        return made
