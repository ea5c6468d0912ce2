"""The clock thread and the durable worker, on the real clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import moment
from ruleloom.runtime.commands import records
from ruleloom.runtime.durable.performing import TryAgain, perform
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import firing_log
from ruleloom.storage.logs.firing_log import EffectRow

SOON = 1_500_000
CALL = 'rule "Tell" on customer when credit > 10 then call "erp.save" (name = name)'
Create = Callable[..., records.Written]


def until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    """Waits, bounded, until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def firings(workspace: Workspace) -> list[reading.ShownFiring]:
    with workspace.reading() as opened:
        rows = firing_log.page(opened.connection, firing_log.FiringFilter(), 100)
        return reading.show_firings(opened.connection, rows, reading.sight(opened, WORKSPACE))


def effects(workspace: Workspace) -> list[EffectRow]:
    return [effect for firing in firings(workspace) for effect in firing.effects]


def test_the_clock_fires_within_a_second_of_the_due_instant(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    rule('rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"')
    ticker = Ticker(workspace)
    ticker.start()
    try:
        due = machine_now() + SOON
        create(name="A", seen=moment(due - 60_000_000).isoformat())
        assert firings(workspace) == []
        assert until(lambda: bool(firings(workspace)))
    finally:
        ticker.stop()
    (firing,) = firings(workspace)
    assert firing.row.at == due
    assert 0 <= firing.row.recorded_at - due < 2_000_000
    assert [effect.kind for effect in firing.effects] == ["change"]


def test_what_was_due_while_nothing_ran_is_caught_up_at_its_own_time(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    rule('rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"')
    now = machine_now()
    workspace.clock = Clock(source=lambda: now)
    dues = [now + 300_000, now + 200_000]
    for number, due in enumerate(dues):
        create(name=f"C{number}", seen=moment(due - 60_000_000).isoformat())
    now += 3_600_000_000
    assert len(settle(workspace)) == 2
    assert settle(workspace) == []
    assert sorted(firing.row.at for firing in firings(workspace)) == sorted(dues)


def test_what_one_instant_stumbles_over_takes_nothing_before_it_along(
    workspace: Workspace, rule: Callable[[str], str], create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule('rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"')
    first = machine_now() + 10_000_000
    for number in range(3):
        create(name=str(number), seen=moment(first + number - 60_000_000).isoformat())
    workspace.clock = Clock(offset=11_000_000)
    settle_at = Pipeline._settle

    def stumbling(pipeline: Pipeline, instant: int, pairs: Any) -> bool:
        if instant == first + 2:
            raise ValueError("a fault of ours")
        return settle_at(pipeline, instant, pairs)

    monkeypatch.setattr(Pipeline, "_settle", stumbling)
    with pytest.raises(ValueError, match="a fault of ours"):
        settle(workspace)
    assert sorted(each.row.at for each in firings(workspace)) == [first, first + 1]
    monkeypatch.undo()
    settle(workspace)
    assert len(firings(workspace)) == 3


def test_an_outside_effect_is_pending_in_the_answer_and_done_once_by_the_worker(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    rule(CALL)
    create(name="A", credit="11")
    (effect,) = effects(workspace)
    assert (effect.status, effect.content["arguments"]) == ("pending", {"name": "A"})
    seen: list[int] = []

    def erp(given: EffectRow) -> Any:
        seen.append(given.id)
        if len(seen) == 1:
            raise TryAgain("busy")
        return {"number": "42"}

    worker = Worker(workspace, {"call": erp})
    worker.start()
    try:
        assert until(lambda: effects(workspace)[0].status == "done")
    finally:
        worker.stop()
    assert seen == [effect.id, effect.id], "tried again with the same key"
    assert effects(workspace)[0].result == {"number": "42"}
    perform(workspace, {"call": erp}, effect.id)
    assert len(seen) == 2, "what is done is not done again"


def test_what_nobody_performs_fails_and_says_so(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    rule(CALL)
    create(name="A", credit="11")
    (effect,) = effects(workspace)
    perform(workspace, {}, effect.id)
    assert effects(workspace)[0].status == "failed"


def test_actions_that_fail_leave_the_write_and_are_carried_out_once_more(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    rule('rule "Gift" on customer when credit > 10 then create coupon (customer = this, code = "GIFT")')
    create(name="A", credit="11")
    create(name="B", credit="11")  # the code is taken: the coupon cannot be made
    failed = next(effect for effect in effects(workspace) if effect.kind == "actions")
    assert failed.status == "pending"
    with workspace.reading() as opened:
        assert len(opened.store.all_records("customer")) == 2
        (coupon,) = opened.store.all_records("coupon")

    records.delete(workspace, WORKSPACE, "coupon", str(coupon), 1, show=lambda _uow, _written: None)
    perform(workspace, {}, failed.id)
    assert [effect.status for effect in effects(workspace) if effect.kind == "actions"] == ["done"]
    with workspace.reading() as opened:
        assert len(opened.store.all_records("coupon")) == 1


@pytest.mark.parametrize("writers", [4])
def test_two_writers_never_hide_an_edge_from_each_other(
    workspace: Workspace, rule: Callable[[str], str], create: Create, writers: int
) -> None:
    """Each of several threads adds a coupon of the same customer; the rule on their number fires exactly once."""
    from concurrent.futures import ThreadPoolExecutor

    rule('rule "Full" on customer when at least 4 coupons then set flag = "full"')
    customer = create(name="A").record

    def add(number: int) -> None:
        values = {"customer": str(customer), "code": f"C{number}"}
        records.create(workspace, WORKSPACE, "coupon", values, show=lambda _uow, _written: None)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(add, range(writers)))
    assert len(firings(workspace)) == 1
    with workspace.reading() as opened:
        assert opened.store.snapshots("customer", [customer])[customer]["flag"] == "full"
