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


def _published(client: Client, text: str) -> str:
    made = client.post("/rules", {"content": {"text": text, "language": "en"}})
    assert made.status_code == 201, made.get_json()
    assert client.post(f"/rules/{made.get_json()['id']}/publish", {}).status_code == 200
    return str(made.get_json()["id"])


def _drawn(client: Client, kind: str, content: dict[str, Any]) -> str:
    made = client.post(f"/{kind}", {"entity": "customer", "name": f"Of {kind}", "shared": True, "content": content})
    assert made.status_code == 201, made.get_json()
    done = client.post(f"/{kind}/{made.get_json()['id']}/publish", {})
    assert done.status_code == 200, done.get_json()
    return str(made.get_json()["id"])


def test_another_field_takes_the_place_of_one_that_goes(model: Client, member: Client) -> None:
    state = model.get("/entities/customer/draft")
    content = state.get_json()["draft"]
    more = [{"name": "limit", "type": "number", "decimals": 2}, {"name": "area", "type": "text"}]
    content["fields"] += [*more, {"name": "double", "type": "formula", "settings": {"expression": "credit * 2"}}]
    redrawn = model.ask("PUT", "/entities/customer", json=content, headers={"If-Match": state.headers["ETag"]})
    assert redrawn.status_code == 200, redrawn.get_json()
    assert model.post("/entities/customer/publish", {}).status_code == 200
    rule = _published(model, 'rule "Rich" on customer when credit > 10 then set credit = credit + 1')
    far = _published(
        model, 'rule "Far" on order when customer.credit > 10 then notify customer.owner "{customer.credit}"'
    )
    view = _drawn(
        model,
        "views",
        {
            "columns": [{"field": "name"}, {"field": "credit"}, {"field": "limit"}],
            "filter": {"text": "credit > 3", "language": "en"},
            "sort": [{"field": "credit", "descending": True}],
            "totals": [{"field": "credit", "function": "sum"}],
        },
    )
    form = _drawn(model, "forms", {"sections": [{"fields": [{"field": "credit"}, {"field": "limit"}]}]})
    path = "/entities/customer/fields/credit/replace"
    refused = model.post(path, {"with": "area"})
    assert [each["code"] for each in refused.get_json()["errors"]] == ["replacement-differs"]
    assert model.post(path, {"with": "nothing"}).status_code == 404
    assert member.post(path, {"with": "limit"}).status_code == 403

    told = model.post(f"{path}/preview", {"with": "limit"}).get_json()["items"]
    assert {each["id"]: each["possible"] for each in told if each["kind"] != "formula"} == dict.fromkeys(
        (rule, far, view, form), True
    )
    assert "credit" in model.get(f"/rules/{rule}").get_json()["content"]["text"], "a preview changes nothing"
    assert model.post(path, {"with": "limit"}).get_json()["items"] == told

    assert "limit > 10\nthen set limit = limit + 1" in model.get(f"/rules/{rule}").get_json()["content"]["text"]
    assert model.get(f"/rules/{rule}").get_json()["published_version"] == 2
    assert "customer.limit > 10" in model.get(f"/rules/{far}").get_json()["content"]["text"]
    shown = model.get(f"/views/{view}").get_json()["content"]
    assert [each["field"] for each in shown["columns"]] == ["name", "limit"]
    assert shown["filter"]["text"] == "limit > 3"
    assert (shown["sort"][0]["field"], shown["totals"][0]["field"]) == ("limit", "limit")
    fields = model.get(f"/forms/{form}").get_json()["content"]["sections"][0]["fields"]
    assert [each["field"] for each in fields] == ["limit"]
    (left,) = model.get("/entities/customer/fields/credit/uses").get_json()["items"]
    assert (left["kind"], left["name"]) == ("formula", "double")

    made = model.post("/records/customer", {"values": {"name": "A", "credit": "50", "limit": "1"}}).get_json()
    assert made["firings"] == []
    again = model.post("/records/customer", {"values": {"name": "B", "limit": "11"}}).get_json()
    assert [each["rule"]["name"] for each in again["firings"]] == ["Rich"]


def test_what_cannot_name_the_other_field_says_why_and_stays(model: Client) -> None:
    state = model.get("/entities/customer/draft")
    content = state.get_json()["draft"]
    content["fields"] += [{"name": "land", "type": "choice", "options": [{"value": "East"}]}]
    headers = {"If-Match": state.headers["ETag"]}
    assert model.ask("PUT", "/entities/customer", json=content, headers=headers).status_code == 200
    assert model.post("/entities/customer/publish", {}).status_code == 200
    east = _published(model, 'rule "East" on customer when region = "East" then notify owner "x"')
    west = _published(model, 'rule "West" on customer when region = "West" then notify owner "x"')
    found = model.post("/entities/customer/fields/region/replace", {"with": "land"}).get_json()["items"]
    assert {each["id"]: each["possible"] for each in found} == {east: True, west: False}
    (why,) = next(each["why"] for each in found if each["id"] == west)
    assert "West" in why
    assert 'region = "West"' in model.get(f"/rules/{west}").get_json()["content"]["text"]
    assert 'land = "East"' in model.get(f"/rules/{east}").get_json()["content"]["text"]
