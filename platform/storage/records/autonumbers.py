"""The next numbers of `autonumber` fields, without doubles; a write that is undone leaves a gap."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from ruleloom.storage import workspace_settings
from ruleloom.storage.tables.system import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ruleloom.dsl.types import Value
    from ruleloom.storage.schema.catalogue import EntityTable


def fill(connection: Connection, entity_table: EntityTable, snapshots: Iterable[dict[str, Value]]) -> None:
    """Gives each new record its number in the order of the records; numbers brought along (imports) are kept."""
    for field in entity_table.numbered:
        without = [snapshot for snapshot in snapshots if snapshot[field.key] is None]
        if without:
            first = _take(connection, f"autonumber:{field.id}", len(without))
            for number, snapshot in enumerate(without, start=first):
                snapshot[field.key] = Decimal(number)


def _take(connection: Connection, key: str, many: int) -> int:
    """The first of so many numbers; the row stays locked until the commit, so that numbers follow the writes."""
    if workspace_settings.read(connection, key) is None:
        _begin(connection, key)
    row = select(settings.c.value).where(settings.c.key == key).with_for_update()
    first = cast("int", connection.execute(row).scalar_one())
    connection.execute(settings.update().where(settings.c.key == key).values(value=first + many))
    return first


def _begin(connection: Connection, key: str) -> None:
    try:
        with connection.begin_nested():
            connection.execute(settings.insert().values(key=key, value=1))
    except IntegrityError:  # another writer began at this moment
        return
