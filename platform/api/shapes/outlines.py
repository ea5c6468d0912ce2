"""Outlines as JSON: values, labels for people, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from ruleloom.api.door.problems import reader_language
from ruleloom.api.shapes.wire import to_wire
from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.messages import Language
from ruleloom.runtime.showing.reading import field_at
from ruleloom.storage.records.outline import Outline

Titles = Mapping[tuple[str, int], Value]


def outline_json(
    model: Model,
    entity: Entity,
    group: Sequence[str],
    totals: Sequence[Mapping[str, Any]],
    outline: Outline,
    titles: Titles,
) -> dict[str, Any]:
    """`{count, totals, groups, page_size}`; labels in the reader's language."""
    fields = [field_at(model, entity, path) for path in group]
    summed = [field_at(model, entity, each["field"]) if each.get("field") else None for each in totals]
    language = reader_language()

    def sums(values: Sequence[Value]) -> list[Any]:
        return [_total(field, each, value) for field, each, value in zip(summed, totals, values, strict=True)]

    groups = [
        {
            "values": [to_wire(field, value) for field, value in zip(fields, each.values, strict=True)],
            "labels": [
                _label(field, value, titles, language) for field, value in zip(fields, each.values, strict=True)
            ],
            "count": each.count,
            "totals": sums(each.totals),
            "anchors": list(each.anchors),
        }
        for each in outline.groups
    ]
    return {"count": outline.count, "totals": sums(outline.totals), "groups": groups, "page_size": outline.page_size}


def _total(field: Field | None, total: Mapping[str, Any], value: Value) -> Any:
    """Minima and maxima look like their field; counts, sums and averages are numbers."""
    if field is not None and total["function"] in ("min", "max"):
        return to_wire(field, value)
    return None if value is None else format(cast("Decimal", value), "f")


def _label(field: Field, value: Value, titles: Titles, language: Language) -> str | None:
    if value is None:
        return None
    target = field.value_type.entity
    if target is not None and isinstance(value, int):
        title = titles.get((target, value))
        return str(value) if title is None else str(title)
    option = next((option for option in field.options if option.value == value), None)
    if option is not None:
        return option.labels.get(language) or option.value
    return str(to_wire(field, value))
