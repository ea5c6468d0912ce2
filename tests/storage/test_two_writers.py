"""Two writers at once, on both databases: nobody overwrites the other, and numbers are given once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import text

from ruleloom.storage import counter, workspace_settings
from ruleloom.storage.conflicts import StaleVersion
from ruleloom.storage.database import Database
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.records import NewRecord, Records, RecordUpdate
from ruleloom.storage.schema.catalogue import Catalogue

THREADS = 4


def together(work: Callable[[int], None]) -> None:
    """Runs the work in several threads that begin at the same time; the first exception is raised."""
    barrier, failed = threading.Barrier(THREADS), list[BaseException]()

    def begin(number: int) -> None:
        try:
            barrier.wait(timeout=10)
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    if failed:
        raise failed[0]


def test_of_writers_with_the_same_version_one_wins(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("customer", [NewRecord(1, {"name": "x"})], Stamp(1))
    won: list[int] = []
    lost: list[int] = []

    def write(number: int) -> None:
        try:
            with workspace.write() as connection:
                update = RecordUpdate(1, {"name": f"by {number}"}, version=1)
                Records(connection, catalogue).update("customer", [update], Stamp(2))
            won.append(number)
        except StaleVersion:
            lost.append(number)

    together(write)
    assert (len(won), len(lost)) == (1, THREADS - 1)
    with workspace.read() as connection:
        found = Records(connection, catalogue).read("customer", [1])[1]
    assert (found["name"], found["version"]) == (f"by {won[0]}", 2)


def test_writers_that_add_to_what_they_read_lose_nothing(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("customer", [NewRecord(1, {"credit": Decimal(0)})], Stamp(1))

    def add(_number: int) -> None:
        for _ in range(5):
            with workspace.write() as connection:
                records = Records(connection, catalogue)
                credit = records.read("customer", [1], lock=True)[1]["credit"]
                assert isinstance(credit, Decimal)
                records.update("customer", [RecordUpdate(1, {"credit": credit + 1})], Stamp(2))
                counter.bump(connection)

    together(add)
    with workspace.read() as connection:
        assert Records(connection, catalogue).read("customer", [1])[1]["credit"] == 5 * THREADS
        assert counter.current(connection) == 5 * THREADS


def test_running_numbers_are_given_once(workspace: Database, catalogue: Catalogue) -> None:
    def create(number: int) -> None:
        for place in range(5):
            with workspace.write() as connection:
                few = [NewRecord(1000 * number + 10 * place + n + 1, {}) for n in range(3)]
                Records(connection, catalogue).insert("line", few, Stamp(1))

    together(create)
    ids = [1000 * number + 10 * place + n + 1 for number in range(THREADS) for place in range(5) for n in range(3)]
    with workspace.read() as connection:
        found = Records(connection, catalogue).read("line", ids)
    positions = sorted(int(str(snapshot["position"])) for snapshot in found.values())
    assert positions == list(range(1, len(ids) + 1))


def test_a_setting_may_be_set_by_several_at_once(workspace: Database) -> None:
    """As the clock's floor is by the processes that settle what is due."""

    def write(number: int) -> None:
        for place in range(10):
            with workspace.write() as connection:
                workspace_settings.write(connection, "clock_floor", 10 * number + place)

    together(write)
    with workspace.read() as connection:
        assert workspace_settings.read(connection, "clock_floor") in {10 * number + 9 for number in range(THREADS)}


def test_a_connection_that_the_server_closed_is_given_to_nobody(workspace: Database) -> None:
    if workspace.is_sqlite:
        pytest.skip("SQLite has no server")
    with workspace.read() as connection:
        lost = connection.scalar(text("select pg_backend_pid()"))
    other = Database(workspace.url)
    with other.read() as connection:
        connection.execute(text("select pg_terminate_backend(:lost, 5000)"), {"lost": lost})
    other.close()
    with workspace.read() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) != lost
    with workspace.glance() as connection:
        assert connection.scalar(text("select 1")) == 1
