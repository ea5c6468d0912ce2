"""What was undone: one row per undo, with its report, and the notices and runs that went with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ruleloom.storage.chunks import chunks
from ruleloom.storage.logs.parked_runs import parked_runs
from ruleloom.storage.tables.work import effects, firings, notices
from ruleloom.storage.tables.work import undos as table


@dataclass(frozen=True, slots=True)
class UndoRow:
    """One undo of a firing or of another undo; `left`: how many writes stayed as they were."""

    id: int
    kind: str
    of: int
    chained: bool
    at: int
    actor: int | None
    left: int
    report: Mapping[str, Any]
    undone_at: int | None = None
    undo: int | None = None


def add(connection: Connection, row: UndoRow) -> None:
    """Records an undo."""
    connection.execute(insert(table).values({name: getattr(row, name) for name in UndoRow.__slots__}))


def find(connection: Connection, undo: int) -> UndoRow | None:
    """One undo, locked."""
    row = connection.execute(select(table).where(table.c.id == undo).with_for_update()).first()
    return UndoRow(*row) if row else None


def by_id(connection: Connection, ids: Collection[int]) -> Mapping[int, UndoRow]:
    """These undos."""
    asked = [select(table).where(table.c.id.in_(part)) for part in chunks(ids)]
    return {row.id: UndoRow(*row) for each in asked for row in connection.execute(each)}


def of(connection: Connection, deeds: Collection[int]) -> Sequence[int]:
    """The undos of these firings and undos."""
    asked = [select(table.c.id).where(table.c.of.in_(part)) for part in chunks(deeds)]
    return [undo for each in asked for undo in connection.execute(each).scalars()]


def mark_firings(connection: Connection, ids: Collection[int], undo: int, at: int) -> None:
    """These firings were taken back: they count for limits no more, and nothing of them is held back."""
    for part in chunks(ids):
        marked = update(firings).where(firings.c.id.in_(part)).values(undone_at=at, undo=undo, held=False)
        connection.execute(marked)


def unmark_firings(connection: Connection, undo: int) -> None:
    """The firings that an undo took back are valid again."""
    connection.execute(update(firings).where(firings.c.undo == undo).values(undone_at=None, undo=None))


def firings_of(connection: Connection, undo: int) -> Sequence[int]:
    """The firings that an undo took back."""
    return connection.execute(select(firings.c.id).where(firings.c.undo == undo).order_by(firings.c.id)).scalars().all()


def mark_undo(connection: Connection, undo: int, by: int, at: int) -> None:
    """An undo was taken back itself."""
    connection.execute(update(table).where(table.c.id == undo).values(undone_at=at, undo=by))


def take_notices_back(connection: Connection, ids: Collection[int], undo: int) -> None:
    """Notices of these firings that nobody has read yet are shown to nobody."""
    unread = notices.c.read_at.is_(None) & notices.c.taken_back.is_(None)
    for part in chunks(ids):
        connection.execute(update(notices).where(notices.c.firing.in_(part), unread).values(taken_back=undo))


def give_notices_again(connection: Connection, undo: int) -> None:
    """The notices that an undo took back are shown again."""
    connection.execute(update(notices).where(notices.c.taken_back == undo).values(taken_back=None))


def notices_of(connection: Connection, ids: Collection[int]) -> tuple[int, int]:
    """How many notices of these firings were read, and how many were not."""
    read = every = 0
    for part in chunks(ids):
        mine = notices.c.firing.in_(part) & notices.c.taken_back.is_(None)
        found = connection.execute(select(func.count(notices.c.read_at), func.count()).where(mine)).one()
        read, every = read + int(found[0]), every + int(found[1])
    return read, every - read


def end_runs(connection: Connection, ids: Collection[int]) -> int:
    """Runs of these firings that wait go on no more; how many there were."""
    ended = [delete(parked_runs).where(parked_runs.c.firing.in_(part)) for part in chunks(ids)]
    return sum(connection.execute(each).rowcount for each in ended)


def runs_of(connection: Connection, ids: Collection[int]) -> int:
    """How many runs of these firings wait."""
    counted = select(func.count()).select_from(parked_runs)
    asked = [counted.where(parked_runs.c.firing.in_(part)) for part in chunks(ids)]
    return sum(int(connection.scalar(each) or 0) for each in asked)


def cancel_effects(connection: Connection, ids: Collection[int], at: int) -> None:
    """What these firings have not begun yet is not done any more."""
    waiting = effects.c.status.in_(("pending", "queued", "failed", "dead"))
    for part in chunks(ids):
        cancelled = update(effects).where(effects.c.firing.in_(part), waiting)
        connection.execute(cancelled.values(status="cancelled", updated_at=at))
