"""`/notifications`: the in-app notices of the signed-in person."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response
from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import PageQuery, TitledSchema
from ruleloom.runtime.commands import notices

resource = Resource("notifications", "In-app notices of the signed-in person.")


class NoticeSchema(Schema):
    """One notice; `record` is what it speaks of."""

    id = fields.String(required=True)
    at = fields.String(required=True)
    text = fields.String(required=True)
    read = fields.Boolean(required=True)
    record = fields.Nested(TitledSchema, required=True, allow_none=True)
    firing = fields.String(required=True, allow_none=True)


class NoticesSchema(Schema):
    """A page of notices, newest first, and how many are unread in all."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)


class ReadSchema(Schema):
    """Which notices were read; absent: all."""

    ids = fields.List(fields.String())


@resource.get("/notifications", query=PageQuery, answer=NoticesSchema)
def read(query: dict[str, Any]) -> Any:
    """Own notices, newest first"""
    return notices.own(workspace(), current_actor(), **query)


@resource.post("/notifications/read", body=ReadSchema, status=204)
def mark_read(given: dict[str, Any]) -> Response:
    """Mark notices as read"""
    notices.mark_read(workspace(), current_actor(), given.get("ids"))
    return make_response("", 204)
