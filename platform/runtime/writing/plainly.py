"""Many rows written without rules, forms and gates: required fields are looked at, and what the database refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Single, UpdateRecords
from ruleloom.engine.store import RecordChange
from ruleloom.forms.entity import Entity
from ruleloom.forms.validation import shown_name
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.people.leaving import follow
from ruleloom.runtime.writing.rows import Chunk, Written
from ruleloom.storage.records.records import NewRecord, RecordUpdate

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Values = Mapping[str, Value]


class RowIncomplete(RuleloomError):
    """A required field is empty; the target of each diagnostic is its key."""


def write(uow: UnitOfWork, chunk: Chunk) -> Written:
    """Writes all of a chunk, or none; then what cannot be is said."""
    plain, parts = _Plain(uow), chunk.parts
    refused = {place: error for place, part in enumerate(parts) if (error := plain.refusal(part)) is not None}
    if refused:
        return chunk.refused(refused)
    try:
        with uow.desk.savepoint():
            made = plain.put(parts)
    except RuleloomError as error:  # the database does not say which
        return chunk.refused(plain.refused_alone(parts) or {len(parts) - 1: error})
    uow.wrote = uow.wrote or bool(made)
    return Written(changed={(change.entity, change.record) for change in made})


def lacking(
    uow: UnitOfWork, entity: Entity, values: Values, unread: Collection[str], *, new: bool
) -> Sequence[Diagnostic]:
    """Required fields that are empty, without those whose value could not be read."""
    plain = _Plain(uow)
    keys = plain.lacking(entity.id, {**plain.of(entity.id).defaults, **values} if new else values, new=new)
    return _empty(entity, [key for key in keys if key not in unread])


def _empty(entity: Entity, keys: Iterable[str]) -> list[Diagnostic]:
    return [Diagnostic("value-missing", params={"field": shown_name(entity.by_key[key])}, target=key) for key in keys]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is asked of the records of an entity."""

    entity: Entity
    defaults: Values
    required: Sequence[str]


class _Plain:
    """One write; what its entities ask for is looked up once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._kept: dict[str, _Kept] = {}

    def of(self, entity_id: str) -> _Kept:
        """What an entity asks for."""
        known = self._kept.get(entity_id)
        if known is None:
            entity = self._uow.published.model.entity(entity_id)
            raw = {f.key: f.default for f in entity.fields if not f.system and f.default is not None}
            defaults = self._uow.published.validator(entity).check(raw)[0] if raw else {}
            required = [field.key for field in entity.fields if field.required and not field.system]
            known = self._kept[entity_id] = _Kept(entity, defaults, required)
        return known

    def lacking(self, entity: str, values: Values, *, new: bool) -> list[str]:
        """Required fields that are empty."""
        return [key for key in self.of(entity).required if (new or key in values) and values.get(key) is None]

    def refusal(self, part: Single) -> RuleloomError | None:
        """Why a part cannot be, as far as it says itself."""
        if isinstance(part, DeleteRecord) or not self.of(part.entity).required:
            return None
        kept = self.of(part.entity)
        if isinstance(part, CreateRecord):
            keys = self.lacking(part.entity, {**kept.defaults, **part.values}, new=True)
        else:
            keys = [key for values in part.values.values() for key in self.lacking(part.entity, values, new=False)]
        return RowIncomplete(*_empty(kept.entity, keys)) if keys else None

    def put(self, parts: Sequence[Single]) -> list[RecordChange]:
        """All new records of an entity in one statement, then all changes, then what goes."""
        new: dict[str, list[NewRecord]] = {}
        changed: dict[str, list[RecordUpdate]] = {}
        for part in parts:
            if isinstance(part, CreateRecord):
                values = {**self.of(part.entity).defaults, **part.values}
                new.setdefault(part.entity, []).append(NewRecord(cast("int", part.record), values))
            elif isinstance(part, UpdateRecords):
                updates = (RecordUpdate(cast("int", record), values) for record, values in part.values.items())
                changed.setdefault(part.entity, []).extend(updates)
        uow, made = self._uow, list[RecordChange]()
        stamp = uow.stamp().of_write(uow.workspace.ids.next())
        for entity, records in new.items():
            made += uow.records.insert(entity, records, stamp)
        for entity, some in changed.items():
            made += uow.records.update(entity, some, stamp)
        for part in parts:
            if isinstance(part, DeleteRecord):
                made += uow.desk.do(part, stamp)
        follow(uow, made)
        return made

    def refused_alone(self, parts: Sequence[Single]) -> dict[int, RuleloomError]:
        """Which parts are refused when they come one after the other; nothing of it stays."""
        refused: dict[int, RuleloomError] = {}
        with self._uow.desk.trial():
            for place, part in enumerate(parts):
                try:
                    with self._uow.desk.savepoint():
                        self.put([part])
                except RuleloomError as error:
                    refused[place] = error
        return refused
