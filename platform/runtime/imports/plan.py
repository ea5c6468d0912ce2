"""A plan says which column goes where; it is data (JSON or YAML), so that a person can save it and run it next month.

```yaml
entity: invoice
key: [number]                       # rows with a known key change that record, others make one
columns:
  number: InvoiceNo                 # short form: field: column
  ordered_at: {column: InvoiceDate, zone: Europe/London}
  customer: {column: CustomerID, whole: true, find: code, missing: create, copy: {country: Country}}
  amount: {sum: [Quantity, UnitPrice]}        # sum over the lines of the product of these columns
group:                              # one file feeds parents and their lines
  by: InvoiceNo
  entity: invoice_line
  parent: invoice
  columns: {sku: StockCode, quantity: Quantity, price: UnitPrice}
skip: [{column: Quantity, is: "0"}] # rows left out on purpose; they are counted, not errors
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.imports.cells import DATE_FORMATS

Missing = Literal["refuse", "create", "empty"]
MISSING: tuple[Missing, ...] = ("refuse", "create", "empty")
EXISTING = ("update", "skip")
_HOW = ("format", "zone", "decimal", "round", "whole", "separator")
_COLUMN_WORDS = frozenset(
    {"column", "constant", "find", "missing", "aliases", "copy", "sum", "count", "position", *_HOW}
)
_SKIP_WORDS = frozenset({"column", "is", "starts", "empty"})


class PlanInvalid(RuleloomError):
    """The plan does not fit the file or the model; each diagnostic's target is the place in the plan."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where one field's values come from."""

    key: str
    """The field's key."""
    column: str | None = None
    constant: str | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
    find: str | None = None
    """For references: the field of the other entity that the cell holds."""
    missing: Missing = "refuse"
    aliases: Mapping[str, str] = field(default_factory=dict)
    copy: Mapping[str, str] = field(default_factory=dict)
    """For references that are created: field of the other entity → column."""
    product: tuple[str, ...] = ()
    """For grouped plans: the sum over the lines of the product of these columns."""
    counts: bool = False
    position: bool = False
    """For lines: their number within the group, from 1."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Rows left out on purpose: those whose column is, or begins with, a text, or is empty."""

    column: str
    equals: str | None = None
    starts: str | None = None
    empty: bool = False

    def __call__(self, cell: str) -> bool:
        """Whether a cell of the column means: leave the row out."""
        if self.empty:
            return not cell.strip()
        return cell == self.equals if self.equals is not None else cell.startswith(self.starts or "")


@dataclass(frozen=True, slots=True)
class Lines:
    """The second entity that a grouped file feeds."""

    by: str
    entity: str
    parent: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan, checked."""

    entity: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    lines: Lines | None = None
    skip: tuple[Skip, ...] = ()
    existing: str = "update"
    rules: bool = True


def read_plan(raw: Mapping[str, Any], model: Model, columns: Sequence[str]) -> Plan:
    """Checks a plan against the model and the file's columns; PlanInvalid names everything that is wrong."""
    return _Reader(model, frozenset(columns)).plan(raw)


