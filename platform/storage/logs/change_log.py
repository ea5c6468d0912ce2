"""The change log: one row per record and write, with before, after, actor and cause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json import loads
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from ruleloom.dsl.types import Kind, Value
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import Entity
from ruleloom.storage.chunks import chunks
from ruleloom.storage.schema.catalogue import SYSTEM_COLUMNS
from ruleloom.storage.schema.columns import LINKED, dump_json
from ruleloom.storage.schema.insertion import LOG
from ruleloom.storage.tables.system import changes


class Stamp(NamedTuple):
    """When a write happens (microseconds UTC), who writes (user's record id; None: the workspace), and why."""

    at: int
    actor: int | None = None
    cause: Mapping[str, Any] | None = None

    def of_write(self, number: int) -> Stamp:
        """The same for a write of many records, so that the log says which changes happened at once."""
        return Stamp(self.at, self.actor, {**(self.cause or {}), WRITE: str(number)})


WRITE = "write"
"""Under which a cause names the write of many records to which a change belongs."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A row of the log: only the fields that changed (all that are not empty for creations and deletions)."""

    id: int
    at: int
    entity: str
    record: int
    operation: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    actor: int | None
    cause: Mapping[str, Any] | None


SYSTEM_KEYS = frozenset(SYSTEM_COLUMNS)
"""Fields that the log does not hold."""


def append(connection: Connection, written: Sequence[RecordChange], stamp: Stamp, operation: str | None = None) -> None:
    """Logs what a write did; `operation` only where it is not what before and after say (`restore`)."""
    append_each(connection, [(change, stamp) for change in written], operation)


def append_each(
    connection: Connection, written: Sequence[tuple[RecordChange, Stamp]], operation: str | None = None
) -> None:
    """The same for several writes, in their order, each with its own stamp."""
    if written:
        LOG.run(connection, [row(change, stamp, operation) for change, stamp in written])


def row(change: RecordChange, stamp: Stamp, operation: str | None = None) -> dict[str, Any]:
    """The row that the log gets of a change."""
    before, after = _differences(change)
    cause = stamp.cause
    return {
        "at": stamp.at,
        "entity": change.entity,
        "record": change.record,
        "operation": operation or _operation(change),
        "before": None if before is None else dump_json(before),
        "after": None if after is None else dump_json(after),
        "actor": stamp.actor,
        "cause": cause,
        "cause_id": int(cause["id"]) if cause is not None and cause.get("id") is not None else None,
    }


def _operation(change: RecordChange) -> str:
    if change.before is None:
        return "create"
    return "delete" if change.after is None else "update"


def _differences(change: RecordChange) -> tuple[dict[str, Value] | None, dict[str, Value] | None]:
    before, after = change.before, change.after
    if before is None or after is None:
        return _full(before), _full(after)
    keys = [key for key, value in after.items() if value != before.get(key) and key not in SYSTEM_KEYS]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def _full(snapshot: Snapshot | None) -> dict[str, Value] | None:
    if snapshot is None:
        return None
    return {key: value for key, value in snapshot.items() if value is not None and key not in SYSTEM_KEYS}


def history(
    connection: Connection, entity: Entity, record: int, *, before_id: int | None = None, limit: int = 50
) -> list[LoggedChange]:
    """The changes of a record, newest first; `before_id` continues after a page."""
    rows = select(changes).where((changes.c.record == record) & (changes.c.entity == entity.id))
    if before_id is not None:
        rows = rows.where(changes.c.id < before_id)
    return [logged(row, entity) for row in connection.execute(rows.order_by(changes.c.id.desc()).limit(limit))]


def of_causes(connection: Connection, entities: Mapping[str, Entity], causes: Collection[int]) -> list[LoggedChange]:
    """What these firings and undos wrote, in order; of entities that are gone nothing is told."""
    asked = [select(changes).where(changes.c.cause_id.in_(part)) for part in chunks(causes)]
    rows = sorted((row for each in asked for row in connection.execute(each)), key=lambda row: row.id)
    return [logged(row, entities[row.entity]) for row in rows if row.entity in entities]


def logged(row: Row[Any], entity: Entity) -> LoggedChange:
    """A row of the log as values."""
    return LoggedChange(
        row.id, row.at, row.entity, row.record, row.operation,
        decode(row.before, entity), decode(row.after, entity), row.actor, row.cause,
    )  # fmt: skip


def decode(logged: str | None, entity: Entity) -> dict[str, Value]:
    """The values of a logged JSON text, as in `dsl.types`; fields that are gone are left out."""
    if logged is None:
        return {}
    given = loads(logged)
    return decoded(given, entity)


def decoded(given: Mapping[str, Any], entity: Entity) -> dict[str, Value]:
    """The values of a logged JSON object, as in `dsl.types`; fields that are gone are left out."""
    return dict(_decoded(given, entity))


def _decoded(given: Mapping[str, Any], entity: Entity) -> Iterable[tuple[str, Value]]:
    for key, value in given.items():
        field = entity.by_key.get(key)
        if field is None:
            continue
        if value is not None and field.value_type.kind is Kind.NUMBER:
            yield key, Decimal(value)
        elif value is not None and field.value_type.kind in LINKED:
            yield key, tuple(value)
        else:
            yield key, value


def last_instant(connection: Connection) -> int:
    """When the latest logged change was made; 0 without any."""
    return int(connection.scalar(select(changes.c.at).order_by(changes.c.id.desc()).limit(1)) or 0)
