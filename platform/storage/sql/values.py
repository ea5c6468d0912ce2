"""Expressions of a typed tree as SQL values."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Integer, Select, Text, and_, case, func, literal, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.backends.compile import compiled_value
from ruleloom.dsl.calendar import DAY, HOUR
from ruleloom.dsl.functions import COUNT, function_of
from ruleloom.dsl.kinds import kind_of
from ruleloom.dsl.reads import is_external, walk
from ruleloom.dsl.types import Kind
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.writer import NotInSql, Scope, Workshop

SELF_SPOKEN = frozenset({"id", "created_by", "updated_by"})
"""System references, which go on saying what they said when the record they name is deleted."""
LINKED = frozenset({Kind.CHOICES, Kind.FILES})
_ARITHMETIC = {"+": "rl_add", "-": "rl_subtract", "*": "rl_multiply", "/": "rl_divide"}

ConditionWriter = Callable[[n.Condition, Scope], ColumnElement[bool]]
AggregateWriter = Callable[[n.Aggregate, Scope], SqlValue]
CountWriter = Callable[[n.Expression, Scope], SqlValue]


class Values:
    """Writes expressions. Conditions (`if`), aggregates and counts of sets are written by the parts handed in."""

    def __init__(
        self, workshop: Workshop, condition: ConditionWriter, aggregate: AggregateWriter, count: CountWriter
    ) -> None:
        self.workshop = workshop
        self._condition = condition
        self._aggregate = aggregate
        self._count = count

    def value(self, node: n.Expression, scope: Scope) -> SqlValue:
        """The SQL value of an expression of one value (not `choices` or `files`)."""
        if _is_known(node):
            value = compiled_value(node, self.workshop.vocabulary).value({}, moment=self.workshop.moment)
            return self.workshop.constant(value, kind_of(node))
        if isinstance(node, n.Aggregate):
            return self._aggregate(node, scope)
        writer = _WRITERS.get(type(node))
        if writer is None:
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)
        return writer(self, node, scope)

    # ---- paths --------------------------------------------------------------------------------------------------

    def path(self, node: n.Path, scope: Scope) -> SqlValue:
        """A field of a record in scope, or of one that references lead to."""
        if not node.fields:
            return SqlValue(scope.at(node.root).c.id, Kind.RECORD)
        if node.root != "me" and len(node.fields) == 1:
            return self.column(scope.at(node.root), node.fields[0])
        statement, last = self._follow(node, scope)
        value = self.column(last, node.fields[-1])
        sql = statement.add_columns(value.sql).correlate(*scope.outer).scalar_subquery()
        return SqlValue(sql, value.kind, value.scale)

    def holder(self, node: n.Path, scope: Scope) -> ColumnElement[Any]:
        """The id of the record whose field the path ends with."""
        if node.root != "me" and len(node.fields) == 1:
            return scope.at(node.root).c.id
        statement, last = self._follow(node, scope)
        return statement.add_columns(last.c.id).correlate(*scope.outer).scalar_subquery()

    def _follow(self, node: n.Path, scope: Scope) -> tuple[Select[Any], FromClause]:
        """A statement without columns over the live records that a path passes, and the last of them."""
        steps = list(node.fields)
        if node.root == "me":
            here = self._table_of(steps[0])
            conditions = [here.c.id == literal(self.workshop.moment.me, BigInteger())]
        else:
            here = self._table_of(steps[1])
            conditions = [here.c.id == scope.at(node.root).c[self.key(steps[0])]]
            steps = steps[1:]
        conditions.append(here.c.deleted_at.is_(None))
        for step, following in pairwise(steps):
            there = self._table_of(following)
            conditions += [there.c.id == here.c[self.key(step)], there.c.deleted_at.is_(None)]
            here = there
        return select().where(*conditions), here

    def _table_of(self, field_id: str) -> FromClause:
        entity, _ = self.workshop.vocabulary.field(field_id)
        return self.workshop.tables.table(entity.id).alias()

    def key(self, field_id: str) -> str:
        """The column of a field."""
        return self.workshop.vocabulary.field(field_id)[1].key

    def column(self, record: FromClause, field_id: str) -> SqlValue:
        """A field of a record as the language sees it: a reference to a deleted record is empty."""
        _, field = self.workshop.vocabulary.field(field_id)
        kind = field.value_type.kind
        if kind in LINKED:
            raise NotInSql.of("condition-not-in-sql", part=field.name)
        column = record.c[field.key]
        if kind is Kind.NUMBER:
            return self.workshop.numbers.column(column, field.value_type.decimals or 0)
        if kind is Kind.RECORD and field.key not in SELF_SPOKEN:
            return SqlValue(case((self.points_to_deleted(record, field_id), None), else_=column), kind)
        return SqlValue(column, kind)

    def points_to_deleted(self, record: FromClause, field_id: str) -> ColumnElement[bool]:
        """Whether the record that a reference names has been deleted."""
        _, field = self.workshop.vocabulary.field(field_id)
        target = self.workshop.tables.table(field.value_type.entity or "").alias()
        found = select(target.c.id).where(target.c.id == record.c[field.key], target.c.deleted_at.is_not(None))
        return found.correlate(record).exists()

    # ---- computed -----------------------------------------------------------------------------------------------

    def arithmetic(self, node: n.Arithmetic, scope: Scope) -> SqlValue:
        """`a * b`"""
        return self._computed(_ARITHMETIC[node.operator], [self.value(side, scope) for side in (node.left, node.right)])

    def negative(self, node: n.Negative, scope: Scope) -> SqlValue:
        """`-a`"""
        return self._computed("rl_negative", [self.value(node.operand, scope)])

    def _computed(self, name: str, values: list[SqlValue]) -> SqlValue:
        """An exact function of numbers; empty when one of them certainly is."""
        if any(value.kind is Kind.EMPTY for value in values):
            return self.workshop.constant(None, Kind.NUMBER)
        return self.workshop.numbers.computed(name, *values)

    def shift(self, node: n.Shift, scope: Scope) -> SqlValue:
        """`due + 3 days`; empty outside the years 1 to 9999."""
        base, duration = self.value(node.base, scope), node.duration
        if not shifts.is_fixed(duration):
            return SqlValue(self.workshop.shifted(base, duration, node.sign), base.kind)
        length = node.sign * shifts.fixed_length(duration)
        if base.kind is Kind.DATE:
            return SqlValue(_limited(base.sql, length // DAY, shifts.MIN_DAY, shifts.MAX_DAY, Integer), Kind.DATE)
        limits = (shifts.MIN_INSTANT, shifts.MAX_INSTANT)
        return SqlValue(_limited(base.sql, length, *limits, BigInteger), Kind.DATETIME)

    def elapsed(self, node: n.Elapsed, scope: Scope) -> SqlValue:
        """`days since x`: whole units, floored; for a date calendar days."""
        operand, moment = self.value(node.operand, scope), self.workshop.moment
        since = node.direction == "since"
        if operand.kind is Kind.DATE and node.unit == "days":
            today = literal(moment.today, Integer())
            return self.workshop.numbers.whole(today - operand.sql if since else operand.sql - today)
        instant = self.workshop.midnight(operand) if operand.kind is Kind.DATE else operand.sql
        now = literal(moment.now, BigInteger())
        distance = now - instant if since else instant - now
        size = literal(DAY if node.unit == "days" else HOUR, BigInteger())
        return self.workshop.numbers.whole(func.rl_floor_div(distance, size, type_=BigInteger()))

    def call(self, node: n.Call, scope: Scope) -> SqlValue:
        """A function of the table."""
        row = function_of(node.function)
        expressions = [part for part in node.arguments if isinstance(part, n.Expression)]
        if row is COUNT:
            return self._count(expressions[0], scope)
        values = [self.value(part, scope) for part in expressions]
        if node.function == "if":
            return self._if(node, values, scope)
        if node.function == "coalesce":
            return self._merged(values, lambda *parts: func.coalesce(*parts) if len(parts) > 1 else parts[0])
        if node.function in ("min", "max"):
            return self._picked("least" if node.function == "min" else "greatest", values)
        function = getattr(func, row.sql)
        if row.local_days:
            return self.workshop.numbers.whole(function(self.workshop.day_of(values[0]), type_=BigInteger()))
        if row.result is Kind.TEXT:
            return SqlValue(function(*(v.sql for v in values), type_=Text()), Kind.TEXT)
        if values[0].kind is Kind.NUMBER:
            return self._computed(row.sql, values)
        return self.workshop.numbers.whole(function(*(v.sql for v in values), type_=BigInteger()))

    def _if(self, node: n.Call, values: list[SqlValue], scope: Scope) -> SqlValue:
        test = node.arguments[0]
        assert isinstance(test, n.Condition)  # noqa: S101 - the checker has seen to it
        condition = self._condition(test, scope)
        return self._merged(values, lambda then, *rest: case((condition, then), else_=rest[0] if rest else None))

    def _merged(self, values: list[SqlValue], make: Callable[..., ColumnElement[Any]]) -> SqlValue:
        present = [value.kind for value in values if value.kind is not Kind.EMPTY]
        kind = present[0] if present else Kind.EMPTY
        values = [v if v.kind is not Kind.EMPTY else self.workshop.constant(None, kind) for v in values]
        if kind is Kind.NUMBER:
            values = self.workshop.numbers.same(values)
        return SqlValue(make(*(value.sql for value in values)), kind, values[0].scale)

    def _picked(self, name: str, values: list[SqlValue]) -> SqlValue:
        if len(values) == 1:
            return values[0]
        kinds = [value.kind for value in values if value.kind is not Kind.EMPTY]
        if len(kinds) < len(values):
            return self.workshop.constant(None, kinds[0] if kinds else Kind.EMPTY)
        given = and_(*(value.sql.is_not(None) for value in values))
        if values[0].kind is Kind.NUMBER:
            picked = self.workshop.numbers.pick(name, values)
            return SqlValue(case((given, picked.sql)), Kind.NUMBER, picked.scale)
        plain = {"least": "min", "greatest": "max"}[name] if self.workshop.dialect == "sqlite" else name
        ordered = [self.workshop.ordered(value) for value in values]
        return SqlValue(case((given, getattr(func, plain)(*ordered, type_=ordered[0].type))), values[0].kind)


def _limited(base: ColumnElement[Any], length: int, low: int, high: int, type_: Any) -> ColumnElement[Any]:
    if abs(length) > high - low:
        return literal(None, type_())
    first, last = literal(low - length, BigInteger()), literal(high - length, BigInteger())
    return case((and_(base >= first, base <= last), base + literal(length, type_())))


def _is_known(node: n.Expression) -> bool:
    """Whether the value is known before any record is: constants, `now`, `me`, and what is computed from them."""
    return not any(isinstance(part, n.Path | n.Previous | n.Held) or is_external(part) for part in walk(node))


_WRITERS: dict[type[n.Node], Callable[[Values, Any, Scope], SqlValue]] = {
    n.Path: Values.path,
    n.Arithmetic: Values.arithmetic,
    n.Negative: Values.negative,
    n.Shift: Values.shift,
    n.Elapsed: Values.elapsed,
    n.Call: Values.call,
}
