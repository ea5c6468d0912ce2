"""The tables of a model's entities, as SQLAlchemy sees them. Pure description: `publish` builds them.

Entity → `r_<key>` with a column per field; `choices` and `files` → a link table `l_…` each. System columns beside the
fields: `deleted_at` (live rows have none), `_tokens` (what search looks at), `_sort_<key>` (sort key of short texts).
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    bindparam,
    select,
    text,
)

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.registry import field_types
from ruleloom.storage.prepared import PreparedWrite
from ruleloom.storage.schema.columns import LINKED, BigId, PlainText, column_type
from ruleloom.storage.schema.insertion import Insertion

if TYPE_CHECKING:
    from ruleloom.forms.entity import Entity, Field, Model

SYSTEM_COLUMNS = ("id", "created_at", "created_by", "updated_at", "updated_by", "version")
DELETED_AT, TOKENS, SORT = "deleted_at", "_tokens", "_sort_"
LIVE = text("deleted_at IS NULL")
MOST_UPDATES = 1_000
"""Statements kept for one table: one for each set of columns that a write has changed."""


def table_name(entity: Entity) -> str:
    """`r_<key>`"""
    return f"r_{entity.key}"


def link_name(entity: Entity, field: Field) -> str:
    """`l_<entity>_<field>`, shortened with a hash where PostgreSQL would cut it."""
    name = f"l_{entity.key}_{field.key}"
    if len(name) <= 50:
        return name
    return f"{name[:41]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


class Catalogue:
    """All tables of a model; made once per published model and shared by all threads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.metadata = MetaData()
        self.links: dict[str, Table] = {}
        """Link tables by field id."""
        self.tables: dict[str, EntityTable] = {entity.id: EntityTable(entity, self) for entity in model.entities}

    def table(self, entity_id: str) -> Table:
        """The table of an entity by permanent id."""
        return self.tables[entity_id].table

    def column(self, field_id: str) -> Column[Any]:
        """The column of a field by permanent id; KeyError for `choices`, `files` and computed fields."""
        entity, field = self.model.field(field_id)
        return self.table(entity.id).c[field.key]

    def holders(self, entity_id: str) -> tuple[tuple[Entity, Field], ...]:
        """Own reference fields of any entity that point to this entity (system fields keep what they say)."""
        return self._holders.get(entity_id, ())

    @cached_property
    def _holders(self) -> dict[str, tuple[tuple[Entity, Field], ...]]:
        found: dict[str, list[tuple[Entity, Field]]] = {}
        for entity in self.model.entities:
            for field in entity.fields:
                if field.to is not None and not field.system:
                    found.setdefault(field.to, []).append((entity, field))
        return {target: tuple(fields) for target, fields in found.items()}


