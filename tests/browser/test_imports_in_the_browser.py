"""A file comes in through the browser: columns, preview with its errors, dry run, run, the rows left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import programmer

Visit = Callable[..., Page]


def test_good_rows_come_in_and_bad_ones_are_named(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "客户.csv"
    file.write_bytes("名称,大区,备用\n上海一号,华东,x\n上海二号,火星,y\n,华东,z\n".encode("gb18030"))
    page = visit("/imports/into/customer")
    page.get_by_test_id("import-file").set_input_files(str(file))
    expect(page.locator(".import-line")).to_have_count(3)
    expect(page.locator(".import-table tr.bad")).to_have_count(2)
    expect(page.locator(".import-table tr.bad").last).to_contain_text("名称必填")
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_test_id("import-created")).to_have_text("1")
    expect(page.get_by_test_id("import-left_out")).to_have_text("2")
    page.locator(".import-foot .btn.primary").click()
    expect(page.locator(".import-actions")).to_be_visible()
    expect(page.locator(".import-table.problems tbody tr")).to_have_count(2)
    with page.expect_download() as report:
        page.locator("a[download]").click()
    text = report.value.path().read_text(encoding="utf-8-sig")
    assert "上海二号" in text
    assert "上海一号" not in text


def _choose(page: Page, label: str, option: str, within: Locator | None = None) -> None:
    (within or page).get_by_label(label, exact=True).click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=option).first.click()
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


def _workbook(file: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.worksheets[0]
    cover.title = "说明"
    cover.append(["这里没有数据"])
    sheet = book.create_sheet("订单")
    for row in (
        ("订单编号", "下单时间", "客户", "金额"),
        ("M-1", "03/04/2026", "KH1001", 12.5),
        ("M-2", "12/31/2025", "KH9999", 20),
        ("M-3", "31/12/2025", "KH1001", 30),
        (None, "01/02/2026", "KH1001", 40),
    ):
        sheet.append(row)
    book.save(file)


def test_a_workbook_with_two_sheets_american_dates_and_a_missing_customer(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "订单.xlsx"
    _workbook(file)
    page = visit("/imports/into/order")
    page.get_by_test_id("import-file").set_input_files(str(file))
    _choose(page, "工作表", "订单")
    expect(page.locator(".import-line")).to_have_count(4)
    _choose(page, "日期格式", "m/d/y")
    _choose(page, "按什么查找", "客户编码", page.locator(".import-line", has_text="KH1001"))
    bad = page.locator(".import-table tr.bad")
    expect(bad).to_have_count(3)
    expect(bad.first).to_contain_text("没有“客户”：KH9999")
    expect(bad.nth(1)).to_contain_text("31/12/2025")
    expect(bad.last).to_contain_text("主键为空")
    expect(page.locator(".import-table tr", has_text="M-1")).to_contain_text("2026-03-04")
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_test_id("import-created")).to_have_text("1")
    expect(page.get_by_test_id("import-left_out")).to_have_text("3")
    page.locator(".import-foot .btn.primary").click()
    expect(page.locator(".import-actions")).to_be_visible()
    expect(page.locator(".import-table.problems tbody tr", has_text="KH9999")).to_contain_text("没有")
    with page.expect_download() as report:
        page.locator("a[download]").click()
    assert "主键为空" in report.value.path().read_text(encoding="utf-8-sig")


LINE = {
    "name": "order_line",
    "labels": {"en": "Order line", "zh": "订单明细"},
    "fields": [
        {"name": "order", "type": "reference", "to": "order", "reverse": "lines", "on_delete": "cascade"},
        {"name": "line_no", "type": "number", "labels": {"en": "Line", "zh": "行"}},
        {"name": "product", "type": "text", "required": True, "labels": {"en": "Product", "zh": "产品"}},
        {"name": "quantity", "type": "number", "labels": {"en": "Quantity", "zh": "数量"}},
        {"name": "price", "type": "number", "decimals": 2, "labels": {"en": "Price", "zh": "单价"}},
    ],
}
LINES = (
    "单号,下单日期,Cust No,商品,数量,单价\n"
    "L-1,2026-01-05,KH1001,水泵,2,100.50\nL-1,2026-01-05,KH1001,阀门,3,20\n"
    "L-2,2026-01-06,KH9999,水泵,1,100.50\nL-3,2026-01-07,KH1001,,1,9\nL-3,2026-01-07,KH1001,垫片,x,1\n"
)


def test_order_lines_in_a_mapping(visit: Visit, served: tuple[str, str], tmp_path: Path) -> None:
    """One file feeds orders and their lines: grouped, summed, with everything that is wrong at its row."""
    file = tmp_path / "明细.csv"
    file.write_text(LINES, encoding="utf-8")
    api = programmer(visit("/"), served[0])
    assert api.ask("POST", "/entities", LINE).ok
    assert api.ask("POST", "/entities/order_line/publish", {}).ok
    page = visit("/imports/into/order")
    page.get_by_test_id("import-file").set_input_files(str(file))
    expect(page.locator(".import-line")).to_have_count(6)
    expect(page.locator(".import-lacking")).to_contain_text("有 1 行所写的客户不存在")
    page.get_by_text("一行一条明细：多行合成一条订单").click()
    _choose(page, "金额取自", "各行求和")
    for column in ("数量", "单价"):
        page.get_by_label("金额的求和列").click()
        page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=column).first.click()
        page.keyboard.press("Escape")
    _choose(page, "行号写入", "行")
    lines = page.get_by_role("table", name="订单明细")
    expect(lines.first).to_contain_text("阀门")
    expect(page.locator(".import-table > table > tbody > tr", has_text="L-1").first).to_contain_text("261")
    bad = page.locator(".import-table tr.bad")
    expect(bad.filter(has_text="KH9999").first).to_be_visible()
    expect(bad.filter(has_text="产品必填")).to_contain_text("第 5 行")
    expect(bad.filter(has_text="第 6 行")).to_contain_text("数量")
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_test_id("import-created")).to_have_text("1")
    expect(page.get_by_test_id("import-left_out")).to_have_text("3")
    page.locator(".import-lacking").get_by_role("button", name="新建它们").click()
    expect(page.locator(".import-table.problems tbody tr", has_text="KH9999")).to_contain_text("无法新建")
    page.locator(".import-foot .btn.primary").click()
    expect(page.locator(".import-actions")).to_be_visible()
    (order,) = api.ask("POST", "/records/order/query", {"search": "L-1", "fields": ["number", "amount"]}).json()[
        "items"
    ]
    assert order["values"] == {"number": "L-1", "amount": "261.00"}
    found = api.ask(
        "POST", "/records/order_line/query", {"fields": ["line_no", "product"], "sort": [{"field": "line_no"}]}
    )
    assert [(each["values"]["line_no"], each["values"]["product"]) for each in found.json()["items"]] == [
        ("1", "水泵"), ("2", "阀门"),
    ]  # fmt: skip
