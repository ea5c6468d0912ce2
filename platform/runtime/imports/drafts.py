"""Rows of the file to drafts of records: values by field, references as the text of their keys, and what is wrong.

A draft with something wrong is kept: what else is missing in it is said together with that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity, Model
from ruleloom.runtime.imports.cells import CellError, Converter, converter, number
from ruleloom.runtime.imports.plan import Column, Plan, total
from ruleloom.runtime.imports.references import Finder, finder
from ruleloom.runtime.imports.sources import UNDECODABLE, Row
from ruleloom.storage.logs.import_log import ProblemRow


@dataclass(slots=True)
class Draft:
    """One record to be: values, texts of references by field key, its lines, its rows in the file."""

    rows: Sequence[Row]
    values: dict[str, Value] = field(default_factory=dict)
    references: dict[str, Value] = field(default_factory=dict)
    copies: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    lines: list[Draft] = field(default_factory=list)
    problems: list[ProblemRow] = field(default_factory=list)
    """Why it cannot become a record, row by row; those of its lines are with them."""
    unread: set[str] = field(default_factory=set)
    """Keys of fields whose value could not be read."""
    broken: bool = False
    """Whether its rows cannot be read at all, so that nothing more can be said."""

    @property
    def good(self) -> bool:
        """Whether nothing was found wrong so far with it or its lines."""
        return not self.problems and all(line.good for line in self.lines)

    def refuse(self, key: str, problem: ProblemRow) -> None:
        """Notes that a field has no value that can be taken."""
        self.problems.append(problem)
        self.unread.add(key)
        self.values.pop(key, None)
        self.references.pop(key, None)

    def everything(self) -> list[ProblemRow]:
        """Its problems and those of its lines, in the order of the rows."""
        found = [*self.problems, *(problem for line in self.lines for problem in line.problems)]
        return sorted(found, key=lambda problem: problem.row)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field with how its values are read."""

    column: Column
    place: int | None
    convert: Converter
    finder: Finder | None
    constant: Value = None
    copies: Sequence[tuple[str, int, Converter]] = ()
    factors: Sequence[int] = ()


class Drafting:
    """Makes drafts for one entity of a plan."""

    def __init__(self, model: Model, entity: Entity, columns: Sequence[Column], header: Sequence[str]) -> None:
        self._model, self.entity = model, entity
        self._places = {name: place for place, name in enumerate(header)}
        self.slots = [self._slot(column) for column in columns]
        self.finders: dict[str, Finder] = {s.column.key: s.finder for s in self.slots if s.finder is not None}

    def _slot(self, column: Column) -> _Slot:
        slot = self.entity.by_key[column.key]
        place = self._places[column.column] if column.column is not None else None
        found: Finder | None = None
        copies: Sequence[tuple[str, int, Converter]] = ()
        if slot.value_type.entity is not None and column.find is not None:
            other = self._model.entity(slot.value_type.entity)
            found = finder(other, column.find, column.missing, column.aliases, column.how, self._model.calendar)
            copies = tuple(
                (key, self._places[source], converter(other.by_key[key], column.how, self._model.calendar))
                for key, source in column.copy.items()
            )
        how = {**column.how, "decimal": "."} if column.product else column.how
        convert = converter(slot, how, self._model.calendar)
        constant = convert(column.constant) if column.constant is not None and found is None else None
        factors = [self._places[name] for name in column.product]
        return _Slot(column, place, convert, found, constant, copies, factors)

    def draft(self, rows: Sequence[Row]) -> Draft:
        """One record from one row, or from the lines of a group: the first filled cell of each column wins."""
        made = Draft(rows)
        for slot in self.slots:
            key, row = slot.column.key, rows[0]
            try:
                if slot.factors or slot.column.counts:
                    made.values[key] = self._summed(slot, rows)
                    continue
                row, cell = _first(rows, slot.place)
                self._take(made, slot, row, cell or slot.column.constant or "")
            except CellError as error:
                made.refuse(key, _problem(row, slot.column.column, error))
            except _LinesUnread as unread:
                for problem in unread.problems:
                    made.refuse(key, problem)
        return made

    def _take(self, made: Draft, slot: _Slot, row: Row, cell: str) -> None:
        key = slot.column.key
        if slot.finder is None:
            cell = slot.column.aliases.get(cell.strip(), cell) if slot.column.aliases else cell
            made.values[key] = slot.convert(cell)
            return
        found = slot.finder.value(cell)
        made.values[key] = None
        if found is not None:
            made.references[key] = found
            made.copies[key] = {name: convert(row.cells[place]) for name, place, convert in slot.copies}

    def _summed(self, slot: _Slot, rows: Sequence[Row]) -> Value:
        if slot.column.counts:
            return Decimal(len(rows))
        named = list(zip(slot.column.product, slot.factors, strict=True))
        factors: list[list[Decimal | None]] = []
        problems: list[ProblemRow] = []
        for row in rows:
            try:
                factors.append([_factor(row, name, place, slot.column.how) for name, place in named])
            except _LinesUnread as unread:
                problems += unread.problems
        if problems:
            raise _LinesUnread(problems)
        return slot.convert(format(total(factors), "f"))


