"""Writes and reads records in batch, on SQLAlchemy Core. The only door is `runtime.commands`, which has checked before.

Values are as in `dsl.types`, by field key. Every write returns the `RecordChange`s it made (snapshots before and after,
system fields too) and has logged them; a write that leaves every value as it was makes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, NestedTransaction, func, select

from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.storage.chunks import CHUNK, chunks
from ruleloom.storage.conflicts import RecordsGone, StaleVersion, translated
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records import autonumbers, link_tables
from ruleloom.storage.records.search import derived
from ruleloom.storage.schema.catalogue import Catalogue, EntityTable

_ONE = Decimal(1)
_KINDS = 478_122
"""Advisory locks by the name of an entity."""


class NewRecord(NamedTuple):
    """A record to be created: its id (made in runtime) and its values."""

    id: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RecordUpdate:
    """New values of a record; `version`: the one its writer has seen, None to write whatever it is now."""

    id: int
    values: Mapping[str, Value]
    version: int | None = None


class Records:
    """Records of all entities within one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self._latest: RecordChange | None = None
        self._savepoint: NestedTransaction | None = None
        self.changed: set[str] = set()
        """Entities of which this transaction has changed something."""

    @property
    def latest(self) -> RecordChange | None:
        """The latest write of this transaction, if it concerned one record only: its state is known and locked.

        None when the savepoint has ended within which it was written, unless that was released (`released`).
        """
        if self._savepoint is not None and not self._savepoint.is_active:
            self._latest = self._savepoint = None
        return self._latest

    @property
    def new(self) -> RecordChange | None:
        """The same if it made the record: nothing refers to it yet."""
        latest = self.latest
        return latest if latest is not None and latest.before is None else None

    def only_new(self, records: Collection[RecordId]) -> bool:
        """Whether these records are the new one and no other."""
        new = self.new
        return new is not None and len(records) == 1 and new.record in records

    def changing(self, entity: str) -> None:
        """To be told of every write to an entity: what was the latest is not any more."""
        self.changed.add(entity)
        self.wrote()

    def wrote(self, made: Sequence[RecordChange] = ()) -> None:
        """To be told of a write's changes if they are all it did, and what they refer to was looked up."""
        self._latest = made[0] if len(made) == 1 and not self._holds_empty_links(made[0]) else None
        self._savepoint = self.connection.get_nested_transaction()

    def _holds_empty_links(self, change: RecordChange) -> bool:
        linked = self.catalogue.tables[change.entity].linked
        return bool(linked) and () in (change.after or {}).values()

    def released(self, savepoint: NestedTransaction) -> None:
        """To be told when a savepoint has become part of what is around it."""
        if self._savepoint is savepoint:
            self._savepoint = self.connection.get_nested_transaction()

    # ---- reading

    def read(self, entity: str, records: Collection[RecordId], *, lock: bool = False) -> dict[RecordId, Snapshot]:
        """Snapshots of live records by id; missing ones are left out. `lock`: their rows, in id order (PostgreSQL)."""
        latest = self.latest
        if latest is not None and latest.entity == entity and len(records) == 1 and latest.record in records:
            return {latest.record: cast("Snapshot", latest.after)}
        return self._read(self.catalogue.tables[entity], records, deleted=False, lock=lock)

    def read_deleted(
        self, entity: str, records: Collection[RecordId], *, lock: bool = True
    ) -> dict[RecordId, Snapshot]:
        """Snapshots of deleted records by id, locked unless only looked at."""
        return self._read(self.catalogue.tables[entity], records, deleted=True, lock=lock)

    def _read(
        self, entity_table: EntityTable, records: Collection[RecordId], *, deleted: bool, lock: bool
    ) -> dict[RecordId, Snapshot]:
        keys = entity_table.keys
        if deleted:
            statement = entity_table.deleted_by_id_locked if lock else entity_table.deleted_by_id
        else:
            statement = entity_table.live_by_id_locked if lock else entity_table.live_by_id
        empties: dict[str, Value] = dict.fromkeys(f.key for f in (*entity_table.linked, *entity_table.computed))
        found: dict[RecordId, dict[str, Value]] = {}
        for ids in chunks(sorted(cast("Collection[int]", records))):
            for row in self.connection.execute(statement, {"ids": ids}):
                found[row[0]] = {**dict(zip(keys, row, strict=True)), **empties}
        link_tables.fill(self.connection, entity_table, found)
        return cast("dict[RecordId, Snapshot]", found)

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks the rows of live records in id order (hop 3); nothing to do on SQLite, which has one writer.

        `share`: so that nobody changes them; others may lock them in the same way.
        """
        if self.connection.dialect.name == "sqlite":
            return
        table = self.catalogue.tables[entity]
        statement = table.ids_shared if share else table.ids_locked
        for ids in chunks(sorted(cast("Collection[int]", records))):
            self.connection.execute(statement, {"ids": ids})

    def lock_kind(self, entity: str, *, share: bool) -> None:
        """A lock by the name of an entity until the transaction ends, where there are no rows to lock yet."""
        if self.connection.dialect.name != "sqlite":
            lock = func.pg_advisory_xact_lock_shared if share else func.pg_advisory_xact_lock
            self.connection.execute(select(lock(_KINDS, func.hashtext(entity))))

    def take(self, entity: str, records: Collection[RecordId]) -> Collection[RecordId]:
        """Locks those of the records that no other transaction has locked; which these are (all on SQLite)."""
        if self.connection.dialect.name == "sqlite":
            return records
        table, taken = self.catalogue.table(entity), list[RecordId]()
        for ids in chunks(sorted(cast("Collection[int]", records))):
            free = select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update(skip_locked=True)
            taken += self.connection.execute(free).scalars()
        return taken

    def find(self, entity: str, field_key: str, values: Collection[Value]) -> dict[Value, int]:
        """Live records by the value of a field (natural keys, uniqueness); where several have it, the oldest."""
        table = self.catalogue.table(entity)
        column, found = table.c[field_key], dict[Value, int]()
        for part in chunks(list(values)):
            rows = select(column, table.c.id).where(column.in_(part) & table.c.deleted_at.is_(None))
            for value, record in self.connection.execute(rows.order_by(table.c.id.desc())):
                found[value] = record
        return found

    def live(self, entity: str, records: Collection[int]) -> set[int]:
        """Which of these ids are live records."""
        statement, found = self.catalogue.tables[entity].ids_live, set[int]()
        for ids in chunks(sorted(records)):
            found.update(self.connection.execute(statement, {"ids": ids}).scalars())
        return found

    # ---- writing

    def insert(self, entity: str, new: Sequence[NewRecord], stamp: Stamp) -> list[RecordChange]:
        """Creates records; `NotUnique` when a unique value is taken."""
        entity_table = self.catalogue.tables[entity]
        written: list[RecordChange] = []
        for part in chunks(new, 10 * CHUNK):
            snapshots = [created(entity_table, one, stamp) for one in part]
            autonumbers.fill(self.connection, entity_table, snapshots)
            rows = [whole_row(entity_table, snapshot) for snapshot in snapshots]
            made = [RecordChange(entity, cast("int", s["id"]), None, s) for s in snapshots]
            with translated(self.connection, entity_table):
                entity_table.insertion.run(self.connection, rows, [change_log.row(each, stamp) for each in made])
            link_tables.insert(self.connection, entity_table, snapshots)
            written += made
        self.changing(entity)
        return written

    def update(
        self,
        entity: str,
        updates: Sequence[RecordUpdate],
        stamp: Stamp,
        before: Mapping[RecordId, Snapshot] | None = None,
    ) -> list[RecordChange]:
        """Changes records. `before`: them as they are, where that was read before, with their rows locked.

        Raises `RecordsGone` (missing or deleted), `StaleVersion` (changed since its writer looked) with all records
        concerned, `NotUnique`.
        """
        made = self._changes(entity, updates, stamp, before)
        self._write(self.catalogue.tables[entity], made)
        change_log.append(self.connection, made, stamp)
        return made

    def _changes(
        self,
        entity: str,
        updates: Sequence[RecordUpdate],
        stamp: Stamp,
        before: Mapping[RecordId, Snapshot] | None,
    ) -> list[RecordChange]:
        """What updates change, the stale ones refused."""
        updates = _merged(updates)
        if before is None:
            before = self.read(entity, [update.id for update in updates], lock=True)
        self._refuse_stale(updates, before)
        made = []
        for update in updates:
            was = before[update.id]
            changed = {key: value for key, value in update.values.items() if was[key] != value}
            if changed:
                made.append(RecordChange(entity, update.id, was, touched(was, changed, stamp)))
        return made

    def _refuse_stale(self, updates: Iterable[RecordUpdate], before: Mapping[RecordId, Snapshot]) -> None:
        gone = [update.id for update in updates if update.id not in before]
        if gone:
            raise RecordsGone.naming(gone)
        stale = [u.id for u in updates if u.version is not None and before[u.id]["version"] != u.version]
        if stale:
            raise StaleVersion.naming(stale)

    def _write(self, entity_table: EntityTable, made: Sequence[RecordChange]) -> None:
        """UPDATE statements, one per set of changed columns."""
        self.changing(entity_table.entity.id)
        rows = [(change, _changed_columns(entity_table, change)) for change in made]
        rows.sort(key=lambda row: tuple(sorted(row[1])))
        for _, group in groupby(rows, key=lambda row: tuple(sorted(row[1]))):
            same = list(group)
            columns = same[0][1]
            statement = entity_table.update_of(tuple(sorted(columns)))
            values = [{**{f"v_{k}": v for k, v in row.items()}, "record": change.record} for change, row in same]
            with translated(self.connection, entity_table):
                statement.run(self.connection, values)
        link_tables.replace(self.connection, entity_table, made)

    def touch(self, entity: str, made: Sequence[RecordChange]) -> None:
        """Raises the version of records whose references became empty or came back (the values stay physically)."""
        self.changing(entity)
        keys = ("updated_at", "updated_by", "version")
        statement = self.catalogue.tables[entity].update_of(keys)
        after = [(change.record, cast("Snapshot", change.after)) for change in made]
        values = [{**{f"v_{key}": now[key] for key in keys}, "record": record} for record, now in after]
        if values:
            statement.run(self.connection, values)


def _merged(updates: Sequence[RecordUpdate]) -> list[RecordUpdate]:
    """One update per record: a record named twice is one write, the later value wins."""
    merged: dict[int, RecordUpdate] = {}
    for update in updates:
        earlier = merged.get(update.id)
        if earlier is not None:
            version = update.version if earlier.version is None else earlier.version
            update = RecordUpdate(update.id, {**earlier.values, **update.values}, version)  # noqa: PLW2901
        merged[update.id] = update
    return list(merged.values())


def created(entity_table: EntityTable, one: NewRecord, stamp: Stamp) -> dict[str, Value]:
    """The snapshot of a record that is made now."""
    unknown = one.values.keys() - entity_table.entity.by_key.keys()
    if unknown:
        raise KeyError(f"{entity_table.entity.key} has no fields {sorted(unknown)}")
    snapshot: dict[str, Value] = {
        "id": one.id,
        "created_at": stamp.at,
        "created_by": stamp.actor,
        "updated_at": stamp.at,
        "updated_by": stamp.actor,
        "version": _ONE,
    }
    given = one.values
    for key in entity_table.own_keys:
        snapshot[key] = given.get(key)
    for field in entity_table.linked:
        snapshot[field.key] = snapshot[field.key] or None
    return snapshot


def whole_row(entity_table: EntityTable, snapshot: Mapping[str, Value]) -> dict[str, Any]:
    """What the table of an entity holds of a record."""
    row: dict[str, Any] = {key: snapshot[key] for key in entity_table.keys}
    row.update(derived(entity_table, snapshot))
    return row


def _touched(was: Snapshot, stamp: Stamp) -> dict[str, Value]:
    version = cast("Decimal", was["version"]) + 1
    return {"updated_at": stamp.at, "updated_by": stamp.actor, "version": version}


def _changed_columns(entity_table: EntityTable, change: RecordChange) -> dict[str, Any]:
    before, after = cast("Snapshot", change.before), cast("Snapshot", change.after)
    changed = {key: after[key] for key in entity_table.keys if after[key] != before[key]}
    made = derived(entity_table, after)
    was = derived(entity_table, before)
    changed.update({key: value for key, value in made.items() if value != was[key]})
    return changed


def touched(was: Snapshot, changed: Mapping[str, Value], stamp: Stamp) -> dict[str, Value]:
    """A snapshot with changed values and the next version."""
    return {**was, **changed, **_touched(was, stamp)}
