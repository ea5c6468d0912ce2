"""A desk over one batch: what is due and what its records hold is read ahead, what it is to write is collected.

Every method either answers from what is held, or writes first what the tables have to show to answer it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, NoReturn, cast

import structlog

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import CreateRecord, Effect, UpdateRecords, Write
from ruleloom.engine.store import External, Fact, Goal, Memory, RecordChange, Snapshot, Speaker
from ruleloom.forms.entity import USER
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.ports import Cause, Firing, Prepared, Run
from ruleloom.runtime.writing.batches import Batch
from ruleloom.runtime.writing.desk import SqlDesk
from ruleloom.storage.database import Refused, refusal
from ruleloom.storage.logs import firing_log, notices, rule_rates
from ruleloom.storage.records.held import HeldRecords, Journal

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

log = structlog.get_logger()
Pair = tuple[str, RecordId]


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
        self._known: dict[RecordId, dict[str, Memory | None]] = {}
        self._complete: dict[RecordId, bool] = {}
        """Records of which everything that is remembered is known."""
        self._moved: dict[Pair, bool] = {}
        self._deadlines = [(cast("int", m.deadline), cast("int", m.record), m.rule) for m in batch.due]
        heapify(self._deadlines)
        self._at: tuple[int, list[Pair]] = (0, [])
        self._facts: dict[tuple[External, RecordId | None], dict[RecordId, tuple[int, Fact]]] = {}
        self._read_by: dict[External, set[str]] = {}
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
        for memory in batch.due if batch.memories is None else batch.memories:
            self._known.setdefault(memory.record, {})[memory.rule] = memory
        for memory in batch.due:
            by_entity.setdefault(uow.published.book.rules[memory.rule].entity, {})[memory.record] = None
        for entity, records in by_entity.items():
            held.mine(records)
            held.read(entity, list(records))
            if batch.memories is not None:
                self._complete.update(dict.fromkeys(records, True))

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
        if self._moved:
            self._written += 1
            moved = sorted(self._moved, key=_by_record)
            super().remember([self._known[record][rule] or Memory(rule, record) for rule, record in moved])
            self._moved.clear()

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
            self._facts.clear()
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
        while self._deadlines and not self._stands(*self._deadlines[0]):
            heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines and self._deadlines[0][0] <= up_to else None

    def due_at(self, instant: int, rules: Collection[Pair] | None = None) -> Sequence[Pair]:
        """Pairs whose deadline is that instant, which is the earliest."""
        if rules is not None:  # asked again, once they are locked
            asked = set(rules)
            return [pair for pair in self._at[1] if pair in asked] if self._at[0] == instant else []
        found: dict[Pair, None] = {}
        while self._deadlines and self._deadlines[0][0] == instant:
            deadline, record, rule = heappop(self._deadlines)
            if self._stands(deadline, record, rule):
                found[rule, record] = None
        self._at = instant, list(found)
        return self._at[1]

    def _stands(self, deadline: int, record: int, rule: str) -> bool:
        memory = self._known.get(record, _NONE).get(rule)
        return memory is not None and memory.deadline == deadline

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[Pair, Memory]:
        """What is remembered, with what was collected."""
        missing = [record for record in records if not self._has(record, rules)]
        if missing and self._held.made(missing):  # of a record that was made just now there is nothing to read
            for record in missing:
                self._journal.put(self._complete, record, True)
        elif missing:
            self._write_memories()
            for (rule, record), memory in super().memories(entity, missing, rules).items():
                self._journal.put(self._known.setdefault(record, {}), rule, memory)
            for record in missing:
                for rule in rules or ():
                    self._known.setdefault(record, {}).setdefault(rule, None)
                if rules is None:
                    self._journal.put(self._complete, record, True)
        return {
            (rule, record): memory
            for record in records
            for rule, memory in self._known.get(record, _NONE).items()
            if memory is not None and (rules is None or rule in rules)
        }

    def _has(self, record: RecordId, rules: Collection[str] | None) -> bool:
        if record in self._complete:
            return True
        return rules is not None and all(rule in self._known.get(record, _NONE) for rule in rules)

    def remember(self, memories: Sequence[Memory]) -> None:
        """Keeps memories back; a deadline within the batch is settled with it."""
        for memory in memories:
            rule, record = memory.rule, memory.record
            self._told.add(record)
            known = self._known.setdefault(record, {})
            self._journal.put(known, rule, memory if memory.says_something else None)
            self._journal.put(self._moved, (rule, record), True)
            if memory.deadline is not None and memory.deadline <= self.end:
                heappush(self._deadlines, (memory.deadline, cast("int", record), rule))

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
        known = self._facts.setdefault((external, me), {})
        missing = {record: state for record, state in holders.items() if not _is_fresh(known.get(record), now)}
        if missing:
            self._bring_up_to_date(external)
            asked = super().gather(external, missing, now, me)
            known.update((record, (now, fact)) for record, fact in asked.items())
        return {record: known[record][1] for record in holders}

    def _bring_up_to_date(self, external: External) -> None:
        """Writes what was collected where the database is about to be asked for it."""
        if self._held.log and self._entities(external) & {change.entity for change, _ in self._held.log}:
            self._write_records()

    def _entities(self, external: External) -> set[str]:
        """The entities whose records an external reads, by permanent id."""
        found = self._read_by.get(external)
        if found is None:
            model, found = self.catalogue.model, set[str]()
            for node in walk(external):
                if isinstance(node, n.Path):
                    found.update(model.field(each)[0].id for each in node.fields)
                elif isinstance(node, n.Collection):
                    found.add(node.entity)
                    found.update(model.field(hop.field)[0].id for hop in node.hops)
            self._read_by[external] = found
        return found

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks records; of those that others could write until now everything is asked again."""
        for record in self._held.foreign(records):
            for known in (self._known, self._complete, *self._facts.values()):
                cast("dict[RecordId, Any]", known).pop(record, None)
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
        written = {change.entity for change in prepared.changes}
        for (external, _), known in self._facts.items():
            if written & self._entities(external):
                known.clear()
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


_NONE: Mapping[str, Memory | None] = {}


def _by_record(pair: Pair) -> tuple[RecordId, str]:
    return pair[1], pair[0]


def _is_fresh(known: tuple[int, Fact] | None, now: int) -> bool:
    return known is not None and (known[0] == now or known[1].until is None or known[0] < now < known[1].until)
