"""Hops 6 to 8: which rules could be touched, what is so now, and which edges that makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ruleloom.dsl.calendar import HOUR
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import NO, Verdict, event_of
from ruleloom.engine.finding.lookup import KeyIndex
from ruleloom.engine.finding.plan import Route, changed_keys
from ruleloom.engine.limits import exceeded, looks_back_to
from ruleloom.engine.ruleset import CompiledRule, Followed, RuleBook
from ruleloom.engine.schedule import next_tick
from ruleloom.engine.store import Edge, Memory, RecordChange, Snapshot
from ruleloom.engine.worked import Acting
from ruleloom.runtime.pipeline.ports import LONGEST_CHAIN, Affected, Cause, Desk, Firing, Run, Withheld

Snapshots = dict[RecordId, Snapshot]
_NOTHING: Mapping[RecordId, Memory] = {}
NOBODY = Cause()
TOGETHER = 1_000
"""Records on which a schedule's condition is judged together."""
Indexes = list[KeyIndex[Followed]]


@dataclass(slots=True)
class Noticed:
    """What one state led to: firings (not yet recorded) and waiting runs that go on."""

    firings: list[Firing] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    later: dict[str, Affected] = field(default_factory=dict)
    """By entity, what is not judged yet because there is so much of it."""

    def put_off(self, rule: Followed, records: Iterable[RecordId]) -> None:
        """A rule is to be judged on these records later."""
        affected = self.later.setdefault(rule.entity, Affected())
        affected.records.update(records)
        affected.rules.add(rule.id)


@dataclass(slots=True)
class Touched:
    """Records of one entity whose rules could be touched, with the indexes to ask for them."""

    snapshots: Snapshots = field(default_factory=dict)
    indexes: dict[RecordId, Indexes] = field(default_factory=dict)

    def add(self, record: RecordId, snapshot: Snapshot, indexes: Indexes) -> None:
        """One record, with further indexes when it is known already."""
        self.snapshots[record] = snapshot
        self.indexes.setdefault(record, []).extend(indexes)

    def leave(self, records: Iterable[RecordId]) -> None:
        """Without these records."""
        for record in records:
            self.snapshots.pop(record, None)
            self.indexes.pop(record, None)


class Asked(NamedTuple):
    """Rules of one entity with the records on which they are to be judged, and what is remembered of these."""

    rules: Mapping[str, tuple[Followed, Snapshots]]
    memories: Mapping[tuple[str, RecordId], Memory]

    @property
    def records(self) -> set[RecordId]:
        """All of the records."""
        return {record for _, snapshots in self.rules.values() for record in snapshots}


