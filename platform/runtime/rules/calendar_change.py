"""Another zone or other working days: what was worked out by the old calendar is worked out anew, at one instant.

Up to that instant everything due was settled by the old calendar; from then on the new one says what is so. A condition
that the change makes true fires then, once, as if its records had been written; one that stays true does not fire
again. Ticks lie where the new local times lie. So at every instant exactly one calendar is in force, and no edge of
either is lost or doubled.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.shifts import shift_instant
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.engine.program import Pause, PauseUntil
from ruleloom.engine.ruleset import Followed
from ruleloom.engine.schedule import next_tick
from ruleloom.forms.entity import Model
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.noticing import Noticed
from ruleloom.runtime.pipeline.ports import Affected, Cause
from ruleloom.runtime.rules import published
from ruleloom.runtime.rules.content import tree_of
from ruleloom.storage.logs import parked_runs

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

ORIGIN = "calendar"
CHUNK = 1_000
"""Records judged together."""
_BY_CALENDAR = ("months", "years", "working_days")
"""Units whose length the calendar says; all others are fixed."""


def work_out_anew(uow: UnitOfWork) -> int:
    """Everything by the calendar that stands in the settings now; how many records are judged after the answer.

    The caller holds the rule set alone and has settled what is due.
    """
    uow.use(published.anew(uow.connection, uow.published))
    calendar = uow.published.model.calendar
    _ticks(uow, calendar)
    _waits(uow, calendar)
    rules = [rule for rule in _followed(uow) if _asks_the_calendar(rule, uow.published.model)]
    records = {entity: list(uow.desk.all_records(entity)) for entity in {rule.entity for rule in rules}}
    if sum(map(len, records.values())) > uow.workspace.fan_out:
        return _put_off(uow, rules, records)
    noticed = Noticed()
    for rule in rules:
        _judge(uow, rule, records[rule.entity], noticed)
    uow.pipeline.carry(noticed, uow.now)
    return 0


def _ticks(uow: UnitOfWork, calendar: Calendar) -> None:
    """`every 4 hours` counts from the local midnight of this day."""
    for rule in uow.published.book.rules.values():
        if rule.tree.schedule is not None:
            uow.desk.remember_tick(rule.id, None)
            uow.desk.remember_tick(rule.id, next_tick(rule.tree.schedule, uow.now, calendar, uow.now))


def _waits(uow: UnitOfWork, calendar: Calendar) -> None:
    """Ends of waits that are counted in months or working days; one that is over by the new calendar ends now."""
    for row, rule, version in parked_runs.with_end(uow.connection):
        duration = _waited(uow, row, rule, version)
        if duration is not None and duration.unit in _BY_CALENDAR and row.parked_at is not None:
            wake = max(uow.now, shift_instant(calendar, row.parked_at, duration))
            parked_runs.wake_at(uow.connection, row.id, wake)


def _waited(uow: UnitOfWork, row: parked_runs.ParkedRow, rule: int, version: int) -> n.Duration | None:
    """How long a run waits; None when its version cannot be read any more: it fails when its time is over."""
    try:
        tree = tree_of(uow.definitions.version(rule, version).content, uow.published.model)
    except RuleloomError:
        return None
    logic = uow.published.book.compile(tree)
    step = (logic.then if row.branch == "then" else logic.ending).steps[row.position - 1]
    return step.duration if isinstance(step, Pause | PauseUntil) else None


def _followed(uow: UnitOfWork) -> list[Followed]:
    book = uow.published.book
    return [*(rule for rule in book.rules.values() if rule.followed), *book.watches.values()]


def _asks_the_calendar(rule: Followed, model: Model) -> bool:
    """Whether days could matter to it: time may turn it, or it reads a date or an instant."""
    if rule.logic is None or rule.logic.moves:
        return rule.logic is not None
    fields = (model.field(each)[1] for dependency in rule.dependencies for each in dependency.fields)
    return any(field.value_type.kind in (Kind.DATE, Kind.DATETIME) for field in fields)


def _put_off(uow: UnitOfWork, rules: Iterable[Followed], records: dict[str, list[RecordId]]) -> int:
    """Judged in chunks, durably, before anything else is written: on the state and at the instant of now."""
    affected = {entity: Affected(set(found)) for entity, found in records.items() if found}
    for rule in rules:
        if rule.entity in affected:
            affected[rule.entity].rules.add(rule.id)
    uow.backlog.add(uow.now, Cause(uow.user, origin=ORIGIN), affected)
    return sum(len(each.records) for each in affected.values())


def _judge(uow: UnitOfWork, rule: Followed, records: Iterable[RecordId], noticed: Noticed) -> None:
    waiting, cause = iter(records), Cause(uow.user, origin=ORIGIN)
    while chunk := list(islice(waiting, CHUNK)):
        uow.desk.lock(rule.entity, chunk)
        found = uow.desk.memories(rule.entity, chunk, [rule.id])
        known = {record: memory for (_, record), memory in found.items()}
        asked = [record for record in chunk if not rule.watched or record in known]
        snapshots = dict(uow.desk.snapshots(rule.entity, asked))
        known = {record: memory for record, memory in known.items() if record in snapshots}
        uow.pipeline.noticing.judge(rule, snapshots, known, uow.now, cause, noticed)
