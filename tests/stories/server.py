"""A real `ruleloom serve` for a story: its own process, its own port, asked over HTTP like any program would."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 120


class Answer:
    """Status and body of an answer."""

    def __init__(self, status: int, raw: bytes) -> None:
        self.status = status
        self.text = raw.decode()
        self.json: Any = json.loads(raw) if raw[:1] in (b"{", b"[") else None


class Browser:
    """Keeps cookies and sends the CSRF header once it is signed in."""

    def __init__(self, address: str) -> None:
        self.address, self.csrf = address, ""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; JSON in, JSON out."""
        data = None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf, **headers}
        request = urllib.request.Request(self.address + path, data, given, method=method)  # noqa: S310 - our own server
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.read())

    def post(self, path: str, body: Any = None) -> Any:
        """POST that must succeed; the body of the answer."""
        answer = self.ask("POST", f"/api/v1{path}", {} if body is None else body)
        assert answer.status < 300, answer.text
        return answer.json

    def get(self, path: str) -> Any:
        """GET that must succeed; the body of the answer."""
        answer = self.ask("GET", f"/api/v1{path}")
        assert answer.status == 200, answer.text
        return answer.json

    def sign_in(self, token: str) -> Any:
        """Signs in with a one-time token."""
        session = self.post("/session", {"token": token})
        self.csrf = session["csrf"]
        return session


@contextmanager
def serving(
    folder: Path, *words: str, program: Sequence[str | Path] = (sys.executable, "-m", "ruleloom")
) -> Iterator[tuple[Browser, str]]:
    """A server that runs in a folder; a browser for it and the one-time token that it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RULELOOM_", "PYTEST_"))}
    clean |= {"RULELOOM_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"}
    command = [*map(str, program), "serve", "--port", str(port), *words]
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.PIPE, stderr=errors)
    try:
        token = _token(process, folder)
        browser = Browser(f"http://127.0.0.1:{port}")
        _wait(browser, process, folder)
        yield browser, token
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def _token(process: subprocess.Popen[bytes], folder: Path) -> str:
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        said = ""
        while line := process.stdout.readline().decode():
            said += line
            if found := re.search(r"token=(\S+)", line):
                return found[1]
        raise AssertionError(said + (folder / "errors.txt").read_text(encoding="utf-8"))
    finally:
        watchdog.cancel()


def _wait(browser: Browser, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if browser.ask("GET", "/api/v1/health").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer\n" + (folder / "errors.txt").read_text(encoding="utf-8"))
