"""Values of event lines (JSON) as held in memory, checked against their fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from ruleloom.dsl import numbers
from ruleloom.dsl.calendar import Calendar, day_number, instant
from ruleloom.dsl.types import Kind, Value
from ruleloom.dsl.vocabulary import FieldWords
from ruleloom.runtime.simulation.writes import refused

_LIMIT = Decimal(10) ** 12
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORDS = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}


class NotAValue(Exception):
    """Internal: the given thing is no value of the field's kind."""


def value_of(field: FieldWords, given: Any, calendar: Calendar) -> Value:
    """The value of a field from JSON; None for null and the empty string. Raises Refused."""
    if given is None or given == "":
        return None
    try:
        return _READERS[field.value_type.kind](given, field, calendar)
    except (NotAValue, InvalidOperation, ValueError, OverflowError):
        raise refused("value-wrong", field=field.name, value=str(given), kind=str(field.value_type.kind)) from None


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


def _text(given: Any, _field: FieldWords, _calendar: Calendar) -> Value:
    if not isinstance(given, str) or "\0" in given:
        raise NotAValue
    return unicodedata.normalize("NFC", given)


def _number(given: Any, field: FieldWords, _calendar: Calendar) -> Value:
    if isinstance(given, bool) or not isinstance(given, int | str | Decimal):
        raise NotAValue
    number = Decimal(given.strip() if isinstance(given, str) else given)
    if not number.is_finite() or abs(number) >= _LIMIT:
        raise NotAValue
    decimals = field.value_type.decimals
    if decimals is not None and number != numbers.rounded(number, decimals):
        raise refused("value-too-many-decimals", field=field.name, value=str(given), decimals=decimals)
    return number


def _boolean(given: Any, _field: FieldWords, _calendar: Calendar) -> Value:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in _WORDS:
        return _WORDS[given.lower()]
    raise NotAValue


def _date(given: Any, _field: FieldWords, _calendar: Calendar) -> Value:
    if not isinstance(given, str) or not _DATE.fullmatch(given.strip()):
        raise NotAValue
    return day_number(date.fromisoformat(given.strip()))


def _datetime(given: Any, _field: FieldWords, calendar: Calendar) -> Value:
    return instant_of(given, calendar)


def _option(given: Any, field: FieldWords) -> str:
    for option in field.options:
        if given == option.value:
            return option.value
    for option in field.options:
        if given in option.labels.values():
            return option.value
    raise NotAValue


def _choice(given: Any, field: FieldWords, _calendar: Calendar) -> Value:
    return _option(given, field)


def _choices(given: Any, field: FieldWords, _calendar: Calendar) -> Value:
    found = dict.fromkeys(_option(one, field) for one in (given if isinstance(given, list) else [given]))
    return tuple(found) or None


def _record(given: Any, _field: FieldWords, _calendar: Calendar) -> Value:
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise NotAValue
    return str(given)


def _files(given: Any, _field: FieldWords, _calendar: Calendar) -> Value:
    names = given if isinstance(given, list) else [given]
    if not all(isinstance(name, str) and name for name in names):
        raise NotAValue
    return tuple(names) or None


_READERS: Mapping[Kind, Callable[[Any, FieldWords, Calendar], Value]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.RECORD: _record,
    Kind.FILES: _files,
}
