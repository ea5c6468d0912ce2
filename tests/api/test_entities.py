"""Entities drawn over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client

FIELDS = [{"name": "score", "type": "number"}]


def test_no_two_entities_have_one_name_not_even_with_a_built_in_one(manager: Client) -> None:
    refused = manager.post("/entities", {"name": "team", "fields": FIELDS})
    assert refused.status_code == 422
    assert [each["code"] for each in refused.get_json()["errors"]] == ["entity-twice"]
    assert manager.post("/entities", {"name": "squad", "fields": FIELDS}).status_code == 201
    again = manager.post("/entities", {"name": "squad", "fields": FIELDS})
    assert [each["code"] for each in again.get_json()["errors"]] == ["entity-twice"]
    assert [each["key"] for each in manager.get("/entities").get_json()["items"]].count("team") == 1


def test_before_a_field_goes_everything_that_names_it_is_listed_with_its_places(model: Client) -> None:
    """The text of rules is searched by meaning: what merely looks alike does not count, whatever its language."""
    rule = 'rule "Big" on order\nwhen amount > 5 and customer.credit > 10\nthen notify customer.owner "much"'
    other = 'rule "Named alike" on customer\nwhen name = "credit"\nthen notify owner "the credit"'
    for text in (rule, other):
        made = model.post("/rules", {"content": {"text": text, "language": "en"}})
        assert made.status_code == 201, made.get_json()
        assert model.post(f"/rules/{made.get_json()['id']}/publish", {}).status_code == 200
    content: dict[str, Any] = {
        "columns": [{"field": "name"}, {"field": "credit"}],
        "filter": {"text": "credit > 3", "language": "en"},
    }
    view = {"entity": "customer", "name": "Rich", "content": content}
    assert model.post("/views", view).status_code == 201
    found = model.get("/entities/customer/fields/credit/uses").get_json()["items"]
    shown = {(each["kind"], each["name"], each["draft"]): each["places"] for each in found}
    assert shown == {
        ("rule", "Big", False): [{"part": "text", "words": "when amount > 5 and customer.credit > 10"}],
        ("view", "Rich", True): [{"part": "columns", "words": None}, {"part": "filter", "words": "credit > 3"}],
    }
    titled = model.get("/entities/customer/fields/name/uses").get_json()["items"]
    assert [place["part"] for place in titled[0]["places"]] == ["title_field"]
    assert "Named alike" in {each["name"] for each in titled}
    assert model.get("/entities/customer/fields/phone/uses").status_code == 404


def test_only_who_may_draw_asks_what_names_a_field(model: Client, member: Client) -> None:
    assert model.get("/entities/order/fields/amount/uses").get_json()["items"] == []
    assert member.get("/entities/order/fields/amount/uses").status_code == 403
