"""One transaction: when its instant is read, what stays when it is refused, and which rules it obeys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import moment
from ruleloom.engine.ruleset import RuleLogic
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import batch, entities, records
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import server_clock, workspace_settings
from ruleloom.storage.conflicts import StaleVersion
from ruleloom.storage.database import Database
from ruleloom.storage.logs import firing_log

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
HOUR = 3_600_000_000
QUIET = 'rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"'


def fired(workspace: Workspace) -> list[tuple[str, int]]:
    with workspace.reading() as reading:
        rows = firing_log.page(reading.connection, firing_log.FiringFilter(), 100)
        names = firing_log.rule_names(reading.connection, [row.rule for row in rows])
    return sorted((names[row.rule], row.at) for row in rows)


def test_the_instant_is_read_after_all_locks_are_held(workspace: Workspace, rule: Rule, create: Create) -> None:
    """Somebody holds the customer whose rule reads its coupons; the coupon's write waits, and is later than that."""
    if workspace.database.is_sqlite:
        pytest.skip("one writer: BEGIN IMMEDIATE holds every lock before the clock is read")
    rule('rule "Full" on customer when at least 1 coupon then set flag = "full"')
    customer = create(name="A").record
    done: list[records.Written] = []

    def add() -> None:
        values = {"customer": str(customer), "code": "C"}
        done.append(records.create(workspace, WORKSPACE, "coupon", values, show=lambda _uow, written: written))

    other = Database(workspace.database.url)
    with other.write() as holding:
        holding.execute(text(f"select id from r_customer where id = {customer} for update"))
        writer = threading.Thread(target=add)
        writer.start()
        blocked = text("select count(*) from pg_locks where not granted")
        end = time.monotonic() + 20
        while not holding.execute(blocked).scalar_one() and time.monotonic() < end:
            time.sleep(0.02)
        before_commit = server_clock.tell(holding)
    writer.join(20)
    other.close()
    snapshot: Any = done[0].snapshot
    assert snapshot["created_at"] >= before_commit
    assert fired(workspace) == [("Full", snapshot["created_at"])]


def test_no_process_is_told_an_earlier_instant_when_the_machine_clock_steps_back(
    workspace: Workspace, create: Create
) -> None:
    """The workspace has reached an instant an hour ahead of the machine's clock; another process goes on from there."""
    ahead = machine_now() + HOUR
    if workspace.database.is_sqlite:
        workspace.clock = Clock(source=lambda: ahead)
    else:
        with workspace.database.write() as connection:
            connection.execute(text(f"select setval('workspace_clock', {ahead})"))
    create(name="A")
    other = Workspace(Database(workspace.database.url), folder=workspace.folder)
    values = {"name": "B"}
    written: Any = records.create(other, WORKSPACE, "customer", values, show=lambda _uow, made: made)
    other.close()
    assert written.snapshot["created_at"] >= ahead


def test_what_was_settled_stays_when_the_write_is_refused(workspace: Workspace, rule: Rule, create: Create) -> None:
    now = machine_now()
    workspace.clock = Clock(source=lambda: now)
    rule(QUIET)
    rule('rule "No" on customer when credit > 10 then block "too much"')
    first = create(name="A", seen=moment(now).isoformat()).record
    second = create(name="B").record
    now += HOUR
    with pytest.raises(Blocked):
        records.bulk(
            workspace, WORKSPACE, "customer",
            {str(first): ({"name": "C"}, None), str(second): ({"credit": "11"}, None)},
            show=lambda _uow, _written: None,
        )  # fmt: skip
    assert fired(workspace) == [("Quiet", now - HOUR + 60_000_000)]
    with workspace.reading() as reading:
        found = reading.store.snapshots("customer", [first, second])
    assert [found[first]["name"], found[first]["flag"]] == ["A", "quiet"], "settled, but nothing of the bulk edit"
    assert found[second]["credit"] is None


