"""A record-local condition as a function of one plain mapping: gates, form checks, scripts.

Beside the values of `types` the mapping may hold what people and libraries have at hand: `date` and aware `datetime`,
whole numbers, and text for numbers, dates (`2026-01-31`) and instants (ISO 8601). A missing key is empty. The common
case, our own values under all keys, pays nothing for it: wrong types and missing keys make the fast function raise, and
the function that fits the types seen is made then and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.compile import generate
from ruleloom.dsl.backends.source import Convert, Source
from ruleloom.dsl.calendar import Calendar, day_number, instant
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reading.parsing import parse
from ruleloom.dsl.reads import Reads, reads_of
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import EntityWords, FieldWords, Vocabulary
from ruleloom.messages import RuleloomError

Predicate = Callable[..., bool]
"""(mapping, moment=None) -> whether the condition holds; `moment` where the condition speaks of time or of `me`."""


class NotRecordLocal(RuleloomError):
    """The condition needs more than the record itself."""


class NotACondition(RuleloomError):
    """The text is not a condition of the entity: carries everything wrong with it."""


class UnreadableValue(RuleloomError):
    """A value of the mapping cannot be read as its field's type."""


class _Alone:
    """The vocabulary of one entity by itself, for scripts that have nothing else; its zone is UTC."""

    def __init__(self, entity: EntityWords) -> None:
        self.calendar = Calendar()
        self.entities = (entity,)
        self.formulas: Mapping[str, n.Expression] = {}
        self._fields = {field.id: field for field in entity.fields}

    def entity(self, entity_id: str) -> EntityWords:
        """The one entity."""
        return {each.id: each for each in self.entities}[entity_id]

    def field(self, field_id: str) -> tuple[EntityWords, FieldWords]:
        """One of its fields."""
        return self.entities[0], self._fields[field_id]


def predicate(
    condition: n.Condition | str, entity: EntityWords | str, vocabulary: Vocabulary | None = None
) -> Predicate:
    """A condition as a function of a record's values as we hold them (`Decimal`); other mappings are read too.

    See `compile_condition`, which is the same for mappings that mostly hold plain `int`.
    """
    local = read_local(condition, entity, vocabulary)
    return _Maker(local, plain=False).fast()


def compile_condition(
    condition: n.Condition | str, entity: EntityWords | str, vocabulary: Vocabulary | None = None
) -> Predicate:
    """A condition (a tree, or its text in either language) as a function of a mapping from field keys to values.

    `entity` may be given by permanent id, key or name; without a vocabulary it has to be the entity itself, days and
    windows are then those of UTC. A missing key is empty; a mapping that makes values up (`defaultdict`) is asked for
    them. Raises NotACondition for a text with errors, NotRecordLocal for a condition that
    reads more than the record, `me`, `now` and `today`.
    """
    local = read_local(condition, entity, vocabulary)
    return _Maker(local, plain=True).fast()


@dataclass(frozen=True, slots=True)
class Local:
    """A condition that reads one record only, and how foreign values of its fields are read."""

    condition: n.Condition
    reads: Reads
    vocabulary: Vocabulary
    converters: Mapping[str, Convert]


def read_local(condition: n.Condition | str, entity: EntityWords | str, vocabulary: Vocabulary | None) -> Local:
    """What `predicate` is made from; raises the same errors."""
    if vocabulary is None:
        if isinstance(entity, str):
            raise NotACondition.of("no-such-entity-here", name=entity)
        vocabulary = _Alone(entity)
    words = _entity(entity, vocabulary)
    tree = condition if isinstance(condition, n.Condition) else _read(condition, words, vocabulary)
    tree = with_formulas(tree, vocabulary)
    reads = reads_of(tree, vocabulary)
    if reads.externals or reads.held or reads.reads_change:
        raise NotRecordLocal.of("condition-not-record-local")
    return Local(tree, reads, vocabulary, _converters(words, reads.fields, vocabulary.calendar))


def _entity(entity: EntityWords | str, vocabulary: Vocabulary) -> EntityWords:
    if not isinstance(entity, str):
        return entity
    found = [each for each in vocabulary.entities if entity in (each.id, each.key, each.name)]
    if not found:
        raise NotACondition.of("no-such-entity-here", name=entity)
    return found[0]


def _read(text: str, entity: EntityWords, vocabulary: Vocabulary) -> n.Condition:
    parsed = parse(text, vocabulary, entity=entity.id, part="condition")
    if not isinstance(parsed.tree, n.Condition):
        raise NotACondition(*parsed.diagnostics)
    return parsed.tree


class _Maker:
    """Makes the fast function, and behind it those for other types of values."""

    def __init__(self, local: Local, *, plain: bool) -> None:
        self._local = local
        self._converters = local.converters
        self._plain = plain
        self._variants: dict[frozenset[str], Predicate] = {}

    def fast(self) -> Predicate:
        """For our own values; others raise inside and are read again."""
        return self._made({}, self._again, present=True)

    def _again(self, record: Mapping[str, Any], moment: Moment | None) -> bool:
        foreign = frozenset(key for key in self._converters if not _is_ours(record.get(key)))
        variant = self._variants.get(foreign)
        if variant is None:
            variant = self._variants[foreign] = self._made({key: self._converters[key] for key in foreign}, _give_up)
        return variant(record, moment)

    def _made(
        self, converters: Mapping[str, Convert], again: Callable[..., bool], *, present: bool = False
    ) -> Predicate:
        local = self._local
        writer = Source(
            local.vocabulary, local.reads, converters=converters, strict=True, plain=self._plain, present=present
        )
        result = f"True if {writer.condition(local.condition)} else False"
        made: Predicate = generate(writer, result, ("record", "moment=None"), again)
        return made


def _is_ours(value: Any) -> bool:
    return value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool))


def _give_up(record: Mapping[str, Any], _moment: Moment | None) -> bool:
    raise UnreadableValue.of("value-unreadable", kind="mapping", value=repr(sorted(record))[:80])


def _converters(entity: EntityWords, field_ids: frozenset[str], calendar: Calendar) -> Mapping[str, Convert]:
    readers: dict[Kind, Convert] = {
        Kind.NUMBER: to_number,
        Kind.DATE: lambda value: to_day(value, calendar),
        Kind.DATETIME: lambda value: to_instant(value, calendar),
    }
    return {
        field.key: readers[field.value_type.kind]
        for field in entity.fields
        if field.id in field_ids and field.value_type.kind in readers
    }


def to_number(value: Any) -> Decimal | None:
    """A number from Decimal, int, float (as printed) or text; None and "" are empty."""
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise UnreadableValue.of("value-unreadable", kind="number", value=repr(value)[:80]) from None
    if not number.is_finite():
        raise UnreadableValue.of("value-unreadable", kind="number", value=repr(value)[:80])
    return number


def to_day(value: Any, calendar: Calendar) -> int | None:
    """A day number from an int, a date, an aware datetime (its local day) or ISO text."""
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value) if value else None
        if isinstance(value, datetime):
            return calendar.day_of(instant(value))
        if isinstance(value, date):
            return day_number(value)
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise UnreadableValue.of("value-unreadable", kind="date", value=repr(value)[:80]) from None


def to_instant(value: Any, calendar: Calendar) -> int | None:
    """Microseconds from an int, an aware datetime, a date (its local midnight) or ISO text with an offset."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if value else None
        if isinstance(value, datetime):
            return instant(value)
        if isinstance(value, date):
            return calendar.midnight(day_number(value))
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise UnreadableValue.of("value-unreadable", kind="datetime", value=repr(value)[:80]) from None
