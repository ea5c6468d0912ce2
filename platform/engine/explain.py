"""Why a condition holds or not for one record: every part with its truth, the values found, and when time may turn it.

Each part is decided by the compiled code that decides the whole, on the same facts; nothing is worked out anew here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import children, is_external, walk
from ruleloom.dsl.sentences import sentence
from ruleloom.dsl.types import NUMBER, Kind, RecordId, Value, ValueType
from ruleloom.dsl.vocabulary import FieldWords, Labels, Vocabulary
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import Memory, RecordChange, Snapshot, Store
from ruleloom.engine.worked import Acting, Worked
from ruleloom.messages import LANGUAGES, Language

MOST_ROWS = 5
"""Related records shown for one part."""
Said = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about, when, and what the engine knows of it."""

    entity: str
    record: RecordId
    snapshot: Snapshot
    store: Store
    vocabulary: Vocabulary
    moment: Moment
    memories: Mapping[RecordId, Memory] = field(default_factory=dict)
    """For `C for D`: what is remembered of the rule and the record."""
    changes: Mapping[RecordId, RecordChange] | None = None
    """The change being processed, for conditions that speak of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a part looked at."""

    words: Said
    """What was looked at, in plain words."""
    value: Any
    shown: Said
    """The value as people read it."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A related record that a part looked at, with the values that the part reads of it."""

    entity: str
    record: RecordId
    values: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a condition and what became of it."""

    condition: n.Condition
    holds: bool
    words: Said
    found: tuple[Found, ...]
    rows: tuple[FoundRow, ...]
    parts: tuple[Explanation, ...]
    next: int | None
    """The first instant after now at which time alone may change the truth; None: time alone never does."""
    since: int | None = None
    """For `C for D`: since when C is true without a break."""

    def reasons(self) -> tuple[Explanation, ...]:
        """The smallest parts that decide: those that fail when the whole fails (why not), else those that hold."""
        if not self.parts:
            return (self,)
        if isinstance(self.condition, n.Not | n.Held):
            inner = self.parts[0]
            decided = inner.holds is self.holds or isinstance(self.condition, n.Not)
            return inner.reasons() if decided else (self,)
        return tuple(reason for part in self.parts if part.holds is self.holds for reason in part.reasons())


def explain(condition: n.Condition, asked: Asked) -> Explanation:
    """The condition explained, part by part."""
    logic = Logic(condition, asked.vocabulary)
    snapshots = {asked.record: asked.snapshot}
    verdict = logic.judge(snapshots, asked.store, asked.moment, asked.memories, asked.changes).get(asked.record)
    since = verdict.since.get(len(logic.helds) - 1) if verdict is not None and isinstance(condition, n.Held) else None
    return Explanation(
        condition,
        verdict is not None and verdict.holds,
        _words(condition, asked),
        tuple(_values(condition, asked)),
        tuple(_rows(condition, asked)),
        tuple(explain(part, asked) for part in _parts(condition)),
        None if verdict is None else verdict.deadline,
        since,
    )


def _words(node: n.Node, asked: Asked) -> Said:
    return {language: sentence(node, asked.vocabulary, language) for language in LANGUAGES}


def _parts(condition: n.Condition) -> tuple[n.Condition, ...]:
    if isinstance(condition, n.And | n.Or):
        return condition.items
    if isinstance(condition, n.Not):
        return (condition.item,)
    return (condition.condition,) if isinstance(condition, n.Held) else ()


# ---- values ------------------------------------------------------------------------------------------------------


def _values(condition: n.Condition, asked: Asked) -> Iterator[Found]:
    """What a part without parts compares: every operand that is not written out in the condition."""
    if isinstance(condition, n.Quantified):
        count = n.Aggregate("count", condition.collection, None, NUMBER)
        yield _found(count, _value(count, asked), asked)
    if _parts(condition) or isinstance(condition, n.Quantified | n.LastAll):
        return
    for operand in dict.fromkeys(_operands(condition)):
        yield _found(operand, _value(operand, asked), asked)
    if isinstance(condition, n.Changes | n.Trend | n.ChangesBy):
        previous = n.Previous(condition.path)
        yield _found(previous, _value(previous, asked), asked)


def _operands(condition: n.Condition) -> Iterator[n.Expression]:
    for operand in children(condition):
        if isinstance(operand, n.Expression) and any(isinstance(p, n.Path) or is_external(p) for p in walk(operand)):
            yield operand


def _value(expression: n.Expression, asked: Asked) -> Any:
    change = (asked.changes or {}).get(asked.record)
    acting = Acting(
        asked.entity,
        asked.record,
        asked.snapshot,
        asked.store,
        asked.moment,
        change.before if change is not None else None,
    )
    return Worked(expression, asked.vocabulary).of(acting)


def _found(expression: n.Expression, value: Any, asked: Asked) -> Found:
    shown = {language: shown_value(value, type_of(expression), asked, language) for language in LANGUAGES}
    return Found(_words(expression, asked), value, shown)


# ---- related records ---------------------------------------------------------------------------------------------


def _rows(condition: n.Condition, asked: Asked) -> Iterator[FoundRow]:
    """The newest related records that a quantifier counted or looked at."""
    if not isinstance(condition, n.Quantified | n.LastAll):
        return
    collection = condition.collection
    entity = asked.vocabulary.entity(collection.entity)
    ids = asked.store.members(collection, asked.record, asked.snapshot, asked.moment.now, asked.moment.me)
    snapshots = asked.store.snapshots(collection.entity, ids)
    time = entity.time_field.key
    now = asked.moment.today if entity.time_field.value_type.kind is Kind.DATE else asked.moment.now
    listed: list[tuple[int, int, RecordId]] = []
    for order, record in enumerate(ids):
        at = snapshots[record][time]
        if not isinstance(condition, n.LastAll) or (isinstance(at, int) and at <= now):
            listed.append((at if isinstance(at, int) else -(2**62), order, record))
    most = condition.number if isinstance(condition, n.LastAll) else MOST_ROWS
    named = _fields_read(condition, entity.time_field, asked)
    for _, _, record in sorted(listed, reverse=True)[: min(most, MOST_ROWS)]:
        snapshot = snapshots[record]
        values = tuple(_field_found(each, snapshot[each.key], asked) for each in named)
        yield FoundRow(collection.entity, record, values)


def _fields_read(condition: n.Quantified | n.LastAll, time: FieldWords, asked: Asked) -> list[FieldWords]:
    """The time, then the own fields of the row that the condition reads."""
    inside = [condition.collection.where, condition.condition if isinstance(condition, n.LastAll) else None]
    ids = dict.fromkeys([time.id])
    for part in inside:
        for node in walk(part) if part is not None else ():
            if isinstance(node, n.Path) and node.root == "row" and len(node.fields) == 1:
                ids.setdefault(node.fields[0])
    found = [asked.vocabulary.field(each) for each in ids]
    return [words for owner, words in found if owner.id == condition.collection.entity]


def _field_found(words: FieldWords, value: Value, asked: Asked) -> Found:
    shown = {language: shown_value(value, words.value_type, asked, language) for language in LANGUAGES}
    return Found({language: words.labels.get(language) or words.name for language in LANGUAGES}, value, shown)


# ---- how values are shown ----------------------------------------------------------------------------------------

_EMPTY: Said = {"en": "empty", "zh": "空"}
_YES: Said = {"en": "yes", "zh": "是"}
_NO: Said = {"en": "no", "zh": "否"}


def shown_value(value: Value, type_: ValueType, asked: Asked, language: Language) -> str:
    """A value as people of a language read it: labels of options, local days and times, titles of records."""
    if value is None:
        return _EMPTY[language]
    if isinstance(value, bool):
        return (_YES if value else _NO)[language]
    show = _SHOWN.get(type_.kind)
    return show(value, type_, asked, language) if show is not None else str(value)


def _option(value: Any, type_: ValueType, asked: Asked, language: Language) -> str:
    options = asked.vocabulary.field(type_.field)[1].options if type_.field is not None else ()
    labels: Labels = next((option.labels for option in options if option.value == value), {})
    return labels.get(language) or str(value)


def _options(value: Any, type_: ValueType, asked: Asked, language: Language) -> str:
    return (", " if language == "en" else "、").join(_option(each, type_, asked, language) for each in value)


def _record(value: Any, type_: ValueType, asked: Asked, _language: Language) -> str:
    if type_.entity is None:
        return str(value)
    fields = asked.vocabulary.entity(type_.entity).fields
    title = next((each.key for each in fields if each.value_type.kind is Kind.TEXT), None)
    snapshot = asked.store.snapshots(type_.entity, [value]).get(value, {})
    return str((snapshot.get(title) if title is not None else None) or value)


_SHOWN: dict[Kind, Callable[[Any, ValueType, Asked, Language], str]] = {
    Kind.NUMBER: lambda value, _type, _asked, _language: numbers.plain(value),
    Kind.DATE: lambda value, _type, _asked, _language: day_date(value).isoformat(),
    Kind.DATETIME: lambda value, _t, asked, _l: asked.moment.calendar.local(value).strftime("%Y-%m-%d %H:%M"),
    Kind.CHOICE: _option,
    Kind.CHOICES: _options,
    Kind.FILES: lambda value, _type, _asked, _language: str(len(value)),
    Kind.RECORD: _record,
}
