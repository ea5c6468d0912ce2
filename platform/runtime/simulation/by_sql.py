"""`simulate --backend sql`: the truth of level conditions comes from the SQL back end, on a SQLite beside the tables.

Records are mirrored into real entity tables; every condition is asked as a SELECT. When a condition may flip next is
still worked out as always (SQL has no say in that), and conditions that speak of the change being processed stay with
the Python back end, as in production.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import held_of
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.horizon import Clock, Ticking
from ruleloom.forms.entity import Model
from ruleloom.runtime.simulation.play import Simulation
from ruleloom.runtime.simulation.tables import Table, Tables
from ruleloom.storage.catalogue import Catalogue
from ruleloom.storage.database import Database
from ruleloom.storage.to_sql import to_sql


class Mirror:
    """The records of a simulation in SQLite: brought up to date before each question."""

    def __init__(self, model: Model, tables: Tables) -> None:
        self._tables = tables
        self._catalogue = Catalogue(model)
        self._database = Database("sqlite://")
        self._missing: dict[tuple[str, Any], int] = {}
        with self._database.write() as connection:
            self._catalogue.metadata.create_all(connection)
        for table in tables.tables.values():
            table.touched = set(table.rows)

    def holds(self, condition: n.Condition, entity: str, record: RecordId, moment: Moment) -> bool:
        """The truth of a condition for one record."""
        table = self._catalogue.table(entity)
        self._bring_up_to_date()
        asked = to_sql(condition, self._tables.vocabulary, self._catalogue, moment, "sqlite", table)
        wanted = self._number(entity, record)
        with self._database.read() as connection:
            return connection.execute(select(table.c.id).where(table.c.id == wanted, asked)).first() is not None

    def _number(self, entity: str, record: Any) -> int:
        """The id in SQL: the order of creation; records that only users' names stand for come before all."""
        order = self._tables.tables[entity].order.get(record)
        return order if order is not None else self._missing.setdefault((entity, record), -len(self._missing) - 1)

    def _bring_up_to_date(self) -> None:
        touched = [(table, table.touched) for table in self._tables.tables.values() if table.touched]
        if not touched:
            return
        with self._database.write() as connection:
            for table, records in touched:
                self._replace(connection, table, list(records))
                records.clear()

    def _replace(self, connection: Any, table: Table, records: list[RecordId]) -> None:
        place = self._catalogue.tables[table.entity.id]
        gone = [number for record in records for number in table.numbers.pop(record, ())]
        connection.execute(place.table.delete().where(place.table.c.id.in_(gone)))
        for field in place.linked:
            link = self._catalogue.links[field.id]
            connection.execute(link.delete().where(link.c.record.in_(gone)))
        for record in records:
            if record in table.rows:
                self._write(connection, table, record)

    def _write(self, connection: Any, table: Table, record: RecordId) -> None:
        place, row, number = self._catalogue.tables[table.entity.id], table.rows[record], table.order[record]
        table.numbers.setdefault(record, []).append(number)
        values: dict[str, Any] = {"id": number}
        for key, field in table.by_key.items():
            if key == "id" or key not in place.table.c:
                continue
            value = row[key]
            if value is not None and field.value_type.kind is Kind.RECORD:
                value = self._number(field.value_type.entity or "", value)
            values[key] = value
        connection.execute(insert(place.table).values(values))
        for field in place.linked:
            chosen = row[field.key] or ()
            link = self._catalogue.links[field.id]
            for position, value in enumerate(chosen if isinstance(chosen, tuple) else ()):
                connection.execute(insert(link).values(record=number, position=position, value=value))


class SqlLogic(Logic):
    """A condition whose truth is asked in SQL: whole where it can be, else its `C for D` each by itself."""

    def __init__(self, condition: n.Condition, vocabulary: Vocabulary, mirror: Mirror, entity: str) -> None:
        super().__init__(condition, vocabulary)
        self._mirror = mirror
        self._entity = entity
        if self.reads.reads_change:
            return
        self._gate = None
        self._held_clocks = [
            self._asked(held.condition, clock) for held, clock in zip(self.helds, self._held_clocks, strict=True)
        ]
        if self.ask is not None:
            self.ask = lambda s: self._truth(condition, s)
        elif self._clock is not None:
            self._clock = self._asked(condition, self._clock)

    def _truth(self, condition: n.Condition, s: Situation) -> bool:
        record = s.record["id"]
        assert isinstance(record, str | int)  # noqa: S101 - a system field
        return self._mirror.holds(condition, self._entity, record, s.moment)

    def _asked(self, condition: n.Condition, clock: Clock) -> Clock:
        if held_of(condition):
            return clock

        def asked(s: Any) -> Ticking:
            return self._truth(condition, s), clock(s)[1]

        return asked


def judge_by_sql(simulation: Simulation) -> None:
    """Lets a simulation that has not begun ask SQL."""
    vocabulary = simulation.vocabulary
    assert isinstance(vocabulary, Model)  # noqa: S101 - tables are made from definitions
    mirror = Mirror(vocabulary, simulation.desk.tables)
    make: Callable[[n.Condition, Vocabulary, str], Logic] = lambda c, v, e: SqlLogic(c, v, mirror, e)  # noqa: E731
    simulation.book.make_logic = make
