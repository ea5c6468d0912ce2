"""Warnings about rules reach the editor and the answer of publishing; only rights that are lacking stop somebody."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client


def _parse(model: Client, text: str, **more: Any) -> Any:
    return model.post("/language/parse", {"text": text, "language": "en", **more}).get_json()["diagnostics"]


def test_what_can_never_be_true_is_said_while_writing(model: Client) -> None:
    (found,) = _parse(model, "credit > 5 and credit < 3", entity="customer", part="condition")
    assert (found["code"], found["severity"]) == ("condition-excludes-itself", "warning")
    assert "credit > 5" in found["message"]


def test_publishing_answers_with_warnings_beside_the_rules_in_force(model: Client) -> None:
    published = []
    for name in ("First", "Second"):
        text = f'rule "{name}" on customer when credit > 5 then warn "big"'
        made = model.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
        answer = model.post(f"/rules/{made['id']}/publish", {})
        assert answer.status_code == 200
        published.append(answer.get_json())
    assert published[0]["warnings"] == []
    (warning,) = published[1]["warnings"]
    assert (warning["code"], warning["severity"]) == ("rule-duplicate", "warning")
    assert warning["message"]["zh"].startswith("“Second”与“First”内容相同")
    assert published[1]["status"] == "published"


def test_a_circle_is_told_before_publishing_with_what_to_draw(model: Client) -> None:
    up = 'rule "Up" on customer when region = "East" then set credit = 5'
    drawn = model.post("/rules", {"content": {"text": up, "language": "en"}}).get_json()
    assert model.post(f"/rules/{drawn['id']}/publish", {}).status_code == 200
    text = 'rule "Round" on customer when credit > 1 then set region = "East"'
    parsed = model.post("/language/parse", {"text": text, "language": "en"}).get_json()
    assert [each["code"] for each in parsed["diagnostics"]] == ["rules-in-a-circle"]
    (circle,) = parsed["circles"]
    assert [(each["name"], each["id"] is None) for each in circle["rules"]] == [("Round", True), ("Up", False)]
    assert [(step["field"]["key"], step["way"]) for step in circle["steps"]] == [
        ("region", "updated"),
        ("credit", "updated"),
    ]
    assert circle["steps"][0]["entity"]["words"] == {"en": "Customer", "zh": "客户"}
    apart = model.post("/language/parse", {"text": text.replace("> 1", "> 9"), "language": "en"}).get_json()
    assert (apart["circles"], apart["diagnostics"]) == ([], [])


def test_rights_that_the_publisher_lacks_are_named_before_and_refused_then(
    model: Client, administrator: Client
) -> None:
    text = (
        'rule "Teams" on user when active = no '
        'then set email = empty, name = "gone" create team (name = "x") delete this'
    )
    found = _parse(model, text)
    assert [(each["code"], each["severity"]) for each in found] == [("rule-takes-right", "warning")] * 3
    assert [text[each["from"] : each["to"]].split(" (", maxsplit=1)[0] for each in found] == [
        "email = empty", "create team", "delete this"
    ]  # fmt: skip
    assert found[1]["message"].startswith("To publish this rule one must be allowed to create “Team”")
    made = model.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    refused = model.post(f"/rules/{made['id']}/publish", {})
    assert (refused.status_code, len(refused.get_json()["errors"])) == (403, 3)
    assert model.get(f"/rules/{made['id']}").get_json()["status"] == "draft"
    assert _parse(administrator, text) == []
    assert administrator.post(f"/rules/{made['id']}/publish", {}).status_code == 200
    assert model.post(f"/rules/{made['id']}/pause", {}).status_code == 200, "stopping takes less than going on"
    assert model.post(f"/rules/{made['id']}/resume", {}).status_code == 403
    assert administrator.post(f"/rules/{made['id']}/resume", {}).status_code == 200


def test_calls_of_what_there_is_not_are_told_while_writing(model: Client, administrator: Client) -> None:
    def told(operation: str) -> Any:
        text = f'rule "Call" on customer when credit > 5 then call "{operation}" (FName = name)'
        found = _parse(model, text)
        assert all(text[each["from"] : each["to"]] == operation for each in found)
        return [(each["code"], each["severity"], each.get("fix", {}).get("replacement")) for each in found]

    assert told("ERP.create_customers") == [("call-no-connections-yet", "warning", None)]
    settings = {
        "base_url": "https://erp.example.com",
        "acct_id": "1",
        "user": "a",
        "sign_in": "password",
        "password": "x",
    }
    made = administrator.post("/connections", {"kind": "kingdee_cloud", "name": "ERP", "settings": settings})
    assert made.status_code == 201, made.get_json()
    assert told("EPR.create_customers") == [("call-connection-unknown", "warning", "ERP.create_customers")]
    assert told("ERP.create_customer") == [("call-no-operation", "warning", "ERP.create_customers")]
    assert told("ERP.create_customers") == []
