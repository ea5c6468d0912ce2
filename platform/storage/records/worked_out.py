"""Worked-out fields as columns: rows are shown, ordered, grouped and added up by them like by stored fields.

Numbers are `numeric` on PostgreSQL and exact decimal text on SQLite (no product can leave int64).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Dialect, FromClause, Numeric, Text, TypeDecorator, case, type_coerce
from sqlalchemy.types import TypeEngine

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.types import Kind
from ruleloom.storage.schema.columns import column_type
from ruleloom.storage.sql.trees import value_to_sql
from ruleloom.storage.sql.writer import Workshop

if TYPE_CHECKING:
    from ruleloom.dsl.moment import Moment
    from ruleloom.forms.entity import Field
    from ruleloom.storage.schema.catalogue import Catalogue
    from ruleloom.storage.sql.writer import Dialect as DialectName


class WorkedNumber(TypeDecorator[Decimal]):
    """A number of any size with a field's decimals."""

    impl = Numeric
    cache_ok = True

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.decimals = decimals

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TEXT on SQLite, NUMERIC elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Decimal → canonical decimal text on SQLite."""
        return numbers.plain(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Decimal with the field's decimals."""
        return None if value is None else Decimal(value).quantize(Decimal(1).scaleb(-self.decimals))


class WorkedOut:
    """The worked-out fields of a workspace at a moment, for one database."""

    def __init__(self, catalogue: Catalogue, moment: Moment, dialect: DialectName) -> None:
        self.catalogue, self.moment, self.dialect = catalogue, moment, dialect

    def is_one(self, field: Field) -> bool:
        """Whether a field is worked out."""
        return field.id in self.catalogue.model.formulas

    def value(self, field: Field, record: FromClause) -> ColumnElement[Any]:
        """The field's value for the rows of `record`, fetched like that of a stored field of its kind."""
        number = field.value_type.kind is Kind.NUMBER
        type_ = WorkedNumber(field.decimals) if number else column_type(field.value_type)
        return type_coerce(self._made(field, record).sql, type_)

    def order(self, field: Field, record: FromClause) -> tuple[ColumnElement[Any], type]:
        """What sorts as the field's values do, and what its values are."""
        made, kind = self._made(field, record), field.value_type.kind
        if kind is Kind.BOOLEAN:
            return case((made.sql.is_(True), 1), (made.sql.is_(False), 0), else_=None), int
        ordered = Workshop(self.catalogue.model, self.catalogue, self.moment, self.dialect).ordered(made)
        if kind is Kind.NUMBER and self.dialect == "postgresql":
            return ordered, Decimal
        return ordered, str if kind in (Kind.NUMBER, Kind.TEXT) else int

    def _made(self, field: Field, record: FromClause) -> Any:
        path, model = n.Path("this", (field.id,), field.value_type), self.catalogue.model
        return value_to_sql(path, model, self.catalogue, self.moment, self.dialect, record)
