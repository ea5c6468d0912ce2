"""The storage room; see its README. `to_sql` writes a condition as SQL for SQLite or PostgreSQL."""

from __future__ import annotations

from ruleloom.storage.sql.trees import to_sql

__all__ = ["to_sql"]
