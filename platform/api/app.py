"""The application: every resource file of this room, with errors, headers, docs and the web pages around them."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from flask import Flask, Request, Response, g
from flask_smorest import Api

import ruleloom.api
from ruleloom.api import docs_page, frontend
from ruleloom.api.door import bounds, headers, problems
from ruleloom.api.door.here import KEY, asked
from ruleloom.api.door.resource import Resource
from ruleloom.runtime.workspace import Workspace

PREFIX = "/api/v1"
_ABOUT = "Records, definitions, rules and firings of a workspace. How the parts belong together: docs/api.md."
log = structlog.get_logger()


class RuleloomApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest with our shape of errors in the document."""

    ERROR_SCHEMA = problems.HttpProblemSchema


class RuleloomApp(Flask):
    """Flask whose views are all plain functions: none is looked at whether it is a coroutine, at every call anew."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(workspace: Workspace | None = None, **settings: Any) -> Flask:
    """The Flask application for an open workspace; without one it can only describe itself (`ruleloom openapi`)."""
    app = RuleloomApp(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(_openapi_settings(), MAX_CONTENT_LENGTH=bounds.IMPORT_BYTES, **settings)
    app.extensions[KEY] = workspace
    api = RuleloomApi(app)
    for name, where in (("session", "cookie"), ("csrf", "header")):
        api.spec.components.security_scheme(name, {"type": "apiKey", "in": where, "name": _SCHEME_NAMES[name]})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for resource in resources():
        api.register_blueprint(resource.blueprint, url_prefix=PREFIX)
    problems.register(app)
    headers.register(app)
    docs_page.register(app, api.spec)
    frontend.register(app)
    _log_requests(app)
    return app


_SCHEME_NAMES = {"session": "ruleloom_session", "csrf": "X-CSRF-Token"}


def resources() -> Iterator[Resource]:
    """The `resource` of every file of this room that has one, by file name."""
    for module in sorted(pkgutil.iter_modules(ruleloom.api.__path__), key=lambda found: found.name):
        if module.ispkg:
            continue
        found = getattr(importlib.import_module(f"{ruleloom.api.__name__}.{module.name}"), "resource", None)
        if isinstance(found, Resource):
            yield found


def _openapi_settings() -> dict[str, Any]:
    return {
        "API_TITLE": "Ruleloom",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {"info": {"description": _ABOUT}},
    }


def _log_requests(app: Flask) -> None:
    """One line per request of the API: what, who, how long; never values."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        request = asked()
        if request.path.startswith("/api/"):
            log.info("request", **_facts(request, response))
        return response


def _facts(request: Request, response: Response) -> dict[str, Any]:
    actor = g.get("actor")
    return {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.began) * 1000, 1),
        "user": str(actor.user) if actor else None,
    }
