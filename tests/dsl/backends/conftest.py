"""The benches of both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dsl.backends.databases import Bench


@pytest.fixture(scope="session")
def sqlite_bench() -> Iterator[Bench]:
    bench = Bench("sqlite://")
    yield bench
    bench.database.close()


@pytest.fixture(scope="session")
def postgres_bench(postgres: str) -> Iterator[Bench]:
    bench = Bench(postgres)
    yield bench
    with bench.database.write() as connection:
        bench.catalogue.metadata.drop_all(connection)
    bench.database.close()


@pytest.fixture(scope="session")
def benches(sqlite_bench: Bench, postgres_bench: Bench) -> list[Bench]:
    return [sqlite_bench, postgres_bench]
