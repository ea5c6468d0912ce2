"""`/records/{entity}`: the records of every entity, one by one and by the page."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from ruleloom.api.door.conditional import etag, expected_version, idempotency_key
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.outlines import outline_json
from ruleloom.api.shapes.records import record_json, written_json
from ruleloom.api.shapes.shared import RecordSchema, TextSchema, WrittenSchema, value_map
from ruleloom.api.views import SortSchema, TotalSchema
from ruleloom.runtime.commands import records
from ruleloom.runtime.showing import reading

resource = Resource("records", "The records of every entity.")


class ValuesSchema(Schema):
    """Field keys and their values; a field that is absent stays as it is."""

    values = value_map(required=True)

    def load(self, data: Any, **how: Any) -> Any:
        """A body of values and nothing else is taken as it is; anything else is gone through for what is wrong."""
        plain = isinstance(data, dict) and len(data) == 1 and isinstance(data.get("values"), dict)
        return data if plain else super().load(data, **how)


class GroupValueSchema(Schema):
    """One level of the group asked for; null is the group without a value."""

    field = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class _AskSchema(Schema):
    filter = fields.Nested(TextSchema, allow_none=True, load_default=None)
    search = fields.String(allow_none=True, validate=validate.Length(max=200))
    sort = fields.List(fields.Nested(SortSchema), load_default=list, validate=validate.Length(max=8))


class QuerySchema(_AskSchema):
    """Which records, in which order, and which fields of them; a path may follow references: `owner.name`."""

    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", validate=validate.Length(max=200))
    group = fields.List(fields.Nested(GroupValueSchema), load_default=list, validate=validate.Length(max=4))
    after = fields.String(allow_none=True)
    limit = fields.Integer(validate=validate.Range(1, 500), load_default=100)


class OutlineAskSchema(_AskSchema):
    """The same records as a query, counted: groups, totals, and the cursors of their pages.

    With `anchors: false` only the first page of each group is named: much faster over many records.
    """

    group = fields.List(fields.String(), load_default=list, validate=validate.Length(max=4))
    totals = fields.List(fields.Nested(TotalSchema), load_default=list, validate=validate.Length(max=20))
    page_size = fields.Integer(validate=validate.Range(1, 500), load_default=100)
    anchors = fields.Boolean(load_default=True)


class RecordPageSchema(Schema):
    """One page of records."""

    items = fields.List(fields.Nested(RecordSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class GroupSchema(Schema):
    """One group: its values outermost first, its size, its totals, and the `after` of each of its pages."""

    values = fields.List(fields.Raw(allow_none=True), required=True)
    labels = fields.List(fields.String(allow_none=True), required=True)
    count = fields.Integer(required=True)
    totals = fields.List(fields.Raw(allow_none=True), required=True)
    anchors = fields.List(fields.String(allow_none=True), required=True)


class OutlineSchema(Schema):
    """What a grid needs to draw its scroll bar without holding rows."""

    count = fields.Integer(required=True)
    totals = fields.List(fields.Raw(allow_none=True), required=True)
    groups = fields.List(fields.Nested(GroupSchema), required=True)
    page_size = fields.Integer(required=True)


Answer = tuple[Response, int, dict[str, str]]
_shown = written_json
"""How a write answers; kept with the idempotency key, so that the repetition answers as the first did."""


@resource.post("/records/<entity>/query", body=QuerySchema, answer=RecordPageSchema)
def query(given: dict[str, Any], entity: str) -> dict[str, Any]:
    """One page of records"""
    page = reading.records(workspace(), current_actor(), entity, **given)
    return {"items": [record_json(shown) for shown in page.items], "next": page.next}


@resource.post("/records/<entity>/outline", body=OutlineAskSchema, answer=OutlineSchema)
def outline(given: dict[str, Any], entity: str) -> Any:
    """Counts, groups and totals of the same records"""
    found, made, titles = reading.outline(workspace(), current_actor(), entity, **given)
    return outline_json(workspace().model, found, given["group"], given["totals"], made, titles)


@resource.post("/records/<entity>", body=ValuesSchema, answer=WrittenSchema, status=201, one_write=True)
def create(given: dict[str, Any], entity: str) -> Answer:
    """Create a record; the answer carries the firings that it caused"""
    key = idempotency_key()
    return _answer(records.create(workspace(), current_actor(), entity, given["values"], key=key, show=_shown), 201)


@resource.get("/records/<entity>/<record>", answer=RecordSchema)
def read(entity: str, record: str) -> tuple[Any, dict[str, str]]:
    """One record"""
    shown = reading.record(workspace(), current_actor(), entity, record)
    return record_json(shown), etag(shown.version)


@resource.patch("/records/<entity>/<record>", body=ValuesSchema, answer=WrittenSchema, one_write=True)
def update(given: dict[str, Any], entity: str, record: str) -> Answer:
    """Change fields of a record (If-Match)"""
    version = expected_version()
    written = records.update(workspace(), current_actor(), entity, record, given["values"], version, show=_shown)
    return _answer(written)


@resource.delete("/records/<entity>/<record>", answer=WrittenSchema, one_write=True)
def delete(entity: str, record: str) -> Answer:
    """Delete a record (If-Match); it can be restored"""
    version = expected_version()
    return _answer(records.delete(workspace(), current_actor(), entity, record, version, show=_shown))


@resource.post("/records/<entity>/<record>/restore", answer=WrittenSchema, one_write=True)
def restore(entity: str, record: str) -> Answer:
    """Bring a deleted record back"""
    return _answer(records.restore(workspace(), current_actor(), entity, record, show=_shown))


def _answer(shown: dict[str, Any], status: int = 200) -> Answer:
    """`written_json` is as `WrittenSchema` says, and not gone through once more."""
    return jsonify(shown), status, etag(shown["record"]["version"])
