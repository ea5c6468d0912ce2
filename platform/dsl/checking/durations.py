"""Durations, windows and schedules: units that fit."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, span, tokens
from ruleloom.dsl.keywords import spelled
from ruleloom.dsl.reading.syntax import Part, Syntax, Token
from ruleloom.dsl.types import Kind

_DAYS_OF_UNIT = {
    n.Unit.MINUTES: Decimal(1) / 1440,
    n.Unit.HOURS: Decimal(1) / 24,
    n.Unit.DAYS: Decimal(1),
    n.Unit.WEEKS: Decimal(7),
    n.Unit.MONTHS: Decimal(31),
    n.Unit.YEARS: Decimal(366),
    n.Unit.WORKING_DAYS: Decimal(2),
}
LONGEST_DAYS = 366 * 200
_SMALL = (n.Unit.MINUTES, n.Unit.HOURS)


def number_of(token: Token) -> Decimal:
    """The value of a number as written; `15%` is 0.15."""
    digits = token.value.replace(" ", "")
    return Decimal(digits[:-1]).scaleb(-2) if digits.endswith("%") else Decimal(digits)


def whole_number(c: Checker, token: Token, least: int = 0, most: int = 1_000_000) -> int | None:
    """A whole number between two bounds; reported when it is none."""
    if not token.value:
        return None
    number = number_of(token) if len(token.value) < 40 else Decimal(most + 1)
    if number != int(number) or not least <= number <= most or "%" in token.value:
        c.wrong("whole-number", token, least=least, most=most)
        return None
    return int(number)


def duration_of(c: Checker, part: Part) -> n.Duration | None:
    """`72 hours`, or `week` alone, which means one."""
    return c.one(part, lambda reading: _duration(c, reading))


def _duration(c: Checker, part: Part) -> n.Duration | None:
    if not isinstance(part, Syntax) or part.kind != "span":
        if not (isinstance(part, Token) and not part.value):
            c.wrong("not-a-duration", part)
        return None
    numbers, units = tokens(part, "NUMBER"), tokens(part, "UNIT")
    if not units or not units[0].value:
        return None
    amount = whole_number(c, numbers[0]) if numbers else 1
    if amount is None:
        return None
    unit = n.Unit(units[0].value)
    if amount * _DAYS_OF_UNIT[unit] > LONGEST_DAYS:
        c.wrong("duration-too-long", part)
        return None
    return n.Duration(amount, unit, span=span(part))


def window_of(c: Checker, part: Part) -> n.Window | None:
    """`in the last 30 days`, `in this month`."""
    found = c.one(part, lambda reading: _window(c, reading))
    return found if isinstance(found, n.Rolling | n.Calendrical) else None


def _window(c: Checker, part: Part) -> n.Window | None:
    if not isinstance(part, Syntax):
        return None
    if part.kind == "calendar":
        which, unit = cast(Token, part.children[0]).value.split()
        return n.Calendrical(which, unit, span=span(part))  # type: ignore[arg-type]
    duration = duration_of(c, part.children[-1])
    if duration is None:
        return None
    return n.Rolling("last" if part.kind == "in_last" else "next", duration, span=span(part))


def suits_unit(c: Checker, node: n.Window | n.Duration, kind: Kind, part: Part) -> bool:
    """Whether a duration may move such a value: minutes and hours mean nothing to a date. Reported when not."""
    duration = node.duration if isinstance(node, n.Rolling) else node
    if kind is not Kind.DATE or not isinstance(duration, n.Duration) or duration.unit not in _SMALL:
        return True
    from ruleloom.messages import Place

    place = Place(duration.span.start, duration.span.end) if duration.span != n.NOWHERE else part
    days = spelled("UNIT", "days", c.language)
    c.wrong("small-unit-on-date", place, f"{duration.amount} {days}")
    return False


def time_of(c: Checker, token: Token) -> time | None:
    """`17:00`"""
    if not token.value:
        return None
    hours, minutes = map(int, token.value.split(":"))
    if hours > 23 or minutes > 59:
        c.wrong("bad-time", token)
        return None
    return time(hours, minutes)


def schedule_of(c: Checker, part: Syntax) -> n.Schedule | None:
    """The `every …` of a rule."""
    make = {
        "every_unit": _every_unit,
        "every_weekday": _every_weekday,
        "every_month": _every_month,
        "every_hours": _every_hours,
    }
    return make[part.kind](c, part)


def _at(c: Checker, part: Syntax) -> time | None:
    found = tokens(part, "TIME")
    return time_of(c, found[0]) if found else None


def _every_unit(c: Checker, part: Syntax) -> n.Schedule | None:
    unit, at = tokens(part, "UNIT")[0], _at(c, part)
    if not unit.value or at is None:
        return None
    if unit.value == "days":
        return n.Schedule("day", at, span=span(part))
    if unit.value == "working_days":
        return n.Schedule("working_day", at, span=span(part))
    c.wrong("bad-schedule", unit)
    return None


def _every_weekday(c: Checker, part: Syntax) -> n.Schedule | None:
    at = _at(c, part)
    days = sorted({int(token.value) for token in tokens(part, "WEEKDAY") if token.value})
    return None if at is None or not days else n.Schedule("weekday", at, weekdays=tuple(days), span=span(part))


def _every_month(c: Checker, part: Syntax) -> n.Schedule | None:
    units = tokens(part, "UNIT")
    if units and units[0].value != "months":
        c.wrong("bad-schedule", units[0])
        return None
    days = [whole_number(c, token, 1, 31) for token in tokens(part, "NUMBER")]
    at = _at(c, part)
    if at is None or None in days:
        return None
    return n.Schedule("month", at, days=tuple(sorted({day for day in days if day})), span=span(part))


def _every_hours(c: Checker, part: Syntax) -> n.Schedule | None:
    unit = tokens(part, "UNIT")[0]
    numbers = tokens(part, "NUMBER")
    hours = whole_number(c, numbers[0], 1, 24 * 366) if numbers else 1
    if hours is None or not unit.value:
        return None
    if unit.value != "hours":
        c.wrong("bad-schedule", unit)
        return None
    return n.Schedule("hours", hours=hours, span=span(part))
