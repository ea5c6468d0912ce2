"""Warnings about rules reach the editor and the answer of publishing; they stop nobody."""

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
