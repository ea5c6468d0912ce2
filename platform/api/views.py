"""`/views`: columns, filter, order and grouping over the records of an entity."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from ruleloom.api.drawn import drawn
from ruleloom.api.shapes.shared import TextSchema

AGGREGATES = ("count", "sum", "avg", "min", "max")


class ColumnSchema(Schema):
    """One column: a field key or a path (`owner.name`), its width in pixels."""

    field = fields.String(required=True)
    width = fields.Integer()


class SortSchema(Schema):
    """One level of order."""

    field = fields.String(required=True)
    descending = fields.Boolean(load_default=False)


class TotalSchema(Schema):
    """One total; `count` needs no field."""

    field = fields.String(allow_none=True)
    function = fields.String(required=True, validate=validate.OneOf(AGGREGATES))


class ViewContentSchema(Schema):
    """What a view shows."""

    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    filter = fields.Nested(TextSchema, allow_none=True, load_default=None)
    sort = fields.List(fields.Nested(SortSchema), load_default=list)
    group = fields.List(fields.String(), load_default=list)
    totals = fields.List(fields.Nested(TotalSchema), load_default=list)


resource = drawn(
    "view", "views", "Columns, filter, order and grouping over an entity.", ViewContentSchema, ViewContentSchema
)
