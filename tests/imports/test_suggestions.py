"""Which column goes where, guessed from headings as people write them; what is not sure is left to the person."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import Any

import pytest

from ruleloom.forms.schema_file import read_schema
from ruleloom.installer.reading import find_app, read_app
from ruleloom.runtime.imports.headings import meaning
from ruleloom.runtime.imports.suggest import suggest, suggest_lines
from tests.imports.workspaces import SHOP
from tests.stories.real_data import data_file, raw_rows

DEMO = read_schema({"timezone": "Asia/Shanghai", "entities": list(read_app(find_app("b2b_sales")).entities)})
MODEL = read_schema({"timezone": "Europe/London", "entities": [dict(each) for each in SHOP]})


def guessed(entity: str, table: str, model: Any = DEMO) -> dict[str, str]:
    """Field key → column (and how a reference is found), of a table of headings and rows, bars between cells."""
    rows = list(csv.reader(io.StringIO(table), delimiter="|"))
    plan = suggest(model, model.by_key[entity], rows[0], rows[1:])["columns"]
    return {key: said(source) for key, source in plan.items()}


def said(source: Any) -> str:
    if isinstance(source, str):
        return source
    return str(source["column"]) + (f" by {source['find']}" if source.get("find") else "")


HEADINGS: list[tuple[str, str, dict[str, str]]] = [
    (
        "customer", "编号|客户名|所在大区|信用|手机|负责人\nKH1|上海一号|华东|20000|13800000000|王芳",
        {"code": "编号", "name": "客户名", "region": "所在大区", "credit_limit": "信用", "phone": "手机",
         "owner": "负责人"},
    ),
    (
        "customer", "Cust No|Client|Area|Credit|Mobile|Mail|Town\nC1|Acme|East|20,000.00|+86 138 0000 0000|a@b.cn|Bonn",
        {"code": "Cust No", "name": "Client", "region": "Area", "credit_limit": "Credit", "phone": "Mobile",
         "email": "Mail", "city": "Town"},
    ),
    (
        "customer",
        "客户编码|公司名称|区域|联系电话|电子邮件|授信额度(元)|说明|合作开始日期\nK|甲|华东|021-55551234|a@b.cn|1|x|2024/1/31",
        {"code": "客户编码", "region": "区域", "phone": "联系电话", "email": "电子邮件", "credit_limit": "授信额度(元)",
         "notes": "说明", "partner_since": "合作开始日期"},
    ),
    (
        "order", "单号|客户编码|日期|总金额|业务员\nM-1|KH1|2026-01-31|12.50|王芳",
        {"number": "单号", "customer": "客户编码 by code", "ordered_at": "日期", "amount": "总金额",
         "salesperson": "业务员"},
    ),
    (
        "order", "ORDERNO|CUSTNO|Order Date|Total\nM-1|KH1|2026-01-31|12.50",
        {"number": "ORDERNO", "customer": "CUSTNO by code", "ordered_at": "Order Date", "amount": "Total"},
    ),
    ("order", "客户名称|订单号|备用\n甲|1|x", {"customer": "客户名称 by name", "number": "订单号"}),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "table", "expected"), HEADINGS)
def test_headings_as_people_write_them(entity: str, table: str, expected: dict[str, str]) -> None:
    assert guessed(entity, table) == expected


@pytest.mark.parametrize(
    ("entity", "table"),
    [
        ("customer", "信用\n优秀"),  # words where a number is meant
        ("customer", "邮箱\n上海市徐汇区"),
        ("customer", "备用|zzz|列1|Column2\nx|y|z|w"),
        ("customer", "供应商编号\n1"),  # another one's number
        ("customer", "订单编号\n1"),
        ("order", "交货日期|付款日期\n2026-01-31|2026-02-28"),  # two dates, none of which is when it was ordered
        ("order", "单价\n12.50"),
        ("order", "Discount\n12"),
    ],
)
def test_what_is_not_sure_is_not_guessed(entity: str, table: str) -> None:
    assert guessed(entity, table) == {}


def test_a_real_export_of_order_lines_gives_the_invoices_and_their_lines() -> None:
    rows = list(islice(raw_rows(data_file("online_retail", "lines.csv.gz")), 200))
    columns, cells = list(rows[0]), [list(row.values()) for row in rows]
    plan = suggest(MODEL, MODEL.by_key["invoice"], columns, cells)
    assert plan["key"] == ["number"]
    assert {key: said(source) for key, source in plan["columns"].items()} == {
        "number": "InvoiceNo", "customer": "CustomerID by code", "ordered_at": "InvoiceDate",
    }  # fmt: skip
    assert plan["columns"]["customer"]["whole"], "17850.0 is the code 17850"
    lines = suggest_lines(MODEL, MODEL.by_key["invoice"], columns, cells)
    assert lines.keys() == {"invoice_line"}
    assert lines["invoice_line"]["parent"] == "invoice"
    assert lines["invoice_line"]["columns"] == {"sku": "StockCode", "quantity": "Quantity", "price": "UnitPrice"}


def test_the_accounts_of_a_sales_team() -> None:
    rows = list(raw_rows(data_file("crm_opportunities", "accounts.csv")))
    found = suggest(DEMO, DEMO.by_key["customer"], list(rows[0]), [list(row.values()) for row in rows])["columns"]
    assert {key: said(source) for key, source in found.items()} == {"name": "account", "industry": "sector"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("客户编码", "Customer code"),
        ("所在大区", "Area"),
        ("CUSTNO", "Cust No"),
        ("联系电话", "Mobile"),
        ("单价", "unitPrice"),
    ],
)
def test_headings_that_mean_the_same(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)
