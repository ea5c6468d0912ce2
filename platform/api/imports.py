"""`/imports`: a file in, a plan with its preview, a dry run, the run with its progress, the rows left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from ruleloom.api.door import bounds
from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import reader_language
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor, preferred_language
from ruleloom.api.shapes.shared import PageQuery, value_map
from ruleloom.api.shapes.wire import to_wire
from ruleloom.dsl.types import Value
from ruleloom.messages import text
from ruleloom.runtime.imports import report, service
from ruleloom.runtime.imports.cells import DATE_FORMATS
from ruleloom.runtime.imports.chunk import Looked
from ruleloom.runtime.imports.sources import ENCODINGS
from ruleloom.runtime.missing import id_of
from ruleloom.storage.logs.import_log import ImportRow, ProblemRow

resource = Resource("imports", "Files brought in as records.")
PAGE = 100
STATUSES = (
    "uploaded", "planned", "checking", "checked", "running", "stopping", "done", "partial", "failed", "stopped",
    "interrupted",
)  # fmt: skip


class ImportUploadSchema(Schema):
    """Multipart: the file, beside it the entity; encoding and sheet only where the found ones are wrong."""

    file = Upload(required=True)


class ImportQuery(Schema):
    """What the file is to become."""

    entity = fields.String(required=True)
    encoding = fields.String(validate=validate.OneOf(ENCODINGS))
    sheet = fields.String(validate=validate.Length(max=100))


class ReportQuery(Schema):
    """How the report speaks: a link cannot say so in a header."""

    language = fields.String(validate=validate.OneOf(("en", "zh")))


class ProblemSchema(Schema):
    """A row that was left out; `row` is its number in the file, the header is 1."""

    row = fields.Integer(required=True)
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ImportSchema(Schema):
    """An import: what the file is, the plan, how far it is, and what it did."""

    id = fields.String(required=True)
    entity = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    columns = fields.List(fields.String(), required=True)
    format = fields.String(required=True)
    encoding = fields.String(required=True)
    sheet = fields.String(required=True, allow_none=True)
    sheets = fields.List(fields.String(), required=True)
    sample = fields.List(fields.List(fields.String()))
    suggestion = fields.Dict(
        required=True, metadata={"description": "A plan to begin with, found by likeness of names"}
    )
    line_suggestions = fields.Dict(
        required=True,
        metadata={"description": "Entity whose records may be this file's lines → {parent, columns}, to begin a group"},
    )
    plan = fields.Dict(required=True, allow_none=True)
    rows_done = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    report = fields.Dict(required=True, allow_none=True)
    errors = fields.List(fields.String(), required=True)
    date_formats = fields.List(fields.String(), required=True)


class ImportPageSchema(Schema):
    """Imports, newest first."""

    items = fields.List(fields.Nested(ImportSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PlanSchema(Schema):
    """Which column goes where; see the guide to imports for its words."""

    plan = fields.Dict(required=True)


class PreviewLineSchema(Schema):
    """What a row of a group would become."""

    row = fields.Integer(required=True)
    values = value_map(required=True)


class PreviewRowSchema(PreviewLineSchema):
    """What a row of the file, or a group of rows from `row` on, would become; `known`: there is a record to change."""

    rows = fields.Integer(required=True)
    known = fields.Boolean(required=True)
    lines = fields.List(fields.Nested(PreviewLineSchema), required=True)


class PreviewSchema(Schema):
    """The first rows as records, and what is wrong with those that would be left out."""

    rows = fields.List(fields.Nested(PreviewRowSchema), required=True)
    problems = fields.List(fields.Nested(ProblemSchema), required=True)


class ProblemPageSchema(Schema):
    """Rows left out, in the order in which they were met."""

    items = fields.List(fields.Nested(ProblemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.post(
    "/imports", files=ImportUploadSchema, query=ImportQuery, answer=ImportSchema, status=201, limit=bounds.IMPORT_BYTES
)
def begin(given: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Upload a CSV or XLSX file (CSV may be gzipped); answers with its columns, a sample and a suggested plan"""
    part, entity = given["file"], query.pop("entity")
    row = service.begin(workspace(), current_actor(), entity, part.filename or "", part.stream, **query)
    return {**_json(row), "sample": service.sample(workspace(), row)}


@resource.get("/imports", query=PageQuery, answer=ImportPageSchema)
def recent(query: dict[str, Any]) -> dict[str, Any]:
    """Imports of the signed-in person, newest first; administrators see all"""
    limit = query.get("limit", PAGE)
    after = id_of(query["after"]) if query.get("after") else None
    rows = service.recent(workspace(), current_actor(), after, limit)
    return {"items": [_json(row) for row in rows], "next": str(rows[-1].id) if len(rows) == limit else None}


