"""Workspaces in which random histories are played, one for each file of tests and kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Copies
from tests.properties.production import Arena


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    folder = tmp_path_factory.mktemp("arena")
    arena = Arena(f"sqlite:///{folder / 'workspace.db'}", folder)
    yield arena
    arena.workspace.close()


@pytest.fixture(scope="module")
def on_postgres(postgres_template: str, copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with copies(postgres_template) as url:
        arena = Arena(url, Path(tmp_path_factory.mktemp("arena")))
        yield arena
        arena.workspace.close()
