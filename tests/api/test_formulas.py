"""Worked-out fields through HTTP: drawn, refused, shown, filtered by, watched by rules, never written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client

QUOTE: dict[str, Any] = {
    "name": "quote",
    "labels": {"en": "Quote", "zh": "报价单"},
    "fields": [
        {"name": "price", "type": "number", "decimals": 2, "labels": {"zh": "单价"}},
        {"name": "pieces", "type": "number", "labels": {"zh": "件数"}},
        {"name": "customer", "type": "reference", "to": "customer", "reverse": "quotes"},
        {"name": "flag", "type": "text"},
        {"name": "total", "type": "formula", "decimals": 2, "labels": {"zh": "总价"},
         "settings": {"expression": "单价 * 件数", "language": "zh", "result": "number"}},
        {"name": "size", "type": "formula",
         "settings": {"expression": 'if(total > 1000, "large", "small")', "language": "en", "result": "text"}},
        {"name": "until", "type": "formula",
         "settings": {"expression": "customer.since + 1 year", "language": "en", "result": "date"}},
        {"name": "ordered", "type": "formula", "decimals": 2,
         "settings": {"expression": "sum(customer.orders.amount)", "language": "en", "result": "number"}},
    ],
}  # fmt: skip


@pytest.fixture
def quotes(model: Client) -> Client:
    drawn = model.post("/entities", QUOTE)
    assert drawn.status_code == 201, drawn.get_json()
    assert model.post("/entities/quote/publish").status_code == 200
    return model


def test_values_are_shown_and_filtered_by(quotes: Client) -> None:
    customer = quotes.create("customer", name="A", since="2026-01-31")["record"]["id"]
    quotes.create("order", customer=customer, amount="12.50")
    quote = quotes.create("quote", price="250.50", pieces="4", customer=customer)["record"]
    quotes.create("quote", price="1", pieces="4")
    values = quotes.get(f"/records/quote/{quote['id']}").get_json()["values"]
    wanted = {"total": "1002.00", "size": "large", "until": "2027-01-31", "ordered": "12.50"}
    assert {key: values[key] for key in wanted} == wanted
    for text, number in (("total > 1000", 1), ('size = "small"', 1), ("until is empty", 1), ("ordered = 12.5", 1)):
        asked = quotes.post("/records/quote/query", {"filter": {"text": text, "language": "en"}})
        assert asked.status_code == 200, asked.get_json()
        assert len(asked.get_json()["items"]) == number, text
    shown = quotes.post("/records/quote/query", {}).get_json()["items"]
    assert sorted(each["values"]["total"] for each in shown) == ["1002.00", "4.00"]


def test_nobody_writes_them(quotes: Client) -> None:
    refused = quotes.post("/records/quote", {"values": {"price": "1", "total": "3"}})
    assert refused.status_code == 422
    assert {each["field"] for each in refused.get_json()["errors"]} == {"total"}


def test_a_rule_fires_when_what_it_is_made_of_changes(quotes: Client) -> None:
    text = 'rule "Large" on quote when total > 1000 then set flag = "{total}, {size}"'
    drawn = quotes.post("/rules", {"content": {"text": text, "language": "en"}})
    assert drawn.status_code == 201, drawn.get_json()
    published = quotes.post(f"/rules/{drawn.get_json()['id']}/publish", {})
    assert published.status_code == 200, published.get_json()
    quote = quotes.create("quote", price="250", pieces="4")["record"]
    assert quotes.get(f"/records/quote/{quote['id']}").get_json()["values"]["flag"] is None
    changed = quotes.patch(f"/records/quote/{quote['id']}", {"values": {"pieces": "5"}}, quote["version"])
    assert changed.status_code == 200
    assert quotes.get(f"/records/quote/{quote['id']}").get_json()["values"]["flag"] == "1250, large"


def test_a_wrong_expression_is_told_when_it_is_drawn(model: Client) -> None:
    wrong = {"name": "total", "type": "formula", "settings": {"expression": "price * peices"}}
    fields = [*QUOTE["fields"][:4], wrong]
    drawn = model.post("/entities", {**QUOTE, "fields": fields})
    said = drawn if drawn.status_code != 201 else model.post("/entities/quote/publish")
    assert said.status_code == 422
    assert "pieces" in str(said.get_json()["errors"])


def _sorted_by(quotes: Client, field: str, values: str, *, descending: bool = False) -> list[Any]:
    found: list[Any] = []
    cursor = None
    for _ in range(9):
        asked: dict[str, Any] = {"sort": [{"field": field, "descending": descending}], "limit": 2}
        page = quotes.post("/records/quote/query", {**asked, "after": cursor}).get_json()
        found += [each["values"][values] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    return found


def test_lists_are_ordered_grouped_and_added_up_by_them(quotes: Client) -> None:
    customers = [quotes.create("customer", name=name, since=since)["record"]["id"]
                 for name, since in (("A", "2026-01-31"), ("B", "2020-03-01"))]  # fmt: skip
    for price, pieces, customer in (
        ("9", "3", 0),
        ("250.50", "4", 1),
        ("-11", "2", 0),
        (None, "4", 1),
        ("100", "10", 0),
    ):
        quotes.create("quote", price=price, pieces=pieces, customer=customers[customer])
    totals = ["-22.00", "27.00", "1000.00", "1002.00"]
    assert _sorted_by(quotes, "total", "total") == [*totals, None]
    assert _sorted_by(quotes, "total", "total", descending=True) == [*totals[::-1], None]
    assert _sorted_by(quotes, "until", "until")[0] == "2021-03-01"
    assert _sorted_by(quotes, "size", "size") == ["large", "small", "small", "small", "small"]
    asked = {"totals": [{"function": name, "field": "total"} for name in ("count", "sum", "avg", "min", "max")]}
    outline = quotes.post("/records/quote/outline", {**asked, "group": ["size"]}).get_json()
    assert outline["totals"] == ["4", "2007.00", "501.750000", "-22.00", "1002.00"]
    groups = {each["values"][0]: each["count"] for each in outline["groups"]}
    assert groups == {"large": 1, "small": 4}
    by_number = quotes.post("/records/quote/outline", {"group": ["total"]}).get_json()["groups"]
    assert [each["values"][0] for each in by_number] == [*totals, None]
    inside = {"group": [{"field": "total", "value": "1002.00"}]}
    assert [each["size"] for each in _values(quotes, [], inside)] == ["large"]


def _values(quotes: Client, sort: list[Any], more: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    items = quotes.post("/records/quote/query", {"sort": sort, **(more or {})}).get_json()["items"]
    return [each["values"] for each in items]


def _redraw(client: Client, entity: str, change: dict[str, dict[str, Any]]) -> Any:
    """Draws an entity anew with other words for some fields, by name."""
    held = client.get(f"/entities/{entity}/draft")
    drawn = held.get_json()["draft"]
    drawn["fields"] = [{**field, **change.get(field["name"], {})} for field in drawn["fields"]]
    answer = client.ask("PUT", f"/entities/{entity}", json=drawn, headers={"If-Match": held.headers["ETag"]})
    assert answer.status_code == 200, answer.get_json()
    published = client.post(f"/entities/{entity}/publish")
    assert published.status_code == 200, published.get_json()
    return client.get(f"/entities/{entity}").get_json()


def test_their_texts_follow_renames(quotes: Client) -> None:
    text = 'rule "Large" on quote when total > 1000 then set flag = "{size}"'
    rule = quotes.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()["id"]
    assert quotes.post(f"/rules/{rule}/publish", {}).status_code == 200
    sketch = {
        "entity": "quote",
        "name": "S",
        "content": {"columns": [{"field": "total"}], "filter": {"text": "total > 5 and price > 1", "language": "en"}},
    }
    view = quotes.post("/views", sketch).get_json()["id"]
    _redraw(quotes, "customer", {"since": {"name": "client_since"}})
    words = {
        "price": {"name": "unit_price", "labels": {"zh": "定价"}},
        "total": {"name": "whole", "labels": {"zh": "合计额"}},
    }
    fields = {field["key"]: field for field in _redraw(quotes, "quote", words)["fields"]}
    assert fields["total"]["settings"]["expression"] == "定价 * 件数"
    assert fields["size"]["settings"]["expression"] == 'if(whole > 1000, "large", "small")'
    assert fields["until"]["settings"]["expression"] == "customer.client_since + 1 year"
    assert "whole > 1000" in quotes.get(f"/rules/{rule}").get_json()["content"]["text"]
    drafted = quotes.get(f"/views/{view}").get_json()["draft"]["filter"]["text"]
    assert drafted == "whole > 5 and unit_price > 1"
    quotes.create("quote", price="300", pieces="4")
    assert [each["total"] for each in _values(quotes, [])] == ["1200.00"]
