"""The door for writes of records: one verb per function, each one transaction; the `…_in` forms join a given one.

Values come in as JSON (as the HTTP API describes them), for rules and imports as values of `dsl.types` too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Single, UpdateRecords
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import Entity
from ruleloom.forms.validation import ValidationError
from ruleloom.messages import Diagnostic
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.pipeline.ports import Outcome
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing import requirements
from ruleloom.runtime.writing.examining import examine
from ruleloom.runtime.writing.restoring import RestoreRecord
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import idempotency
from ruleloom.storage.database import AlreadyThere

Given = Mapping[str, Any]
T = TypeVar("T")
BULK = 1000
"""Records that one bulk command takes; it is one transaction and one simultaneous write."""


class Written(NamedTuple):
    """What a write did: the record as it is now (None: deleted), and the ids of the firings that it caused."""

    entity: Entity
    record: RecordId
    snapshot: Snapshot | None
    before: Snapshot | None
    firings: Sequence[int]
    warnings: Sequence[str]
    queued: int = 0
    """Records that the write concerns and that are evaluated in a moment because they are so many."""


Show = Callable[[UnitOfWork, Written], T]
"""How the caller wants the answer; asked inside the transaction, so that it can be kept with an idempotency key."""


def create(
    workspace: Workspace, actor: Actor, entity: str, values: Given, *, show: Show[T], key: str | None = None
) -> T:
    """Creates a record. With an idempotency `key` a repetition gives the first answer and creates nothing."""

    def command(uow: UnitOfWork) -> T:
        return show(uow, create_in(uow, entity, values))

    if key is None:
        return workspace.transact(command, actor)
    return _once(workspace, actor, key, {"entity": entity, "values": values}, command)


def update(
    workspace: Workspace, actor: Actor, entity: str, record: str, values: Given, version: int, *, show: Show[T]
) -> T:
    """Changes fields of a record whose present version is `version`; `StaleVersion` (412) otherwise."""
    return workspace.transact(lambda uow: show(uow, update_in(uow, entity, id_of(record), values, version)), actor)


def delete(workspace: Workspace, actor: Actor, entity: str, record: str, version: int, *, show: Show[T]) -> T:
    """Deletes a record whose present version is `version`; references to it read as empty until it is restored."""
    return workspace.transact(lambda uow: show(uow, delete_in(uow, entity, id_of(record), version)), actor)


def restore(workspace: Workspace, actor: Actor, entity: str, record: str, *, show: Show[T]) -> T:
    """Brings a deleted record back with its cascades and the references to it."""
    return workspace.transact(lambda uow: show(uow, restore_in(uow, entity, id_of(record))), actor)


def bulk(
    workspace: Workspace, actor: Actor, entity: str, changes: Mapping[str, tuple[Given, int | None]], *, show: Show[T]
) -> list[T]:
    """Changes several records in one simultaneous write, all or none: id → (values, version seen or None)."""
    if len(changes) > BULK:
        raise Conflict.of("too-many-at-once", limit=BULK)

    def command(uow: UnitOfWork) -> list[T]:
        given = {id_of(record): changes[record] for record in sorted(changes, key=id_of)}
        return [show(uow, written) for written in update_together_in(uow, entity, given)]

    return workspace.transact(command, actor, origin="bulk")


# ---- inside a transaction


def create_in(uow: UnitOfWork, entity: str, values: Given) -> Written:
    """Creates a record."""
    found = uow.published.entity(entity)
    access.require(uow.actor, Verb.CREATE, found.id)
    clean, wrong = requirements.read(uow, found, values, Verb.CREATE)
    record = uow.workspace.ids.next()
    outcome = _carried_out(uow, CreateRecord(found.id, clean, record), wrong)
    return _written(uow, found, record, outcome)


def update_in(uow: UnitOfWork, entity: str, record: RecordId, values: Given, version: int | None = None) -> Written:
    """Changes fields of a record."""
    found = uow.published.entity(entity)
    access.require(uow.actor, Verb.UPDATE, found.id)
    clean, wrong = requirements.read(uow, found, values, Verb.UPDATE)
    _expect(uow, found, record, version)
    outcome = _carried_out(uow, UpdateRecords(found.id, {record: clean}), wrong)
    return _written(uow, found, record, outcome)


def update_together_in(uow: UnitOfWork, entity: str, changes: Mapping[int, tuple[Given, int | None]]) -> list[Written]:
    """Changes fields of several records at once: rules see the state before and after all of it, none between."""
    found = uow.published.entity(entity)
    access.require(uow.actor, Verb.UPDATE, found.id)
    clean: dict[RecordId, Mapping[str, Value]] = {}
    wrong: dict[tuple[object, ...], Diagnostic] = {}
    for record, (values, version) in changes.items():
        clean[record], refused = requirements.read(uow, found, values, Verb.UPDATE)
        wrong |= {(each.code, each.target, repr(each.params)): each for each in refused}
        if version is not None:
            uow.desk.expected[record] = version
    uow.desk.lock(found.id, list(clean))
    outcome = _carried_out(uow, UpdateRecords(found.id, clean), list(wrong.values()))
    return _written_together(uow, found, list(changes), outcome)


def delete_in(uow: UnitOfWork, entity: str, record: RecordId, version: int | None = None) -> Written:
    """Deletes a record."""
    found = uow.published.entity(entity)
    access.require(uow.actor, Verb.DELETE, found.id)
    _expect(uow, found, record, version)
    outcome = uow.change(DeleteRecord(found.id, record))
    return _written(uow, found, record, outcome)


def restore_in(uow: UnitOfWork, entity: str, record: int) -> Written:
    """Brings a deleted record back."""
    found = uow.published.entity(entity)
    access.require(uow.actor, Verb.RESTORE, found.id)
    if not uow.records.read_deleted(found.id, [record]):
        raise Missing.of("not-deleted")
    outcome = uow.change(cast("Any", RestoreRecord(found.id, record)))
    return _written(uow, found, record, outcome)


def _carried_out(uow: UnitOfWork, write: Single, wrong: Sequence[Diagnostic]) -> Outcome:
    """Writes; input that could not be read is refused together with everything else that the write misses."""
    if not wrong:
        return uow.change(write)
    found = examine(uow, write, {each.target or "" for each in wrong})
    found.fields[:0] = wrong
    raise found.refusal() or ValidationError(*wrong)


def _expect(uow: UnitOfWork, entity: Entity, record: RecordId, version: int | None) -> None:
    """Locks the record before the instant of the write is read, and remembers the version that the writer saw."""
    uow.desk.lock(entity.id, [record])
    if version is not None:
        uow.desk.expected[record] = version


def _written(uow: UnitOfWork, entity: Entity, record: RecordId, outcome: Outcome) -> Written:
    """The state after everything that the rules did, with all firings of this write and of what it led to."""
    return _written_together(uow, entity, [record], outcome)[0]


def _written_together(uow: UnitOfWork, entity: Entity, records: Sequence[RecordId], outcome: Outcome) -> list[Written]:
    """The same for several records: each has the firings about itself, the first one those about others too."""
    after = uow.records.read(entity.id, records)
    before = {
        change.record: change.after if change.before is None and change.record not in after else change.before
        for change in outcome.changes
        if change.entity == entity.id
    }  # a record that a rule deleted as soon as it was made is shown as it was made
    warnings = [*outcome.warnings, *[text for text in uow.desk.warnings if text not in outcome.warnings]]
    firings: dict[RecordId, list[int]] = {record: [] for record in records}
    for firing in uow.desk.entered:
        own = firing.record if firing.entity == entity.id and firing.record in firings else records[0]
        firings[own].append(cast("int", firing.id))
    uow.desk.entered.clear()
    uow.desk.warnings.clear()
    return [
        Written(entity, record, after.get(record), before.get(record), firings[record], warnings, outcome.queued)
        for record in records
    ]


# ---- idempotency keys


def _once(
    workspace: Workspace, actor: Actor, key: str, request: Mapping[str, Any], command: Callable[[UnitOfWork], T]
) -> T:
    """Runs a command once per key and actor; the answer is kept in the same transaction as the write."""
    asked = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    user = cast("int", actor.user or 0)

    def once(uow: UnitOfWork) -> T:
        kept = idempotency.find(uow.connection, key, user)
        if kept is not None:
            return cast("T", _same_request(asked, *kept))
        answer = command(uow)
        idempotency.keep(uow.connection, key, user, asked, answer, uow.now)
        return answer

    try:
        return workspace.transact(once, actor)
    except AlreadyThere:  # the same request came in twice at the same moment; the other one is committed
        return workspace.transact(once, actor)


def _same_request(asked: str, first: str, answer: Value) -> Value:
    if asked != first:
        raise Conflict.of("key-used-otherwise")
    return answer
