"""Rules through HTTP: drafted, previewed, published, fired by a write and by time, explained, paused."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.runtime.commands import demo
from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client

COUPON = (
    'rule "Win back" on customer when at least 2 orders and no orders in the last 30 days '
    'then create coupon (customer = this, code = "BACK-{name}") notify owner "{name} has gone quiet"'
)
EAGER = 'rule "Big customer" on customer when credit > 1000 then create coupon (customer = this, code = "BIG")'


def publish(client: Client, text: str, language: str = "en", **how: Any) -> dict[str, Any]:
    drawn = client.post("/rules", {"content": {"text": text, "language": language}})
    assert drawn.status_code == 201, drawn.get_json()
    published = client.post(f"/rules/{drawn.get_json()['id']}/publish", how)
    assert published.status_code == 200, published.get_json()
    found: dict[str, Any] = published.get_json()
    return found


@pytest.fixture
def clock(workspace: Workspace) -> Workspace:
    workspace.set(demo=True)
    return workspace


def test_a_rule_names_itself_and_is_shown_in_both_languages(model: Client) -> None:
    rule = publish(model, EAGER)
    assert (rule["name"], rule["entity"], rule["status"], rule["published_version"]) == (
        "Big customer", "customer", "published", 1,
    )  # fmt: skip
    assert rule["content"]["formatted"]["zh"].startswith('规则 "Big customer" 针对 客户')
    assert "1000" in rule["content"]["sentence"]["zh"]
    assert rule["content"]["tree"]["node"] == "Rule"


def test_the_answer_of_a_write_carries_its_firing_with_reason_and_effect(model: Client) -> None:
    publish(model, EAGER)
    assert model.create("customer", name="Small", credit="10")["firings"] == []
    written = model.create("customer", name="Big", credit="1000.01")
    (firing,) = written["firings"]
    assert (firing["rule"]["name"], firing["edge"], firing["record"]["title"]) == ("Big customer", "on", "Big")
    assert firing["reason"]["holds"] is True
    assert firing["reason"]["value"] == "1000.01"
    (effect,) = firing["effects"]
    assert (effect["kind"], effect["status"], effect["record"]["title"]) == ("create", "done", "BIG")
    assert effect["summary"] == {"en": "Created Coupon", "zh": "新建优惠券"}
    coupon = model.get(f"/records/coupon/{effect['record']['id']}").get_json()
    assert coupon["values"]["customer"] == written["record"]["id"]
    listed = model.get("/firings").get_json()["items"]
    assert listed == written["firings"]


def test_time_alone_fires_at_the_due_instant(model: Client, clock: Workspace) -> None:
    publish(model, COUPON)
    me = model.me["user"]["id"]
    customer = model.create("customer", name="Lee", owner=me)["record"]["id"]
    now = model.get("/session").get_json()["workspace"]["now"]
    for _ in range(2):
        assert model.create("order", customer=customer, ordered_at=now, amount="5")["firings"] == []
    early = model.post("/demo/clock/advance", {"days": 29}).get_json()
    assert early["firings"] == []
    late = model.post("/demo/clock/advance", {"days": 1}).get_json()
    (firing,) = late["firings"]
    from datetime import datetime, timedelta

    assert datetime.fromisoformat(firing["at"]) == datetime.fromisoformat(now) + timedelta(days=30)
    assert [effect["kind"] for effect in firing["effects"]] == ["create", "notify"]
    parts = firing["reason"]["parts"]
    assert [(part["holds"], part["value"]) for part in parts] == [(True, "2"), (True, "0")]
    notices = model.get("/notifications").get_json()
    assert (notices["unread"], notices["items"][0]["text"]) == (1, "Lee has gone quiet")
    assert notices["items"][0]["record"] == {"entity": "customer", "id": customer, "title": "Lee"}
    assert model.post("/notifications/read", {}).status_code == 204
    assert model.get("/notifications").get_json()["unread"] == 0


def test_time_moves_in_demos_only(model: Client) -> None:
    refused = model.post("/demo/clock/advance", {"days": 1})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not-a-demo")


def test_what_matches_when_a_rule_is_published_fires_only_when_asked(model: Client) -> None:
    model.create("customer", name="Old", credit="5000")
    publish(model, EAGER)
    assert model.count("coupon") == 0
    publish(model, EAGER.replace("Big customer", "Again"), also_existing=True)
    assert model.count("coupon") == 1


def test_a_block_refuses_the_write_with_its_words(model: Client) -> None:
    publish(
        model, 'rule "No west" on customer when region = "West" and credit is empty then block "West needs a credit"'
    )
    refused = model.post("/records/customer", {"values": {"name": "A", "region": "West"}})
    assert refused.status_code == 422
    assert "West needs a credit" in refused.get_json()["detail"]
    assert model.count("customer") == 0
    assert model.create("customer", name="A", region="West", credit="1")["record"]


def test_a_broken_rule_is_a_draft_but_cannot_be_published(model: Client) -> None:
    drawn = model.post("/rules", {"name": "Broken", "content": {"text": "rule on", "language": "en"}})
    assert drawn.status_code == 201
    refused = model.post(f"/rules/{drawn.get_json()['id']}/publish", {})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["message"]
    text = 'rule "x" on customer when regoin = "East" then set notes = "x"'
    typo = model.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    error = model.post(f"/rules/{typo['id']}/publish", {}).get_json()["errors"][0]
    assert text[error["start"] : error["end"]] == "regoin"
    assert error["fix"]["replacement"] == "region"


def test_paused_and_deleted_rules_do_nothing(model: Client) -> None:
    rule = publish(model, EAGER)
    assert model.post(f"/rules/{rule['id']}/pause").get_json()["status"] == "paused"
    assert model.create("customer", name="A", credit="2000")["firings"] == []
    assert model.post(f"/rules/{rule['id']}/resume").get_json()["status"] == "published"
    assert len(model.create("customer", name="B", credit="2000")["firings"]) == 1
    assert model.ask("DELETE", f"/rules/{rule['id']}").status_code == 204
    assert model.create("customer", name="C", credit="2000")["firings"] == []


def test_versions_are_kept_and_restored(model: Client) -> None:
    rule = publish(model, EAGER)
    path = f"/rules/{rule['id']}"
    content = {"text": EAGER.replace("1000", "9000"), "language": "en"}
    stale = model.ask("PUT", path, json={"content": content}, headers={"If-Match": '"999"'})
    assert stale.status_code == 412
    changed = model.ask("PUT", path, json={"content": content}, headers={"If-Match": f'"{rule["version"]}"'})
    assert changed.status_code == 200
    assert changed.get_json()["content"]["text"] == EAGER
    assert changed.get_json()["draft"]["text"] == content["text"]
    assert model.post(f"{path}/publish", {}).get_json()["published_version"] == 2
    assert model.create("customer", name="A", credit="2000")["firings"] == []
    assert model.post(f"{path}/restore", {"version": 1}).get_json()["published_version"] == 3
    assert len(model.create("customer", name="B", credit="2000")["firings"]) == 1
    assert [each["version"] for each in model.get(f"{path}/versions").get_json()["items"]] == [3, 2, 1]


def test_a_preview_counts_who_matches_now(model: Client) -> None:
    for credit in ("1", "2000", "3000"):
        model.create("customer", name=f"C{credit}", credit=credit)
    preview = model.post("/rules/preview", {"text": EAGER, "language": "en"}).get_json()
    assert (preview["matching"], preview["total"]) == (2, 3)
    assert [each["title"] for each in preview["sample"]] == ["C2000", "C3000"]


def test_how_changes_find_a_rule(model: Client) -> None:
    finding = model.post("/rules/finding", {"text": EAGER, "language": "en"}).get_json()
    assert finding["rest"] is None
    assert (finding["keys"]["en"], finding["shared"], finding["timed"]) == ("credit is more than 1000", 0, False)
    assert [each["fields"][0]["en"] for each in finding["listens"]] == ["credit"]
    assert model.post("/rules/finding", {"text": "rule", "language": "en"}).status_code == 422


def test_why_and_why_not(model: Client) -> None:
    record = model.create("customer", name="A", credit="5", region="East")["record"]["id"]
    asked = {"text": 'credit > 10 and region = "East"', "language": "en", "entity": "customer", "record": record}
    reason = model.post("/rules/explain", asked).get_json()
    assert reason["holds"] is False
    assert [(part["holds"], part["value"]) for part in reason["parts"]] == [(False, "5.00"), (True, "East")]


def test_the_editor_reads_completes_and_counts_in_utf16(model: Client) -> None:
    asked = {"text": '# 😀\nregoin = "East"', "language": "en", "entity": "customer", "part": "condition"}
    parsed = model.post("/language/parse", asked).get_json()
    (error,) = parsed["diagnostics"]
    assert (error["from"], error["to"], error["fix"]["replacement"]) == (5, 11, "region")
    good = model.post("/language/parse", {**asked, "text": 'region = "East"'}).get_json()
    assert good["diagnostics"] == []
    assert good["formatted"]["zh"]
    assert good["jsonlogic"]
    words = model.post("/language/complete", {**asked, "text": "owner.na", "position": 8}).get_json()
    assert words["from"] == 6
    assert words["items"][0]["label"].lower() == "name"
    vocabulary = model.get("/language/vocabulary?entity=customer&language=en").get_json()
    assert "when" in vocabulary["keywords"]
    assert {"Region", "region"} & {each["label"] for each in vocabulary["fields"]}


def test_rules_are_drawn_by_those_who_may(member: Client, model: Client) -> None:
    refused = member.post("/rules", {"content": {"text": EAGER, "language": "en"}})
    assert refused.status_code == 403
    assert model.get("/rules").get_json()["items"] == []


def test_renaming_a_field_rewrites_the_texts_and_removing_it_is_refused(model: Client) -> None:
    rule = publish(model, EAGER)
    drawing = model.get("/entities/customer/draft")
    content = drawing.get_json()["draft"]
    for field in content["fields"]:
        if field["name"] == "credit":
            field["name"] = "limit"
    body = {key: value for key, value in content.items() if key != "id"}
    changed = model.ask("PUT", "/entities/customer", json=body, headers={"If-Match": drawing.headers["ETag"]})
    assert changed.status_code == 200, changed.get_json()
    assert model.post("/entities/customer/publish").status_code == 200
    assert "limit > 1000" in model.get(f"/rules/{rule['id']}").get_json()["content"]["text"]
    assert len(model.create("customer", name="A", credit="2000")["firings"]) == 1
    drawing = model.get("/entities/customer/draft")
    body["fields"] = [field for field in body["fields"] if field["name"] != "limit"]
    model.ask("PUT", "/entities/customer", json=body, headers={"If-Match": drawing.headers["ETag"]})
    refused = model.post("/entities/customer/publish")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "field-in-use")
    assert "Big customer" in refused.get_json()["detail"]


def test_nothing_fires_twice_when_nothing_is_due(workspace: Workspace, model: Client) -> None:
    workspace.set(demo=True)
    publish(model, EAGER)
    model.create("customer", name="A", credit="2000")
    from ruleloom.access import WORKSPACE

    assert demo.advance(workspace, WORKSPACE, 30).firings == []
    assert model.count("coupon") == 1


def test_a_record_that_a_rule_deletes_as_soon_as_it_is_made_is_shown_as_it_was_made(model: Client) -> None:
    drawn = model.post(
        "/rules", {"content": {"language": "en", "text": 'rule "No" on customer when credit < 0 then delete this'}}
    )
    assert model.post(f"/rules/{drawn.get_json()['id']}/publish", {}).status_code == 200
    answer = model.create("customer", name="A", credit="-1")
    assert [each["edge"] for each in answer["firings"]] == ["on"]
    gone = model.get(f"/records/customer/{answer['record']['id']}")
    assert gone.status_code == 404


def test_before_a_rule_goes_it_is_told_what_goes_with_it(model: Client, member: Client) -> None:
    texts = (
        'rule "First" on customer when credit > 10 then set region = "East" wait 3 days set active = no',
        'rule "Then" on customer when region = "East" then notify owner "x"',
        'rule "Apart" on customer when since is not empty then notify owner "x"',
    )
    first, then, _ = (_in_force(model, text) for text in texts)
    model.create("customer", name="A", credit="11")
    found = model.get(f"/rules/{first}/uses").get_json()
    assert (found["waiting_runs"], found["queued"], found["held"]) == (1, 0, 0)
    (answering,) = found["answering"]
    assert (answering["id"], answering["name"], answering["way"]) == (then, "Then", "updated")
    assert answering["field"]["en"] == "region"
    assert answering["entity"]["zh"] == "客户"
    assert member.get(f"/rules/{first}/uses").status_code == 403
    assert model.ask("DELETE", f"/rules/{first}").status_code == 204
    assert len(model.get("/runs").get_json()["items"]) == 1, "a run under way goes on"


def _in_force(client: Client, text: str) -> str:
    made = client.post("/rules", {"content": {"text": text, "language": "en"}})
    assert client.post(f"/rules/{made.get_json()['id']}/publish", {}).status_code == 200
    return str(made.get_json()["id"])
