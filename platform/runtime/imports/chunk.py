"""One chunk of an import inside one transaction: drafts, references, what exists, writes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord, UpdateRecords
from ruleloom.forms.entity import Entity
from ruleloom.messages import Diagnostic
from ruleloom.runtime.commands import batch
from ruleloom.runtime.imports.cells import CellError
from ruleloom.runtime.imports.coming import Coming
from ruleloom.runtime.imports.drafts import Draft, Drafting, Reading, with_group
from ruleloom.runtime.imports.references import MISSING_REFERENCE, Create
from ruleloom.runtime.imports.report import Tally
from ruleloom.runtime.imports.sources import Row as FileRow
from ruleloom.runtime.writing.rows import Errors, Row, Written, records_of
from ruleloom.storage.logs.import_log import ProblemRow
from ruleloom.storage.records.natural_keys import Key, find_all

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Existing = Mapping[Key, Sequence[int]]
"""Records by their natural key."""
Seen = Mapping[Key, int]
"""Keys of the file so far, each with the row that had it first."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What rows would become: values by field key, references as the text of their key; the lines with their rows."""

    rows: Sequence[FileRow]
    values: Mapping[str, Value]
    lines: Sequence[tuple[int, Mapping[str, Value]]]
    known: bool
    """Whether a record has this key already."""


