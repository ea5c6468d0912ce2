"""Facts by bisection in rows that are kept in order of time: no row is looked at that the answer does not need."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.flow import earliest
from ruleloom.engine.store import Fact, Goal, Snapshot
from ruleloom.runtime.simulation.panes import Pane, Rows
from ruleloom.runtime.simulation.related import Lines, Related
from ruleloom.runtime.simulation.strands import EMPTY_STRAND, Read, Strand, asked_of, stands_by_itself
from ruleloom.runtime.simulation.tables import EMPTY_SHELF, Shelf

Finder = Callable[[RecordId, Snapshot, Moment], Fact]
Combine = Callable[[list[Any]], Any]
COMBINED: Mapping[str, Combine] = {
    "count": lambda values: Decimal(len(values)),
    "sum": numbers.total,
    "avg": numbers.average,
    "min": lambda values: min(values) if values else None,
    "max": lambda values: max(values) if values else None,
    "distinct": lambda values: Decimal(len({_comparable(value) for value in values})),
    "latest": lambda values: values[-1] if values else None,
    "earliest": lambda values: values[0] if values else None,
}
"""What each function makes of its values, which come in order of time."""
_SUMMED = ("sum", "avg")


def _comparable(value: Any) -> Any:
    return tuple(sorted(value)) if isinstance(value, tuple) else value


# ---- quantities --------------------------------------------------------------------------------------------------


def least_of(condition: n.Quantified) -> tuple[int, bool]:
    """The least number of rows that makes it true, or (then with True) not true; not for `exactly`."""
    if condition.quantity in ("any", "at_least"):
        return (1 if condition.quantity == "any" else condition.number), False
    return (0 if condition.quantity == "no" else condition.number) + 1, True


def quick_quantity(condition: n.Quantified, related: Related) -> Finder | None:
    """Counts between two places; None where rows have to be looked through."""
    strands, pane = related.strands(), related.pane
    if strands is None or pane is None:
        return None
    if related.window is None:
        return _number_of_all(condition, strands)
    if condition.quantity == "exactly":
        return _exactly(condition.number, strands, pane)
    return _at_least(condition, strands, pane)


def _number_of_all(condition: n.Quantified, strands: Lines) -> Finder:
    exactly = condition.quantity == "exactly"
    number, negative = (condition.number, False) if exactly else least_of(condition)

    def find(holder: RecordId, _snapshot: Snapshot, _moment: Moment) -> Fact:
        strand = strands.get(holder, EMPTY_SHELF)
        count = len(strand.timed) + len(strand.loose)
        return Fact(count == number if exactly else (count >= number) is not negative)

    return find


def _at_least(condition: n.Quantified, strands: Lines, pane: Pane) -> Finder:
    least, negative = least_of(condition)

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        timed = strands.get(holder, EMPTY_SHELF).timed
        low, high = pane.inside(timed, moment)
        if high - low >= least:
            return Fact(not negative, pane.goes(timed[high - least][0]) if least > 0 else None)
        place = low + least - 1
        return Fact(negative, pane.comes(timed[place][0]) if place < len(timed) else None)

    return find


def _exactly(number: int, strands: Lines, pane: Pane) -> Finder:
    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        timed = strands.get(holder, EMPTY_SHELF).timed
        low, high = pane.inside(timed, moment)
        count = high - low
        if count > number:
            return Fact(False, pane.goes(timed[high - number - 1][0]))
        place = high if count == number else low + number - 1
        comes = pane.comes(timed[place][0]) if place < len(timed) else None
        if count < number:
            return Fact(False, comes)
        return Fact(True, earliest(comes, pane.goes(timed[low][0]) if count else None))

    return find


# ---- the newest ones ---------------------------------------------------------------------------------------------


def quick_last(condition: n.LastAll, related: Related) -> Finder | None:
    """`the last N … all C` where the truth of C is known of each row beforehand; None for others."""
    logic, pane = Logic(condition.condition, related.vocabulary, "row"), related.pane
    if pane is None or not stands_by_itself(logic):
        return None
    strands = related.strands(asked_of(logic, related.calendar), ("truth", logic.condition))
    if strands is None:
        return None
    number, windowed = condition.number, related.window is not None

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        timed = strands.get(holder, EMPTY_SHELF).timed
        low, high, comes = _past(timed, pane, moment)
        if high - low < number or not all(row[2] for row in timed[high - number : high]):
            return Fact(False, comes)
        return Fact(True, earliest(comes, pane.goes(timed[high - number][0]) if windowed and number else None))

    return find


def _past(timed: Rows, pane: Pane, moment: Moment) -> tuple[int, int, int | None]:
    """Between which places rows lie in the window and have a time ≤ now, and the instant at which the next one does."""
    low, high = pane.inside(timed, moment)
    high = min(high, bisect_left(timed, ((moment.today if pane.dated else moment.now) + 1,)))
    if high == len(timed):
        return min(low, high), high, None
    time = timed[high][0]
    return min(low, high), high, max(pane.comes(time), moment.midnight(time) if pane.dated else time)


# ---- aggregates --------------------------------------------------------------------------------------------------


def quick_aggregate(aggregate: n.Aggregate, related: Related, goal: Goal | None) -> Finder | None:
    """Rows in order of time with their values, sums that move along with the window; None where there is no order."""
    function, path, pane = aggregate.function, aggregate.value, related.pane
    if pane is None or (path is None) != (function == "count") or (path is not None and len(path.fields) > 1):
        return None
    what: Read | None = None
    if path is not None:
        key = related.key_of(path.fields[0])
        what = lambda row: row[key]  # noqa: E731
    strands = related.strands(what, (path, related.window if function in _SUMMED else None))
    if strands is None:
        return None
    if function in ("latest", "earliest"):
        return _outermost(strands, pane, newest=function == "latest")
    if related.window is None:
        return _of_all(_taking(function), strands)
    if goal is not None and function in ("sum", "count"):
        return _towards(goal, _taking(function), strands, pane)
    return _combined(_taking(function), strands, pane)


Take = Callable[[Strand | Shelf, int, int, bool], Any]
"""What is made of the rows between two places, of those without a time too."""


def _of_all(take: Take, strands: Lines) -> Finder:
    def find(holder: RecordId, _snapshot: Snapshot, _moment: Moment) -> Fact:
        strand = strands.get(holder, EMPTY_STRAND)
        return Fact(take(strand, 0, len(strand.timed), True))

    return find


def _combined(take: Take, strands: Lines, pane: Pane) -> Finder:
    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        strand = strands.get(holder, EMPTY_STRAND)
        timed = strand.timed
        low, high = pane.inside(timed, moment)
        comes = pane.comes(timed[high][0]) if high < len(timed) else None
        goes = pane.goes(timed[low][0]) if low < high else None
        return Fact(take(strand, low, high, False), earliest(comes, goes))

    return find


def _towards(goal: Goal, take: Take, strands: Lines, pane: Pane) -> Finder:
    """`sum(…) > 10000`: rows that come and go are counted on until the comparison comes out otherwise."""
    compare, target = _COMPARE[goal.operator], goal.target
    rising, falling = goal.operator in (">", ">="), goal.operator in ("<", "<=")

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        strand = strands.get(holder, EMPTY_STRAND)
        timed = strand.timed
        low, high = pane.inside(timed, moment)
        value = take(strand, low, high, False)
        truth = compare(value, target)
        growth = isinstance(strand, Shelf) or not strand.negatives
        # where values are never negative, only rows that go can make a sum smaller, and only rows that come greater
        ends = not growth or not (falling if truth else rising)
        starts = not growth or not (rising if truth else falling)
        if growth and ends and not starts:
            stands = lambda gone: compare(numbers.subtract(value, gone), target) is truth  # noqa: E731
            place = _first_to_matter(timed[low : min(high, low + _STEPS)], stands)
            return Fact(value, pane.goes(timed[low + place][0]) if low + place < high else None)
        total, until = value, None
        for _ in range(_STEPS):
            goes = pane.goes(timed[low][0]) if ends and low < high else None
            comes = pane.comes(timed[high][0]) if starts and high < len(timed) else None
            until = earliest(goes, comes)
            if until is None:
                break
            if until == comes:
                total = numbers.add(total, _worth(timed[high]))
                high += 1
            else:
                total = numbers.subtract(total, _worth(timed[low]))
                low += 1
            if compare(total, target) is not truth:
                break
        return Fact(value, until)

    return find


def _first_to_matter(rows: Rows, stands: Callable[[Decimal], bool]) -> int:
    """The place of the row with which so much is gone that a comparison does not stand; behind the last: none."""
    if stands(numbers.total(_worth(row) for row in rows)):
        return len(rows)
    gone = Decimal(0)
    for place, row in enumerate(rows):
        gone = numbers.add(gone, _worth(row))
        if not stands(gone):
            return place
    return len(rows)


def _worth(row: tuple[int, int, Any]) -> Decimal:
    """What a row adds: its value, or one where rows are counted."""
    return row[2] if row[2].__class__ is Decimal else _ONE


_ONE = Decimal(1)
_STEPS = 32
"""Rows that are counted on; behind them is looked again."""
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _taking(function: str) -> Take:
    if function == "count":
        return lambda strand, low, high, loose: Decimal(high - low + (len(strand.loose) if loose else 0))
    if function in _SUMMED:
        return _sum if function == "sum" else _average
    combine = COMBINED[function]

    def take(strand: Strand | Shelf, low: int, high: int, loose: bool) -> Any:
        values: list[Any] = [row[2] for row in strand.timed[low:high]]
        return combine([*values, *strand.loose.values()] if loose else values)

    return take


def _sum(strand: Strand | Shelf, low: int, high: int, loose: bool) -> Decimal:
    assert isinstance(strand, Strand)  # noqa: S101 - values are asked for, so it is no shelf
    total = strand.sum_of(low, high)
    return numbers.total([total, *strand.loose.values()]) if loose and strand.loose else total


def _average(strand: Strand | Shelf, low: int, high: int, loose: bool) -> Decimal | None:
    count = high - low + (len(strand.loose) if loose else 0)
    return numbers.divide(_sum(strand, low, high, loose), count) if count else None


def _outermost(strands: Lines, pane: Pane, *, newest: bool) -> Finder:
    """`latest`, `earliest`: the value of the row at one end of those that are past."""

    def find(holder: RecordId, _snapshot: Snapshot, moment: Moment) -> Fact:
        timed = strands.get(holder, EMPTY_SHELF).timed
        low, high, comes = _past(timed, pane, moment)
        if low == high:
            return Fact(None, comes)
        place = high - 1 if newest else low
        return Fact(timed[place][2], earliest(comes, pane.goes(timed[place][0])))

    return find
