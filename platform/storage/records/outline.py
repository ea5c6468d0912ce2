"""What a grid must know to draw its scroll bar without holding rows: counts, groups, totals, anchors of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, func, select, type_coerce

from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.messages import Diagnostic
from ruleloom.storage.records.queries import Finder, QueryError, RecordQuery
from ruleloom.storage.records.sort_terms import SortBy, Term
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.functions import number_of_order

TotalFunction = Literal["count", "sum", "avg", "min", "max"]
MOST_GROUPS = 10_000
_AVERAGE = Decimal("0.000001")
_LOW = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class TotalOf:
    """A total: `count` counts values that are not empty, or records where no field is named."""

    function: TotalFunction
    field: str | None = None


@dataclass(frozen=True, slots=True)
class GroupOutline:
    """A group: its values outermost first (None: empty), its size, totals, and the cursor before each page."""

    values: tuple[Value, ...]
    count: int
    totals: tuple[Value, ...]
    anchors: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole: without grouping there is one group with no values."""

    count: int
    totals: tuple[Value, ...]
    groups: tuple[GroupOutline, ...]
    page_size: int


def find_outline(
    connection: Connection,
    catalogue: Catalogue,
    query: RecordQuery,
    moment: Moment,
    *,
    group: Sequence[str] = (),
    totals: Sequence[TotalOf] = (),
    page_size: int = 100,
    anchors: bool = True,
) -> Outline:
    """Counts, totals and anchors of a query's records. QueryError: unknown or unsortable field, wrong total.

    Without `anchors`, which cost the most, only the first page of each group has its cursor (none).
    """
    finder = Finder(connection, catalogue, query, moment)
    grouping = [_Group(finder, key) for key in group]
    measures = [_Measure(finder, total) for total in totals]
    whole = _aggregate(finder, [], measures)
    count, overall = (whole[0][1], whole[0][2]) if whole else (0, tuple(m.of_nothing for m in measures))
    rows = _aggregate(finder, grouping, measures) if grouping else [((), count, overall)]
    cursors = _anchors(finder, grouping, page_size) if anchors and count > page_size else {}
    groups = tuple(
        GroupOutline(values, size, sums, (None, *cursors.get(values, ())[: (size - 1) // page_size]))
        for values, size, sums in rows
        if size
    )
    return Outline(count, overall, groups, page_size)


class _Group:
    """A field that rows are grouped by: its value, and what orders the groups."""

    def __init__(self, finder: Finder, key: str) -> None:
        self.value: ColumnElement[Any] = finder.source.value(key)
        self.term: Term = finder.source.term(SortBy(key))


class _Measure:
    """A total as SQL columns, and how their values are put together (exactly, beyond 64 bits on SQLite)."""

    def __init__(self, finder: Finder, total: TotalOf) -> None:
        self.function = total.function
        self.of_nothing: Value = Decimal(0) if total.function in ("count", "sum") else None
        self.decimals: int | None = None
        self.places: Decimal | None = None
        self.reads: Callable[[Any], Value] = _as_it_is
        if total.field is None:
            if total.function != "count":
                raise QueryError(Diagnostic("total-without-field", params={"function": total.function}))
            self.columns: list[ColumnElement[Any]] = [func.count()]
            return
        _, field, _ = finder.source.walk(total.field)
        column = finder.source.value(total.field)
        kind = field.value_type.kind
        self._require(total, kind)
        if finder.source.worked_out.is_one(field) and kind is Kind.NUMBER:
            self.places = Decimal(1).scaleb(-field.decimals)
        if self.places is not None and finder.dialect == "sqlite":
            self._of_texts(total, column, self.places)
        elif total.function in ("count", "min", "max"):
            self.columns = [getattr(func, total.function)(column)]
        elif finder.dialect == "sqlite":
            self.decimals = field.decimals
            whole = type_coerce(column, BigInteger)
            high, low = whole.op(">>")(32), whole.op("&")(_LOW)
            self.columns = [func.sum(high), func.sum(low), func.count(column)]
        else:
            self.columns = [func.sum(column), func.count(column)]

    def _of_texts(self, total: TotalOf, column: ColumnElement[Any], places: Decimal) -> None:
        """The columns for numbers that are decimal texts: worked-out ones on SQLite."""
        text = type_coerce(column, Text())
        if total.function == "count":
            self.columns = [func.count(text)]
        elif total.function in ("min", "max"):
            self.columns = [getattr(func, total.function)(func.rl_order(text, type_=Text()))]
            self.reads = lambda key: None if key is None else number_of_order(key).quantize(places)
        else:
            self.columns = [func.rl_sum(text, type_=Text()), func.count(text)]

    def _require(self, total: TotalOf, kind: Kind) -> None:
        fits = kind is Kind.NUMBER or (
            total.function == "count" or (total.function in ("min", "max") and kind in (Kind.DATE, Kind.DATETIME))
        )
        if not fits:
            params = {"function": total.function, "name": total.field}
            raise QueryError(Diagnostic("total-of-kind", params=params, target=total.field))

    def put_together(self, row: Sequence[Any]) -> Value:
        """The total from the values of the measure's columns."""
        if self.function == "count":
            return Decimal(row[0])
        if self.function in ("min", "max"):
            return self.reads(row[0])
        number = int(row[-1])
        if number == 0:
            return self.of_nothing
        if self.decimals is None:
            total = Decimal(row[0]) if self.places is None else Decimal(row[0]).quantize(self.places)
        else:
            total = Decimal((int(row[0]) << 32) + int(row[1])).scaleb(-self.decimals)
        return total if self.function == "sum" else (total / number).quantize(_AVERAGE, ROUND_HALF_EVEN)


def _as_it_is(value: Value) -> Value:
    return value


_Row = tuple[tuple[Value, ...], int, tuple[Value, ...]]


def _aggregate(finder: Finder, grouping: Sequence[_Group], measures: Sequence[_Measure]) -> list[_Row]:
    values = [group.value.label(f"g{number}") for number, group in enumerate(grouping)]
    columns = [column for measure in measures for column in measure.columns]
    statement = finder.rows(*values, func.count(), *columns)
    if grouping:
        # where a group's value decides its key of order, min() gives it
        orders = [
            Term(func.min(group.term.expression), descending=False, values=group.term.values) for group in grouping
        ]
        statement = statement.group_by(*(group.value for group in grouping))
        statement = statement.order_by(*(part for term in orders for part in term.order()), *values).limit(MOST_GROUPS)
    found = []
    for row in finder.connection.execute(statement):
        at = len(values) + 1
        sums = []
        for measure in measures:
            sums.append(measure.put_together(row[at : at + len(measure.columns)]))
            at += len(measure.columns)
        found.append((tuple(row[: len(values)]), int(row[len(values)]), tuple(sums)))
    return found


def _anchors(finder: Finder, grouping: Sequence[_Group], page_size: int) -> dict[tuple[Value, ...], tuple[str, ...]]:
    """For each group the cursors of the last rows of its full pages (also of the very last one when it is full)."""
    values = [group.value.label(f"g{number}") for number, group in enumerate(grouping)]
    terms = [term.expression.label(f"s{number}") for number, term in enumerate(finder.terms)]
    partition = [group.value for group in grouping] or None
    place = func.row_number().over(partition_by=partition, order_by=finder.ordering()).label("place")
    rows = finder.rows(*values, *terms, place).subquery()
    asked = select(rows).where(rows.c.place % page_size == 0).order_by(rows.c.place)
    found: dict[tuple[Value, ...], list[str]] = {}
    for row in finder.connection.execute(asked):
        sorted_by = row[len(values) : len(values) + len(terms)]
        found.setdefault(tuple(row[: len(values)]), []).append(finder.cursor(sorted_by))
    return {group: tuple(cursors) for group, cursors in found.items()}
