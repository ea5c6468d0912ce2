"""The same random histories through the door of commands fire exactly as `simulate` does, on both databases.

RULELOOM_SIZE=full plays twenty times as many.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.runtime.rules.content import tree_of
from tests.properties.histories import histories
from tests.properties.production import Arena, simulated, with_people

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
played = {"sqlite": 0, "postgresql": 0}


def compare(arena: Arena, kind: str, history: Any, lazily: bool) -> None:
    zone, rules, events, until = history
    arena.begin(zone)
    texts = arena.readable(with_people(rules))
    if texts is None:
        return
    played[kind] += 1
    model = arena.workspace.model
    trees = [tree_of({"text": text, "language": "en"}, model) for text in texts]
    lines, writes = arena.play(texts, events, until, lazily)
    assert lines == simulated(model, trees, writes, until)


@settings(max_examples=800 if FULL else 30, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_sqlite(on_sqlite: Arena, history: Any, lazily: bool) -> None:
    compare(on_sqlite, "sqlite", history, lazily)


@settings(max_examples=300 if FULL else 15, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_postgresql(on_postgres: Arena, history: Any, lazily: bool) -> None:
    compare(on_postgres, "postgresql", history, lazily)


def test_most_histories_were_played() -> None:
    """After the two above: texts that cannot be read back are left out, and must stay few."""
    for kind, count in played.items():
        assert count == 0 or count >= (10 if kind == "sqlite" else 4), (kind, count)
