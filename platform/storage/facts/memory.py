"""What the engine remembers of rules and records, in SQL: the second half of `engine.store.Store`.

Rows exist only where they say something. Instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import Memory
from ruleloom.storage.chunks import chunks
from ruleloom.storage.logs.parked_runs import parked_runs
from ruleloom.storage.prepared import Prepared
from ruleloom.storage.tables.put_off import put_off
from ruleloom.storage.tables.work import firings, rule_memories, schedules

_M = rule_memories.c
_COUNTED = ("on", "change", "schedule")
EARLIEST = select(
    select(func.min(_M.deadline)).where(_M.deadline.is_not(None)).scalar_subquery(),
    select(func.min(schedules.c.next_at)).scalar_subquery(),
    select(func.min(parked_runs.c.wake)).scalar_subquery(),
    select(func.min(put_off.c.at)).scalar_subquery(),
)
Pairs = Collection[tuple[str, RecordId]]
_OTHERS = select(*EARLIEST.selected_columns[1:])
_DUE = (
    select(rule_memories)
    .where(_M.deadline <= bindparam("up_to"))
    .order_by(_M.deadline, _M.record, _M.rule)
    .limit(bindparam("most"))
)
_DUE_TOGETHER = select(rule_memories).where(_M.deadline == bindparam("instant")).order_by(_M.record, _M.rule)
_DUE_OF = _DUE_TOGETHER.where(_M.rule == bindparam("of")).limit(bindparam("most"))
_RULES_DUE = select(_M.rule).where(_M.deadline == bindparam("instant")).distinct()
_REMEMBERED = select(rule_memories).where(_M.record.in_(bindparam("of", expanding=True)))
_REMEMBERED_BY = _REMEMBERED.where(_M.rule.in_(bindparam("by", expanding=True)))
_NEXT_DUE = select(func.min(_M.deadline)).where(_M.deadline <= bindparam("up_to"))
_DUE_AT = select(_M.rule, _M.record).where(_M.deadline == bindparam("instant")).order_by(_M.record, _M.rule)
_NEXT_TICK = select(func.min(schedules.c.next_at)).where(schedules.c.next_at <= bindparam("up_to"))
_ASKED_NEXT_DUE, _ASKED_DUE_AT, _ASKED_NEXT_TICK = Prepared(_NEXT_DUE), Prepared(_DUE_AT), Prepared(_NEXT_TICK)
_ASKED_OTHERS, _ASKED_EARLIEST = Prepared(_OTHERS), Prepared(EARLIEST)
_REMOVE = delete(rule_memories).where(_M.rule == bindparam("of"), _M.record == bindparam("about"))


def _keeping(insertion: Any) -> Any:
    made = insertion(rule_memories)
    told = {column.name: made.excluded[column.name] for column in rule_memories.c if not column.primary_key}
    return made.on_conflict_do_update(index_elements=[_M.rule, _M.record], set_=told)


_KEEP = {"sqlite": _keeping(sqlite_insert), "postgresql": _keeping(postgresql_insert)}
"""Statements that store a memory, whether or not there is an earlier one, by dialect."""


class EngineMemory:
    """Over one open connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # ---- memories

    def memories(
        self,
        entity: str,  # noqa: ARG002 - ids of records are unique over all entities
        records: Collection[RecordId],
        rules: Collection[str] | None = None,
    ) -> Mapping[tuple[str, RecordId], Memory]:
        """What is remembered of these records (all rules when None)."""
        found: dict[tuple[str, RecordId], Memory] = {}
        statement, asked = (_REMEMBERED, {}) if rules is None else (_REMEMBERED_BY, {"by": list(rules)})
        for part in chunks(list(records)):
            for row in self.connection.execute(statement, {"of": part, **asked}):
                found[row.rule, row.record] = _memory(row)
        return found

    def remember(self, memories: Sequence[Memory]) -> None:
        """Stores memories; one that says nothing is removed."""
        for part in chunks({(m.rule, m.record): m for m in memories}.values()):
            gone = [{"of": memory.rule, "about": memory.record} for memory in part if not memory.says_something]
            kept = [_row(memory) for memory in part if memory.says_something]
            if gone:
                self.connection.execute(_REMOVE, gone)
            if kept:
                self.connection.execute(_KEEP[self.connection.dialect.name], kept)

    def forget(self, rule: str, records: Collection[RecordId] | None = None) -> None:
        """Removes what is remembered of a rule, or of some of its records."""
        if records is None:
            self.connection.execute(delete(rule_memories).where(_M.rule == rule))
            return
        for part in chunks(list(records)):
            self.connection.execute(delete(rule_memories).where((_M.rule == rule) & _M.record.in_(part)))

    def drop(self, entity: str, records: Collection[RecordId]) -> None:  # noqa: ARG002 - see `memories`
        """Removes all that is remembered of deleted records; their waiting runs end."""
        for part in chunks(list(records)):
            self.connection.execute(delete(rule_memories).where(_M.record.in_(part)))
            self.connection.execute(delete(parked_runs).where(parked_runs.c.record.in_(part)))

    # ---- limits

    def firings_counted(
        self, rule: str, records: Collection[RecordId], after: int | None
    ) -> Mapping[RecordId, Sequence[int]]:
        """Instants of firings that count for limits, later than `after` (all when None), undone ones left out."""
        found: dict[RecordId, list[int]] = {}
        f = firings.c
        counted = (f.rule == rule) & f.edge.in_(_COUNTED) & f.undone_at.is_(None)
        for part in chunks(list(records)):
            asked = select(f.record, f.at).where(counted & f.record.in_(part)).order_by(f.at)
            if after is not None:
                asked = asked.where(f.at > after)
            for record, at in self.connection.execute(asked):
                found.setdefault(record, []).append(at)
        return found

    # ---- deadlines

    def next_due(self, up_to: int, rules: Pairs | None = None) -> int | None:
        """The earliest deadline up to an instant (of those pairs, of all when None)."""
        moment = {"up_to": up_to}
        if rules is None:
            return cast("int | None", _ASKED_NEXT_DUE.rows(self.connection, up_to=up_to)[0][0])
        found = [self.connection.scalar(_NEXT_DUE.where(_among(part)), moment) for part in chunks(list(rules))]
        return min((instant for instant in found if instant is not None), default=None)

    def due_at(self, instant: int, rules: Pairs | None = None) -> Sequence[tuple[str, RecordId]]:
        """Pairs whose deadline is that instant. What keeps two processes apart is the lock on the record."""
        moment = {"instant": instant}
        if rules is None:
            return [(rule, record) for rule, record in _ASKED_DUE_AT.rows(self.connection, instant=instant)]
        pairs: list[tuple[str, RecordId]] = []
        for part in chunks(sorted(rules, key=lambda pair: (pair[1], pair[0]))):
            pairs += [(rule, record) for rule, record in self.connection.execute(_DUE_AT.where(_among(part)), moment)]
        return pairs

    def due_memories(self, up_to: int, most: int) -> Sequence[Memory]:
        """What has a deadline up to an instant, in time order: the first of it, so many."""
        return [_memory(row) for row in self.connection.execute(_DUE, {"up_to": up_to, "most": most})]

    def due_memories_at(self, instant: int, rule: str | None = None, most: int = 0) -> Sequence[Memory]:
        """What has its deadline at an instant: all of it, or so many records of one rule, in order of creation."""
        if rule is None:
            return [_memory(row) for row in self.connection.execute(_DUE_TOGETHER, {"instant": instant})]
        values = {"instant": instant, "of": rule, "most": most}
        return [_memory(row) for row in self.connection.execute(_DUE_OF, values)]

    def rules_due_at(self, instant: int) -> Sequence[str]:
        """The rules that have deadlines at an instant."""
        return list(self.connection.execute(_RULES_DUE, {"instant": instant}).scalars())

    def earliest_other(self) -> int | None:
        """The next instant at which anything but a deadline is due: a tick, a wait, what is put off."""
        (found,) = _ASKED_OTHERS.rows(self.connection)
        return min((instant for instant in found if instant is not None), default=None)

    def earliest(self) -> int | None:
        """The next instant at which anything is due (deadline, tick, wait, put off): until then the clock sleeps."""
        (found,) = _ASKED_EARLIEST.rows(self.connection)
        return min((instant for instant in found if instant is not None), default=None)

    # ---- schedules

    def next_tick(self, up_to: int) -> int | None:
        """The earliest tick up to an instant."""
        return cast("int | None", _ASKED_NEXT_TICK.rows(self.connection, up_to=up_to)[0][0])

    def ticks_at(self, instant: int) -> Sequence[str]:
        """Scheduled rules whose next tick is that instant, locked."""
        asked = select(schedules.c.rule).where(schedules.c.next_at == instant).order_by(schedules.c.rule)
        return self.connection.execute(asked.with_for_update(skip_locked=True)).scalars().all()

    def remember_tick(self, rule: str, instant: int | None) -> None:
        """Stores the next tick of a scheduled rule; None removes it."""
        anchor = self.connection.scalar(select(schedules.c.anchor).where(schedules.c.rule == rule))
        self.connection.execute(delete(schedules).where(schedules.c.rule == rule))
        if instant is not None:
            first = instant if anchor is None else anchor
            self.connection.execute(insert(schedules).values(rule=rule, next_at=instant, anchor=first))


def tick_of(connection: Connection, rule: str) -> int | None:
    """The next tick of a scheduled rule."""
    return cast("int | None", connection.scalar(select(schedules.c.next_at).where(schedules.c.rule == rule)))


def _among(pairs: Sequence[tuple[str, RecordId]]) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", tuple_(_M.rule, _M.record).in_(pairs))


def _memory(row: Row[Any]) -> Memory:
    since = {int(ordinal): instant for ordinal, instant in (row.since or {}).items()}
    return Memory(row.rule, row.record, row.holds, since, row.deadline, row.firing_counts, row.waits)


def _row(memory: Memory) -> dict[str, Any]:
    return {
        "rule": memory.rule,
        "record": memory.record,
        "holds": memory.holds,
        "since": {str(ordinal): instant for ordinal, instant in memory.since.items()} or None,
        "deadline": memory.deadline,
        "firing_counts": memory.firing_counts,
        "waits": memory.waits,
    }
