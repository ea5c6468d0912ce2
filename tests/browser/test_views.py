"""A view is built by dragging fields, by mouse or by keyboard, saved for everyone, and found by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import carry, drag, programmer, sign_in, tab_to

Visit = Callable[..., Page]
Put = Callable[[Page, Locator, Locator], None]
MANAGER, MEMBER = "max@people.example", "mia@people.example"
FIRST = ["Name", "Customer code", "Region", "City", "Industry", "Grade", "Status"]
DRAGGED = ["Contact person", "Credit limit", "Partner since"]


@pytest.fixture(scope="module")
def people(served: tuple[str, str], browser: Browser, signed_in: str) -> None:
    """Max, a manager, and Mia, a member, made through the API by the administrator."""
    context = browser.new_context()
    context.add_cookies([{"name": "ruleloom_session", "value": signed_in, "url": served[0]}])
    administrator = programmer(context.new_page(), served[0])
    assert administrator.add_person("Max", "manager") == MANAGER
    assert administrator.add_person("Mia", "member") == MEMBER
    context.close()


@pytest.fixture
def manager(served: tuple[str, str], browser: Browser, people: None) -> Iterator[Page]:
    page = sign_in(browser, served[0], MANAGER)
    yield page
    page.context.close()


@pytest.fixture
def member(served: tuple[str, str], browser: Browser, people: None) -> Iterator[Page]:
    page = sign_in(browser, served[0], MEMBER)
    yield page
    page.context.close()


def _field(page: Page, key: str) -> Locator:
    return page.locator(f'.palette-drag[data-item="{key}"]')


def _zone(page: Page, name: str) -> Locator:
    return page.locator(f'[data-zone="{name}"]')


def _chips(page: Page, zone: str) -> Locator:
    return _zone(page, zone).locator(".chip-handle")


def _heads(page: Page) -> Locator:
    return page.locator("[role=columnheader] .head-sort span")


def _build(page: Page, put: Put) -> None:
    """Three fields into the columns, one to group by, one to sort by; each shows in the grid at once."""
    for count, key in enumerate(("contact", "credit_limit", "partner_since"), start=1):
        put(page, _field(page, key), _zone(page, "columns"))
        expect(_heads(page)).to_have_text(FIRST + DRAGGED[:count])
    put(page, _field(page, "region"), _zone(page, "group"))
    expect(_chips(page, "group")).to_have_text(["Region"])
    put(page, _field(page, "credit_limit"), _zone(page, "sort"))
    expect(_chips(page, "sort")).to_have_text(["Credit limit"])
    expect(page.locator(".sentence")).to_contain_text("grouped by Region")
    expect(page.locator(".sentence")).to_contain_text("sorted by Credit limit, descending")


def _settled(page: Page) -> None:
    """The rows of the view as it is now are on the screen."""
    expect(page.locator(".grid-place")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".grid-row:not(.group) .ghost-line")).to_have_count(0)
    expect(page.locator(".grid-row.group")).not_to_have_count(0)


def _shown(page: Page) -> list[str]:
    """The lines of the grid in their order: group heads and rows."""
    _settled(page)
    lines = page.locator(".grid-row").evaluate_all(
        "all => all.map(row => [+row.getAttribute('aria-rowindex'), row.innerText]).sort((a, b) => a[0] - b[0])"
    )
    return [str(text) for _, text in lines][:12]


def _found_by(page: Page, name: str) -> None:
    """Looks the view up in the list of views, as anybody would."""
    page.get_by_role("link", name="Views", exact=True).click()
    page.get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_have_text(name)
    expect(_heads(page)).to_have_text(FIRST + DRAGGED)


def _credits(page: Page) -> list[float]:
    """The credit limits of the first group, as shown."""
    column = (FIRST + DRAGGED).index("Credit limit")
    cells = page.locator(".grid-row").evaluate_all(
        f"""all => {{
          const rows = all.sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex')).slice(1)
          const end = rows.findIndex(row => row.classList.contains('group'))
          return (end < 0 ? rows : rows.slice(0, end)).map(row => row.children[{column}].innerText)
        }}"""
    )
    return [float(text.replace(",", "")) for text in cells if text.strip(" –")]


def test_dragged_by_mouse_saved_for_everyone_and_found_by_somebody_else(manager: Page, member: Page) -> None:
    manager.get_by_role("link", name="Views", exact=True).click()
    manager.get_by_role("link", name="All Customers").click()
    manager.get_by_role("button", name="Edit view").click()
    _build(manager, drag)
    expect(manager.locator("[role=columnheader]", has_text="Credit limit")).to_have_attribute("aria-sort", "descending")

    manager.keyboard.press("Control+z")
    expect(_chips(manager, "sort")).to_have_count(0)
    manager.keyboard.press("Control+z")
    expect(_chips(manager, "group")).to_have_count(0)
    manager.keyboard.press("Control+Shift+z")
    manager.keyboard.press("Control+Shift+z")
    expect(_chips(manager, "sort")).to_have_text(["Credit limit"])

    manager.get_by_role("button", name="Save view").click()
    manager.get_by_label("Name of the view").fill("Credit by region")
    manager.locator(".popup .segmented label", has_text="Everyone").click()
    manager.locator(".popup .btn.primary").click()
    expect(manager.locator("h1")).to_have_text("Credit by region")

    _found_by(member, "Credit by region")
    assert _shown(member) == _shown(manager)
    credits = _credits(member)
    assert len(credits) > 1
    assert all(above >= below for above, below in pairwise(credits))
    # Somebody who may not change it for everyone has no way to: only to keep one of one's own.
    member.get_by_role("button", name="Edit view").click()
    member.get_by_role("button", name="Save view").click()
    expect(member.locator(".popup .segmented label")).to_have_text(["Only me"])


def test_the_same_by_keyboard_only(manager: Page, member: Page) -> None:
    tab_to(manager, manager.get_by_role("link", name="Views", exact=True))
    manager.keyboard.press("Enter")
    tab_to(manager, manager.get_by_role("link", name="All Customers"))
    manager.keyboard.press("Enter")
    tab_to(manager, manager.get_by_role("button", name="Edit view"))
    manager.keyboard.press("Enter")
    _build(manager, carry)

    manager.keyboard.press("Control+z")
    expect(_chips(manager, "sort")).to_have_count(0)
    manager.keyboard.press("Control+Shift+z")
    expect(_chips(manager, "sort")).to_have_text(["Credit limit"])

    tab_to(manager, manager.get_by_role("button", name="Save view"))
    manager.keyboard.press("Enter")
    expect(manager.get_by_label("Name of the view")).to_be_focused()
    manager.keyboard.type("By keyboard")
    manager.keyboard.press("Tab")
    manager.keyboard.press("ArrowRight")
    expect(manager.locator(".popup .segmented label.on")).to_have_text("Everyone")
    tab_to(manager, manager.locator(".popup .btn.primary"))
    manager.keyboard.press("Enter")
    expect(manager.locator("h1")).to_have_text("By keyboard")

    _found_by(member, "By keyboard")
    assert _shown(member) == _shown(manager)
