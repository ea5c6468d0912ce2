"""The parts of `dev.py` that decide: all checks run, stamps notice a change, missing system packages are handled."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

import dev


def check(name: str, folder: Path, *, status: int = 0) -> dev.Check:
    """A check that leaves a file behind and ends with this status."""
    code = f"import pathlib, sys; pathlib.Path('{name}').touch(); sys.exit({status})"
    return dev.Check(name, (sys.executable, "-c", code), folder)


def test_all_checks_run_and_the_last_line_names_the_failed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    missing = dev.Check("missing", (tmp_path / "no such program",), tmp_path)
    status = dev.judge([check("first", tmp_path, status=3), missing, check("third", tmp_path)])
    assert status == 1
    assert (tmp_path / "third").exists()
    assert capfd.readouterr().out.splitlines()[-1].startswith("== FAILED: first, missing (")


def test_the_last_line_says_that_all_passed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.judge([check("one", tmp_path), check("two", tmp_path)]) == 0
    assert capfd.readouterr().out.splitlines()[-1].startswith("== all 2 checks passed (")


def test_a_stamp_notices_a_changed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "STAMPS", tmp_path / "stamps")
    source = tmp_path / "src" / "page.ts"
    source.parent.mkdir()
    source.write_text("one")
    dev.stamp("build", dev.digest(source.parent))
    assert dev.fresh("build", dev.digest(source.parent))
    source.write_text("two")
    assert not dev.fresh("build", dev.digest(source.parent))


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of root's without PostgreSQL, on which apt-get writes down what it is asked to do."""
    log = tmp_path / "asked"
    program = tmp_path / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", {"apt-get": str(program)}.get)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev, "DEBIAN_PACKAGES", {"chromium": lambda: True, "postgresql": lambda: False})
    monkeypatch.setenv("DEBIAN_FRONTEND", "noninteractive")
    return log


def test_in_ci_root_installs_what_is_missing(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "IN_CI", True)
    dev.system_packages()
    asked = apt.read_text().splitlines()
    assert asked == ["update -q", "install -q -y --no-install-recommends postgresql"]


def test_elsewhere_it_says_what_is_missing(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "IN_CI", False)
    dev.system_packages()
    said = capsys.readouterr().out
    assert "MISSING: postgresql; the tests that need them are SKIPPED" in said
    assert "sudo apt-get install postgresql" in said
    assert not apt.exists()


def test_the_development_lock_serves_both_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`run` after `test` installs nothing, because the larger lock contains the smaller."""
    monkeypatch.setattr(dev, "STAMPS", tmp_path)
    dev.stamp(dev.DEV_LOCK.name, dev.digest(dev.ROOT / "pyproject.toml", dev.DEV_LOCK))
    monkeypatch.setattr(dev, "quietly", lambda *words: pytest.fail(f"installs again: {words}"))
    dev.install_python(dev.RUNTIME_LOCK)
