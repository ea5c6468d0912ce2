"""A migrated workspace with a small model on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from ruleloom.forms.schema_file import read_schema
from ruleloom.storage.database import Database
from ruleloom.storage.records.records import Records
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.schema.publish import publish_tables
from tests.conftest import Copies, template_of

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


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(read_schema(SHOP))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shop_template(request: pytest.FixtureRequest, copies: Copies, catalogue: Catalogue) -> Iterator[str]:
    """URL of a migrated database with the tables of `SHOP`, from which tests get their copies."""
    with copies(template_of(request)) as url:
        opened = Database(url)
        with opened.write() as connection:
            publish_tables(connection, catalogue, at=1)
        opened.close()
        yield url


@pytest.fixture
def workspace(shop_template: str, copies: Copies) -> Iterator[Database]:
    """A fresh database for tests that commit."""
    with copies(shop_template) as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def _shared(shop_template: str, copies: Copies) -> Iterator[Database]:
    with copies(shop_template) as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture
def connection(_shared: Database) -> Iterator[Connection]:
    """A write transaction that is undone after the test (much quicker than a database of its own)."""
    with _shared.write() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def records(connection: Connection, catalogue: Catalogue) -> Records:
    return Records(connection, catalogue)
