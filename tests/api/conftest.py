"""A workspace with a small sales model, its application, and clients that are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from ruleloom.access import WORKSPACE
from ruleloom.api.app import create_app
from ruleloom.runtime.commands import accounts
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.people import secrets_of
from ruleloom.runtime.workspace import Workspace
from tests.api.client import PASSWORD, Client

ENTITIES: list[dict[str, Any]] = [
    {
        "name": "customer",
        "labels": {"en": "Customer", "zh": "客户"},
        "title_field": "name",
        "fields": [
            {"name": "name", "type": "text", "labels": {"en": "Name", "zh": "名称"}, "required": True},
            {"name": "code", "type": "text", "unique": True},
            {"name": "region", "type": "choice", "options": [{"value": "East"}, {"value": "West"}]},
            {"name": "owner", "type": "user", "reverse": "customers"},
            {"name": "credit", "type": "number", "decimals": 2},
            {"name": "since", "type": "date"},
            {"name": "active", "type": "boolean"},
            {"name": "tags", "type": "choices", "options": [{"value": "vip"}, {"value": "new"}]},
            {"name": "notes", "type": "longtext"},
            {"name": "papers", "type": "files"},
        ],
    },
    {
        "name": "order",
        "labels": {"en": "Order", "zh": "订单"},
        "time_field": "ordered_at",
        "fields": [
            {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
            {"name": "ordered_at", "type": "datetime"},
            {"name": "amount", "type": "number", "decimals": 2},
        ],
    },
    {
        "name": "coupon",
        "labels": {"en": "Coupon", "zh": "优惠券"},
        "title_field": "code",
        "fields": [
            {"name": "customer", "type": "reference", "to": "customer", "reverse": "coupons"},
            {"name": "code", "type": "text"},
            {"name": "expires_on", "type": "date"},
        ],
    },
]


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 with the least work: the tests sign in hundreds of times."""
    monkeypatch.setattr(secrets_of, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def workspace(database: str, tmp_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(database, folder=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    for name, role in (("Ada", "administrator"), ("Max", "manager"), ("Mia", "member")):
        accounts.create(workspace, WORKSPACE, name, f"{name.lower()}@example.com", PASSWORD, [role])
    return create_app(workspace, TESTING=True, PROPAGATE_EXCEPTIONS=False)


@pytest.fixture
def administrator(app: Flask) -> Client:
    return Client(app.test_client(), "ada@example.com")


@pytest.fixture
def manager(app: Flask) -> Client:
    return Client(app.test_client(), "max@example.com")


@pytest.fixture
def member(app: Flask) -> Client:
    return Client(app.test_client(), "mia@example.com")


@pytest.fixture
def model(manager: Client) -> Client:
    """The manager of a workspace with customers, orders and coupons."""
    for content in ENTITIES:
        drawn = manager.post("/entities", content)
        assert drawn.status_code == 201, drawn.get_json()
        published = manager.post(f"/entities/{content['name']}/publish")
        assert published.status_code == 200, published.get_json()
    return manager
