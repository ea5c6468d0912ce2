"""Rows of a chunk: what stands or goes together (a record with its lines), and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Single, WriteTogether
from ruleloom.messages import RuleloomError

Row = Sequence[Single]
Errors = Mapping[int, RuleloomError]
"""By the place of a part in its row, why it cannot be."""
Place = tuple[str, RecordId]
"""An entity and a record of it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of rows: all of them are written, or none because of some."""

    refused: Mapping[int, Errors] = field(default_factory=dict)
    """By the place of a row, why it cannot be: without these rows the others may be."""
    unmade: Errors = field(default_factory=dict)
    """By the place of a record that was to come with the rows which name it, why it cannot be made."""
    changed: Set[Place] = frozenset()
    """Records that are different now."""

    @property
    def whole(self) -> bool:
        """Whether all is written."""
        return not self.refused and not self.unmade


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows, and records that come with them: each is made if a row names it and none makes it, before the rows."""

    rows: Sequence[Row]
    coming: Sequence[CreateRecord] = ()

    @property
    def parts(self) -> list[Single]:
        """All of it in the order of writing."""
        return [*(self.coming[place] for place in self._alone()), *(part for row in self.rows for part in row)]

    def _alone(self) -> list[int]:
        """The places of records that come and that no row is itself."""
        own = made_by(self.rows)
        return [place for place, each in enumerate(self.coming) if each.record not in own]

    @property
    def write(self) -> WriteTogether:
        """All of it at once."""
        return WriteTogether(tuple(self.parts))

    def only(self, rows: Sequence[int]) -> Chunk:
        """Some of the rows, with what they name."""
        kept = [self.rows[row] for row in rows]
        named = named_by(kept)
        return Chunk(kept, [each for each in self.coming if each.record in named])

    def made(self) -> list[RecordId]:
        """The records that it makes."""
        return [part.record for part in self.parts if isinstance(part, CreateRecord) and part.record is not None]

    def refused(self, parts: Errors) -> Written:
        """Errors of parts, counted in the order of writing, as those of their rows."""
        alone = self._alone()
        first = len(alone)
        found: dict[int, dict[int, RuleloomError]] = {}
        places = ((row, part) for row, its in enumerate(self.rows) for part in range(len(its)))
        for number, (row, part) in enumerate(places, start=first):
            if number in parts:
                found.setdefault(row, {})[part] = parts[number]
        return Written(dict(found), {alone[number]: error for number, error in parts.items() if number < first})


def records_of(part: Single) -> list[Place]:
    """What a part itself writes; not what a deletion reaches."""
    if isinstance(part, CreateRecord):
        return [(part.entity, part.record)] if part.record is not None else []
    records = [part.record] if isinstance(part, DeleteRecord) else list(part.values)
    return [(part.entity, record) for record in records]


def made_by(rows: Iterable[Row]) -> set[RecordId]:
    """The records that rows create."""
    return {part.record for row in rows for part in row if isinstance(part, CreateRecord) and part.record is not None}


def named_by(rows: Iterable[Row]) -> set[RecordId]:
    """What may be the id of a record among the values of rows; ids are unlike all other whole numbers."""
    return {value for row in rows for part in row for value in _whole_numbers(part)}


def _whole_numbers(part: Single) -> Iterator[int]:
    if isinstance(part, DeleteRecord):
        return
    for values in (part.values,) if isinstance(part, CreateRecord) else part.values.values():
        yield from (value for value in values.values() if isinstance(value, int))
