"""The road of one change, and of passing time, over one desk: what production and simulation both drive."""

from __future__ import annotations

from collections.abc import Collection

from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import Write
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange
from ruleloom.runtime.pipeline.carrying import Carrying
from ruleloom.runtime.pipeline.noticing import Noticed, Noticing
from ruleloom.runtime.pipeline.ports import Blocked, Cause, Desk, Firing, Outcome, Prepared, Run

Pairs = Collection[tuple[str, RecordId]]


class Writing:
    """One write: prepared, applied, evaluated, and taken back when a rule blocks it."""

    def __init__(self, desk: Desk, noticing: Noticing) -> None:
        self._desk = desk
        self._noticing = noticing

    def write(self, write: Write, at: int, cause: Cause) -> tuple[tuple[RecordChange, ...], Noticed]:
        """The changes of a write and what they led to; Blocked when rules refuse it, then nothing of it happened."""
        return self.carry_out(self._desk.prepare(write, at, cause))

    def carry_out(self, prepared: Prepared) -> tuple[tuple[RecordChange, ...], Noticed]:
        """The same for a write that is prepared already."""
        changes, at, cause = prepared.changes, prepared.at, prepared.cause
        if not changes:
            return (), Noticed()
        gone = self._noticing.deleted(changes, at, cause)
        with self._desk.savepoint():
            self._desk.apply(prepared)
            noticed = self._noticing.written(changes, at, cause)
            noticed.firings += gone
            blocking = self._noticing.blocked(noticed.firings, at, cause)
            if blocking:
                raise Blocked(blocking)
        return changes, noticed


class Pipeline:
    """Hops 3 to 9 over one desk. One transaction of the caller's around each call."""

    def __init__(self, desk: Desk, book: RuleBook) -> None:
        self.desk = desk
        self.book = book
        self.noticing = Noticing(desk, book)
        self.writing = Writing(desk, self.noticing)

    def change(self, write: Write, at: int, cause: Cause | None = None) -> Outcome:
        """A write and everything that it leads to inside the workspace.

        Raises Blocked (what was settled before stays) or what `desk.prepare` raises.
        """
        cause = cause or Cause()
        prepared = self.desk.prepare(write, at, cause)
        if prepared.changes and self._settle_touched(prepared):
            prepared = self.desk.prepare(write, at, cause)
        outcome = Outcome()
        outcome.changes, noticed = self.writing.carry_out(prepared)
        self._carry(noticed, at, outcome)
        return outcome

    def _settle_touched(self, prepared: Prepared) -> bool:
        """Locks the records whose rules could be touched and settles their edges already due; whether any were."""
        if not self.desk.locks and self.desk.next_due(prepared.at) is None:
            return False
        touched = self.noticing.touched(prepared.changes)
        pairs: set[tuple[str, RecordId]] = set()
        for entity, found in sorted(touched.items()):
            self.desk.lock(entity, found.snapshots)
        if self.desk.next_due(prepared.at) is None:
            return False
        for entity, found in touched.items():
            pairs.update(self.desk.memories(entity, found.snapshots))
        for change in prepared.changes:
            pairs.update(self.desk.memories(change.entity, [change.record]))
        settled = False
        while (instant := self.desk.next_due(prepared.at, pairs)) is not None:
            self._settle(instant, pairs)
            settled = True
        return settled

    def tick(self, up_to: int) -> int | None:
        """Settles the earliest instant ≤ `up_to` at which anything is due: deadlines, schedules, parked runs.

        Answers with that instant, None when nothing is due.
        """
        due = (self.desk.next_due(up_to), self.desk.next_tick(up_to), self.desk.next_wake(up_to))
        found = [instant for instant in due if instant is not None]
        if not found:
            return None
        self.settle_at(min(found))
        return min(found)

    def settle(self, up_to: int) -> None:
        """Settles everything due ≤ `up_to`, in time order."""
        while self.tick(up_to) is not None:
            pass

    def settle_at(self, instant: int) -> Outcome:
        """Settles everything due at an instant on one state."""
        return self._settle(instant, None)

    def _settle(self, instant: int, pairs: Pairs | None) -> Outcome:
        outcome, noticing = Outcome(), self.noticing
        noticed = noticing.due(self.desk.due_at(instant, pairs), instant)
        carrying = self._carrying(outcome)
        if pairs is None:
            for rule in self.desk.ticks_at(instant):
                noticed.firings += noticing.ticked(rule, instant)
            noticed.runs += carrying.woken(self.desk.runs_at(instant)).runs
        carrying.enter(_without_doubles(noticed))
        carrying.carry(instant)
        return outcome

    def carry(self, noticed: Noticed, at: int) -> Outcome:
        """Records firings and works off what follows from them (publishing with *also for records that match now*)."""
        outcome = Outcome()
        self._carry(noticed, at, outcome)
        return outcome

    def retry(self, firing: Firing, version: str, at: int) -> Outcome:
        """Carries out again a firing whose actions failed and were undone."""
        return self.carry(Noticed(runs=[Run(firing, version, "ending" if firing.edge == "off" else "then")]), at)

    def _carry(self, noticed: Noticed, at: int, outcome: Outcome) -> None:
        if not noticed.firings and not noticed.runs:
            return
        carrying = self._carrying(outcome)
        carrying.enter(noticed)
        carrying.carry(at)

    def _carrying(self, outcome: Outcome) -> Carrying:
        return Carrying(self.desk, self.book, self.noticing, self.writing, outcome)


def _without_doubles(noticed: Noticed) -> Noticed:
    """A run may be woken by its time and by its condition at the same instant."""
    runs = {id(run) if run.id is None else run.id: run for run in noticed.runs}
    return Noticed(noticed.firings, list(runs.values()))
