"""Syncs from the Kingdee double on both databases: rows, links, lines, replays, secrets, what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE, Actor, Forbidden
from ruleloom.connectors import Page, Row, SignInRefused, registry
from ruleloom.connectors.errors import RefreshAuth, Retriable, SettingsInvalid
from ruleloom.runtime.commands import records as door
from ruleloom.runtime.missing import Conflict, Stale
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.syncing.connections import Connection
from ruleloom.runtime.syncing.mapping import MappingInvalid
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.leases import lease
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import orders
from tests.imports.workspaces import opened, records

ERP: list[dict[str, Any]] = [
    {
        "name": "customer",
        "fields": [
            {"name": "code", "type": "text", "unique": True, "required": True},
            {"name": "name", "type": "text"},
            {"name": "phone", "type": "phone"},
        ],
    },
    {
        "name": "order",
        "time_field": "ordered_on",
        "fields": [
            {"name": "number", "type": "text", "unique": True},
            {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
            {"name": "ordered_on", "type": "date"},
            {"name": "amount", "type": "number", "decimals": 2},
            {"name": "status", "type": "choice", "options": ["open", "done"]},
        ],
    },
    {
        "name": "order_line",
        "fields": [
            {"name": "order", "type": "reference", "to": "order", "reverse": "lines", "on_delete": "cascade"},
            {"name": "sku", "type": "text"},
            {"name": "quantity", "type": "number"},
        ],
    },
]
MAPPING: dict[str, Any] = {
    "customers": {"entity": "customer", "key": "code", "fields": {"code": "FNumber", "name": "FName"}},
    "sale_orders": {
        "entity": "order",
        "fields": {
            "number": "FBillNo",
            "customer": {"field": "FCustId.FNumber", "find": "code"},
            "ordered_on": "FDate",
            "amount": "FBillAllAmount",
            "status": {"field": "FDocumentStatus", "aliases": {"A": "open", "B": "open", "C": "done"}},
        },
        "lines": {
            "list": "entries",
            "key": "FSaleOrderEntry_FEntryID",
            "entity": "order_line",
            "parent": "order",
            "fields": {"sku": "FMaterialId.FNumber", "quantity": "FQty"},
        },
    },
}


@pytest.fixture
def double() -> Iterator[KingdeeDouble]:
    with serve(KingdeeDouble().fill(30, 60)) as running:
        yield running


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    with opened(migrated_database, ERP, "Asia/Shanghai", tmp_path) as found:
        yield found


def connect(workspace: Workspace, double: KingdeeDouble, mapping: dict[str, Any] | None = None) -> Connection:
    made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
    return connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, mapping or MAPPING)


def test_everything_arrives_once_with_its_lines(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    run = connections.sync_now(workspace, WORKSPACE, made.id, page=13)
    assert (run.status, run.problems) == ("done", [])
    assert run.counts["customers"]["created"] == 30
    assert run.counts["sale_orders"]["created"] == 60
    wanted = {bill["FBillNo"]: bill for bill in orders(60, 30)}
    customers = {r["id"]: r["code"] for r in records(workspace, "customer")}
    lines = records(workspace, "order_line")
    for order in records(workspace, "order"):
        bill = wanted.pop(order["number"])
        assert customers[order["customer"]] == bill["FCustId.FNumber"]
        assert order["amount"] == Decimal(str(bill["FBillAllAmount"]))
        assert order["status"] == ("done" if bill["FDocumentStatus"] == "C" else "open")
        own = [(line["sku"], line["quantity"]) for line in lines if line["order"] == order["id"]]
        assert own == [(entry["FMaterialId.FNumber"], entry["FQty"]) for entry in bill["entries"]]
    assert wanted == {}


def test_a_second_sync_changes_nothing(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    connections.sync_now(workspace, WORKSPACE, made.id)
    before = changes(workspace)
    connections.start_over(workspace, WORKSPACE, made.id)
    again = connections.sync_now(workspace, WORKSPACE, made.id)
    assert again.counts["sale_orders"] == {
        "read": 60, "created": 0, "updated": 0, "unchanged": 60, "rejected": 0, "gone": 0, "pages": 1,
    }  # fmt: skip
    assert changes(workspace) == before


def changes(workspace: Workspace) -> int:
    with workspace.database.read() as connection:
        return int(connection.execute(text("select count(*) from changes")).scalar_one())


def test_a_changed_order_is_changed_here_with_its_lines(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    connections.sync_now(workspace, WORKSPACE, made.id)
    bill = next(bill for bill in orders(60, 30) if len(bill["entries"]) > 2)
    first, *_, last = bill["entries"]
    new = {**first, "FSaleOrderEntry_FEntryID": 9_999_999, "FMaterialId.FNumber": "NEW"}
    now = datetime(2026, 1, 5, 8).isoformat()
    kept = {**last, "FQty": 77}
    double.tables.put("SAL_SaleOrder", [{**bill, "FBillAllAmount": 5, "FModifyDate": now, "entries": [kept, new]}])
    connections.start_over(workspace, WORKSPACE, made.id)
    run = connections.sync_now(workspace, WORKSPACE, made.id)
    assert run.counts["sale_orders"]["updated"] == 1
    [order] = [r for r in records(workspace, "order") if r["number"] == bill["FBillNo"]]
    assert order["amount"] == 5
    own = {(r["sku"], int(r["quantity"])) for r in records(workspace, "order_line") if r["order"] == order["id"]}
    assert own == {(last["FMaterialId.FNumber"], 77), ("NEW", int(first["FQty"]))}


def test_records_that_are_here_already_are_adopted(workspace: Workspace, double: KingdeeDouble) -> None:
    values = {"code": "00002", "name": "known before"}
    mine = door.create(workspace, WORKSPACE, "customer", values, show=lambda _, written: written.record)
    made = connect(workspace, double)
    run = connections.sync_now(workspace, WORKSPACE, made.id)
    assert (run.counts["customers"]["created"], run.counts["customers"]["updated"]) == (29, 1)
    [found] = [r for r in records(workspace, "customer") if r["code"] == "00002"]
    assert found["id"] == mine
    assert found["name"] != "known before"


def test_a_record_deleted_here_stays_deleted(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    connections.sync_now(workspace, WORKSPACE, made.id)
    victim = records(workspace, "order")[0]
    version = int(victim["version"])
    door.delete(workspace, WORKSPACE, "order", str(victim["id"]), version, show=lambda *_: None)
    bill = next(bill for bill in orders(60, 30) if bill["FBillNo"] == victim["number"])
    double.tables.put("SAL_SaleOrder", [{**bill, "FBillAllAmount": 1}])
    connections.start_over(workspace, WORKSPACE, made.id)
    run = connections.sync_now(workspace, WORKSPACE, made.id)
    assert run.counts["sale_orders"]["gone"] == 1
    assert len(records(workspace, "order")) == 59


def test_a_bad_row_is_named_and_the_others_go_on(workspace: Workspace, double: KingdeeDouble) -> None:
    bills = list(orders(2, 30))
    double.tables.put(
        "SAL_SaleOrder", [{**bills[0], "FCustId.FNumber": "nobody"}, {**bills[1], "FBillAllAmount": 0.123}]
    )
    made = connect(workspace, double)
    run = connections.sync_now(workspace, WORKSPACE, made.id)
    assert run.status == "partial"
    assert {(p["external_id"], p["code"]) for p in run.problems} == {
        ("200001", "import-reference-missing"),
        ("200002", "number-decimals"),
    }
    assert run.counts["sale_orders"]["rejected"] == 2
    assert len(records(workspace, "order")) == 58
    double.fill(30, 60)
    connections.start_over(workspace, WORKSPACE, made.id)
    assert connections.sync_now(workspace, WORKSPACE, made.id).counts["sale_orders"]["created"] == 2


def test_secrets_are_encrypted_and_never_told(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    assert set(made.secrets) == {"password", "app_secret"}
    assert not {"password", "app_secret"} & made.settings.keys()
    with workspace.database.read() as connection:
        row = json.dumps([str(cell) for cell in connection.execute(text("select * from connections")).one()])
    assert "kingdee-password" not in row
    assert "appsecret01" not in row
    assert (workspace.folder / "secret.key").stat().st_mode & 0o077 == 0
    changed = connections.change(workspace, WORKSPACE, made.id, made.revision, settings={"lcid": 1033, "password": ""})
    assert connections.test(workspace, WORKSPACE, changed.id).ok, "an empty secret leaves the old one"
    wrong = connections.change(workspace, WORKSPACE, made.id, changed.revision, settings={"password": "wrong-one"})
    with pytest.raises((SignInRefused, RefreshAuth)):
        connections.test(workspace, WORKSPACE, wrong.id)


def test_a_failed_sign_in_is_a_failed_run_that_says_so(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    double.account.password = "changed there"
    run = connections.sync_now(workspace, WORKSPACE, made.id)
    assert run.status == "failed"
    assert run.problems[0]["code"] == "remote-sign-in-refused"
    assert connections.runs(workspace, WORKSPACE, made.id, None, 10)[0].status == "failed"


def test_what_is_wrong_is_named_all_at_once(workspace: Workspace, double: KingdeeDouble) -> None:
    with pytest.raises(SettingsInvalid):
        connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", {"base_url": "ftp://x"})
    made = connect(workspace, double)
    bad = {"customers": {"entity": "nothing", "fields": {}}, "invoices": {}}
    with pytest.raises(MappingInvalid) as error:
        connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, bad)
    assert {d.target for d in error.value.diagnostics} >= {"customers.entity", "customers.columns", "invoices"}
    with pytest.raises(Stale):
        connections.change(workspace, WORKSPACE, made.id, made.revision - 1, name="late")


def test_a_mapping_that_leaves_a_required_field_empty_is_refused(workspace: Workspace, double: KingdeeDouble) -> None:
    with pytest.raises(MappingInvalid) as refused:
        connect(workspace, double, {"customers": {"entity": "customer", "fields": {"name": "FName"}}})
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.code, diagnostic.target) == ("mapping-field-unfed", "customers.fields.code")
    assert "code" in diagnostic.message("en")


def test_only_administrators_connect(workspace: Workspace, double: KingdeeDouble) -> None:
    member = Actor(7, frozenset({"member"}))
    with pytest.raises(Forbidden):
        connections.create(workspace, member, "kingdee_cloud", "ERP", double.settings())
    with pytest.raises(Forbidden):
        connections.all_of(workspace, member)


@pytest.mark.usefixtures("worker")
def test_two_syncs_at_once_are_refused(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    double.moods.delay = 0.3
    running = connections.start(workspace, WORKSPACE, made.id)
    for _ in range(400):  # until the worker has it in hand
        with lease(workspace.database, connections.lease_of(made.id), workspace.folder) as free:
            if not free:
                break
        time.sleep(0.05)
    with pytest.raises(Conflict):
        connections.sync_now(workspace, WORKSPACE, made.id)
    double.moods.delay = 0
    found = connections.runs(workspace, WORKSPACE, made.id, None, 10)
    for _ in range(200):
        if found[0].status != "running":
            break
        time.sleep(0.1)
        found = connections.runs(workspace, WORKSPACE, made.id, None, 10)
    assert (found[0].id, found[0].status) == (running.id, "done")


def test_a_preview_stores_nothing(workspace: Workspace, double: KingdeeDouble) -> None:
    made = connect(workspace, double)
    sample = connections.preview(workspace, WORKSPACE, made.id, "sale_orders")
    assert len(sample.rows) == 20
    assert {field.key for field in sample.fields} >= {"FBillNo", "FQty"}
    assert records(workspace, "order") == []


def test_a_row_that_a_page_carries_twice_ends_as_the_last_one_says(
    workspace: Workspace, double: KingdeeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = connect(workspace, double, {"customers": MAPPING["customers"]})
    old = dict(connections.preview(workspace, WORKSPACE, made.id, "customers").rows[0])
    key = registry.kind("kingdee_cloud").resources[0].key

    def deliver(*rows: Row) -> tuple[str, dict[str, int]]:
        monkeypatch.setattr(registry.kind("kingdee_cloud"), "read", lambda *_given, **_more: iter([Page(rows)]))
        connections.start_over(workspace, WORKSPACE, made.id)
        run = connections.sync_now(workspace, WORKSPACE, made.id)
        [record] = [each for each in records(workspace, "customer") if each["code"] == rows[0]["FNumber"]]
        words = ("created", "updated", "unchanged", "rejected")
        return record["name"], {word: run.counts["customers"][word] for word in words}

    def named(name: str, **more: Any) -> Row:
        return {**old, "FName": name, **more}

    assert deliver(named("A"), named("B")) == ("B", {"created": 1, "updated": 1, "unchanged": 0, "rejected": 0})
    before = changes(workspace)
    assert deliver(named("C"), named("B")) == ("B", {"created": 0, "updated": 2, "unchanged": 0, "rejected": 0})
    assert changes(workspace) == before + 2, "the last one is applied although it is what was stored before the page"
    assert deliver(named("B"), named("B")) == ("B", {"created": 0, "updated": 0, "unchanged": 2, "rejected": 0})
    assert deliver(named("D"), named("E", FNumber=None))[0] == "D", "the last one that can be written stays"
    assert deliver(named("F", FNumber="new", **{key: 99}), named("F", FNumber="new", **{key: 99}))[1]["created"] == 1


def test_a_server_that_is_gone_is_told_soon_to_who_waits(
    workspace: Workspace, double: KingdeeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync goes on trying for half a minute, somebody at the page is told within seconds, with what is wrong."""
    assert connections.PATIENCE <= 5
    monkeypatch.setattr(connections, "PATIENCE", 0.7)
    gone = {**double.settings("password"), "base_url": "http://127.0.0.1:9/k3cloud"}
    made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "Gone", gone)
    started = time.monotonic()
    with pytest.raises(Retriable) as tested:
        connections.test(workspace, WORKSPACE, made.id)
    with pytest.raises(Retriable) as looked:
        connections.preview(workspace, WORKSPACE, made.id, "customers")
    assert time.monotonic() - started < 15, "twice, also on a busy machine; otherwise twice half a minute"
    for refused in (tested, looked):
        assert refused.value.diagnostics[0].code == "remote-unreachable"
        assert "refused" in refused.value.diagnostics[0].message("en")
