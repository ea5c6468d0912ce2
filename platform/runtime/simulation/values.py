"""Values of event lines (JSON) as held in memory: cleaned by the same field types as every other input."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ruleloom.dsl.calendar import Calendar, day_number, instant
from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity
from ruleloom.forms.fields.base import InputContext
from ruleloom.forms.validation import ValidationError, Validator

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class NotAValue(Exception):
    """Internal: the given thing is no instant."""


class EntityValues:
    """Reads the values of one entity's events, which are written with field names.

    Required fields are not asked for: a history may be older than the requirement.
    """

    def __init__(self, entity: Entity, calendar: Calendar) -> None:
        self._validator = Validator(entity, InputContext(calendar, opaque_ids=True))
        self._keys = {field.name: field.key for field in entity.fields}

    def read(self, given: Mapping[str, Any]) -> dict[str, Value]:
        """Field keys → values. Raises ValidationError with everything that is wrong."""
        keys = self._keys
        values, errors = self._validator.check({keys.get(name, name): value for name, value in given.items()})
        if errors:
            raise ValidationError(*errors)
        return values


def defaults_of(entity: Entity, calendar: Calendar) -> dict[str, Value]:
    """The values that a new record has where none are given."""
    given = {field.key: field.default for field in entity.fields if not field.system and field.default is not None}
    return Validator(entity, InputContext(calendar, opaque_ids=True)).check(given)[0]


def instant_of(given: Any, calendar: Calendar) -> int:
    """The instant of an RFC 3339 text; one without offset is local time. Raises NotAValue or ValueError."""
    if not isinstance(given, str):
        raise NotAValue
    moment, at = _moment_of(given)
    return calendar.at(day_number(moment.date()), moment.time()) if at is None else at


@lru_cache(maxsize=1024)
def _moment_of(given: str) -> tuple[datetime, int | None]:
    """The wall clock of a text, and its instant when it says the offset."""
    if _DATE.fullmatch(given.strip()):
        raise NotAValue
    moment = datetime.fromisoformat(given.strip())
    return moment, None if moment.tzinfo is None else instant(moment)
