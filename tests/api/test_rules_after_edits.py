"""Rules that write to the very record that a person has just changed."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client


def publish(client: Client, text: str) -> None:
    drawn: Any = client.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    published = client.post(f"/rules/{drawn['id']}/publish", {})
    assert published.status_code == 200, published.get_json()


def test_a_rule_may_set_a_field_of_the_record_that_was_edited(model: Client) -> None:
    publish(model, 'rule "Note" on customer when credit > 10 then set notes = "big" when it ends set notes = "small"')
    record = model.create("customer", name="A", credit="1")["record"]
    path = f"/records/customer/{record['id']}"
    grown = model.patch(path, {"values": {"credit": "11"}}, 1)
    assert grown.status_code == 200, grown.get_json()
    (firing,) = grown.get_json()["firings"]
    assert [(each["kind"], each["status"]) for each in firing["effects"]] == [("change", "done")]
    assert grown.get_json()["record"]["values"]["notes"] == "big"
    version = grown.get_json()["record"]["version"]
    assert grown.headers["ETag"] == f'"{version}"'
    assert model.patch(path, {"values": {"credit": "2"}}, 1).status_code == 412
    shrunk = model.patch(path, {"values": {"credit": "2"}}, version)
    assert shrunk.get_json()["record"]["values"]["notes"] == "small"


def test_a_rule_may_delete_the_record_that_was_edited(model: Client) -> None:
    publish(model, 'rule "Away" on order when amount > 10 then delete this')
    record = model.create("order", amount="1")["record"]
    gone = model.patch(f"/records/order/{record['id']}", {"values": {"amount": "11"}}, 1)
    assert gone.status_code == 200, gone.get_json()
    assert model.get(f"/records/order/{record['id']}").status_code == 404
