"""A chunk of an import or a sync is one simultaneous write, on both databases: nothing is seen between its rows."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.imports import running, service
from ruleloom.runtime.imports.report import reason
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import firing_log
from ruleloom.storage.logs.import_log import ImportRow
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import orders
from tests.imports.test_syncing import ERP, MAPPING
from tests.imports.workspaces import SHOP, opened, records

NUMBERED: list[dict[str, Any]] = [
    {**entity, "fields": [*entity["fields"], {"name": "serial", "type": "autonumber"}]} for entity in SHOP
]
CUSTOMER = {"column": "Cust", "find": "code", "missing": "create"}
PLAN: dict[str, Any] = {
    "entity": "invoice", "key": ["number"],
    "columns": {"number": "No", "customer": CUSTOMER, "amount": "Amount"},
    "group": {"by": "No", "entity": "invoice_line", "parent": "invoice", "columns": {"sku": "Sku", "quantity": "Qty"}},
}  # fmt: skip


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    with opened(migrated_database, NUMBERED, folder=tmp_path) as found:
        yield found


def rule(workspace: Workspace, *texts: str) -> None:
    for each in texts:
        drawn = definitions.create(workspace, WORKSPACE, "rule", {"text": each, "language": "en"})
        definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id))


def run(workspace: Workspace, lines: list[str], plan: dict[str, Any] = PLAN) -> ImportRow:
    content = "\n".join(["No,Cust,Amount,Sku,Qty", *lines]).encode()
    row = service.begin(workspace, WORKSPACE, plan["entity"], "file.csv", io.BytesIO(content))
    service.set_plan(workspace, WORKSPACE, row.id, plan)
    return service.carry_out(workspace, WORKSPACE, service.claim(workspace, WORKSPACE, row.id, dry=False), dry=False)


def fired(workspace: Workspace) -> list[tuple[str, str, dict[str, Any]]]:
    """Rule and edge of each firing, in the order of running, and its cause."""
    with workspace.reading() as reading:
        names = {rule_id: each.name for rule_id, each in reading.published.book.rules.items()}
        rows = firing_log.page(reading.connection, firing_log.FiringFilter(), 1000)
    return [(names[row.rule], row.edge, dict(row.cause or {})) for row in sorted(rows, key=lambda row: row.id)]


def refused(workspace: Workspace, row: ImportRow) -> dict[int, str]:
    return {p.row: reason(p, "en") for p in service.problems(workspace, WORKSPACE, row.id, 0, 1000)}


def test_what_is_so_only_between_two_rows_never_fires(workspace: Workspace) -> None:
    """A customer without invoices, an invoice without lines: each row makes it so, and the next one ends it."""
    rule(
        workspace,
        'rule "Idle" on customer\nwhen no invoices\nthen set grade = "b"',
        'rule "Bare" on invoice\nwhen no lines\nthen set line_count = 0',
        'rule "Pair" on customer\nwhen exactly 2 invoices\nthen set grade = "a"\npriority 5',
        'rule "New" on invoice_line\nwhen record is created\nthen set text = "new"\npriority 9',
    )
    done = run(workspace, ["1,C1,5,a,1", "2,C1,6,a,1", "2,C1,6,b,2", "3,C2,7,a,1"])
    assert done.status == "done"
    assert [(name, edge) for name, edge, _ in fired(workspace)] == [("New", "change")] * 4 + [("Pair", "on")]
    assert {cause["kind"] for _, _, cause in fired(workspace)} == {"import"}
    assert [r["text"] for r in records(workspace, "invoice_line")] == ["new"] * 4
    assert {r["code"]: r["grade"] for r in records(workspace, "customer")} == {"C1": "a", "C2": None}


def test_a_blocked_row_leaves_nothing_and_the_others_stand(workspace: Workspace) -> None:
    rule(
        workspace,
        'rule "Paid" on invoice\nwhen amount < 0\nthen block "An amount is not negative"',
        'rule "Something" on invoice_line\nwhen quantity = 0\nthen block "A line needs a quantity"',
        'rule "Told" on invoice\nwhen amount > 0\nthen set line_count = 7',
    )
    done = run(workspace, ["1,C1,5,a,1", "2,C2,-1,a,0", "2,C2,-1,b,1", "3,C3,7,a,1", "4,C3,7,a,0", "5,C1,1,a,3"])
    assert done.status == "partial"
    said = {(p.row, reason(p, "en")) for p in service.problems(workspace, WORKSPACE, done.id, 0, 100)}
    amount, quantity = "An amount is not negative", "A line needs a quantity"
    assert {(row, why) for row, why in said if row != 4} == {(3, amount), (3, quantity), (6, quantity)}, said
    assert any(row == 4 and "row 3" in why for row, why in said)
    invoices = records(workspace, "invoice")
    assert [(r["number"], r["line_count"]) for r in invoices] == [("1", 7), ("3", 7), ("5", 7)]
    assert [r["code"] for r in records(workspace, "customer")] == ["C1", "C3"], (
        "who is named only by C2's row is not made"
    )
    assert len(records(workspace, "invoice_line")) == 3
    assert Counter(name for name, _, _ in fired(workspace)) == {"Told": 3}
    assert [r["serial"] for r in invoices] == [1, 2, 3], "refused rows take no numbers, and no number is given twice"
    assert done.report is not None
    assert (done.report["created"], done.report["lines"], done.report["made"]) == (3, 3, {"customer": 2})
    run(workspace, ["6,C1,5,a,1"])
    assert [r["serial"] for r in records(workspace, "invoice")] == [1, 2, 3, 4]


def test_a_limit_over_related_records_takes_the_rows_up_to_it(workspace: Workspace) -> None:
    rule(workspace, 'rule "Few" on customer\nwhen at least 4 invoices\nthen block "Three invoices at most"')
    lines = [f"{number},{'C1' if number % 2 else 'C2'},1,a,1" for number in range(1, 10)]  # five of C1, four of C2
    done = run(workspace, lines)
    codes = {r["id"]: r["code"] for r in records(workspace, "customer")}
    kept = [(codes[r["customer"]], r["number"]) for r in records(workspace, "invoice")]
    assert sorted(kept) == [("C1", "1"), ("C1", "3"), ("C1", "5"), ("C2", "2"), ("C2", "4"), ("C2", "6")]
    assert {number: "Three invoices at most" in said for number, said in refused(workspace, done).items()} == {
        8: True, 9: True, 10: True,
    }  # fmt: skip
    again = run(workspace, ["20,C1,1,a,1", "21,C3,1,a,1"])
    assert again.report is not None
    assert (again.report["created"], again.report["left_out"]) == (1, 1)


def test_rows_that_are_right_only_together_stand_together(workspace: Workspace) -> None:
    rule(
        workspace,
        'rule "Whole" on customer\nwhen sum(invoices.amount) != 100\nthen block "Shares make 100"',
        'rule "Odd" on invoice\nwhen number = "x"\nthen block "No"',
    )
    done = run(workspace, ["1,C1,60,a,1", "2,C1,40,a,1", "x,C2,100,a,1", "3,C3,70,a,1", "4,C4,100,a,1"])
    assert [r["number"] for r in records(workspace, "invoice")] == ["1", "2", "4"]
    assert [r["code"] for r in records(workspace, "customer")] == ["C1", "C4"]
    assert refused(workspace, done).keys() == {4, 5}


def test_values_that_are_taken_are_refused_row_by_row(workspace: Workspace) -> None:
    rule(workspace, 'rule "Told" on customer\nwhen credit > 1\nthen set grade = "a"')
    plan = {"entity": "customer", "columns": {"code": "No", "name": "Cust", "credit": "Amount"}}
    done = run(workspace, ["C1,One,5", "C1,Again,6", "C2,Two,7", "C2,Again,8", "C3,Three,9"], plan)
    assert [(r["code"], r["name"], r["grade"], r["serial"]) for r in records(workspace, "customer")] == [
        ("C1", "One", "a", 1), ("C2", "Two", "a", 2), ("C3", "Three", "a", 3),
    ]  # fmt: skip
    assert refused(workspace, done).keys() == {3, 5}


def test_records_that_are_there_are_changed_at_once(workspace: Workspace) -> None:
    rule(
        workspace,
        'rule "Moved" on invoice\nwhen amount changes\nthen set line_count = 1',
        'rule "Sum" on customer\nwhen sum(invoices.amount) > 100\nthen set grade = "a"',
    )
    run(workspace, ["1,C1,60,a,1", "2,C1,30,a,1"])
    run(workspace, ["1,C1,30,a,1", "2,C1,60,a,1", "3,C1,5,a,1"])
    assert [(name, edge) for name, edge, _ in fired(workspace)] == [("Moved", "change")] * 2, "never above 100"


def test_the_log_names_the_write_of_a_chunk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_WITH_RULES", 2)
    run(workspace, ["1,C1,60,a,1", "2,C1,30,a,1", "3,C2,1,a,1"])
    with workspace.database.read() as connection:
        causes = list(
            connection.execute(text("select cause from changes where entity is not null order by id")).scalars()
        )
    told = [json.loads(each) if isinstance(each, str) else each for each in causes]
    writes = Counter(each["write"] for each in told if each["kind"] == "import")
    assert sorted(writes.values()) == [3, 5], (
        "a customer, two invoices and their lines; a customer, an invoice, its line"
    )


# ---- syncs


@pytest.fixture
def double() -> Iterator[KingdeeDouble]:
    with serve(KingdeeDouble().fill(5, 3)) as running_double:
        yield running_double


@pytest.fixture
def exchange(migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    with opened(migrated_database, ERP, "Asia/Shanghai", tmp_path) as found:
        yield found


def test_a_page_of_a_sync_is_one_write(exchange: Workspace, double: KingdeeDouble) -> None:
    rule(
        exchange,
        'rule "Bare" on order\nwhen no lines\nthen set status = "open"',
        'rule "Few" on order\nwhen exactly 1 lines\nthen set amount = 0',
        'rule "Gone" on order_line\nwhen record is deleted\nthen notify order.created_by "gone"',
    )
    bill = next(bill for bill in orders(60, 5) if len(bill["entries"]) > 2)
    double.tables.put("SAL_SaleOrder", [bill])
    made = connections.create(exchange, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
    made = connections.set_mapping(exchange, WORKSPACE, made.id, made.revision, MAPPING)
    connections.sync_now(exchange, WORKSPACE, made.id)
    assert [name for name, _, _ in fired(exchange) if name == "Bare"] == []
    before = len(fired(exchange))
    new = {**bill["entries"][0], "FSaleOrderEntry_FEntryID": 9_999_999}
    double.tables.put("SAL_SaleOrder", [{**bill, "entries": [new, bill["entries"][1]]}])
    connections.start_over(exchange, WORKSPACE, made.id)
    run_ = connections.sync_now(exchange, WORKSPACE, made.id)
    assert run_.counts["sale_orders"]["rejected"] == 0
    [order] = [r for r in records(exchange, "order") if r["number"] == bill["FBillNo"]]
    mine = [r for r in records(exchange, "order_line") if r["order"] == order["id"]]
    assert len(mine) == 2
    after = Counter(name for name, _, _ in fired(exchange)[before:])
    assert after == {"Gone": len(bill["entries"]) - 1}, "with its lines exchanged at once, it never had one line only"


def test_a_blocked_order_stays_out_of_its_page(exchange: Workspace, double: KingdeeDouble) -> None:
    first, second, third = list(orders(3, 5))
    rule(exchange, f'rule "Small" on order\nwhen number = "{second["FBillNo"]}"\nthen block "Not this one"')
    double.tables.put("SAL_SaleOrder", [first, second, third])
    made = connections.create(exchange, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
    made = connections.set_mapping(exchange, WORKSPACE, made.id, made.revision, MAPPING)
    done = connections.sync_now(exchange, WORKSPACE, made.id)
    assert [p["code"] for p in done.problems] == ["write-blocked"]
    assert done.counts["sale_orders"]["created"] == 2
    assert {r["number"] for r in records(exchange, "order")} == {first["FBillNo"], third["FBillNo"]}
    assert len(records(exchange, "order_line")) == len(first["entries"]) + len(third["entries"])


SITES: list[dict[str, Any]] = [
    {
        "name": "site",
        "fields": [
            {"name": "name", "type": "text", "unique": True},
            {"name": "under", "type": "reference", "to": "site", "reverse": "sites"},
            {"name": "size", "type": "number"},
        ],
    }
]


def test_a_row_that_another_row_names_is_the_record_it_names(migrated_database: str, tmp_path: Path) -> None:
    """Sites under sites of the same file, also before their own rows; one that may not be is made by its name alone."""
    plan: dict[str, Any] = {
        "entity": "site", "key": ["name"],
        "columns": {"name": "Name", "under": {"column": "Under", "find": "name", "missing": "create"}, "size": "Size"},
    }  # fmt: skip
    with opened(migrated_database, SITES, folder=tmp_path) as workspace:
        rule(workspace, 'rule "Sized" on site\nwhen size < 0\nthen block "A site is not smaller than nothing"')
        lines = ["B,A,2", "A,,1", "C,B,3", "D,E,4", "F,F,5", "H,G,6", "G,,-1"]
        content = "\n".join(["Name,Under,Size", *lines]).encode()
        row = service.begin(workspace, WORKSPACE, "site", "file.csv", io.BytesIO(content))
        service.set_plan(workspace, WORKSPACE, row.id, plan)
        claimed = service.claim(workspace, WORKSPACE, row.id, dry=False)
        done = service.carry_out(workspace, WORKSPACE, claimed, dry=False)
        sites = records(workspace, "site")
        names = {site["id"]: site["name"] for site in sites}
        found = {site["name"]: (names.get(site["under"]), site["size"]) for site in sites}
        assert found == {
            "A": (None, 1), "B": ("A", 2), "C": ("B", 3), "D": ("E", 4), "E": (None, None),
            "F": ("F", 5), "G": (None, None), "H": ("G", 6),
        }  # fmt: skip
        assert list(refused(workspace, done)) == [8]
        assert done.report is not None
        assert (done.report["created"], done.report["made"]) == (6, {"site": 2})
