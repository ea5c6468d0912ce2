"""`/records/{entity}/{id}/history`: every change of a record."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.records import change_json
from ruleloom.api.shapes.shared import ChainSchema, PageQuery, TitledSchema, value_map
from ruleloom.runtime.showing import reading

resource = Resource("history", "Every change of a record.")


class ChangeSchema(Schema):
    """One change: who, why, and the values before and after of the fields that changed.

    `before_titles`, `after_titles`: what the records that references pointed to are called now, by field key; a record
    that is deleted or has no title has none.
    `chain`: of a change that a rule made, the firings that led to it; `undo`: the undo that made it.
    """

    id = fields.String(required=True)
    at = fields.String(required=True)
    actor = fields.Nested(TitledSchema, required=True, allow_none=True)
    cause = fields.String(required=True)
    operation = fields.String(required=True)
    chain = fields.Nested(ChainSchema, required=True, allow_none=True)
    undo = fields.String(required=True, allow_none=True)
    before = value_map(required=True, allow_none=True)
    after = value_map(required=True, allow_none=True)
    before_titles = value_map(required=True)
    after_titles = value_map(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields", attribute="fields")


class HistorySchema(Schema):
    """A page of changes, newest first."""

    items = fields.List(fields.Nested(ChangeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.get("/records/<entity>/<record>/history", query=PageQuery, answer=HistorySchema)
def read(query: dict[str, Any], entity: str, record: str) -> dict[str, Any]:
    """Changes of a record, newest first"""
    page, told = reading.history_with_causes(workspace(), current_actor(), entity, record, **query)
    found, model = workspace().entity(entity), workspace().model
    return {"items": [change_json(model, found, change, told) for change in page.items], "next": page.next}
