"""Necessary conditions of a rule on its own record: what the index over rules looks up instead of evaluating.

Each function answers "at least one of these must be so, or the rule has nothing to say about the record"; None means
that nothing of the kind is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import Kind

Bound = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Equals:
    """The record's field has this value."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Beyond:
    """The record's field lies beyond a threshold."""

    field: str
    bound: Bound
    value: Any


Key = Equals | Beyond
Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A kind of change that a change rule must see; `field` is None when any field will do."""

    event: Literal["created", "updated", "deleted"]
    field: str | None = None


ANY_CHANGE = (Trigger("created"), Trigger("updated"), Trigger("deleted"))
_MIRROR: dict[str, Bound] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SAME: dict[str, Bound] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


def keys_of(condition: n.Condition) -> Keys | None:
    """The best necessary keys of a condition: one equality before several, equalities before thresholds."""
    if isinstance(condition, n.And):
        found = [keys for item in condition.items if (keys := keys_of(item)) is not None]
        return min(found, key=_weight) if found else None
    if isinstance(condition, n.Or):
        return _all_of(keys_of(item) for item in condition.items)
    if isinstance(condition, n.Held):
        return keys_of(condition.condition)
    if isinstance(condition, n.Truth):
        field = _own_field(condition.operand)
        return (Equals(field, True),) if field else None
    if isinstance(condition, n.OneOf):
        return _all_of(_comparison("=", condition.operand, option) for option in condition.options)
    if isinstance(condition, n.Between):
        return _comparison(">=", condition.operand, condition.low) or _comparison(
            "<=", condition.operand, condition.high
        )
    if isinstance(condition, n.Compare):
        return _comparison(condition.operator, condition.left, condition.right)
    if isinstance(condition, n.Changes) and condition.after is not None:
        return _comparison("=", condition.path, condition.after)
    return None


def interest_keys(condition: n.Condition, helds: Iterable[n.Held]) -> Keys | None:
    """Keys without which neither the condition is true nor any of its `C for D` has to be followed."""
    return _all_of([keys_of(condition), *(keys_of(held.condition) for held in helds)])


def triggers_of(condition: n.Condition) -> tuple[Trigger, ...]:
    """Changes of which a change rule must see one; a rule that may answer any change says so."""
    if isinstance(condition, n.And):
        return min((triggers_of(item) for item in condition.items), key=_breadth)
    if isinstance(condition, n.Or):
        return tuple(dict.fromkeys(trigger for item in condition.items for trigger in triggers_of(item)))
    if isinstance(condition, n.RecordIs):
        return (Trigger(condition.event),)
    if isinstance(condition, n.Changes | n.Trend | n.ChangesBy):
        return (Trigger("updated", condition.path.fields[0]),)
    return ANY_CHANGE


def _breadth(triggers: tuple[Trigger, ...]) -> int:
    return sum(1 if trigger.field else 100 for trigger in triggers)


def _all_of(alternatives: Iterable[Keys | None]) -> Keys | None:
    found: dict[Key, None] = {}
    for keys in alternatives:
        if keys is None:
            return None
        found.update(dict.fromkeys(keys))
    return tuple(found)


def _weight(keys: Keys) -> int:
    return sum(1 if isinstance(key, Equals) else 1000 for key in keys)


def _own_field(expression: n.Expression) -> str | None:
    if isinstance(expression, n.Path) and expression.root == "this" and len(expression.fields) == 1:
        return expression.fields[0] if expression.type.kind not in (Kind.CHOICES, Kind.FILES) else None
    return None


def _comparison(operator: str, left: n.Expression, right: n.Expression) -> Keys | None:
    if isinstance(left, n.Constant):
        left, right, operator = right, left, _MIRROR.get(operator, operator)
    field = _own_field(left)
    if field is None or not isinstance(right, n.Constant) or not isinstance(left, n.Path):
        return None
    if {left.type.kind, right.type.kind} == {Kind.DATE, Kind.DATETIME}:
        return None
    if operator == "=":
        return (Equals(field, right.value),)
    return (Beyond(field, _SAME[operator], right.value),) if operator in _SAME else None
