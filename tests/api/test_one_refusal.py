"""What a pipeline refuses is refused with the same words at every door: form, board, program, file, sync, rule."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.client import Client
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import orders

BILL = {
    "name": "bill",
    "title_field": "number",
    "fields": [
        {"name": "number", "type": "text", "unique": True},
        {"name": "stage", "type": "choice", "options": [{"value": each} for each in ("open", "signed", "done")]},
        {"name": "signature", "type": "text", "labels": {"en": "Signature", "zh": "签字"}},
        {"name": "photo", "type": "text"},
        {"name": "hurry", "type": "boolean"},
    ],
}
GATES = [
    {
        "condition": {"text": f"{field} is not empty", "language": "en"},
        "message": {"en": f"Attach the {field}", "zh": f"请附上{chinese}"},
        "fields": [field],
    }
    for field, chinese in (("signature", "签字"), ("photo", "照片"))
]
PIPELINE = {
    "stage_field": "stage",
    "stages": [{"value": "open", "gates": GATES}, {"value": "signed"}, {"value": "done"}],
    "allow_skip": False,
}
MAPPING = {
    "sale_orders": {
        "entity": "bill",
        "key": "number",
        "fields": {
            "number": "FBillNo",
            "stage": {"field": "FDocumentStatus", "aliases": {"A": "open", "B": "signed", "C": "signed"}},
        },
    }
}
WORDS = {"en": ["Attach the signature", "Attach the photo"], "zh": ["请附上签字", "请附上照片"]}


@pytest.fixture
def bills(model: Client) -> Client:
    assert model.post("/entities", BILL).status_code == 201
    assert model.post("/entities/bill/publish").status_code == 200
    drawn = model.post("/pipelines", {"name": "Bills", "entity": "bill", "content": PIPELINE}).get_json()
    assert model.post(f"/pipelines/{drawn['id']}/publish", {}).status_code == 200
    return model


def until(ask: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    """Asks, bounded, until it is so."""
    end = time.monotonic() + 30
    while not done(found := ask()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def words(answer: Any) -> list[str]:
    assert (answer.status_code, answer.get_json()["code"]) == (422, "gate-refused")
    return [error["message"] for error in answer.get_json()["errors"]]


def stages(client: Client) -> dict[str, str]:
    page = client.post("/records/bill/query", {"fields": ["number", "stage"]}).get_json()["items"]
    return {each["values"]["number"]: each["values"]["stage"] for each in page}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_by_a_person_on_a_form_or_a_board_and_by_a_program(bills: Client, language: str) -> None:
    bill = bills.create("bill", number="1", stage="open")["record"]
    path, match = f"/records/bill/{bill['id']}", {"If-Match": '"1"', "Accept-Language": language}
    form = bills.ask("PATCH", path, json={"values": {"number": "1a", "stage": "signed"}}, headers=match)
    (pipeline,) = bills.get("/pipelines").get_json()["items"]
    (card,) = bills.get(f"/boards/{pipeline['id']}").get_json()["columns"][0]["items"]
    drag = {**match, "If-Match": f'"{card["version"]}"'}
    board = bills.ask("PATCH", f"/records/bill/{card['id']}", json={"values": {"stage": "signed"}}, headers=drag)
    secret = bills.post("/tokens", {"name": "p"}).get_json()["secret"]
    stranger = bills.client.application.test_client()
    program = stranger.patch(
        f"/api/v1{path}",
        json={"values": {"stage": "signed"}},
        headers={**match, "Authorization": f"Bearer {secret}"},
    )
    assert words(form) == words(board) == words(program) == WORDS[language]
    assert stages(bills) == {"1": "open"}


@pytest.mark.usefixtures("worker")
def test_by_a_file_of_which_the_other_rows_come_in(bills: Client) -> None:
    bills.create("bill", number="1", stage="open")
    bills.create("bill", number="2", stage="open", signature="x", photo="y")
    content = b"number,stage\n1,signed\n2,signed\n3,open\n"
    begun = bills.ask("POST", "/imports?entity=bill", data={"file": (io.BytesIO(content), "bills.csv")}).get_json()
    path = f"/imports/{begun['id']}"
    plan = {"columns": {"number": "number", "stage": "stage"}, "key": ["number"]}
    assert bills.ask("PUT", f"{path}/plan", json={"plan": plan}).status_code == 200
    assert bills.post(f"{path}/run").status_code == 202
    until(lambda: bills.get(path).get_json(), lambda found: found["status"] not in ("running", "planned"))
    for language in ("en", "zh"):
        items = bills.get(f"{path}/problems", headers={"Accept-Language": language}).get_json()["items"]
        assert [(each["row"], each["message"]) for each in items] == [(2, word) for word in WORDS[language]]
    assert stages(bills) == {"1": "open", "2": "signed", "3": "open"}


@pytest.mark.usefixtures("worker")
def test_by_a_sync_of_which_the_other_rows_come_in(
    bills: Client, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    with serve(KingdeeDouble().fill(5, 0)) as double:
        first, second = ({**bill, "FDocumentStatus": "A"} for bill in list(orders(2, 5))[:2])
        double.tables.put("SAL_SaleOrder", [first])
        settings = {"kind": "kingdee_cloud", "name": "ERP", "settings": double.settings("password")}
        made = administrator.post("/connections", settings)
        path, match = f"/connections/{made.get_json()['id']}", {"If-Match": made.headers["ETag"]}
        mapped = administrator.ask("PUT", f"{path}/mapping", json={"mapping": MAPPING}, headers=match)
        assert mapped.status_code == 200, mapped.get_json()
        synced(administrator, path)
        double.tables.put("SAL_SaleOrder", [{**first, "FDocumentStatus": "C"}, second])
        administrator.post(f"{path}/start-over")
        assert synced(administrator, path)["status"] == "partial"
    for language in ("en", "zh"):
        run = administrator.get(f"{path}/runs", headers={"Accept-Language": language}).get_json()["items"][0]
        assert [problem["message"] for problem in run["problems"]] == WORDS[language]
    assert stages(bills) == {first["FBillNo"]: "open", second["FBillNo"]: "open"}


def synced(client: Client, path: str) -> Any:
    assert client.post(f"{path}/sync").status_code == 202
    return until(lambda: client.get(f"{path}/runs").get_json()["items"][0], lambda found: found["status"] != "running")


def test_by_a_rule_whose_cause_stands(bills: Client) -> None:
    text = 'rule "Hurry" on bill when hurry = yes then set stage = "signed"'
    drawn = bills.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    published = bills.post(f"/rules/{drawn['id']}/publish", {})
    assert published.status_code == 200, published.get_json()
    bill = bills.create("bill", number="1", stage="open")["record"]
    written = bills.patch(f"/records/bill/{bill['id']}", {"values": {"hurry": True}}, 1)
    assert written.status_code == 200
    (firing,) = written.get_json()["firings"]
    (effect,) = firing["effects"]
    assert effect["status"] in ("pending", "failed")
    for language, said in WORDS.items():
        assert all(word in effect["summary"][language] for word in said), effect["summary"]
    shown = bills.get(f"/records/bill/{bill['id']}").get_json()["values"]
    assert (shown["stage"], shown["hurry"]) == ("open", True)
