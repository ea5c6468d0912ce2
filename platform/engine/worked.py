"""Values of actions, worked out for one record when the action runs: expressions, conditions, texts with `{…}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.backends.compile import Event, compiled_condition, compiled_value
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, RecordId, Value, ValueType
from ruleloom.dsl.vocabulary import FieldWords, Vocabulary
from ruleloom.engine.store import External, Snapshot, Speaker, Store


@dataclass(frozen=True, slots=True)
class Acting:
    """The firing's record when an action runs; a deleted record is shown as it was."""

    entity: str
    record: RecordId
    snapshot: Snapshot
    store: Store
    moment: Moment
    previous: Snapshot | None = None
    change: Event | None = None
    gone: bool = False
    """Whether the record is deleted by now."""


Rows = Mapping[RecordId, Snapshot]
"""Related records that an action speaks of beside the firing's own."""


class Worked:
    """An expression or a condition ready to be worked out."""

    def __init__(self, node: n.Expression | n.Condition, vocabulary: Vocabulary, root: n.Root = "this") -> None:
        self._function: Callable[..., Any]
        if isinstance(node, n.Condition):
            condition = compiled_condition(node, vocabulary, root)
            self._function, self._externals = condition.holds, condition.externals
        else:
            assert isinstance(node, n.Expression)  # noqa: S101 - one or the other
            value = compiled_value(node, vocabulary, root)
            self._function, self._externals = value.value, value.externals

    def of(self, acting: Acting) -> Any:
        """The value for the firing's record."""
        facts = [_fact(external, acting) for external in self._externals]
        return self._function(acting.snapshot, facts, acting.moment, acting.previous, (), acting.change)

    def of_rows(self, acting: Acting, rows: Rows) -> list[Any]:
        """The value for each of these rows: names are theirs, `this` is the firing's record."""
        columns = [_fact_of_rows(external, acting, rows) for external in self._externals]
        facts = zip(*columns, strict=True) if columns else repeat(())
        return [
            self._function(row, found, acting.moment, acting.previous, (), acting.change, acting.snapshot)
            for row, found in zip(rows.values(), facts, strict=False)
        ]


def _fact(external: External, acting: Acting) -> Any:
    holder = {acting.record: acting.snapshot}
    return acting.store.gather(external, holder, acting.moment.now, acting.moment.me)[acting.record].value


def _fact_of_rows(external: External, acting: Acting, rows: Rows) -> list[Any]:
    """The fact for each row, asked for all of them at once."""
    if (external.root if isinstance(external, n.Path) else external.collection.root) != "row":
        return [_fact(external, acting)] * len(rows)
    speaker, moment = Speaker(acting.record, acting.snapshot), acting.moment
    facts = acting.store.gather(external, rows, moment.now, moment.me, speaker=speaker)
    return [facts[row].value for row in rows]


class Text:
    """A text with expressions filled in."""

    def __init__(self, template: n.Template, vocabulary: Vocabulary, root: n.Root = "this") -> None:
        self._vocabulary = vocabulary
        self._parts: list[str | tuple[Worked, ValueType]] = [
            part if isinstance(part, str) else (Worked(part, vocabulary, root), type_of(part))
            for part in template.parts
        ]

    def of(self, acting: Acting) -> str:
        """The text for the firing's record."""
        return "".join(
            part if isinstance(part, str) else shown(part[0].of(acting), part[1], self._vocabulary)
            for part in self._parts
        )

    def of_rows(self, acting: Acting, rows: Rows) -> list[str]:
        """The text for each of these rows."""
        columns = [
            [part] * len(rows)
            if isinstance(part, str)
            else [shown(value, part[1], self._vocabulary) for value in part[0].of_rows(acting, rows)]
            for part in self._parts
        ]
        return ["".join(parts) for parts in zip(*columns, strict=True)] if columns else [""] * len(rows)


def worked(value: n.Expression | n.Template, vocabulary: Vocabulary, root: n.Root = "this") -> Worked | Text:
    """The value or text of an assignment, ready to be worked out."""
    return Text(value, vocabulary, root) if isinstance(value, n.Template) else Worked(value, vocabulary, root)


def shown(value: Value, type_: ValueType, vocabulary: Vocabulary) -> str:
    """A value as it stands in a text: local days and minutes, plain numbers, an empty value as nothing."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return _SHOWN.get(type_.kind, _plainly)(value, vocabulary)


def _plainly(value: Any, _vocabulary: Vocabulary) -> str:
    return str(value)


_SHOWN: Mapping[Kind, Callable[[Any, Vocabulary], str]] = {
    Kind.NUMBER: lambda value, _: numbers.plain(value),
    Kind.DATE: lambda value, _: day_date(value).isoformat(),
    Kind.DATETIME: lambda value, v: v.calendar.local(value).strftime("%Y-%m-%d %H:%M"),
    Kind.BOOLEAN: lambda value, _: "yes" if value else "no",
}


class Assigned:
    """`field = value` of an action: the value rounded and turned to fit the field."""

    def __init__(self, assignment: n.Assignment, vocabulary: Vocabulary, root: n.Root = "this") -> None:
        _, self._field = vocabulary.field(assignment.field)
        self._value = worked(assignment.value, vocabulary, root)
        self._kind = Kind.TEXT if isinstance(assignment.value, n.Template) else kind_of(assignment.value)
        self._vocabulary = vocabulary

    @property
    def key(self) -> str:
        """The field's key."""
        return self._field.key

    def of(self, acting: Acting) -> Value:
        """The value to write."""
        return fitted(self._value.of(acting), self._kind, self._field, self._vocabulary)

    def of_rows(self, acting: Acting, rows: Rows) -> list[Value]:
        """The value to write in each of these rows."""
        values = self._value.of_rows(acting, rows)
        return [fitted(value, self._kind, self._field, self._vocabulary) for value in values]


def fitted(value: Any, kind: Kind, field: FieldWords, vocabulary: Vocabulary) -> Value:
    """A computed value as its field holds it: numbers rounded half-even, days and instants turned into one another."""
    wanted = field.value_type.kind
    if value is None or value == "":
        return None
    if wanted is Kind.NUMBER:
        return numbers.rounded(value, field.value_type.decimals or 0)
    if wanted is Kind.DATE and kind is Kind.DATETIME:
        return vocabulary.calendar.day_of(value)
    if wanted is Kind.DATETIME and kind is Kind.DATE:
        return vocabulary.calendar.midnight(value)
    if wanted is Kind.CHOICES and not isinstance(value, tuple):
        return (str(value),)
    if wanted is Kind.TEXT and not isinstance(value, str):
        return str(value)
    result: Value = value
    return result
