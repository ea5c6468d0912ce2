"""A demo workspace served from its own folder, and Debian's Chromium in front of it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.pages import things
from tests.browser.people import programmer
from tests.connectors.doubles.kingdee import KingdeeDouble, serve

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

STAND_STILL = "document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 1e9).map(a => a.finish())"

Visit = Callable[..., Page]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, until: str, *options: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    """A server of its own: its address, its database, and what of its log fits `until`, which says that it is there."""
    assert (ROOT / "platform/api/static/index.html").exists(), "the front end is not built: npm run build in web/"
    port, database = _free_port(), f"sqlite:///{folder}/workspace.db"
    log = (folder / "serve.log").open("w+")
    command = [sys.executable, "-m", "ruleloom", "serve", *options, "--port", str(port), "--database", database]
    server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        said = _said(server, Path(log.name), until)
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", database, said
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a fresh demo workspace and its one-time token."""
    with serving(tmp_path_factory.mktemp("demo"), r"token=(\S+)", "--demo") as (address, _, token):
        yield address, token[1]


def _said(server: subprocess.Popen[bytes], log: Path, until: str) -> re.Match[str]:
    for _ in range(240):
        found = re.search(until, log.read_text())
        if found:
            return found
        assert server.poll() is None, log.read_text()
        time.sleep(0.5)
    raise AssertionError(log.read_text())


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(port)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file, since its event loop is in the way of other rooms' tests in this process.

    Absent: loud skip, failure with CI=true.
    """
    if not CHROMIUM.exists():
        reason = f"no {CHROMIUM}: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def signed_in(served: tuple[str, str], browser: Browser) -> str:
    """The cookies of the administrator, as a storage state on disk would hold them."""
    address, token = served
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in?token={token}")
    page.wait_for_selector(".rail")
    cookies = context.cookies()
    context.close()
    return next(cookie["value"] for cookie in cookies if cookie["name"] == "ruleloom_session")


@pytest.fixture(scope="module")
def ids(served: tuple[str, str], browser: Browser, signed_in: str) -> Iterator[dict[str, str]]:
    """Ids of things that pages are opened with."""
    context = browser.new_context()
    context.add_cookies([{"name": "ruleloom_session", "value": signed_in, "url": served[0]}])
    double = KingdeeDouble().fill(3, 3)
    with serve(double):
        yield things(programmer(context.new_page(), served[0]), double.settings())
    context.close()


@pytest.fixture
def visit(served: tuple[str, str], browser: Browser, signed_in: str) -> Iterator[Visit]:
    """Opens a page as the administrator: `visit(path, language, theme, width)`."""
    contexts: list[BrowserContext] = []

    def opened(path: str, language: str = "zh-CN", theme: str = "light", width: int = 1440) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.add_cookies([{"name": "ruleloom_session", "value": signed_in, "url": served[0]}])
        context.add_init_script(
            f"localStorage.setItem('ruleloom.language','{language}');localStorage.setItem('ruleloom.theme','{theme}')"
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(served[0] + path)
        page.wait_for_selector("h1")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def violations() -> Callable[..., list[str]]:
    """What axe finds wrong on a page, by rule (`only` these); colours are judged when nothing moves any more."""

    def found(page: Page, only: Sequence[str] = ()) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        page.evaluate(STAND_STILL)
        result: list[str] = page.evaluate(
            "only => axe.run(document, {resultTypes: ['violations'], ...(only.length ? {runOnly: only} : {})})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')))",
            list(only),
        )
        return result

    return found
