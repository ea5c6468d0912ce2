"""Signing in and out, as browsers and programs do it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ruleloom.access import WORKSPACE
from ruleloom.api.app import create_app
from ruleloom.runtime.commands import accounts, sessions
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace
from tests.api.client import PASSWORD, Client

SESSION = "/api/v1/session"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """SQLite alone: what differs between the databases is tested with records and rules."""
    return f"sqlite:///{tmp_path / 'workspace.db'}"


def test_who_am_i(administrator: Client) -> None:
    me = administrator.get("/session").get_json()
    assert me["user"]["name"] == "Ada"
    assert me["user"]["roles"] == ["administrator"]
    assert me["csrf"] == administrator.csrf
    assert me["workspace"]["demo"] is False


def test_nobody_is_signed_in(app: Flask) -> None:
    answer = app.test_client().get(SESSION, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == "not-signed-in"
    assert answer.get_json()["detail"] == "请先登录。"


def test_the_cookie_is_out_of_reach_of_scripts(app: Flask) -> None:
    answer = app.test_client().post(SESSION, json={"email": "ADA@example.com ", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_wrong_passwords_are_refused_then_slowed_down_and_do_not_say_what_was_wrong(app: Flask) -> None:
    client = app.test_client()
    wrong = client.post(SESSION, json={"email": "ada@example.com", "password": "wrong"})
    unknown = client.post(SESSION, json={"email": "nobody@example.com", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.get_json()["detail"] == unknown.get_json()["detail"]
    for _ in range(4):
        client.post(SESSION, json={"email": "ada@example.com", "password": "wrong"})
    locked = client.post(SESSION, json={"email": "ada@example.com", "password": PASSWORD})
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 0


def test_an_unsafe_request_needs_the_csrf_header(administrator: Client) -> None:
    body = {"name": "New", "email": "new@example.com"}
    refused = administrator.client.post("/api/v1/users", json=body)
    assert refused.status_code == 403
    assert refused.get_json()["code"] == "csrf-missing"
    foreign = administrator.client.post("/api/v1/users", json=body, headers={"X-CSRF-Token": "of another session"})
    assert foreign.status_code == 403
    assert len(administrator.get("/users").get_json()["items"]) == 3


def test_signing_out_ends_the_session_on_the_server(administrator: Client) -> None:
    cookie = administrator.client.get_cookie("ruleloom_session")
    assert cookie is not None
    assert administrator.ask("DELETE", "/session").status_code == 204
    administrator.client.set_cookie("ruleloom_session", cookie.value)
    assert administrator.get("/session").status_code == 401


def test_a_one_time_token_signs_in_once(app: Flask, workspace: Workspace, administrator: Client) -> None:
    token = sessions.one_time_token(workspace, int(administrator.me["user"]["id"]))
    assert app.test_client().post(SESSION, json={"token": token}).status_code == 200
    again = app.test_client().post(SESSION, json={"token": token})
    assert again.status_code == 401
    assert again.get_json()["code"] == "one-time-refused"


def _made(administrator: Client, user: str) -> str:
    answer = administrator.post(f"/users/{user}/sign-in-link", {})
    assert answer.status_code == 201, answer.get_json()
    path: str = answer.get_json()["path"]
    return path.removeprefix("/sign-in?token=")


def test_a_sign_in_link_opens_the_account_once(app: Flask, administrator: Client, member: Client) -> None:
    mia = member.me["user"]["id"]
    older, newer = _made(administrator, mia), _made(administrator, mia)
    assert app.test_client().post(SESSION, json={"token": older}).status_code == 401
    client = app.test_client()
    assert client.post(SESSION, json={"token": newer}).get_json()["user"]["name"] == "Mia"
    assert app.test_client().post(SESSION, json={"token": newer}).status_code == 401


def test_who_made_a_sign_in_link_is_told_to_its_person_and_to_administrators(
    administrator: Client, manager: Client, member: Client
) -> None:
    _made(administrator, member.me["user"]["id"])
    for somebody, told in ((administrator, 1), (member, 1), (manager, 0)):
        found = somebody.get("/notifications").get_json()["items"]
        assert len([each for each in found if "Ada made a sign-in link for Mia" in each["text"]]) == told, found


def test_a_sign_in_link_ends_after_a_day_and_with_the_rights_it_was_made_for(
    app: Flask, administrator: Client, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = member.me["user"]["id"]
    token, now = _made(administrator, mia), machine_now()
    monkeypatch.setattr(sessions, "machine_now", lambda: now + 25 * 3600 * sessions.SECOND)
    assert app.test_client().post(SESSION, json={"token": token}).status_code == 401
    monkeypatch.undo()
    token = _made(administrator, mia)
    assert administrator.patch(f"/users/{mia}", {"roles": ["manager"]}).status_code == 200
    assert app.test_client().post(SESSION, json={"token": token}).status_code == 401
    assert administrator.patch(f"/users/{mia}", {"active": False}).status_code == 200
    refused = administrator.post(f"/users/{mia}/sign-in-link", {})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "person-inactive")


def test_only_administrators_make_sign_in_links(administrator: Client, manager: Client, member: Client) -> None:
    ada = administrator.me["user"]["id"]
    for somebody in (manager, member):
        assert somebody.post(f"/users/{ada}/sign-in-link", {}).status_code == 403
    assert administrator.post("/users/999999/sign-in-link", {}).status_code == 404


def test_the_door_says_whether_anybody_can_sign_in(workspace: Workspace) -> None:
    visitor = create_app(workspace, TESTING=True).test_client()
    assert visitor.get("/api/v1/sign-in").get_json() == {"people": False}
    accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", PASSWORD, ["administrator"])
    assert visitor.get("/api/v1/sign-in").get_json() == {"people": True}


def test_every_sign_in_gets_a_new_secret(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("ruleloom_session", "planted")
    client.post(SESSION, json={"email": "ada@example.com", "password": PASSWORD})
    first = client.get_cookie("ruleloom_session")
    client.post(SESSION, json={"email": "ada@example.com", "password": PASSWORD})
    second = client.get_cookie("ruleloom_session")
    assert first is not None
    assert second is not None
    assert len({"planted", first.value, second.value}) == 3


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app: Flask, administrator: Client) -> None:
    elsewhere = app.test_client()
    elsewhere.post(SESSION, json={"email": "ada@example.com", "password": PASSWORD})
    assert elsewhere.get(SESSION).status_code == 200
    refused = administrator.patch("/session", {"password": "another long password", "current_password": "wrong"})
    assert (refused.status_code, elsewhere.get(SESSION).status_code) == (422, 200)
    changed = administrator.patch("/session", {"password": "another long password", "current_password": PASSWORD})
    assert changed.status_code == 200
    assert administrator.get("/session").status_code == 200
    assert elsewhere.get(SESSION).status_code == 401


def test_programs_use_tokens_without_csrf(app: Flask, administrator: Client) -> None:
    made = administrator.post("/tokens", {"name": "nightly"}).get_json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    program = app.test_client()
    assert program.get(SESSION, headers=bearer).get_json()["user"]["name"] == "Ada"
    body = {"name": "Zoe", "email": "zoe@example.com"}
    assert program.post("/api/v1/users", json=body, headers=bearer).status_code == 201
    listed = administrator.get("/tokens").get_json()["items"]
    assert [token["name"] for token in listed] == ["nightly"]
    assert "secret" not in listed[0]
    assert administrator.ask("DELETE", f"/tokens/{made['id']}").status_code == 204
    assert program.get(SESSION, headers=bearer).status_code == 401


def test_tokens_of_others_cannot_be_revoked(administrator: Client, member: Client) -> None:
    made = administrator.post("/tokens", {"name": "mine"}).get_json()
    assert member.ask("DELETE", f"/tokens/{made['id']}").status_code == 404
    assert len(administrator.get("/tokens").get_json()["items"]) == 1


def test_only_administrators_add_people(manager: Client) -> None:
    refused = manager.post("/users", {"name": "X", "email": "x@example.com"})
    assert refused.status_code == 403
    assert refused.get_json()["code"] == "not-allowed"


def test_people_have_one_account_per_address_and_sound_passwords(administrator: Client) -> None:
    taken = administrator.post("/users", {"name": "Ada 2", "email": "Ada@Example.com"})
    assert (taken.status_code, taken.get_json()["errors"][0]["field"]) == (409, "email")
    short = administrator.post("/users", {"name": "B", "email": "b@example.com", "password": "short"})
    assert (short.status_code, short.get_json()["code"]) == (422, "password-short")
    wrong = administrator.post("/users", {"name": "B", "email": "no address"})
    assert wrong.get_json()["code"] == "email-wrong"
    assert len(administrator.get("/users").get_json()["items"]) == 3


def test_the_last_administrator_stays(administrator: Client) -> None:
    me = administrator.me["user"]["id"]
    refused = administrator.ask("PATCH", f"/users/{me}", json={"roles": ["member"]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "last-administrator")


def test_a_new_password_ends_the_sessions_of_the_account(administrator: Client, member: Client) -> None:
    person = member.me["user"]["id"]
    changed = administrator.ask("PATCH", f"/users/{person}", json={"password": "another long password"})
    assert changed.status_code == 200
    assert member.get("/session").status_code == 401


def test_people_choose_their_language(member: Client) -> None:
    changed = member.ask("PATCH", "/session", json={"language": "zh"})
    assert changed.get_json()["user"]["language"] == "zh"
    assert member.get("/session").get_json()["user"]["language"] == "zh"


def test_the_command_line_acts_as_the_workspace(workspace: Workspace) -> None:
    assert WORKSPACE.user is None
    assert sessions.find(workspace, "no such secret") is None
