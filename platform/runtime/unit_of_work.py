"""One write transaction: who writes, when, on what published state, and the road of one change through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ruleloom.access import Actor
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import Write
from ruleloom.runtime.desk import SqlDesk
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.ports import Blocked, Cause, Outcome
from ruleloom.runtime.published import Published
from ruleloom.storage.change_log import Stamp
from ruleloom.storage.database import Connection
from ruleloom.storage.definitions import Definitions
from ruleloom.storage.records import Records

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

T = TypeVar("T")


class UnitOfWork:
    """Made by `Workspace.transact`; commands write through it and through nothing else."""

    def __init__(
        self, workspace: Workspace, connection: Connection, published: Published, actor: Actor, origin: str
    ) -> None:
        self.workspace = workspace
        self.connection = connection
        self.actor = actor
        self.origin = origin
        self.wrote = False
        self.definitions = Definitions(connection)
        self._now: int | None = None
        self._blocked: Blocked | None = None
        self.use(published)

    def use(self, published: Published) -> None:
        """Goes on with another published state: of a transaction that publishes something."""
        self.published = published
        self.records = Records(self.connection, published.catalogue)
        self.desk = SqlDesk(self)
        self.pipeline = Pipeline(self.desk, published.book)

    @property
    def now(self) -> int:
        """The instant of this transaction: read once, at the first question, after the locks that came before it."""
        if self._now is None:
            self._now = self.workspace.now(self.connection)
        return self._now

    @property
    def user(self) -> int | None:
        """The writing person's record id; None for the workspace."""
        return self.actor.user if isinstance(self.actor.user, int) else None

    def stamp(self) -> Stamp:
        """When, who and why, for the logs."""
        return Stamp(self.now, self.user, {"kind": self.origin})

    def change(self, write: Write) -> Outcome:
        """Takes one write down the road of one change (hops 3 to 9)."""
        self.wrote = True
        return self.pipeline.change(write, self.now, Cause(self.user, origin=self.origin))

    def find_by_key(self, entity: str, field: str, value: Value) -> int | None:
        """The live record whose field has this value."""
        return self.records.find(entity, field, [value]).get(value)

    # ---- used by Workspace.transact

    def carry_out(self, command: Callable[[UnitOfWork], T]) -> T | None:
        """Runs the command; a blocked write is kept for `answer`, because what was settled before it is committed."""
        try:
            return command(self)
        except Blocked as blocked:
            self._blocked = blocked
            self.wrote = True
            return None

    def answer(self, result: T | None) -> T:
        """The command's result, or the `Blocked` that it met."""
        if self._blocked is not None:
            raise self._blocked
        return result  # type: ignore[return-value]  # None only where the command says so
