"""Imports and connections over HTTP: what a browser does, step by step, and what a wrong hand gets."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest

from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client
from tests.api.conftest import administrator, app, manager, member, model, workspace
from tests.connectors.doubles.kingdee import KingdeeDouble, serve

__all__ = ["administrator", "app", "manager", "member", "model", "workspace"]


def upload(client: Client, content: str | bytes, name: str = "customers.csv", entity: str = "customer") -> Any:
    data = content.encode() if isinstance(content, str) else content
    part = {"file": (io.BytesIO(data), name)}
    return client.post(f"/imports?entity={entity}", data=part, content_type="multipart/form-data")


def until(ask: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    found = ask()
    for _ in range(400):
        if done(found):
            return found
        time.sleep(0.05)
        found = ask()
    raise AssertionError(found)


@pytest.mark.usefixtures("worker")
def test_a_file_comes_in_step_by_step(model: Client) -> None:
    begun = upload(model, "Code,名称,Region,Since,Credit\nC1,甲公司,east,2024/1/31,10\nC2,乙公司,North,2024-02-01,x\n")
    assert begun.status_code == 201, begun.get_json()
    shown = begun.get_json()
    assert shown["columns"] == ["Code", "名称", "Region", "Since", "Credit"]
    assert shown["sample"][0][1] == "甲公司"
    assert shown["suggestion"]["columns"] == {
        "code": "Code",
        "name": "名称",
        "region": "Region",
        "since": "Since",
        "credit": "Credit",
    }
    path = f"/imports/{shown['id']}"
    planned = model.ask("PUT", f"{path}/plan", json={"plan": shown["suggestion"]})
    assert planned.status_code == 200, planned.get_json()
    good = {"code": "C1", "name": "甲公司", "region": "East", "since": "2024-01-31", "credit": "10.00"}
    bad = {"code": "C2", "name": "乙公司", "since": "2024-02-01"}
    assert planned.get_json()["rows"] == [
        {"row": row, "rows": 1, "known": False, "lines": [], "values": values} for row, values in ((2, good), (3, bad))
    ]
    assert {(p["row"], p["column"]) for p in planned.get_json()["problems"]} == {(3, "Region"), (3, "Credit")}
    assert model.post(f"{path}/check").status_code == 202
    checked = until(lambda: model.get(path).get_json(), lambda found: found["status"] != "checking")
    assert (checked["status"], checked["report"]["created"], model.count("customer")) == ("checked", 1, 0)
    assert model.post(f"{path}/run").status_code == 202
    ended = until(lambda: model.get(path).get_json(), lambda found: found["status"] != "running")
    assert (ended["status"], ended["rows_done"], ended["rows_total"], model.count("customer")) == ("partial", 2, 2, 1)
    listed = model.get(f"{path}/problems").get_json()["items"]
    assert {(p["row"], p["column"]) for p in listed} == {(3, "Region"), (3, "Credit")}
    report = model.get(f"{path}/report.csv")
    assert report.mimetype == "text/csv"
    assert "C2,乙公司,North" in report.get_data(as_text=True)
    assert model.post(f"{path}/run").status_code == 409, "a second run needs a second upload"
    assert model.get("/imports").get_json()["items"][0]["id"] == shown["id"]


BROKEN = [
    (b"", "a.csv", "import-empty-file"),
    (b"\x00\x01\x02binary\x00", "a.csv", "import-not-text"),
    (b"PK\x03\x04 broken", "a.xlsx", "import-not-a-workbook"),
    (b"old", "a.xls", "import-old-excel"),
    (b"A,A\n1,2\n", "a.csv", "import-column-twice"),
    (b"\x1f\x8b\x08\x00cut off", "a.csv.gz", "import-cut-off"),
    (b"Code\n\xff\xff\xff\xff\xff", "a.csv", "import-unknown-encoding"),
]


def test_broken_files_get_a_clear_error(model: Client) -> None:
    for content, name, code in BROKEN:
        answer = upload(model, content, name)
        assert answer.status_code == 422, (name, answer.get_json())
        assert answer.get_json()["errors"][0]["code"] == code
    assert model.count("customer") == 0
    assert model.get("/imports").get_json()["items"] == []


def test_a_wrong_plan_names_everything(model: Client) -> None:
    shown = upload(model, "Code\nC1\n").get_json()
    plan = {
        "columns": {"nothing": "Code", "code": "Kode", "since": {"column": "Code", "format": "x", "zone": "Mars/X"}},
        "key": ["name"],
    }
    answer = model.ask("PUT", f"/imports/{shown['id']}/plan", json={"plan": plan})
    assert answer.status_code == 422
    assert {e["code"] for e in answer.get_json()["errors"]} >= {
        "import-plan-no-field", "import-plan-no-column", "import-plan-unknown-format", "import-plan-unknown-zone",
        "import-plan-key-without-column",
    }  # fmt: skip
    assert model.post(f"/imports/{shown['id']}/run").status_code == 409


def test_an_import_belongs_to_who_began_it(model: Client, member: Client, administrator: Client) -> None:
    shown = upload(model, "Code\nC1\n").get_json()
    assert member.get(f"/imports/{shown['id']}").status_code == 404
    assert administrator.get(f"/imports/{shown['id']}").status_code == 200
    assert model.get("/imports/notanumber").status_code == 404


@pytest.mark.usefixtures("worker")
def test_a_connection_from_the_form_to_the_report(
    model: Client, administrator: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    [kind] = administrator.get("/connector-kinds").get_json()["items"]
    assert {s["key"] for s in kind["settings"] if s["secret"]} == {"password", "app_secret"}
    assert model.get("/connections").status_code == 403
    with serve(KingdeeDouble().fill(25, 5)) as double:
        given = {"kind": "kingdee_cloud", "name": "ERP", "settings": double.settings("password")}
        made = administrator.post("/connections", given)
        assert made.status_code == 201, made.get_json()
        assert "kingdee-password" not in made.get_data(as_text=True)
        path, version = f"/connections/{made.get_json()['id']}", made.headers["ETag"]
        assert administrator.post(f"{path}/test").get_json()["ok"] is True
        sample = administrator.post(f"{path}/preview", {"resource": "customers"}).get_json()
        assert len(sample["rows"]) == 20
        assert "FName" in {field["key"] for field in sample["fields"]}
        assert administrator.post(f"{path}/sync").status_code == 409, "nothing is mapped"
        mapping = {"customers": {"entity": "customer", "key": "code", "fields": {"code": "FNumber", "name": "FName"}}}
        mapped = administrator.ask("PUT", f"{path}/mapping", json={"mapping": mapping}, headers={"If-Match": version})
        assert mapped.status_code == 200, mapped.get_json()
        stale = administrator.ask("PUT", f"{path}/mapping", json={"mapping": mapping}, headers={"If-Match": version})
        assert stale.status_code == 412
        assert administrator.post(f"{path}/sync").status_code == 202
        ended = until(
            lambda: administrator.get(f"{path}/runs").get_json()["items"][0], lambda found: found["status"] != "running"
        )
    assert (ended["status"], ended["counts"]["customers"]["created"]) == ("done", 25)
    assert administrator.count("customer") == 25
    assert administrator.post(f"{path}/test").status_code == 502, "the server is gone"


def test_wrong_settings_are_named_at_their_keys(model: Client, administrator: Client) -> None:
    settings = {"base_url": "nowhere", "user": "", "sign_in": "password"}
    answer = administrator.post("/connections", {"kind": "kingdee_cloud", "name": "ERP", "settings": settings})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.get_json()["errors"]} >= {"base_url", "acct_id", "user"}
    assert administrator.post("/connections", {"kind": "x", "name": "ERP", "settings": {}}).status_code == 404
