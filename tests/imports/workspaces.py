"""Workspaces with the entities that imports and syncs are tried on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import entities
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.database import Database

Drawn = Sequence[Mapping[str, Any]]

SHOP: Drawn = [
    {
        "name": "customer",
        "labels": {"en": "Customer", "zh": "客户"},
        "fields": [
            {
                "name": "code",
                "type": "text",
                "unique": True,
                "required": True,
                "labels": {"en": "Code", "zh": "客户编码"},
            },
            {"name": "name", "type": "text", "labels": {"en": "Name", "zh": "客户名称"}},
            {"name": "country", "type": "text", "labels": {"en": "Country", "zh": "国家"}},
            {"name": "grade", "type": "choice", "options": [{"value": "a", "label": {"zh": "甲级"}}, "b"]},
            {"name": "credit", "type": "number", "decimals": 2},
            {"name": "since", "type": "date"},
            {"name": "mail", "type": "email"},
            {"name": "active", "type": "boolean"},
        ],
    },
    {
        "name": "invoice",
        "time_field": "ordered_at",
        "fields": [
            {"name": "number", "type": "text", "unique": True},
            {"name": "customer", "type": "reference", "to": "customer", "reverse": "invoices"},
            {"name": "ordered_at", "type": "datetime"},
            {"name": "amount", "type": "number", "decimals": 3},
            {"name": "line_count", "type": "number"},
        ],
    },
    {
        "name": "invoice_line",
        "fields": [
            {"name": "invoice", "type": "reference", "to": "invoice", "reverse": "lines", "on_delete": "cascade"},
            {"name": "position", "type": "number"},
            {"name": "sku", "type": "text"},
            {"name": "text", "type": "text"},
            {"name": "quantity", "type": "number"},
            {"name": "price", "type": "number", "decimals": 3},
        ],
    },
]


@contextmanager
def opened(
    url: str, drawn: Drawn = SHOP, timezone: str = "Europe/London", folder: Path | None = None
) -> Iterator[Workspace]:
    """A workspace in a migrated database, with these entities published."""
    workspace = Workspace(Database(url), folder=folder)
    workspace.set(timezone=timezone)
    workspace.transact(entities.prepare, WORKSPACE, origin="installing")

    def publish(uow: UnitOfWork) -> None:
        entities.publish_in(uow, [entities.draw_in(uow, dict(each)) for each in drawn])

    workspace.transact(publish, WORKSPACE, origin="installing")
    workspace.refreshed()
    try:
        yield workspace
    finally:
        workspace.close()


def records(workspace: Workspace, entity: str) -> list[Mapping[str, Any]]:
    """All live records of an entity, oldest first."""
    with workspace.reading() as reading:
        entity_id = reading.published.entity(entity).id
        ids = sorted(reading.store.all_records(entity_id))
        found = reading.store.snapshots(entity_id, ids)
    return [found[record] for record in ids]
