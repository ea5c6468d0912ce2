"""Made-up customers and orders of a wholesaler, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

Bill = dict[str, Any]
ENTRY_KEY = "FSaleOrderEntry_FEntryID"
_CITIES = ("上海", "广州", "成都", "沈阳", "武汉", "西安", "杭州", "青岛")
_TRADES = ("五金", "建材", "医疗器械", "食品", "包装", "电子", "日化", "文具")
_FORMS = ("有限公司", "商贸有限公司", "经营部", "集团")


def customers(count: int, seed: int = 7, since: datetime = datetime(2025, 1, 6, 8, 0)) -> Iterator[Bill]:
    """Customers with ids from 100001; some share the very same modification time, as after a mass change."""
    rng = Random(seed)  # noqa: S311
    for number in range(1, count + 1):
        name = f"{rng.choice(_CITIES)}{rng.choice(_TRADES)}{number:05d}号{rng.choice(_FORMS)}"
        modified = since + timedelta(minutes=number // 50)
        yield {
            "FCUSTID": 100_000 + number,
            "FNumber": f"{number:05d}",
            "FName": name,
            "FShortName": name[:6],
            "FTEL": f"0{rng.randint(10**9, 10**10 - 1)}",
            "FADDRESS": f"{rng.choice(_CITIES)}市中山路{rng.randint(1, 999)}号" if rng.random() < 0.9 else None,
            "FSELLER.FNumber": f"S{rng.randint(1, 30):03d}",
            "FDocumentStatus": "C",
            "FForbidStatus": "A",
            "FCreateDate": since.isoformat(),
            "FModifyDate": modified.isoformat(timespec="milliseconds"),
        }


def orders(
    count: int, of_customers: int, seed: int = 8, since: datetime = datetime(2025, 2, 3, 9, 0)
) -> Iterator[Bill]:
    """Sale orders with one to four lines, ids from 200001."""
    rng = Random(seed)  # noqa: S311
    for number in range(1, count + 1):
        modified = since + timedelta(minutes=number // 20)
        lines = [_line(rng, number, place) for place in range(rng.randint(1, 4))]
        yield {
            "FID": 200_000 + number,
            "FBillNo": f"XSDD{number:06d}",
            "FDate": modified.date().isoformat() + "T00:00:00",
            "FCustId.FNumber": f"{rng.randint(1, of_customers):05d}",
            "FSalerId.FNumber": f"S{rng.randint(1, 30):03d}",
            "FBillAllAmount": round(sum(line["FAllAmount"] for line in lines), 2),
            "FSettleCurrId.FNumber": "PRE001",
            "FDocumentStatus": rng.choice("CCCAB"),
            "FCreateDate": modified.isoformat(),
            "FModifyDate": modified.isoformat(timespec="milliseconds"),
            "entries": lines,
        }


def _line(rng: Random, order: int, place: int) -> dict[str, Any]:
    quantity, price = rng.randint(1, 200), rng.randint(100, 99_999) / 100
    return {
        ENTRY_KEY: order * 10 + place + 1,
        "FMaterialId.FNumber": f"{rng.randint(1, 400):04d}",
        "FQty": quantity,
        "FTaxPrice": price,
        "FAllAmount": round(quantity * price, 2),
    }
