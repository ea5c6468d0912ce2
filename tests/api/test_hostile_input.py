"""What no form of ours sends: every answer is a clear problem in the reader's language, and nothing is changed."""

from __future__ import annotations

import io
import json
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from ruleloom.runtime.commands import sessions
from ruleloom.runtime.time.clock import machine_now
from tests.api.client import PASSWORD, Client

STATED = {"type", "title", "status", "code", "detail", "errors"}
WORDS_OF_OURS = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "ruleloom/", "platform/", "SELECT ", "INSERT ")


def refused(answer: Any, status: int, code: str | None = None) -> Any:
    """A problem with that status; its body."""
    body = answer.get_json()
    assert answer.status_code == status, body
    assert answer.content_type == "application/problem+json"
    assert set(body) >= STATED
    assert body["errors"]
    assert all(error["message"] for error in body["errors"])
    assert not [word for word in WORDS_OF_OURS if word in answer.text]
    if code is not None:
        assert body["code"] == code, body
    return body


def raw(client: Client, body: str | bytes, path: str = "/records/customer", **more: Any) -> Any:
    return client.ask("POST", path, data=body, **{"content_type": "application/json", **more})


BODIES: list[tuple[bytes, int, str | None]] = [
    (b"", 400, "broken-json"),
    (b"{", 400, "broken-json"),
    (b"\xff\xfe{}", 400, "broken-json"),
    (b'{"values": {"credit": NaN}}', 400, "broken-json"),
    (b'{"values": {"credit": -Infinity}}', 400, "broken-json"),
    (b'{"values": {"credit": ' + b"9" * 5000 + b"}}", 400, "broken-json"),
    (b'{"values": {"name": "A"}, "values": {"name": "B"}}', 400, "json-name-twice"),
    (b'{"values": {"name": "A", "name": "B"}}', 400, "json-name-twice"),
    (b'{"values": {"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}", 400, "json-too-deep"),
    (b'{"values": {"name": ' + b"[" * 100 + b"]" * 100 + b"}}", 400, "json-too-deep"),
    (b'{"values": {"name": "a\\u0000b"}}', 422, "text-nul"),
    (b'{"values": {"name": "\\ud800"}}', 422, "text-broken"),
    (b'{"values": {"\\udfff": "x"}}', 422, "text-broken"),
    (b'{"values": {"name": "a\x00b"}}', 400, "broken-json"),
    (b"[]", 422, None),
    (b"null", 422, None),
    (b"7", 422, None),
    (b'{"values": []}', 422, "input-not-an-object"),
    (b'{"values": {"nmae": "A"}}', 422, None),
    (b'{"values": {"name": "A", "id": "7", "version": 3}}', 422, None),
    (b'{"values": {"name": {"$ne": null}}}', 422, None),
    (b'{"values": {"name": "A"}, "extra": 1}', 422, "input-unknown"),
]


def test_broken_bodies(model: Client) -> None:
    for body, status, code in BODIES:
        refused(raw(model, body), status, code)
    assert model.count("customer") == 0


WRONG: list[tuple[str, Any]] = [
        ("credit", "1e400"), ("credit", "9" * 40), ("credit", 1e308), ("credit", "0.001"), ("credit", "１２x"),
        ("credit", True), ("credit", "Infinity"), ("credit", [1]), ("since", "2026-02-30"), ("since", 20260101),
        ("since", "99999-01-01"), ("active", "perhaps"), ("active", 7), ("region", "North"), ("region", ["East"]),
        ("tags", "vip, old"), ("tags", [["vip"]]), ("owner", "1"), ("owner", "9" * 30), ("owner", -1), ("owner", {}),
        ("papers", ["../../etc/passwd"]), ("papers", [str(1 << 70)]), ("papers", ["²"]), ("papers", "x"),
        ("name", "x" * 2001), ("name", ["a"]), ("notes", "x" * 1_500_000),
    ]  # fmt: skip


def test_wrong_values_are_named_at_their_field(model: Client) -> None:
    record = model.create("customer", name="A")["record"]
    for field, value in WRONG:
        body = refused(model.post("/records/customer", {"values": {"name": "A", field: value}}), 422)
        assert {error["field"] for error in body["errors"]} == {field}
        refused(model.patch(f"/records/customer/{record['id']}", {"values": {field: value}}, 1), 422)
    assert model.count("customer") == 1
    assert model.get(f"/records/customer/{record['id']}").get_json()["version"] == 1


def test_all_that_is_wrong_is_said_at_once_in_the_readers_language(model: Client) -> None:
    values = {"credit": "much", "since": "soon", "region": "North", "colour": "red"}
    spoken = [
        refused(model.post("/records/customer", {"values": values}, headers={"Accept-Language": each}), 422)
        for each in ("zh-CN,zh;q=0.9", "en", "fr")
    ]
    for body in spoken:
        assert {error["field"] for error in body["errors"]} >= {*values}
    chinese, english, other = (body["detail"] for body in spoken)
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert english == other != chinese


INJECTIONS = (
    "'; DROP TABLE r_customer; --", "\" or 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "%s%n",
    "{name}", "{credit.__class__}", "a\\", "\u202egnp", "=cmd|' /C calc'!A0", "%00", "_%", "🇨🇳" * 100, "𠮷野家",
)  # fmt: skip


def test_texts_are_only_texts(model: Client) -> None:
    for text in INJECTIONS:
        written = model.create("customer", name=text, code=text, notes=text)["record"]
        shown = model.get(f"/records/customer/{written['id']}").get_json()["values"]
        assert (shown["name"], shown["code"], shown["notes"]) == (text, text, text)
        assert model.post("/records/customer/query", {"search": text[:200]}).status_code == 200
        same = {"group": [{"field": "code", "value": text}]}
        found = model.post("/records/customer/query", same).get_json()["items"]
        assert [each["id"] for each in found] == [written["id"]]
        order = model.create("order", customer=written["id"])["record"]
        assert order["titles"]["customer"] == text
    assert model.count("customer") == len(INJECTIONS)


def test_a_body_that_is_not_json_is_refused_as_such(model: Client) -> None:
    kinds = ("text/plain", "application/x-www-form-urlencoded", "application/xml", "")
    for path, kind in product(("/records/customer", "/session", "/entities", "/rules", "/language/parse"), kinds):
        refused(raw(model, b'{"values": {"name": "A"}}', path, content_type=kind), 415, "not-json")
    assert model.count("customer") == 0


PATHS = (
        "/files/../../etc/passwd", "/files/..%2F..%2Fetc%2Fpasswd", "/files/%2e%2e%2f1", "/files/1%00", "/files/-1",
        "/records/..%2Fcustomer/1", "/records/customer/1%27%20or%201=1", "/records/r_customer/1", "/records/%00/1",
        "/boards/..%2F..", "/imports/..%2F1", "/imports/1%2F..%2F2/report.csv", "/rules/1;drop", "/entities/..",
        "/entities/definitions", "/records/customer/%F0%9F%98%80", "/records/customer/١", "/connections/%0A",
        "/entities/a%00b/draft", "/language/a%00b",
)  # fmt: skip


def test_paths_lead_nowhere_else(model: Client, administrator: Client) -> None:
    for client, path in product((model, administrator), PATHS):
        assert refused(client.get(path), 404)["code"] in ("not-found", "no-entity")


def test_only_shipped_apps_are_installed_by_name(administrator: Client) -> None:
    for name in ("..", "../b2b_sales", "b2b_sales/../b2b_sales", "%00", "B2B_SALES", "x" * 300):
        answer = administrator.post(f"/apps/{quote(name, safe='')}/install", {})
        assert answer.status_code in (404, 405, 422)
        refused(answer, answer.status_code)
    assert [each["installed_version"] for each in administrator.get("/apps").get_json()["items"]] == [None]


def test_names_of_files_are_only_names(model: Client) -> None:
    for name in ("../../x.pdf", "..\\..\\x.pdf", "/etc/x.pdf", "C:\\x.pdf", "a<b>.pdf", "报价.pdf"):
        kept = model.ask("POST", "/files", data={"file": (io.BytesIO(b"x"), name)})
        assert kept.status_code == 201, kept.get_json()
        shown = kept.get_json()
        assert not set(shown["name"]) & set("/\\:<>")
        with model.get(f"/files/{shown['id']}") as read:
            assert read.data == b"x"
            assert read.headers["Content-Disposition"].startswith("attachment")
    for name in ("..", ".", "", "/", "con/.."):
        refused(model.ask("POST", "/files", data={"file": (io.BytesIO(b"x"), name)}), 422)


def test_questions_with_half_an_address(model: Client) -> None:
    for path in ("/firings?rule=%00", "/views?entity=%00", "/firings?record=x", "/firings?after=%F0%9F%98%80"):
        answer = model.get(path)
        assert answer.status_code in (400, 404, 422)
        refused(answer, answer.status_code)


def test_wrong_methods(model: Client) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        refused(model.ask(method, "/records/customer"), 405, "method-not-allowed")
    assert "GET" in model.ask(method, "/changes").headers["Allow"]


def test_stale_and_absent_versions_change_nothing(model: Client) -> None:
    record = model.create("customer", name="A")["record"]
    path = f"/records/customer/{record['id']}"
    assert model.patch(path, {"values": {"name": "B"}}, 1).status_code == 200
    for given, status in (('"1"', 412), ('"0"', 412), ('"999999999999999999"', 412), ("*", 400), ("two", 400),
                          ('"-1"', 400), ('"１"', 400), ('"' + "9" * 40 + '"', 400)):  # fmt: skip
        headers = {"If-Match": given.encode().decode("latin-1")}
        refused(model.ask("PATCH", path, json={"values": {"name": "C"}}, headers=headers), status)
        refused(model.ask("DELETE", path, headers=headers), status)
    refused(model.patch(path, {"values": {"name": "C"}}), 428)
    refused(model.ask("DELETE", path), 428)
    shown = model.get(path).get_json()
    assert (shown["version"], shown["values"]["name"]) == (2, "B")


def test_foreign_and_broken_credentials(app: Flask, model: Client, administrator: Client) -> None:
    made = administrator.post("/tokens", {"name": "nightly"}).get_json()
    stranger = app.test_client()
    values = {"values": {"name": "A"}}
    for given in ("Bearer", "Bearer ", "Bearer x", f"Bearer {made['secret']}x", f"Basic {made['secret']}", "Bearer 密",
                  f"bearer  {made['secret'][:-1]}", "Bearer " + "x" * 5000, "Bearer a\x01"):  # fmt: skip
        headers = {"Authorization": given.encode().decode("latin-1")}
        refused(stranger.post("/api/v1/records/customer", json=values, headers=headers), 401)
        # a wrong token is not made up for by a cookie
        refused(administrator.post("/records/customer", values, headers=headers), 401)
    for cookie in ("", "x", "\x01", "x" * 4000, "密"):
        stranger.set_cookie("ruleloom_session", cookie)
        refused(stranger.get("/api/v1/session"), 401)
    assert model.count("customer") == 0


def test_an_ended_session_changes_nothing(model: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sessions, "machine_now", lambda: machine_now() + (sessions.LIFETIME_SECONDS + 1) * sessions.SECOND
    )
    refused(model.post("/records/customer", {"values": {"name": "A"}}), 401, "not-signed-in")
    monkeypatch.undo()
    assert model.count("customer") == 0


def test_without_the_header_of_the_session_nothing_is_done(model: Client) -> None:
    for method, path in (("POST", "/records/customer"), ("POST", "/rules"), ("POST", "/files"), ("DELETE", "/session")):
        for token in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "密".encode().decode("latin-1")}):
            answer = model.client.open(f"/api/v1{path}", method=method, json={"values": {"name": "A"}}, headers=token)
            refused(answer, 403, "csrf-missing")
    assert model.count("customer") == 0
    assert model.get("/session").status_code == 200


