"""Whether literals can hold together for any record: exact where it says no, generous where it does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.analysis.domains import Members, Ranges, at, compared
from ruleloom.dsl.analysis.literals import Literal, Together, TooManyError, alternatives
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.reads import children
from ruleloom.dsl.types import NUMBER, Kind

_ORDERED = frozenset({Kind.NUMBER, Kind.DATE, Kind.DATETIME})
_NAMED = frozenset({Kind.TEXT, Kind.CHOICE, Kind.BOOLEAN})
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_EVENT = n.Constant("event", NUMBER)
"""Stands for what the change did: created, updated or deleted."""
_NO_NUMBER = Ranges(())


@dataclass(slots=True)
class Domain:
    """What one expression can be: empty, or a value in all of these sets; `offset` is its distance from now."""

    empty: bool = True
    ranges: Ranges = field(default_factory=Ranges)
    offset: Ranges = field(default_factory=Ranges)
    members: Members = field(default_factory=Members)

    def possible(self, unit: Decimal | None) -> bool:
        """Whether anything is left."""
        if self.empty:
            return True
        some = self.ranges.some(unit) is not None and self.offset.some(unit and Decimal(1)) is not None
        return some and not self.members.nothing


class Combined:
    """Literals put together one by one."""

    def __init__(self) -> None:
        self.domains: dict[n.Expression, Domain] = {}
        self._said: dict[n.Condition, bool] = {}
        self.broken = False

    def add(self, literal: Literal) -> None:
        """Takes one more literal in."""
        said = self._said.setdefault(literal.condition, literal.holds)
        if said is not literal.holds:
            self.broken = True
        handler = _HANDLERS.get(type(literal.condition))
        if handler is not None:
            handler(self, literal.condition, literal.holds)

    @property
    def possible(self) -> bool:
        """Whether a record may satisfy all of them."""
        return not self.broken and all(domain.possible(unit_of(key)) for key, domain in self.domains.items())

    # ---- what handlers say

    def domain(self, expression: n.Expression) -> Domain:
        """The domain of an expression; counts are never empty nor below zero."""
        found = self.domains.get(expression)
        if found is None:
            found = self.domains[expression] = Domain()
            if isinstance(expression, n.Aggregate) and expression.function in ("count", "distinct"):
                found.empty, found.ranges = False, compared(">=", 0)
            elif isinstance(expression, n.Constant):
                self._constant(found, expression)
            elif isinstance(expression, n.Now | n.Today):
                found.empty = False
            elif type_of(expression).kind is Kind.BOOLEAN:
                found.members = Members(frozenset({True, False}), all_but=False)
        return found

    @staticmethod
    def _constant(domain: Domain, constant: n.Constant) -> None:
        if constant is _EVENT:
            return
        domain.empty = False
        if constant.type.kind in _ORDERED:
            domain.ranges = at(constant.value)
        elif constant.type.kind in _NAMED:
            domain.members = Members(frozenset({constant.value}), all_but=False)

    def filled(self, expression: n.Node) -> None:
        """A comparison that is true has no empty operand."""
        if isinstance(expression, n.Expression) and not isinstance(expression, n.Empty):
            self.domain(expression).empty = False

    def within(self, expression: n.Expression, allowed: Ranges | Members, holds: bool, offset: bool = False) -> None:
        """The value lies in a set, or (not holding) is empty or lies outside."""
        domain = self.domain(expression)
        if holds:
            domain.empty = False
        else:
            allowed = allowed.other()
        if isinstance(allowed, Members):
            domain.members = domain.members.both(allowed)
        elif offset:
            domain.offset = domain.offset.both(allowed)
        else:
            domain.ranges = domain.ranges.both(allowed)


def unit_of(expression: n.Expression) -> Decimal | None:
    """The step between values: days, microseconds, the decimals of a field, whole counts; None: any number."""
    type_ = type_of(expression)
    if type_.kind in (Kind.DATE, Kind.DATETIME):
        return Decimal(1)
    if isinstance(expression, n.Aggregate) and expression.function in ("count", "distinct"):
        return Decimal(1)
    if isinstance(expression, n.Path | n.Previous) and type_.kind is Kind.NUMBER and type_.decimals is not None:
        return Decimal(1).scaleb(-type_.decimals)
    return None


# ---- one handler per kind of literal -------------------------------------------------------------------------------


def _compare(t: Combined, c: n.Compare, holds: bool) -> None:
    left, right = c.left, c.right
    operator: str = c.operator
    if operator == "!=":
        operator, holds = "=", not holds
    if isinstance(left, n.Constant):
        left, right, operator = right, left, _MIRROR[operator]
    if holds:
        t.filled(left)
        t.filled(right)
        if left == right and operator in ("<", ">"):
            t.broken = True
    kinds = (kind_of(left), kind_of(right))
    if not isinstance(right, n.Constant) or kinds[0] is not kinds[1]:
        return
    if kinds[0] in _ORDERED:
        t.within(left, compared(operator, right.value), holds)
    elif kinds[0] in _NAMED and operator == "=":
        t.within(left, Members(frozenset({right.value}), all_but=False), holds)


def _truth(t: Combined, c: n.Truth, holds: bool) -> None:
    t.within(c.operand, Members(frozenset({True}), all_but=False), holds)


def _is_empty(t: Combined, c: n.IsEmpty, holds: bool) -> None:
    if not holds:
        t.filled(c.operand)
        return
    domain = t.domain(c.operand)
    domain.ranges = _NO_NUMBER
    if not domain.empty:
        t.broken = True


def _filling(t: Combined, c: n.Condition, holds: bool) -> None:
    """Conditions that are only known to need values."""
    if holds:
        operands = children(c)
        first = next(iter(operands), None)
        if isinstance(first, n.Path):
            t.filled(first)


def _quantified(t: Combined, c: n.Quantified, holds: bool) -> None:
    counted = n.Aggregate("count", c.collection, None, NUMBER)
    operator = {"no": "=", "any": ">=", "at_least": ">=", "at_most": "<=", "exactly": "="}[c.quantity]
    number = {"no": 0, "any": 1}.get(c.quantity, c.number)
    t.within(counted, compared(operator, number), holds)


def _fixed(duration: n.Duration, kind: Kind) -> int | None:
    if duration.unit not in (n.Unit.MINUTES, n.Unit.HOURS, n.Unit.DAYS, n.Unit.WEEKS):
        return None
    length = shifts.fixed_length(duration)
    return length if kind is Kind.DATETIME else length // DAY if length % DAY == 0 else None


def _windowed(t: Combined, c: n.Within | n.OlderThan, holds: bool) -> None:
    """As a distance from now (of dates: from today): `in the last D` is -D < x - now <= 0."""
    if holds:
        t.filled(c.operand)
    window = c.window if isinstance(c, n.Within) else None
    if isinstance(window, n.Calendrical):
        return
    duration = c.duration if isinstance(c, n.OlderThan) else window.duration if window is not None else None
    length = _fixed(duration, kind_of(c.operand)) if duration is not None else None
    if length is None:
        return
    if window is None:
        t.within(c.operand, compared("<=", -length), holds, offset=True)
    elif window.side == "last":
        t.within(c.operand, compared(">", -length).both(compared("<=", 0)), holds, offset=True)
    else:
        t.within(c.operand, compared(">", 0).both(compared("<=", length)), holds, offset=True)


def _event(t: Combined, c: n.Condition, holds: bool) -> None:
    """On creation and deletion only `record is created`, `record is deleted` hold: changes belong to updates."""
    event = c.event if isinstance(c, n.RecordIs) else "updated"
    if isinstance(c, n.RecordIs) or holds:
        t.within(_EVENT, Members(frozenset({event}), all_but=False), holds)
    if isinstance(c, n.Changes) and holds:
        if isinstance(c.after, n.Empty):
            _is_empty(t, n.IsEmpty(c.path), True)
        elif c.after is not None:
            _compare(t, n.Compare("=", c.path, c.after), True)
    if isinstance(c, n.Trend | n.ChangesBy) and holds:
        t.filled(c.path)


_HANDLERS: Mapping[type[n.Condition], Callable[[Combined, Any, bool], None]] = {
    n.Compare: _compare,
    n.Truth: _truth,
    n.IsEmpty: _is_empty,
    n.Match: _filling,
    n.Has: _filling,
    n.Quantified: _quantified,
    n.Within: _windowed,
    n.OlderThan: _windowed,
    n.RecordIs: _event,
    n.Changes: _event,
    n.Trend: _event,
    n.ChangesBy: _event,
}


# ---- questions -----------------------------------------------------------------------------------------------------


def together(literals: Together) -> Combined:
    """The domains that literals leave."""
    found = Combined()
    for literal in literals:
        found.add(literal)
    return found


def satisfying(condition: n.Condition, holds: bool = True) -> Combined | None:
    """One way in which the condition may be true (or false); None when there is certainly none.

    Raises TooManyError when it has too many ways to say.
    """
    return next((found for way in alternatives(condition, holds) if (found := together(way)).possible), None)


def can_be(condition: n.Condition, holds: bool = True) -> bool:
    """Whether any record may make the condition true (or false): no only when certain."""
    try:
        return satisfying(condition, holds) is not None
    except TooManyError:
        return True


def implies(stronger: n.Condition, weaker: n.Condition) -> bool:
    """Whether the weaker condition certainly holds wherever the stronger one does."""
    return not can_be(n.And((stronger, n.Not(weaker))))


def conflict(literals: Iterable[Literal]) -> tuple[Literal, Literal] | None:
    """Two literals that exclude each other, the first such pair in their order."""
    listed = list(literals)
    for place, second in enumerate(listed):
        for first in listed[:place]:
            if not together((first, second)).possible:
                return first, second
    return None
