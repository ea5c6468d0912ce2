"""Typed trees as SQLAlchemy expressions for SQLite and PostgreSQL that agree with the compiled Python on every row."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.storage.sql import functions  # noqa: F401 - its functions are registered on every SQLite connection
from ruleloom.storage.sql.conditions import Conditions
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.writer import Dialect, NotInSql, Scope, Tables, Workshop

__all__ = ["Dialect", "NotInSql", "SqlValue", "Tables", "to_sql", "value_to_sql"]


def to_sql(
    condition: n.Condition,
    vocabulary: Vocabulary,
    tables: Tables,
    moment: Moment,
    dialect: Dialect,
    record: FromClause,
) -> ColumnElement[bool]:
    """The condition about the rows of `record` (an entity's table or an alias of it), NULL counting as false.

    `moment` gives `now`, `today` and `me`. Whether the rows themselves are live is for the caller to ask. Raises
    NotInSql for change conditions and `C for D`.
    """
    writer = Conditions(Workshop(vocabulary, tables, moment, dialect))
    return writer.condition(with_formulas(condition, vocabulary), Scope(this=record, outer=(record,)))


def value_to_sql(
    expression: n.Expression,
    vocabulary: Vocabulary,
    tables: Tables,
    moment: Moment,
    dialect: Dialect,
    record: FromClause,
) -> SqlValue:
    """The expression about the rows of `record`; `Workshop.numbers.read` turns fetched numbers into decimals."""
    writer = Conditions(Workshop(vocabulary, tables, moment, dialect))
    return writer.values.value(with_formulas(expression, vocabulary), Scope(this=record, outer=(record,)))
