"""`/rules/{id}/safety` and `/rules/{id}/held`: how often a rule may fire, and what was held back of it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.conditional import etag
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import safety
from ruleloom.runtime.rules.stopping import PERIODS, Allowed

resource = Resource("safety", "How often a rule may fire, and what was held back.")
_NAMES = {length: name for name, length in PERIODS.items()}


class AllowedSchema(Schema):
    """How many firings in one period; `most` 0: any number."""

    most = fields.Integer(required=True, validate=validate.Range(0, 10_000_000))
    per = fields.String(required=True, validate=validate.OneOf(tuple(PERIODS)))


class AllowSchema(Schema):
    """The same to be set; `most` null: the default."""

    most = fields.Integer(required=True, allow_none=True, validate=validate.Range(0, 10_000_000))
    per = fields.String(load_default="hour", validate=validate.OneOf(tuple(PERIODS)))


class StoppedSchema(Schema):
    """When a rule stopped by itself and what it exceeded."""

    at = fields.String(required=True)
    most = fields.Integer(required=True)
    per = fields.String(required=True)


class SafetySchema(Schema):
    """What a rule is allowed (`own`: its author said so), how often it fired in this period, and what is held."""

    allowed = fields.Nested(AllowedSchema, required=True)
    default = fields.Nested(AllowedSchema, required=True)
    own = fields.Boolean(required=True)
    number = fields.Integer(required=True)
    since = fields.String(required=True, allow_none=True)
    stopped = fields.Nested(StoppedSchema, required=True, allow_none=True)
    held = fields.Integer(required=True)


class GoneOnSchema(Schema):
    """Where a rule stands."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class ReleaseSchema(Schema):
    """What becomes of firings that were held back: performed where they still match, all performed, or left out."""

    do = fields.String(required=True, validate=validate.OneOf(("matching", "all", "leave")))
    limit = fields.Integer(load_default=safety.BATCH, validate=validate.Range(1, safety.BATCH))


class ReleasedSchema(Schema):
    """What became of some of them, and how many remain."""

    performed = fields.Integer(required=True)
    dropped = fields.Integer(required=True)
    remaining = fields.Integer(required=True)


@resource.get("/rules/<drawn_id>/safety", answer=SafetySchema)
def read(drawn_id: str) -> dict[str, Any]:
    """How often a rule may fire, how often it does, and whether it stopped by itself"""
    return _shown(safety.read(workspace(), current_actor(), drawn_id))


@resource.put("/rules/<drawn_id>/safety", body=AllowSchema, answer=SafetySchema)
def allow(given: dict[str, Any], drawn_id: str) -> dict[str, Any]:
    """How often a rule may fire before it stops by itself"""
    return _shown(safety.allow(workspace(), current_actor(), drawn_id, **given))


@resource.post("/rules/<drawn_id>/go-on", answer=GoneOnSchema)
def go_on(drawn_id: str) -> Any:
    """Let a rule that stopped by itself go on; what was held back stays so until it is decided"""
    found = safety.go_on(workspace(), current_actor(), drawn_id)
    return {"id": str(found.id), "status": found.status, "version": found.revision}, etag(found.revision)


@resource.post("/rules/<drawn_id>/held", body=ReleaseSchema, answer=ReleasedSchema)
def release(given: dict[str, Any], drawn_id: str) -> Any:
    """Decide on the oldest firings that were held back; asked again until none remain"""
    return safety.release(workspace(), current_actor(), drawn_id, **given)


def _shown(found: safety.Safety) -> dict[str, Any]:
    rate, stop = found.rate, found.rate.stop
    stopped = None
    if rate.stopped_at is not None and stop is not None:
        stopped = {"at": instant_text(rate.stopped_at), "most": stop["most"], "per": _NAMES[stop["per"]]}
    return {
        "allowed": _allowed(found.allowed),
        "default": _allowed(found.default),
        "own": found.allowed.own,
        "number": rate.number,
        "since": instant_text(rate.started) if rate.number else None,
        "stopped": stopped,
        "held": found.held,
    }


def _allowed(allowed: Allowed) -> dict[str, Any]:
    return {"most": allowed.most, "per": _NAMES[allowed.per]}
