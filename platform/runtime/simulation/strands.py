"""Rows of a collection in order of time under the record that they point to, so that windows need not walk them.

A strand is kept up to date with every change of a row. It holds what is asked of each row beside its time: whether it
counts at all (`where`), and the value that an aggregate takes of it. Sums follow the window as it moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import Value
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.store import Snapshot
from ruleloom.runtime.simulation.tables import Table, Tables

Read = Callable[[Snapshot], Any]
"""What is asked of a row; None: it does not count."""
_ZERO = Decimal(0)


class Strand:
    """The rows that point to one record: (time, order of creation, value), and those without a time by order."""

    __slots__ = ("high", "loose", "low", "negatives", "timed", "total")

    def __init__(self) -> None:
        self.timed: list[tuple[int, int, Any]] = []
        self.loose: dict[int, Any] = {}
        self.low = self.high = 0
        self.total = _ZERO
        """The sum of the values of the rows from `low` to before `high`."""
        self.negatives = 0
        """Rows with a time whose value is a number below zero."""

    def put(self, time: int | None, order: int, value: Any) -> None:
        """Adds a row."""
        if time is None:
            self.loose[order] = value
            return
        timed = self.timed
        place = len(timed) if not timed or timed[-1] < (time, order) else bisect_left(timed, (time, order))
        timed.insert(place, (time, order, value))
        if value.__class__ is Decimal and value < 0:
            self.negatives += 1
        if place < self.high:
            self.high += 1
            if place < self.low:
                self.low += 1
            else:
                self.total = numbers.add(self.total, value)

    def take(self, time: int | None, order: int) -> None:
        """Removes a row."""
        if time is None:
            del self.loose[order]
            return
        place = bisect_left(self.timed, (time, order))
        value = self.timed.pop(place)[2]
        if value.__class__ is Decimal and value < 0:
            self.negatives -= 1
        if place < self.high:
            self.high -= 1
            if place < self.low:
                self.low -= 1
            else:
                self.total = numbers.subtract(self.total, value)

    def sum_of(self, low: int, high: int) -> Decimal:
        """The exact sum of a stretch: only what came and went since it was asked last is added and subtracted."""
        timed, total, was_low, was_high = self.timed, self.total, self.low, self.high
        if high - low < abs(high - was_high) + abs(low - was_low):
            total, was_low, was_high = _ZERO, low, low
        if high > was_high:
            for row in timed[was_high:high]:
                total = numbers.add(total, row[2])
        else:
            for row in timed[high:was_high]:
                total = numbers.subtract(total, row[2])
        if low > was_low:
            for row in timed[was_low:low]:
                total = numbers.subtract(total, row[2])
        else:
            for row in timed[low:was_low]:
                total = numbers.add(total, row[2])
        self.low, self.high, self.total = low, high, total
        return total


EMPTY_STRAND = Strand()


class Strands:
    """The strands of one collection, by the record that its rows point to."""

    def __init__(self, table: Table, key: str, read: Read | None) -> None:
        """`key`: the reference by which rows belong together; `read` is None where every row counts."""
        self._key = key
        self._time_key = table.time_key
        self._read = read
        self.by_holder: dict[Value, Strand] = {}
        for record, row in table.rows.items():
            self.put(row, table.order[record])

    def put(self, row: Snapshot, order: int) -> None:
        """A row comes in."""
        holder = row[self._key]
        if holder is None:
            return
        value = True if self._read is None else self._read(row)
        if value is None:
            return
        strand = self.by_holder.get(holder)
        if strand is None:
            strand = self.by_holder[holder] = Strand()
        strand.put(row[self._time_key], order, value)  # type: ignore[arg-type]

    def take(self, row: Snapshot, order: int) -> None:
        """A row goes."""
        holder = row[self._key]
        if holder is not None and (self._read is None or self._read(row) is not None):
            self.by_holder[holder].take(row[self._time_key], order)  # type: ignore[arg-type]

    def replace(self, old: Snapshot, new: Snapshot, order: int) -> None:
        """A row has another state."""
        key, time_key, read = self._key, self._time_key, self._read
        if old[key] == new[key] and old[time_key] == new[time_key]:
            if read is None:
                return
            before, after = read(old), read(new)
            if before is after or (before == after and type(before) is type(after)):
                return
        self.take(old, order)
        self.put(new, order)


def strands_of(
    tables: Tables, collection: n.Collection, where: Logic | None, what: Read | None, kind: Hashable
) -> Strands | None:
    """The strands of a collection one step away whose rows can be judged by themselves; None for others.

    `what` is asked of rows that count; `kind` says the same as a key, under which the strands are shared.
    """
    if collection.root == "me" or len(collection.hops) != 1 or collection.hops[0].direction != "back":
        return None
    if where is not None and not stands_by_itself(where):
        return None
    key = tables.field_places[collection.hops[0].field][1]
    table = tables.tables[collection.entity]
    place = (key, where.condition if where is not None else None, kind)
    found = table.followers.get(place)
    if not isinstance(found, Strands):
        found = table.followers[place] = Strands(table, key, _reading(where, what, tables.vocabulary.calendar))
    return found


def stands_by_itself(logic: Logic) -> bool:
    """Whether a condition about a row reads nothing but the row, and no clock."""
    if logic.ask is None or logic.reads.externals or logic.reads.reads_me or logic.reads.reads_change:
        return False
    return all(node.root == "row" for node in walk(logic.condition) if isinstance(node, n.Path))


def asked_of(logic: Logic, calendar: Calendar) -> Callable[[Snapshot], bool]:
    """The truth of a condition that stands by itself, for a row."""
    ask, moment = logic.ask, Moment(0, calendar)
    assert ask is not None  # noqa: S101 - the caller has looked
    return lambda row: ask(Situation(row, moment))


def _reading(where: Logic | None, what: Read | None, calendar: Calendar) -> Read | None:
    if where is None:
        return what
    fits = asked_of(where, calendar)
    if what is None:
        return lambda row: True if fits(row) else None
    return lambda row: what(row) if fits(row) else None
