"""axe finds nothing wrong on any page: two languages, two themes, at the desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import programmer

Visit = Callable[..., Page]
Violations = Callable[[Page], list[str]]
LANGUAGES = ("zh-CN", "en")

PAGES: dict[str, tuple[str, str]] = {
    "home": ("/", ".entity-card"),
    "views": ("/views", ".view-list"),
    "view": ("/views/customer", ".grid-row"),
    "record": ("/records/customer/{customer}", ".form-section"),
    "new record": ("/records/customer/new", ".form-section"),
    "forms": ("/forms", "main a"),
    "form builder": ("/forms/{form}", ".palette-item"),
    "entities": ("/entities", "main li"),
    "entity": ("/entities/customer", "main input"),
    "rules": ("/rules", "main a"),
    "new rule": ("/rules/new", ".cm-content"),
    "rule": ("/rules/{rule}", ".cm-content"),
    "firings": ("/firings", "main .firing-item, main .empty"),
    "board": ("/boards", ".board-card"),
    "imports": ("/imports", ".import-drop"),
    "connections": ("/connections", "main .card, main .empty"),
    "apps": ("/apps", ".app-card"),
    "people": ("/people", ".person"),
    "own account": ("/account", ".token-form"),
}
"""Address and what is there when the page is drawn."""
ON_A_PHONE = ("home", "views", "view", "record", "new record", "rules", "firings", "board", "people", "own account")


@pytest.fixture(scope="module")
def places(served: tuple[str, str], browser: Browser, signed_in: str) -> Iterator[dict[str, str]]:
    """Ids of things that pages are opened with."""
    context = browser.new_context()
    context.add_cookies([{"name": "ruleloom_session", "value": signed_in, "url": served[0]}])
    api = programmer(context.new_page(), served[0])
    customers: Any = api.ask("POST", "/records/customer/query", {"limit": 1}).json()
    yield {
        "customer": customers["items"][0]["id"],
        "form": api.get("/forms?entity=customer")["items"][0]["id"],
        "rule": api.get("/rules")["items"][0]["id"],
    }
    context.close()


def _open(page: Page, name: str, places: dict[str, str]) -> None:
    """Goes to a page as a link would, and waits until what belongs there is drawn and nothing is on its way."""
    path, there = PAGES[name]
    page.evaluate("path => history.pushState({}, '', path)", path.format(**places))
    page.locator(there).first.wait_for()
    expect(page.locator("main h1, .top h1").first).to_be_visible()
    expect(page.locator("main .loading, main .ghost-line")).to_have_count(0)
    expect(page.locator("main .problem")).to_have_count(0)


def _in_both_themes(page: Page, violations: Violations) -> list[str]:
    """What is wrong in the theme that is on, then in the other one, which stays on."""
    wrong = violations(page)
    theme = page.locator("html").get_attribute("data-theme")
    other = "light" if theme == "dark" else "dark"
    page.locator("[aria-label='浅色模式'], [aria-label='深色模式'], [aria-label$=' mode']").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    return [f"{theme}: {each}" for each in wrong] + [f"{other}: {each}" for each in violations(page)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_the_desk(visit: Visit, violations: Violations, places: dict[str, str], language: str) -> None:
    page = visit("/", language)
    found = {}
    for name in PAGES:
        _open(page, name, places)
        found[name] = _in_both_themes(page, violations)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_a_view_is_built_and_a_file_is_imported(
    visit: Visit, violations: Violations, places: dict[str, str], language: str
) -> None:
    page = visit("/", language)
    _open(page, "view", places)
    page.locator(".top .btn[aria-pressed=false]").click()
    page.locator(".palette-item").first.wait_for()
    building = _in_both_themes(page, violations)
    page.evaluate("history.pushState({}, '', '/imports/into/customer')")
    page.get_by_test_id("import-file").set_input_files(
        {"name": "customers.csv", "mimeType": "text/csv", "buffer": "名称,城市\n新客户,上海\n".encode()}
    )
    expect(page.locator("main .loading")).to_have_count(0)
    expect(page.locator(".import-table table")).to_be_visible(timeout=20_000)
    importing = _in_both_themes(page, violations)
    assert (building, importing) == ([], [])


@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "dark"), ("en", "light")])
def test_on_a_phone(visit: Visit, violations: Violations, places: dict[str, str], language: str, theme: str) -> None:
    page = visit("/", language, theme, 390)
    found = {}
    for name in ON_A_PHONE:
        _open(page, name, places)
        found[name] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found[name] += [f"{wide} px wide"] if wide > 390 else []
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1440, 390])
def test_signing_in(
    served: tuple[str, str], browser: Browser, violations: Violations, language: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.goto(f"{served[0]}/sign-in")
    page.locator("input[type=password]").wait_for()
    assert _in_both_themes(page, violations) == []
    context.close()
