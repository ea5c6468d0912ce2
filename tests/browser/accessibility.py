"""What axe has to say about a page, in one language: the tests of both languages are these."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PAGES, open_page

Visit = Callable[..., Page]
Violations = Callable[..., list[str]]
COLOURS = ("color-contrast", "link-in-text-block")
"""What axe judges by colour: the rest of a page is the same in both themes."""
Ids = dict[str, str]


def in_both_themes(page: Page, violations: Violations) -> list[str]:
    """What is wrong in the theme that is on, then with the colours of the other one, which stays on."""
    wrong = violations(page)
    theme = page.locator("html").get_attribute("data-theme")
    other = "light" if theme == "dark" else "dark"
    page.locator("[aria-label='浅色模式'], [aria-label='深色模式'], [aria-label$=' mode']").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    return [f"{theme}: {each}" for each in wrong] + [f"{other}: {each}" for each in violations(page, COLOURS)]


def at_the_desk(visit: Visit, violations: Violations, ids: Ids, language: str) -> dict[str, list[str]]:
    """Every page in both themes."""
    page = visit("/", language, "light", 1440)
    found = {}
    for name in PAGES:
        open_page(page, name, ids)
        found[name] = in_both_themes(page, violations)
    return {name: wrong for name, wrong in found.items() if wrong}


def while_a_view_is_built(visit: Visit, violations: Violations, ids: Ids, language: str) -> list[str]:
    """The palette and the zones, in both themes."""
    page = visit("/", language, "light", 1440)
    open_page(page, "/views/$entity", ids)
    page.locator(".top .btn[aria-pressed=false]").click()
    page.locator(".palette-item").first.wait_for()
    return in_both_themes(page, violations)


def on_a_phone(visit: Visit, violations: Violations, ids: Ids, language: str, theme: str) -> dict[str, list[str]]:
    """Every page at 390 px: nothing wrong, and nothing wider than the screen; then the sheet behind “More”."""
    page = visit("/", language, theme, 390)
    found = {}
    for name in PAGES:
        open_page(page, name, ids)
        found[name] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found[name] += [f"{wide} px wide"] if wide > 390 else []
    page.locator(".rail-more").click()
    expect(page.locator(".rail-sheet .rail-link").first).to_be_visible()
    found["more"] = violations(page)
    page.locator(".rail-sheet .rail-link").last.click()
    expect(page.locator(".rail-sheet")).to_be_hidden()
    return {name: wrong for name, wrong in found.items() if wrong}


def signing_in(address: str, browser: Browser, violations: Violations, language: str) -> dict[int, list[str]]:
    """The sign-in page, at the desk and on a phone, in both themes."""
    found = {}
    for width in (1440, 390):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.locator("input[type=password]").wait_for()
        found[width] = in_both_themes(page, violations)
        context.close()
    return {width: wrong for width, wrong in found.items() if wrong}
