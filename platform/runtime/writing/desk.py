"""The writing half of the road of one change, over one open transaction. Made anew for every transaction.

`runtime/pipeline` says in which order its methods are called; see `pipeline/ports.py` for what each promises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, cast

import structlog

from ruleloom.actions.base import Both, both
from ruleloom.actions.registry import actions
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Effect, Single, UpdateRecords, Write, WriteTogether
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import Memory, RecordChange, Snapshot
from ruleloom.forms.gates import GateError
from ruleloom.messages import RuleloomError
from ruleloom.runtime.people.leaving import follow
from ruleloom.runtime.pipeline.ports import Blocked, Cause, Firing, Prepared, Run, RunBroken
from ruleloom.runtime.rules import reasons, stopping
from ruleloom.runtime.writing import effect_rows, requirements, stage_gates, together
from ruleloom.runtime.writing.requirements import Wrong
from ruleloom.runtime.writing.restoring import RestoreRecord
from ruleloom.storage.database import refusal
from ruleloom.storage.facts.store import SqlStore
from ruleloom.storage.logs import firing_log, notices, parked_runs, rule_counts, rule_rates
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records import autonumbers, deletion
from ruleloom.storage.records.records import NewRecord, touched

if TYPE_CHECKING:
    from ruleloom.runtime.writing.backlog import SqlBacklog
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


log = structlog.get_logger()
_ACTED = ("on", "off", "change", "schedule")
RETRY_AFTER = 30 * 1_000_000
"""Microseconds until actions that failed are carried out again."""


class _OnlyTriedError(Exception):
    """Ends a trial."""


class SqlDesk(SqlStore):
    """Reads through `SqlStore`, writes through `storage.records`; keeps what the transaction led to for the answer."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow.connection, uow.published.catalogue, uow.records)
        self.uow = uow
        self.expected: dict[RecordId, int] = {}
        """Versions that the writer has seen, by record."""
        self.entered: list[Firing] = []
        self.warnings: list[str] = []
        self.leaves = False
        """Whether an effect waits for the worker."""
        self.muted: set[tuple[str, RecordId]] = set()
        """Rules and records whose firings are being undone: the undoing does not make them fire again."""
        self._ids: dict[int, tuple[CreateRecord, int]] = {}
        """Record ids by the identity of their write; the write is kept, or a new one could get the same identity."""
        self._numbers: dict[int, dict[str, Value]] = {}
        """Autonumbers by record."""
        self._positions: dict[int, int] = {}
        self._told: set[RecordId] = set()
        """Records of which something was remembered in this transaction."""
        self.fired: list[tuple[str, int]] = []
        """Rule and instant of what fired and is not counted yet."""
        self._tried: firing_log.EffectRow | None = None
        self.failed_again = False
        """Whether actions that were carried out once more failed again."""

    @property
    def backlog(self) -> SqlBacklog:
        """Where evaluations of very many records are put off."""
        return self.uow.backlog

    @property
    def locks(self) -> bool:
        """Whether others may write at the same time: not on SQLite, which has one writer."""
        return self.connection.dialect.name != "sqlite"

    def instant(self, at: int) -> int:
        """The clock, read again where others may have written while locks were waited for."""
        return self.uow.read_clock() if self.locks else at

    # ---- hop 4: what the write will be

    def prepare(self, write: Write, at: int, cause: Cause) -> Prepared:
        """Works a write out: required fields, form conditions and gates; *all* that is missing in one error."""
        if isinstance(write, WriteTogether):
            return together.prepare(self, write, at, cause)
        changes, wrong = self.examine(write, at, cause)
        refusal = wrong.refusal()
        if refusal is not None:
            raise refusal
        return Prepared(write, tuple(changes), cause, at, self.waits(write))

    def waits(self, write: Single) -> bool:
        """Whether working a write out takes locks: all but making a record, when it gets no number in turn."""
        return not isinstance(write, CreateRecord) or bool(self.catalogue.tables[write.entity].numbered)

    def examine(
        self, write: Single, at: int, cause: Cause, unread: Collection[str] = ()
    ) -> tuple[list[RecordChange], Wrong]:
        """What a write would change, and everything that is wrong with it; of `unread` fields no value is known."""
        stamp, wrong = self.stamp(at, cause), Wrong(set(unread))
        if isinstance(write, CreateRecord):
            changes = self._created(write, stamp, cause, wrong)
        elif isinstance(write, UpdateRecords):
            changes = self._updated(write, stamp, cause, wrong)
        else:
            changes = self.rehearsed(write, stamp, cause)
        wrong.lack(stage_gates.missing(self.uow, changes, cause, at, wrong.unread, related=False))
        if changes and (wrong.all() or unread):
            self.look_ahead(Prepared(write, tuple(changes), cause, at), wrong)
        return changes, wrong

    def look_ahead(self, prepared: Prepared, wrong: Wrong) -> None:
        """What only the written state would show is told together with the rest; nothing of it stays."""
        try:
            with self.rehearsal():
                self.put(prepared)
                found = stage_gates.missing(
                    self.uow, prepared.changes, prepared.cause, prepared.at, wrong.unread, related=True
                )
                wrong.lack(found)
        except RuleloomError as error:
            wrong.refuse(error.diagnostics)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """What is written inside is undone, however it ends."""
        nested = self.connection.begin_nested()
        try:
            yield
        finally:
            nested.rollback()

    def _created(self, write: CreateRecord, stamp: Stamp, cause: Cause, wrong: Wrong) -> list[RecordChange]:
        after = self.new_state(write, stamp, cause, wrong)
        self.number(write.entity, [after])
        return [RecordChange(write.entity, cast("RecordId", after["id"]), None, after)]

    def new_state(
        self, write: CreateRecord, stamp: Stamp, cause: Cause, wrong: Wrong, there: requirements.There | None = None
    ) -> dict[str, Value]:
        """The first state of a record, still without the numbers that it gets."""
        entity = self.uow.published.model.entity(write.entity)
        record = write.record if write.record is not None else self._id_for(write)
        exact = cause.firing is None
        values = requirements.clean(self.uow, entity, write.values, wrong, new=True, exact=exact, there=there)
        system: dict[str, Value] = {
            "id": record, "created_at": stamp.at, "created_by": stamp.actor,
            "updated_at": stamp.at, "updated_by": stamp.actor, "version": requirements.FIRST_VERSION,
        }  # fmt: skip
        return {**system, **{f.key: values.get(f.key) for f in entity.own}}

    def number(self, entity: str, states: Sequence[dict[str, Value]]) -> None:
        """Rules and gates see the numbers that new records get; the same ones each time their write is prepared."""
        table = self.uow.published.catalogue.tables[entity]
        if not table.numbered:
            return
        for after in states:
            numbers = self._numbers.get(cast("int", after["id"]), {})
            after.update({key: number for key, number in numbers.items() if after[key] is None})
        autonumbers.fill(self.connection, table, states)
        for after in states:
            self._numbers[cast("int", after["id"])] = {field.key: after[field.key] for field in table.numbered}

    def unnumber(self, records: Collection[RecordId]) -> None:
        """The numbers of these new records were given back: what had made them was undone."""
        for record in records:
            self._numbers.pop(cast("int", record), None)

    def _id_for(self, write: CreateRecord) -> int:
        """The id that a write's record gets, the same each time the write is prepared."""
        return self._ids.setdefault(id(write), (write, self.uow.workspace.ids.next()))[1]

    def _seen(self, cause: Cause) -> Mapping[RecordId, int]:
        """The versions that a write must meet: those that its person saw; rules write on what is there."""
        return self.expected if cause.firing is None else {}

    def _updated(self, write: UpdateRecords, stamp: Stamp, cause: Cause, wrong: Wrong) -> list[RecordChange]:
        before = self.uow.records.read(write.entity, list(write.values), lock=True)
        requirements.require_present(before, write.values, self._seen(cause))
        return self.next_states(write, before, stamp, cause, wrong)

    def next_states(
        self, write: UpdateRecords, before: Mapping[RecordId, Snapshot], stamp: Stamp, cause: Cause, wrong: Wrong,
        there: requirements.There | None = None,
    ) -> list[RecordChange]:  # fmt: skip
        """What becomes of records that are there; those that stay as they are make no change."""
        entity, exact = self.uow.published.model.entity(write.entity), cause.firing is None
        changes = []
        for record, given in write.values.items():
            values = requirements.clean(self.uow, entity, given, wrong, new=False, exact=exact, there=there)
            was = before[record]
            changed = {key: value for key, value in values.items() if was[key] != value}
            if changed:
                changes.append(RecordChange(write.entity, record, was, touched(was, changed, stamp)))
        return changes

    def rehearsed(self, write: DeleteRecord | RestoreRecord, stamp: Stamp, cause: Cause) -> list[RecordChange]:
        """Deleting and restoring reach other records: they are done and undone once to see which."""
        if isinstance(write, DeleteRecord):
            before = self.uow.records.read(write.entity, [write.record], lock=True)
            requirements.require_present(before, [write.record], self._seen(cause))
        with self.rehearsal():
            return self.do(write, stamp)

    # ---- hop 5: writing

    def apply(self, prepared: Prepared) -> None:
        """Writes the records and the change log; then the gates that read other records, on the state as written."""
        if isinstance(prepared.write, WriteTogether):
            together.apply(self, prepared, prepared.write)
            return
        follow(self.uow, prepared.changes)
        self.put(prepared)
        self.uow.wrote = True
        lacking = list(stage_gates.missing(self.uow, prepared.changes, prepared.cause, prepared.at, related=True))
        if lacking:
            raise GateError(*lacking)
        if prepared.cause.firing is not None:
            self._note(prepared.cause.firing, prepared.write, prepared.changes)

    def put(self, prepared: Prepared) -> None:
        """Writes what a write of one part changes."""
        write, stamp = prepared.write, self.stamp(prepared.at, prepared.cause)
        if isinstance(write, CreateRecord):
            change = prepared.changes[0]
            after = dict(cast("Snapshot", change.after))
            new = NewRecord(cast("int", change.record), after)
            self.uow.records.wrote(self.uow.records.insert(write.entity, [new], stamp))
        elif isinstance(write, UpdateRecords):
            updates = [requirements.update_of(change) for change in prepared.changes]
            before = {change.record: cast("Snapshot", change.before) for change in prepared.changes}
            self.uow.records.wrote(self.uow.records.update(write.entity, updates, stamp, before))
        else:
            self.do(cast("DeleteRecord | RestoreRecord", write), stamp)

    def do(self, write: DeleteRecord | RestoreRecord, stamp: Stamp) -> list[RecordChange]:
        """Deletes or restores, with all that this reaches."""
        do = deletion.delete if isinstance(write, DeleteRecord) else deletion.restore
        return do(self.uow.records, write.entity, [cast("int", write.record)], stamp)

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks records in id order until the transaction ends; `share`: against writing only."""
        self.uow.records.lock(entity, records, share=share)

    def lock_kind(self, entity: str, *, share: bool) -> None:
        """The lock of an entity's name until the transaction ends (PostgreSQL)."""
        self.uow.records.lock_kind(entity, share=share)

    def take(self, entity: str, records: Collection[RecordId]) -> Collection[RecordId]:
        """Locks those of the records that nobody else has in hand."""
        return self.uow.records.take(entity, records)

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[tuple[str, RecordId], Memory]:
        """What is remembered of these records; of one that was made just now that is nothing."""
        if self.uow.records.only_new(records) and not self._told.intersection(records):
            return {}
        return super().memories(entity, records, rules)

    def remember(self, memories: Sequence[Memory]) -> None:
        """Stores memories."""
        self._told.update(memory.record for memory in memories)
        super().remember(memories)

    def attempt(self) -> AbstractContextManager[None]:
        """Nothing of its own: a command that is refused is undone as a whole, each firing and row has a savepoint."""
        return nullcontext()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undoes what happens inside when an exception leaves it; what the database refuses is a failure too."""
        try:
            with self.undoing():
                yield
        except Exception as error:
            refused = refusal(error)
            if refused is None:
                raise
            log.error("refused by the database", problem=refused.reason)
            raise refused from error

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """Undoes what happens inside when an exception leaves it."""
        entered, warnings, fired, leaves = len(self.entered), len(self.warnings), len(self.fired), self.leaves
        nested = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            nested.rollback()
            del self.entered[entered:], self.warnings[warnings:], self.fired[fired:]
            self.leaves = leaves
            raise
        nested.commit()
        self.uow.records.released(nested)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undoes what happens inside, however it ends."""
        wrote = self.uow.wrote
        try:
            with self.undoing():
                yield
                raise _OnlyTriedError
        except _OnlyTriedError:
            self.uow.wrote = wrote

    # ---- hops 8 and 9: firings and what they do

    def reason(self, firing: Firing) -> object:
        """Its explanation on the present state."""
        return reasons.reason_of(self.uow, firing)

    def admit(self, rule: CompiledRule, firings: Sequence[Firing]) -> None:
        """Holds back what is more than the rule's author allows, and what answers its own undoing."""
        stopping.admit(self.uow, rule, firings, self.muted)

    def count(self, rule: str, at: int, more: int, per: int) -> rule_rates.Rate:
        """Counts so many more firings of a rule; how often it fired in the present period then."""
        return rule_rates.count(self.connection, rule, at, more, per)

    def stop_counting(self, rule: str, **values: Any) -> None:
        """A rule stops by itself: what its counter says of it."""
        rule_rates.change(self.connection, rule, **values)

    def hold(self, firings: Sequence[Firing]) -> None:
        """Records firings that are held back, without reasons: these are worked out when they are performed."""
        for firing in firings:
            firing.id = self.uow.workspace.ids.next()
        firing_log.add_firings(self.connection, [effect_rows.bare_row(self.uow, firing) for firing in firings])
        self.uow.wrote = self.uow.wrote or bool(firings)

    def enter(self, firing: Firing) -> None:
        """Records a firing with its reason and gives it its id; what one that blocks said is its effects."""
        firing.id = self.uow.workspace.ids.next()
        self._record(effect_rows.firing_row(self.uow, firing))
        self.entered.append(firing)
        if firing.edge in _ACTED:
            self.fired.append((firing.rule, firing.at))
        self.uow.wrote = True
        for message in firing.messages if firing.edge == "blocked" else ():
            self._effect(firing, "block", "done", {"message": message}, both("did-block", text=message))

    def keep_counts(self) -> None:
        """Counts what fired, at the end of the transaction: one statement for all."""
        if self.fired:
            rule_counts.count(self.connection, self.fired)
            self.fired.clear()

    def perform(self, firing: Firing, effect: Effect) -> None:
        """Notices and warnings now; what leaves the workspace becomes a pending effect."""
        kind, about = actions().of(effect), effect_rows.about(self.uow, firing)
        work = kind.work_out(effect, about)
        rows = [
            notices.NoticeRow(
                self.uow.workspace.ids.next(), cast("int", notice.user), firing.at, notice.text,
                cast("int", firing.id), firing.entity, cast("int", firing.record),
            )
            for notice in work.notices
        ]  # fmt: skip
        self._give(rows)
        self.warnings += work.warnings
        self.leaves = self.leaves or kind.leaves
        summary = kind.summary(effect, about, effect_rows.names_for(self.uow, effect))
        status = "pending" if kind.leaves else "done"
        self._effect(firing, kind.kind, status, work.content, summary)

    def failed(self, run: Run, error: RuleloomError) -> None:
        """Records that actions of a firing failed and were undone; the worker carries these out once more."""
        firing = run.firing
        problems = [{"code": d.code, "params": {k: str(v) for k, v in d.params.items()}} for d in error.diagnostics]
        if self._tried is not None and self._tried.firing == firing.id:
            said = {"error": {"diagnostics": problems}, "summary": effect_rows.failure(error), "not_before": None}
            firing_log.change_effect(self.connection, self._tried.id, status="failed", **said)
            self.failed_again = True
            return
        again = not isinstance(error, Blocked | RunBroken)  # a rule that says no means it
        self.leaves = self.leaves or again
        status, later = ("pending", self.uow.now + RETRY_AFTER) if again else ("failed", None)
        summary = effect_rows.failure(error)
        told = effect_rows.told_run(run)
        self._effect(firing, "actions", status, told, summary, error={"diagnostics": problems}, not_before=later)

    def try_again(self, effect: firing_log.EffectRow) -> None:
        """The actions of a firing are carried out once more: further effects stand after those that it has.

        When they fail again, the row of their first failure says so (`failed_again`).
        """
        self.go_on(effect.firing)
        self._tried, self.failed_again = effect, False

    def go_on(self, firing: int) -> None:
        """Further effects of a firing that was recorded before stand after those that it has."""
        self._positions[firing] = firing_log.last_position(self.connection, firing)

    def stopped(self, firing: Firing) -> None:
        """Records that a chain of rules was stopped before this firing."""
        if firing.id is None:
            self.enter(firing)
        self._effect(firing, "actions", "cancelled", {}, effect_rows.too_deep(firing))

    def _note(self, firing: Firing, write: Single, changes: Sequence[RecordChange]) -> None:
        """The effect row of a write that an action made."""
        kind = actions().of(write)
        summary = kind.summary(write, effect_rows.about(self.uow, firing), effect_rows.names_for(self.uow, write))
        record = cast("int", changes[0].record) if changes else None
        self._effect(firing, kind.kind, "done", {}, summary, entity=write.entity, record=record)

    def _effect(
        self, firing: Firing, kind: str, status: str, content: Mapping[str, Any], summary: Both, **more: Any
    ) -> None:
        firing_id = cast("int", firing.id)
        position = self._positions[firing_id] = self._positions.get(firing_id, -1) + 1
        row = firing_log.EffectRow(
            self.uow.workspace.ids.next(), firing_id, position, kind, status, content,
            cast("Mapping[str, str]", summary), self.uow.now, **more,
        )  # fmt: skip
        self._add(row)

    # ---- rows that one who collects keeps back for a while (`collecting.py`)

    def _record(self, row: firing_log.FiringRow) -> None:
        firing_log.add_firings(self.connection, [row])

    def _add(self, row: firing_log.EffectRow) -> None:
        firing_log.add_effects(self.connection, [row])

    def _give(self, rows: Sequence[notices.NoticeRow]) -> None:
        notices.add(self.connection, rows)

    # ---- runs that wait

    def park(self, run: Run) -> None:
        """Keeps a waiting run."""
        run.id = self.uow.workspace.ids.next()
        row = parked_runs.ParkedRow(
            run.id, cast("int", run.firing.id), run.version, run.branch, run.position,
            cast("int", run.firing.record), run.wake, run.watch, run.since, effect_rows.told_change(run.firing.change),
        )  # fmt: skip
        parked_runs.park(self.connection, row)

    def unpark(self, run: Run) -> bool:
        """The run goes on now; what it does stands behind what its firing did before."""
        mine = parked_runs.unpark(self.connection, cast("int", run.id))
        if mine:
            self.go_on(cast("int", run.firing.id))
        return mine

    def waiting(self, watch: str, record: RecordId) -> Sequence[Run]:
        """Runs of a record that wait for a condition, oldest first."""
        return self._runs(parked_runs.waiting(self.connection, watch, cast("int", record)))

    def next_wake(self, up_to: int) -> int | None:
        """The earliest end of a wait up to an instant."""
        return parked_runs.next_wake(self.connection, up_to)

    def runs_at(self, instant: int) -> Sequence[Run]:
        """Runs that wake at that instant."""
        return self._runs(parked_runs.at(self.connection, instant))

    def _runs(self, rows: Sequence[parked_runs.ParkedRow]) -> list[Run]:
        return [effect_rows.run_of(self.uow, row) for row in rows]

    def stamp(self, at: int, cause: Cause) -> Stamp:
        """When, who and why, for the logs."""
        actor = cause.actor if isinstance(cause.actor, int) else None
        if cause.firing is not None:
            return Stamp(at, actor, {"kind": "firing", "id": str(cause.firing.id), "rule": cause.firing.rule})
        told = {"kind": cause.origin}
        return Stamp(at, actor, told if cause.reference is None else {**told, "id": str(cause.reference)})
