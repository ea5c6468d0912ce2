"""`/firings`: what fired, why, and what it did."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.firings import firing_json
from ruleloom.api.shapes.shared import FiringPageSchema, PageQuery
from ruleloom.runtime.showing import reading
from ruleloom.storage.logs.firing_search import STATES

resource = Resource("firings", "What fired, why, and what it did.")


class FiringsQuery(PageQuery):
    """Of one rule, entity, record or edge; `state` of an effect; `search`: words of the rule or the record."""

    rule = fields.String()
    entity = fields.String()
    record = fields.String()
    edge = fields.String()
    held = fields.Boolean()
    search = fields.String(validate=validate.Length(max=200))
    state = fields.String(validate=validate.OneOf(tuple(STATES)))
    since = fields.String()
    until = fields.String()


@resource.get("/firings", query=FiringsQuery, answer=FiringPageSchema)
def read(query: dict[str, Any]) -> dict[str, Any]:
    """Firings, newest first"""
    page = reading.firings(workspace(), current_actor(), **query)
    return {"items": [firing_json(workspace().model, each) for each in page.items], "next": page.next}
