"""The conformance cases of the two surfaces: texts, canonical forms, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ruleloom import dsl
from ruleloom.cli._reading import position
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, Language

CASES = Path(__file__).parents[1] / "conformance"


def _cases(name: str) -> list[Any]:
    rows = yaml.safe_load((CASES / f"surfaces_{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["name"]) for row in rows]


def _faults(parsed: dsl.Parsed, text: str) -> list[str]:
    return [f"{d.code} {text[d.place.start : d.place.end]!r}: {d.message('en')}" for d in parsed.diagnostics if d.place]


@pytest.mark.parametrize("case", _cases("conditions"))
def test_all_texts_of_a_case_give_one_tree(case: dict[str, Any], workspace: Model) -> None:
    entity = workspace.by_key[case["of"]].id
    trees = []
    for language in LANGUAGES:
        for text in case[language]:
            parsed = dsl.parse(text, workspace, language, entity=entity, part="condition")
            assert parsed.tree is not None, (text, _faults(parsed, text))
            assert parsed.ok, (text, _faults(parsed, text))
            trees.append(parsed.tree)
    assert all(tree == trees[0] for tree in trees)
    for language, shown in case["shown"].items():
        assert dsl.format(trees[0], workspace, language) == shown


@pytest.mark.parametrize("case", _cases("conditions"))
def test_what_is_written_reads_the_same(case: dict[str, Any], workspace: Model) -> None:
    entity = workspace.by_key[case["of"]].id
    tree = dsl.parse(case["en"][0], workspace, "en", entity=entity, part="condition").tree
    assert tree is not None
    for language in LANGUAGES:
        text = dsl.format(tree, workspace, language)
        again = dsl.parse(text, workspace, language, entity=entity, part="condition")
        assert again.tree == tree, (text, _faults(again, text))


@pytest.mark.parametrize("case", _cases("rules"))
def test_rules_in_both_languages_are_one_tree(case: dict[str, Any], workspace: Model) -> None:
    read = {language: dsl.parse(case[language], workspace, language) for language in LANGUAGES}
    for language, parsed in read.items():
        assert parsed.ok, _faults(parsed, case[language])
    assert read["en"].rules == read["zh"].rules
    for language in LANGUAGES:
        written = dsl.format(read["en"].rules, workspace, language)
        assert dsl.parse(written, workspace, language).rules == read["en"].rules
        if not (case.get("loose") and language == "zh"):
            assert written == case[language].strip()


@pytest.mark.parametrize("case", _cases("errors"))
def test_errors_stand_where_they_are_and_offer_the_right_fix(case: dict[str, Any], workspace: Model) -> None:
    language: Language = "en" if "en" in case else "zh"
    text, entity = case[language], workspace.by_key[case["of"]].id
    parsed = dsl.parse(text, workspace, language, entity=entity, part="condition")
    found = [
        {
            "at": list(position(text, d.place.start)) if d.place else None,
            "code": d.code,
            **({"fix": d.fix.replacement} if d.fix else {}),
        }
        for d in parsed.diagnostics
    ]
    assert found == case["errors"]
    for diagnostic in parsed.diagnostics:
        assert diagnostic.message("en")
        assert diagnostic.message("zh")
