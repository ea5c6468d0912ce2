"""The workspace in which the engine is measured: customers with orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions, entities
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.workspace import Workspace

CUSTOMER: dict[str, Any] = {
    "name": "customer",
    "title_field": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "region", "type": "text"},
        {"name": "credit", "type": "number", "decimals": 2},
        {"name": "notes", "type": "longtext"},
    ],
}
ORDER: dict[str, Any] = {
    "name": "order",
    "time_field": "ordered_at",
    "fields": [
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
        {"name": "ordered_at", "type": "datetime"},
    ],
}


@contextmanager
def open_shop(
    url: str, folder: Path, *, more: Sequence[dict[str, Any]] = (), clock: Clock | None = None
) -> Iterator[Workspace]:
    """A workspace on an empty database, with customers (and `more` fields of theirs) and orders."""
    workspace = open_workspace(url, folder=folder, clock=clock)
    for entity in ({**CUSTOMER, "fields": [*CUSTOMER["fields"], *more]}, ORDER):
        entities.draw(workspace, WORKSPACE, entity)
        entities.publish(workspace, WORKSPACE, entity["name"])
    try:
        yield workspace
    finally:
        workspace.close()


def publish_rule(workspace: Workspace, text: str) -> str:
    """The id of a rule in force."""
    drawn = definitions.create(workspace, WORKSPACE, "rule", {"text": text, "language": "en"})
    return str(definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id)).id)
