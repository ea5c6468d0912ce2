"""Values as they travel: ids and numbers as strings, instants RFC 3339 in UTC, days ISO, empty null."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.types import Kind, Value
from ruleloom.runtime.moments import instant_text

__all__ = ["instant_text", "number_text", "to_wire"]


def number_text(number: Decimal) -> str:
    """Plain digits, never an exponent; the declared decimals stay (`120.50`)."""
    return format(number, "f")


def to_wire(value: Value, kind: Kind) -> Any:
    """A value of a snapshot as JSON."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return [str(part) for part in value]
    if isinstance(value, Decimal):
        return number_text(value)
    if kind is Kind.DATETIME and isinstance(value, int):
        return instant_text(value)
    if kind is Kind.DATE and isinstance(value, int):
        return day_date(value).isoformat()
    return str(value)
