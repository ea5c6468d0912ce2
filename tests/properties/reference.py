"""A naive rule engine, written from the language reference alone: every rule on every record at every instant that
could matter. It shares nothing with the product but the typed tree, so that agreement means something."""

from __future__ import annotations

import copy
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import Kind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
HOUR = 3_600_000_000
MINUTES = {n.Unit.MINUTES: 1, n.Unit.HOURS: 60, n.Unit.DAYS: 1440, n.Unit.WEEKS: 10080}


def of_instant(t: int) -> datetime:
    return EPOCH + timedelta(microseconds=t)


def to_instant(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


class Clockwork:
    """Days and durations in one zone, by the standard library."""

    def __init__(self, zone: ZoneInfo, holidays: set[date] = frozenset(), workdays: set[date] = frozenset()) -> None:  # type: ignore[assignment]
        self.zone, self.holidays, self.workdays = zone, holidays, workdays

    def wall(self, t: int) -> datetime:
        return of_instant(t).astimezone(self.zone)

    def day(self, t: int) -> date:
        return self.wall(t).date()

    def at(self, day: date, clock: time = time(0)) -> int:
        local = datetime.combine(day, clock, tzinfo=self.zone)
        there_and_back = local.astimezone(UTC).astimezone(self.zone)
        if there_and_back.replace(tzinfo=None) == local.replace(tzinfo=None):
            return to_instant(local.astimezone(UTC))
        # a skipped time: walk to the first instant after the shift
        t = to_instant(local.replace(fold=1).astimezone(UTC))
        offset = self.wall(t).utcoffset()
        while self.wall(t).utcoffset() == offset:
            t += 60_000_000
        return t

    def working(self, day: date) -> bool:
        return day in self.workdays or (day not in self.holidays and day.weekday() < 5)

    def move_day(self, day: date, duration: n.Duration, sign: int) -> date:
        amount = duration.amount * sign
        if duration.unit in MINUTES:
            return day + timedelta(days=amount * MINUTES[duration.unit] // 1440)
        if duration.unit is n.Unit.WORKING_DAYS:
            step, left = (1 if amount > 0 else -1), abs(amount)
            while left:
                day += timedelta(days=step)
                left -= self.working(day)
            return day
        months = amount * (12 if duration.unit is n.Unit.YEARS else 1)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    def move(self, t: int, duration: n.Duration, sign: int) -> int:
        if duration.unit in MINUTES:
            return t + sign * duration.amount * MINUTES[duration.unit] * 60_000_000
        wall = self.wall(t)
        if duration.amount == 0:
            return t
        return self.at(self.move_day(wall.date(), duration, sign), wall.time())

    def period(self, day: date, window: n.Calendrical) -> tuple[date, date]:
        start = {
            "day": day,
            "week": day - timedelta(days=day.weekday()),
            "month": day.replace(day=1),
            "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
            "year": day.replace(month=1, day=1),
        }[window.unit]
        if window.which == "previous":
            return self.period(start - timedelta(days=1), n.Calendrical("this", window.unit))
        if window.unit in ("day", "week"):
            return start, start + timedelta(days=1 if window.unit == "day" else 7)
        months = {"month": 1, "quarter": 3, "year": 12}[window.unit]
        return start, self.move_day(start, n.Duration(months, n.Unit.MONTHS), 1)


def day_number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def number_day(number: int) -> date:
    return date.fromordinal(number + date(1970, 1, 1).toordinal())


@dataclass
class World:
    """All live records: entity → id → values; `seq` is the order of creation."""

    rows: dict[str, dict[str, dict[str, Any]]]
    seq: dict[tuple[str, str], int] = field(default_factory=dict)


class Evaluator:
    """The value of a tree for one record at one instant, straight from the definitions."""

    def __init__(self, model: Any, clock: Clockwork, world: World, now: int) -> None:
        self.model, self.clock, self.world, self.now = model, clock, world, now
        self.today = clock.day(now)

    # change being processed and state of `for`, set by the engine below
    event: str | None = None
    before: dict[str, Any] | None = None
    held: dict[n.Held, bool] = {}

    def key(self, field_id: str) -> str:
        return str(self.model.field(field_id)[1].key)

    # ---- values
    def value(self, e: Any, this: dict[str, Any], row: dict[str, Any] | None) -> Any:
        return getattr(self, "v_" + type(e).__name__.lower())(e, this, row)

    def v_constant(self, e: n.Constant, this: Any, row: Any) -> Any:
        return e.value

    def v_empty(self, e: n.Empty, this: Any, row: Any) -> Any:
        return None

    def v_now(self, e: n.Now, this: Any, row: Any) -> Any:
        return self.now

    def v_today(self, e: n.Today, this: Any, row: Any) -> Any:
        return day_number(self.today)

    def v_path(self, e: n.Path, this: Any, row: Any) -> Any:
        record = this if e.root == "this" else row
        if not e.fields:
            return record["id"]
        for position, field_id in enumerate(e.fields):
            value = record[self.key(field_id)]
            if position == len(e.fields) - 1:
                return value
            target = self.model.field(field_id)[1].value_type.entity
            record = self.world.rows[target].get(value)
            if record is None:
                return None
        return None

    def v_previous(self, e: n.Previous, this: Any, row: Any) -> Any:
        return None if self.before is None else self.before[self.key(e.path.fields[0])]

    def v_arithmetic(self, e: n.Arithmetic, this: Any, row: Any) -> Any:
        a, b = self.value(e.left, this, row), self.value(e.right, this, row)
        if a is None or b is None or (e.operator == "/" and b == 0):
            return None
        if e.operator == "/":
            return (Decimal(a) / Decimal(b)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[e.operator]()

    def v_negative(self, e: n.Negative, this: Any, row: Any) -> Any:
        a = self.value(e.operand, this, row)
        return None if a is None else -a

    def kind(self, e: Any) -> Kind:
        if isinstance(e, n.Now):
            return Kind.DATETIME
        if isinstance(e, n.Today):
            return Kind.DATE
        if isinstance(e, n.Shift):
            return self.kind(e.base)
        if isinstance(e, n.Arithmetic | n.Negative | n.Elapsed):
            return Kind.NUMBER
        return Kind(e.type.kind) if hasattr(e, "type") else Kind.EMPTY

    def v_shift(self, e: n.Shift, this: Any, row: Any) -> Any:
        a = self.value(e.base, this, row)
        return None if a is None else self.shifted(a, self.kind(e.base), e.duration, e.sign)

    def shifted(self, value: int, kind: Kind, duration: n.Duration, sign: int) -> int:
        if kind is Kind.DATE:
            return day_number(self.clock.move_day(number_day(value), duration, sign))
        return self.clock.move(value, duration, sign)

    def v_elapsed(self, e: n.Elapsed, this: Any, row: Any) -> Any:
        a = self.value(e.operand, this, row)
        if a is None:
            return None
        if self.kind(e.operand) is Kind.DATE:
            days = day_number(self.today) - a
            return Decimal(days if e.direction == "since" else -days)
        unit = DAY if e.unit == "days" else HOUR
        return Decimal((self.now - a if e.direction == "since" else a - self.now) // unit)

    def v_call(self, e: n.Call, this: Any, row: Any) -> Any:
        if e.function == "if":
            if self.truth(e.arguments[0], this, row):
                return self.value(e.arguments[1], this, row)
            return self.value(e.arguments[2], this, row) if len(e.arguments) > 2 else None
        values = [self.value(a, this, row) for a in e.arguments]
        if e.function == "coalesce":
            return next((v for v in values if v is not None), None)
        if any(v is None for v in values):
            return None
        if e.function in ("min", "max"):
            return {"min": min, "max": max}[e.function](values)
        day = number_day(values[0]) if self.kind(e.arguments[0]) is Kind.DATE else self.clock.day(values[0])
        return Decimal({"month": day.month, "day": day.day, "weekday": day.isoweekday()}[e.function])

    # ---- related records
    def rows(self, c: n.Collection, this: Any, row: Any, past_only: bool) -> list[dict[str, Any]]:
        start = this if c.root == "this" else row
        entity = self.model.entity(c.entity)
        found: list[dict[str, Any]] = [start]
        for hop in c.hops:
            owner, key = self.model.field(hop.field)[0].id, self.key(hop.field)
            nxt: list[dict[str, Any]] = []
            for record in found:
                if hop.direction == "back":
                    nxt += [r for r in self.world.rows[owner].values() if r[key] == record["id"]]
                else:
                    target = self.world.rows[self.model.field(hop.field)[1].value_type.entity].get(record[key])
                    nxt += [target] if target is not None else []
            found = nxt
        if not c.hops:
            found = list(self.world.rows[c.entity].values())
        unique = {r["id"]: r for r in found}
        tkey, tkind = entity.time_field.key, entity.time_field.value_type.kind
        out = []
        for r in unique.values():
            t = r[tkey]
            if c.window is not None and (t is None or not self.within(t, tkind, c.window)):
                continue
            if past_only and (t is None or t > (day_number(self.today) if tkind is Kind.DATE else self.now)):
                continue
            if c.where is None or self.truth(c.where, this, r):
                out.append(r)
        return sorted(out, key=lambda r: (r[tkey] if r[tkey] is not None else 0, self.world.seq[c.entity, r["id"]]))

    def v_aggregate(self, e: n.Aggregate, this: Any, row: Any) -> Any:
        rows = self.rows(e.collection, this, row, e.function in ("latest", "earliest"))
        if e.function == "count":
            return Decimal(len(rows))
        values = [v for r in rows if (v := self.value(e.value, this, r)) is not None]
        if e.function == "sum":
            return sum(values, Decimal(0))
        if e.function == "distinct":
            return Decimal(len(set(values)))
        if not values:
            return None
        if e.function == "avg":
            return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        return {"min": min, "max": max, "latest": lambda v: v[-1], "earliest": lambda v: v[0]}[e.function](values)

    # ---- conditions
    def truth(self, c: Any, this: dict[str, Any], row: dict[str, Any] | None = None) -> bool:
        return bool(getattr(self, "c_" + type(c).__name__.lower())(c, this, row))

    def c_and(self, c: n.And, this: Any, row: Any) -> bool:
        return all(self.truth(item, this, row) for item in c.items)

    def c_or(self, c: n.Or, this: Any, row: Any) -> bool:
        return any(self.truth(item, this, row) for item in c.items)

    def c_not(self, c: n.Not, this: Any, row: Any) -> bool:
        return not self.truth(c.item, this, row)

    def c_truth(self, c: n.Truth, this: Any, row: Any) -> bool:
        return self.value(c.operand, this, row) is True

    def c_compare(self, c: n.Compare, this: Any, row: Any) -> bool:
        left, right = c.left, c.right
        if isinstance(left, n.Now) and self.kind(right) is Kind.DATE:
            left = n.Today()
        if isinstance(right, n.Now) and self.kind(left) is Kind.DATE:
            right = n.Today()
        a, b = self.value(left, this, row), self.value(right, this, row)
        return self.compared(c.operator, a, self.kind(left), b, self.kind(right))

    def compared(self, operator: str, a: Any, ka: Kind, b: Any, kb: Kind) -> bool:
        if operator == "!=":
            return not self.compared("=", a, ka, b, kb)
        if a is None or b is None:
            return False
        if ka is Kind.DATE and kb is Kind.DATETIME:
            a = self.clock.at(number_day(a))
        if ka is Kind.DATETIME and kb is Kind.DATE:
            b = self.clock.at(number_day(b))
        return bool({"=": a == b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])

    def c_between(self, c: n.Between, this: Any, row: Any) -> bool:
        return self.c_compare(n.Compare(">=", c.operand, c.low), this, row) and self.c_compare(
            n.Compare("<=", c.operand, c.high), this, row
        )

    def c_oneof(self, c: n.OneOf, this: Any, row: Any) -> bool:
        return any(self.c_compare(n.Compare("=", c.operand, o), this, row) for o in c.options)

    def c_isempty(self, c: n.IsEmpty, this: Any, row: Any) -> bool:
        return self.value(c.operand, this, row) is None

    def within(self, t: int, kind: Kind, window: n.Window) -> bool:
        now = day_number(self.today) if kind is Kind.DATE else self.now
        if isinstance(window, n.Calendrical):
            first, after = self.clock.period(self.today, window)
            day = number_day(t) if kind is Kind.DATE else self.clock.day(t)
            return first <= day < after
        if window.side == "last":
            return t <= now < self.shifted(t, kind, window.duration, 1)
        return self.shifted(t, kind, window.duration, -1) <= now < t

    def c_within(self, c: n.Within, this: Any, row: Any) -> bool:
        a = self.value(c.operand, this, row)
        return a is not None and self.within(a, self.kind(c.operand), c.window)

    def c_olderthan(self, c: n.OlderThan, this: Any, row: Any) -> bool:
        a = self.value(c.operand, this, row)
        if a is None:
            return False
        kind = self.kind(c.operand)
        now = day_number(self.today) if kind is Kind.DATE else self.now
        return self.shifted(a, kind, c.duration, 1) <= now

    def c_quantified(self, c: n.Quantified, this: Any, row: Any) -> bool:
        k = len(self.rows(c.collection, this, row, past_only=False))
        return {
            "no": k == 0,
            "any": k > 0,
            "at_least": k >= c.number,
            "at_most": k <= c.number,
            "exactly": k == c.number,
        }[c.quantity]

    def c_lastall(self, c: n.LastAll, this: Any, row: Any) -> bool:
        newest = self.rows(c.collection, this, row, past_only=True)[-c.number :]
        return len(newest) == c.number and all(self.truth(c.condition, this, r) for r in newest)

    def c_held(self, c: n.Held, this: Any, row: Any) -> bool:
        return self.held[c]

    # ---- change conditions
    def c_recordis(self, c: n.RecordIs, this: Any, row: Any) -> bool:
        return self.event == c.event

    def c_changes(self, c: n.Changes, this: Any, row: Any) -> bool:
        if self.event != "updated" or self.before is None:
            return False
        key = self.key(c.path.fields[0])
        old, new = self.before[key], this[key]
        if old == new:
            return False
        for value, wanted in ((old, c.before), (new, c.after)):
            if isinstance(wanted, n.Empty) and value is not None:
                return False
            if isinstance(wanted, n.Constant) and value != wanted.value:
                return False
        return True

    def c_trend(self, c: n.Trend, this: Any, row: Any) -> bool:
        if self.event != "updated" or self.before is None:
            return False
        old, new = self.before[self.key(c.path.fields[0])], this[self.key(c.path.fields[0])]
        if old is None or new is None:
            return False
        return bool(new > old if c.direction == "rises" else new < old)

    def c_changesby(self, c: n.ChangesBy, this: Any, row: Any) -> bool:
        if self.event != "updated" or self.before is None:
            return False
        old, new = self.before[self.key(c.path.fields[0])], this[self.key(c.path.fields[0])]
        return bool(old and new is not None and abs(new - old) > abs(old) * c.fraction)


def walk(node: Any) -> list[Any]:
    """Every node of a tree."""
    found = [node] if isinstance(node, n.Node) else []
    if isinstance(node, n.Node):
        for name in node.__dataclass_fields__:
            found += walk(getattr(node, name)) if name != "span" else []
    elif isinstance(node, tuple):
        for part in node:
            found += walk(part)
    return found


def helds(node: Any) -> list[n.Held]:
    """`C for D`, inner before outer."""
    return [part for part in reversed(walk(node)) if isinstance(part, n.Held)]


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
class State:
    """Everything that a blocked write gives back."""

    world: World
    on: dict[tuple[int, str], bool] = field(default_factory=dict)
    """(rule, record) → whether the firing was counted, for what is true now"""
    since: dict[tuple[int, str, n.Held], int] = field(default_factory=dict)
    counted: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    out: list[Out] = field(default_factory=list)
    made: int = 0
    auto: dict[str, int] = field(default_factory=dict)


class BlockedWrite(Exception):
    pass


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
            fired = self.write(at, event[0], event[1], {event[2]: event[3]}, 0)
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
            fired = self.edges(t, 1)
            for number, rule in enumerate(self.rules):
                if rule.schedule is not None and t in self.ticks(rule.schedule, after, to):
                    fired += self.scheduled(number, rule, t)
            self.run(self.entered(fired, t), t)

    def mark(self) -> Any:
        """Changes whenever the instants that could matter may have changed."""
        return self.writes, tuple(self.state.since.values())

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
        found |= {t + 1 for t in found}
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
                    self.state.on[place2] = edge == "on"
                    fired.append(Fired(rule, record, edge, depth))
                elif not truth and place2 in self.state.on:
                    if self.state.on.pop(place2) and rule.ending:
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

    def entered(self, fired: list[Fired], at: int) -> list[Fired]:
        kept = []
        for f in sorted(fired, key=lambda f: (-f.rule.priority, f.rule.name, f.record)):
            if f.depth > 16:
                continue
            number = self.rules.index(f.rule)
            self.state.out.append((at, -f.rule.priority, f.rule.name, f"{f.rule.entity}/{f.record}", f.edge, ""))
            if f.edge in ("on", "change", "schedule"):
                self.state.counted.setdefault((number, f.record), []).append(at)
            kept.append(f)
        return kept

    # ---- writes
    def write(self, at: int, op: str, entity: str, values: dict[str, Any], depth: int) -> list[Fired] | None:
        """Applies one write and evaluates everything; raises BlockedWrite; None when it is refused or no change."""
        rows = self.state.world.rows
        changes: list[Any] = []
        for record, given in values.items():
            if op == "create":
                if record in rows[entity] or not self.known(entity, given, rows):
                    return None
                new = {f.key: None for f in self.model.entity(entity).fields}
                new.update(given, id=record, created_at=at, updated_at=at, version=1)
                changes.append((entity, record, None, new))
            elif op == "update":
                if record not in rows[entity] or not self.known(entity, given, rows):
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
        fired += self.answers(at, depth + 1, changes, gone=False) + self.edges(at, depth + 1)
        blocked = [
            (at, -f.rule.priority, f.rule.name, f"{f.rule.entity}/{f.record}", "blocked", str(a.text.parts[0]))
            for f in sorted(fired, key=lambda f: (-f.rule.priority, f.rule.name, f.record))
            for a in f.rule.actions
            if isinstance(a, n.Block) and f.edge in ("on", "change")
        ]
        if blocked:
            raise BlockedWrite(blocked)
        return self.entered(fired, at)

    def known(self, entity: str, given: dict[str, Any], rows: Any) -> bool:
        for f in self.model.entity(entity).fields:
            value = given.get(f.key)
            if value is not None and f.value_type.kind is Kind.RECORD and f.value_type.entity != "user":
                if value not in rows[f.value_type.entity]:
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
    def run(self, fired: list[Fired], at: int) -> None:
        queue = list(fired)
        while queue:
            f = queue.pop(0)
            if f.edge == "skipped":
                continue
            kept, length = copy.deepcopy(self.state), len(queue)
            try:
                for action in f.rule.ending if f.edge == "off" else f.rule.actions:
                    queue += self.act(action, f, at) or []
            except BlockedWrite as blocked:
                self.state = kept
                del queue[length:]
                self.state.out += blocked.args[0]

    def act(self, action: n.Action, f: Fired, at: int) -> list[Fired] | None:
        ev = self.evaluator(at)
        ev.event, ev.before = f.event, f.before
        this = f.gone or self.state.world.rows[f.rule.entity].get(f.record)
        if this is None:
            return None
        if isinstance(action, n.SetFields):
            if f.gone is not None:
                return None
            return self.write(
                at, "update", f.rule.entity, {f.record: self.assigned(action.assignments, ev, this)}, f.depth
            )
        if isinstance(action, n.Create):
            number = self.state.auto.get(action.entity, 0) + 1
            values = self.assigned(action.assignments, ev, this)
            for field_ in self.model.entity(action.entity).fields:
                if field_.value_type.kind is Kind.RECORD and values.get(field_.key) is not None:
                    if values[field_.key] not in self.state.world.rows[field_.value_type.entity]:
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
            return self.write(at, "delete", f.rule.entity, {f.record: None}, f.depth) if f.gone is None else None
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
