"""A rule's condition followed through the past of some records: what was so at an instant, and since when.

The road of production is played over what the log of changes knows, on a desk in memory; nothing is done, only noticed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY, Calendar
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.reads import held_of, reads_of
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import Memory, RecordChange, Snapshot
from ruleloom.forms.entity import Model
from ruleloom.runtime.pipeline import publishing
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.noticing import Noticed
from ruleloom.runtime.pipeline.ports import Cause
from ruleloom.runtime.rules.calendars import Stretch, held_from
from ruleloom.runtime.simulation.desk import MemoryDesk
from ruleloom.storage.database import Connection
from ruleloom.storage.facts.store import SqlStore
from ruleloom.storage.logs.change_log import LoggedChange
from ruleloom.storage.records.rewinding import Past, rewind, system_values
from ruleloom.storage.schema.catalogue import Catalogue

MOST = 20_000
"""Records that one look into the past reads; beyond that it is not known."""
RULE = "past"
"""The id under which the condition is followed."""


class PastDesk(MemoryDesk):
    """The part of a workspace that was loaded; what only has to be named (titles) is read as it is now."""

    def __init__(self, model: Model, known: Mapping[str, set[int]], present: SqlStore) -> None:
        super().__init__(model)
        self._known = known
        self._present = present

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        """States of then; of records that were not loaded, the present ones."""
        known = self._known.get(entity, set())
        found = dict(super().snapshots(entity, records))
        others = [record for record in records if record not in known]
        return {**found, **self._present.snapshots(entity, others)} if others else found


@dataclass(slots=True)
class Followed:
    """What became of a condition up to an instant."""

    desk: PastDesk
    start: int
    calendars: Sequence[Stretch]
    """Those that held meanwhile, oldest first."""
    last: dict[RecordId, tuple[int, RecordChange]] = field(default_factory=dict)
    """The latest change of each record that was asked about."""

    def model_at(self, instant: int) -> Model:
        """The model with the calendar that held at an instant."""
        return next(each.model for each in reversed(self.calendars) if each.since <= max(instant, self.start))

    def memory(self, entity: str, record: RecordId) -> Memory | None:
        """What a rule with the condition would remember of a record."""
        return self.desk.memories(entity, [record], [RULE]).get((RULE, record))

    def memories(self, entity: str, records: Collection[RecordId]) -> dict[RecordId, Memory]:
        """The same for many."""
        return {record: found for (_, record), found in self.desk.memories(entity, records, [RULE]).items()}

    def true_since(self, entity: str, record: RecordId) -> int | None:
        """Since when the whole condition is true (the start when it was true then); None when it is not."""
        memory = self.memory(entity, record)
        if memory is None or not memory.holds:
            return None
        edges = [firing.at for firing in self.desk.firings if firing.record == record and firing.edge == "on"]
        return edges[-1] if edges else self.start


def follow(
    connection: Connection,
    catalogue: Catalogue,
    entity: str,
    condition: n.Condition | None,
    records: Collection[RecordId],
    start: int,
    end: int,
    most: int = MOST,
) -> Followed | None:
    """Follows a condition about some records from one instant to another; None when that reads more than `most`.

    At each instant the calendar counts that held then; where it changed the condition is judged anew, as in production.
    """
    model = catalogue.model
    condition = with_formulas(condition, model) if condition is not None else None
    dependencies = reads_of(condition, model).dependencies if condition is not None else ()
    wanted = cast("Collection[int]", records)
    past = rewind(connection, catalogue, entity, wanted, dependencies, start, most)
    if past is None:
        return None
    first, *others = [each for each in held_from(connection, model, start) if each.since <= max(start, end)]
    desk = PastDesk(first.model, past.known, SqlStore(connection, catalogue))
    followed = Followed(desk, start, [first, *others])
    _lay_out(desk, past)
    desk.entity_of(RULE, entity)
    rule = n.Rule(RULE, entity, condition, ()) if condition is not None else None
    road = Pipeline(desk, RuleBook(first.model))
    if rule is not None:
        publishing.publish(road, RULE, rule, start)
    among = set(records)
    for changes in _writes(desk, past.changes, end):
        at = changes[0][0]
        while others and others[0].since <= at:
            road = _by_another_calendar(road, desk, rule, others.pop(0))
        road.settle(at)
        written = [change for _, change in changes]
        _apply(desk, written)
        road.carry(road.noticing.written(written, at, Cause()), at)
        followed.last.update({change.record: (at, change) for at, change in changes if change.record in among})
    for later in others:
        road = _by_another_calendar(road, desk, rule, later)
    road.settle(end)
    return followed


def _by_another_calendar(road: Pipeline, desk: PastDesk, rule: n.Rule | None, there: Stretch) -> Pipeline:
    """The road from there on: what was due is settled by the old calendar, then the condition judged by the new one."""
    road.settle(there.since)
    desk.take_calendar(there.model)
    road = Pipeline(desk, RuleBook(there.model))
    if rule is None:
        return road
    compiled = road.book.add(RULE, rule)
    if compiled.followed:
        snapshots = dict(desk.tables.tables[rule.entity].rows)
        found = desk.memories(rule.entity, list(snapshots), [RULE])
        noticed = Noticed()
        known = {record: memory for (_, record), memory in found.items()}
        road.noticing.judge(compiled, snapshots, known, there.since, Cause(), noticed)
        road.carry(noticed, there.since)
    return road


def looked_from(condition: n.Condition | None, now: int, calendar: Calendar) -> int:
    """The instant from which on a condition's `C for D` are followed: what was so then has been so long enough."""
    start = now
    for held in held_of(condition) if condition is not None else ():
        back = shifts.shift_instant(calendar, start, held.duration, -1)
        start = back if held.duration.unit in shifts.FIXED_UNITS else back - _UNEVEN
    return max(start - 1, 0)


