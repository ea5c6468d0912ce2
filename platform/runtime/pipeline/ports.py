"""What the road of one change asks of a workspace beside reading: one protocol for production and simulation.

`engine.store.Store` is the reading half and the engine's memory; `Desk` adds writing. Everything a desk does between
two calls of `Pipeline` belongs to one transaction that the caller opened and commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import Effect, Write
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import Edge, RecordChange, Snapshot, Store
from ruleloom.messages import RuleloomError

LONGEST_CHAIN = 16
"""A firing caused by a chain of so many firings before it is stopped."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what writes: a person (`actor`), or a rule's firing at a depth; origin says import, sync, undo …"""

    actor: RecordId | None = None
    firing: Firing | None = None
    depth: int = 0
    origin: str = "person"
    reference: int | None = None
    """What the origin speaks of: the undo that writes."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a firing is skipped, and the edge that it would have been."""

    why: str
    """`limit` of the rule, `rate` (more often than allowed), `stopped` since then, `cap` of the first run, `undo`"""
    edge: Edge


@dataclass(slots=True)
class Firing:
    """A recorded edge of one rule on one record. `id` is given by the desk when it is entered."""

    rule: str
    rule_name: str
    priority: int
    entity: str
    record: RecordId
    edge: Edge
    at: int
    """The instant of the write, or the due time of an edge of time."""
    depth: int = 1
    change: RecordChange | None = None
    """For change firings: the change that it answers."""
    cause: Cause | None = None
    messages: tuple[str, ...] = ()
    """Texts of `block` (edge blocked) and `warn`."""
    id: object = None
    withheld: Withheld | None = None
    """Of a skipped one."""
    reason: object = None
    """Of a firing that blocks a rule's write: its reason, on the state that is taken back before it is entered."""

    @property
    def order(self) -> tuple[int, str, RecordId]:
        """Firings of one state run by priority (higher first), rule name, record."""
        return (-self.priority, self.rule_name, self.record)


class RunBroken(RuleloomError):
    """A run whose rule version cannot be read any more ends where it stands."""


@dataclass(slots=True)
class Run:
    """A firing carried out as far as `position`; parked while it waits. It keeps the rule version it began with."""

    firing: Firing
    version: str
    """Content key of the compiled rule (`CompiledRule.version`), so that the run goes on as it began."""
    branch: str
    """`then` or `ending`: which program of the rule."""
    position: int = 0
    wake: int | None = None
    """When the wait is over at the latest."""
    watch: str | None = None
    """Id of the condition waited for, as a rule of its own; None for a plain wait."""
    broken: RunBroken | None = None
    """Why it cannot go on: its rule version cannot be read any more."""
    id: object = None
    since: int | None = None
    """Since when it waits."""


class Prepared(NamedTuple):
    """A write as it will be: validated, with every record that it touches (cascades, emptied references)."""

    write: Write
    changes: tuple[RecordChange, ...]
    cause: Cause
    at: int
    waited: bool = True
    """Whether others may have been waited for while it was worked out, so that its instant may be too early."""
    parts: tuple[tuple[RecordChange, ...], ...] = ()
    """Of a write of several parts: the changes of each."""


