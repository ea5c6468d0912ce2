"""What rows of an entity are ordered, grouped and shown by: paths through references, keys of order, titles.

Empties come last in either direction; choices go by the order of their options, references by the title of what they
point to, short texts by their sort key. Whatever is asked, the id decides last, so that the order is total.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, or_

from ruleloom.dsl.types import Kind
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.storage.schema.catalogue import DELETED_AT, SORT, Catalogue, EntityTable
from ruleloom.storage.schema.columns import LINKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ruleloom.forms.entity import Field
    from ruleloom.storage.records.worked_out import WorkedOut


_VALUES: dict[Kind, type] = {Kind.NUMBER: Decimal, Kind.TEXT: str, Kind.CHOICE: str}


class QueryError(RuleloomError):
    """A page or outline cannot be asked for like this; `target` is the field as given."""


@dataclass(frozen=True, slots=True)
class SortBy:
    """One level of order: field keys from the entity through references (`owner.name`)."""

    path: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """An expression that rows are ordered by."""

    expression: ColumnElement[Any]
    descending: bool
    values: type
    """What its values are: `Decimal`, `str`, `int`."""
    never_empty: bool = False

    def order(self) -> list[ColumnElement[Any]]:
        """ORDER BY terms: empties last, then the direction."""
        direction = self.expression.desc() if self.descending else self.expression.asc()
        return [self.expression.is_(None).asc(), direction]

    def equals(self, value: Any) -> ColumnElement[bool]:
        """Whether a row has that value here."""
        return self.expression.is_(None) if value is None else self.expression == value

    def later(self, value: Any) -> ColumnElement[bool]:
        """Whether a row comes after one with that value, by this term alone."""
        if value is None:
            return false()
        beyond = self.expression < value if self.descending else self.expression > value
        return beyond if self.never_empty else or_(beyond, self.expression.is_(None))

    def to_cursor(self, value: Any) -> Any:
        """The value as a cursor carries it."""
        return str(value) if isinstance(value, Decimal) else value

    def from_cursor(self, value: Any) -> Any:
        """The value that a cursor carried; ValueError or ArithmeticError when it is none of this term."""
        if value is None:
            return None
        if self.values is Decimal and isinstance(value, str):
            value = Decimal(value)
        if not isinstance(value, self.values) or isinstance(value, bool) or _too_large(value):
            raise ValueError("not a value of this order")
        return value


def _too_large(value: Any) -> bool:
    return not isinstance(value, str) and not abs(value) < 2**63


class Source:
    """FROM clause that grows a LEFT JOIN for each reference that a path follows; a deleted target reads as empty."""

    def __init__(self, catalogue: Catalogue, entity_id: str, worked_out: WorkedOut) -> None:
        self.catalogue, self.worked_out = catalogue, worked_out
        self.root = catalogue.tables[entity_id]
        self.clause: Any = self.root.table
        self._joined: dict[tuple[str, ...], FromClause] = {}

    def walk(self, path: str) -> tuple[EntityTable, Field, FromClause]:
        """The field at the end of a path, with its entity's table and the alias that its columns are of."""
        *hops, last = path.split(".")
        entity_table, alias = self.root, self.root.table
        gone: tuple[str, ...] = ()
        for hop in hops:
            field = self._field(entity_table, hop, path)
            if field.to is None:
                raise QueryError(Diagnostic("path-not-reference", params={"name": hop}, target=path))
            gone = (*gone, hop)
            alias = self._join(gone, alias.c[hop], field.to)
            entity_table = self.catalogue.tables[field.to]
        return entity_table, self._field(entity_table, last, path), alias

    def _field(self, entity_table: EntityTable, key: str, path: str) -> Field:
        field = entity_table.entity.by_key.get(key)
        if field is None:
            raise QueryError(Diagnostic("unknown-field", params={"name": key}, target=path))
        return field

    def _join(self, path: tuple[str, ...], column: ColumnElement[Any], to: str) -> Any:
        if path not in self._joined:
            target = self.catalogue.table(to).alias(f"j{len(self._joined)}")
            self.clause = self.clause.outerjoin(target, and_(target.c.id == column, target.c[DELETED_AT].is_(None)))
            self._joined[path] = target
        return self._joined[path]

    def value(self, path: str) -> ColumnElement[Any]:
        """What the field at the end of a path holds; a reference reads as empty when its target is gone."""
        entity_table, field, alias = self.walk(path)
        self._require_column(entity_table, field, path)
        if self.worked_out.is_one(field):
            return self.worked_out.value(field, alias)
        if field.to is None:
            return alias.c[field.key]
        if field.system:
            return alias.c[field.key]
        return self._join((*path.split("."),), alias.c[field.key], field.to).c.id  # type: ignore[no-any-return]

    def term(self, sort: SortBy) -> Term:
        """What rows are ordered by for a field."""
        entity_table, field, alias = self.walk(sort.path)
        self._require_column(entity_table, field, sort.path)
        if self.worked_out.is_one(field):
            expression, values = self.worked_out.order(field, alias)
            return Term(expression, sort.descending, values)
        column = alias.c[field.key]
        kind = field.value_type.kind
        if kind is Kind.CHOICE and field.options:
            whens = {option.value: number for number, option in enumerate(field.options)}
            known = case(whens, value=column, else_=case((column.is_not(None), len(whens)), else_=None))
            return Term(known, sort.descending, int)
        if field.to is not None:
            return self._by_title(sort, field, column)
        if field in entity_table.sorted:
            return Term(alias.c[SORT + field.key], sort.descending, str)
        if kind is Kind.BOOLEAN:
            return Term(case((column.is_(True), 1), (column.is_(False), 0), else_=None), sort.descending, int)
        return Term(column, sort.descending, _VALUES.get(kind, int))

    def _by_title(self, sort: SortBy, field: Field, column: ColumnElement[Any]) -> Term:
        target = self.catalogue.tables[field.to or ""]
        joined = self._join((*sort.path.split("."),), column, field.to or "")
        title = target.entity.title_field
        if title is None or title not in target.stored or title.to is not None:
            return Term(joined.c.id, sort.descending, int)
        key = SORT + title.key if title in target.sorted else title.key
        return Term(joined.c[key], sort.descending, _VALUES.get(title.value_type.kind, int))

    def _require_column(self, entity_table: EntityTable, field: Field, path: str) -> None:
        computed = field in entity_table.computed and not self.worked_out.is_one(field)
        if field.value_type.kind in LINKED or computed:
            raise QueryError(Diagnostic("field-not-sortable", params={"name": field.name}, target=path))

    def terms(self, sorts: Sequence[SortBy]) -> list[Term]:
        """The terms of all levels, and the id last (in the direction of the first level)."""
        terms = [self.term(sort) for sort in sorts]
        descending = bool(sorts) and sorts[0].descending
        return [*terms, Term(self.root.table.c.id, descending, int, never_empty=True)]


def after(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind the one with these values: (a later) or (a equal and b later) or …"""
    ways = []
    for place, term in enumerate(terms):
        equal = [earlier.equals(value) for earlier, value in zip(terms[:place], values, strict=False)]
        ways.append(and_(*equal, term.later(values[place])))
    return or_(*ways)
