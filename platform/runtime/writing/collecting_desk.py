"""A desk over one batch: what is due and what its records hold is read ahead, what it is to write is collected.

Every method either answers from what is held, or writes first what the tables have to show to answer it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, cast

import structlog

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import CreateRecord, Effect, UpdateRecords, Write
from ruleloom.engine.store import External, Fact, Goal, Memory, RecordChange, Snapshot, Speaker
from ruleloom.forms.entity import USER
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.ports import Cause, Firing, Prepared, Run
from ruleloom.runtime.writing.batches import Batch
from ruleloom.runtime.writing.desk import SqlDesk
from ruleloom.runtime.writing.gathered import Gathered
from ruleloom.runtime.writing.remembered import Pair, Remembered
from ruleloom.storage.database import Refused, refusal
from ruleloom.storage.logs import firing_log, notices, rule_rates
from ruleloom.storage.records.held import HeldRecords, Journal

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

log = structlog.get_logger()


class Restless(Exception):
    """A batch goes where it cannot be followed; `rule`: the content of the rule that led there, where it is known."""

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class CollectingDesk(SqlDesk):
    """A desk over one batch: it knows what is due and what its records hold, and writes when it is told to."""

    def __init__(self, uow: UnitOfWork, batch: Batch, held: HeldRecords, journal: Journal) -> None:
        super().__init__(uow)
        self.end, self._calm, self._ticks = batch.end, batch.calm, batch.ticks
        self._held, self._journal = held, journal
        self._remembered = Remembered(batch, journal)
        self._gathered = Gathered(uow.published.model)
        self._firings: list[firing_log.FiringRow] = []
        self._effects: list[firing_log.EffectRow] = []
        self._notices: list[notices.NoticeRow] = []
        self._recorded: dict[int, Firing] = {}
        self._rates: dict[str, rule_rates.Rate] = {}
        self._leading: Firing | None = None
        """The firing in hand."""
        self._written = 0
        """How often something was written: what was written is not dropped any more."""
        by_entity: dict[str, dict[RecordId, None]] = {}
        for memory in batch.due:
            by_entity.setdefault(uow.published.book.rules[memory.rule].entity, {})[memory.record] = None
        for entity, records in by_entity.items():
            held.mine(records)
            held.read(entity, list(records))

    # ---- writing what was collected

    def flush(self) -> None:
        """Writes what was collected."""
        self._write_firings()
        self._write_records()
        effects, told = self._effects, self._notices
        self._effects, self._notices = [], []
        if effects or told:
            self._written += 1
            self._say_by_halves(
                list(dict.fromkeys([*(row.firing for row in effects), *(row.firing for row in told)])), effects, told
            )
        if self._rates:
            self._written += 1
            rule_rates.keep(self.connection, self._rates.values())
            self._rates.clear()
        self._write_memories()

    def _write_firings(self) -> None:
        if self._firings:
            self._written += 1
            firing_log.add_firings(self.connection, self._firings)
            self._firings.clear()

    def _write_records(self) -> None:
        try:
            self._held.flush()
        except RuleloomError as error:  # a unique value that is taken
            raise Restless from error

    def _write_memories(self) -> None:
        moved = self._remembered.take_moved()
        if moved:
            self._written += 1
            super().remember(moved)

    def _say_by_halves(
        self, of: Sequence[int | None], effects: Sequence[firing_log.EffectRow], told: Sequence[notices.NoticeRow]
    ) -> None:
        try:
            with self.connection.begin_nested():
                self._say(effects, told)
            return
        except Exception as error:
            refused = refusal(error)
            if refused is None or not self._calm:
                raise
            if len(of) == 1:
                self._fail(self._recorded[cast("int", of[0])], refused)
                return
        middle = len(of) // 2
        for half in (of[:middle], of[middle:]):
            some = set(half)
            self._say_by_halves(
                half, [row for row in effects if row.firing in some], [row for row in told if row.firing in some]
            )

    def _say(self, effects: Sequence[firing_log.EffectRow], told: Sequence[notices.NoticeRow]) -> None:
        firing_log.add_effects(self.connection, effects)
        notices.add(self.connection, told)

    def _fail(self, firing: Firing, error: Refused) -> None:
        """The effects of one firing that the database refuses are undone; the worker tries again."""
        log.error("refused by the database", firing=firing.id, rule=firing.rule_name, problem=error.reason)
        rule = self.uow.published.book.rules[firing.rule]
        super().failed(Run(firing, rule.of.version, "ending" if firing.edge == "off" else "then"), error)
        firing_log.add_effects(self.connection, self._effects)
        self._effects.clear()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What one firing collected is dropped when it fails; what the database refuses ends the batch."""
        with self.undoing():
            yield

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """What one firing collected is dropped when an exception leaves it; nothing of it was written yet."""
        lists: tuple[list[Any], ...] = (
            self._effects, self._notices, self._firings, self.warnings, self.entered, self.fired, self._held.log,
        )  # fmt: skip
        kept, leaves, rates, mark = [len(rows) for rows in lists], self.leaves, dict(self._rates), self._journal.mark()
        written = self._written, self._held.flushed
        try:
            yield
        except Exception as error:
            if isinstance(error, Restless) or refusal(error) is not None:
                raise
            if written != (self._written, self._held.flushed):
                self._stumble()
            for rows, length in zip(lists, kept, strict=True):
                del rows[length:]
            self._journal.undo(mark)
            self._gathered.forget()
            self._held.wrote()
            self.leaves, self._rates = leaves, rates
            raise

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """What is written inside is undone, however it ends."""
        with suppress(_Rehearsed), self.undoing():
            yield
            raise _Rehearsed

    def _stumble(self) -> NoReturn:
        """The rule at the root of what happens now leads where a batch cannot follow."""
        firing = self._leading
        while firing is not None and firing.cause is not None and firing.cause.firing is not None:
            firing = firing.cause.firing
        rule = None if firing is None else self.uow.published.book.rules.get(firing.rule)
        raise Restless(None if rule is None else rule.of.version)

    # ---- what else there is: nothing before the end of the batch

    @property
    def backlog(self) -> None:  # type: ignore[override]  # nothing here is ever put off
        """Nothing is put off, and nothing will be."""

    @property
    def locks(self) -> bool:
        """The records of the batch are locked already; what is written may concern others."""
        return not self._calm and super().locks

    def next_tick(self, up_to: int) -> int | None:
        """Schedules tick at the end of the batch or not at all."""
        return self.end if self._ticks and self.end <= up_to else None

    def ticks_at(self, instant: int) -> Sequence[str]:
        """Those that were found when the batch was made."""
        return self._ticks if instant == self.end else ()

    def remember_tick(self, rule: str, instant: int | None) -> None:
        """Stores the next tick."""
        self._ticks = [each for each in self._ticks if each != rule]
        super().remember_tick(rule, instant)

    def next_wake(self, up_to: int) -> int | None:  # noqa: ARG002
        """No wait ends before the end of the batch."""
        return None

    def runs_at(self, instant: int) -> Sequence[Any]:  # noqa: ARG002
        """None."""
        return ()

    def park(self, run: Run) -> None:
        """Runs that begin to wait are none of a batch's."""
        self._leading = run.firing
        self._stumble()

    def unpark(self, run: Run) -> bool:  # noqa: ARG002
        """Runs that go on are none of a batch's."""
        self._stumble()

    # ---- what is due, and what is remembered of it

    def next_due(self, up_to: int, rules: Collection[Pair] | None = None) -> int | None:  # noqa: ARG002
        """The earliest deadline up to an instant."""
        return self._remembered.next_due(up_to)

    def due_at(self, instant: int, rules: Collection[Pair] | None = None) -> Sequence[Pair]:
        """Pairs whose deadline is that instant, which is the earliest."""
        if rules is not None:  # asked again, once they are locked
            return self._remembered.was_due_at(instant, set(rules))
        return self._remembered.due_at(instant)

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[Pair, Memory]:
        """What is remembered, with what was collected."""
        missing = self._remembered.unknown(records, rules)
        if missing and self._held.made(missing):  # of a record that was made just now there is nothing to read
            self._remembered.learn(missing, None, {})
        elif missing:
            self._write_memories()
            self._remembered.learn(missing, rules, super().memories(entity, missing, rules))
        return self._remembered.of(records, rules)

    def remember(self, memories: Sequence[Memory]) -> None:
        """Keeps memories back; a deadline within the batch is settled with it."""
        self._told.update(memory.record for memory in memories)
        self._remembered.keep(memories)

    def forget(self, rule: str, records: Collection[RecordId] | None = None) -> None:
        """Removes what is remembered of some records."""
        self.remember([Memory(rule, record) for record in records or ()])

    def drop(self, entity: str, records: Collection[RecordId]) -> None:  # noqa: ARG002
        """Deletions are none of a batch's."""
        self._stumble()

    def firings_counted(
        self, rule: str, records: Collection[RecordId], after: int | None
    ) -> Mapping[RecordId, Sequence[int]]:
        """Instants of firings that count for limits: what was collected counts too."""
        self._write_firings()
        return super().firings_counted(rule, records, after)

    # ---- what the records hold

    def all_records(self, entity: str) -> Collection[RecordId]:
        """Every live record of an entity, those that were made just now too."""
        self._write_records()
        return super().all_records(entity)

    def may_match(self, entity: str, condition: n.Condition | None, at: int) -> Collection[RecordId]:
        """Records that may satisfy a condition, on the state as it is now."""
        self._write_records()
        return super().may_match(entity, condition, at)

    def holders(
        self, hops: Sequence[n.Hop], changes: Sequence[RecordChange], write: Sequence[RecordChange]
    ) -> set[RecordId]:
        """Records at the start of the hops, on the state as it is now."""
        self._write_records()
        return super().holders(hops, changes, write)

    def members(
        self, collection: n.Collection, holder: RecordId, snapshot: Snapshot, now: int, me: RecordId | None = None
    ) -> Sequence[RecordId]:
        """Live records of a collection, on the state as it is now."""
        self._write_records()
        return super().members(collection, holder, snapshot, now, me)

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,  # noqa: ARG002 - facts are kept for all who ask
        speaker: Speaker | None = None,
    ) -> Mapping[RecordId, Fact]:
        """Facts, each asked for again only when time or a write may have changed it."""
        if speaker is not None:  # what depends on two records is not kept
            self._bring_up_to_date(external)
            return super().gather(external, holders, now, me, speaker=speaker)

        def ask(missing: Mapping[RecordId, Snapshot]) -> Mapping[RecordId, Fact]:
            self._bring_up_to_date(external)
            return super(CollectingDesk, self).gather(external, missing, now, me)

        return self._gathered.of(external, me, holders, now, ask)

    def _bring_up_to_date(self, external: External) -> None:
        """Writes what was collected where the database is about to be asked for it."""
        if self._held.log and self._gathered.entities(external) & {change.entity for change, _ in self._held.log}:
            self._write_records()

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks records; of those that others could write until now everything is asked again."""
        foreign = self._held.foreign(records)
        self._remembered.unlearn(foreign)
        self._gathered.forget(foreign)
        super().lock(entity, records, share=share)

    # ---- what is written

    def prepare(self, write: Write, at: int, cause: Cause) -> Prepared:
        """Works a write out; what reaches further than the records it names is none of a batch's."""
        self._leading = cause.firing
        if not isinstance(write, CreateRecord | UpdateRecords) or write.entity == USER:
            self._stumble()
        return super().prepare(write, at, cause)

    def apply(self, prepared: Prepared) -> None:
        """Holds the write back; facts that read its entity are to be asked for again."""
        self._gathered.written({change.entity for change in prepared.changes})
        super().apply(prepared)

    def perform(self, firing: Firing, effect: Effect) -> None:
        """Collects notices, warnings and what leaves the workspace."""
        self._leading = firing
        super().perform(firing, effect)

    def _record(self, row: firing_log.FiringRow) -> None:
        self._firings.append(row)

    def enter(self, firing: Firing) -> None:
        """Collects a firing."""
        super().enter(firing)
        self._recorded[cast("int", firing.id)] = firing

    def hold(self, firings: Sequence[Firing]) -> None:  # noqa: ARG002
        """Only publishing holds firings back so."""
        self._stumble()

    def _add(self, row: firing_log.EffectRow) -> None:
        self._effects.append(row)

    def _give(self, rows: Sequence[notices.NoticeRow]) -> None:
        self._notices += rows

    def count(self, rule: str, at: int, more: int, per: int) -> rule_rates.Rate:
        """Counts on a counter that is held until the transaction ends."""
        rate = self._rates.get(rule) or rule_rates.locked(self.connection, rule, at)
        self._rates[rule] = counted = rate.counted(at, more, per)
        return counted

    def stop_counting(self, rule: str, **values: Any) -> None:
        """What was counted so far is written before; from here on the counter says that its rule stopped."""
        self.flush()
        super().stop_counting(rule, **values)


class _Rehearsed(Exception):
    """Ends a rehearsal."""
