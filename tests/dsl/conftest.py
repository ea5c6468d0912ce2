"""The workspace that the language's tests speak of: a distributor's customers, orders, trainings, deals."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema


def _field(name: str, kind: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"en": name.replace("_", " ").capitalize(), "zh": zh}, **more}


def _to(entity: str, zh: str, reverse: str, reverse_zh: str) -> dict[str, Any]:
    return _field(entity, "reference", zh, to=entity, reverse=reverse, reverse_label={"en": reverse, "zh": reverse_zh})


def _option(value: str, zh: str) -> dict[str, Any]:
    return {"value": value, "label": {"en": value, "zh": zh}}


def _entity(name: str, zh: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "label": {"en": name.capitalize(), "zh": zh}, "fields": list(fields), **more}


SCHEMA: dict[str, Any] = {
    "timezone": "Asia/Shanghai",
    "entities": [
        _entity(
            "customer", "客户",
            _field("name", "text", "名称"),
            _field("region", "choice", "区域", options=[_option("East", "东区"), _option("West", "西区")]),
            _field(
                "tags", "choices", "标签",
                options=[_option("vip", "重点"), _option("new", "新客"), _option("risk", "风险")],
            ),
            _field("owner", "user", "负责人"),
            _field("credit", "number", "信用额度", decimals=2),
            _field("score", "number", "评分"),
            _field("active", "boolean", "有效"),
            _field("signed_on", "date", "签约日期"),
            _field("last_call", "datetime", "最近通话"),
            _field("photos", "files", "照片"),
            _field("flag", "text", "标记"),
        ),
        _entity(
            "order", "订单",
            _to("customer", "客户", "orders", "订单"),
            _field("ordered_at", "datetime", "下单时间"),
            _field("amount", "number", "金额", decimals=2),
            _field("status", "choice", "状态", options=[_option("open", "未结"), _option("late", "逾期")]),
            _field("active", "boolean", "有效"),
            time_field="ordered_at",
        ),
        _entity(
            "line", "明细",
            _to("order", "订单", "lines", "明细"),
            _field("sku", "text", "货号"),
            _field("qty", "number", "件数"),
            _field("shipped_on", "date", "发货日期"),
            time_field="shipped_on",
        ),
        _entity(
            "training", "培训",
            _to("customer", "客户", "trainings", "培训"),
            _field("held_at", "datetime", "培训时间"),
            _field("attended", "boolean", "出席"),
            time_field="held_at",
        ),
        _entity(
            "visit", "拜访",
            _to("customer", "客户", "visits", "拜访"),
            _field("visited_at", "datetime", "拜访时间"),
            _field("valid", "boolean", "有效"),
            _field("result", "text", "结果"),
            time_field="visited_at",
        ),
        _entity(
            "coupon", "优惠券",
            _to("customer", "客户", "coupons", "优惠券"),
            _field("code", "text", "编号"),
            _field("expires_on", "date", "有效期至"),
        ),
        _entity(
            "deal", "商机",
            _to("customer", "客户", "deals", "商机"),
            _field("name", "text", "名称"),
            _field(
                "stage", "choice", "阶段",
                options=[_option("Diagnosis", "诊断"), _option("Demo", "演示"), _option("Quote", "报价")],
            ),
            _field("owner", "user", "负责人"),
            _field("flag", "text", "标记"),
            _field("amount", "number", "金额", decimals=2),
            _field("demo_signoff", "files", "演示签字页"),
            _field("demo_photos", "files", "演示照片"),
            _field("close_date", "date", "关闭日期"),
        ),
        _entity(
            "salesperson", "销售员",
            _field("name", "text", "名称"),
            _field("active", "boolean", "在职"),
        ),
        _entity(
            "weight", "权重",
            _field("kind", "text", "种类"),
            _field("value", "number", "数值", decimals=2),
        ),
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def workspace() -> Model:
    """The entities of the tests."""
    return read_schema(SCHEMA)
