"""Every example of the language reference is read, written and read again; every word of the language is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ruleloom import dsl
from ruleloom.dsl.keywords import keywords
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, Language

from . import reference

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"```(en|zh) (\w+)\n(.*?)\n```", re.DOTALL)
PAGES = ("language.md", "zh/language.md")


def _examples() -> list[tuple[str, str, str]]:
    return [found for page in PAGES for found in EXAMPLE.findall((DOCS / page).read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("language", "of", "text"), _examples())
def test_the_reference_tells_the_truth(language: Language, of: str, text: str, workspace: Model) -> None:
    if of == "rules":
        rules = dsl.parse(text, workspace, language)
        assert rules.ok
        for other in LANGUAGES:
            assert dsl.parse(dsl.format(rules.rules, workspace, other), workspace, other).rules == rules.rules
        return
    entity = workspace.by_key[of].id
    read = dsl.parse(text, workspace, language, entity=entity, part="condition")
    assert read.ok
    assert read.tree is not None
    for other in LANGUAGES:
        written = dsl.format(read.tree, workspace, other)
        assert dsl.parse(written, workspace, other, entity=entity, part="condition").tree == read.tree


TABLES = ("cheat-sheet.md", "coming-from.md", "zh/cheat-sheet.md", "zh/coming-from.md")
TABLE = re.compile(r"<!-- (en|zh) (?:(actions|clauses) )?(\w+) -->\n((?:\|.*\n)+)")


def _table_examples() -> Iterator[tuple[Language, str, str, str]]:
    """Language, kind, entity and text of the right column of the tables."""
    for page in TABLES:
        for language, kind, of, rows in TABLE.findall((DOCS / page).read_text(encoding="utf-8")):
            for row in rows.splitlines()[2:]:
                cell = row.rstrip("| ").rsplit(" | ", 1)[1]
                yield from ((language, kind, of, text) for text in re.findall(r"`([^`]+)`", cell))


def _framed(language: Language, kind: str, of: str, text: str, model: Model) -> str:
    """A rule around actions or a clause."""
    word, on, when, then, warn = {
        "en": ("rule", "on", "when", "then", "warn"),
        "zh": ("规则", "针对", "当", "则", "提醒"),
    }[language]
    condition = {"en": "amount > 1", "zh": "金额 > 1"}[language]
    name = model.by_key[of].labels[language] if language == "zh" else of
    if kind == "actions":
        return f'{word} "a" {on} {name} {when} {condition} {then} {text}'
    if text.startswith(("every", "每")) and not re.search("最多", text):
        return f'{word} "a" {on} {name} {text} {then} {warn} "x"'
    return f'{word} "a" {on} {name} {when} {condition} {then} {warn} "x" {text}'


@pytest.mark.parametrize(("language", "kind", "of", "text"), list(_table_examples()))
def test_the_tables_tell_the_truth(language: Language, kind: str, of: str, text: str, workspace: Model) -> None:
    if kind:
        parsed = dsl.parse(_framed(language, kind, of, text, workspace), workspace, language)
    else:
        entity = workspace.by_key[of].id
        parsed = dsl.parse(text, workspace, language, entity=entity, part="condition")
    assert parsed.ok, [each.message("en") for each in parsed.diagnostics]


def test_the_tables_are_found() -> None:
    assert len(list(_table_examples())) >= 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_words_is_that_of_the_keywords(language: Language) -> None:
    page = reference.PAGES[language].read_text(encoding="utf-8")
    assert reference.BEGIN + reference.table(language) + reference.END in page, "python -m tests.dsl.reference"


@pytest.mark.parametrize("page", PAGES)
def test_every_word_is_in_the_reference(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    missing = {
        word
        for keyword in keywords()
        for language in LANGUAGES
        for word in keyword.words[language]
        if f"`{word}`" not in text and keyword.word("zh" if page.startswith("zh") else "en")
    }
    assert not missing
