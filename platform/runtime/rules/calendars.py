"""The calendars of the past: which one held when, as models whose vocabulary is today's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleloom.forms.calendar_file import read_calendar
from ruleloom.forms.entity import Model
from ruleloom.forms.findings import Findings
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import calendar_log


@dataclass(frozen=True, slots=True)
class Stretch:
    """A model with the calendar that held from an instant on."""

    since: int
    model: Model
    settings: calendar_log.CalendarRow | None = None
    """As it was set; None where it is the present one."""
    until: int | None = None
    """When another one took its place; None for the present one."""


def held_from(connection: Connection, model: Model, start: int) -> Sequence[Stretch]:
    """The calendars that held from an instant on, oldest first; the present one is that of `model`."""
    rows = calendar_log.from_on(connection, start)
    ends = [row.since for row in rows[1:]]
    past = [Stretch(row.since, _with(model, row), row, end) for row, end in zip(rows, ends, strict=False)]
    return [*past, Stretch(rows[-1].since if rows else calendar_log.BEGINNING, model)]


def held_at(connection: Connection, model: Model, instant: int) -> Stretch:
    """The calendar that held at an instant."""
    return held_from(connection, model, instant)[0]


def as_set(row: calendar_log.CalendarRow) -> dict[str, Any]:
    """A calendar as the settings show it: own days stand beside those of the country."""
    found: Mapping[str, Any] = row.calendar or {}
    return {
        "timezone": row.timezone,
        "weekend": list(found.get("weekend", ("saturday", "sunday"))),
        "country": found.get("country"),
        "holidays": [str(day) for day in found.get("holidays", ())],
        "workdays": [str(day) for day in found.get("workdays", ())],
    }


def _with(model: Model, row: calendar_log.CalendarRow) -> Model:
    findings = Findings()
    calendar = read_calendar(row.timezone, row.calendar, findings)
    findings.raise_if_any()
    return model if calendar == model.calendar else Model(model.entities, calendar, model.formulas)
