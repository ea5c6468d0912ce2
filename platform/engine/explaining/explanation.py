"""What an explanation is made of: the parts of a condition, their truth, the values and records looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, RecordId, Value
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.store import Memory, RecordChange, Snapshot, Store
from ruleloom.messages import Language

Said = Mapping[Language, str]
"""Something said in every language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about, when, and what the engine knows of it."""

    entity: str
    record: RecordId
    snapshot: Snapshot
    store: Store
    vocabulary: Vocabulary
    moment: Moment
    memories: Mapping[RecordId, Memory] = field(default_factory=dict)
    """For `C for D`: what is remembered of the rule and the record."""
    changes: Mapping[RecordId, RecordChange] | None = None
    """The change being processed, for conditions that speak of it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The record and the field that a value stands in."""

    entity: str
    record: RecordId
    field: str


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a part looked at."""

    words: Said
    """What was looked at, in plain words."""
    value: Any
    shown: Said
    """The value as people read it."""
    kind: Kind = Kind.TEXT
    origin: Origin | None = None
    """Where it stands; None for what is computed or counted."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A related record that a part looked at, with the values that the part reads of it."""

    entity: str
    record: RecordId
    title: str
    values: tuple[Found, ...]
    holds: bool | None = None
    """Of `the last N … all C`: whether C holds for it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a condition and what became of it."""

    condition: n.Condition
    holds: bool
    words: Said
    found: tuple[Found, ...]
    rows: tuple[FoundRow, ...]
    parts: tuple[Explanation, ...]
    next: int | None
    """The first instant after now at which time alone may change the truth; None: time alone never does."""
    since: int | None = None
    """For `C for D`: since when C is true without a break."""

    def reasons(self) -> tuple[Explanation, ...]:
        """The smallest parts that decide: those that fail when the whole fails (why not), else those that hold."""
        if not self.parts:
            return (self,)
        if isinstance(self.condition, n.Not | n.Held):
            inner = self.parts[0]
            decided = inner.holds is self.holds or isinstance(self.condition, n.Not)
            return inner.reasons() if decided else (self,)
        return tuple(reason for part in self.parts if part.holds is self.holds for reason in part.reasons())


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change so that a condition turns."""

    words: Said
    origin: Origin | None = None
    """The field to write; None where no single value does it."""
    value: Value = None
    exact: bool = False
    """Whether writing `value` there is what is meant; else the words only say what has to become so."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When time alone turns the truth of a condition."""

    at: int | None
    """The first instant at which the truth is another one; None: not up to `searched`."""
    searched: int | None = None
    """How far was looked when the end was not reached; None: for ever."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would turn a condition: the least that people can change, and time."""

    steps: tuple[Step, ...] | None
    """None: no change of values that was tried does it."""
    turn: Turn
