"""A rule is written in Chinese, mended by the offered fix, published, fires when time passes, and says why."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import programmer

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


def test_what_a_function_takes_is_told_while_its_arguments_are_written(visit: Visit) -> None:
    page = visit("/rules/new")
    _type(page, '规则 "参数" 针对 商机\n当 ')
    page.locator(".cm-content").press_sequentially("四舍五入(金额, ")
    told = page.locator(".cm-signature")
    expect(told).to_contain_text("四舍六入五成双")
    expect(told.locator("mark")).to_have_text("[数字]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    page.keyboard.press("Control+Shift+Space")
    expect(told.locator("mark")).to_have_text("[数字]")


def test_a_worked_out_field_is_drawn_with_its_expression(visit: Visit) -> None:
    page = visit("/entities/deal")
    page.get_by_role("button", name="添加字段").click()
    page.get_by_role("menuitem", name="计算字段").click()
    page.get_by_role("textbox", name="英文名称").last.fill("Twice")
    editor = page.locator(".formula .cm-content")
    editor.click()
    page.keyboard.insert_text("金鹅 * 2")
    page.locator(".formula-error .btn").click()
    expect(editor).to_have_text("金额 * 2")
    expect(page.locator(".formula .hint")).to_contain_text("金额 × 2")
    expect(page.locator(".saved")).to_have_text("草稿已自动保存")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("已发布")
    shown = programmer(page, page.url.split("/entities")[0])
    deals = shown.ask("POST", "/records/deal/query", {"sort": [{"field": "twice", "descending": True}]}).json()["items"]
    values = [(each["values"]["amount"], each["values"]["twice"]) for each in deals if each["values"]["amount"]]
    assert values
    assert all(float(twice) == round(2 * float(amount)) for amount, twice in values)


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


def test_a_rule_is_compared_restored_paused_and_explained(
    visit: Visit, served: tuple[str, str], violations: Callable[[Page], list[str]]
) -> None:
    page = visit("/rules", "en")
    api = programmer(page, served[0])
    text = 'rule "Quiet for long" on customer when no orders in the last {} days then notify owner "{{name}}"'
    rule = api.ask("POST", "/rules", {"content": {"text": text.format(40), "language": "en"}}).json()
    for days in (40, 50):
        if days != 40:
            content = {"content": {"text": text.format(days), "language": "en"}}
            version = api.ask("GET", f"/rules/{rule['id']}").headers["etag"]
            assert api.ask("PUT", f"/rules/{rule['id']}", content, version).ok
        assert api.ask("POST", f"/rules/{rule['id']}/publish", {}).ok

    page.goto(f"{served[0]}/rules/{rule['id']}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Versions").click()
    panel = page.get_by_role("dialog")
    panel.get_by_role("button", name="Compare").first.click()
    expect(panel.locator("pre del")).to_contain_text("40")
    expect(panel.locator("pre ins")).to_contain_text("50")
    expect(panel.locator(".rule-diff-words del")).to_contain_text("40")
    assert violations(page) == []
    panel.get_by_role("button", name="All versions").click()
    panel.locator(".rule-version", has_text="Version 1").get_by_role("button", name="Restore").click()
    expect(panel.locator(".rule-version", has_text="Version 3")).to_contain_text("current")
    expect(page.locator(".cm-content")).to_contain_text("40 days")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Pause").click()
    expect(page.locator(".top")).to_contain_text("Paused")
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(page.locator(".top")).to_contain_text("Published")

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Why did it").click()
    panel.get_by_role("combobox", name="Record").click()
    page.locator(".ant-select-item-option").first.click()
    expect(panel.locator(".why-standing")).to_be_visible()
    expect(panel.locator(".explained-found").first).to_be_visible()
    panel.get_by_role("button", name="7 days ago").click()
    expect(panel.locator(".why-standing")).to_contain_text(re.compile("not published yet|no such record"))
    assert violations(page) == []


def test_the_list_says_how_rules_are_and_a_look_at_a_new_one_leaves_nothing(
    visit: Visit, served: tuple[str, str]
) -> None:
    page = visit("/rules", "en")
    api = programmer(page, served[0])
    before = {each["id"] for each in api.get("/rules")["items"]}
    expect(page.locator(".rule-week").first).to_be_visible()
    page.get_by_label("Search rules…").fill("no rule is called this")
    expect(page.locator(".rules-none")).to_be_visible()
    page.get_by_label("Search rules…").fill("")
    page.get_by_role("combobox", name="Health").click()
    page.locator(".ant-select-item-option[title='OK']").click()
    expect(page.locator(".rule-line").first).to_be_visible()

    page.get_by_role("link", name="New rule").click()
    expect(page.locator(".rule-sync")).to_contain_text("Both sides agree")
    page.locator(".segmented label", has_text="中文").click()
    expect(page.locator(".cm-content")).to_contain_text("规则")
    page.get_by_role("link", name="Rules", exact=True).first.click()
    expect(page.locator(".rule-line").first).to_be_visible()
    assert {each["id"] for each in api.get("/rules")["items"]} == before

    page.get_by_role("link", name="New rule").click()
    expect(page.locator(".rule-sync")).to_contain_text("Both sides agree")
    with page.expect_response(lambda answer: answer.url.endswith("/rules") and answer.request.method == "POST"):
        _type(page, 'rule "Begun" on customer when credit')
    page.get_by_role("button", name="Undo", exact=False).first.click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("link", name="Rules", exact=True).first.click()
    assert {each["id"] for each in api.get("/rules")["items"]} == before


def test_the_log_is_searched_and_filtered_also_on_a_phone(
    visit: Visit, violations: Callable[[Page], list[str]]
) -> None:
    page = visit("/firings", "en", width=390)
    expect(page.locator(".firing-item").first).to_be_visible()
    title = page.locator(".firing-record").first.inner_text()
    page.get_by_label("Search rules and records…").fill("no record is called this")
    expect(page.get_by_text("No firing fits the filter")).to_be_visible()
    page.get_by_label("Search rules and records…").fill(title)
    expect(page.locator(".firing-record").first).to_have_text(title)
    page.get_by_role("combobox", name="State of actions").click()
    page.locator(".ant-select-item-option", has_text="failed").click()
    expect(page.get_by_text("No firing fits the filter")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_a_rule_is_tried_on_the_past_before_it_is_published(visit: Visit) -> None:
    page = visit("/rules")
    page.get_by_role("link", name="唤回沉默客户", exact=True).click()
    expect(page.locator(".rule-sync")).to_contain_text("两侧已同步")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="用过去试一试").click()
    page.get_by_text("365 天", exact=True).click()
    page.get_by_role("checkbox", name="按业务时间还原每条记录").check()
    page.get_by_role("button", name="开始试").click()
    expect(page.locator(".backtest-known")).to_contain_text("没有通知任何人", timeout=60_000)
    expect(page.locator(".chart svg")).to_be_visible()
    hit = page.locator(".backtest-hits > li").first
    hit.get_by_text("为什么").click()
    expect(hit.locator(".explained")).to_contain_text("没有")
    assert "run=" in page.url
