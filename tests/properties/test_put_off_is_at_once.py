"""What is put off because so many records are concerned fires as if it had been evaluated at once, on both databases.

The same random histories with the limit lowered to none: every write is put off. RULELOOM_SIZE=full plays more of them.
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
from tests.properties.test_production_is_simulation import compare, played

FULL = os.environ.get("RULELOOM_SIZE") == "full"
SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
LIMIT = 0
put_off: list[int] = []
"""One for each write that was put off."""


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
    """One record or firing in a transaction, so that evaluations take several."""
    monkeypatch.setattr(putting_off, "JUDGED", 1)
    monkeypatch.setattr(putting_off, "CARRIED", 1)
    real = putting_off.PuttingOff.begin

    def counted(*given: Any) -> None:
        put_off.append(1)
        real(*given)

    monkeypatch.setattr(putting_off.PuttingOff, "begin", counted)


@settings(max_examples=800 if FULL else 12, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_sqlite(on_sqlite: Arena, history: Any, lazily: bool) -> None:
    compare(on_sqlite, "sqlite", history, lazily)


@settings(max_examples=300 if FULL else 6, **SETTINGS)
@given(history=histories(chunks=True), lazily=st.booleans())
def test_on_postgresql(on_postgres: Arena, history: Any, lazily: bool) -> None:
    compare(on_postgres, "postgresql", history, lazily)


def test_writes_were_put_off() -> None:
    """After the two above, where they ran: the histories concern enough records at once."""
    assert not played["sqlite"] or len(put_off) >= 5, len(put_off)
