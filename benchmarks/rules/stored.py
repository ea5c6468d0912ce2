"""One rule over many stored records through SQL, beside the WHERE that a programmer writes by hand."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text

from ruleloom import dsl
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.moment import Moment
from ruleloom.forms.schema_file import read_schema
from ruleloom.storage import to_sql
from ruleloom.storage.database import Database
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql import functions

MODEL = read_schema(
    {
        "timezone": "Asia/Shanghai",
        "entities": [
            {
                "name": "customer",
                "label": {"zh": "客户"},
                "fields": [
                    {"name": "name", "type": "text", "label": {"zh": "名称"}},
                    {"name": "region", "type": "choice", "label": {"zh": "地区"}, "options": ["East", "West", "North"]},
                    {"name": "credit", "type": "number", "decimals": 2, "label": {"zh": "额度"}},
                    {"name": "seen", "type": "datetime", "label": {"zh": "最近来访"}},
                    {"name": "signed", "type": "boolean", "label": {"zh": "已签"}},
                ],
            },
            {
                "name": "order",
                "label": {"zh": "订单"},
                "time_field": "ordered_at",
                "fields": [
                    {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders",
                     "label": {"zh": "所属客户"}, "reverse_label": {"zh": "订单"}},
                    {"name": "ordered_at", "type": "datetime", "label": {"zh": "下单时间"}},
                ],
            },
        ],
    }
)  # fmt: skip
RULE = """rule "Win back drifting customers" on customer
when region = "West" and credit > 100 and no orders in the last 30 days
then set signed = no
     notify created_by "{name} has not ordered for 30 days"
at most once per 90 days"""
RULE_ZH = """规则 "唤回沉默客户" 针对 客户
当 地区 = "West" 且 额度 > 100 且 近 30 天 没有 订单
则 设置 已签 = 否
每 90 天 最多 1 次"""
CONDITION = 'region = "West" and credit > 5000 and signed and seen in the last 30 days'
BY_HAND = """SELECT count(*) FROM r_customer WHERE deleted_at IS NULL AND region = :region AND credit > :credit
AND signed AND seen > :after AND seen <= :now"""
NOW = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z"""


def compare(count: int, rounds: int) -> dict[str, Any]:
    """Both over `count` rows in SQLite, in CPU milliseconds: medians of interleaved rounds, once answers agree."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'rows.db'}")
        catalogue = Catalogue(MODEL)
        table = catalogue.table("customer")
        with database.write() as connection:
            functions.install(connection)
            catalogue.metadata.create_all(connection)
            for part in _parts(count):
                connection.execute(table.insert(), part)
        parsed = dsl.parse(CONDITION, MODEL, entity="customer", part="condition")
        moment = Moment(NOW, MODEL.calendar)
        where = to_sql(parsed.tree, MODEL, catalogue, moment, "sqlite", table)  # type: ignore[arg-type]
        ours = select(func.count()).select_from(table).where(table.c.deleted_at.is_(None), where)
        by_hand = text(BY_HAND)
        given = {"region": "West", "credit": 500_000, "after": NOW - 30 * DAY, "now": NOW}
        with database.read() as connection:
            answers = (connection.scalar(ours), connection.scalar(by_hand, given))
            if answers[0] != answers[1]:
                raise SystemExit(f"the answers differ: {answers}")
            spent: tuple[list[float], list[float]] = ([], [])
            for _ in range(rounds):
                for place, ask in enumerate(
                    (lambda: connection.scalar(ours), lambda: connection.scalar(by_hand, given))
                ):
                    begin = time.process_time()
                    ask()
                    spent[place].append((time.process_time() - begin) * 1000)
        database.close()
    mine, theirs = (statistics.median(each) for each in spent)
    return {
        "rows": count,
        "matching": answers[0],
        "ours_ms": mine,
        "by_hand_ms": theirs,
        "sql_to_handwritten": mine / theirs,
    }


def _parts(count: int, size: int = 20_000) -> Iterator[list[dict[str, Any]]]:
    random = Random(11)  # noqa: S311 - nothing secret
    for start in range(0, count, size):
        yield [
            {
                "id": record + 1, "created_at": NOW, "updated_at": NOW, "version": 1, "name": f"Customer {record}",
                "region": random.choice(["East", "West", "North", None]),
                "credit": Decimal(random.randrange(0, 10_000_00)) / 100 if random.random() < 0.9 else None,
                "signed": random.random() < 0.5, "seen": NOW - random.randrange(0, 90) * DAY,
            }
            for record in range(start, min(count, start + size))
        ]  # fmt: skip
