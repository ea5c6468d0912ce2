"""The canonical text of a tree, in either language: reading it gives the same tree. `rules` holds whole rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.checking.names import Names, names_of, normal
from ruleloom.dsl.keywords import keywords, reserved, spelled
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords, Vocabulary
from ruleloom.messages import Language

OR, AND, NOT, HELD, COMPARISON, SUM, PRODUCT, UNARY, PRIMARY = range(1, 10)
"""How tightly each construct binds."""
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_COUNTED = frozenset({"at_least", "at_most", "exactly"})
_BARE = (n.Compare, n.Between, n.OneOf, n.Match, n.Has, n.IsEmpty, n.OlderThan)
"""Comparisons that may follow `where` without parentheses."""


def quoted_name(word: str, language: Language) -> str:
    """A name as it is written: in backticks when it is no plain word or a word of the language."""
    taken = word in reserved(language) or (language == "en" and word.lower() in reserved(language))
    return word if _PLAIN_NAME.fullmatch(word) and not taken else f"`{word}`"


def quoted_text(text: str) -> str:
    """A text in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def plain_number(number: Decimal) -> str:
    """A number without exponent and without zeros that mean nothing."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


@dataclass(frozen=True)
class Writer:
    """Writes nodes in one language."""

    names: Names
    language: Language
    in_row: bool = False
    """Whether bare names belong to a related record."""

    def word(self, token: str, value: str | None = None) -> str:
        """The printed word of a meaning."""
        return spelled(token, value, self.language)

    @property
    def zh(self) -> bool:
        """Whether this is the Chinese writer."""
        return self.language == "zh"

    def rows(self) -> Writer:
        """The writer for conditions on related records."""
        return replace(self, in_row=True)

    # ---- names

    def _choose(self, thing: EntityWords | FieldWords | CollectionWords, unique: Callable[[str], bool]) -> str:
        label = thing.labels.get("zh")
        candidates = [label, thing.name] if self.zh and label else [thing.name]
        candidates += [each for each in thing.labels.values() if each]
        for candidate in candidates:
            if candidate and "`" not in candidate and "\n" not in candidate and unique(candidate):
                return quoted_name(normal(candidate), self.language)
        return quoted_name(thing.name, self.language)

    def entity(self, entity_id: str) -> str:
        """The word for an entity."""
        entity = self.names.vocabulary.entity(entity_id)
        return self._choose(entity, lambda word: list(self.names.entities(word)) == [entity])

    def field(self, field_id: str, *, among_collections: bool = False) -> str:
        """The word for a field; where a collection could stand it must not be one's name."""
        entity, field = self.names.vocabulary.field(field_id)

        def unique(word: str) -> bool:
            mine = [each.id for each in self.names.fields(entity.id, word)] == [field_id]
            return mine and not (among_collections and self.names.collections(entity.id, word))

        return self._choose(field, unique)

    def collection_name(self, hop: n.Hop) -> str:
        """The word for the records that hold a reference."""
        _, reference = self.names.vocabulary.field(hop.field)
        target = self.names.vocabulary.entity(cast(str, reference.value_type.entity))
        found = next(each for each in target.collections if each.via == hop.field)
        return self._choose(
            found, lambda word: [each.via for each in self.names.collections(target.id, word)] == [hop.field]
        )

    def _rooted(self, root: n.Root, steps: list[str]) -> str:
        if root == "me":
            steps = [self.word("ME"), *steps]
        elif root == "this" and (self.in_row or not steps):
            steps = [self.word("THIS"), *steps]
        return ".".join(steps)

    # ---- values

    def path(self, node: n.Path) -> str:
        """`owner.manager.name`"""
        return self._rooted(node.root, [self.field(each) for each in node.fields])

    def constant(self, node: n.Constant) -> str:
        """A literal."""
        kind, value = node.type.kind, node.value
        if kind is Kind.NUMBER:
            return plain_number(cast(Decimal, value))
        if kind is Kind.BOOLEAN:
            return self.boolean(cast(bool, value))
        if kind is Kind.DATE:
            return quoted_text(day_date(cast(int, value)).isoformat())
        if kind is Kind.DATETIME:
            return quoted_text(self._moment(cast(int, value)))
        if kind is Kind.CHOICE and node.type.field:
            return quoted_text(self.option(node.type.field, cast(str, value)))
        return quoted_text(str(value))

    def boolean(self, value: bool) -> str:
        """yes or no."""
        if value or self.zh:
            return self.word("BOOL", "true" if value else "false")
        return self.word("NO", "no")

    def _moment(self, instant: int) -> str:
        local: datetime = self.names.vocabulary.calendar.local(instant)
        return local.isoformat(timespec="minutes" if local.second == local.microsecond == 0 else "auto")

    def option(self, field_id: str, value: str) -> str:
        """The label of an option, where it means only this one."""
        _, field = self.names.vocabulary.field(field_id)
        option = next((each for each in field.options if each.value == value), None)
        label = option.labels.get(self.language) if option else None
        if option is None or not label or '"' in label:
            return value
        meant = [each for each in field.options if label in (each.value, *each.labels.values())]
        return label if meant == [option] else value

    def duration(self, node: n.Duration) -> str:
        """`30 days`"""
        word = self.word("UNIT", node.unit.value)
        if not self.zh and node.amount == 1:
            word = word[:-1]
        return f"{node.amount} {word}"

    def _call(self, node: n.Call) -> str:
        arguments = ", ".join(self.text(argument) for argument in node.arguments)
        return f"{self.function(node.function)}({arguments})"

    def function(self, name: str) -> str:
        """The word for a function."""
        for keyword in keywords():
            word = keyword.word(self.language)
            if keyword.value == name and word and keyword.token in ("FUNCTION", "IF", "MINMAX", "AGG"):
                if self.zh and name in ("min", "max") and keyword.token == "AGG":  # noqa: S105
                    continue
                return word
        return name

    def _aggregate(self, node: n.Aggregate) -> str:
        token = "MINMAX" if not self.zh and node.function in ("min", "max") else "AGG"
        return f"{self.word(token, node.function)}({self.collection(node.collection, node.value)})"

    # ---- related records

    def collection(self, node: n.Collection, value: n.Path | None = None, *, window: bool = True) -> str:
        """`orders.amount where amount > 100 in the last 30 days`"""
        parts = [self._source(node, value)]
        if node.where is not None:
            inner = self.rows()
            bare = not self.zh and isinstance(node.where, _BARE)
            condition = inner.text(node.where, COMPARISON) if bare else f"({inner.text(node.where)})"
            parts.append(f"{self.word('WHERE')} {condition}")
        if window and node.window is not None:
            parts.append(self.window(node.window, of_collection=True))
        return " ".join(parts)

    def _source(self, node: n.Collection, value: n.Path | None) -> str:
        steps = [] if value is None else [self.field(each) for each in value.fields]
        if not node.hops:
            return f"{self.word('ALL')} {'.'.join([self.entity(node.entity), *steps])}"
        hops = [
            self.collection_name(hop) if hop.direction == "back" else self.field(hop.field, among_collections=True)
            for hop in node.hops
        ]
        return self._rooted(node.root, hops + steps)

    def window(self, node: n.Window, *, of_collection: bool = False) -> str:
        """`in the last 30 days`"""
        if isinstance(node, n.Calendrical):
            return self.word("CAL", f"{node.which} {node.unit}")
        duration = self.duration(node.duration)
        if not self.zh:
            return f"{self.word('IN_LAST' if node.side == 'last' else 'IN_NEXT')} {duration}"
        if of_collection and node.side == "last":
            return f"{self.word('NEAR')} {duration}"
        return f"{self.word('IN_LAST' if node.side == 'last' else 'IN_NEXT')} {duration} {self.word('INSIDE')}"

    def _quantified(self, node: n.Quantified) -> str:
        if node.quantity == "no":
            word = self.word("NONE" if self.zh else "NO", "no")
        elif node.quantity == "any":
            word = self.word("ANY", "any")
        else:
            token = "AT_MOST" if node.quantity == "at_most" else "COUNTED"
            word = f"{self.word(token, node.quantity)} {node.number}" + (f" {self.measure()}" if self.zh else "")
        if self.zh and node.collection.window is not None:
            before = self.window(node.collection.window, of_collection=True)
            return f"{before} {word} {self.collection(node.collection, window=False)}"
        return f"{word} {self.collection(node.collection)}"

    def measure(self) -> str:
        """The measure word after a count."""
        return self.word("MEASURE")

    def _last_all(self, node: n.LastAll) -> str:
        measure = f" {self.measure()}" if self.zh else ""
        bare = isinstance(node.condition, (*_BARE, n.Truth, n.Within)) or _is_negated(node.condition)
        condition = self.rows().text(node.condition, COMPARISON) if bare else f"({self.rows().text(node.condition)})"
        every = self.word("ALL_OF" if self.zh else "ALL")
        return f"{self.word('THE_LAST')} {node.number}{measure} {self.collection(node.collection)} {every} {condition}"

    # ---- conditions

    def _not(self, node: n.Not) -> str:
        inner = node.item
        if isinstance(inner, n.IsEmpty):
            return f"{self.text(inner.operand, SUM)} {self.word('IS_NOT_EMPTY')}"
        if isinstance(inner, n.OneOf):
            return f"{self.text(inner.operand, SUM)} {self.word('NOT_IN')} {self._list(inner.options)}"
        written = self.text(inner, PRIMARY) if isinstance(inner, n.Truth) else f"({self.text(inner)})"
        return f"{self.word('NOT')} {written}"

    def _list(self, options: tuple[n.Expression, ...]) -> str:
        return "(" + ", ".join(self.text(option) for option in options) + ")"

    def _between(self, node: n.Between) -> str:
        joint = self.word("TO_END") if self.zh else self.word("AND")
        low, high = self.text(node.low, SUM), self.text(node.high, SUM)
        return f"{self.text(node.operand, SUM)} {self.word('BETWEEN')} {low} {joint} {high}"

    def _changes(self, node: n.Changes) -> str:
        path = self.path(node.path)
        if node.after is None:
            return f"{path} {self.word('CHANGES')}"
        after = self.text(node.after, SUM)
        if node.before is None:
            return f"{path} {self.word('CHANGES_TO')} {after}"
        joint = self.word("CHANGES_TO") if self.zh else self.word("TO")
        return f"{path} {self.word('CHANGES_FROM')} {self.text(node.before, SUM)} {joint} {after}"

    def _elapsed(self, node: n.Elapsed) -> str:
        word = self.word("ELAPSED", f"{node.unit} {node.direction}")
        return f"{word}({self.text(node.operand)})" if self.zh else f"{word} {self.text(node.operand, PRIMARY)}"

    def template(self, node: n.Template) -> str:
        """A text with expressions in braces."""
        pieces = [
            part.replace("{", "{{").replace("}", "}}") if isinstance(part, str) else "{" + self.text(part) + "}"
            for part in node.parts
        ]
        return quoted_text("".join(pieces))

    # ---- any node

    def text(self, node: n.Node, level: int = OR) -> str:
        """A node where `level` binds; in parentheses when it binds less tightly."""
        own = _level(node)
        written = _WRITERS[type(node)](self, node)
        return f"({written})" if own < level else written


