"""Who writes is confirmed in the write's own transaction: what another process decided meanwhile counts at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask

from ruleloom.api.shapes.shared import WrittenSchema
from ruleloom.runtime.commands import sessions
from ruleloom.runtime.people import known
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.database import Database
from ruleloom.storage.people import accounts as account_rows
from tests.api.client import Client

COOKIE = "ruleloom_session"


@pytest.fixture
def elsewhere(workspace: Workspace) -> Iterator[Workspace]:
    """Another process on the same database."""
    other = Workspace(Database(workspace.database.url), folder=workspace.folder)
    yield other
    other.close()


def change_account(elsewhere: Workspace, user: str, **values: Any) -> None:
    with elsewhere.database.write() as connection:
        account_rows.change(connection, int(user), **values)


def end_session(elsewhere: Workspace, client: Client) -> None:
    cookie = client.client.get_cookie(COOKIE)
    assert cookie is not None
    sessions.sign_out(elsewhere, cookie.value)


def test_a_session_that_another_process_ended_writes_nothing(model: Client, elsewhere: Workspace) -> None:
    record = model.create("customer", name="A")["record"]
    end_session(elsewhere, model)
    path = f"/records/customer/{record['id']}"
    refused = [
        model.post("/records/customer", {"values": {"name": "B"}}),
        model.post("/records/customer", {"values": {"nme": 7}}),
        model.post("/records/customer", data="no JSON", content_type="application/json"),
        model.patch(path, {"values": {"name": "C"}}, 1),
        model.patch(path, {"values": {"name": "C"}}),
        model.ask("DELETE", path, headers={"If-Match": '"1"'}),
        model.post(f"{path}/restore"),
    ]
    assert [answer.status_code for answer in refused] == [401] * len(refused)
    assert {answer.get_json()["code"] for answer in refused} == {"not-signed-in"}
    with elsewhere.reading() as reading:
        found = reading.connection.exec_driver_sql("select name, version from r_customer").all()
    assert [tuple(row) for row in found] == [("A", 1)]


def test_an_account_that_was_switched_off_writes_nothing(model: Client, elsewhere: Workspace) -> None:
    model.create("customer", name="A")
    change_account(elsewhere, model.me["user"]["id"], active=False)
    assert model.post("/records/customer", {"values": {"name": "B"}}).status_code == 401


def test_roles_are_those_of_now(administrator: Client, elsewhere: Workspace) -> None:
    person = {"values": {"name": "Eve", "email": "eve@example.com", "active": True}}
    made = administrator.post("/records/user", person)
    assert made.status_code == 201, made.get_json()
    change_account(elsewhere, administrator.me["user"]["id"], roles=["member"])
    person["values"]["email"] = "eva@example.com"
    refused = administrator.post("/records/user", person)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not-allowed")
    change_account(elsewhere, administrator.me["user"]["id"], roles=["administrator"])
    assert administrator.post("/records/user", person).status_code == 201


def test_a_token_of_another_session_is_still_refused(model: Client) -> None:
    model.create("customer", name="A")
    body = {"values": {"name": "B"}}
    assert model.client.post("/api/v1/records/customer", json=body).status_code == 403
    foreign = model.client.post("/api/v1/records/customer", json=body, headers={"X-CSRF-Token": "foreign"})
    assert foreign.get_json()["code"] == "csrf-missing"


def test_the_writer_is_called_as_now(administrator: Client, app: Flask, model: Client, elsewhere: Workspace) -> None:
    """Another process renames the writer, then the writer in the very write that is answered, then nobody."""
    me = model.me["user"]["id"]
    assert model.create("customer", name="A")["record"]["titles"]["created_by"] == "Max"
    other = Client(app.test_client(), "ada@example.com")
    app.extensions["ruleloom"], here = elsewhere, app.extensions["ruleloom"]
    renamed = other.patch(f"/records/user/{me}", {"values": {"name": "Maximilian"}}, 1)
    assert renamed.status_code == 200, renamed.get_json()
    app.extensions["ruleloom"] = here
    assert model.create("customer", name="B")["record"]["titles"]["created_by"] == "Maximilian"
    own, version = administrator.me["user"]["id"], 1
    for name in ("Ada L.", "Ada Lovelace"):
        answer = administrator.patch(f"/records/user/{own}", {"values": {"name": name}}, version)
        version += 1
        assert answer.get_json()["record"]["titles"]["updated_by"] == name
    assert administrator.create("customer", name="C")["record"]["titles"]["created_by"] == "Ada Lovelace"


def test_only_so_many_sessions_are_remembered(app: Flask, workspace: Workspace, monkeypatch: Any) -> None:
    monkeypatch.setattr(known, "MOST", 2)
    clients = [Client(app.test_client(), "mia@example.com") for _ in range(4)]
    for client in clients * 2:
        client.post("/records/user", {"values": {}})
    assert len(workspace.sessions._met) <= 2


def test_a_create_takes_few_statements(model: Client, workspace: Workspace, monkeypatch: Any) -> None:
    """One that asks, one for each thing that is written, whatever rules there are that read the record alone."""
    for number in range(3):
        text = f'rule "R{number}" on customer when credit > {number + 900} and at least 1 order then set notes = "x"'
        drawn = model.post("/rules", {"content": {"text": text, "language": "en"}})
        assert drawn.status_code == 201, drawn.get_json()
        published = model.post(f"/rules/{drawn.get_json()['id']}/publish", {})
        assert published.status_code == 200, published.get_json()
    model.create("customer", name="first", credit="1")
    counted = _of_sqlite if workspace.database.is_sqlite else _of_postgresql
    with counted(workspace, monkeypatch) as statements:
        model.create("customer", name="A", credit="1000")
    verbs = [" ".join(each.split()).partition(" ")[0].upper() for each in statements]
    if workspace.database.is_sqlite:
        assert verbs == ["BEGIN", "SELECT", "INSERT", "INSERT", "UPDATE", "COMMIT"]
    else:
        assert verbs == ["SELECT", "WITH", "UPDATE"]


@contextmanager
def _of_sqlite(workspace: Workspace, _monkeypatch: Any) -> Iterator[list[str]]:
    """What SQLite is told, by whatever way, on the connection that the next write takes."""
    found: list[str] = []
    with workspace.database.glance() as connection:
        raw: Any = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
    raw.set_trace_callback(found.append)
    yield found
    raw.set_trace_callback(None)


@contextmanager
def _of_postgresql(_workspace: Workspace, monkeypatch: Any) -> Iterator[list[str]]:
    """What cursors of the driver are told, by whatever way."""
    found: list[str] = []
    execute = psycopg.Cursor.execute

    def listening(self: Any, query: Any, *given: Any, **more: Any) -> Any:
        found.append(str(query))
        return execute(self, query, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", listening)
        yield found


def test_the_answer_of_a_write_is_as_it_is_described(model: Client) -> None:
    """It is sent as `written_json` makes it, without being gone through by its schema."""
    text = 'rule "Large" on customer when credit > 10 then set notes = "x" notify created_by "y" warn "z"'
    drawn = model.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    assert model.post(f"/rules/{drawn['id']}/publish", {}).status_code == 200
    answer = model.create("customer", name="A", credit="100")
    assert answer["firings"]
    assert answer["warnings"]
    assert WrittenSchema().dump(answer) == answer
