"""A refused move is refused with the same words whichever way it comes: a person's write, a sync, a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.commands import records as door
from ruleloom.runtime.imports import service
from ruleloom.runtime.imports.report import reason
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.workspace import Workspace
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import orders
from tests.imports.test_running import run
from tests.imports.test_syncing import ERP, MAPPING
from tests.imports.workspaces import opened, records

SIGNED = [
    {**e, "fields": [*e["fields"], {"name": "signature", "type": "text"}]} if e["name"] == "order" else e for e in ERP
]
MESSAGE = {"en": "Attach the signature", "zh": "请附上签字"}
SIGNED_CONDITION = {"text": "signature is not empty", "language": "en"}
PIPELINE: dict[str, Any] = {
    "stage_field": "status",
    "stages": [
        {"value": "open", "gates": [{"condition": SIGNED_CONDITION, "message": MESSAGE, "fields": ["signature"]}]},
        {"value": "done"},
    ],
    "allow_skip": False,
    "allow_return": True,
}  # fmt: skip


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    with opened(migrated_database, SIGNED, "Asia/Shanghai", tmp_path) as found:
        drawn = definitions.create(found, WORKSPACE, "pipeline", PIPELINE, name="Orders", entity="order")
        definitions.publish(found, WORKSPACE, "pipeline", str(drawn.id))
        yield found


def test_the_same_words_by_hand_by_sync_and_by_file(workspace: Workspace) -> None:
    with serve(KingdeeDouble().fill(5, 3)) as double:
        bill = {**next(orders(1, 5)), "FDocumentStatus": "A"}
        double.tables.put("SAL_SaleOrder", [bill])
        made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
        made = connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, MAPPING)
        connections.sync_now(workspace, WORKSPACE, made.id)
        [order] = [r for r in records(workspace, "order") if r["number"] == bill["FBillNo"]]
        assert order["status"] == "open"
        words = by_hand(workspace, order)
        assert any("Attach the signature" in english for _, english, _ in words)
        double.tables.put("SAL_SaleOrder", [{**bill, "FDocumentStatus": "C"}])
        connections.start_over(workspace, WORKSPACE, made.id)
        synced = connections.sync_now(workspace, WORKSPACE, made.id)
    assert [(p["code"], said(p, "en"), said(p, "zh")) for p in synced.problems] == words
    plan = {"entity": "order", "key": ["number"], "columns": {"number": "No", "status": "Status"}}
    done = run(workspace, f"No,Status\n{bill['FBillNo']},done\n", plan)
    found = service.problems(workspace, WORKSPACE, done.id, 0, 10)
    assert [(p.code, reason(p, "en"), reason(p, "zh")) for p in found] == words
    assert [r["status"] for r in records(workspace, "order") if r["number"] == bill["FBillNo"]] == ["open"]


def test_bad_cells_and_closed_gates_are_said_at_once_by_sync_and_by_file(workspace: Workspace) -> None:
    with serve(KingdeeDouble().fill(5, 3)) as double:
        bill = {**next(orders(1, 5)), "FDocumentStatus": "A"}
        double.tables.put("SAL_SaleOrder", [bill])
        made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
        made = connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, MAPPING)
        connections.sync_now(workspace, WORKSPACE, made.id)
        worse = {**bill, "FDocumentStatus": "C", "FDate": "never", "FCustId.FNumber": "NOBODY"}
        double.tables.put("SAL_SaleOrder", [worse])
        connections.start_over(workspace, WORKSPACE, made.id)
        synced = connections.sync_now(workspace, WORKSPACE, made.id)
    expected = {"not-a-date", "import-reference-missing", "gate-closed"}
    assert {p["code"] for p in synced.problems} == expected
    file = f"No,Status,Date,Cust\n{bill['FBillNo']},done,never,NOBODY\n"
    columns = {"number": "No", "status": "Status", "ordered_on": "Date", "customer": {"column": "Cust", "find": "code"}}
    done = run(workspace, file, {"entity": "order", "key": ["number"], "columns": columns})
    assert {p.code for p in service.problems(workspace, WORKSPACE, done.id, 0, 10)} == expected


def by_hand(workspace: Workspace, order: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The words with which a person's move is refused."""
    record, version = str(order["id"]), int(order["version"])
    with pytest.raises(RuleloomError) as refused:
        door.update(workspace, WORKSPACE, "order", record, {"status": "done"}, version, show=lambda *_: None)
    return [(d.code, d.message("en"), d.message("zh")) for d in refused.value.diagnostics]


def said(problem: Mapping[str, Any], language: Any) -> str:
    from ruleloom.messages import text

    return text(problem["code"], language, problem["params"])
