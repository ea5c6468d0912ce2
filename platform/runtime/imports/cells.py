"""Cells to values: one small function per field, made once per run from the field and what the plan says of it.

Values come out as `dsl.types` holds them. A cell that means nothing raises `CellError`; an empty one is None.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.entity import Field

_EPOCH_DAY = date(1970, 1, 1).toordinal()
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "是", "对", "真", "有", "√", "✓"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "否", "不", "假", "无", "×", "✗"})
DATE_FORMATS: Mapping[str, str] = {
    "y-m-d": "%Y-%m-%d", "y/m/d": "%Y/%m/%d", "y.m.d": "%Y.%m.%d", "ymd": "%Y%m%d", "y年m月d日": "%Y年%m月%d日",
    "m/d/y": "%m/%d/%Y", "d/m/y": "%d/%m/%Y", "d.m.y": "%d.%m.%Y", "m-d-y": "%m-%d-%Y", "d-m-y": "%d-%m-%Y",
}  # fmt: skip
"""Date formats by the name that a plan uses; those with the year first need no name."""
UNAMBIGUOUS = ("y-m-d", "y/m/d", "y.m.d", "y年m月d日")
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", "T%H:%M:%S")

Converter = Callable[[str], Value]


class CellError(Exception):
    """A cell that does not fit its field: a message code and parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def converter(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:
    """The function for a column: `how` holds `format`, `zone`, `decimal`, `round`, `whole`; `zone` is the workspace's."""
    kind = field.value_type.kind
    made = _MAKERS.get(kind)
    if made is None:
        raise CellError("import-kind-not-importable", field=field.labels or field.name, type=field.type)
    return made(field, how, ZoneInfo(how["zone"]) if how.get("zone") else zone)


def whole_number_text(text: str) -> str:
    """`17850.0`, which spreadsheets make of a code, is `17850`; anything else stays."""
    head, point, tail = text.partition(".")
    return head if point and head.lstrip("-").isdigit() and not tail.strip("0") else text


def _text(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001 - one signature for all
    whole = bool(how.get("whole"))

    def convert(cell: str) -> Value:
        found = unicodedata.normalize("NFC", cell.replace("\0", "")).strip()
        return (whole_number_text(found) if whole else found) or None

    return convert


def number(cell: str, decimal: str = ".") -> Decimal:
    """A number as people write it: full-width digits, thousands separators, a currency sign before it."""
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("¥￥$€£").replace(" ", "").replace("\u00a0", "")
    thousands = "," if decimal == "." else "."
    plain = text.replace(thousands, "").replace(decimal, ".")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise CellError("import-not-a-number", value=cell) from None
    if not found.is_finite() or (thousands in text and not _grouped(text, thousands, decimal)):
        raise CellError("import-not-a-number", value=cell)
    return found


def _grouped(text: str, thousands: str, decimal: str) -> bool:
    """Whether separators stand where thousands do: `1,054` but not `10,54`."""
    groups = text.lstrip("+-").partition(decimal)[0].split(thousands)
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _number(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001
    decimal, digits = str(how.get("decimal", ".")), how.get("round")
    step = Decimal(1).scaleb(-int(digits)) if digits is not None else None

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> Value:
        if not cell.strip():
            return None
        found = number(cell, decimal)
        return found.quantize(step) if step is not None else found

    return convert


def _boolean(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001
    def convert(cell: str) -> Value:
        word = unicodedata.normalize("NFKC", cell).strip().casefold()
        if not word:
            return None
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        raise CellError("import-not-yes-or-no", value=cell)

    return convert


def _date(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001
    formats = _formats(how)

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> Value:
        text = cell.strip()
        return moment(text, formats).toordinal() - _EPOCH_DAY if text else None

    return convert


def _datetime(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001
    formats = _formats(how)

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> Value:
        text = cell.strip()
        if not text:
            return None
        found = moment(text, formats)
        return microseconds(found if found.tzinfo else found.replace(tzinfo=zone))

    return convert


def microseconds(at: datetime) -> int:
    """An aware datetime as microseconds since 1970-01-01T00:00Z, exactly."""
    passed = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def moment(text: str, formats: tuple[str, ...]) -> datetime:
    """A date, or a date with a time, in the first format that fits; an offset in the text is kept."""
    if "" in formats:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    for day in formats:
        for tail in _TIMES if day else ():
            try:
                return datetime.strptime(text, day + tail)  # noqa: DTZ007 - the caller gives it its zone
            except ValueError:
                continue
    raise CellError("import-not-a-date", value=text)


def _formats(how: Mapping[str, Any]) -> tuple[str, ...]:
    """strptime formats to try; the empty one stands for ISO 8601. A plan's own format is the only one tried."""
    given = how.get("format")
    if given:
        return (DATE_FORMATS.get(str(given), str(given)),)
    return ("", *(DATE_FORMATS[name] for name in UNAMBIGUOUS))


def _choice(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:  # noqa: ARG001
    words = _option_words(field)

    def convert(cell: str) -> Value:
        word = cell.strip()
        if not word:
            return None
        if word.casefold() not in words:
            raise CellError("import-no-such-option", value=word, options=[option.value for option in field.options])
        return words[word.casefold()]

    return convert


def _choices(field: Field, how: Mapping[str, Any], zone: ZoneInfo) -> Converter:
    one = _choice(field, how, zone)
    separators = str.maketrans(dict.fromkeys(str(how.get("separator", ";；,，、|")), ";"))

    def convert(cell: str) -> Value:
        found = dict.fromkeys(one(part) for part in cell.translate(separators).split(";") if part.strip())
        return tuple(str(part) for part in found) or None

    return convert


def _option_words(field: Field) -> dict[str, str]:
    """An option is known by its value and by its labels, in any case of letters."""
    words = {label.casefold(): option.value for option in field.options for label in option.labels.values()}
    return words | {option.value.casefold(): option.value for option in field.options}


_MAKERS: Mapping[Kind, Callable[[Field, Mapping[str, Any], ZoneInfo], Converter]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.RECORD: _text,
}
"""References are read as the text of their key; `references` turns it into a record."""
