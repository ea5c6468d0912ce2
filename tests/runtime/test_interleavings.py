"""Two writers of two processes are held at every step of the road of one change: neither hides an edge from the other.

The first stops before its locks, behind them, before it writes, or between its write and its commit; the second goes as
far as it can, until it is done or waits for a lock of the first. Together they make one rule true: it fires once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.desk import SqlDesk
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log

FIRST = "first"
POINTS = ("lock", "instant", "apply", "commit")
"""Where the first writer stops: before its locks, behind them, before it writes, before it commits."""
BLOCKED = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
SECONDS = 30
Command = Callable[[UnitOfWork], Any]


class Gate:
    """Stops the first writer at one point until it is let go."""

    def __init__(self, point: str) -> None:
        self.point, self.reached, self.open = point, threading.Event(), threading.Event()

    def pass_(self, point: str) -> None:
        """Called by every writer at every point."""
        mine = threading.current_thread().name.startswith(FIRST)
        if mine and point == self.point and not self.reached.is_set():
            self.reached.set()
            assert self.open.wait(SECONDS)


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch) -> list[Gate]:
    """The gate in force is the last one."""
    held: list[Gate] = []
    for point in POINTS[:-1]:
        monkeypatch.setattr(SqlDesk, point, _stopping(point, getattr(SqlDesk, point), held))
    return held


def _stopping(point: str, step: Callable[..., Any], held: list[Gate]) -> Callable[..., Any]:
    def stop_before(*given: Any, **named: Any) -> Any:
        held[-1].pass_(point)
        return step(*given, **named)

    return stop_before


@pytest.fixture
def other(workspace: Workspace, workspace_url: str, tmp_path: Path) -> Iterator[Workspace]:
    """The same database as another process has it open."""
    opened = open_workspace(workspace_url, folder=tmp_path)
    yield opened
    opened.close()


def new(workspace: Workspace, entity: str, **values: Any) -> int:
    written = workspace.transact(lambda uow: records.create_in(uow, entity, values), WORKSPACE)
    return int(written.record)


def created(entity: str, **values: Any) -> Command:
    return lambda uow: records.create_in(uow, entity, values)


def changed(entity: str, record: int, **values: Any) -> Command:
    return lambda uow: records.update_in(uow, entity, record, values)


def two_new_ones(_workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """An aggregate: each writer adds one of the two."""
    return created("coupon", customer=str(customer)), created("coupon", customer=str(customer))


def two_changed_ones(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """Two related records: each writer brings one of them to the customer."""
    one, two = new(workspace, "coupon"), new(workspace, "coupon")
    return changed("coupon", one, customer=str(customer)), changed("coupon", two, customer=str(customer))


def own_and_related(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """One writes the rule's own record, the other a related one."""
    new(workspace, "coupon", customer=str(customer))
    workspace.transact(changed("customer", customer, credit="0"), WORKSPACE)
    return changed("customer", customer, credit="5"), created("coupon", customer=str(customer))


def as_far_as_it_gets(workspace: Workspace, second: Future[Any]) -> None:
    """Waits until the second writer is done or stands before a lock."""
    end = time.monotonic() + (1 if workspace.database.is_sqlite else SECONDS)  # SQLite: it waits for the whole file
    while not second.done() and time.monotonic() < end:
        if not workspace.database.is_sqlite:
            with workspace.database.read() as connection:
                if connection.scalar(BLOCKED):
                    return
        time.sleep(0.01)


