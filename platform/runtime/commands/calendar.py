"""The calendar of the workspace: its zone, days off, holidays and make-up days, as people set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.calendar import day_date
from ruleloom.forms.calendar_file import WEEKDAYS, countries, country_days, read_calendar
from ruleloom.forms.findings import Findings
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.ports import Unsettled
from ruleloom.runtime.rules import calendar_change
from ruleloom.runtime.rules.calendar_change import ORIGIN
from ruleloom.runtime.rules.published import CALENDAR, TIMEZONE
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import calendar_log


class WrongCalendar(RuleloomError):
    """A zone, country or day that there is not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The calendar as it is set: own days stand beside those of the country. Days are ISO dates."""

    timezone: str
    weekend: Sequence[str]
    country: str | None
    holidays: Sequence[str]
    workdays: Sequence[str]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change led to; `queued`: records whose rules are judged after the answer."""

    kept: Kept
    firings: int
    queued: int


def read(workspace: Workspace, actor: Actor) -> Kept:
    """The calendar as it is set."""
    access.require(actor, Verb.ADMINISTER)
    with workspace.database.read() as connection:
        return _kept(connection)


def known_countries() -> list[str]:
    """Countries whose holidays are known, as ISO 3166 codes."""
    return countries()


def days_of(country: str) -> tuple[list[str], list[str]]:
    """Holidays and make-up working days of a country as ISO dates; `WrongCalendar` (422) when it is not known."""
    findings = Findings()
    read_calendar(None, {"country": country}, findings)
    findings.raise_if_any(WrongCalendar)
    holidays, workdays = country_days(country.upper())
    return _dates(holidays), _dates(workdays)


def change(
    workspace: Workspace,
    actor: Actor,
    timezone: str,
    weekend: Sequence[str],
    country: str | None,
    holidays: Sequence[str],
    workdays: Sequence[str],
) -> Changed:
    """Sets the calendar; ticks, deadlines and what rules remember are worked out anew in the same transaction.

    Very many records are judged durably in chunks after it, on the state and at the instant of the change.
    `WrongCalendar` (422) says everything that is wrong.
    """
    access.require(actor, Verb.ADMINISTER)
    given = {"weekend": list(weekend), "country": country, "holidays": list(holidays), "workdays": list(workdays)}
    findings = Findings()
    read_calendar(timezone, given, findings)
    findings.raise_if_any(WrongCalendar)

    def command(uow: UnitOfWork) -> Changed:
        settings.raise_rule_set_version(uow.connection)  # from here on nobody else writes
        if uow.backlog.earliest() is not None:
            raise Unsettled
        uow.read_clock()
        uow.settle_all()
        old = _as_kept(uow.connection, calendar_log.BEGINNING, None)
        settings.write(uow.connection, TIMEZONE, timezone)
        settings.write(uow.connection, CALENDAR, {key: value for key, value in given.items() if value is not None})
        calendar_log.add(uow.connection, old, _as_kept(uow.connection, uow.now, uow.user))
        queued = calendar_change.work_out_anew(uow)
        uow.wrote = True
        return Changed(_kept(uow.connection), len(uow.desk.entered), queued)

    return workspace.transact(command, actor, origin=ORIGIN)


def _kept(connection: Connection) -> Kept:
    found: Mapping[str, Any] = settings.read(connection, CALENDAR) or {}
    return Kept(
        settings.read(connection, TIMEZONE, "UTC"),
        found.get("weekend", [WEEKDAYS[5], WEEKDAYS[6]]),
        found.get("country"),
        [str(day) for day in found.get("holidays", ())],
        [str(day) for day in found.get("workdays", ())],
    )


def _as_kept(connection: Connection, since: int, by: int | None) -> calendar_log.CalendarRow:
    zone, days = settings.read(connection, TIMEZONE, "UTC"), settings.read(connection, CALENDAR)
    return calendar_log.CalendarRow(since, zone, days, by)


def _dates(days: frozenset[int]) -> list[str]:
    return [day_date(day).isoformat() for day in sorted(days)]
