"""Files, cells, plans and suggestions by themselves: no database."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from ruleloom.dsl.calendar import Calendar
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.imports import sources
from ruleloom.runtime.imports.cells import CellError, converter
from ruleloom.runtime.imports.grouping import count_groups, grouped
from ruleloom.runtime.imports.plan import PlanInvalid, read_plan
from ruleloom.runtime.imports.sources import FileUnreadable, Row, open_source
from ruleloom.runtime.imports.suggest import date_format, suggest
from tests.imports.workspaces import SHOP

MODEL = read_schema({"timezone": "Europe/London", "entities": [dict(each) for each in SHOP]})
CUSTOMER, INVOICE = MODEL.by_key["customer"], MODEL.by_key["invoice"]


def written(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_are_found_out(tmp_path: Path, encoding: str, packed: bool) -> None:
    data = "编码,名称\r\nC1,上海医疗器械有限公司\r\n".encode(encoding)
    source = open_source(written(tmp_path, gzip.compress(data) if packed else data))
    assert source.encoding == encoding
    assert source.columns == ("编码", "名称")
    assert [tuple(row.cells) for row in source.rows()] == [("C1", "上海医疗器械有限公司")]


def test_an_encoding_that_shows_late_is_found(tmp_path: Path) -> None:
    data = b"a,b\n" + b"x,y\n" * 500_000 + "尾,巴\n".encode("gb18030")
    source = open_source(written(tmp_path, data))
    *_, last = source.rows()
    assert (source.encoding, last.cells) == ("gb18030", ["尾", "巴"])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found_out(tmp_path: Path, separator: str) -> None:
    text = separator.join(['"a,;|b"', "c", "d"]) + "\n" + separator.join("123") + "\n"
    source = open_source(written(tmp_path, text.encode()))
    assert source.columns == ("a,;|b", "c", "d")


def test_rows_keep_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b"a,b\n1,2\n\n,\n3\n4,5,6,7\n"))
    assert list(source.rows()) == [Row(2, ["1", "2"]), Row(5, ["3", ""]), Row(6, ["4", "5"], 2)]


def test_a_workbook_reads_like_the_same_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "credit", "since", "at", "active"])
    sheet.append(["007", 17850.0, date(2024, 1, 31), datetime(2024, 1, 31, 8, 30), True])
    sheet.append([None, 1.5, None, None, None])
    book.create_sheet("更多").append(["x"])
    path = tmp_path / "book.xlsx"
    book.save(path)
    source = open_source(path)
    assert source.sheets == ("Sheet", "更多")
    assert [tuple(row.cells) for row in source.rows()] == [
        ("007", "17850", "2024-01-31", "2024-01-31 08:30:00", "true"),
        ("", "1.5", "", "", ""),
    ]
    assert open_source(path, sheet="更多").columns == ("x",)
    with pytest.raises(FileUnreadable):
        open_source(path, sheet="none")


SHEET = "xl/worksheets/sheet1.xml"
ROWS = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
TEXT = '<row><c t="inlineStr"><is><t>{}</t></is></c></row>'


def workbook_with(part: str, content: str) -> bytes:
    """A workbook of which one part is something else."""
    made, changed = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["A"])
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return changed.getvalue()


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        (SHEET, "<worksheet><sheetData><row><c", "import-not-a-workbook"),
        (SHEET, "\x00\x01", "import-not-a-workbook"),
        (SHEET, "", "import-not-a-workbook"),
        (SHEET, ROWS.format(TEXT.format("A") + '<row><c t="s"><v>99999</v></c></row>'), "import-cut-off"),
        (SHEET, ROWS.format(TEXT.format("A") + '<row><c t="d"><v>never</v></c></row>'), "import-cut-off"),
        (SHEET, ROWS.format(TEXT.format("x" * 10_000_000)), "import-cut-off"),
        ("xl/workbook.xml", "<workbook/>", "import-not-a-workbook"),
        ("xl/workbook.xml", "", "import-not-a-workbook"),
        ("[Content_Types].xml", "<a>", "import-not-a-workbook"),
    ],
)
def test_workbooks_that_are_broken_inside(tmp_path: Path, part: str, content: str, code: str) -> None:
    with pytest.raises(FileUnreadable) as error:
        list(open_source(written(tmp_path, workbook_with(part, content), "f.xlsx")).rows())
    assert error.value.diagnostics[0].code == code


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST_WORKBOOK", 10_000_000)
    bomb = workbook_with(SHEET, ROWS.format(TEXT.format("x") * 400_000))
    assert len(bomb) < 200_000
    with pytest.raises(FileUnreadable) as error:
        open_source(written(tmp_path, bomb, "f.xlsx"))
    assert error.value.diagnostics[0].code == "import-too-large"


def test_a_cell_of_ten_megabytes_is_refused_not_swallowed(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b"a,b\n1," + b"x" * 10_000_000 + b"\n"))
    with pytest.raises(FileUnreadable) as error:
        list(source.rows())
    assert error.value.diagnostics[0].code == "import-broken-row"


@pytest.mark.parametrize(
    ("field", "how", "cell", "value"),
    [
        ("credit", {}, "1,054.50", Decimal("1054.50")),
        ("credit", {}, "￥１０", Decimal("10.00")),
        ("credit", {"decimal": ","}, "1.054,5", Decimal("1054.50")),
        ("credit", {"round": 2}, "2.675", Decimal("2.68")),
        ("credit", {}, " ", None),
        ("code", {"whole": True}, "17850.0", "17850"),
        ("code", {}, "17850.0", "17850.0"),
        ("code", {}, "007", "007"),
        ("grade", {}, "甲级", "a"),
        ("grade", {}, "B", "b"),
        ("active", {}, "是", True),
        ("since", {}, "2024年1月31日", 19753),
        ("since", {"format": "m/d/y"}, "1/31/2024", 19753),
        ("since", {"format": "d/m/y"}, "31/1/2024", 19753),
        ("since", {"format": "%d %b %Y"}, "31 Jan 2024", 19753),
        ("mail", {}, "Ada@Example.COM", "Ada@example.com"),
    ],
)
def test_cells(field: str, how: dict[str, Any], cell: str, value: object) -> None:
    assert converter(CUSTOMER.by_key[field], how, MODEL.calendar)(cell) == value


@pytest.mark.parametrize(
    ("field", "how", "cell"),
    [
        ("credit", {}, "ten"), ("credit", {}, "1,05"), ("credit", {}, "1.234"), ("credit", {}, "1e13"),
        ("credit", {}, "NaN"),
        ("grade", {}, "z"), ("active", {}, "maybe"), ("since", {}, "1/31/2024"),
        ("since", {"format": "m/d/y"}, "31/1/2024"),
        ("mail", {}, "nobody"), ("code", {}, "x" * 501),
    ],
)  # fmt: skip
def test_cells_that_mean_nothing(field: str, how: dict[str, Any], cell: str) -> None:
    with pytest.raises(CellError):
        converter(CUSTOMER.by_key[field], how, MODEL.calendar)(cell)


@pytest.mark.parametrize(
    ("how", "cell", "instant"),
    [
        ({}, "2010-07-01 08:00", "2010-07-01T07:00Z"),
        ({"zone": "Asia/Shanghai"}, "2010-07-01 08:00:00", "2010-07-01T00:00Z"),
        ({"zone": "Asia/Shanghai"}, "2010-07-01T08:00:00+01:00", "2010-07-01T07:00Z"),
        ({"format": "m/d/y", "zone": "UTC"}, "7/1/2010 8:26", "2010-07-01T08:26Z"),
    ],
)
def test_times_without_a_zone_belong_to_the_plans_or_the_workspaces(
    how: dict[str, Any], cell: str, instant: str
) -> None:
    found = converter(INVOICE.by_key["ordered_at"], how, Calendar(MODEL.calendar.zone))(cell)
    assert found == int(datetime.fromisoformat(instant).astimezone(UTC).timestamp()) * 1_000_000


@given(st.lists(st.sampled_from("abcde"), max_size=40))
def test_grouping_gives_every_line_once_under_its_group_in_order(keys: list[str]) -> None:
    rows = [Row(number, [key]) for number, key in enumerate(keys)]
    groups = list(grouped(rows, 0, count_groups(rows, 0)))
    assert Counter(row.number for group in groups for row in group) == Counter(range(len(keys)))
    assert len(groups) == len(set(keys))
    for group in groups:
        assert len({row.cells[0] for row in group}) == 1
        assert [row.number for row in group] == sorted(row.number for row in group)


def test_columns_are_matched_by_likeness_in_both_languages() -> None:
    columns = ("Customer_Code", "客户名称", "COUNTRY ", "开始", "sinc", "zzz")
    found = suggest(
        MODEL, CUSTOMER, columns, [["1", "n", "UK", "", "1/31/2024", ""], ["2", "m", "DE", "", "2/13/2024", ""]]
    )
    assert found["columns"] == {
        "code": "Customer_Code", "name": "客户名称", "country": "COUNTRY ",
        "since": {"column": "sinc", "format": "m/d/y"},
    }  # fmt: skip
    assert found["key"] == ["code"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1/31/2024", "2/3/2024"], "m/d/y"),
        (["31/1/2024"], "d/m/y"),
        (["1/2/2024"], None),
        (["2024-01-31"], None),
        ([""], None),
    ],
)
def test_a_date_format_is_suggested_only_where_the_sample_decides(cells: list[str], found: str | None) -> None:
    assert date_format(cells) == found


def test_a_plan_names_everything_that_is_wrong() -> None:
    raw = {
        "entity": "invoice",
        "key": ["missing"],
        "columns": {
            "number": "No",
            "amount": {"sum": ["Qty"]},
            "id": "No",
            "customer": {"column": "Cust", "missing": "guess"},
        },
        "unknown": 1,
    }
    with pytest.raises(PlanInvalid) as error:
        read_plan(raw, MODEL, ["No", "Cust"])
    assert {(d.code, d.target) for d in error.value.diagnostics} >= {
        ("import-plan-sum-without-group", "columns.amount"),
        ("import-plan-no-column", "columns.amount"),
        ("import-plan-no-field", "columns.id"),
        ("import-plan-one-of", "columns.customer"),
        ("import-plan-no-field", "key"),
        ("import-plan-key-without-column", "key"),
        ("import-plan-unknown-word", "unknown"),
    }
    for diagnostic in error.value.diagnostics:
        assert diagnostic.message("zh") != diagnostic.message("en")
