"""axe finds nothing wrong on any page in English: both themes, at the desk and on a phone."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser import accessibility
from tests.browser.accessibility import Ids, Violations, Visit

LANGUAGE = "en"


def test_at_the_desk(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.at_the_desk(visit, violations, ids, LANGUAGE) == {}


def test_while_a_view_is_built(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.while_a_view_is_built(visit, violations, ids, LANGUAGE) == []


def test_on_a_phone(visit: Visit, violations: Violations, ids: Ids) -> None:
    assert accessibility.on_a_phone(visit, violations, ids, LANGUAGE, theme="light") == {}


def test_signing_in(served: tuple[str, str], browser: Browser, violations: Violations) -> None:
    assert accessibility.signing_in(served[0], browser, violations, LANGUAGE) == {}
