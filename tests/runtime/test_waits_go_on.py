"""Runs that wait go on as they began: under a version that was replaced, in any process, with the change they answer.

What cannot go on says so and stands in nobody's way; what failed behind a wait is not begun from the start again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import DAY, moment
from ruleloom.runtime.commands import definitions, records
from ruleloom.runtime.durable.performing import perform
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing import effect_rows
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log, parked_runs
from ruleloom.storage.logs.firing_log import EffectRow
from tests.runtime.test_interleavings import SECONDS, as_far_as_it_gets

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
UNTIL = 'rule "Patient" on customer when credit > 10 then wait up to 9 days until seen is not empty set flag = "seen"'
LATER = 'rule "Later" on customer when credit > 10 then wait 1 day set flag = "late"'
QUIET = 'rule "Quiet" on customer when seen older than 3 days then set flag = "quiet"'


@pytest.fixture
def time(workspace: Workspace) -> list[int]:
    """The present instant, for all that are opened in a test."""
    held = [machine_now()]
    workspace.clock = Clock(source=lambda: held[0])
    return held


@pytest.fixture
def another(workspace_url: str, tmp_path: Path, time: list[int]) -> Iterator[Callable[[], Workspace]]:
    """Opens the workspace as a process does that was started just now."""
    opened: list[Workspace] = []

    def begin() -> Workspace:
        opened.append(open_workspace(workspace_url, folder=tmp_path, clock=Clock(source=lambda: time[0])))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def change(workspace: Workspace, record: object, **values: Any) -> records.Written:
    return workspace.transact(lambda uow: records.update_in(uow, "customer", record, values), WORKSPACE)  # type: ignore[arg-type]


def value(workspace: Workspace, record: Any, field: str) -> object:
    with workspace.reading() as reading:
        return reading.store.snapshots("customer", [record])[record][field]


def effects(workspace: Workspace, rule: str) -> list[EffectRow]:
    with workspace.reading() as reading:
        found = firing_log.page(reading.connection, firing_log.FiringFilter(rule=rule), 10)
        said = firing_log.effects_of(reading.connection, [each.id for each in found])
        return [effect for each in found for effect in said.get(each.id, ())]


def replace(workspace: Workspace, rule: str, words: str) -> None:
    """Publishes another version of a rule."""
    drawn = definitions.read(workspace, WORKSPACE, "rule", rule)
    content = {"text": words, "language": "en"}
    definitions.change(workspace, WORKSPACE, "rule", rule, drawn.revision, content=content)
    definitions.publish(workspace, WORKSPACE, "rule", rule)


@pytest.mark.parametrize("what", ["replaced", "paused"])
def test_what_a_run_waits_for_is_watched_in_every_process_also_when_its_version_is_out_of_force(
    workspace: Workspace, rule: Rule, create: Create, another: Callable[[], Workspace], time: list[int], what: str
) -> None:
    patient = rule(UNTIL)
    customer = create(name="A", credit="11").record
    if what == "replaced":
        replace(workspace, patient, UNTIL.replace('"seen"', '"other"').replace("9 days", "5 days"))
    else:
        definitions.pause(workspace, WORKSPACE, "rule", patient)
    time[0] += DAY
    fresh = another()
    change(fresh, customer, seen=moment(time[0]).isoformat())
    assert value(fresh, customer, "flag") == "seen"
    assert [effect.status for effect in effects(workspace, patient)] == ["done"]


def test_a_run_whose_version_cannot_be_read_fails_and_breaks_no_write(
    workspace: Workspace, rule: Rule, create: Create, another: Callable[[], Workspace], time: list[int]
) -> None:
    later = rule(LATER)
    rule(QUIET)
    waiting = create(name="A", credit="11").record
    quiet = create(name="B", seen=moment(time[0]).isoformat()).record
    replace(workspace, later, LATER.replace("credit > 10", "credit > 99"))
    with workspace.database.write() as connection:
        broken = text(
            f"update definition_versions set content = replace(content, 'flag', 'flug') where definition = {later}"
        )
        connection.execute(broken)
    fresh = another()
    time[0] += 4 * DAY
    change(fresh, waiting, name="C")
    assert [value(fresh, waiting, field) for field in ("name", "flag")] == ["C", None]
    assert value(fresh, quiet, "flag") == "quiet", "what was due after it is settled all the same"
    (failed,) = effects(fresh, later)
    assert (failed.kind, failed.status, failed.not_before) == ("actions", "failed", None)
    assert "flug" in str(failed.error)
    with fresh.database.read() as connection:
        assert connection.scalar(text("select count(*) from parked_runs")) == 0


def test_a_run_remembers_the_change_that_it_answers(
    workspace: Workspace, rule: Rule, create: Create, another: Callable[[], Workspace], time: list[int]
) -> None:
    rule('rule "Fell" on customer when credit falls then wait 1 day set credit = previous credit')
    rule(
        'rule "Gone" on customer when record is deleted'
        " then wait up to 9 days until seen older than 2 days create coupon (code = name)"
    )
    customer = create(name="A", credit="90", seen=moment(time[0]).isoformat()).record
    change(workspace, customer, credit="60")
    time[0] += DAY
    fresh = another()
    settle(fresh)
    assert value(fresh, customer, "credit") == 90
    fresh.transact(lambda uow: records.delete_in(uow, "customer", customer), WORKSPACE)
    time[0] += 9 * DAY
    settle(fresh)
    with fresh.database.read() as connection:
        assert connection.scalar(text("select code from r_coupon")) == "A"


def test_what_failed_behind_a_wait_goes_on_there_and_nothing_is_done_twice(
    workspace: Workspace, rule: Rule, create: Create, another: Callable[[], Workspace], time: list[int]
) -> None:
    gift = rule(
        'rule "Gift" on customer when credit > 10 then create coupon (customer = this, code = name)'
        ' wait 1 day create coupon (customer = this, code = "GIFT")'
    )
    taken = records.create(
        workspace, WORKSPACE, "coupon", {"code": "GIFT"}, show=lambda _uow, written: str(written.record)
    )
    create(name="A", credit="11")
    replace(workspace, gift, LATER.replace("Later", "Gift"))
    time[0] += DAY
    fresh = another()
    settle(fresh)
    failed = next(effect for effect in effects(fresh, gift) if effect.kind == "actions")
    assert failed.status == "pending"
    records.delete(fresh, WORKSPACE, "coupon", taken, 1, show=lambda _uow, _written: None)
    perform(fresh, {}, failed.id)
    with fresh.database.read() as connection:
        codes = connection.execute(text("select code from r_coupon where deleted_at is null order by code"))
        assert [code for (code,) in codes] == ["A", "GIFT"]
    assert [(effect.kind, effect.status) for effect in effects(fresh, gift)] == [
        ("create", "done"), ("actions", "done"), ("create", "done"),
    ]  # fmt: skip


def test_a_run_that_two_wake_at_once_goes_on_once(
    workspace: Workspace, rule: Rule, create: Create, another: Callable[[], Workspace]
) -> None:
    """One lets it go on by hand, and has not committed yet when the other makes true what it waits for."""
    rule(UNTIL.replace('set flag = "seen"', "create coupon (customer = this)"))
    customer, other = create(name="A", credit="11").record, another()
    with workspace.database.read() as connection:
        run = connection.scalar(text("select id from parked_runs"))
    reached, go = threading.Event(), threading.Event()

    def skip(uow: UnitOfWork) -> None:
        row = parked_runs.find(uow.connection, int(str(run)))
        assert row is not None
        uow.pipeline.wake(effect_rows.run_of(uow, row), uow.now)
        reached.set()
        assert go.wait(SECONDS)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(workspace.transact, skip, WORKSPACE)
        assert reached.wait(SECONDS)
        second = pool.submit(change, other, customer, seen=moment(other.clock.now()).isoformat())
        as_far_as_it_gets(workspace, second)
        go.set()
        first.result(SECONDS)
        second.result(SECONDS)
    with workspace.reading() as reading:
        assert len(reading.store.all_records("coupon")) == 1
