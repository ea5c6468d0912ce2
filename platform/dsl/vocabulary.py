"""What the language must know of a workspace's entities. `forms` implements these protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.condition_nodes import Expression
from ruleloom.dsl.types import ValueType
from ruleloom.messages import Language

Labels = Mapping[Language, str]


class OptionWords(Protocol):
    """An option of a choice: a value and a label per language."""

    @property
    def value(self) -> str:
        """What records hold."""
        ...

    @property
    def labels(self) -> Labels:
        """What people read."""
        ...


class FieldWords(Protocol):
    """A field as the language sees it."""

    @property
    def id(self) -> str:
        """Permanent; trees refer to it."""
        ...

    @property
    def key(self) -> str:
        """Its place in snapshots and tables; never changes."""
        ...

    @property
    def name(self) -> str:
        """What rules call it; may change."""
        ...

    @property
    def labels(self) -> Labels:
        """What people read; rules may use them too."""
        ...

    @property
    def value_type(self) -> ValueType:
        """What the language sees of its values."""
        ...

    @property
    def options(self) -> Sequence[OptionWords]:
        """Of a choice, in their order; else none."""
        ...


class CollectionWords(Protocol):
    """The other side of a reference field: `orders` on customer. `entity` holds the field `via` that points back."""

    @property
    def name(self) -> str:
        """What rules call the rows."""
        ...

    @property
    def labels(self) -> Labels:
        """What people read."""
        ...

    @property
    def entity(self) -> str:
        """Permanent id of the entity of the rows."""
        ...

    @property
    def via(self) -> str:
        """Permanent id of the reference field that points back."""
        ...


class EntityWords(Protocol):
    """An entity as the language sees it; `fields` holds the system fields too."""

    @property
    def id(self) -> str:
        """Permanent; trees refer to it."""
        ...

    @property
    def key(self) -> str:
        """The name of its table; never changes."""
        ...

    @property
    def name(self) -> str:
        """What rules call it; may change."""
        ...

    @property
    def labels(self) -> Labels:
        """What people read; rules may use them too."""
        ...

    @property
    def fields(self) -> Sequence[FieldWords]:
        """All fields, the system's too."""
        ...

    @property
    def collections(self) -> Sequence[CollectionWords]:
        """What points to its records from elsewhere."""
        ...

    @property
    def time_field(self) -> FieldWords:
        """The declared time field; `created_at` where none is declared."""
        ...


class Vocabulary(Protocol):
    """All entities of a workspace, its zone and its working days."""

    @property
    def calendar(self) -> Calendar:
        """The workspace's zone, week and working days."""
        ...

    @property
    def entities(self) -> Sequence[EntityWords]:
        """Every published entity."""
        ...

    @property
    def formulas(self) -> Mapping[str, Expression]:
        """What worked-out fields are made of, by permanent id: expressions about a record of the field's entity."""
        ...

    def entity(self, entity_id: str) -> EntityWords:
        """The entity of a permanent id; KeyError when there is none."""
        ...

    def field(self, field_id: str) -> tuple[EntityWords, FieldWords]:
        """A field with its entity by permanent id; KeyError when there is none."""
        ...
