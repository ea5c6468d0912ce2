"""A naive rule engine, written from the language reference alone: every rule on every record at every instant that
could matter. It shares nothing with the product but the typed tree, so that agreement means something."""

from __future__ import annotations

import copy
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import Kind
from tests.properties.reference_evaluator import (
    DAY,
    HOUR,
    MINUTES,
    Clockwork,
    Evaluator,
    World,
    helds,
    number_day,
    walk,
)

CHANGE = (n.RecordIs, n.Changes, n.Trend, n.ChangesBy, n.Previous)
Out = tuple[int, int, str, str, str, str]
"""at, -priority, rule, record, edge, message"""


@dataclass
class Fired:
    rule: n.Rule
    record: str
    edge: str
    depth: int
    gone: dict[str, Any] | None = None
    event: str | None = None
    before: dict[str, Any] | None = None


@dataclass
class Step:
    """A firing carried out as far as `rest`; parked while it waits."""

    fired: Fired
    rest: tuple[n.Action, ...]
    wake: int = 0
    until: n.Condition | None = None


@dataclass
class State:
    """Everything that a blocked write gives back."""

    world: World
    on: dict[tuple[int, str], bool] = field(default_factory=dict)
    """(rule, record) → whether the firing was counted, for what is true now"""
    since: dict[tuple[int, str, n.Held], int] = field(default_factory=dict)
    counted: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    out: list[Out] = field(default_factory=list)
    parked: list[Step] = field(default_factory=list)
    made: int = 0
    auto: dict[str, int] = field(default_factory=dict)


class BlockedWrite(Exception):
    pass


def order_of(f: Fired) -> tuple[int, str, str]:
    """Firings of one state run by priority, rule, record."""
    return (-f.rule.priority, f.rule.name, f.record)


