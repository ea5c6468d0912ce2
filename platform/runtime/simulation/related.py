"""The rows of a collection as seen from one record, each with the stretch of time in which the window holds it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.horizon import period_of
from ruleloom.engine.store import Snapshot, Speaker, Store
from ruleloom.runtime.simulation.panes import Pane, Rows, pane_of
from ruleloom.runtime.simulation.strands import Read, Strand, strands_of
from ruleloom.runtime.simulation.tables import Shelf, Table, Tables

FOREVER = 1 << 62
_FEW = 8
"""Rows that are looked through sooner than they are searched for a beginning."""
Lines = Mapping[Any, Strand] | Mapping[Any, Shelf]
"""Rows in order of time by the record that they point to."""


@dataclass(slots=True)
class Seen:
    """A related record with the stretch of time in which the window holds it."""

    record: RecordId
    snapshot: Snapshot
    time: int | None
    """As an instant: the local midnight of a date."""
    order: int
    enters: int
    leaves: int


class Related:
    """The rows of one collection."""

    def __init__(self, collection: n.Collection, tables: Tables, store: Store) -> None:
        self._collection = collection
        self._tables = tables
        self._store = store
        self.table: Table = tables.tables[collection.entity]
        self._steps = [(hop.direction == "back", *tables.field_places[hop.field]) for hop in collection.hops]
        self._of_me = collection.root == "me"
        self._where = Logic(collection.where, tables.vocabulary, "row") if collection.where is not None else None
        self.vocabulary = tables.vocabulary
        self.calendar: Calendar = tables.vocabulary.calendar
        self.window = collection.window
        self.pane: Pane | None = pane_of(collection.window, self.table.time_kind, self._stretch)
        self._one_step = collection.root != "me" and len(self._steps) == 1 and self._steps[0][0]

    def strands(self, what: Read | None = None, kind: Hashable = None) -> Lines | None:
        """The rows that count, in order of time with what is asked of each; None where they have to be looked through.

        `kind` says as a key what `what` asks.
        """
        if self._where is None and what is None and self._one_step:
            return self.table.shelves[self._steps[0][2]]
        found = strands_of(self._tables, self._collection, self._where, what, kind)
        return None if found is None else found.by_holder

    def key_of(self, field: str) -> str:
        """Under which key the rows hold a field."""
        return self._tables.field_places[field][1]

    @property
    def plain(self) -> bool:
        """One step back and no `where`: the shelf itself is the collection."""
        return self._where is None and self._one_step

    def shelf(self, holder: RecordId) -> Shelf:
        """The rows one step away."""
        return self.table.shelf(self._steps[0][2], holder)

    def ids(self, holder: RecordId, snapshot: Snapshot, moment: Moment) -> Iterable[RecordId]:
        """Ids at the end of the hops, each once; those of `me` begin at the acting user, who may have no record."""
        if not self._steps:
            return self.table.rows
        if self._of_me:
            acting = acting_user(self._tables, moment)
            reached: dict[Any, Snapshot] = {} if acting is None else {moment.me: acting}
        else:
            reached = {holder: snapshot}
        for back, entity, key in self._steps:
            table = self._tables.tables[entity]
            found: dict[Any, Snapshot] = {}
            for record, state in reached.items():
                if back:
                    found.update((row, table.rows[row]) for row in table.shelf(key, record))
                else:
                    self._forward(table, key, state, found)
            reached = found
        return reached

    def _forward(self, table: Table, key: str, state: Snapshot, found: dict[Any, Snapshot]) -> None:
        target = state[key]
        entity = table.by_key[key].value_type.entity
        rows = self._tables.tables[entity].rows if entity is not None else {}
        row = rows.get(target)  # type: ignore[arg-type]
        if row is not None:
            found[target] = row

    def candidates(self, holder: RecordId, snapshot: Snapshot, moment: Moment) -> Iterator[Seen]:
        """All rows with their stretch in the window, before `where`."""
        rows, order, key = self.table.rows, self.table.order, self.table.time_key
        for record in self._of(holder, moment) if self._one_step else self.ids(holder, snapshot, moment):
            row = rows[record]
            yield self.seen(record, row, row[key], order[record])

    def _of(self, holder: RecordId, moment: Moment) -> Iterator[RecordId]:
        """Rows one step away, without those that have left the window for good."""
        shelf = self.shelf(holder)
        if self.window is None:
            yield from shelf.loose
        timed = shelf.timed
        first = self._first(timed, moment) if len(timed) > _FEW else 0
        for _, _, record in timed[first:]:
            yield record

    def _first(self, timed: Rows, moment: Moment) -> int:
        """A place before which no row can be in the window again."""
        if self.pane is not None:
            return self.pane.inside(timed, moment)[0]
        window = self.window
        if not isinstance(window, n.Rolling) or window.side == "next":
            return bisect_left(timed, (moment.now,))
        day = shifts.shift_day(self.calendar, moment.today - 2, window.duration, -1)
        return bisect_left(timed, (self.calendar.midnight(day),)) if day >= shifts.MIN_DAY else 0

    def seen(self, record: RecordId, row: Snapshot, time: Any, order: int) -> Seen:
        """A row with its time and its stretch."""
        instant = time if time is None or not self.table.time_is_date else self.calendar.midnight(time)
        enters, leaves = self._stretch(time)
        return Seen(record, row, instant, order, enters, leaves)

    def _stretch(self, time: int | None) -> tuple[int, int]:
        window = self.window
        if window is None:
            return -FOREVER, FOREVER
        if time is None:
            return FOREVER, FOREVER
        is_date = self.table.time_is_date
        midnight = self.calendar.midnight
        if isinstance(window, n.Calendrical):
            first, after = period_of(time if is_date else self.calendar.day_of(time), _this(window), self.calendar)
            if window.which == "previous":
                first, after = after, period_of(after, _this(window), self.calendar)[1]
            return midnight(first), midnight(after)
        sign = 1 if window.side == "last" else -1
        move = shifts.shift_day if is_date else shifts.shift_instant
        moved = move(self.calendar, time, window.duration, sign)
        ends = (time, moved) if sign > 0 else (moved, time)
        return (midnight(ends[0]), midnight(ends[1])) if is_date else ends

    def test(self, seen: Seen, holder: Snapshot, holder_id: RecordId, moment: Moment) -> tuple[bool, int | None]:
        """Whether `where` holds for a row, and until when."""
        logic = self._where
        return (True, None) if logic is None else self.ask(logic, seen, holder, holder_id, moment)

    def ask(
        self, logic: Logic, seen: Seen, holder: Snapshot, holder_id: RecordId, moment: Moment
    ) -> tuple[bool, int | None]:
        """A condition about a row; `this` in it is the rule's record, however deep the row's list stands in another."""
        tables, before = self._tables, self._tables.speaker
        speaker = before or Speaker(holder_id, holder)
        s = Situation(seen.snapshot, moment, outer=speaker[1])
        try:
            for external in logic.reads.externals:
                root = external.root if isinstance(external, n.Path) else external.collection.root
                tables.speaker = speaker if root == "row" else None
                who, state = (seen.record, seen.snapshot) if root == "row" else speaker
                fact = self._store.gather(external, {who: state}, moment.now, moment.me)[who]
                s.facts.append(fact.value)
                s.untils.append(fact.until)
        finally:
            tables.speaker = before
        verdict = logic.verdict(s, {})
        return verdict.holds, verdict.deadline


def _this(window: n.Calendrical) -> n.Calendrical:
    return n.Calendrical("this", window.unit)


def acting_user(tables: Tables, moment: Moment) -> Snapshot | None:
    """The record of `me`; None when nobody acts or the user has no record."""
    return tables.tables["user"].rows.get(moment.me) if moment.me is not None else None
