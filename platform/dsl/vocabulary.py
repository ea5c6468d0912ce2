"""What the language must know of a workspace's entities. `forms` implements these protocols."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.types import ValueType
from ruleloom.messages import Language

Labels = Mapping[Language, str]


class OptionWords(Protocol):
    """An option of a choice: a value and a label per language."""

    @property
    def value(self) -> str: ...
    @property
    def labels(self) -> Labels: ...


class FieldWords(Protocol):
    """A field as the language sees it. `id` is permanent, `key` is its place in snapshots and tables, `name` may change."""

    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def value_type(self) -> ValueType: ...
    @property
    def options(self) -> Sequence[OptionWords]: ...


class CollectionWords(Protocol):
    """The other side of a reference field: `orders` on customer. `entity` holds the field `via` that points back."""

    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def entity(self) -> str: ...
    @property
    def via(self) -> str: ...


class EntityWords(Protocol):
    """An entity as the language sees it; `fields` holds the system fields too."""

    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def fields(self) -> Sequence[FieldWords]: ...
    @property
    def collections(self) -> Sequence[CollectionWords]: ...
    @property
    def time_field(self) -> FieldWords: ...
    """The declared time field; `created_at` where none is declared."""


class Vocabulary(Protocol):
    """All entities of a workspace, its zone and its working days."""

    @property
    def calendar(self) -> Calendar: ...
    @property
    def entities(self) -> Sequence[EntityWords]: ...
    def entity(self, entity_id: str) -> EntityWords:
        """The entity of a permanent id; KeyError when there is none."""
        ...
    def field(self, field_id: str) -> tuple[EntityWords, FieldWords]:
        """A field with its entity by permanent id; KeyError when there is none."""
        ...