def _is_negated(node: n.Node) -> bool:
    return isinstance(node, n.Not) and isinstance(node.item, n.IsEmpty | n.OneOf)


def _level(node: n.Node) -> int:
    if isinstance(node, n.Not):
        return COMPARISON if _is_negated(node) else NOT
    if isinstance(node, n.Truth):
        return _level(node.operand)
    if isinstance(node, n.Arithmetic):
        return SUM if node.operator in "+-" else PRODUCT
    if isinstance(node, n.Constant) and isinstance(node.value, Decimal) and node.value < 0:
        return UNARY
    return _LEVELS.get(type(node), COMPARISON if isinstance(node, n.Condition) else PRIMARY)


_LEVELS: Mapping[type[n.Node], int] = {
    n.Or: OR,
    n.And: AND,
    n.Held: HELD,
    n.Shift: SUM,
    n.Negative: UNARY,
    n.Elapsed: UNARY,
}


def _joined(token: str, level: int) -> Callable[[Writer, Any], str]:
    return lambda w, node: f" {w.word(token)} ".join(w.text(item, level + 1) for item in node.items)


def _arithmetic(w: Writer, node: n.Arithmetic) -> str:
    own = _level(node)
    return f"{w.text(node.left, own)} {node.operator} {w.text(node.right, own + 1)}"


