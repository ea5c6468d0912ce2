"""What a browser needs to decide conditions as the server does: the calendar, and the defaults of new records."""

from __future__ import annotations

from flask import Flask

from tests.api.client import Client

CALENDAR = {
    "timezone": "Asia/Shanghai",
    "weekend": ["saturday", "sunday"],
    "country": "CN",
    "holidays": ["2026-12-24"],
    "workdays": ["2026-12-26"],
}


def test_the_calendar_is_told_to_who_is_signed_in(app: Flask, member: Client) -> None:
    told = member.get("/calendar").get_json()
    assert told == {"timezone": "UTC", "weekend": ["saturday", "sunday"], "holidays": [], "workdays": []}
    assert app.test_client().get("/api/v1/calendar").status_code == 401


def test_a_default_is_told_as_records_have_it(manager: Client) -> None:
    options = [{"value": "new", "labels": {"en": "New one"}}]
    fields = [
        {"name": "stage", "type": "choice", "options": options, "default": "New one"},
        {"name": "price", "type": "number", "decimals": 2, "default": 5},
        {"name": "due", "type": "date", "default": "2026/1/31"},
        {"name": "note", "type": "text"},
    ]
    assert manager.post("/entities", {"name": "offer", "fields": fields}).status_code == 201
    assert manager.post("/entities/offer/publish").status_code == 200
    told = {f["key"]: f["default"] for f in manager.get("/entities/offer").get_json()["fields"] if not f["system"]}
    record = manager.create("offer")["record"]["values"]
    assert told == {"stage": "new", "price": record["price"], "due": "2026-01-31", "note": None}
    assert {key: record[key] for key in told} == told


def test_administrators_set_the_calendar_and_rules_obey_it_at_once(
    administrator: Client, manager: Client, member: Client
) -> None:
    for somebody in (manager, member):
        assert somebody.get("/calendar/settings").status_code == 403
        assert somebody.ask("PUT", "/calendar/settings", json=CALENDAR).status_code == 403
    assert administrator.get("/calendar/settings").get_json()["timezone"] == "UTC"
    changed = administrator.ask("PUT", "/calendar/settings", json=CALENDAR)
    assert changed.status_code == 200, changed.get_json()
    assert changed.get_json() == {**CALENDAR, "firings": 0, "queued": 0}
    told = member.get("/calendar").get_json()
    assert told["timezone"] == "Asia/Shanghai"
    assert {"2026-10-01", "2026-12-24"} <= set(told["holidays"])
    assert member.get("/session").get_json()["workspace"]["timezone"] == "Asia/Shanghai"
    wrong = administrator.ask("PUT", "/calendar/settings", json={**CALENDAR, "timezone": "Mars/Base", "country": "XX"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "unknown-timezone")
    assert len(wrong.get_json()["errors"]) == 2
    assert "CN" in member.get("/calendar/countries").get_json()["items"]
    assert "2026-10-01" in member.get("/calendar/countries/cn").get_json()["holidays"]
    assert member.get("/calendar/countries/XX").status_code == 422
