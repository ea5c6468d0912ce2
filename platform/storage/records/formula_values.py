"""Worked-out fields of records that are shown: their values are asked of the database, they are stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection, bindparam, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.engine.store import Snapshot
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.trees import value_to_sql
from ruleloom.storage.sql.writer import Dialect, Workshop


def with_formula_values(
    connection: Connection, catalogue: Catalogue, entity: str, snapshots: Sequence[Snapshot], moment: Moment
) -> list[Snapshot]:
    """Snapshots of live records (a page of them) with the values of their worked-out fields at a moment."""
    fields = [each for each in catalogue.tables[entity].computed if each.id in catalogue.model.formulas]
    if not fields or not snapshots:
        return list(snapshots)
    table = catalogue.table(entity)
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    workshop = Workshop(catalogue.model, catalogue, moment, dialect)
    made: list[SqlValue] = [
        value_to_sql(n.Path("this", (each.id,), each.value_type), catalogue.model, catalogue, moment, dialect, table)
        for each in fields
    ]
    asked = select(table.c.id, *(value.sql for value in made)).where(table.c.id.in_(bindparam("ids", expanding=True)))
    rows = connection.execute(asked, {"ids": [snapshot["id"] for snapshot in snapshots]})
    found: dict[Any, dict[str, Value]] = {
        row[0]: {
            field.key: _read(workshop, value, each, field.decimals)
            for field, value, each in zip(fields, made, row[1:], strict=True)
        }
        for row in rows
    }
    return [cast("Snapshot", {**snapshot, **found.get(snapshot["id"], {})}) for snapshot in snapshots]


def _read(workshop: Workshop, value: SqlValue, fetched: Any, decimals: int) -> Value:
    if fetched is None:
        return None
    if value.kind is Kind.NUMBER:
        return cast("Decimal", workshop.numbers.read(fetched, value.scale)).quantize(Decimal(1).scaleb(-decimals))
    return bool(fetched) if value.kind is Kind.BOOLEAN else cast("Value", fetched)
