"""Records that come with a chunk because its rows name them: made in the same write, for rows that stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord
from ruleloom.runtime.imports.references import Finder
from ruleloom.runtime.writing.rows import Chunk, Errors, Row, named_by

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

    def take(self, finder: Finder, key: Value, values: Mapping[str, Value]) -> int:
        """Takes down a record for a key; its id to be."""
        part = CreateRecord(finder.entity.id, values, self._ids.next())
        self._waiting.append(_One(finder, key, part))
        return int(part.record or 0)

    def with_rows(self, rows: Sequence[Row]) -> Chunk:
        """The rows with the records that they name."""
        named = named_by(rows)
        self._asked = [one for one in self._waiting if one.part.record in named]
        return Chunk(rows, [one.part for one in self._asked])

    def refuse(self, unmade: Errors) -> bool:
        """Those of the last chunk that cannot be made, by their places; whether there are any."""
        for place, why in unmade.items():
            one = self._asked[place]
            one.finder.unmade(one.key, why)
            self._waiting.remove(one)
        return bool(unmade)

    def stand(self) -> None:
        """What was asked for is written."""
        standing = {one.part.record for one in self._asked}
        self._waiting = [one for one in self._waiting if one.part.record not in standing]

    def finish(self) -> None:
        """Nobody asks for the others any more."""
        for one in self._waiting:
            one.finder.unmade(one.key)
