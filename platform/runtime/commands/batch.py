"""The door for many rows at once (imports, syncs): one transaction, and a row that is refused does not stop the others.

Values are as in `dsl.types` and clean: the caller made them with the field types' own cleaners, and found the records
that references point to in this same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from ruleloom import access
from ruleloom.access import Verb
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord, UpdateRecords
from ruleloom.forms.entity import Entity
from ruleloom.forms.validation import shown_name
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.people.leaving import follow
from ruleloom.runtime.writing.examining import examine
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.records.records import NewRecord, RecordUpdate

Values = Mapping[str, Value]
Fate = int | RuleloomError
"""What became of a row: the id of its record, or why it was refused."""


class RowIncomplete(RuleloomError):
    """A required field is empty; the target of each diagnostic is its key."""


def create_many_in(uow: UnitOfWork, entity: Entity, rows: Sequence[Values], *, rules: bool = True) -> list[Fate]:
    """Creates records, one fate per row in order. Without `rules` nothing is evaluated and nothing fires."""
    _require(uow, Verb.CREATE, entity, rows)
    if rules:
        return [_create(uow, CreateRecord(entity.id, row, uow.workspace.ids.next())) for row in rows]
    defaults = _defaults(uow, entity)
    fates: list[Fate] = []
    new: list[NewRecord] = []
    for given in rows:
        row = {**defaults, **given}
        lacking = _lacking(entity, row, new=True)
        if lacking:
            fates.append(_incomplete(entity, lacking))
            continue
        new.append(NewRecord(uow.workspace.ids.next(), row))
        fates.append(new[-1].id)
    return _insert(uow, entity, new, fates)


def update_many_in(
    uow: UnitOfWork, entity: Entity, rows: Sequence[tuple[int, Values]], *, rules: bool = True
) -> list[tuple[Fate, bool]]:
    """Changes records, one fate per row in order; the second part says whether anything was different."""
    _require(uow, Verb.UPDATE, entity, [values for _, values in rows])
    return [_update(uow, entity, record, values, rules=rules) for record, values in rows]


def refusals_in(
    uow: UnitOfWork, entity: Entity, record: int | None, values: Values, unread: Collection[str], *, rules: bool = True
) -> Sequence[Diagnostic]:
    """Everything that would be refused of a row; nothing is written. `record`: the one it would change, if any.

    `unread` fields have no value that could be read: they are not in `values`, and what reads them is not judged.
    """
    if not rules:
        given = {**_defaults(uow, entity), **values} if record is None else values
        lacking = _lacking(entity, given, new=record is None)
        return _incomplete(entity, [key for key in lacking if key not in unread]).diagnostics
    write = CreateRecord(entity.id, values, uow.workspace.ids.next())
    try:
        return examine(uow, write if record is None else UpdateRecords(entity.id, {record: values}), unread).all()
    except RuleloomError as error:
        return error.diagnostics


def _lacking(entity: Entity, values: Values, *, new: bool) -> list[str]:
    """Required fields that are empty."""
    required = (field.key for field in entity.fields if field.required and not field.system)
    return [key for key in required if (new or key in values) and values.get(key) is None]


def _defaults(uow: UnitOfWork, entity: Entity) -> Values:
    raw = {f.key: f.default for f in entity.fields if not f.system and f.default is not None}
    return uow.published.validator(entity).check(raw)[0] if raw else {}


def _require(uow: UnitOfWork, verb: Verb, entity: Entity, rows: Sequence[Values]) -> None:
    """The right to write these records and each of these fields."""
    access.require(uow.actor, verb, entity.id)
    for key in {key for row in rows for key in row}:
        access.require(uow.actor, verb, entity.id, key)


def _update(uow: UnitOfWork, entity: Entity, record: int, values: Values, *, rules: bool) -> tuple[Fate, bool]:
    lacking = [] if rules else _lacking(entity, values, new=False)  # the road of one change looks itself
    if lacking:
        return _incomplete(entity, lacking), False
    try:
        with uow.desk.savepoint():
            if rules:
                return record, bool(uow.change(UpdateRecords(entity.id, {record: values})).changes)
            changed = uow.records.update(entity.id, [RecordUpdate(record, values)], uow.stamp())
            follow(uow, changed)
    except RuleloomError as error:
        return error, False
    uow.wrote = uow.wrote or bool(changed)
    return record, bool(changed)


def _create(uow: UnitOfWork, write: CreateRecord) -> Fate:
    try:
        with uow.desk.savepoint():
            uow.change(write)
    except RuleloomError as error:
        return error
    return cast("int", write.record)


def _incomplete(entity: Entity, keys: Sequence[str]) -> RuleloomError:
    return RowIncomplete(
        *(Diagnostic("value-missing", params={"field": shown_name(entity.by_key[k])}, target=k) for k in keys)
    )


def _insert(uow: UnitOfWork, entity: Entity, new: Sequence[NewRecord], fates: list[Fate]) -> list[Fate]:
    """All in one statement; where the database refuses one (a unique value), one by one to find which."""
    if not new:
        return fates
    uow.wrote = True
    try:
        with uow.desk.savepoint():
            uow.records.insert(entity.id, new, uow.stamp())
    except RuleloomError as error:
        if len(new) == 1:
            return [error if fate == new[0].id else fate for fate in fates]
        refused = {one.id: _insert(uow, entity, [one], [one.id])[0] for one in new}
        return [refused[fate] if isinstance(fate, int) else fate for fate in fates]
    return fates
