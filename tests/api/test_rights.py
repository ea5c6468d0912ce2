"""Who may do what, through HTTP: roles, drafts, own views, files, tokens, people who left."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from ruleloom.runtime.commands import sessions
from ruleloom.runtime.workspace import Workspace
from tests.api.client import PASSWORD, Client

RULE = {"content": {"text": 'rule "R" on customer when credit > 1 then set notes = "x"', "language": "en"}}
ENTITY = {"name": "thing", "fields": [{"name": "name", "type": "text"}]}
FORM = {
    "name": "F",
    "entity": "customer",
    "content": {"sections": [{"title": {"en": "S"}, "fields": [{"field": "name"}]}]},
}
PIPELINE = {
    "name": "P",
    "entity": "customer",
    "content": {"stage_field": "region", "stages": [{"value": "East"}, {"value": "West"}]},
}
VIEW = {"name": "V", "entity": "customer", "content": {"columns": [{"field": "name"}]}}
CONNECTION = {"kind": "kingdee_cloud", "name": "ERP", "settings": {}}
PERSON = {"name": "X", "email": "x@example.com"}


def upload(client: Client, path: str, content: bytes = b"Name\nA\n") -> Any:
    return client.ask("POST", path, data={"file": (io.BytesIO(content), "a.csv")})


def drawn(client: Client, kind: str, content: dict[str, Any]) -> str:
    answer = client.post(f"/{kind}", content)
    assert answer.status_code == 201, answer.get_json()
    identity: str = answer.get_json()["id"]
    return identity


def test_members_neither_draw_nor_publish_nor_import_nor_connect_nor_install(
    model: Client, member: Client, administrator: Client
) -> None:
    rule = drawn(model, "rules", RULE)
    assert model.post(f"/rules/{rule}/publish", {}).status_code == 200
    match = {"If-Match": '"1"'}
    asked = [
        member.post("/entities", ENTITY),
        member.ask("PUT", "/entities/customer", json=ENTITY, headers=match),
        member.get("/entities/customer/draft"),
        member.post("/entities/customer/publish"),
        member.post("/rules", RULE),
        member.post("/forms", FORM),
        member.post("/pipelines", PIPELINE),
        member.post("/views", {**VIEW, "shared": True}),
        member.ask("PUT", f"/rules/{rule}", json=RULE, headers=match),
        member.post(f"/rules/{rule}/publish", {}),
        member.post(f"/rules/{rule}/pause"),
        member.post(f"/rules/{rule}/resume"),
        member.post(f"/rules/{rule}/restore", {"version": 1}),
        member.ask("DELETE", f"/rules/{rule}"),
        upload(member, "/imports?entity=customer"),
        member.get("/connections"),
        member.post("/connections", CONNECTION),
        member.post("/connections/1/sync"),
        member.get("/apps"),
        member.post("/apps/b2b_sales/install", {}),
        member.post("/users", PERSON),
        member.ask("PATCH", f"/users/{member.me['user']['id']}", json={"roles": ["administrator"]}),
        member.post("/records/user", {"values": {"name": "X", "email": "x@example.com"}}),
        member.ask("DELETE", f"/records/user/{administrator.me['user']['id']}", headers=match),
        model.post("/connections", CONNECTION),
        model.get("/apps"),
        model.post("/users", PERSON),
    ]
    assert {answer.status_code for answer in asked} == {403}, [answer.get_json().get("code") for answer in asked]
    assert {answer.get_json()["code"] for answer in asked} == {"not-allowed"}
    assert model.get(f"/rules/{rule}").get_json()["status"] == "published"
    assert {each["key"] for each in model.get("/entities").get_json()["items"]} >= {"customer"}
    assert member.get("/session").get_json()["user"]["roles"] == ["member"]
    assert len(administrator.get("/users").get_json()["items"]) == 3


def test_drafts_are_for_those_who_draw(model: Client, member: Client) -> None:
    rule = drawn(model, "rules", RULE)
    for path in (f"/rules/{rule}", f"/rules/{rule}/versions"):
        assert member.get(path).status_code == 404
    assert member.get("/rules").get_json()["items"] == []
    assert model.post(f"/rules/{rule}/publish", {}).status_code == 200
    secret = {"content": {"text": RULE["content"]["text"].replace("1 then", "77777 then"), "language": "en"}}
    version = model.get(f"/rules/{rule}").headers["ETag"]
    assert model.ask("PUT", f"/rules/{rule}", json=secret, headers={"If-Match": version}).status_code == 200
    for answer in (member.get("/rules"), member.get(f"/rules/{rule}"), member.get(f"/rules/{rule}/versions")):
        assert answer.status_code == 200
        assert "77777" not in answer.text
    assert "77777" in model.get(f"/rules/{rule}").text


def test_own_views_are_nobody_elses(model: Client, member: Client, administrator: Client) -> None:
    view = drawn(member, "views", VIEW)
    assert member.post(f"/views/{view}/publish", {}).status_code == 200
    match = {"If-Match": member.get(f"/views/{view}").headers["ETag"]}
    for other in (model, administrator):
        asked = [
            other.get(f"/views/{view}"),
            other.get(f"/views/{view}/versions"),
            other.ask("PUT", f"/views/{view}", json={"name": "Mine now"}, headers=match),
            other.post(f"/views/{view}/publish", {}),
            other.post(f"/views/{view}/restore", {"version": 1}),
            other.ask("DELETE", f"/views/{view}"),
        ]
        assert {answer.status_code for answer in asked} == {404}
        assert other.get("/views").get_json()["items"] == []
    assert member.get(f"/views/{view}").get_json()["name"] == "V"
    shared = member.ask("PUT", f"/views/{view}", json={"shared": True}, headers=match)
    assert shared.status_code == 403


def test_a_file_is_read_through_its_record_only(model: Client, member: Client, administrator: Client) -> None:
    file = upload(model, "/files", b"contract").get_json()["id"]
    assert member.get(f"/files/{file}").status_code == 404
    assert administrator.get(f"/files/{file}").status_code == 404
    record = model.create("customer", name="A", papers=[file])["record"]
    with member.get(f"/files/{file}") as read:
        assert read.data == b"contract"
    assert model.client.application.test_client().get(f"/api/v1/files/{file}").status_code == 401
    path = f"/records/customer/{record['id']}"
    assert model.ask("DELETE", path, headers={"If-Match": '"1"'}).status_code == 200
    assert member.get(f"/files/{file}").status_code == 404
    assert model.post(f"{path}/restore").status_code == 200
    with member.get(f"/files/{file}") as read:
        assert read.status_code == 200


def bearer(app: Flask, client: Client) -> Any:
    """Asks with an API token of the client's."""
    secret = client.post("/tokens", {"name": "n"}).get_json()["secret"]
    return lambda: app.test_client().get("/api/v1/entities", headers={"Authorization": f"Bearer {secret}"})


