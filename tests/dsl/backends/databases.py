"""The tables of the test model on both databases, made once per session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind
from ruleloom.storage.database import Database
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql import functions
from ruleloom.storage.sql.trees import to_sql, value_to_sql
from ruleloom.storage.sql.writer import Workshop
from tests.dsl.backends.world import MODEL, World


class Bench:
    """One database with the tables; every use begins with the rows of one world and leaves nothing."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.catalogue = Catalogue(MODEL)
        self.dialect: Any = "sqlite" if self.database.is_sqlite else "postgresql"
        with self.database.write() as connection:
            functions.install(connection)
            self.catalogue.metadata.create_all(connection)

    @contextmanager
    def holding(self, world: World) -> Iterator[Connection]:
        with self.database.write() as connection:
            world.store(connection, self.catalogue)
            yield connection
            connection.rollback()

    def true_records(self, connection: Connection, entity: str, condition: n.Condition, moment: Moment) -> set[int]:
        table = self.catalogue.table(entity)
        where = to_sql(condition, MODEL, self.catalogue, moment, self.dialect, table)
        return set(connection.execute(select(table.c.id).where(table.c.deleted_at.is_(None), where)).scalars())

    def values(self, connection: Connection, entity: str, expression: n.Expression, moment: Moment) -> dict[int, Any]:
        table = self.catalogue.table(entity)
        value = value_to_sql(expression, MODEL, self.catalogue, moment, self.dialect, table)
        rows = connection.execute(select(table.c.id, value.sql).where(table.c.deleted_at.is_(None)))
        numbers = Workshop(MODEL, self.catalogue, moment, self.dialect).numbers
        return {i: numbers.read(v, value.scale) if value.kind is Kind.NUMBER else v for i, v in rows}