class EntityTable:
    """One entity's table with the statements that read it."""

    def __init__(self, entity: Entity, catalogue: Catalogue) -> None:
        self.entity = entity
        self.catalogue = catalogue
        self._updates: dict[tuple[str, ...], PreparedWrite] = {}
        """By their columns, built at first use."""
        own = [field for field in entity.fields if not field.system]
        self.linked = tuple(field for field in own if field.value_type.kind in LINKED)
        self.computed = tuple(field for field in own if not field_types()[field.type].stored)
        self.stored = tuple(f for f in own if f not in self.linked and f not in self.computed)
        self.references = tuple(field for field in self.stored if field.to is not None)
        self.sorted = tuple(field for field in self.stored if field_types()[field.type].sort_key)
        self.numbered = tuple(f for f in self.stored if field_types()[f.type].numbered)
        self.searched = tuple(field for field in self.stored if field_types()[field.type].searched)
        self.table = Table(table_name(entity), catalogue.metadata, *self._columns(), *self._indexes())
        for field in self.linked:
            catalogue.links[field.id] = _link(entity, field, catalogue.metadata)

    def _columns(self) -> list[Column[Any]]:
        columns: list[Column[Any]] = [Column("id", BigId, primary_key=True, autoincrement=False)]
        for key in SYSTEM_COLUMNS[1:]:
            field = self.entity.by_key[key]
            columns.append(Column(key, column_type(field.value_type), nullable=not key.endswith(("_at", "version"))))
        columns.append(Column(DELETED_AT, BigInteger))
        columns.extend(Column(field.key, column_type(field.value_type)) for field in self.stored)
        columns.extend(Column(f"{SORT}{field.key}", PlainText) for field in self.sorted)
        columns.append(Column(TOKENS, PlainText))
        return columns

    def _indexes(self) -> list[Index]:
        time_key = self.entity.time_field.key
        indexes: list[Index] = []
        for field in self.stored:
            if field.to is not None:
                # a reference is asked for together with the time: windows over related records read one index
                keys = (field.key, time_key) if time_key != field.key else (field.key,)
                indexes.append(Index(_index_name("i", self.entity, field), *keys))
            elif field.key == time_key or field.value_type.kind in (Kind.DATE, Kind.DATETIME):
                indexes.append(Index(_index_name("i", self.entity, field), field.key))
            if field.unique:
                indexes.append(
                    Index(
                        _index_name("u", self.entity, field),
                        field.key,
                        unique=True,
                        sqlite_where=LIVE,
                        postgresql_where=LIVE,
                    )
                )
        if time_key == "created_at":
            indexes.append(Index(f"i_{self.entity.key}_created_at", "created_at"))
        return indexes

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of a snapshot in the order of `snapshot_select`."""
        return SYSTEM_COLUMNS + tuple(field.key for field in self.stored)

    @cached_property
    def own_keys(self) -> tuple[str, ...]:
        """Keys of all fields that are not system fields, in the order of the entity."""
        return tuple(field.key for field in self.entity.fields if not field.system)

    @cached_property
    def unique_index_keys(self) -> dict[str, str]:
        """Field keys by the name of their unique index."""
        return {_index_name("u", self.entity, field): field.key for field in self.stored if field.unique}

    @cached_property
    def snapshot_select(self) -> Select[Any]:
        """Live records as they are in snapshots: a reference to a record that is not live reads as empty."""
        return (
            select(*self._snapshot_parts[0])
            .select_from(self._snapshot_parts[1])
            .where(self.table.c.deleted_at.is_(None))
        )

    @cached_property
    def deleted_select(self) -> Select[Any]:
        """Like `snapshot_select` for the records that are deleted."""
        return (
            select(*self._snapshot_parts[0])
            .select_from(self._snapshot_parts[1])
            .where(self.table.c.deleted_at.is_not(None))
        )

    @cached_property
    def live_by_id(self) -> Select[Any]:
        """`snapshot_select` for the list of ids `ids`."""
        return self.snapshot_select.where(self._among)

    @cached_property
    def live_by_id_locked(self) -> Select[Any]:
        """The same with their rows locked, in id order (PostgreSQL)."""
        return self.live_by_id.order_by(self.table.c.id).with_for_update(of=self.table)

    @cached_property
    def deleted_by_id(self) -> Select[Any]:
        """`deleted_select` for the list of ids `ids`."""
        return self.deleted_select.where(self._among)

    @cached_property
    def deleted_by_id_locked(self) -> Select[Any]:
        """The same with their rows locked, in id order (PostgreSQL)."""
        return self.deleted_by_id.order_by(self.table.c.id).with_for_update(of=self.table)

    @cached_property
    def ids_live(self) -> Select[Any]:
        """Which of `ids` are live records."""
        return select(self.table.c.id).where(self._among, self.table.c.deleted_at.is_(None))

    @cached_property
    def ids_locked(self) -> Select[Any]:
        """The rows of `ids`, locked in id order."""
        return select(self.table.c.id).where(self._among).order_by(self.table.c.id).with_for_update()

    @cached_property
    def ids_shared(self) -> Select[Any]:
        """The same, locked against being changed only."""
        return select(self.table.c.id).where(self._among).order_by(self.table.c.id).with_for_update(read=True)

    @cached_property
    def titles_by_id(self) -> Select[Any] | None:
        """Id and title of those of `ids` that are live; None where records have no title."""
        return None if self._titles is None else self._titles.where(self._among)

    @cached_property
    def title_of_one(self) -> Select[Any] | None:
        """The same for the one record `of`."""
        return None if self._titles is None else self._titles.where(self.table.c.id == bindparam("of"))

    @property
    def _titles(self) -> Select[Any] | None:
        title = self.entity.title_field
        if title is None or title not in self.stored:
            return None
        return select(self.table.c.id, self.table.c[title.key]).where(self.table.c.deleted_at.is_(None))

    @cached_property
    def insertion(self) -> Insertion:
        """Rows with what the log says of them."""
        return Insertion(self.table, [column.name for column in self.table.columns if column.name != DELETED_AT])

    def update_of(self, columns: tuple[str, ...]) -> PreparedWrite:
        """Sets these columns, by their names behind `v_`, of the record `record`."""
        found = self._updates.get(columns)
        if found is None:
            if len(self._updates) > MOST_UPDATES:
                self._updates.clear()
            values = {self.table.c[key]: bindparam(f"v_{key}", type_=self.table.c[key].type) for key in columns}
            found = PreparedWrite(self.table.update().where(self.table.c.id == bindparam("record")).values(values))
            self._updates[columns] = found
        return found

    @property
    def _among(self) -> Any:
        return self.table.c.id.in_(bindparam("ids", expanding=True))

    @cached_property
    def _snapshot_parts(self) -> tuple[list[Any], Any]:
        source: Any = self.table
        columns: list[Any] = [self.table.c[key] for key in SYSTEM_COLUMNS]
        for number, field in enumerate(self.stored):
            column = self.table.c[field.key]
            if field.to is None:
                columns.append(column)
                continue
            target = self.catalogue.table(field.to).alias(f"t{number}")
            source = source.outerjoin(target, (target.c.id == column) & target.c.deleted_at.is_(None))
            columns.append(target.c.id.label(field.key))
        return columns, source


def _index_name(prefix: str, entity: Entity, field: Field) -> str:
    name = f"{prefix}_{entity.key}_{field.key}"
    if len(name) <= 60:
        return name
    return f"{name[:51]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _link(entity: Entity, field: Field, metadata: MetaData) -> Table:
    name = link_name(entity, field)
    return Table(
        name,
        metadata,
        Column("record", BigInteger, primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("value", PlainText, nullable=False),
        Index(f"i_{name}", "value", "record"),
    )
