"""A rule's first look at all records of its entity: what it remembers of them, in one statement of the database.

It is what judging every record in Python would remember. A condition of which SQL cannot say when time may flip it is
left to Python, on those records of which its other parts do not rule that out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, insert, literal, null, or_, select, true

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import externals_of, held_of, is_timed
from ruleloom.dsl.types import RecordId
from ruleloom.messages import RuleloomError
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.conditions import Conditions
from ruleloom.storage.sql.grouped import GroupedConditions
from ruleloom.storage.sql.ticking import Ticking
from ruleloom.storage.sql.writer import Dialect, NotInSql, Scope, Workshop
from ruleloom.storage.tables.work import rule_memories

CHUNK = 1_000
WORK_MEMORY = "128MB"
"""What PostgreSQL may use for each of the two or three large steps of the one statement."""
_COLUMNS = ("rule", "record", "holds", "since", "deadline", "firing_counts", "waits")


class FirstLook:
    """One entity's records at one moment, within one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue, entity: str, now: int) -> None:
        self.connection = connection
        self.table = catalogue.table(entity)
        moment = Moment(now, catalogue.model.calendar)
        self._workshop = Workshop(catalogue.model, catalogue, moment, cast("Dialect", connection.dialect.name))

    def remember(self, rule: str, condition: n.Condition) -> bool:
        """Remembers what is so of each record, for a rule of which nothing is remembered; False: nothing was done."""
        try:
            asked = self._asked(rule, condition)
            with self.connection.begin_nested(), self._much_memory():
                self.connection.execute(insert(rule_memories).from_select(_COLUMNS, asked))
        except RuleloomError:  # more than SQL can say, or than the database can read: Python judges
            return False
        return True

    @contextmanager
    def _much_memory(self) -> Iterator[None]:
        """All related records are grouped by their holder at once: PostgreSQL may do so without temporary files."""
        if self.connection.dialect.name == "sqlite":
            yield
            return
        self.connection.exec_driver_sql(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        yield
        self.connection.exec_driver_sql("SET LOCAL work_mem TO DEFAULT")

    def _asked(self, rule: str, condition: n.Condition) -> Any:
        writer, scope = GroupedConditions(self._workshop), self._scope()
        still, moving = _parts(condition)
        wanted = [writer.condition(part, scope) for part in still]
        wanted += [there for part in still if (there := writer.has_rows(part)) is not None]
        holds, until = cast("ColumnElement[Any]", true()), None
        if moving:
            tick = Ticking(writer, scope).tick(moving[0] if len(moving) == 1 else n.And(tuple(moving)))
            holds, until = tick.truth.is_(true()), tick.until
            wanted.append(holds if until is None else or_(holds, until.is_not(None)))
        deadline = null().cast(BigInteger()) if until is None else until
        columns = [literal(rule), self.table.c.id, holds, null(), deadline, literal(False), literal(False)]
        live = self.table.c.deleted_at.is_(None)
        return select(*columns).select_from(writer.source(self.table)).where(live, *wanted)

    def records(self, condition: n.Condition | None) -> Iterator[RecordId]:
        """Live records in order of creation, without those of which a part that time cannot change is false.

        Read page by page: whoever asks may write in between.
        """
        wanted, last = self._necessary(condition), -1
        while True:
            asked = select(self.table.c.id).where(self.table.c.deleted_at.is_(None), self.table.c.id > last, *wanted)
            page = list(self.connection.execute(asked.order_by(self.table.c.id).limit(CHUNK)).scalars())
            yield from page
            if len(page) < CHUNK:
                return
            last = page[-1]

    def possible(self, condition: n.Condition | None) -> list[RecordId]:
        """Live records in order of creation of which, at this moment, each part is true that SQL can say."""
        asked = select(self.table.c.id).where(self.table.c.deleted_at.is_(None)).order_by(self.table.c.id)
        wanted = self._sayable(condition)
        try:
            with self.connection.begin_nested():
                return list(self.connection.execute(asked.where(*wanted)).scalars())
        except RuleloomError:  # more than the database can read
            return list(self.connection.execute(asked).scalars())

    def _sayable(self, condition: n.Condition | None) -> list[ColumnElement[bool]]:
        """The parts of a condition as SQL, those about the record itself first; the others are left out."""
        parts = condition.items if isinstance(condition, n.And) else () if condition is None else (condition,)
        writer, found = Conditions(self._workshop), []
        for part in sorted(parts, key=lambda part: bool(externals_of(part))):
            try:
                found.append(writer.condition(part, self._scope()))
            except RuleloomError:
                continue
        return found

    def _necessary(self, condition: n.Condition | None) -> list[ColumnElement[bool]]:
        if condition is None or held_of(condition):  # since when something is so is remembered of all records
            return []
        writer, found = Conditions(self._workshop), []
        for part in _parts(condition)[0]:
            try:
                found.append(writer.condition(part, self._scope()))
            except NotInSql:
                continue
        return found

    def _scope(self) -> Scope:
        return Scope(this=self.table, outer=(self.table,))


def holding(connection: Connection, rule: str) -> Iterator[RecordId]:
    """Records of which it is remembered that a rule's condition holds, in order of creation, page by page."""
    remembered, last = rule_memories.c, -1
    while True:
        asked = select(remembered.record).where(
            and_(remembered.rule == rule, remembered.holds, remembered.record > last)
        )
        page = list(connection.execute(asked.order_by(remembered.record).limit(CHUNK)).scalars())
        yield from page
        if len(page) < CHUNK:
            return
        last = page[-1]


def _parts(condition: n.Condition) -> tuple[Sequence[n.Condition], Sequence[n.Condition]]:
    """What must be so of a record and stands still, and the rest."""
    items = condition.items if isinstance(condition, n.And) else (condition,)
    moving = [item for item in items if is_timed(item) or held_of(item)]
    return [item for item in items if item not in moving], moving
