"""Column types: how the values of `dsl.types` lie in SQLite and PostgreSQL (the same in memory from both)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Integer, MetaData, Numeric, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from ruleloom.dsl.types import Kind, ValueType

SYSTEM = MetaData()
"""The system tables, which alembic owns; tables of entities live in a `MetaData` of their own."""

MAGNITUDE_DIGITS = 12
"""Numbers are below 10^12."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Primary keys: SQLite counts up only for INTEGER."""
PlainText = Text().with_variant(Text(collation="C"), "postgresql")
"""Text ordered by code point on both databases."""


class ExactNumber(TypeDecorator[Decimal]):
    """A number with fixed decimals: `numeric` on PostgreSQL, an integer scaled by 10^decimals on SQLite."""

    impl = Numeric
    cache_ok = True

    def __init__(self, decimals: int) -> None:
        super().__init__(MAGNITUDE_DIGITS + decimals, decimals)
        self.decimals = decimals

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """INTEGER on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(Numeric(MAGNITUDE_DIGITS + self.decimals, self.decimals))

    def bind_processor(self, dialect: Dialect) -> Any:
        """Decimal → scaled integer on SQLite; exact values only, cleaned before."""
        if dialect.name != "sqlite":
            return None
        scale = 10**self.decimals
        return lambda value: None if value is None else int(value * scale)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:  # noqa: ARG002
        """Scaled integer → Decimal on SQLite."""
        if dialect.name != "sqlite":
            return None
        exponent = -self.decimals
        if exponent == 0:
            return lambda value: None if value is None else Decimal(value)
        return lambda value: None if value is None else Decimal(value).scaleb(exponent)


class JsonText(TypeDecorator[Any]):
    """JSON kept as text, the same on both databases; decimals become strings, keys keep their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Any JSON value → text."""
        return None if value is None else dump_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Text → JSON value."""
        return None if value is None else json.loads(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def dump_json(value: Any) -> str:
    """Compact JSON text; what JSON has no word for (decimals) is written as a string."""
    return _encode(value)


_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: PlainText,
    Kind.CHOICE: PlainText,
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Integer(),
    Kind.DATETIME: BigInteger(),
    Kind.RECORD: BigInteger(),
}
LINKED = frozenset({Kind.CHOICES, Kind.FILES})
"""Kinds with several values: kept in link tables."""


def column_type(value_type: ValueType) -> TypeEngine[Any]:
    """The column type for values of a kind that is not `LINKED`."""
    if value_type.kind is Kind.NUMBER:
        return ExactNumber(value_type.decimals or 0)
    return _TYPES[value_type.kind]
