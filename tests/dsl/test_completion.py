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


@pytest.mark.parametrize(
    ("text", "language", "of", "offered", "not_offered"),
    [
        ("score > ", "en", "customer", ["credit", "score", "count", "owner"], ["name", "yes", "today", "signed_on"]),
        ("评分 > ", "zh", "customer", ["信用额度", "数量"], ["名称", "是", "今天"]),
        ("score <= ", "en", "customer", ["credit"], ["active"]),
        ("评分不低于", "zh", "customer", ["信用额度"], ["有效"]),
        ("active = ", "en", "customer", ["yes", "no", "active"], ["score", "today", "region"]),
        ("有效 = ", "zh", "customer", ["是", "否"], ["评分", "今天"]),
        ("signed_on before ", "en", "customer", ["today", "now", "last_call"], ["score", "yes"]),
        ("签约日期 早于 ", "zh", "customer", ["今天", "最近通话"], ["评分", "是"]),
        ("signed_on after ", "en", "customer", ["today"], ["name"]),
        ("name contains ", "en", "customer", ["flag"], ["score", "today"]),
        ("名称 包含 ", "zh", "customer", ["标记"], ["评分"]),
        ("owner = ", "en", "customer", ["me", "owner"], ["score", "yes"]),
        ("负责人 是 ", "zh", "customer", ["我"], ["评分"]),
        ("score between ", "en", "customer", ["credit"], ["name"]),
        ("score between 1 and ", "en", "customer", ["credit"], ["name"]),
        ("评分 介于 1 与 ", "zh", "customer", ["信用额度"], ["名称"]),
        ("region changes to ", "en", "customer", ['"East"', '"West"'], ["score"]),
        ("区域 变为 ", "zh", "customer", ['"东区"'], ["评分"]),
        ("tags has any of (", "en", "customer", ['"vip"', '"new"'], ["score"]),
        ("标签含任一(", "zh", "customer", ['"重点"'], ["评分"]),
        ("any orders where status = ", "en", "customer", ['"open"', '"late"'], ['"East"']),
        ("customer.region = ", "en", "deal", ['"East"'], ['"Demo"']),
        ('rule "a" on deal when amount > 1 then set stage = ', "en", None, ['"Demo"'], ["amount"]),
        ("score in the last 3 ", "en", "customer", ["days", "hours"], ["score"]),
    ],
)
def test_types_are_known_after_every_operator(
    text: str, language: Language, of: str | None, offered: list[str], not_offered: list[str], workspace: Model
) -> None:
    found = _offered(text, workspace, language, of)
    assert [each for each in offered if each not in found] == []
    assert [each for each in not_offered if each in found] == []


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