def test_who_is_switched_off_is_out_at_once(app: Flask, administrator: Client, member: Client) -> None:
    program, person = bearer(app, member), member.me["user"]["id"]
    assert program().status_code == 200
    off = administrator.ask("PATCH", f"/users/{person}", json={"active": False})
    assert off.status_code == 200
    assert (program().status_code, member.get("/entities").status_code) == (401, 401)
    again = app.test_client().post("/api/v1/session", json={"email": "mia@example.com", "password": PASSWORD})
    assert again.status_code == 401


def test_whose_record_is_deleted_is_out_at_once(app: Flask, administrator: Client, member: Client) -> None:
    program, person = bearer(app, member), member.me["user"]["id"]
    version = administrator.get(f"/records/user/{person}").headers["ETag"]
    gone = administrator.ask("DELETE", f"/records/user/{person}", headers={"If-Match": version})
    assert gone.status_code == 200, gone.get_json()
    assert (program().status_code, member.get("/entities").status_code) == (401, 401)
    again = app.test_client().post("/api/v1/session", json={"email": "mia@example.com", "password": PASSWORD})
    assert again.status_code == 401
    assert {each["name"]: each["active"] for each in administrator.get("/users").get_json()["items"]}["Ada"]


def test_the_record_of_the_last_administrator_stays(administrator: Client) -> None:
    me = administrator.me["user"]["id"]
    version = administrator.get(f"/records/user/{me}").headers["ETag"]
    refused = administrator.ask("DELETE", f"/records/user/{me}", headers={"If-Match": version})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "last-administrator")
    assert administrator.get("/session").status_code == 200


