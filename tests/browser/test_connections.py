"""A connection to a stand-in of Kingdee, by mouse: settings, test, samples, mapping, syncs, report, what fires."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.connectors.doubles.kingdee import KingdeeDouble, serve

Visit = Callable[..., Page]
CUSTOMERS, ORDERS = 12, 30


@pytest.fixture(scope="module")
def kingdee() -> Iterator[dict[str, object]]:
    """Settings of a stand-in that is running."""
    double = KingdeeDouble().fill(CUSTOMERS, ORDERS)
    with serve(double):
        yield double.settings()


def _connect(page: Page, settings: dict[str, object], name: str, **other: str) -> None:
    given = {key: str(value) for key, value in settings.items()} | other
    page.locator(".kind-card", has_text="金蝶").get_by_role("button").click()
    by_label = {
        "服务器地址": "base_url",
        "数据中心 ID": "acct_id",
        "用户名": "user",
        "应用 ID": "app_id",
        "应用密钥": "app_secret",
    }
    for label, key in by_label.items():
        page.get_by_label(label).fill(given[key])
    page.get_by_label("名称", exact=False).first.fill(name)
    page.get_by_role("button", name="创建连接").click()
    expect(page.locator(".connection-tabs")).to_be_visible()


def _choose(scope: Locator, label: str, option: str) -> None:
    scope.get_by_label(label, exact=True).click()
    listed = scope.page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=option).first
    listed.click()
    expect(scope.page.locator(".ant-select-dropdown:visible")).to_have_count(0)


def _test(page: Page) -> Locator:
    page.get_by_role("button", name="测试连接").click()
    return page.locator(".connection-test [role=status]")


def _resource(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def _count(page: Page, run: int, resource: str, what: str) -> Locator:
    lines = page.locator(".sync-run").nth(run).locator(".sync-counts").filter(has=page.locator("b", has_text=resource))
    return lines.locator("dl > div").filter(has=page.locator("dt", has_text=re.compile(f"^{what}$"))).locator("dd")


def test_customers_and_orders_come_in_once_and_fire(visit: Visit, kingdee: dict[str, object]) -> None:
    page = visit("/connections")
    _connect(page, kingdee, "金蝶测试")
    expect(_test(page)).to_contain_text("连接正常")

    customers = _resource(page, "客户")
    expect(customers.locator(".remote-rows tbody tr")).to_have_count(CUSTOMERS)
    _choose(customers, "成为", "客户")
    expect(customers.locator(".field-table li", has_text="客户编码")).to_contain_text("00001")
    page.locator(".resource-head", has_text="销售订单").click()
    orders = _resource(page, "销售订单")
    _choose(orders, "成为", "订单")
    _choose(orders, "状态的来源", "单据状态")
    _choose(orders, "“C”的含义", "已回款")
    _choose(orders, "“A”的含义", "待发货")
    page.get_by_role("button", name="保存对应").click()
    expect(page.locator(".top")).to_contain_text("已就绪")

    page.get_by_role("button", name="立即同步").click()
    expect(page.locator(".sync-run")).to_have_count(1)
    expect(page.locator(".sync-run").first).to_contain_text("部分完成")
    expect(_count(page, 0, "客户", "新建")).to_have_text(str(CUSTOMERS))
    refused = int(_count(page, 0, "销售订单", "未同步").inner_text())
    assert 0 < refused < ORDERS
    expect(_count(page, 0, "销售订单", "新建")).to_have_text(str(ORDERS - refused))
    expect(page.locator(".sync-problems li")).to_have_count(1)
    expect(page.locator(".sync-problems li")).to_contain_text("没有选项“B”")

    page.locator(".connection-tabs label", has_text="字段对应").click()
    page.locator(".resource-head", has_text="销售订单").click()
    _choose(_resource(page, "销售订单"), "“B”的含义", "待发货")
    page.get_by_role("button", name="保存对应").click()
    expect(page.get_by_role("button", name="保存对应")).to_be_disabled()
    page.get_by_role("button", name="立即同步").click()
    expect(page.locator(".sync-run")).to_have_count(2)
    expect(page.locator(".sync-run").first).to_contain_text("已完成")
    expect(_count(page, 0, "销售订单", "新建")).to_have_text(str(refused))
    expect(_count(page, 0, "销售订单", "未同步")).to_have_text("0")
    expect(_count(page, 0, "客户", "新建")).to_have_text("0")

    page.get_by_role("button", name="立即同步").click()
    expect(page.locator(".sync-run")).to_have_count(3)
    expect(page.locator(".sync-run").first).to_contain_text("已完成")
    for resource in ("客户", "销售订单"):
        expect(_count(page, 0, resource, "新建")).to_have_text("0")
        expect(_count(page, 0, resource, "更新")).to_have_text("0")
    page.locator(".rail a:visible", has_text="触发").click()
    expect(page.locator(".firing-item", has_text="XSDD0000").first).to_contain_text("Thanks for a big order")


def test_what_is_wrong_is_said(visit: Visit, kingdee: dict[str, object]) -> None:
    page = visit("/connections")
    _connect(page, kingdee, "密钥不对", app_secret="nonsense")
    expect(_test(page)).to_contain_text("请在设置中检查")
    expect(_resource(page, "客户")).to_contain_text("请在设置中检查")
    page.locator(".connection-tabs label", has_text="设置").click()
    expect(page.get_by_label("应用密钥")).to_have_value("")
    expect(page.get_by_label("服务器时区")).to_have_value("Asia/Shanghai")
    page.get_by_label("应用密钥").fill(str(kingdee["app_secret"]))
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".connection-test [role=status]")).to_be_empty()
    expect(_test(page)).to_contain_text("连接正常")


def test_an_address_without_an_answer_is_said(visit: Visit, kingdee: dict[str, object]) -> None:
    page = visit("/connections")
    _connect(page, kingdee, "没有应答", base_url="http://127.0.0.1:9/k3cloud")
    expect(_test(page)).to_contain_text("无法连接对方系统", timeout=30_000)
