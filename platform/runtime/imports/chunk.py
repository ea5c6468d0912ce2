"""One chunk of an import inside one transaction: drafts, references, what exists, writes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.commands import batch
from ruleloom.runtime.imports.cells import CellError
from ruleloom.runtime.imports.drafts import Draft, Drafting, Reading, Rejected, with_group
from ruleloom.runtime.imports.report import Tally
from ruleloom.runtime.imports.sources import Row
from ruleloom.storage.import_log import ProblemRow
from ruleloom.storage.natural_keys import Key, find_all

if TYPE_CHECKING:
    from ruleloom.runtime.unit_of_work import UnitOfWork

Seen = Mapping[Key, int]
"""Keys of the file so far, each with the row that had it first."""


class _Again(Exception):
    """Lines of these drafts were refused: the chunk is written again without them."""

    def __init__(self, refused: Mapping[int, Sequence[ProblemRow]]) -> None:
        super().__init__(len(refused))
        self.refused = refused


class Chunk:
    """The work on one chunk; made anew for every try of its transaction."""

    def __init__(self, uow: UnitOfWork, reading: Reading, tally: Tally, seen: Seen) -> None:
        self._uow, self._reading, self._plan, self.tally = uow, reading, reading.plan, tally
        self._seen, self.keys, self.problems = seen, dict[Key, int](), list[ProblemRow]()
        self._entity: Entity = reading.parents.entity

    def take(self, groups: Iterable[Sequence[Row]]) -> None:
        """Writes what can be written; `problems`, `tally` and `keys` say the rest."""
        drafts = [draft for rows in groups if (draft := self._draft(rows)) is not None]
        self._look_up(drafts)
        drafts = [draft for draft in drafts if self._resolved(draft) and self._first_of_its_key(draft)]
        while True:
            tally = Tally.of_json(self.tally.to_json())
            try:
                with self._uow.desk.savepoint():
                    self._write(drafts)
                return
            except _Again as again:
                self.tally = tally
                for place in again.refused:
                    self._refuse(drafts[place].rows, again.refused[place])
                drafts = [draft for place, draft in enumerate(drafts) if place not in again.refused]

    # ---- drafts

    def _draft(self, rows: Sequence[Row]) -> Draft | None:
        self.tally.rows += len(rows)
        kept = [row for row in rows if not self._reading.skipped(row)]
        self.tally.skipped += len(rows) - len(kept)
        if not kept:
            return None
        try:
            return self._reading.draft(kept)
        except Rejected as rejected:
            self._note(rejected.problems)
            return None

    def _look_up(self, drafts: Sequence[Draft]) -> None:
        """Each reference column in one query for the whole chunk."""
        lines = [line for draft in drafts for line in draft.lines]
        for drafting, made in ((self._reading.parents, drafts), (self._reading.lines, lines)):
            for key, finder in (drafting.finders if drafting else {}).items():
                wanted: dict[Value, Mapping[str, Value]] = {}
                for draft in made:
                    if key in draft.references:
                        wanted.setdefault(draft.references[key], draft.copies[key])
                finder.look_up(self._uow, wanted, self._create)

    def _create(self, uow: UnitOfWork, entity: Entity, rows: Sequence[Mapping[str, Value]]) -> Sequence[object]:
        return batch.create_many_in(uow, entity, rows, rules=self._plan.rules)

    def _resolved(self, draft: Draft) -> bool:
        problems = self._resolve(self._reading.parents, draft)
        for line in draft.lines:
            problems += self._resolve(self._reading.lines, line)
        if problems:
            self._refuse(draft.rows, problems)
            return False
        self.tally.empty.update(key for key in self._reading.parents.finders if draft.values.get(key) is None)
        return True

    def _resolve(self, drafting: Drafting | None, draft: Draft) -> list[ProblemRow]:
        problems: list[ProblemRow] = []
        for key, wanted in draft.references.items():
            try:
                draft.values[key] = drafting.finders[key].record(wanted) if drafting else None
            except CellError as error:
                column = self._column(key, drafting)
                problems.append(_problem(draft.rows[0], column, error.code, error.params))
        return problems

    def _first_of_its_key(self, draft: Draft) -> bool:
        if not self._plan.key:
            return True
        key = self._key(draft)
        first = self._seen.get(key) or self.keys.setdefault(key, draft.rows[0].number)
        if first == draft.rows[0].number:
            return True
        self._refuse(draft.rows, [_problem(draft.rows[0], None, "import-key-repeated", {"row": first})])
        return False

    def _key(self, draft: Draft) -> Key:
        return tuple(draft.values.get(key) for key in self._plan.key)

    # ---- writing

    def _write(self, drafts: Sequence[Draft]) -> None:
        existing = self._existing(drafts)
        refused: dict[int, Sequence[ProblemRow]] = {}
        new: list[int] = []
        old: list[tuple[int, int]] = []
        for place, draft in enumerate(drafts):
            records = existing.get(self._key(draft), ()) if self._plan.key else ()
            if len(records) > 1:
                params = {"key": [str(part) for part in self._key(draft)]}
                refused[place] = [_problem(draft.rows[0], None, "import-key-ambiguous", params)]
            elif records:
                old.append((place, records[0]))
            else:
                new.append(place)
        refused |= self._update(drafts, old)
        refused |= self._insert(drafts, new)
        if refused:
            raise _Again(refused)

    def _existing(self, drafts: Sequence[Draft]) -> Mapping[Key, Sequence[int]]:
        if not self._plan.key:
            return {}
        keys = {self._key(draft) for draft in drafts}
        return find_all(self._uow.connection, self._uow.published.catalogue, self._entity.id, self._plan.key, keys)

    def _update(self, drafts: Sequence[Draft], old: Sequence[tuple[int, int]]) -> dict[int, Sequence[ProblemRow]]:
        """Records that exist; their lines stay as they are: they came with them."""
        if self._plan.existing == "skip":
            self.tally.unchanged += len(old)
            return {}
        rows = [(record, drafts[place].values) for place, record in old]
        refused: dict[int, Sequence[ProblemRow]] = {}
        for (place, _), (fate, changed) in zip(
            old, batch.update_many_in(self._uow, self._entity, rows, rules=self._plan.rules), strict=True
        ):
            if isinstance(fate, RuleloomError):
                refused[place] = self._of(fate, drafts[place].rows[0], self._reading.parents)
            elif changed:
                self.tally.updated += 1
            else:
                self.tally.unchanged += 1
        return refused

    def _insert(self, drafts: Sequence[Draft], new: Sequence[int]) -> dict[int, Sequence[ProblemRow]]:
        rows = [drafts[place].values for place in new]
        refused: dict[int, Sequence[ProblemRow]] = {}
        parents: dict[int, int] = {}
        for place, fate in zip(
            new, batch.create_many_in(self._uow, self._entity, rows, rules=self._plan.rules), strict=True
        ):
            if isinstance(fate, RuleloomError):
                refused[place] = self._of(fate, drafts[place].rows[0], self._reading.parents)
            else:
                parents[place] = fate
        self.tally.created += len(parents)
        return refused | self._insert_lines(drafts, parents)

    def _insert_lines(self, drafts: Sequence[Draft], parents: Mapping[int, int]) -> dict[int, Sequence[ProblemRow]]:
        if self._plan.lines is None or self._reading.lines is None:
            return {}
        parent_key = self._plan.lines.parent
        rows = [(place, line, record) for place, record in parents.items() for line in drafts[place].lines]
        values = [{**line.values, parent_key: record} for _, line, record in rows]
        fates = batch.create_many_in(self._uow, self._reading.lines.entity, values, rules=self._plan.rules)
        refused: dict[int, list[ProblemRow]] = {}
        for (place, line, _), fate in zip(rows, fates, strict=True):
            if isinstance(fate, RuleloomError):
                refused.setdefault(place, []).extend(self._of(fate, line.rows[0], self._reading.lines))
            else:
                self.tally.lines += 1
        return {place: list(found) for place, found in refused.items()}

    # ---- what was refused

    def _refuse(self, rows: Sequence[Row], problems: Sequence[ProblemRow]) -> None:
        self._note(with_group(rows, problems))

    def _note(self, problems: Sequence[ProblemRow]) -> None:
        self.problems += problems
        self.tally.refuse(problems)

    def _of(self, error: RuleloomError, row: Row, drafting: Drafting) -> list[ProblemRow]:
        return [
            _refusal(diagnostic, row, self._column(diagnostic.target, drafting)) for diagnostic in error.diagnostics
        ]

    def _column(self, key: str | None, drafting: Drafting | None) -> str | None:
        columns = {slot.column.key: slot.column.column for slot in drafting.slots} if drafting else {}
        return columns.get(key or "")


def _refusal(diagnostic: Diagnostic, row: Row, column: str | None) -> ProblemRow:
    return _problem(row, column, diagnostic.code, diagnostic.params)


def _problem(row: Row, column: str | None, code: str, params: Mapping[str, Any]) -> ProblemRow:
    return ProblemRow(row.number, column, code, dict(params), list(row.cells))