def test_a_one_time_token_works_once_for_whoever_is_first(
    app: Flask, workspace: Workspace, administrator: Client
) -> None:
    token = sessions.one_time_token(workspace, int(administrator.me["user"]["id"]))

    def sign_in(_: int) -> int:
        return app.test_client().post("/api/v1/session", json={"token": token}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(sign_in, range(4))) == [200, 401, 401, 401]


def test_a_session_is_of_its_own_browser(app: Flask, administrator: Client, member: Client) -> None:
    body = {"name": "X", "email": "x@example.com"}
    foreign = administrator.client.post("/api/v1/users", json=body, headers={"X-CSRF-Token": member.csrf})
    assert (foreign.status_code, foreign.get_json()["code"]) == (403, "csrf-missing")
    assert len(administrator.get("/users").get_json()["items"]) == 3


def test_a_record_and_its_account_stay_in_step(app: Flask, administrator: Client, member: Client) -> None:
    person = member.me["user"]["id"]
    taken = administrator.ask("PATCH", f"/users/{person}", json={"email": "ADA@example.com"})
    assert (taken.status_code, taken.get_json()["code"]) == (409, "email-taken")
    same = administrator.ask("PATCH", f"/users/{person}", json={"email": "ada@example.com"})
    assert (same.status_code, same.get_json()["errors"][0]["field"]) == (409, "email")
    path = f"/records/user/{person}"

    def change(**values: Any) -> Any:
        headers = {"If-Match": administrator.get(path).headers["ETag"]}
        return administrator.ask("PATCH", path, json={"values": values}, headers=headers)

    assert change(email="Mia.New@example.com").status_code == 200
    for email, status in (("mia@example.com", 401), ("mia.new@example.com", 200)):
        signed = app.test_client().post("/api/v1/session", json={"email": email, "password": PASSWORD})
        assert signed.status_code == status
    assert change(active=False).status_code == 200
    assert member.get("/entities").status_code == 401
    assert administrator.ask("PATCH", f"/users/{person}", json={"active": True}).status_code == 200
    assert administrator.get(path).get_json()["values"]["active"] is True
    signed = app.test_client().post("/api/v1/session", json={"email": "mia.new@example.com", "password": PASSWORD})
    assert signed.status_code == 200


def test_what_names_a_person_is_told_before_and_every_administrator_hears_of_it(
    administrator: Client, model: Client
) -> None:
    people = {each["name"]: each["id"] for each in administrator.get("/users").get_json()["items"]}
    max_ = people["Max"]
    made = model.post(
        "/rules", {"content": {"text": 'rule "R" on customer when credit > 1 then notify owner "x"', "language": "en"}}
    ).get_json()
    assert model.post(f"/rules/{made['id']}/publish", {}).status_code == 200
    for name in "AB":
        model.create("customer", name=name, owner=max_)
    assert model.post("/tokens", {"name": "Script"}).status_code == 201
    found = administrator.get(f"/users/{max_}/uses").get_json()
    assert found == {
        "records": [{"entity": "customer", "field": "owner", "count": 2}],
        "rules": [{"id": made["id"], "name": "R"}],
        "tokens": 1,
    }
    assert model.get(f"/users/{max_}/uses").status_code == 403
    assert administrator.patch(f"/users/{max_}", {"active": False}).status_code == 200
    (notice,) = administrator.get("/notifications").get_json()["items"]
    assert "Max can no longer sign in." in notice["text"]
    assert "2 × Customer (owner)" in notice["text"]
    assert "Rules they published go on: 1." in notice["text"]
    assert notice["record"] == {"entity": "user", "id": max_, "title": "Max"}
    assert administrator.get(f"/rules/{made['id']}").get_json()["status"] == "published"
