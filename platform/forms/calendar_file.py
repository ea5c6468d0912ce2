"""The workspace calendar as written in a file: `timezone` and `calendar: {weekend, country, holidays, workdays}`.

Holidays and make-up working days of a country come from the `holidays` library (for China with 调休 days); days written
in the file are added to them, and a day written under `workdays` is worked whatever else is said.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from ruleloom.dsl.calendar import Calendar, day_number
from ruleloom.forms.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR, LAST_YEAR = 2000, 2050
"""Years for which a country's holidays are worked out."""
_PARTS = ("weekend", "country", "holidays", "workdays")


def read_calendar(timezone: Any, given: Any, findings: Findings) -> Calendar:
    """The calendar of a file; everything wrong is noted in `findings`. Default: UTC, Monday to Friday."""
    zone = _zone(timezone, findings)
    if given is None:
        return Calendar(zone)
    if not isinstance(given, dict):
        findings.add("not-a-mapping", "calendar")
        return Calendar(zone)
    for part in given:
        if part not in _PARTS:
            findings.unknown("unknown-property", f"calendar.{part}", str(part), _PARTS)
    holidays, workdays = _country(given.get("country"), findings)
    own_holidays = _days(given, "holidays", findings)
    own_workdays = _days(given, "workdays", findings)
    return Calendar(
        zone,
        _weekend(given, findings),
        (holidays | own_holidays) - own_workdays,
        (workdays - own_holidays) | own_workdays,
    )


def write_calendar(calendar: Calendar) -> Mapping[str, Any]:
    """The calendar as `{timezone, calendar}` with every day written out (numbers of days are ISO dates)."""
    from ruleloom.dsl.calendar import day_date

    return {
        "timezone": calendar.zone.key,
        "calendar": {
            "weekend": [WEEKDAYS[day] for day in sorted(calendar.weekend)],
            "holidays": [day_date(day).isoformat() for day in sorted(calendar.holidays)],
            "workdays": [day_date(day).isoformat() for day in sorted(calendar.workdays)],
        },
    }


def _zone(name: Any, findings: Findings) -> ZoneInfo:
    if name is None:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        findings.unknown("unknown-timezone", "timezone", str(name), available_timezones())
        return ZoneInfo("UTC")


def _weekend(given: Mapping[str, Any], findings: Findings) -> frozenset[int]:
    if "weekend" not in given:
        return frozenset({5, 6})
    written = given["weekend"]
    if not isinstance(written, list):
        findings.add("not-a-list", "calendar.weekend")
        return frozenset({5, 6})
    found = set()
    for index, word in enumerate(written):
        if str(word).lower() in WEEKDAYS:
            found.add(WEEKDAYS.index(str(word).lower()))
        else:
            findings.unknown("unknown-weekday", f"calendar.weekend[{index}]", str(word), WEEKDAYS)
    return frozenset(found)


def _days(given: Mapping[str, Any], part: str, findings: Findings) -> frozenset[int]:
    written = given.get(part) or []
    if not isinstance(written, list):
        findings.add("not-a-list", f"calendar.{part}")
        return frozenset()
    days = set()
    for index, day in enumerate(written):
        try:
            days.add(day_number(_date(day)))
        except ValueError:
            findings.add("not-a-day", f"calendar.{part}[{index}]", value=str(day))
    return frozenset(days)


def _date(day: Any) -> date:
    if isinstance(day, datetime):
        return day.date()
    return day if isinstance(day, date) else date.fromisoformat(str(day))


def _country(code: Any, findings: Findings) -> tuple[frozenset[int], frozenset[int]]:
    if code is None:
        return frozenset(), frozenset()
    try:
        return country_days(str(code).upper())
    except NotImplementedError:
        findings.unknown("unknown-country", "calendar.country", str(code), countries())
        return frozenset(), frozenset()


@cache
def country_days(code: str) -> tuple[frozenset[int], frozenset[int]]:
    """Holidays and make-up working days of a country (ISO 3166 code) as day numbers; NotImplementedError if unknown."""
    import holidays  # imported late: only workspaces with a country need it

    days = holidays.country_holidays(code, years=range(FIRST_YEAR, LAST_YEAR + 1))
    return _numbers(days), _numbers(days.weekend_workdays)


def _numbers(days: Iterable[date]) -> frozenset[int]:
    return frozenset(day_number(day) for day in days)


def countries() -> list[str]:
    """Countries whose holidays are known, as ISO 3166 codes."""
    import holidays

    return sorted(holidays.list_supported_countries())
