"""Builds and alters the tables of entities when definitions are published. Only here does DDL happen after migration.

Every step looks at what is there and adds what is missing, so a publish that was cut off goes on where it stopped.
Columns are never dropped: a field that is taken away keeps its values, and finds them when it comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.schema import CreateIndex

from ruleloom.dsl.types import Kind
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.storage.records.search import sort_key
from ruleloom.storage.schema import readable_views
from ruleloom.storage.schema.catalogue import SORT, Catalogue, EntityTable
from ruleloom.storage.schema.columns import LINKED
from ruleloom.storage.tables import system

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field
    from ruleloom.storage.database import Database

LOCK_TIMEOUT_SECONDS = 5
MANY_ROWS = 50_000
"""From here on PostgreSQL builds indexes CONCURRENTLY, after the transaction."""
_PUBLISH_LOCK = 0x52756C656C6F6F6D
_SAME_COLUMN = frozenset({Kind.TEXT, Kind.CHOICE})


class SchemaChangeRefused(RuleloomError):
    """A published field cannot become what the draft says; nothing was changed."""

    status = 409


@dataclass(frozen=True)
class _Built:
    """What an earlier publish made of a field."""

    kind: Kind
    decimals: int
    to_entity: str | None


def publish_tables(connection: Connection, catalogue: Catalogue, at: int) -> list[str]:
    """Makes the tables as the catalogue says, inside the given write transaction; returns the steps taken.

    Raises `SchemaChangeRefused` with every field whose change would lose values. On PostgreSQL large tables get their
    new indexes afterwards from `build_missing_indexes`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
        connection.execute(select(func.pg_advisory_xact_lock(_PUBLISH_LOCK)))
    built = _read_built(connection)
    _refuse_losses(connection, catalogue, built)
    present = set(inspect(connection).get_table_names())
    steps: list[str] = []
    for entity_table in catalogue.tables.values():
        taken = _build_entity(connection, entity_table, present, built)
        _note(connection, entity_table, taken, at)
        steps += taken
    if steps:
        readable_views.rebuild(connection, catalogue)
    return steps


def build_missing_indexes(database: Database, catalogue: Catalogue) -> list[str]:
    """Builds indexes that are not there yet, without holding up writers (PostgreSQL); returns their names."""
    with database.outside_transactions() as connection:
        missing = [index for t in catalogue.metadata.sorted_tables for index in _missing_indexes(connection, t)]
        for index in missing:
            made = str(CreateIndex(index).compile(connection))
            if connection.dialect.name == "postgresql":
                connection.execute(text(f'drop index if exists "{index.name}"'))  # one cut off stays behind invalid
                made = made.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
            connection.execute(text(made))
        return [str(index.name) for index in missing]


def _build_entity(
    connection: Connection, entity_table: EntityTable, present: set[str], built: dict[tuple[str, str], _Built]
) -> list[str]:
    table = entity_table.table
    steps: list[str] = []
    if table.name not in present:
        table.create(connection)
        steps.append(f"create table {table.name}")
    else:
        steps += _alter(connection, entity_table, built)
    for field in entity_table.linked:
        link = entity_table.catalogue.links[field.id]
        if link.name not in present:
            link.create(connection)
            steps.append(f"create table {link.name}")
    return steps


def _alter(connection: Connection, entity_table: EntityTable, built: dict[tuple[str, str], _Built]) -> list[str]:
    table, key = entity_table.table, entity_table.entity.key
    columns = {column["name"] for column in inspect(connection).get_columns(table.name)}
    steps: list[str] = []
    for column in table.columns:
        if column.name not in columns:
            type_ = column.type.compile(connection.dialect)
            connection.execute(text(f'alter table {table.name} add column "{column.name}" {type_}'))
            steps.append(f"add column {table.name}.{column.name}")
            if column.name.startswith(SORT) and column.name[len(SORT) :] in columns:
                _fill_sort_keys(connection, table, column.name[len(SORT) :])
    for field in entity_table.stored:
        was = built.get((key, field.key))
        if was is not None and was.decimals != field.decimals:
            _rescale(connection, table, field, was.decimals)
            steps.append(f"decimals of {table.name}.{field.key}: {was.decimals} to {field.decimals}")
    if connection.dialect.name == "sqlite" or _row_count(connection, table) < MANY_ROWS:
        for index in _missing_indexes(connection, table):
            connection.execute(CreateIndex(index))
            steps.append(f"create index {index.name}")
    return steps


