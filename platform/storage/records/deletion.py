"""Deleting and restoring records with what hangs on them: cascades, refusals, references that become empty.

A deletion sets `deleted_at`; references to the record stay physically and read as empty, so that restoring brings them
back. Both are changes of the records that hold them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from ruleloom.engine.store import RecordChange
from ruleloom.messages import Diagnostic
from ruleloom.storage.chunks import chunks
from ruleloom.storage.conflicts import DeleteRefused, RecordsGone, translated
from ruleloom.storage.logs import change_log
from ruleloom.storage.records.records import Records, touched

if TYPE_CHECKING:
    from ruleloom.forms.entity import Entity, Field
    from ruleloom.storage.logs.change_log import Stamp


@dataclass
class _Reach:
    """What a deletion reaches."""

    deleted: dict[str, set[int]] = field(default_factory=dict)
    emptied: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """Fields that become empty, by entity and record."""
    refused: list[Diagnostic] = field(default_factory=list)


def delete(records: Records, entity: str, ids: Collection[int], stamp: Stamp) -> list[RecordChange]:
    """Deletes live records; returns their changes first, then those of cascaded records and of holders.

    Raises `RecordsGone` with all that are missing, `DeleteRefused` with every reference that restricts.
    """
    reach = _reach(records, entity, ids)
    if reach.refused:
        raise DeleteRefused(*reach.refused)
    # all are read before any is marked, so that cascaded records are told with the reference that took them along
    before = {reached: records.read(reached, some, lock=True) for reached, some in reach.deleted.items()}
    gone = [record for reached, some in reach.deleted.items() for record in sorted(some - before[reached].keys())]
    if gone:
        raise RecordsGone.naming(gone)
    made: list[RecordChange] = []
    for reached, some in reach.deleted.items():
        _set_deleted(records, reached, some, stamp.at, stamp)
        made += [RecordChange(reached, record, before[reached][record], None) for record in sorted(some)]
    change_log.append(records.connection, made, stamp)
    return made + _holders_changed(records, reach, stamp)


def _reach(records: Records, entity: str, ids: Collection[int]) -> _Reach:
    reach = _Reach({entity: set(ids)})
    held: list[tuple[Entity, Field, int]] = []
    waiting = [(entity, set(ids))]
    while waiting:
        target, some = waiting.pop()
        for holder, via in records.catalogue.holders(target):
            found = _holders(records, holder, via, some)
            if via.on_delete == "cascade":
                new = found - reach.deleted.get(holder.id, set())
                if new:
                    reach.deleted.setdefault(holder.id, set()).update(new)
                    waiting.append((holder.id, new))
            else:
                held += [(holder, via, record) for record in found]
    restricting: dict[str, int] = {}
    for holder, via, record in held:
        if record in reach.deleted.get(holder.id, set()):
            continue
        if via.on_delete == "restrict":
            restricting[via.id] = restricting.get(via.id, 0) + 1
        else:
            reach.emptied.setdefault((holder.id, record), set()).add(via.key)
    reach.refused = [_refusal(records, via_id, number) for via_id, number in restricting.items()]
    return reach


def _refusal(records: Records, via_id: str, number: int) -> Diagnostic:
    holder, via = records.catalogue.model.field(via_id)
    names = dict(holder.labels) or {"en": holder.name, "zh": holder.name}
    return Diagnostic("delete-restricted", params={"entity": names, "field": via.name, "count": number}, target=via_id)


def _holders(records: Records, holder: Entity, via: Field, targets: Collection[int]) -> set[int]:
    table, found = records.catalogue.table(holder.id), set[int]()
    for part in chunks(sorted(targets)):
        rows = select(table.c.id).where(table.c[via.key].in_(part) & table.c.deleted_at.is_(None))
        found.update(records.connection.execute(rows).scalars())
    return found


def _set_deleted(records: Records, entity: str, ids: Collection[int], deleted_at: int | None, stamp: Stamp) -> None:
    records.changing(entity)
    entity_table = records.catalogue.tables[entity]
    table = entity_table.table
    statement = (
        table.update()
        .where(table.c.id == bindparam("record"))
        .values(deleted_at=deleted_at, updated_at=stamp.at, updated_by=stamp.actor, version=table.c.version + 1)
    )
    with translated(records.connection, entity_table):
        records.connection.execute(statement, [{"record": record} for record in sorted(ids)])


def _holders_changed(records: Records, reach: _Reach, stamp: Stamp) -> list[RecordChange]:
    """Changes of records whose references now read as empty."""
    made: list[RecordChange] = []
    by_entity: dict[str, list[int]] = {}
    for entity, record in sorted(reach.emptied):
        by_entity.setdefault(entity, []).append(record)
    for entity, some in by_entity.items():
        now = records.read(entity, some, lock=True)
        raw = _physical(records, entity, some)
        part = []
        for record in some:
            keys = reach.emptied[entity, record]
            before = {**now[record], **{key: raw[record][key] for key in keys}}
            after = touched(before, dict.fromkeys(keys), stamp)
            part.append(RecordChange(entity, record, before, after))
        records.touch(entity, part)
        change_log.append(records.connection, part, stamp)
        made += part
    return made


def _physical(records: Records, entity: str, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """The reference columns as they lie in the table, whether their targets live or not."""
    entity_table = records.catalogue.tables[entity]
    keys = [f.key for f in entity_table.references]
    found: dict[int, dict[str, int]] = {}
    for part in chunks(sorted(ids)):
        rows = select(entity_table.table.c.id, *(entity_table.table.c[key] for key in keys))
        for row in records.connection.execute(rows.where(entity_table.table.c.id.in_(part))):
            found[row[0]] = dict(zip(keys, row[1:], strict=True))
    return found


def restore(records: Records, entity: str, ids: Collection[int], stamp: Stamp) -> list[RecordChange]:
    """Brings deleted records back, with the records that went with them by cascade and the references to them.

    Raises `RecordsGone` for ids that are not deleted records, `NotUnique` when a unique value is taken meanwhile.
    """
    back = _went_together(records, entity, set(ids))
    made: list[RecordChange] = []
    holders: dict[tuple[str, int], set[str]] = {}
    for restored, some in back.items():
        for holder, via in records.catalogue.holders(restored):
            for record in _holders(records, holder, via, some):
                holders.setdefault((holder.id, record), set()).add(via.key)
    for restored, some in back.items():
        _set_deleted(records, restored, some, None, stamp)
    for restored, some in back.items():
        after = records.read(restored, some)
        made += [RecordChange(restored, record, None, after[record]) for record in sorted(some)]
    change_log.append(records.connection, made, stamp, "restore")
    return made + _holders_again(records, holders, stamp)


def _went_together(records: Records, entity: str, ids: set[int]) -> dict[str, set[int]]:
    """The records to bring back: those asked for, and those that the same write deleted by cascade."""
    missing = ids - records.read_deleted(entity, ids).keys()
    if missing:
        raise RecordsGone.naming(sorted(missing))
    back = {entity: set(ids)}
    waiting = [(entity, set(ids))]
    while waiting:
        target, some = waiting.pop()
        for holder, via in records.catalogue.holders(target):
            if via.on_delete != "cascade":
                continue
            new = _deleted_with(records, holder, via, some) - back.get(holder.id, set())
            if new:
                back.setdefault(holder.id, set()).update(new)
                waiting.append((holder.id, new))
    return back


def _deleted_with(records: Records, holder: Entity, via: Field, targets: Collection[int]) -> set[int]:
    """Records that refer to these by a cascading reference and were deleted at the same instant."""
    held, found = records.catalogue.table(holder.id), set[int]()
    target = records.catalogue.table(via.to or "").alias("target")
    joined = select(held.c.id).join(target, held.c[via.key] == target.c.id)
    for part in chunks(sorted(targets)):
        rows = joined.where(target.c.id.in_(part) & (held.c.deleted_at == target.c.deleted_at))
        found.update(records.connection.execute(rows).scalars())
    return found


def _holders_again(records: Records, holders: dict[tuple[str, int], set[str]], stamp: Stamp) -> list[RecordChange]:
    made: list[RecordChange] = []
    for (entity, record), keys in sorted(holders.items()):
        now = records.read(entity, [record], lock=True).get(record)
        if now is None:
            continue
        after = touched(now, {}, stamp)
        before = {**now, **dict.fromkeys(keys)}
        change = RecordChange(entity, record, before, after)
        records.touch(entity, [change])
        change_log.append(records.connection, [change], stamp)
        made.append(change)
    return made


def holders_of(records: Records, entity: str, record: int) -> dict[str, set[int]]:
    """The live records that refer to one, by entity."""
    found: dict[str, set[int]] = {}
    for holder, via in records.catalogue.holders(entity):
        some = _holders(records, holder, via, [record])
        if some:
            found.setdefault(holder.id, set()).update(some)
    return found
