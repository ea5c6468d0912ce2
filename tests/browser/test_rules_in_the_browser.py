"""A rule is written in Chinese, mended by the offered fix, published, fires when time passes, and says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
RULE = '规则 "一个月没下单" 针对 客户\n当 近 30 天 没有 订但\n则 通知 负责人 "{名称} 一个月没下单"'


def _type(page: Page, text: str) -> None:
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_a_rule_in_chinese_is_mended_published_and_gives_its_reason(visit: Visit) -> None:
    page = visit("/rules/new")
    _type(page, RULE)
    fix = page.locator(".rule-diagnostics .btn").first
    expect(fix).to_contain_text("订单")
    expect(page.get_by_role("button", name="发布", exact=True)).to_be_disabled()
    fix.click()
    expect(page.locator(".rule-sync")).to_contain_text("两侧已同步")
    expect(page.locator(".rule-sentence")).to_contain_text("近 30 天内没有订单")
    expect(page.locator(".block-row")).to_have_count(1)
    assert int(page.get_by_test_id("matching").inner_text().replace(",", "")) > 0

    page.get_by_role("button", name="发布", exact=True).click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("发布时它们不会触发")
    panel.locator(".btn.primary").click()
    expect(page.locator(".top")).to_contain_text("已发布")

    page.locator(".clock-control").click()
    page.get_by_role("button", name="让 30 天过去").click()
    page.locator(".clock-rules a", has_text="一个月没下单").click(timeout=60_000)
    expect(page.locator(".firing-item").first).to_contain_text("一个月没下单")
    expect(page.locator(".firing-reason").first).to_contain_text("近 30 天内没有订单")


def test_blocks_and_text_are_one_rule(visit: Visit) -> None:
    page = visit("/rules/new")
    _type(page, RULE.replace("订但", "订单").replace("一个月没下单", "积木"))
    page.locator(".block-number input").fill("45")
    expect(page.locator(".cm-content")).to_contain_text("近 45 天 没有 订单")
    expect(page.locator(".rule-sentence")).to_contain_text("近 45 天内没有订单")
    page.locator(".segmented label", has_text="EN").click()
    expect(page.locator(".cm-content")).to_contain_text("no orders in the last 45 days")
    expect(page.locator(".block-number input")).to_have_value("45")
    page.get_by_role("button", name="撤销", exact=False).first.click()
    expect(page.locator(".cm-content")).to_contain_text("近 45 天 没有 订单")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation(
    visit: Visit, violations: Callable[[Page], list[str]], language: str, theme: str
) -> None:
    page = visit("/", language, theme)
    found = {}
    for path in ("/rules", "/rules/new", "/firings", "/boards", "/imports", "/connections", "/apps"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        page.wait_for_selector("h1")
        page.wait_for_load_state("networkidle")
        found[path] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
