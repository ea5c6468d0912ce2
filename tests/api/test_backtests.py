"""A rule tried on the past through the API: who, when, why, how many messages; two versions; business times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ruleloom.dsl.calendar import instant
from ruleloom.runtime.backtest import service
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
RULE = """rule "Silent" on customer
when no orders in the last {days} days
then create coupon (customer = this, code = "BACK") notify owner "{{name}} is silent"
"""


class Sales:
    """A workspace whose clock stands where the test puts it."""

    def __init__(self, workspace: Workspace, client: Client) -> None:
        self.workspace = workspace
        self.client = client
        self.at = instant(BEGIN)
        workspace.clock = Clock(source=lambda: self.at)

    def to(self, day: int) -> None:
        """Noon so many days after the beginning."""
        self.at = instant(BEGIN + timedelta(days=day, hours=3))

    def order(self, customer: str, day: int) -> None:
        """An order of a day, entered now."""
        at = (BEGIN + timedelta(days=day)).isoformat()
        self.client.create("order", customer=customer, ordered_at=at, amount="1")

    def rule(self, days: int) -> str:
        """A draft."""
        content = {"text": RULE.format(days=days), "language": "en"}
        answer = self.client.post("/rules", {"content": content})
        assert answer.status_code == 201, answer.get_json()
        return str(answer.get_json()["id"])

    def play(self, rule: str, **asked: Any) -> Any:
        """A backtest that is done."""
        answer = self.client.post(f"/rules/{rule}/backtests", asked)
        assert answer.status_code == 201, answer.get_json()
        assert answer.get_json()["status"] == "done", answer.get_json()
        return answer.get_json()

    def hits(self, run: Any, **query: Any) -> Any:
        """All hits of a run."""
        return self.client.get(f"/backtests/{run['id']}/hits", query_string=query).get_json()["items"]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """On SQLite: `tests/properties/test_backtest_is_production.py` compares both databases."""
    opened = open_workspace(f"sqlite:///{tmp_path / 'sales.db'}", folder=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sales(workspace: Workspace, model: Client) -> Sales:
    return Sales(workspace, model)


def test_who_when_and_why(sales: Sales) -> None:
    me = sales.client.me["user"]["id"]
    acme = sales.client.create("customer", name="Acme", owner=me)["record"]["id"]
    sales.order(acme, 0)
    sales.to(5)
    sales.order(acme, 5)
    sales.to(60)
    rule = sales.rule(30)
    run = sales.play(rule, last_days=58)
    side = run["result"]["sides"][0]
    assert (side["hits"], side["records"], side["matching_at_start"]) == (1, 1, 0)
    assert side["days"] == [{"day": "2026-02-05", "hits": 1}]
    assert side["peak"] == {"day": "2026-02-05", "hits": 1}
    assert {"user": me, "title": sales.client.me["user"]["name"], "messages": 1, "tasks": 0} in side["people"]
    assert {"kind": "create", "entity": "coupon", "count": 1} in side["effects"]
    assert run["result"]["known_since"].startswith("20")
    (hit,) = sales.hits(run)
    assert hit["title"] == "Acme"
    assert hit["a"]["at"] == "2026-02-05T09:00:00Z"
    assert hit["a"]["edge"] == "on"
    assert "30" in hit["a"]["reason"]["sentence"]["en"]
    assert sales.client.count("coupon") == 0
    assert sales.client.get("/firings").get_json()["items"] == []


def test_two_versions_side_by_side(sales: Sales) -> None:
    for name, last in (("Acme", 0), ("Beta", 25)):
        customer = sales.client.create("customer", name=name)["record"]["id"]
        sales.order(customer, 0)
        if last:
            sales.to(last)
            sales.order(customer, last)
            sales.to(0)
    sales.to(45)
    rule = sales.rule(30)
    assert sales.client.post(f"/rules/{rule}/publish", {}).status_code == 200
    now = sales.client.get(f"/rules/{rule}").get_json()
    changed = {"content": {"text": RULE.format(days=15), "language": "en"}}
    sales.client.ask("PUT", f"/rules/{rule}", json=changed, headers={"If-Match": f'"{now["version"]}"'})
    run = sales.play(rule, last_days=44, compare=1)
    assert run["versions"] == [None, 1]
    assert [side["hits"] for side in run["result"]["sides"]] == [3, 1]
    assert run["result"]["comparison"] == {"both": 0, "a": 2, "b": 0, "shifted": 1}
    (shifted,) = sales.hits(run, group="shifted")
    assert shifted["title"] == "Acme"
    assert shifted["a"]["at"] < shifted["b"]["at"]


def test_records_that_were_entered_late_come_in_at_their_business_time(sales: Sales) -> None:
    sales.to(90)
    acme = sales.client.create("customer", name="Acme")["record"]["id"]
    for day in (0, 10, 60):
        sales.order(acme, day)
    sales.to(91)
    rule = sales.rule(30)
    recorded = sales.play(rule, last_days=90)
    assert recorded["result"]["late"] == 3
    assert recorded["result"]["sides"][0]["hits"] == 1  # the customer came in before its orders
    business = sales.play(rule, last_days=90, history="business")
    assert [hit["a"]["at"] for hit in sales.hits(business)] == ["2026-02-10T09:00:00Z", "2026-04-01T09:00:00Z"]


def test_what_the_rule_itself_wrote_is_taken_out_and_done_anew(sales: Sales) -> None:
    rule = sales.client.post(
        "/rules",
        {
            "content": {
                "text": 'rule "One" on customer when credit > 10 and no coupons then create coupon (customer = this)',
                "language": "en",
            }
        },
    ).get_json()["id"]
    assert sales.client.post(f"/rules/{rule}/publish", {}).status_code == 200
    start = (BEGIN + timedelta(hours=1)).isoformat()
    sales.to(1)
    acme = sales.client.create("customer", name="Acme", credit="20")["record"]
    assert sales.client.count("coupon") == 1
    coupon = sales.client.post("/records/coupon/query", {}).get_json()["items"][0]
    sales.to(2)
    assert sales.client.patch(f"/records/coupon/{coupon['id']}", {"values": {"code": "X"}}, 1).status_code == 200
    sales.to(3)
    run = sales.play(rule, **{"from": start})
    assert (run["result"]["sides"][0]["hits"], run["result"]["sides"][0]["left_out"]) == (1, 1)
    (hit,) = sales.hits(run, record=acme["id"])
    assert hit["a"]["at"].startswith("2026-01-02T12:00")


def test_a_long_one_waits_for_a_worker_and_can_be_stopped(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", -1)
    sales.client.create("customer", name="Acme")
    sales.to(60)
    rule = sales.rule(30)
    answer = sales.client.post(f"/rules/{rule}/backtests", {}).get_json()
    assert answer["status"] == "waiting"
    service.carry_on(sales.workspace, int(answer["id"]))
    assert sales.client.get(f"/backtests/{answer['id']}").get_json()["status"] == "done"
    second = sales.client.post(f"/rules/{rule}/backtests", {}).get_json()
    assert sales.client.post(f"/backtests/{second['id']}/stop").get_json()["status"] == "stopped"
    service.carry_on(sales.workspace, int(second["id"]))
    assert sales.client.get(f"/backtests/{second['id']}").get_json()["status"] == "stopped"
    assert len(sales.client.get(f"/rules/{rule}/backtests").get_json()["items"]) == 2


def test_ticks_of_a_schedule_count_as_work(sales: Sales) -> None:
    """Two records and hardly a change, but ten thousand looks at them: nobody waits for that at the request."""
    sales.client.create("customer", name="Acme")
    sales.to(300)
    hourly = {"text": 'rule "Often" on customer every 1 hours when credit > 5 then warn "x"', "language": "en"}
    rule = sales.client.post("/rules", {"content": hourly}).get_json()["id"]
    assert sales.play(rule, last_days=200)["result"]["sides"][0]["hits"] == 0
    sales.client.create("customer", name="Berta")
    assert sales.client.post(f"/rules/{rule}/backtests", {"last_days": 300}).get_json()["status"] == "waiting"


def test_what_cannot_be_played_is_refused(sales: Sales, member: Client) -> None:
    rule = sales.rule(30)
    ends = {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    assert sales.client.post(f"/rules/{rule}/backtests", ends).status_code == 422
    assert sales.client.post(f"/rules/{rule}/backtests", {"compare": 7}).status_code == 404
    assert sales.client.get("/backtests/12").status_code == 404
    run = sales.play(rule)
    assert member.get(f"/backtests/{run['id']}").status_code == 403
    assert member.post(f"/rules/{rule}/backtests", {}).status_code == 403


def test_a_write_that_the_rule_would_block_is_told_and_stands(sales: Sales) -> None:
    sales.client.create("customer", name="Acme")
    sales.to(1)
    customer = sales.client.post("/records/customer/query", {}).get_json()["items"][0]
    sales.client.patch(f"/records/customer/{customer['id']}", {"values": {"credit": "50"}}, 1)
    sales.to(2)
    text = 'rule "No credit" on customer when credit rises or credit changes to 50 then block "Too much"'
    rule = sales.client.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()["id"]
    run = sales.play(rule, last_days=2)
    (hit,) = sales.hits(run)
    assert (hit["a"]["edge"], hit["a"]["effects"]) == ("blocked", [{"kind": "block", "text": "Too much"}])
    assert run["result"]["sides"][0]["blocked"] == 1
