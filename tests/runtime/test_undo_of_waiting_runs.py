"""A firing is undone at the moment at which its waiting run goes on: nothing of it stays behind, whoever is first."""

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
from ruleloom.runtime.commands import records, undo
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.undoing.carrying_out import Undoing
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.desk import SqlDesk
from tests.runtime.test_interleavings import SECONDS, as_far_as_it_gets

LATER = 'rule "Later" on customer when credit > 10 then set flag = "red" wait 1 day create coupon (customer = this)'
UNTIL = (
    'rule "Until" on customer when credit > 10 then set flag = "red"'
    " wait up to 9 days until seen is not empty create coupon (customer = this)"
)
CHAIN = (
    'rule "First" on customer when credit > 10 then set flag = "go"',
    'rule "Second" on customer when flag = "go" then wait 1 day set seen = now',
    'rule "Third" on customer when seen is not empty then create coupon (customer = this)',
)
Waking = Callable[[Workspace, Any, list[int]], None]


@pytest.fixture
def time(workspace: Workspace) -> list[int]:
    """The present instant, for all that are opened in a test."""
    held = [machine_now()]
    workspace.clock = Clock(source=lambda: held[0])
    return held


@pytest.fixture
def other(workspace_url: str, tmp_path: Path, time: list[int]) -> Iterator[Workspace]:
    """The same database as another process has it open."""
    opened = open_workspace(workspace_url, folder=tmp_path, clock=Clock(source=lambda: time[0]))
    yield opened
    opened.close()


def by_the_clock(other: Workspace, _customer: Any, _time: list[int]) -> None:
    settle(other)


def by_its_condition(other: Workspace, customer: Any, time: list[int]) -> None:
    values = {"seen": moment(time[0]).isoformat()}
    other.transact(lambda uow: records.update_in(uow, "customer", customer, values), WORKSPACE)


def take_back(workspace: Workspace, firing: str, *, chained: bool = False) -> None:
    undo.undo(workspace, WORKSPACE, undo.FIRING, firing, chained=chained)


def left(workspace: Workspace, customer: Any) -> tuple[Any, int, int]:
    """The flag, the coupons, and the runs that still wait."""
    with workspace.reading() as reading:
        flag = reading.store.snapshots("customer", [customer])[customer]["flag"]
        coupons = len(reading.store.all_records("coupon"))
        return flag, coupons, int(reading.connection.scalar(text("select count(*) from parked_runs")) or 0)


def stop_once(monkeypatch: pytest.MonkeyPatch, of: Any, name: str) -> tuple[threading.Event, threading.Event]:
    """The first who comes to that function stays there until the second event."""
    real, reached, go = getattr(of, name), threading.Event(), threading.Event()

    def held(*given: Any) -> Any:
        if not reached.is_set():
            reached.set()
            assert go.wait(SECONDS)
        return real(*given)

    monkeypatch.setattr(of, name, held)
    return reached, go


@pytest.mark.parametrize(("words", "wake"), [(LATER, by_the_clock), (UNTIL, by_its_condition)])
def test_undone_first(
    workspace: Workspace,
    other: Workspace,
    rule: Callable[[str], str],
    create: Callable[..., records.Written],
    time: list[int],
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    wake: Waking,
) -> None:
    """The undo has read what the firing wrote when its run is woken: the run does nothing any more."""
    rule(words)
    written = create(name="A", credit="11")
    reached, go = stop_once(monkeypatch, Undoing, "carry_out")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(take_back, workspace, str(written.firings[0]))
        assert reached.wait(SECONDS)
        time[0] += DAY
        second = pool.submit(wake, other, written.record, time)
        as_far_as_it_gets(workspace, second)
        go.set()
        first.result(SECONDS)
        second.result(SECONDS)
    settle(workspace)
    assert left(workspace, written.record) == (None, 0, 0)


@pytest.mark.parametrize("chained", [False, True])
def test_woken_first(
    workspace: Workspace,
    other: Workspace,
    rule: Callable[[str], str],
    create: Callable[..., records.Written],
    time: list[int],
    monkeypatch: pytest.MonkeyPatch,
    chained: bool,
) -> None:
    """The run has gone on and is about to write when its firing is undone: what it writes is taken back too."""
    for words in CHAIN if chained else (LATER,):
        rule(words)
    written = create(name="A", credit="11")
    time[0] += DAY - 1
    reached, go = stop_once(monkeypatch, SqlDesk, "put")
    time[0] += 1
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(settle, other)
        assert reached.wait(SECONDS)
        time[0] -= 1  # the undo's own transaction finds nothing due that it would settle itself
        workspace.clock = Clock(source=lambda: time[0])
        second = pool.submit(take_back, workspace, str(written.firings[0]), chained=chained)
        as_far_as_it_gets(workspace, second)
        go.set()
        first.result(SECONDS)
        second.result(SECONDS)
    assert left(workspace, written.record) == (None, 0, 0)
