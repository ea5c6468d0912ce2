"""Random typed trees and random worlds, from small pools so that values meet."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import DAY, HOUR, Calendar, day_number, instant
from ruleloom.dsl.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Kind, Value, ValueType
from ruleloom.dsl.vocabulary import FieldWords
from tests.dsl.backends.world import MODEL, World

NOW = instant(dt.datetime(2026, 3, 31, 6, 30, tzinfo=dt.UTC))
TODAY = day_number(dt.date(2026, 3, 31))
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London")
_TEXTS = ("Abc", "abc", "Müller", "MÜLLER", "中文 X", " pad ", "a%_'b", "Ωmega", "ωMEGA", "", "z")
_NUMBERS = tuple(
    Decimal(t) for t in ("0", "1", "-1", "2", "3", "0.5", "2.5", "-2.5", "100", "99.99", "0.000001", "1e2")
)
_BIG = (Decimal(999999999999), Decimal("-999999999999.99"), Decimal("123456789012.345678"))
_UNITS = (*n.Unit,)


class Pieces:
    """Random pieces. `depth` bounds how deep trees go."""

    def __init__(self, random: Random) -> None:
        self.r = random

    # ---- rows

    def world(self, crowd: int = 1) -> World:
        """Records of every entity; `crowd` times as many customers, orders, lines and trainings."""
        world = World()
        users = [world.add("user", name=self.text(), email=f"u{i}@x.test") for i in range(3)]
        for user in users[1:]:
            world.rows["user"][user]["manager"] = self.r.choice([users[0], None])
        customers: list[int] = []
        for _ in range(self.r.randint(2, 5) * crowd):
            customers.append(self.row(world, "customer", owner=users, parent=customers))
        orders = [self.row(world, "order", customer=customers) for _ in range(self.r.randint(0, 9) * crowd)]
        for _ in range(self.r.randint(0, 8) * crowd):
            self.row(world, "line", order=orders)
        for _ in range(self.r.randint(0, 7) * crowd):
            self.row(world, "training", customer=customers, trainer=users)
        for _ in range(2):
            self.row(world, "weight")
        for entity, ids in (("customer", customers), ("order", orders), ("user", users)):
            for record in ids:
                if self.r.random() < 0.12:
                    world.delete(entity, record)
        return world.settle()

    def row(self, world: World, entity: str, **references: list[int]) -> int:
        values: dict[str, Any] = {}
        for field in MODEL.entity(entity).fields:
            if field.system:
                continue
            if field.key in references:
                ids = references[field.key]
                values[field.key] = self.r.choice(ids) if ids and self.r.random() < 0.85 else None
            elif field.value_type.kind is not Kind.RECORD:
                values[field.key] = self.stored(field)
        created = NOW + self.r.choice([-40 * DAY, -DAY, -HOUR, 0, HOUR])
        return world.add(entity, created_at=created, **values)

    def stored(self, field: FieldWords) -> Value:
        if self.r.random() < 0.2:
            return None
        value = self.plain(field.value_type, [option.value for option in field.options])
        if isinstance(value, Decimal):
            decimals = field.value_type.decimals or 0
            return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
        return value

    def text(self) -> str | None:
        return self.r.choice(_TEXTS) or None

    def plain(self, type_: ValueType, options: list[str]) -> Value:
        kind = type_.kind
        if kind is Kind.TEXT:
            return self.text()
        if kind is Kind.NUMBER:
            return self.r.choice(_NUMBERS if self.r.random() < 0.9 else _BIG)
        if kind is Kind.BOOLEAN:
            return self.r.random() < 0.5
        if kind is Kind.DATE:
            return TODAY + self.r.choice([-400, -90, -59, -32, -31, -30, -29, -28, -7, -3, -1, 0, 1, 2, 7, 30, 31, 92])
        if kind is Kind.DATETIME:
            return self.instant()
        if kind is Kind.CHOICE:
            return self.r.choice(options)
        if kind is Kind.CHOICES:
            return tuple(self.r.sample(options, self.r.randint(1, len(options)))) or None
        if kind is Kind.FILES:
            return tuple(f"f{i}" for i in range(self.r.randint(1, 3)))
        raise AssertionError(kind)

    def instant(self) -> int:
        days = self.r.choice([-366, -90, -62, -32, -31, -30, -29, -28, -7, -4, -1, 0, 0, 1, 3, 30, 31])
        return NOW + days * DAY + self.r.choice([-10 * HOUR, -HOUR, -1, 0, 1, HOUR, 9 * HOUR])

    # ---- pieces of trees

    def duration(self, date: bool) -> n.Duration:
        unit = self.r.choice([u for u in _UNITS if not (date and u in (n.Unit.MINUTES, n.Unit.HOURS))])
        return n.Duration(self.r.choice([0, 1, 1, 2, 3, 30]), unit)

    def window(self, date: bool) -> n.Window:
        if self.r.random() < 0.6:
            return n.Rolling(self.r.choice(["last", "next"]), self.duration(date))
        unit = self.r.choice(["day", "week", "month", "quarter", "year"])
        return n.Calendrical("this" if unit == "day" else self.r.choice(["this", "previous"]), unit)  # type: ignore[arg-type]

    def path(self, kind: Kind, entity: str, root: n.Root, hops: int = 2) -> n.Path | None:
        """A path to a value of a kind, through references."""
        here = MODEL.entity(entity)
        fields = [
            f for f in here.fields if f.value_type.kind is kind and f.key not in ("id", "created_by", "updated_by")
        ]
        ways = [f for f in here.fields if f.value_type.kind is Kind.RECORD and not f.system]
        if hops and ways and self.r.random() < (0.25 if fields else 0.9):
            way = self.r.choice(ways)
            rest = self.path(kind, way.value_type.entity or "", root, hops - 1)
            if rest is not None:
                return n.Path(root, (way.id, *rest.fields), rest.type)
        if not fields:
            return None
        field = self.r.choice(fields)
        return n.Path(root, (field.id,), field.value_type)

    def value(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        makers = [self._constant, self._path, self._path, self._path]
        if depth > 0:
            makers += {Kind.NUMBER: [self._number] * 3, Kind.TEXT: [self._text]}.get(kind, [])
            makers += [self._moved] if kind in (Kind.DATE, Kind.DATETIME) else []
            makers += [self._chosen, self._aggregate]
        return self.r.choice(makers)(kind, entity, root, depth)

    def _constant(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        if kind is Kind.DATE and self.r.random() < 0.3:
            return n.Today()
        if kind is Kind.DATETIME and self.r.random() < 0.3:
            return n.Now()
        if kind in (Kind.CHOICE, Kind.CHOICES, Kind.RECORD, Kind.FILES):
            return self._path(kind, entity, root, depth)
        type_ = {Kind.TEXT: TEXT, Kind.NUMBER: NUMBER, Kind.BOOLEAN: BOOLEAN, Kind.DATE: DATE, Kind.DATETIME: DATETIME}[
            kind
        ]
        value = self.plain(type_, [])
        return n.Empty() if value is None else n.Constant(value, type_)

    def _path(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        found = self.path(kind, entity, root)
        return found if found is not None else n.Empty()

    def _number(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        pick = self.r.randrange(6)
        if pick <= 1:
            left, right = (self.value(Kind.NUMBER, entity, root, depth - 1) for _ in range(2))
            return n.Arithmetic(self.r.choice(["+", "-", "*", "/"]), left, right)
        if pick == 2:
            return n.Negative(self.value(Kind.NUMBER, entity, root, depth - 1))
        if pick == 3:
            kind_, name = self.r.choice(
                [
                    (Kind.TEXT, "length"),
                    *((k, f) for k in (Kind.DATE, Kind.DATETIME) for f in ("year", "month", "day", "weekday")),
                ]
            )
            return n.Call(name, (self.value(kind_, entity, root, depth - 1),), NUMBER)
        if pick == 4:
            unit: Any = self.r.choice(["days", "hours"])
            moved = Kind.DATETIME if unit == "hours" else self.r.choice([Kind.DATE, Kind.DATETIME])
            operand = self.value(moved, entity, root, depth - 1)
            return n.Elapsed(unit, self.r.choice(["since", "until"]), operand)
        name = self.r.choice(["abs", "round", "floor", "ceil", "min", "max", "count"])
        if name == "count":
            sets = self.value(self.r.choice([Kind.CHOICES, Kind.FILES]), entity, root, depth - 1)
            return n.Empty() if isinstance(sets, n.Empty) else n.Call("count", (sets,), NUMBER)
        arguments = [self.value(Kind.NUMBER, entity, root, depth - 1)]
        if name in ("min", "max"):
            arguments.append(self.value(Kind.NUMBER, entity, root, depth - 1))
        if name == "round" and self.r.random() < 0.5:
            arguments.append(n.Constant(Decimal(self.r.choice([-2, 0, 1, 2, 5])), NUMBER))
        return n.Call(name, tuple(arguments), NUMBER)

    def _text(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        name = self.r.choice(["lower", "upper", "trim"])
        return n.Call(name, (self.value(Kind.TEXT, entity, root, depth - 1),), TEXT)

    def _moved(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        base = self.value(kind, entity, root, depth - 1)
        if isinstance(base, n.Empty):
            return base
        return n.Shift(base, self.r.choice([1, -1]), self.duration(kind is Kind.DATE))

    def _chosen(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        one, two = (self.value(kind, entity, root, depth - 1) for _ in range(2))
        type_ = ValueType(kind)
        if self.r.random() < 0.5:
            return n.Call("coalesce", (one, two), type_)
        return n.Call("if", (self.condition(entity, root, depth - 1), one, two)[: self.r.choice([2, 3])], type_)

    def _aggregate(self, kind: Kind, entity: str, root: n.Root, depth: int) -> n.Expression:
        collection = self.collection(entity, root, depth - 1)
        if collection is None:
            return self._path(kind, entity, root, depth)
        if kind is Kind.NUMBER and self.r.random() < 0.4:
            if self.r.random() < 0.5:
                return n.Aggregate("count", collection, None, NUMBER)
            value = self.path(
                self.r.choice([Kind.TEXT, Kind.DATE, Kind.NUMBER, Kind.RECORD, Kind.CHOICES, Kind.FILES]),
                collection.entity,
                "row",
                1,
            )
            return n.Aggregate("distinct", collection, value, NUMBER) if value else n.Empty()
        value = self.path(kind, collection.entity, "row", 1)
        if value is None:
            return n.Empty()
        functions: list[Any] = ["latest", "earliest"]
        functions += {Kind.NUMBER: ["sum", "avg", "min", "max"] * 2}.get(kind, [])
        functions += ["min", "max"] if kind in (Kind.DATE, Kind.DATETIME, Kind.TEXT) else []
        return n.Aggregate(self.r.choice(functions), collection, value, value.type)

    def collection(self, entity: str, root: n.Root, depth: int) -> n.Collection | None:
        """Related rows: back, forward and back, two back, or all of an entity."""
        ways = [(c.entity, c.via) for c in MODEL.entity(entity).collections if c.entity in World().rows]
        hops: tuple[n.Hop, ...] = ()
        if self.r.random() < 0.1:
            target = "weight"
        elif not ways:
            return None
        else:
            target, via = self.r.choice(ways)
            hops = (n.Hop(via, "back"),)
            further = MODEL.entity(target).collections
            if further and self.r.random() < 0.3:
                more = self.r.choice(further)
                target, hops = more.entity, (*hops, n.Hop(more.via, "back"))
            elif self.r.random() < 0.15:
                forward = self.r.choice(
                    [f for f in MODEL.entity(target).fields if f.value_type.kind is Kind.RECORD and not f.system]
                )
                target, hops = forward.value_type.entity or "", (*hops, n.Hop(forward.id, "forward"))
        where = self.condition(target, "row", max(0, depth)) if self.r.random() < 0.5 else None
        date = MODEL.entity(target).time_field.value_type.kind is Kind.DATE
        window = self.window(date) if self.r.random() < 0.5 else None
        return n.Collection(root, hops, target, where, window)

    def condition(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        if depth > 0 and self.r.random() < 0.45:
            pick = self.r.randrange(3)
            if pick == 0:
                return n.Not(self.condition(entity, root, depth - 1))
            items = tuple(self.condition(entity, root, depth - 1) for _ in range(2))
            return n.And(items) if pick == 1 else n.Or(items)
        makers = [self._compare] * 4 + [
            self._between,
            self._one_of,
            self._match,
            self._sets,
            self._empty,
            self._time,
            self._time,
            self._truth,
        ]
        if depth > 0:
            makers += [self._quantified, self._quantified, self._last_all]
        return self.r.choice(makers)(entity, root, depth)

    def _compare(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        kind = self.r.choice(
            [
                Kind.NUMBER,
                Kind.NUMBER,
                Kind.TEXT,
                Kind.DATE,
                Kind.DATETIME,
                Kind.BOOLEAN,
                Kind.RECORD,
                Kind.CHOICE,
                Kind.CHOICES,
            ]
        )
        other = kind
        if kind in (Kind.DATE, Kind.DATETIME) and self.r.random() < 0.3:
            other = Kind.DATETIME if kind is Kind.DATE else Kind.DATE
        operators = (
            ["=", "!="]
            if kind in (Kind.BOOLEAN, Kind.RECORD, Kind.CHOICE, Kind.CHOICES)
            else ["=", "!=", "<", "<=", ">", ">="]
        )
        left = self.value(kind, entity, root, depth)
        if kind is Kind.CHOICE and isinstance(left, n.Path):
            options = [o.value for o in MODEL.field(left.fields[-1])[1].options]
            right: n.Expression = n.Constant(self.r.choice(options), left.type)
        elif kind is Kind.CHOICES:
            left = self._path(kind, entity, root, depth)
            right = self._path(kind, entity, root, depth)
        elif kind is Kind.RECORD:
            left = self._path(kind, entity, root, depth)
            same = [
                p for p in (self.path(kind, entity, root) for _ in range(6)) if p and p.type.entity == kind_entity(left)
            ]
            right = n.Me() if kind_entity(left) == "user" and self.r.random() < 0.5 else same[0] if same else n.Empty()
        else:
            right = self.value(other, entity, root, depth)
        return n.Compare(self.r.choice(operators), left, right)  # type: ignore[arg-type]

    def _between(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        kind = self.r.choice([Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TEXT])
        return n.Between(*(self.value(kind, entity, root, depth - 1) for _ in range(3)))

    def _one_of(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        kind = self.r.choice([Kind.NUMBER, Kind.DATE, Kind.TEXT])
        options = tuple(self.value(kind, entity, root, 0) for _ in range(3))
        return n.OneOf(self.value(kind, entity, root, depth - 1), options)

    def _match(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        pattern = n.Constant(self.r.choice(["a", "B", "ü", "Ü", "Ω", "%", "x", " "]), TEXT)
        other: n.Expression = pattern if self.r.random() < 0.7 else self.value(Kind.TEXT, entity, root, 0)
        return n.Match(
            self.r.choice(["contains", "starts", "ends"]), self.value(Kind.TEXT, entity, root, depth - 1), other
        )

    def _sets(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        path = self.path(Kind.CHOICES, entity, root)
        if path is None:
            return self._empty(entity, root, depth)
        options = tuple(
            n.Constant(v, ValueType(Kind.CHOICE, field=path.type.field))
            for v in self.r.sample(["gold", "new", "late"], self.r.randint(1, 2))
        )
        if self.r.random() < 0.5:
            return n.Has(self.r.choice(["any", "all"]), path, options)
        operand: n.Expression = path
        if self.r.random() < 0.3:
            other = self.path(Kind.CHOICES, entity, root) or path
            operand = n.Call("coalesce", (path, other), path.type)
        return n.Match("contains", operand, options[0])

    def _empty(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        kind = self.r.choice([kind for kind in Kind if kind not in (Kind.DURATION, Kind.EMPTY)])
        return n.IsEmpty(self.value(kind, entity, root, depth - 1))

    def _time(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        kind = self.r.choice([Kind.DATE, Kind.DATETIME])
        operand, date = self.value(kind, entity, root, depth - 1), kind is Kind.DATE
        if isinstance(operand, n.Empty):
            return n.IsEmpty(operand)
        if self.r.random() < 0.7:
            return n.Within(operand, self.window(date))
        return n.OlderThan(operand, self.duration(date))

    def _truth(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        return n.Truth(self.value(Kind.BOOLEAN, entity, root, depth - 1))

    def _quantified(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        collection = self.collection(entity, root, depth - 1)
        if collection is None:
            return self._truth(entity, root, depth)
        quantity: Any = self.r.choice(["no", "any", "at_least", "at_most", "exactly"])
        number = {"no": 0, "any": 1}.get(quantity, self.r.randint(0, 3))
        return n.Quantified(quantity, number, collection)

    def _last_all(self, entity: str, root: n.Root, depth: int) -> n.Condition:
        collection = self.collection(entity, root, depth - 1)
        if collection is None:
            return self._truth(entity, root, depth)
        return n.LastAll(self.r.randint(1, 3), collection, self.condition(collection.entity, "row", max(0, depth - 1)))


def kind_entity(expression: n.Expression) -> str | None:
    return expression.type.entity if isinstance(expression, n.Path) else None


def chance(seed: int) -> Random:
    """Repeatable chance."""
    return Random(seed)  # noqa: S311 - nothing secret


def calendar(random: Random) -> Calendar:
    """A zone, a weekend and some exceptions around today."""
    from zoneinfo import ZoneInfo

    days = range(TODAY - 40, TODAY + 40)
    return Calendar(
        ZoneInfo(random.choice(ZONES)),
        frozenset({5, 6}),
        frozenset(random.sample(days, 5)),
        frozenset(random.sample(days, 4)),
    )
