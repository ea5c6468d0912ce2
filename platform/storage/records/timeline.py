"""The past of whole entities: records as they were at an instant, and every change since, as far as it is needed.

Questions about few records are answered by `rewinding`, which looks for what these lead to; this reads all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, func, select

from ruleloom.dsl.types import RecordId, Value
from ruleloom.forms.entity import Entity
from ruleloom.storage.logs.change_log import decode
from ruleloom.storage.records import link_tables
from ruleloom.storage.records.rewinding import last_id_before
from ruleloom.storage.schema.catalogue import SYSTEM_COLUMNS, Catalogue, EntityTable
from ruleloom.storage.tables.system import changes, firings

BATCH = 5_000
BEFORE_ALL = -(1 << 62)
_C = changes.c
_MADE = ("create", "restore")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an entity is needed: field keys; `every`: also changes that touch none of them (`record is updated`)."""

    keys: frozenset[str]
    every: bool


@dataclass(slots=True)
class Row:
    """A change of the log, cut down to what is wanted. `cause`: its kind and the id in it."""

    at: int
    id: int
    entity: str
    record: int
    operation: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    actor: int | None
    cause: tuple[str, str]
    origin: int | None
    """The firing or undo that wrote it."""


@dataclass(slots=True)
class Timeline:
    """States at the start by entity and record, in order of creation, and the rows after it, in order of time."""

    start: int
    states: dict[str, dict[RecordId, dict[str, Value]]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    known_since: int | None = None
    """When the first change of one of these entities was logged; None when there is none."""


class TooMuch(Exception):
    """There is more to read than was allowed."""


def size(connection: Connection, catalogue: Catalogue, entities: Iterable[str], start: int, end: int) -> int:
    """How many records and changes there are to read, at most: for choosing where it is done."""
    counted = select(func.count()).select_from(changes)
    count = int(connection.scalar(counted.where(_C.id > last_id_before(connection, start), _C.at <= end)) or 0)
    for entity in entities:
        count += int(connection.scalar(select(func.count()).select_from(catalogue.table(entity))) or 0)
    return count


def timeline(
    connection: Connection,
    catalogue: Catalogue,
    wanted: Mapping[str, Wanted],
    start: int,
    most: int,
    tell: Callable[[int], None] = lambda _read: None,
) -> Timeline:
    """Everything wanted at `start` and after it. Raises TooMuch beyond `most` records and changes.

    `tell` hears now and then how much was read, and may stop the reading by an exception.
    """
    return _Reader(connection, catalogue, wanted, start, most, tell).read()


class _Reader:
    """One reading within one transaction: the log first, then the records, then what was logged meanwhile."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        wanted: Mapping[str, Wanted],
        start: int,
        most: int,
        tell: Callable[[int], None],
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._wanted = wanted
        self._most = most
        self._tell = tell
        self._read = 0
        self._found = Timeline(start)
        self._begins = last_id_before(connection, start) if start > 0 else 0

    def read(self) -> Timeline:
        """The timeline."""
        found = self._found
        present = {entity: self._present(self._catalogue.tables[entity], entity) for entity in self._wanted}
        self._log()
        found.rows.sort(key=lambda row: (row.at, row.id))
        logged = {(row.entity, row.record) for row in found.rows}
        for entity, states in present.items():
            found.states[entity] = self._at_start(entity, states, logged)
        first = select(_C.at).where(_C.entity.in_(list(self._wanted))).order_by(_C.id).limit(1)
        found.known_since = self._connection.scalar(first)
        return found

    def _count(self, number: int) -> None:
        self._read += number
        if self._read > self._most:
            raise TooMuch
        self._tell(self._read)

    def _log(self) -> None:
        asked = select(
            _C.at, _C.id, _C.entity, _C.record, _C.operation, _C.before, _C.after, _C.actor, _C.cause, _C.cause_id
        ).where(_C.id > self._begins, _C.entity.in_(list(self._wanted)), _C.at > self._found.start)
        rows = self._connection.execute(asked.order_by(_C.id).execution_options(yield_per=BATCH))
        for part in rows.partitions():
            self._count(len(part))
            self._found.rows += [row for each in part if (row := self._row(each)) is not None]

    def _row(self, row: Any) -> Row | None:
        entity, wanted = self._catalogue.model.entity(row.entity), self._wanted[row.entity]
        before, after = _cut(row.before, entity, wanted), _cut(row.after, entity, wanted)
        if row.operation == "update" and not wanted.every and not before and not after:
            return None
        cause = row.cause or {}
        told = (str(cause.get("kind", "")), str(cause.get("id", "")))
        return Row(row.at, row.id, row.entity, row.record, row.operation, before, after, row.actor, told, row.cause_id)

    def _present(self, table: EntityTable, entity: str) -> dict[RecordId, tuple[dict[str, Value], bool]]:
        """Records as they are now, and whether they are live."""
        wanted = self._wanted[entity].keys | set(SYSTEM_COLUMNS)
        keys = [key for key in table.keys if key in wanted]
        linked = [each.key for each in table.linked if each.key in wanted]
        found: dict[RecordId, tuple[dict[str, Value], bool]] = {}
        for statement, live in ((table.snapshot_select, True), (table.deleted_select, False)):
            columns = dict(zip(table.keys, statement.selected_columns, strict=True))
            asked = statement.with_only_columns(*(columns[key] for key in keys))
            if not live:
                asked = asked.where(table.table.c.deleted_at > self._found.start)
            asked = asked.order_by(table.table.c.id).execution_options(yield_per=BATCH)
            for part in self._connection.execute(asked).partitions():
                self._count(len(part))
                states: dict[RecordId, dict[str, Value]] = {row[0]: dict(zip(keys, row, strict=True)) for row in part}
                if linked:
                    link_tables.fill(self._connection, table, states)
                found.update((record, (state, live)) for record, state in states.items())
        return found

    def _at_start(
        self,
        entity: str,
        present: Mapping[RecordId, tuple[dict[str, Value], bool]],
        logged: set[tuple[str, int]],
    ) -> dict[RecordId, dict[str, Value]]:
        states: dict[RecordId, dict[str, Value] | None] = {
            record: dict(state) if live else None for record, (state, live) in present.items()
        }
        for row in reversed(self._found.rows):
            if row.entity == entity:
                states[row.record] = _taken_back(row, states.get(row.record), present.get(row.record))
        touched = self._touched(entity) if self._wanted[entity].every else {}
        blank = dict.fromkeys(field.key for field in self._catalogue.model.entity(entity).fields)
        found: dict[RecordId, dict[str, Value]] = {}
        for record in sorted(states, key=lambda each: cast("int", each)):
            state = states[record]
            if state is None:
                continue
            if (entity, record) in logged and record in touched:
                state["updated_at"], state["updated_by"] = touched[record]
            found[record] = {**blank, **state, "version": int(cast("Any", state["version"]))}
        return found

    def _touched(self, entity: str) -> dict[RecordId, tuple[int, int | None]]:
        """When and by whom records had been changed last at the start."""
        asked = select(_C.record, _C.at, _C.actor).where(_C.entity == entity, _C.at <= self._found.start)
        return {record: (at, actor) for record, at, actor in self._connection.execute(asked.order_by(_C.id))}


def _cut(logged: str | None, entity: Entity, wanted: Wanted) -> dict[str, Value]:
    return {key: value for key, value in decode(logged, entity).items() if key in wanted.keys}


def _taken_back(
    row: Row, state: dict[str, Value] | None, present: tuple[dict[str, Value], bool] | None
) -> dict[str, Value] | None:
    if row.operation in _MADE:
        return None
    if row.operation == "delete":
        system = {} if present is None else {key: present[0][key] for key in SYSTEM_COLUMNS}
        return {**system, **row.before} if system else None
    if state is not None:
        state.update(row.before)
    return state


def led_to(connection: Connection, rule: str) -> set[int]:
    """All firings of a rule, and all that came of what they wrote."""
    asked = select(firings.c.id, firings.c.rule, firings.c.caused_by)
    asked = asked.where((firings.c.rule == rule) | firings.c.caused_by.is_not(None)).order_by(firings.c.id)
    found: set[int] = set()
    for firing, of, cause in connection.execute(asked):
        if of == rule or cause in found:
            found.add(firing)
    return found
