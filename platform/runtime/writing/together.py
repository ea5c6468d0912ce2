"""Several writes as one: a chunk of an import, a page of a sync. Worked out part by part, written in batch.

Each part is judged as if it came alone, but on the state that all of them make. When some of them cannot be, nothing is
written, and `PartsRefused` says for each of these all that is wrong with it: who wrote may leave them out and repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from ruleloom.dsl.types import Kind, RecordId, Value
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Single, UpdateRecords, WriteTogether
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.gates import GateError
from ruleloom.messages import RuleloomError
from ruleloom.runtime.people.leaving import follow
from ruleloom.runtime.pipeline.merging import merged
from ruleloom.runtime.pipeline.ports import Cause, Prepared
from ruleloom.runtime.writing import stage_gates
from ruleloom.runtime.writing.requirements import There, Wrong, update_of
from ruleloom.storage.conflicts import RecordsGone
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.records import NewRecord

if TYPE_CHECKING:
    from ruleloom.runtime.writing.desk import SqlDesk

Before = Mapping[str, Mapping[RecordId, Snapshot]]


class PartsRefused(RuleloomError):
    """Parts of a simultaneous write cannot be, so nothing of it happened; `parts`: why, by their places."""

    status = 422

    def __init__(self, parts: Mapping[int, RuleloomError]) -> None:
        self.parts = parts
        super().__init__(*(diagnostic for error in parts.values() for diagnostic in error.diagnostics))


def prepare(desk: SqlDesk, write: WriteTogether, at: int, cause: Cause) -> Prepared:
    """Works all parts out on one state; PartsRefused with all that is wrong with each of them."""
    return _Working(desk, write, at, cause).prepared()


class _Working:
    """One simultaneous write on its way."""

    def __init__(self, desk: SqlDesk, write: WriteTogether, at: int, cause: Cause) -> None:
        self._desk, self._write, self._at, self._cause = desk, write, at, cause
        self._stamp = desk.stamp(at, cause)
        self._refused: dict[int, RuleloomError] = {}

    def prepared(self) -> Prepared:
        """The write as it will be."""
        there, before = self._there(), self._before()
        wrongs = [Wrong() for _ in self._write.parts]
        parts = [
            self._worked_out(place, part, wrongs[place], there, before) for place, part in enumerate(self._write.parts)
        ]
        self._number(parts)
        for place, changes in enumerate(parts):
            self._judge(place, changes, wrongs[place])
        if self._refused:
            raise PartsRefused(self._refused)
        waits = any(self._desk.waits(part) for part in self._write.parts)
        return Prepared(self._write, merged(parts), self._cause, self._at, waits, tuple(map(tuple, parts)))

    def _there(self) -> There:
        """Which of the records that parts refer to there are, with those that come with them: a query per entity."""
        made: dict[str, set[int]] = {}
        named: dict[str, set[int]] = {}
        for part in self._write.parts:
            if isinstance(part, CreateRecord):
                made.setdefault(part.entity, set()).add(cast("int", part.record))
            for values in _values(part):
                for entity, record in self._references(part.entity, values):
                    named.setdefault(entity, set()).add(record)
        records = self._desk.uow.records
        return {
            entity: records.live(entity, ids - made.get(entity, set())) | made.get(entity, set())
            for entity, ids in named.items()
        }

    def _references(self, entity: str, values: Mapping[str, Value]) -> Iterator[tuple[str, int]]:
        fields = self._desk.uow.published.model.entity(entity).by_key
        for key, value in values.items():
            field = fields[key]
            if value is not None and field.to is not None and field.value_type.kind is Kind.RECORD:
                yield field.to, cast("int", value)

    def _before(self) -> Before:
        """The records that parts change, locked in order."""
        wanted: dict[str, set[RecordId]] = {}
        for part in self._write.parts:
            if isinstance(part, UpdateRecords):
                wanted.setdefault(part.entity, set()).update(part.values)
        return {entity: self._desk.uow.records.read(entity, ids, lock=True) for entity, ids in sorted(wanted.items())}

    def _worked_out(self, place: int, part: Single, wrong: Wrong, there: There, before: Before) -> list[RecordChange]:
        if isinstance(part, CreateRecord):
            after = self._desk.new_state(part, self._stamp, self._cause, wrong, there)
            return [RecordChange(part.entity, cast("RecordId", after["id"]), None, after)]
        try:
            if isinstance(part, DeleteRecord):
                return self._desk.rehearsed(part, self._stamp, self._cause)
            gone = [cast("int", record) for record in part.values if record not in before[part.entity]]
            if gone:
                raise RecordsGone.naming(gone)
            return self._desk.next_states(part, before[part.entity], self._stamp, self._cause, wrong, there)
        except RuleloomError as error:
            self._refused[place] = error
            return []

    def _number(self, parts: Sequence[Sequence[RecordChange]]) -> None:
        new: dict[str, list[dict[str, Value]]] = {}
        for part, changes in zip(self._write.parts, parts, strict=True):
            if isinstance(part, CreateRecord):
                new.setdefault(part.entity, []).append(cast("dict[str, Value]", changes[0].after))
        for entity, states in new.items():
            self._desk.number(entity, states)

    def _judge(self, place: int, changes: Sequence[RecordChange], wrong: Wrong) -> None:
        """Forms and gates; of a part that cannot be, also what only the written state would show."""
        wrong.lack(stage_gates.missing(self._desk.uow, changes, self._cause, self._at, wrong.unread, related=False))
        if changes and wrong.all():
            alone = Prepared(self._write.parts[place], tuple(changes), self._cause, self._at)
            self._desk.look_ahead(alone, wrong)
        refusal = wrong.refusal()
        if refusal is not None:
            self._refused[place] = refusal


def _values(part: Single) -> Iterator[Mapping[str, Value]]:
    if isinstance(part, CreateRecord):
        yield part.values
    elif isinstance(part, UpdateRecords):
        yield from part.values.values()


# ---- hop 5 -------------------------------------------------------------------------------------------------------


def apply(desk: SqlDesk, prepared: Prepared, write: WriteTogether) -> None:
    """Writes all parts and the change log; then the gates that read other records, on the state as written."""
    uow = desk.uow
    _require(_people(desk, prepared))
    stamp = desk.stamp(prepared.at, prepared.cause).of_write(uow.workspace.ids.next())
    nested = desk.connection.begin_nested()
    try:
        _put(desk, prepared, write, stamp)
    except RuleloomError as error:  # the database refuses: it does not say which
        nested.rollback()
        raise PartsRefused(_refused_alone(desk, prepared, write, stamp) or {len(write.parts) - 1: error}) from error
    nested.commit()
    uow.wrote = True
    _require(_lacking(desk, prepared))


def _require(refused: Iterable[tuple[int, RuleloomError]]) -> None:
    parts = dict(refused)
    if parts:
        raise PartsRefused(parts)


def _people(desk: SqlDesk, prepared: Prepared) -> Iterator[tuple[int, RuleloomError]]:
    """Accounts follow the records of their people."""
    for place, changes in enumerate(prepared.parts):
        try:
            follow(desk.uow, changes)
        except RuleloomError as error:
            yield place, error


def _put(desk: SqlDesk, prepared: Prepared, write: WriteTogether, stamp: Stamp) -> None:
    records = desk.uow.records
    new: dict[str, list[NewRecord]] = {}
    changed: dict[str, list[RecordChange]] = {}
    for part, changes in zip(write.parts, prepared.parts, strict=True):
        if isinstance(part, CreateRecord):
            after = dict(cast("Snapshot", changes[0].after))
            new.setdefault(part.entity, []).append(NewRecord(cast("int", changes[0].record), after))
        elif isinstance(part, UpdateRecords):
            changed.setdefault(part.entity, []).extend(changes)
    for entity, made in new.items():
        records.insert(entity, made, stamp)
    for entity, found in changed.items():
        before = {change.record: cast("Snapshot", change.before) for change in found}
        records.update(entity, [update_of(change) for change in found], stamp, before)
    for part in write.parts:
        if isinstance(part, DeleteRecord):
            desk.do(part, stamp)
    records.wrote()


def _refused_alone(desk: SqlDesk, prepared: Prepared, write: WriteTogether, stamp: Stamp) -> dict[int, RuleloomError]:
    """Which parts the database refuses, and why, when they come one after the other; nothing of it stays."""
    refused: dict[int, RuleloomError] = {}
    rehearsal = desk.connection.begin_nested()
    try:
        for place, part in enumerate(write.parts):
            one = prepared._replace(changes=prepared.parts[place], parts=(prepared.parts[place],))
            nested = desk.connection.begin_nested()
            try:
                _put(desk, one, WriteTogether((part,)), stamp)
            except RuleloomError as error:
                nested.rollback()
                refused[place] = error
            else:
                nested.commit()
    finally:
        rehearsal.rollback()
    return refused


def _lacking(desk: SqlDesk, prepared: Prepared) -> Iterator[tuple[int, RuleloomError]]:
    for place, changes in enumerate(prepared.parts):
        found = list(stage_gates.missing(desk.uow, changes, prepared.cause, prepared.at, related=True))
        if found:
            yield place, GateError(*found)
