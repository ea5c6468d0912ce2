# ruff: noqa: D102 - the protocol `Flow` documents `reaches` and `bends`
"""Values that move with time (`now + 3 months`, `today`, `days since x`) and when they next reach another value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY, HOUR, Calendar
from ruleloom.dsl.nodes import Duration

Steps = tuple[tuple[Duration, int], ...]
"""Durations with their signs, applied in order."""

_SLACK_DAYS = 3
"""Months and working days keep the order of days; within a day and at clock changes they may step back: far less."""


class Flow(Protocol):
    """A value that moves by itself. Every answer is an instant later than now, possibly too early, never too late."""

    def reaches(self, target: int | Decimal) -> int | None:
        """When `value >= target` or `value > target` may next change."""
        ...

    def bends(self) -> int | None:
        """When it next stops moving in step with now (instants) or next changes (days, counts)."""
        ...


def earliest(*instants: int | None) -> int | None:
    """The least of several instants; None is never."""
    found = [instant for instant in instants if instant is not None]
    return min(found) if found else None


def first_true(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first value in [low, high) for which a monotone question holds; `high` when there is none."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _search_days(holds: Callable[[int], bool], first: int) -> int | None:
    """The first day ≥ `first` for which a monotone question holds, however far off; None beyond year 9999."""
    width = 1
    while first + width <= shifts.MAX_DAY:
        if holds(first + width):
            return first_true(holds, first, first + width)
        width *= 2
    return None


@dataclass(frozen=True, slots=True)
class MovingInstant:
    """`now` moved by durations"""

    now: int
    calendar: Calendar
    steps: Steps = ()

    def value(self, now: int) -> int:
        """The moved instant, seen from `now`."""
        for duration, sign in self.steps:
            now = shifts.shift_instant(self.calendar, now, duration, sign)
        return now

    def bends(self) -> int | None:
        """The next instant at which a calendar step starts from another local day or offset."""
        cuts: list[int | None] = []
        value = self.now
        for duration, sign in self.steps:
            if not shifts.is_fixed(duration):
                cuts.append(self.now + self._cut(value) - value)
            value = shifts.shift_instant(self.calendar, value, duration, sign)
        return earliest(*cuts)

    def _cut(self, instant: int) -> int:
        """The next local midnight or change of offset after an instant."""
        local = self.calendar.local
        end = self.calendar.midnight(self.calendar.day_of(instant) + 1)
        offset = local(instant).utcoffset()
        if local(end).utcoffset() == offset:
            return end
        return first_true(lambda t: local(t).utcoffset() != offset, instant + 1, end)

    def reaches(self, target: int | Decimal) -> int | None:
        value, goal = self.value(self.now), int(target)
        bend = self.bends()
        if bend is None:
            return next((t for t in (goal - value + self.now, goal - value + self.now + 1) if t > self.now), None)
        if value > goal + _SLACK_DAYS * DAY:
            return None
        if value < goal - _SLACK_DAYS * DAY:
            return self._come_near(goal, bend)
        if value > goal:
            return bend
        return first_true(lambda t: self.value(t) > goal or self.value(t) >= goal > value, self.now + 1, bend)

    def _come_near(self, goal: int, bend: int) -> int | None:
        """A safe instant before the value comes within the slack of the goal."""
        near = goal - (_SLACK_DAYS - 1) * DAY
        today = self.calendar.day_of(self.now)
        day = _search_days(lambda d: self.value(self.calendar.midnight(d)) >= near, today + 1)
        return None if day is None else max(bend, self.calendar.midnight(day - 1))


@dataclass(frozen=True, slots=True)
class MovingDay:
    """`today` moved by durations"""

    now: int
    calendar: Calendar
    steps: Steps = ()

    def value(self, today: int) -> int:
        """The moved day, seen from `today`."""
        for duration, sign in self.steps:
            today = shifts.shift_day(self.calendar, today, duration, sign)
        return today

    def bends(self) -> int | None:
        return self.calendar.midnight(self.calendar.day_of(self.now) + 1)

    def reaches(self, target: int | Decimal) -> int | None:
        today, goal = self.calendar.day_of(self.now), int(target)
        value = self.value(today)
        if value > goal:
            return None
        wanted = goal if value < goal else goal + 1
        day = _search_days(lambda d: self.value(d) >= wanted, today + 1)
        return None if day is None else self.calendar.midnight(day)


@dataclass(frozen=True, slots=True)
class Counting:
    """`days since x`, `hours until x`: whole units between now and a value that stands still"""

    now: int
    calendar: Calendar
    base: int
    unit: str
    since: bool
    of_date: bool

    def _at(self, count: int) -> int:
        """When the count first is `count` (since), or first falls below it (until)."""
        if self.of_date:
            return self.calendar.midnight(self.base + count if self.since else self.base - count + 1)
        length = (DAY if self.unit == "days" else HOUR) * count
        return self.base + length if self.since else self.base - length + 1

    def _later(self, *counts: int) -> int | None:
        return earliest(*(instant for instant in map(self._at, counts) if instant > self.now))

    def reaches(self, target: int | Decimal) -> int | None:
        return self._later(math.ceil(target), math.floor(target) + 1)

    def bends(self) -> int | None:
        if self.of_date:
            today = self.calendar.day_of(self.now)
            count = today - self.base if self.since else self.base - today
        else:
            length = DAY if self.unit == "days" else HOUR
            count = (self.now - self.base if self.since else self.base - self.now) // length
        return self._later(count + 1 if self.since else count)
