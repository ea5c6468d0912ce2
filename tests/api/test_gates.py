"""Pipelines and forms at the one door: the same refusal, in the same words, naming all that is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client

STAGES = ["first", "demo", "quote", "contract"]
DEAL = {
    "name": "deal",
    "labels": {"en": "Deal", "zh": "商机"},
    "title_field": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "stage", "type": "choice", "options": [{"value": each} for each in [*STAGES, "lost"]]},
        {"name": "signoff", "type": "text"},
        {"name": "photos", "type": "text"},
        {"name": "discount", "type": "number", "decimals": 2},
        {"name": "reason", "type": "text", "labels": {"en": "Reason", "zh": "理由"}},
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "deals"},
        {"name": "owner", "type": "text", "required": True, "default": "nobody"},
        {"name": "closed", "type": "date"},
    ],
}
PIPELINE = {
    "stage_field": "stage",
    "allow_return": False,
    "stages": [
        {"value": "first"},
        {
            "value": "demo",
            "gates": [
                {
                    "condition": {"text": "signoff is not empty", "language": "en"},
                    "message": {"en": "Upload the signed page", "zh": "请上传签字页"},
                    "fields": ["signoff"],
                },
                {
                    "condition": {"text": "照片 不为空", "language": "zh"},
                    "message": {"en": "Upload a photo", "zh": "请上传照片"},
                    "fields": ["photos"],
                },
            ],
        },
        {
            "value": "quote",
            "gates": [
                {
                    "condition": {"text": "any customer.orders", "language": "en"},
                    "message": {"en": "The customer has not ordered", "zh": "客户没有订单"},
                    "fields": ["customer"],
                }
            ],
        },
        {"value": "contract"},
    ],
}
FORM = {
    "sections": [
        {
            "title": {"en": "Deal", "zh": "商机"},
            "fields": [
                {"field": "name"},
                {
                    "field": "reason",
                    "visible_when": {"text": "discount > 10%", "language": "en"},
                    "required_when": {"text": "discount > 10%", "language": "en"},
                },
            ],
        }
    ]
}


@pytest.fixture
def deals(model: Client) -> Client:
    DEAL["fields"][3]["labels"] = {"en": "Photos", "zh": "照片"}  # type: ignore[index]
    assert model.post("/entities", DEAL).status_code == 201
    assert model.post("/entities/deal/publish").status_code == 200
    for kind, content in (("pipelines", PIPELINE), ("forms", FORM)):
        drawn = model.post(f"/{kind}", {"name": kind, "entity": "deal", "content": content})
        assert drawn.status_code == 201, drawn.get_json()
        published = model.post(f"/{kind}/{drawn.get_json()['id']}/publish", {})
        assert published.status_code == 200, published.get_json()
    return model


def move(client: Client, deal: dict[str, Any], **values: Any) -> Any:
    record = client.get(f"/records/deal/{deal['id']}").get_json()
    return client.patch(f"/records/deal/{deal['id']}", {"values": values}, record["version"])


def test_a_gate_names_everything_that_is_missing(deals: Client) -> None:
    deal = deals.create("deal", name="D", stage="first")["record"]
    assert move(deals, deal, stage="demo").status_code == 200
    refused = move(deals, deal, stage="quote")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "gate-refused")
    assert [(e["field"], e["message"]) for e in refused.get_json()["errors"]] == [
        ("signoff", "Upload the signed page"),
        ("photos", "Upload a photo"),
    ]
    assert deals.get(f"/records/deal/{deal['id']}").get_json()["values"]["stage"] == "demo"
    assert move(deals, deal, stage="quote", signoff="yes", photos="yes").status_code == 200


def test_stages_are_neither_skipped_nor_left_backwards(deals: Client) -> None:
    deal = deals.create("deal", name="D", stage="first", signoff="y", photos="y")["record"]
    skipped = move(deals, deal, stage="quote")
    assert [e["code"] for e in skipped.get_json()["errors"]] == ["stage-skipped"]
    assert move(deals, deal, stage="demo").status_code == 200
    back = move(deals, deal, stage="first")
    assert [e["code"] for e in back.get_json()["errors"]] == ["stage-returned"]
    created = deals.post("/records/deal", {"values": {"name": "E", "stage": "contract"}})
    assert created.get_json()["errors"][0]["code"] == "stage-skipped"


def test_a_gate_may_read_related_records(deals: Client) -> None:
    customer = deals.create("customer", name="A")["record"]["id"]
    deal = deals.create("deal", name="D", stage="first", signoff="y", photos="y", customer=customer)["record"]
    for stage in ("demo", "quote"):
        assert move(deals, deal, stage=stage).status_code == 200
    refused = move(deals, deal, stage="contract")
    assert [e["message"] for e in refused.get_json()["errors"]] == ["The customer has not ordered"]
    deals.create("order", customer=customer, amount="1")
    assert move(deals, deal, stage="contract").status_code == 200


def test_a_form_asks_for_a_field_when_its_condition_holds(deals: Client) -> None:
    deal = deals.create("deal", name="D")["record"]
    refused = move(deals, deal, discount="0.20")
    assert [(e["field"], e["code"]) for e in refused.get_json()["errors"]] == [("reason", "value-missing")]
    assert move(deals, deal, discount="0.20", reason="big order").status_code == 200
    (form,) = deals.get(f"/records/deal/{deal['id']}/forms").get_json()["items"]
    assert form["sections"][0]["fields"][1] == {"field": "reason", "visible": True, "required": True}
    (drawn,) = deals.get("/forms?entity=deal").get_json()["items"]
    assert drawn["content"]["sections"][0]["fields"][1]["required_logic"]


def test_everything_that_is_wrong_with_a_write_is_said_at_once(deals: Client) -> None:
    """Wrong types, required fields, the form's condition, every gate of the move: local or about related records."""
    customer = deals.create("customer", name="A", code="C1")["record"]["id"]
    empty = {"owner": None}
    values = {"discount": "0.20", "stage": "contract", "customer": customer, "nmae": "x", "closed": "soon", **empty}
    wrong = deals.post("/records/deal", {"values": values})
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "gate-refused")
    assert [(e.get("field"), e["code"]) for e in wrong.get_json()["errors"]] == [
        ("nmae", "unknown-field-near"),
        ("closed", "not-a-date"),
        ("owner", "value-missing"),
        ("stage", "stage-skipped"),
        ("signoff", "gate-closed"),
        ("photos", "gate-closed"),
        ("reason", "value-missing"),
        ("customer", "gate-closed"),
    ]
    assert deals.count("deal") == 0
    mended = {"discount": "0.20", "stage": "first", "customer": customer, "owner": "Max", "closed": "2026-01-31"}
    assert [e["field"] for e in deals.post("/records/deal", {"values": mended}).get_json()["errors"]] == ["reason"]
    deal = deals.create("deal", **{**mended, "reason": "big"})["record"]
    refused = move(deals, deal, stage="demo", owner=None, closed="never", reason=None)
    assert [(e["field"], e["code"]) for e in refused.get_json()["errors"]] == [
        ("closed", "not-a-date"), ("owner", "value-missing"), ("reason", "value-missing"),
    ]  # fmt: skip


