"""The least change that is named, and when time alone does it, for conditions whose answers were worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ruleloom.cli.rule import command

SCHEMA = """
timezone: Asia/Shanghai
entities:
  - name: customer
    fields:
      - {name: name, type: text}
      - {name: region, type: choice, label: {zh: 区域}, options: [East, {value: West, label: {zh: 西区}}]}
      - {name: score, type: number, decimals: 1}
      - {name: tags, type: choices, label: {zh: 标签}, options: [vip, new, risk]}
      - {name: signed_on, type: date}
      - {name: last_call, type: datetime}
  - name: order
    time_field: ordered_at
    fields:
      - {name: customer, type: reference, to: customer, reverse: orders, reverse_label: {zh: 订单}}
      - {name: ordered_at, type: datetime}
      - {name: amount, type: number, decimals: 2, label: {zh: 金额}}
      - {name: paid, type: boolean}
  - name: training
    time_field: held_on
    fields:
      - {name: customer, type: reference, to: customer, reverse: trainings}
      - {name: held_on, type: date}
      - {name: attended, type: boolean}
"""
CUSTOMER = {
    "name": "Acme", "region": "West", "score": "3.5", "tags": ["new"], "signed_on": "2025-11-15",
    "last_call": "2026-01-05T02:00:00Z",
}  # fmt: skip
EVENTS: list[dict[str, Any]] = [
    {"at": "2026-01-01T00:00:00Z", "entity": "customer", "id": "c1", "values": CUSTOMER},
    {"at": "2026-01-02T00:00:00Z", "entity": "order", "id": "o1",
     "values": {"customer": "c1", "ordered_at": "2026-01-02T00:00:00Z", "amount": "120.50", "paid": True}},
    {"at": "2026-01-03T00:00:00Z", "entity": "order", "id": "o2",
     "values": {"customer": "c1", "ordered_at": "2026-01-03T00:00:00Z", "amount": "80", "paid": False}},
    {"at": "2026-01-04T00:00:00Z", "entity": "training", "id": "t1",
     "values": {"customer": "c1", "held_on": "2026-01-04", "attended": False}},
    {"at": "2026-01-06T00:00:00Z", "entity": "training", "id": "t2",
     "values": {"customer": "c1", "held_on": "2026-01-06", "attended": True}},
]  # fmt: skip
CASES: list[tuple[str, list[str], str | None]] = [
    ("score > 5 and region = \"East\"", ["set score to 5.1", "set region to East"], None),
    ("score between 4 and 6", ["set score to 4"], None),
    ("region not in (\"West\")", ["set region to East"], None),
    ("tags contains \"vip\"", ["add vip to tags"], None),
    ("tags has all of (\"vip\", \"new\", \"risk\")", ["add vip, risk to tags"], None),
    ("not tags has any of (\"vip\", \"new\")", ["take new out of tags"], None),
    ("last_call older than 30 days", ["set last_call to 2025-12-21 08:00"], "2026-02-04T02:00:00Z"),
    ("last_call in the last 3 days", ["set last_call to 2026-01-17 08:01"], None),
    ("not last_call in the last 20 days", ["set last_call to 2025-12-31 08:00"], "2026-01-25T02:00:00Z"),
    ("signed_on older than 3 months", ["set signed_on to 2025-10-20"], "2026-02-14T16:00:00Z"),
    ("signed_on in the previous month", ["set signed_on to 2025-12-01"], None),
    ("no orders in the last 30 days", ["2 fewer of: orders in the last 30 days"], "2026-02-02T00:00:00Z"),
    ("count(orders where paid = no) = 0", ["1 fewer of: orders for which paid is no"], None),
    ("sum(orders.amount in the last 30 days) >= 500",
     ["299.5 more, so that the total amount of orders in the last 30 days is 500"], None),
    ("sum(orders.amount in the last 30 days) < 100",
     ["100.51 less, so that the total amount of orders in the last 30 days is 99.99"], "2026-02-01T00:00:00Z"),
    ("the last 2 trainings all attended = yes", ["make it so that attended is yes: t1"], None),
    ("2 between score and 9", ["make it so that 2 is between score and 9"], None),
    ("4 between 5 and 9", ["make it so that 4 is between 5 and 9"], None),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("least")
    (made / "schema.yaml").write_text(SCHEMA, encoding="utf-8")
    rules = [f'rule "{at}" on customer when {text} then warn "x"' for at, (text, _, _) in enumerate(CASES)]
    (made / "rules.txt").write_text("\n".join(rules), encoding="utf-8")
    lines = [json.dumps({"op": "create", **event}) for event in EVENTS]
    (made / "events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return made


@pytest.mark.parametrize("number", range(len(CASES)), ids=[text for text, _, _ in CASES])
def test_the_least_change(number: int, folder: Path) -> None:
    _, steps, at = CASES[number]
    given = {"schema": "schema.yaml", "rules": "rules.txt", "events": "events.jsonl"}
    words = [word for name, file in given.items() for word in (f"--{name}", str(folder / file))]
    words += ["--rule", str(number), "--record", "customer/c1", "--at", "2026-01-20T00:00:00Z", "--format", "json"]
    answer = CliRunner().invoke(command, ["explain", *words, "--language", "en"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert [step["sentence"]["en"] for step in told["change"]] == steps
    assert told["becomes_true"] == at
