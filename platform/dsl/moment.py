"""One instant seen from a workspace: what `now`, `today`, `me` and every window mean at it.

Windows are worked out twice and must agree: `within` answers for one value, `bounds` gives the same answer as
intervals of values, which is what SQL compares with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY, HOUR, Calendar, day_date, day_number
from ruleloom.dsl.nodes import Calendrical, Duration, Window
from ruleloom.dsl.types import Kind, RecordId

Interval = tuple[int | None, int | None]
"""From a value (included) to before a value; None: no end on that side."""
Intervals = tuple[Interval, ...]
"""In order, not touching each other."""

_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_SCAN = 6 * HOUR


class Moment:
    """An instant, the workspace's calendar, and who acts (`me`; None for rules that run by themselves)."""

    def __init__(self, now: int, calendar: Calendar, me: RecordId | None = None) -> None:
        self.now = now
        self.calendar = calendar
        self.me = me
        self._bounds: dict[tuple[Window, bool], Intervals] = {}

    @cached_property
    def today(self) -> int:
        """The local day of now."""
        return self.calendar.day_of(self.now)

    # ---- values ------------------------------------------------------------------------------------------------------

    def day_of(self, instant: int) -> int:
        """The local day of an instant."""
        return self.calendar.day_of(instant)

    def midnight(self, day: int) -> int:
        """The instant at which a local day begins."""
        return self.calendar.midnight(day)

    def shifted_day(self, day: int, duration: Duration, sign: int) -> int | None:
        """`due + 3 months`; empty when it leaves the years 1 to 9999."""
        return shifts.day_value(shifts.shift_day(self.calendar, day, duration, sign))

    def shifted_instant(self, instant: int, duration: Duration, sign: int) -> int | None:
        """`held_at - 2 working days`; empty when it leaves the years 1 to 9999."""
        return shifts.instant_value(shifts.shift_instant(self.calendar, instant, duration, sign))

    def days_since(self, instant: int) -> int:
        """Whole days of 24 hours from an instant to now, floored."""
        return (self.now - instant) // DAY

    def days_until(self, instant: int) -> int:
        """Whole days of 24 hours from now to an instant, floored."""
        return (instant - self.now) // DAY

    def hours_since(self, instant: int) -> int:
        """Whole hours from an instant to now, floored."""
        return (self.now - instant) // HOUR

    def hours_until(self, instant: int) -> int:
        """Whole hours from now to an instant, floored."""
        return (instant - self.now) // HOUR

    # ---- windows, value by value -------------------------------------------------------------------------------------

    def within(self, value: int, window: Window, kind: Kind) -> bool:
        """Whether a date or instant lies in a window at this moment."""
        if isinstance(window, Calendrical):
            low, high = self.period(window, kind)
            return low <= value < high
        now = self._now(kind)
        if window.side == "last":
            return value <= now < self._shift(value, window.duration, 1, kind)
        return self._shift(value, window.duration, -1, kind) <= now < value

    def older(self, value: int, duration: Duration, kind: Kind) -> bool:
        """x + D <= now"""
        return self._shift(value, duration, 1, kind) <= self._now(kind)

    def period(self, window: Calendrical, kind: Kind) -> tuple[int, int]:
        """The calendar period meant by the window: from (included) to before, days or instants."""
        first, after = _period(self.today, window)
        return (first, after) if kind is Kind.DATE else (self.midnight(first), self.midnight(after))

    def _now(self, kind: Kind) -> int:
        return self.today if kind is Kind.DATE else self.now

    def _shift(self, value: int, duration: Duration, sign: int, kind: Kind) -> int:
        move = shifts.shift_day if kind is Kind.DATE else shifts.shift_instant
        return move(self.calendar, value, duration, sign)

    # ---- windows as intervals ----------------------------------------------------------------------------------------

    def bounds(self, window: Window, kind: Kind) -> Intervals:
        """All values for which `within` is true."""
        key = (window, kind is Kind.DATE)
        if key not in self._bounds:
            self._bounds[key] = self._find_bounds(window, kind)
        return self._bounds[key]

    def older_bounds(self, duration: Duration, kind: Kind) -> Intervals:
        """All values for which `older` is true."""
        return complement(self._moved_past_now(duration, 1, kind))

    def _find_bounds(self, window: Window, kind: Kind) -> Intervals:
        if isinstance(window, Calendrical):
            return (self.period(window, kind),)
        after_now = self._now(kind) + 1
        if window.side == "last":
            return clip(self._moved_past_now(window.duration, 1, kind), None, after_now)
        return clip(complement(self._moved_past_now(window.duration, -1, kind)), after_now, None)

    def _moved_past_now(self, duration: Duration, sign: int, kind: Kind) -> Intervals:
        """All values that, moved by the duration, lie after now."""
        if kind is Kind.DATE:
            return ((self._first_day_moved_to(self.today + 1, duration, sign), None),)
        if shifts.is_fixed(duration):
            return ((self.now - sign * shifts.fixed_length(duration) + 1, None),)
        return self._instants_moved_past_now(duration, sign)

    def _first_day_moved_to(self, target: int, duration: Duration, sign: int) -> int:
        """The first day that moves to `target` or later (moving keeps the order of days)."""
        return _first(
            lambda day: shifts.shift_day(self.calendar, day, duration, sign) >= target,
            shifts.MIN_DAY,
            shifts.MAX_DAY + 1,
        )

    def _instants_moved_past_now(self, duration: Duration, sign: int) -> Intervals:
        """Months and working days send several days to one, so times of day decide between their pieces."""
        first = self._first_day_moved_to(self.today - 1, duration, sign)
        after = self._first_day_moved_to(self.today + 2, duration, sign)
        end = self.midnight(after) if after <= shifts.MAX_DAY else shifts.MAX_INSTANT + 1
        if first >= after:
            return ((end, None),)

        def past(instant: int) -> bool:
            return shifts.shift_instant(self.calendar, instant, duration, sign) > self.now

        found: list[Interval] = []
        for low, high in self._pieces(self.midnight(first), end):
            start = _first(past, low, high)
            if start < high:
                found.append((start, high))
        return join([*found, (end, None)])

    def _pieces(self, low: int, high: int) -> list[tuple[int, int]]:
        """Stretches of [low, high) within one local day and one offset from UTC."""
        cuts = [low]
        while cuts[-1] < high:
            cuts.append(min(high, self._next_cut(cuts[-1], high)))
        return list(pairwise(cuts))

    def _next_cut(self, instant: int, high: int) -> int:
        wall = self.calendar.local(instant)
        day, offset = wall.date(), wall.utcoffset()
        step = instant
        while step < high:
            step = min(high, step + _SCAN)
            there = self.calendar.local(step)
            if there.date() != day or there.utcoffset() != offset:
                return _first(lambda t: self._wall_key(t) != (day, offset), instant, step)
        return high

    def _wall_key(self, instant: int) -> tuple[object, object]:
        wall = self.calendar.local(instant)
        return wall.date(), wall.utcoffset()


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first value in [low, high) for which a monotone question holds; `high` when there is none."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _period(today: int, window: Calendrical) -> tuple[int, int]:
    if window.unit in ("day", "week"):
        length = 1 if window.unit == "day" else 7
        start = today if window.unit == "day" else today - day_date(today).weekday()
        start -= length if window.which == "previous" else 0
        return start, start + length
    months = _MONTHS_OF[window.unit]
    now = day_date(today)
    index = (now.year * 12 + now.month - 1) // months - (1 if window.which == "previous" else 0)
    return _month_start(index * months), _month_start((index + 1) * months)


def _month_start(index: int) -> int:
    year, month = divmod(index, 12)
    return day_number(day_date(0).replace(year=min(max(year, 1), 9999), month=month + 1))


def complement(intervals: Intervals) -> Intervals:
    """Every value that lies in none of the intervals."""
    gaps: list[Interval] = []
    low: int | None = None
    for start, end in intervals:
        if start is not None:
            gaps.append((low, start))
        low = end
        if end is None:
            return tuple(gaps)
    return (*gaps, (low, None))


def clip(intervals: Intervals, low: int | None, high: int | None) -> Intervals:
    """The part of the intervals between two ends."""
    clipped: list[Interval] = []
    for start, end in intervals:
        first = start if low is None else low if start is None else max(low, start)
        last = end if high is None else high if end is None else min(high, end)
        if first is None or last is None or first < last:
            clipped.append((first, last))
    return tuple(clipped)


def join(intervals: list[Interval]) -> Intervals:
    """The intervals in order, those that touch made one."""
    joined: list[Interval] = []
    for start, end in intervals:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
