"""Every example of the language reference is read, written and read again; every word of the language is listed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from ruleloom import dsl
from ruleloom.dsl.keywords import keywords
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, Language

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


@pytest.mark.parametrize("page", PAGES)
def test_every_word_is_in_the_reference(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    missing = {
        word
        for keyword in keywords()
        for language in LANGUAGES
        for word in keyword.words[cast("Language", language)]
        if f"`{word}`" not in text and keyword.word(cast("Language", "zh" if page.startswith("zh") else "en"))
    }
    assert not missing
