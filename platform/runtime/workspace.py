"""An open workspace: its database, clock, ids, and what is published, held in memory per version of the rule set."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ruleloom.access import Actor
from ruleloom.forms.entity import Entity, Model
from ruleloom.runtime.ids import PROCESSES, IdMaker
from ruleloom.runtime.people.known import Claim, KnownSessions
from ruleloom.runtime.pipeline.ports import Unsettled
from ruleloom.runtime.rules import published
from ruleloom.runtime.rules.published import Published
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.storage import counter, outset, server_clock
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.database import Connection, Database, StatementFailed, is_retriable
from ruleloom.storage.facts.store import SqlStore
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import change_log
from ruleloom.storage.outset import Outset

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

FAN_OUT = 1_000
REPEATS = 5
"""How often a command is repeated after a deadlock or a serialisation failure before it fails."""
HOME_VARIABLE = "RULELOOM_HOME"
CLOCK_FLOOR, PREPARED = "clock_floor", "prepared"
_LOOKED_AT = (settings.RULE_SET_VERSION, settings.CLOCK_OFFSET, CLOCK_FLOOR)
_OUTSET = outset.Question(_LOOKED_AT)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A read transaction with what is published, at one instant."""

    connection: Connection
    published: Published
    store: SqlStore
    now: int


