"""Conditions of a typed tree as SQL: true rows are those that Python finds true; NULL counts as false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, false, func, literal, null, or_, true

from ruleloom.dsl import nodes as n
from ruleloom.dsl.folding import fold
from ruleloom.dsl.kinds import kind_of, midnight_side
from ruleloom.dsl.types import Kind
from ruleloom.storage.sql.linked import Linked
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.related import Related
from ruleloom.storage.sql.values import LINKED, SELF_SPOKEN
from ruleloom.storage.sql.writer import NotInSql, Scope, Workshop, opposite

_OTHER = {"!=": "="}


class Conditions:
    """Writes conditions; with `Related` and `Values` it is the whole SQL back end."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.related = self._make_related()
        self.values = self.related.values
        self.linked = Linked(workshop, self.values, self.condition, self.related.holder_by_time)

    def _make_related(self) -> Related:
        return Related(self.workshop, self.condition, self._count)

    def _count(self, node: n.Expression, scope: Scope) -> SqlValue:
        return self.linked.count(node, scope)

    def condition(self, node: n.Condition, scope: Scope) -> ColumnElement[bool]:
        """The SQL of a condition."""
        writer = _WRITERS.get(type(node))
        if writer is None:
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)
        return writer(self, node, scope)

    def negated(self, node: n.Condition, scope: Scope) -> ColumnElement[bool]:
        """True where the condition is not."""
        return opposite(self.condition(node, scope))

    # ---- comparisons --------------------------------------------------------------------------------------------

    def compare(self, node: n.Compare, scope: Scope) -> ColumnElement[bool]:
        """`a < b`, `a = b`, `a != b`"""
        if node.operator in _OTHER:
            return opposite(self.equal(node.left, node.right, scope))
        if node.operator == "=":
            return self.equal(node.left, node.right, scope)
        return self._ordered(node.operator, node.left, node.right, scope)

    def _ordered(self, operator: str, left: n.Expression, right: n.Expression, scope: Scope) -> ColumnElement[bool]:
        if isinstance(left, n.Empty) or isinstance(right, n.Empty):
            return false()
        left, right, _ = midnight_side(left, right)
        return self.workshop.compare(operator, self.values.value(left, scope), self.values.value(right, scope))

    def equal(self, left: n.Expression, right: n.Expression, scope: Scope) -> ColumnElement[bool]:
        """Both have a value and it is the same."""
        if isinstance(left, n.Empty) or isinstance(right, n.Empty):
            return false()
        if kind_of(left) in LINKED:
            return self.linked.same(left, right, scope)
        left, right, _ = midnight_side(left, right)
        for one, other in ((left, right), (right, left)):
            if self._is_reference(one):
                assert isinstance(one, n.Path)  # noqa: S101 - seen just now
                return self._refers(one, self.values.value(other, scope), scope)
        return self.workshop.compare("=", self.values.value(left, scope), self.values.value(right, scope))

    def _is_reference(self, node: n.Expression) -> bool:
        if not isinstance(node, n.Path) or node.root == "me" or len(node.fields) != 1:
            return False
        return node.type.kind is Kind.RECORD and self.values.key(node.fields[0]) not in SELF_SPOKEN

    def _refers(self, path: n.Path, value: SqlValue, scope: Scope) -> ColumnElement[bool]:
        """A stored reference equals a value and is not one to a deleted record; the bare column keeps its index."""
        record = scope.at(path.root)
        deleted = self.values.points_to_deleted(record, path.fields[0])
        return and_(record.c[self.values.key(path.fields[0])] == value.sql, ~deleted)

    def between(self, node: n.Between, scope: Scope) -> ColumnElement[bool]:
        """Both ends included."""
        low = self._ordered(">=", node.operand, node.low, scope)
        return and_(low, self._ordered("<=", node.operand, node.high, scope))

    def one_of(self, node: n.OneOf, scope: Scope) -> ColumnElement[bool]:
        """`region in ("East", "West")`"""
        constants = [o.value for o in node.options if isinstance(o, n.Constant)]
        if kind_of(node.operand) in (Kind.TEXT, Kind.CHOICE) and len(constants) == len(node.options):
            return self.values.value(node.operand, scope).sql.in_(constants) if constants else false()
        parts = [self.equal(node.operand, option, scope) for option in node.options]
        return or_(*parts) if parts else false()

    def truth(self, node: n.Truth, scope: Scope) -> ColumnElement[bool]:
        """A boolean that is yes."""
        value = self.values.value(node.operand, scope)
        return false() if value.kind is Kind.EMPTY else value.sql.is_(true())

    def is_empty(self, node: n.IsEmpty, scope: Scope) -> ColumnElement[bool]:
        """`x is empty`"""
        if isinstance(node.operand, n.Empty):
            return true()
        if kind_of(node.operand) in LINKED:
            return self.linked.empty(node.operand, scope)
        return self.values.value(node.operand, scope).sql.is_(null())

    # ---- text and sets ------------------------------------------------------------------------------------------

    def match(self, node: n.Match, scope: Scope) -> ColumnElement[bool]:
        """`name contains "x"`, ignoring case; for choices membership."""
        if isinstance(node.pattern, n.Empty) or isinstance(node.operand, n.Empty):
            return false()
        if kind_of(node.operand) in LINKED:
            return self.linked.contains(node.operand, [node.pattern], scope)
        text = self.values.value(node.operand, scope)
        folded: ColumnElement[Any] = func.rl_fold(text.sql, type_=Text())
        if isinstance(node.pattern, n.Constant):
            pattern: ColumnElement[Any] = literal(fold(str(node.pattern.value)), Text())
        else:
            pattern = func.rl_fold(self.values.value(node.pattern, scope).sql, type_=Text())
        if node.operator == "contains":
            found = func.instr if self.workshop.dialect == "sqlite" else func.strpos
            return found(folded, pattern) > 0
        if node.operator == "starts":
            return func.substr(folded, 1, func.length(pattern)) == pattern
        if self.workshop.dialect == "sqlite":
            return func.substr(folded, -func.length(pattern)) == pattern
        return func.right(folded, func.length(pattern)) == pattern

    def has(self, node: n.Has, scope: Scope) -> ColumnElement[bool]:
        """`tags has any of ("a", "b")`; of a single choice: is one of them."""
        if kind_of(node.operand) not in LINKED:
            parts = [self.equal(node.operand, option, scope) for option in node.options]
            joined = or_ if node.quantity == "any" else and_
            return joined(*parts)
        if node.quantity == "any":
            return self.linked.contains(node.operand, list(node.options), scope)
        return and_(*(self.linked.contains(node.operand, [option], scope) for option in node.options))

    # ---- time ---------------------------------------------------------------------------------------------------

    def within(self, node: n.Within, scope: Scope) -> ColumnElement[bool]:
        """`due in the next 3 days`"""
        value = self.values.value(node.operand, scope)
        if value.kind is Kind.EMPTY:
            return false()
        return self.workshop.within(value, self.workshop.moment.bounds(node.window, value.kind))

    def older(self, node: n.OlderThan, scope: Scope) -> ColumnElement[bool]:
        """x + D <= now"""
        value = self.values.value(node.operand, scope)
        if value.kind is Kind.EMPTY:
            return false()
        return self.workshop.within(value, self.workshop.moment.older_bounds(node.duration, value.kind))


_WRITERS: dict[type[n.Node], Callable[[Conditions, Any, Scope], ColumnElement[bool]]] = {
    n.And: lambda writer, node, scope: and_(*(writer.condition(item, scope) for item in node.items)),
    n.Or: lambda writer, node, scope: or_(*(writer.condition(item, scope) for item in node.items)),
    n.Not: lambda writer, node, scope: writer.negated(node.item, scope),
    n.Truth: Conditions.truth,
    n.Compare: Conditions.compare,
    n.Between: Conditions.between,
    n.OneOf: Conditions.one_of,
    n.Match: Conditions.match,
    n.Has: Conditions.has,
    n.IsEmpty: Conditions.is_empty,
    n.Within: Conditions.within,
    n.OlderThan: Conditions.older,
    n.Quantified: lambda writer, node, scope: writer.related.quantified(node, scope),
    n.LastAll: lambda writer, node, scope: writer.related.last_all(node, scope),
}
