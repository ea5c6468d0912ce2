"""Nothing committed names a registry, a mirror or a folder of the machine on which it was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, shown

PRIVATE = {
    "a package registry": re.compile(
        r"\b(?:registry|mirrors?|nexus|artifactory|devpi|pypi)\.[a-z0-9-]+\.[a-z]{2,}|registry\.npmjs|pypi\.org|pythonhosted|--(?:extra-)?index-url|\"resolved\":"
    ),
    "a path of one machine": re.compile(
        r"(?<![\w.])/(?:work|root|home/[a-z]\w*|Users/\w+|opt/(?:pypi|wheels))(?:/|\b)"
    ),
    "an address with a password": re.compile(r"https?://[^/\s:@'\"{}]+:[^/\s@'\"{}]+@"),
}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".gz", ".pdf", ".zip"}


def texts() -> list[Path]:
    return [file for file in files(".") if file.suffix not in BINARY and file != Path(__file__)]


@pytest.mark.parametrize("kind", PRIVATE)
def test_no_committed_file_names(kind: str) -> None:
    named = [
        f"{shown(file)}:{number} {match[0]}"
        for file in texts()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if (match := PRIVATE[kind].search(line))
    ]
    assert not named, kind


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_have_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[A-Za-z])", text)
    assert len(pins) > 20
    assert not [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin]
    assert "://" not in text


def test_the_development_lock_contains_the_runtime_lock() -> None:
    runtime, everything = (
        set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime <= everything
