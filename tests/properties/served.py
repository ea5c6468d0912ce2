"""Random histories sent through the HTTP API of processes that share a clock held by the test."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.engine import intents as i
from ruleloom.runtime.commands import accounts, tokens
from ruleloom.runtime.time.settling import settle_with_others
from tests.properties.production import Arena, Line, in_json, meant
from tests.properties.served_process import HeldClock

ROOT = Path(__file__).parents[2]
STALE, BLOCKED, TRIES = 412, "write-blocked", 8
Sent = tuple[int, str, str, str, dict[str, Any]]
"""at, operation, entity, name, values"""


class Asking:
    """One signed-in program that keeps its connection to one process."""

    def __init__(self, port: int, secret: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", sent, {**self._headers, **headers})
        answer = self._connection.getresponse()
        raw = answer.read()
        assert answer.status < 500, raw
        return answer.status, json.loads(raw) if raw else None

    def write(self, operation: str, entity: str, record: int | None, values: dict[str, Any]) -> tuple[int, Any]:
        """One write; a changed or deleted record is read first for its version, again when it moved meanwhile."""
        if operation == "create":
            return self.ask("POST", f"/records/{entity}", {"values": values})
        status, answer = 0, None
        for _ in range(TRIES):
            status, answer = self.ask("GET", f"/records/{entity}/{record}")
            if status != 200:
                return status, answer
            match = {"If-Match": f'"{answer["version"]}"'}
            if operation == "update":
                status, answer = self.ask("PATCH", f"/records/{entity}/{record}", {"values": values}, **match)
            else:
                status, answer = self.ask("DELETE", f"/records/{entity}/{record}", **match)
            if status != STALE:
                break
        return status, answer


class Served(Arena):
    """Processes over one workspace; the arena itself only empties it between histories and reads what was recorded."""

    def __init__(self, url: str, folder: Path, roles: Sequence[str]) -> None:
        self.clock = HeldClock(folder)
        super().__init__(url, folder, self.clock)
        self._url, self._folder, self._roles = url, folder, roles
        self._processes: list[subprocess.Popen[str]] = []
        self.asking: list[Asking] = []

    def start(self) -> None:
        """Starts the processes, once the workspace is drawn."""
        self.begin("UTC")
        account = accounts.create(self.workspace, WORKSPACE, "Ada", "ada@example.com", roles=["administrator"])
        actor = accounts.actor_of(accounts.account_row(self.workspace, int(account.id)))
        secret = tokens.create(self.workspace, actor, "test").secret
        words = [sys.executable, "-m", "tests.properties.served_process", self._url, str(self._folder)]
        with (self._folder / "processes.log").open("w") as log:
            self._processes = [
                subprocess.Popen(
                    [*words, role], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
                )
                for role in self._roles
            ]
        said = [cast("Any", process.stdout).readline().strip() for process in self._processes]
        assert all(said), (self._folder / "processes.log").read_text()
        self.asking = [Asking(int(word), secret) for word in said if word.isdigit()]

    def stop(self) -> None:
        """Ends the processes."""
        for each in self.asking:
            each.close()
        for process in self._processes:
            process.kill()
            process.communicate()
        self.workspace.close()

    def set_time(self, instant: int) -> None:
        """The same for all processes."""
        self.clock.set(instant)

    def publish(self, texts: Sequence[str]) -> None:
        """Through one process; the others obey it with their next write."""
        for each in texts:
            status, drawn = self.asking[0].ask("POST", "/rules", {"content": {"text": each, "language": "en"}})
            assert status == 201, drawn
            status, answer = self.asking[0].ask("POST", f"/rules/{drawn['id']}/publish", {})
            assert status == 200, answer

    def one_by_one(
        self, texts: Sequence[str], events: Sequence[Sent], until: int, lazily: bool
    ) -> tuple[list[Line], Any]:
        """Each event through another process than the one before; blocked lines as (at, message)."""
        self.publish(texts)
        ids: dict[str, int] = {}
        played: list[tuple[int, i.Write]] = []
        blocked: list[Line] = []
        for place, (at, operation, entity, name, values) in enumerate(events):
            self.set_time(at)
            if not lazily:
                settle_with_others(self.workspace)
            given = meant(values, ids)
            known = ids.get(name, 7)
            shown = in_json(given)
            status, answer = self.asking[place % len(self.asking)].write(operation, entity, known, shown)
            if operation == "create" and status == 201:
                ids[name] = known = int(answer["record"]["id"])
            if status < 300 or is_blocked(answer):
                played.append((at, write_of(operation, entity, known if status < 300 else -place - 1, known, given)))
            if is_blocked(answer):
                blocked += [(at, 0, "", "", "blocked", error["message"]) for error in answer["errors"]]
        return self._end(until, blocked), played

    def together(self, texts: Sequence[str], events: Sequence[Sent], until: int) -> tuple[list[Line], Any]:
        """Events of one instant at once, through all processes; played in the order of the change log.

        Blocked writes are left out: where in that order they were refused the log does not say.
        """
        self.publish(texts)
        ids: dict[str, int] = {}
        played: list[tuple[int, i.Write]] = []
        with ThreadPoolExecutor(len(self.asking)) as pool:
            for at, group in groupby(events, key=lambda event: event[0]):
                self.set_time(at)
                settle_with_others(self.workspace)
                last, sent = self._last_change(), [(*event[1:4], meant(event[4], ids)) for event in group]
                shares = [sent[place :: len(self.asking)] for place in range(len(self.asking))]
                made = [
                    each for share in pool.map(self._send, self.asking, shares, [ids] * len(shares)) for each in share
                ]
                ids |= {name: record for name, record, _, _ in made}
                played += [(at, write) for write in in_order(made, self._logged(last))]
        return self._end(until, []), played

    @staticmethod
    def _send(asking: Asking, share: Sequence[Any], ids: dict[str, int]) -> list[tuple[str, int, str, i.Write]]:
        made = []
        for operation, entity, name, values in share:
            shown = in_json(values)
            status, answer = asking.write(operation, entity, ids.get(name, 7), shown)
            assert status != STALE, answer
            if status < 300:
                record = int(answer["record"]["id"]) if operation == "create" else ids[name]
                made.append((name, record, operation, write_of(operation, entity, record, record, values)))
        return made

    def _end(self, until: int, blocked: list[Line]) -> list[Line]:
        self.set_time(until)
        settle_with_others(self.workspace)
        return plain(self._firings() + blocked)

    def _last_change(self) -> int:
        with self.workspace.database.read() as connection:
            return int(connection.scalar(text("select max(id) from changes")) or 0)

    def _logged(self, after: int) -> list[tuple[str, int]]:
        """What people changed since, in the order of the log: operation and record."""
        asked = text("select operation, record, cause from changes where id > :after order by id")
        with self.workspace.database.read() as connection:
            rows = connection.execute(asked, {"after": after}).all()
        causes = [cause if isinstance(cause, dict) else json.loads(cause or "{}") for _, _, cause in rows]
        return [(row[0], row[1]) for row, cause in zip(rows, causes, strict=True) if cause.get("kind") == "person"]


def in_order(made: Sequence[tuple[str, int, str, i.Write]], logged: Sequence[tuple[str, int]]) -> Iterator[i.Write]:
    """Writes that were made, in the order of the log; those that left everything as it was are not in it."""
    by_change = {(operation, record): write for _, record, operation, write in made}
    return (by_change[change] for change in logged if change in by_change)


def write_of(operation: str, entity: str, new: int, known: int, values: dict[str, Any]) -> i.Write:
    """An event as the simulation takes it."""
    if operation == "create":
        return i.CreateRecord(entity, values, new)
    return i.UpdateRecords(entity, {known: values}) if operation == "update" else i.DeleteRecord(entity, known)


def is_blocked(answer: Any) -> bool:
    """Whether rules refused the write."""
    return isinstance(answer, dict) and any(error["code"] == BLOCKED for error in answer.get("errors", ()))


def plain(lines: Sequence[Line]) -> list[Line]:
    """In order; a refusal over HTTP does not say which rule and record it was."""
    return sorted((line[0], 0, "", "", *line[4:]) if line[4] == "blocked" else line for line in lines)


def one_each(events: Sequence[Sent]) -> list[Sent]:
    """The history with a write for each record of a bulk edit, which is no request of its own."""
    return [
        (at, "update" if operation == "bulk" else operation, entity, one, given)
        for at, operation, entity, name, values in events
        for one, given in (values.items() if operation == "bulk" else [(name, values)])
    ]


def in_groups(events: Sequence[Sent], size: int) -> list[Sent]:
    """The history with so many events at each instant, but no two of one record, and different times of orders."""
    made: list[Sent] = []
    names: list[str] = []
    at = 0
    for place, (instant, operation, entity, name, values) in enumerate(events):
        if len(names) >= size or name in names or not names:
            names, at = [], instant
        names.append(name)
        apart = {**values, "ordered_at": values["ordered_at"] + place} if values.get("ordered_at") else values
        made.append((at, operation, entity, name, apart))
    return made


@contextmanager
def served(url: str, folder: Path, roles: Sequence[str]) -> Iterator[Served]:
    """Processes with these roles over a workspace."""
    made = Served(url, folder, roles)
    try:
        made.start()
        yield made
    finally:
        made.stop()
