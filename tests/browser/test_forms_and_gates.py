"""A field that a condition shows and asks for: the browser and the server decide alike, and say so at the field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Programmer, programmer

Visit = Callable[..., Page]


@pytest.fixture
def api(visit: Visit, served: tuple[str, str]) -> Programmer:
    return programmer(visit("/"), served[0])


@pytest.fixture
def customer(api: Programmer) -> str:
    """Whom the deals are with."""
    found: str = api.ask("POST", "/records/customer/query", {"limit": 1}).json()["items"][0]["id"]
    return found


@pytest.fixture
def page(visit: Visit, customer: str) -> Page:
    """The form of a new deal, with the customer filled in by the address."""
    return visit(f"/records/deal/new?customer={customer}")


def _field(page: Page, key: str) -> Locator:
    return page.locator(f'[data-field="{key}"]')


def _refused(api: Programmer, **values: str) -> dict[str, str]:
    """What the server has to say against a new deal with these values, by field; empty when it takes them."""
    answer = api.ask("POST", "/records/deal", {"values": values})
    assert answer.status in (201, 422), answer.text()
    problem: Any = answer.json()
    return {each["field"]: each["message"] for each in problem.get("errors", []) if each.get("field")}


@pytest.mark.parametrize(("discount", "asked"), [("0.05", False), ("0.1", False), ("0.11", True), ("0.2", True)])
def test_what_the_browser_asks_for_is_what_the_server_misses(
    page: Page, api: Programmer, customer: str, discount: str, asked: bool
) -> None:
    _field(page, "discount").locator("input").fill(discount)
    expect(_field(page, "discount_reason")).to_have_count(int(asked))
    expect(_field(page, "discount_reason").locator(".must")).to_have_count(int(asked))
    assert ("discount_reason" in _refused(api, customer=customer, name="测试商机", discount=discount)) == asked


def test_the_refusal_stands_at_the_field_until_it_is_mended(page: Page, api: Programmer, customer: str) -> None:
    _field(page, "name").locator("input").fill("折扣商机")
    _field(page, "discount").locator("input").fill("0.2")
    reason = _field(page, "discount_reason")
    page.locator(".top .btn.primary").click()
    said = _refused(api, customer=customer, name="折扣商机", discount="0.2")["discount_reason"]
    expect(reason.locator(".errors")).to_contain_text(said)
    expect(reason.locator("textarea")).to_be_focused()
    reason.locator("textarea").fill("长期客户")
    expect(reason.locator(".errors")).to_have_count(0)
    page.locator(".top .btn.primary").click()
    page.wait_for_url(lambda url: "/records/deal/" in url and not url.endswith("/new"))
    expect(page.locator("h1")).to_have_text("折扣商机")


def test_a_hidden_field_is_not_asked_for(page: Page) -> None:
    """What was filled and then hidden again by its condition does not stand in the way."""
    _field(page, "name").locator("input").fill("无折扣商机")
    _field(page, "discount").locator("input").fill("0.2")
    expect(_field(page, "discount_reason")).to_be_visible()
    _field(page, "discount").locator("input").fill("0.05")
    expect(_field(page, "discount_reason")).to_have_count(0)
    page.locator(".top .btn.primary").click()
    expect(page.locator("h1")).to_have_text("无折扣商机")


def test_what_is_half_typed_in_a_record_outlives_a_reload_and_meets_what_others_stored(
    visit: Visit, api: Programmer, customer: str
) -> None:
    path = f"/records/customer/{customer}"
    page = visit(path, "en")
    _field(page, "contact").locator("input").fill("Half typ")
    page.wait_for_function("Object.keys(sessionStorage).some(key => key.startsWith('ruleloom.half.record/customer/'))")
    stored = api.get(path)
    changed = api.ask("PATCH", path, {"values": {"city": "Elsewhere"}}, f'"{stored["version"]}"')
    assert changed.ok, changed.text()
    page.reload()
    expect(_field(page, "contact").locator("input")).to_have_value("Half typ")
    expect(_field(page, "city").locator("input")).to_have_value("Elsewhere")
    _field(page, "contact").locator("input").fill("Half typed no more")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("!Object.keys(sessionStorage).some(key => key.startsWith('ruleloom.half.record/'))")
    page.reload()
    expect(_field(page, "contact").locator("input")).to_have_value("Half typed no more")


def test_before_a_field_goes_the_page_lists_what_names_it_with_links(visit: Visit) -> None:
    page = visit("/entities/order", "en")
    page.get_by_role("button", name="Actions of Amount").click()
    page.get_by_role("menuitem", name="Remove field").click()
    listed = page.locator(".loss-uses a")
    expect(listed.filter(has_text="Thanks for a big order")).to_have_attribute("href", re.compile("^/rules/"))
    expect(listed.filter(has_text="form")).not_to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(listed).to_have_count(0)
