"""Facts of externals read from tables in memory: each external is compiled once, into the cheapest way to know it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.flow import earliest
from ruleloom.engine.store import External, Fact, Goal, Snapshot, Store
from ruleloom.runtime.simulation.quick import COMBINED, Finder, least_of, quick_aggregate, quick_last, quick_quantity
from ruleloom.runtime.simulation.related import FOREVER, Related, Seen, acting_user
from ruleloom.runtime.simulation.tables import Tables


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
    quick = quick_quantity(condition, related)
    if quick is not None:
        return quick

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        count, gone, come, turn = _count(related, holder, snapshot, moment)
        return _quantity(condition, count, gone, come, turn)

    return find


Nth = Callable[[int], int | None]
"""The instant of the n-th row (from 0) to leave or to come; None when there are fewer."""


def _quantity(condition: n.Quantified, count: int, gone: Nth, come: Nth, turn: int | None) -> Fact:
    quantity, number = condition.quantity, condition.number
    if quantity != "exactly":
        least, negative = least_of(condition)
        fact = _at_least(count, least, gone, come, turn)
        return Fact(not fact.value, fact.until) if negative else fact
    if count == number:
        return Fact(True, earliest(gone(0), come(0), turn))
    return Fact(False, earliest(gone(count - number - 1) if count > number else come(number - count - 1), turn))


def _at_least(count: int, least: int, gone: Nth, come: Nth, turn: int | None) -> Fact:
    if count >= least:
        return Fact(True, earliest(gone(count - least), turn) if least > 0 else None)
    return Fact(False, earliest(come(least - count - 1), turn))


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
        if seen.leaves < FOREVER:
            gone.append(seen.leaves)
    gone.sort()
    come = sorted(instant for instant in come if instant < FOREVER)
    return inside, _nth(gone), _nth(come), turn


def _nth(instants: list[int]) -> Nth:
    return lambda place: instants[place] if place < len(instants) else None


def last_all_finder(condition: n.LastAll, related: Related) -> Finder:
    """The N newest rows, newest first, until N are found or one fails."""
    quick = quick_last(condition, related)
    if quick is not None:
        return quick
    logic = Logic(condition.condition, related.vocabulary, "row")

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        turns: list[int | None] = []
        found, holds = 0, True
        for seen in _newest_first(related, holder, snapshot, moment, turns):
            fits, until = related.test(seen, snapshot, holder, moment)
            turns.append(until)
            if not fits:
                continue
            turns.append(seen.leaves if seen.leaves < FOREVER else None)
            truth, until = related.ask(logic, seen, snapshot, holder, moment)
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
        high = bisect_left(timed, (now + 1,))
        turns.append(timed[high][0] if high < len(timed) else None)
        for time, order, record in reversed(timed[:high]):
            yield Seen(record, related.table.rows[record], time, order, -FOREVER, FOREVER)
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


def aggregate_finder(aggregate: n.Aggregate, related: Related, tables: Tables, goal: Goal | None) -> Finder:
    """One value made of the rows that are in the window now."""
    return quick_aggregate(aggregate, related, goal) or _looked_through(aggregate, related, tables)


def _looked_through(aggregate: n.Aggregate, related: Related, tables: Tables) -> Finder:
    value_of = path_finder(aggregate.value, tables) if aggregate.value is not None else None
    only_past = aggregate.function in ("latest", "earliest")
    combine = COMBINED[aggregate.function]

    def find(holder: RecordId, snapshot: Snapshot, moment: Moment) -> Fact:
        now = moment.now
        turns: list[int | None] = []
        inside: list[tuple[int, int, Any]] = []
        for seen in related.candidates(holder, snapshot, moment):
            enters = max(seen.enters, seen.time if seen.time is not None else FOREVER) if only_past else seen.enters
            if seen.leaves <= now or enters == FOREVER:
                continue
            holds, until = related.test(seen, snapshot, holder, moment)
            turns.append(until)
            if not holds:
                continue
            turns.append(enters if enters > now else seen.leaves if seen.leaves < FOREVER else None)
            value = value_of(seen.record, seen.snapshot, moment).value if value_of is not None else True
            if enters <= now and value is not None:
                inside.append((seen.time or 0, seen.order, value))
        if only_past:
            inside.sort(key=lambda row: row[:2])
        return Fact(combine([value for _, _, value in inside]), earliest(*turns))

    return find


def finder(external: External, tables: Tables, store: Store, goal: Goal | None = None) -> Finder:
    """How to find the fact of an external."""
    if isinstance(external, n.Path):
        return path_finder(external, tables) if external.root != "me" else _of_me(external, tables)
    related = Related(external.collection, tables, store)
    if isinstance(external, n.Quantified):
        found = quantified_finder(external, related)
    elif isinstance(external, n.LastAll):
        found = last_all_finder(external, related)
    else:
        found = aggregate_finder(external, related, tables, goal)
    return found


def _of_me(path: n.Path, tables: Tables) -> Finder:
    """A path from the acting user, who may have no record."""
    inner = path_finder(path, tables)

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        me = acting_user(tables, moment)
        return inner(holder, me, moment) if me is not None else _EMPTY_FACT

    return find
