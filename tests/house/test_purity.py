"""Only the workshop looks at the clock, rolls dice or makes ids; everything below is given `now` and ids."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import PLATFORM, files, parsed, shown

CLOCK_AND_CHANCE = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "random",
}


def names_of_imports(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full: `from uuid import uuid4 as new` gives new → uuid.uuid4."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return None


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of every use of the clock or of chance."""
    known = names_of_imports(tree)
    for node in ast.walk(tree):
        name = dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if name is None:
            continue
        first, dot, rest = name.partition(".")
        full = known.get(first, "") + dot + rest
        if full in CLOCK_AND_CHANCE or full.startswith("random."):
            yield getattr(node, "lineno", 0), full


def outside_the_workshop() -> list[Path]:
    return [file for file in files("platform", ".py") if not file.is_relative_to(PLATFORM / "runtime")]


def test_the_clock_is_read_in_one_room() -> None:
    used = [
        f"{shown(file)}:{line} {name}" for file in outside_the_workshop() for line, name in impurities(parsed(file))
    ]
    assert not used, "take `now` or the id as an argument: only platform/runtime reads the clock or rolls dice"


def test_this_test_sees_every_way_to_write_it() -> None:
    sly = """
import datetime, random, uuid as ids
from datetime import datetime as dt
from random import choice
datetime.datetime.now(); dt.utcnow(); ids.uuid4(); random.random(); choice([1]); dt.fromisoformat("")
"""
    assert {name for _, name in impurities(ast.parse(sly))} >= {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "uuid.uuid4",
        "random.random",
        "random.choice",
    }
    assert "datetime.datetime.fromisoformat" not in {name for _, name in impurities(ast.parse(sly))}
