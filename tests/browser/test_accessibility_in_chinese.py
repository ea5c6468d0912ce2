"""axe finds nothing wrong on any page in Chinese: both themes, at the desk and on a phone."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser import accessibility
from tests.browser.accessibility import Ids, Violations, Visit
from tests.browser.pages import ELSEWHERE, EXTRA, PAGES, routes

LANGUAGE = "zh-CN"


def test_every_route_is_looked_at() -> None:
    """A page that is new belongs into `tests/browser/pages.py`."""
    assert routes() == (PAGES.keys() - EXTRA) | ELSEWHERE


def test_at_the_desk(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.at_the_desk(visit, violations, ids, LANGUAGE) == {}


def test_while_a_view_is_built(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.while_a_view_is_built(visit, violations, ids, LANGUAGE) == []


def test_on_a_phone(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.on_a_phone(visit, violations, ids, LANGUAGE, theme="dark") == {}


def test_signing_in(served: tuple[str, str], browser: Browser, violations: Violations) -> None:
    assert accessibility.signing_in(served[0], browser, violations, LANGUAGE) == {}
