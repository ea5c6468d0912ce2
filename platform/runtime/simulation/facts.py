"""Facts of externals read from tables in memory: each external is compiled once, into the cheapest way to know it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers, shifts
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.flow import earliest
from ruleloom.engine.horizon import period_of
from ruleloom.engine.store import External, Fact, Snapshot, Store
from ruleloom.runtime.simulation.tables import Shelf, Table, Tables

_FOREVER = 1 << 62
Finder = Callable[[RecordId, Snapshot, Moment], Fact]


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
        self.calendar: Calendar = tables.vocabulary.calendar
        self.window = collection.window

    @property
    def plain(self) -> bool:
        """One step back and no `where`: the shelf itself is the collection."""
        return self._where is None and not self._of_me and len(self._steps) == 1 and self._steps[0][0]

    def shelf(self, holder: RecordId) -> Shelf:
        """The shelf of a plain collection."""
        return self.table.shelf(self._steps[0][2], holder)

    def ids(self, holder: RecordId, snapshot: Snapshot, moment: Moment) -> Iterable[RecordId]:
        """Ids at the end of the hops, each once; those of `me` begin at the acting user, who may have no record."""
        if not self._steps:
            return self.table.rows
        if self._of_me:
            acting = acting_user(self._tables, moment)
            reached: dict[Any, Snapshot] = {} if acting is None else {moment.me: acting}
        elif len(self._steps) == 1 and self._steps[0][0]:
            return self.shelf(holder)
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
        for record in self.ids(holder, snapshot, moment):
            row = rows[record]
            yield self.seen(record, row, row[key], order[record])

    def seen(self, record: RecordId, row: Snapshot, time: Any, order: int) -> Seen:
        """A row with its time and its stretch."""
        instant = time if time is None or not self.table.time_is_date else self.calendar.midnight(time)
        enters, leaves = self._stretch(time)
        return Seen(record, row, instant, order, enters, leaves)

    def _stretch(self, time: int | None) -> tuple[int, int]:
        window = self.window
        if window is None:
            return -_FOREVER, _FOREVER
        if time is None:
            return _FOREVER, _FOREVER
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
        return (True, None) if logic is None else ask(logic, seen, holder, holder_id, moment, self._store)


def ask(
    logic: Logic, seen: Seen, holder: Snapshot, holder_id: RecordId, moment: Moment, store: Store
) -> tuple[bool, int | None]:
    """A condition about a row, which may speak of the rule's record as `this`."""
    s = Situation(seen.snapshot, moment, outer=holder)
    for external in logic.reads.externals:
        root = external.root if isinstance(external, n.Path) else external.collection.root
        who, state = (seen.record, seen.snapshot) if root == "row" else (holder_id, holder)
        fact = store.gather(external, {who: state}, moment.now, moment.me)[who]
        s.facts.append(fact.value)
        s.untils.append(fact.until)
    verdict = logic.verdict(s, {})
    return verdict.holds, verdict.deadline


def _this(window: n.Calendrical) -> n.Calendrical:
    return n.Calendrical("this", window.unit)


# ---- what is made of the rows ------------------------------------------------------------------------------------


def path_finder(path: n.Path, tables: Tables) -> Finder:
    """Follows references; an empty hop, or a record that is not there, gives empty."""
    steps = [tables.field_places[field][1] for field in path.fields]
    targets = [tables.vocabulary.field(field)[1].value_type.entity or "" for field in path.fields[:-1]]

    def find(_holder: RecordId, snapshot: Snapshot, _moment: Moment) -> Fact:
        state = snapshot
        for key, target in zip(steps, targets, strict=False):
            reached = tables.tables[target].rows.get(state[key])  # type: ignore[arg-type]
            if reached is None:
                return _EMPTY_FACT
            state = reached
        return Fact(state[steps[-1]])

    return find


_EMPTY_FACT = Fact(None)


