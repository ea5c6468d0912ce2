"""One write transaction: who writes, when, on what published state, and the road of one change through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from ruleloom.access import Actor
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import Write
from ruleloom.forms.entity import USER
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.ports import Cause, Outcome, Unsettled
from ruleloom.runtime.rules.published import Published
from ruleloom.runtime.writing import collecting
from ruleloom.runtime.writing.backlog import SqlBacklog
from ruleloom.runtime.writing.desk import SqlDesk
from ruleloom.storage.database import Connection
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.outset import Outset
from ruleloom.storage.records import shown
from ruleloom.storage.records.records import Records
from ruleloom.storage.schema.definitions import Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

T = TypeVar("T")
TOGETHER = 100
"""Due instants settled together, where that is the same as one by one."""
TIME = "time"
"""Origin of the transactions in which the clock settles what is due."""


class UnitOfWork:
    """Made by `Workspace.transact`; commands write through it and through nothing else."""

    published: Published
    records: Records
    desk: SqlDesk
    pipeline: Pipeline

    def __init__(
        self,
        workspace: Workspace,
        connection: Connection,
        published: Published,
        actor: Actor,
        origin: str,
        begun: Outset,
    ) -> None:
        """`begun`: how things stood when the transaction began."""
        self.workspace = workspace
        self.connection = connection
        self.actor = actor
        self.origin = origin
        self.reference: int | None = None
        """What the origin speaks of: the undo that writes."""
        self.wrote = False
        self.definitions = Definitions(connection)
        self._begun = begun
        self._now = workspace.instant(begun)
        self._refused: RuleloomError | None = None
        self.backlog = SqlBacklog(self)
        self._begin(published)

    def use(self, published: Published) -> None:
        """Goes on with another published state: of a transaction that publishes something."""
        self._begun = self._begun._replace(person_version=None)
        if self.backlog.opened:
            self.pipeline.finish()
        self.desk.keep_counts()
        self._begin(published)

    def _begin(self, published: Published) -> None:
        self.published = published
        self.records = Records(self.connection, published.catalogue)
        self.desk = SqlDesk(self)
        self.pipeline = Pipeline(self.desk, published.book)

    @property
    def now(self) -> int:
        """The instant of this transaction, as read last: when it began, and after the locks of each write."""
        return self._now

    def read_clock(self) -> int:
        """Asks the clock again: where others write at the same time, each time all locks of a write are held."""
        self._now = self.workspace.now(self.connection, writing=True)
        return self._now

    @property
    def user(self) -> int | None:
        """The writing person's record id; None for the workspace."""
        return self.actor.user if isinstance(self.actor.user, int) else None

    def stamp(self) -> Stamp:
        """When, who and why, for the logs."""
        return Stamp(self.now, self.user, {"kind": self.origin})

    def own_title(self) -> Mapping[tuple[str, int], Value]:
        """What the writing person is called, where that needs no question: most records name who made them."""
        version, user = self._begun.person_version, self.user
        if version is None or user is None or USER in self.records.changed:
            return {}

        def read() -> Value:
            return shown.titles(self.connection, self.published.catalogue, USER, [user]).get(user)

        return {(USER, user): self.workspace.sessions.title(user, (version, self.published.version), read)}

    def change(self, write: Write) -> Outcome:
        """Takes one write down the road of one change (hops 3 to 9)."""
        self.wrote = True
        return self.pipeline.change(write, self.now, Cause(self.user, origin=self.origin, reference=self.reference))

    def find_by_key(self, entity: str, field: str, value: Value) -> int | None:
        """The live record whose field has this value."""
        return self.records.find(entity, field, [value]).get(value)

    def settle_some(self, most: int) -> tuple[int, int | None]:
        """Settles what is due first: many instants together where that is the same, at most about so many, else one.

        How many instants it was, and the last of them; None when nothing is due or others have in hand what is.
        """
        together = collecting.settle(self, most) if most > 1 else None
        if together is not None:
            return together
        instant = self.pipeline.tick(self.now)
        return 0 if instant is None else 1, instant

    def settle_all(self) -> bool:
        """Settles everything due by now, at its own due times; whether there was anything."""
        if self.settle_some(TOGETHER)[1] is None:
            return False
        while self.settle_some(TOGETHER)[1] is not None:
            pass
        return True

    # ---- used by Workspace.transact

    def carry_out(self, command: Callable[[UnitOfWork], T]) -> T | None:
        """Settles what is due, then runs the command; when that is refused, what was settled is committed all the same.

        The refusal is kept for `answer`; the command is undone as a whole.
        """
        if self.origin == TIME or not self._settled():
            return command(self)
        try:
            with self.desk.undoing():
                return command(self)
        except RuleloomError as refused:
            self._refused, self.wrote = refused, True
            return None

    def _settled(self) -> bool:
        """Settles every edge, tick and wait due by now, at their own due times; whether there was any.

        What is put off takes transactions of its own, before this one (`Workspace.transact`).
        """
        due = self._begun.earliest
        if due is None or due > self.now:
            return False
        if self.backlog.earliest() is not None:
            raise Unsettled
        if not self.settle_all():
            return False
        self.wrote = True
        self.desk.keep_counts()
        self.desk.entered.clear()
        self.desk.warnings.clear()
        return True

    def end(self) -> None:
        """Lets go of the parts that know it: so all of it is gone at once, and no collector has to look for it."""
        del self.desk, self.backlog, self.pipeline

    def answer(self, result: T | None) -> T:
        """The command's result, or the refusal that it met."""
        if self._refused is not None:
            raise self._refused
        return result  # type: ignore[return-value]  # None only where the command says so
