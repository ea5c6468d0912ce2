"""What the editor tells about a word, a name and a function."""

from __future__ import annotations

import pytest

from ruleloom.dsl.editing.hover import explained, hover, signature
from ruleloom.dsl.keywords import keywords
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, Language


@pytest.mark.parametrize(
    ("source", "at", "language", "title", "detail", "line"),
    [
        ("region = ", "region", "en", "Region", "a choice", "options: East, West"),
        ("区域 = ", "区域", "en", "Region", "a choice", "in rules: region"),
        ("any orders where amount > 3", "amount", "en", "Amount", "a number", "in rules: amount"),
        ("any orders where amount > 3", "orders", "en", "orders", "related records", "leads to Order"),
        ("owner.manager is empty", "owner", "en", "Owner", "a record", "leads to"),
        ("近30天没有订单", "订单", "en", "orders", "related records", "leads to Order"),
        ("active and score > 3", "and", "en", "and", "Both must be true", "且"),
        ("有效 且 评分 > 3", "且", "zh", "且", "两边都成立", "and"),
    ],
)
def test_hover(source: str, at: str, language: str, title: str, detail: str, line: str, workspace: Model) -> None:
    reader: Language = "zh" if language == "zh" else "en"
    customer = workspace.by_key["customer"].id
    found = hover(source, source.index(at), workspace, entity=customer, part="condition", reader=reader)
    assert found is not None
    assert source[found.start : found.end] == at
    assert (found.title, found.detail) == (title, detail)
    assert any(line in each for each in found.lines)


def test_nothing_is_said_of_texts_and_unknown_names(workspace: Model) -> None:
    customer = workspace.by_key["customer"].id
    for source, at in (('name = "region"', 9), ("regoin = 3", 2), ("", 0), ("score > 3", 99)):
        assert hover(source, at, workspace, "en", entity=customer, part="condition") is None


@pytest.mark.parametrize(
    ("source", "label", "active"),
    [
        ("round(", "round(a number, [a number])", 0),
        ("round(score, ", "round(a number, [a number])", 1),
        ("四舍五入(评分, ", "四舍五入(a number, [a number])", 1),
        ("coalesce(score, credit, abs(1), ", "coalesce(a value, …)", 1),
        ("if(active, ", "if(a condition, a value, [a value])", 1),
        ("count(", "count(related records)", 0),
        ("sum(orders.amount where (amount > ", "sum(related records.field)", 0),
    ],
)
def test_signature(source: str, label: str, active: int, workspace: Model) -> None:
    customer = workspace.by_key["customer"].id
    found = signature(source, len(source), workspace, entity=customer, part="condition")
    assert found is not None
    assert (found.label, found.active) == (label, active)
    assert found.detail


_ON_DEAL = 'rule "a" on deal when amount > 1 then '
_ON_DEAL_ZH = '规则 "a" 针对 商机 当 金额 > 1 则 '


@pytest.mark.parametrize(
    ("source", "label", "active"),
    [
        (_ON_DEAL + "create coupon (", "create coupon (customer = …, code = …, expires_on = …)", -1),
        (_ON_DEAL + "create coupon (code = ", "create coupon (customer = …, code = …, expires_on = …)", 1),
        (_ON_DEAL + 'create coupon (code = "a", expires_on = today + ', "create coupon (customer = …", 2),
        (_ON_DEAL + "create coupon (code = coalesce(name, ", "coalesce(a value, …)", 1),
        (_ON_DEAL + "notify ", 'notify person, … "text"', 0),
        (_ON_DEAL + 'notify owner "a"', 'notify person, … "text"', 1),
        (_ON_DEAL + "assign owner to ", "assign field to person", 1),
        (_ON_DEAL + 'add task "a" for owner due ', 'add task "text" for person due time or length of time', 2),
        (_ON_DEAL + "update customer.orders set ", "update related records where … set field = value, …", 1),
        (_ON_DEAL + 'call "erp.save" (', 'call "connection.operation" (name = value, …)', 1),
        (_ON_DEAL_ZH + "新建 优惠券 (编号 = ", "新建 优惠券 (客户 = …, 编号 = …, 有效期至 = …)", 1),
        (_ON_DEAL_ZH + "分配 负责人 给 ", "分配 field 给 person", 1),
        (_ON_DEAL_ZH + '添加任务 "a" 给 ', '添加任务 "text" 给 person 期限 time or length of time', 1),
    ],
)
def test_signature_of_actions(source: str, label: str, active: int, workspace: Model) -> None:
    found = signature(source, len(source), workspace)
    assert found is not None
    assert found.label.startswith(label)
    assert found.active == active
    assert found.detail


def test_hover_in_actions(workspace: Model) -> None:
    for source, at, title in (
        (_ON_DEAL + 'create coupon (code = "x")', "code", "Code"),
        (_ON_DEAL + "create coupon (expires_on = close_date)", "close_date", "Close date"),
        (_ON_DEAL + "update customer.orders set amount = 3", "amount = 3", "Amount"),
    ):
        found = hover(source, source.rindex(at), workspace)
        assert found is not None
        assert found.title == title


def test_outside_of_parentheses_there_is_no_signature(workspace: Model) -> None:
    customer = workspace.by_key["customer"].id
    for source in ("score > 3", "abs(score) > ", "(score", 'region in ("East"'):
        assert signature(source, len(source), workspace, entity=customer, part="condition") is None


@pytest.mark.parametrize("reader", LANGUAGES)
def test_every_word_is_explained(reader: Language) -> None:
    assert [keyword for keyword in keywords() if not explained(keyword.token, keyword.value, reader)] == []
