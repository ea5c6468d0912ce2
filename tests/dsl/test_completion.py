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


_ON_DEAL = 'rule "a" on deal when amount > 1 then '
_ON_DEAL_ZH = '规则 "a" 针对 商机 当 金额 > 1 则 '


@pytest.mark.parametrize(
    ("text", "language", "offered", "not_offered"),
    [
        ("create coupon (", "en", ["code", "expires_on", "customer"], ["stage", "created_at", "coupons", "this"]),
        ("create coupon (co", "en", ["code"], ["close_date"]),
        ('create coupon (code = "x", ', "en", ["expires_on", "customer"], ["code", "stage"]),
        ("create coupon (expires_on = ", "en", ["today", "close_date"], ["amount", "code", "yes", "expires_on"]),
        ("create coupon (customer = ", "en", ["customer", "owner"], ["amount", "this", "me", "code"]),
        ("create order (status = ", "en", ['"open"', '"late"'], ['"Demo"']),
        ('create order (amount = amount * 2, status = "', "en", [], ['"Demo"']),
        ("create order (amount = sum(customer.orders.amount where ", "en", ["status", "active"], ["stage"]),
        ("create order (amount = ", "en", ["amount", "sum"], ["status", "yes"]),
        ("set ", "en", ["stage", "flag", "owner"], ["id", "created_at", "customer.region"]),
        ('set flag = "red", ', "en", ["stage"], ["flag"]),
        ("set flag = empty, amount = ", "en", ["amount"], ["close_date", '"Demo"']),
        ("update customer.orders set ", "en", ["status", "amount"], ["stage", "close_date"]),
        ("update customer.orders where (amount > 3) set ", "en", ["status", "amount"], ["stage", "close_date"]),
        ("update customer.orders where amount > 3 set status = ", "en", ['"open"'], ['"Demo"']),
        ("update customer.orders set amount = ", "en", ["amount"], ["close_date", "status"]),
        ("update customer.orders set amount = this.", "en", ["stage", "amount"], ["status"]),
        ("notify ", "en", ["owner", "me", "customer"], ["amount", "this", "today", "yes"]),
        ("notify owner, ", "en", ["owner", "me"], ["amount", "stage"]),
        ("notify owner.", "en", ["manager"], ["stage"]),
        ("assign ", "en", ["owner"], ["amount", "customer", "created_by"]),
        ("assign owner to ", "en", ["me", "owner"], ["amount", "this"]),
        ('add task "Call" for ', "en", ["owner", "me"], ["amount", "today"]),
        ('add task "Call" for owner due ', "en", ["today", "close_date"], ["amount", "me"]),
        ('run report "health" for ', "en", ["this", "customer"], ["amount", "today"]),
        ('call "erp.save" (', "en", [], ["amount", "stage"]),
        ('call "erp.save" (number = ', "en", ["amount", "stage"], []),
        ('if stage = "Demo" (set ', "en", ["flag"], ["created_at"]),
        ("if stage = ", "en", ['"Demo"'], ["amount"]),
        ("wait up to 3 days until stage = ", "en", ['"Demo"'], []),
        ('notify owner "{', "en", ["name", "amount", "customer"], ["then", "set"]),
        ('notify owner "Look at {customer.', "en", ["region"], ["stage"]),
        ('set flag = "{na', "en", ["name"], ["amount"]),
        ('notify owner "{name} is', "en", [], ["name", "amount"]),
        ("新建 优惠券 (", "zh", ["编号", "有效期至", "客户"], ["阶段", "本记录"]),
        ("新建 优惠券 (有效期至 = ", "zh", ["今天", "关闭日期"], ["金额", "编号"]),
        ("新建 订单 (状态 = ", "zh", ['"未结"', '"逾期"'], ['"演示"']),
        ("设置 ", "zh", ["阶段", "标记"], ["客户.区域"]),
        ("更新 客户.订单 设置 ", "zh", ["状态", "金额"], ["阶段"]),
        ("通知 ", "zh", ["负责人", "我"], ["金额", "本记录"]),
        ("分配 负责人 给 ", "zh", ["负责人", "我"], ["金额"]),
        ('添加任务 "回访" 给 ', "zh", ["负责人", "我"], ["金额"]),
        ('添加任务 "回访" 给 负责人 期限 ', "zh", ["今天", "关闭日期"], ["金额"]),
        ('通知 负责人 "{', "zh", ["名称", "金额"], ["则"]),
    ],
)
def test_actions_know_what_they_fill(
    text: str, language: Language, offered: list[str], not_offered: list[str], workspace: Model
) -> None:
    found = _offered((_ON_DEAL if language == "en" else _ON_DEAL_ZH) + text, workspace, language, None)
    assert [each for each in offered if each not in found] == []
    assert [each for each in not_offered if each in found] == []


def test_an_expression_in_a_text_is_offered_at_its_own_place(workspace: Model) -> None:
    text = _ON_DEAL + 'notify owner "Look at {customer.re'
    found = dsl.complete(text, len(text), workspace, "en")
    assert text[found.start :] == "re"
    assert [item.insert for item in found.items][:1] == ["region"]
