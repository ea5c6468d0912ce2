"""One chunk of an import inside one transaction: drafts, references, what exists, writes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.commands import batch
from ruleloom.runtime.imports.cells import CellError
from ruleloom.runtime.imports.drafts import Draft, Drafting, Reading, with_group
from ruleloom.runtime.imports.references import MISSING_REFERENCE, Create
from ruleloom.runtime.imports.report import Tally
from ruleloom.runtime.imports.sources import Row
from ruleloom.storage.logs.import_log import ProblemRow
from ruleloom.storage.records.natural_keys import Key, find_all

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Seen = Mapping[Key, int]
"""Keys of the file so far, each with the row that had it first."""


class _Again(Exception):
    """Lines of these drafts were refused: the chunk is written again without them."""

    def __init__(self, refused: Mapping[int, Sequence[ProblemRow]]) -> None:
        super().__init__(len(refused))
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Looked:
    """What rows would become: values by field key, references as the text of their key; the lines with their rows."""

    rows: Sequence[Row]
    values: Mapping[str, Value]
    lines: Sequence[tuple[int, Mapping[str, Value]]]
    known: bool
    """Whether a record has this key already."""


class Chunk:
    """The work on one chunk; made anew for every try of its transaction."""

    def __init__(self, uow: UnitOfWork, reading: Reading, tally: Tally, seen: Seen) -> None:
        self._uow, self._reading, self._plan, self.tally = uow, reading, reading.plan, tally
        self._seen, self.keys, self.problems = seen, dict[Key, int](), list[ProblemRow]()
        self._entity: Entity = reading.parents.entity
        self.looked: list[Looked] = []

    def take(self, groups: Iterable[Sequence[Row]]) -> None:
        """Writes what can be written; `problems`, `tally` and `keys` say the rest."""
        drafts = [draft for rows in groups if (draft := self._draft(rows)) is not None]
        self._find(drafts)
        for draft in drafts:
            if not draft.good:
                self._refuse(draft.rows, [*draft.everything(), *self._refusals(draft)])
        drafts = [draft for draft in drafts if draft.good and self._first_of_its_key(draft)]
        for draft in drafts:
            self.tally.empty.update(key for key in self._reading.parents.finders if draft.values.get(key) is None)
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

    def look(self, groups: Iterable[Sequence[Row]]) -> None:
        """`looked`: what each group would become, `problems`: everything that is wrong with it; nothing is written."""
        drafts = [draft for rows in groups if (draft := self._draft(rows)) is not None]
        texts = [(dict(draft.references), [dict(line.references) for line in draft.lines]) for draft in drafts]
        self._find(drafts, create=False)
        for draft, (own, of_lines) in zip(drafts, texts, strict=True):
            self._refuse(draft.rows, [*draft.everything(), *self._refusals(draft)])
            if draft.good and not draft.broken:
                self._first_of_its_key(draft)
            lines = [
                (line.rows[0].number, {**line.values, **keys}) for line, keys in zip(draft.lines, of_lines, strict=True)
            ]
            self.looked.append(Looked(draft.rows, {**draft.values, **own}, lines, bool(self._records_of(draft))))

    # ---- drafts

    def _draft(self, rows: Sequence[Row]) -> Draft | None:
        self.tally.rows += len(rows)
        kept = [row for row in rows if not self._reading.skipped(row)]
        self.tally.skipped += len(rows) - len(kept)
        return self._reading.draft(kept) if kept else None

    def _find(self, drafts: Sequence[Draft], *, create: bool = True) -> None:
        """References to records, in one query per column; only rows that are good so far make one where it lacks."""
        self._look_up([draft for draft in drafts if not draft.good], None)
        self._look_up([draft for draft in drafts if draft.good], self._create if create else None)
        for draft in drafts:
            self._resolve(self._reading.parents, draft, "columns")
            for line in draft.lines:
                self._resolve(self._reading.lines, line, "group.columns")

    def _look_up(self, drafts: Sequence[Draft], create: Create | None) -> None:
        lines = [line for draft in drafts for line in draft.lines]
        for drafting, made in ((self._reading.parents, drafts), (self._reading.lines, lines)):
            for key, finder in (drafting.finders if drafting else {}).items():
                wanted: dict[Value, Mapping[str, Value]] = {}
                for draft in made:
                    if key in draft.references:
                        wanted.setdefault(draft.references[key], draft.copies[key])
                finder.look_up(self._uow, wanted, create)

    def _create(self, uow: UnitOfWork, entity: Entity, rows: Sequence[Mapping[str, Value]]) -> Sequence[object]:
        return batch.create_many_in(uow, entity, rows, rules=self._plan.rules)

    def _resolve(self, drafting: Drafting | None, draft: Draft, place: str) -> None:
        """The records of a draft's references; one that is not there is noted, unless the plan would make it."""
        for key, wanted in list(draft.references.items()) if drafting else ():
            finder = drafting.finders[key]  # type: ignore[union-attr]  # looked at above
            try:
                draft.values[key] = finder.record(wanted)
            except CellError as error:
                if finder.would_create(wanted) and error.code == MISSING_REFERENCE:
                    draft.unread.add(key)
                    continue
                draft.refuse(key, _problem(draft.rows[0], self._column(key, drafting), error.code, error.params))
                if error.code == MISSING_REFERENCE:
                    self.tally.unknown[f"{place}.{key}"] += 1

    def _refusals(self, draft: Draft) -> list[ProblemRow]:
        """What else would be refused of a draft, were its bad cells mended."""
        if draft.broken:
            return []
        known = self._records_of(draft)
        if known and self._plan.existing == "skip":
            return []
        record = known[0] if known else None
        found = self._would_refuse(self._reading.parents, draft, record, ())
        for line in draft.lines if record is None else ():
            found += self._would_refuse(self._reading.lines, line, None, (self._plan.lines.parent,))  # type: ignore[union-attr]
        return found

    def _would_refuse(
        self, drafting: Drafting | None, draft: Draft, record: int | None, beside: Sequence[str]
    ) -> list[ProblemRow]:
        if drafting is None:
            return []
        unread = {*draft.unread, *beside}
        values = {key: value for key, value in draft.values.items() if key not in unread}
        found = batch.refusals_in(self._uow, drafting.entity, record, values, unread, rules=self._plan.rules)
        return [_refusal(each, draft.rows[0], self._column(each.target, drafting)) for each in found]

    def _records_of(self, draft: Draft) -> Sequence[int]:
        """Records with the draft's key, where that could be read."""
        if not self._plan.key or any(draft.values.get(key) is None for key in self._plan.key):
            return ()
        return self._existing([draft]).get(self._key(draft), ())

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
        found = with_group(rows, problems) if problems else []
        self.problems += found
        self.tally.refuse(found)

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