def test_only_what_changed_is_compiled_again(workspace: Workspace, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(QUIET)
    rule(QUIET.replace("Quiet", "Still"))
    workspace.refreshed()
    made: list[str] = []
    compile_rule = RuleLogic.__init__

    def counted(self: RuleLogic, tree: Any, *rest: Any) -> None:
        made.append(tree.name)
        compile_rule(self, tree, *rest)

    monkeypatch.setattr(RuleLogic, "__init__", counted)
    rule(QUIET.replace("Quiet", "Third"))
    workspace.refreshed()
    assert set(made) == {"Third"}


def test_a_rule_that_cannot_be_read_any_more_stands_aside(workspace: Workspace, rule: Rule, create: Create) -> None:
    broken = rule('rule "Rich" on customer when credit > 10 then set flag = "rich"')
    rule('rule "Poor" on customer when credit < 10 then set flag = "poor"')
    with workspace.database.write() as connection:
        connection.execute(
            text(
                "update definition_versions set content = replace(content, 'credit > 10', 'crdt > 10'), version = 2"
                " where definition = :rule"
            ),
            {"rule": int(broken)},
        )
        connection.execute(text("update definitions set published_version = 2 where id = :rule"), {"rule": int(broken)})
        workspace_settings.raise_rule_set_version(connection)
    create(name="A", credit="20")
    create(name="B", credit="5")
    assert [name for name, _ in fired(workspace)] == ["Poor"]
    error = workspace.refreshed().broken[broken]
    assert isinstance(error, RuleloomError)
    assert "crdt" in error.diagnostics[0].message("en")


def test_a_rule_sees_the_number_that_the_new_record_gets(workspace: Workspace, rule: Rule) -> None:
    fields = [{"name": "number", "type": "autonumber"}, {"name": "flag", "type": "text"}]
    entities.draw(workspace, WORKSPACE, {"name": "ticket", "fields": fields})
    entities.publish(workspace, WORKSPACE, "ticket")
    rule('rule "Second" on ticket when number = 2 then set flag = "second"')
    made: list[Any] = [
        records.create(workspace, WORKSPACE, "ticket", {}, show=lambda _uow, written: written.snapshot)
        for _ in range(3)
    ]
    assert [(int(each["number"]), each["flag"]) for each in made] == [(1, None), (2, "second"), (3, None)]


def test_a_bulk_edit_is_one_write_for_the_rules(workspace: Workspace, rule: Rule, create: Create) -> None:
    """What is so only between two of its records is never noticed; each record answers with its own firings."""
    rule('rule "Two" on customer when at least 2 coupons then set flag = "two"')
    rule('rule "None" on customer when no coupons then set flag = "none"')
    first, second = (create(name=name).record for name in ("A", "B"))
    coupons = [
        records.create(
            workspace, WORKSPACE, "coupon", {"customer": str(owner)}, show=lambda _uow, written: written
        ).record
        for owner in (first, second)
    ]
    before = fired(workspace)
    swapped = {str(coupons[0]): ({"customer": str(second)}, 1), str(coupons[1]): ({"customer": str(first)}, None)}
    written = records.bulk(workspace, WORKSPACE, "coupon", swapped, show=lambda _uow, done: done)
    assert fired(workspace) == before, "one by one, a customer would have had two coupons, and the other none"
    assert [each.record for each in written] == coupons
    assert [(each.snapshot or {})["customer"] for each in written] == [second, first]
    with pytest.raises(StaleVersion):
        records.bulk(workspace, WORKSPACE, "coupon", swapped, show=lambda _uow, done: done)


def test_numbers_of_many_records_of_one_transaction_are_their_own(workspace: Workspace) -> None:
    """Imports make records so; a write may stand in memory where the one before it stood."""
    fields = [{"name": "number", "type": "autonumber"}, {"name": "flag", "type": "text"}]
    entities.draw(workspace, WORKSPACE, {"name": "ticket", "fields": fields})
    entities.publish(workspace, WORKSPACE, "ticket")
    made = workspace.transact(
        lambda uow: batch.create_many_in(uow, uow.published.entity("ticket"), [{"flag": "x"}] * 20), WORKSPACE
    )
    with workspace.reading() as opened:
        found = opened.store.snapshots("ticket", made)  # type: ignore[arg-type]  # none was refused
    assert sorted(int(each["number"]) for each in found.values()) == list(range(1, 21))  # type: ignore[arg-type]
