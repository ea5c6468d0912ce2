"""Necessary conditions of a rule on its own record: what the index over rules looks up instead of evaluating.

A rule has nothing to say about a record of which none of its keys is so. A condition may know several sets of keys:
any of them will do, and the index takes the one that the fewest other rules share.
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


@dataclass(frozen=True, slots=True)
class Within:
    """The record's field lies between two values, each of them included or not."""

    field: str
    low: Any
    high: Any
    from_low: bool = True
    to_high: bool = True


Key = Equals | Within | Beyond
Keys = tuple[Key, ...]
"""At least one of these must be so."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A kind of change that a change rule must see; `field` is None when any field will do."""

    event: Literal["created", "updated", "deleted"]
    field: str | None = None


ANY_CHANGE = (Trigger("created"), Trigger("updated"), Trigger("deleted"))
_MIRROR: dict[str, Bound] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SAME: dict[str, Bound] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


def keys_of(condition: n.Condition) -> tuple[Keys, ...]:
    """The necessary keys of a condition, each of them enough to look it up by; none when nothing is known."""
    if isinstance(condition, n.And):
        found = tuple(dict.fromkeys(keys for item in condition.items for keys in keys_of(item)))
        return found + _stretches(found)
    if isinstance(condition, n.Or):
        return _any_of(_best(keys_of(item)) for item in condition.items)
    if isinstance(condition, n.Held):
        return keys_of(condition.condition)
    if isinstance(condition, n.Truth):
        field = _own_field(condition.operand)
        return ((Equals(field, True),),) if field else ()
    if isinstance(condition, n.OneOf):
        return _any_of(_comparison("=", condition.operand, option) for option in condition.options)
    if isinstance(condition, n.Between):
        low = _comparison(">=", condition.operand, condition.low)
        high = _comparison("<=", condition.operand, condition.high)
        ends = tuple(keys for keys in (low, high) if keys is not None)
        return ends + _stretches(ends)
    if isinstance(condition, n.Compare):
        keys = _comparison(condition.operator, condition.left, condition.right)
        return (keys,) if keys is not None else ()
    if isinstance(condition, n.Changes) and condition.after is not None:
        keys = _comparison("=", condition.path, condition.after)
        return (keys,) if keys is not None else ()
    return ()


def interest_keys(condition: n.Condition, helds: Iterable[n.Held]) -> tuple[Keys, ...]:
    """Keys without which neither the condition is true nor any of its `C for D` has to be followed."""
    each = [keys_of(condition), *(keys_of(held.condition) for held in helds)]
    shared = tuple(keys for keys in each[0] if all(keys in other for other in each[1:]))
    return shared or _any_of(_best(keyses) for keyses in each)


def decided_by(condition: n.Condition, keys: Keys) -> bool:
    """Whether a comparison is true of each record that is found by the keys: then nothing of it is left to check."""
    if not isinstance(condition, n.Compare | n.OneOf | n.Between | n.Truth):
        return False
    mine, given = keys_of(condition), keys[0] if len(keys) == 1 else None
    if isinstance(given, Within):
        return _stretch(keys_of(condition), given.field) == given or any(
            len(each) == 1 and isinstance(each[0], Beyond) and _is_end(each[0], given) for each in mine
        )
    return keys in mine and not isinstance(condition, n.Between)


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


def _any_of(alternatives: Iterable[Keys | None]) -> tuple[Keys, ...]:
    """The keys of a condition that is true by any of the alternatives."""
    found: dict[Key, None] = {}
    for keys in alternatives:
        if keys is None:
            return ()
        found.update(dict.fromkeys(keys))
    return (tuple(found),) if found else ()


def _best(keyses: tuple[Keys, ...]) -> Keys | None:
    """Few keys before many, equalities before stretches before thresholds."""
    return min(keyses, key=_weight) if keyses else None


def _weight(keys: Keys) -> int:
    return sum(1 if isinstance(key, Equals) else 100 if isinstance(key, Within) else 1000 for key in keys)


def _stretches(found: tuple[Keys, ...]) -> tuple[Keys, ...]:
    """The stretches that lower and upper thresholds of one field make."""
    fields = dict.fromkeys(keys[0].field for keys in found if len(keys) == 1 and isinstance(keys[0], Beyond))
    return tuple((made,) for field in fields if (made := _stretch(found, field)) is not None)


def _stretch(found: tuple[Keys, ...], field: str) -> Within | None:
    ends = [key for keys in found if len(keys) == 1 and isinstance(key := keys[0], Beyond) and key.field == field]
    lows = [(key.value, key.bound == ">") for key in ends if key.bound in (">", ">=")]
    highs = [(key.value, key.bound == "<=") for key in ends if key.bound in ("<", "<=")]
    if not lows or not highs:
        return None
    (low, above), (high, included) = max(lows), min(highs)
    return Within(field, low, high, not above, included)


def _is_end(key: Beyond, of: Within) -> bool:
    """Whether a threshold is one of the ends of a stretch."""
    low, high = (">=" if of.from_low else ">", of.low), ("<=" if of.to_high else "<", of.high)
    return key.field == of.field and (key.bound, key.value) in (low, high)


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
