"""Rows of files: name, size, media type, content hash; the content lies in a folder (`runtime/file_store.py`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Text, cast, delete, exists, insert, select

from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.tables.people import files as table


@dataclass(frozen=True, slots=True)
class FileRow:
    """One kept file."""

    id: int
    sha256: str
    name: str
    size: int
    type: str
    uploaded_at: int
    uploaded_by: int | None


_COLUMNS = tuple(table.c[name] for name in FileRow.__slots__)


def add(connection: Connection, row: FileRow) -> None:
    """Keeps a file's row; the content is written before."""
    connection.execute(insert(table).values({name: getattr(row, name) for name in FileRow.__slots__}))


def find(connection: Connection, file: int) -> FileRow | None:
    """One file."""
    found = connection.execute(select(*_COLUMNS).where(table.c.id == file)).first()
    return FileRow(*found) if found else None


def known(connection: Connection, ids: Collection[int]) -> set[int]:
    """Which of these files exist."""
    return set(connection.execute(select(table.c.id).where(table.c.id.in_(list(ids)))).scalars())


def holders(connection: Connection, catalogue: Catalogue, file: int) -> Sequence[tuple[str, int]]:
    """Live records that name a file: (entity id, record id)."""
    found: list[tuple[str, int]] = []
    for field_id, link in catalogue.links.items():
        entity, field = catalogue.model.field(field_id)
        if field.type != "files":
            continue
        records = catalogue.table(entity.id)
        asked = select(link.c.record).join(records, records.c.id == link.c.record)
        named = asked.where((link.c.value == str(file)) & records.c.deleted_at.is_(None)).limit(100)
        found += [(entity.id, record) for record in connection.execute(named).scalars()]
    return found


def orphans(connection: Connection, catalogue: Catalogue, before: int, limit: int = 1000) -> Sequence[FileRow]:
    """Files uploaded before an instant that no record names, deleted records included."""
    asked = select(*_COLUMNS).where(table.c.uploaded_at < before).order_by(table.c.id).limit(limit)
    for field_id, link in catalogue.links.items():
        if catalogue.model.field(field_id)[1].type == "files":
            asked = asked.where(~exists().where(link.c.value == cast(table.c.id, Text)))
    return [FileRow(*row) for row in connection.execute(asked)]


def remove(connection: Connection, ids: Collection[int]) -> set[str]:
    """Removes rows; the hashes of contents that no row names any more."""
    hashes = set(connection.execute(select(table.c.sha256).where(table.c.id.in_(list(ids)))).scalars())
    connection.execute(delete(table).where(table.c.id.in_(list(ids))))
    kept = set(connection.execute(select(table.c.sha256).where(table.c.sha256.in_(list(hashes)))).scalars())
    return hashes - kept
