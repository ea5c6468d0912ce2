"""Which process took which piece of work last (the clock, a worker's slot). Whether it still lives, its lease says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from ruleloom.storage.tables.put_off import holders


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A piece of work, who took it (host and process), and when (real time)."""

    name: str
    holder: str
    since: int


def took(connection: Connection, row: HolderRow) -> None:
    """Somebody has taken a piece of work."""
    connection.execute(delete(holders).where(holders.c.name == row.name))
    connection.execute(insert(holders).values(name=row.name, holder=row.holder, since=row.since))


def every(connection: Connection) -> Sequence[HolderRow]:
    """The last holder of each piece of work, by name."""
    rows = connection.execute(select(holders).order_by(holders.c.name))
    return [HolderRow(**row._asdict()) for row in rows]
