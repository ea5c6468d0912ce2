"""Writing and reading are inverse, in both languages and across them; JSON too."""

from __future__ import annotations

import json
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom import dsl
from ruleloom.dsl import nodes as n
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.messages import LANGUAGES, Language

from .conftest import SCHEMA
from .rule_trees import RuleTrees
from .trees import Trees

MODEL = read_schema(SCHEMA)
CUSTOMER = MODEL.by_key["customer"]
FULL = 5_000 if os.environ.get("RULELOOM_SIZE") == "full" else 0
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _read(text: str, language: Language, model: Model = MODEL) -> n.Node | None:
    parsed = dsl.parse(text, model, language, entity=CUSTOMER.id, part="condition")
    assert parsed.ok, (text, [(d.place, d.code, d.message("en")) for d in parsed.diagnostics])
    return parsed.tree


@QUICK
@given(Trees(MODEL, CUSTOMER).conditions(change=True))
def test_printing_then_reading_loses_nothing(tree: n.Condition) -> None:
    for language in LANGUAGES:
        assert _read(dsl.format(tree, MODEL, language), language) == tree


@QUICK
@given(Trees(MODEL, CUSTOMER).conditions(change=True))
def test_chinese_to_english_and_back_loses_nothing(tree: n.Condition) -> None:
    chinese = dsl.format(tree, MODEL, "zh")
    english = dsl.format(_read(chinese, "zh"), MODEL, "en")  # type: ignore[arg-type]
    assert dsl.format(_read(english, "en"), MODEL, "zh") == chinese  # type: ignore[arg-type]


@settings(QUICK, max_examples=60)
@given(Trees(MODEL, CUSTOMER).conditions(change=True))
def test_json_loses_nothing(tree: n.Condition) -> None:
    there = json.loads(json.dumps(dsl.to_json(tree)))
    assert dsl.from_json(there, MODEL, entity=CUSTOMER.id) == tree


@settings(QUICK, max_examples=60)
@given(Trees(MODEL, CUSTOMER).conditions(change=True), st.sampled_from(LANGUAGES))
def test_every_tree_has_a_sentence(tree: n.Condition, language: Language) -> None:
    assert dsl.sentence(tree, MODEL, language)


def _rule(text: str, language: Language) -> n.Rule:
    parsed = dsl.parse(text, MODEL, language, part="rule")
    assert parsed.ok, (text, [(d.place, d.code, d.message("en")) for d in parsed.diagnostics])
    assert isinstance(parsed.tree, n.Rule)
    return parsed.tree


@settings(QUICK, max_examples=FULL or 60)
@given(RuleTrees(MODEL, CUSTOMER).rules())
def test_whole_rules_are_written_and_read_in_both_languages(rule: n.Rule) -> None:
    chinese, english = (dsl.format(rule, MODEL, language) for language in ("zh", "en"))
    assert _rule(chinese, "zh") == rule
    assert _rule(english, "en") == rule
    assert dsl.format(_rule(dsl.format(_rule(chinese, "zh"), MODEL, "en"), "en"), MODEL, "zh") == chinese
    assert dsl.from_json(json.loads(json.dumps(dsl.to_json(rule))), MODEL) == rule
    assert all(dsl.sentence(rule, MODEL, language) for language in LANGUAGES)
