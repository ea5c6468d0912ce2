"""Suggests a plan for a file: columns by likeness of names (in both languages), date formats by sample."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ruleloom.dsl.types import Kind
from ruleloom.forms.entity import Entity, Field
from ruleloom.forms.fields.base import Refused
from ruleloom.runtime.imports.cells import DATE_FORMATS, YEAR_FIRST, importable, read_moment

LIKE_ENOUGH = 0.75
_SPLIT_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_LETTERS = re.compile(r"[\W_]+")


def suggest(entity: Entity, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A plan to begin with: the best column for each field, each used once, formats where the sample shows one."""
    likeness = sorted(
        ((_like(column, slot), column, slot) for column in columns for slot in entity.fields if importable(slot)),
        key=lambda found: -found[0],
    )
    chosen: dict[str, Field] = {}
    for degree, column, slot in likeness:
        if degree >= LIKE_ENOUGH and column not in chosen and slot not in chosen.values():
            chosen[column] = slot
    places = {column: place for place, column in enumerate(columns)}
    plan: dict[str, Any] = {
        slot.key: _source(slot, column, [row[places[column]] for row in sample]) for column, slot in chosen.items()
    }
    key = [slot.key for slot in chosen.values() if slot.unique][:1]
    return {"entity": entity.key, "key": key, "columns": plan}


def _source(slot: Field, column: str, cells: Sequence[str]) -> str | Mapping[str, Any]:
    if slot.value_type.kind in (Kind.DATE, Kind.DATETIME):
        found = date_format(cells)
        return {"column": column, "format": found} if found else column
    if slot.value_type.kind is Kind.RECORD:
        return {"column": column, "missing": "refuse"}
    return column


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


def _like(column: str, slot: Field) -> float:
    wanted = _plain(column)
    return max((_ratio(wanted, _plain(name)) for name in (slot.key, slot.name, *slot.labels.values())), default=0.0)


def _ratio(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    if min(len(one), len(other)) >= _SHORTEST_PART and (one in other or other in one):
        return 0.8
    return SequenceMatcher(None, one, other).ratio() * 0.95


_SHORTEST_PART = 4


def _plain(name: str) -> str:
    """Letters only, folded, without accents: `Customer_ID`, `customerId` and `customer id` are one."""
    spaced = _SPLIT_WORDS.sub(" ", unicodedata.normalize("NFKD", name))
    return _NOT_LETTERS.sub("", "".join(c for c in spaced if not unicodedata.combining(c))).casefold()
