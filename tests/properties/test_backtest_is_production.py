"""A backtest over the period in which a rule was in force finds exactly what production fired, on both databases.

RULELOOM_SIZE=full plays twenty times as many.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.access import WORKSPACE
from ruleloom.runtime.backtest import service
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.time.moments import instant_text
from ruleloom.storage.logs import firing_log
from tests.properties.histories import histories
from tests.properties.production import Arena, with_people

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
HITS = ("on", "change", "schedule")
played = {"sqlite": 0, "postgresql": 0, "hits": 0}


def apart(events: Sequence[Any]) -> list[Any]:
    """Each event at an instant of its own, as a clock gives them: the log does not tell writes of one instant apart."""
    found: list[Any] = []
    last = 0
    for at, *rest in events:
        last = max(at, last + 1)
        found.append((last, *rest))
    return found


def compare(arena: Arena, kind: str, history: Any, lazily: bool) -> None:
    zone, rules, events, until = history
    events = apart(events)
    until = max(until, events[-1][0] if events else until)
    arena.begin(zone)
    texts = arena.readable([replace(rule, name="tried") for rule in with_people(rules)[:1]])
    if texts is None:
        return
    played[kind] += 1
    since = arena.time
    _, writes = arena.play(texts, events, until, lazily)
    known = {getattr(part, "record", None) for _, write in writes for part in getattr(write, "parts", [write])}
    with arena.workspace.reading() as reading:
        rows = firing_log.page(reading.connection, firing_log.FiringFilter(), 100_000)
    rule = definitions.everything(arena.workspace, WORKSPACE, "rule", None)[0]
    run = service.begin(arena.workspace, WORKSPACE, str(rule.id), since=instant_text(since), until=instant_text(until))
    assert run.status == "done", run.result
    found = service.hits(arena.workspace, WORKSPACE, run.id, 0, 10_000)
    hits = [each.row.content["a"] | {"record": each.row.record} for each in found]

    def named(record: int) -> int | str:
        return record if record in known else "made by the rule"

    expected = sorted((instant_text(r.at), r.edge, str(named(r.record))) for r in rows if r.edge in HITS)
    assert sorted((h["at"], h["edge"], str(named(h["record"]))) for h in hits if h["edge"] != "blocked") == expected
    assert run.result is not None
    assert run.result["sides"][0]["skipped"] == sum(1 for row in rows if row.edge == "skipped")
    assert run.result["sides"][0]["ended"] == sum(1 for row in rows if row.edge == "off")
    played["hits"] += len(expected)


@settings(max_examples=400 if FULL else 20, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_sqlite(on_sqlite: Arena, history: Any, lazily: bool) -> None:
    compare(on_sqlite, "sqlite", history, lazily)


@settings(max_examples=200 if FULL else 10, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_postgresql(on_postgres: Arena, history: Any, lazily: bool) -> None:
    compare(on_postgres, "postgresql", history, lazily)


def test_most_histories_were_played() -> None:
    """After the two above: the histories must say something."""
    for kind in ("sqlite", "postgresql"):
        assert played[kind] == 0 or played[kind] >= 4, played
    assert played["sqlite"] == 0 or played["hits"] > 0
