"""Pages of records by key: filter, scope, search, groups, order over several fields. Never OFFSET, never COUNT(*)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Value
from ruleloom.messages import Diagnostic
from ruleloom.storage.chunks import chunks
from ruleloom.storage.records.search import search_patterns
from ruleloom.storage.records.sort_terms import QueryError, SortBy, Source, Term, after
from ruleloom.storage.records.worked_out import WorkedOut
from ruleloom.storage.schema.catalogue import TOKENS, Catalogue
from ruleloom.storage.sql.trees import to_sql

if TYPE_CHECKING:
    from ruleloom.storage.sql.writer import Dialect

__all__ = ["Page", "QueryError", "RecordQuery", "SortBy", "find_page", "ids_among"]

MOST = 500
"""Records in one page."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records of an entity, and in which order."""

    entity: str
    conditions: tuple[n.Condition, ...] = ()
    """All must hold: the view's filter, the actor's scope."""
    search: str | None = None
    sort: tuple[SortBy, ...] = ()
    group: tuple[tuple[str, Value], ...] = ()
    """Only the records of one group: field keys with their values (None: empty)."""


@dataclass(frozen=True, slots=True)
class Page:
    """Ids in order, and the cursor that continues; None at the end."""

    ids: tuple[int, ...]
    next: str | None


class Finder:
    """One query against the tables: what outline and page have in common."""

    def __init__(self, connection: Connection, catalogue: Catalogue, query: RecordQuery, moment: Moment) -> None:
        self.connection, self.catalogue, self.query = connection, catalogue, query
        self.dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        self.source = Source(catalogue, query.entity, WorkedOut(catalogue, moment, self.dialect))
        self.terms: list[Term] = self.source.terms(query.sort)
        self._where = self._conditions(moment)

    def _conditions(self, moment: Moment) -> list[ColumnElement[bool]]:
        table = self.source.root.table
        where: list[ColumnElement[bool]] = [table.c.deleted_at.is_(None)]
        where += [
            to_sql(condition, self.catalogue.model, self.catalogue, moment, self.dialect, table)
            for condition in self.query.conditions
        ]
        for key, value in self.query.group:
            column = self.source.value(key)
            where.append(column.is_(None) if value is None else column == value)
        where += [table.c[TOKENS].like(pattern) for pattern in search_patterns(self.query.search or "")]
        return where

    def rows(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """SELECT of these columns over the query's records, not yet ordered."""
        return select(*columns).select_from(self.source.clause).where(*self._where)

    def ordering(self) -> list[ColumnElement[Any]]:
        """ORDER BY of the query."""
        return [part for term in self.terms[:-1] for part in term.order()] + [self._by_id()]

    def _by_id(self) -> ColumnElement[Any]:
        last = self.terms[-1]
        return last.expression.desc() if last.descending else last.expression.asc()

    def cursor(self, values: Sequence[Any]) -> str:
        """What continues after a row with these values of the terms."""
        carried = [term.to_cursor(value) for term, value in zip(self.terms, values, strict=True)]
        return base64.urlsafe_b64encode(json.dumps(carried, ensure_ascii=False).encode()).decode().rstrip("=")

    def read_cursor(self, cursor: str) -> list[Any]:
        """The values of a cursor; QueryError when it is not one of this order."""
        try:
            carried = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if not isinstance(carried, list) or any(isinstance(value, (dict, list)) for value in carried):
                raise ValueError
            return [term.from_cursor(value) for term, value in zip(self.terms, carried, strict=True)]
        except (ValueError, TypeError, ArithmeticError, binascii.Error) as error:
            raise QueryError(Diagnostic("cursor-unreadable", target="after")) from error


def ids_among(
    connection: Connection, catalogue: Catalogue, query: RecordQuery, moment: Moment, ids: Collection[int]
) -> set[int]:
    """Those of these records that are in the query."""
    finder, found = Finder(connection, catalogue, query, moment), set[int]()
    own = finder.source.root.table.c.id
    for part in chunks(ids):
        found.update(connection.execute(finder.rows(own).where(own.in_(part))).scalars())
    return found


def find_page(
    connection: Connection,
    catalogue: Catalogue,
    query: RecordQuery,
    moment: Moment,
    *,
    after_cursor: str | None = None,
    limit: int = 100,
) -> Page:
    """Up to `limit` records of the query after a cursor. QueryError: unknown or unsortable field, bad cursor."""
    finder = Finder(connection, catalogue, query, moment)
    rows = finder.rows(*(term.expression for term in finder.terms))
    if after_cursor is not None:
        rows = rows.where(after(finder.terms, finder.read_cursor(after_cursor)))
    limit = min(limit, MOST)
    found = connection.execute(rows.order_by(*finder.ordering()).limit(limit + 1)).all()
    more = len(found) > limit
    kept = found[:limit]
    return Page(tuple(row[-1] for row in kept), finder.cursor(kept[-1]) if more else None)
