"""What one does with rules that run: undo, going on, waiting runs, dead letters, deleting what is in use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Programmer, programmer, tab_to

Visit = Callable[..., Page]
Violations = Callable[[Page], list[str]]


def _rule(api: Programmer, text: str, language: str = "en") -> str:
    made = api.ask("POST", "/rules", {"content": {"text": text, "language": language}})
    assert made.status == 201, made.text()
    found: str = made.json()["id"]
    published = api.ask("POST", f"/rules/{found}/publish", {})
    assert published.ok, published.text()
    return found


def _create(api: Programmer, entity: str, **values: Any) -> str:
    made = api.ask("POST", f"/records/{entity}", {"values": values})
    assert made.status == 201, made.text()
    found: str = made.json()["record"]["id"]
    return found


def _pick(page: Page, button: Locator, item: str) -> None:
    """Opens a menu by keyboard and picks an item of it."""
    tab_to(page, button)
    page.keyboard.press("Enter")
    wanted = page.get_by_role("menuitem", name=item, exact=True)
    expect(wanted).to_be_visible()
    for _ in range(12):
        if wanted.evaluate("it => it.matches('.ant-dropdown-menu-item-active, :focus')"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def _no_dialog(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_firing_is_undone_by_keyboard_with_a_look_at_what_comes(visit: Visit, violations: Violations) -> None:
    page = visit("/rules", "en")
    api = programmer(page, page.url.split("/rules")[0])
    rule = _rule(api, 'rule "Marks" on customer when credit_limit > 700000 then set notes = "rich"')
    customer = _create(api, "customer", name="Undone Ltd", credit_limit="800000")
    page.goto(f"{api.address}/firings?rule={rule}")
    item = page.locator(".firing-item")
    expect(item).to_contain_text("Set Notes")
    expect(page.locator(".zone-note")).to_contain_text("Asia/Shanghai (UTC+08:00)")
    undo = item.get_by_role("button", name="Undo…")
    tab_to(page, undo)
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.locator(".undo-items")).to_contain_text("rich")
    assert violations(page) == []
    page.keyboard.press("Escape")
    _no_dialog(page)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, panel.get_by_role("button", name="Undo", exact=True))
    page.keyboard.press("Enter")
    _no_dialog(page)
    expect(item).to_contain_text("Undone")
    assert api.get(f"/records/customer/{customer}")["values"]["notes"] is None


def test_a_rule_that_stopped_by_itself_goes_on(visit: Visit, violations: Violations) -> None:
    page = visit("/rules", "en", width=390)
    api = programmer(page, page.url.split("/rules")[0])
    rule = _rule(api, 'rule "Chatty" on coupon when value > 5 then notify customer.owner "{code}"')
    assert api.ask("PUT", f"/rules/{rule}/safety", {"most": 1, "per": "day"}).ok
    for code in ("C-1", "C-2", "C-3"):
        _create(api, "coupon", code=code, value="9")
    page.goto(f"{api.address}/rules/{rule}")
    card = page.locator(".safety-card")
    expect(card).to_contain_text("stopped by itself")
    expect(card).to_contain_text("2 firings are held back")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=re.compile("^Notices")).click()
    expect(page.locator(".popup")).to_contain_text("“Chatty” stopped by itself")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Go on and perform those that still match").click()
    expect(card).to_have_count(0)
    expect(page.locator(".top")).to_contain_text("Published")


def test_waiting_runs_are_sent_on_and_cancelled_only_after_asking(visit: Visit, violations: Violations) -> None:
    page = visit("/rules", "en")
    api = programmer(page, page.url.split("/rules")[0])
    _rule(
        api,
        'rule "Welcome" on customer when record is created '
        'then wait 3 days if status = "Active" (set notes = "welcome") else (set notes = "later")',
    )
    first, second = (_create(api, "customer", name=name, status="active") for name in ("Waits One", "Waits Two"))
    page.goto(f"{api.address}/queues")
    runs = page.locator(".waiting-runs > li")
    expect(runs).to_have_count(2)
    expect(runs.first).to_contain_text("wait 3 days")
    assert violations(page) == []
    skip = runs.filter(has_text="Waits One").get_by_role("button", name="Go on now")
    tab_to(page, skip)
    page.keyboard.press("Enter")
    sure = runs.first.get_by_role("button", name="Go on", exact=True)
    expect(sure).to_be_focused()
    page.keyboard.press("Escape")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(runs).to_have_count(1)
    runs.first.get_by_role("button", name="Cancel").click()
    expect(runs.first).to_contain_text("never done")
    assert violations(page) == []
    runs.first.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("No run waits.")).to_be_visible()
    notes = [api.get(f"/records/customer/{each}")["values"]["notes"] for each in (first, second)]
    assert notes == ["welcome", None]


def test_a_dead_letter_says_why_and_is_done_once_more(visit: Visit, violations: Violations) -> None:
    page = visit("/rules", "en")
    api = programmer(page, page.url.split("/rules")[0])
    rule = _rule(api, 'rule "Tells" on coupon when record is created then call "nowhere.save" (code = code)')
    for code in ("D-1", "D-2"):
        _create(api, "coupon", code=code)
    page.goto(f"{api.address}/firings?rule={rule}&state=failed")
    item = page.locator(".firing-item").first
    expect(item.locator(".effect-why")).to_contain_text("nowhere", timeout=60_000)
    assert violations(page) == []
    item.get_by_role("button", name="Do it once more").click()
    expect(page.locator(".toast")).to_contain_text("once more")
    page.goto(f"{api.address}/queues")
    group = page.locator(".queue-group", has_text="Tells")
    expect(group.locator(".queue-line")).to_have_count(2, timeout=60_000)
    group.get_by_role("button", name="Do all of this rule once more").click()
    expect(group).to_contain_text("2 actions")
    assert violations(page) == []
    with page.expect_response(lambda answer: answer.url.endswith("/effects/replay")) as answered:
        group.get_by_role("button", name="Do them").click()
    assert answered.value.json() == {"replayed": 2}


@pytest.mark.parametrize("width", [1440, 390])
def test_before_a_rule_goes_it_is_told_what_goes_with_it(visit: Visit, violations: Violations, width: int) -> None:
    page = visit("/rules", "en", width=width)
    api = programmer(page, page.url.split("/rules")[0])
    first = _rule(api, 'rule "Goes" on coupon when value > 1000 then set status = "used"')
    _rule(api, 'rule "Answers" on coupon when status = "used" then notify customer.owner "{code}"')
    page.goto(f"{api.address}/rules/{first}")
    expect(page.locator(".rule-sync")).to_contain_text("Both sides agree")
    more = page.get_by_role("button", name="More actions")
    _pick(page, more, "Delete")
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Answers")
    expect(panel).to_contain_text("Status of Coupon")
    assert violations(page) == []
    page.keyboard.press("Escape")
    _no_dialog(page)
    expect(more).to_be_focused()
    assert api.ask("GET", f"/rules/{first}").ok
    _pick(page, more, "Delete")
    panel.get_by_role("button", name="Delete the rule").click()
    expect(page.locator(".toast")).to_contain_text("Goes")
    expect(page.locator(".rule-line").first).to_be_visible()
    assert api.ask("GET", f"/rules/{first}").status == 404
    answers = next(each for each in api.get("/rules")["items"] if each["name"] == "Answers")
    assert api.ask("DELETE", f"/rules/{answers['id']}").ok


def test_another_field_takes_the_place_of_one_that_goes(visit: Visit, violations: Violations) -> None:
    page = visit("/entities", "en")
    api = programmer(page, page.url.split("/entities")[0])
    field = {"type": "number", "decimals": 2}
    drawn = {
        "name": "visit",
        "labels": {"en": "Visit", "zh": "拜访"},
        "fields": [{"name": name, **field} for name in ("miles", "distance")],
    }
    assert api.ask("POST", "/entities", drawn).status == 201
    assert api.ask("POST", "/entities/visit/publish", {}).ok
    rule = _rule(api, 'rule "Long way" on visit when miles > 100 then set miles = 100')
    page.goto(f"{api.address}/entities/visit")
    page.get_by_role("button", name="Actions of miles").click()
    page.get_by_role("menuitem", name="Remove field").click()
    losses = page.locator(".losses")
    expect(losses).to_contain_text("Long way")
    losses.get_by_role("combobox", name="Use instead:").click()
    page.locator(".ant-select-item-option", has_text="distance").click()
    replace = losses.get_by_role("button", name="Replace in 1 place")
    expect(replace).to_be_visible()
    assert violations(page) == []
    replace.click()
    expect(losses).to_contain_text("is used nowhere")
    assert "when distance > 100\nthen set distance = 100" in api.get(f"/rules/{rule}")["content"]["text"]
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".toast").last).to_contain_text("Published")
    assert api.get(f"/rules/{rule}")["status"] == "published"
    kept = [each["key"] for each in api.get("/entities/visit")["fields"]]
    assert "miles" not in kept
    assert "distance" in kept


def test_who_leaves_is_told_of_before_and_after(visit: Visit, violations: Violations) -> None:
    page = visit("/people", "en")
    api = programmer(page, page.url.split("/people")[0])
    email = api.add_person("Lea", "manager")
    lea = next(each["id"] for each in api.get("/users")["items"] if each["email"] == email)
    _create(api, "customer", name="Lea's own", owner=lea)
    page.reload()
    page.get_by_role("button", name="Actions for Lea").click()
    page.get_by_role("menuitem", name="Deactivate").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("1 Customer (Owner)")
    assert violations(page) == []
    panel.get_by_role("button", name="Deactivate").click()
    _no_dialog(page)
    page.get_by_role("button", name=re.compile("^Notices")).click()
    expect(page.locator(".popup")).to_contain_text("Lea can no longer sign in. Still theirs: 1 × Customer (Owner)")


def test_a_half_typed_rule_outlives_an_outage_and_goes_with_the_sign_out(visit: Visit) -> None:
    page = visit("/rules/new", "en")
    editor = page.locator(".cm-content")
    expect(editor).to_contain_text("rule")
    page.route("**/api/v1/rules", lambda route: route.abort())
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('rule "Half typed" on customer when credit_limit >')
    expect(page.locator(".saved")).to_have_text("Draft kept here")
    page.reload()
    expect(editor).to_contain_text("Half typed")
    stored = "Object.keys(localStorage).concat(Object.keys(sessionStorage)).filter(key => key.includes('.rule.'))"
    assert page.evaluate(stored)
    # The session of the other tests lives on: the server does not hear of this sign-out.
    page.route(
        "**/api/v1/session",
        lambda route: route.fulfill(status=204) if route.request.method == "DELETE" else route.continue_(),
    )
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(stored) == []
