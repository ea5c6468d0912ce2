"""The run of an import: the file in chunks, each chunk one transaction with its records, its problems and the progress.

A run that is stopped or killed goes on where its last transaction ended: the number of groups done is committed with
the records. A dry run takes the same way and undoes each chunk at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.messages import RuleloomError
from ruleloom.runtime.imports.chunk import Chunk
from ruleloom.runtime.imports.drafts import Reading
from ruleloom.runtime.imports.grouping import count_groups, grouped
from ruleloom.runtime.imports.plan import Plan
from ruleloom.runtime.imports.report import Tally
from ruleloom.runtime.imports.sources import Row, Source
from ruleloom.storage.logs.import_log import ProblemRow
from ruleloom.storage.records.natural_keys import Key

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

ROWS, ROWS_WITH_RULES = 4000, 200
"""Rows of the file in one transaction: fewer where every record takes the whole road of one change."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: groups (or rows) done, rows of the file in all, and the numbers so far."""

    done: int
    total: int
    tally: Tally


Keep = Callable[["UnitOfWork", Progress, Sequence[ProblemRow]], None]
"""Stores progress and problems: inside the chunk's transaction, or after it where it was a rehearsal."""


class Stopped(RuleloomError):
    """Somebody stopped the run; what was imported before stays."""

    status = 409


class _Rehearsed(Exception):
    """Undoes the transaction of a dry run."""


class Importing:
    """One plan over one file."""

    def __init__(
        self, workspace: Workspace, actor: Actor, source: Source, plan: Plan, keep: Keep, *, dry: bool = False
    ) -> None:
        self._workspace, self._actor, self._source, self._plan = workspace, actor, source, plan
        self._keep, self._dry = keep, dry
        self._reading = Reading(plan, workspace.model, source.columns)
        self._seen: dict[Key, int] = {}
        self.tally = Tally()

    def run(self, done: int = 0, tally: Tally | None = None) -> Tally:
        """Imports everything that was not done yet; `done` and `tally` are of an earlier part of the run."""
        self.tally = tally or Tally()
        self._require_rights()
        groups, total = self._groups()
        for _ in islice(groups, done):
            pass
        for chunk in _chunks(groups, ROWS_WITH_RULES if self._plan.rules else ROWS):
            done += len(chunk)
            self._one(chunk, done, total)
        return self.tally

    def _require_rights(self) -> None:
        entity = self._workspace.model.by_key[self._plan.entity]
        access.require(self._actor, Verb.IMPORT, entity.id)
        access.require(self._actor, Verb.CREATE, entity.id)
        if not self._plan.rules:
            access.require(self._actor, Verb.ADMINISTER)  # gates and blocking rules are not asked either
        if self._plan.key and self._plan.existing == "update":
            access.require(self._actor, Verb.UPDATE, entity.id)

    def _groups(self) -> tuple[Iterator[Sequence[Row]], int]:
        """Rows, one by one or by their group, and how many rows there are."""
        if self._plan.lines is None:
            return ([row] for row in self._source.rows()), sum(1 for _ in self._source.rows())
        place = self._source.columns.index(self._plan.lines.by)
        sizes = count_groups(self._source.rows(), place)
        return grouped(self._source.rows(), place, sizes), sizes.total()

    def _one(self, chunk: Sequence[Sequence[Row]], done: int, total: int) -> None:
        made: list[Chunk] = []

        def command(uow: UnitOfWork) -> None:
            for finder in self._reading.finders:
                finder.undone()  # a repeated command starts afresh
            made[:] = [Chunk(uow, self._reading, Tally.of_json(self.tally.to_json()), self._seen)]
            made[0].take(chunk)
            for finder in self._reading.finders:
                made[0].tally.made[finder.entity.key] += finder.newly_made()
            if self._dry:
                raise _Rehearsed
            self._keep(uow, Progress(done, total, made[0].tally), made[0].problems)

        try:
            self._workspace.transact(command, self._actor, origin="import")
        except _Rehearsed:
            progress, problems = Progress(done, total, made[0].tally), made[0].problems
            self._workspace.transact(lambda uow: self._keep(uow, progress, problems), self._actor, origin="import")
        for finder in self._reading.finders:
            finder.rehearsed() if self._dry else finder.stands()
        self.tally = made[0].tally
        self._seen.update(made[0].keys)


def look(workspace: Workspace, actor: Actor, source: Source, plan: Plan, groups: Sequence[Sequence[Row]]) -> Chunk:
    """What these groups of rows would become and what is wrong with them, all at once; nothing of it stays."""
    reading, made = Reading(plan, workspace.model, source.columns), list[Chunk]()

    def command(uow: UnitOfWork) -> None:
        made[:] = [Chunk(uow, reading, Tally(), {})]
        made[0].look(groups)
        raise _Rehearsed

    with suppress(_Rehearsed):
        workspace.transact(command, actor, origin="import")
    return made[0]


def _chunks(groups: Iterator[Sequence[Row]], rows: int) -> Iterator[list[Sequence[Row]]]:
    """Whole groups, about `rows` rows at a time."""
    chunk: list[Sequence[Row]] = []
    size = 0
    for group in groups:
        chunk.append(group)
        size += len(group)
        if size >= rows:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
