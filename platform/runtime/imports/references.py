"""Turns the text of natural keys into records: in batch, remembered, with other names and on-demand creation.

Imports and syncs share it. What is created inside a transaction is remembered only once that transaction stands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Entity, Field
from ruleloom.messages import LANGUAGES, RuleloomError
from ruleloom.runtime.imports.cells import CellError, Converter, converter
from ruleloom.storage.records.natural_keys import find_all

if TYPE_CHECKING:
    from ruleloom.runtime.imports.plan import Missing
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

REMEMBERED = 100_000
"""Natural keys held per reference; the oldest go first."""

MISSING_REFERENCE = "import-reference-missing"
Create = Callable[["Finder", Value, Mapping[str, Value]], int]
"""Takes down that a record is to be made for a key, with these values; its id to be."""


@dataclass
class Finder:
    """One reference column: texts to records of `entity` whose field `find` has that value."""

    entity: Entity
    find: Field
    missing: Missing
    aliases: Mapping[str, str]
    convert: Converter
    made: set[Value] = field(default_factory=set)
    """Keys for which a record was created, over all transactions (of a dry run: would have been)."""
    fresh: dict[Value, int] = field(default_factory=dict)
    """Records that the transaction which is open now creates."""
    _known: OrderedDict[Value, int] = field(default_factory=OrderedDict)
    _ambiguous: set[Value] = field(default_factory=set)
    _refused: dict[Value, RuleloomError] = field(default_factory=dict)
    """Keys whose record could not be created, and why."""

    def value(self, cell: str) -> Value:
        """The natural key that a cell means; CellError when it cannot be one."""
        found = cell.strip()
        return self.convert(self.aliases.get(found, found))

    def look_up(self, uow: UnitOfWork, wanted: Mapping[Value, Mapping[str, Value]], create: Create | None) -> None:
        """Finds these keys, and creates what is missing where the plan says so, unless `create` is None.

        `wanted` gives for each key the values that a created record gets beside the key.
        """
        asked = [key for key in wanted if key not in self._known and key not in self.fresh]
        keys = {(key,) for key in asked}
        found = find_all(uow.connection, uow.published.catalogue, self.entity.id, [self.find.key], keys)
        for key in asked:
            records = found.get((key,), ())
            if records:
                self._remember(key, records[0])
            if len(records) > 1:
                self._ambiguous.add(key)
        lacking = [key for key in asked if key not in self._known]
        if self.missing == "create" and lacking and create is not None:
            for key in lacking:
                self.fresh[key] = create(self, key, {**wanted[key], self.find.key: key})

    def record(self, key: Value) -> int | None:
        """The record of a key that was looked up; CellError where there is none, or several."""
        if key in self._ambiguous:
            raise CellError("import-reference-ambiguous", entity=self.entity.labels or self.entity.name, value=str(key))
        found = self.fresh.get(key) or self._known.get(key)
        if found is not None or self.missing == "empty":
            return found
        what = {"entity": self.entity.labels or self.entity.name, "value": str(key)}
        if key in self._refused:
            raise CellError("import-reference-refused", **what, reason=_said(self._refused[key]))
        raise CellError(MISSING_REFERENCE, **what)

    def would_create(self, key: Value) -> bool:
        """Whether the plan makes a record for a key that was looked up and is not there."""
        return self.missing == "create" and key not in self._known and key not in self.fresh

    def unmade(self, key: Value, why: RuleloomError | None = None) -> None:
        """The record of a key is not made after all: it is refused, or nobody needs it any more."""
        self.fresh.pop(key, None)
        if why is not None:
            self._refused[key] = why

    def newly_made(self) -> int:
        """How many keys this transaction creates that none before it did."""
        return len(self.fresh.keys() - self.made)

    def stands(self) -> None:
        """The transaction was committed: what it created is there."""
        self.made |= self.fresh.keys()
        for key, record in self.fresh.items():
            self._remember(key, record)
        self.fresh.clear()

    def rehearsed(self) -> None:
        """The transaction was a rehearsal: counted, and not there."""
        self.made |= self.fresh.keys()
        self.fresh.clear()

    def undone(self) -> None:
        """The transaction was undone and will be repeated."""
        self.fresh.clear()
        self._refused.clear()

    def _remember(self, key: Value, record: int) -> None:
        self._known[key] = record
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _said(error: RuleloomError) -> Mapping[str, str]:
    return {language: " ".join(d.message(language) for d in error.diagnostics) for language in LANGUAGES}


def finder(
    entity: Entity, find: str, missing: Missing, aliases: Mapping[str, str], how: Mapping[str, Any], calendar: Calendar
) -> Finder:
    """The finder of a reference to `entity` by its field `find`."""
    slot = entity.by_key[find]
    return Finder(entity, slot, missing, aliases, converter(slot, how, calendar))
