"""A date or an instant moved by a duration: fixed units, months clamped to their end, and working days.

Results that leave the years 1 to 9999 are the sentinels just outside the range, so that a comparison with them still
has an answer; as a value they are empty (`day_value`, `instant_value`).
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from datetime import date
from functools import lru_cache

from ruleloom.dsl.calendar import DAY, HOUR, MINUTE, Calendar, day_date, day_number
from ruleloom.dsl.nodes import Duration, Unit

MIN_DAY = day_number(date(1, 1, 3))
MAX_DAY = day_number(date(9999, 12, 29))
MIN_INSTANT = MIN_DAY * DAY
MAX_INSTANT = MAX_DAY * DAY
_WEEK = 7

FIXED_UNITS: dict[Unit, int] = {Unit.MINUTES: MINUTE, Unit.HOURS: HOUR, Unit.DAYS: DAY, Unit.WEEKS: _WEEK * DAY}
"""Microseconds of the units that are the same everywhere."""
WHOLE_DAYS: dict[Unit, int] = {Unit.DAYS: 1, Unit.WEEKS: _WEEK}
"""Days of the units that are fixed for dates."""
_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}


def is_fixed(duration: Duration) -> bool:
    """Whether the duration is one length everywhere, for dates and for instants."""
    return duration.unit in FIXED_UNITS


def fixed_length(duration: Duration) -> int:
    """Microseconds of a fixed duration."""
    return duration.amount * FIXED_UNITS[duration.unit]


def day_within(day: int) -> int:
    """The day itself, or the sentinel beyond the end that it lies behind."""
    return max(MIN_DAY - 1, min(MAX_DAY + 1, day))


def instant_within(instant: int) -> int:
    """The instant itself, or the sentinel beyond the end that it lies behind."""
    return max(MIN_INSTANT - 1, min(MAX_INSTANT + 1, instant))


def day_value(day: int) -> int | None:
    """None for a sentinel."""
    return day if MIN_DAY <= day <= MAX_DAY else None


def instant_value(instant: int) -> int | None:
    """None for a sentinel."""
    return instant if MIN_INSTANT <= instant <= MAX_INSTANT else None


def shift_day(calendar: Calendar, day: int, duration: Duration, sign: int = 1) -> int:
    """The day moved by the duration; minutes and hours count as the whole days they fill."""
    amount = sign * duration.amount
    if duration.unit in _MONTHS:
        return _add_months(day, amount * _MONTHS[duration.unit])
    if duration.unit is Unit.WORKING_DAYS:
        return working_days(calendar).step(day, amount)
    return day_within(day + amount * FIXED_UNITS[duration.unit] // DAY)


def shift_instant(calendar: Calendar, instant: int, duration: Duration, sign: int = 1) -> int:
    """The instant moved by the duration; months and working days keep the local time of day."""
    if duration.unit in FIXED_UNITS:
        return instant_within(instant + sign * fixed_length(duration))
    if duration.amount == 0:
        return instant
    wall = calendar.local(instant)
    day = shift_day(calendar, day_number(wall.date()), duration, sign)
    if day_value(day) is None:
        return MAX_INSTANT + 1 if day > MAX_DAY else MIN_INSTANT - 1
    return calendar.at(day, wall.time())


def _add_months(day: int, months: int) -> int:
    start = day_date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return MAX_DAY + 1 if year > 1 else MIN_DAY - 1
    last = monthrange(year, month + 1)[1]
    return day_within(day_number(date(year, month + 1, min(start.day, last))))


class WorkingDays:
    """Counts working days without walking over them: whole weeks, a rest, and the exceptions before a day."""

    def __init__(self, calendar: Calendar) -> None:
        self.weekend = calendar.weekend
        # Day 0 is a Thursday; week positions are counted from the Monday three days earlier.
        self.worked = tuple(sum(1 for d in range(n) if d not in calendar.weekend) for n in range(_WEEK + 1))
        self.off = sorted(d for d in calendar.holidays - calendar.workdays if (d + 3) % _WEEK not in calendar.weekend)
        self.on = sorted(d for d in calendar.workdays if (d + 3) % _WEEK in calendar.weekend)

    def until(self, day: int) -> int:
        """Working days up to and including `day`, from a fixed beginning."""
        weeks, rest = divmod(day + 3, _WEEK)
        plain = weeks * self.worked[_WEEK] + self.worked[rest + 1]
        return plain - bisect_right(self.off, day) + bisect_right(self.on, day)

    def step(self, day: int, amount: int) -> int:
        """The amount-th working day after `day` (before it when negative); the day itself for 0."""
        if amount == 0:
            return day
        if amount > 0:
            return self._first(self.until(day) + amount, day, MAX_DAY + 1)
        return self._first(self.until(day - 1) + amount + 1, MIN_DAY - 1, day)

    def _first(self, count: int, low: int, high: int) -> int:
        """The first day in [low, high] up to which there are `count` working days; `high` when there is none."""
        while low < high:
            middle = (low + high) // 2
            if self.until(middle) >= count:
                high = middle
            else:
                low = middle + 1
        return low


@lru_cache(maxsize=64)
def working_days(calendar: Calendar) -> WorkingDays:
    """The counter of a calendar."""
    return WorkingDays(calendar)
