"""Compiled rules asked of plain snapshots: facts in batch, then one function call per record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.backends.compile import Event, compiled_condition, compiled_value
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import Reads, externals_of, held_of, is_timed, reads_of, walk
from ruleloom.dsl.types import RecordId
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.flow import earliest
from ruleloom.engine.horizon import Clock, ClockMaker, Ticking, goals_of
from ruleloom.engine.store import Memory, RecordChange, Snapshot, Store
from ruleloom.messages import RuleloomError

_NOWHERE: Snapshot = {}
_NEVER: Mapping[int, int] = {}


class Situation:
    """One record at one moment with all the facts that a condition reads."""

    __slots__ = (
        "change",
        "facts",
        "held_untils",
        "holding",
        "moment",
        "outer",
        "previous",
        "record",
        "untils",
    )

    def __init__(self, record: Snapshot, moment: Moment, outer: Snapshot = _NOWHERE) -> None:
        """`outer`: the rule's record, of a condition about a row."""
        self.record = record
        self.moment = moment
        self.facts: list[Any] = []
        self.untils: list[int | None] = []
        self.previous: Snapshot | None = None
        self.change: Event | None = None
        self.holding: list[bool] = []
        self.held_untils: list[int | None] = []
        self.outer = outer

    def held(self, ordinal: int) -> Ticking:
        """The truth of a `C for D` and when it may flip."""
        return self.holding[ordinal], self.held_untils[ordinal]


class Verdict(NamedTuple):
    """What is so at a moment, and what has to be remembered of it; `since` is shared and never written to."""

    holds: bool
    deadline: int | None = None
    since: Mapping[int, int] = _NEVER


NO, YES = Verdict(False), Verdict(True)
Ask = Callable[[Situation], Any]


class Parts:
    """Compiles parts of one condition: their facts are those of the whole, in the whole's order."""

    def __init__(self, reads: Reads, vocabulary: Vocabulary, root: n.Root) -> None:
        self._reads = reads
        self._root: n.Root = root
        self._vocabulary = vocabulary
        self.ordinals: dict[n.Node, int] = {external: index for index, external in enumerate(reads.externals)}

    def truth(self, condition: n.Condition) -> Ask:
        """The truth of a part."""
        compiled = compiled_condition(condition, self._vocabulary, self._root, self._reads.held)
        return self._asked(compiled.holds, compiled.externals)

    def value(self, expression: n.Expression) -> Ask:
        """The value of a part."""
        compiled = compiled_value(expression, self._vocabulary, self._root)
        return self._asked(compiled.value, compiled.externals)

    def _asked(self, function: Callable[..., Any], externals: Sequence[n.Node]) -> Ask:
        places = [self.ordinals[external] for external in externals]
        if places == list(range(len(self.ordinals))):
            return lambda s: function(s.record, s.facts, s.moment, s.previous, s.holding, s.change, s.outer)
        return lambda s: function(
            s.record, [s.facts[i] for i in places], s.moment, s.previous, s.holding, s.change, s.outer
        )


