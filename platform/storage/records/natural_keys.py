"""Live records by the values of one or more fields: how imports and syncs recognise what is already there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from ruleloom.dsl.types import Value
from ruleloom.storage.chunks import chunks
from ruleloom.storage.schema.catalogue import Catalogue

Key = tuple[Value, ...]


def find_all(
    connection: Connection, catalogue: Catalogue, entity: str, fields: Sequence[str], keys: Collection[Key]
) -> Mapping[Key, Sequence[int]]:
    """Ids of live records for each key that exists, oldest first; `entity` is a permanent id, `fields` are keys."""
    table = catalogue.table(entity)
    columns = [table.c[field] for field in fields]
    wanted, found = frozenset(keys), dict[Key, list[int]]()
    for part in chunks(list({key[0] for key in wanted if key[0] is not None})):
        rows = select(*columns, table.c.id).where(columns[0].in_(part) & table.c.deleted_at.is_(None))
        for row in connection.execute(rows.order_by(table.c.id)):
            key = tuple(row[:-1])
            if key in wanted:
                found.setdefault(key, []).append(row[-1])
    return found
