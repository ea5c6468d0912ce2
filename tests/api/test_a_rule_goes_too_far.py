"""A story in sales words, through HTTP: a rule gives coupons to half the market, and everything is put right."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client
from tests.api.test_rules import publish

COUPONS = (
    '规则 "老客户回馈" 针对 客户 当 credit > 100 '
    '则 新建 优惠券 (customer = 本记录, code = "回馈-{名称}") 设置 notes = "已发券"'
)
TOLD = 'rule "Coupon is out" on customer when notes changes to "已发券" then notify owner "{name} got a coupon"'


def firings(client: Client, **which: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/firings", query_string=which).get_json()["items"]
    return found


def test_the_first_run_is_capped_the_rest_is_left_out_and_one_is_undone(model: Client, member: Client) -> None:
    me = model.me["user"]["id"]
    for name in ("甲", "乙", "丙"):
        model.create("customer", name=name, credit="500", owner=me)
    publish(model, TOLD)
    rule = publish(model, COUPONS, "zh", also_existing=True, cap=2)
    path = f"/rules/{rule['id']}"
    assert model.count("coupon") == 2
    (held,) = firings(model, rule=rule["id"], held="true")
    assert (held["record"]["title"], held["skipped"]["why"], held["skipped"]["held"]) == ("丙", "cap", True)
    assert held["skipped"]["words"]["zh"] == "超出首次运行的条数上限"
    assert model.get(f"{path}/safety").get_json()["held"] == 1
    assert member.post(f"{path}/held", {"do": "leave"}).status_code == 403
    left = model.post(f"{path}/held", {"do": "leave"}).get_json()
    assert left == {"performed": 0, "dropped": 1, "remaining": 0}

    first = firings(model, rule=rule["id"], edge="on")[-1]
    customer = first["record"]["id"]
    history = model.get(f"/records/customer/{customer}/history").get_json()["items"]
    (link,) = history[0]["chain"]["links"]
    assert (link["rule"]["name"], history[0]["cause"]) == ("老客户回馈", "firing")
    (answer,) = [each for each in firings(model, record=customer) if each["rule"]["name"] == "Coupon is out"]
    assert (answer["depth"], answer["chain"]["links"][0]["firing"]) == (2, first["id"])

    assert member.post(f"/firings/{first['id']}/undo/preview", {}).status_code == 403
    plan = model.post(f"/firings/{first['id']}/undo/preview", {"chained": True}).get_json()
    assert [(item["verb"], item["record"]["title"], item["state"]) for item in plan["items"]] == [
        ("update", "甲", "free"),
        ("delete", "回馈-甲", "free"),
    ]
    assert plan["items"][0]["fields"][0]["now"] == "已发券"
    assert (plan["notices_unread"], [each["rule"]["name"] for each in plan["further"]]) == (1, ["Coupon is out"])
    asked = {"chained": True, "fingerprint": plan["fingerprint"]}
    done = model.post(f"/firings/{first['id']}/undo", asked).get_json()
    assert (done["left"], model.count("coupon")) == (0, 1)
    assert model.get("/notifications").get_json()["unread"] == 1
    (undone,) = [each for each in firings(model, rule=rule["id"], edge="on") if each["undone"]]
    assert (undone["id"], undone["undone"]["undo"], undone["undone"]["by"]["title"]) == (
        first["id"],
        done["undo"],
        "Max",
    )
    again = model.post(f"/firings/{first['id']}/undo", {})
    assert (again.status_code, again.get_json()["code"]) == (409, "already-undone")
    newest = model.get(f"/records/customer/{customer}/history").get_json()["items"][0]
    assert (newest["cause"], newest["undo"], newest["before"]["notes"]) == ("undo", done["undo"], "已发券")

    assert model.post(f"/undos/{done['undo']}/undo", {}).status_code == 200
    assert (model.count("coupon"), model.get("/notifications").get_json()["unread"]) == (2, 2)


def test_it_stops_by_itself_and_its_author_lets_it_go_on(model: Client, administrator: Client) -> None:
    rule = publish(model, COUPONS, "zh")
    path = f"/rules/{rule['id']}"
    assert model.get(f"{path}/safety").get_json()["default"] == {"most": 100_000, "per": "hour"}
    assert model.ask("PUT", f"{path}/safety", json={"most": 2, "per": "day"}).get_json()["own"] is True
    for number in range(4):
        model.create("customer", name=f"客户{number}", credit="500")
    assert model.count("coupon") == 2
    assert model.get(path).get_json()["status"] == "stopped"
    stood = model.get(f"{path}/safety").get_json()
    assert (stood["stopped"]["most"], stood["stopped"]["per"], stood["held"]) == (2, "day", 2)
    for client in (model, administrator):
        assert "老客户回馈" in client.get("/notifications").get_json()["items"][0]["text"]
    assert model.post(f"{path}/held", {"do": "all"}).get_json()["code"] == "rule-not-in-force"
    assert model.post(f"{path}/go-on").get_json()["status"] == "published"
    assert model.post(f"{path}/held", {"do": "matching"}).get_json() == {"performed": 2, "dropped": 0, "remaining": 0}
    assert model.count("coupon") == 4
    assert [each["edge"] for each in firings(model, rule=rule["id"], held="true")] == []
