"""A naive evaluator of typed trees, written from the language reference alone, for the reference engine beside it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
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
    held: Mapping[n.Held, bool] = MappingProxyType({})

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
        if e.function in ("latest", "earliest"):
            return values[-1 if e.function == "latest" else 0]
        return min(values) if e.function == "min" else max(values)

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