class Noticing:
    """Evaluation over one desk and one book of rules."""

    def __init__(self, desk: Desk, book: RuleBook) -> None:
        self._desk = desk
        self._book = book
        self._calendar = book.vocabulary.calendar
        self._moment = Moment(0, self._calendar)

    def moment(self, at: int, cause: Cause | None = None) -> Moment:
        """An instant of the workspace, with who acts; what was worked out for it is kept until the next one."""
        me, found = cause.actor if cause is not None else None, self._moment
        if found.now != at or found.me != me:
            found = self._moment = Moment(at, self._calendar, me)
        return found

    # ---- after a write --------------------------------------------------------------------------------------------

    def deleted(self, changes: Sequence[RecordChange], at: int, cause: Cause) -> list[Firing]:
        """Firings of `record is deleted`, judged on the state before the write."""
        gone = [change for change in changes if change.after is None]
        return self._changed(gone, at, cause) if gone else []

    def written(self, changes: Sequence[RecordChange], at: int, cause: Cause, limit: int | None = None) -> Noticed:
        """Everything that a write led to, on the state after it; deletions were judged before.

        With more affected records than `limit` only rules that block are judged; the others stand in `later`.
        """
        present = [change for change in changes if change.after is not None]
        noticed = Noticed(self._changed(present, at, cause))
        if len(present) < len(changes):
            self._drop(changes)
        touched = self.touched(changes)
        asked = [self._asked(entity, records) for entity, records in touched.items()]
        some = sum(len(records.snapshots) for records in touched.values())
        much = limit is not None and some > limit and sum(len(each.records) for each in asked) > limit
        for each in asked:
            memories = each.memories
            for rule, snapshots in each.rules.values():
                if much and not (isinstance(rule, CompiledRule) and rule.blocks):
                    noticed.put_off(rule, snapshots)
                    continue
                id_ = rule.id
                known = {r: memories[id_, r] for r in snapshots if (id_, r) in memories} if memories else _NOTHING
                self.judge(rule, snapshots, known, at, cause, noticed)
        return noticed

    def _drop(self, changes: Sequence[RecordChange]) -> None:
        gone: dict[str, list[RecordId]] = {}
        for change in changes:
            if change.after is None:
                gone.setdefault(change.entity, []).append(change.record)
        for entity, records in gone.items():
            self._desk.drop(entity, records)

    def touched(self, changes: Sequence[RecordChange]) -> dict[str, Touched]:
        """Per entity, the records whose rules read what a write changed (deleted ones are left out)."""
        found: dict[str, Touched] = {}
        for change in changes:
            indexes = self._book.plan.own(change, changed_keys(change))
            if indexes and change.after is not None:
                found.setdefault(change.entity, Touched()).add(change.record, change.after, indexes)
        for route, along in self.ways(changes):
            self._along(route, along, changes, found.setdefault(route.entity, Touched()))
        return found

    def ways(self, changes: Sequence[RecordChange]) -> list[tuple[Route[Followed], list[RecordChange]]]:
        """The ways from changed records to those whose rules read them, each with the changes at its end."""
        found: dict[int, tuple[Route[Followed], list[RecordChange]]] = {}
        for change in changes:
            for route in self._book.plan.routes(change, changed_keys(change)):
                _, along = found.setdefault(id(route), (route, []))
                if not along or along[-1] is not change:
                    along.append(change)
        return list(found.values())

    def _along(
        self,
        route: Route[Followed],
        along: Sequence[RecordChange],
        write: Sequence[RecordChange],
        touched: Touched,
    ) -> None:
        desk = self._desk
        holders = desk.all_records(route.entity) if route.everywhere else desk.holders(route.hops, along, write)
        for record, snapshot in desk.snapshots(route.entity, holders).items():
            touched.add(record, snapshot, [route.index])

    def _asked(self, entity: str, touched: Touched) -> Asked:
        """Which rules have to be asked about which of the touched records."""
        memories = self._desk.memories(entity, touched.snapshots)
        asked: dict[str, tuple[Followed, Snapshots]] = {}
        for record, snapshot in touched.snapshots.items():
            for index in touched.indexes[record]:
                for rule in index.candidates(snapshot):
                    asked.setdefault(rule.id, (rule, {}))[1][record] = snapshot
        for rule_id, record in memories:
            if rule_id not in asked or record not in asked[rule_id][1]:
                kept = next((i.rules[rule_id] for i in touched.indexes[record] if rule_id in i.rules), None)
                if kept is not None:
                    asked.setdefault(rule_id, (kept, {}))[1][record] = touched.snapshots[record]
        return Asked(asked, memories)

    # ---- when time has come ---------------------------------------------------------------------------------------

    def due(self, pairs: Iterable[tuple[str, RecordId]], at: int) -> Noticed:
        """What the passing of time led to for rules and records whose deadline is `at`."""
        noticed = Noticed()
        asked: dict[str, list[RecordId]] = {}
        for rule_id, record in pairs:
            asked.setdefault(rule_id, []).append(record)
        for rule_id, records in asked.items():
            rule = self._book.followed(rule_id)
            if rule is None:
                self._desk.forget(rule_id, records)
                continue
            found = self._desk.memories(rule.entity, records, [rule_id])
            known = {record: memory for (_, record), memory in found.items()}
            snapshots = dict(self._desk.snapshots(rule.entity, records))
            if len(snapshots) < len(records):  # a run that answers a deletion waits for what cannot become true
                self._desk.forget(rule_id, [record for record in records if record not in snapshots])
            self.judge(rule, snapshots, known, at, NOBODY, noticed)
        return noticed

    def ticked(self, rule_id: str, at: int) -> list[Firing]:
        """Firings of a scheduled rule whose tick is now; its next tick is stored."""
        rule = self._book.rules.get(rule_id)
        schedule = rule.tree.schedule if rule is not None else None
        if rule is None or schedule is None:
            self._desk.remember_tick(rule_id, None)
            return []
        hourly = schedule.unit == "hours"
        self._desk.remember_tick(
            rule_id, at + schedule.hours * HOUR if hourly else next_tick(schedule, at, self._calendar, at)
        )
        condition = None if rule.logic is not None and rule.logic.helds else rule.tree.condition
        matching: list[RecordId] = []
        records = list(self._desk.may_match(rule.entity, condition, at))
        for first in range(0, len(records), TOGETHER):
            matching += self.matching(rule, records[first : first + TOGETHER], at)
        return self.fire(rule, matching, "schedule", at, Cause())

    def matching(self, rule: CompiledRule, records: Iterable[RecordId], at: int) -> list[RecordId]:
        """Which of these records satisfy the rule's condition at `at`."""
        snapshots = self._desk.snapshots(rule.entity, list(records))
        if rule.logic is None:
            return list(snapshots)
        known: dict[RecordId, Memory] = {}
        if rule.logic.helds:
            found = self._desk.memories(rule.entity, list(snapshots), [rule.id])
            known = {record: memory for (_, record), memory in found.items()}
        verdicts = rule.logic.judge(snapshots, self._desk, self.moment(at), known)
        return [record for record, verdict in verdicts.items() if verdict.holds]

    # ---- verdicts and edges ---------------------------------------------------------------------------------------

    def judge(
        self,
        rule: Followed,
        snapshots: Snapshots,
        known: Mapping[RecordId, Memory],
        at: int,
        cause: Cause,
        noticed: Noticed,
    ) -> None:
        """Judges a rule on records, remembers what has to be, and notes the edges."""
        assert rule.logic is not None  # noqa: S101 - what is followed has a condition
        verdicts = rule.logic.judge(snapshots, self._desk, self.moment(at, cause), known)
        if not isinstance(rule, CompiledRule):
            self._woken(rule, snapshots, verdicts, known, noticed)
            return
        level = rule.kind == "level"
        rising: list[RecordId] = []
        found: list[tuple[RecordId, Verdict, Memory | None]] = []
        for record in snapshots:
            verdict, old = verdicts.get(record, NO), known.get(record)
            holds = level and verdict.holds
            if old is None and not (holds or verdict.deadline is not None or verdict.since):
                continue
            found.append((record, verdict, old))
            if holds and (old is None or not old.holds):
                rising.append(record)
        if found:
            self._note(rule, found, rising, at, cause, noticed)

    def _note(
        self,
        rule: CompiledRule,
        found: Sequence[tuple[RecordId, Verdict, Memory | None]],
        rising: Sequence[RecordId],
        at: int,
        cause: Cause,
        noticed: Noticed,
    ) -> None:
        """Notes the edges that verdicts make of what was remembered, and remembers the verdicts."""
        firings = self.fire(rule, rising, "on", at, cause) if rising else []
        counted = {f.record for f in firings if f.edge == "on" and f.depth <= LONGEST_CHAIN}
        noticed.firings += firings
        if rule.tree.ending and rule.kind == "level":
            ended = [r for r, verdict, old in found if old is not None and old.firing_counts and not verdict.holds]
            noticed.firings += self._admitted(rule, [self._firing(rule, r, "off", at, cause) for r in ended])
        self._desk.remember(
            [_remembered(rule, record, verdict, old, record in counted) for record, verdict, old in found]
        )

    def _woken(
        self,
        watch: Followed,
        snapshots: Snapshots,
        verdicts: Mapping[RecordId, Verdict],
        known: Mapping[RecordId, Memory],
        noticed: Noticed,
    ) -> None:
        for record in snapshots:
            if record not in known:
                continue
            verdict = verdicts.get(record, NO)
            if verdict.holds:
                noticed.runs += self._desk.waiting(watch.id, record)
                self._desk.forget(watch.id, [record])
            else:
                memory = Memory(watch.id, record, False, verdict.since, verdict.deadline, waits=True)
                self._desk.remember([memory])

    def _changed(self, changes: Sequence[RecordChange], at: int, cause: Cause) -> list[Firing]:
        """Firings of change rules: each once for each change that satisfies its whole condition."""
        asked: dict[str, tuple[Followed, dict[RecordId, RecordChange]]] = {}
        for change in changes:
            if not self._book.plan.answers(change.entity):
                continue
            state = change.after if change.after is not None else change.before
            for index in self._book.plan.triggered(change, changed_keys(change)):
                for rule in index.candidates(state or {}):
                    asked.setdefault(rule.id, (rule, {}))[1][change.record] = change
        firings: list[Firing] = []
        for rule, by_record in asked.values():
            if isinstance(rule, CompiledRule):
                firings += self._answering(rule, by_record, at, cause)
        return firings

    def _answering(
        self, rule: CompiledRule, changes: Mapping[RecordId, RecordChange], at: int, cause: Cause
    ) -> list[Firing]:
        assert rule.logic is not None  # noqa: S101 - a change rule has a condition
        snapshots: Snapshots = {}
        for record, change in changes.items():
            snapshots[record] = change.after if change.after is not None else change.before or {}
        known: dict[RecordId, Memory] = {}
        if rule.logic.helds:
            found = self._desk.memories(rule.entity, list(snapshots), [rule.id])
            known = {record: memory for (_, record), memory in found.items()}
        verdicts = rule.logic.judge(snapshots, self._desk, self.moment(at, cause), known, changes)
        firings = self.fire(rule, [r for r, v in verdicts.items() if v.holds], "change", at, cause)
        for firing in firings:
            firing.change = changes[firing.record]
        return firings

    def fire(self, rule: CompiledRule, records: Sequence[RecordId], edge: Edge, at: int, cause: Cause) -> list[Firing]:
        """The firings of a rule on records, those beyond its limit or more than its author allows as skipped."""
        return self._admitted(rule, self.limited(rule, records, edge, at, cause))

    def limited(
        self, rule: CompiledRule, records: Sequence[RecordId], edge: Edge, at: int, cause: Cause
    ) -> list[Firing]:
        """The firings of a rule on records, those beyond its limit as skipped."""
        firings, limit = [self._firing(rule, record, edge, at, cause) for record in records], rule.tree.limit
        if limit is not None and records:
            counted = self._desk.firings_counted(rule.id, records, looks_back_to(limit, at))
            for firing in firings:
                if exceeded(limit, counted.get(firing.record, ()), at, self._calendar):
                    firing.edge, firing.withheld = "skipped", Withheld("limit", edge)
        return firings

    def beyond_cap(self, rule: CompiledRule, records: Sequence[RecordId], at: int) -> list[Firing]:
        """Firings of a first run that are held back."""
        firings = [self._firing(rule, record, "skipped", at, Cause()) for record in records]
        for firing in firings:
            firing.withheld = Withheld("cap", "on")
        return firings

    def _admitted(self, rule: CompiledRule, firings: list[Firing]) -> list[Firing]:
        """What a rule allows to happen in a time. Rules that block are gates: these never stop by themselves."""
        if firings and not rule.blocks:
            self._desk.admit(rule, [firing for firing in firings if firing.edge != "skipped"])
        return firings

    def _firing(self, rule: CompiledRule, record: RecordId, edge: Edge, at: int, cause: Cause) -> Firing:
        return Firing(
            rule.id, rule.name, rule.tree.priority, rule.entity, record, edge, at, cause.depth + 1, cause=cause
        )

    # ---- blocks ---------------------------------------------------------------------------------------------------

    def blocked(self, firings: Sequence[Firing], at: int, cause: Cause) -> list[Firing]:
        """Those of the firings that block the write, with their messages, in the order of running."""
        found: list[Firing] = []
        if not firings:
            return found
        for firing in sorted(firings, key=lambda f: f.order):
            rule = self._book.rules[firing.rule]
            if not rule.blocks or firing.edge not in ("on", "change"):
                continue
            acting = self.acting(firing, at, cause)
            texts = rule.of.then.block_texts(acting) if acting is not None else []
            if texts:
                firing.edge, firing.messages = "blocked", tuple(texts)
                found.append(firing)
        return found

    def acting(self, firing: Firing, at: int, cause: Cause | None = None) -> Acting | None:
        """The firing's record as it is now (as it was, when it answers its deletion); None when it is gone."""
        snapshot = self._desk.snapshots(firing.entity, [firing.record]).get(firing.record)
        change, gone = firing.change, snapshot is None
        if change is not None and change.after is None:
            snapshot = change.before
        if snapshot is None:
            return None
        moment = self.moment(at, cause or firing.cause)
        previous, event = (change.before, event_of(change)) if change is not None else (None, None)
        return Acting(firing.entity, firing.record, snapshot, self._desk, moment, previous, event, gone)


def _remembered(rule: CompiledRule, record: RecordId, verdict: Verdict, old: Memory | None, counts: bool) -> Memory:
    holds = verdict.holds and rule.kind == "level"
    counted = holds and (counts or (old is not None and old.holds and old.firing_counts))
    return Memory(rule.id, record, holds, verdict.since, verdict.deadline, counted)
