"""`/records/{entity}/{id}/forms`: the forms of a record with their conditions worked out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import LabelsSchema
from ruleloom.runtime.showing import record_forms

resource = Resource("record_forms", "Forms of a record, with their conditions worked out.")


class WorkedFieldSchema(Schema):
    """A field as it stands for this record."""

    field = fields.String(required=True)
    visible = fields.Boolean(required=True)
    required = fields.Boolean(required=True)


class WorkedSectionSchema(Schema):
    """A section as it stands for this record."""

    title = fields.Nested(LabelsSchema, required=True)
    columns = fields.Integer(required=True)
    fields_ = fields.List(fields.Nested(WorkedFieldSchema), required=True, data_key="fields", attribute="fields")


class WorkedFormSchema(Schema):
    """A form as it stands for this record."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    sections = fields.List(fields.Nested(WorkedSectionSchema), required=True)


class WorkedFormsSchema(Schema):
    """All forms of the record's entity."""

    items = fields.List(fields.Nested(WorkedFormSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.get("/records/<entity>/<record>/forms", answer=WorkedFormsSchema)
def read(entity: str, record: str) -> dict[str, Any]:
    """Forms of this record: what is visible and required now"""
    return {"items": record_forms.of_record(workspace(), current_actor(), entity, record), "next": None}
