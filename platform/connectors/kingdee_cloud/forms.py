"""The business objects that this connector reads, with the fields that every installation has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from ruleloom.connectors.contract import Cursor, RemoteField, RemoteType, Resource

MODIFIED = "FModifyDate"


@dataclass(frozen=True, slots=True)
class BillForm(Resource):
    """A resource that is a Kingdee form: `form_id` as in the designer; `entries` maps a list to its entry id field."""

    form_id: str = ""
    entries: tuple[tuple[str, str], ...] = field(default=())


def _field(
    key: str, zh: str, en: str, kind: RemoteType = "text", within: str | None = None, *, required: bool = False
) -> RemoteField:
    return RemoteField(key, kind, {"zh": zh, "en": en}, required, within)


CUSTOMERS = BillForm(
    name="customers",
    key="FCUSTID",
    natural="FNumber",
    labels={"zh": "客户", "en": "Customers"},
    cursor=Cursor(MODIFIED, "datetime", timedelta(minutes=5), tie="FCUSTID"),
    form_id="BD_Customer",
    writable=True,
    fields=(
        _field("FCUSTID", "内码", "Internal id", "number", required=True),
        _field("FNumber", "客户编码", "Customer number", required=True),
        _field("FName", "客户名称", "Customer name", required=True),
        _field("FShortName", "简称", "Short name"),
        _field("FSELLER.FNumber", "销售员编码", "Salesperson number", "reference"),
        _field("FTEL", "联系电话", "Telephone"),
        _field("FADDRESS", "通讯地址", "Address"),
        _field("FDocumentStatus", "数据状态", "Document status", "choice"),
        _field("FForbidStatus", "禁用状态", "Disabled", "choice"),
        _field("FCreateDate", "创建日期", "Created", "datetime"),
        _field(MODIFIED, "修改日期", "Modified", "datetime"),
    ),
)

SALE_ORDERS = BillForm(
    name="sale_orders",
    key="FID",
    natural="FBillNo",
    labels={"zh": "销售订单", "en": "Sale orders"},
    cursor=Cursor(MODIFIED, "datetime", timedelta(minutes=5), tie="FID"),
    form_id="SAL_SaleOrder",
    writable=True,
    lists=("entries",),
    entries=(("entries", "FSaleOrderEntry_FEntryID"),),
    fields=(
        _field("FID", "内码", "Internal id", "number", required=True),
        _field("FBillNo", "单据编号", "Order number", required=True),
        _field("FDate", "日期", "Date", "date", required=True),
        _field("FCustId.FNumber", "客户编码", "Customer number", "reference", required=True),
        _field("FSalerId.FNumber", "销售员编码", "Salesperson number", "reference"),
        _field("FBillAllAmount", "价税合计", "Total with tax", "number"),
        _field("FSettleCurrId.FNumber", "结算币别", "Currency", "reference"),
        _field("FDocumentStatus", "单据状态", "Document status", "choice"),
        _field("FCreateDate", "创建日期", "Created", "datetime"),
        _field(MODIFIED, "修改日期", "Modified", "datetime"),
        _field("FSaleOrderEntry_FEntryID", "分录内码", "Line id", "number", "entries", required=True),
        _field("FMaterialId.FNumber", "物料编码", "Product number", "reference", "entries"),
        _field("FQty", "销售数量", "Quantity", "number", "entries"),
        _field("FTaxPrice", "含税单价", "Price with tax", "number", "entries"),
        _field("FAllAmount", "行价税合计", "Line total with tax", "number", "entries"),
    ),
)

FORMS = (CUSTOMERS, SALE_ORDERS)
