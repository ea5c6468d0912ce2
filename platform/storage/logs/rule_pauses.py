"""When rules stood still: paused by somebody, or stopped by themselves. Instants are workspace time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from ruleloom.storage.tables.work import rule_pauses as table

_C = table.c


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A stretch in which a rule did nothing; `until` is None while it lasts, people are None for the workspace."""

    rule: int
    since: int
    since_by: int | None
    until: int | None
    until_by: int | None
    stopped: bool


_ROW = tuple(_C[name] for name in PauseRow.__slots__)


def begin(connection: Connection, rule: int, at: int, by: int | None, *, stopped: bool) -> None:
    """A rule does nothing from now on. One that stands still already goes on standing still, for the newer reason."""
    end(connection, rule, at, by)
    connection.execute(insert(table).values(rule=rule, since=_free(connection, rule, at), since_by=by, stopped=stopped))


def _free(connection: Connection, rule: int, at: int) -> int:
    """An instant at which no pause of the rule begins: of two at the same one the second is a microsecond later."""
    while connection.scalar(select(_C.since).where(_C.rule == rule, _C.since == at)) is not None:
        at += 1
    return at


def end(connection: Connection, rule: int, at: int, by: int | None) -> None:
    """It acts again, or is gone."""
    connection.execute(update(table).where(_C.rule == rule, _C.until.is_(None)).values(until=at, until_by=by))


def of(connection: Connection, rule: int) -> Sequence[PauseRow]:
    """All pauses of a rule, newest first."""
    asked = select(*_ROW).where(_C.rule == rule).order_by(_C.since.desc())
    return [PauseRow(*row) for row in connection.execute(asked)]


def at(connection: Connection, rule: int, instant: int) -> PauseRow | None:
    """The pause in which a rule was at an instant."""
    over = _C.until.is_(None) | (_C.until > instant)
    asked = select(*_ROW).where(_C.rule == rule, _C.since <= instant, over).order_by(_C.since.desc())
    found = connection.execute(asked.limit(1)).first()
    return PauseRow(*found) if found else None
