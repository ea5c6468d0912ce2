"""`ruleloom backtest`: files and rules of the workspace, two beside each other, both languages, errors in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ruleloom.access import WORKSPACE
from ruleloom.cli import main
from ruleloom.dsl.calendar import instant
from ruleloom.engine.intents import CreateRecord
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from tests.imports.workspaces import SHOP, opened

BEGIN = datetime.now(UTC) - timedelta(days=40)
RULE = 'rule "Silent" on customer\nwhen no invoices in the last {days} days\nthen notify owner "{{name}} is silent"'
OWNED: list[Any] = [
    {**each, "fields": [*each["fields"], {"name": "owner", "type": "user"}]} if each["name"] == "customer" else each
    for each in SHOP
]


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    """Invoices of forty and twenty-five days ago, a customer made before its own; a rule of ten days is published."""
    with opened(migrated_database, OWNED, "Asia/Shanghai", tmp_path) as found:
        time = [instant(BEGIN)]
        found.clock = Clock(source=lambda: time[0])
        ids = {each.name: each.id for each in found.model.entities}
        made: dict[str, int] = {}

        def create(key: str, entity: str, **values: Any) -> None:
            made[key] = found.ids.next()
            found.transact(lambda uow: uow.change(CreateRecord(ids[entity], values, made[key])), WORKSPACE)

        create("ada", "user", name="王经理")
        create("acme", "customer", code="A", name="Acme", owner=made["ada"])
        create("i1", "invoice", number="1", customer=made["acme"], ordered_at=time[0])
        drawn = definitions.create(found, WORKSPACE, "rule", {"text": RULE.format(days=10), "language": "en"})
        time[0] = instant(BEGIN + timedelta(days=1))
        definitions.publish(found, WORKSPACE, "rule", str(drawn.id))
        time[0] = instant(BEGIN + timedelta(days=15))
        settle(found)
        create("i2", "invoice", number="2", customer=made["acme"], ordered_at=time[0])
        create("lone", "customer", code="L", name="长沙", owner=made["ada"])
        create("i3", "invoice", number="3", customer=made["lone"], ordered_at=time[0])
        yield found


def backtest(workspace: Workspace, *words: str) -> Result:
    url = workspace.database.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["backtest", *words, "--database", url])


def test_a_file_a_rule_and_two_beside_each_other(workspace: Workspace, tmp_path: Path) -> None:
    draft = tmp_path / "silent.rule"
    draft.write_text(RULE.format(days=20), encoding="utf-8")
    done = backtest(workspace, str(draft), "--days", "39", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert [(hit["title"], hit["group"]) for hit in found["hits"]] == [("L", "a"), ("A", "a"), ("L", "a")]
    assert [each["messages"] for each in found["result"]["sides"][0]["people"]] == [3]
    assert [each["title"] for each in found["result"]["sides"][0]["people"]] == ["王经理"]
    both = backtest(workspace, "Silent", str(draft), "--days", "39", "--language", "zh")
    assert both.exit_code == 0, both.output
    assert "Silent：2 条记录命中 4 次" in both.output
    assert "Silent：2 条记录命中 3 次" in both.output
    assert "两者都命中 1，仅第一条 1，仅第二条 0，时间不同 2" in both.output
    assert "王经理" in both.output
    named = backtest(workspace, "Silent@1", "--days", "39", "--hits", "1")
    assert "Silent: 4 hits on 2 records" in named.output
    assert "… and 3 more" in named.output


def test_what_cannot_be_played_is_said_in_words(workspace: Workspace, tmp_path: Path) -> None:
    two, wrong, other = tmp_path / "two.rule", tmp_path / "wrong.rule", tmp_path / "other.rule"
    two.write_text("\n\n".join([RULE.format(days=1), RULE.format(days=2).replace("Silent", "S2")]), encoding="utf-8")
    wrong.write_text(RULE.format(days=1).replace("invoices", "invoicse"), encoding="utf-8")
    other.write_text('rule "O" on invoice\nwhen amount > 1\nthen set amount = 2', encoding="utf-8")
    for words, code, said in (
        (["nothing"], 1, "There is no file and no rule “nothing”"),
        (["nothing", "--language", "zh"], 1, "没有名为“nothing”的文件或规则"),
        (["Silent@7"], 1, ""),
        ([str(two)], 2, "holds 2 rules"),
        ([str(wrong)], 2, "invoices"),
        (["Silent", str(other)], 1, "Only rules about the same kind of record"),
        (["Silent", "--from", "2999-01-01T00:00:00Z"], 1, "The period ends before it begins"),
    ):
        done = backtest(workspace, *words)
        assert (done.exit_code, said in done.output) == (code, True), (words, done.output)
        assert "Traceback" not in done.output
