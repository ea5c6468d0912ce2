"""The machine's clock is set back and forward by an hour while deadlines fall due: nothing is lost, nothing doubled.

Through the product: processes that serve, keep time and work. On SQLite the clock of the process is wrong, on
PostgreSQL that of the database, which tells the time there.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import HOUR, MINUTE, SECOND, moment
from ruleloom.runtime.commands import accounts, tokens
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace
from tests.runtime.test_kills import PATIENCE, Process, free_port, rows

QUIET = 'rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet" create coupon (customer = this)'
HOURLY = 'rule "Hourly" on customer every 1 hours then warn "x"'
STEPPED = """
create schema stepped;
create table stepped.wrong (nanoseconds bigint);
insert into stepped.wrong values (0);
create function stepped.clock_timestamp() returns timestamptz language sql volatile as
  $$ select pg_catalog.clock_timestamp() + (select nanoseconds from stepped.wrong) / 1000 * interval '1 microsecond' $$;
"""


class MachineClock:
    """The clock that the processes ask."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace, self.file = workspace, folder / "wrong"
        self._postgresql = not workspace.database.is_sqlite
        self.file.write_text("0")
        if self._postgresql:
            with workspace.database.write() as connection:
                connection.execute(text(STEPPED))
                name = connection.scalar(text("select current_database()"))
                path = f'alter database "{name}" set search_path = stepped, pg_catalog, public'
                connection.execute(text(path))  # of connections that are made from now on

    def set(self, hours: int) -> None:
        """It is wrong by so many hours from now on."""
        wrong = hours * HOUR * 1_000
        if self._postgresql:
            with self._workspace.database.write() as connection:
                connection.execute(text(f"update stepped.wrong set nanoseconds = {wrong}"))
            return
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(wrong))
        fresh.replace(self.file)


class Stepped(Process):
    """One role, with the clock of the test."""

    module = "tests.runtime.stepped_process"


class Writer:
    """Creates customers that are due so many seconds after the real present."""

    def __init__(self, port: int, secret: str) -> None:
        self._port, self._secret, self.number = port, secret, 0

    def create(self, *seconds: float) -> None:
        """One customer for each; each is confirmed before the next."""
        for after in seconds:
            self.number += 1
            seen = machine_now() + int(after * SECOND) - MINUTE
            body = json.dumps({"values": {"name": str(self.number), "seen": moment(seen).isoformat()}})
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/records/customer", body, headers)
            answer = connection.getresponse()
            assert answer.status == 201, answer.read()
            connection.close()


@contextmanager
def running(workspace: Workspace, clock: MachineClock, url: str, folder: Path, port: int) -> Iterator[None]:
    roles = ["all"] if workspace.database.is_sqlite else ["serve", "work"]
    words = [str(clock.file), url, str(folder)]
    processes = [Stepped(role, [*words, role, str(port), "0"], folder / f"{role}.log") for role in roles]
    try:
        for process in processes:
            process.start()
        until(lambda: answers(port), "somebody serves")
        yield
    finally:
        for process in processes:
            process.kill()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_nothing_is_lost_or_doubled_when_the_clock_is_stepped(
    workspace: Workspace, rule: Callable[[str], str], workspace_url: str, tmp_path: Path
) -> None:
    quiet, hourly = rule(QUIET), rule(HOURLY)
    account = accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", roles=["administrator"])
    actor = accounts.actor_of(accounts.account_row(workspace, int(account.id)))
    secret, port = tokens.create(workspace, actor, "steps").secret, free_port()
    clock, writer = MachineClock(workspace, tmp_path), Writer(port, secret)

    def fired() -> int:
        return len(rows(workspace, f"select id from firings where rule = '{quiet}'"))

    def waiting() -> int:
        return len(rows(workspace, "select rule from rule_memories where deadline is not null"))

    began = machine_now()
    with running(workspace, clock, workspace_url, tmp_path, port):
        writer.create(-5, 0.5, 1, 2)
        until(lambda: fired() == 4, "what falls due fires")
        writer.create(1, 1.5, 600, 1200)
        clock.set(-1)  # the workspace's time stands still: nothing is due earlier or later than it says
        writer.create(-5, 0.2, 0.4, 900)
        assert fired() <= 4 + 3
        clock.set(0)
        until(lambda: fired() == 4 + 2 + 3, "it goes on where it stood")
        clock.set(1)  # the next hour passes in a moment
        until(lambda: waiting() == 0, "what falls due in that hour fires")
        assert fired() == writer.number
        writer.create(1800, 3700, 4000)
        clock.set(0)  # back again: it stands still for an hour
        writer.create(-5, 3650)
        clock.set(2)
        until(lambda: waiting() == 0, "the last hour")
    ended = machine_now() + 2 * HOUR
    asked = "select f.at, c.seen, c.created_at from firings f join r_customer c on c.id = f.record"
    found = rows(workspace, f"{asked} where f.rule = '{quiet}'")
    assert len(found) == writer.number
    dues = [(int(str(at)), max(int(str(seen)) + MINUTE, int(str(created)))) for at, seen, created in found]
    assert [at for at, _ in dues] == [due for _, due in dues], "each fires once, at its own due time"
    assert rows(workspace, "select count(*), count(distinct customer) from r_coupon") == [(writer.number,) * 2]
    ticks = [
        int(str(at))
        for (at,) in rows(workspace, f"select distinct at from firings where rule = '{hourly}' order by at")
    ]
    whole = list(range(began // HOUR * HOUR + HOUR, ended + 1, HOUR))
    assert ticks == whole[: len(ticks)], "no hour is left out"
    assert len(ticks) >= len(whole) - 1
    twice = f"select record, at from firings where rule = '{hourly}' group by record, at having count(*) > 1"
    assert rows(workspace, twice) == [], "and none comes twice"
    written = [int(str(at)) for (at,) in rows(workspace, "select created_at from r_customer order by id")]
    assert written == sorted(written), "for those who write, time never runs back"
