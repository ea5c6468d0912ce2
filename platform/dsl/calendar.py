"""Days, zones and working days: the only place that turns instants into local days and back.

Instants are microseconds since 1970-01-01T00:00Z, days are integers since 1970-01-01 (see `types`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - _EPOCH_DAY, date.max.toordinal() - _EPOCH_DAY
_MICROSECOND = timedelta(microseconds=1)


def instant(moment: datetime) -> int:
    """Microseconds of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(instant_: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant_)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def day_date(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH_DAY)


@dataclass(frozen=True)
class Calendar:
    """A workspace's zone, weekend, holidays and make-up working days."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    weekend: frozenset[int] = frozenset({5, 6})
    """Weekdays off, Monday is 0."""
    holidays: frozenset[int] = frozenset()
    """Day numbers off although no weekend."""
    workdays: frozenset[int] = frozenset()
    """Day numbers worked although weekend or holiday (make-up days)."""

    def local(self, instant_: int) -> datetime:
        """The wall clock of an instant; at the ends of the years that dates have, that of UTC."""
        if not _FIRST_DAY < instant_ // DAY < _LAST_DAY:
            return moment(instant_)
        return moment(instant_).astimezone(self.zone)

    def day_of(self, instant_: int) -> int:
        """The local day of an instant; at the ends of the years that dates have and beyond, days of UTC."""
        if not _FIRST_DAY < instant_ // DAY < _LAST_DAY:
            return instant_ // DAY
        return day_number(self.local(instant_).date())

    def midnight(self, day: int) -> int:
        """The instant at which a local day begins (the first existing instant of that day)."""
        return self.at(day, time(0))

    def at(self, day: int, clock: time) -> int:
        """The instant of a local wall-clock time; a skipped one falls on the shift, a doubled one on the first.

        Beyond the years that dates have, days are those of UTC: such instants are only ever compared with.
        """
        if not _FIRST_DAY < day < _LAST_DAY:
            return day * DAY + (clock.hour * 60 + clock.minute) * MINUTE + clock.second * SECOND + clock.microsecond
        wall = datetime.combine(day_date(day), clock)
        first = instant(wall.replace(tzinfo=self.zone, fold=0))
        if self.local(first).replace(tzinfo=None) == wall:
            return first
        return self._shift_near(instant(wall.replace(tzinfo=self.zone, fold=1)), first)

    def _shift_near(self, low: int, high: int) -> int:
        """The instant in (low, high] at which the zone's offset changes, by bisection."""
        before = self.local(low).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if self.local(middle).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high

    def is_working(self, day: int) -> bool:
        """Whether people work on that day."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day_date(day).weekday() not in self.weekend
