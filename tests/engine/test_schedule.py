"""When schedules come round: clock changes, short months, working days, hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ruleloom.dsl.calendar import Calendar, day_number, instant, moment
from ruleloom.dsl.nodes import Schedule
from ruleloom.engine.schedule import next_tick

LONDON = Calendar(ZoneInfo("Europe/London"))
SHANGHAI = Calendar(
    ZoneInfo("Asia/Shanghai"),
    holidays=frozenset({day_number(date(2026, 10, 1)), day_number(date(2026, 10, 2))}),
    workdays=frozenset({day_number(date(2026, 10, 4))}),
)


def ticks(schedule: Schedule, calendar: Calendar, start: str, count: int) -> list[str]:
    now = instant(datetime.fromisoformat(start).replace(tzinfo=UTC))
    anchor, found = now, []
    for _ in range(count):
        upcoming = next_tick(schedule, now, calendar, anchor)
        assert upcoming is not None
        assert upcoming > now
        now = upcoming
        found.append(moment(now).strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("schedule", "calendar", "start", "expected"),
    [
        (Schedule("day", time(1, 30)), LONDON, "2026-03-28T00:00", ["03-28 01:30", "03-29 01:00", "03-30 00:30"]),
        (Schedule("day", time(1, 30)), LONDON, "2026-10-24T00:00", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
        (
            Schedule("month", time(8), days=(31,)),
            LONDON,
            "2026-01-01T00:00",
            ["01-31 08:00", "02-28 08:00", "03-31 07:00"],
        ),
        (
            Schedule("month", time(8), days=(30, 31)),
            LONDON,
            "2026-02-01T00:00",
            ["02-28 08:00", "03-30 07:00", "03-31 07:00"],
        ),
        (Schedule("weekday", time(17), weekdays=(5,)), SHANGHAI, "2026-01-02T09:00", ["01-09 09:00", "01-16 09:00"]),
        (Schedule("working_day", time(8, 30)), SHANGHAI, "2026-09-30T00:31", ["10-04 00:30", "10-05 00:30"]),
        (Schedule("hours", hours=4), LONDON, "2026-03-28T23:30", ["03-29 00:00", "03-29 04:00", "03-29 08:00"]),
        (Schedule("hours", hours=7), SHANGHAI, "2026-01-01T00:00", ["01-01 06:00", "01-01 13:00", "01-01 20:00"]),
    ],
)
def test_the_next_ticks(schedule: Schedule, calendar: Calendar, start: str, expected: list[str]) -> None:
    assert ticks(schedule, calendar, start, len(expected)) == expected