def quantified_finder(condition: n.Quantified, related: Related) -> Finder:
    """How many there are, and when time alone makes the answer another one."""
    quick = _quick_counter(related)

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        if quick is not None:
            count, gone, come = quick(holder, moment.now)
            turn = None
        else:
            count, gone, come, turn = _count(related, holder, snapshot, moment)
        return _quantity(condition, count, gone, come, turn)

    return find


Nth = Callable[[int], int | None]
"""The instant of the n-th row (from 0) to leave or to come; None when there are fewer."""


def _quantity(condition: n.Quantified, count: int, gone: Nth, come: Nth, turn: int | None) -> Fact:
    quantity, number = condition.quantity, condition.number
    if quantity in ("any", "at_least"):
        least = 1 if quantity == "any" else number
        return _at_least(count, least, gone, come, turn)
    if quantity in ("no", "at_most"):
        fact = _at_least(count, (0 if quantity == "no" else number) + 1, gone, come, turn)
        return Fact(not fact.value, fact.until)
    if count == number:
        return Fact(True, earliest(gone(0), come(0), turn))
    return Fact(False, earliest(gone(count - number - 1) if count > number else come(number - count - 1), turn))


def _at_least(count: int, least: int, gone: Nth, come: Nth, turn: int | None) -> Fact:
    if count >= least:
        return Fact(True, earliest(gone(count - least), turn) if least > 0 else None)
    return Fact(False, earliest(come(least - count - 1), turn))


def _quick_counter(related: Related) -> Callable[[RecordId, int], tuple[int, Nth, Nth]] | None:
    """Counting by bisection, for the windows and collections that are most used."""
    window = related.window
    if not related.plain:
        return None
    if window is None:
        return lambda holder, _now: (len(related.shelf(holder)), _never, _never)
    if not isinstance(window, n.Rolling) or window.side != "last" or related.table.time_is_date:
        return None
    if not shifts.is_fixed(window.duration):
        return None
    length = shifts.fixed_length(window.duration)

    def count(holder: RecordId, now: int) -> tuple[int, Nth, Nth]:
        rows = related.shelf(holder).timed
        low, high = bisect_right(rows, (now - length, _FOREVER)), bisect_right(rows, (now, _FOREVER))
        return (
            high - low,
            lambda place: rows[low + place][0] + length if low + place < high else None,
            lambda place: rows[high + place][0] if high + place < len(rows) else None,
        )

    return count


def _never(_place: int) -> int | None:
    return None


def _count(related: Related, holder: RecordId, snapshot: Snapshot, moment: Moment) -> tuple[int, Nth, Nth, int | None]:
    now, inside, turn = moment.now, 0, None
    gone: list[int] = []
    come: list[int] = []
    for seen in related.candidates(holder, snapshot, moment):
        if seen.leaves <= now:
            continue
        holds, until = related.test(seen, snapshot, holder, moment)
        turn = earliest(turn, until)
        if not holds:
            continue
        if seen.enters > now:
            come.append(seen.enters)
            continue
        inside += 1
        if seen.leaves < _FOREVER:
            gone.append(seen.leaves)
    gone.sort()
    come = sorted(instant for instant in come if instant < _FOREVER)
    return inside, _nth(gone), _nth(come), turn


def _nth(instants: list[int]) -> Nth:
    return lambda place: instants[place] if place < len(instants) else None


def last_all_finder(condition: n.LastAll, related: Related, store: Store) -> Finder:
    """The N newest rows, newest first, until N are found or one fails."""
    logic = Logic(condition.condition, related._tables.vocabulary, "row")

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        turns: list[int | None] = []
        found, holds = 0, True
        for seen in _newest_first(related, holder, snapshot, moment, turns):
            fits, until = related.test(seen, snapshot, holder, moment)
            turns.append(until)
            if not fits:
                continue
            turns.append(seen.leaves if seen.leaves < _FOREVER else None)
            truth, until = ask(logic, seen, snapshot, holder, moment, store)
            turns.append(until)
            found, holds = found + 1, holds and truth
            if found == condition.number:
                break
        return Fact(holds and found == condition.number, earliest(*turns))

    return find