_UNEVEN = 14 * DAY
"""By how much more going back and forth by months or working days may differ."""


def _lay_out(desk: PastDesk, past: Past) -> None:
    """Puts the records of the start on the desk, in the order in which they were created."""
    for entity, states in past.states.items():
        for record in sorted(states, key=lambda each: cast("int", each)):
            desk.tables.create(entity, record, states[record], [])


def _writes(desk: PastDesk, logged: Sequence[LoggedChange], end: int) -> Iterator[list[tuple[int, RecordChange]]]:
    """What one write did, as changes of whole states: rows of one instant with one cause."""
    gone: dict[tuple[str, RecordId], Mapping[str, Value]] = {}
    earlier = [change for change in logged if change.at <= end]
    for (at, _, _), rows in groupby(earlier, key=lambda change: (change.at, repr(change.cause), change.actor)):
        states: dict[tuple[str, RecordId], Snapshot | None] = {}
        changes = [(at, _change(desk, row, gone, states)) for row in rows]
        yield [(at, change) for at, change in changes if change.before is not None or change.after is not None]


def _change(
    desk: PastDesk,
    row: LoggedChange,
    gone: dict[tuple[str, RecordId], Mapping[str, Value]],
    states: dict[tuple[str, RecordId], Snapshot | None],
) -> RecordChange:
    """A row of the log as a change of whole states; `states`: what earlier rows of the same write left."""
    place: tuple[str, RecordId] = (row.entity, row.record)
    before = states[place] if place in states else desk.tables.tables[row.entity].rows.get(row.record)
    touched = {"updated_at": row.at, "updated_by": row.actor}
    after: Snapshot | None
    if row.operation == "delete":
        gone[place] = {} if before is None else system_values(before)
        after = None
    elif row.operation in ("create", "restore"):
        keys = dict.fromkeys(desk.tables.tables[row.entity].keys)
        made = {"id": row.record, "created_at": row.at, "created_by": row.actor}
        after = {**keys, **made, **gone.get(place, {}), **row.after, **touched}
    else:
        after = None if before is None else {**before, **row.after, **touched}
    states[place] = after
    return RecordChange(row.entity, row.record, before, after)


def _apply(desk: PastDesk, changes: Sequence[RecordChange]) -> None:
    for change in changes:
        if change.before is None and change.after is not None:
            desk.tables.create(change.entity, change.record, change.after, [])
        elif change.before is not None and change.after is None:
            desk.tables.delete(change.entity, change.record, [])
        elif change.after is not None:
            desk.tables.update(change.entity, change.record, change.after, [])


def memories_now(
    connection: Connection,
    catalogue: Catalogue,
    entity: str,
    condition: n.Condition,
    records: Collection[RecordId],
    now: int,
) -> dict[RecordId, Memory] | None:
    """Since when each `C for D` is true for these records, as far as it matters now; None when it is not known.

    What was true all along is said to be so since the earliest instant that was looked at, longer ago than any D.
    """
    start = looked_from(condition, now, catalogue.model.calendar)
    followed = follow(connection, catalogue, entity, condition, records, start, now)
    return None if followed is None else followed.memories(entity, records)
