"""Conditions about all records of an entity at once: related records are read in one pass, grouped by their holder.

`Conditions` asks about each record with subqueries of its own, which is right where few records are asked about. Here
each collection that is one step away from the record becomes a joined table with a row per holder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Subquery,
    Table,
    UnaryExpression,
    and_,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.operators import custom_op

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import Kind
from ruleloom.storage.sql.conditions import Conditions
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.related import AGGREGATES, Related, Rows
from ruleloom.storage.sql.values import LINKED
from ruleloom.storage.sql.writer import Scope

Pick = Callable[..., Any]


class Group:
    """The live rows of one collection by their holder, and what is worked out of each holder's rows."""

    def __init__(
        self, name: str, row: FromClause, holder: ColumnElement[Any], *, sorted_by: ColumnElement[Any]
    ) -> None:
        """`sorted_by`: the holder as the rows are grouped by it."""
        self._name, self.row, self._holder, self._sorted_by = name, row, holder, sorted_by
        self._columns: dict[object, ColumnElement[Any]] = {}

    def column(self, key: object, made: Callable[[], ColumnElement[Any]]) -> ColumnElement[Any]:
        """The column of the joined table that holds an aggregate over the rows; empty for holders without rows."""
        if key not in self._columns:
            self._columns[key] = made().label(f"c{len(self._columns)}")
        found = self._columns[key]
        return literal_column(f"{self._name}.{found.name}", found.type)

    def joined(self) -> tuple[Subquery, ColumnElement[Any]]:
        """The table to join, and its column that names the holder."""
        asked = select(self._holder.label("holder"), *self._columns.values())
        asked = asked.where(self.row.c.deleted_at.is_(None)).group_by(self._sorted_by)
        table = asked.subquery(self._name)
        return table, table.c.holder

    @property
    def there(self) -> ColumnElement[bool]:
        """Whether a holder has rows: where it must, databases need no outer join."""
        return literal_column(f"{self._name}.holder", self._holder.type).is_not(None)


