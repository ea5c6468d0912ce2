"""The past of whole entities: records as they were at an instant, and every change since, as far as it is needed.

Questions about few records are answered by `rewinding`, which looks for what these lead to; this reads all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import Connection, Select, func, select

from ruleloom.dsl.types import RecordId, Value
from ruleloom.forms.entity import Entity
from ruleloom.storage.chunks import chunks
from ruleloom.storage.logs.change_log import WRITE, decode
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
    """A change of the log, cut down to what is wanted. `cause`: its kind, the id in it, the write where that is named.

    `before` is kept of deletions only: what an update changed is known from the states that it meets.
    """

    at: int
    id: int
    entity: str
    record: int
    operation: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    actor: int | None
    cause: tuple[str, str, str]
    origin: int | None
    """The firing or undo that wrote it."""


@dataclass(slots=True)
class Timeline:
    """States at the start by entity and record, in order of creation; what came after is heard of while it is read."""

    start: int
    states: dict[str, dict[RecordId, dict[str, Value]]] = field(default_factory=dict)
    known_since: int | None = None
    """When the first change of one of these entities was logged; None when there is none."""


@dataclass(frozen=True, slots=True)
class Most:
    """How much may be read: records, which are held, and changes."""

    records: int
    changes: int


Hear = Callable[[Row], None]


class TooMuch(Exception):
    """There is more to read than was allowed: than so many records, or changes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def size(connection: Connection, catalogue: Catalogue, entities: Iterable[str], start: int, end: int) -> int:
    """How many records and changes there are to read, at most: for choosing where it is done."""
    counted = select(func.count()).select_from(changes)
    count = int(connection.scalar(counted.where(_C.id > last_id_before(connection, start), _C.at <= end)) or 0)
    for entity in entities:
        count += int(connection.scalar(select(func.count()).select_from(catalogue.table(entity))) or 0)
    return count


def timeline(
    connection: Connection, catalogue: Catalogue, wanted: Mapping[str, Wanted], start: int, most: Most, hear: Hear,
    tell: Callable[[], None] = lambda: None,
) -> Timeline:  # fmt: skip
    """Everything wanted at `start`. Raises TooMuch beyond `most`; nothing of the log is held.

    `hear` gets every change after the start, newest first. `tell` is called now and then and may stop the reading by an
    exception.
    """
    return _Reader(connection, catalogue, wanted, start, most, hear, tell).read()


def rows_after(
    connection: Connection, catalogue: Catalogue, wanted: Mapping[str, Wanted], start: int, end: int
) -> Iterator[Row]:
    """The changes after `start` up to `end` in the order of time, as they come from the database."""
    asked = _asked(connection, wanted, start).where(_C.at <= end).order_by(_C.at, _C.id)
    for part in connection.execute(asked.execution_options(yield_per=BATCH)).partitions():
        for row in part:
            entity, of = catalogue.model.entity(row.entity), wanted[row.entity]
            kept = _row(row, entity, of, _cut(row.before, entity, of), _cut(row.after, entity, of))
            if kept is not None:
                yield kept


def _asked(connection: Connection, wanted: Mapping[str, Wanted], start: int) -> Select[Any]:
    begins = last_id_before(connection, start) if start > 0 else 0
    columns = (_C.at, _C.id, _C.entity, _C.record, _C.operation, _C.before, _C.after, _C.actor, _C.cause, _C.cause_id)
    return select(*columns).where(_C.id > begins, _C.entity.in_(list(wanted)), _C.at > start)


