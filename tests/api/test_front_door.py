"""What is around the resources: web files, headers, docs, problems, failures of ours."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask

from ruleloom.api import frontend
from ruleloom.api.app import create_app, resources
from ruleloom.runtime.showing import reading
from tests.api.client import Client

INDEX = "<!doctype html><script>theme()</script><script src='/assets/app.js'></script>"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """SQLite alone: what differs between the databases is tested with records and rules."""
    return f"sqlite:///{tmp_path / 'workspace.db'}"


@pytest.fixture
def built(tmp_path: Path) -> Flask:
    assets = tmp_path / "static" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "static" / "index.html").write_text(INDEX)
    (tmp_path / "static" / "sw.js").write_text("self")
    (assets / "app.js").write_text("let plain")
    (assets / "app.js.gz").write_bytes(gzip.compress(b"let packed"))
    app = Flask(__name__, static_folder=None)
    frontend.register(app, tmp_path / "static")
    return app


def test_assets_are_packed_and_kept_for_ever_and_the_page_is_fresh(built: Flask) -> None:
    client = built.test_client()
    with client.get("/assets/app.js", headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(packed.data) == b"let packed"
        assert "immutable" in packed.headers["Cache-Control"]
    with client.get("/assets/app.js") as plain:
        assert plain.data == b"let plain"
    for path in ("/", "/sw.js", "/records/customer"):
        with client.get(path) as page:
            assert page.headers["Cache-Control"] == "no-cache"
    with client.get("/records/customer") as page:
        assert page.data.decode() == INDEX
        assert "sha256-" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api/v1/nothing", "/assets/../../app.py"])
def test_what_is_not_there_is_not_the_page(built: Flask, path: str) -> None:
    assert built.test_client().get(path).status_code == 404


def test_without_a_build_the_command_that_builds_is_named(tmp_path: Path) -> None:
    app = Flask(__name__, static_folder=None)
    frontend.register(app, tmp_path)
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert frontend.BUILD in answer.text


def test_docs_need_no_script_and_name_every_path() -> None:
    client = create_app().test_client()
    page = client.get("/api/docs").text
    assert "<script" not in page
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    assert all(path.replace("{", "&#123;") in page or path in page for path in paths)
    assert client.get("/api/v1/openapi.json").get_json()["openapi"] == "3.1.0"


def test_resources_are_found_by_name() -> None:
    names = [resource.name for resource in resources()]
    assert {"session", "records", "rules", "language"} <= set(names)
    assert len(names) == len(set(names))


def test_every_answer_carries_the_security_headers(administrator: Client) -> None:
    headers = administrator.get("/session").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_unknown_paths_and_methods_are_problems(administrator: Client) -> None:
    gone = administrator.get("/nothing/here")
    assert (gone.status_code, gone.get_json()["code"]) == (404, "not-found")
    wrong = administrator.ask("PUT", "/session", json={})
    assert (wrong.status_code, wrong.get_json()["code"]) == (405, "method-not-allowed")


def test_a_failure_of_ours_has_an_id_and_no_trace(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(reading, "change_counter", broken)
    answer = administrator.get("/changes", headers={"Accept-Language": "zh"})
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (500, "we-failed")
    assert body["error_id"] in body["detail"]
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_health_is_public(app: Flask) -> None:
    assert app.test_client().get("/api/v1/health").get_json()["status"] == "ok"