class Chunk:
    """The work on one chunk; made anew for every try of its transaction."""

    def __init__(self, uow: UnitOfWork, reading: Reading, tally: Tally, seen: Seen) -> None:
        self._uow, self._reading, self._plan, self.tally = uow, reading, reading.plan, tally
        self._seen, self.keys, self.problems = seen, dict[Key, int](), list[ProblemRow]()
        self._coming = Coming(uow.workspace.ids)
        self._entity: Entity = reading.parents.entity
        self.looked: list[Looked] = []

    def take(self, groups: Iterable[Sequence[FileRow]]) -> None:
        """Writes what can be written; `problems`, `tally` and `keys` say the rest."""
        drafts = [draft for rows in groups if (draft := self._draft(rows)) is not None]
        self._find(drafts)
        for draft in drafts:
            if not draft.good:
                self._refuse(draft.rows, [*draft.everything(), *self._refusals(draft)])
        drafts = [draft for draft in drafts if draft.good and self._first_of_its_key(draft)]
        while refused := self._write(drafts):
            for place in refused:
                self._refuse(drafts[place].rows, refused[place])
            drafts = [draft for place, draft in enumerate(drafts) if place not in refused]
        self._coming.finish()

    def look(self, groups: Iterable[Sequence[FileRow]]) -> None:
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

    def _draft(self, rows: Sequence[FileRow]) -> Draft | None:
        self.tally.rows += len(rows)
        kept = [row for row in rows if not self._reading.skipped(row)]
        self.tally.skipped += len(rows) - len(kept)
        return self._reading.draft(kept) if kept else None

    def _find(self, drafts: Sequence[Draft], *, create: bool = True) -> None:
        """References to records, in one query per column; only rows that are good so far make one where it lacks."""
        self._look_up([draft for draft in drafts if not draft.good], None)
        self._look_up([draft for draft in drafts if draft.good], self._coming.take if create else None)
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
        fresh = (key for key, wanted in draft.references.items() if wanted in drafting.finders[key].fresh)
        unread = {*draft.unread, *beside, *fresh}
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

    def _write(self, drafts: Sequence[Draft]) -> dict[int, Sequence[ProblemRow]]:
        """Writes all drafts at once with the records that they name; or nothing, because of those in the answer."""
        existing = self._existing(drafts)
        ambiguous = self._ambiguous(drafts, existing)
        if ambiguous:
            return ambiguous
        known = [next(iter(self._among(existing, draft)), None) for draft in drafts]
        rows = [self._row(draft, record) for draft, record in zip(drafts, known, strict=True)]
        written = batch.write_together_in(self._uow, self._coming.with_rows(rows), rules=self._plan.rules)
        if written.whole:
            self._coming.stand()
            self._count(drafts, rows, written)
            return {}
        nameless = self._without_their_records(drafts) if self._coming.refuse(written.unmade) else {}
        return nameless | {place: self._said(drafts[place], errors) for place, errors in written.refused.items()}

    def _row(self, draft: Draft, record: int | None) -> Row:
        """A record with its lines. One that exists keeps the lines that it came with."""
        ids = self._uow.workspace.ids
        if record is not None:
            skip = self._plan.existing == "skip"
            return () if skip else (UpdateRecords(self._entity.id, {record: draft.values}),)
        parent = self._coming.row(self._entity, draft.values)
        if self._plan.lines is None or self._reading.lines is None:
            return (parent,)
        entity, key = self._reading.lines.entity.id, self._plan.lines.parent
        lines = (CreateRecord(entity, {**line.values, key: parent.record}, ids.next()) for line in draft.lines)
        return (parent, *lines)

    def _without_their_records(self, drafts: Sequence[Draft]) -> dict[int, Sequence[ProblemRow]]:
        """Drafts that name a record which cannot be made."""
        found: dict[int, Sequence[ProblemRow]] = {}
        for place, draft in enumerate(drafts):
            self._resolve(self._reading.parents, draft, "columns")
            for line in draft.lines:
                self._resolve(self._reading.lines, line, "group.columns")
            if not draft.good:
                found[place] = [*draft.everything(), *self._refusals(draft)]
        return found

    def _ambiguous(self, drafts: Sequence[Draft], existing: Existing) -> dict[int, Sequence[ProblemRow]]:
        found: dict[int, Sequence[ProblemRow]] = {}
        for place, draft in enumerate(drafts):
            if len(self._among(existing, draft)) > 1:
                params = {"key": [str(part) for part in self._key(draft)]}
                found[place] = [_problem(draft.rows[0], None, "import-key-ambiguous", params)]
        return found

    def _existing(self, drafts: Sequence[Draft]) -> Existing:
        if not self._plan.key:
            return {}
        keys = {self._key(draft) for draft in drafts}
        return find_all(self._uow.connection, self._uow.published.catalogue, self._entity.id, self._plan.key, keys)

    def _among(self, existing: Existing, draft: Draft) -> Sequence[int]:
        return existing.get(self._key(draft), ()) if self._plan.key else ()

    def _count(self, drafts: Sequence[Draft], rows: Sequence[Row], written: Written) -> None:
        tally = self.tally
        for draft, row in zip(drafts, rows, strict=True):
            tally.empty.update(key for key in self._reading.parents.finders if draft.values.get(key) is None)
            if row and isinstance(row[0], CreateRecord):
                tally.created += 1
                tally.lines += len(row) - 1
            elif row and not written.changed.isdisjoint(records_of(row[0])):
                tally.updated += 1
            else:
                tally.unchanged += 1

    # ---- what was refused

    def _refuse(self, rows: Sequence[FileRow], problems: Sequence[ProblemRow]) -> None:
        found = with_group(rows, problems) if problems else []
        self.problems += found
        self.tally.refuse(found)

    def _said(self, draft: Draft, errors: Errors) -> list[ProblemRow]:
        """Why a draft or lines of it are refused."""
        found: list[ProblemRow] = []
        for part, error in sorted(errors.items()):
            row, drafting = (draft.rows[0], self._reading.parents) if part == 0 else self._line(draft, part)
            found += [_refusal(each, row, self._column(each.target, drafting)) for each in error.diagnostics]
        return found

    def _line(self, draft: Draft, part: int) -> tuple[FileRow, Drafting | None]:
        return draft.lines[part - 1].rows[0], self._reading.lines

    def _column(self, key: str | None, drafting: Drafting | None) -> str | None:
        columns = {slot.column.key: slot.column.column for slot in drafting.slots} if drafting else {}
        return columns.get(key or "")


def _refusal(diagnostic: Diagnostic, row: FileRow, column: str | None) -> ProblemRow:
    return _problem(row, column, diagnostic.code, diagnostic.params)


def _problem(row: FileRow, column: str | None, code: str, params: Mapping[str, Any]) -> ProblemRow:
    return ProblemRow(row.number, column, code, dict(params), list(row.cells))
