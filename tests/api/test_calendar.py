"""What a browser needs to decide conditions as the server does: the calendar, and the defaults of new records."""

from __future__ import annotations

from flask import Flask

from tests.api.client import Client


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
