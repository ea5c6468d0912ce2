"""Collections of related records as correlated subqueries: aggregates, quantifiers, the last N."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Text, and_, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import Kind
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.values import LINKED, ConditionWriter, CountWriter, Values
from ruleloom.storage.sql.writer import Scope, Workshop


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a collection: what they are called, what they must satisfy, and what can be named of them."""

    row: FromClause
    conditions: tuple[ColumnElement[bool], ...]
    time: SqlValue
    inside: Scope

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """A statement over the rows that sees the records around it."""
        around = tuple(record for record in self.inside.outer if record is not self.row)
        return select(*columns).select_from(self.row).where(*self.conditions).correlate(*around)


class Related:
    """Writes what looks at collections."""

    def __init__(self, workshop: Workshop, condition: ConditionWriter, count: CountWriter) -> None:
        self.workshop = workshop
        self._condition = condition
        self.values = Values(workshop, condition, self.aggregate, count)

    # ---- rows ---------------------------------------------------------------------------------------------------

    def rows(self, collection: n.Collection, scope: Scope, windowed: bool = True) -> Rows:
        """The live rows of a collection that satisfy its `where` and, if `windowed`, lie in its window."""
        row = self.workshop.tables.table(collection.entity).alias()
        inside = scope.inside(row)
        entity = self.workshop.vocabulary.entity(collection.entity)
        time = SqlValue(row.c[entity.time_field.key], entity.time_field.value_type.kind)
        conditions: list[ColumnElement[bool]] = [row.c.deleted_at.is_(None)]
        if collection.hops:
            conditions.append(self._reached(collection, row, scope))
        return Rows(row, (*conditions, *self.narrowed(collection, time, inside, windowed)), time, inside)

    def narrowed(
        self, collection: n.Collection, time: SqlValue, inside: Scope, windowed: bool
    ) -> tuple[ColumnElement[bool], ...]:
        """What the window and the `where` of a collection ask of its rows."""
        conditions: list[ColumnElement[bool]] = []
        if collection.window is not None and windowed:
            conditions.append(self.workshop.in_window(time, collection.window))
        if collection.where is not None:
            conditions.append(self._condition(collection.where, inside))
        return tuple(conditions)

    def _reached(self, collection: n.Collection, row: FromClause, scope: Scope) -> ColumnElement[bool]:
        """The row is one that the hops lead to; several ways to a row count once."""
        if len(collection.hops) == 1:
            return self._linked(self._anchor(collection, scope), collection.hops[0], row)
        links: list[ColumnElement[bool]] = []
        here = self._end_of(collection.hops[0])
        before = self._anchor(collection, scope)
        for position, hop in enumerate(collection.hops[:-1]):
            there = here if position == 0 else self._end_of(hop)
            links += [self._linked(before, hop, there), there.c.deleted_at.is_(None)]
            before = here = there
        last = collection.hops[-1]
        reached: ColumnElement[Any] = here.c.id if last.direction == "back" else here.c[self.values.key(last.field)]
        wanted = row.c[self.values.key(last.field)] if last.direction == "back" else row.c.id
        return wanted.in_(select(reached).where(*links).correlate(*scope.outer))

    def _anchor(self, collection: n.Collection, scope: Scope) -> FromClause | None:
        return None if collection.root == "me" else scope.at(collection.root)

    def _linked(self, here: FromClause | None, hop: n.Hop, there: FromClause) -> ColumnElement[bool]:
        """`there` is what one hop leads to from `here` (None: the acting user)."""
        key = self.values.key(hop.field)
        if here is None:
            me = literal(self.workshop.moment.me, BigInteger())
            if hop.direction == "back":
                return there.c[key] == me
            user = self._owner_of(hop.field)
            found = select(user.c[key]).where(user.c.id == me, user.c.deleted_at.is_(None)).scalar_subquery()
            return there.c.id == found
        return there.c[key] == here.c.id if hop.direction == "back" else there.c.id == here.c[key]

    def _end_of(self, hop: n.Hop) -> FromClause:
        if hop.direction == "back":
            return self._owner_of(hop.field)
        _, field = self.workshop.vocabulary.field(hop.field)
        return self.workshop.tables.table(field.value_type.entity or "").alias()

    def _owner_of(self, field_id: str) -> FromClause:
        entity, _ = self.workshop.vocabulary.field(field_id)
        return self.workshop.tables.table(entity.id).alias()

    def past(self, rows: Rows) -> ColumnElement[bool]:
        """The row has a time, and it is not later than now."""
        of_date = rows.time.kind is Kind.DATE
        return rows.time.sql <= self.workshop.at_moment(rows.time.kind, lambda m: m.today if of_date else m.now)

    # ---- aggregates ---------------------------------------------------------------------------------------------

    def aggregate(self, node: n.Aggregate, scope: Scope) -> SqlValue:
        """`count(…)`, `sum(…)` … for the record in scope."""
        rows = self.rows(node.collection, scope)
        if node.function == "count" or node.value is None:
            counted = rows.select(func.count()).scalar_subquery()
            return self.workshop.numbers.whole(counted)
        if node.value.type.kind in LINKED:
            return self._sets(node.value, rows)
        value = self.values.value(node.value, rows.inside)
        if node.function in ("latest", "earliest"):
            return self._by_time(node.function == "latest", rows, value)
        made = AGGREGATES[node.function](self, value)
        return SqlValue(rows.select(made.sql).scalar_subquery(), made.kind, made.scale)

    def _by_time(self, latest: bool, rows: Rows, value: SqlValue) -> SqlValue:
        order = (rows.time.sql, rows.row.c.id)
        found = (
            rows.select(value.sql)
            .where(self.past(rows), value.sql.is_not(None))
            .order_by(*(column.desc() if latest else column.asc() for column in order))
            .limit(1)
        )
        return SqlValue(found.scalar_subquery(), value.kind, value.scale)

    def _sets(self, path: n.Path, rows: Rows) -> SqlValue:
        """How many different sets of options or files the rows hold: each is written out in one order."""
        link = self._link(path)
        members = self._members(link, path, rows.inside)
        if self.workshop.dialect == "postgresql":
            written = members.with_only_columns(
                func.json_agg(aggregate_order_by(link.c.value, link.c.value)).cast(Text()), maintain_column_froms=True
            )
        else:
            inner = (
                members.with_only_columns(link.c.value, maintain_column_froms=True).order_by(link.c.value).subquery()
            )
            written = select(func.nullif(func.json_group_array(inner.c.value), "[]")).select_from(inner)
        found = func.count(written.scalar_subquery().distinct())
        return self.workshop.numbers.whole(rows.select(found).scalar_subquery())

    def _link(self, path: n.Path) -> Any:
        return self.workshop.tables.links[path.fields[-1]].alias()

    def _members(self, link: Any, path: n.Path, scope: Scope) -> Select[Any]:
        holder = self.values.holder(path, scope)
        return select(literal(1, BigInteger())).select_from(link).where(link.c.record == holder).correlate(*scope.outer)

    def holder_by_time(self, node: n.Aggregate, scope: Scope) -> ColumnElement[Any]:
        """The record that holds the newest or oldest set of options or files that is not empty."""
        assert node.value is not None  # noqa: S101 - only `count` has none
        rows = self.rows(node.collection, scope)
        link = self._link(node.value)
        has_some = self._members(link, node.value, rows.inside).exists()
        order = (rows.time.sql, rows.row.c.id)
        found = rows.select(self.values.holder(node.value, rows.inside)).where(self.past(rows), has_some)
        latest = node.function == "latest"
        newest = found.order_by(*(column.desc() if latest else column.asc() for column in order)).limit(1)
        return newest.scalar_subquery()

    def _total(self, value: SqlValue) -> SqlValue:
        return self.workshop.numbers.total(value)

    def _average(self, value: SqlValue) -> SqlValue:
        return self.workshop.numbers.average(value)

    def _distinct(self, value: SqlValue) -> SqlValue:
        return self.workshop.numbers.whole(func.count(value.sql.distinct()))

    def _least(self, value: SqlValue) -> SqlValue:
        return self._extreme(value, func.min)

    def _greatest(self, value: SqlValue) -> SqlValue:
        return self._extreme(value, func.max)

    def _extreme(self, value: SqlValue, pick: Callable[..., Any]) -> SqlValue:
        return SqlValue(pick(self.workshop.ordered(value)), value.kind, value.scale)

    # ---- quantifiers --------------------------------------------------------------------------------------------

    def quantified(self, node: n.Quantified, scope: Scope) -> ColumnElement[bool]:
        """`no orders …`, `at least 2 orders …`"""
        rows = self.rows(node.collection, scope)
        if node.quantity in ("no", "any") or (node.quantity == "at_least" and node.number == 1):
            found = rows.select(rows.row.c.id).exists()
            return ~found if node.quantity == "no" else found
        counted = rows.select(func.count()).scalar_subquery()
        if node.quantity == "exactly":
            return counted == node.number
        return counted >= node.number if node.quantity == "at_least" else counted <= node.number

    def last_all(self, node: n.LastAll, scope: Scope) -> ColumnElement[bool]:
        """`the last 2 orders all …`: there are so many, and all of the newest satisfy."""
        if node.number == 0:
            return true()
        rows = self.rows(node.collection, scope)
        newest = (
            rows.select(rows.row.c.id)
            .where(self.past(rows))
            .order_by(rows.time.sql.desc(), rows.row.c.id.desc())
            .limit(node.number)
        )
        again = self.workshop.tables.table(node.collection.entity).alias()
        satisfied = and_(again.c.id.in_(newest), self._condition(node.condition, scope.inside(again)))
        counted = select(func.count()).select_from(again).where(satisfied).correlate(*scope.outer).scalar_subquery()
        return counted == node.number


AGGREGATES: dict[str, Callable[[Related, SqlValue], SqlValue]] = {
    "sum": Related._total,
    "avg": Related._average,
    "min": Related._least,
    "max": Related._greatest,
    "distinct": Related._distinct,
}
