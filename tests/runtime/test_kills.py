"""Server and worker are killed apart from each other while people write: nothing confirmed is lost, nothing is doubled.

SQLite has one process, PostgreSQL one that serves and one that keeps time and works. One kill of each in the test run;
RULELOOM_SIZE=full kills thirty times.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import moment
from ruleloom.runtime.commands import accounts, tokens
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace

FULL = os.environ.get("RULELOOM_SIZE") == "full"
WRITERS, PATIENCE = 2, 120
ROOT = Path(__file__).parents[2]
RULES = (
    'rule "Tell" on customer when credit > 10 then call "erp.save" (name = name)',
    'rule "Gift" on customer when credit > 10 then create coupon (customer = this)',
    'rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"',
)


class Receiver(ThreadingHTTPServer):
    """The other system: it counts what arrives, keeps each key once, is slow at times and loses some answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiving)
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.kept: dict[str, str] = {}
        self.lock = threading.Lock()


class _Receiving(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        receiver = cast("Receiver", self.server)
        with receiver.lock:
            receiver.arrived[sent["key"], sent["name"]] += 1
            receiver.kept.setdefault(sent["key"], sent["name"])
            number = receiver.arrived.total()
        if number % 10 == 0:
            time.sleep(0.2)
        if number % 25 == 0:
            return  # done, but the answer is lost
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Process:
    """One role, started again after each kill."""

    module = "tests.runtime.killed_process"

    def __init__(self, role: str, words: list[str], log: Path) -> None:
        self.role, self._words, self._log = role, words, log
        self._running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        with self._log.open("a") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", self.module, *self._words],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self._running.stdout is not None
        assert any(line == "ready\n" for line in self._running.stdout), self._log.read_text()[-4000:]

    def kill(self) -> None:
        """SIGKILL."""
        if self._running is not None:
            self._running.kill()
            self._running.communicate()


class Writer(threading.Thread):
    """Creates customers one after another; each is sent with its own key until it is confirmed."""

    def __init__(self, number: int, port: int, secret: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._number, self._port, self._secret, self._stop_now = number, port, secret, stop
        self.confirmed: dict[str, int] = {}
        self.refused: list[Any] = []

    def run(self) -> None:
        """Until it is told to stop."""
        rng = random.Random(self._number)  # noqa: S311
        while not self._stop_now.is_set():
            name, credit = f"C{self._number}-{len(self.confirmed)}", rng.choice([5, 20])
            seen = moment(machine_now() - 60_000_000 + rng.randrange(0, 2_000_000)).isoformat()
            body = json.dumps({"values": {"name": name, "credit": str(credit), "seen": seen}})
            if self._send(body, str(uuid4())):
                self.confirmed[name] = credit

    def _send(self, body: str, key: str) -> bool:
        end = time.monotonic() + PATIENCE
        headers = {
            "Authorization": f"Bearer {self._secret}", "Content-Type": "application/json", "Idempotency-Key": key,
        }  # fmt: skip
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            try:
                connection.request("POST", "/api/v1/records/customer", body, headers)
                answer = connection.getresponse()
                said = answer.read()
                if answer.status == 201:
                    return True
                self.refused.append((answer.status, said))
                return False
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # killed; the same request again
            finally:
                connection.close()
        self.refused.append("no server")
        return False


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    yield receiver
    receiver.shutdown()
    thread.join()
    receiver.server_close()


def rows(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with workspace.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_quiet(workspace: Workspace) -> None:
    """Waits until every effect is done and no deadline is left."""
    end = time.monotonic() + PATIENCE
    open_ = "select count(*) from effects where status <> 'done'"
    waiting = "select count(*) from rule_memories where deadline is not null"
    while rows(workspace, open_) != [(0,)] or rows(workspace, waiting) != [(0,)]:
        assert time.monotonic() < end, rows(workspace, "select status, error from effects where status <> 'done'")[:5]
        time.sleep(0.2)


def kill_in_turn(processes: list[Process], writers: list[Writer], times: int, killed: Counter[str]) -> None:
    """Kills one process after the other at random points, each time when more was confirmed, and starts it anew."""
    for number in range(times):
        before = sum(len(writer.confirmed) for writer in writers)
        end = time.monotonic() + PATIENCE
        while sum(len(writer.confirmed) for writer in writers) < before + 10 and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 1))  # noqa: S311
        process = processes[number % len(processes)]
        process.kill()
        killed[process.role] += 1
        time.sleep(random.uniform(0, 0.5))  # noqa: S311 - due instants pass while nothing runs
        process.start()


def test_killed_apart_under_load(
    workspace: Workspace,
    rule: Callable[[str], str],
    workspace_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell, gift, quiet = (rule(each) for each in RULES)
    account = accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", roles=["administrator"])
    actor = accounts.actor_of(accounts.account_row(workspace, int(account.id)))
    secret, port, stop = tokens.create(workspace, actor, "load").secret, free_port(), threading.Event()
    roles = ["all"] if workspace.database.is_sqlite else ["serve", "work"]
    writers = [Writer(number, port, secret, stop) for number in range(WRITERS)]
    killed: Counter[str] = Counter()
    with receiving() as receiver:
        words = [workspace_url, str(tmp_path)]
        processes = [
            Process(role, [*words, role, str(port), str(receiver.server_port)], tmp_path / f"{role}.log")
            for role in roles
        ]
        try:
            for process in processes:
                process.start()
            for writer in writers:
                writer.start()
            kill_in_turn(processes, writers, 30 if FULL else len(processes), killed)
            stop.set()
            for writer in writers:
                writer.join(PATIENCE + 10)
            until_quiet(workspace)
        finally:
            for process in processes:
                process.kill()
        acknowledged = {name: credit for writer in writers for name, credit in writer.confirmed.items()}
        assert [refused for writer in writers for refused in writer.refused] == []
        made = Counter(str(name) for (name,) in rows(workspace, "select name from r_customer"))
        assert made == Counter(acknowledged.keys()), "each confirmed write is there, and once"
        rich = {name for name, credit in acknowledged.items() if credit > 10}
        fired = Counter(str(each) for (each,) in rows(workspace, "select rule from firings"))
        assert fired == {tell: len(rich), gift: len(rich), quiet: len(acknowledged)}
        assert len(rows(workspace, "select distinct rule, record from firings")) == fired.total()
        assert rows(workspace, "select count(*), count(distinct customer) from r_coupon") == [(len(rich), len(rich))]
        late = f"select f.at - c.seen from firings f join r_customer c on c.id = f.record where f.rule = '{quiet}'"
        dues = rows(workspace, f"{late} and f.at > c.created_at")
        assert {due for (due,) in dues} <= {60_000_000}, "each edge has its own due time"
        told = f"select e.id from effects e join firings f on f.id = e.firing where f.rule = '{tell}'"
        keys = {str(key) for (key,) in rows(workspace, told)}
        assert {key for key, _ in receiver.arrived} == keys, "delivered, always with its key"
        assert Counter(receiver.kept.values()) == Counter(rich), "once by a receiver that honours keys"
    twice = sum(many - 1 for many in receiver.arrived.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{workspace.database.url.get_backend_name()}: {dict(killed)} killed, {len(acknowledged)} writes, "
            f"{fired.total()} firings, {len(rich)} calls and {twice} repetitions\n"
        )
