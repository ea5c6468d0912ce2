"""Cells to values: one small function per field, made once per run from the field type's own cleaner and the plan.

The field types know how people write values; a plan adds what only this file knows: day and month the other way
round, a decimal comma, the zone of its times, codes that a spreadsheet made `17850.0` of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.entity import Field
from ruleloom.forms.fields.base import InputContext, Refused
from ruleloom.forms.fields.number import read_number
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.validation import shown_name

DATE_FORMATS: Mapping[str, str] = {
    "y-m-d": "%Y-%m-%d", "y/m/d": "%Y/%m/%d", "y.m.d": "%Y.%m.%d", "ymd": "%Y%m%d", "y年m月d日": "%Y年%m月%d日",
    "m/d/y": "%m/%d/%Y", "d/m/y": "%d/%m/%Y", "d.m.y": "%d.%m.%Y", "m-d-y": "%m-%d-%Y", "d-m-y": "%d-%m-%Y",
}  # fmt: skip
"""Date formats by the name that a plan uses; those with the year first are understood without being named."""
YEAR_FIRST = ("y-m-d", "y/m/d", "y.m.d", "ymd", "y年m月d日")
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", "T%H:%M:%S")
_CURRENCY = "¥￥$€£"
_REMEMBERED = 4096
"""Cells per column whose value is remembered: dates, codes and prices come again and again."""

Converter = Callable[[str], Value]
How = Mapping[str, Any]


class CellError(Exception):
    """A cell that does not fit its field: a message code and parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def converter(field: Field, how: How, calendar: Calendar) -> Converter:
    """The function for a column; `how` may hold `format`, `zone`, `decimal`, `round`, `whole`. Empty cells are None."""
    if not importable(field):
        raise CellError("import-kind-not-importable", field=shown_name(field))
    clean = field_types()[field.type].cleaner(field, InputContext(calendar))
    prepare = _PREPARED.get(field.value_type.kind, _as_it_is)(how)

    @lru_cache(maxsize=_REMEMBERED)
    def convert(cell: str) -> Value:
        text = cell.strip()
        if not text:
            return None
        try:
            return clean(prepare(text))
        except Refused as refused:
            raise CellError(refused.code, **{"field": shown_name(field), **refused.params}) from None

    return convert


def importable(field: Field) -> bool:
    """Whether a table's cells can fill the field."""
    return not field.system and field_types()[field.type].writable and field.value_type.kind is not Kind.FILES


def number(cell: str, how: How) -> Decimal:
    """The exact number of a cell, for sums; CellError when it is none."""
    try:
        return read_number(_number(how)(cell.strip()))
    except Refused as refused:
        raise CellError(refused.code, **refused.params) from None


def _as_it_is(_how: How) -> Callable[[str], Any]:
    return lambda text: text


def _text(how: How) -> Callable[[str], Any]:
    return whole_number_text if how.get("whole") else _as_it_is(how)


def whole_number_text(text: str) -> str:
    """`17850.0`, which spreadsheets make of a code, is `17850`; anything else stays."""
    head, point, tail = text.partition(".")
    return head if point and head.lstrip("-").isdigit() and not tail.strip("0") else text


def _number(how: How) -> Callable[[str], Any]:
    comma, digits = how.get("decimal") == ",", how.get("round")
    step = None if digits is None else Decimal(1).scaleb(-int(digits))

    def prepare(text: str) -> Any:
        text = text.strip(_CURRENCY).strip()
        if comma:
            text = text.translate(str.maketrans(",.", ".,"))
        return text if step is None else read_number(text).quantize(step)

    return prepare


def _moment(how: How) -> Callable[[str], Any]:
    """Times without a zone are wall clocks of the plan's zone, or, where it names none, of the workspace's."""
    given = how.get("format")
    zone = ZoneInfo(str(how["zone"])) if how.get("zone") else None
    if not given and zone is None:
        return _as_it_is(how)
    pattern = DATE_FORMATS.get(str(given), str(given)) if given else ""

    def prepare(text: str) -> Any:
        found = read_moment(text, pattern)
        return found.replace(tzinfo=zone) if zone is not None and found.tzinfo is None else found

    return prepare


def read_moment(text: str, pattern: str) -> datetime:
    """A date, perhaps with a time, in a strptime pattern of its date; without a pattern in ISO 8601."""
    if not pattern:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise Refused("not-a-datetime", value=text[:40]) from None
    for time in _TIMES:
        try:
            return datetime.strptime(text, pattern + time)  # noqa: DTZ007 - the caller gives it its zone
        except ValueError:
            continue
    raise Refused("not-a-date", value=text[:40])


_PREPARED: Mapping[Kind, Callable[[How], Callable[[str], Any]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _moment,
    Kind.DATETIME: _moment,
}
