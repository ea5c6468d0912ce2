"""`/forms`: how a record is entered: sections of fields, with conditions for what is visible and required."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from ruleloom.api.drawn import drawn
from ruleloom.api.shapes.shared import LabelsSchema, TextSchema


class FormFieldSchema(Schema):
    """One field of a section and when it shows and is required."""

    field = fields.String(required=True)
    visible_when = fields.Nested(TextSchema, allow_none=True)
    required_when = fields.Nested(TextSchema, allow_none=True)


class SectionSchema(Schema):
    """One section of a form."""

    title = fields.Nested(LabelsSchema)
    columns = fields.Integer(validate=validate.Range(1, 4), load_default=1)
    fields_ = fields.List(fields.Nested(FormFieldSchema), required=True, data_key="fields", attribute="fields")


class FormContentSchema(Schema):
    """The sections in order."""

    sections = fields.List(fields.Nested(SectionSchema), required=True)


class ShownFormFieldSchema(FormFieldSchema):
    """With the JsonLogic of its conditions, so that the browser decides as the server does; null where it cannot."""

    visible_logic = fields.Raw(allow_none=True)
    required_logic = fields.Raw(allow_none=True)


class ShownSectionSchema(SectionSchema):
    """One section as answered."""

    fields_ = fields.List(fields.Nested(ShownFormFieldSchema), required=True, data_key="fields", attribute="fields")


class ShownFormContentSchema(Schema):
    """The sections as answered."""

    sections = fields.List(fields.Nested(ShownSectionSchema), required=True)


resource = drawn("form", "forms", "How a record is entered.", FormContentSchema, ShownFormContentSchema)
