"""`/calendar`: zone and working days of the workspace, by which a browser counts days as the server does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.forms.calendar_file import WEEKDAYS, write_calendar
from ruleloom.runtime.commands import calendar

resource = Resource("calendar", "Zone and working days of the workspace.")
_DAYS = {"description": "Days, as 2026-01-31."}
_MOST = 1_000
"""Own holidays or make-up days that one workspace may have."""


class CalendarSchema(Schema):
    """Days off by weekday, holidays besides them, and make-up days that are worked all the same."""

    timezone = fields.String(required=True)
    weekend = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True)
    holidays = fields.List(fields.String(), required=True, metadata=_DAYS)
    workdays = fields.List(fields.String(), required=True, metadata=_DAYS)


class CalendarSettingsSchema(Schema):
    """The calendar as it is set: own days stand beside those of the country (ISO 3166; null: none)."""

    timezone = fields.String(required=True, validate=validate.Length(1, 100))
    weekend = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)), required=True, validate=validate.Length(max=6)
    )
    country = fields.String(required=True, allow_none=True, validate=validate.Length(2, 10))
    holidays = fields.List(fields.String(), required=True, validate=validate.Length(max=_MOST), metadata=_DAYS)
    workdays = fields.List(fields.String(), required=True, validate=validate.Length(max=_MOST), metadata=_DAYS)


class CalendarChangedSchema(CalendarSettingsSchema):
    """`firings`: what the change itself made true; `queued`: records whose rules are judged after this answer."""

    firings = fields.Integer(required=True)
    queued = fields.Integer(required=True)


class CountriesSchema(Schema):
    """Countries whose holidays and make-up days are known."""

    items = fields.List(fields.String(), required=True)


class CountryDaysSchema(Schema):
    """Days of one country."""

    holidays = fields.List(fields.String(), required=True, metadata=_DAYS)
    workdays = fields.List(fields.String(), required=True, metadata=_DAYS)


@resource.get("/calendar", answer=CalendarSchema)
def read() -> dict[str, Any]:
    """Zone and working days"""
    written = write_calendar(workspace().refreshed().model.calendar)
    return {"timezone": written["timezone"], **written["calendar"]}


@resource.get("/calendar/settings", answer=CalendarSettingsSchema)
def settings() -> dict[str, Any]:
    """Zone and working days as they are set, for administrators"""
    return asdict(calendar.read(workspace(), current_actor()))


@resource.put("/calendar/settings", body=CalendarSettingsSchema, answer=CalendarChangedSchema)
def change(given: dict[str, Any]) -> dict[str, Any]:
    """Another zone or other working days; everything that rules wait for is worked out anew"""
    changed = calendar.change(workspace(), current_actor(), **given)
    return {**asdict(changed.kept), "firings": changed.firings, "queued": changed.queued}


@resource.get("/calendar/countries", answer=CountriesSchema)
def countries() -> dict[str, Any]:
    """Countries whose holidays are known"""
    return {"items": calendar.known_countries()}


@resource.get("/calendar/countries/<country>", answer=CountryDaysSchema)
def days_of(country: str) -> dict[str, Any]:
    """Holidays and make-up working days of a country"""
    holidays, workdays = calendar.days_of(country)
    return {"holidays": holidays, "workdays": workdays}
