"""A hardware seller's accounts, products, teams and opportunities come in, with the dirt that real files have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ruleloom.runtime.workspace import Workspace
from tests.imports.workspaces import opened, records
from tests.stories.real_data import data_file, raw_rows
from tests.stories.test_real_orders_come_in import bring_in

STAGES = ("Prospecting", "Engaging", "Won", "Lost")
SECTORS = (
    *("employment", "entertainment", "finance", "marketing", "medical", "retail", "services", "software", "technology"),
    "telecommunications",
)
SELLER: list[dict[str, Any]] = [
    {
        "name": "account",
        "fields": [
            {"name": "name", "type": "text", "unique": True, "required": True},
            {"name": "sector", "type": "choice", "options": list(SECTORS)},
            {"name": "founded", "type": "number"},
            {"name": "revenue", "type": "number", "decimals": 2},
            {"name": "employees", "type": "number"},
            {"name": "location", "type": "text"},
            {"name": "parent", "type": "reference", "to": "account", "reverse": "subsidiaries"},
        ],
    },
    {
        "name": "product",
        "fields": [
            {"name": "name", "type": "text", "unique": True},
            {"name": "series", "type": "text"},
            {"name": "price", "type": "number"},
        ],
    },
    {
        "name": "sales_group",
        "fields": [{"name": "name", "type": "text", "unique": True}, {"name": "office", "type": "text"}],
    },
    {
        "name": "agent",
        "fields": [
            {"name": "name", "type": "text", "unique": True},
            {"name": "group", "type": "reference", "to": "sales_group", "reverse": "agents"},
        ],
    },
    {
        "name": "opportunity",
        "time_field": "engaged_on",
        "fields": [
            {"name": "code", "type": "text", "unique": True},
            {"name": "agent", "type": "reference", "to": "agent", "reverse": "opportunities"},
            {"name": "product", "type": "reference", "to": "product", "reverse": "opportunities"},
            {"name": "account", "type": "reference", "to": "account", "reverse": "opportunities"},
            {"name": "stage", "type": "choice", "options": list(STAGES)},
            {"name": "engaged_on", "type": "date"},
            {"name": "closed_on", "type": "date"},
            {"name": "value", "type": "number"},
        ],
    },
]
PLANS: dict[str, dict[str, Any]] = {
    "accounts.csv": {
        "entity": "account",
        "key": ["name"],
        "columns": {
            "name": "account",
            "sector": {"column": "sector", "aliases": {"technolgy": "technology"}},
            "founded": "year_established",
            "revenue": "revenue",
            "employees": "employees",
            "location": "office_location",
            "parent": {"column": "subsidiary_of", "find": "name", "missing": "create"},
        },
    },
    "products.csv": {
        "entity": "product",
        "key": ["name"],
        "columns": {"name": "product", "series": "series", "price": "sales_price"},
    },
    "sales_teams.csv": {
        "entity": "agent",
        "key": ["name"],
        "columns": {
            "name": "sales_agent",
            "group": {"column": "manager", "find": "name", "missing": "create", "copy": {"office": "regional_office"}},
        },
    },
    "sales_pipeline.csv": {
        "entity": "opportunity",
        "key": ["code"],
        "columns": {
            "code": "opportunity_id",
            "agent": {"column": "sales_agent", "find": "name"},
            "product": {"column": "product", "find": "name", "aliases": {"GTXPro": "GTX Pro"}},
            "account": {"column": "account", "find": "name"},
            "stage": "deal_stage",
            "engaged_on": {"column": "engage_date", "format": "m/d/y"},
            "closed_on": {"column": "close_date", "format": "m/d/y"},
            "value": "close_value",
        },
        "rules": False,
    },
}


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    with opened(migrated_database, SELLER, "America/New_York", tmp_path) as found:
        yield found


def day(text: str) -> int | None:
    return (datetime.strptime(text, "%m/%d/%Y").date() - date(1970, 1, 1)).days if text else None


def test_accounts_products_teams_and_opportunities(workspace: Workspace) -> None:
    raw = {name: list(raw_rows(data_file("crm_opportunities", name))) for name in PLANS}
    for name, plan in PLANS.items():
        done = bring_in(workspace, data_file("crm_opportunities", name), plan)
        assert (done.status, done.report and done.report["left_out"]) == ("done", 0), name
    names = {
        entity: {r["id"]: r["name"] for r in records(workspace, entity)} for entity in ("account", "agent", "product")
    }
    check_accounts(workspace, raw["accounts.csv"])
    groups = {r["name"]: r["office"] for r in records(workspace, "sales_group")}
    assert groups == {row["manager"]: row["regional_office"] for row in raw["sales_teams.csv"]}
    assert len(names["product"]) == 7
    expected = {
        row["opportunity_id"]: (
            row["sales_agent"], row["product"].replace("GTXPro", "GTX Pro"), row["account"] or None, row["deal_stage"],
            day(row["engage_date"]), day(row["close_date"]),
            Decimal(row["close_value"]) if row["close_value"] else None,
        )
        for row in raw["sales_pipeline.csv"]
    }  # fmt: skip
    found = {
        r["code"]: (
            names["agent"][r["agent"]], names["product"][r["product"]], names["account"].get(r["account"]), r["stage"],
            r["engaged_on"], r["closed_on"], r["value"],
        )
        for r in records(workspace, "opportunity")
    }  # fmt: skip
    assert found == expected
    assert sum(row[2] is None for row in found.values()) > 0, "open opportunities without an account are kept"


def check_accounts(workspace: Workspace, raw: list[dict[str, str]]) -> None:
    found = records(workspace, "account")
    names = {r["id"]: r["name"] for r in found}
    assert sorted(names.values()) == sorted(row["account"] for row in raw), "each once, parents too"
    parents = {r["name"]: names.get(r["parent"]) for r in found}
    assert parents == {row["account"]: row["subsidiary_of"] or None for row in raw}
    sectors = Counter(r["sector"] for r in found)
    assert sectors["technology"] == sum(row["sector"] == "technolgy" for row in raw)


def test_without_the_alias_the_report_names_every_row(workspace: Workspace) -> None:
    """Nobody says that GTXPro is GTX Pro, and accounts are missing: nothing is guessed, everything is named."""
    from ruleloom.access import WORKSPACE
    from ruleloom.runtime.imports import service

    for name in ("products.csv", "sales_teams.csv"):
        bring_in(workspace, data_file("crm_opportunities", name), PLANS[name])
    plan = PLANS["sales_pipeline.csv"]
    columns = {**plan["columns"], "product": {"column": "product", "find": "name"}}
    path = data_file("crm_opportunities", "sales_pipeline.csv")
    done = bring_in(workspace, path, {**plan, "columns": columns})
    raw = list(raw_rows(path))
    wrong = {n for n, row in enumerate(raw, start=2) if row["product"] == "GTXPro" or row["account"]}
    named = {problem.row for problem in service.problems(workspace, WORKSPACE, done.id, 0, 100_000)}
    assert named == wrong
    assert done.report is not None
    assert done.report["left_out"] == len(wrong)
    assert len(records(workspace, "opportunity")) == len(raw) - len(wrong)