def test_sizes(model: Client) -> None:
    ten = b'{"values": {"name": "' + b"x" * 10_000_000 + b'"}}'
    refused(raw(model, ten), 413, "body-too-large")
    refused(raw(model, ten, "/session"), 413)
    refused(raw(model, json.dumps({"text": "x" * 1_000_000, "language": "en"}), "/language/parse"), 422)
    rule = {"content": {"text": 'rule "x" on customer when ' + "(" * 300_000, "language": "en"}, "name": "long"}
    assert model.post("/rules", rule).status_code in (201, 422)
    many = {"values": {f"f{number}": "x" for number in range(20_000)}}
    assert len(refused(model.post("/records/customer", many), 422)["errors"]) <= 20_001
    stranger = model.client.application.test_client()
    signing = stranger.post("/api/v1/session", json={"email": "a@b.c", "password": PASSWORD * 100})
    refused(signing, 422)
    assert model.count("customer") == 0


def test_a_filter_deeper_than_the_database_reads_is_a_clear_refusal(model: Client) -> None:
    text = " + ".join(["credit"] * 60) + " > 1"
    answer = model.post("/records/customer/query", {"filter": {"text": text, "language": "en"}})
    assert answer.status_code in (200, 422), "PostgreSQL and later versions of SQLite read it"
    if answer.status_code == 422:
        refused(answer, 422, "condition-too-deep")
