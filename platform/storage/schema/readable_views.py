"""For SQL and BI users: each entity has a view `v_<key>` with readable instants, labels of options and titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from ruleloom.dsl.types import Kind
from ruleloom.storage.schema.catalogue import SYSTEM_COLUMNS, Catalogue, EntityTable, table_name

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field


def rebuild(connection: Connection, catalogue: Catalogue) -> None:
    """Drops and makes every view of the catalogue's entities."""
    present = set(inspect(connection).get_view_names())
    for entity_table in catalogue.tables.values():
        name = f"v_{entity_table.entity.key}"
        if name in present:
            connection.execute(text(f'drop view "{name}"'))
    for entity_table in catalogue.tables.values():
        made = view_sql(entity_table, connection.dialect.name)
        # psycopg reads % as a parameter, sqlite3 does not
        connection.exec_driver_sql(made.replace("%", "%%") if connection.dialect.name == "postgresql" else made)


def view_sql(entity_table: EntityTable, dialect: str) -> str:
    """The CREATE VIEW statement: live records, columns by field key; a reference shows its title and `<key>_id`."""
    columns = [_shown(entity_table.entity.by_key[key], dialect) for key in SYSTEM_COLUMNS if not key.endswith("_by")]
    joins: list[str] = []
    keys = {field.key for field in entity_table.entity.fields}
    for number, field in enumerate(entity_table.stored):
        if field.to is None:
            columns.append(_shown(field, dialect))
            continue
        columns += _reference(entity_table, field, f"t{number}", keys)
        target = entity_table.catalogue.model.entity(field.to)
        joins.append(
            f'left join "{table_name(target)}" t{number} on t{number}.id = r."{field.key}"'
            f" and t{number}.deleted_at is null"
        )
    columns += [_linked(entity_table, field, dialect) for field in entity_table.linked]
    head = f'create view "v_{entity_table.entity.key}" as select {", ".join(columns)}'
    return f'{head} from "{entity_table.table.name}" r {" ".join(joins)} where r.deleted_at is null'


def _reference(entity_table: EntityTable, field: Field, alias: str, keys: set[str]) -> list[str]:
    title = entity_table.catalogue.model.entity(field.to or "").title_field
    shown = f'{alias}."{title.key}"' if title and title.key in _stored_keys(entity_table, field) else f"{alias}.id"
    columns = [f'{shown} as "{field.key}"']
    if f"{field.key}_id" not in keys:
        columns.append(f'{alias}.id as "{field.key}_id"')
    return columns


def _linked(entity_table: EntityTable, field: Field, dialect: str) -> str:
    """Values of a link table in one text: `a, b`."""
    together = (
        "string_agg(l.value, ', ' order by l.position)" if dialect == "postgresql" else "group_concat(l.value, ', ')"
    )
    name = entity_table.catalogue.links[field.id].name
    return f'(select {together} from "{name}" l where l.record = r.id) as "{field.key}"'  # noqa: S608


def _stored_keys(entity_table: EntityTable, field: Field) -> set[str]:
    return {stored.key for stored in entity_table.catalogue.tables[field.to or ""].stored if stored.to is None}


def _shown(field: Field, dialect: str) -> str:
    column = f'r."{field.key}"'
    makers: dict[Kind, Any] = {Kind.DATETIME: _instant, Kind.DATE: _day, Kind.NUMBER: _number, Kind.CHOICE: _option}
    make = makers.get(field.value_type.kind)
    return f'{make(column, field, dialect) if make else column} as "{field.key}"'


def _instant(column: str, _field: Field, dialect: str) -> str:
    if dialect == "postgresql":
        return f"(to_timestamp(0) + {column} * interval '1 microsecond')"
    seconds = f"strftime('%Y-%m-%dT%H:%M:%S', {column} / 1000000, 'unixepoch')"
    return f"({seconds} || printf('.%06dZ', {column} % 1000000))"


def _day(column: str, _field: Field, dialect: str) -> str:
    return f"(date '1970-01-01' + {column})" if dialect == "postgresql" else f"date({column} * 86400, 'unixepoch')"


def _number(column: str, field: Field, dialect: str) -> str:
    if dialect == "postgresql" or not field.decimals:
        return column
    return f"({column} / {10**field.decimals}.0)"


def _option(column: str, field: Field, _dialect: str) -> str:
    cases = " ".join(f"when {_quoted(o.value)} then {_quoted(o.labels.get('en') or o.value)}" for o in field.options)
    return f"case {column} {cases} else {column} end" if cases else column


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
