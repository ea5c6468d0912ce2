"""Values as they travel: ids and numbers as strings, instants RFC 3339 in UTC, days ISO, empty null."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Field
from ruleloom.forms.fields.registry import field_types
from ruleloom.runtime.time.moments import instant_text

__all__ = ["instant_text", "to_wire"]


def to_wire(field: Field, value: Value) -> Any:
    """A value of a field as JSON, as its field type says."""
    return None if value is None else _writer(field.type)(value, field)


@cache
def _writer(type_: str) -> Callable[[Value, Field], Any]:
    """Of a type of fields; asked for every value that is shown."""
    return field_types()["reference" if type_ == "id" else type_].to_json
