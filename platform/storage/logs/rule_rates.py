"""How often each rule fires: one counter per rule, moved by one statement, and whether it stopped. Instants are µs.

A period begins with the first firing after the one before is over. On PostgreSQL the counter's row is locked until the
transaction ends, so that two writers at once count as one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ruleloom.storage.chunks import chunks
from ruleloom.storage.tables.work import rule_rates as table

_C = table.c


@dataclass(frozen=True, slots=True)
class Rate:
    """A rule's counter with what its author allows (`most` empty: the default; 0: any number)."""

    rule: str
    most: int | None = None
    per: int | None = None
    started: int = 0
    number: int = 0
    stopped_at: int | None = None
    stop: Mapping[str, Any] | None = None

    def counted(self, at: int, more: int, default_per: int) -> Rate:
        """What `count` makes of it: the same arithmetic, for a counter that is held locked."""
        if self.stopped_at is not None:
            return self
        if at >= self.started + (default_per if self.per is None else self.per):
            return replace(self, started=at, number=more)
        return replace(self, number=self.number + more)


_over = bindparam("at") >= _C.started + case((_C.per.is_(None), bindparam("default_per")), else_=_C.per)
_COUNT = (
    update(table)
    .where(_C.rule == bindparam("of"))
    .values(
        started=case((_over & _C.stopped_at.is_(None), bindparam("at")), else_=_C.started),
        number=case(
            (_C.stopped_at.is_not(None), _C.number),
            (_over, bindparam("more")),
            else_=_C.number + bindparam("more"),
        ),
    )
    .returning(*_C)
)


def count(connection: Connection, rule: str, at: int, more: int, default_per: int) -> Rate:
    """Counts so many more firings at an instant, unless the rule is stopped; the counter afterwards."""
    values = {"of": rule, "at": at, "more": more, "default_per": default_per}
    found = connection.execute(_COUNT, values).first()
    if found is None:
        begin(connection, rule, at)
        found = connection.execute(_COUNT, values).one()
    return Rate(*found)


def locked(connection: Connection, rule: str, at: int) -> Rate:
    """The counter of a rule, held until the transaction ends; a rule that has none yet gets one."""
    asked = select(table).where(_C.rule == rule).with_for_update()
    found = connection.execute(asked).first()
    if found is None:
        begin(connection, rule, at)
        found = connection.execute(asked).one()
    return Rate(*found)


_KEEP = update(table).where(_C.rule == bindparam("of")).values(started=bindparam("since"), number=bindparam("counted"))


def keep(connection: Connection, rates: Collection[Rate]) -> None:
    """Stores how far counters that are held locked have come."""
    if rates:
        connection.execute(_KEEP, [{"of": rate.rule, "since": rate.started, "counted": rate.number} for rate in rates])


def read(connection: Connection, rule: str) -> Rate:
    """The counter of a rule; nothing counted where there is none."""
    return every(connection, [rule]).get(rule, Rate(rule))


def every(connection: Connection, rules: Collection[str]) -> Mapping[str, Rate]:
    """The counters of these rules; those that never counted are left out."""
    asked = [select(table).where(_C.rule.in_(part)) for part in chunks(rules)]
    return {row.rule: Rate(*row) for each in asked for row in connection.execute(each)}


def begin(connection: Connection, rule: str, at: int) -> None:
    """A counter for a rule that has none yet, whoever else begins one at the same time."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    connection.execute(insert(table).values(rule=rule, started=at, number=0).on_conflict_do_nothing())


def change(connection: Connection, rule: str, **values: Any) -> None:
    """Changes columns of a counter."""
    connection.execute(update(table).where(_C.rule == rule).values(**values))


def remove(connection: Connection, rule: str) -> None:
    """Forgets a rule."""
    connection.execute(delete(table).where(_C.rule == rule))
