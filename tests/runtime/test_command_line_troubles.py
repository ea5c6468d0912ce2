"""Commands that cannot do their work say why in words and what to do; never a stack trace, never SQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleloom.cli import main
from ruleloom.storage import database as databases

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"
RAW = ("Traceback", "sqlalche", "psycopg", "sqlite3.", "SELECT", "select ", "[SQL")


def told(*words: str) -> str:
    """What a command that fails says."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not [raw for raw in RAW if raw in result.output], result.output
    return result.output


def test_the_doctor_of_an_empty_database_knows_the_way_out(database: str) -> None:
    said = told("doctor", "--database", database)
    assert said.count("ruleloom migrate") == 2


@pytest.mark.parametrize("words", [["doctor"], ["migrate"], ["worker"], ["install", "b2b_sales"]])
@pytest.mark.parametrize(
    ("address", "hint"),
    [("nonsense", "no address of a database"), ("oracle://x", "not supported"), (UNREACHABLE, "that the server runs")],
)
def test_addresses_that_lead_nowhere(words: list[str], address: str, hint: str) -> None:
    assert hint in told(*words, "--database", address)


def test_files_that_are_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.db").write_text("this is a text, and quite a long one, and no database at all " * 20)
    assert "not an SQLite database" in told("migrate", "--database", f"sqlite:///{tmp_path}/text.db")
    assert "folder exists" in told("migrate", "--database", f"sqlite:///{tmp_path}/nowhere/x.db")
    monkeypatch.setattr(databases, "BUSY_MILLISECONDS", 10)
    with sqlite3.connect(tmp_path / "held.db", isolation_level=None) as holder:
        holder.execute("begin exclusive")
        assert "Another program holds" in told("migrate", "--database", f"sqlite:///{tmp_path}/held.db")
    holder.close()
