"""Entities drawn over HTTP."""

from __future__ import annotations

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
