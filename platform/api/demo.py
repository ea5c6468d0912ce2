"""`/demo`: what only a demo workspace can do: let time pass."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.firings import firing_json
from ruleloom.api.shapes.shared import FiringSchema
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import demo

resource = Resource("demo", "Demo workspaces only: let time pass.")


class AdvanceSchema(Schema):
    """How many days pass."""

    days = fields.Integer(required=True, validate=validate.Range(1, 366))


class AdvancedSchema(Schema):
    """The new present and what fired on the way; not `complete`: some of it is still being worked on."""

    now = fields.String(required=True)
    firings = fields.List(fields.Nested(FiringSchema), required=True)
    complete = fields.Boolean(required=True)


@resource.post("/demo/clock/advance", body=AdvanceSchema, answer=AdvancedSchema)
def advance(given: dict[str, Any]) -> dict[str, Any]:
    """Let days pass; everything due on the way fires at its due time"""
    done = demo.advance(workspace(), current_actor(), given["days"])
    firings = [firing_json(workspace().model, each) for each in done.firings]
    return {"now": instant_text(done.now), "firings": firings, "complete": done.complete}
