"""Moments: windows value by value and as intervals are the same, across clock changes, months' ends and holidays."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from ruleloom.dsl.calendar import DAY, HOUR, Calendar, day_number
from ruleloom.dsl.moment import Intervals, Moment, complement
from ruleloom.dsl.nodes import Duration, Unit
from ruleloom.dsl.shifts import shift_day, shift_instant, working_days
from ruleloom.dsl.types import Kind
from tests.dsl.backends.trees import NOW, Pieces, calendar, chance


def _within(intervals: Intervals, value: int) -> bool:
    return any((low is None or low <= value) and (high is None or value < high) for low, high in intervals)


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_intervals_say_what_each_value_says(seed: int) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    moment = Moment(NOW + random.randrange(-300 * DAY, 300 * DAY, HOUR // 2), calendar(random))
    kind = random.choice([Kind.DATE, Kind.DATETIME])
    window, duration = pieces.window(kind is Kind.DATE), pieces.duration(kind is Kind.DATE)
    bounds, older = moment.bounds(window, kind), moment.older_bounds(duration, kind)
    ends = [end for interval in (*bounds, *older) for end in interval if end is not None]
    step = 1 if kind is Kind.DATE else HOUR // 2
    for value in {
        end + near for end in ends for near in (-1, 0, 1, *(random.randrange(-200, 200) * step for _ in range(6)))
    }:
        assert _within(bounds, value) is moment.within(value, window, kind)
        assert _within(older, value) is moment.older(value, duration, kind)
        assert _within(complement(older), value) is not _within(older, value)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), amount=st.integers(-40, 40))
def test_working_days_are_counted_as_by_walking(seed: int, amount: int) -> None:
    random = chance(seed)
    workspace = calendar(random)
    start = day_number(dt.date(2026, 3, 31)) + random.randrange(-50, 50)
    day, left = start, abs(amount)
    while left:
        day += 1 if amount > 0 else -1
        left -= workspace.is_working(day)
    assert working_days(workspace).step(start, amount) == day


def test_months_are_clamped_and_years_end() -> None:
    utc = Calendar()
    january = day_number(dt.date(2026, 1, 31))
    assert shift_day(utc, january, Duration(1, Unit.MONTHS)) == day_number(dt.date(2026, 2, 28))
    assert shift_day(utc, january, Duration(25, Unit.MONTHS)) == day_number(dt.date(2028, 2, 29))
    moment = Moment(NOW, utc)
    assert moment.shifted_day(january, Duration(9000, Unit.YEARS), 1) is None
    assert moment.shifted_instant(NOW, Duration(10**9, Unit.DAYS), -1) is None
    assert shift_instant(utc, NOW, Duration(0, Unit.WORKING_DAYS)) == NOW