@resource.get("/imports/<import_id>", answer=ImportSchema)
def read(import_id: str) -> dict[str, Any]:
    """How far an import is, and its report when it has ended"""
    row = service.read(workspace(), current_actor(), id_of(import_id))
    return {**_json(row), "sample": service.sample(workspace(), row)}


@resource.put("/imports/<import_id>/plan", body=PlanSchema, answer=PreviewSchema)
def plan(given: dict[str, Any], import_id: str) -> dict[str, Any]:
    """Say which column goes where; answers with what the first rows would become"""
    row, preview = service.set_plan(workspace(), current_actor(), id_of(import_id), given["plan"])
    child = (row.plan or {}).get("group", {}).get("entity", "")
    shown = [_looked(row.entity, child, looked) for looked in preview.looked]
    return {"rows": shown, "problems": [_problem(problem) for problem in preview.problems]}


def _looked(entity: str, child: str, looked: Looked) -> dict[str, Any]:
    return {
        "row": looked.rows[0].number,
        "rows": len(looked.rows),
        "known": looked.known,
        "values": _values(entity, looked.values),
        "lines": [{"row": number, "values": _values(child, values)} for number, values in looked.lines],
    }


@resource.post("/imports/<import_id>/check", answer=ImportSchema, status=202)
def check(import_id: str) -> dict[str, Any]:
    """Dry run: the same as the run, and nothing stays"""
    return _json(service.start(workspace(), current_actor(), id_of(import_id), dry=True))


@resource.post("/imports/<import_id>/run", answer=ImportSchema, status=202)
def run(import_id: str) -> dict[str, Any]:
    """Import the file"""
    return _json(service.start(workspace(), current_actor(), id_of(import_id), dry=False))


@resource.post("/imports/<import_id>/stop", status=204)
def stop(import_id: str) -> None:
    """Stop after the present chunk; what was imported stays, and running it again goes on"""
    service.stop(workspace(), current_actor(), id_of(import_id))


@resource.get("/imports/<import_id>/problems", query=PageQuery, answer=ProblemPageSchema)
def problems(query: dict[str, Any], import_id: str) -> dict[str, Any]:
    """Rows left out, page by page"""
    after, limit = id_of(query.get("after") or "0"), query.get("limit", PAGE)
    found = service.problems(workspace(), current_actor(), id_of(import_id), after, limit)
    following = str(after + len(found)) if len(found) == limit else None
    return {"items": [_problem(problem) for problem in found], "next": following}


@resource.get("/imports/<import_id>/report.csv", query=ReportQuery, content_type="text/csv")
def report_csv(query: dict[str, Any], import_id: str) -> Response:
    """Every row left out with the reason, as a CSV file that can be mended and imported again"""
    lines = service.report_csv(
        workspace(), current_actor(), id_of(import_id), query.get("language") or preferred_language()
    )
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{id_of(import_id)}.csv"'
    return response


def _json(row: ImportRow) -> dict[str, Any]:
    source, numbers = row.progress["source"], row.progress.get("numbers") or {}
    errors = (row.report or {}).get("errors") or ()
    return {
        "id": str(row.id),
        "entity": row.entity,
        "name": row.name,
        "status": row.status,
        **{word: source[word] for word in ("columns", "format", "encoding", "sheet", "sheets")},
        "suggestion": row.progress.get("suggestion") or {},
        "line_suggestions": row.progress.get("lines") or {},
        "plan": row.plan,
        "rows_done": numbers.get("rows", 0),
        "rows_total": row.progress.get("total"),
        "report": row.report or numbers or None,
        "errors": [text(error["code"], reader_language(), error["params"]) for error in errors],
        "date_formats": list(DATE_FORMATS),
    }


def _values(entity: str, found: Mapping[str, Value]) -> dict[str, Any]:
    """As on the wire; a reference is shown as the text of its key."""
    by_key = workspace().entity(entity).by_key
    shown = {key: to_wire(by_key[key], value) for key, value in found.items() if by_key[key].to is None}
    return shown | {key: None if value is None else str(value) for key, value in found.items() if key not in shown}


def _problem(problem: ProblemRow) -> dict[str, Any]:
    message = report.reason(problem, reader_language())
    return {"row": problem.row, "column": problem.column, "code": problem.code, "message": message}
