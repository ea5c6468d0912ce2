"""What was undone: one row per undo, with its report, and the notices and runs that went with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

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
    found = connection.execute(select(table).where(table.c.id.in_(list(ids))))
    return {row.id: UndoRow(*row) for row in found}


def of(connection: Connection, deeds: Collection[int]) -> Sequence[int]:
    """The undos of these firings and undos."""
    return connection.execute(select(table.c.id).where(table.c.of.in_(list(deeds)))).scalars().all()


def mark_firings(connection: Connection, ids: Collection[int], undo: int, at: int) -> None:
    """These firings were taken back: they count for limits no more, and nothing of them is held back."""
    marked = update(firings).where(firings.c.id.in_(list(ids))).values(undone_at=at, undo=undo, held=False)
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
    mine = notices.c.firing.in_(list(ids)) & notices.c.read_at.is_(None) & notices.c.taken_back.is_(None)
    connection.execute(update(notices).where(mine).values(taken_back=undo))


def give_notices_again(connection: Connection, undo: int) -> None:
    """The notices that an undo took back are shown again."""
    connection.execute(update(notices).where(notices.c.taken_back == undo).values(taken_back=None))


def notices_of(connection: Connection, ids: Collection[int]) -> tuple[int, int]:
    """How many notices of these firings were read, and how many were not."""
    mine = notices.c.firing.in_(list(ids)) & notices.c.taken_back.is_(None)
    counted = select(func.count(notices.c.read_at), func.count()).where(mine)
    read, every = connection.execute(counted).one()
    return int(read), int(every) - int(read)


def end_runs(connection: Connection, ids: Collection[int]) -> int:
    """Runs of these firings that wait go on no more; how many there were."""
    return connection.execute(delete(parked_runs).where(parked_runs.c.firing.in_(list(ids)))).rowcount


def runs_of(connection: Connection, ids: Collection[int]) -> int:
    """How many runs of these firings wait."""
    asked = select(func.count()).select_from(parked_runs).where(parked_runs.c.firing.in_(list(ids)))
    return int(connection.scalar(asked) or 0)


def cancel_effects(connection: Connection, ids: Collection[int], at: int) -> None:
    """What these firings have not begun yet is not done any more."""
    waiting = effects.c.firing.in_(list(ids)) & effects.c.status.in_(("pending", "queued", "failed", "dead"))
    connection.execute(update(effects).where(waiting).values(status="cancelled", updated_at=at))
