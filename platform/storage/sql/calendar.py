"""A workspace's calendar as databases use it: by name on SQLite (same process), as arrays of numbers on PostgreSQL.

PostgreSQL's own zone rules may be of another year than Python's; so it never sees a zone, only its offsets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from ruleloom.dsl.calendar import DAY, Calendar, instant
from ruleloom.dsl.shifts import working_days

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""Offsets of a zone are exact between these years; beyond them the nearest one stands."""
_STEP = 5 * DAY
_BEFORE_ALL = -(2**62)


@dataclass(frozen=True, slots=True)
class ZoneArrays:
    """Changes of the offset: their instants, the wall clocks at which they come, the offsets (one more)."""

    starts: tuple[int, ...]
    walls: tuple[int, ...]
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WorkArrays:
    """Working days as `dsl.shifts.WorkingDays` counts them."""

    worked: tuple[int, ...]
    off: tuple[int, ...]
    on: tuple[int, ...]


@lru_cache(maxsize=16)
def zone_arrays(calendar: Calendar) -> ZoneArrays:
    """The offsets of the calendar's zone, found by looking every few days and halving in between."""
    low, high = _year(_FIRST_YEAR), _year(_LAST_YEAR)
    offset = _offset(calendar, low)
    starts, walls, offsets = [_BEFORE_ALL], [_BEFORE_ALL], [offset, offset]
    for step in range(low, high, _STEP):
        there = _offset(calendar, step + _STEP)
        if there != offset:
            start = _change(calendar, step, step + _STEP, offset)
            starts.append(start)
            walls.append(start + offset)
            offsets.append(there)
            offset = there
    return ZoneArrays(tuple(starts), tuple(walls), tuple(offsets))


def work_arrays(calendar: Calendar) -> WorkArrays:
    """The working days of the calendar."""
    counter = working_days(calendar)
    return WorkArrays(counter.worked, tuple(counter.off), tuple(counter.on))


def _year(year: int) -> int:
    return instant(datetime(year, 1, 1, tzinfo=UTC))


def _offset(calendar: Calendar, at: int) -> int:
    delta = calendar.local(at).utcoffset()
    assert delta is not None  # noqa: S101 - local times are aware
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _change(calendar: Calendar, low: int, high: int, offset: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(calendar, middle) == offset:
            low = middle
        else:
            high = middle
    return high


_NAMED: dict[str, Calendar] = {}
_NAMES: dict[Calendar, str] = {}


def calendar_name(calendar: Calendar) -> str:
    """The name by which registered functions of this process find a calendar."""
    if calendar not in _NAMES:
        name = f"calendar-{len(_NAMES) + 1}"
        _NAMED[name] = calendar
        _NAMES[calendar] = name
    return _NAMES[calendar]


def named_calendar(name: str) -> Calendar:
    """The calendar of a name."""
    return _NAMED[name]
