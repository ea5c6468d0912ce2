"""Sizes that keep the tree readable, and what every room has to have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.house.tree import PLATFORM, ROOMS, files, parsed, shown

MOST_LINES = 500
MOST_LINES_OF_A_FUNCTION = 60
MEDIAN_LINES = 150
MEDIAN_LINES_OF_A_FUNCTION = 10
GENERATED = ("schema.d.ts", ".gen.ts")


def sources() -> list[Path]:
    python = [*files("platform", ".py"), *files("migrations", ".py"), *files("tests", ".py"), *files(".", ".py")]
    web = [file for file in files("web", ".ts", ".tsx", ".css") if not file.name.endswith(GENERATED)]
    return sorted({*python, *web})


def functions(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(file)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{shown(file)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long() -> None:
    long = {shown(file): lines(file) for file in sources() if lines(file) > MOST_LINES}
    assert not long, f"over {MOST_LINES} lines: divide it by what it is about"


def test_no_function_is_long() -> None:
    python = (file for file in sources() if file.suffix == ".py")
    long = {name: length for file in python for name, length in functions(file) if length > MOST_LINES_OF_A_FUNCTION}
    assert not long, f"over {MOST_LINES_OF_A_FUNCTION} lines: give its steps names"


def test_most_things_are_small() -> None:
    python = [file for file in files("platform", ".py") if lines(file) > 1]
    assert median(map(lines, python)) <= MEDIAN_LINES
    assert median(length for file in python for _, length in functions(file)) <= MEDIAN_LINES_OF_A_FUNCTION


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_it_is(room: str) -> None:
    readme = PLATFORM / room / "README.md"
    assert readme.exists(), f"platform/{room}/README.md: what lives here, start here, how to add one"
    text = readme.read_text(encoding="utf-8").lower()
    absent = [part for part in ("start here", "not to be confused") if part not in text]
    assert not absent, f"platform/{room}/README.md says nothing under these headings"


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_typed(room: str) -> None:
    assert (PLATFORM / room / "py.typed").exists(), f"add an empty platform/{room}/py.typed"


def test_no_large_file_is_committed() -> None:
    large = {shown(file): file.stat().st_size for file in files(".") if file.stat().st_size > 1_000_000}
    assert not large, "over 1 MB"
