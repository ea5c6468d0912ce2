"""What is remembered of the records of one batch, and what is due: read ahead, changed in memory, written once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import cast

from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import Memory
from ruleloom.runtime.writing.batches import Batch
from ruleloom.storage.records.held import Journal

Pair = tuple[str, RecordId]
"""Rule and record."""


class Remembered:
    """Memories by record and rule; those that were changed and not written yet; deadlines, the earliest first."""

    def __init__(self, batch: Batch, journal: Journal) -> None:
        self._end, self._journal = batch.end, journal
        self._known: dict[RecordId, dict[str, Memory | None]] = {}
        self._complete: dict[RecordId, bool] = {}
        """Records of which everything that is remembered is known."""
        self._moved: dict[Pair, bool] = {}
        self._deadlines = [(cast("int", m.deadline), cast("int", m.record), m.rule) for m in batch.due]
        heapify(self._deadlines)
        self._at: tuple[int, list[Pair]] = (0, [])
        for memory in batch.due if batch.memories is None else batch.memories:
            self._known.setdefault(memory.record, {})[memory.rule] = memory
        if batch.memories is not None:
            self._complete.update((memory.record, True) for memory in batch.due)

    # ---- what is due

    def next_due(self, up_to: int) -> int | None:
        """The earliest deadline up to an instant."""
        while self._deadlines and not self._stands(*self._deadlines[0]):
            heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines and self._deadlines[0][0] <= up_to else None

    def due_at(self, instant: int) -> Sequence[Pair]:
        """Pairs whose deadline is that instant, which is the earliest; they are due once."""
        found: dict[Pair, None] = {}
        while self._deadlines and self._deadlines[0][0] == instant:
            deadline, record, rule = heappop(self._deadlines)
            if self._stands(deadline, record, rule):
                found[rule, record] = None
        self._at = instant, list(found)
        return self._at[1]

    def was_due_at(self, instant: int, asked: Collection[Pair]) -> Sequence[Pair]:
        """Those of the pairs that were due at the instant that was asked for last."""
        return [pair for pair in self._at[1] if pair in asked] if self._at[0] == instant else []

    def _stands(self, deadline: int, record: int, rule: str) -> bool:
        memory = self._known.get(record, _NONE).get(rule)
        return memory is not None and memory.deadline == deadline

    # ---- what is known

    def unknown(self, records: Collection[RecordId], rules: Collection[str] | None) -> list[RecordId]:
        """Records of which something is still to be read to answer about these rules (all: None)."""
        return [record for record in records if not self._has(record, rules)]

    def _has(self, record: RecordId, rules: Collection[str] | None) -> bool:
        if record in self._complete:
            return True
        return rules is not None and all(rule in self._known.get(record, _NONE) for rule in rules)

    def learn(self, records: Collection[RecordId], rules: Collection[str] | None, found: Mapping[Pair, Memory]) -> None:
        """What was read of records: beside what was found there is nothing."""
        for (rule, record), memory in found.items():
            self._journal.put(self._known.setdefault(record, {}), rule, memory)
        for record in records:
            if rules is None:
                self._journal.put(self._complete, record, True)
            for rule in rules or ():
                self._known.setdefault(record, {}).setdefault(rule, None)

    def unlearn(self, records: Collection[RecordId]) -> None:
        """Everything is to be read again."""
        for record in records:
            self._known.pop(record, None)
            self._complete.pop(record, None)

    def of(self, records: Collection[RecordId], rules: Collection[str] | None) -> Mapping[Pair, Memory]:
        """What is remembered."""
        return {
            (rule, record): memory
            for record in records
            for rule, memory in self._known.get(record, _NONE).items()
            if memory is not None and (rules is None or rule in rules)
        }

    # ---- what changes

    def keep(self, memories: Sequence[Memory]) -> None:
        """Changes what is remembered; a deadline within the batch is due with it."""
        for memory in memories:
            rule, record = memory.rule, memory.record
            known = self._known.setdefault(record, {})
            self._journal.put(known, rule, memory if memory.says_something else None)
            self._journal.put(self._moved, (rule, record), True)
            if memory.deadline is not None and memory.deadline <= self._end:
                heappush(self._deadlines, (memory.deadline, cast("int", record), rule))

    def take_moved(self) -> list[Memory]:
        """What has to be written, by record: it counts as written from now on."""
        moved = sorted(self._moved, key=_by_record)
        self._moved.clear()
        return [self._known[record][rule] or Memory(rule, record) for rule, record in moved]


_NONE: Mapping[str, Memory | None] = {}


def _by_record(pair: Pair) -> tuple[RecordId, str]:
    return pair[1], pair[0]
