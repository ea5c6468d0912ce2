"""How values, records and instants are shown to people in an explanation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ruleloom.dsl import numbers
from ruleloom.dsl.calendar import Calendar, day_date
from ruleloom.dsl.types import Kind, RecordId, Value, ValueType
from ruleloom.dsl.vocabulary import EntityWords, FieldWords, Labels
from ruleloom.engine.explaining.explanation import Asked, Said
from ruleloom.engine.store import Snapshot
from ruleloom.messages import LANGUAGES, Language

_EMPTY: Said = {"en": "empty", "zh": "空"}
_YES: Said = {"en": "yes", "zh": "是"}
_NO: Said = {"en": "no", "zh": "否"}


def label_of(thing: EntityWords | FieldWords) -> Said:
    """What people read of an entity or a field."""
    return {language: thing.labels.get(language) or thing.name for language in LANGUAGES}


def shown_in_all(value: Value, type_: ValueType, asked: Asked) -> Said:
    """A value in every language."""
    return {language: shown_value(value, type_, asked, language) for language in LANGUAGES}


def shown_value(value: Value, type_: ValueType, asked: Asked, language: Language) -> str:
    """A value as people of a language read it: labels of options, local days and times, titles of records."""
    if value is None:
        return _EMPTY[language]
    if isinstance(value, bool):
        return (_YES if value else _NO)[language]
    show = _SHOWN.get(type_.kind)
    return show(value, type_, asked, language) if show is not None else str(value)


def shown_instant(instant: int, calendar: Calendar) -> str:
    """Local day and minute; seconds and their fraction only where they are not zero."""
    local = calendar.local(instant)
    text = local.strftime("%Y-%m-%d %H:%M")
    if local.second or local.microsecond:
        text += local.strftime(":%S")
    return f"{text}.{local.microsecond:06d}".rstrip("0") if local.microsecond else text


def title_of(entity: EntityWords, record: RecordId, snapshot: Snapshot | None) -> str:
    """What a record is called: its first text, else its id."""
    key = next((each.key for each in entity.fields if each.value_type.kind is Kind.TEXT), None)
    title = snapshot.get(key) if snapshot is not None and key is not None else None
    return str(record if title is None else title)


def _option(value: Any, type_: ValueType, asked: Asked, language: Language) -> str:
    options = asked.vocabulary.field(type_.field)[1].options if type_.field is not None else ()
    labels: Labels = next((option.labels for option in options if option.value == value), {})
    return labels.get(language) or str(value)


def _options(value: Any, type_: ValueType, asked: Asked, language: Language) -> str:
    return (", " if language == "en" else "、").join(_option(each, type_, asked, language) for each in value)


def _record(value: Any, type_: ValueType, asked: Asked, _language: Language) -> str:
    if type_.entity is None:
        return str(value)
    snapshot = asked.store.snapshots(type_.entity, [value]).get(value)
    return title_of(asked.vocabulary.entity(type_.entity), value, snapshot)


_SHOWN: dict[Kind, Callable[[Any, ValueType, Asked, Language], str]] = {
    Kind.NUMBER: lambda value, _type, _asked, _language: numbers.plain(value),
    Kind.DATE: lambda value, _type, _asked, _language: day_date(value).isoformat(),
    Kind.DATETIME: lambda value, _type, asked, _language: shown_instant(value, asked.moment.calendar),
    Kind.CHOICE: _option,
    Kind.CHOICES: _options,
    Kind.FILES: lambda value, _type, _asked, _language: str(len(value)),
    Kind.RECORD: _record,
}
