"""What the database refuses of one firing undoes that firing alone, is recorded and tried again; on both databases.

The database itself is made to refuse rows: by triggers on the tables of notices and records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, text

from ruleloom.access import WORKSPACE
from ruleloom.dsl.types import Value
from ruleloom.runtime.commands import accounts, batch, records
from ruleloom.runtime.durable.performing import perform
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.tables.work import effects, firings, notices, rule_memories

Rule = Callable[[str], str]
NOW = 1_790_000_000_000_000
MINUTE = 60_000_000
SAY = 'rule "Quiet" on customer when seen older than 1 minute then notify created_by "{name} is quiet"'
MARK = 'rule "Quiet" on customer when seen older than 1 minute\nthen set flag = "late"\nnotify created_by "{name}"'
TASK = 'rule "Quiet" on customer when seen older than 1 minute then add task "Call {name}" for created_by'
_RAISE = "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
_FUNCTION = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF {} THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$"""


@pytest.fixture
def time(workspace: Workspace) -> list[int]:
    """The present instant, moved by hand."""
    now = [NOW]
    workspace.clock = Clock(source=lambda: now[0])
    return now


def add(workspace: Workspace, count: int, apart: int = 1_000) -> None:
    """Customers C0, C1, … of Ada's, due so many microseconds one after the other."""
    ada = int(accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com").id)
    rows: list[dict[str, Value]] = [
        {"name": f"C{each}", "seen": NOW - MINUTE + 1_000 + each * apart} for each in range(count)
    ]
    customer = workspace.published.entity("customer")
    workspace.transact(lambda uow: batch.create_many_in(uow, customer, rows), replace(WORKSPACE, user=ada))


@contextmanager
def refusing(workspace: Workspace, table: str, what: str, condition: str) -> Iterator[None]:
    """The database refuses rows; `condition` speaks of NEW."""
    if workspace.database.is_sqlite:
        made = [
            f"CREATE TRIGGER refusing BEFORE {what} ON {table} WHEN {condition} {_RAISE}",
        ]
        gone = ["DROP TRIGGER refusing"]
    else:
        made = [
            _FUNCTION.format(condition),
            f"CREATE TRIGGER refusing BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
        gone = [f"DROP TRIGGER refusing ON {table}", "DROP FUNCTION refuse()"]
    for statements in (made, gone):
        with workspace.database.write() as connection:
            for statement in statements:
                connection.execute(text(statement))
        if statements is made:
            yield


def read(workspace: Workspace, *columns: Any) -> list[Any]:
    with workspace.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def names(workspace: Workspace, flag: str) -> set[str]:
    with workspace.reading() as opened:
        found = opened.store.snapshots("customer", opened.store.all_records("customer"))
        return {str(each["name"]) for each in found.values() if each["flag"] == flag}


def failed(workspace: Workspace) -> list[Any]:
    return read(workspace, effects.c.id, effects.c.error)


def tried_again(workspace: Workspace) -> None:
    """The worker carries out what failed."""
    pending = [id_ for id_, status in read(workspace, effects.c.id, effects.c.status) if status == "pending"]
    for each in pending:
        perform(workspace, {}, each)


@pytest.mark.parametrize("apart", [1_000, 0], ids=["one by one", "at one instant"])
def test_three_notices_of_a_hundred_and_thirty(workspace: Workspace, rule: Rule, time: list[int], apart: int) -> None:
    rule(SAY)
    add(workspace, 130, apart)
    time[0] += MINUTE
    wrong = ("C7 is quiet", "C42 is quiet", "C128 is quiet")
    statements: list[str] = []
    with refusing(workspace, "notices", "INSERT", f"NEW.text IN {wrong}"):
        event.listen(workspace.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        assert len(settle(workspace)) == 130
    assert len(statements) < 230, "only the halves in which something is refused are written anew"
    assert len(read(workspace, firings.c.id)) == 130
    assert len(read(workspace, rule_memories.c.record)) == 130
    assert {said for (said,) in read(workspace, notices.c.text)} == {f"C{each} is quiet" for each in range(130)} - {
        *wrong
    }
    assert (
        read(workspace, effects.c.kind, effects.c.status) == [("actions", "pending")] * 3 + [("notify", "done")] * 127
    )
    refused = [error for _, error in failed(workspace) if error]
    assert [each["code"] for error in refused for each in error["diagnostics"]] == ["database-refused"] * 3
    assert all("not this one" in str(error) for error in refused)
    tried_again(workspace)
    assert len(read(workspace, notices.c.id)) == 130
    assert {status for (status,) in read(workspace, effects.c.status)} == {"done"}


@pytest.mark.parametrize("apart", [1_000, 0], ids=["one by one", "at one instant"])
def test_two_records_of_thirty(workspace: Workspace, rule: Rule, time: list[int], apart: int) -> None:
    """A firing that writes and tells is undone as a whole, whichever of the two is refused."""
    rule(MARK)
    add(workspace, 30, apart)
    time[0] += MINUTE
    refused = "NEW.name IN ('C3', 'C17') AND NEW.flag = 'late'"
    with refusing(workspace, "r_customer", "UPDATE", refused):
        assert len(settle(workspace)) == 30
    good = {f"C{each}" for each in range(30)} - {"C3", "C17"}
    assert names(workspace, "late") == good == {said for (said,) in read(workspace, notices.c.text)}
    tried_again(workspace)
    assert len(names(workspace, "late")) == 30 == len(read(workspace, notices.c.id))


def test_words_that_are_refused_take_the_record_back(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    rule(MARK)
    add(workspace, 12)
    time[0] += MINUTE
    with refusing(workspace, "notices", "INSERT", "NEW.text = 'C5'"):
        assert len(settle(workspace)) == 12
    assert names(workspace, "late") == {f"C{each}" for each in range(12)} - {"C5"}
    assert [status for (status,) in read(workspace, effects.c.status)].count("pending") == 1
    tried_again(workspace)
    assert len(names(workspace, "late")) == 12


def test_the_write_of_a_person_stands(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    rule('rule "Hello" on customer when record is created then notify created_by "{name} is here"')
    ada = int(accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com").id)
    with refusing(workspace, "notices", "INSERT", "NEW.text = 'C1 is here'"):
        for name in ("C0", "C1", "C2"):
            records.create(
                workspace, replace(WORKSPACE, user=ada), "customer", {"name": name}, show=lambda _uow, made: made
            )
    with workspace.reading() as opened:
        assert len(opened.store.all_records("customer")) == 3
    assert read(workspace, effects.c.kind, effects.c.status) == [("actions", "pending"), *[("notify", "done")] * 2]
    tried_again(workspace)
    assert len(read(workspace, notices.c.id)) == 3


def test_a_unique_value_is_given_once(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    """Of three that want the same code the first gets it, however they are settled."""
    rule('rule "Win" on customer when seen older than 1 minute then create coupon (customer = this, code = "A")')
    add(workspace, 3, 0)
    time[0] += MINUTE
    assert len(settle(workspace)) == 3
    assert read(workspace, effects.c.kind, effects.c.status) == [
        ("actions", "pending"), ("actions", "pending"), ("create", "done"),
    ]  # fmt: skip
    with workspace.reading() as opened:
        (coupon,) = opened.store.snapshots("coupon", opened.store.all_records("coupon")).values()
        first = min(opened.store.all_records("customer"), key=int)
        assert coupon["customer"] == first
