"""Worked-out fields of records that are shown: their values are asked of the database, they are stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, bindparam, select

from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.engine.store import Snapshot
from ruleloom.storage.records.worked_out import WorkedOut
from ruleloom.storage.schema.catalogue import Catalogue


def with_formula_values(
    connection: Connection, catalogue: Catalogue, entity: str, snapshots: Sequence[Snapshot], moment: Moment
) -> list[Snapshot]:
    """Snapshots of live records (a page of them) with the values of their worked-out fields at a moment."""
    fields = [each for each in catalogue.tables[entity].computed if each.id in catalogue.model.formulas]
    if not fields or not snapshots:
        return list(snapshots)
    table = catalogue.table(entity)
    worked = WorkedOut(catalogue, moment, "sqlite" if connection.dialect.name == "sqlite" else "postgresql")
    columns = [worked.value(field, table) for field in fields]
    asked = select(table.c.id, *columns).where(table.c.id.in_(bindparam("ids", expanding=True)))
    rows = connection.execute(asked, {"ids": [snapshot["id"] for snapshot in snapshots]})
    found: dict[Any, dict[str, Value]] = {
        row[0]: {
            field.key: bool(value) if value is not None and field.value_type.kind is Kind.BOOLEAN else value
            for field, value in zip(fields, row[1:], strict=True)
        }
        for row in rows
    }
    return [cast("Snapshot", {**snapshot, **found.get(snapshot["id"], {})}) for snapshot in snapshots]
