"""`simulate --backend sql`: the truth of level conditions comes from the SQL back end, on a SQLite beside the tables.

Records are mirrored into real entity tables; every condition is asked as a SELECT. When a condition may flip next is
still worked out as always (SQL has no say in that), and conditions that speak of the change being processed stay with
the Python back end, as in production.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import held_of, walk
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.horizon import Clock, Ticking
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import Model
from ruleloom.runtime.simulation.play import Simulation
from ruleloom.runtime.simulation.tables import Table, Tables
from ruleloom.storage.sql.mirror import Mirror


class Reflection:
    """Keeps a mirror of the tables in memory up to date; ids become integers in order of creation."""

    def __init__(self, model: Model, tables: Tables) -> None:
        self._model = model
        self._tables = tables
        self._mirror = Mirror(model)
        self._missing: dict[tuple[str, Any], int] = {}
        self._naming: dict[int, tuple[n.Condition, n.Condition, bool]] = {}
        """By identity, a condition, the same without worked-out fields, and whether it names records by their ids."""
        self._holders: dict[str, list[tuple[Table, str]]] = {}
        """By entity, the reference fields that hold its records."""
        for table in tables.tables.values():
            table.touched = set(table.rows)
            for key in table.references:
                self._holders.setdefault(table.by_key[key].value_type.entity or "", []).append((table, key))

    def holds(self, condition: n.Condition, entity: str, record: RecordId, moment: Moment) -> bool:
        """The truth of a condition for one record."""
        for table in self._tables.tables.values():
            if table.touched:
                self._touch_holders(table)
        for table in self._tables.tables.values():
            if table.touched:
                self._bring_up_to_date(table, list(table.touched))
                table.touched.clear()
        if moment.me is not None:
            moment = Moment(moment.now, moment.calendar, self._number("user", moment.me))
        return self._mirror.holds(self._in_numbers(condition), entity, self._number(entity, record), moment)

    def _in_numbers(self, condition: n.Condition) -> n.Condition:
        """The condition with the records that its text names (`owner = "u1"`) as the integers of this moment."""
        known = self._naming.get(id(condition))
        if known is None:
            plain = with_formulas(condition, self._model)
            known = self._naming[id(condition)] = (condition, plain, any(map(_is_record, walk(plain))))
        _, plain, names = known
        return self._numbered(plain) if names else plain

    def _numbered(self, part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(self._numbered, part))
        if _is_record(part):
            return replace(part, value=self._number(part.type.entity or "", part.value))
        if not isinstance(part, n.Node):
            return part
        slots = [slot.name for slot in fields(part) if slot.name != "span"]
        return replace(part, **{slot: self._numbered(getattr(part, slot)) for slot in slots})

    def _touch_holders(self, table: Table) -> None:
        """Who is named may come to have a record, or have none again: the rows that name them are mirrored anew."""
        for record in list(table.touched or ()):
            if table.numbers.get(record, [None])[-1] != table.order.get(record):
                for holder, key in self._holders.get(table.entity.id, ()):
                    if holder.touched is not None:
                        holder.touched.update(holder.shelf(key, record))

    def _bring_up_to_date(self, table: Table, records: list[RecordId]) -> None:
        gone = [number for record in records for number in table.numbers.pop(record, ())]
        self._mirror.replace(table.entity.id, gone, [self._row(table, r) for r in records if r in table.rows])

    def _row(self, table: Table, record: RecordId) -> Snapshot:
        row, number = dict(table.rows[record]), table.order[record]
        table.numbers.setdefault(record, []).append(number)
        for key in table.references:
            if row[key] is not None:
                row[key] = self._number(table.by_key[key].value_type.entity or "", row[key])
        return {**row, "id": number}

    def _number(self, entity: str, record: Any) -> int:
        """The order of creation; users who are only named and have no record come before all."""
        order = self._tables.tables[entity].order.get(record)
        return order if order is not None else self._missing.setdefault((entity, record), -len(self._missing) - 1)


def _is_record(part: Any) -> bool:
    return isinstance(part, n.Constant) and part.type.kind is Kind.RECORD


class SqlLogic(Logic):
    """A condition whose truth is asked in SQL: whole where it can be, else its `C for D` each by itself."""

    def __init__(self, condition: n.Condition, vocabulary: Vocabulary, mirror: Reflection, entity: str) -> None:
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
    mirror = Reflection(vocabulary, simulation.desk.tables)
    make: Callable[[n.Condition, Vocabulary, str], Logic] = lambda c, v, e: SqlLogic(c, v, mirror, e)  # noqa: E731
    simulation.book.make_logic = make
