"""What is shown beside the values of records: titles of referenced records, values at the end of paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from sqlalchemy import Connection, select

from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.store import Snapshot
from ruleloom.storage.chunks import chunks
from ruleloom.storage.records.records import Records
from ruleloom.storage.records.sort_terms import Source
from ruleloom.storage.records.worked_out import WorkedOut
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.writer import Dialect

_NONE: Mapping[tuple[str, int], Value] = {}


def titles(connection: Connection, catalogue: Catalogue, entity: str, ids: Collection[int]) -> dict[int, Value]:
    """The title field's value of live records by id; records without a title are left out."""
    several, one, found = (table := catalogue.tables[entity]).titles_by_id, table.title_of_one, dict[int, Value]()
    if several is None or one is None:
        return found
    if len(ids) == 1:
        row = connection.execute(one, {"of": next(iter(ids))}).first()
        return found if row is None or row[1] is None else {row[0]: row[1]}
    for part in chunks(sorted(ids)):
        rows = connection.execute(several, {"ids": part})
        found.update((row[0], row[1]) for row in rows if row[1] is not None)
    return found


def reference_titles(
    connection: Connection,
    catalogue: Catalogue,
    entity: str,
    snapshots: Collection[Snapshot],
    known: Mapping[tuple[str, int], Value] = _NONE,
) -> dict[tuple[str, int], Value]:
    """Titles of everything that these records refer to, by (target entity, id), one query per target entity.

    `known`: those that need not be asked for.
    """
    wanted: dict[str, set[int]] = {}
    references = [
        field for field in catalogue.model.entity(entity).fields if field.value_type.entity and field.key != "id"
    ]
    for snapshot in snapshots:
        for field in references:
            target = snapshot.get(field.key)
            if target is not None:
                place = (cast("str", field.value_type.entity), cast("int", target))
                if place not in known:
                    wanted.setdefault(place[0], set()).add(place[1])
    found = dict(known)
    for entity_, ids in wanted.items():
        found.update(((entity_, each), title) for each, title in titles(connection, catalogue, entity_, ids).items())
    return found


def path_values(
    connection: Connection,
    catalogue: Catalogue,
    entity: str,
    ids: Sequence[int],
    paths: Sequence[str],
    moment: Moment,
) -> dict[int, dict[str, Value]]:
    """For live records the values at the end of paths (`owner.name`), one query per chunk; QueryError: no such path.

    `moment`: of which worked-out fields have their values.
    """
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    source = Source(catalogue, entity, WorkedOut(catalogue, moment, dialect))
    columns = [source.value(path) for path in paths]
    table, found = source.root.table, dict[int, dict[str, Value]]()
    for part in chunks(ids):
        rows = select(table.c.id, *columns).select_from(source.clause).where(table.c.id.in_(part))
        for row in connection.execute(rows):
            found[row[0]] = dict(zip(paths, row[1:], strict=True))
    return found


def in_order(records: Records, entity: str, ids: Sequence[int]) -> list[Snapshot]:
    """Snapshots in the order of the ids (of a page); records deleted meanwhile are left out."""
    found: dict[RecordId, Snapshot] = records.read(entity, ids)
    return [found[record] for record in ids if record in found]
