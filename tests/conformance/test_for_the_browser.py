"""What the tests in the browser read is what the server would send today; so are the folding tables."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import foldings, record_local

ANEW = "write it anew: python -m tests.conformance."


def _same(file: Path, wanted: str, module: str) -> None:
    assert file.read_text(encoding="utf-8") == wanted, ANEW + module


def test_the_conformance_cases_of_the_browser_are_those_of_the_server() -> None:
    content = record_local.conformance()
    assert len(content["cases"]) >= 150
    assert all(case["logic"] is not None for case in content["cases"])
    _same(record_local.CONFORMANCE, record_local.text_of(content), "record_local")


def test_the_random_cases_of_the_browser_are_decided_so_by_the_server() -> None:
    content = record_local.random(range(record_local.SEEDS))
    assert len(content["cases"]) >= 400
    _same(record_local.RANDOM, record_local.text_of(content), "record_local")


def test_the_folding_tables_of_the_browser_are_those_of_the_server() -> None:
    _same(foldings.FILE, foldings.text(), "foldings")
