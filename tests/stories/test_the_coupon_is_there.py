"""A customer orders twice and then goes quiet: the coupon is there, in the answer or within two seconds of its time.

Everything over HTTP from a real `ruleloom serve` on the real clock; a demo's clock, which runs ahead, beside it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import accounts
from ruleloom.runtime.opening import open_workspace
from tests.stories.server import Browser, serving

CUSTOMER = {
    "name": "customer",
    "title_field": "name",
    "fields": [{"name": "name", "type": "text"}, {"name": "vip", "type": "boolean"}],
}
ORDER = {
    "name": "order",
    "time_field": "ordered_at",
    "fields": [
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
        {"name": "ordered_at", "type": "datetime"},
    ],
}
COUPON = {
    "name": "coupon",
    "title_field": "code",
    "fields": [
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "coupons"},
        {"name": "code", "type": "text"},
    ],
}
AT_ONCE = (
    'rule "Welcome" on customer when at least 2 orders then create coupon (customer = this, code = "HELLO-{name}")'
)
QUIET = (
    'rule "Win back" on customer when at least 2 orders and no orders in the last 1 minute '
    'then create coupon (customer = this, code = "BACK-{name}")'
)
AHEAD, WITHIN = timedelta(seconds=3), timedelta(seconds=2)


def test_the_coupon_comes_with_the_write_and_with_time(database: str, tmp_path: Path) -> None:
    workspace = open_workspace(database, folder=tmp_path / "home", demo=True)
    accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", roles=["administrator"])
    workspace.close()
    with serving(tmp_path, "--database", database) as (browser, token):
        browser.sign_in(token)
        assert Browser(browser.address).ask("POST", "/api/v1/session", {"token": token}).status == 401, "used up"
        for entity in (CUSTOMER, ORDER, COUPON):
            browser.post("/entities", entity)
            browser.post(f"/entities/{entity['name']}/publish")
        for rule in (AT_ONCE, QUIET):
            drawn = browser.post("/rules", {"content": {"text": rule, "language": "en"}})
            browser.post(f"/rules/{drawn['id']}/publish")
        comes_with_the_write_then_with_the_real_clock(browser)
        comes_when_days_pass(browser)


def comes_with_the_write_then_with_the_real_clock(browser: Browser) -> None:
    lee = browser.post("/records/customer", {"values": {"name": "Lee"}})["record"]["id"]
    last = datetime.now(UTC) - timedelta(minutes=1) + AHEAD
    assert ordered(browser, lee, last - timedelta(hours=1)) == []
    (firing,) = ordered(browser, lee, last)
    assert firing["rule"]["name"] == "Welcome"
    assert coupons(browser, lee) == ["HELLO-Lee"]
    due = last + timedelta(minutes=1)
    while datetime.now(UTC) < due + WITHIN + timedelta(seconds=8) and len(coupons(browser, lee)) < 2:
        time.sleep(0.1)
    assert coupons(browser, lee) == ["HELLO-Lee", "BACK-Lee"]
    (quiet,) = [each for each in firings(browser, lee) if each["rule"]["name"] == "Win back"]
    assert instant(quiet["at"]) == due
    assert due <= instant(quiet["recorded_at"]) < due + WITHIN
    assert quiet["reason"]["holds"] is True
    assert [effect["record"]["title"] for effect in quiet["effects"]] == ["BACK-Lee"]


def comes_when_days_pass(browser: Browser) -> None:
    kim = browser.post("/records/customer", {"values": {"name": "Kim"}})["record"]["id"]
    now = instant(browser.get("/session")["workspace"]["now"])
    ordered(browser, kim, now)
    ordered(browser, kim, now)
    assert coupons(browser, kim) == ["HELLO-Kim"]
    passed = browser.post("/demo/clock/advance", {"days": 1})
    assert [(each["record"]["id"], instant(each["at"])) for each in passed["firings"]] == [
        (kim, now + timedelta(minutes=1))
    ]
    assert coupons(browser, kim) == ["HELLO-Kim", "BACK-Kim"]


def ordered(browser: Browser, customer: str, at: datetime) -> list[Any]:
    values = {"customer": customer, "ordered_at": at.isoformat()}
    found: list[Any] = browser.post("/records/order", {"values": values})["firings"]
    return found


def coupons(browser: Browser, customer: str) -> list[str]:
    asked = {"group": [{"field": "customer", "value": customer}], "sort": [{"field": "id", "descending": False}]}
    return [each["values"]["code"] for each in browser.post("/records/coupon/query", asked)["items"]]


def firings(browser: Browser, customer: str) -> list[Any]:
    found: list[Any] = browser.get(f"/firings?entity=customer&record={customer}")["items"]
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
