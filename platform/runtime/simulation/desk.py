# ruff: noqa: D102 - the protocols `Store` and `Desk` document these methods
"""The desk of a simulation: `Store` and `Desk` over tables in memory, every write journalled for undoing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.intents import Effect, Write
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import External, Fact, Goal, Memory, RecordChange, Snapshot, Speaker
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.ports import Cause, Firing, Prepared, Run
from ruleloom.runtime.simulation.facts import finder
from ruleloom.runtime.simulation.quick import Finder
from ruleloom.runtime.simulation.related import Related
from ruleloom.runtime.simulation.tables import Tables, Undo
from ruleloom.runtime.simulation.writes import Writes

COUNTED = frozenset({"on", "change", "schedule"})
Note = tuple[str, Firing, Any]
"""`effect`, `failed` or `stopped`, the firing, and what."""


class Savepoint:
    """What happened inside is taken back when an exception leaves it."""

    __slots__ = ("_automatic", "_journal", "_mark", "_writes")

    def __init__(self, journal: Undo, writes: Writes) -> None:
        self._journal = journal
        self._writes = writes

    def __enter__(self) -> None:
        self._mark, self._automatic = len(self._journal), self._writes.mark()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or not issubclass(kind, Exception):
            return
        journal = self._journal
        while len(journal) > self._mark:
            undo, arguments = journal.pop()
            undo(*arguments)
        self._writes.reset(self._automatic)


class MemoryDesk:
    """An empty workspace in memory. `firings` and `notes` grow; whoever shows them takes them out."""

    locks = False
    backlog = None

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.tables = Tables(vocabulary)
        self.firings: list[Firing] = []
        self.notes: list[Note] = []
        self._writes = Writes(self.tables)
        self._journal: Undo = []
        self._finders: dict[int, tuple[External, Goal | None, Finder]] = {}
        self._rows: dict[int, tuple[n.Collection, Related]] = {}
        self._moment = Moment(0, vocabulary.calendar)
        self._memories: dict[str, dict[RecordId, dict[str, Memory]]] = {e.id: {} for e in vocabulary.entities}
        self._entity_of: dict[str, str] = {}
        self._deadlines: list[tuple[int, str, RecordId]] = []
        self._counted: dict[tuple[str, RecordId], list[int]] = {}
        self._ticks: dict[str, int] = {}
        self._tick_heap: list[tuple[int, str]] = []
        self._parked: list[Run] = []
        self._numbers = 0

    def take_calendar(self, vocabulary: Vocabulary) -> None:
        """From now on facts are found by the calendar of this vocabulary, which is otherwise the same."""
        self.vocabulary = self.tables.vocabulary = vocabulary
        self._finders.clear()
        self._rows.clear()
        self._moment = Moment(0, vocabulary.calendar)
        for table in self.tables.tables.values():
            table.followers.clear()

    # ---- reading --------------------------------------------------------------------------------------------------

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        rows = self.tables.tables[entity].rows
        return {record: rows[record] for record in records if record in rows}

    def all_records(self, entity: str) -> Collection[RecordId]:
        return list(self.tables.tables[entity].rows)

    def may_match(self, entity: str, condition: n.Condition | None, at: int) -> Collection[RecordId]:  # noqa: ARG002
        return self.all_records(entity)

    def holders(
        self, hops: Sequence[n.Hop], changes: Sequence[RecordChange], write: Sequence[RecordChange]
    ) -> set[RecordId]:
        if len(hops) == 1 and hops[0].direction == "back":
            key = self.tables.field_places[hops[0].field][1]
            held = {state[key] for each in changes for state in each[2:] if state is not None}
            held.discard(None)
            return held  # type: ignore[return-value]
        reached: set[Any] = {change.record for change in changes}
        for hop in reversed(hops):
            entity, key = self.tables.field_places[hop.field]
            table = self.tables.tables[entity]
            beside = [change for change in write if change.entity == entity]
            found: set[Any] = set()
            if hop.direction == "back":
                found.update(row[key] for record in reached if (row := table.rows.get(record)) is not None)
                for change in beside:
                    if change.record in reached:
                        found.update(state[key] for state in (change.before, change.after) if state is not None)
                found.discard(None)
            else:
                for record in reached:
                    found.update(table.shelf(key, record))
                for change in beside:
                    states = (change.before, change.after)
                    if any(state is not None and state[key] in reached for state in states):
                        found.add(change.record)
            reached = found
        return reached

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,
        speaker: Speaker | None = None,
    ) -> Mapping[RecordId, Fact]:
        if speaker is not None:
            with self.tables.spoken_by(speaker):
                return self.gather(external, holders, now, me, goal)
        key = id(external) if goal is None else id(goal)
        known = self._finders.get(key)
        if known is None:
            known = self._finders[key] = (external, goal, finder(external, self.tables, self, goal))
        moment = self._moment
        if moment.now != now or moment.me != me:
            moment = self._moment = Moment(now, self.vocabulary.calendar, me)
        find, found = known[2], {}
        for record, snapshot in holders.items():
            found[record] = find(record, snapshot, moment)
        return found

    def members(
        self, collection: n.Collection, holder: RecordId, snapshot: Snapshot, now: int, me: RecordId | None = None
    ) -> Sequence[RecordId]:
        known = self._rows.get(id(collection))
        if known is None:
            known = self._rows[id(collection)] = (collection, Related(collection, self.tables, self))
        related, moment = known[1], Moment(now, self.vocabulary.calendar, me)
        found = [
            seen
            for seen in related.candidates(holder, snapshot, moment)
            if seen.enters <= now < seen.leaves and related.test(seen, snapshot, holder, moment)[0]
        ]
        return [seen.record for seen in sorted(found, key=lambda seen: seen.order)]

    # ---- the engine's memory --------------------------------------------------------------------------------------

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[tuple[str, RecordId], Memory]:
        by_record = self._memories[entity]
        found: dict[tuple[str, RecordId], Memory] = {}
        for record in records:
            for rule, memory in by_record.get(record, _NONE).items():
                if rules is None or rule in rules:
                    found[rule, record] = memory
        return found

    def entity_of(self, rule: str, entity: str) -> None:
        """Says which entity's records a rule or watch looks at."""
        self._entity_of[rule] = entity

    def remember(self, memories: Sequence[Memory]) -> None:
        for memory in memories:
            by_record, record = self._memories[self._entity_of[memory.rule]], memory.record
            by_rule = by_record.get(record)
            if by_rule is None:
                if not memory.says_something:
                    continue
                by_rule = by_record[record] = {}
            self._set_memory(by_rule, memory.rule, by_rule.get(memory.rule), memory if memory.says_something else None)

    def _set_memory(self, by_rule: dict[str, Memory], rule: str, old: Memory | None, new: Memory | None) -> None:
        if new is None:
            if old is not None:
                self._journal.append((self._restore_memory, (by_rule, rule, old)))
                del by_rule[rule]
            return
        self._journal.append((self._restore_memory, (by_rule, rule, old)))
        by_rule[rule] = new
        if new.deadline is not None and (old is None or old.deadline != new.deadline):
            heappush(self._deadlines, (new.deadline, rule, new.record))

    def _restore_memory(self, by_rule: dict[str, Memory], rule: str, old: Memory | None) -> None:
        if old is None:
            by_rule.pop(rule, None)
            return
        by_rule[rule] = old
        if old.deadline is not None:
            heappush(self._deadlines, (old.deadline, rule, old.record))

    def forget(self, rule: str, records: Collection[RecordId] | None = None) -> None:
        by_record = self._memories.get(self._entity_of.get(rule, ""), {})
        for record in list(by_record) if records is None else records:
            by_rule = by_record.get(record)
            if by_rule is not None:
                self._set_memory(by_rule, rule, by_rule.get(rule), None)

    def drop(self, entity: str, records: Collection[RecordId]) -> None:
        for record in records:
            by_rule = self._memories[entity].get(record, {})
            for rule in list(by_rule):
                self._set_memory(by_rule, rule, by_rule[rule], None)
            for run in [run for run in self._parked if run.firing.entity == entity and run.firing.record == record]:
                self.unpark(run)

    def firings_counted(
        self, rule: str, records: Collection[RecordId], after: int | None
    ) -> Mapping[RecordId, Sequence[int]]:
        return {
            record: [at for at in self._counted.get((rule, record), ()) if after is None or at > after]
            for record in records
        }

    # ---- time -----------------------------------------------------------------------------------------------------

    def next_due(self, up_to: int, rules: Collection[tuple[str, RecordId]] | None = None) -> int | None:
        heap = self._deadlines
        while heap and heap[0][0] <= up_to and not self._is_current(heap[0]):
            heappop(heap)
        if not heap or heap[0][0] > up_to:
            return None
        if rules is None:
            return heap[0][0]
        wanted = [entry[0] for entry in heap if entry[0] <= up_to and entry[1:] in rules and self._is_current(entry)]
        return min(wanted, default=None)

    def _is_current(self, entry: tuple[int, str, RecordId]) -> bool:
        instant, rule, record = entry
        memory = self._memories[self._entity_of[rule]].get(record, _NONE).get(rule)
        return memory is not None and memory.deadline == instant

    def due_at(
        self, instant: int, rules: Collection[tuple[str, RecordId]] | None = None
    ) -> Sequence[tuple[str, RecordId]]:
        if rules is not None:
            return list({e[1:] for e in self._deadlines if e[0] == instant and e[1:] in rules and self._is_current(e)})
        found: dict[tuple[str, RecordId], None] = {}
        heap = self._deadlines
        while heap and heap[0][0] == instant:
            entry = heappop(heap)
            if self._is_current(entry):
                found[entry[1:]] = None
        return list(found)

    def next_tick(self, up_to: int) -> int | None:
        heap = self._tick_heap
        if not heap or heap[0][0] > up_to:
            return None
        while heap and self._ticks.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap and heap[0][0] <= up_to else None

    def ticks_at(self, instant: int) -> Sequence[str]:
        if not self._ticks:
            return ()
        return [rule for rule, tick in self._ticks.items() if tick == instant]

    def remember_tick(self, rule: str, instant: int | None) -> None:
        if instant is None:
            self._ticks.pop(rule, None)
            return
        self._ticks[rule] = instant
        heappush(self._tick_heap, (instant, rule))

    # ---- writing --------------------------------------------------------------------------------------------------

    def prepare(self, write: Write, at: int, cause: Cause) -> Prepared:
        return Prepared(write, self._writes.changes(write, at, cause), cause, at)

    def apply(self, prepared: Prepared) -> None:
        for change in prepared.changes:
            if change.before is None and change.after is not None:
                self.tables.create(change.entity, change.record, change.after, self._journal)
            elif change.after is None:
                self.tables.delete(change.entity, change.record, self._journal)
            else:
                self.tables.update(change.entity, change.record, change.after, self._journal)

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        pass

    def lock_kind(self, entity: str, *, share: bool) -> None:
        pass

    def take(self, entity: str, records: Collection[RecordId]) -> Collection[RecordId]:  # noqa: ARG002
        return records

    def instant(self, at: int) -> int:
        return at

    def savepoint(self) -> Savepoint:
        return Savepoint(self._journal, self._writes)

    def attempt(self) -> Savepoint:
        """A savepoint: a history goes on after a write that is refused."""
        return self.savepoint()

    def settled(self) -> None:
        """Nothing that happened so far can be undone any more."""
        self._journal.clear()

    def admit(self, rule: CompiledRule, firings: Sequence[Firing]) -> None:
        pass

    def hold(self, firings: Sequence[Firing]) -> None:
        for firing in firings:
            self.enter(firing)

    def reason(self, firing: Firing) -> object:  # noqa: ARG002
        return None

    def enter(self, firing: Firing) -> None:
        self._numbers += 1
        firing.id = self._numbers
        self._keep(self.firings, firing)
        if firing.edge in COUNTED:
            self._keep(self._counted.setdefault((firing.rule, firing.record), []), firing.at)

    def _keep(self, place: list[Any], what: Any) -> None:
        place.append(what)
        self._journal.append((place.pop, ()))

    def perform(self, firing: Firing, effect: Effect) -> None:
        self._keep(self.notes, ("effect", firing, effect))

    def failed(self, run: Run, error: RuleloomError) -> None:
        self._keep(self.notes, ("failed", run.firing, error))

    def stopped(self, firing: Firing) -> None:
        self._keep(self.notes, ("stopped", firing, None))

    # ---- waiting runs ---------------------------------------------------------------------------------------------

    def park(self, run: Run) -> None:
        self._numbers += 1
        run.id = self._numbers
        self._parked.append(run)
        self._journal.append((self._parked.remove, (run,)))

    def unpark(self, run: Run) -> bool:
        place = next((i for i, parked in enumerate(self._parked) if parked is run), None)
        if place is None:
            return False
        del self._parked[place]
        self._journal.append((self._parked.insert, (place, run)))
        return True

    def waiting(self, watch: str, record: RecordId) -> Sequence[Run]:
        return [run for run in self._parked if run.watch == watch and run.firing.record == record]

    def next_wake(self, up_to: int) -> int | None:
        if not self._parked:
            return None
        return min((run.wake for run in self._parked if run.wake is not None and run.wake <= up_to), default=None)

    def runs_at(self, instant: int) -> Sequence[Run]:
        if not self._parked:
            return ()
        return [run for run in self._parked if run.wake == instant]


_NONE: Mapping[str, Memory] = {}
