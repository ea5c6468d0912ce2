"""The content of rules and conditions in definitions: a text and its language, read against the published model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from ruleloom.dsl import Parsed, format, parse, sentence
from ruleloom.dsl.nodes import Condition, Node, Rule
from ruleloom.engine.evaluate import Logic
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, Language, RuleloomError

_CACHED = 2_000


class TextError(RuleloomError):
    """A text of the language that cannot be read; places are code points in it."""

    code = "text-error"


@lru_cache(_CACHED)
def read_rule(text: str, language: Language, model: Model) -> Parsed:
    """One rule; everything wrong is in its diagnostics."""
    return parse(text, model, language, part="rule")


@lru_cache(_CACHED)
def read_condition(text: str, language: Language, model: Model, entity: str) -> Parsed:
    """A condition about records of an entity (permanent id)."""
    return parse(text, model, language, entity=entity, part="condition")


def tree_of(content: Mapping[str, Any], model: Model) -> Rule:
    """The tree of a rule's content; `TextError` with everything wrong when it cannot be read."""
    parsed = read_rule(str(content["text"]), _language(content), model)
    if not parsed.ok or not isinstance(parsed.tree, Rule):
        raise TextError(*parsed.diagnostics)
    return parsed.tree


def condition_of(content: Mapping[str, Any], model: Model, entity: str) -> Condition:
    """The condition of a `{text, language}`; `TextError` when it cannot be read."""
    parsed = read_condition(str(content["text"]), _language(content), model, entity)
    if not parsed.ok or not isinstance(parsed.tree, Condition):
        raise TextError(*parsed.diagnostics)
    return parsed.tree


@lru_cache(_CACHED)
def logic_of(text: str, language: Language, model: Model, entity: str) -> Logic:
    """The compiled condition, kept per model; `TextError` when it cannot be read."""
    return Logic(condition_of({"text": text, "language": language}, model, entity), model)


@lru_cache(_CACHED)
def logic_of_tree(tree: Condition, model: Model) -> Logic:
    """The compiled form of a condition that was read before."""
    return Logic(tree, model)


def compiled(content: Mapping[str, Any], model: Model, entity: str) -> Logic:
    """The compiled condition of a `{text, language}`."""
    return logic_of(str(content["text"]), _language(content), model, entity)


def in_both_languages(tree: Node, model: Model) -> dict[Language, str]:
    """The canonical text in each language."""
    return {language: format(tree, model, language) for language in LANGUAGES}


def sentences(tree: Node, model: Model) -> dict[Language, str]:
    """What a tree says, in plain words of each language."""
    return {language: sentence(tree, model, language) for language in LANGUAGES}


def _language(content: Mapping[str, Any]) -> Language:
    return cast("Language", content.get("language", "en"))
