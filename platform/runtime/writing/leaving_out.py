"""Which rows of a chunk a blocking rule keeps out: as few as possible, of several the later ones.

A row that is blocked for what it says itself goes whatever the others say. Where a rule reads related records, what is
kept is found by trying: all rows that have nothing to do with the records it speaks of, then the others as far as they
can stand beside these, in their order and by halves. So a limit takes the rows up to it, and rows that are right only
together stand together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ruleloom.dsl.types import RecordId
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.ports import Blocked, Cause, Firing
from ruleloom.runtime.writing.rows import Chunk, Errors, Place, named_by, records_of
from ruleloom.runtime.writing.together import PartsRefused

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

_BLOCKING_ONLY = 0
"""Records beyond which only rules that block are judged."""


def blocked_rows(uow: UnitOfWork, chunk: Chunk, blocked: Blocked) -> dict[int, Errors]:
    """The rows to leave out of a write that was blocked, at least one; each with everything that was said of it."""
    return _Leaving(uow, chunk).out(blocked)


class _Leaving:
    """One blocked chunk."""

    def __init__(self, uow: UnitOfWork, chunk: Chunk) -> None:
        self._uow, self._chunk = uow, chunk
        self._every = list(range(len(chunk.rows)))
        self._owners: dict[Place, tuple[int, int]] = {
            place: (number, part)
            for number, row in enumerate(chunk.rows)
            for part, write in enumerate(row)
            for place in records_of(write)
        }
        self._naming: dict[RecordId, set[int]] = {}
        for number, row in enumerate(chunk.rows):
            for record in named_by([row]):
                self._naming.setdefault(record, set()).add(number)
        self._out: dict[int, Errors] = {}

    def out(self, blocked: Blocked) -> dict[int, Errors]:
        """The rows that go, with what is said of each."""
        told = self._told(blocked.firings, self._every)
        local = {self._owners[_of(f)][0] for f in blocked.firings if _of(f) in self._owners and self._is_local(f)}
        if local:
            return {row: told[row] for row in sorted(local)}
        concerned = set[int]().union(*(self._concerned(firing) for firing in blocked.firings))
        kept = [row for row in self._every if row not in concerned]
        if kept and self._objections(kept):
            concerned, kept = set(self._every), []
        self._divide(kept, sorted(concerned))
        return self._out or {row: told.get(row) or {0: blocked} for row in sorted(concerned)}

    def _concerned(self, firing: Firing) -> Collection[int]:
        """The rows that write the record a firing speaks of, or name it."""
        owner = self._owners.get(_of(firing))
        found = self._naming.get(firing.record, set()) | ({owner[0]} if owner is not None else set())
        return found or self._every

    def _divide(self, kept: list[int], asked: list[int]) -> list[int]:
        """What can be kept of the rows asked about beside those kept already; the others are noted."""
        found = self._objections([*kept, *asked]) if asked else {}
        if not found:
            return [*kept, *asked]
        if len(asked) == 1:
            mine = found.get(asked[0])
            self._out[asked[0]] = mine or {0: next(iter(next(iter(found.values())).values()))}
            return kept
        half = len(asked) // 2
        return self._divide(self._divide(kept, asked[:half]), asked[half:])

    def _objections(self, rows: Sequence[int]) -> dict[int, Errors]:
        """What is said of these rows together, by row; nothing when they can be written. Nothing of it stays."""
        uow, chunk = self._uow, self._chunk.only(rows)
        cause = Cause(uow.user, origin=uow.origin, reference=uow.reference)
        try:
            with uow.desk.trial():
                uow.pipeline.writing.carry_out(uow.desk.prepare(chunk.write, uow.now, cause), _BLOCKING_ONLY)
        except Blocked as blocked:
            return self._told(blocked.firings, rows)
        except PartsRefused as error:
            refused = chunk.refused(error.parts)
            return {rows[row]: errors for row, errors in refused.refused.items()} or {rows[-1]: {0: error}}
        finally:
            uow.desk.unnumber(chunk.made())
        return {}

    def _told(self, firings: Sequence[Firing], rows: Sequence[int]) -> dict[int, Errors]:
        """What blocks rows, at the row and part whose record it speaks of, or else at the last row that names it."""
        found: dict[tuple[int, int], list[Firing]] = {}
        for firing in firings:
            naming = [row for row in rows if row in self._naming.get(firing.record, ())]
            owner = self._owners.get(_of(firing), (naming[-1] if naming else rows[-1], 0))
            found.setdefault(owner, []).append(firing)
        told: dict[int, dict[int, RuleloomError]] = {}
        for (row, part), some in found.items():
            told.setdefault(row, {})[part] = Blocked(some)
        return dict(told)

    def _is_local(self, firing: Firing) -> bool:
        logic = self._uow.published.book.rules[firing.rule].logic
        return logic is not None and logic.reads.record_local


def _of(firing: Firing) -> Place:
    return firing.entity, firing.record
