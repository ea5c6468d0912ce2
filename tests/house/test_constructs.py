"""Every construct of the language has a conformance case in English and in Chinese; a new one cannot be forgotten."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from ruleloom.dsl import condition_nodes, nodes
from ruleloom.dsl.functions import FUNCTIONS
from ruleloom.dsl.keywords import keywords
from ruleloom.messages import LANGUAGES, Language
from tests.conformance.cases import CASES
from tests.dsl.faults.bases import CASES as FOLDER
from tests.dsl.faults.bases import bases

NO_CONSTRUCTS = {"Span", "Node", "Expression", "Condition", "Action", "Comment"}
"""Classes that stand for no text of their own; comments are tested with the round trips of rules."""


@cache
def _found(language: Language) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[str]]:
    """Kinds of nodes, meanings of words, and functions that the cases of a language use."""
    kinds: set[str] = set()
    words: set[tuple[str, str]] = set()
    functions: set[str] = set()
    for base in bases():
        if base.language != language:
            continue
        words |= {(token.type, token.value) for token in base.tokens}
        for node in _nodes(base.tree):
            kinds.add(type(node).__name__)
            functions |= {node.function} if isinstance(node, nodes.Call) else set()
    return frozenset(kinds), frozenset(words), frozenset(functions)


def _nodes(thing: Any) -> Iterator[Any]:
    if isinstance(thing, tuple):
        for each in thing:
            yield from _nodes(each)
    elif dataclasses.is_dataclass(thing):
        yield thing
        for field in dataclasses.fields(thing):
            yield from _nodes(getattr(thing, field.name))


def _kinds_of_nodes() -> set[str]:
    every = {
        name
        for module in (nodes, condition_nodes)
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, condition_nodes.Node)
    }
    return every - NO_CONSTRUCTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_node_has_a_case(language: Language) -> None:
    assert _kinds_of_nodes() - _found(language)[0] == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_a_case(language: Language) -> None:
    _, words, _ = _found(language)
    seen = {type_ for type_, _ in words}
    missing = {
        (keyword.token, keyword.value)
        for keyword in keywords()
        if keyword.word(language)
        and (keyword.token not in seen if keyword.value is None else (keyword.token, keyword.value) not in words)
    }
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_function_has_a_case(language: Language) -> None:
    assert set(FUNCTIONS) - _found(language)[2] == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_cases_of_truth_are_in_both_languages(language: Language) -> None:
    assert [name for name, case in CASES if language not in case["when"]] == []


def test_there_are_six_hundred_cases() -> None:
    found = len(CASES)
    for path in FOLDER.glob("*.yaml"):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if path.name.startswith("surfaces_"):
            found += len(content)
        elif path.name.startswith("engine_"):
            found += len(content["cases"])
    assert found >= 600
