"""Loads the sample records of an app. References name the other record by its natural key (unique field, else title).

Dates were written on the app's anchor day; they move by whole days so that the anchor is today, wall clocks stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ruleloom.dsl.calendar import Calendar, day_number
from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.findings import Findings
from ruleloom.forms.validation import ValidationError
from ruleloom.installer.reading import AppError
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.commands.batch import create_many_in
from ruleloom.storage.records.natural_keys import find_all

if TYPE_CHECKING:
    from ruleloom.forms.entity import Entity, Field
    from ruleloom.installer.app_files import AppFiles, SampleTable
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

ROLES = "roles"
"""A column of the sample of people that is no field: the roles of their accounts."""


@dataclass
class _Loading:
    """What is known while the tables are loaded."""

    uow: UnitOfWork
    days: int
    findings: Findings
    keys: dict[str, dict[Value, int]] = field(default_factory=dict)
    """By entity id: natural key → record."""


def load_samples(uow: UnitOfWork, app: AppFiles) -> dict[str, int]:
    """Creates all sample records without rules; how many per entity. `AppError` names every row that is not right."""
    calendar = uow.published.model.calendar
    anchor = day_number(date.fromisoformat(app.sample_anchor)) if app.sample_anchor else calendar.day_of(uow.now)
    loading = _Loading(uow, calendar.day_of(uow.now) - anchor, Findings())
    counts = {table.entity: _load(loading, table) for table in app.samples}
    loading.findings.raise_if_any(AppError)
    return counts


def _load(loading: _Loading, table: SampleTable) -> int:
    entity = loading.uow.published.entity(table.entity)
    own = [column for column in table.columns if column != ROLES]
    unknown = [column for column in own if column not in entity.by_key]
    for column in unknown:
        loading.findings.unknown("unknown-field", table.path, column, entity.by_key)
    if unknown:
        return 0
    # A record may refer to an earlier one of its own table (a manager): such tables are loaded row by row.
    size = 1 if any(entity.by_key[column].to == entity.id for column in own) else len(table.rows) or 1
    for start in range(0, len(table.rows), size):
        _load_rows(loading, entity, table, start, table.rows[start : start + size])
    return len(table.rows)


def _load_rows(
    loading: _Loading, entity: Entity, table: SampleTable, start: int, rows: tuple[tuple[str, ...], ...]
) -> None:
    clean: list[Mapping[str, Value]] = []
    for number, row in enumerate(rows, start + 2):
        raw = {c: v for c, v in zip(table.columns, row, strict=False) if c != ROLES and v != ""}
        try:
            clean.append(_clean(loading, entity, raw))
        except RuleloomError as error:
            _note(loading, table, number, error)
    made = create_many_in(loading.uow, entity, clean, rules=False)
    key = natural_key(entity)
    known = loading.keys.setdefault(entity.id, {})
    for number, (values, fate) in enumerate(zip(clean, made, strict=True), start + 2):
        if isinstance(fate, RuleloomError):
            _note(loading, table, number, fate)
        elif key is not None:
            known[values.get(key.key)] = fate


def _note(loading: _Loading, table: SampleTable, number: int, error: RuleloomError) -> None:
    for each in error.diagnostics:
        path = f"{table.path}:{number}"
        loading.findings.diagnostics.append(Diagnostic(each.code, each.place, each.params, target=path))


def _clean(loading: _Loading, entity: Entity, raw: Mapping[str, str]) -> dict[str, Value]:
    uow = loading.uow
    found = {key: _reference(loading, entity.by_key[key], text) for key, text in raw.items() if entity.by_key[key].to}
    prepared = {key: found[key] if key in found else _cell(entity.by_key[key], text) for key, text in raw.items()}
    values = uow.published.validator(entity).create(prepared)
    calendar = uow.published.model.calendar
    return {key: _moved(entity.by_key[key], value, loading.days, calendar) for key, value in values.items()}


def _cell(field_: Field, text: str) -> object:
    return text.split(";") if field_.value_type.kind is Kind.CHOICES else text


def _moved(field_: Field, value: Value, days: int, calendar: Calendar) -> Value:
    """Dates and instants move by whole days; the wall clock of an instant stays."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if field_.value_type.kind is Kind.DATE:
        return value + days
    if field_.value_type.kind is Kind.DATETIME:
        return calendar.at(calendar.day_of(value) + days, calendar.local(value).time())
    return value


def natural_key(entity: Entity) -> Field | None:
    """By what people name a record in a table: its unique text field, else its title."""
    own = [
        f for f in entity.fields if not f.system and f.unique and f.value_type.kind is Kind.TEXT and f.type == "text"
    ]
    return own[0] if own else entity.title_field


def _reference(loading: _Loading, field_: Field, text: str) -> str:
    """The id of the record that a cell names, as text; refused when there is none."""
    target = loading.uow.published.model.entity(str(field_.to))
    known = loading.keys.setdefault(target.id, {})
    if text not in known:
        key = natural_key(target)
        rows = (
            find_all(loading.uow.connection, loading.uow.published.catalogue, target.id, [key.key], {(text,)})
            if key
            else {}
        )
        records = rows.get((text,), ())
        if not records:
            params = {"entity": target.labels or target.name, "value": text}
            raise ValidationError(Diagnostic("import-reference-missing", params=params, target=field_.key))
        known[text] = records[0]
    return str(known[text])
