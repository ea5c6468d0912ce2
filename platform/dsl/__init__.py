"""The rule language: text in English or Chinese ↔ one typed tree. Start with `parse` and `compile_condition`."""

from __future__ import annotations

from ruleloom.dsl.backends.jsonlogic import to_jsonlogic
from ruleloom.dsl.backends.jsonlogic_reading import JsonLogicRefused, from_jsonlogic
from ruleloom.dsl.backends.predicate import NotACondition, NotRecordLocal, Predicate, UnreadableValue, compile_condition
from ruleloom.dsl.backends.tree_json import TreeError, from_json, to_json
from ruleloom.dsl.editing.completion import Completion, Item, complete
from ruleloom.dsl.editing.highlight import words
from ruleloom.dsl.editing.hover import Hover, Signature, hover, signature
from ruleloom.dsl.nodes import Node, Rule
from ruleloom.dsl.reading.parsing import Parsed, parse
from ruleloom.dsl.renaming import reformat
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.dsl.writing.canonical import written
from ruleloom.dsl.writing.sentences import sentence
from ruleloom.messages import Diagnostic, Language

__all__ = [
    "Completion",
    "Hover",
    "Item",
    "JsonLogicRefused",
    "NotACondition",
    "NotRecordLocal",
    "Parsed",
    "Predicate",
    "Signature",
    "TreeError",
    "UnreadableValue",
    "check",
    "compile_condition",
    "complete",
    "format",
    "from_json",
    "from_jsonlogic",
    "hover",
    "parse",
    "reformat",
    "sentence",
    "signature",
    "to_json",
    "to_jsonlogic",
    "words",
]


def format(tree: Node | tuple[Rule, ...], vocabulary: Vocabulary, language: Language) -> str:
    """The canonical text of a tree, or of several rules: parsing it gives the same tree. Comments of rules are kept."""
    if isinstance(tree, tuple):
        return "\n\n".join(written(rule, vocabulary, language) for rule in tree)
    return written(tree, vocabulary, language)


def check(
    text: str, vocabulary: Vocabulary, language: Language | None = None, *, entity: str | None = None
) -> tuple[Diagnostic, ...]:
    """Everything wrong with a text of rules, or with a condition when an entity is given."""
    return parse(text, vocabulary, language, entity=entity, part="condition" if entity else "rules").diagnostics
