"""Numbers in SQL: `numeric` on PostgreSQL; on SQLite whole numbers scaled by a power of ten, or exact decimal text.

Columns and counts stay scaled whole numbers, so that comparisons with constants use indexes and sums run natively.
Everything computed on SQLite is decimal text from the registered exact functions: no intermediate can leave int64.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, Text, false, func, literal, null, type_coerce

from ruleloom.dsl import numbers
from ruleloom.dsl.types import Kind

_INT64 = 2**63 - 1
_ALIGNED = 6
"""Scales up to this fit into int64 for every magnitude that a field may hold."""


@dataclass(frozen=True, slots=True)
class SqlValue:
    """A value in SQL. Numbers on SQLite: `sql` is whole, times 10^scale; without a scale it is decimal text."""

    sql: ColumnElement[Any]
    kind: Kind
    scale: int | None = None
    constant: Any = None
    """The value itself where it was known when the statement was written."""


def compare_plain(operator: str, left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[bool]:
    """`left operator right`; empty (NULL) where a side is."""
    compared: ColumnElement[bool] = left.op(operator, is_comparison=True)(right)
    return left == right if operator == "=" else compared


class PostgresNumbers:
    """`numeric` throughout."""

    def constant(self, number: Decimal | None) -> SqlValue:
        """A bound number."""
        if number is None:
            return SqlValue(null().cast(Numeric()), Kind.NUMBER)
        return SqlValue(literal(number, Numeric()), Kind.NUMBER, constant=number)

    def column(self, column: ColumnElement[Any], decimals: int) -> SqlValue:  # noqa: ARG002 - numeric knows its own
        """A column of numbers."""
        return SqlValue(type_coerce(column, Numeric()), Kind.NUMBER)

    def whole(self, sql: ColumnElement[Any]) -> SqlValue:
        """A whole number of the database's own."""
        return SqlValue(sql.cast(Numeric()), Kind.NUMBER)

    def computed(self, name: str, *values: SqlValue) -> SqlValue:
        """`rl_add`, `rl_round` … of numbers."""
        native = {"rl_add": "+", "rl_subtract": "-", "rl_multiply": "*"}
        if name in native:
            left, right = (value.sql for value in values)
            return SqlValue(left.op(native[name], return_type=Numeric())(right), Kind.NUMBER)
        if name == "rl_negative":
            return SqlValue(-values[0].sql, Kind.NUMBER)
        return SqlValue(getattr(func, name)(*(v.sql for v in values), type_=Numeric()), Kind.NUMBER)

    def same(self, values: list[SqlValue]) -> list[SqlValue]:
        """The values in one form, for CASE, coalesce, least."""
        return values

    def compare(self, operator: str, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """A comparison of numbers."""
        return compare_plain(operator, left.sql, right.sql)

    def pick(self, name: str, values: list[SqlValue]) -> SqlValue:
        """`least` or `greatest`."""
        return SqlValue(getattr(func, name)(*(v.sql for v in values), type_=Numeric()), Kind.NUMBER)

    def total(self, value: SqlValue) -> SqlValue:
        """The aggregate sum; 0 for none."""
        return SqlValue(func.coalesce(func.sum(value.sql), literal(Decimal(0), Numeric())), Kind.NUMBER)

    def average(self, value: SqlValue) -> SqlValue:
        """The aggregate mean, rounded half-even to 6 decimals."""
        return self.computed("rl_divide", SqlValue(func.sum(value.sql), Kind.NUMBER), self.whole(func.count(value.sql)))

    def read(self, value: Any, scale: int | None) -> Decimal | None:  # noqa: ARG002 - as on SQLite
        """The Decimal of a fetched value."""
        return None if value is None else Decimal(value)

    def order(self, value: SqlValue) -> ColumnElement[Any]:
        """What sorts like the number."""
        return value.sql


class SqliteNumbers:
    """Scaled whole numbers and exact decimal text."""

    def constant(self, number: Decimal | None) -> SqlValue:
        """A bound number, as decimal text."""
        text = None if number is None else numbers.plain(number)
        return SqlValue(literal(text, Text()), Kind.NUMBER, constant=number)

    def column(self, column: ColumnElement[Any], decimals: int) -> SqlValue:
        """A column of whole numbers scaled by its decimals."""
        return SqlValue(type_coerce(column, BigInteger()), Kind.NUMBER, decimals)

    def whole(self, sql: ColumnElement[Any]) -> SqlValue:
        """A whole number of the database's own."""
        return SqlValue(sql, Kind.NUMBER, 0)

    def exact(self, value: SqlValue) -> ColumnElement[Any]:
        """The value as decimal text."""
        return value.sql if value.scale is None else func.rl_exact(value.sql, value.scale, type_=Text())

    def computed(self, name: str, *values: SqlValue) -> SqlValue:
        """`rl_add`, `rl_round` … of numbers."""
        return SqlValue(getattr(func, name)(*(self.exact(v) for v in values), type_=Text()), Kind.NUMBER)

    def same(self, values: list[SqlValue]) -> list[SqlValue]:
        """The values in one form, for CASE, coalesce, least."""
        if len({value.scale for value in values}) == 1:
            return values
        return [SqlValue(self.exact(value), Kind.NUMBER, constant=value.constant) for value in values]

    def compare(self, operator: str, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """A comparison of numbers; with a constant the other side stays as it is, so that an index serves."""
        if left.scale is not None and right.constant is not None:
            return _with_constant(operator, left, right.constant)
        if right.scale is not None and left.constant is not None:
            return _with_constant(_MIRROR[operator], right, left.constant)
        if left.scale is not None and right.scale is not None and max(left.scale, right.scale) <= _ALIGNED:
            scale = max(left.scale, right.scale)
            return compare_plain(operator, _aligned(left, scale), _aligned(right, scale))
        compared = func.rl_compare(self.exact(left), self.exact(right), type_=BigInteger())
        return compare_plain(operator, compared, literal(0, BigInteger()))

    def pick(self, name: str, values: list[SqlValue]) -> SqlValue:
        """`least` or `greatest`."""
        return self.computed(f"rl_{name}", *values)

    def total(self, value: SqlValue) -> SqlValue:
        """The aggregate sum; 0 for none."""
        if value.scale is None:
            return SqlValue(func.coalesce(func.rl_sum(value.sql), "0", type_=Text()), Kind.NUMBER)
        return SqlValue(func.coalesce(self._sum(value), "0", type_=Text()), Kind.NUMBER)

    def _sum(self, value: SqlValue) -> ColumnElement[Any]:
        """Upper and lower halves are added up apart: neither sum can leave int64."""
        high, low = value.sql.op(">>")(32), value.sql.op("&")(2**32 - 1)
        return func.rl_exact_sum(func.sum(high), func.sum(low), value.scale, type_=Text())

    def average(self, value: SqlValue) -> SqlValue:
        """The aggregate mean, rounded half-even to 6 decimals."""
        total = self.total(value)
        return self.computed("rl_divide", total, self.whole(func.count(value.sql)))

    def read(self, value: Any, scale: int | None) -> Decimal | None:
        """The Decimal of a fetched value."""
        if value is None:
            return None
        return Decimal(value) if scale is None else numbers.scaled(value, scale)

    def order(self, value: SqlValue) -> ColumnElement[Any]:
        """What sorts like the number."""
        return value.sql if value.scale is not None else func.rl_order(value.sql, type_=Text())


Numbers = PostgresNumbers | SqliteNumbers
_MIRROR = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _aligned(value: SqlValue, scale: int) -> ColumnElement[Any]:
    assert value.scale is not None  # noqa: S101 - asked of scaled values only
    return value.sql if value.scale == scale else value.sql * (10 ** (scale - value.scale))


def _with_constant(operator: str, value: SqlValue, constant: Decimal) -> ColumnElement[bool]:
    assert value.scale is not None  # noqa: S101 - asked of scaled values only
    scaled = numbers.multiply(constant, 10**value.scale)
    rounding = ROUND_FLOOR if operator in ("<=", ">") else ROUND_CEILING
    whole = int(scaled.to_integral_value(rounding))
    if whole != scaled and operator == "=":
        return false()
    return compare_plain(operator, value.sql, literal(max(-_INT64, min(_INT64, whole)), BigInteger()))
