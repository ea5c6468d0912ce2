"""`/pipelines`: ordered stages of an entity with their gates."""

from __future__ import annotations

from marshmallow import Schema, fields

from ruleloom.api.drawn import drawn
from ruleloom.api.shapes.shared import LabelsSchema, TextSchema


class GateSchema(Schema):
    """What must be true to enter or leave the stage, and the words for who lacks it."""

    condition = fields.Nested(TextSchema, required=True)
    message = fields.Nested(LabelsSchema, required=True)
    fields_ = fields.List(fields.String(), load_default=list, data_key="fields", attribute="fields")


class StageSchema(Schema):
    """One stage: an option of the stage field."""

    value = fields.String(required=True)
    gates = fields.List(fields.Nested(GateSchema), load_default=list)


class PipelineContentSchema(Schema):
    """The stages in order."""

    stage_field = fields.String(required=True)
    stages = fields.List(fields.Nested(StageSchema), required=True)
    allow_skip = fields.Boolean(load_default=False)
    allow_return = fields.Boolean(load_default=True)


resource = drawn(
    "pipeline",
    "pipelines",
    "Ordered stages of an entity with their gates.",
    PipelineContentSchema,
    PipelineContentSchema,
)
