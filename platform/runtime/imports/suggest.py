"""Suggests a plan for a file: columns by what their headings mean (in both languages), checked against the cells.

A guess that is not sure is not made: a column that is left out is seen at once, a wrong one only when it is too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ruleloom.dsl.types import Kind
from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.forms.fields.base import Refused
from ruleloom.runtime.imports.cells import (
    DATE_FORMATS,
    YEAR_FIRST,
    CellError,
    converter,
    importable,
    read_moment,
    whole_number_text,
)
from ruleloom.runtime.imports.headings import Meaning, meaning, plain

LIKE_ENOUGH = 0.75
_SAME, _SAME_MEANING, _NAMED_BY_KEY, _ALIKE, _ONLY_ONE = 1.0, 0.95, 0.92, 0.9, 0.8
_SHORTEST_PART = 4
_BLANK = 0.17
"""Taken off where the sample's cells are all empty: they prove nothing."""
_NEVER_FITS = frozenset({Kind.BOOLEAN, Kind.NUMBER, Kind.DATE, Kind.DATETIME})
"""Kinds of which a wrong cell proves that the column is something else."""


@dataclass(frozen=True, slots=True)
class _Match:
    """How well a column goes with a field; `find` for references: the other entity's field that the cells hold."""

    degree: float
    column: str
    field: Field
    find: str | None = None


