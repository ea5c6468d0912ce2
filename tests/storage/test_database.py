"""Transactions of a database: what one of them changes about its connection is as before in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleloom.storage.database import Database

FILE, MEMORY = 1, 2


def test_sqlite_sorts_much_in_a_file_and_everything_else_in_memory(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")

    def kept() -> object:
        with database.read() as connection:
            return connection.exec_driver_sql("PRAGMA temp_store").scalar()

    assert kept() == MEMORY
    with database.read_much() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == FILE
        assert connection.connection.in_transaction
        with database.read():
            pass
    assert kept() == MEMORY
    with pytest.raises(ZeroDivisionError), database.read_much() as connection:
        raise ZeroDivisionError
    assert kept() == MEMORY
    assert [kept() for _ in range(20)] == [MEMORY] * 20
    database.close()
