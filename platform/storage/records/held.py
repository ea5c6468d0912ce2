"""Records of one transaction that are read once and written together: what is read shows what is held back.

Everything that is written stands in the order in which it was written; a record that was written several times is
put into its table once, with each of its changes in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.storage.chunks import CHUNK, chunks
from ruleloom.storage.conflicts import translated
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records import autonumbers, link_tables
from ruleloom.storage.records.records import NewRecord, Records, RecordUpdate, created, whole_row
from ruleloom.storage.schema.catalogue import Catalogue, EntityTable

_NOTHING = object()


class Journal:
    """What was put into some mappings, so that it can be taken out again."""

    def __init__(self) -> None:
        self._entries: list[tuple[dict[Any, Any], Any, Any]] = []

    def put(self, into: dict[Any, Any], key: Any, value: Any) -> None:
        """`into[key] = value`, remembered."""
        self._entries.append((into, key, into.get(key, _NOTHING)))
        into[key] = value

    def mark(self) -> int:
        """Where one stands."""
        return len(self._entries)

    def undo(self, mark: int) -> None:
        """All mappings as they were at a mark."""
        while len(self._entries) > mark:
            into, key, was = self._entries.pop()
            if was is _NOTHING:
                del into[key]
            else:
                into[key] = was


class HeldRecords(Records):
    """Everybody who writes in the transaction writes through this; who asks the tables themselves flushes before."""

    def __init__(self, connection: Connection, catalogue: Catalogue, journal: Journal) -> None:
        super().__init__(connection, catalogue)
        self._journal = journal
        self._states: dict[str, dict[RecordId, Snapshot | None]] = {}
        self._mine: dict[RecordId, bool] = {}
        """Records that nobody else can write until the transaction ends."""
        self._alive: set[int] = set()
        self._first: dict[RecordId, RecordChange] = {}
        """By record, its first change that is held back."""
        self.log: list[tuple[RecordChange, Stamp]] = []
        """All changes that are held back."""
        self.flushed = 0
        """How often something was written."""
        self._alone = connection.dialect.name == "sqlite"

    # ---- reading

    def mine(self, records: Collection[RecordId]) -> None:
        """To be told of records that are locked already."""
        self._mine.update(dict.fromkeys(records, True))

    def foreign(self, records: Collection[RecordId]) -> list[RecordId]:
        """Those of the records that others could write."""
        return [record for record in records if record not in self._mine]

    def made(self, records: Collection[RecordId]) -> bool:
        """Whether all of these records were made in this transaction."""
        return all(record in self._first and self._first[record].before is None for record in records)

    def read(self, entity: str, records: Collection[RecordId], *, lock: bool = False) -> dict[RecordId, Snapshot]:
        """Snapshots of live records by id, each read once; missing ones are left out."""
        known = self._states.setdefault(entity, {})
        lock = lock and not self._alone
        missing = [r for r in records if r not in known or (lock and r not in self._mine)]
        if missing:
            known.update(dict.fromkeys(missing))
            known.update(self._read(self.catalogue.tables[entity], missing, deleted=False, lock=lock))
            if lock:
                self.mine(missing)
        return {record: snapshot for record in records if (snapshot := known[record]) is not None}

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks what is not locked yet; it may have been written meanwhile, so it is read again."""
        missing = self.foreign(records)
        if missing and not self._alone:
            super().lock(entity, missing, share=share)
            known = self._states.setdefault(entity, {})
            for record in missing:
                known.pop(record, None)
            if not share:
                self.mine(missing)

    def take(self, entity: str, records: Collection[RecordId]) -> Collection[RecordId]:
        """Locks those that nobody else has locked."""
        missing = self.foreign(records)
        if not missing:
            return records
        return [*(record for record in records if record in self._mine), *super().take(entity, missing)]

    def live(self, entity: str, records: Collection[int]) -> set[int]:
        """Which of these ids are live records."""
        known = self._states.get(entity, {})
        unknown = [record for record in records if record not in self._alive and known.get(record) is None]
        if unknown:
            self._alive |= super().live(entity, unknown)
        return {record for record in records if record in self._alive or known.get(record) is not None}

    def find(self, entity: str, field_key: str, values: Collection[Value]) -> dict[Value, int]:
        """Live records by the value of a field."""
        self.flush()
        return super().find(entity, field_key, values)

    # ---- writing

    def insert(self, entity: str, new: Sequence[NewRecord], stamp: Stamp) -> list[RecordChange]:
        """Holds new records back."""
        entity_table = self.catalogue.tables[entity]
        snapshots = [created(entity_table, one, stamp) for one in new]
        autonumbers.fill(self.connection, entity_table, snapshots)
        return self._hold(entity, [RecordChange(entity, cast("int", s["id"]), None, s) for s in snapshots], stamp)

    def update(
        self,
        entity: str,
        updates: Sequence[RecordUpdate],
        stamp: Stamp,
        before: Mapping[RecordId, Snapshot] | None = None,
    ) -> list[RecordChange]:
        """Holds changes of records back; errors as in `Records.update`, but for `NotUnique`, which shows later."""
        made = self._changes(entity, updates, stamp, before)
        return self._hold(entity, made, stamp)

    def _hold(self, entity: str, made: list[RecordChange], stamp: Stamp) -> list[RecordChange]:
        known = self._states.setdefault(entity, {})
        for change in made:
            self._journal.put(known, change.record, change.after)
            if change.record not in self._first:
                self._journal.put(self._first, change.record, change)
            if change.before is None:
                self._journal.put(self._mine, change.record, True)
            self.log.append((change, stamp))
        self.changing(entity)
        return made

    def flush(self) -> None:
        """Writes what is held back."""
        if not self.log:
            return
        self.flushed += 1
        latest, savepoint = self._latest, self._savepoint
        by_entity: dict[str, list[RecordChange]] = {}
        for record, first in self._first.items():
            after = self._states[first.entity][record]
            by_entity.setdefault(first.entity, []).append(RecordChange(first.entity, record, first.before, after))
        for entity, changes in by_entity.items():
            entity_table = self.catalogue.tables[entity]
            self._insert(entity_table, [cast("Snapshot", c.after) for c in changes if c.before is None])
            for part in chunks([c for c in changes if c.before is not None], 10 * CHUNK):
                self._write(entity_table, part)
        for rows in chunks(self.log, 10 * CHUNK):
            change_log.append_each(self.connection, rows)
        self.log.clear()
        self._first.clear()
        self._latest, self._savepoint = latest, savepoint

    def _insert(self, entity_table: EntityTable, snapshots: Sequence[Snapshot]) -> None:
        for part in chunks(snapshots, 10 * CHUNK):
            with translated(self.connection, entity_table):
                entity_table.insertion.alone(self.connection, [whole_row(entity_table, each) for each in part])
            link_tables.insert(self.connection, entity_table, part)
