"""Records in memory with what makes reading cheap: reverse references, and per parent the rows in order of time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from ruleloom.dsl.types import Kind, RecordId, Value
from ruleloom.dsl.vocabulary import EntityWords, FieldWords, Vocabulary
from ruleloom.engine.store import Snapshot, Speaker

Row = tuple[int, int, RecordId]
"""Time, order of creation, id."""
Undo = list[tuple[Callable[..., Any], tuple[Any, ...]]]


class Shelf:
    """The rows that point to one record, those with a time in order of time and creation."""

    __slots__ = ("loose", "timed")

    def __init__(self) -> None:
        self.timed: list[Row] = []
        self.loose: dict[RecordId, int] = {}

    def __len__(self) -> int:
        return len(self.timed) + len(self.loose)

    def __iter__(self) -> Iterator[RecordId]:
        yield from self.loose
        for _, _, record in self.timed:
            yield record

    def put(self, record: RecordId, time: int | None, order: int) -> None:
        """Adds a row."""
        if time is None:
            self.loose[record] = order
        else:
            insort(self.timed, (time, order, record))

    def take(self, record: RecordId, time: int | None, order: int) -> None:
        """Removes a row."""
        if time is None:
            del self.loose[record]
        else:
            del self.timed[bisect_left(self.timed, (time, order, record))]


EMPTY_SHELF = Shelf()


class Follower(Protocol):
    """What hears of every change of a table's rows, those that are taken back too."""

    def put(self, row: Snapshot, order: int) -> None:
        """A row comes in."""
        ...

    def take(self, row: Snapshot, order: int) -> None:
        """A row goes."""
        ...

    def replace(self, old: Snapshot, new: Snapshot, order: int) -> None:
        """A row has another state."""
        ...


class Table:
    """The live records of one entity."""

    def __init__(self, entity: EntityWords) -> None:
        self.entity = entity
        self.keys = [field.key for field in entity.fields]
        self.by_key: dict[str, FieldWords] = {field.key: field for field in entity.fields}
        self.time_key = entity.time_field.key
        self.time_kind = entity.time_field.value_type.kind
        self.time_is_date = self.time_kind is Kind.DATE
        self.rows: dict[RecordId, Snapshot] = {}
        self.order: dict[RecordId, int] = {}
        self.references = [
            field.key for field in entity.fields if field.value_type.kind is Kind.RECORD and field.key != "id"
        ]
        self.shelves: dict[str, dict[Any, Shelf]] = {key: {} for key in self.references}
        self.defaults: dict[str, Value] = {}
        """Values of a new record where none are given."""
        self.numbered = [f.key for f in entity.fields if getattr(f, "type", "") == "autonumber"]
        self.touched: set[RecordId] | None = None
        """Records changed since a mirror last looked; None while nobody does."""
        self.numbers: dict[RecordId, list[int]] = {}
        """Under which numbers a mirror holds a record."""
        self.followers: dict[Hashable, Follower] = {}
        """What is kept in step with the rows, by what it is."""

    def shelf(self, key: str, target: RecordId) -> Shelf:
        """The records whose field `key` holds `target`."""
        return self.shelves[key].get(target, EMPTY_SHELF)

    def put(self, record: RecordId, snapshot: Snapshot, order: int) -> None:
        """Adds a record."""
        if self.touched is not None:
            self.touched.add(record)
        self.rows[record] = snapshot
        self.order[record] = order
        time = snapshot[self.time_key]
        for key in self.references:
            target = snapshot[key]
            if target is not None:
                self._shelf(key, target).put(record, time, order)  # type: ignore[arg-type]
        for follower in self.followers.values():
            follower.put(snapshot, order)

    def take(self, record: RecordId) -> None:
        """Removes a record."""
        if self.touched is not None:
            self.touched.add(record)
        snapshot, order = self.rows.pop(record), self.order.pop(record)
        time = snapshot[self.time_key]
        for key in self.references:
            target = snapshot[key]
            if target is not None:
                self.shelves[key][target].take(record, time, order)  # type: ignore[arg-type]
        for follower in self.followers.values():
            follower.take(snapshot, order)

    def replace(self, record: RecordId, snapshot: Snapshot) -> None:
        """Puts a record's new state in place of the old one."""
        if self.touched is not None:
            self.touched.add(record)
        old, order = self.rows[record], self.order[record]
        self.rows[record] = snapshot
        before, after = old[self.time_key], snapshot[self.time_key]
        for key in self.references:
            source, target = old[key], snapshot[key]
            if source == target and before == after:
                continue
            if source is not None:
                self.shelves[key][source].take(record, before, order)  # type: ignore[arg-type]
            if target is not None:
                self._shelf(key, target).put(record, after, order)  # type: ignore[arg-type]
        for follower in self.followers.values():
            follower.replace(old, snapshot, order)

    def _shelf(self, key: str, target: Any) -> Shelf:
        shelves = self.shelves[key]
        found = shelves.get(target)
        if found is None:
            found = shelves[target] = Shelf()
        return found


class Tables:
    """All records of a workspace in memory, with a journal that can take writes back."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.tables: dict[str, Table] = {entity.id: Table(entity) for entity in vocabulary.entities}
        self.field_places: dict[str, tuple[str, str]] = {
            field.id: (entity.id, field.key) for entity in vocabulary.entities for field in entity.fields
        }
        self.pointing: dict[str, list[tuple[str, FieldWords]]] = {entity.id: [] for entity in vocabulary.entities}
        for entity in vocabulary.entities:
            for field in entity.fields:
                target = field.value_type.entity
                if field.value_type.kind is Kind.RECORD and field.key != "id" and target in self.pointing:
                    self.pointing[target].append((entity.id, field))
        self._made = 0
        self.speaker: Speaker | None = None
        """The rule's record while lists of another one are looked through: what `this` means in them."""

    @contextmanager
    def spoken_by(self, speaker: Speaker | None) -> Iterator[None]:
        """Within it, `this` means that record; None where it means the record asked of."""
        before, self.speaker = self.speaker, speaker
        try:
            yield
        finally:
            self.speaker = before

    def create(self, entity: str, record: RecordId, snapshot: Snapshot, journal: Undo) -> None:
        """Adds a record at the end of the order of creation."""
        self._made += 1
        self.tables[entity].put(record, snapshot, self._made)
        journal.append((self.tables[entity].take, (record,)))

    def update(self, entity: str, record: RecordId, snapshot: Snapshot, journal: Undo) -> None:
        """Replaces a record's state."""
        table = self.tables[entity]
        journal.append((table.replace, (record, table.rows[record])))
        table.replace(record, snapshot)

    def delete(self, entity: str, record: RecordId, journal: Undo) -> None:
        """Removes a record."""
        table = self.tables[entity]
        journal.append((table.put, (record, table.rows[record], table.order[record])))
        table.take(record)
