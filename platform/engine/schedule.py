"""When `every friday at 17:00` comes round next: local wall-clock times of the workspace, clock changes included."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from datetime import time

from ruleloom.dsl.calendar import DAY, HOUR, Calendar, day_date
from ruleloom.dsl.nodes import Schedule

_LOOK_AHEAD_DAYS = 366 * 30
"""Working days of a calendar full of holidays may be far off; a schedule without any tick in 30 years has none."""


def next_tick(schedule: Schedule, after: int, calendar: Calendar, anchor: int) -> int | None:
    """The first instant later than `after` at which the schedule fires.

    `anchor` is an instant of the publishing day: `every 4 hours` counts from that day's local midnight in hours of
    60 minutes. A local time that a clock change skips falls on the shift, a doubled one on its first occurrence; day
    31 of a short month is its last day.
    """
    if schedule.unit == "hours":
        start, step = calendar.midnight(calendar.day_of(anchor)), schedule.hours * HOUR
        return start + max((after - start) // step + 1, 0) * step
    clock = schedule.at or time(0)
    first = calendar.day_of(after) - 1
    for day in _days(schedule, first, calendar):
        instant = calendar.at(day, clock)
        if instant > after:
            return instant
    return None


def pace(schedule: Schedule) -> float:
    """Microseconds from one tick to the next, on average."""
    if schedule.unit == "hours":
        return schedule.hours * HOUR
    if schedule.unit == "weekday":
        return 7 * DAY / max(1, len(schedule.weekdays))
    return 30 * DAY / max(1, len(schedule.days)) if schedule.unit == "month" else DAY


def _days(schedule: Schedule, first: int, calendar: Calendar) -> Iterator[int]:
    return (day for day in range(first, first + _LOOK_AHEAD_DAYS) if _is_day(schedule, day, calendar))


def _is_day(schedule: Schedule, day: int, calendar: Calendar) -> bool:
    if schedule.unit == "day":
        return True
    if schedule.unit == "working_day":
        return calendar.is_working(day)
    date = day_date(day)
    if schedule.unit == "weekday":
        return date.isoweekday() in schedule.weekdays
    last = months.monthrange(date.year, date.month)[1]
    return date.day in schedule.days or (date.day == last and any(wanted > last for wanted in schedule.days))