@dataclass(slots=True)
class Outcome:
    """What a write led to."""

    changes: tuple[RecordChange, ...] = ()
    firings: list[Firing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    queued: int = 0
    """Records whose evaluation is put off because there are so many."""


@dataclass(slots=True)
class Affected:
    """Records of one entity that a write concerns, and the rules to ask."""

    records: set[RecordId] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PutOff:
    """A write whose evaluation is put off: its instant and cause, and by entity the rules to ask."""

    id: object
    at: int
    cause: Cause
    rules: Mapping[str, Sequence[str]]


class Unsettled(Exception):
    """What others have put off comes first: nothing of this write happened; settle that, then repeat the command."""


class Blocked(RuleloomError):
    """A rule blocks the write: nothing of it happened; one diagnostic per message, `firings` say which rules."""

    status = 422

    def __init__(self, firings: Sequence[Firing]) -> None:
        from ruleloom.messages import Diagnostic

        self.firings = tuple(firings)
        super().__init__(
            *(
                Diagnostic("write-blocked", params={"rule": firing.rule_name, "message": message})
                for firing in firings
                for message in firing.messages
            )
        )


class Backlog(Protocol):
    """What is put off, kept durably in the transaction of the write."""

    limit: int
    """Affected records of one write beyond which its evaluation is put off, or what its firings do goes on later."""
    opened: bool
    """Whether this transaction has put something off."""

    def earliest(self) -> int | None:
        """The instant of the first one that waits; None when nothing is put off."""
        ...

    def add(self, at: int, cause: Cause, affected: Mapping[str, Affected]) -> PutOff:
        """Puts an evaluation off; what is affected comes by entity."""
        ...

    def first(self) -> PutOff | None:
        """The first one, which nobody else has in hand until this transaction ends."""
        ...

    def records(self, put_off: PutOff, limit: int) -> Mapping[str, Sequence[RecordId]]:
        """Records that are still to be judged, by entity."""
        ...

    def judged(self, put_off: PutOff, records: Collection[RecordId]) -> None:
        """These are judged now."""
        ...

    def queue(self, put_off: PutOff, run: Run, stage: int | None) -> None:
        """A run waits for its turn: stage 0 and 1 in the order of firings, then, without a stage, as they come."""
        ...

    def take(self, put_off: PutOff, limit: int) -> Sequence[Run]:
        """The next runs, taken out of the queue."""
        ...

    def close(self, put_off: PutOff) -> None:
        """Nothing of it is left."""
        ...


class Desk(Store, Protocol):
    """The writing half."""

    @property
    def backlog(self) -> Backlog | None:
        """Where evaluations can be put off; None where everything is evaluated at once."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """A savepoint for a write that may be refused, unless its caller undoes all of it when that happens."""
        ...

    @property
    def locks(self) -> bool:
        """Whether others may write at the same time, so that records have to be locked before they are evaluated."""
        ...

    def prepare(self, write: Write, at: int, cause: Cause) -> Prepared:
        """Works a write out without doing it: hop 4 (clean values or *all* field errors as a RuleloomError).

        Its changes name every record touched with its state before and after (system fields too): cascades and
        emptied references belong to it; a record whose own values all stay as they were is left out.
        """
        ...

    def apply(self, prepared: Prepared) -> None:
        """Hop 5: writes the records and appends the changes to the change log."""
        ...

    def lock(self, entity: str, records: Collection[RecordId], *, share: bool = False) -> None:
        """Locks records in id order until the transaction ends; `share`: others may hold them too, none may write them.

        Nothing to do where there is one writer.
        """
        ...

    def lock_kind(self, entity: str, *, share: bool) -> None:
        """The lock of an entity's name, likewise: for rules that look at all records of some entity."""
        ...

    def take(self, entity: str, records: Collection[RecordId]) -> Collection[RecordId]:
        """Locks those of the records that nobody else has in hand, and says which; only asked where `locks`."""
        ...

    def instant(self, at: int) -> int:
        """The instant of a write once all its locks are held; only asked where `locks`."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone when an exception leaves it (the engine's memory and firings too)."""
        ...

    def reason(self, firing: Firing) -> object:
        """Why a firing came about, as the desk records it, on the state as it is now; None where none is kept."""
        ...

    def admit(self, rule: CompiledRule, firings: Sequence[Firing]) -> None:
        """Makes skipped ones of those firings of a rule, in order, that are more than its author allows in a time."""
        ...

    def hold(self, firings: Sequence[Firing]) -> None:
        """Records many skipped firings at once, without reasons: those beyond the cap of a first run."""
        ...

    def enter(self, firing: Firing) -> None:
        """Records a firing (every edge: skipped and blocked too) and sets its id. Called in the order of running."""
        ...

    def perform(self, firing: Firing, effect: Effect) -> None:
        """Does an effect that stays inside at once; inserts one that leaves the workspace as pending."""
        ...

    def failed(self, run: Run, error: RuleloomError) -> None:
        """Records that actions of a firing failed and were undone: those from the run's position on.

        The worker carries them out once more, unless a rule blocks them or they cannot be read any more.
        """
        ...

    def stopped(self, firing: Firing) -> None:
        """Records that a chain was stopped before this firing, which is one too deep."""
        ...

    def park(self, run: Run) -> None:
        """Keeps a waiting run (durably, in production) and sets its id."""
        ...

    def unpark(self, run: Run) -> bool:
        """The run goes on now: it is no longer waiting. False when somebody else woke or ended it meanwhile."""
        ...

    def waiting(self, watch: str, record: RecordId) -> Sequence[Run]:
        """Runs of a record that wait for a condition, oldest first."""
        ...

    def next_wake(self, up_to: int) -> int | None:
        """The earliest `wake` ≤ `up_to` of a parked run."""
        ...

    def runs_at(self, instant: int) -> Sequence[Run]:
        """Parked runs whose `wake` is that instant, in the order of parking."""
        ...


Snapshots = dict[RecordId, Snapshot]
