"""Many due instants in one transaction: few statements, and each firing stands by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select

from ruleloom.access import WORKSPACE
from ruleloom.actions.base import Work
from ruleloom.actions.notify import Notify
from ruleloom.dsl.types import Value
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.commands import accounts, batch, safety
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import rule_rates
from ruleloom.storage.records.held import HeldRecords
from ruleloom.storage.tables.work import effects, firings, notices, rule_memories

Rule = Callable[[str], str]
NOW = 1_790_000_000_000_000
MINUTE = 60_000_000
QUIET = 'rule "Quiet" on customer when seen older than 1 minute then notify created_by "{name} is quiet"'


@pytest.fixture
def time(workspace: Workspace) -> list[int]:
    """The present instant, moved by hand."""
    now = [NOW]
    workspace.clock = Clock(source=lambda: now[0])
    return now


def add(workspace: Workspace, count: int) -> int:
    """Customers C0, C1, … of Ada's, of which one is due each millisecond from now on; her id."""
    ada = int(accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com").id)
    rows: list[dict[str, Value]] = [
        {"name": f"C{each}", "seen": NOW - MINUTE + (each + 1) * 1_000} for each in range(count)
    ]
    customer = workspace.published.entity("customer")
    workspace.transact(lambda uow: batch.create_many_in(uow, customer, rows), replace(WORKSPACE, user=ada))
    return ada


def read(workspace: Workspace, *columns: Any) -> list[Any]:
    with workspace.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def test_a_hundred_take_few_statements(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    rule(QUIET)
    ada = add(workspace, 100)
    time[0] += MINUTE
    statements: list[str] = []
    event.listen(workspace.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert len(settle(workspace)) == 100
    assert len(statements) < 60, statements
    assert read(workspace, firings.c.at) == [(NOW + (each + 1) * 1_000,) for each in range(100)]
    assert read(workspace, rule_memories.c.holds, rule_memories.c.deadline) == [(True, None)] * 100
    told = read(workspace, notices.c.at, notices.c.text, notices.c.user)
    assert told == [(NOW + (each + 1) * 1_000, f"C{each} is quiet", ada) for each in range(100)]
    assert settle(workspace) == []


def test_one_that_fails_takes_only_its_own_effects_back(
    workspace: Workspace, rule: Rule, time: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(QUIET)
    add(workspace, 4)
    time[0] += MINUTE
    real = Notify.work_out

    def stumbling(kind: Notify, intent: Any, about: Any) -> Work:
        if intent.text.startswith("C1"):
            raise RuleloomError(Diagnostic("write-blocked", params={"rule": "Quiet", "message": "not now"}))
        return real(kind, intent, about)

    monkeypatch.setattr(Notify, "work_out", stumbling)
    assert len(settle(workspace)) == 4
    assert read(workspace, effects.c.kind, effects.c.status) == [("actions", "pending"), *[("notify", "done")] * 3]
    assert [text for (text,) in read(workspace, notices.c.text)] == ["C0 is quiet", "C2 is quiet", "C3 is quiet"]
    assert len(read(workspace, rule_memories.c.holds)) == 4


def test_limits_and_what_a_rule_is_allowed_count_within_the_batch(
    workspace: Workspace, rule: Rule, time: list[int]
) -> None:
    made = rule(QUIET)
    once = rule(
        QUIET.replace('"Quiet"', '"Once"').replace("older than 1 minute", "older than 1 minute or credit > 5") + " once"
    )
    safety.allow(workspace, WORKSPACE, made, 3, "hour")
    add(workspace, 5)
    time[0] += MINUTE
    settle(workspace)
    assert read(workspace, firings.c.rule, firings.c.at, firings.c.edge) == sorted(
        [(made, NOW + (each + 1) * 1_000, "on" if each < 3 else "skipped") for each in range(5)]
        + [(once, NOW + (each + 1) * 1_000, "on") for each in range(5)]
    )
    with workspace.database.read() as connection:
        assert rule_rates.read(connection, made).stopped_at == NOW + 4_000


def test_counters_count_the_same_in_a_statement_and_in_memory(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        for at, more in ((5, 1), (6, 2), (1_000, 3), (1_099, 1), (1_100, 4)):
            known = rule_rates.locked(connection, "7", at)
            assert known.counted(at, more, 100) == rule_rates.count(connection, "7", at, more, 100)
        rule_rates.change(connection, "7", stopped_at=1_100)
        known = rule_rates.locked(connection, "7", 2_000)
        assert known == known.counted(2_000, 1, 100) == rule_rates.count(connection, "7", 2_000, 1, 100)


def same_instant(workspace: Workspace, count: int) -> None:
    """Customers C0, C1, … that are all due at one instant."""
    rows: list[dict[str, Value]] = [{"name": f"C{each}", "seen": NOW - MINUTE + 1_000} for each in range(count)]
    customer = workspace.published.entity("customer")
    workspace.transact(lambda uow: batch.create_many_in(uow, customer, rows), WORKSPACE)


def statements_of(workspace: Workspace) -> list[str]:
    seen: list[str] = []
    event.listen(workspace.database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def test_many_at_one_instant_run_in_their_order(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    """In parts of a hundred, each in a transaction of its own: rules by priority, records by creation."""
    later = rule(QUIET)
    first = rule(QUIET.replace('"Quiet"', '"Zuerst"') + " priority 5")
    same_instant(workspace, 130)
    time[0] += MINUTE
    seen = statements_of(workspace)
    assert len(settle(workspace)) == 260
    assert len(seen) < 150, "not a few for each"
    with workspace.database.read() as connection:
        order = connection.execute(select(firings.c.rule, firings.c.record).order_by(firings.c.id)).all()
    records = sorted({record for _, record in order})
    assert [tuple(row) for row in order] == [(of, record) for of in (first, later) for record in records]


def test_what_many_write_at_one_instant_is_judged_write_by_write(
    workspace: Workspace, rule: Rule, time: list[int]
) -> None:
    """Each write is evaluated at once, and its firings join the end of the queue."""
    mark = rule('rule "Mark" on customer when seen older than 1 minute then set flag = "late", credit = 5')
    answer = rule('rule "Answer" on customer when flag = "late" and credit > 1 then create coupon (customer = this)')
    gift = rule('rule "Gift" on customer when any coupons then set flag = "given"')
    same_instant(workspace, 120)
    time[0] += MINUTE
    seen = statements_of(workspace)
    assert len(settle(workspace)) == 360
    assert len(seen) < 1_200, "not a dozen for each"
    with workspace.database.read() as connection:
        order = connection.execute(select(firings.c.rule, firings.c.at).order_by(firings.c.id)).all()
    assert [of for of, _ in order] == [mark] * 120 + [answer] * 120 + [gift] * 120
    assert {at for _, at in order} == {NOW + 1_000}
    with workspace.reading() as opened:
        customers = opened.store.snapshots("customer", opened.store.all_records("customer")).values()
        assert {(each["flag"], each["credit"], each["version"]) for each in customers} == {("given", 5, 3)}
        assert len(opened.store.all_records("coupon")) == 120
    assert {status for (status,) in read(workspace, effects.c.status)} == {"done"}


def test_what_a_batch_cannot_follow_goes_the_ordinary_way(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    """A rule that answers a write deletes, another waits: nothing is lost, done twice, or left half done."""
    rule('rule "Mark" on customer when seen older than 1 minute then set flag = "late"')
    rule('rule "Gone" on customer when flag = "late" and name = "C3" then delete this')
    rule('rule "Slow" on customer when flag = "late" and name is not "C3" then wait 1 hours\nset credit = 7')
    same_instant(workspace, 8)
    time[0] += MINUTE
    assert len(settle(workspace)) == 16
    time[0] += 60 * MINUTE
    settle(workspace)
    with workspace.reading() as opened:
        customers = opened.store.snapshots("customer", opened.store.all_records("customer")).values()
        assert sorted((str(each["name"]), each["flag"], each["credit"]) for each in customers) == [
            (f"C{each}", "late", 7) for each in range(8) if each != 3
        ]


def test_a_schedule_reads_only_what_may_match(workspace: Workspace, rule: Rule, time: list[int]) -> None:
    rule('rule "Daily" on customer every day at 09:00 when credit > 5 and no coupons then notify created_by "{name}"')
    add(workspace, 40)
    customer = workspace.published.entity("customer")
    rows: list[dict[str, Value]] = [{"name": "Good", "credit": 9}, {"name": "Better", "credit": 10}]
    workspace.transact(lambda uow: batch.create_many_in(uow, customer, rows), WORKSPACE)
    time[0] += 24 * 60 * MINUTE
    wanted: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeldRecords, "read", _reading(wanted))
        assert len(settle(workspace)) == 2
    assert len(set(wanted)) == 2
    assert len(read(workspace, effects.c.kind)) == 2


def _reading(wanted: list[int]) -> Any:
    real = HeldRecords.read

    def counted(records: HeldRecords, entity: str, ids: Any, **more: Any) -> Any:
        wanted.extend(ids if entity == "customer" else ())
        return real(records, entity, ids, **more)

    return counted
