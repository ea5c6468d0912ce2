"""`/health`: whether this process can serve: for load balancers and for `ruleloom doctor`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource

resource = Resource("health", "Whether this process can serve.")


class ServiceStateSchema(Schema):
    """All well, or the answer is an error."""

    status = fields.String(required=True)
    database = fields.String(required=True)


@resource.get("/health", answer=ServiceStateSchema, public=True)
def read() -> dict[str, Any]:
    """Reads one row of the database"""
    return {"status": "ok", "database": workspace().check()}
