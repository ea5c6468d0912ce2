"""People who sign in through the page, and the hands with which they work: mouse and keyboard, never a pause."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse, Browser, Locator, Page, expect

PASSWORD = "a long enough password"
LONGEST_WAY = 400
"""Presses of Tab after which a control counts as unreachable by keyboard."""


@dataclass(frozen=True)
class Programmer:
    """Somebody who is signed in and asks the API what the page does not show."""

    request: APIRequestContext
    address: str
    csrf: str

    def ask(self, method: str, path: str, body: Any = None, version: str | None = None) -> APIResponse:
        """One call below `/api/v1`; `version` is the ETag for `If-Match`."""
        headers = {"X-CSRF-Token": self.csrf, "Accept-Language": "zh"} | ({"If-Match": version} if version else {})
        return self.request.fetch(f"{self.address}/api/v1{path}", method=method, data=body, headers=headers)

    def get(self, path: str) -> Any:
        """What stands there; fails where nothing does."""
        answer = self.ask("GET", path)
        assert answer.ok, answer.text()
        return answer.json()

    def add_person(self, name: str, *roles: str) -> str:
        """A new account with `PASSWORD`; gives its address for signing in."""
        email = f"{name.lower()}@people.example"
        body = {"name": name, "email": email, "password": PASSWORD, "roles": list(roles)}
        answer = self.ask("POST", "/users", body)
        assert answer.status == 201, answer.text()
        return email


def programmer(page: Page, address: str) -> Programmer:
    """The API with the rights of whoever is signed in on the page."""
    csrf = page.request.get(f"{address}/api/v1/session").json()["csrf"]
    return Programmer(page.request, address, csrf)


def sign_in(browser: Browser, address: str, email: str, language: str = "en", width: int = 1440) -> Page:
    """Signs in by typing into the form, in a browser profile of one's own; close `page.context` afterwards."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}/sign-in")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rail")
    return page


def drag(page: Page, thing: Locator, zone: Locator) -> None:
    """Drags by mouse; lets go only when the zone says that it would take the thing."""
    thing.scroll_into_view_if_needed()
    origin, target = thing.bounding_box(), zone.bounding_box()
    assert origin is not None
    assert target is not None
    x, y = origin["x"] + 20, origin["y"] + origin["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6, steps=3)
    expect(page.locator(".drag-held")).to_be_visible()
    page.mouse.move(target["x"] + target["width"] - 24, target["y"] + target["height"] / 2, steps=8)
    expect(zone).to_contain_class("over")
    page.mouse.up()
    expect(page.locator(".drag-held")).to_be_hidden()


def tab_to(page: Page, thing: Locator) -> None:
    """Presses Tab until the thing has the focus: what cannot be reached so fails here."""
    expect(thing).to_be_visible()
    for _ in range(LONGEST_WAY):
        if thing.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached with the Tab key: {thing}")


def carry(page: Page, thing: Locator, zone: Locator) -> None:
    """Carries a thing to a zone by keyboard: Space, arrows until the zone is announced as the place, Space."""
    tab_to(page, thing)
    page.keyboard.press("Space")
    expect(page.locator(".drag-held")).to_be_visible()
    said = page.locator("[id^=DndLiveRegion]")
    for _ in range(12):
        if "over" in (zone.get_attribute("class") or "").split():
            break
        before = said.inner_text()
        page.keyboard.press("ArrowDown")
        # The keys are listened to a moment after the pick-up is drawn: a press that came too early is repeated.
        with suppress(AssertionError):
            expect(said).not_to_have_text(before, timeout=1_000)
    expect(zone).to_contain_class("over")
    page.keyboard.press("Space")
    expect(page.locator(".drag-held")).to_be_hidden()
