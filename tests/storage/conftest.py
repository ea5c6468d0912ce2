"""A migrated workspace with a small model on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from ruleloom.forms.schema_file import read_schema
from ruleloom.storage.catalogue import Catalogue
from ruleloom.storage.database import Database
from ruleloom.storage.publish import publish_tables
from ruleloom.storage.records import Records

SHOP: dict[str, Any] = {
    "timezone": "Asia/Shanghai",
    "entities": [
        {
            "name": "customer",
            "fields": [
                {"name": "name", "type": "text"},
                {"name": "code", "type": "text", "unique": True},
                {"name": "region", "type": "choice", "options": ["East", {"value": "West", "label": {"zh": "西区"}}]},
                {"name": "tags", "type": "choices", "options": ["a", "b", "c"]},
                {"name": "photos", "type": "files"},
                {"name": "owner", "type": "user", "reverse": "customers"},
                {"name": "credit", "type": "number", "decimals": 2},
                {"name": "vip", "type": "boolean"},
                {"name": "since", "type": "date"},
            ],
        },
        {
            "name": "order",
            "time_field": "ordered_at",
            "fields": [
                {"name": "number", "type": "text"},
                {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
                {"name": "approver", "type": "user", "on_delete": "restrict"},
                {"name": "ordered_at", "type": "datetime"},
                {"name": "amount", "type": "number", "decimals": 2},
            ],
        },
        {
            "name": "line",
            "fields": [
                {"name": "order", "type": "reference", "to": "order", "reverse": "lines", "on_delete": "cascade"},
                {"name": "qty", "type": "number"},
                {"name": "note", "type": "longtext"},
                {"name": "position", "type": "autonumber"},
            ],
        },
    ],
}


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(read_schema(SHOP))


@pytest.fixture
def workspace(migrated_database: str, catalogue: Catalogue) -> Iterator[Database]:
    """A migrated database with the tables of `SHOP`."""
    opened = Database(migrated_database)
    with opened.write() as connection:
        publish_tables(connection, catalogue, at=1)
    yield opened
    opened.close()


@pytest.fixture
def connection(workspace: Database) -> Iterator[Connection]:
    with workspace.write() as opened:
        yield opened


@pytest.fixture
def records(connection: Connection, catalogue: Catalogue) -> Records:
    return Records(connection, catalogue)
