"""The same random histories through the HTTP API of several processes fire exactly as `simulate` does.

SQLite: one process that serves, keeps time and works. PostgreSQL: two that serve and one that keeps time and works;
one write after another through both, and several at once (then `simulate` plays them in the order of the change log).
RULELOOM_SIZE=full plays more than a hundred of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.runtime.rules.content import tree_of
from tests.properties.histories import histories
from tests.properties.production import simulated, with_people
from tests.properties.served import Served, in_groups, one_each, plain, served

FULL = os.environ.get("RULELOOM_SIZE") == "full"
MANY = 120 if FULL else 5
SETTINGS: dict[str, Any] = {
    "max_examples": MANY, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck),
}  # fmt: skip


@pytest.fixture(scope="module")
def one_process(sqlite_template: str, copies: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with copies(sqlite_template) as url, served(url, Path(tmp_path_factory.mktemp("served")), ["all"]) as made:
        yield made


@pytest.fixture(scope="module")
def three_processes(postgres_template: str, copies: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    roles = ["serve", "serve", "work"]
    with copies(postgres_template) as url, served(url, Path(tmp_path_factory.mktemp("served")), roles) as made:
        yield made


def compare(arena: Served, history: Any, lazily: bool, together: int | None = None) -> None:
    zone, rules, events, until = history
    events = one_each(events)
    arena.begin(zone)
    texts = arena.readable(with_people(rules))
    if texts is None:
        return
    model = arena.workspace.model
    trees = [tree_of({"text": each, "language": "en"}, model) for each in texts]
    if together is None:
        lines, writes = arena.one_by_one(texts, events, until, lazily)
    else:
        lines, writes = arena.together(texts, in_groups(events, together), until)
    assert lines == plain(simulated(model, trees, writes, until))


@settings(**SETTINGS)
@given(history=histories(), lazily=st.booleans())
def test_one_process_on_sqlite(one_process: Served, history: Any, lazily: bool) -> None:
    compare(one_process, history, lazily)


@settings(**SETTINGS)
@given(history=histories())
def test_three_processes_on_postgresql(three_processes: Served, history: Any) -> None:
    compare(three_processes, history, lazily=False)


@settings(**SETTINGS)
@given(history=histories(), together=st.integers(2, 4))
def test_several_writers_at_once_on_postgresql(three_processes: Served, history: Any, together: int) -> None:
    compare(three_processes, history, lazily=False, together=together)
