"""When time alone may flip a condition, in SQL: what `engine.horizon` answers, for the commonest conditions.

Each part of a condition becomes its truth and the instant after now at which that may change (None: never). What
cannot be said in this way raises NotInSql; such conditions are judged in Python.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, func, literal, null, or_

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY, HOUR
from ruleloom.dsl.kinds import midnight_side
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import children, held_of, is_timed
from ruleloom.dsl.types import Kind
from ruleloom.storage.sql.grouped import GroupedConditions
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.related import Rows
from ruleloom.storage.sql.writer import NotInSql, Scope, opposite

Until = ColumnElement[Any] | None
_NEVER = 2**62
_LARGEST = 400
"""Parts in one statement, counting those that stand in it several times."""
_COMPARED = (n.Compare, n.Between, n.OneOf)


@dataclass(frozen=True, slots=True)
class Tick:
    """The truth of a condition, until when it stands, and how much SQL that is."""

    truth: ColumnElement[bool]
    until: Until
    size: int = 1


@dataclass(frozen=True, slots=True)
class Counting:
    """`days since x`: whole units between now and a value that stands still."""

    base: SqlValue
    unit: str
    since: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """`now` or `today` moved by fixed durations: so many microseconds or days."""

    of_date: bool
    ahead: int


Flow = Counting | Moving | None
Shape = tuple[Until, Flow]


class Ticking:
    """Writes conditions about the records of one scope at one moment."""

    def __init__(self, writer: GroupedConditions, scope: Scope) -> None:
        self.writer, self.scope = writer, scope
        self.workshop = writer.workshop
        self.moment: Moment = writer.workshop.moment

    # ---- conditions -----------------------------------------------------------------------------------------------

    def tick(self, node: n.Condition) -> Tick:
        """The truth of a condition and until when it stands; NotInSql when that cannot be said."""
        if held_of(node):
            raise NotInSql.of("condition-not-in-sql", part="Held")
        if not is_timed(node):
            return Tick(self.writer.condition(node, self.scope), None)
        if isinstance(node, n.And | n.Or):
            return self._joined([self.tick(item) for item in node.items], deciding=isinstance(node, n.Or))
        if isinstance(node, n.Not):
            inner = self.tick(node.item)
            return Tick(opposite(inner.truth), inner.until, inner.size)
        return Tick(self.writer.condition(node, self.scope), self._leaf(node), 3)

    def _joined(self, items: Sequence[Tick], *, deciding: bool) -> Tick:
        """The last of the parts that decide, else the first of all."""
        size = 1 + 4 * sum(item.size for item in items)
        if size > _LARGEST:
            raise NotInSql.of("condition-not-in-sql", part="And")
        decides = [item.truth if deciding else opposite(item.truth) for item in items]
        for_ever = [
            d if item.until is None else and_(d, item.until.is_(None)) for d, item in zip(decides, items, strict=True)
        ]
        last = [case((d, item.until)) for d, item in zip(decides, items, strict=True) if item.until is not None]
        until = case(
            (or_(*for_ever), null()),
            (or_(*decides), self._latest(last)),
            else_=self._earliest([item.until for item in items]),
        )
        joined = or_ if deciding else and_
        return Tick(joined(*(item.truth for item in items)), until, size)

    def _leaf(self, node: n.Condition) -> Until:
        if isinstance(node, n.Quantified | n.LastAll):
            return self._of_rows(node)
        if isinstance(node, n.Within | n.OlderThan):
            return self._windowed(node)
        if isinstance(node, _COMPARED):
            first, *others = (part for part in children(node) if isinstance(part, n.Expression))
            sides = [midnight_side(first, other)[:2] for other in others]
            return self._earliest([self._crossing(left, right) for left, right in sides])
        return self._earliest([self._frozen(part) for part in children(node)])

    # ---- values that move -----------------------------------------------------------------------------------------

    def _shape(self, node: n.Node) -> Shape:
        if not is_timed(node):
            return None, None
        if isinstance(node, n.Condition):
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)
        if isinstance(node, n.Aggregate):
            return self._of_rows(node), None
        if isinstance(node, n.Now | n.Today):
            return None, Moving(isinstance(node, n.Today), 0)
        if isinstance(node, n.Shift):
            until, flow = self._shape(node.base)
            return until, None if flow is None else self._moved(flow, node)
        if isinstance(node, n.Elapsed):
            until, flow = self._shape(node.operand)
            if flow is not None:
                raise NotInSql.of("condition-not-in-sql", part="Elapsed")
            base = self.writer.values.value(node.operand, self.scope)
            return until, Counting(base, node.unit, node.direction == "since")
        if isinstance(node, n.Call) and node.function in ("coalesce", "if", "min", "max"):
            raise NotInSql.of("condition-not-in-sql", part=node.function)
        return self._earliest([self._frozen(part) for part in children(node)]), None

    def _moved(self, flow: Counting | Moving, node: n.Shift) -> Moving:
        if isinstance(flow, Counting) or not shifts.is_fixed(node.duration):
            raise NotInSql.of("condition-not-in-sql", part="Shift")
        return Moving(flow.of_date, flow.ahead + _fixed(node.duration, node.sign, flow.of_date))

    def _frozen(self, node: n.Node) -> Until:
        """Until when a value stands that is used for more than a comparison."""
        until, flow = self._shape(node)
        if flow is not None:
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)
        return until

    def _crossing(self, left: n.Expression, right: n.Expression) -> Until:
        """When the order of two values may change by time alone."""
        (left_until, left_flow), (right_until, right_flow) = self._shape(left), self._shape(right)
        if left_flow is not None and right_flow is not None:
            raise NotInSql.of("condition-not-in-sql", part=type(left).__name__)
        reached: Until = None
        if left_flow is not None:
            reached = self._reaches(left_flow, right)
        elif right_flow is not None:
            reached = self._reaches(right_flow, left)
        return self._earliest([left_until, right_until, reached])

    def _reaches(self, flow: Counting | Moving, target: n.Expression) -> Until:
        if isinstance(target, n.Empty):
            return None
        goal = self.writer.values.value(target, self.scope)
        if isinstance(flow, Counting):
            if not isinstance(goal.constant, int | Decimal):
                raise NotInSql.of("condition-not-in-sql", part="Elapsed")
            counts = (math.ceil(goal.constant), math.floor(goal.constant) + 1)
            return self._earliest([self._later(self._counted(flow, count)) for count in dict.fromkeys(counts)])
        if flow.of_date:
            return self._day_reaches(flow, goal)
        value = self.workshop.midnight(goal) if goal.kind is Kind.DATE else goal.sql
        instants = [value - literal(flow.ahead - step, BigInteger()) for step in (0, 1)]
        return case(*((instant > self._now, instant) for instant in instants))

    def _counted(self, flow: Counting, count: int) -> ColumnElement[Any]:
        """When the count first is `count` (since), or first falls below it (until)."""
        base = flow.base
        if base.kind is Kind.DATE:
            if flow.unit != "days":
                raise NotInSql.of("condition-not-in-sql", part="Elapsed")
            return self._instant(base.sql + literal(count if flow.since else 1 - count, Integer()), Kind.DATE)
        length = (DAY if flow.unit == "days" else HOUR) * count
        return base.sql + literal(length if flow.since else 1 - length, BigInteger())

    def _day_reaches(self, flow: Moving, goal: SqlValue) -> ColumnElement[Any]:
        day, value = self.workshop.day_of(goal), literal(self.moment.today + flow.ahead, Integer())
        days = [day] if goal.kind is Kind.DATE else [day, day + literal(1, Integer())]
        reached = [
            case(
                (each > value, self._instant(each - literal(flow.ahead, Integer()), Kind.DATE)),
                (each == value, self._instant(each + literal(1 - flow.ahead, Integer()), Kind.DATE)),
            )
            for each in days
        ]
        found = self._earliest(reached)
        assert found is not None  # noqa: S101 - there is one day at least
        return found

    def _windowed(self, node: n.Within | n.OlderThan) -> Until:
        until, flow = self._shape(node.operand)
        if flow is not None or (isinstance(node, n.Within) and not isinstance(node.window, n.Rolling)):
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)
        value = self.writer.values.value(node.operand, self.scope)
        if value.kind is Kind.EMPTY:
            return until
        duration = node.duration if isinstance(node, n.OlderThan) else node.window.duration  # type: ignore[union-attr]
        back = isinstance(node, n.Within) and node.window.side == "next"  # type: ignore[union-attr]
        ends = [self._moved_by(value, duration, -1 if back else 1)]
        ends += [value.sql] if isinstance(node, n.Within) else []
        return self._earliest([until, *(self._later(self._instant(end, value.kind)) for end in ends)])

    # ---- related records ------------------------------------------------------------------------------------------

    def _of_rows(self, node: n.Aggregate | n.Quantified | n.LastAll) -> Until:
        """Until when the fact stands: see `storage.facts.until`, whose answers these are."""
        collection, first = node.collection, self.writer.related.first
        window, kind = collection.window, self._time_kind(collection)
        inside = node.condition if isinstance(node, n.LastAll) else None
        if any(part is not None and (is_timed(part) or held_of(part)) for part in (collection.where, inside)):
            raise NotInSql.of("condition-not-in-sql", part="Collection")
        ends: list[Until] = []
        if isinstance(window, n.Rolling):
            ends += self._rolling(node, window, kind)
        elif isinstance(window, n.Calendrical):
            low = self.workshop.at_moment(kind, lambda moment: moment.period(window, kind)[0])
            end = self.moment.period(n.Calendrical("this", window.unit), Kind.DATETIME)[1]
            newest = first(collection, self.scope, func.max, windowed=False)
            ends.append(case((newest >= low, literal(end, BigInteger()))))
        looks_back = isinstance(node, n.LastAll) or (
            isinstance(node, n.Aggregate) and node.function in ("latest", "earliest")
        )
        if looks_back and not (isinstance(window, n.Rolling) and window.side == "last"):
            coming = first(collection, self.scope, func.min, windowed=False, after=("coming", self._to_come))
            ends.append(self._instant(coming, kind))
        return self._earliest(ends)

    def _rolling(self, node: n.Aggregate | n.Quantified | n.LastAll, window: n.Rolling, kind: Kind) -> list[Until]:
        """`last`: rows leave at T + D and come at T; `next`: they leave at T and come at T - D."""
        collection, first, last = node.collection, self.writer.related.first, window.side == "last"
        if kind is not Kind.DATE and not shifts.is_fixed(window.duration):
            raise NotInSql.of("condition-not-in-sql", part="Rolling")
        quantity = node.quantity if isinstance(node, n.Quantified) else None
        leaving = first(collection, self.scope, func.max if quantity in ("any", "no") else func.min)

        def outside(rows: Rows) -> ColumnElement[bool]:
            return and_(self._to_come(rows), opposite(self.workshop.in_window(rows.time, window)))

        after = ("coming", self._to_come) if last else ("outside", outside)
        coming = first(collection, self.scope, func.min, windowed=False, after=after)
        comes = self._instant(coming if last else self._moved_by(SqlValue(coming, kind), window.duration, -1), kind)
        if quantity in ("any", "no"):  # while one is there, another one changes nothing
            comes = case((leaving.is_(None), comes))
        leaves = self._moved_by(SqlValue(leaving, kind), window.duration, 1) if last else leaving
        return [self._instant(leaves, kind), comes]

    def _to_come(self, rows: Rows) -> ColumnElement[bool]:
        of_date = rows.time.kind is Kind.DATE
        return rows.time.sql > self.workshop.at_moment(rows.time.kind, lambda m: m.today if of_date else m.now)

    def _time_kind(self, collection: n.Collection) -> Kind:
        return self.workshop.vocabulary.entity(collection.entity).time_field.value_type.kind

    # ---- instants -------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> ColumnElement[Any]:
        return literal(self.moment.now, BigInteger())

    def _moved_by(self, value: SqlValue, duration: n.Duration, sign: int) -> ColumnElement[Any]:
        of_date = value.kind is Kind.DATE
        if shifts.is_fixed(duration):
            return value.sql + literal(_fixed(duration, sign, of_date), Integer() if of_date else BigInteger())
        return self.workshop.shifted(value, duration, sign)

    def _instant(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """The instant of a time, none outside the years 1 to 9999."""
        if kind is not Kind.DATE:
            return value
        inside = value.between(literal(shifts.MIN_DAY, Integer()), literal(shifts.MAX_DAY, Integer()))
        return case((inside, self.workshop.midnight(SqlValue(value, Kind.DATE))))

    def _later(self, instant: ColumnElement[Any]) -> ColumnElement[Any]:
        """The instant if it is still to come."""
        return case((instant.between(self._now + 1, literal(shifts.MAX_INSTANT, BigInteger())), instant))

    def _earliest(self, instants: Sequence[Until]) -> Until:
        return self._picked("min", "least", instants, _NEVER)

    def _latest(self, instants: Sequence[Until]) -> Until:
        return self._picked("max", "greatest", instants, -_NEVER)

    def _picked(self, sqlite: str, postgresql: str, instants: Sequence[Until], nothing: int) -> Until:
        found = [instant for instant in instants if instant is not None]
        if len(found) < 2:
            return found[0] if found else None
        bound = literal(nothing, BigInteger())
        pick = getattr(func, sqlite if self.workshop.dialect == "sqlite" else postgresql)
        return func.nullif(pick(*(func.coalesce(each, bound) for each in found)), bound, type_=BigInteger())


def _fixed(duration: n.Duration, sign: int, of_date: bool) -> int:
    return (
        sign * duration.amount * shifts.FIXED_UNITS[duration.unit] // DAY
        if of_date
        else (sign * shifts.fixed_length(duration))
    )
