"""Many due instants in a few statements, where settling them can make nothing else true.

A batch is *calm* when all its rules only tell people or leave work for the worker: they write no record and wait for
nothing. Then what is due at one instant has no influence on the next one but through what is remembered of the same
rule and record, which is kept in memory here: the road of one change runs instant by instant, as ever, over a desk that
reads ahead and collects what it is to write. Whatever is not calm is left to the ordinary desk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import External, Fact, Goal, Memory, Snapshot
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.writing.desk import SqlDesk
from ruleloom.storage.logs import firing_log, notices, rule_rates

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Pair = tuple[str, RecordId]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is due, and the instant up to which nothing else is: no other pair, tick or wait."""

    due: Sequence[Memory]
    end: int


def settle(uow: UnitOfWork, most: int) -> tuple[int, int] | None:
    """Settles what is due first and calm, up to about so many instants or firings.

    How many instants, and the last one. None: there is nothing to settle in this way, which does not mean that nothing
    is due.
    """
    batch = _calm(uow, most)
    if batch is None:
        return None
    desk, ordinary = CollectingDesk(uow, batch), uow.desk
    uow.desk = desk
    try:
        settled = _in_order(Pipeline(desk, uow.published.book), desk, most)
        desk.flush()
    finally:
        uow.desk = ordinary
    ordinary.entered += desk.entered
    ordinary.fired += desk.fired
    ordinary.warnings += desk.warnings
    ordinary.leaves = ordinary.leaves or desk.leaves
    return settled


def _in_order(pipeline: Pipeline, desk: CollectingDesk, most: int) -> tuple[int, int]:
    number, last = 0, 0
    while number < most and len(desk.entered) < most:
        instant = pipeline.tick(desk.end)
        if instant is None:
            break
        number, last = number + 1, instant
    return number, last


def _calm(uow: UnitOfWork, most: int) -> Batch | None:
    """What is due before anything that is not calm, its records locked."""
    other, end = uow.desk.earliest_other(), uow.now
    if other is not None and other <= end:
        end = other - 1
    found = uow.desk.due_memories(end, most + 1)
    if len(found) > most:
        last = cast("int", found[-1].deadline)
        if found[0].deadline == last:  # an instant is settled as a whole, on one state
            return None
        end = last - 1
    noisy = next((memory.deadline for memory in found if not _is_calm(uow, memory.rule)), None)
    if noisy is not None:
        end = min(end, noisy - 1)
    due = [memory for memory in found if cast("int", memory.deadline) <= end]
    return _mine(uow, due, end) if due else None


def _is_calm(uow: UnitOfWork, rule_id: str) -> bool:
    rule = uow.published.book.followed(rule_id)
    return isinstance(rule, CompiledRule) and rule.of.then.calm and rule.of.ending.calm


def _mine(uow: UnitOfWork, due: Sequence[Memory], end: int) -> Batch | None:
    """Where others may settle the same: what nobody else has in hand, as it is once its records are locked."""
    if not uow.desk.locks:
        return Batch(due, end)
    by_entity: dict[str, set[RecordId]] = {}
    for memory in due:
        by_entity.setdefault(uow.published.book.rules[memory.rule].entity, set()).add(memory.record)
    free = {record for entity, records in sorted(by_entity.items()) for record in uow.desk.take(entity, records)}
    taken = next((cast("int", memory.deadline) for memory in due if memory.record not in free), None)
    end = end if taken is None else taken - 1
    pairs = {(memory.rule, memory.record) for memory in due}
    known = uow.desk.memories("", sorted(cast("set[int]", free)), {memory.rule for memory in due})
    still = [m for pair, m in known.items() if pair in pairs and m.deadline is not None and m.deadline <= end]
    return Batch(still, end) if still else None


