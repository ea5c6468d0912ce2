"""New records of one entity and what the change log says of them: on PostgreSQL one statement for each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam

from ruleloom.storage.prepared import PreparedWrite
from ruleloom.storage.tables.system import changes

_OF_LOG = [column for column in changes.columns if not column.primary_key]
LOG = PreparedWrite(changes.insert(), [column.name for column in _OF_LOG])
"""Rows of the change log alone."""
_LOGGED = "logged_"
Rows = Sequence[Mapping[str, Any]]


class Insertion:
    """The statements of one table; made once."""

    def __init__(self, table: Table, keys: Sequence[str]) -> None:
        """`keys`: the columns that are given."""
        self._record = PreparedWrite(table.insert(), keys)
        record = table.insert().values({key: bindparam(key, type_=table.c[key].type) for key in keys})
        told = {c: bindparam(f"{_LOGGED}{c.name}", type_=c.type) for c in _OF_LOG}
        self._both = PreparedWrite(changes.insert().values(told).add_cte(record.cte("made")))

    def alone(self, connection: Connection, rows: Rows) -> None:
        """Inserts the rows; the log is told elsewhere."""
        self._record.run(connection, rows)

    def run(self, connection: Connection, rows: Rows, logged: Rows) -> None:
        """Inserts the rows, each with the row of the log at the same place."""
        if connection.dialect.name == "sqlite":
            self.alone(connection, rows)
            LOG.run(connection, logged)
            return
        together = zip(rows, logged, strict=True)
        self._both.run(connection, [{**row, **{f"{_LOGGED}{k}": v for k, v in log.items()}} for row, log in together])
