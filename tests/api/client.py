"""A signed-in browser, as tests use it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

PASSWORD = "a long enough password"


class Client:
    """A signed-in browser: keeps the cookie and sends the CSRF header."""

    def __init__(self, client: FlaskClient, email: str) -> None:
        self.client = client
        answer = client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.get_json()
        self.me = answer.get_json()
        self.csrf = self.me["csrf"]

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        return self.ask("POST", path, **({"json": json} if json is not None else {}), **more)

    def patch(self, path: str, json: Any, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.ask("PATCH", path, json=json, headers=headers)

    def create(self, entity: str, **values: Any) -> Any:
        answer = self.post(f"/records/{entity}", {"values": values})
        assert answer.status_code == 201, answer.get_json()
        return answer.get_json()

    def count(self, entity: str) -> int:
        found: int = self.post(f"/records/{entity}/outline", {}).get_json()["count"]
        return found