class Logic:
    """A compiled condition with everything that the engine asks of it.

    Raises `for-inside-where` for a `C for D` about the rows of a collection: their stretches are not followed.
    """

    def __init__(self, condition: n.Condition, vocabulary: Vocabulary, root: n.Root = "this") -> None:
        if any(held_of(part) for part in walk(condition) if isinstance(part, n.Collection)):
            raise RuleloomError.of("for-inside-where")
        condition = with_formulas(condition, vocabulary)
        self.condition = condition
        self.reads = reads_of(condition, vocabulary, root)
        self.helds = self.reads.held
        self._calendar = vocabulary.calendar
        self._parts = Parts(self.reads, vocabulary, root)
        self.ordinals = self._parts.ordinals
        self.moves = bool(self.helds) or is_timed(condition)
        self.ask: Ask | None = None if self.moves else self._parts.truth(condition)
        maker = ClockMaker(self._parts, self.helds, vocabulary.calendar)
        self._clock: Clock | None = maker.clock(condition) if self.moves else None
        self._held_clocks = [maker.clock(held.condition) for held in self.helds]
        goals = goals_of(condition)
        self._questions = [(external, goals.get(external)) for external in self.reads.externals]
        self._gate = self._gate_of(condition)

    def _gate_of(self, condition: n.Condition) -> Ask | None:
        """The conjuncts that need neither facts nor time: where they are false, nothing has to be gathered."""
        if self.helds or not (self.reads.externals or self.moves) or not isinstance(condition, n.And):
            return None
        quick = tuple(item for item in condition.items if is_cheap(item))
        if not quick:
            return None
        return self._parts.truth(quick[0] if len(quick) == 1 else n.And(quick))

    # ---- asking ---------------------------------------------------------------------------------------------------

    def situations(
        self,
        snapshots: Mapping[RecordId, Snapshot],
        store: Store,
        moment: Moment,
        changes: Mapping[RecordId, RecordChange] | None = None,
    ) -> dict[RecordId, Situation]:
        """The situation of each record that is not out of the question, its facts gathered in batch."""
        found = {record: Situation(snapshot, moment) for record, snapshot in snapshots.items()}
        for record, change in changes.items() if changes else ():
            found[record].previous, found[record].change = change.before, event_of(change)
        gate, asked = self._gate, snapshots
        if gate is not None:
            found = {record: s for record, s in found.items() if gate(s)}
            asked = {record: s.record for record, s in found.items()}
        for external, goal in self._questions if found else ():
            facts = store.gather(external, asked, moment.now, moment.me, goal)
            for record, s in found.items():
                value, until = facts[record]
                s.facts.append(value)
                s.untils.append(until)
        return found

    def judge(
        self,
        snapshots: Mapping[RecordId, Snapshot],
        store: Store,
        moment: Moment,
        memories: Mapping[RecordId, Memory],
        changes: Mapping[RecordId, RecordChange] | None = None,
    ) -> dict[RecordId, Verdict]:
        """The verdict of each record; those out of the question have none (it is `NO`).

        `changes` are the changes being processed, for conditions that speak of them.
        """
        if len(snapshots) == 1 and changes is None:
            return self._judge_one(snapshots, store, moment, memories)
        found: dict[RecordId, Verdict] = {}
        for record, s in self.situations(snapshots, store, moment, changes).items():
            memory = memories.get(record)
            found[record] = self.verdict(s, memory.since if memory is not None else _NEVER)
        return found

    def _judge_one(
        self,
        snapshots: Mapping[RecordId, Snapshot],
        store: Store,
        moment: Moment,
        memories: Mapping[RecordId, Memory],
    ) -> dict[RecordId, Verdict]:
        """The same for the one record that most writes concern."""
        ((record, snapshot),) = snapshots.items()
        s = Situation(snapshot, moment)
        if self._gate is not None and not self._gate(s):
            return {}
        for external, goal in self._questions:
            value, until = store.gather(external, snapshots, moment.now, moment.me, goal)[record]
            s.facts.append(value)
            s.untils.append(until)
        memory = memories.get(record) if self.helds else None
        return {record: self.verdict(s, memory.since if memory is not None else _NEVER)}

    def verdict(self, s: Situation, since: Mapping[int, int]) -> Verdict:
        """The verdict in one situation; `since` says since when each C of a `C for D` was true before now."""
        if self.ask is not None:
            return YES if self.ask(s) else NO
        assert self._clock is not None  # noqa: S101 - a condition that moves has a clock
        if not self.helds:
            holds, until = self._clock(s)
            return Verdict(holds, until) if holds or until is not None else NO
        now_since, wake = self._follow(s, since)
        holds, until = self._clock(s)
        return Verdict(holds, earliest(until, wake), now_since)

    def _follow(self, s: Situation, since: Mapping[int, int]) -> tuple[dict[int, int], int | None]:
        """Works out each `C for D`: since when, whether it holds, and when C itself may flip."""
        kept: dict[int, int] = {}
        wake: int | None = None
        now = s.moment.now
        for ordinal, (held, clock) in enumerate(zip(self.helds, self._held_clocks, strict=True)):
            truth, until = clock(s)
            wake = earliest(wake, until)
            if not truth:
                s.holding.append(False)
                s.held_untils.append(None)
                continue
            kept[ordinal] = since.get(ordinal, now)
            due = shifts.shift_instant(self._calendar, kept[ordinal], held.duration)
            s.holding.append(due <= now)
            s.held_untils.append(until if due <= now else due)
        return kept, wake


def event_of(change: RecordChange) -> Event:
    """What a change did to its record."""
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "updated"


def is_cheap(condition: n.Condition) -> bool:
    """Whether a part reads nothing but the record and stands still."""
    return not is_timed(condition) and not externals_of(condition) and not held_of(condition)
