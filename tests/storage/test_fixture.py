"""The fixture `database` gives an empty database on both kinds."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect


def test_the_database_is_empty(database: str) -> None:
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