_WRITERS: Mapping[type[n.Node], Callable[[Writer, Any], str]] = {
    n.Or: _joined("OR", OR),
    n.And: _joined("AND", AND),
    n.Not: Writer._not,
    n.Held: lambda w, node: f"{w.text(node.condition, COMPARISON)} {w.word('HELD')} {w.duration(node.duration)}",
    n.Truth: lambda w, node: w.text(node.operand, SUM),
    n.Compare: lambda w, node: f"{w.text(node.left, SUM)} {node.operator} {w.text(node.right, SUM)}",
    n.Between: Writer._between,
    n.OneOf: lambda w, node: f"{w.text(node.operand, SUM)} {w.word('IN')} {w._list(node.options)}",
    n.Match: lambda w, node: (
        f"{w.text(node.operand, SUM)} {w.word('MATCH', node.operator)} {w.text(node.pattern, SUM)}"
    ),
    n.Has: lambda w, node: f"{w.text(node.operand, SUM)} {w.word('HAS', node.quantity)} {w._list(node.options)}",
    n.IsEmpty: lambda w, node: f"{w.text(node.operand, SUM)} {w.word('IS_EMPTY')}",
    n.Within: lambda w, node: f"{w.text(node.operand, SUM)} {w.window(node.window)}",
    n.OlderThan: lambda w, node: f"{w.text(node.operand, SUM)} {w.word('OLDER')} {w.duration(node.duration)}",
    n.Quantified: Writer._quantified,
    n.LastAll: Writer._last_all,
    n.RecordIs: lambda w, node: w.word("RECORD_IS", node.event),
    n.Changes: Writer._changes,
    n.Trend: lambda w, node: f"{w.path(node.path)} {w.word('TREND', node.direction)}",
    n.ChangesBy: lambda w, node: f"{w.path(node.path)} {w.word('CHANGES_BY')} {plain_number(node.fraction * 100)}%",
    n.Constant: Writer.constant,
    n.Empty: lambda w, node: w.word("EMPTY"),  # noqa: ARG005
    n.Now: lambda w, node: w.word("NOW"),  # noqa: ARG005
    n.Today: lambda w, node: w.word("TODAY"),  # noqa: ARG005
    n.Me: lambda w, node: w.word("ME"),  # noqa: ARG005
    n.Path: Writer.path,
    n.Previous: lambda w, node: f"{w.word('PREVIOUS')} {w.path(node.path)}",
    n.Arithmetic: _arithmetic,
    n.Negative: lambda w, node: f"-{w.text(node.operand, UNARY)}",
    n.Shift: lambda w, node: f"{w.text(node.base, SUM)} {'+' if node.sign > 0 else '-'} {w.duration(node.duration)}",
    n.Elapsed: Writer._elapsed,
    n.Call: Writer._call,
    n.Aggregate: Writer._aggregate,
    n.Collection: lambda w, node: w.collection(node),
    n.Duration: Writer.duration,
    n.Rolling: Writer.window,
    n.Calendrical: Writer.window,
    n.Template: Writer.template,
}
"""Kind of node → how it is written. Rules and actions are in `rules`, which adds them."""


def written(node: n.Node, vocabulary: Vocabulary, language: Language) -> str:
    """The canonical text of a condition, expression, action or rule."""
    from ruleloom.dsl.writing.rules import action_text, rule_text

    writer = Writer(names_of(vocabulary), language)
    if isinstance(node, n.Rule):
        return rule_text(writer, node)
    if isinstance(node, n.Action):
        return action_text(writer, node)
    return writer.text(node)