class _LinesUnread(Exception):
    """Lines of a group whose numbers cannot be read; the sum is the parent's, so each names its own row."""

    def __init__(self, problems: Sequence[ProblemRow]) -> None:
        super().__init__(len(problems))
        self.problems = problems


def _factor(row: Row, name: str, place: int, how: Mapping[str, Any]) -> Decimal | None:
    cell = row.cells[place]
    try:
        return number(cell, how) if cell.strip() else None
    except CellError as error:
        named = CellError(error.code, **{"field": name, **error.params})
        raise _LinesUnread([_problem(row, name, named)]) from error


def _first(rows: Sequence[Row], place: int | None) -> tuple[Row, str]:
    if place is None:
        return rows[0], ""
    for row in rows:
        if row.cells[place].strip():
            return row, row.cells[place]
    return rows[0], ""


def _problem(row: Row, column: str | None, error: CellError) -> ProblemRow:
    return ProblemRow(row.number, column, error.code, dict(error.params), list(row.cells))


class Reading:
    """A plan made ready to read one file's rows."""

    def __init__(self, plan: Plan, model: Model, header: Sequence[str]) -> None:
        self.plan = plan
        self.parents = Drafting(model, model.by_key[plan.entity], plan.columns, header)
        self.lines: Drafting | None = None
        if plan.lines is not None:
            self.lines = Drafting(model, model.by_key[plan.lines.entity], plan.lines.columns, header)
            self._positions = [c.key for c in plan.lines.columns if c.position]
        self._skips = [(skip, list(header).index(skip.column)) for skip in plan.skip]

    def skipped(self, row: Row) -> bool:
        """Whether the plan leaves this row out on purpose."""
        return any(skip(row.cells[place]) for skip, place in self._skips)

    def draft(self, rows: Sequence[Row]) -> Draft:
        """The draft of a row or group, with its lines; what is wrong is noted in it."""
        broken = [problem for row in rows for problem in _broken(row)]
        if broken:
            return Draft(rows, problems=broken, broken=True)
        made = self.parents.draft(rows)
        for position, row in enumerate(rows, start=1) if self.lines is not None else ():
            line = self.lines.draft([row])  # type: ignore[union-attr]  # looked at above
            line.values.update(dict.fromkeys(self._positions, Decimal(position)))
            made.lines.append(line)
        empty = [key for key in self.plan.key if (made.values.get(key) or made.references.get(key)) is None]
        if any(key not in made.unread for key in empty):
            made.problems.append(ProblemRow(rows[0].number, None, "import-key-empty", {}, list(rows[0].cells)))
        made.unread.update(empty)
        return made

    @property
    def finders(self) -> list[Finder]:
        """All finders of the plan."""
        return [*self.parents.finders.values(), *(self.lines.finders.values() if self.lines else ())]


def _broken(row: Row) -> list[ProblemRow]:
    """What is wrong with a row before its cells are read."""
    if row.extra:
        return [ProblemRow(row.number, None, "import-too-many-cells", {"count": row.extra}, list(row.cells))]
    if any(UNDECODABLE in cell for cell in row.cells):
        return [ProblemRow(row.number, None, "import-undecodable", {}, list(row.cells))]
    return []


def with_group(rows: Sequence[Row], problems: Sequence[ProblemRow]) -> list[ProblemRow]:
    """The problems, once each, and for the other rows of the group that they go out with it."""
    # One cell may feed two fields and be wrong for both; what a whole row is refused for may be several things.
    known = {(p.row, p.column, p.code, None if p.column else repr(p.params)): p for p in problems}
    once = sorted(known.values(), key=lambda problem: problem.row)
    named = {p.row for p in once}
    first: dict[str, Any] = {"row": once[0].row}
    rest = [
        ProblemRow(r.number, None, "import-with-its-group", first, list(r.cells)) for r in rows if r.number not in named
    ]
    return once + rest
