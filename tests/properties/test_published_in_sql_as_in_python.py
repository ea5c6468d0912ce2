"""A rule that comes into force remembers and fires the same, whether the database looks at all records or Python does.

Rules of random histories, published after them on both databases. RULELOOM_SIZE=full plays more of them.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.pipeline import publishing
from ruleloom.runtime.rules.publishing import _InSql
from tests.properties.histories import histories
from tests.properties.production import Arena, with_people
from tests.properties.test_together_is_one_by_one import left

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
in_sql: list[bool] = []
"""Which first looks the database could take."""


def compare(arena: Arena, history: Any, cap: int | None) -> None:
    zone, rules, events, until = history
    found = []
    for remember in (_counted, _never):
        arena.begin(zone)
        texts = arena.readable(with_people(rules))
        if texts is None:
            return
        arena.play([], events, until, lazily=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_InSql, "remember", remember)
            patch.setattr(publishing, "CHUNK", 2)
            for text in texts:
                drawn = definitions.create(arena.workspace, WORKSPACE, "rule", {"text": text, "language": "en"})
                definitions.publish(arena.workspace, WORKSPACE, "rule", str(drawn.id), also_existing=True, cap=cap)
        found.append(left(arena))
    assert found[0] == found[1]


_remember = _InSql.remember


def _counted(*given: Any) -> bool:
    in_sql.append(_remember(*given))
    return in_sql[-1]


def _never(*_given: Any) -> bool:
    return False


@settings(max_examples=800 if FULL else 12, **SETTINGS)
@given(history=histories(), cap=st.sampled_from([None, 1]))
def test_on_sqlite(on_sqlite: Arena, history: Any, cap: int | None) -> None:
    compare(on_sqlite, history, cap)


@settings(max_examples=300 if FULL else 5, **SETTINGS)
@given(history=histories(), cap=st.sampled_from([None, 1]))
def test_on_postgresql(on_postgres: Arena, history: Any, cap: int | None) -> None:
    compare(on_postgres, history, cap)


def test_the_database_looked() -> None:
    """After the two above, where they ran."""
    assert not in_sql or any(in_sql)
