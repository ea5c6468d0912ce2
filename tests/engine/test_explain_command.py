"""`ruleloom rule explain`: trees and texts in both languages, what would turn a rule, and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ruleloom.cli.rule import command

SCHEMA = """
timezone: Asia/Shanghai
entities:
  - name: customer
    label: {en: Customer, zh: 客户}
    fields:
      - {name: name, type: text, label: {en: Name, zh: 名称}}
      - {name: region, type: choice, options: [East, {value: West, label: {en: West, zh: 西区}}], label: {zh: 地区}}
      - {name: credit, type: number, decimals: 2, label: {en: Credit, zh: 额度}}
      - {name: owner, type: user, label: {en: Owner, zh: 负责人}}
      - {name: signed, type: boolean, label: {en: Signed, zh: 已签}}
  - name: order
    label: {en: Order, zh: 订单}
    time_field: ordered_at
    fields:
      - {name: code, type: text, label: {zh: 编号}}
      - {name: customer, type: reference, to: customer, reverse: orders, reverse_label: {en: orders, zh: 订单}}
      - {name: ordered_at, type: datetime, label: {en: ordered at, zh: 下单时间}}
  - name: training
    label: {en: Training, zh: 培训}
    time_field: held_on
    fields:
      - {name: customer, type: reference, to: customer, reverse: trainings, reverse_label: {zh: 培训}}
      - {name: held_on, type: date, label: {zh: 日期}}
      - {name: attended, type: boolean, label: {zh: 出席}}
"""
RULES = """
rule "Win back" on customer
when the last 2 trainings all attended = no
 and no orders in the last 30 days
then set region = "East"

rule "Waits" on customer
when region = "West" and signed for 3 days and not (owner.manager.name = "Boss")
then set region = "East"

rule "Two stretches" on customer
when region = "West" for 30 days and credit > 100 for 2 days
then warn "long"

rule "Rises" on customer
when credit rises and region != "West"
then warn "rises"

rule "Gap" on customer
when credit > 150 and credit < 160 and credit != 150.01
then warn "gap"

rule "Impossible" on customer
when credit > 150 and credit < 140
then warn "never"

rule "Weekly" on customer
every friday at 17:00
then warn "friday"
"""
EVENTS: list[dict[str, Any]] = [
    {"at": "2026-01-01T08:00:00Z", "op": "create", "entity": "user", "id": "u0", "values": {"name": "Boss"}},
    {"at": "2026-01-01T08:00:00Z", "op": "create", "entity": "user", "id": "u1",
     "values": {"name": "Li", "manager": "u0"}},
    {"at": "2026-01-01T08:00:00Z", "op": "create", "entity": "customer", "id": "c1",
     "values": {"name": "Acme", "region": "West", "credit": "90", "owner": "u1"}},
    {"at": "2026-01-03T08:00:00Z", "op": "create", "entity": "training", "id": "t1",
     "values": {"customer": "c1", "held_on": "2026-01-03", "attended": False}},
    {"at": "2026-01-18T01:00:00Z", "op": "create", "entity": "order", "id": "o1",
     "values": {"customer": "c1", "code": "A-1044", "ordered_at": "2026-01-18T01:00:00Z"}},
    {"at": "2026-01-20T08:00:00Z", "op": "create", "entity": "training", "id": "t2",
     "values": {"customer": "c1", "held_on": "2026-01-20", "attended": False}},
    {"at": "2026-01-22T08:00:00Z", "op": "update", "entity": "customer", "id": "c1", "values": {"credit": "130"}},
]  # fmt: skip
AT = "2026-01-22T08:00:00Z"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    (tmp_path / "schema.yaml").write_text(SCHEMA, encoding="utf-8")
    (tmp_path / "rules.txt").write_text(RULES, encoding="utf-8")
    lines = "\n".join(json.dumps(event, ensure_ascii=False) for event in EVENTS)
    (tmp_path / "events.jsonl").write_text(lines + "\n", encoding="utf-8")

    def explain(rule: str, at: str = AT, record: str = "customer/c1", *more: str) -> Result:
        files = [f"--{kind}={tmp_path / name}" for kind, name in
                 (("schema", "schema.yaml"), ("rules", "rules.txt"), ("events", "events.jsonl"))]  # fmt: skip
        return CliRunner().invoke(command, ["explain", *files, "--rule", rule, "--record", record, "--at", at, *more])

    return explain


@pytest.fixture
def tree(run: Any) -> Any:
    def explained(rule: str, at: str = AT) -> Any:
        result = run(rule, at, "customer/c1", "--format=json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return explained


def test_the_tree_says_what_was_found_where_and_when_it_turns(tree: Any) -> None:
    found = tree("Win back")
    assert (found["rule"], found["record"], found["at"], found["holds"]) == ("Win back", "customer/c1", AT, False)
    trainings, orders = found["parts"]
    assert [(row["record"], row["holds"], row["values"][0]["value"]) for row in trainings["rows"]] == [
        ("t2", True, "2026-01-20"),
        ("t1", True, "2026-01-03"),
    ]
    assert (orders["holds"], orders["value"], orders["rows"][0]["title"]) == (False, "1", "A-1044")
    assert orders["rows"][0]["values"][0]["from"] == {"entity": "order", "record": "o1", "field": "ordered_at"}
    assert found["reasons"] == [orders["sentence"]]
    assert found["becomes_true"] == orders["next"] == "2026-02-17T01:00:00Z"
    assert found["change"][0]["sentence"]["en"] == "1 fewer of: orders in the last 30 days"


@pytest.mark.parametrize(("at", "holds"), [("2026-02-17T00:59:59.999999Z", False), ("2026-02-17T01:00:00Z", True)])
def test_it_turns_at_that_very_instant(tree: Any, at: str, holds: bool) -> None:
    # once it holds the rule itself has set the region, which the condition does not read
    found = tree("Win back", at)
    assert found["holds"] is holds
    assert found["becomes_true"] == (None if holds else "2026-02-17T01:00:00Z")


def test_the_least_change_names_the_field_and_its_value(tree: Any) -> None:
    found = tree("Waits")
    assert [reason["en"] for reason in found["reasons"]] == ["signed is yes", "owner’s manager’s name is “Boss”"]
    assert found["parts"][2]["parts"][0]["found"][0]["from"] == {"entity": "user", "record": "u0", "field": "name"}
    first, wait, manager = found["change"]
    assert (first["place"], first["value"], first["exact"]) == (
        {"entity": "customer", "record": "c1", "field": "signed"}, True, True,
    )  # fmt: skip
    assert first["sentence"] == {"en": "set Signed to yes", "zh": "把已签改为 是"}
    assert "3 days" in wait["sentence"]["en"]
    assert not manager["exact"]
    assert (found["becomes_true"], found["becomes_false"]) == (None, None)


def test_each_stretch_counts_from_its_own_beginning(tree: Any) -> None:
    west, credit = tree("Two stretches")["parts"]
    assert (west["since"], credit["since"]) == ("2026-01-01T08:00:00Z", AT)
    assert (west["next"], credit["next"]) == ("2026-01-31T08:00:00Z", "2026-01-24T08:00:00Z")
    assert tree("Two stretches")["becomes_true"] == "2026-01-31T08:00:00Z"


def test_a_rule_about_changes_is_explained_by_the_change_of_that_instant(tree: Any) -> None:
    rises, region = tree("Rises")["parts"]
    assert (rises["holds"], region["holds"]) == (True, False)
    assert [found["value"] for found in rises["found"]] == ["130.00", "90.00"]
    assert tree("Rises", "2026-01-22T08:00:01Z")["parts"][0]["holds"] is False
    assert tree("Rises")["becomes_true"] is None


def test_values_are_tried_until_the_whole_turns_and_none_is_invented(tree: Any) -> None:
    assert [(step["value"], step["exact"]) for step in tree("Gap")["change"]] == [("150.02", True)]
    assert tree("Impossible")["change"] is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_is_a_tree_in_either_language(run: Any, language: str) -> None:
    result = run("Win back", AT, "customer/c1", f"--language={language}")
    assert result.exit_code == 0
    expected = {
        "en": """\