def suggest(model: Model, entity: Entity, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A plan to begin with: the best column for each field, each used once, formats where the sample shows one."""
    cells = {column: [row[place] for row in sample] for place, column in enumerate(columns)}
    chosen = _best(model, entity, cells)
    plan = {match.field.key: _source(match, cells[match.column]) for match in chosen}
    key = [match.field.key for match in chosen if match.field.unique][:1]
    return {"entity": entity.key, "key": key, "columns": plan}


def suggest_lines(
    model: Model, entity: Entity, columns: Sequence[str], sample: Sequence[Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """For each entity whose records may be lines of this one's: the reference that binds them, and its columns."""
    found: dict[str, dict[str, Any]] = {}
    for child in model.entities:
        up = next((f for f in child.fields if not f.system and f.to == entity.id and importable(f)), None)
        if up is not None and child.id != entity.id:
            own = suggest(model, child, columns, sample)["columns"]
            found[child.key] = {"parent": up.key, "columns": {k: v for k, v in own.items() if k != up.key}}
    return found


def _best(model: Model, entity: Entity, cells: Mapping[str, Sequence[str]]) -> list[_Match]:
    fields = [slot for slot in entity.fields if importable(slot)]
    matches = [
        match
        for column, found in cells.items()
        for slot in fields
        if (match := _match(model, entity, column, slot, fields, found)) is not None
        and _fits_cells(model, slot, match, found)
    ]
    chosen: list[_Match] = []
    taken: set[str] = set()
    for match in sorted(matches, key=lambda match: -match.degree):
        if match.column not in taken and match.field.key not in {other.field.key for other in chosen}:
            chosen.append(match)
            taken.add(match.column)
    return chosen


def _own_words(entity: Entity) -> Meaning:
    """Words that name the entity itself: `Customer code` of a customer is its code."""
    return frozenset().union(*(meaning(name) for name in _names(entity)))


def _names(named: Entity | Field) -> Iterator[str]:
    yield from (named.key, named.name, *named.labels.values())


def _match(
    model: Model, entity: Entity, column: str, slot: Field, fields: Sequence[Field], cells: Sequence[str]
) -> _Match | None:
    own, find = _own_words(entity), ""
    degree = max((_like(column, name, own) for name in _names(slot)), default=0.0)
    if slot.value_type.entity is not None:
        degree, find = max((degree, ""), _by_key(model, column, slot))
    if degree < LIKE_ENOUGH and _stands_for_it(column, slot, entity):
        degree = _ALIKE
    if degree < LIKE_ENOUGH and _only_one(column, slot, own, fields):
        degree = _ONLY_ONE
    if not any(cell.strip() for cell in cells):
        degree -= _BLANK
    return _Match(degree, column, slot, find or None) if degree >= LIKE_ENOUGH else None


def _stands_for_it(column: str, slot: Field, entity: Entity) -> bool:
    """A column headed `Client` in a file of customers holds what people call them by."""
    theirs = meaning(column)
    return bool(theirs) and theirs <= _own_words(entity) and entity.title_field == slot


def _like(column: str, name: str, own: Meaning) -> float:
    """From 0 to 1; what is spelled alike wins among those that mean the same."""
    one, other = _letters(column), _letters(name)
    if not one or not other:
        return 0.0
    if one == other:
        return _SAME
    spelled = SequenceMatcher(None, one, other).ratio()
    theirs, ours = meaning(column), meaning(name)
    if theirs and theirs == ours:
        return _SAME_MEANING + spelled * 0.04
    if theirs - own and theirs - own == ours - own:
        return _SAME_MEANING - 0.02 + spelled * 0.04
    if theirs & ours or not one.isascii():
        return 0.0  # known words that differ are another thing, however alike they look
    return spelled * _ALIKE if min(len(one), len(other)) >= _SHORTEST_PART else 0.0


def _by_key(model: Model, column: str, slot: Field) -> tuple[float, str]:
    """A heading such as `Cust No` in a file of orders: the customer, found by the field that means the number."""
    other = model.entity(slot.value_type.entity or "")
    theirs = meaning(column)
    names = {meaning(name) for name in _names(slot)} | {meaning(name) for name in _names(other)}
    for key in sorted((f for f in other.fields if not f.system and importable(f)), key=lambda f: not f.unique):
        if not key.unique and key is not other.title_field:
            continue
        for words in {meaning(name) for name in _names(key)}:
            rest = words - _own_words(other)
            if any(name and rest and theirs == name | rest for name in names):
                return _NAMED_BY_KEY + (0.01 if key.unique else 0.0), key.key
    return 0.0, ""


def _only_one(column: str, slot: Field, own: Meaning, fields: Sequence[Field]) -> bool:
    """Whether the heading says part of what the field's name says, and no other field of the entity says that."""
    theirs = meaning(column) - own
    if not theirs:
        return False
    saying = [field for field in fields if any(theirs < meaning(name) for name in _names(field))]
    return saying == [slot]


def _letters(name: str) -> str:
    return "".join(c for c in plain(name) if c.isalnum())


# ---- what the cells say


def _fits_cells(model: Model, slot: Field, match: _Match, cells: Sequence[str]) -> bool:
    """Whether most of a sample's cells can be the field's; a spelling that is only alike needs all of them."""
    filled = [cell for cell in cells if cell.strip()]
    kind = slot.value_type.kind
    if not filled or kind is Kind.RECORD:
        return True
    convert = converter(slot, {}, model.calendar)
    dates = kind in (Kind.DATE, Kind.DATETIME)
    good = sum(_reads(convert, cell) or (dates and _some_date(cell)) for cell in filled) / len(filled)
    strict = kind in _NEVER_FITS or slot.type in ("email", "phone", "url")
    return good >= (0.5 if strict else 0.0) if match.degree >= _SAME_MEANING else good > (0.8 if strict else 0.0)


def _reads(convert: Any, cell: str) -> bool:
    try:
        convert(cell)
    except CellError:
        return False
    return True


def _some_date(cell: str) -> bool:
    """Whether a cell is a date in any of the ways that a plan may name."""
    return any(_fits(cell.strip(), pattern) for pattern in DATE_FORMATS.values())


def _source(match: _Match, cells: Sequence[str]) -> str | Mapping[str, Any]:
    more: dict[str, Any] = {}
    kind = match.field.value_type.kind
    if kind in (Kind.DATE, Kind.DATETIME) and (found := date_format(cells)):
        more["format"] = found
    if kind is Kind.RECORD:
        more |= {"find": match.find} if match.find else {}
        more["missing"] = "refuse"
    if kind in (Kind.TEXT, Kind.RECORD) and _whole(cells):
        more["whole"] = True
    return {"column": match.column, **more} if more else match.column


def _whole(cells: Sequence[str]) -> bool:
    """Whether a spreadsheet made `17850.0` of the codes in a column."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(whole_number_text(cell) != cell for cell in filled)


def date_format(cells: Iterable[str]) -> str | None:
    """The only format that all cells of a sample fit; None where none is needed or several fit."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or all(_fits(cell, "") or any(_fits(cell, DATE_FORMATS[n]) for n in YEAR_FIRST) for cell in filled):
        return None
    fitting = [name for name, text in DATE_FORMATS.items() if all(_fits(cell, text) for cell in filled)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(cell: str, text: str) -> bool:
    try:
        read_moment(cell, text)
    except Refused:
        return False
    return True
