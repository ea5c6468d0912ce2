"""A write of a simulation worked out: ids checked, system fields set, cascades and emptied references found."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from ruleloom.dsl.types import RecordId, Value
from ruleloom.dsl.vocabulary import EntityWords, FieldWords
from ruleloom.engine import intents as i
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import Entity
from ruleloom.forms.validation import kept_values
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.pipeline.merging import merged
from ruleloom.runtime.pipeline.ports import Cause
from ruleloom.runtime.simulation.tables import Tables

USER = "user"
_SYSTEM = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "version"})


class Refused(RuleloomError):
    """A write that cannot be: an unknown id, an id used twice, a reference that is restricted."""


def _kept(entity: EntityWords, values: Mapping[str, Value]) -> dict[str, Value]:
    """What a rule worked out, as the fields keep it: the same check as for the rules' writes in production."""
    kept, errors = kept_values(cast("Entity", entity), values)
    if errors:
        raise Refused(*errors)
    return kept


def refused(code: str, **params: Any) -> Refused:
    """The error with one diagnostic."""
    return Refused(Diagnostic(code, params=params))


class Writes:
    """Works writes out against the tables, without doing them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._automatic: dict[str, int] = {}
        self._beside: set[tuple[str, RecordId | None]] = set()
        """Records that come with the write which is being worked out."""

    def changes(self, write: i.Write, at: int, cause: Cause) -> tuple[RecordChange, ...]:
        """The changes of a write; none when it leaves everything as it was. Raises Refused."""
        if isinstance(write, i.WriteTogether):
            return self._together(write, at, cause)
        if isinstance(write, i.CreateRecord):
            return (self._created(write, at, cause),)
        if isinstance(write, i.UpdateRecords):
            return tuple(
                change
                for record, values in write.values.items()
                if (change := self._updated(write.entity, record, values, at, cause)) is not None
            )
        return self._deleted(write.entity, write.record)

    def _together(self, write: i.WriteTogether, at: int, cause: Cause) -> tuple[RecordChange, ...]:
        """Several writes at once, which may refer to what each other makes."""
        self._beside = {(part.entity, part.record) for part in write.parts if isinstance(part, i.CreateRecord)}
        try:
            return merged([self.changes(part, at, cause) for part in write.parts])
        finally:
            self._beside = set()

    def _created(self, write: i.CreateRecord, at: int, cause: Cause) -> RecordChange:
        table = self._tables.tables[write.entity]
        record = write.record if write.record is not None else self._automatic_id(write.entity)
        if record in table.rows:
            raise refused("record-exists", entity=table.entity.name, record=str(record))
        snapshot: dict[str, Value] = dict.fromkeys(table.keys)
        snapshot.update(table.defaults)
        for key in table.numbered:
            place = f"{write.entity}.{key}"
            self._automatic[place] = self._automatic.get(place, 0) + 1
            snapshot[key] = Decimal(self._automatic[place])
        snapshot.update(self._checked(write.entity, write.values, cause))
        snapshot.update(
            id=record, created_at=at, updated_at=at, created_by=cause.actor, updated_by=cause.actor, version=1
        )
        return RecordChange(write.entity, record, None, snapshot)

    def _automatic_id(self, entity: str) -> str:
        name = self._tables.tables[entity].entity.name
        while True:
            self._automatic[name] = self._automatic.get(name, 0) + 1
            record = f"auto-{self._automatic[name]}"
            if record not in self._tables.tables[entity].rows:
                return record

    def mark(self) -> dict[str, int]:
        """How far automatic ids are given, to go back to."""
        return dict(self._automatic)

    def reset(self, mark: dict[str, int]) -> None:
        """Goes back to a mark."""
        self._automatic = mark

    def _updated(
        self, entity: str, record: RecordId, values: Mapping[str, Value], at: int, cause: Cause
    ) -> RecordChange | None:
        table = self._tables.tables[entity]
        before = table.rows.get(record)
        if before is None:
            raise refused("record-unknown", entity=table.entity.name, record=str(record))
        checked = self._checked(entity, values, cause)
        if all(_same(before[key], value) for key, value in checked.items()):
            return None
        return RecordChange(entity, record, before, _next(before, checked, at, cause))

    def _checked(self, entity: str, values: Mapping[str, Value], cause: Cause) -> dict[str, Value]:
        table = self._tables.tables[entity]
        checked = dict(values) if cause.firing is None else _kept(table.entity, values)
        for key in table.references:
            value = checked.get(key)
            if value is None:
                continue
            field = table.by_key[key]
            target = field.value_type.entity or ""
            if target == USER or value in self._tables.tables[target].rows or (target, value) in self._beside:
                continue
            if cause.firing is None:
                raise refused("reference-unknown", field=field.name, record=str(value), entity=target)
            checked[key] = None
        return checked

    def _deleted(self, entity: str, record: RecordId) -> tuple[RecordChange, ...]:
        tables = self._tables.tables
        if record not in tables[entity].rows:
            raise refused("record-unknown", entity=tables[entity].entity.name, record=str(record))
        gone: dict[tuple[str, RecordId], None] = {(entity, record): None}
        emptied: dict[tuple[str, RecordId], list[str]] = {}
        restricting: list[tuple[str, RecordId, FieldWords]] = []
        for target, target_record in _growing(gone):
            for holder_entity, field in self._tables.pointing[target]:
                for holder in tables[holder_entity].shelf(field.key, target_record):
                    rule = getattr(field, "on_delete", "empty")
                    if rule == "cascade":
                        gone.setdefault((holder_entity, holder))
                    elif rule == "restrict":
                        restricting.append((holder_entity, holder, field))
                    else:
                        emptied.setdefault((holder_entity, holder), []).append(field.key)
        for holder_entity, holder, field in restricting:
            if (holder_entity, holder) not in gone:
                raise refused("record-held", record=str(record), holder=f"{holder_entity}/{holder}", field=field.name)
        deletions = [RecordChange(e, r, tables[e].rows[r], None) for e, r in gone]
        updates = [self._emptied(place, keys) for place, keys in emptied.items() if place not in gone]
        return (*deletions, *updates)

    def _emptied(self, place: tuple[str, RecordId], keys: list[str]) -> RecordChange:
        before = self._tables.tables[place[0]].rows[place[1]]
        return RecordChange(*place, before, {**before, **dict.fromkeys(keys)})


def _growing(gone: dict[tuple[str, RecordId], None]) -> Any:
    """The entries of a dictionary that grows while it is walked."""
    place = 0
    while place < len(gone):
        for entry in list(gone)[place:]:
            place += 1
            yield entry


def _next(before: Snapshot, values: Mapping[str, Value], at: int, cause: Cause) -> Snapshot:
    version = before["version"]
    assert isinstance(version, int)  # noqa: S101 - a system field that only this file sets
    return {**before, **values, "updated_at": at, "updated_by": cause.actor, "version": version + 1}


def _same(before: Value, after: Value) -> bool:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return set(before) == set(after)
    return before == after
