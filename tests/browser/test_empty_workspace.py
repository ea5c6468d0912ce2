"""From nothing to colleagues, in the browser alone but for one command: the first person, an app, people, tokens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving

Violations = Callable[[Page], list[str]]


@dataclass(frozen=True)
class Workspace:
    """A workspace that somebody has just come into; `page` is the founder's, in English."""

    address: str
    page: Page


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Workspace]:
    """The sign-in page names a command; it is carried out as it stands there, and the link that it prints is opened."""
    with serving(tmp_path_factory.mktemp("empty"), r"Nobody can sign in yet", "--threads", "4") as (url, database, _):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{url}/sign-in")
        expect(page.locator("h1")).to_have_text("Welcome: add the first person")
        command = shlex.split(page.get_by_label("Command that adds the first person").input_value())
        assert command[0] == "ruleloom"
        said = subprocess.run(
            [sys.executable, "-m", *command, "--database", database], capture_output=True, text=True, check=True
        ).stdout
        # The page has noticed by itself that somebody can sign in now.
        expect(page.locator("input[type=password]")).to_be_visible()
        path = re.search(r"/sign-in\?token=\S+", said)
        assert path, said
        page.goto(url + path[0])
        page.wait_for_selector(".rail")
        yield Workspace(url, page)
        context.close()


@pytest.fixture
def page(founded: Workspace) -> Page:
    """The founder's page, wherever it is."""
    return founded.page


def _signed_in(browser: Browser, address: str, path: str) -> Page:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(path if path.startswith("http") else address + path)
    return page


def test_an_empty_workspace_leads_to_an_app(page: Page, violations: Violations) -> None:
    page.get_by_role("link", name="Home", exact=True).click()
    ways = page.locator(".start-way")
    expect(ways).to_have_count(3)
    assert violations(page) == []
    ways.first.click()
    card = page.locator(".app-card", has_text="B2B")
    card.get_by_role("button", name="Install").click()
    expect(card.get_by_role("status")).to_contain_text(
        re.compile(r"Installed with [\d,]+ sample records"), timeout=60_000
    )
    card.get_by_role("link", name="Open").click()
    expect(page.locator(".entity-card", has_text="Customers")).to_contain_text(re.compile(r"[1-9]\d*"))
    expect(page.locator(".start-way")).to_have_count(0)
    page.locator(".entity-card", has_text="Customers").click()
    expect(page.locator("h1")).to_have_text("All Customers")
    expect(page.locator(".grid-row").first).to_be_visible()


def test_a_person_is_added_comes_in_by_a_link_is_changed_and_kept_out(
    founded: Workspace, page: Page, browser: Browser
) -> None:
    page.goto(f"{founded.address}/people")
    page.get_by_role("button", name="Add a person").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name").fill("Zoe")
    panel.get_by_label("Email").fill("zoe@example.com")
    panel.get_by_label("Manager").check()
    panel.get_by_label("Member").uncheck()
    panel.get_by_role("button", name="Add a person").click()
    line = page.locator(".person", has_text="zoe@example.com")
    expect(line.locator(".pill")).to_have_text(["Manager"])

    # Without a password there is a link, which works once.
    link = page.get_by_label("Sign-in link", exact=True)
    expect(link).to_have_value(re.compile(r"/sign-in\?token="))
    address = link.input_value()
    hers = _signed_in(browser, founded.address, address)
    hers.wait_for_selector(".rail")
    again = _signed_in(browser, founded.address, address)
    expect(again.locator(".problem")).to_contain_text("used already")
    again.context.close()
    page.get_by_role("button", name="Done").click()

    line.get_by_role("button", name="Edit Zoe").click()
    panel.get_by_label("Member").check()
    panel.get_by_label("Manager").uncheck()
    panel.get_by_role("button", name="Save").click()
    expect(line.locator(".pill")).to_have_text(["Member"])
    # Other rights begin with another sign-in; her page may have noticed, then nothing can be clicked.
    hers.get_by_role("link", name="Views", exact=True).dispatch_event("click")
    expect(hers.get_by_role("dialog", name="Please sign in again")).to_be_visible()
    hers.context.close()

    line.get_by_role("button", name="Actions for Zoe").click()
    page.get_by_role("menuitem", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(line.locator(".pill").first).to_have_text("cannot sign in")
    page.get_by_role("button", name="Undo").click()
    expect(line.locator(".pill")).to_have_text(["Member"])
    line.get_by_role("button", name="Actions for Zoe").click()
    page.get_by_role("menuitem", name="Make a sign-in link").click()
    expect(link).to_have_value(re.compile(r"/sign-in\?token="))
    assert link.input_value() != address
    page.get_by_role("button", name="Done").click()


def test_a_token_is_made_used_and_revoked(founded: Workspace, page: Page, browser: Browser) -> None:
    page.goto(f"{founded.address}/account")
    page.get_by_label("What is the new token for?").fill("Nightly export")
    page.get_by_role("button", name="Make a token").click()
    secret = page.get_by_label("Secret of the token").input_value()
    program = browser.new_context(extra_http_headers={"Authorization": f"Bearer {secret}"}).request
    session = f"{founded.address}/api/v1/session"
    assert program.get(session).json()["user"]["email"] == "you@example.com"
    page.reload()
    line = page.locator(".token", has_text="Nightly export")
    expect(line).to_contain_text("last used")
    expect(page.get_by_label("Secret of the token")).to_have_count(0)
    line.get_by_role("button", name="Revoke Nightly export").click()
    line.get_by_role("button", name="Revoke now").click()
    expect(line).to_have_count(0)
    assert program.get(session).status == 401
