"""What values an expression can still have when several conditions hold at once: ranges, sets of texts, emptiness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Bound = tuple[Decimal, int]
"""A value and 0; 1 for just above it, -1 for just below it."""
Range = tuple[Bound, Bound]
"""Both ends included, after `Bound`."""

_ENDLESS: Range = ((Decimal("-Infinity"), 0), (Decimal("Infinity"), 0))


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of numbers, days or instants: ranges in order, apart from each other. `unit`: values are its multiples."""

    ranges: tuple[Range, ...] = (_ENDLESS,)

    def both(self, other: Ranges) -> Ranges:
        """What lies in both."""
        found = ((max(a[0], b[0]), min(a[1], b[1])) for a in self.ranges for b in other.ranges)
        return Ranges(tuple(sorted(each for each in found if each[0] <= each[1])))

    def other(self) -> Ranges:
        """What does not lie in it."""
        found: list[Range] = []
        low = _ENDLESS[0]
        for begin, end in self.ranges:
            if low < begin:
                found.append((low, (begin[0], begin[1] - 1)))
            low = (end[0], end[1] + 1)
        if low <= _ENDLESS[1]:
            found.append((low, _ENDLESS[1]))
        return Ranges(tuple(each for each in found if each[0] <= each[1]))

    def some(self, unit: Decimal | None) -> Decimal | None:
        """A value in it, a multiple of the unit; None when there is none."""
        for begin, end in self.ranges:
            for value in _tries(begin, end, unit):
                if begin <= (value, 0) <= end:
                    return value
        return None


def _tries(begin: Bound, end: Bound, unit: Decimal | None) -> Iterable[Decimal]:
    """Values that a range contains if it contains any: none other has to be looked at."""
    if not begin[0].is_finite() and not end[0].is_finite():
        yield Decimal(0)
        return
    if unit is None:
        yield from (each[0] for each in (begin, end) if each[0].is_finite())
        if begin[0].is_finite() and end[0].is_finite():
            yield (begin[0] + end[0]) / 2
        else:
            yield begin[0] + 1 if begin[0].is_finite() else end[0] - 1
        return
    if begin[0].is_finite():
        first = (begin[0] / unit).to_integral_value() * unit
        yield from (first - unit, first, first + unit)
    else:
        last = (end[0] / unit).to_integral_value() * unit
        yield from (last + unit, last, last - unit)


def at(value: Any) -> Ranges:
    """That value only."""
    return Ranges((((Decimal(value), 0), (Decimal(value), 0)),))


def compared(operator: str, value: Any) -> Ranges:
    """All values for which `x operator value` is true."""
    number = Decimal(value)
    if operator == "=":
        return at(value)
    begin, end = _ENDLESS
    if operator in (">", ">="):
        begin = (number, 1 if operator == ">" else 0)
    else:
        end = (number, -1 if operator == "<" else 0)
    return Ranges(((begin, end),))


@dataclass(frozen=True, slots=True)
class Members:
    """A set of texts, options, references or truths: these, or all but these."""

    values: frozenset[Any] = frozenset()
    all_but: bool = True

    def both(self, other: Members) -> Members:
        """What lies in both."""
        if self.all_but and other.all_but:
            return Members(self.values | other.values)
        if self.all_but:
            return Members(other.values - self.values, all_but=False)
        return Members(self.values - other.values if other.all_but else self.values & other.values, all_but=False)

    def other(self) -> Members:
        """What does not lie in it."""
        return Members(self.values, not self.all_but)

    def some(self, _unit: Decimal | None, among: Iterable[Any] = ()) -> Any:
        """A value in it; for all but some, one of `among`. None when none is known."""
        if not self.all_but:
            return min(self.values, key=str, default=None)
        return next((value for value in among if value not in self.values), None)

    @property
    def nothing(self) -> bool:
        """Whether no value is left; a boolean has two."""
        return not self.all_but and not self.values