no   Win back (customer/c1, 2026-01-22 16:00; all 2 must hold)
├ yes  attended is no in each of the last 2 trainings  t2: 2026-01-20, no; t1: 2026-01-03, no
└ no   there are no orders in the last 30 days  the number of orders in the last 30 days: 1; A-1044: 2026-01-18 09:00;\
 may change 2026-02-17 09:00

Why not: there are no orders in the last 30 days
Smallest change that makes it true: 1 fewer of: orders in the last 30 days
If nothing changes, it becomes true at 2026-02-17 09:00.
""",
        "zh": """\
否  Win back（customer/c1，2026-01-22 16:00，2 项须同时成立）
├ 是  最近 2 次培训每次都满足“出席为否”     t2：2026-01-20、否；t1：2026-01-03、否
└ 否  近 30 天内没有订单                    近 30 天内订单的数量：1；A-1044：2026-01-18 09:00；2026-02-17 09:00 可能改变

未成立的原因：近 30 天内没有订单
使之成立的最小改动：减少 1 个：近 30 天内订单
若无变动，2026-02-17 09:00 成立。
""",
    }
    assert result.stdout == expected[language]
    assert run("Win back", AT, "customer/c1", f"--language={language}").stdout == result.stdout


@pytest.mark.parametrize(
    ("arguments", "en", "zh"),
    [
        (("Nope",), 'there is no rule "Nope"', "没有规则“Nope”"),
        (("Weekly",), "has no condition", "没有条件"),
        (("Win back", AT, "customer/c9"), "no customer/c9 at that time", "当时没有 customer/c9"),
        (("Win back", AT, "order/o1"), "the rule is about customer", "这条规则针对 customer"),
        (("Win back", "2025-12-01T00:00:00Z"), "no customer/c1 at that time", "当时没有 customer/c1"),
        (("Win back", "soon"), "soon is no instant", "soon 不是时间点"),
    ],
)
def test_what_cannot_be_explained_is_said_in_the_readers_language(
    run: Any, arguments: tuple[str, ...], en: str, zh: str
) -> None:
    padded = (*arguments, *("", AT, "customer/c1")[len(arguments) :])
    for language, said in (("en", en), ("zh", zh)):
        result = run(*padded, f"--language={language}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
