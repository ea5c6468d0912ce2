"""A condition about one plain mapping, explained at once: every part's truth and values from one generated function.

For gates, scripts and tests of rules, where no other record is read; `explain` is for records of a workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.compile import generate
from ruleloom.dsl.backends.predicate import read_local
from ruleloom.dsl.backends.source import Source
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import children, walk
from ruleloom.dsl.types import Value, ValueType
from ruleloom.dsl.vocabulary import EntityWords, Vocabulary
from ruleloom.dsl.writing.sentences import sentence
from ruleloom.messages import Language


class TracedPart:
    """One part of the condition; the same for every mapping."""

    __slots__ = ("_vocabulary", "condition", "inner", "operands", "place", "values_at")

    def __init__(self, condition: n.Condition, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.condition = condition
        self.place = 0
        self.inner: tuple[TracedPart, ...] = ()
        self.operands: tuple[n.Expression, ...] = ()
        self.values_at = 0

    def sentence(self, language: Language) -> str:
        """What the part says."""
        return sentence(self.condition, self._vocabulary, language)

    def types(self) -> tuple[ValueType, ...]:
        """The types of the values that it looks at."""
        return tuple(type_of(operand) for operand in self.operands)


class Reason:
    """A part with what became of it for one mapping."""

    __slots__ = ("_trace", "part")

    def __init__(self, part: TracedPart, trace: Trace) -> None:
        self.part, self._trace = part, trace

    @property
    def holds(self) -> bool:
        """Its truth."""
        return self._trace.truths[self.part.place]

    @property
    def values(self) -> tuple[Value, ...]:
        """The values that it looked at, in the order of its words."""
        return self._trace.values[self.part.values_at : self.part.values_at + len(self.part.operands)]

    @property
    def parts(self) -> tuple[Reason, ...]:
        """Its own parts."""
        return tuple(Reason(part, self._trace) for part in self.part.inner)

    def sentence(self, language: Language) -> str:
        """What the part says, in plain words."""
        return self.part.sentence(language)


class Trace:
    """The truth of every part of a condition for one mapping, and every value looked at."""

    __slots__ = ("_root", "truths", "values")

    def __init__(self, truths: tuple[bool, ...], values: tuple[Value, ...], root: TracedPart) -> None:
        self.truths, self.values, self._root = truths, values, root

    @property
    def holds(self) -> bool:
        """The truth of the whole."""
        return self.truths[-1]

    @property
    def whole(self) -> Reason:
        """The whole condition as a tree of parts."""
        return Reason(self._root, self)

    def failing(self) -> tuple[Reason, ...]:
        """The smallest parts because of which it fails; none when it holds."""
        return () if self.holds else _deciding(self.whole)


def _deciding(reason: Reason) -> tuple[Reason, ...]:
    if not reason.part.inner:
        return (reason,)
    if isinstance(reason.part.condition, n.Not):
        return _deciding(reason.parts[0])
    return tuple(each for part in reason.parts if part.holds is reason.holds for each in _deciding(part))


Explains = Callable[..., Trace]
"""(mapping, moment=None) → the trace."""


def explainer(
    condition: n.Condition | str, entity: EntityWords | str, vocabulary: Vocabulary | None = None
) -> Explains:
    """What `dsl.compile_condition` gives, with reasons: the same errors, and foreign values are read as there."""
    local = read_local(condition, entity, vocabulary)
    writer = Source(local.vocabulary, local.reads, strict=True, plain=True)
    truths: list[str] = []
    values: list[str] = []
    root = _part(local.condition, local.vocabulary, writer, truths, values)
    result = f"Trace(({''.join(f'{code},' for code in truths)}), ({''.join(f'{code},' for code in values)}), root)"
    writer.named.update({"Trace": Trace, "root": root})

    def again(record: Mapping[str, Any], moment: Moment | None) -> Trace:
        read = {key: convert(record.get(key)) for key, convert in local.converters.items()}
        return cast("Trace", plain({**record, **read}, moment))

    plain = generate(writer, result, ("record", "moment=None"))
    return cast("Explains", generate(writer, result, ("record", "moment=None"), again))


def _part(
    condition: n.Condition, vocabulary: Vocabulary, writer: Source, truths: list[str], values: list[str]
) -> TracedPart:
    """Notes the code of a part and of its own parts, which come first: a whole is joined from their truths."""
    part = TracedPart(condition, vocabulary)
    if isinstance(condition, n.And | n.Or | n.Not):
        items = condition.items if isinstance(condition, n.And | n.Or) else (condition.item,)
        part.inner = tuple(_part(item, vocabulary, writer, truths, values) for item in items)
        code = _joined(condition, [f"t{inner.place}" for inner in part.inner])
    else:
        code = f"True if {writer.condition(condition)} else False"
        part.values_at = len(values)
        part.operands = tuple(dict.fromkeys(_looked_at(condition)))
        values += [writer.value(operand) for operand in part.operands]
    part.place = len(truths)
    truths.append(f"(t{part.place} := {code})")
    return part


def _joined(condition: n.Condition, names: list[str]) -> str:
    if isinstance(condition, n.Not):
        return f"not {names[0]}"
    return (" and " if isinstance(condition, n.And) else " or ").join(names)


def _looked_at(condition: n.Condition) -> Iterator[n.Expression]:
    """The operands that are not written out in the condition."""
    for operand in children(condition):
        if isinstance(operand, n.Expression) and any(isinstance(part, n.Path) for part in walk(operand)):
            yield operand
