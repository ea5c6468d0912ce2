"""A double counts only when the vendor's own SDK accepts it: `kingdee.cdp.webapi.sdk` drives ours as its server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from ruleloom.connectors.kingdee_cloud import signing
from tests.connectors.doubles.kingdee import KingdeeDouble, serve

sdk_main = pytest.importorskip("k3cloud_webapi_sdk.main")


@pytest.fixture
def double() -> Iterator[KingdeeDouble]:
    with serve(KingdeeDouble().fill(45, 12)) as started:
        yield started


def sdk(double: KingdeeDouble, secret: str | None = None) -> Any:
    a = double.account
    client = sdk_main.K3CloudApiSdk(double.base_url)
    client.InitConfig(a.acct_id, a.user, a.app_id, secret or a.app_secret, double.base_url)
    return client


def test_the_sdk_pages_through_customers(double: KingdeeDouble) -> None:
    found: list[Any] = []
    for start in range(0, 60, 20):
        body = {
            "FormId": "BD_Customer",
            "FieldKeys": "FCUSTID,FNumber",
            "FilterString": "",
            "OrderString": "FCUSTID ASC",
            "TopRowCount": 0,
            "StartRow": start,
            "Limit": 20,
        }
        found += json.loads(sdk(double).ExecuteBillQuery(body))
    assert [number for _, number in found] == [f"{n:05d}" for n in range(1, 46)]


def test_the_sdk_filters_with_text_and_with_a_list(double: KingdeeDouble) -> None:
    body = {
        "FormId": "BD_Customer",
        "FieldKeys": "FNumber",
        "OrderString": "",
        "TopRowCount": 0,
        "StartRow": 0,
        "Limit": 100,
    }
    listed = [{"Left": "(", "FieldName": "FNumber", "Compare": "67", "Value": "00003", "Right": ")", "Logic": "0"}]
    assert json.loads(sdk(double).ExecuteBillQuery({**body, "FilterString": "FNumber = '00003'"})) == [["00003"]]
    assert json.loads(sdk(double).ExecuteBillQuery({**body, "FilterString": listed})) == [["00003"]]


def test_the_sdk_reads_one_row_per_order_line(double: KingdeeDouble) -> None:
    body = {
        "FormId": "SAL_SaleOrder",
        "FieldKeys": "FID,FBillNo,FCustId.FNumber,FSaleOrderEntry_FEntryID,FQty",
        "FilterString": "",
        "OrderString": "FID ASC",
        "TopRowCount": 0,
        "StartRow": 0,
        "Limit": 2000,
    }
    rows = json.loads(sdk(double).ExecuteBillQuery(body))
    assert len(rows) > 12
    assert len({row[0] for row in rows}) == 12


def test_the_sdk_saves(double: KingdeeDouble) -> None:
    answer = json.loads(
        sdk(double).Save("BD_Customer", {"Model": {"FCUSTID": 0, "FNumber": "S1", "FName": "来自 SDK"}})
    )
    assert answer["Result"]["ResponseStatus"]["IsSuccess"] is True
    assert answer["Result"]["Number"] == "S1"


def test_the_sdk_asks_for_metadata(double: KingdeeDouble) -> None:
    answer = json.loads(sdk(double).QueryBusinessInfo({"FormId": "SAL_SaleOrder"}))
    assert {"FBillHead", "FSaleOrderEntry"} == {entry["Key"] for entry in answer["Result"]["NeedReturnData"]["Entrys"]}


def test_a_wrong_secret_is_refused(double: KingdeeDouble) -> None:
    body = {
        "FormId": "BD_Customer",
        "FieldKeys": "FNumber",
        "FilterString": "",
        "OrderString": "",
        "TopRowCount": 0,
        "StartRow": 0,
        "Limit": 1,
    }
    answer = json.loads(sdk(double, "wrong").ExecuteBillQuery(body))
    assert answer[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1


def test_our_headers_equal_the_sdks(double: KingdeeDouble) -> None:
    url = f"{double.base_url}/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.View.common.kdsvc"
    with mock.patch.object(time, "time", return_value=1_700_000_000.0):
        theirs = sdk(double).BuildHeader(url)
    a = double.account
    who = signing.Identity(a.acct_id, a.user, a.app_id, a.app_secret)
    ours = signing.headers(url[url.index("/", 10) :], who, "1700000000", "1700000000")
    assert {name: theirs[name] for name in ours} == dict(ours)
