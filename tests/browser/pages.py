"""Every page of the web application: where it is, and what is there when it is drawn.

The list follows the routes in `web/src/features/*/feature.ts`; a route that nobody put here fails a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Programmer

FEATURES = Path(__file__).parents[2] / "web" / "src" / "features"


@dataclass(frozen=True)
class Place:
    """An address (with the ids of `things`) and a selector of what has to be drawn there."""

    address: str
    there: str


PAGES: dict[str, Place] = {
    "/": Place("/", ".entity-card"),
    "/views": Place("/views", ".view-list"),
    "/views/$entity": Place("/views/customer", ".grid-row"),
    "/views/$entity/$view": Place("/views/customer/{view}", ".grid-row"),
    "/records/$entity/$id": Place("/records/customer/{customer}", ".form-section"),
    "/records/$entity/new": Place("/records/customer/new", ".form-section"),
    "/forms": Place("/forms", "main a"),
    "/forms/$id": Place("/forms/{form}", ".palette-item"),
    "/entities": Place("/entities", ".model-card"),
    "/entities/new": Place("/entities/new", ".field-row"),
    "/entities/$entity": Place("/entities/customer", ".field-row"),
    "/rules": Place("/rules", "main a"),
    "/rules/$rule": Place("/rules/{rule}", ".cm-content"),
    "/rules/$rule/backtest": Place("/rules/{rule}/backtest", ".backtest-form"),
    "/rules/new": Place("/rules/new", ".cm-content"),
    "/firings": Place("/firings", "main .firing-item, main .empty"),
    "/boards": Place("/boards", ".board-card[data-card]"),
    "/boards/$pipeline": Place("/boards/{pipeline}", ".board-card[data-card]"),
    "/imports": Place("/imports", ".import-drop"),
    "/imports/into/$entity": Place("/imports/into/customer", ".import-drop"),
    "/imports/$import": Place("/imports/{import}", ".import-table table"),
    "/connections": Place("/connections", "main .card"),
    "/connections/$connection": Place("/connections/{connection}", "main .card"),
    "/apps": Place("/apps", ".app-card"),
    "/queues": Place("/queues", ".queue-figures"),
    "/people": Place("/people", ".person"),
    "/account": Place("/account", ".token-form"),
    "/calendar": Place("/calendar", ".calendar-week"),
}
ELSEWHERE = {"/sign-in"}
"""Routes that are tested without a session."""
EXTRA = {"/rules/new"}
"""Addresses that are a page of their own without being a route."""


def routes() -> set[str]:
    """The routes of all features, in the router's notation."""
    written = (path.read_text(encoding="utf-8") for path in FEATURES.glob("*/feature.ts"))
    return {route for text in written for route in re.findall(r"path: '([^']+)'", text)}


def things(api: Programmer, erp: dict[str, Any]) -> dict[str, str]:
    """Ids to open pages with: one thing of each kind, made where the demo has none; `erp` connects to a stand-in."""
    customers: Any = api.ask("POST", "/records/customer/query", {"limit": 1}).json()
    given = {"kind": "kingdee_cloud", "name": "ERP", "settings": erp}
    connection = api.ask("POST", "/connections", given)
    assert connection.status == 201, connection.text()
    uploaded = api.request.fetch(
        f"{api.address}/api/v1/imports?entity=customer",
        method="POST",
        headers={"X-CSRF-Token": api.csrf},
        multipart={
            "file": {"name": "customers.csv", "mimeType": "text/csv", "buffer": "名称,城市\n新客户,上海\n".encode()}
        },
    )
    assert uploaded.ok, uploaded.text()
    return {
        "customer": customers["items"][0]["id"],
        "view": api.get("/views?entity=customer")["items"][0]["id"],
        "form": api.get("/forms?entity=customer")["items"][0]["id"],
        "rule": api.get("/rules")["items"][0]["id"],
        "pipeline": api.get("/pipelines")["items"][0]["id"],
        "import": uploaded.json()["id"],
        "connection": connection.json()["id"],
    }


def open_page(page: Page, name: str, ids: dict[str, str]) -> None:
    """Goes to a page as a link would, and waits until what belongs there is drawn and nothing is on its way."""
    place = PAGES[name]
    page.evaluate("path => history.pushState({}, '', path)", place.address.format(**ids))
    page.locator(place.there).first.wait_for()
    expect(page.locator("main h1, .top h1").first).to_be_visible()
    expect(page.locator("main .loading, main .ghost-line")).to_have_count(0)
    expect(page.locator("main .problem")).to_have_count(0)