def related_and_own(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """The same the other way round."""
    return own_and_related(workspace, customer)[::-1]


def together(
    workspace: Workspace, other: Workspace, gates: list[Gate], point: str, works: tuple[Command, Command]
) -> None:
    """The first is held at a point while the second goes as far as it can; then both end."""
    first, second = works
    gate = Gate(point)
    gates.append(gate)

    def held(uow: UnitOfWork) -> None:
        first(uow)
        gate.pass_("commit")

    with ThreadPoolExecutor(1, FIRST) as one, ThreadPoolExecutor(1, "second") as two:
        begun = one.submit(workspace.transact, held, WORKSPACE)
        begun.add_done_callback(lambda _done: gate.reached.set())  # it may have nothing to lock
        assert gate.reached.wait(SECONDS), point
        following = two.submit(other.transact, second, WORKSPACE)
        as_far_as_it_gets(workspace, following)
        gate.open.set()
        begun.result(SECONDS)
        following.result(SECONDS)


@pytest.mark.parametrize("works", [two_new_ones, two_changed_ones, own_and_related, related_and_own])
def test_the_edge_is_seen_once_wherever_the_first_writer_stands(
    workspace: Workspace,
    other: Workspace,
    rule: Callable[[str], str],
    gates: list[Gate],
    works: Callable[[Workspace, int], tuple[Command, Command]],
) -> None:
    rule('rule "Two" on customer when at least 2 coupons and credit > 3 then set flag = "two"')
    gates.append(Gate("nowhere"))
    for point in ("commit",) if workspace.database.is_sqlite else POINTS:
        customer = new(workspace, "customer", name=point, credit="9")
        together(workspace, other, gates, point, works(workspace, customer))
        with workspace.reading() as reading:
            found = firing_log.page(reading.connection, firing_log.FiringFilter(record=customer), 10)
            flag = reading.store.snapshots("customer", [customer])[customer]["flag"]
        assert [(row.edge, row.record) for row in found] == [("on", customer)], point
        assert flag == "two", point


def link_and_target(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """One makes a record that looks at the customer, the other changes what it looks at."""
    workspace.transact(changed("customer", customer, credit="0"), WORKSPACE)
    return created("coupon", customer=str(customer)), changed("customer", customer, credit="5")


def moved_link_and_target(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """One turns a record to the customer, the other changes what it looks at."""
    workspace.transact(changed("customer", customer, credit="0"), WORKSPACE)
    coupon = new(workspace, "coupon")
    return changed("coupon", coupon, customer=str(customer)), changed("customer", customer, credit="5")


def link_and_beside(workspace: Workspace, customer: int) -> tuple[Command, Command]:
    """One makes a record that counts its customer's coupons, the other makes one more of them."""
    return created("coupon", customer=str(customer)), created("coupon", customer=str(customer))


def turned(pair: Callable[[Workspace, int], tuple[Command, Command]]) -> Callable[..., tuple[Command, Command]]:
    """The same two the other way round."""
    return lambda workspace, customer: pair(workspace, customer)[::-1]


LOOKS_UP = 'rule "Up" on coupon when customer.credit > 3 then create customer (name = "seen")'
COUNTS_BESIDE = 'rule "Beside" on coupon when count(customer.coupons) >= 2 then create customer (name = "seen")'
COUNTS_ALL = 'rule "All" on customer when count(all coupons) >= {} then set flag = "seen"'


@pytest.mark.parametrize(
    ("text_of_rule", "works", "fires"),
    [
        (LOOKS_UP, link_and_target, 1),
        (LOOKS_UP, turned(link_and_target), 1),
        (LOOKS_UP, moved_link_and_target, 1),
        (LOOKS_UP, turned(moved_link_and_target), 1),
        (COUNTS_BESIDE, link_and_beside, 2),
    ],
    ids=["new link first", "target first", "moved link first", "target before moved link", "both beside"],
)
def test_a_new_link_and_what_is_behind_it_are_seen_together(
    workspace: Workspace,
    other: Workspace,
    rule: Callable[[str], str],
    gates: list[Gate],
    text_of_rule: str,
    works: Callable[[Workspace, int], tuple[Command, Command]],
    fires: int,
) -> None:
    published = rule(text_of_rule)
    gates.append(Gate("nowhere"))
    for times, point in enumerate(("commit",) if workspace.database.is_sqlite else POINTS, 1):
        customer = new(workspace, "customer", name=point, credit="9")
        together(workspace, other, gates, point, works(workspace, customer))
        assert len(fired_on(workspace, published)) == times * fires, point


def test_a_new_record_and_what_all_of_its_kind_look_at_are_seen_together(
    workspace: Workspace, other: Workspace, rule: Callable[[str], str], gates: list[Gate]
) -> None:
    gates.append(Gate("nowhere"))
    for number, point in enumerate(("commit",) if workspace.database.is_sqlite else POINTS, 1):
        published = rule(COUNTS_ALL.format(number).replace("All", point))
        together(workspace, other, gates, point, (created("customer", name=point), created("coupon")))
        assert len(fired_on(workspace, published)) == number, point


def fired_on(workspace: Workspace, rule: str) -> set[int]:
    """Records for which a rule fired."""
    with workspace.reading() as reading:
        return {row.record for row in firing_log.page(reading.connection, firing_log.FiringFilter(rule=rule), 100)}
