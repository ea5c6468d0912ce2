"""`/changes`: a counter that moves when anything changes; browsers ask with If-None-Match and mostly get 304."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request
from marshmallow import Schema, fields

from ruleloom.api.door.conditional import etag
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.runtime.showing import reading

resource = Resource("changes", "Whether anything changed.")


class CounterSchema(Schema):
    """The counter; it only grows."""

    counter = fields.String(required=True)


@resource.get("/changes", answer=CounterSchema)
def read() -> Any:
    """The change counter as ETag; 304 when nothing happened"""
    counter = reading.change_counter(workspace())
    headers = {**etag(counter), "Cache-Control": "private, no-cache"}
    if request.if_none_match.contains(str(counter)):
        return _unchanged(headers)
    return {"counter": str(counter)}, headers


def _unchanged(headers: dict[str, str]) -> Response:
    response = make_response("", 304)
    response.headers.update(headers)
    return response
