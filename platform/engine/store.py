"""What the engine asks of a workspace. One protocol, two implementations: in memory (simulation) and SQL (`storage`).

A snapshot is the plain state of one live record: every field key (system fields too) → value as in `dsl.types`.
Records with `deleted_at` are not live and never appear; references to them read as empty.
All instants are microseconds UTC, entities and fields are permanent ids, rules are permanent ids too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

from ruleloom.dsl.nodes import Aggregate, Condition, Hop, LastAll, Path, Quantified
from ruleloom.dsl.nodes import Collection as RelatedRecords
from ruleloom.dsl.types import RecordId, Value

Snapshot = Mapping[str, Value]

External = Path | Aggregate | Quantified | LastAll
"""A part of a condition that reads other records: a path of two or more fields, an aggregate, a quantifier."""


class Fact(NamedTuple):
    """The value of an external for one record, and the first instant after now at which time alone may change it.

    `until` may be too early (the engine looks once more and finds nothing changed) but never too late; None is never.
    For a quantifier and a sequence the value is the truth, for an aggregate the number or value, for a path the value.
    """

    value: Any
    until: int | None = None


class Goal(NamedTuple):
    """All that is asked of a number: how it compares with a constant."""

    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    target: Decimal


class Speaker(NamedTuple):
    """The record that `this` means where an external is asked of other records than the rule's."""

    record: RecordId
    snapshot: Snapshot


Edge = Literal["on", "off", "change", "schedule", "skipped", "blocked"]


class RecordChange(NamedTuple):
    """What one write did to one record: before is None on creation, after is None on deletion."""

    entity: str
    record: RecordId
    before: Snapshot | None
    after: Snapshot | None


@dataclass(slots=True)
class Memory:
    """What is remembered of one rule and one record; it exists only where it says something (sparse).

    `since` holds, for each `C for D` of the rule (by ordinal), the instant since when C is true without a break.
    `deadline` is the first instant at which time alone may change the verdict or one of those C.
    """

    rule: str
    record: RecordId
    holds: bool = False
    since: Mapping[int, int] = field(default_factory=dict)
    deadline: int | None = None
    firing_counts: bool = False
    """Whether the firing of the present true stretch was not skipped (so that `when it ends` applies)."""
    waits: bool = False
    """Whether a run waits for it: then it is kept even when it says nothing else."""

    @property
    def says_something(self) -> bool:
        """Whether it has to be kept."""
        return self.holds or self.waits or self.deadline is not None or bool(self.since)


class Store(Protocol):
    """Reads in batch, never one by one; and the engine's own memory."""

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        """Live records of an entity by id; missing ones are left out."""
        ...

    def all_records(self, entity: str) -> Collection[RecordId]:
        """Every live record of an entity: for publishing, schedules and look-up tables only."""
        ...

    def may_match(self, entity: str, condition: Condition | None, at: int) -> Collection[RecordId]:
        """Live records of an entity in order of creation, without those that cannot satisfy a condition at `at`.

        All of them where there is no condition, or where the store cannot tell without looking at each.
        """
        ...

    def holders(
        self, hops: Sequence[Hop], changes: Sequence[RecordChange], write: Sequence[RecordChange]
    ) -> set[RecordId]:
        """Records at the start of `hops` from which the hops lead to a changed record, before or after the write.

        `changes` are those of the entity at the end of the hops, `write` all changes of the same write: a way counts
        when each of its steps exists in the state before or in the state after it (old *and* new parent). Called after
        the write; records that it deleted may be among the answer.
        """
        ...

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,
        speaker: Speaker | None = None,
    ) -> Mapping[RecordId, Fact]:
        """The external's fact for each of these records at `now`, in one query where the store is a database.

        `me` is the acting user, whom the external may speak of; None for rules that run by themselves. With a `goal`
        it is enough when `until` says when the comparison may come out otherwise. `speaker` is what `this` means
        inside the external; without one it is the record asked of.
        """
        ...

    def members(
        self, collection: RelatedRecords, holder: RecordId, snapshot: Snapshot, now: int, me: RecordId | None = None
    ) -> Sequence[RecordId]:
        """Live records of a collection of one record (where and window applied), in order of creation: for `update`."""
        ...

    def memories(
        self, entity: str, records: Collection[RecordId], rules: Collection[str] | None = None
    ) -> Mapping[tuple[str, RecordId], Memory]:
        """What is remembered of these records by rules of this entity (all rules when None)."""
        ...

    def remember(self, memories: Sequence[Memory]) -> None:
        """Stores memories; one that says nothing is removed."""
        ...

    def forget(self, rule: str, records: Collection[RecordId] | None = None) -> None:
        """Removes what is remembered of a rule (retired, about to be published anew), or of some of its records."""
        ...

    def firings_counted(
        self, rule: str, records: Collection[RecordId], after: int | None
    ) -> Mapping[RecordId, Sequence[int]]:
        """Instants of on, change and schedule firings that were not skipped, later than `after` (all when None)."""
        ...

    def next_due(self, up_to: int, rules: Collection[tuple[str, RecordId]] | None = None) -> int | None:
        """The earliest stored deadline ≤ `up_to` (of those rule-and-record pairs, of all when None)."""
        ...

    def due_at(
        self, instant: int, rules: Collection[tuple[str, RecordId]] | None = None
    ) -> Sequence[tuple[str, RecordId]]:
        """Rule-and-record pairs whose deadline is exactly that instant (locked for this transaction, in SQL)."""
        ...

    def drop(self, entity: str, records: Collection[RecordId]) -> None:
        """Removes all that is remembered of deleted records of an entity, by whatever rule; their waiting runs end."""
        ...

    def next_tick(self, up_to: int) -> int | None:
        """The earliest stored tick of a scheduled rule ≤ `up_to`."""
        ...

    def ticks_at(self, instant: int) -> Sequence[str]:
        """Scheduled rules whose next tick is that instant."""
        ...

    def remember_tick(self, rule: str, instant: int | None) -> None:
        """Stores the next tick of a scheduled rule; None removes it."""
        ...
