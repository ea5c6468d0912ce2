"""Values of `choices` and `files` fields: one row each in the field's link table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, bindparam, select

if TYPE_CHECKING:
    from ruleloom.dsl.types import RecordId, Value
    from ruleloom.engine.store import RecordChange
    from ruleloom.storage.schema.catalogue import EntityTable

_CHUNK = 500


def fill(connection: Connection, entity_table: EntityTable, found: Mapping[RecordId, dict[str, Value]]) -> None:
    """Puts the values of link tables into snapshots, one query per field and chunk."""
    if not found:
        return
    for field in entity_table.linked:
        link = entity_table.catalogue.links[field.id]
        asked = select(link.c.record, link.c.value).where(link.c.record.in_(bindparam("ids", expanding=True)))
        asked = asked.order_by(link.c.record, link.c.position)
        collected: dict[RecordId, list[str]] = {}
        ids = iter(found)
        while part := list(islice(ids, _CHUNK)):
            for record, value in connection.execute(asked, {"ids": part}):
                collected.setdefault(record, []).append(value)
        for record, values in collected.items():
            found[record][field.key] = tuple(values)


def insert(connection: Connection, entity_table: EntityTable, snapshots: Sequence[Mapping[str, Value]]) -> None:
    """Writes the link rows of new records."""
    for field in entity_table.linked:
        rows = [row for s in snapshots for row in _rows(cast("int", s["id"]), s.get(field.key))]
        if rows:
            connection.execute(entity_table.catalogue.links[field.id].insert(), rows)


def replace(connection: Connection, entity_table: EntityTable, made: Sequence[RecordChange]) -> None:
    """Writes the link rows of changed records anew where they differ."""
    for field in entity_table.linked:
        changed = [c for c in made if c.before and c.after and c.before[field.key] != c.after[field.key]]
        if not changed:
            continue
        link = entity_table.catalogue.links[field.id]
        statement = link.delete().where(link.c.record == bindparam("of"))
        connection.execute(statement, [{"of": change.record} for change in changed])
        rows = [row for c in changed if c.after for row in _rows(cast("int", c.record), c.after[field.key])]
        if rows:
            connection.execute(link.insert(), rows)


def _rows(record: int, values: Any) -> list[dict[str, Any]]:
    return [{"record": record, "position": n, "value": value} for n, value in enumerate(values or ())]
