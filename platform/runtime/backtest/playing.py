"""One rule played over a history by the pipeline of production: who would have been hit, when, why, and with what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine import intents as i
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import USER, Model
from ruleloom.runtime.backtest.desk import HITTING, BacktestDesk
from ruleloom.runtime.backtest.effects import effect_json
from ruleloom.runtime.backtest.history import History, Place, writes
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.merging import merged
from ruleloom.runtime.pipeline.noticing import Noticed
from ruleloom.runtime.pipeline.ports import Blocked, Cause, Prepared
from ruleloom.runtime.pipeline.publishing import publish
from ruleloom.storage.database import Connection
from ruleloom.storage.records.timeline import Row

RULE = "tried"
"""The id under which the rule is played."""
STEP = 500
"""Writes between two looks at whether to go on."""
_MADE = ("create", "restore")


@dataclass(slots=True)
class Hit:
    """A firing of the rule that was tried. `reason`: as it was then, of the first ones."""

    at: int
    record: RecordId
    edge: str
    reason: Any = None
    effects: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Played:
    """What came of a rule."""

    matching: set[RecordId] = field(default_factory=set)
    """Records that matched at the start already: they did not fire."""
    hits: list[Hit] = field(default_factory=list)
    skipped: Counter[RecordId] = field(default_factory=Counter)
    ended: Counter[RecordId] = field(default_factory=Counter)
    """Firings of `when it ends`."""
    events: int = 0
    left_out: int = 0
    """Writes to records that only this rule had made."""


class TooManyHits(Exception):
    """The rule fires more often than can be kept."""


class Player:
    """One rule, one desk, one pass."""

    def __init__(
        self, model: Model, rule: n.Rule, own: set[int], *, reasons: int, most: int, tell: Callable[[int], None]
    ) -> None:
        """`own`: firings whose writes are left out after the start, because the rule acts anew."""
        self._model = model
        self._rule = rule
        self._own = own
        self._most = most
        self._tell = tell
        self._desk = BacktestDesk(model, rule, reasons)
        self._book = RuleBook(model)
        self._pipeline = Pipeline(self._desk, self._book)
        self._played = Played()
        self._by_firing: dict[object, Hit] = {}
        self._gone: dict[Place, dict[str, Value]] = {}
        self._unmade: set[Place] = set()

    def play(self, history: History, connection: Connection, start: int, end: int) -> Played:
        """Lays out what was there, publishes the rule, and plays the rest up to `end`, as it is read."""
        for row in history.before():
            self._lay(self._changes([row]))
        self._publish(start)
        for number, group in enumerate(writes(self._without_own(history.after(connection)), self._model)):
            if number % STEP == 0:
                self._tell(self._played.events)
            self._settle(group[0].at)
            self._write(group)
            self._played.events += len(group)
        self._settle(end)
        return self._played

    def _publish(self, start: int) -> None:
        desk = self._desk
        desk.settled()
        desk.entity_of(RULE, self._rule.entity)
        for watch in RuleBook.watches_of(self._book.compile(self._rule), self._rule.entity):
            desk.entity_of(watch.id, watch.entity)
        publish(self._pipeline, RULE, self._rule, start)
        memories = desk.memories(self._rule.entity, desk.all_records(self._rule.entity), [RULE])
        self._played.matching = {memory.record for memory in memories.values() if memory.holds}
        desk.settled()

    def _without_own(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Without what the rule itself wrote in the past, and what came of it; one row after the other."""
        for row in rows:
            place = (row.entity, row.record)
            if row.origin is not None and row.origin in self._own:
                if row.operation == "create":
                    self._unmade.add(place)
            elif place in self._unmade:
                self._played.left_out += 1
            else:
                yield row

    # ---- events ---------------------------------------------------------------------------------------------------

    def _changes(self, rows: Sequence[Row]) -> tuple[RecordChange, ...]:
        """Rows as changes of whole states; those that change nothing as things stand are left out."""
        states: dict[Place, Snapshot | None] = {}
        made = [self._change(row, states) for row in rows]
        return merged([[change for change in made if change is not None]])

    def _change(self, row: Row, states: dict[Place, Snapshot | None]) -> RecordChange | None:
        place, table = (row.entity, row.record), self._desk.tables.tables[row.entity]
        before = states[place] if place in states else table.rows.get(row.record)
        touched: dict[str, Value] = {"updated_at": row.at, "updated_by": row.actor}
        if row.operation == "delete":
            if before is None:
                return None
            self._gone[place] = {key: before[key] for key in ("created_at", "created_by", "version")}
            states[place] = None
            return RecordChange(row.entity, row.record, before, None)
        given = self._present(row)
        if row.operation in _MADE:
            if before is not None:
                return None
            made: dict[str, Value] = {"id": row.record, "created_at": row.at, "created_by": row.actor, "version": 1}
            # what stood at the start has its own system values among those that are given
            base = {**dict.fromkeys(table.keys), **made, **self._gone.get(place, {}), **touched}
            after = {**base, **given}
            after["created_at"] = min(row.at, _int(after["created_at"]))
            states[place] = after
            return RecordChange(row.entity, row.record, None, after)
        if before is None:
            return None
        if row.after and all(before[key] == value for key, value in given.items()):
            return None
        after = {**before, **given, **touched, "version": _int(before["version"]) + 1}
        states[place] = after
        return RecordChange(row.entity, row.record, before, after)

    def _present(self, row: Row) -> dict[str, Value]:
        """The new values; references to what only this rule had made are empty."""
        given = dict(row.after)
        if self._unmade:
            for key in self._desk.tables.tables[row.entity].references:
                target = self._desk.tables.tables[row.entity].by_key[key].value_type.entity or ""
                if target != USER and (target, given.get(key)) in self._unmade:
                    given[key] = None
        return given

    def _lay(self, changes: tuple[RecordChange, ...]) -> None:
        if changes:
            self._desk.apply(_prepared(changes, 0, Cause()))
            self._desk.settled()

    def _write(self, rows: Sequence[Row]) -> None:
        changes, at = self._changes(rows), rows[0].at
        if not changes:
            return
        cause = Cause(actor=rows[0].actor)
        prepared = _prepared(changes, at, cause)
        try:
            _, noticed = self._pipeline.writing.carry_out(prepared)
        except Blocked as blocked:
            noticed = self._stood(prepared, blocked)
        self._pipeline.carry(noticed, at)
        self._collect()

    def _stood(self, prepared: Prepared, blocked: Blocked) -> Noticed:
        """A write that the rule would have refused: it is told, and stands as it happened."""
        pipeline, said = self._pipeline, {firing.record for firing in blocked.firings}
        gone = pipeline.noticing.deleted(prepared.changes, prepared.at, prepared.cause)
        self._desk.apply(prepared)
        noticed = pipeline.noticing.written(prepared.changes, prepared.at, prepared.cause)
        noticed.firings = [firing for firing in [*noticed.firings, *gone] if firing.record not in said]
        for firing in blocked.firings:
            effects = [{"kind": "block", "text": text} for text in firing.messages]
            self._keep(Hit(firing.at, firing.record, "blocked", self._desk.explain(firing), effects))
        return noticed

    def _settle(self, up_to: int) -> None:
        while self._pipeline.tick(up_to) is not None:
            self._collect()
            self._tell(self._played.events)

    # ---- what came of it ------------------------------------------------------------------------------------------

    def _keep(self, hit: Hit) -> Hit:
        if len(self._played.hits) >= self._most:
            raise TooManyHits
        self._played.hits.append(hit)
        return hit

    def _collect(self) -> None:
        """Takes what the desk has gathered; from here on nothing of it can be undone."""
        desk, played = self._desk, self._played
        for firing in desk.firings:
            if firing.edge in HITTING:
                hit = Hit(firing.at, firing.record, firing.edge, desk.reasons.pop(firing.id, None))
                self._by_firing[firing.id] = self._keep(hit)
            elif firing.edge == "skipped":
                played.skipped[firing.record] += 1
            else:
                played.ended[firing.record] += 1
        for kind, firing, what in desk.notes:
            of = self._by_firing.get(firing.id)
            if of is not None:
                of.effects += effect_json(self._model, kind, what)
        desk.firings.clear()
        desk.notes.clear()
        desk.settled()


def _prepared(changes: tuple[RecordChange, ...], at: int, cause: Cause) -> Prepared:
    first = changes[0]
    return Prepared(i.UpdateRecords(first.entity, {}), changes, cause, at)


def _int(value: Any) -> int:
    return int(value)