class GroupedRelated(Related):
    """Writes collections as columns of joined tables where that is possible, else as `Related` does."""

    groups: dict[str, Group]

    def group(self, collection: n.Collection, scope: Scope) -> Group | None:
        """The group that the rows of a collection belong to; None where they have to be asked about one by one."""
        if scope.row is not None or collection.root != "this" or len(collection.hops) != 1:
            return None
        hop = collection.hops[0]
        if hop.direction != "back" or (collection.where is not None and _speaks_of_holder(collection.where)):
            return None
        if hop.field not in self.groups:
            row = self._owner_of(hop.field)
            key = self.values.key(hop.field)
            # SQLite would read every row by way of the reference's index, which costs several times what sorting does
            by = _plain(row.c[key]) if self.workshop.dialect == "sqlite" else row.c[key]
            self.groups[hop.field] = Group(f"g{len(self.groups)}", row, row.c[key], sorted_by=by)
        return self.groups[hop.field]

    def first(
        self,
        collection: n.Collection,
        scope: Scope,
        pick: Pick,
        *,
        windowed: bool = True,
        after: tuple[str, Callable[[Rows], ColumnElement[bool]]] | None = None,
    ) -> ColumnElement[Any]:
        """The least or greatest time (`pick`) of the rows of a collection; of those of which `after` (named) is so."""
        group = self.group(collection, scope)
        if group is None:
            rows = self.rows(collection, scope, windowed)
            asked = rows.select(pick(rows.time.sql))
            return (asked if after is None else asked.where(after[1](rows))).scalar_subquery()

        def made() -> ColumnElement[Any]:
            rows = self._within(group, collection, scope, windowed)
            conditions = rows.conditions if after is None else (*rows.conditions, after[1](rows))
            picked = pick(rows.time.sql)
            return picked.filter(and_(*conditions)) if conditions else picked  # type: ignore[no-any-return]

        return group.column((collection, pick is func.max, windowed, after and after[0]), made)

    def _within(self, group: Group, collection: n.Collection, scope: Scope, windowed: bool = True) -> Rows:
        inside = scope.inside(group.row)
        entity = self.workshop.vocabulary.entity(collection.entity)
        time = SqlValue(group.row.c[entity.time_field.key], entity.time_field.value_type.kind)
        return Rows(group.row, self.narrowed(collection, time, inside, windowed), time, inside)

    def _count_of(self, group: Group, collection: n.Collection, scope: Scope) -> ColumnElement[Any]:
        def made() -> ColumnElement[Any]:
            conditions = self._within(group, collection, scope).conditions
            return func.count(_only(conditions, literal_column("1", Integer()))) if conditions else func.count()

        return func.coalesce(group.column((collection, "count"), made), literal_column("0", Integer()))

    def aggregate(self, node: n.Aggregate, scope: Scope) -> SqlValue:
        """`count(…)`, `sum(…)` … of the rows of each holder."""
        group = self.group(node.collection, scope)
        if group is None or node.function in ("latest", "earliest"):
            return super().aggregate(node, scope)
        if node.function == "count" or node.value is None:
            return self.workshop.numbers.whole(self._count_of(group, node.collection, scope))
        if node.value.type.kind in LINKED:
            return super().aggregate(node, scope)
        rows = self._within(group, node.collection, scope)
        value = self.values.value(node.value, rows.inside)
        only = SqlValue(_only(rows.conditions, value.sql), value.kind, value.scale)
        made = AGGREGATES[node.function](self, only)
        column = group.column((node.collection, node.function, node.value), lambda: made.sql)
        if node.function == "distinct":
            column = func.coalesce(column, literal_column("0", Integer()))
        elif node.function == "sum":
            column = func.coalesce(column, self.workshop.constant(0, Kind.NUMBER).sql)
        return SqlValue(column, made.kind, made.scale)

    def quantified(self, node: n.Quantified, scope: Scope) -> ColumnElement[bool]:
        """`no orders …`, `at least 2 orders …` of the rows of each holder."""
        group = self.group(node.collection, scope)
        if group is None:
            return super().quantified(node, scope)
        if node.quantity in ("no", "any") and isinstance(node.collection.window, n.Rolling):
            newest = self.first(node.collection, scope, func.max)  # which also says until when it is so
            return newest.is_(None) if node.quantity == "no" else newest.is_not(None)
        counted = self._count_of(group, node.collection, scope)
        if node.quantity in ("no", "exactly"):
            return counted == node.number
        return counted <= node.number if node.quantity == "at_most" else counted >= node.number


class GroupedConditions(Conditions):
    """Writes conditions about the records of `Scope.this`; `source` joins what they read to it."""

    related: GroupedRelated

    def _make_related(self) -> Related:
        made = GroupedRelated(self.workshop, self.condition, self._count)
        made.groups = {}
        return made

    def has_rows(self, part: n.Condition) -> ColumnElement[bool] | None:
        """What is so of each record of which this part is: that there are related ones; None where none are needed."""
        if not isinstance(part, n.Quantified) or part.quantity not in ("any", "at_least", "exactly"):
            return None
        group = self.related.groups.get(part.collection.hops[0].field) if part.collection.hops else None
        needed = part.quantity == "any" or part.number > 0
        return group.there if group is not None and needed else None

    def source(self, table: Table) -> FromClause:
        """The records with everything that was written about their related records."""
        joined: FromClause = table
        for group in self.related.groups.values():
            there, holder = group.joined()
            joined = joined.outerjoin(there, holder == table.c.id)
        return joined


def _only(conditions: tuple[ColumnElement[bool], ...], value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value of rows that satisfy the conditions, nothing of others: aggregates pass over it."""
    return case((and_(*conditions), value)) if conditions else value


def _speaks_of_holder(where: n.Condition) -> bool:
    return any(isinstance(node, n.Path | n.Collection) and node.root != "row" for node in walk(where))


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """`+ column`: its value, which no index knows."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
