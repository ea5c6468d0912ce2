"""Two processes on one database: what one publishes the other obeys, and neither hides an edge from the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions, records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.showing import reading
from ruleloom.runtime.workspace import Workspace

BIG = {"text": 'rule "Big" on customer when credit > 10 then set flag = "big"', "language": "en"}
TWO = 'rule "Two" on customer when at least 2 coupons then set flag = "two"'
KEY = "5f0c7e0a-3f7b-4a7e-9f5d-0c6a1d2e3f40"


@pytest.fixture
def other(workspace: Workspace, workspace_url: str, tmp_path: Path) -> Iterator[Workspace]:
    """The same database as another process has it open: with a memory of its own."""
    opened = open_workspace(workspace_url, folder=tmp_path)
    yield opened
    opened.close()


def create(workspace: Workspace, entity: str, **values: Any) -> records.Written:
    return records.create(workspace, WORKSPACE, entity, values, show=lambda _uow, written: written)


def test_a_rule_of_one_process_is_obeyed_by_the_next_write_of_the_other(workspace: Workspace, other: Workspace) -> None:
    assert create(other, "customer", name="A", credit="11").firings == []
    drawn = definitions.create(workspace, WORKSPACE, "rule", BIG)
    assert create(other, "customer", name="B", credit="11").firings == []
    definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id))
    fired = create(other, "customer", name="C", credit="11")
    assert (len(fired.firings), (fired.snapshot or {})["flag"]) == (1, "big")
    definitions.pause(other, WORKSPACE, "rule", str(drawn.id))
    assert create(workspace, "customer", name="D", credit="11").firings == []
    definitions.resume(other, WORKSPACE, "rule", str(drawn.id))
    assert len(create(workspace, "customer", name="E", credit="11").firings) == 1
    definitions.delete(workspace, WORKSPACE, "rule", str(drawn.id))
    assert create(other, "customer", name="F", credit="11").firings == []


def test_who_writes_while_another_has_written_but_not_committed_sees_the_edge(
    workspace: Workspace, other: Workspace, rule: Callable[[str], str]
) -> None:
    """The first writer is held between its write and its commit; the second must wait, then count both coupons."""
    rule(TWO)
    customer = str(create(workspace, "customer", name="A").record)
    written, go_on = threading.Event(), threading.Event()

    def held(_uow: object, done: records.Written) -> records.Written:
        written.set()
        assert go_on.wait(20)
        return done

    def second() -> tuple[float, records.Written]:
        assert written.wait(20)
        found = create(other, "coupon", customer=customer, code="2")
        return time.monotonic(), found

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(
            records.create, workspace, WORKSPACE, "coupon", {"customer": customer, "code": "1"}, show=held
        )
        two = pool.submit(second)
        assert written.wait(20)
        time.sleep(0.4)
        assert not two.done()
        released = time.monotonic()
        go_on.set()
        assert one.result(20).firings == []
        ended, found = two.result(20)
    assert ended > released
    assert len(found.firings) == 1
    flag = reading.record(other, WORKSPACE, "customer", customer).values["flag"][1]
    assert flag == "two"


def test_a_record_that_changes_its_parent_meanwhile_is_counted_where_it_is(
    workspace: Workspace, other: Workspace, rule: Callable[[str], str]
) -> None:
    """One process moves a coupon to the customer to whom the other gives one: together two, one firing."""
    rule(TWO)
    poor, rich = (str(create(workspace, "customer", name=name).record) for name in ("poor", "rich"))
    moved = create(workspace, "coupon", customer=poor, code="1")
    barrier = threading.Barrier(2)

    def move() -> int:
        barrier.wait(20)
        values = {"customer": rich}
        done = records.update(
            workspace, WORKSPACE, "coupon", str(moved.record), values, 1, show=lambda _uow, written: written
        )
        return len(done.firings)

    def give() -> int:
        barrier.wait(20)
        return len(create(other, "coupon", customer=rich, code="2").firings)

    with ThreadPoolExecutor(2) as pool:
        assert sum(each.result(30) for each in (pool.submit(move), pool.submit(give))) == 1
    assert reading.record(workspace, WORKSPACE, "customer", rich).values["flag"][1] == "two"


def test_one_idempotency_key_in_two_processes_gives_one_record(workspace: Workspace, other: Workspace) -> None:
    barrier = threading.Barrier(4)

    def send(process: Workspace) -> str:
        barrier.wait(20)
        return records.create(
            process, WORKSPACE, "customer", {"name": "Once"}, key=KEY, show=lambda _uow, done: str(done.record)
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, (workspace, other, workspace, other)))
    assert len(set(answers)) == 1
    found = reading.records(workspace, WORKSPACE, "customer").items
    assert [str(each.id) for each in found] == answers[:1]
