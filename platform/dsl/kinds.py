"""The type of a typed expression, read from the tree alone."""

from __future__ import annotations

from typing import Literal

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import DATE, DATETIME, EMPTY, NUMBER, Kind, ValueType

_FIXED: dict[type[n.Expression], ValueType] = {
    n.Empty: EMPTY,
    n.Now: DATETIME,
    n.Today: DATE,
    n.Me: ValueType(Kind.RECORD, entity="user"),
    n.Arithmetic: NUMBER,
    n.Negative: NUMBER,
    n.Elapsed: NUMBER,
}


def type_of(expression: n.Expression) -> ValueType:
    """The value type of an expression that the checker has passed."""
    fixed = _FIXED.get(type(expression))
    if fixed is not None:
        return fixed
    if isinstance(expression, n.Shift):
        return type_of(expression.base)
    if isinstance(expression, n.Previous):
        return expression.path.type
    if isinstance(expression, n.Constant | n.Path | n.Call | n.Aggregate):
        return expression.type
    raise TypeError(f"no expression of the language: {type(expression).__name__}")


def kind_of(expression: n.Expression) -> Kind:
    """The kind of an expression's value."""
    return type_of(expression).kind


Side = Literal["left", "right"]


def midnight_side(left: n.Expression, right: n.Expression) -> tuple[n.Expression, n.Expression, Side | None]:
    """How a date is compared with a datetime: by its local midnight; beside the word `now` it is today that is meant.

    Gives both sides (`now` replaced where it means today) and which of them has to become its midnight.
    """
    kinds = (kind_of(left), kind_of(right))
    if kinds == (Kind.DATE, Kind.DATETIME):
        return (left, n.Today(), None) if isinstance(right, n.Now) else (left, right, "left")
    if kinds == (Kind.DATETIME, Kind.DATE):
        return (n.Today(), right, None) if isinstance(left, n.Now) else (left, right, "right")
    return left, right, None
