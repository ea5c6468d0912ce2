"""Which calendar held from which instant on, as people set it. Empty until it is changed for the first time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select

from ruleloom.storage.tables.work import calendar_log as table

BEGINNING = 0
"""The instant from which the calendar held that was in force before the first change."""
_C = table.c


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar as it stood in the settings from `since` (microseconds of workspace time) on; who set it."""

    since: int
    timezone: str
    calendar: Mapping[str, Any] | None
    set_by: int | None


_ROW = tuple(_C[name] for name in CalendarRow.__slots__)


def add(connection: Connection, old: CalendarRow, new: CalendarRow) -> None:
    """Another calendar holds; `old` is noted too where none was before. Of two at one instant the later one counts."""
    if not connection.scalar(select(exists(select(_C.since)))):
        _put(connection, old)
    _put(connection, new)


def _put(connection: Connection, row: CalendarRow) -> None:
    connection.execute(delete(table).where(_C.since == row.since))
    values = {name: getattr(row, name) for name in CalendarRow.__slots__}
    connection.execute(insert(table).values(**values))


def from_on(connection: Connection, instant: int) -> Sequence[CalendarRow]:
    """Those that held at any time from an instant on, oldest first."""
    held = select(func.max(_C.since)).where(_C.since <= instant).scalar_subquery()
    asked = select(*_ROW).where(_C.since >= func.coalesce(held, BEGINNING)).order_by(_C.since)
    return [CalendarRow(*row) for row in connection.execute(asked)]