class _Reader:
    """Collects what is wrong while it reads."""

    def __init__(self, model: Model, columns: frozenset[str]) -> None:
        self._model, self._columns = model, columns
        self._found: list[Diagnostic] = []

    def plan(self, raw: Mapping[str, Any]) -> Plan:
        entity = self._entity(raw.get("entity"), "entity")
        lines = self._lines(raw.get("group"))
        made = Plan(
            entity.key if entity else "",
            self._all(entity, raw.get("columns"), "columns", grouped=lines is not None),
            self._keys(entity, raw.get("key") or ()),
            lines,
            tuple(self._skip(skip, f"skip.{n}") for n, skip in enumerate(raw.get("skip") or ())),
            self._one_of(raw.get("existing", "update"), EXISTING, "existing"),
            bool(raw.get("rules", True)),
        )
        for word in sorted(raw.keys() - {"entity", "key", "columns", "group", "skip", "existing", "rules"}):
            self._wrong("import-plan-unknown-word", word, word=word)
        self._keys_have_columns(made)
        if self._found:
            raise PlanInvalid(*self._found)
        return made

    def _wrong(self, code: str, target: str, **params: Any) -> None:
        self._found.append(Diagnostic(code, params=params, target=target))

    def _entity(self, key: Any, target: str) -> Entity | None:
        found = self._model.by_key.get(key) if isinstance(key, str) else None
        if found is None:
            self._wrong("import-plan-no-entity", target, entity=str(key))
        return found

    def _lines(self, raw: Any) -> Lines | None:
        if not raw:
            return None
        entity = self._entity(raw.get("entity"), "group.entity")
        self._column(raw.get("by"), "group.by")
        self._field(entity, str(raw.get("parent")), "group.parent")
        columns = self._all(entity, raw.get("columns"), "group.columns", grouped=False)
        return Lines(str(raw.get("by")), entity.key if entity else "", str(raw.get("parent")), columns)

    def _all(self, entity: Entity | None, raw: Any, target: str, *, grouped: bool) -> tuple[Column, ...]:
        if not isinstance(raw, Mapping) or not raw:
            self._wrong("import-plan-no-columns", target)
            return ()
        return tuple(self._one(entity, key, given, f"{target}.{key}", grouped=grouped) for key, given in raw.items())

    def _one(self, entity: Entity | None, key: str, given: Any, target: str, *, grouped: bool) -> Column:
        raw: Mapping[str, Any] = given if isinstance(given, Mapping) else {"column": given}
        for word in sorted(raw.keys() - _COLUMN_WORDS):
            self._wrong("import-plan-unknown-word", target, word=word)
        slot = self._field(entity, key, target)
        product = tuple(raw.get("sum") or ())
        if (product or raw.get("count")) and not grouped:
            self._wrong("import-plan-sum-without-group", target)
        if "sum" in raw and not product:
            self._wrong("import-plan-sum-empty", target)
        for column in (*product, *(raw.get("copy") or {}).values()):
            self._column(column, target)
        if not (product or raw.get("count") or raw.get("position") or raw.keys() & {"constant", "sum"}):
            self._column(raw.get("column"), target)
        self._how(raw, target)
        return Column(
            key=key,
            column=raw.get("column"),
            constant=None if raw.get("constant") is None else str(raw["constant"]),
            how={word: raw[word] for word in _HOW if raw.get(word) is not None},
            find=self._find(slot, raw, target),
            missing=self._one_of(raw.get("missing", "refuse"), MISSING, target),  # type: ignore[arg-type]
            aliases={str(a): str(b) for a, b in (raw.get("aliases") or {}).items()},
            copy=dict(raw.get("copy") or {}),
            product=product,
            counts=bool(raw.get("count")),
            position=bool(raw.get("position")),
        )

    def _how(self, raw: Mapping[str, Any], target: str) -> None:
        if raw.get("format") and raw["format"] not in DATE_FORMATS and "%" not in str(raw["format"]):
            self._wrong("import-plan-unknown-format", target, format=raw["format"], formats=list(DATE_FORMATS))
        if raw.get("zone"):
            try:
                ZoneInfo(str(raw["zone"]))
            except (ValueError, OSError, ZoneInfoNotFoundError):
                self._wrong("import-plan-unknown-zone", target, zone=raw["zone"])

    def _find(self, slot: Field | None, raw: Mapping[str, Any], target: str) -> str | None:
        """The other entity's field that the cell holds: as given, else its only unique field, else its title."""
        if slot is None or slot.value_type.entity is None:
            return None
        other = self._model.entity(slot.value_type.entity)
        if raw.get("find"):
            found = self._field(other, str(raw["find"]), target)
            return found.key if found else None
        unique = [f for f in other.fields if f.unique and not f.system]
        chosen = unique[0] if unique else other.title_field
        if chosen is None:
            self._wrong("import-plan-no-natural-key", target, entity=other.labels or other.name)
        return chosen.key if chosen else None

    def _field(self, entity: Entity | None, key: str, target: str) -> Field | None:
        found = entity.by_key.get(key) if entity else None
        if entity is not None and (found is None or found.system):
            self._wrong("import-plan-no-field", target, field=key, entity=entity.labels or entity.name)
        return found

    def _keys(self, entity: Entity | None, given: Any) -> tuple[str, ...]:
        keys = (given,) if isinstance(given, str) else tuple(str(key) for key in given)
        for key in keys:
            self._field(entity, key, "key")
        return keys

    def _keys_have_columns(self, made: Plan) -> None:
        for key in set(made.key) - {column.key for column in made.columns}:
            self._wrong("import-plan-key-without-column", "key", field=key)
        if made.lines and not made.key:
            self._wrong("import-plan-group-without-key", "key")

    def _column(self, name: Any, target: str) -> None:
        if name not in self._columns:
            self._wrong("import-plan-no-column", target, column=str(name), columns=sorted(self._columns))

    def _skip(self, raw: Mapping[str, Any], target: str) -> Skip:
        self._column(raw.get("column"), target)
        if raw.keys() - _SKIP_WORDS or not raw.keys() & {"is", "starts", "empty"}:
            self._wrong("import-plan-unknown-word", target, word=sorted(raw.keys() - _SKIP_WORDS))
        return Skip(str(raw.get("column")), raw.get("is"), raw.get("starts"), bool(raw.get("empty")))

    def _one_of(self, value: Any, allowed: Sequence[str], target: str) -> str:
        if value not in allowed:
            self._wrong("import-plan-one-of", target, value=str(value), allowed=list(allowed))
        return str(value)


def total(lines: Sequence[Sequence[Decimal | None]]) -> Decimal:
    """The exact sum over the lines of the product of their numbers; a line with an empty number counts as 0."""
    result = Decimal(0)
    for numbers in lines:
        product = Decimal(1)
        for number in numbers:
            product *= number if number is not None else Decimal(0)
        result += product
    return result