def _newest_first(
    related: Related, holder: RecordId, snapshot: Snapshot, moment: Moment, turns: list[int | None]
) -> Iterator[Seen]:
    """Rows with a time ≤ now that lie in the window, newest first; when others come is noted in `turns`."""
    now = moment.now
    if related.plain and related.window is None and not related.table.time_is_date:
        timed = related.shelf(holder).timed
        high = bisect_right(timed, (now, _FOREVER))
        turns.append(timed[high][0] if high < len(timed) else None)
        for time, order, record in reversed(timed[:high]):
            yield Seen(record, related.table.rows[record], time, order, -_FOREVER, _FOREVER)
        return
    found: list[tuple[int, int, Seen]] = []
    for seen in related.candidates(holder, snapshot, moment):
        if seen.time is None or seen.leaves <= now:
            continue
        begins = max(seen.time, seen.enters)
        if begins > now:
            turns.append(begins)
        else:
            found.append((seen.time, seen.order, seen))
    for _, _, seen in sorted(found, key=lambda row: row[:2], reverse=True):
        yield seen


Combine = Callable[[list[Any]], Any]
_COMBINED: Mapping[str, Combine] = {
    "count": lambda values: Decimal(len(values)),
    "sum": numbers.total,
    "avg": numbers.average,
    "min": lambda values: min(values) if values else None,
    "max": lambda values: max(values) if values else None,
    "distinct": lambda values: Decimal(len({_comparable(value) for value in values})),
    "latest": lambda values: values[-1] if values else None,
    "earliest": lambda values: values[0] if values else None,
}


def aggregate_finder(aggregate: n.Aggregate, related: Related, tables: Tables) -> Finder:
    """One value made of the rows that are in the window now."""
    value_of = path_finder(aggregate.value, tables) if aggregate.value is not None else None
    only_past = aggregate.function in ("latest", "earliest")
    combine = _COMBINED[aggregate.function]

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        now = moment.now
        turns: list[int | None] = []
        inside: list[tuple[int, int, Any]] = []
        for seen in related.candidates(holder, snapshot, moment):
            enters = max(seen.enters, seen.time if seen.time is not None else _FOREVER) if only_past else seen.enters
            if seen.leaves <= now or enters == _FOREVER:
                continue
            holds, until = related.test(seen, snapshot, holder, moment)
            turns.append(until)
            if not holds:
                continue
            turns.append(enters if enters > now else seen.leaves if seen.leaves < _FOREVER else None)
            value = value_of(seen.record, seen.snapshot, moment).value if value_of is not None else True
            if enters <= now and value is not None:
                inside.append((seen.time or 0, seen.order, value))
        if only_past:
            inside.sort(key=lambda row: row[:2])
        return Fact(combine([value for _, _, value in inside]), earliest(*turns))

    return find


def _comparable(value: Any) -> Any:
    return tuple(sorted(value)) if isinstance(value, tuple) else value


def finder(external: External, tables: Tables, store: Store) -> Finder:
    """How to find the fact of an external."""
    if isinstance(external, n.Path):
        return path_finder(external, tables) if external.root != "me" else _of_me(external, tables)
    related = Related(external.collection, tables, store)
    if isinstance(external, n.Quantified):
        found = quantified_finder(external, related)
    elif isinstance(external, n.LastAll):
        found = last_all_finder(external, related, store)
    else:
        found = aggregate_finder(external, related, tables)
    return found


def acting_user(tables: Tables, moment: Moment) -> Snapshot | None:
    """The record of `me`; None when nobody acts or the user has no record."""
    return tables.tables["user"].rows.get(moment.me) if moment.me is not None else None


def _of_me(path: n.Path, tables: Tables) -> Finder:
    """A path from the acting user, who may have no record."""
    inner = path_finder(path, tables)

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        me = acting_user(tables, moment)
        return inner(holder, me, moment) if me is not None else _EMPTY_FACT

    return find
