"""`once`, `at most N times per D`: whether one more firing is too many."""

from __future__ import annotations

from collections.abc import Sequence

from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY, Calendar
from ruleloom.dsl.nodes import Limit, Unit

_LONGEST_DAYS = {Unit.MONTHS: 31, Unit.YEARS: 366, Unit.WORKING_DAYS: 366}
"""No unit is longer than so many days (a working day is found within a year in any serious calendar)."""


def looks_back_to(limit: Limit, at: int) -> int | None:
    """Firings at or before this instant cannot matter any more; None: all of them matter."""
    duration = limit.duration
    if duration is None:
        return None
    if shifts.is_fixed(duration):
        return at - shifts.fixed_length(duration)
    return at - (duration.amount + 1) * _LONGEST_DAYS[duration.unit] * DAY


def exceeded(limit: Limit, counted: Sequence[int], at: int, calendar: Calendar) -> bool:
    """Whether a firing at `at` would be one too many; `counted` are the instants of those that were not skipped.

    A firing f counts for f <= at < f + D: exactly D later is allowed again.
    """
    duration = limit.duration
    if duration is None:
        return len(counted) >= limit.number
    recent = sum(1 for f in counted if f <= at < shifts.shift_instant(calendar, f, duration))
    return recent >= limit.number
