"""Entities and fields as pure definitions; together (`Model`) they are the language's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.condition_nodes import Expression
from ruleloom.dsl.types import DATETIME, NUMBER, ValueType
from ruleloom.dsl.types import Kind as ValueKind
from ruleloom.dsl.vocabulary import Labels

USER = "user"
TEAM = "team"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice."""

    value: str
    labels: Labels = field(default_factory=dict)
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A typed slot of an entity. `type` names a field type of `forms.fields`; `settings` are that type's own."""

    id: str
    key: str
    name: str
    type: str
    value_type: ValueType
    labels: Labels = field(default_factory=dict)
    required: bool = False
    unique: bool = False
    system: bool = False
    decimals: int = 0
    options: tuple[Option, ...] = ()
    to: str | None = None
    """Entity id that a reference points to."""
    reverse: str | None = None
    reverse_labels: Labels = field(default_factory=dict)
    on_delete: str = "empty"
    """`empty`, `restrict` or `cascade`."""
    default: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectionOf:
    """The other side of a reference field."""

    name: str
    labels: Labels
    entity: str
    via: str


@dataclass(frozen=True)
class Entity:
    """A kind of record."""

    id: str
    key: str
    name: str
    labels: Labels
    fields: tuple[Field, ...]
    collections: tuple[CollectionOf, ...] = ()
    time_field_id: str | None = None
    title_field_id: str | None = None
    plural_labels: Labels = field(default_factory=dict)
    """Several records of it, where a language says that differently: `Customers`. Shown to people only."""

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """Fields by key."""
        return {f.key: f for f in self.fields}

    @cached_property
    def by_id(self) -> dict[str, Field]:
        """Fields by permanent id."""
        return {f.id: f for f in self.fields}

    @cached_property
    def own(self) -> tuple[Field, ...]:
        """Fields that the system does not keep."""
        return tuple(f for f in self.fields if not f.system)

    @property
    def time_field(self) -> Field:
        """What windows over this entity's records look at."""
        return self.by_id[self.time_field_id] if self.time_field_id else self.by_key["created_at"]

    @property
    def title_field(self) -> Field | None:
        """What names a record of this entity for people: the declared one, else the first own text field."""
        if self.title_field_id:
            return self.by_id[self.title_field_id]
        return next((f for f in self.fields if not f.system and f.value_type.kind is ValueKind.TEXT), None)


def system_fields(entity_id: str) -> tuple[Field, ...]:
    """`id, created_at, created_by, updated_at, updated_by, version`, which every record has."""
    record, user = ValueType(ValueKind.RECORD, entity=entity_id), ValueType(ValueKind.RECORD, entity=USER)
    kinds: tuple[tuple[str, str, ValueType, str, str], ...] = (
        ("id", "id", record, "Id", "编号ID"),
        ("created_at", "datetime", DATETIME, "Created at", "创建时间"),
        ("created_by", "user", user, "Created by", "创建人"),
        ("updated_at", "datetime", DATETIME, "Updated at", "更新时间"),
        ("updated_by", "user", user, "Updated by", "更新人"),
        ("version", "number", NUMBER, "Version", "版本号"),
    )
    return tuple(
        Field(f"{entity_id}.{key}", key, key, type_, value_type, {"en": en, "zh": zh}, system=True)
        for key, type_, value_type, en, zh in kinds
    )


class Model:
    """All entities of a workspace with its calendar: implements `dsl.vocabulary.Vocabulary`."""

    def __init__(
        self, entities: tuple[Entity, ...], calendar: Calendar, formulas: Mapping[str, Expression] | None = None
    ) -> None:
        """`formulas`: what worked-out fields are made of (`forms.formulas`), by permanent id."""
        self.entities = entities
        self.calendar = calendar
        self.formulas: Mapping[str, Expression] = formulas or {}
        self._entities = {e.id: e for e in entities}
        self._fields = {f.id: (e, f) for e in entities for f in e.fields}
        self.by_key = {e.key: e for e in entities}

    def entity(self, entity_id: str) -> Entity:
        """The entity of a permanent id; KeyError when there is none."""
        return self._entities[entity_id]

    def field(self, field_id: str) -> tuple[Entity, Field]:
        """A field with its entity by permanent id; KeyError when there is none."""
        return self._fields[field_id]