class CollectingDesk(SqlDesk):
    """A desk over one batch: it knows what is due and what its records hold, and writes when it is told to."""

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow)
        self.end = batch.end
        self._known: dict[Pair, Memory | None] = {(memory.rule, memory.record): memory for memory in batch.due}
        self._moved: set[Pair] = set()
        self._deadlines = [(cast("int", m.deadline), cast("int", m.record), m.rule) for m in batch.due]
        heapify(self._deadlines)
        self._states: dict[str, dict[RecordId, Snapshot | None]] = {}
        self._facts: dict[tuple[External, RecordId | None], dict[RecordId, tuple[int, Fact]]] = {}
        self._firings: list[firing_log.FiringRow] = []
        self._effects: list[firing_log.EffectRow] = []
        self._notices: list[notices.NoticeRow] = []
        self._rates: dict[str, rule_rates.Rate] = {}
        for memory in batch.due:
            self._states.setdefault(uow.published.book.rules[memory.rule].entity, {})[memory.record] = None
        for entity, records in self._states.items():
            records.update(super().snapshots(entity, list(records)))

    def flush(self) -> None:
        """Writes what was collected."""
        firing_log.add_firings(self.connection, self._firings)
        firing_log.add_effects(self.connection, self._effects)
        notices.add(self.connection, self._notices)
        rule_rates.keep(self.connection, self._rates.values())
        moved = [(pair, self._known[pair]) for pair in sorted(self._moved, key=lambda pair: (pair[1], pair[0]))]
        super().remember([memory or Memory(*pair) for pair, memory in moved])
        for collected in (self._firings, self._effects, self._notices, self._rates, self._moved):
            collected.clear()

    # ---- what else there is: nothing before the end of the batch

    @property
    def backlog(self) -> None:  # type: ignore[override]  # nothing here is ever put off
        """Nothing is put off, and nothing will be."""

    @property
    def locks(self) -> bool:
        """The records of the batch are locked already."""
        return False

    def next_tick(self, up_to: int) -> int | None:  # noqa: ARG002
        """No schedule ticks before the end of the batch."""
        return None

    def ticks_at(self, instant: int) -> Sequence[str]:  # noqa: ARG002
        """None."""
        return ()

    def next_wake(self, up_to: int) -> int | None:  # noqa: ARG002
        """No wait ends before the end of the batch."""
        return None

    def runs_at(self, instant: int) -> Sequence[Any]:  # noqa: ARG002
        """None."""
        return ()

    # ---- what is due, and what is remembered of it

    def next_due(self, up_to: int, rules: Collection[Pair] | None = None) -> int | None:  # noqa: ARG002
        """The earliest deadline up to an instant."""
        while self._deadlines and not self._stands(*self._deadlines[0]):
            heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines and self._deadlines[0][0] <= up_to else None

    def due_at(self, instant: int, rules: Collection[Pair] | None = None) -> Sequence[Pair]:  # noqa: ARG002
        """Pairs whose deadline is that instant, which is the earliest."""
        found: dict[Pair, None] = {}
        while self._deadlines and self._deadlines[0][0] == instant:
            deadline, record, rule = heappop(self._deadlines)
            if self._stands(deadline, record, rule):
                found[rule, record] = None
        return list(found)

    def _stands(self, deadline: int, record: int, rule: str) -> bool:
        memory = self._known[rule, record]
        return memory is not None and memory.deadline == deadline

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[Pair, Memory]:
        """What is remembered, with what was collected."""
        pairs = [(rule, record) for rule in rules or () for record in records]
        if rules is None or any(pair not in self._known for pair in pairs):
            self.flush()
            return super().memories(entity, records, rules)
        return {pair: memory for pair in pairs if (memory := self._known[pair]) is not None}

    def remember(self, memories: Sequence[Memory]) -> None:
        """Keeps memories back; a deadline within the batch is settled with it."""
        for memory in memories:
            pair = memory.rule, memory.record
            self._known[pair] = memory if memory.says_something else None
            self._moved.add(pair)
            if memory.deadline is not None and memory.deadline <= self.end:
                heappush(self._deadlines, (memory.deadline, cast("int", memory.record), memory.rule))

    def forget(self, rule: str, records: Collection[RecordId] | None = None) -> None:
        """Removes what is remembered of some records."""
        self.remember([Memory(rule, record) for record in records or ()])

    def firings_counted(
        self, rule: str, records: Collection[RecordId], after: int | None
    ) -> Mapping[RecordId, Sequence[int]]:
        """Instants of firings that count for limits: what was collected counts too."""
        self.flush()
        return super().firings_counted(rule, records, after)

    # ---- what the records hold: nothing changes it

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        """Live records of an entity by id, each read once."""
        known = self._states.setdefault(entity, {})
        missing = [record for record in records if record not in known]
        if missing:
            known.update(dict.fromkeys(missing))
            known.update(super().snapshots(entity, missing))
        return {record: snapshot for record in records if (snapshot := known[record]) is not None}

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,  # noqa: ARG002 - facts are kept for all who ask
    ) -> Mapping[RecordId, Fact]:
        """Facts, each asked for again only when time may have changed it."""
        known = self._facts.setdefault((external, me), {})
        missing = {record: state for record, state in holders.items() if not _is_fresh(known.get(record), now)}
        if missing:
            asked = super().gather(external, missing, now, me)
            known.update((record, (now, fact)) for record, fact in asked.items())
        return {record: known[record][1] for record in holders}

    # ---- what is written

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What one firing collected is dropped when an exception leaves it; nothing of it was written yet."""
        kept = [len(rows) for rows in (self._effects, self._notices, self.warnings)]
        leaves = self.leaves
        try:
            yield
        except BaseException:
            for rows, length in zip((self._effects, self._notices, self.warnings), kept, strict=True):
                del cast("list[Any]", rows)[length:]
            self.leaves = leaves
            raise

    def _record(self, row: firing_log.FiringRow) -> None:
        self._firings.append(row)

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


def _is_fresh(known: tuple[int, Fact] | None, now: int) -> bool:
    return known is not None and (known[0] == now or known[1].until is None or known[0] < now < known[1].until)