def test_what_reads_a_value_that_cannot_be_read_is_not_guessed(deals: Client) -> None:
    """A discount of "much" may or may not ask for a reason: only the discount is refused; a taken value is told too."""
    wrong = deals.post("/records/deal", {"values": {"discount": "much", "owner": "Max"}})
    assert [(e["field"], e["code"]) for e in wrong.get_json()["errors"]] == [("discount", "not-a-number")]
    deals.create("customer", name="A", code="C1")
    taken = deals.post("/records/customer", {"values": {"code": "C1", "credit": "x"}})
    assert [(e["field"], e["code"]) for e in taken.get_json()["errors"]] == [
        ("credit", "not-a-number"), ("name", "value-missing"), ("code", "value-taken"),
    ]  # fmt: skip


def test_a_board_shows_stages_with_counts_and_cards(deals: Client) -> None:
    for number in range(3):
        deals.create("deal", name=f"D{number}", stage="first" if number else "demo")
    (pipeline,) = deals.get("/pipelines").get_json()["items"]
    board = deals.get(f"/boards/{pipeline['id']}").get_json()
    assert [(column["value"], column["count"], len(column["items"])) for column in board["columns"]] == [
        ("first", 2, 2), ("demo", 1, 1), ("quote", 0, 0), ("contract", 0, 0),
    ]  # fmt: skip


def test_broken_drawings_stay_drafts(deals: Client) -> None:
    content = {**PIPELINE, "stages": [{"value": "no such stage"}]}
    drawn = deals.post("/pipelines", {"name": "P", "entity": "deal", "content": content}).get_json()
    refused = deals.post(f"/pipelines/{drawn['id']}/publish", {})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "stages[0].value"


def test_views_are_personal_until_they_are_shared(deals: Client, member: Client) -> None:
    view = {"name": "Mine", "entity": "deal", "content": {"columns": [{"field": "name"}]}}
    mine = member.post("/views", view).get_json()
    assert member.post(f"/views/{mine['id']}/publish", {}).status_code == 200
    assert deals.get("/views").get_json()["items"] == []
    assert deals.get(f"/views/{mine['id']}").status_code == 404
    assert member.post("/views", {**view, "shared": True}).status_code == 403
    shared = deals.post("/views", {**view, "name": "Ours", "shared": True}).get_json()
    deals.post(f"/views/{shared['id']}/publish", {})
    assert {each["name"] for each in member.get("/views").get_json()["items"]} == {"Mine", "Ours"}


def test_a_gate_may_ask_who_moves_the_record(model: Client, administrator: Client) -> None:
    """`me` is the acting person: the same move is open to one and refused to another."""
    visit = {
        "name": "visit",
        "fields": [
            {"name": "stage", "type": "choice", "options": [{"value": "open"}, {"value": "done"}]},
            {"name": "keeper", "type": "user"},
        ],
    }
    assert model.post("/entities", visit).status_code == 201
    assert model.post("/entities/visit/publish").status_code == 200
    gate = {
        "condition": {"text": "keeper = me or keeper is empty", "language": "en"},
        "message": {"en": "Only its keeper closes a visit", "zh": "只有负责人可以结束拜访"},
        "fields": ["keeper"],
    }
    stages = [{"value": "open", "gates": [gate]}, {"value": "done"}]
    content = {"stage_field": "stage", "allow_return": True, "stages": stages}
    drawn = model.post("/pipelines", {"name": "visits", "entity": "visit", "content": content})
    assert drawn.status_code == 201, drawn.get_json()
    assert model.post(f"/pipelines/{drawn.get_json()['id']}/publish", {}).status_code == 200
    record = model.create("visit", stage="open", keeper=administrator.me["user"]["id"])["record"]
    path = f"/records/visit/{record['id']}"
    refused = model.patch(path, {"values": {"stage": "done"}}, 1)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "gate-refused")
    assert [each["message"] for each in refused.get_json()["errors"]] == ["Only its keeper closes a visit"]
    assert administrator.patch(path, {"values": {"stage": "done"}}, 1).status_code == 200
