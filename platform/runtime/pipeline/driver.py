"""The road of one change, and of passing time, over one desk: what production and simulation both drive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import Write
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange
from ruleloom.runtime.pipeline.carrying import Carrying
from ruleloom.runtime.pipeline.locking import Locking
from ruleloom.runtime.pipeline.noticing import NOBODY, Noticed, Noticing, Touched
from ruleloom.runtime.pipeline.ports import Backlog, Blocked, Cause, Desk, Firing, Outcome, Prepared, Run, Unsettled
from ruleloom.runtime.pipeline.putting_off import PuttingOff

Pairs = Collection[tuple[str, RecordId]]
_NOTHING_DUE = (None, None, None)


class Writing:
    """One write: prepared, applied, evaluated, and taken back when a rule blocks it."""

    def __init__(self, desk: Desk, noticing: Noticing, locking: Locking) -> None:
        self._desk = desk
        self._noticing = noticing
        self._locking = locking

    def write(self, write: Write, at: int, cause: Cause) -> tuple[tuple[RecordChange, ...], Noticed]:
        """The changes of a write and what they led to; Blocked when rules refuse it, then nothing of it happened."""
        prepared = self._desk.prepare(write, at, cause)
        if self._desk.locks:
            self._locking.lock(prepared)
        return self.carry_out(prepared)

    def carry_out(self, prepared: Prepared, limit: int | None = None) -> tuple[tuple[RecordChange, ...], Noticed]:
        """The same for a write that is prepared already; with more affected records than `limit` they are put off."""
        changes, at, cause = prepared.changes, prepared.at, prepared.cause
        if not changes:
            return (), Noticed()
        gone = self._noticing.deleted(changes, at, cause)
        with self._desk.attempt():
            self._desk.apply(prepared)
            noticed = self._noticing.written(changes, at, cause, limit)
            noticed.firings += gone
            blocking = self._noticing.blocked(noticed.firings, at, cause)
            if blocking:
                for firing in blocking if cause.firing is not None else ():
                    firing.reason = self._desk.reason(firing)
                raise Blocked(blocking)
        return changes, noticed


class Pipeline:
    """Hops 3 to 9 over one desk. One transaction of the caller's around each call."""

    def __init__(self, desk: Desk, book: RuleBook) -> None:
        self.desk = desk
        self.book = book
        self.noticing = Noticing(desk, book)
        self.locking = Locking(desk, book, self.noticing)
        self.writing = Writing(desk, self.noticing, self.locking)
        self._backlog = desk.backlog

    def change(self, write: Write, at: int, cause: Cause | None = None) -> Outcome:
        """A write and everything that it leads to inside the workspace; what was due before it the caller settled.

        Where others write at the same time its instant is read again once all locks are held, and what has become
        due for the locked records meanwhile is settled. Raises Blocked or what `desk.prepare` raises.
        """
        cause, backlog = cause or NOBODY, self._backlog
        self.finish()
        prepared = self.desk.prepare(write, at, cause)
        if prepared.changes and self.desk.locks:
            touched, locked = self.locking.lock(prepared)
            if prepared.waited or locked:
                at = self.desk.instant(at)
                if backlog is not None and backlog.earliest() is not None:
                    raise Unsettled
                self._settle_touched(touched, prepared.changes, at)
                prepared = self.desk.prepare(write, at, cause)
        outcome = Outcome()
        outcome.changes, noticed = self.writing.carry_out(prepared, backlog.limit if backlog is not None else None)
        if backlog is not None and noticed.later:
            self._putting_off(backlog).begin(noticed, at, cause, outcome)
            return outcome
        left = self._carry(noticed, at, outcome, backlog.limit if backlog is not None else None)
        if backlog is not None and left:
            self._putting_off(backlog).go_on_later(left, at, cause, outcome)
        return outcome

    def _putting_off(self, backlog: Backlog) -> PuttingOff:
        return PuttingOff(self.desk, self.book, self.noticing, self.writing, backlog)

    def finish(self) -> None:
        """What this transaction has put off is settled: something else is about to be written."""
        backlog = self._backlog
        while backlog is not None and backlog.opened and backlog.earliest() is not None:
            self._putting_off(backlog).step()

    def _settle_touched(self, touched: Mapping[str, Touched], changes: Sequence[RecordChange], at: int) -> None:
        if self.desk.next_due(at) is None:
            return
        pairs: set[tuple[str, RecordId]] = set()
        for entity, found in touched.items():
            pairs.update(self.desk.memories(entity, found.snapshots))
        for change in changes:
            pairs.update(self.desk.memories(change.entity, [change.record]))
        while (instant := self.desk.next_due(at, pairs)) is not None:
            self._settle(instant, pairs)

    def tick(self, up_to: int) -> int | None:
        """Settles the earliest instant ≤ `up_to` at which anything is due: deadlines, schedules, parked runs.

        Of what is put off it settles one chunk. Answers with that instant, None when nothing is due or others have in
        hand what is.
        """
        desk, backlog = self.desk, self._backlog
        due = (desk.next_due(up_to), desk.next_tick(up_to), desk.next_wake(up_to))
        if backlog is None and due == _NOTHING_DUE:
            return None
        found = [instant for instant in due if instant is not None]
        put_off = backlog.earliest() if backlog is not None else None
        if backlog is not None and put_off is not None and put_off <= min([up_to, *found]):
            return put_off if self._putting_off(backlog).step() else None
        return min(found) if found and self._settle(min(found), None) else None

    def settle(self, up_to: int) -> bool:
        """Settles everything due ≤ `up_to`, in time order; whether there was anything."""
        any_ = False
        while self.tick(up_to) is not None:
            any_ = True
        return any_

    def _settle(self, instant: int, pairs: Pairs | None) -> bool:
        """Settles what is due at an instant on one state; whether there was anything."""
        due: Pairs = self.desk.due_at(instant, pairs)
        if pairs is None and self.desk.locks:
            due = self._taken(due, instant)
        ticks = self.desk.ticks_at(instant) if pairs is None else ()
        runs = self.desk.runs_at(instant) if pairs is None else ()
        if not due and not ticks and not runs:
            return False
        noticed = self.noticing.due(due, instant)
        if not ticks and not runs and not noticed.firings and not noticed.runs:
            return True
        carrying = self._carrying(Outcome())
        for rule in ticks:
            noticed.firings += self.noticing.ticked(rule, instant)
        noticed.runs += carrying.woken(runs).runs
        carrying.enter(_without_doubles(noticed))
        carrying.carry(instant)
        return True

    def _taken(self, due: Pairs, instant: int) -> Pairs:
        """Those of the due pairs whose record nobody else has in hand, and that are still due once it is locked."""
        by_entity: dict[str, set[RecordId]] = {}
        for rule_id, record in due:
            rule = self.book.followed(rule_id)
            if rule is not None:
                by_entity.setdefault(rule.entity, set()).add(record)
        free = {record for entity, records in sorted(by_entity.items()) for record in self.desk.take(entity, records)}
        mine = [pair for pair in due if pair[1] in free or self.book.followed(pair[0]) is None]
        return self.desk.due_at(instant, mine) if mine else []

    def carry(self, noticed: Noticed, at: int) -> Outcome:
        """Records firings and works off what follows from them (publishing with *also for records that match now*)."""
        outcome = Outcome()
        self._carry(noticed, at, outcome)
        return outcome

    def retry(self, firing: Firing, version: str, at: int, position: int = 0) -> Outcome:
        """Carries out again what failed and was undone of a firing: its actions from a place on."""
        branch = "ending" if firing.edge == "off" else "then"
        return self.carry(Noticed(runs=[Run(firing, version, branch, position)]), at)

    def wake(self, run: Run, at: int) -> Outcome:
        """A waiting run goes on at `at`, before what it waits for."""
        return self.carry(self._carrying(Outcome()).woken([run]), at)

    def give_up(self, run: Run) -> None:
        """A waiting run does nothing more."""
        self._carrying(Outcome()).woken([run])
        self.desk.unpark(run)

    def _carry(self, noticed: Noticed, at: int, outcome: Outcome, most: int | None = None) -> Sequence[Run]:
        if not noticed.firings and not noticed.runs:
            return ()
        carrying = self._carrying(outcome)
        carrying.enter(noticed)
        return carrying.carry(at, most=most)

    def _carrying(self, outcome: Outcome) -> Carrying:
        return Carrying(self.desk, self.book, self.noticing, self.writing, outcome)


def _without_doubles(noticed: Noticed) -> Noticed:
    """A run may be woken by its time and by its condition at the same instant."""
    runs = {id(run) if run.id is None else run.id: run for run in noticed.runs}
    return Noticed(noticed.firings, list(runs.values()))
