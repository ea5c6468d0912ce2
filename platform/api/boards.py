"""`/boards/{pipeline}`: the records of a pipeline as cards in stages."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.records import record_json
from ruleloom.api.shapes.shared import LabelsSchema, RecordSchema
from ruleloom.runtime.showing import reading

resource = Resource("boards", "Cards in stages.")


class BoardQuery(Schema):
    """How many cards of each column, and which fields of them."""

    limit = fields.Integer(validate=validate.Range(1, 100), load_default=20)


class BoardColumnSchema(Schema):
    """One stage with the number of its records and the first cards."""

    value = fields.String(required=True, allow_none=True)
    labels = fields.Nested(LabelsSchema, required=True)
    color = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(RecordSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class BoardSchema(Schema):
    """The stages in order, then the records without a stage where there are any."""

    pipeline = fields.String(required=True)
    name = fields.String(required=True)
    entity = fields.String(required=True)
    stage_field = fields.String(required=True)
    columns = fields.List(fields.Nested(BoardColumnSchema), required=True)


@resource.get("/boards/<pipeline>", query=BoardQuery, answer=BoardSchema)
def read(query: dict[str, Any], pipeline: str) -> dict[str, Any]:
    """Columns with counts and their first cards; further cards page through query with `group`"""
    board = reading.board(workspace(), current_actor(), pipeline, query["limit"])
    columns = [{**column, "items": [record_json(each) for each in column["items"]]} for column in board["columns"]]
    return {**board, "columns": columns}
