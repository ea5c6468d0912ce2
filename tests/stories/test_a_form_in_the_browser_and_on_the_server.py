"""Forms of the shipped app: what the server refuses and accepts is what the form in the browser asks for.

`conformance/shipped_forms.json` keeps what the server said: forms as the API delivers them, values that a person may
enter, and for each which fields show, which are asked for and which were missing. `formAgreement.test.ts` reads it in
the browser's engine. Made anew by this test with `RULELOOM_WRITE=1`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.installer import find_app, install, read_app
from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client
from tests.api.conftest import _cheap_passwords, administrator, app, workspace

__all__ = ["_cheap_passwords", "administrator", "app", "workspace"]
FILE = Path(__file__).parents[1] / "conformance" / "shipped_forms.json"
Values = dict[str, Any]
Case = tuple[str, Values, list[str]]
CASES: list[Case] = [
    ("deal", {}, []),
    ("deal", {"discount": "0.10"}, []),
    ("deal", {"discount": "0.11"}, ["discount_reason"]),
    ("deal", {"discount": "0.11", "discount_reason": ""}, ["discount_reason"]),
    ("deal", {"discount": "0.11", "discount_reason": "a big order"}, []),
    ("deal", {"discount": "-0.5"}, []),
    ("deal", {"discount": "1"}, ["discount_reason"]),
    ("deal", {"delivery": "standard"}, []),
    ("deal", {"delivery": "custom"}, ["custom_scope"]),
    ("deal", {"delivery": "custom", "custom_scope": "two interfaces"}, []),
    ("deal", {"delivery": "custom", "discount": "0.25"}, ["custom_scope", "discount_reason"]),
    ("deal", {"delivery": None, "discount": None}, []),
    ("customer", {}, []),
    ("customer", {"status": "prospect", "grade": "A"}, []),
    ("customer", {"status": "dormant", "partner_since": "2024-02-29"}, []),
    ("customer", {"status": "active"}, []),
    ("customer", {"status": "active", "grade": "C"}, []),
    ("customer", {"status": "active", "grade": "B"}, ["credit_limit"]),
    ("customer", {"status": "active", "grade": "A"}, ["credit_limit"]),
    ("customer", {"status": "active", "grade": "A", "credit_limit": "0"}, []),
    ("customer", {"status": "active", "grade": "A", "credit_limit": "50000.00"}, []),
]
"""Entity, what a person enters beside the name, and what the server must then ask for."""


@pytest.fixture
def shop(workspace: Workspace, administrator: Client) -> Client:
    install(workspace, read_app(find_app("b2b_sales")), WORKSPACE, sample=False)
    return administrator


def test_the_form_in_the_browser_and_the_server_ask_for_the_same(shop: Client) -> None:
    buyer = shop.create("customer", name="Buyer")["record"]["id"]
    told = []
    for entity, entered, wanted in CASES:
        values = {"name": "New", **({"customer": buyer} if entity == "deal" else {}), **entered}
        missing, states = _answered(shop, entity, values)
        assert missing == wanted, (entity, entered)
        assert _missing_in_change(shop, entity, values) == wanted, (entity, entered)
        told.append({"entity": entity, "values": {**values, **_named(values, buyer)}, "missing": missing, **states})
    content = {"forms": {each: _form(shop, each) for each in ("customer", "deal")}, "cases": told}
    assert any("credit_limit" not in case["visible"] for case in told)
    if os.environ.get("RULELOOM_WRITE"):
        FILE.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(FILE.read_text(encoding="utf-8")) == content, "write it anew with RULELOOM_WRITE=1"


def _named(values: Values, buyer: str) -> Values:
    """Ids differ from run to run."""
    return {"customer": "1"} if values.get("customer") == buyer else {}


def _answered(shop: Client, entity: str, values: Values) -> tuple[list[str], dict[str, list[str]]]:
    """What is missing; once it is filled, which fields the server shows and asks for."""
    answer = shop.post(f"/records/{entity}", {"values": values})
    missing = _missing(answer)
    assert answer.status_code == (422 if missing else 201), answer.get_json()
    filled = {key: "1" if key == "credit_limit" else "given" for key in missing}
    record = shop.create(entity, **{**values, **filled})["record"] if missing else answer.get_json()["record"]
    (form,) = shop.get(f"/records/{entity}/{record['id']}/forms").get_json()["items"]
    fields = [field for section in form["sections"] for field in section["fields"]]
    return missing, {part: [f["field"] for f in fields if f[part]] for part in ("visible", "required")}


def _missing_in_change(shop: Client, entity: str, values: Values) -> list[str]:
    """What is missing when a record without these values is changed."""
    bare = {key: values[key] for key in ("name", "customer") if key in values}
    record = shop.create(entity, **bare)["record"]
    answer = shop.patch(f"/records/{entity}/{record['id']}", {"values": values}, record["version"])
    missing = _missing(answer)
    assert answer.status_code == (422 if missing else 200), answer.get_json()
    return missing


def _missing(answer: Any) -> list[str]:
    errors = answer.get_json().get("errors") or []
    assert all(error["code"] == "value-missing" for error in errors), errors
    return sorted(error["field"] for error in errors)


def _form(shop: Client, entity: str) -> dict[str, Any]:
    """The form and the fields as the browser gets them, without the ids that differ from run to run."""
    (drawn,) = shop.get(f"/forms?entity={entity}").get_json()["items"]
    found = shop.get(f"/entities/{entity}").get_json()
    parts = ("key", "type", "value_kind", "required", "system", "default")
    return {
        "content": drawn["content"],
        "fields": [{part: field[part] for part in parts} for field in found["fields"]],
    }
