"""A create over HTTP with all checks and five rules on its entity, beside a bare Flask view that inserts a row.

Both through Flask's test client in this process, so that no network is timed, each on a database of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from measuring import beside, both
from shop import open_shop, publish_rule
from sqlalchemy import BigInteger, Column, Integer, MetaData, Numeric, Table, Text, create_engine, event, insert

from ruleloom.access import WORKSPACE
from ruleloom.api.app import create_app
from ruleloom.runtime.commands import accounts

SHORT_ROUNDS, SHORT_LOOPS = 300, 8
PASSWORD = "a long enough password"
RULES = (
    'rule "Large" on customer when credit > 900000 then set notes = "large"',
    'rule "North" on customer when region = "North" and credit > 10 then set notes = "north"',
    'rule "Renamed" on customer when name changes then notify created_by "renamed"',
    'rule "Quiet" on customer when at least 2 orders and no orders in the last 30 days then set notes = "quiet"',
    'rule "Nameless" on customer when name is empty then block "A customer needs a name"',
)
VALUES = {"name": "Acme", "region": "East", "credit": "1200.50", "notes": "from the fair"}


def compare(url: str, empty: str, folder: Path, rounds: int, loops: int = 40) -> dict[str, Any]:
    """Milliseconds of one create, ours and bare, CPU of this process and wall; `url` and `empty` are databases."""
    with open_shop(url, folder) as workspace, bare(empty) as floor:
        for rule in RULES:
            publish_rule(workspace, rule)
        accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", PASSWORD, ["administrator"])
        client = create_app(workspace, TESTING=True).test_client()
        csrf = client.post("/api/v1/session", json={"email": "ada@example.com", "password": PASSWORD}).get_json()[
            "csrf"
        ]
        acts: dict[str, Callable[[], None]] = {
            "ours": lambda: _ours(client, csrf),
            "bare": lambda: _bare(floor),
        }
        return {**both(acts, rounds, loops), **beside(acts["ours"], acts["bare"], SHORT_ROUNDS, SHORT_LOOPS)}


def _ours(client: FlaskClient, csrf: str) -> None:
    answer = client.post("/api/v1/records/customer", json={"values": VALUES}, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 201, answer.get_json()


def _bare(client: FlaskClient) -> None:
    answer = client.post("/customers", json=VALUES)
    assert answer.status_code == 201, answer.get_json()


@contextmanager
def bare(url: str) -> Iterator[FlaskClient]:
    """What a programmer writes who needs nothing else: a view, a Core insert, a commit."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _as_ours)
    table = Table(
        "bare_customers", MetaData(), Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("name", Text), Column("region", Text), Column("credit", Numeric(18, 2)), Column("notes", Text),
    )  # fmt: skip
    table.create(engine)
    app = Flask(__name__)

    @app.post("/customers")
    def create() -> Any:
        values = request.get_json()
        with engine.begin() as connection:
            made = connection.execute(insert(table).values(values)).inserted_primary_key
        return jsonify({"id": str(made[0] if made else None), **values}), 201

    yield app.test_client()
    table.drop(engine)
    engine.dispose()


def _as_ours(connection: Any, _record: Any) -> None:
    """The same safety as ours: a write-ahead log."""
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
