"""Records that come with a chunk because its rows name them: made in the same write, for rows that stand.

Where a row is itself what another one names (a parent company that stands in the file, too), it is made once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.intents import CreateRecord
from ruleloom.forms.entity import Entity
from ruleloom.runtime.imports.references import Finder
from ruleloom.runtime.writing.rows import Chunk, Errors, Row, made_by, named_by

if TYPE_CHECKING:
    from ruleloom.runtime.ids import IdMaker


@dataclass(frozen=True, slots=True)
class _One:
    finder: Finder
    key: Value
    part: CreateRecord


class Coming:
    """Those of one transaction. Imports and syncs share it."""

    def __init__(self, ids: IdMaker) -> None:
        self._ids = ids
        self._waiting: list[_One] = []
        self._asked: list[_One] = []
        self._of_entity: dict[str, dict[str, dict[Value, _One]]] = {}
        """What waits, by its entity, the field by which it is named, and the name."""
        self._taken: set[RecordId | None] = set()
        self._by_rows: set[RecordId] = set()

    def take(self, finder: Finder, key: Value, values: Mapping[str, Value]) -> int:
        """Takes down a record for a key; its id to be."""
        part = CreateRecord(finder.entity.id, values, self._ids.next())
        one = _One(finder, key, part)
        self._waiting.append(one)
        self._of_entity.setdefault(finder.entity.id, {}).setdefault(finder.find.key, {})[key] = one
        return int(part.record or 0)

    def row(self, entity: Entity, values: Mapping[str, Value]) -> CreateRecord:
        """A row's new record: the one that other rows name, if it has their name for it."""
        for field, by_name in self._of_entity.get(entity.id, {}).items():
            one = by_name.get(values.get(field))
            if one is not None and one.part.record not in self._taken:
                self._taken.add(one.part.record)
                return CreateRecord(entity.id, {**one.part.values, **values}, one.part.record)
        return CreateRecord(entity.id, values, self._ids.next())

    def with_rows(self, rows: Sequence[Row]) -> Chunk:
        """The rows with the records that they name."""
        named = named_by(rows)
        self._asked = [one for one in self._waiting if one.part.record in named]
        self._by_rows = made_by(rows)
        self._taken.clear()
        return Chunk(rows, [one.part for one in self._asked])

    def refuse(self, unmade: Errors) -> bool:
        """Those of the last chunk that cannot be made, by their places; whether there are any."""
        for place, why in unmade.items():
            one = self._asked[place]
            self._waiting.remove(one)
            self._forget(one)
            one.finder.unmade(one.key, why)
        return bool(unmade)

    def stand(self) -> None:
        """What was asked for is written; what rows were themselves came with no other row."""
        asked = {one.part.record for one in self._asked}
        for one in self._waiting:
            if one.part.record in self._by_rows:
                one.finder.unmade(one.key)
            if one.part.record in asked or one.part.record in self._by_rows:
                self._forget(one)
        self._waiting = [one for one in self._waiting if one.part.record not in asked | self._by_rows]

    def finish(self) -> None:
        """Nobody asks for the others any more."""
        for one in self._waiting:
            one.finder.unmade(one.key)

    def _forget(self, one: _One) -> None:
        self._of_entity[one.finder.entity.id][one.finder.find.key].pop(one.key, None)
