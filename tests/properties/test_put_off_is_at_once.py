"""What is put off because so many records are concerned fires as if it had been evaluated at once, on both databases.

The same random histories with the limit lowered to three records; RULELOOM_SIZE=full plays more of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.runtime.pipeline import putting_off
from tests.properties.histories import histories
from tests.properties.production import Arena
from tests.properties.test_production_is_simulation import compare

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
LIMIT = 3


def _lowered(arena: Arena) -> Iterator[Arena]:
    arena.workspace.fan_out = LIMIT
    yield arena
    arena.workspace.close()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    folder = tmp_path_factory.mktemp("arena")
    yield from _lowered(Arena(f"sqlite:///{folder / 'workspace.db'}", folder))


@pytest.fixture(scope="module")
def on_postgres(postgres_template: str, copies: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with copies(postgres_template) as url:
        yield from _lowered(Arena(url, Path(tmp_path_factory.mktemp("arena"))))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two records or firings in a transaction, so that every evaluation takes several."""
    monkeypatch.setattr(putting_off, "JUDGED", 2)
    monkeypatch.setattr(putting_off, "CARRIED", 2)


@settings(max_examples=800 if FULL else 20, **SETTINGS)
@given(history=histories(), lazily=st.booleans())
def test_on_sqlite(on_sqlite: Arena, history: Any, lazily: bool) -> None:
    compare(on_sqlite, "sqlite", history, lazily)


@settings(max_examples=300 if FULL else 10, **SETTINGS)
@given(history=histories(), lazily=st.booleans())
def test_on_postgresql(on_postgres: Arena, history: Any, lazily: bool) -> None:
    compare(on_postgres, "postgresql", history, lazily)
