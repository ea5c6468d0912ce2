"""Values as they travel: ids and numbers as strings, instants RFC 3339 in UTC, days ISO, empty null."""

from __future__ import annotations

from typing import Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Field
from ruleloom.forms.fields.registry import field_types
from ruleloom.runtime.time.moments import instant_text

__all__ = ["instant_text", "to_wire"]


def to_wire(field: Field, value: Value) -> Any:
    """A value of a field as JSON, as its field type says."""
    if value is None:
        return None
    return field_types()["reference" if field.type == "id" else field.type].to_json(value, field)
