"""`/calendar`: zone and working days of the workspace, by which a browser counts days as the server does."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.here import workspace
from ruleloom.api.resource import Resource
from ruleloom.forms.calendar_file import WEEKDAYS, write_calendar

resource = Resource("calendar", "Zone and working days of the workspace.")


class CalendarSchema(Schema):
    """Days off by weekday, holidays besides them, and make-up days that are worked all the same."""

    timezone = fields.String(required=True)
    weekend = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True)
    holidays = fields.List(fields.String(), required=True, metadata={"description": "Days, as 2026-01-31."})
    workdays = fields.List(fields.String(), required=True, metadata={"description": "Days, as 2026-01-31."})


@resource.get("/calendar", answer=CalendarSchema)
def read() -> dict[str, Any]:
    """Zone and working days"""
    written = write_calendar(workspace().model.calendar)
    return {"timezone": written["timezone"], **written["calendar"]}
