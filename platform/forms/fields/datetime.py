"""Field type `datetime`: an instant, kept in microseconds UTC; without a zone it is the workspace's wall clock."""

from __future__ import annotations

import datetime as clock
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.calendar import SECOND, Calendar, day_number, instant, moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.date import read_day
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_CLOCK = re.compile(r"T?\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\Z")


def read_instant(raw: Any, calendar: Calendar) -> Value:
    """The instant of a raw value in microseconds; Refused when it is none."""
    if isinstance(raw, clock.datetime):
        return _of(raw, calendar)
    if isinstance(raw, clock.date):
        return calendar.midnight(day_number(raw))
    if isinstance(raw, str):
        try:
            return _of(clock.datetime.fromisoformat(raw.strip()), calendar)
        except ValueError:
            pass  # not as ISO writes it: as people do
        found = _read_loose(unicodedata.normalize("NFKC", raw).strip(), calendar)
        if found is not None:
            return found
    raise Refused("not-a-datetime", value=str(raw)[:40])


def _of(found: clock.datetime, calendar: Calendar) -> int:
    if found.tzinfo is not None:
        return instant(found)
    return calendar.at(day_number(found.date()), found.time())


def _read_loose(text: str, calendar: Calendar) -> int | None:
    """`2026/1/31 8:00`, `2026年1月31日 08:00:30`"""
    day = read_day(text)
    if day is None:
        return None
    if not day[1]:
        return calendar.midnight(day_number(day[0]))
    time = _CLOCK.match(day[1])
    if time is None:
        return None
    hour, minute, second, fraction = time.groups()
    try:
        wall = clock.time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None
    return calendar.at(day_number(day[0]), wall)


def instant_text(value: int) -> str:
    """`2026-01-31T08:00:00Z`; a fraction only when it is not zero, without trailing zeros."""
    seconds, fraction = divmod(value, SECOND)
    whole = _second_text(seconds)
    return f"{whole}.{fraction:06d}".rstrip("0") + "Z" if fraction else f"{whole}Z"


@lru_cache(maxsize=4096)
def _second_text(seconds: int) -> str:
    """A second is written once for the many that share it: made and changed at once, imported together."""
    return moment(seconds * SECOND).isoformat(timespec="seconds").removesuffix("+00:00")


@FIELD_TYPES.register
class DateTime(FieldType):
    """An instant."""

    type = "datetime"
    kind = Kind.DATETIME

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """An RFC 3339 instant, or a local wall clock."""
        calendar = context.calendar
        return lambda raw: read_instant(raw, calendar)

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """RFC 3339 in UTC."""
        return instant_text(value) if isinstance(value, int) else value

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """An instant."""
        return {"type": "string", "format": "date-time"}
