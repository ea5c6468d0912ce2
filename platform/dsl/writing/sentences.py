"""Plain words for a tree, for people who never write rules. Each language has a writer with its own word order:
`english`, `chinese`. Nothing reads these sentences back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords, Vocabulary
from ruleloom.messages import Language

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
Said = Callable[["Sentences", n.Node], str]


class Sentences(ABC):
    """What both writers share: looking words up and finding the saying of a node."""

    language: ClassVar[Language]
    sayings: ClassVar[dict[type[n.Node], Callable[..., str]]]

    def __init__(self, vocabulary: Vocabulary, *, blanks: bool = False) -> None:
        self.vocabulary, self.blanks = vocabulary, blanks
        self.rows = 0
        """How many lists of related records we are inside; there the rule's own record must be named."""

    def say(self, node: n.Node) -> str:
        """The words for any node."""
        return self.sayings[type(node)](self, node)

    def of_rows(self, node: n.Node) -> str:
        """The words for a condition on related records."""
        self.rows += 1
        text = self.say(node)
        self.rows -= 1
        return text

    def grouped(self, node: n.Node) -> str:
        """The words for a condition, set apart when it has several parts."""
        text = self.say(node)
        if not isinstance(node, n.And | n.Or):
            return text
        return f"({text})" if self.language == "en" else f"（{text}）"

    def operand(self, node: n.Expression, around: n.Arithmetic, *, right: bool = False) -> str:
        """The words for a side of a sum, difference, product or quotient; in parentheses where they are needed."""
        if not isinstance(node, n.Arithmetic):
            return self.atom(node)
        inner, outer = node.operator in "*/", around.operator in "*/"
        plain = (inner and not outer) or (inner == outer and (not right or around.operator == node.operator in "+*"))
        return self.say(node) if plain else self.atom(node)

    def atom(self, node: n.Node) -> str:
        """The words for a value inside others: a sum or a product stands in parentheses."""
        text = self.say(node)
        if not isinstance(node, n.Arithmetic):
            return text
        return f"({text})" if self.language == "en" else f"（{text}）"

    def turned(self, node: n.Condition) -> n.Compare | n.Quantified | None:
        """The condition that says the same as not this one, apart from what is empty."""
        if isinstance(node, n.Compare) and isinstance(node.right, n.Constant | n.Now | n.Today):
            return replace(node, operator=_OPPOSITE[node.operator])  # type: ignore[arg-type]
        if isinstance(node, n.Quantified) and node.quantity in ("no", "any"):
            return replace(node, quantity="any" if node.quantity == "no" else "no")
        return None

    def may_be_empty(self, node: n.Condition) -> bool:
        """Whether what a condition compares can be empty: counts and sums never are."""
        never = ("count", "sum", "distinct")
        return isinstance(node, n.Compare) and not (isinstance(node.left, n.Aggregate) and node.left.function in never)

    # ---- words

    def label(self, thing: EntityWords | FieldWords | CollectionWords) -> str:
        """What people read."""
        return thing.labels.get(self.language) or thing.name

    def field(self, field_id: str) -> str:
        """The label of a field."""
        return self.label(self.vocabulary.field(field_id)[1])

    def entity(self, entity_id: str) -> str:
        """The label of an entity."""
        return self.label(self.vocabulary.entity(entity_id))

    def steps(self, collection: n.Collection) -> list[str]:
        """The labels along the way to related records."""
        return [self._hop(hop) for hop in collection.hops] or [self.entity(collection.entity)]

    def _hop(self, hop: n.Hop) -> str:
        if hop.direction == "forward":
            return self.field(hop.field)
        _, reference = self.vocabulary.field(hop.field)
        target = self.vocabulary.entity(cast(str, reference.value_type.entity))
        return self.label(next(each for each in target.collections if each.via == hop.field))

    def constant(self, node: n.Constant) -> str:
        """A literal as people read it."""
        kind, value = node.type.kind, node.value
        if kind is Kind.NUMBER:
            return self.number(cast(Decimal, value))
        if kind is Kind.BOOLEAN:
            return self.boolean(cast(bool, value))
        if kind is Kind.DATE:
            return day_date(cast(int, value)).isoformat()
        if kind is Kind.DATETIME:
            return self.vocabulary.calendar.local(cast(int, value)).strftime("%Y-%m-%d %H:%M")
        if kind is Kind.CHOICE and node.type.field:
            return self._option(node.type.field, cast(str, value))
        return self.quoted(str(value))

    def _option(self, field_id: str, value: str) -> str:
        options = self.vocabulary.field(field_id)[1].options
        found = next((option for option in options if option.value == value), None)
        return self.quoted((found.labels.get(self.language) if found else None) or value)

    def listed(self, nodes: Iterable[n.Node]) -> str:
        """Several things, one after the other."""
        return (", " if self.language == "en" else "、").join(self.say(node) for node in nodes)

    def template(self, node: n.Template) -> str:
        """A text with its gaps."""
        pieces = [part if isinstance(part, str) else f"[{self.say(part)}]" for part in node.parts]
        return self.quoted("".join(pieces))

    @abstractmethod
    def number(self, value: Decimal) -> str:
        """A number as people of the language read it."""

    @abstractmethod
    def boolean(self, value: bool) -> str:
        """yes or no."""

    @abstractmethod
    def quoted(self, text: str) -> str:
        """A text in the language's quotes."""


def sentence(tree: n.Node, vocabulary: Vocabulary, language: Language, *, blanks: bool = False) -> str:
    """What a tree says, in plain words. With `blanks` each comparison also says what an empty value does."""
    from ruleloom.dsl.writing.chinese import ChineseSentences
    from ruleloom.dsl.writing.english import EnglishSentences

    writer = EnglishSentences if language == "en" else ChineseSentences
    return writer(vocabulary, blanks=blanks).say(tree)
