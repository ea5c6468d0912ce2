"""How many records point to one record, by the field with which they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from ruleloom.storage.schema.catalogue import DELETED_AT, Catalogue

if TYPE_CHECKING:
    from ruleloom.forms.entity import Entity, Field


@dataclass(frozen=True, slots=True)
class Pointing:
    """So many records of an entity point to the record with one field."""

    entity: Entity
    field: Field
    count: int


def pointing_to(connection: Connection, catalogue: Catalogue, target: str, record: int) -> list[Pointing]:
    """The fields with which live records point to a record of entity `target`, those of most records first."""
    found = [
        Pointing(entity, field, _count(connection, catalogue, entity, field, record))
        for entity, field in catalogue.holders(target)
        if field in catalogue.tables[entity.id].stored
    ]
    return sorted((each for each in found if each.count), key=lambda each: -each.count)


def _count(connection: Connection, catalogue: Catalogue, entity: Entity, field: Field, record: int) -> int:
    table = catalogue.table(entity.id)
    asked = select(func.count()).where(table.c[field.key] == record, table.c[DELETED_AT].is_(None))
    return int(connection.scalar(asked) or 0)
