"""A wholesaler's order lines of a year come in through the importer: one file, invoices with their lines and customers.

Every number is computed a second time straight from the raw file, without the product.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.runtime.imports import service
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs.import_log import ImportRow
from tests.imports.workspaces import SHOP, opened, records
from tests.stories.real_data import FULL, order_lines, raw_rows

LONDON = ZoneInfo("Europe/London")
PLAN: dict[str, Any] = {
    "entity": "invoice",
    "key": ["number"],
    "columns": {
        "number": "InvoiceNo",
        "ordered_at": {"column": "InvoiceDate", "zone": "Europe/London"},
        "customer": {
            "column": "CustomerID", "whole": True, "find": "code", "missing": "create", "copy": {"country": "Country"},
        },
        "amount": {"sum": ["Quantity", "UnitPrice"]},
        "line_count": {"count": True},
    },
    "group": {
        "by": "InvoiceNo",
        "entity": "invoice_line",
        "parent": "invoice",
        "columns": {
            "position": {"position": True}, "sku": "StockCode", "text": "Description", "quantity": "Quantity",
            "price": "UnitPrice",
        },
    },
    "rules": False,
}  # fmt: skip


@dataclass
class Invoice:
    """What the raw file says of an invoice."""

    at: int
    customer: str | None = None
    amount: Decimal = Decimal(0)
    lines: list[tuple[str, str | None, Decimal, Decimal]] = field(default_factory=list)


def computed(path: Path) -> dict[str, Invoice]:
    found: dict[str, Invoice] = {}
    for row in raw_rows(path):
        local = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON)
        invoice = found.setdefault(row["InvoiceNo"], Invoice(int(local.timestamp()) * 1_000_000))
        invoice.customer = invoice.customer or (row["CustomerID"].removesuffix(".0") or None)
        quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
        invoice.amount += quantity * price
        invoice.lines.append((row["StockCode"], row["Description"].strip() or None, quantity, price))
    return found


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    with opened(migrated_database, SHOP, "Europe/London", tmp_path) as found:
        yield found


def bring_in(workspace: Workspace, path: Path, plan: dict[str, Any]) -> ImportRow:
    with path.open("rb") as content:
        row = service.begin(workspace, WORKSPACE, plan["entity"], path.name, content)
    service.set_plan(workspace, WORKSPACE, row.id, plan)
    return service.carry_out(workspace, WORKSPACE, service.claim(workspace, WORKSPACE, row.id, dry=False), dry=False)


def count(workspace: Workspace, table: str) -> int:
    with workspace.database.read() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def test_a_year_of_orders(workspace: Workspace, tmp_path: Path) -> None:
    path = order_lines(tmp_path)
    started = time.monotonic()
    done = bring_in(workspace, path, PLAN)
    print(f"\n{done.progress['total']:,} lines imported in {time.monotonic() - started:.1f} s")  # noqa: T201
    expected = computed(path)
    customers = {invoice.customer for invoice in expected.values()} - {None}
    lines = sum(len(invoice.lines) for invoice in expected.values())
    if FULL:
        assert (lines, len(expected), len(customers)) == (541_909, 25_900, 4_372)
    assert done.status == "done"
    assert done.report is not None
    assert done.report == {
        "rows": lines, "created": len(expected), "lines": lines, "made": {"customer": len(customers)},
        "unknown": {},
        "empty": {"customer": sum(invoice.customer is None for invoice in expected.values())},
        "skipped": 0, "left_out": 0, "updated": 0, "unchanged": 0, "reasons": {}, "dry": False,
    }  # fmt: skip
    assert count(workspace, "r_invoice_line") == lines
    compare(workspace, expected)


def compare(workspace: Workspace, expected: dict[str, Invoice]) -> None:
    """Every invoice and every line, field by field."""
    codes = {r["id"]: r["code"] for r in records(workspace, "customer")}
    numbers: dict[int, str] = {}
    for record in records(workspace, "invoice"):
        wanted = expected[record["number"]]
        numbers[record["id"]] = record["number"]
        assert (record["ordered_at"], codes.get(record["customer"]), record["amount"], record["line_count"]) == (
            wanted.at, wanted.customer, wanted.amount, len(wanted.lines),
        )  # fmt: skip
    assert sorted(numbers.values()) == sorted(expected)
    for line in records(workspace, "invoice_line"):
        wanted_line = expected[numbers[line["invoice"]]].lines[int(line["position"]) - 1]
        assert (line["sku"], line["text"], line["quantity"], line["price"]) == wanted_line


def test_cancellations_and_lines_without_a_customer_can_be_left_out_by_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = order_lines(tmp_path) if not FULL else _short(order_lines(tmp_path), tmp_path)
    skip = [{"column": "InvoiceNo", "starts": "C"}, {"column": "CustomerID", "empty": True}]
    done = bring_in(workspace, path, {**PLAN, "skip": skip})
    kept = [row for row in raw_rows(path) if row["CustomerID"] and not row["InvoiceNo"].startswith("C")]
    left = sum(1 for _ in raw_rows(path)) - len(kept)
    assert done.report is not None
    assert left > 0
    assert (done.report["skipped"], done.report["lines"]) == (left, len(kept))
    assert count(workspace, "r_invoice") == len({row["InvoiceNo"] for row in kept})


def _short(path: Path, folder: Path) -> Path:
    rows = list(raw_rows(path))[:8000]
    short = folder / "short.csv"
    text_ = "\n".join([",".join(rows[0]), *(",".join(f'"{v}"' for v in row.values()) for row in rows)])
    short.write_text(text_, encoding="utf-8")
    return short
