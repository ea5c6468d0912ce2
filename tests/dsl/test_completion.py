"""What the editor offers while someone writes."""

from __future__ import annotations

import pytest

from ruleloom import dsl
from ruleloom.forms.entity import Model
from ruleloom.messages import Language


def _offered(text: str, model: Model, language: Language, of: str | None, kind: str | None = None) -> list[str]:
    part = "condition" if of else "rules"
    entity = model.by_key[of].id if of else None
    found = dsl.complete(text, len(text), model, language, entity=entity, part=part)  # type: ignore[arg-type]
    return [item.insert for item in found.items if kind in (None, item.kind)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("stage = ", "en", ['"Diagnosis"', '"Demo"', '"Quote"']),
        ("阶段 = ", "zh", ['"诊断"', '"演示"', '"报价"']),
        ("阶段变为", "zh", ['"诊断"', '"演示"', '"报价"']),
        ('stage in ("Demo", ', "en", ['"Diagnosis"', '"Demo"', '"Quote"']),
        ("amount > 3 and stage is not ", "en", ['"Diagnosis"', '"Demo"', '"Quote"']),
    ],
)
def test_after_a_comparison_the_options_are_offered(
    text: str, language: Language, expected: list[str], workspace: Model
) -> None:
    assert _offered(text, workspace, language, "deal", "option") == expected


def test_names_of_the_place_are_offered(workspace: Model) -> None:
    assert "amount" in _offered("any customer.orders where ", workspace, "en", "deal", "field")
    assert "close_date" not in _offered("any customer.orders where ", workspace, "en", "deal", "field")
    assert "close_date" in _offered("any customer.orders where amount > 3 and ", workspace, "en", "deal", "field")
    assert "region" in _offered("customer.", workspace, "en", "deal", "field")
    assert "区域" in _offered("客户.", workspace, "zh", "deal", "field")
    assert "orders" in _offered("no ", workspace, "en", "customer", "collection")
    assert _offered("reg", workspace, "en", "customer")[0] == "region"


def test_words_that_fit_are_offered(workspace: Model) -> None:
    assert "in the last" in _offered("no orders ", workspace, "en", "customer", "keyword")
    assert "days" in _offered("no orders in the last 3 ", workspace, "en", "customer", "keyword")
    assert "then" in _offered('rule "a" on deal when amount > 3 ', workspace, "en", None, "keyword")
    assert "customer" in _offered('rule "a" on ', workspace, "en", None, "entity")
    assert "stage" in _offered('rule "a" on deal when ', workspace, "en", None, "field")
    assert "没有" in _offered("近 30 天 ", workspace, "zh", "customer", "keyword")


def test_completion_never_fails(workspace: Model) -> None:
    text = 'rule "a" on deal when stage = "Demo" and no customer.orders where (amount > this.amount) then set'
    for position in range(len(text) + 1):
        dsl.complete(text, position, workspace)
    assert dsl.complete(")) ((", 3, workspace).items == ()


def test_words_for_highlighting(workspace: Model) -> None:
    found = dsl.words(workspace, "zh", entity=workspace.by_key["deal"].id)
    assert {"word": "当", "group": "frame"} in found["keywords"]
    assert any(field["label"] == "阶段" and field["options"] for field in found["fields"])
