"""Every error as problem JSON (RFC 9457): all diagnostics at once, in the reader's language, never a stack trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, jsonify, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from ruleloom.api.door.schema_messages import diagnostics_of
from ruleloom.messages import Diagnostic, Language, RuleloomError, text
from ruleloom.runtime.people.secrets_of import error_id

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "broken-request",
    401: "not-signed-in",
    403: "not-allowed-here",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large-here",
    415: "not-json",
    422: "invalid-input",
    429: "too-many-attempts-here",
}


class FixSchema(Schema):
    """A repair that an editor can apply."""

    title = fields.String(required=True)
    replacement = fields.String(required=True)


class ErrorEntrySchema(Schema):
    """One thing that is wrong."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    field = fields.String()
    row = fields.Integer()
    line = fields.Integer()
    column = fields.Integer()
    start = fields.Integer()
    end = fields.Integer()
    fix = fields.Nested(FixSchema)


class HttpProblemSchema(Schema):
    """What every error answers with."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ErrorEntrySchema), required=True)
    error_id = fields.String()


def reader_language() -> Language:
    """The language of `Accept-Language`; English when it asks for neither."""
    return "zh" if request.accept_languages.best_match(["en", "zh"]) == "zh" else "en"


def problem(status: int, diagnostics: tuple[Diagnostic, ...], **more: Any) -> Response:
    """The answer for these diagnostics; `detail` reads them all."""
    language = reader_language()
    entries = [entry(diagnostic, language) for diagnostic in diagnostics]
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": getattr(diagnostics[0], "code", "unknown"),
        "detail": " ".join(dict.fromkeys(e["message"] for e in entries)),
        "errors": entries,
        **more,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = MEDIA_TYPE
    return response


def entry(diagnostic: Diagnostic, language: Language) -> dict[str, Any]:
    """One diagnostic as JSON; places in code points."""
    found: dict[str, Any] = {"code": diagnostic.code, "message": diagnostic.message(language)}
    found |= {
        name: diagnostic.params[name]
        for name in ("row", "line", "column")
        if isinstance(diagnostic.params.get(name), int)
    }
    if diagnostic.target is not None:
        found["field"] = diagnostic.target
    if diagnostic.place is not None:
        found |= {"start": diagnostic.place.start, "end": diagnostic.place.end}
    if diagnostic.fix is not None:
        title = text(diagnostic.fix.title_code, language, diagnostic.fix.params)
        found["fix"] = {"title": title, "replacement": diagnostic.fix.replacement}
    return found


def register(app: Flask) -> None:
    """Makes every error of the application a problem."""
    app.register_error_handler(RuleloomError, _from_person)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _ours)


def _from_person(error: RuleloomError) -> Response:
    response = problem(error.status, error.diagnostics, **_overall(error))
    response.headers.update(getattr(error, "headers", {}))
    return response


def _overall(error: RuleloomError) -> dict[str, str]:
    """An error class may name the whole (`gate-refused`) beside the single things that are wrong."""
    code = getattr(error, "code", None)
    return {"code": code} if isinstance(code, str) and code else {}


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _ours(error)
    messages = getattr(error, "data", {}).get("messages")
    diagnostics = tuple(_schema_diagnostics(messages)) if isinstance(messages, Mapping) else ()
    response = problem(status, diagnostics or (Diagnostic(_CODES.get(status, "broken-request")),))
    if error.response is None and status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _schema_diagnostics(messages: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """webargs files its messages under the place of the input (`json`, `query`)."""
    for found in messages.values():
        yield from diagnostics_of(found)


def _ours(error: Exception) -> Response:
    """A failure of ours: logged with an id, shown as "we failed" with the same id."""
    identity = error_id()
    log.error("failed", error_id=identity, path=request.path, method=request.method, exc_info=error)
    return problem(500, (Diagnostic("we-failed", params={"error_id": identity}),), error_id=identity)
