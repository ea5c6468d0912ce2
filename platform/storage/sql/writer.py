"""What all parts of the SQL back end share: the tables, the moment, the dialect, and which records are in scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    false,
    func,
    literal,
    null,
    or_,
    true,
)
from sqlalchemy.types import TypeEngine

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Intervals, Moment
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import RuleloomError
from ruleloom.storage.sql.calendar import calendar_name, work_arrays, zone_arrays
from ruleloom.storage.sql.numbers import Numbers, PostgresNumbers, SqliteNumbers, SqlValue, compare_plain

Dialect = Literal["sqlite", "postgresql"]


class NotInSql(RuleloomError):
    """The tree speaks of a change or of a stretch of time, which rows alone cannot answer."""


class Tables(Protocol):
    """Where records live. `storage.catalogue.Catalogue` is one."""

    @property
    def links(self) -> Mapping[str, Table]:
        """Link tables (`record`, `position`, `value`) of `choices` and `files` fields by permanent id."""
        ...

    def table(self, entity_id: str) -> Table:
        """The table of an entity: `id`, `deleted_at`, and a column per field key."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that names can speak of: the rule's, the row of the innermost collection."""

    this: FromClause
    row: FromClause | None = None
    outer: tuple[FromClause, ...] = ()
    """Every record of the statements around."""

    def inside(self, row: FromClause, *others: FromClause) -> Scope:
        """The scope within a collection whose row this is."""
        return replace(self, row=row, outer=(*self.outer, row, *others))

    def at(self, root: n.Root) -> FromClause:
        """The record at a root that has a table here."""
        record = self.row if root == "row" else self.this
        assert record is not None  # noqa: S101 - the checker lets `row` stand only inside collections
        return record


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that does not change while one statement is written."""

    vocabulary: Vocabulary
    tables: Tables
    moment: Moment
    dialect: Dialect
    moving: dict[str, Callable[[Moment], int]] | None = None
    """For a statement that is kept: parameters that are another value at every moment, by name."""

    @property
    def numbers(self) -> Numbers:
        """How this database holds numbers."""
        return SqliteNumbers() if self.dialect == "sqlite" else PostgresNumbers()

    # ---- constants ----------------------------------------------------------------------------------------------

    def constant(self, value: Any, kind: Kind) -> SqlValue:
        """A bound value."""
        if kind is Kind.NUMBER:
            return self.numbers.constant(None if value is None else Decimal(value))
        type_ = _TYPES.get(kind, Text)()
        if value is None:  # PostgreSQL does not guess the type of a bare parameter
            return SqlValue(null().cast(type_), kind)
        return SqlValue(literal(value, type_), kind, constant=value)

    def at_moment(self, kind: Kind, value: Callable[[Moment], int]) -> ColumnElement[Any]:
        """A date or instant that depends on the moment."""
        type_ = _TYPES[kind]()
        if self.moving is None:
            return literal(value(self.moment), type_)
        name = f"moment_{len(self.moving)}"
        self.moving[name] = value
        return bindparam(name, type_=type_)

    # ---- comparisons --------------------------------------------------------------------------------------------

    def compare(self, operator: str, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """`=`, `<` …; NULL counts as false."""
        if Kind.EMPTY in (left.kind, right.kind):
            return false()
        if left.kind is Kind.NUMBER:
            return self.numbers.compare(operator, left, right)
        if left.kind is Kind.DATE and right.kind is Kind.DATETIME:
            return compare_plain(operator, self.midnight(left), right.sql)
        if left.kind is Kind.DATETIME and right.kind is Kind.DATE:
            return compare_plain(operator, left.sql, self.midnight(right))
        if left.kind in (Kind.TEXT, Kind.CHOICE) and operator != "=":
            return compare_plain(operator, self.ordered(left), right.sql)
        return compare_plain(operator, left.sql, right.sql)

    def ordered(self, value: SqlValue) -> ColumnElement[Any]:
        """The value so that it sorts as the language does: text by code point, numbers by size."""
        if value.kind is Kind.NUMBER:
            return self.numbers.order(value)
        textual = value.kind in (Kind.TEXT, Kind.CHOICE) and self.dialect == "postgresql"
        return value.sql.collate("C") if textual else value.sql

    def in_window(self, value: SqlValue, window: n.Window) -> ColumnElement[bool]:
        """The value lies in a window."""
        kind = value.kind
        intervals = self.moment.bounds(window, kind)
        if self.moving is None or len(intervals) != 1:
            return self.within(value, intervals)
        low = self.at_moment(kind, lambda moment: _end(moment, window, kind, 0))
        return and_(value.sql >= low, value.sql < self.at_moment(kind, lambda moment: _end(moment, window, kind, 1)))

    def within(self, value: SqlValue, intervals: Intervals) -> ColumnElement[bool]:
        """The value lies in one of the intervals."""
        type_ = _TYPES[value.kind]
        parts: list[ColumnElement[bool]] = []
        for low, high in intervals:
            ends = [value.sql >= literal(low, type_())] if low is not None else []
            ends += [value.sql < literal(high, type_())] if high is not None else []
            parts.append(and_(*ends) if ends else value.sql.is_not(None))
        return or_(*parts) if parts else false()

    # ---- calendar -----------------------------------------------------------------------------------------------

    def midnight(self, day: SqlValue) -> ColumnElement[Any]:
        """The instant at which a local day begins."""
        if day.constant is not None:
            return literal(self.moment.midnight(day.constant), BigInteger())
        return func.rl_midnight(day.sql, *self._zone(), type_=BigInteger())

    def day_of(self, value: SqlValue) -> ColumnElement[Any]:
        """The local day of a date or an instant."""
        if value.kind is Kind.DATE:
            return value.sql
        return func.rl_day_of(value.sql, *self._zone(), type_=Integer())

    def shifted(self, value: SqlValue, duration: n.Duration, sign: int) -> ColumnElement[Any]:
        """A day or an instant moved by months or working days."""
        amount, is_day = sign * duration.amount, value.kind is Kind.DATE
        type_: TypeEngine[Any] = Integer() if is_day else BigInteger()
        if self.dialect == "sqlite":
            name = "rl_shift_day" if is_day else "rl_shift_instant"
            limited = literal(max(-_MOST, min(_MOST, amount)), BigInteger())
            return _called(name, type_, value.sql, limited, literal(str(duration.unit), Text()), *self._zone())
        working = duration.unit is n.Unit.WORKING_DAYS
        amount *= 12 if duration.unit is n.Unit.YEARS else 1
        limited = literal(max(-_MOST, min(_MOST, amount)), BigInteger())
        arrays = (() if is_day else self._zone()) + (self._work() if working else ())
        name = f"rl_{'working' if working else 'month'}_{'day' if is_day else 'instant'}"
        return _called(name, type_, value.sql, limited, *arrays)

    def _zone(self) -> tuple[ColumnElement[Any], ...]:
        calendar = self.moment.calendar
        if self.dialect == "sqlite":
            return (literal(calendar_name(calendar), Text()),)
        arrays = zone_arrays(calendar)
        return tuple(_array(part) for part in (arrays.starts, arrays.walls, arrays.offsets))

    def _work(self) -> tuple[ColumnElement[Any], ...]:
        arrays = work_arrays(self.moment.calendar)
        return tuple(_array(part) for part in (arrays.worked, arrays.off, arrays.on))


_MOST = 4_000_000
"""More months or working days than there are days in the years 1 to 9999."""
_TYPES: dict[Kind, Callable[[], Any]] = {
    Kind.TEXT: Text,
    Kind.CHOICE: Text,
    Kind.BOOLEAN: Boolean,
    Kind.DATE: Integer,
    Kind.DATETIME: BigInteger,
    Kind.RECORD: BigInteger,
}


def _end(moment: Moment, window: n.Window, kind: Kind, side: int) -> int:
    end = moment.bounds(window, kind)[0][side]
    assert end is not None  # noqa: S101 - windows are bounded on both sides
    return end


def _called(name: str, type_: TypeEngine[Any], *arguments: ColumnElement[Any]) -> ColumnElement[Any]:
    called: ColumnElement[Any] = getattr(func, name)(*arguments, type_=type_)
    return called


def _array(numbers: tuple[int, ...]) -> ColumnElement[Any]:
    return literal(list(numbers), ARRAY(BigInteger()))


def opposite(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """True where the condition is false or NULL: logic is two-valued."""
    return condition.is_not(true())


__all__ = ["Dialect", "NotInSql", "Scope", "Tables", "Workshop", "opposite"]
