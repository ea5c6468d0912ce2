"""Field type `date`: a calendar day of the workspace's zone, kept as days since 1970-01-01."""

from __future__ import annotations

import datetime as clock
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.calendar import Calendar, day_date, day_number, instant
from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?![\d])")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")


def read_day(text: str) -> tuple[clock.date, str] | None:
    """The date at the beginning of a text (`2026-01-31`, `2026/1/31`, `2026年1月31日`, `20260131`) and what follows."""
    found = _DAY.match(text) or _COMPACT.match(text)
    if found is None:
        return None
    try:
        return clock.date(*(int(part) for part in found.groups())), text[found.end() :].strip()
    except ValueError:
        return None


def read_date(raw: Any, calendar: Calendar) -> Value:
    """The day number of a raw value; of an instant with a zone, its local day. Refused when it is no date."""
    if isinstance(raw, clock.datetime):
        return day_number(raw.date()) if raw.tzinfo is None else calendar.day_of(instant(raw))
    if isinstance(raw, clock.date):
        return day_number(raw)
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw).strip()
        found = read_day(text)
        if found is not None and not found[1]:
            return day_number(found[0])
        try:
            moment = clock.datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return read_date(moment, calendar)
    raise Refused("not-a-date", value=str(raw)[:40])


@FIELD_TYPES.register
class Date(FieldType):
    """A calendar day."""

    type = "date"
    kind = Kind.DATE

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """A date as people write it, year first."""
        calendar = context.calendar
        return lambda raw: read_date(raw, calendar)

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """`2026-01-31`"""
        return day_date(value).isoformat() if isinstance(value, int) else value

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """A date."""
        return {"type": "string", "format": "date"}