class _Reader:
    """One reading within one transaction: the records as they are, then the log backwards, which takes them back."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, wanted: Mapping[str, Wanted], start: int, most: Most,
        hear: Hear, tell: Callable[[], None],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._catalogue = catalogue
        self._wanted = wanted
        self._most = most
        self._hear, self._tell = hear, tell
        self._records = self._changes = 0
        self._found = Timeline(start)
        self._present: dict[str, dict[RecordId, tuple[dict[str, Value], bool]]] = {}
        self._states: dict[str, dict[RecordId, dict[str, Value] | None]] = {}
        self._logged: dict[str, set[int]] = {entity: set() for entity in wanted}
        """Records that were changed, where it is wanted when they had been changed before."""

    def read(self) -> Timeline:
        """The timeline."""
        found = self._found
        for entity in self._wanted:
            self._present[entity] = self._as_they_are(self._catalogue.tables[entity], entity)
            kept = self._present[entity].items()
            self._states[entity] = {record: dict(state) if live else None for record, (state, live) in kept}
        self._log()
        for entity in self._wanted:
            found.states[entity] = self._at_start(entity)
            del self._states[entity], self._present[entity]
        first = select(_C.at).where(_C.entity.in_(list(self._wanted))).order_by(_C.id).limit(1)
        found.known_since = self._connection.scalar(first)
        return found

    def _log(self) -> None:
        asked = _asked(self._connection, self._wanted, self._found.start).order_by(_C.id.desc())
        for part in self._connection.execute(asked.execution_options(yield_per=BATCH)).partitions():
            self._changes += len(part)
            if self._changes > self._most.changes:
                raise TooMuch(self._most.changes)
            self._tell()
            for row in part:
                self._take_back(row)

    def _take_back(self, row: Any) -> None:
        entity, wanted = self._catalogue.model.entity(row.entity), self._wanted[row.entity]
        before, after = _cut(row.before, entity, wanted), _cut(row.after, entity, wanted)
        states, present = self._states[entity.id], self._present[entity.id].get(row.record)
        states[row.record] = _taken_back(row.operation, before, states.get(row.record), present)
        kept = _row(row, entity, wanted, before, after)
        if kept is None:
            return
        if wanted.every:
            self._logged[entity.id].add(row.record)
        self._hear(kept)

    def _as_they_are(self, table: EntityTable, entity: str) -> dict[RecordId, tuple[dict[str, Value], bool]]:
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
                self._records += len(part)
                if self._records > self._most.records:
                    raise TooMuch(self._most.records)
                self._tell()
                states: dict[RecordId, dict[str, Value]] = {row[0]: dict(zip(keys, row, strict=True)) for row in part}
                if linked:
                    link_tables.fill(self._connection, table, states)
                found.update((record, (state, live)) for record, state in states.items())
        return found

    def _at_start(self, entity: str) -> dict[RecordId, dict[str, Value]]:
        states = self._states[entity]
        touched = self._touched(entity, self._logged[entity])
        blank = dict.fromkeys(field.key for field in self._catalogue.model.entity(entity).fields)
        found: dict[RecordId, dict[str, Value]] = {}
        for record in sorted(states, key=lambda each: cast("int", each)):
            state = states[record]
            if state is None:
                continue
            if record in touched:
                state["updated_at"], state["updated_by"] = touched[record]
            found[record] = {**blank, **state, "version": int(cast("Any", state["version"]))}
        return found

    def _touched(self, entity: str, records: Collection[int]) -> dict[RecordId, tuple[int, int | None]]:
        """When and by whom these records had been changed last at the start: one look into an index for each."""
        found: dict[RecordId, tuple[int, int | None]] = {}
        for part in chunks(records):
            earlier = (_C.record.in_(part)) & (_C.entity == entity) & (_C.at <= self._found.start)
            last = select(func.max(_C.id)).where(earlier).group_by(_C.record)
            asked = select(_C.record, _C.at, _C.actor).where(_C.id.in_(last))
            found.update((record, (at, actor)) for record, at, actor in self._connection.execute(asked))
        return found


def _row(
    row: Any, entity: Entity, wanted: Wanted, before: Mapping[str, Value], after: Mapping[str, Value]
) -> Row | None:
    """A row of the log; None when nothing of it is wanted."""
    if row.operation == "update" and not wanted.every and not before and not after:
        return None
    cause = row.cause or {}
    told = (_told(cause, "kind"), _told(cause, "id"), _told(cause, WRITE))
    kept = before if row.operation == "delete" else _NOTHING
    return Row(row.at, row.id, entity.id, row.record, intern(row.operation), kept, after, row.actor, told, row.cause_id)


def _told(cause: Mapping[str, Any], name: str) -> str:
    return intern(str(cause.get(name, "")))


_NOTHING: Mapping[str, Value] = MappingProxyType({})


def _cut(logged: str | None, entity: Entity, wanted: Wanted) -> Mapping[str, Value]:
    """Very many rows are held at once: the keys are the model's own texts, and nothing is one nothing for all."""
    kept = {entity.by_key[key].key: value for key, value in decode(logged, entity).items() if key in wanted.keys}
    return kept or _NOTHING


def _taken_back(
    operation: str,
    before: Mapping[str, Value],
    state: dict[str, Value] | None,
    present: tuple[dict[str, Value], bool] | None,
) -> dict[str, Value] | None:
    if operation in _MADE:
        return None
    if operation == "delete":
        system = {} if present is None else {key: present[0][key] for key in SYSTEM_COLUMNS}
        return {**system, **before} if system else None
    if state is not None:
        state.update(before)
    return state


def led_to(connection: Connection, rule: str, origins: Collection[int]) -> set[int]:
    """Those of these firings that are the rule's, or came of what its firings wrote.

    Looked for from below: each firing names the one that caused it, and no chain is long.
    """
    above: dict[int, int | None] = {}
    own: set[int] = set()
    wanted = set(origins)
    while wanted:
        wanted = {cause for cause in _causes(connection, rule, wanted, above, own) if cause not in above}
    return {origin for origin in origins if _reaches(origin, above, own)}


def _causes(
    connection: Connection, rule: str, wanted: Collection[int], above: dict[int, int | None], own: set[int]
) -> list[int]:
    """Reads these firings; the causes of those that are not the rule's own."""
    causes: list[int] = []
    for part in chunks(wanted):
        asked = select(firings.c.id, firings.c.rule, firings.c.caused_by).where(firings.c.id.in_(part))
        for firing, of, cause in connection.execute(asked):
            above[firing] = cause
            if of == rule:
                own.add(firing)
            elif cause is not None:
                causes.append(cause)
    return causes


def _reaches(firing: int | None, above: Mapping[int, int | None], own: Collection[int]) -> bool:
    while firing is not None and firing not in own:
        firing = above.get(firing)
    return firing is not None
