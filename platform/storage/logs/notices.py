"""In-app notices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from ruleloom.storage.tables.work import notices as table


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice to one user about one record (entity by permanent id)."""

    id: int
    user: int
    at: int
    text: str
    firing: int | None
    entity: str | None
    record: int | None
    read_at: int | None = None
    taken_back: int | None = None


def add(connection: Connection, rows: Sequence[NoticeRow]) -> None:
    """Adds notices."""
    values = [
        {
            "id": row.id,
            "user": row.user,
            "at": row.at,
            "text": row.text,
            "firing": row.firing,
            "entity": row.entity,
            "record": row.record,
        }
        for row in rows
    ]
    if values:
        connection.execute(insert(table), values)


def of_user(connection: Connection, user: int, before: int | None, limit: int) -> Sequence[NoticeRow]:
    """Notices of a user, newest first, older than the id `before`; without those that were taken back."""
    asked = (
        select(table).where(table.c.user == user, table.c.taken_back.is_(None)).order_by(table.c.id.desc()).limit(limit)
    )
    if before is not None:
        asked = asked.where(table.c.id < before)
    return [NoticeRow(*row) for row in connection.execute(asked)]


def unread(connection: Connection, user: int) -> int:
    """How many notices a user has not read."""
    asked = select(func.count()).where(table.c.user == user, table.c.read_at.is_(None), table.c.taken_back.is_(None))
    return int(connection.execute(asked).scalar_one())


def mark_read(connection: Connection, user: int, ids: Collection[int] | None, at: int) -> None:
    """Marks notices of a user as read; None: all."""
    marked = update(table).where(table.c.user == user, table.c.read_at.is_(None)).values(read_at=at)
    connection.execute(marked if ids is None else marked.where(table.c.id.in_(ids)))
