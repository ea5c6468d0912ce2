"""`choices` and `files` in SQL: values of several, kept in link tables, asked by membership."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, false, func, literal, or_, select, true

from ruleloom.dsl import nodes as n
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.values import ConditionWriter, Values
from ruleloom.storage.sql.writer import NotInSql, Scope, Workshop, opposite

Stored = n.Path | n.Aggregate
"""A set in a link table: that of a field, or the newest or oldest of related records."""
Certain = Stored | n.Constant | None
Test = Callable[[Certain], ColumnElement[bool]]
"""A question about one certain set: a stored one, a constant, or the empty one."""
HolderWriter = Callable[[n.Aggregate, Scope], ColumnElement[Any]]


class Linked:
    """Writes what asks sets."""

    def __init__(
        self, workshop: Workshop, values: Values, condition: ConditionWriter, holder_by_time: HolderWriter
    ) -> None:
        self.workshop = workshop
        self.values = values
        self._holder_by_time = holder_by_time
        self._condition = condition

    def contains(self, node: n.Expression, options: list[n.Expression], scope: Scope) -> ColumnElement[bool]:
        """One of the options is a member."""
        wanted = [self.values.value(option, scope).sql for option in options if not isinstance(option, n.Empty)]

        def asked(part: Certain) -> ColumnElement[bool]:
            if part is None or not wanted:
                return false()
            if isinstance(part, n.Constant):
                return or_(*(value.in_(list(part.value or ())) for value in wanted))  # type: ignore[arg-type]
            link = self._link(part)
            member = or_(*(link.c.value == value for value in wanted))
            return self._of(link, part, scope).where(member).exists()

        return self._asked(node, scope, asked)

    def empty(self, node: n.Expression, scope: Scope) -> ColumnElement[bool]:
        """There is no member."""

        def asked(part: Certain) -> ColumnElement[bool]:
            if not isinstance(part, Stored):
                return true() if part is None else false()
            return ~self._of(self._link(part), part, scope).exists()

        return self._asked(node, scope, asked)

    def count(self, node: n.Expression, scope: Scope) -> SqlValue:
        """How many members there are."""
        cases = [(and_(true(), *guards), self._counted(part, scope)) for guards, part in self._cases(node, scope)]
        found = cases[0][1] if isinstance(node, Stored) else case(*cases, else_=literal(0, BigInteger()))
        return self.workshop.numbers.whole(found)

    def _counted(self, part: Certain, scope: Scope) -> ColumnElement[Any]:
        if not isinstance(part, Stored):
            return literal(len(part.value or ()) if part is not None else 0, BigInteger())  # type: ignore[arg-type]
        found = self._of(self._link(part), part, scope).with_only_columns(func.count(), maintain_column_froms=True)
        return found.scalar_subquery()

    def same(self, left: n.Expression, right: n.Expression, scope: Scope) -> ColumnElement[bool]:
        """Neither is empty and both have the same members."""
        return self._asked(left, scope, lambda a: self._asked(right, scope, lambda b: self._same(a, b, scope)))

    def _same(self, left: Any, right: Any, scope: Scope) -> ColumnElement[bool]:
        if left is None or right is None:
            return false()
        if isinstance(left, n.Constant):
            left, right = right, left
        if isinstance(left, n.Constant):
            return true() if frozenset(left.value or ()) == frozenset(right.value or ()) else false()  # type: ignore[arg-type]
        link = self._link(left)
        mine = self._of(link, left, scope)
        if isinstance(right, n.Constant):
            members = sorted(frozenset(right.value or ()))  # type: ignore[arg-type]
            others = mine.where(link.c.value.not_in(members)).exists()
            each = [mine.where(link.c.value == literal(member)).exists() for member in members]
            return and_(~others, *each)
        other = self._link(right)
        theirs = self._of(other, right, scope)
        extra = mine.where(~theirs.where(other.c.value == link.c.value).correlate(*scope.outer, link).exists()).exists()
        missing = theirs.where(
            ~mine.where(link.c.value == other.c.value).correlate(*scope.outer, other).exists()
        ).exists()
        return and_(mine.exists(), ~extra, ~missing)

    def _asked(self, node: n.Expression, scope: Scope, test: Test) -> ColumnElement[bool]:
        """The test of the set that the expression comes to, whichever that is."""
        parts = [and_(*guards, test(part)) for guards, part in self._cases(node, scope)]
        return or_(*parts)

    def _cases(self, node: n.Expression, scope: Scope) -> Iterator[tuple[list[ColumnElement[bool]], Certain]]:
        if isinstance(node, n.Path | n.Constant | n.Aggregate):
            yield [], node
        elif isinstance(node, n.Empty):
            yield [], None
        elif isinstance(node, n.Call) and node.function == "if":
            test = node.arguments[0]
            assert isinstance(test, n.Condition)  # noqa: S101 - the checker has seen to it
            chosen = self._condition(test, scope)
            branches = [*node.arguments[1:], n.Empty()][:2]
            for guard, branch in zip((chosen, opposite(chosen)), branches, strict=True):
                assert isinstance(branch, n.Expression)  # noqa: S101 - the checker has seen to it
                for guards, part in self._cases(branch, scope):
                    yield [guard, *guards], part
        elif isinstance(node, n.Call) and node.function == "coalesce":
            before: list[ColumnElement[bool]] = []
            for argument in node.arguments:
                assert isinstance(argument, n.Expression)  # noqa: S101 - the checker has seen to it
                empty = self.empty(argument, scope)
                taken = [] if argument is node.arguments[-1] else [opposite(empty)]
                for guards, part in self._cases(argument, scope):
                    yield [*before, *taken, *guards], part
                before.append(empty)
        else:
            raise NotInSql.of("condition-not-in-sql", part=type(node).__name__)

    def _link(self, stored: Stored) -> Any:
        path = stored.value if isinstance(stored, n.Aggregate) else stored
        assert path is not None  # noqa: S101 - only `count` has none
        return self.workshop.tables.links[path.fields[-1]].alias()

    def _of(self, link: Any, stored: Stored, scope: Scope) -> Select[Any]:
        if isinstance(stored, n.Aggregate):
            holder = self._holder_by_time(stored, scope)
        else:
            holder = self.values.holder(stored, scope)
        return select(literal(1, BigInteger())).select_from(link).where(link.c.record == holder).correlate(*scope.outer)