class Workspace:
    """One workspace. Threads share it; every transaction gets a connection of its own."""

    def __init__(
        self,
        database: Database,
        *,
        process: int | None = None,
        folder: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`process`: the number that keeps ids apart; by default one that no other open workspace holds."""
        self.database = database
        self.folder = folder or _folder_of(database)
        self._held = ExitStack()
        self.ids = IdMaker(self._number() if process is None else process)
        self.clock = clock or Clock()
        self.restless: set[str] = set()
        """Contents of rules that once did what cannot be settled together with others: they are settled alone."""
        self.sessions = KnownSessions()
        self.fan_out = FAN_OUT
        """Affected records of one write beyond which its evaluation is put off and the write answered at once."""
        self.committed: list[Callable[[UnitOfWork], None]] = []
        """Called after each commit: the clock thread and the worker look whether there is something for them."""
        self.hand_over: Callable[[str, int, int], None] = _leave_to_others
        """Gives a long run (kind, id, how far it is) to the worker of this process, where there is one."""
        self._published: Published | None = None
        self._lock = threading.Lock()
        with database.read() as connection:
            self.name = str(settings.read(connection, published.NAME, "Ruleloom"))
            self.demo = bool(settings.read(connection, published.DEMO, False))
            self.look(connection)
            self.clock.seen(0, change_log.last_instant(connection))

    # ---- what is published

    @property
    def published(self) -> Published:
        """What this process knows to be published; see `refreshed`."""
        if self._published is None:
            with self.database.read() as connection:
                self.look(connection)
        assert self._published is not None  # noqa: S101 - set by look
        return self._published

    def look(self, connection: Connection) -> Published:
        """Reads the version of the rule set and, when it moved, everything published; also the clock's row."""
        return self._look(connection, settings.read_all(connection, _LOOKED_AT))

    def _look(self, connection: Connection, kept: Mapping[str, Any]) -> Published:
        known = self._published
        found = published.load(connection, known, int(kept.get(settings.RULE_SET_VERSION, 0)))
        if found is not known:
            with self._lock:
                if self._published is None or found.version >= self._published.version:
                    self._published = found
        self.clock.seen(kept.get(settings.CLOCK_OFFSET, 0), kept.get(CLOCK_FLOOR, 0))
        return found

    def refreshed(self) -> Published:
        """What is published now."""
        with self.database.read() as connection:
            return self.look(connection)

    @property
    def model(self) -> Model:
        """The published model."""
        return self.published.model

    def entity(self, key: str) -> Entity:
        """The entity of a key; `Missing` (404) when there is none."""
        return self.published.entity(key)

    # ---- transactions

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction."""
        with self.database.read() as connection:
            found = self.look(connection)
            yield Reading(connection, found, SqlStore(connection, found.catalogue), self.now(connection))

    def now(self, connection: Connection, *, writing: bool = False) -> int:
        """The workspace's present instant, by the database's clock where it has one.

        `writing`: no process is told an earlier one afterwards; ask when all locks are held.
        """
        if self.clock.controlled:
            return self.clock.now()
        return self.clock.now(server_clock.tell(connection) if writing else server_clock.look(connection))

    def instant(self, begun: Outset) -> int:
        """The instant at which a transaction began."""
        return self.clock.now() if self.clock.controlled else self.clock.now(begun.now)

    def transact(self, command: Callable[[UnitOfWork], T], actor: Actor, origin: str = "person") -> T:
        """Runs a command in one transaction; the whole command is repeated after a deadlock, at most `REPEATS` times.

        What was due is settled first and stays so when the command is refused; any other error undoes everything.
        Where the actor is a `Claim`, it is confirmed within the transaction first.
        """
        attempt = 0
        while True:
            try:
                return self._once(command, actor, origin)
            except Unsettled:
                from ruleloom.runtime.time.settling import settle

                settle(self)
                continue
            except StatementFailed as error:
                attempt += 1
                if not is_retriable(error) or attempt == REPEATS:
                    raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - so that two do not meet again

    def _once(self, command: Callable[[UnitOfWork], T], actor: Actor, origin: str) -> T:
        from ruleloom.runtime.writing.unit_of_work import UnitOfWork

        with self.database.write() as connection:
            if isinstance(actor, Claim):
                begun = _OUTSET.ask(connection, actor.session, machine_now())
                actor = self.sessions.confirmed(actor, begun)
            else:
                begun = _OUTSET.ask(connection)
            published = self._look(connection, begun.settings)
            uow = UnitOfWork(self, connection, published, actor, origin, begun)
            result = uow.carry_out(command)
            uow.desk.keep_counts()
            if uow.wrote:
                counter.bump(connection)
        for listener in self.committed:
            listener(uow)
        uow.end()
        return uow.answer(result)

    def is_new(self) -> bool:
        """Whether the built-in tables are still missing."""
        with self.database.read() as connection:
            return not settings.read(connection, PREPARED, False)

    def check(self) -> str:
        """Reads one row; the name of the database's kind."""
        with self.database.read() as connection:
            settings.rule_set_version(connection)
        return self.database.url.get_backend_name()

    def set(self, **values: Any) -> None:
        """Writes settings of the workspace (`timezone`, `name`, `demo` …)."""
        with self.database.write() as connection:
            for key, value in values.items():
                settings.write(connection, key, value)
            settings.raise_rule_set_version(connection)
        self.name, self.demo = str(values.get("name", self.name)), bool(values.get("demo", self.demo))

    def close(self) -> None:
        """Gives the number and the connections back."""
        self._held.close()
        self.database.close()

    def _number(self) -> int:
        """A number for ids that no other process of this database holds, kept until the workspace is closed."""
        if self.database.is_sqlite and self.database.url.database in (None, "", ":memory:"):
            return 0
        for number in range(PROCESSES):
            if self._held.enter_context(lease(self.database, f"ids-{number}", self.folder)):
                return number
        raise RuntimeError(f"more than {PROCESSES} processes on one database")


def _leave_to_others(_kind: str, _number: int, _far: int) -> None:
    """No worker here: the next sweep of any worker finds it."""


def _folder_of(database: Database) -> Path:
    """Where files are kept unless said otherwise: beside an SQLite database, else in `home()`."""
    name = database.url.database
    return Path(name).resolve().parent if database.is_sqlite and name not in (None, "", ":memory:") else home()


def home() -> Path:
    """The folder for databases and files when nothing is said: `RULELOOM_HOME`, else `var` in the working folder."""
    return Path(os.environ.get(HOME_VARIABLE) or "var").resolve()
