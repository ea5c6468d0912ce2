"""The benches of both databases."""

from __future__ import annotations

from tests.dsl.backends.conftest import benches, postgres_bench, sqlite_bench

__all__ = ["benches", "postgres_bench", "sqlite_bench"]
