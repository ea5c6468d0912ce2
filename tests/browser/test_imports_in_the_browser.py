"""A file comes in through the browser: columns, preview with its errors, dry run, run, the rows left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_good_rows_come_in_and_bad_ones_are_named(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "客户.csv"
    file.write_bytes("名称,大区,备用\n上海一号,华东,x\n上海二号,火星,y\n,华东,z\n".encode("gb18030"))
    page = visit("/imports/into/customer")
    page.get_by_test_id("import-file").set_input_files(str(file))
    expect(page.locator(".import-line")).to_have_count(3)
    expect(page.locator(".import-table tr.bad")).to_have_count(1)
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
