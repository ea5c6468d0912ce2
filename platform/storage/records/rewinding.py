"""Records as they were: their present state, taken back change by change, and what has happened to them since.

Everything that a condition about some records reads is loaded, also what they were related to in between; nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, func, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import Dependency
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.store import Snapshot
from ruleloom.storage.chunks import chunks
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import LoggedChange
from ruleloom.storage.records.records import Records
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.tables.system import changes

SKEW = 3_600_000_000
"""Microseconds by which the order of ids in the log may differ from the order of instants: no transaction is longer."""
_C = changes.c


@dataclass
class Past:
    """Live records at `start` by entity, and every later change of the records that were loaded, in order."""

    start: int
    states: dict[str, dict[RecordId, Snapshot]] = field(default_factory=dict)
    changes: list[LoggedChange] = field(default_factory=list)
    known: dict[str, set[int]] = field(default_factory=dict)
    """Ids that were looked at: those without a state were not live at `start`."""


def rewind(
    connection: Connection,
    catalogue: Catalogue,
    entity: str,
    records: Collection[int],
    dependencies: Sequence[Dependency],
    start: int,
    most: int,
) -> Past | None:
    """What conditions with these dependencies read of the records at `start` and later; None: more than `most` records.

    Records that have no change logged count as they are now, from their `created_at` on.
    """
    return _Rewinder(connection, catalogue, start).run(entity, records, dependencies, most)


def last_id_before(connection: Connection, instant: int) -> int:
    """An id of the log before which nothing is later than `instant`; found by halving, for ids grow with time."""
    low, high = 0, int(connection.scalar(select(func.max(_C.id))) or 0)
    while low < high:
        middle = (low + high + 1) // 2
        at = connection.scalar(select(_C.at).where(_C.id >= middle).order_by(_C.id).limit(1))
        if at is not None and at <= instant - SKEW:
            low = middle
        else:
            high = middle - 1
    return low


class _Rewinder:
    """One rewinding within one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue, start: int) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._records = Records(connection, catalogue)
        self._start = start
        self._after: ColumnElement[bool] = (_C.id > last_id_before(connection, start)) & (_C.at > start)

    def run(self, entity: str, records: Collection[int], dependencies: Sequence[Dependency], most: int) -> Past | None:
        """The records, all that they lead to, and what happened."""
        past = Past(self._start, known={entity: set(records)})
        for dependency in dependencies:
            reached = self._reached(dependency, past.known[entity])
            past.known.setdefault(dependency.entity, set()).update(reached)
            if sum(map(len, past.known.values())) > most:
                return None
        for each, ids in past.known.items():
            logged = self._logged(each, ids)
            past.changes += logged
            past.states[each] = self._states(each, ids, logged)
        past.changes.sort(key=lambda change: (change.at, change.id))
        return past

    # ---- which records --------------------------------------------------------------------------------------------

    def _reached(self, dependency: Dependency, holders: Collection[int]) -> set[int]:
        """Records to which the hops of a dependency have led at any time since `start`."""
        if dependency.everywhere and not dependency.hops:
            table = self._catalogue.table(dependency.entity)
            gone = self._connection.scalars(select(_C.record).where(self._after, _C.entity == dependency.entity))
            return {*self._connection.scalars(select(table.c.id).where(table.c.deleted_at.is_(None))), *gone}
        reached = set(holders)
        for hop in dependency.hops:
            reached = self._followed(hop, reached)
        return reached

    def _followed(self, hop: n.Hop, reached: Collection[int]) -> set[int]:
        owner, via = self._catalogue.model.field(hop.field)
        table = self._catalogue.table(owner.id)
        ends, at = (table.c.id, table.c[via.key]) if hop.direction == "back" else (table.c[via.key], table.c.id)
        found: set[int] = set()
        for part in chunks(sorted(reached)):
            found.update(self._connection.scalars(select(ends).where(at.in_(part), ends.is_not(None))))
        for change in self._moved(owner.id, via.key):
            for value in (change.before.get(via.key), change.after.get(via.key)):
                start, end = (value, change.record) if hop.direction == "back" else (change.record, value)
                if start in reached and end is not None:
                    found.add(cast("int", end))
        return found

    def _moved(self, entity: str, key: str) -> Iterator[LoggedChange]:
        """Changes and deletions since `start` that say what a reference was."""
        named = _C.before.like(f'%"{key}":%', escape="\\")
        asked = select(changes).where(self._after, _C.entity == entity, named)
        of = self._catalogue.model.entity(entity)
        for row in self._connection.execute(asked):
            yield change_log.logged(row, of)

    # ---- what they were -------------------------------------------------------------------------------------------

    def _logged(self, entity: str, ids: Collection[int]) -> list[LoggedChange]:
        """Changes since `start`, in order."""
        of, found = self._catalogue.model.entity(entity), list[LoggedChange]()
        for part in chunks(sorted(ids)):
            asked = select(changes).where(_C.record.in_(part), _C.entity == entity, self._after).order_by(_C.id)
            found += [change_log.logged(row, of) for row in self._connection.execute(asked)]
        return found

    def _states(self, entity: str, ids: Collection[int], logged: Sequence[LoggedChange]) -> dict[RecordId, Snapshot]:
        """The states at `start`."""
        live = self._records.read(entity, cast("Collection[RecordId]", ids))
        gone = self._records.read_deleted(entity, [each for each in ids if each not in live], lock=False)
        by_record: dict[int, list[LoggedChange]] = {}
        for change in logged:
            by_record.setdefault(change.record, []).append(change)
        touched = self._touched(entity, list(by_record))
        found: dict[RecordId, Snapshot] = {}
        for record in ids:
            known = live.get(record) or gone.get(record)
            if known is None:
                continue
            state = _taken_back(live.get(record), known, by_record.get(record, ()))
            if state is not None and cast("int", known["created_at"]) <= self._start:
                at, actor = touched.get(record, (known["created_at"], known["created_by"]))
                system = {"updated_at": at, "updated_by": actor} if record in by_record else {}
                found[record] = {**state, **system}
        return found

    def _touched(self, entity: str, ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
        """When and by whom records had been changed last at `start`."""
        found: dict[int, tuple[int, int | None]] = {}
        for part in chunks(sorted(ids)):
            asked = select(_C.record, _C.at, _C.actor).where(_C.record.in_(part), _C.at <= self._start)
            for record, at, actor in self._connection.execute(asked.where(_C.entity == entity).order_by(_C.id)):
                found[record] = (at, actor)
        return found


def _taken_back(live: Snapshot | None, known: Snapshot, logged: Sequence[LoggedChange]) -> Snapshot | None:
    """A state with changes undone, newest first; `known` has what the log does not tell (id, created by)."""
    state: dict[str, Any] | None = None if live is None else dict(live)
    for change in reversed(logged):
        if change.operation in ("create", "restore"):
            state = None
        elif change.operation == "delete":
            state = {**dict.fromkeys(known), **system_values(known), **change.before}
        elif state is not None:
            state.update(change.before)
    return state


def system_values(snapshot: Snapshot) -> dict[str, Value]:
    """The part of a state that the log does not hold."""
    return {key: value for key, value in snapshot.items() if key in change_log.SYSTEM_KEYS}


def beginning_of(connection: Connection, catalogue: Catalogue, entity: str, record: int) -> int | None:
    """When a record was created, as far as is known; None when there never was one."""
    table = catalogue.table(entity)
    created = connection.scalar(select(table.c.created_at).where(table.c.id == record))
    logged = connection.scalar(select(func.min(_C.at)).where(_C.record == record, _C.entity == entity))
    return min((int(at) for at in (created, logged) if at is not None), default=None)


def last_changes(
    connection: Connection, catalogue: Catalogue, places: Iterable[tuple[str, int, str]], up_to: int
) -> dict[tuple[str, int, str], LoggedChange]:
    """The last change up to an instant of each field of a record: (entity, record, field key), as far as logged."""
    wanted: dict[str, dict[int, set[str]]] = {}
    for entity, record, key in places:
        wanted.setdefault(entity, {}).setdefault(record, set()).add(key)
    found: dict[tuple[str, int, str], LoggedChange] = {}
    for entity, by_record in wanted.items():
        of = catalogue.model.entity(entity)
        for part in chunks(sorted(by_record)):
            asked = select(changes).where(_C.record.in_(part), _C.entity == entity, _C.at <= up_to)
            for row in connection.execute(asked.order_by(_C.id)):
                change = change_log.logged(row, of)
                for key in by_record[change.record] & (change.after.keys() | change.before.keys()):
                    found[entity, change.record, key] = change
    return found
