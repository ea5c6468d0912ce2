"""Instants that are settled together leave the same firings, effects, notices and memories as one by one.

Random histories on both databases, of rules as they come and of rules that only tell people (these are settled
together most often). RULELOOM_SIZE=full plays more of them.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ruleloom.dsl import nodes as n
from ruleloom.runtime.writing import collecting
from tests.properties.histories import histories
from tests.properties.production import MADE_BY, Arena, with_people

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
LEFT = {
    "firings": "rule, record, edge, at, recorded_at, reason, cause, depth, caused_by, skip, held",
    "effects": "firing, position, kind, status, content, summary, entity, record, error",
    "notices": '"user", at, text, firing, entity, record',
    "rule_memories": "rule, record, holds, since, deadline, firing_counts, waits",
    "rule_rates": "rule, started, number, stopped_at",
    "parked_runs": "firing, position, wake, watch",
    "schedules": "rule, next_at",
}
ID = re.compile(r"\d{17,19}")
"""Longer than any instant."""
together: list[int] = []
"""How many instants each batch settled."""


def left(arena: Arena) -> list[str]:
    """All that a history left, with ids by their order of creation: they are others in each run."""
    rows: list[str] = []
    with arena.workspace.database.read() as connection:
        for table, columns in LEFT.items():
            where = " WHERE rule IN (SELECT rule FROM firings)" if table == "rule_rates" else ""
            order = "id" if table in ("firings", "notices") else "1, 2"
            found = connection.execute(text(f"SELECT {columns} FROM {table}{where} ORDER BY {order}"))
            rows += [table + json.dumps(list(row)) for row in found]
    ids = sorted({*ID.findall("\n".join(rows))}, key=int)
    ranks = {each: str(rank) for rank, each in enumerate(ids)}
    return [ID.sub(lambda found: f"#{ranks[found.group()]}", row) for row in rows]


def only_telling(rule: n.Rule) -> n.Rule:
    """The rule with a notice in place of what it does."""
    tell = n.Notify((MADE_BY,), n.Template((rule.name,)))
    return replace(rule, actions=(tell,), ending=(tell,) if rule.ending else ())


def compare(arena: Arena, history: Any, lazily: bool, telling: bool) -> None:
    zone, rules, events, until = history
    rules = [only_telling(rule) for rule in rules] if telling else rules
    found = []
    for settle in (_counted, _never):
        arena.begin(zone)
        texts = arena.readable(with_people(rules))
        if texts is None:
            return
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(collecting, "settle", settle)
            arena.play(texts, events, until, lazily)
        found.append(left(arena))
    assert found[0] == found[1]


_settle = collecting.settle


def _counted(*given: Any) -> Any:
    settled = _settle(*given)
    if settled is not None:
        together.append(settled[0])
    return settled


def _never(*_given: Any) -> None:
    return None


@settings(max_examples=800 if FULL else 16, **SETTINGS)
@given(history=histories(), lazily=st.booleans(), telling=st.sampled_from([True, True, False]))
def test_on_sqlite(on_sqlite: Arena, history: Any, lazily: bool, telling: bool) -> None:
    compare(on_sqlite, history, lazily, telling)


@settings(max_examples=300 if FULL else 6, **SETTINGS)
@given(history=histories(), lazily=st.booleans(), telling=st.sampled_from([True, True, False]))
def test_on_postgresql(on_postgres: Arena, history: Any, lazily: bool, telling: bool) -> None:
    compare(on_postgres, history, lazily, telling)


def test_instants_were_settled_together() -> None:
    """After the two above, where they ran."""
    assert not together or any(number > 1 for number in together), together
