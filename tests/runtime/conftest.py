"""A workspace with customers and coupons, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions, entities, records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.workspace import Workspace
from tests.conftest import Copies, template_of

CUSTOMER: dict[str, Any] = {
    "name": "customer",
    "title_field": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "seen", "type": "datetime"},
        {"name": "credit", "type": "number"},
        {"name": "flag", "type": "text"},
    ],
}
COUPON: dict[str, Any] = {
    "name": "coupon",
    "fields": [
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "coupons"},
        {"name": "code", "type": "text", "unique": True},
    ],
}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def workspace_template(
    request: pytest.FixtureRequest, copies: Copies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """URL of the database of such a workspace, from which tests get their copies."""
    with copies(template_of(request)) as url:
        opened = open_workspace(url, folder=tmp_path_factory.mktemp("template"))
        for content in (CUSTOMER, COUPON):
            entities.draw(opened, WORKSPACE, content)
            entities.publish(opened, WORKSPACE, content["name"])
        opened.close()
        yield url


@pytest.fixture
def workspace_url(workspace_template: str, copies: Copies) -> Iterator[str]:
    """URL of the database of `workspace`, for another process."""
    with copies(workspace_template) as url:
        yield url


@pytest.fixture
def workspace(workspace_url: str, tmp_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(workspace_url, folder=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def rule(workspace: Workspace) -> Callable[[str], str]:
    """Publishes a rule; its id."""

    def publish(text: str) -> str:
        drawn = definitions.create(workspace, WORKSPACE, "rule", {"text": text, "language": "en"})
        return str(definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id)).id)

    return publish


@pytest.fixture
def create(workspace: Workspace) -> Callable[..., records.Written]:
    """Creates a customer; what the write did."""

    def made(**values: Any) -> records.Written:
        return records.create(workspace, WORKSPACE, "customer", values, show=lambda _uow, written: written)

    return made
