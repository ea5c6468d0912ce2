"""A view: columns, filter, order, grouping and totals over the records of an entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind
from ruleloom.forms.shapes import as_list, as_mapping, as_number, as_yes_no

if TYPE_CHECKING:
    from ruleloom.forms.conditions import Surroundings, WrittenCondition
    from ruleloom.forms.entity import Field

TOTALS = ("count", "sum", "avg", "min", "max")
MOST_LEVELS = 4
"""Levels of grouping."""
_NOT_ORDERED = frozenset({Kind.CHOICES, Kind.FILES})
_MEASURED = {"sum": {Kind.NUMBER}, "avg": {Kind.NUMBER}}
_SPANNED = {Kind.NUMBER, Kind.DATE, Kind.DATETIME}


@dataclass(frozen=True, slots=True)
class Column:
    """A field, or a path through references, and its width in pixels."""

    path: tuple[str, ...]
    width: int | None = None


@dataclass(frozen=True, slots=True)
class SortLevel:
    """One level of order."""

    path: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """A total; `count` needs no field."""

    function: str
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a view shows."""

    columns: tuple[Column, ...]
    filter: WrittenCondition | None = None
    sort: tuple[SortLevel, ...] = ()
    group: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()


def read_view(content: Any, around: Surroundings) -> View:
    """The view of a content; everything wrong is noted in `around.findings`."""
    given = as_mapping(content, "", ("columns", "filter", "sort", "group", "totals"), around.findings)
    columns = [_column(one, f"columns[{n}]", around) for n, one in as_list(given, "columns", around.findings)]
    if not columns:
        around.findings.add("view-without-columns", "columns")
    sort = [_sort(one, f"sort[{n}]", around) for n, one in as_list(given, "sort", around.findings)]
    groups = [_group(one, f"group[{n}]", around) for n, one in as_list(given, "group", around.findings)]
    totals = [_total(one, f"totals[{n}]", around) for n, one in as_list(given, "totals", around.findings)]
    if len(groups) > MOST_LEVELS:
        around.findings.add("too-many-levels", "group", most=MOST_LEVELS)
    return View(
        tuple(column for column in columns if column),
        around.condition(given.get("filter"), "filter"),
        tuple(level for level in sort if level),
        tuple(group for group in groups if group),
        tuple(total for total in totals if total),
    )


def _column(given: Any, path: str, around: Surroundings) -> Column | None:
    one = as_mapping(given, path, ("field", "width"), around.findings)
    keys = around.field_path(one.get("field"), f"{path}.field")
    width = as_number(one, "width", path, 40, 2000, around.findings)
    return Column(keys, width) if keys else None


def _ordered(keys: tuple[str, ...] | None, path: str, around: Surroundings) -> tuple[str, ...] | None:
    if keys is None:
        return None
    field = _end(keys, around)
    if field.value_type.kind in _NOT_ORDERED:
        around.findings.add("field-not-ordered", path, name=field.name)
        return None
    return keys


def _end(keys: tuple[str, ...], around: Surroundings) -> Field:
    entity = around.entity
    for key in keys[:-1]:
        entity = around.model.entity(entity.by_key[key].value_type.entity or "")
    return entity.by_key[keys[-1]]


def _sort(given: Any, path: str, around: Surroundings) -> SortLevel | None:
    one = as_mapping(given, path, ("field", "descending"), around.findings)
    keys = _ordered(around.field_path(one.get("field"), f"{path}.field"), f"{path}.field", around)
    descending = as_yes_no(one, "descending", path, around.findings)
    return SortLevel(keys, descending) if keys else None


def _group(given: Any, path: str, around: Surroundings) -> str | None:
    key = around.field_key(given, path)
    return key if key and _ordered((key,), path, around) else None


def _total(given: Any, path: str, around: Surroundings) -> Total | None:
    one = as_mapping(given, path, ("field", "function"), around.findings)
    function = one.get("function")
    if function not in TOTALS:
        around.findings.unknown("unknown-total", f"{path}.function", str(function), TOTALS)
        return None
    if one.get("field") is None:
        if function != "count":
            around.findings.add("total-needs-field", f"{path}.field", function=function)
            return None
        return Total(function)
    keys = around.field_path(one["field"], f"{path}.field")
    if keys is None:
        return None
    field = _end(keys, around)
    fitting = set(Kind) if function == "count" else _MEASURED.get(function, _SPANNED)
    if field.value_type.kind not in fitting:
        around.findings.add("total-not-for-kind", f"{path}.field", function=function, name=field.name)
        return None
    return Total(function, keys)