def _missing_indexes(connection: Connection, table: Table) -> list[Any]:
    if connection.dialect.name == "postgresql":
        asked = text(
            "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
            " where i.indrelid = to_regclass(:name) and i.indisvalid"
        )
        present = set(connection.execute(asked, {"name": table.name}).scalars())
    else:
        # Not PRAGMA index_list: it answers from what this connection knew when another one made the table.
        listed = text("select name from sqlite_master where type = 'index' and tbl_name = :name")
        present = set(connection.execute(listed, {"name": table.name}).scalars())
    return sorted((index for index in table.indexes if index.name not in present), key=lambda index: str(index.name))


def _fill_sort_keys(connection: Connection, table: Table, key: str) -> None:
    rows = connection.execute(select(table.c.id, table.c[key]).where(table.c[key].is_not(None))).all()
    if rows:
        change = f'update {table.name} set "{SORT}{key}" = :sort where id = :id'  # noqa: S608 - keys are ASCII names
        connection.execute(text(change), [{"id": row[0], "sort": sort_key(row[1])} for row in rows])


def _rescale(connection: Connection, table: Table, field: Field, before: int) -> None:
    name = f'"{field.key}"'
    if connection.dialect.name == "postgresql":
        type_ = table.c[field.key].type.compile(connection.dialect)
        connection.execute(text(f"drop view if exists v_{table.name[2:]} cascade"))  # made anew after the steps
        connection.execute(text(f"alter table {table.name} alter column {name} type {type_}"))
    elif field.decimals > before:
        factor = 10 ** (field.decimals - before)
        connection.execute(text(f"update {table.name} set {name} = {name} * {factor}"))  # noqa: S608
    else:
        divisor = 10 ** (before - field.decimals)
        connection.execute(text(f"update {table.name} set {name} = {name} / {divisor}"))  # noqa: S608


def _refuse_losses(connection: Connection, catalogue: Catalogue, built: dict[tuple[str, str], _Built]) -> None:
    wrong = []
    for entity_table in catalogue.tables.values():
        for field in entity_table.entity.fields:
            was = built.get((entity_table.entity.key, field.key))
            if was is not None and not field.system:
                code = _loss(connection, entity_table, field, was)
                if code:
                    wrong.append(Diagnostic(code, params={"field": field.name, "was": str(was.kind)}, target=field.id))
    if wrong:
        raise SchemaChangeRefused(*wrong)


def _loss(connection: Connection, entity_table: EntityTable, field: Field, was: _Built) -> str | None:
    kind = field.value_type.kind
    if kind is not was.kind and not {kind, was.kind} <= _SAME_COLUMN:
        return "field-kind-changed"
    if was.to_entity != field.to:
        return "field-target-changed"
    if field.decimals < was.decimals and _would_lose_digits(connection, entity_table.table, field, was.decimals):
        return "field-decimals-lost"
    return None


def _would_lose_digits(connection: Connection, table: Table, field: Field, before: int) -> bool:
    if connection.dialect.name == "postgresql":
        condition = f'"{field.key}" <> round("{field.key}", {field.decimals})'
    else:
        condition = f'"{field.key}" % {10 ** (before - field.decimals)} <> 0'
    asked = f"select exists (select 1 from {table.name} where {condition})"  # noqa: S608
    return bool(connection.execute(text(asked)).scalar())


def _read_built(connection: Connection) -> dict[tuple[str, str], _Built]:
    rows = connection.execute(select(system.entity_columns)).mappings()
    return {
        (row["entity_key"], row["field_key"]): _Built(Kind(row["kind"]), row["decimals"], row["to_entity"])
        for row in rows
    }


def _note(connection: Connection, entity_table: EntityTable, steps: list[str], at: int) -> None:
    """Writes down what is built now, so that the next publish knows."""
    columns, entity = system.entity_columns, entity_table.entity
    kept = [f for f in entity.fields if not f.system and f not in entity_table.computed]
    if not steps and kept:
        known = connection.scalar(select(func.count()).select_from(columns).where(columns.c.entity_key == entity.key))
        if known == len(kept):
            return
    for field in kept:
        connection.execute(
            columns.delete().where((columns.c.entity_key == entity.key) & (columns.c.field_key == field.key))
        )
    if kept:
        connection.execute(columns.insert(), [_built_row(entity.key, field) for field in kept])
    if steps:
        rows = [{"at": at, "entity_key": entity.key, "step": step} for step in steps]
        connection.execute(system.schema_changes.insert(), rows)


def _built_row(entity_key: str, field: Field) -> dict[str, Any]:
    kind = field.value_type.kind
    decimals = 0 if kind in LINKED else field.decimals
    return {
        "entity_key": entity_key,
        "field_key": field.key,
        "kind": str(kind),
        "decimals": decimals,
        "to_entity": field.to,
    }


def _row_count(connection: Connection, table: Table) -> int:
    """Rows, counted no further than it matters."""
    limited = select(table.c.id).limit(MANY_ROWS).subquery()
    return int(connection.scalar(select(func.count()).select_from(limited)) or 0)