class Reference:
    """Plays a history."""

    def __init__(self, model: Any, rules: list[n.Rule], zone: str) -> None:
        self.model, self.rules = model, rules
        self.clock = Clockwork(ZoneInfo(zone))
        self.state = State(World({e.id: {} for e in model.entities}))
        self.kinds = [
            "schedule" if r.schedule else "change" if any(isinstance(x, CHANGE) for x in walk(r.condition)) else "level"
            for r in rules
        ]
        self.published: int | None = None
        self.writes = 0

    # ---- the main loop
    def play(self, events: list[tuple[int, str, str, str, dict[str, Any]]], until: int) -> list[Out]:
        """Events are (at, operation, entity, id, values)."""
        last = events[0][0] if events else until
        self.published = last
        for at, *event in events:
            self.pass_time(last, at)
            last = at
            self.write_event(at, event)
        self.pass_time(last, until)
        return sorted(self.state.out, key=lambda o: o[:4])

    def write_event(self, at: int, event: list[Any]) -> None:
        kept = copy.deepcopy(self.state)
        try:
            operation, entity, record, values = event
            if operation == "chunk":
                fired = self.write_parts(at, values, 0)
            elif operation == "bulk":
                fired = self.write(at, "update", entity, values, 0)
            else:
                fired = self.write(at, operation, entity, {record: values}, 0)
        except BlockedWrite as blocked:
            self.state = kept
            self.state.out += blocked.args[0]
            return
        if fired is not None:
            self.run(fired, at)

    def pass_time(self, after: int, to: int) -> None:
        t, known, seen = after, None, self.mark()
        while True:
            if known is None or seen != self.mark():
                known, seen = sorted(self.candidates(t, to)), self.mark()
            if not known:
                return
            t = known.pop(0)
            woken = self.woken(t, timed=True)
            fired = self.edges(t, 1)
            for number, rule in enumerate(self.rules):
                if rule.schedule is not None and t in self.ticks(rule.schedule, after, to):
                    fired += self.scheduled(number, rule, t)
            self.run(self.entered(fired, t) + woken, t)

    def mark(self) -> Any:
        """Changes whenever the instants that could matter may have changed."""
        return self.writes, tuple(self.state.since.values()), tuple(step.wake for step in self.state.parked)

    # ---- instants that could matter
    def ticks(self, schedule: n.Schedule, after: int, to: int) -> set[int]:
        if schedule.unit == "hours":
            start = self.clock.at(self.clock.day(self.published or 0))
            step = schedule.hours * HOUR
            return set(range(start + max(0, (after - start) // step - 1) * step, to + 1, step))
        found: set[int] = set()
        day = self.clock.day(after) - timedelta(days=1)
        while day <= self.clock.day(to) + timedelta(days=1):
            last = monthrange(day.year, day.month)[1]
            fits = {
                "day": True,
                "weekday": day.isoweekday() in schedule.weekdays,
                "working_day": self.clock.working(day),
                "month": day.day in {min(d, last) for d in schedule.days},
            }[schedule.unit]
            if fits:
                found.add(self.clock.at(day, schedule.at or time(0)))
            day += timedelta(days=1)
        return found

    def candidates(self, after: int, to: int) -> list[int]:
        instants: set[int] = set(self.state.since.values())
        for entity in self.model.entities:
            for row in self.state.world.rows[entity.id].values():
                for f in entity.fields:
                    value = row.get(f.key)
                    if value is not None and f.value_type.kind is Kind.DATETIME:
                        instants.add(value)
                    if value is not None and f.value_type.kind is Kind.DATE:
                        instants.add(self.clock.at(number_day(value)))
        every = [part for rule in self.rules for part in walk(rule)]
        for part in every:
            if isinstance(part, n.Constant) and part.type.kind is Kind.DATETIME:
                instants.add(part.value)  # type: ignore[arg-type]
        if any(isinstance(p, n.Call | n.Calendrical) for p in every):
            days = range(-5, (to - after) // DAY + 7)
            instants |= {self.clock.at(self.clock.day(after) + timedelta(days=d)) for d in days}
        found = set(instants)
        for duration in {p for p in every if isinstance(p, n.Duration)}:
            for t in instants:
                for sign in (1, -1):
                    moved = self.clock.move(t, duration, sign)
                    found.add(moved)
                    if duration.unit not in MINUTES:
                        wall = self.clock.wall(t)
                        for k in range(-5, 6):
                            found.add(self.clock.at(self.clock.day(moved) + timedelta(days=k), wall.time()))
        for outer in [p for p in every if isinstance(p, n.Shift) and isinstance(p.base, n.Shift)]:
            inner = outer.base
            assert isinstance(inner, n.Shift)
            for t in instants:
                moved = self.clock.move(self.clock.move(t, outer.duration, -outer.sign), inner.duration, -inner.sign)
                found.add(moved)
                wall = self.clock.wall(moved)
                found |= {self.clock.at(wall.date() + timedelta(days=k), wall.time()) for k in range(-6, 7)}
        if any(isinstance(p, n.Elapsed) for p in every):
            for t in instants:
                first = t + (after - t) // HOUR * HOUR
                found.update(
                    range(first, to + 1, HOUR)
                    if self.hours(every)
                    else range(t + (after - t) // DAY * DAY, to + 1, DAY)
                )
        found |= {t + 1 for t in found} | {step.wake for step in self.state.parked}
        day = self.clock.day(after)
        while day <= self.clock.day(to):
            found.add(self.clock.at(day))
            day += timedelta(days=1)
        for rule in self.rules:
            if rule.schedule is not None:
                found |= self.ticks(rule.schedule, after, to)
        return [t for t in found if after < t <= to]

    @staticmethod
    def hours(every: list[Any]) -> bool:
        return any(isinstance(p, n.Elapsed) and p.unit == "hours" for p in every)

    # ---- evaluation of everything
    def evaluator(self, at: int, world: World | None = None) -> Evaluator:
        return Evaluator(self.model, self.clock, world or self.state.world, at)

    def follow(self, number: int, record: str, ev: Evaluator, row: dict[str, Any], keep: bool = True) -> None:
        ev.held = {}
        for held in helds(self.rules[number].condition):
            place = (number, record, held)
            if ev.truth(held.condition, row):
                since = self.state.since.get(place, ev.now)
                if keep:
                    self.state.since[place] = since
                ev.held[held] = self.clock.move(since, held.duration, 1) <= ev.now
            else:
                if keep:
                    self.state.since.pop(place, None)
                ev.held[held] = False

    def edges(self, at: int, depth: int) -> list[Fired]:
        fired: list[Fired] = []
        for number, rule in enumerate(self.rules):
            rows = self.state.world.rows[rule.entity]
            for key in [k for k in self.state.on if k[0] == number and k[1] not in rows]:
                del self.state.on[key]
            for place in [p for p in self.state.since if p[0] == number and p[1] not in rows]:
                del self.state.since[place]
            for record, row in rows.items():
                ev = self.evaluator(at)
                self.follow(number, record, ev, row)
                if self.kinds[number] != "level":
                    continue
                truth, place2 = ev.truth(rule.condition, row), (number, record)
                if truth and place2 not in self.state.on:
                    edge = self.limited(number, record, at, "on")
                    self.state.on[place2] = edge == "on" and depth <= 16
                    fired.append(Fired(rule, record, edge, depth))
                elif not truth and self.state.on.pop(place2, False) and rule.ending:
                    fired.append(Fired(rule, record, "off", depth))
        return fired

    def limited(self, number: int, record: str, at: int, edge: str) -> str:
        limit = self.rules[number].limit
        if limit is None:
            return edge
        counted = self.state.counted.get((number, record), [])
        if limit.duration is not None:
            counted = [f for f in counted if f <= at < self.clock.move(f, limit.duration, 1)]
        return "skipped" if len(counted) >= limit.number else edge

    def answers(self, at: int, depth: int, changes: list[Any], gone: bool) -> list[Fired]:
        fired: list[Fired] = []
        for number, rule in enumerate(self.rules):
            if self.kinds[number] != "change":
                continue
            for entity, record, before, after in changes:
                if entity != rule.entity or (after is None) is not gone:
                    continue
                ev = self.evaluator(at)
                self.follow(number, record, ev, after or before, keep=not gone)
                ev.event = "created" if before is None else "deleted" if after is None else "updated"
                ev.before = before
                if ev.truth(rule.condition, after or before):
                    edge = self.limited(number, record, at, "change")
                    fired.append(Fired(rule, record, edge, depth, before if gone else None, ev.event, before))
        return fired

    def scheduled(self, number: int, rule: n.Rule, at: int) -> list[Fired]:
        fired = []
        for record, row in self.state.world.rows[rule.entity].items():
            ev = self.evaluator(at)
            self.follow(number, record, ev, row, keep=False)
            if rule.condition is None or ev.truth(rule.condition, row):
                fired.append(Fired(rule, record, self.limited(number, record, at, "schedule"), 1))
        return fired

    def woken(self, at: int, timed: bool) -> list[Step]:
        """Parked steps whose condition is true now or (`timed`) whose time is over; they wait no longer."""
        found = []
        for step in self.state.parked:
            row = self.state.world.rows[step.fired.rule.entity][step.fired.record]
            if (timed and step.wake == at) or (step.until is not None and self.evaluator(at).truth(step.until, row)):
                found.append(step)
        self.state.parked = [step for step in self.state.parked if not any(step is each for each in found)]
        return sorted(found, key=lambda step: order_of(step.fired))

    def entered(self, fired: list[Fired], at: int) -> list[Step]:
        kept = []
        for f in sorted(fired, key=order_of):
            if f.depth > 16:
                continue
            number = self.rules.index(f.rule)
            self.state.out.append((at, -f.rule.priority, f.rule.name, f"{f.rule.entity}/{f.record}", f.edge, ""))
            if f.edge in ("on", "change", "schedule"):
                self.state.counted.setdefault((number, f.record), []).append(at)
            if f.edge != "skipped":
                kept.append(Step(f, f.rule.ending if f.edge == "off" else f.rule.actions))
        return kept

    # ---- writes
    def write(self, at: int, op: str, entity: str, values: dict[str, Any], depth: int) -> list[Step] | None:
        """One operation on some records of an entity at once."""
        return self.write_parts(at, [(op, entity, record, given) for record, given in values.items()], depth)

    def write_parts(self, at: int, parts: list[Any], depth: int) -> list[Step] | None:
        """Parts (operation, entity, id, values) at once; raises BlockedWrite; None when nothing is changed."""
        rows = self.state.world.rows
        changes: list[Any] = []
        there = {entity: set(found) for entity, found in rows.items()}
        for op, entity, record, _ in parts:
            there[entity] |= {record} if op == "create" else set()
        for op, entity, record, given in parts:
            if op == "create":
                if record in rows[entity] or not self.known(entity, given, there):
                    return None
                new: dict[str, Any] = {f.key: None for f in self.model.entity(entity).fields}
                new.update(given, id=record, created_at=at, updated_at=at, version=1)
                changes.append((entity, record, None, new))
            elif op == "update":
                if record not in rows[entity] or not self.known(entity, given, there):
                    return None
                old = rows[entity][record]
                if any(old[k] != v for k, v in given.items()):
                    new = {**old, **given, "updated_at": at, "version": old["version"] + 1}
                    changes.append((entity, record, old, new))
            else:
                if record not in rows[entity]:
                    return None
                changes += self.deletion(entity, record)
        if not changes:
            return None
        self.writes += 1
        fired = self.answers(at, depth + 1, changes, gone=True)
        for e, record, before, after in changes:
            if after is None:
                del rows[e][record]
            else:
                rows[e][record] = after
            if before is None:
                self.state.made += 1
                self.state.world.seq[e, record] = self.state.made
        # what was remembered of deleted records goes, also when the id is used again later
        for e, record, _, after in changes:
            if after is None:
                for number, rule in enumerate(self.rules):
                    if rule.entity == e:
                        self.state.on.pop((number, record), None)
                self.state.parked = [
                    step for step in self.state.parked if (step.fired.rule.entity, step.fired.record) != (e, record)
                ]
        fired += self.answers(at, depth + 1, changes, gone=False) + self.edges(at, depth + 1)
        woken = self.woken(at, timed=False)
        blocked = [
            (at, -f.rule.priority, f.rule.name, f"{f.rule.entity}/{f.record}", "blocked", text)
            for f in sorted(fired, key=order_of)
            if f.edge in ("on", "change")
            for text in self.blocks(f.rule.actions, f, at)[0]
        ]
        if blocked:
            raise BlockedWrite(blocked)
        return self.entered(fired, at) + woken

    def blocks(self, actions: tuple[n.Action, ...], f: Fired, at: int) -> tuple[list[str], bool]:
        """Texts of the blocks that are reached before any wait, and whether no wait was met."""
        texts: list[str] = []
        for action in actions:
            if isinstance(action, n.Wait | n.WaitUntil):
                return texts, False
            if isinstance(action, n.Block):
                texts.append(str(action.text.parts[0]))
            if isinstance(action, n.Choose):
                row = f.gone or self.state.world.rows[f.rule.entity][f.record]
                inner, on = self.blocks(self.chosen(action, f, at, row), f, at)
                texts += inner
                if not on:
                    return texts, False
        return texts, True

    def chosen(self, action: n.Choose, f: Fired, at: int, this: Any) -> tuple[n.Action, ...]:
        ev = self.evaluator(at)
        ev.event, ev.before = f.event, f.before
        return action.then if ev.truth(action.condition, this) else action.otherwise

    def known(self, entity: str, given: dict[str, Any], rows: Any) -> bool:
        for f in self.model.entity(entity).fields:
            value = given.get(f.key)
            points = value is not None and f.value_type.kind is Kind.RECORD and f.value_type.entity != "user"
            if points and value not in rows[f.value_type.entity]:
                return False
        return True

    def deletion(self, entity: str, record: str) -> list[Any]:
        gone, emptied, queue = {}, {}, [(entity, record)]  # type: ignore[var-annotated]
        while queue:
            e, r = queue.pop()
            if (e, r) in gone:
                continue
            gone[e, r] = self.state.world.rows[e][r]
            for other in self.model.entities:
                for f in other.fields:
                    if f.value_type.kind is not Kind.RECORD or f.value_type.entity != e or f.system:
                        continue
                    for holder, row in self.state.world.rows[other.id].items():
                        if row[f.key] == r and f.on_delete == "cascade":
                            queue.append((other.id, holder))
                        elif row[f.key] == r:
                            emptied.setdefault((other.id, holder), dict(row))[f.key] = None
        changes = [(e, r, row, None) for (e, r), row in gone.items()]
        return changes + [
            (e, r, self.state.world.rows[e][r], row) for (e, r), row in emptied.items() if (e, r) not in gone
        ]

    # ---- actions
    def run(self, steps: list[Step], at: int) -> None:
        queue = list(steps)
        while queue:
            step = queue.pop(0)
            kept, length = copy.deepcopy(self.state), len(queue)
            try:
                self.go(step.fired, list(step.rest), at, queue)
            except BlockedWrite as blocked:
                self.state = kept
                del queue[length:]
                self.state.out += blocked.args[0]

    def go(self, f: Fired, rest: list[n.Action], at: int, queue: list[Step], last: Any = None) -> None:
        while rest:
            present = self.state.world.rows[f.rule.entity].get(f.record)
            row = last = f.gone or present or last
            if row is None:
                return
            action = rest.pop(0)
            if present is None and isinstance(action, n.SetFields | n.Assign | n.Delete):
                continue
            if isinstance(action, n.Choose):
                rest = [*self.chosen(action, f, at, row), *rest]
            elif isinstance(action, n.Wait | n.WaitUntil):
                if present is None and f.gone is None:
                    return
                until = action.condition if isinstance(action, n.WaitUntil) else None
                if until is None or not self.evaluator(at).truth(until, row):
                    wake = self.clock.move(at, action.duration, 1)
                    self.state.parked.append(Step(f, tuple(rest), wake, until))
                    return
            else:
                queue += self.act(action, f, at, row) or []

    def act(self, action: n.Action, f: Fired, at: int, this: Any) -> list[Step] | None:
        ev = self.evaluator(at)
        ev.event, ev.before = f.event, f.before
        if isinstance(action, n.SetFields):
            return self.write(
                at, "update", f.rule.entity, {f.record: self.assigned(action.assignments, ev, this)}, f.depth
            )
        if isinstance(action, n.Create):
            number = self.state.auto.get(action.entity, 0) + 1
            values = self.assigned(action.assignments, ev, this)
            for field_ in self.model.entity(action.entity).fields:
                points = field_.value_type.kind is Kind.RECORD and values.get(field_.key) is not None
                if points and values[field_.key] not in self.state.world.rows[field_.value_type.entity]:
                    values[field_.key] = None
            fired = self.write(at, "create", action.entity, {f"auto-{number}": values}, f.depth)
            self.state.auto[action.entity] = number
            return fired
        if isinstance(action, n.Update):
            rows = sorted(
                ev.rows(action.collection, this, None, past_only=False),
                key=lambda r: self.state.world.seq[action.collection.entity, r["id"]],
            )
            values2 = {r["id"]: {ev.key(a.field): ev.value(a.value, this, r) for a in action.assignments} for r in rows}
            return self.write(at, "update", action.collection.entity, values2, f.depth) if values2 else None
        if isinstance(action, n.Delete):
            return self.write(at, "delete", f.rule.entity, {f.record: None}, f.depth)
        return None

    def assigned(self, assignments: Any, ev: Evaluator, this: Any) -> dict[str, Any]:
        out = {}
        for a in assignments:
            value = ev.value(a.value, this, None)
            field_ = self.model.field(a.field)[1]
            if isinstance(value, Decimal):
                value = value.quantize(Decimal(1).scaleb(-field_.decimals), ROUND_HALF_EVEN)
            out[field_.key] = value
        return out
